/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bootmem's calls, one test a call and named after it: what a caller of Linux's
 * would rely on. docs/early-memory.md lists the calls; test_early_memory.py
 * holds its table against the names here.
 *
 * Every call is made on both roads, with maps and without, and drawn by what
 * memblock's lists say afterwards:
 *
 *	'.' no RAM; '0' '1' ... a page of that node that is nobody's
 *	'r' 'b' ... held by an owner whose kind begins with that letter
 */
#include "fail_alloc.h"
#include "mm_fixture.h"
#include "paging.h"

/* Where most drawings begin. */
#define BASE	0x80000ul

/* The page behind which 32 bits of address don't reach. */
#define PFN_4G	0x100000ul

/* Bytes that need no alignment. */
#define ANY	1

/* The road that on_each_road() is on. */
static enum allocator road;

/* on_each_road: what follows is done on the road with maps, then without. */
#define on_each_road							\
	for (road = ALLOC_BOOTMEM; road != ALLOC_NONE;			\
	     road = road == ALLOC_BOOTMEM ? ALLOC_MEMBLOCK : ALLOC_NONE)

/* machine_on_road(): mm_machine() on the road that is walked. */
static void machine_on_road(int nr_nodes, unsigned long base_pfn,
			    const char *drawing)
{
	unit_reset(NULL);
	mm_machine(nr_nodes, base_pfn, drawing);
	if (road == ALLOC_BOOTMEM)
		return;
	stage_set_early(ALLOC_MEMBLOCK);
	memblock_set_bottom_up(true);
	bdata_list = NULL;
	for (int nid = 0; nid < nr_nodes; nid++)
		NODE_DATA(nid)->bdata = NULL;
}

/* page_of(): what is drawn for page @i. */
static char page_of(size_t i)
{
	long m = memblock_search(&memblock.memory, MM(i));
	long r = memblock_search(&memblock.reserved, MM(i));

	if (r >= 0)
		return memblock.reserved.regions[r].owner->kind[0];
	return m >= 0 ? (char)('0' + memblock.memory.regions[m].nid) : '.';
}

/* assert_pages(): the lists look like @drawing, and so do the maps. */
static void assert_pages(const char *drawing)
{
	char canvas[MM_MAX_PAGES + 1];

	for (size_t i = 0; i < mm_nr_pages; i++)
		canvas[i] = page_of(i);
	canvas[mm_nr_pages] = '\0';
	assert_string_equal(canvas, drawing);
	if (road == ALLOC_BOOTMEM)
		bootmem_check();
}

/* assert_zeroed(): @mem is at @pa, and its @size bytes are zero. */
static void assert_zeroed(const void *mem, phys_addr_t pa, size_t size)
{
	const unsigned char *bytes = mem;

	assert_non_null(mem);
	assert_int_equal(virt_to_phys(mem), pa);
	for (size_t i = 0; i < size; i++)
		assert_int_equal(bytes[i], 0);
}

/* many_pages(): a drawing of @nr pages of node 0. */
static const char *many_pages(size_t nr)
{
	static char text[40000];

	assert_true(nr < sizeof(text));
	memset(text, '0', nr);
	text[nr] = '\0';
	return text;
}

static void test_bootmem_bootmap_pages(void **state)
{
	(void)state;
	assert_int_equal(bootmem_bootmap_pages(BASE, 1), 1);
	assert_int_equal(bootmem_bootmap_pages(BASE, 0x40000),
			 PFN_UP((phys_addr_t)pfn_tree_bytes(BASE,
							    BASE + 0x40000)));
}

static void test_init_bootmem_node(void **state)
{
	pg_data_t node = { .node_id = 2 };

	(void)state;
	host_ram(PAGE(3), PAGE(1));
	bdata_list = NULL;
	assert_int_equal(init_bootmem_node(&node, 3, 1000, 1100),
			 pfn_tree_bytes(1000, 1100));
	assert_ptr_equal(bdata_list, node.bdata);
	assert_int_equal(pfn_tree_count(&node.bdata->tree, 1000, 1100, NULL), 0);
}

