/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memblock's calls, one test a call and named after it: what a caller of Linux's
 * would rely on. docs/early-memory.md lists the calls; test_early_memory.py
 * holds its table against the names here.
 *
 * Machines are drawn, one character a page, the first one page BASE:
 *
 *	memory		'.' no RAM; '0' '1' ... RAM of that node; 'h' 'm' 'n' 'u'
 *			RAM of node 0 that is hotpluggable, mirrored, not mapped,
 *			RAM of no node
 *	reserved	'x' somebody's, 's' somebody's that needs no state
 */
#include "road_fixture.h"

/* Number of a drawing's first page; 16 pages on is 4 GiB. */
#define BASE	(0x100000ul - 16)

/* Characters of a drawing at most. */
#define CANVAS	32

/* The address of a drawing's page @n. */
#define AT(n)	PAGE(BASE + (n))

/* Limits that aren't there. */
#define ANYWHERE	MEMBLOCK_ALLOC_ANYWHERE
#define ACCESSIBLE	MEMBLOCK_ALLOC_ACCESSIBLE

static const struct mem_owner reason = { "dropped", "test", NULL, 0 };

/* The letters of memory's drawing, and the flags that each stands for. */
static const struct {
	char letter;
	enum memblock_flags flags;
} letters[] = {
	{ 'h', MEMBLOCK_HOTPLUG }, { 'm', MEMBLOCK_MIRROR },
	{ 'n', MEMBLOCK_NOMAP },
};

/* add_page(): page @i, of the kind @c. */
static void add_page(size_t i, char c)
{
	enum memblock_flags flags = MEMBLOCK_NONE;
	int nid = 0;

	for (size_t k = 0; k < ARRAY_SIZE(letters); k++)
		if (letters[k].letter == c)
			flags = letters[k].flags;
	if (c == 'u')
		nid = NUMA_NO_NODE;
	else if (c <= '9')
		nid = c - '0';
	assert_int_equal(memblock_add_node(AT(i), PAGE(1), nid, flags), 0);
}

/* draw(): memory as in @drawing; memblock is the legal allocator. */
static void draw(const char *drawing)
{
	unit_reset(NULL);
	stage_begin(STAGE_BOOTMEM);
	host_ram(AT(0), PAGE(strlen(drawing)));
	for (size_t i = 0; drawing[i]; i++)
		if (drawing[i] != '.')
			add_page(i, drawing[i]);
}

/* letter_of(): what is drawn for memory like @r. */
static char letter_of(const struct memblock_region *r)
{
	for (size_t k = 0; k < ARRAY_SIZE(letters); k++)
		if (letters[k].flags == r->flags)
			return letters[k].letter;
	return r->nid == NUMA_NO_NODE ? 'u' : (char)('0' + r->nid);
}

/* assert_memory(): memory looks like @drawing and has as few regions as it can:
 * one for each run of a letter. */
static void assert_memory(const char *drawing)
{
	char canvas[CANVAS + 1];
	unsigned long runs = 0;
	size_t i;

	memblock_check();
	for (i = 0; drawing[i]; i++) {
		long at = memblock_search(&memblock.memory, AT(i));

		canvas[i] = at < 0 ? '.'
				   : letter_of(&memblock.memory.regions[at]);
		runs += at >= 0 && (!i || canvas[i] != canvas[i - 1]);
	}
	canvas[i] = '\0';
	assert_string_equal(canvas, drawing);
	assert_int_equal(memblock.memory.cnt, runs);
}

/* assert_reserved(): the pages that @drawing shows are reserved. */
static void assert_reserved(const char *drawing)
{
	char canvas[CANVAS + 1];
	size_t i;

	memblock_check();
	for (i = 0; drawing[i]; i++) {
		long at = memblock_search(&memblock.reserved, AT(i));

		if (at < 0)
			canvas[i] = '.';
		else
			canvas[i] = memblock.reserved.regions[at].flags &
				    MEMBLOCK_RSRV_NOINIT ? 's' : 'x';
	}
	canvas[i] = '\0';
	assert_string_equal(canvas, drawing);
}

/* assert_bytes(): @mem is at page @n, and its @size bytes are all @byte. */
static void assert_bytes(const void *mem, size_t n, size_t size,
			 unsigned char byte)
{
	const unsigned char *bytes = mem;

	assert_non_null(mem);
	assert_int_equal(virt_to_phys(mem), AT(n));
	for (size_t i = 0; i < size; i++)
		assert_int_equal(bytes[i], byte);
}

static void test_memblock_add(void **state)
{
	(void)state;
	draw("..00....");
	assert_int_equal(memblock_add(AT(1), PAGE(5)), 0);
	assert_memory(".00000..");
	assert_int_equal(memblock_add(AT(1), 0), -1);
	assert_int_equal(memblock_add(AT(1), PHYS_ADDR_MAX), -1);
	assert_memory(".00000..");
}

static void test_memblock_add_node(void **state)
{
	(void)state;
	draw("..0..h..");
	assert_int_equal(memblock_add_node(AT(1), PAGE(6), 1, MEMBLOCK_NONE),
			 0);
	assert_memory(".1011h1.");
	assert_false(memblock.has_mirror);
	assert_int_equal(memblock_add_node(AT(7), PAGE(1), 0, MEMBLOCK_MIRROR),
			 0);
	assert_memory(".1011h1m");
	assert_true(memblock.has_mirror);
}

static void test_memblock_remove(void **state)
{
	(void)state;
	draw("00001111");
	assert_int_equal(memblock_remove(AT(2), PAGE(3)), 0);
	assert_memory("00...111");
	assert_int_equal(memblock_remove(AT(2), PAGE(3)), 0);
	assert_int_equal(memblock_remove(AT(2), 0), -1);
	assert_memory("00...111");
}