static void test_init_bootmem(void **state)
{
	(void)state;
	mm_machine(1, 4, "0000");
	bdata_list = NULL;
	assert_int_equal(init_bootmem(PFN_DOWN(MM_MAPS_BASE), 8),
			 pfn_tree_bytes(0, 8));
	assert_int_equal(min_low_pfn, PFN_DOWN(MM_MAPS_BASE));
	assert_int_equal(max_low_pfn, 8);
	assert_ptr_equal(bdata_list, NODE_DATA(0)->bdata);
	assert_int_equal(bdata_list->node_min_pfn, 0);
	assert_int_equal(bdata_list->node_low_pfn, 8);
	assert_int_equal(pfn_tree_next_free(&bdata_list->tree, 0), 8);
}

/* A map that reaches past all of memory: what is there can be reserved, not freed.
 * What the node's data held before counts for nothing. */
static void test_init_bootmem_past_memory(void **state)
{
	(void)state;
	mm_machine(1, 4, "0000");
	bdata_list = NULL;
	NODE_DATA(0)->bootmem.last_end_off = PAGE(3) + 100;
	NODE_DATA(0)->bootmem.hint_idx = 6;
	init_bootmem(PFN_DOWN(MM_MAPS_BASE), 12);
	free_bootmem(MM(0), PAGE(4));
	assert_int_equal(reserve_bootmem(PAGE(9), PAGE(2), BOOTMEM_DEFAULT), 0);
	assert_true(memblock_is_reserved(PAGE(9)));
	assert_true(memblock_is_reserved(PAGE(10)));
	assert_false(memblock_is_reserved(PAGE(11)));
	assert_int_equal(virt_to_phys(__alloc_bootmem(8, 1, 0)), MM(0));
	assert_panics(free_bootmem(PAGE(9), PAGE(1)),
		      "free_bootmem: page 0x9000 is in no node's memory");
}

static void test_free_bootmem(void **state)
{
	(void)state;
	on_each_road {
		machine_on_road(2, BASE, "00001111");
		reserve_bootmem(MM(0), PAGE(8), BOOTMEM_DEFAULT);
		free_bootmem(MM(1) + 1, PAGE(5));
		assert_pages("rr0011rr");
		free_bootmem(MM(6) + 1, PAGE(1) - 1);
		assert_pages("rr0011rr");
		assert_panics(free_bootmem(MM(1), -PAGE(1)), "wrap around");
	}
}

/* The end of a node's memory inside its span: nothing to free there. */
static void test_free_bootmem_of_a_hole(void **state)
{
	(void)state;
	mm_machine(1, 0x100, "00..00");
	reserve_bootmem(MM(1), PAGE(3), BOOTMEM_DEFAULT);
	assert_panics(free_bootmem(MM(1), PAGE(2)),
		      "free_bootmem: page 0x102000 is in no node's memory");
}

/* Bytes at the end of a node that are no whole page, and a node that has no other
 * memory: neither has a map that could say anything of them. */
static void test_free_bootmem_of_part_of_a_page(void **state)
{
	(void)state;
	mm_machine(2, 0x100, "0000");
	memblock_add_node(MM(4), 100, 0, MEMBLOCK_NONE);
	memblock_add_node(MM(6), 100, 1, MEMBLOCK_NONE);
	assert_panics(free_bootmem(MM(4), PAGE(1)),
		      "free_bootmem: page 0x104000 is in no node's memory");
	assert_panics(reserve_bootmem(MM(4), 8, BOOTMEM_DEFAULT),
		      "reserve_bootmem: page 0x104000 is in no node");
	assert_panics(reserve_bootmem(MM(6), 8, BOOTMEM_DEFAULT),
		      "reserve_bootmem: page 0x106000 is in no node");
}

static void test_free_bootmem_node(void **state)
{
	(void)state;
	on_each_road {
		machine_on_road(2, BASE, "00001111");
		reserve_bootmem(MM(0), PAGE(8), BOOTMEM_DEFAULT);
		free_bootmem_node(NODE_DATA(1), MM(5) - 1, PAGE(2) + 1);
		assert_pages("rrrrr11r");
	}
}

static void test_reserve_bootmem(void **state)
{
	(void)state;
	on_each_road {
		machine_on_road(2, BASE, "00001111");
		assert_int_equal(reserve_bootmem(MM(4) - 1, 2, 0), 0);
		assert_pages("000rr111");
		assert_int_equal(reserve_bootmem(MM(2), PAGE(2), 0), 0);
		assert_pages("00rrr111");
		assert_int_equal(reserve_bootmem(MM(6), 0, BOOTMEM_EXCLUSIVE),
				 0);
		assert_int_equal(reserve_bootmem(MM(0), PAGE(2),
						 BOOTMEM_EXCLUSIVE), 0);
		free_bootmem(MM(0), PAGE(2));
		assert_int_equal(reserve_bootmem(MM(4), PAGE(3),
						 BOOTMEM_EXCLUSIVE),
				 -EBUSY_BOOTMEM);
		assert_pages("00rrr111");
		assert_int_equal(reserve_bootmem(MM(5), PAGE(3),
						 BOOTMEM_EXCLUSIVE), 0);
		assert_pages("00rrrrrr");
		assert_panics(reserve_bootmem(MM(1), -PAGE(1), 0),
			      "wrap around");
	}
}

/* Without maps: the table of reserved regions is full and can't grow. */
static void test_reserve_bootmem_without_room(void **state)
{
	(void)state;
	road = ALLOC_MEMBLOCK;
	machine_on_road(1, 0x100, "0000");
	memblock_set_current_limit(PAGE(2));
	for (phys_addr_t pa = MM(1); !memblock_reserve(pa, 1); pa += 2)
		assert_true(pa < MM(2));
	assert_panics(reserve_bootmem(MM(3), PAGE(1), BOOTMEM_DEFAULT),
		      "memblock: no room to record 0x1000 bytes at 0x103000");
}

static void test_reserve_bootmem_node(void **state)
{
	(void)state;
	on_each_road {
		machine_on_road(2, BASE, "00001111");
		assert_int_equal(reserve_bootmem_node(NODE_DATA(1), MM(4) + 1,
						      1, 0), 0);
		assert_int_equal(reserve_bootmem_node(NODE_DATA(1), MM(4),
			PAGE(2), BOOTMEM_EXCLUSIVE), -EBUSY_BOOTMEM);
		assert_pages("0000r111");
	}
}

static void test___alloc_bootmem(void **state)
{
	(void)state;
	on_each_road {
		machine_on_road(2, BASE, "00001111");
		assert_zeroed(__alloc_bootmem(8, 8, MM(100)), MM(0), 8);
		assert_zeroed(__alloc_bootmem(PAGE(2), PAGE_SIZE, MM(1)), MM(1),
			      PAGE(2));
		assert_zeroed(__alloc_bootmem(8, PAGE(4), MM(1)), MM(4), 8);
		assert_pages("bbb0b111");
		assert_panics(__alloc_bootmem(PAGE(4), ANY, 0),
			      "bootmem alloc of 16384 bytes failed");
	}
}

/* What no allocator can do, by the one call that all others come to. */
static void test_alloc_bootmem_owner_of_nonsense(void **state)
{
	(void)state;
	on_each_road {
		machine_on_road(1, 0x100, "0000");
		assert_panics(alloc_bootmem_owner(NULL, 8, 8, MM(3), MM(2),
						  &owner_stack),
			      "8 bytes above goal 0x103000 exceed limit 0x102000");
		assert_panics(alloc_bootmem_owner(NULL, PAGE(2), 8, MM(1), MM(2),
						  &owner_stack),
			      "8192 bytes above goal 0x101000 exceed limit");
		assert_panics(alloc_bootmem_owner(NULL, 0, 8, 0, 0,
						  &owner_stack), "size 0");
		assert_panics(alloc_bootmem_owner(NULL, 8, 24, 0, 0,
						  &owner_stack),
			      "alignment 24");
	}
}

static void test___alloc_bootmem_nopanic(void **state)
{
	(void)state;
	on_each_road {
		machine_on_road(1, BASE, "0000");
		assert_null(__alloc_bootmem_nopanic(PAGE(5), ANY, 0));
		assert_zeroed(__alloc_bootmem_nopanic(PAGE(4), ANY, MM(2)),
			      MM(0), PAGE(4));
		assert_null(__alloc_bootmem_nopanic(1, ANY, 0));
	}
}

static void test___alloc_bootmem_node(void **state)
{
	(void)state;
	on_each_road {
		machine_on_road(2, BASE, "00001111");
		assert_zeroed(__alloc_bootmem_node(NODE_DATA(1), PAGE(3), ANY,
						   0), MM(4), PAGE(3));
		assert_zeroed(__alloc_bootmem_node(NODE_DATA(1), PAGE(2), ANY,
						   0), MM(0), PAGE(2));
		assert_pages("bb00bbb1");
		assert_panics(__alloc_bootmem_node(NODE_DATA(1), PAGE(3), ANY,
						   0),
			      "bootmem alloc of 12288 bytes failed");
	}
}