static void test_memblock_reserve(void **state)
{
	(void)state;
	draw("00000000");
	assert_int_equal(memblock_reserve(AT(2), PAGE(2)), 0);
	assert_int_equal(memblock_reserve(AT(1), PAGE(5)), 0);
	assert_reserved(".xxxxx..");
	assert_int_equal(memblock.reserved.cnt, 1);
	assert_int_equal(memblock_reserve(AT(7), 0), -1);
	assert_int_equal(memblock_reserve(PHYS_ADDR_MAX, 2), -1);
	assert_reserved(".xxxxx..");
}

static void test_memblock_phys_free(void **state)
{
	(void)state;
	draw("00000000");
	memblock_reserve(AT(1), PAGE(5));
	assert_int_equal(memblock_phys_free(AT(2), PAGE(2)), 0);
	assert_reserved(".x..xx..");
	assert_int_equal(memblock_phys_free(AT(2), PAGE(2)), 0);
	assert_int_equal(memblock_phys_free(AT(2), 0), -1);
	assert_reserved(".x..xx..");
}

static void test_memblock_free(void **state)
{
	(void)state;
	draw("00000000");
	memblock_reserve(AT(1), PAGE(5));
	assert_int_equal(memblock_free(phys_to_virt(AT(5)), PAGE(1)), 0);
	assert_int_equal(memblock_free(NULL, PAGE(1)), 0);
	assert_reserved(".xxxx...");
}

static void test_memblock_free_late(void **state)
{
	const phys_addr_t pa = ROAD_NODE1 + PAGE(64);
	unsigned long free;

	(void)state;
	road_machine(2);
	memblock_reserve(pa, PAGE(2));
	road_to(STAGE_RUNNING);
	free = NODE_DATA(1)->node_zones[ZONE_DMA32].nr_free;
	memblock_free_late(pa, PAGE(2));
	assert_int_equal(NODE_DATA(1)->node_zones[ZONE_DMA32].nr_free,
			 free + 2);
	assert_false(memblock_is_reserved(pa));
	page_alloc_check();
}

/* A node whose last page is the last that there is, and bytes that are less than
 * a page. */
static void test_memblock_free_all_up_to_the_last_byte(void **state)
{
	for (int i = 0; i < 2; i++) {
		unit_reset(state);
		road_machine(3);
		host_ram(-PAGE(64), PAGE(64));
		memblock_add_node(-PAGE(64), PAGE(64), 2, MEMBLOCK_NONE);
		memblock_add_node(1000, 100, 0, MEMBLOCK_NONE);
		memblock_set_bottom_up(true);
		stage_set_early(i ? ALLOC_MEMBLOCK : ALLOC_BOOTMEM);
		stage_begin(STAGE_BOOTMEM);
		bootmem_init();
		stage_begin(STAGE_ZONES);
		free_area_init();
		stage_begin(STAGE_HANDOVER);
		mem_init();
		assert_int_equal(zone_end_pfn(
			&NODE_DATA(2)->node_zones[ZONE_NORMAL]),
			PFN_DOWN(PHYS_ADDR_MAX) + 1);
		assert_true(memblock_is_region_reserved(1000, 100));
	}
}

static void test_memblock_free_all(void **state)
{
	unsigned long nr;

	(void)state;
	road_machine(2);
	stage_set_early(ALLOC_MEMBLOCK);
	road_to(STAGE_HANDOVER);
	nr = memblock_free_all();
	stage_begin(STAGE_RUNNING);
	page_alloc_check();
	assert_int_equal(PAGE(nr), memblock_phys_mem_size() -
				   memblock_reserved_size());
	assert_false(memblock.bottom_up);
}

/* The table moves while the last bytes of the address space are reserved: there
 * is nothing above them that it could lie in. */
static void test_memblock_reserve_of_the_last_byte(void **state)
{
	struct memblock_region *table = memblock.reserved.regions;
	phys_addr_t pa;

	(void)state;
	draw("00000000");
	host_ram(-PAGE(4), PAGE(4));
	memblock_add(-PAGE(4), PAGE(4));
	for (pa = AT(0); memblock.reserved.cnt + 2 < memblock.reserved.max;
	     pa += 2)
		assert_int_equal(memblock_reserve(pa, 1), 0);
	assert_ptr_equal(memblock.reserved.regions, table);
	assert_int_equal(memblock_reserve(-PAGE(3) + 8, PAGE(3) - 8), 0);
	table = memblock.reserved.regions;
	pa = virt_to_phys(table);
	assert_true(pa >= AT(1) && pa < AT(8));
	assert_true(memblock_is_region_reserved(pa, PAGE(1)));
	memblock_check();
}

/* fill(): reserved regions of a byte until there is no room for one more. */
static void fill(void)
{
	for (phys_addr_t pa = AT(0); !memblock_reserve(pa, 1); pa += 2)
		assert_true(pa < AT(1));
}

/* Memory's table can only move where its reservation can be written down. */
static void test_memblock_add_without_room_to_reserve(void **state)
{
	unsigned long cnt;

	(void)state;
	draw("........");
	fill();
	for (phys_addr_t pa = AT(0); !memblock_add(pa, 1); pa += 2)
		assert_true(pa < AT(1));
	cnt = memblock.memory.cnt;
	assert_log("memblock: no memory for 256 regions in reserved");
	assert_no_log("regions in memory");
	assert_int_equal(memblock_add(AT(7), 1), -1);
	assert_int_equal(memblock.memory.cnt, cnt);
	memblock_check();
}

/* What is dropped can't be written down: then nothing was dropped. */
static void test_memblock_drop(void **state)
{
	(void)state;
	draw("00001111");
	assert_int_equal(memblock_drop(AT(2), 0, &reason), -1);
	assert_int_equal(memblock_drop(AT(3), PAGE(2), &reason), 0);
	assert_memory("000..111");
	assert_int_equal(memblock.dropped.cnt, 2);
	assert_int_equal(memblock.dropped.regions[1].nid, 1);
	draw("00000000");
	memblock_set_current_limit(PAGE(2));
	for (phys_addr_t pa = AT(9);
	     !memblock_claim_dropped(pa, 1, 0, &reason); pa += 2)
		assert_true(pa < AT(10));
	assert_int_equal(memblock_drop(AT(3), PAGE(2), &reason), -1);
	assert_memory("00000000");
}