static void test___alloc_bootmem_node_nopanic(void **state)
{
	(void)state;
	on_each_road {
		machine_on_road(2, BASE, "00001111");
		assert_null(__alloc_bootmem_node_nopanic(NODE_DATA(0), PAGE(5),
							 ANY, 0));
		assert_zeroed(__alloc_bootmem_node_nopanic(NODE_DATA(0),
			PAGE(1), ANY, MM(2)), MM(2), PAGE(1));
	}
}

static void test____alloc_bootmem_node_nopanic(void **state)
{
	(void)state;
	on_each_road {
		machine_on_road(2, BASE, "00001111");
		assert_zeroed(___alloc_bootmem_node_nopanic(NODE_DATA(0),
			PAGE(2), ANY, 0, MM(2)), MM(0), PAGE(2));
		assert_null(___alloc_bootmem_node_nopanic(NODE_DATA(0), PAGE(1),
							  ANY, 0, MM(2)));
		assert_zeroed(___alloc_bootmem_node_nopanic(NODE_DATA(0),
			PAGE(2), ANY, MM(1), MM(2)), MM(2), PAGE(2));
		assert_zeroed(___alloc_bootmem_node_nopanic(NODE_DATA(0),
			PAGE(1), ANY, MM(5), MM(2)), MM(5), PAGE(1));
		assert_pages("bbbb1b11");
	}
}

/* high_machine(): a node of four pages in DMA32 and @above above. */
static void high_machine(size_t above)
{
	host.dma32_limit_pfn = BASE + 4;
	mm_machine(1, BASE, many_pages(4 + above));
}

static void test___alloc_bootmem_node_high(void **state)
{
	const size_t enough = ((size_t)128 << 20 >> PAGE_SHIFT) + 1;
	pg_data_t *node;

	(void)state;
	high_machine(enough);
	node = NODE_DATA(0);
	assert_zeroed(__alloc_bootmem_node_high(node, 8, ANY, MM(1)), MM(4), 8);
	assert_zeroed(__alloc_bootmem_node_high(node, PAGE(1), ANY, MM(6)),
		      MM(6), PAGE(1));
	free_bootmem(MM(4), PAGE(1));
	assert_zeroed(__alloc_bootmem_node_high(node, PAGE(1), ANY, 0), MM(4),
		      PAGE(1));
	assert_panics(__alloc_bootmem_node_high(node, 0, ANY, 0),
		      "alloc_bootmem: size 0");
	fail_alloc_set(1);
	assert_zeroed(__alloc_bootmem_node_high(node, PAGE(1), ANY, 0), MM(5),
		      PAGE(1));
	assert_int_equal(fail_alloc_count(), 2);
	fail_alloc_set(0);
	reserve_bootmem(MM(4), PAGE(enough), BOOTMEM_DEFAULT);
	assert_zeroed(__alloc_bootmem_node_high(node, PAGE(1), ANY, MM(1)),
		      MM(1), PAGE(1));
}

/* It has less than that, has no map, or the stage isn't bootmem's. */
static void test___alloc_bootmem_node_high_without_room(void **state)
{
	const size_t too_few = (size_t)128 << 20 >> PAGE_SHIFT;

	high_machine(too_few);
	assert_zeroed(__alloc_bootmem_node_high(NODE_DATA(0), 8, ANY, MM(1)),
		      MM(1), 8);
	unit_reset(state);
	road = ALLOC_MEMBLOCK;
	machine_on_road(1, BASE, "0000");
	assert_zeroed(__alloc_bootmem_node_high(NODE_DATA(0), 8, ANY, MM(2)),
		      MM(2), 8);
	stage_begin(STAGE_RUNNING);
	assert_panics(__alloc_bootmem_node_high(NODE_DATA(0), 8, ANY, 0),
		      "__alloc_bootmem_node_high() of memblock called in stage");
}

static void test___alloc_bootmem_low(void **state)
{
	(void)state;
	on_each_road {
		machine_on_road(2, PFN_4G - 4, "00001111");
		assert_zeroed(__alloc_bootmem_low(PAGE(2), ANY, MM(1)), MM(1),
			      PAGE(2));
		assert_zeroed(__alloc_bootmem_low(PAGE(1), ANY, MM(3)), MM(3),
			      PAGE(1));
		assert_zeroed(__alloc_bootmem_low(8, ANY, MM(6)), MM(0), 8);
		assert_panics(__alloc_bootmem_low(PAGE(1), ANY, 0),
			      "bootmem alloc of 4096 bytes failed");
		assert_pages("bbbb1111");
	}
}

static void test___alloc_bootmem_low_nopanic(void **state)
{
	(void)state;
	on_each_road {
		machine_on_road(2, PFN_4G - 4, "00001111");
		assert_zeroed(__alloc_bootmem_low_nopanic(PAGE(3), ANY, MM(2)),
			      MM(0), PAGE(3));
		assert_null(__alloc_bootmem_low_nopanic(PAGE(2), ANY, 0));
		assert_null(__alloc_bootmem_low_nopanic(PAGE(2), ANY, MM(6)));
		assert_pages("bbb01111");
	}
}

static void test___alloc_bootmem_low_node(void **state)
{
	(void)state;
	on_each_road {
		machine_on_road(2, PFN_4G - 4, "00111111");
		assert_zeroed(__alloc_bootmem_low_node(NODE_DATA(1), PAGE(2),
						       ANY, 0), MM(2), PAGE(2));
		assert_zeroed(__alloc_bootmem_low_node(NODE_DATA(1), PAGE(2),
						       ANY, 0), MM(0), PAGE(2));
		assert_panics(__alloc_bootmem_low_node(NODE_DATA(1), 8, ANY, 0),
			      "bootmem alloc of 8 bytes failed");
		assert_pages("bbbb1111");
	}
}

/* The short forms: 100 bytes twice show the alignment, on a machine of two nodes
 * of which the second lies above 4 GiB. */
#define assert_short_form(call, first, second) do {			\
	machine_on_road(2, PFN_4G - 4, "00001111");			\
	assert_zeroed(call, first, 100);				\
	assert_zeroed(call, second, 100);				\
} while (0)

/* fill_node(): nothing of node @nid is free. */
static void fill_node(unsigned long nid)
{
	reserve_bootmem(MM(nid * 4), PAGE(4), BOOTMEM_DEFAULT);
}

static void test_alloc_bootmem(void **state)
{
	(void)state;
	on_each_road {
		assert_short_form(alloc_bootmem(100), MM(0), MM(0) + 128);
		fill_node(0);
		fill_node(1);
		assert_panics(alloc_bootmem(PAGE(1)), "bootmem alloc of 4096");
	}
}

/* What is allocated can be written to when paging is on. */
static void test_alloc_bootmem_is_mapped_to_be_written(void **state)
{
	const struct memblock_type *rsv = &memblock.reserved;

	(void)state;
	on_each_road {
		long i;

		machine_on_road(1, BASE, "0000");
		i = memblock_search(rsv, virt_to_phys(alloc_bootmem(100)));
		assert_int_equal(rsv->regions[i].owner->prot,
				 VM_READ | VM_WRITE);
	}
}

static void test_alloc_bootmem_align(void **state)
{
	(void)state;
	on_each_road
		assert_short_form(alloc_bootmem_align(100, 256), MM(0),
				  MM(0) + 256);
}

static void test_alloc_bootmem_nopanic(void **state)
{
	(void)state;
	on_each_road {
		assert_short_form(alloc_bootmem_nopanic(100), MM(0),
				  MM(0) + 128);
		assert_null(alloc_bootmem_nopanic(PAGE(5)));
	}
}

static void test_alloc_bootmem_pages(void **state)
{
	(void)state;
	on_each_road {
		assert_short_form(alloc_bootmem_pages(100), MM(0), MM(1));
		assert_panics(alloc_bootmem_pages(PAGE(5)),
			      "bootmem alloc of 20480");
	}
}

static void test_alloc_bootmem_pages_nopanic(void **state)
{
	(void)state;
	on_each_road {
		assert_short_form(alloc_bootmem_pages_nopanic(100), MM(0),
				  MM(1));
		assert_null(alloc_bootmem_pages_nopanic(PAGE(5)));
	}
}

static void test_alloc_bootmem_node(void **state)
{
	(void)state;
	on_each_road {
		assert_short_form(alloc_bootmem_node(NODE_DATA(1), 100), MM(4),
				  MM(4) + 128);
		assert_panics(alloc_bootmem_node(NODE_DATA(1), PAGE(5)),
			      "bootmem alloc of 20480");
	}
}