static void test_memblock_lower_bound(void **state)
{
	const struct memblock_type *mem = &memblock.memory;

	(void)state;
	draw(".0.1.");
	assert_int_equal(memblock_lower_bound(mem, AT(1)), 0);
	assert_int_equal(memblock_lower_bound(mem, AT(2) - 1), 0);
	assert_int_equal(memblock_lower_bound(mem, AT(2)), 1);
	assert_int_equal(memblock_lower_bound(mem, AT(4)), 2);
}

static void test_memblock_upper_bound(void **state)
{
	const struct memblock_type *mem = &memblock.memory;

	(void)state;
	draw(".0.1.");
	assert_int_equal(memblock_upper_bound(mem, AT(1) - 1), 0);
	assert_int_equal(memblock_upper_bound(mem, AT(1)), 1);
	assert_int_equal(memblock_upper_bound(mem, AT(3) - 1), 1);
	assert_int_equal(memblock_upper_bound(mem, AT(3)), 2);
	assert_int_equal(memblock_upper_bound(mem, AT(4)), 2);
	memblock_remove(AT(3), PAGE(1));
	assert_int_equal(memblock_upper_bound(mem, AT(4)), 1);
}

static void test_memblock_search(void **state)
{
	(void)state;
	draw(".0.1.");
	assert_int_equal(memblock_search(&memblock.memory, AT(1) - 1), -1);
	assert_int_equal(memblock_search(&memblock.memory, AT(1)), 0);
	assert_int_equal(memblock_search(&memblock.memory, AT(4) - 1), 1);
	assert_int_equal(memblock_search(&memblock.memory, AT(4)), -1);
}

static void test_memblock_mark_hotplug(void **state)
{
	(void)state;
	draw("00000000");
	assert_int_equal(memblock_mark_hotplug(AT(2), PAGE(3)), 0);
	assert_memory("00hhh000");
	assert_int_equal(memblock_mark_hotplug(AT(2), 0), -1);
}

static void test_memblock_clear_hotplug(void **state)
{
	(void)state;
	draw("hhhhhhhh");
	assert_int_equal(memblock_clear_hotplug(AT(2), PAGE(3)), 0);
	assert_memory("hh000hhh");
	assert_int_equal(memblock_clear_hotplug(AT(0), PAGE(8)), 0);
	assert_memory("00000000");
}

static void test_memblock_mark_mirror(void **state)
{
	(void)state;
	draw("00000000");
	assert_int_equal(memblock_mark_mirror(AT(2), 0), -1);
	assert_false(memblock.has_mirror);
	assert_int_equal(memblock_mark_mirror(AT(2), PAGE(3)), 0);
	assert_memory("00mmm000");
	assert_true(memblock.has_mirror);
	assert_int_equal(memblock_phys_alloc(PAGE(3), PAGE(1)), AT(2));
	assert_int_equal(memblock_phys_alloc(PAGE(1), PAGE(1)), AT(7));
}

static void test_memblock_mark_nomap(void **state)
{
	(void)state;
	draw("00000000");
	assert_int_equal(memblock_mark_nomap(AT(5), PAGE(9)), 0);
	assert_memory("00000nnn");
	assert_int_equal(memblock_phys_alloc(PAGE(1), PAGE(1)), AT(4));
}

/* On the way to the buddy NOMAP memory is nobody's to have. */
static void test_memblock_mark_nomap_on_both_roads(void **state)
{
	const phys_addr_t pa = ROAD_NODE1 + PAGE(8);

	for (int i = 0; i < 2; i++) {
		long at;

		unit_reset(state);
		stage_set_early(i ? ALLOC_MEMBLOCK : ALLOC_BOOTMEM);
		road_machine(2);
		memblock_mark_nomap(pa, PAGE(4));
		road_to(STAGE_RUNNING);
		at = memblock_search(&memblock.reserved, pa);
		assert_true(at >= 0);
		assert_string_equal(memblock.reserved.regions[at].owner->kind,
				    "nomap");
		assert_int_equal(memblock.reserved.regions[at].base, pa);
		assert_int_equal(memblock.reserved.regions[at].size, PAGE(4));
		assert_int_equal(memblock.reserved.regions[at].flags,
				 MEMBLOCK_NOMAP);
	}
}

static void test_memblock_clear_nomap(void **state)
{
	(void)state;
	draw("nnnnnnnn");
	assert_int_equal(memblock_clear_nomap(AT(3), PAGE(2)), 0);
	assert_memory("nnn00nnn");
	assert_int_equal(memblock_phys_alloc(PAGE(2), PAGE(1)), AT(3));
	assert_int_equal(memblock_phys_alloc(PAGE(1), PAGE(1)), 0);
}

static void test_memblock_reserved_mark_noinit(void **state)
{
	(void)state;
	draw("00000000");
	memblock_reserve(AT(1), PAGE(5));
	assert_int_equal(memblock_reserved_mark_noinit(AT(0), PAGE(3)), 0);
	assert_reserved(".ssxxx..");
	assert_int_equal(memblock.reserved.cnt, 2);
}

static void test_memblock_set_node(void **state)
{
	(void)state;
	draw("0000000u");
	assert_int_equal(memblock_set_node(AT(2), PAGE(2), &memblock.memory, 1),
			 0);
	assert_memory("0011000u");
	assert_int_equal(memblock_set_node(AT(1), PAGE(9), &memblock.memory, 0),
			 0);
	assert_memory("00000000");
	assert_int_equal(memblock_set_node(AT(1), 0, &memblock.memory, 1), -1);
}

static void test_memblock_phys_alloc(void **state)
{
	(void)state;
	draw("0000.000");
	assert_int_equal(memblock_phys_alloc(PAGE(4), PAGE(1)), AT(0));
	assert_int_equal(memblock_phys_alloc(PAGE(4), PAGE(1)), 0);
	memblock_set_current_limit(AT(7));
	assert_int_equal(memblock_phys_alloc(PAGE(1), PAGE(2)), AT(6));
	assert_int_equal(memblock_phys_alloc(0, PAGE(1)), 0);
	assert_int_equal(memblock_phys_alloc(PAGE(1), PAGE(3)), 0);
	assert_reserved("xxxx..x.");
}

static void test_memblock_phys_alloc_range(void **state)
{
	(void)state;
	draw("00000000");
	assert_int_equal(memblock_phys_alloc_range(PAGE(2), PAGE(1), AT(1),
						   AT(5)), AT(3));
	memblock_set_bottom_up(true);
	assert_int_equal(memblock_phys_alloc_range(PAGE(2), PAGE(1), AT(1),
						   AT(5)), AT(1));
	assert_int_equal(memblock_phys_alloc_range(1, 1, AT(1), AT(5)), 0);
	assert_int_equal(memblock_phys_alloc_range(1, 1, AT(1), AT(5) + 1),
			 AT(5));
	assert_int_equal(memblock_phys_alloc_range(2, 1, AT(6) - 1, AT(6)), 0);
	assert_int_equal(memblock_phys_alloc_range(1, 1, AT(6) - 1, AT(6)),
			 AT(6) - 1);
}

static void test_memblock_phys_alloc_try_nid(void **state)
{
	(void)state;
	draw("00001111");
	assert_int_equal(memblock_phys_alloc_try_nid(PAGE(3), PAGE(1), 0),
			 AT(1));
	assert_int_equal(memblock_phys_alloc_try_nid(PAGE(3), PAGE(1), 0),
			 AT(5));
	assert_int_equal(memblock_phys_alloc_try_nid(PAGE(3), PAGE(1), 0), 0);
}

static void test_memblock_alloc_range_nid(void **state)
{
	const struct mem_owner *owner = &owner_stack;

	(void)state;
	draw("00001111");
	assert_int_equal(memblock_alloc_range_nid(PAGE(2), PAGE(1), AT(0),
		AT(6), 1, true, owner), AT(4));
	assert_int_equal(memblock_alloc_range_nid(PAGE(2), PAGE(1), AT(0),
		AT(6), 1, true, owner), 0);
	assert_int_equal(memblock_alloc_range_nid(PAGE(2), PAGE(1), AT(0),
		AT(6), 1, false, owner), AT(2));
	assert_ptr_equal(memblock.reserved.regions[0].owner, owner);
	assert_reserved("..xxxx..");
}

static void test_memblock_find_in_range_node(void **state)
{
	(void)state;
	draw("00001111");
	assert_int_equal(memblock_find_in_range_node(PAGE(2), PAGE(1), 0,
		ANYWHERE, 0), AT(2));
	assert_int_equal(memblock_find_in_range_node(PAGE(5), PAGE(1), 0,
		ANYWHERE, NUMA_NO_NODE), 0);
	memblock_set_current_limit(AT(5));
	assert_int_equal(memblock_find_in_range_node(PAGE(1), PAGE(1), 0,
		ACCESSIBLE, NUMA_NO_NODE), AT(4));
	memblock_set_current_limit(0);
	assert_int_equal(memblock_find_in_range_node(PAGE(1), PAGE(1), 0,
		ACCESSIBLE, NUMA_NO_NODE), 0);
	assert_reserved("........");
}

/* The search doesn't look at what lies outside the range: the two ways. */
static void test_memblock_find_in_range_node_between_others(void **state)
{
	(void)state;
	draw("0.0.0.0.0.00");
	for (int up = 0; up < 2; up++) {
		memblock_set_bottom_up(up);
		assert_int_equal(memblock_find_in_range_node(PAGE(2), PAGE(1),
			AT(2), AT(11), NUMA_NO_NODE), 0);
		assert_int_equal(memblock_find_in_range_node(PAGE(1), PAGE(1),
			AT(3), AT(6), NUMA_NO_NODE), AT(4));
		assert_int_equal(memblock_find_in_range_node(PAGE(1), PAGE(1),
			AT(5), AT(6), NUMA_NO_NODE), 0);
		assert_int_equal(memblock_find_in_range_node(PAGE(1), PAGE(1),
			AT(20), AT(30), NUMA_NO_NODE), 0);
	}
}

static void test_memblock_alloc(void **state)
{
	(void)state;
	draw("00000000");
	assert_bytes(memblock_alloc(PAGE(2), PAGE(4)), 4, PAGE(2), 0);
	memblock_set_current_limit(AT(2));
	assert_bytes(memblock_alloc(PAGE(1), PAGE(1)), 1, PAGE(1), 0);
	assert_null(memblock_alloc(PAGE(2), PAGE(1)));
	assert_reserved(".x..xx..");
}

static void test_memblock_alloc_raw(void **state)
{
	(void)state;
	draw("00000000");
	assert_bytes(memblock_alloc_raw(PAGE(2), PAGE(1)), 6, PAGE(2),
		     HOST_GARBAGE);
	assert_null(memblock_alloc_raw(PAGE(7), PAGE(1)));
}

static void test_memblock_alloc_or_panic(void **state)
{
	(void)state;
	draw("00000000");
	assert_bytes(memblock_alloc_or_panic(PAGE(2), PAGE(1)), 6, PAGE(2), 0);
	assert_panics(memblock_alloc_or_panic(PAGE(7), PAGE(1)),
		      "memblock: no 0x7000 free bytes in a row at a multiple of 0x1000");
}

static void test_memblock_alloc_from(void **state)
{
	(void)state;
	draw("00000000");
	memblock_set_bottom_up(true);
	assert_bytes(memblock_alloc_from(PAGE(2), PAGE(1), AT(5)), 5, PAGE(2),
		     0);
	assert_bytes(memblock_alloc_from(PAGE(2), PAGE(1), AT(5)), 0, PAGE(2),
		     0);
	assert_null(memblock_alloc_from(PAGE(4), PAGE(1), AT(5)));
}