static void test_alloc_bootmem_node_nopanic(void **state)
{
	(void)state;
	on_each_road {
		assert_short_form(alloc_bootmem_node_nopanic(NODE_DATA(1), 100),
				  MM(4), MM(4) + 128);
		assert_null(alloc_bootmem_node_nopanic(NODE_DATA(1), PAGE(5)));
	}
}

static void test_alloc_bootmem_pages_node(void **state)
{
	(void)state;
	on_each_road {
		assert_short_form(alloc_bootmem_pages_node(NODE_DATA(1), 100),
				  MM(4), MM(5));
		assert_panics(alloc_bootmem_pages_node(NODE_DATA(1), PAGE(5)),
			      "bootmem alloc of 20480");
	}
}

static void test_alloc_bootmem_pages_node_nopanic(void **state)
{
	(void)state;
	on_each_road {
		assert_short_form(alloc_bootmem_pages_node_nopanic(NODE_DATA(1),
								   100),
				  MM(4), MM(5));
		assert_null(alloc_bootmem_pages_node_nopanic(NODE_DATA(1),
							     PAGE(5)));
	}
}

static void test_alloc_bootmem_low(void **state)
{
	(void)state;
	on_each_road {
		assert_short_form(alloc_bootmem_low(100), MM(0), MM(0) + 128);
		fill_node(0);
		assert_panics(alloc_bootmem_low(PAGE(1)),
			      "bootmem alloc of 4096");
	}
}

static void test_alloc_bootmem_low_pages(void **state)
{
	(void)state;
	on_each_road {
		assert_short_form(alloc_bootmem_low_pages(100), MM(0), MM(1));
		fill_node(0);
		assert_panics(alloc_bootmem_low_pages(8),
			      "bootmem alloc of 8 bytes");
	}
}

static void test_alloc_bootmem_low_pages_nopanic(void **state)
{
	(void)state;
	on_each_road {
		assert_short_form(alloc_bootmem_low_pages_nopanic(100), MM(0),
				  MM(1));
		fill_node(0);
		assert_null(alloc_bootmem_low_pages_nopanic(8));
	}
}

static void test_alloc_bootmem_low_pages_node(void **state)
{
	(void)state;
	on_each_road {
		assert_short_form(alloc_bootmem_low_pages_node(NODE_DATA(1),
							       100),
				  MM(0), MM(1));
		fill_node(0);
		assert_panics(alloc_bootmem_low_pages_node(NODE_DATA(1), 8),
			      "bootmem alloc of 8 bytes");
	}
}

/* Pages that are in no list and no map any more: the buddy has all of them. */
static void test_free_all_bootmem(void **state)
{
	unsigned long nr;

	(void)state;
	mm_machine(2, BASE, "00001111..1100");
	reserve_bootmem(MM(5), PAGE(2), BOOTMEM_DEFAULT);
	stage_begin(STAGE_ZONES);
	free_area_init();
	stage_begin(STAGE_HANDOVER);
	nr = free_all_bootmem();
	assert_int_equal(PAGE(nr), memblock_phys_mem_size() -
				   memblock_reserved_size());
}

/* The zones are checked against the maps on the way. */
static void test_free_all_bootmem_with_a_wrong_zone(void **state)
{
	(void)state;
	mm_machine(1, BASE, "00000000");
	stage_begin(STAGE_ZONES);
	free_area_init();
	stage_begin(STAGE_HANDOVER);
	NODE_DATA(0)->node_zones[ZONE_DMA32].spanned_pages = 7;
	assert_panics(free_all_bootmem(), "8 present, 7 spanned");
}

static void test_free_bootmem_late(void **state)
{
	unsigned long free;

	(void)state;
	mm_machine(1, BASE, "00000000");
	reserve_bootmem(MM(4), PAGE(4), BOOTMEM_DEFAULT);
	mm_handover();
	free = NODE_DATA(0)->node_zones[ZONE_DMA32].nr_free;
	free_bootmem_late(MM(4) + 1, PAGE(3) - 1);
	assert_int_equal(NODE_DATA(0)->node_zones[ZONE_DMA32].nr_free,
			 free + 2);
	assert_false(memblock_is_reserved(MM(5)));
	assert_true(memblock_is_reserved(MM(4)));
	page_alloc_check();
}

/* The lines are those of a Linux boot with the same argument. */
static void test_bootmem_debug(void **state)
{
	(void)state;
	bootmem_debug = true;
	mm_machine(1, 0x100, "0000");
	assert_log("bootmem::init_bootmem_node nid=0 start=100 map=");
	assert_log(" end=104 mapsize=");
	alloc_bootmem(100);
	assert_log("bootmem::alloc_in_node nid=0 size=64 [1 pages] align=40 goal=0 limit=0\n");
	assert_log("bootmem::take nid=0 start=100 end=101\n");
	free_bootmem(MM(0), PAGE(1));
	assert_log("bootmem::give nid=0 start=100 end=101\n");
	bootmem_debug = false;
}

/*
 * The defects that Linux's bootmem had to its end, by the numbers that
 * docs/early-memory.md gives them.
 */

/* B1: the limit of the low form for a node is kept. */
static void test_b1_low_node_stays_low(void **state)
{
	(void)state;
	on_each_road {
		machine_on_road(2, PFN_4G - 2, "0011");
		assert_int_equal(virt_to_phys(__alloc_bootmem_low_node(
			NODE_DATA(1), PAGE(1), ANY, 0)), MM(0));
		assert_int_equal(virt_to_phys(__alloc_bootmem_low_node(
			NODE_DATA(1), PAGE(1), ANY, MM(3))), MM(1));
		assert_panics(__alloc_bootmem_low_node(NODE_DATA(1), PAGE(1),
						       ANY, MM(3)), "failed");
	}
}

/* B2: what was freed is not shared: its page is taken again by whoever gets it. */
static void test_b2_freed_page_is_not_shared(void **state)
{
	(void)state;
	on_each_road {
		machine_on_road(1, BASE, "0000");
		__alloc_bootmem(128, ANY, 0);
		free_bootmem(MM(0), PAGE(1));
		assert_pages("0000");
		assert_int_equal(virt_to_phys(__alloc_bootmem(64, ANY, MM(1))),
				 MM(1));
		assert_pages("0b00");
	}
}

/* The same where somebody else has the page by then: what is allocated next is not
 * put into what is his. */
static void test_b2_page_of_somebody_else_is_not_shared(void **state)
{
	(void)state;
	on_each_road {
		machine_on_road(1, BASE, "00000");
		__alloc_bootmem(PAGE(1), ANY, 0);
		__alloc_bootmem(128, ANY, 0);
		free_bootmem(MM(1), PAGE(1));
		reserve_bootmem(MM(1), PAGE(1), BOOTMEM_DEFAULT);
		assert_int_equal(virt_to_phys(__alloc_bootmem(64, ANY, 0)),
				 MM(2));
		assert_pages("brb00");
	}
}

/* A table that needs pages of a map gets them where they are free, or none. */
static void test_bootmem_take_pages(void **state)
{
	(void)state;
	mm_machine(2, BASE, "0..11");
	assert_int_equal(bootmem_take_pages(2), MM(3));
	assert_int_equal(bootmem_take_pages(1), MM(0));
	assert_int_equal(bootmem_take_pages(1), 0);
}

/* B3: sharing a page never leads below the goal. */
static void test_b3_goal_is_not_undercut(void **state)
{
	(void)state;
	on_each_road {
		machine_on_road(1, BASE, "0000");
		__alloc_bootmem(128, ANY, 0);
		assert_int_equal(virt_to_phys(__alloc_bootmem(64, ANY, MM(1))),
				 MM(1));
	}
}

/* B4: a node that begins anywhere in a word of bits loses no page at its end. */
static void test_b4_no_tail_page_is_lost(void **state)
{
	for (unsigned long begin = 0; begin < 64; begin += 21) {
		unsigned long nr;

		unit_reset(state);
		mm_machine(1, BASE + begin, many_pages(10000));
		reserve_bootmem(MM(17), PAGE(4), BOOTMEM_DEFAULT);
		stage_begin(STAGE_ZONES);
		free_area_init();
		stage_begin(STAGE_HANDOVER);
		nr = free_all_bootmem();
		assert_int_equal(nr, 10000 - 4 - 1);
	}
}

/* B5: a node's map goes by its own pages, wherever it lies: it is made and freed
 * as what it is. */
static void test_b5_map_on_another_node(void **state)
{
	(void)state;
	mm_machine(2, BASE, "00001111");
	bdata_list = NULL;
	init_bootmem_node(NODE_DATA(1), BASE, BASE + 4, BASE + 8);
	memblock_reserve_owner(MM(0), PAGE(1), MEMBLOCK_NONE, &owner_bitmap);
	free_bootmem_node(NODE_DATA(1), MM(4), PAGE(4));
	assert_int_equal(pfn_tree_count(&NODE_DATA(1)->bdata->tree, BASE + 4,
					BASE + 8, NULL), 4);
	memblock_phys_free(MM(0), PAGE(1));
	assert_int_equal(pfn_tree_next_taken(&NODE_DATA(1)->bdata->tree,
					     BASE + 4), BASE + 8);
}