static void test_memblock_alloc_low(void **state)
{
	(void)state;
	draw("00000000000000000000");
	assert_bytes(memblock_alloc_low(PAGE(10), PAGE(1)), 6, PAGE(10), 0);
	assert_null(memblock_alloc_low(PAGE(10), PAGE(1)));
	memblock_set_current_limit(AT(4));
	assert_bytes(memblock_alloc_low(PAGE(1), PAGE(1)), 3, PAGE(1), 0);
}

static void test_memblock_alloc_node(void **state)
{
	(void)state;
	draw("00001111");
	assert_bytes(memblock_alloc_node(PAGE(1), PAGE(1), 0), 3, PAGE(1), 0);
	assert_bytes(memblock_alloc_node(PAGE(4), PAGE(1), 0), 4, PAGE(4), 0);
	assert_null(memblock_alloc_node(PAGE(4), PAGE(1), 0));
}

static void test_memblock_alloc_try_nid(void **state)
{
	(void)state;
	draw("00001111");
	assert_bytes(memblock_alloc_try_nid(PAGE(1), PAGE(1), AT(1), AT(3), 0),
		     2, PAGE(1), 0);
	assert_bytes(memblock_alloc_try_nid(PAGE(1), PAGE(1), AT(2), AT(3), 0),
		     1, PAGE(1), 0);
	assert_bytes(memblock_alloc_try_nid(PAGE(2), PAGE(1), AT(2), ANYWHERE,
					    0), 6, PAGE(2), 0);
	assert_null(memblock_alloc_try_nid(PAGE(3), PAGE(1), AT(2), ACCESSIBLE,
					   0));
	assert_reserved(".xx...xx");
}

static void test_memblock_alloc_try_nid_raw(void **state)
{
	(void)state;
	draw("00001111");
	memblock_set_current_limit(AT(7));
	assert_bytes(memblock_alloc_try_nid_raw(PAGE(2), PAGE(1), 0, ANYWHERE,
						1), 5, PAGE(2), HOST_GARBAGE);
	assert_bytes(memblock_alloc_try_nid_raw(PAGE(2), PAGE(1), 0, ACCESSIBLE,
						1), 2, PAGE(2), HOST_GARBAGE);
	assert_null(memblock_alloc_try_nid_raw(PAGE(3), PAGE(1), 0, ACCESSIBLE,
					       1));
}

static void test_memblock_alloc_exact_nid_raw(void **state)
{
	(void)state;
	draw("00001111");
	assert_bytes(memblock_alloc_exact_nid_raw(PAGE(3), PAGE(1), AT(6),
						  ANYWHERE, 1), 5, PAGE(3),
		     HOST_GARBAGE);
	assert_null(memblock_alloc_exact_nid_raw(PAGE(2), PAGE(1), AT(6),
						 ANYWHERE, 1));
	assert_reserved(".....xxx");
}

static void test_memblock_set_bottom_up(void **state)
{
	(void)state;
	draw("0000.000");
	memblock_set_bottom_up(true);
	assert_int_equal(memblock_phys_alloc(PAGE(3), PAGE(1)), AT(0));
	assert_int_equal(memblock_phys_alloc(PAGE(2), PAGE(1)), AT(5));
	memblock_set_bottom_up(false);
	assert_int_equal(memblock_phys_alloc(PAGE(1), PAGE(1)), AT(7));
}

static void test_memblock_set_current_limit(void **state)
{
	(void)state;
	draw("00000000");
	memblock_set_current_limit(AT(3));
	assert_int_equal(memblock_phys_alloc(PAGE(1), PAGE(1)), AT(2));
	assert_int_equal(memblock_phys_alloc_range(PAGE(1), PAGE(1), 0,
						   ANYWHERE), AT(7));
}

static void test_memblock_get_current_limit(void **state)
{
	(void)state;
	draw("00000000");
	assert_int_equal(memblock_get_current_limit(), ANYWHERE);
	memblock_set_current_limit(AT(3));
	assert_int_equal(memblock_get_current_limit(), AT(3));
}

static void test_memblock_enforce_memory_limit(void **state)
{
	(void)state;
	draw("00n.0011");
	assert_int_equal(memblock_enforce_memory_limit(0, &reason), 0);
	assert_int_equal(memblock_enforce_memory_limit(PAGE(4), &reason), 0);
	assert_memory("00n.0...");
	assert_int_equal(memblock.dropped.total_size, PAGE(3));
	assert_int_equal(memblock_enforce_memory_limit(PAGE(2), &reason), 0);
	assert_memory("00......");
}

static void test_memblock_mem_limit_remove_map(void **state)
{
	(void)state;
	draw("000.00nn");
	assert_int_equal(memblock_mem_limit_remove_map(0, &reason), 0);
	assert_int_equal(memblock_mem_limit_remove_map(PAGE(3) + 1, &reason),
			 0);
	assert_true(memblock_is_memory(AT(4)));
	assert_false(memblock_is_memory(AT(4) + 1));
	assert_true(memblock_is_region_memory(AT(6), PAGE(2)));
	assert_int_equal(memblock.dropped.total_size, PAGE(2) - 1);
}

static void test_memblock_cap_memory_range(void **state)
{
	(void)state;
	draw("n000000n");
	assert_int_equal(memblock_cap_memory_range(AT(3), 0, &reason), 0);
	assert_int_equal(memblock_cap_memory_range(AT(3), PAGE(2), &reason), 0);
	assert_memory("n..00..n");
	memblock_remove(AT(0), PAGE(8));
	assert_int_equal(memblock_cap_memory_range(AT(3), PAGE(2), &reason),
			 -1);
	assert_log("memblock_cap_memory_range: No memory registered yet\n");
}

static void test_memblock_trim_memory(void **state)
{
	(void)state;
	draw("........");
	memblock_add(AT(0) + 1, PAGE(3) - 1);
	memblock_add(AT(4), PAGE(3) + 1);
	assert_int_equal(memblock_trim_memory(PAGE(3), &reason), -1);
	assert_int_equal(memblock_trim_memory(PAGE(1), &reason), 0);
	assert_memory(".00.000.");
	assert_int_equal(memblock_trim_memory(PAGE(2), &reason), 0);
	assert_memory("....00..");
	assert_int_equal(memblock.dropped.total_size, PAGE(4));
	unit_reset(NULL);
	memblock_add(0, 1);
	memblock_add(PAGE(1), PAGE(1));
	assert_int_equal(memblock_trim_memory(PAGE(1), &reason), 0);
	assert_int_equal(memblock.memory.cnt, 1);
	assert_int_equal(memblock.dropped.total_size, 1);
}

/* assert_drop_into_last_room(): with @nr regions dropped, one more can be. */
static void assert_drop_into_last_room(unsigned long nr)
{
	unit_reset(NULL);
	for (unsigned long i = 0; i < nr; i++)
		memblock_claim_dropped(PAGE(2 * i), PAGE(1), 0, &reason);
	memblock_add(PAGE(1000), PAGE(1));
	memblock_add(PAGE(1002), PAGE(1));
	assert_int_equal(memblock_drop(PAGE(1000), PAGE(1), &reason), 0);
	assert_int_equal(memblock.dropped.cnt, nr + 1);
	assert_int_equal(memblock.memory.cnt, 1);
}

/* Tables of 128, of which two are kept: the last region that fits, without any
 * memory for more; and many at once, for which doubling once isn't enough. */
static void test_memblock_drop_needs_what_it_takes(void **state)
{
	(void)state;
	assert_drop_into_last_room(125);
	unit_reset(NULL);
	stage_begin(STAGE_MEMORY);
	unit_brk(PAGE(64));
	for (unsigned long i = 0; i < 600; i++)
		assert_int_equal(memblock_add(PAGE(2 * i + 1), PAGE(1)), 0);
	assert_int_equal(memblock_drop(0, PAGE(2000), &reason), 0);
	assert_int_equal(memblock.dropped.cnt, 600);
	assert_int_equal(memblock.dropped.max, 1024);
	assert_int_equal(memblock.memory.cnt, 0);
	memblock_check();
}

/* What a plain allocation takes says so, and may be written. */
static void test_memblock_alloc_owner(void **state)
{
	const struct mem_owner *owner;

	(void)state;
	draw("00");
	memblock_phys_alloc(PAGE(1), PAGE(1));
	owner = memblock.reserved.regions[0].owner;
	assert_string_equal(owner->kind, "memblock");
	assert_string_equal(owner->name, "early allocations");
	assert_int_equal(owner->prot, VM_READ | VM_WRITE);
}

/* memblock=debug is asked for anew on each boot. */
static void test_memblock_debug(void **state)
{
	(void)state;
	draw("0");
	memblock_debug = true;
	memblock_add_node(AT(3), PAGE(1), 0, MEMBLOCK_NONE);
	assert_log("memblock_add_node: [0x00000000ffff3000-0x00000000ffff3fff] ");
	memblock_remove(AT(3), PAGE(1));
	assert_log("memblock_remove: [0x00000000ffff3000-0x00000000ffff3fff] ");
	memblock_init();
	assert_false(memblock_debug);
}

static void test_memblock_is_memory(void **state)
{
	(void)state;
	draw(".0n");
	assert_false(memblock_is_memory(AT(1) - 1));
	assert_true(memblock_is_memory(AT(1)));
	assert_true(memblock_is_memory(AT(3) - 1));
	assert_false(memblock_is_memory(AT(3)));
}

static void test_memblock_is_map_memory(void **state)
{
	(void)state;
	draw(".0n");
	assert_false(memblock_is_map_memory(AT(1) - 1));
	assert_true(memblock_is_map_memory(AT(2) - 1));
	assert_false(memblock_is_map_memory(AT(2)));
}

static void test_memblock_is_reserved(void **state)
{
	(void)state;
	draw("000");
	memblock_reserve(AT(1) + 8, 8);
	assert_false(memblock_is_reserved(AT(1) + 7));
	assert_true(memblock_is_reserved(AT(1) + 8));
	assert_true(memblock_is_reserved(AT(1) + 15));
	assert_false(memblock_is_reserved(AT(1) + 16));
}

static void test_memblock_is_region_memory(void **state)
{
	(void)state;
	draw(".0011.");
	assert_true(memblock_is_region_memory(AT(1), PAGE(4)));
	assert_false(memblock_is_region_memory(AT(1), PAGE(4) + 1));
	assert_false(memblock_is_region_memory(AT(1) - 1, PAGE(4)));
	assert_false(memblock_is_region_memory(AT(1), 0));
}

static void test_memblock_is_region_reserved(void **state)
{
	(void)state;
	draw("000000");
	memblock_reserve(AT(2), PAGE(2));
	assert_true(memblock_is_region_reserved(AT(1), PAGE(1) + 1));
	assert_false(memblock_is_region_reserved(AT(1), PAGE(1)));
	assert_true(memblock_is_region_reserved(AT(4) - 1, PAGE(1)));
	assert_false(memblock_is_region_reserved(AT(4), PAGE(1)));
}

static void test_memblock_overlaps_region(void **state)
{
	(void)state;
	draw("..00..");
	assert_true(memblock_overlaps_region(&memblock.memory, AT(0),
					     PAGE(2) + 1));
	assert_false(memblock_overlaps_region(&memblock.memory, AT(0),
					      PAGE(2)));
	assert_false(memblock_overlaps_region(&memblock.memory, AT(2), 0));
	assert_false(memblock_overlaps_region(&memblock.reserved, AT(2),
					      PAGE(1)));
}

static void test_memblock_search_pfn_nid(void **state)
{
	unsigned long start, end;

	(void)state;
	draw(".00.111.");
	assert_int_equal(memblock_search_pfn_nid(BASE + 5, &start, &end), 1);
	assert_int_equal(start, BASE + 4);
	assert_int_equal(end, BASE + 7);
	assert_int_equal(memblock_search_pfn_nid(BASE + 3, &start, &end),
			 NUMA_NO_NODE);
}