/* B6: with a node at an odd place, reserved pages stay reserved at handover. */
static void test_b6_reserved_pages_are_not_freed(void **state)
{
	for (unsigned long begin = 1; begin < 64; begin += 13) {
		unit_reset(state);
		mm_machine(1, BASE + begin, many_pages(200));
		for (unsigned long i = 3; i < 200; i += 7)
			reserve_bootmem(MM(i), PAGE(1), BOOTMEM_DEFAULT);
		mm_handover();
		for (unsigned long i = 3; i < 200; i += 7)
			assert_int_equal(mm_free_in(BASE + begin + i),
					 NUMA_NO_NODE);
	}
}

/* B7: where whole pages are asked for, whole pages come: the place that a map is
 * put is never cut to a page that begins before it. */
static void test_b7_map_begins_with_its_page(void **state)
{
	(void)state;
	stage_begin(STAGE_BOOTMEM);
	host_ram(PAGE(16), PAGE(4));
	memblock_add(PAGE(16), PAGE(4));
	memblock_phys_alloc(100, 64);
	assert_int_equal(memblock_phys_alloc(100, PAGE_SIZE), PAGE(19));
	memblock_set_bottom_up(true);
	memblock_phys_alloc(100, 64);
	assert_int_equal(memblock_phys_alloc(100, PAGE_SIZE), PAGE(17));
}

#define TEST(name) cmocka_unit_test_setup(name, unit_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_bootmem_bootmap_pages),
		TEST(test_init_bootmem_node),
		TEST(test_init_bootmem),
		TEST(test_init_bootmem_past_memory),
		TEST(test_free_bootmem),
		TEST(test_free_bootmem_of_a_hole),
		TEST(test_free_bootmem_of_part_of_a_page),
		TEST(test_free_bootmem_node),
		TEST(test_reserve_bootmem),
		TEST(test_reserve_bootmem_without_room),
		TEST(test_reserve_bootmem_node),
		TEST(test___alloc_bootmem),
		TEST(test_alloc_bootmem_owner_of_nonsense),
		TEST(test___alloc_bootmem_nopanic),
		TEST(test___alloc_bootmem_node),
		TEST(test___alloc_bootmem_node_nopanic),
		TEST(test____alloc_bootmem_node_nopanic),
		TEST(test___alloc_bootmem_node_high),
		TEST(test___alloc_bootmem_node_high_without_room),
		TEST(test___alloc_bootmem_low),
		TEST(test___alloc_bootmem_low_nopanic),
		TEST(test___alloc_bootmem_low_node),
		TEST(test_alloc_bootmem),
		TEST(test_alloc_bootmem_is_mapped_to_be_written),
		TEST(test_alloc_bootmem_align),
		TEST(test_alloc_bootmem_nopanic),
		TEST(test_alloc_bootmem_pages),
		TEST(test_alloc_bootmem_pages_nopanic),
		TEST(test_alloc_bootmem_node),
		TEST(test_alloc_bootmem_node_nopanic),
		TEST(test_alloc_bootmem_pages_node),
		TEST(test_alloc_bootmem_pages_node_nopanic),
		TEST(test_alloc_bootmem_low),
		TEST(test_alloc_bootmem_low_pages),
		TEST(test_alloc_bootmem_low_pages_nopanic),
		TEST(test_alloc_bootmem_low_pages_node),
		TEST(test_free_all_bootmem),
		TEST(test_free_all_bootmem_with_a_wrong_zone),
		TEST(test_free_bootmem_late),
		TEST(test_bootmem_debug),
		TEST(test_b1_low_node_stays_low),
		TEST(test_b2_freed_page_is_not_shared),
		TEST(test_b2_page_of_somebody_else_is_not_shared),
		TEST(test_bootmem_take_pages),
		TEST(test_b3_goal_is_not_undercut),
		TEST(test_b4_no_tail_page_is_lost),
		TEST(test_b5_map_on_another_node),
		TEST(test_b6_reserved_pages_are_not_freed),
		TEST(test_b7_map_begins_with_its_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