static void test_memblock_start_of_DRAM(void **state)
{
	(void)state;
	draw("....");
	assert_int_equal(memblock_start_of_DRAM(), 0);
	draw("..00.0");
	assert_int_equal(memblock_start_of_DRAM(), AT(2));
}

static void test_memblock_last_byte_of_DRAM(void **state)
{
	(void)state;
	draw("....");
	assert_int_equal(memblock_last_byte_of_DRAM(), 0);
	draw("..00.0..");
	assert_int_equal(memblock_last_byte_of_DRAM(), AT(6) - 1);
	memblock_add(PHYS_ADDR_MAX, 1);
	assert_int_equal(memblock_last_byte_of_DRAM(), PHYS_ADDR_MAX);
}

static void test_memblock_phys_mem_size(void **state)
{
	(void)state;
	draw("..00.1n.");
	assert_int_equal(memblock_phys_mem_size(), PAGE(4));
}

static void test_memblock_reserved_size(void **state)
{
	(void)state;
	draw("00000000");
	memblock_reserve(AT(2), PAGE(2));
	memblock_reserve(AT(3), PAGE(2));
	assert_int_equal(memblock_reserved_size(), PAGE(3));
}

static void test_memblock_estimated_nr_free_pages(void **state)
{
	(void)state;
	draw("00000000");
	memblock_reserve(AT(2), PAGE(3));
	assert_int_equal(memblock_estimated_nr_free_pages(), 5);
}

static void test_memblock_validate_numa_coverage(void **state)
{
	(void)state;
	draw("0000u11u");
	assert_true(memblock_validate_numa_coverage(PAGE(2)));
	assert_string_equal(host_log(), "");
	assert_false(memblock_validate_numa_coverage(PAGE(2) - 1));
	assert_log("NUMA: no nodes coverage for 0MB of 0MB RAM\n");
	memblock_add_node(PAGE(1), (phys_addr_t)3 << 20, NUMA_NO_NODE,
			  MEMBLOCK_NONE);
	assert_false(memblock_validate_numa_coverage(0));
	assert_log("NUMA: no nodes coverage for 3MB of 3MB RAM\n");
}

/* The regions that an iterator visits: their first pages, in its order. */
struct visits {
	unsigned long page[CANVAS];	/* counted from BASE */
	size_t nr;
};

/* visit(): one more, at @pa. */
static void visit(struct visits *visits, phys_addr_t pa)
{
	assert_true(visits->nr < CANVAS);
	visits->page[visits->nr++] = PFN_DOWN(pa) - BASE;
}

/* assert_visits(): the pages in order, one digit each. */
static void assert_visits(const struct visits *visits, const char *pages)
{
	assert_int_equal(visits->nr, strlen(pages));
	for (size_t i = 0; i < visits->nr; i++)
		assert_int_equal(visits->page[i], pages[i] - '0');
}

static void test_for_each_mem_region(void **state)
{
	const struct memblock_region *r;
	struct visits visits = { .nr = 0 };

	(void)state;
	draw("0.1n.00.");
	for_each_mem_region(r)
		visit(&visits, r->base);
	assert_visits(&visits, "0235");
}

static void test_for_each_mem_range(void **state)
{
	const struct memblock_region *r;
	struct visits visits = { .nr = 0 };

	(void)state;
	draw("0.1n.00n");
	for_each_mem_range(r)
		visit(&visits, r->base);
	assert_visits(&visits, "025");
}

static void test_for_each_mem_range_rev(void **state)
{
	const struct memblock_region *r;
	struct visits visits = { .nr = 0 };

	(void)state;
	draw("....");
	for_each_mem_range_rev(r)
		visit(&visits, r->base);
	draw("n.1n.00.");
	for_each_mem_range_rev(r)
		visit(&visits, r->base);
	assert_visits(&visits, "52");
}

static void test_for_each_mem_pfn_range(void **state)
{
	const struct memblock_region *r;
	unsigned long start, end;
	struct visits visits = { .nr = 0 };

	(void)state;
	draw("0.1..00.");
	memblock_add_node(AT(3) + 1, PAGE(2) - 2, 1, MEMBLOCK_NONE);
	memblock_add_node(AT(8) - 1, PAGE(1) + 1, 1, MEMBLOCK_NONE);
	for_each_mem_pfn_range(r, NUMA_NO_NODE, start, end)
		visit(&visits, PFN_PHYS(start));
	for_each_mem_pfn_range(r, 1, start, end)
		visit(&visits, PFN_PHYS(start));
	assert_visits(&visits, "025828");
	for_each_mem_pfn_range(r, 0, start, end)
		visit(&visits, PFN_PHYS(end));
	assert_visits(&visits, "02582817");
}

static void test_for_each_reserved_mem_range(void **state)
{
	const struct memblock_region *r;
	struct visits visits = { .nr = 0 };

	(void)state;
	draw("0000....");
	memblock_reserve(AT(6), PAGE(1));
	memblock_reserve(AT(1), PAGE(1));
	for_each_reserved_mem_range(r)
		visit(&visits, r->base);
	assert_visits(&visits, "16");
}

static void test_for_each_free_mem_range(void **state)
{
	struct visits visits = { .nr = 0 };
	struct free_range range;

	(void)state;
	draw("000011n0");
	memblock_reserve(AT(1), PAGE(1));
	for_each_free_mem_range(range) {
		visit(&visits, range.start);
		visit(&visits, range.last);
	}
	assert_visits(&visits, "00234577");
	memblock_remove(0, AT(8));
	memblock_add(PHYS_ADDR_MAX, 1);
	visits.nr = 0;
	for_each_free_mem_range(range)
		visits.nr++;
	assert_int_equal(visits.nr, 1);
}

static void test_for_each_free_mem_range_reverse(void **state)
{
	struct visits visits = { .nr = 0 };
	struct free_range range;

	(void)state;
	draw("000011n0");
	memblock_reserve(AT(1), PAGE(1));
	for_each_free_mem_range_reverse(range) {
		visit(&visits, range.start);
		visit(&visits, range.last);
	}
	assert_visits(&visits, "77452300");
	memblock_remove(0, AT(8));
	memblock_add(0, 1);
	visits.nr = 0;
	for_each_free_mem_range_reverse(range)
		visits.nr++;
	assert_int_equal(visits.nr, 1);
}

/* The pages of a region: of memory the whole ones, of a reservation all. */
static const struct memblock_region odd = {
	.base = PAGE(4) - 1, .size = PAGE(2) + 2
};
static const struct memblock_region even = { .base = PAGE(4), .size = PAGE(2) };

static void test_memblock_region_memory_base_pfn(void **state)
{
	(void)state;
	assert_int_equal(memblock_region_memory_base_pfn(&odd), 4);
	assert_int_equal(memblock_region_memory_base_pfn(&even), 4);
}

static void test_memblock_region_memory_end_pfn(void **state)
{
	const struct memblock_region last = { .base = -PAGE(1),
					      .size = PAGE(1) };

	(void)state;
	assert_int_equal(memblock_region_memory_end_pfn(&odd), 6);
	assert_int_equal(memblock_region_memory_end_pfn(&even), 6);
	assert_int_equal(memblock_region_memory_end_pfn(&last),
			 PFN_DOWN(PHYS_ADDR_MAX) + 1);
}

static void test_memblock_region_reserved_base_pfn(void **state)
{
	(void)state;
	assert_int_equal(memblock_region_reserved_base_pfn(&odd), 3);
	assert_int_equal(memblock_region_reserved_base_pfn(&even), 4);
}

static void test_memblock_region_reserved_end_pfn(void **state)
{
	(void)state;
	assert_int_equal(memblock_region_reserved_end_pfn(&odd), 7);
	assert_int_equal(memblock_region_reserved_end_pfn(&even), 6);
}

static void test_memblock_dump_all(void **state)
{
	(void)state;
	draw("00");
	memblock_dump_all();
	assert_string_equal(host_log(), "");
	memblock_debug = true;
	memblock_dump_all();
	assert_log("MEMBLOCK configuration:\n"
		   " memory size = 0x0000000000002000 reserved size = 0x0000000000000000\n"
		   " memory.cnt  = 0x1\n"
		   " memory[0x0]\t[0x00000000ffff0000-0x00000000ffff1fff], 0x0000000000002000 bytes on node 0 flags: 0x0\n"
		   " reserved.cnt  = 0x0\n");
}

#define TEST(name) cmocka_unit_test_setup(name, unit_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_memblock_drop_needs_what_it_takes),
		TEST(test_memblock_alloc_owner),
		TEST(test_memblock_debug),
		TEST(test_memblock_add),
		TEST(test_memblock_add_node),
		TEST(test_memblock_remove),
		TEST(test_memblock_reserve),
		TEST(test_memblock_phys_free),
		TEST(test_memblock_free),
		TEST(test_memblock_free_late),
		TEST(test_memblock_free_all_up_to_the_last_byte),
		TEST(test_memblock_free_all),
		TEST(test_memblock_reserve_of_the_last_byte),
		TEST(test_memblock_add_without_room_to_reserve),
		TEST(test_memblock_drop),
		TEST(test_memblock_lower_bound),
		TEST(test_memblock_upper_bound),
		TEST(test_memblock_search),
		TEST(test_memblock_mark_hotplug),
		TEST(test_memblock_clear_hotplug),
		TEST(test_memblock_mark_mirror),
		TEST(test_memblock_mark_nomap),
		TEST(test_memblock_mark_nomap_on_both_roads),
		TEST(test_memblock_clear_nomap),
		TEST(test_memblock_reserved_mark_noinit),
		TEST(test_memblock_set_node),
		TEST(test_memblock_phys_alloc),
		TEST(test_memblock_phys_alloc_range),
		TEST(test_memblock_phys_alloc_try_nid),
		TEST(test_memblock_alloc_range_nid),
		TEST(test_memblock_find_in_range_node),
		TEST(test_memblock_find_in_range_node_between_others),
		TEST(test_memblock_alloc),
		TEST(test_memblock_alloc_raw),
		TEST(test_memblock_alloc_or_panic),
		TEST(test_memblock_alloc_from),
		TEST(test_memblock_alloc_low),
		TEST(test_memblock_alloc_node),
		TEST(test_memblock_alloc_try_nid),
		TEST(test_memblock_alloc_try_nid_raw),
		TEST(test_memblock_alloc_exact_nid_raw),
		TEST(test_memblock_set_bottom_up),
		TEST(test_memblock_set_current_limit),
		TEST(test_memblock_get_current_limit),
		TEST(test_memblock_enforce_memory_limit),
		TEST(test_memblock_mem_limit_remove_map),
		TEST(test_memblock_cap_memory_range),
		TEST(test_memblock_trim_memory),
		TEST(test_memblock_is_memory),
		TEST(test_memblock_is_map_memory),
		TEST(test_memblock_is_reserved),
		TEST(test_memblock_is_region_memory),
		TEST(test_memblock_is_region_reserved),
		TEST(test_memblock_overlaps_region),
		TEST(test_memblock_search_pfn_nid),
		TEST(test_memblock_start_of_DRAM),
		TEST(test_memblock_last_byte_of_DRAM),
		TEST(test_memblock_phys_mem_size),
		TEST(test_memblock_reserved_size),
		TEST(test_memblock_estimated_nr_free_pages),
		TEST(test_memblock_validate_numa_coverage),
		TEST(test_for_each_mem_region),
		TEST(test_for_each_mem_range),
		TEST(test_for_each_mem_range_rev),
		TEST(test_for_each_mem_pfn_range),
		TEST(test_for_each_reserved_mem_range),
		TEST(test_for_each_free_mem_range),
		TEST(test_for_each_free_mem_range_reverse),
		TEST(test_memblock_region_memory_base_pfn),
		TEST(test_memblock_region_memory_end_pfn),
		TEST(test_memblock_region_reserved_base_pfn),
		TEST(test_memblock_region_reserved_end_pfn),
		TEST(test_memblock_dump_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
