/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bootmem, in pictures (mm_fixture.h says how to read them), then against a
 * model: an array of pages, and the rules of bootmem.h spelled out on it.
 */
#include "early_alloc.h"
#include "flat_map.h"
#include "mm_fixture.h"
#include "paging.h"
#include "sequence.h"

/* Where most drawings begin; what is below is nobody's. */
#define BASE	0x80000ul

/* Bytes that need no alignment. */
#define ANY	1

/* alloc(): @size bytes from anywhere; what phys_to_virt() undoes. */
static phys_addr_t alloc(size_t size, size_t align, phys_addr_t goal)
{
	void *mem = __alloc_bootmem_nopanic(size, align, goal);

	return mem ? virt_to_phys(mem) : 0;
}

/* alloc_node(): the same, node @nid first. */
static phys_addr_t alloc_node(int nid, size_t size, size_t align,
			      phys_addr_t goal)
{
	void *mem = __alloc_bootmem_node_nopanic(NODE_DATA(nid), size, align,
						 goal);

	return mem ? virt_to_phys(mem) : 0;
}

/* alloc_below(): the same from anywhere, with a limit. */
static phys_addr_t alloc_below(size_t size, phys_addr_t goal, phys_addr_t limit)
{
	void *mem = alloc_bootmem_owner(NULL, size, PAGE_SIZE, goal, limit,
					&owner_stack);

	return mem ? virt_to_phys(mem) : 0;
}

static void test_map_size(void **state)
{
	(void)state;
	assert_int_equal(bootmem_bootmap_pages(0, 1), 1);
	assert_int_equal(bootmem_bootmap_pages(BASE, 0x40000), 10);
	assert_int_equal(bootmem_bootmap_pages(1ul << 40, 1), 1);
}

/* Whatever the node's memory held before. */
static void test_init_takes_every_page(void **state)
{
	pg_data_t node;

	(void)state;
	memset(&node, 0xa5, sizeof(node));
	node.node_id = 3;
	host_ram(PAGE(1), PAGE(1));
	bdata_list = NULL;
	assert_int_equal(init_bootmem_node(&node, 1, 100, 108),
			 pfn_tree_bytes(100, 108));
	assert_ptr_equal(node.bdata, &node.bootmem);
	assert_ptr_equal(bdata_list, node.bdata);
	assert_ptr_equal(node.bdata->node_bootmem_map, phys_to_virt(PAGE(1)));
	assert_int_equal(node.bdata->node_min_pfn, 100);
	assert_int_equal(node.bdata->node_low_pfn, 108);
	assert_int_equal(node.bdata->hint_idx, 0);
	assert_int_equal(node.bdata->last_end_off, 0);
	assert_int_equal(node.bdata->nid, 3);
	assert_int_equal(pfn_tree_next_free(&node.bdata->tree, 100), 108);
}

/* The list is in address order, in whatever order nodes come. */
static void test_list_is_sorted(void **state)
{
	(void)state;
	mm_machine(3, BASE, "222...000.111");
	assert_int_equal(bdata_list->nid, 2);
	assert_int_equal(bdata_list->list->nid, 0);
	assert_int_equal(bdata_list->list->list->nid, 1);
	assert_null(bdata_list->list->list->list);
}

static void test_free_rounds_inwards(void **state)
{
	(void)state;
	mm_machine(1, BASE, "00000000");
	reserve_bootmem(MM(0), PAGE(8), BOOTMEM_DEFAULT);
	assert_mm("rrrrrrrr");
	free_bootmem(MM(1) + 1, PAGE(3));
	assert_mm("rr00rrrr");
	free_bootmem(MM(5) + 1, PAGE(1) - 1);
	free_bootmem(MM(6) - 1, PAGE(1));
	free_bootmem(MM(5), PAGE(1) - 1);
	free_bootmem(MM(5), 0);
	assert_mm("rr00rrrr");
	free_bootmem_node(NODE_DATA(0), MM(6) + 5, PAGE(2) - 5);
	assert_mm("rr00rrr0");
	free_bootmem_node(NODE_DATA(0), MM(4) + 5, PAGE(1));
	assert_mm("rr00rrr0");
}

static void test_reserve_rounds_outwards(void **state)
{
	(void)state;
	mm_machine(1, BASE, "00000000");
	assert_int_equal(reserve_bootmem(MM(2) - 1, 2, BOOTMEM_DEFAULT), 0);
	assert_mm("0rr00000");
	assert_int_equal(reserve_bootmem_node(NODE_DATA(0), MM(5) + 7, 1,
					      BOOTMEM_DEFAULT), 0);
	assert_mm("0rr00r00");
}

static void test_reserve_and_free_across_nodes(void **state)
{
	(void)state;
	mm_machine(2, BASE, "0011001100");
	assert_int_equal(reserve_bootmem(MM(1), PAGE(8), BOOTMEM_DEFAULT), 0);
	assert_mm("0rrrrrrrr0");
	free_bootmem(MM(3), PAGE(4));
	assert_mm("0rr1001rr0");
	bootmem_check();
}

static void test_reserve_again_is_no_matter(void **state)
{
	(void)state;
	mm_machine(1, BASE, "00000000");
	reserve_bootmem(MM(2), PAGE(2), BOOTMEM_DEFAULT);
	assert_int_equal(reserve_bootmem(MM(1), PAGE(4), BOOTMEM_DEFAULT), 0);
	assert_mm("0rrrr000");
}

/* EXCLUSIVE refuses where one page is taken, and then changes none. */
static void test_exclusive_has_no_side_effect(void **state)
{
	(void)state;
	mm_machine(2, BASE, "00001111");
	assert_int_equal(reserve_bootmem(MM(5), PAGE(1), BOOTMEM_EXCLUSIVE), 0);
	assert_mm("00001r11");
	assert_int_equal(reserve_bootmem(MM(1), PAGE(5), BOOTMEM_EXCLUSIVE),
			 -EBUSY_BOOTMEM);
	assert_int_equal(reserve_bootmem_node(NODE_DATA(1), MM(4), PAGE(3),
					      BOOTMEM_EXCLUSIVE),
			 -EBUSY_BOOTMEM);
	assert_mm("00001r11");
	assert_int_equal(reserve_bootmem(MM(1), PAGE(4), BOOTMEM_EXCLUSIVE), 0);
	assert_mm("0rrrrr11");
}

/* A hole inside a node can be reserved; it is taken as it is. */
static void test_reserve_a_hole(void **state)
{
	(void)state;
	mm_machine(2, BASE, "00...0.1");
	assert_int_equal(reserve_bootmem(MM(1), PAGE(3), BOOTMEM_DEFAULT), 0);
	assert_mm("0rrr.0.1");
	assert_int_equal(reserve_bootmem(MM(4), PAGE(1), BOOTMEM_EXCLUSIVE),
			 -EBUSY_BOOTMEM);
}

static void test_free_twice_is_a_bug(void **state)
{
	(void)state;
	mm_machine(1, 0x100, "00000000");
	reserve_bootmem(MM(2), PAGE(2), BOOTMEM_DEFAULT);
	assert_panics(free_bootmem(MM(2), PAGE(3)),
		      "BUG: free_bootmem: page 0x104000 is free already");
	assert_panics(free_bootmem_node(NODE_DATA(0), MM(1), PAGE(2)),
		      "BUG: free_bootmem: page 0x101000 is free already");
	assert_mm("00rr0000");
}

static void test_outside_the_maps_is_a_bug(void **state)
{
	(void)state;
	mm_machine(2, 0x100, ".0000.1111.");
	assert_panics(free_bootmem(MM(0), PAGE(1)),
		      "free_bootmem: page 0x100000 is in no node");
	assert_panics(free_bootmem(MM(5), PAGE(1)), "page 0x105000 is in no node");
	assert_panics(free_bootmem(MM(10), PAGE(1)),
		      "page 0x10a000 is in no node");
	assert_panics(reserve_bootmem(MM(4), PAGE(2), BOOTMEM_DEFAULT),
		      "reserve_bootmem: page 0x105000 is in no node");
	assert_panics(reserve_bootmem(MM(9), PAGE(2), BOOTMEM_EXCLUSIVE),
		      "reserve_bootmem: page 0x10a000 is in no node");
	assert_mm(".0000.1111.");
}

static void test_outside_the_node_is_a_bug(void **state)
{
	(void)state;
	mm_machine(3, 0x100, "00001111");
	assert_panics(free_bootmem_node(NODE_DATA(0), MM(3), PAGE(2)),
		      "free_bootmem_node: [0x103000-0x105000) is not inside node 0");
	assert_panics(reserve_bootmem_node(NODE_DATA(1), MM(3), PAGE(2), 0),
		      "reserve_bootmem_node: [0x103000-0x105000) is not inside node 1");
	assert_panics(free_bootmem_node(NODE_DATA(2), MM(3), PAGE(1)),
		      "is not inside node 2");
}

static void test_alloc_is_first_fit(void **state)
{
	(void)state;
	mm_machine(1, BASE, "0.000.00000");
	assert_int_equal(alloc(PAGE(3), ANY, 0), MM(2));
	assert_mm("0.bbb.00000");
	assert_int_equal(alloc(PAGE(4), ANY, 0), MM(6));
	assert_int_equal(alloc(PAGE(2), ANY, 0), 0);
	assert_mm("0.bbb.bbbb0");
}

static void test_alloc_is_zeroed(void **state)
{
	unsigned char *mem;

	(void)state;
	mm_machine(1, BASE, "0000");
	mem = __alloc_bootmem(100, ANY, 0);
	for (int i = 0; i < 100; i++)
		assert_int_equal(mem[i], 0);
	assert_int_equal(mem[100], HOST_GARBAGE);
	mem = __alloc_bootmem(PAGE(2), PAGE_SIZE, 0);
	for (phys_addr_t i = 0; i < PAGE(2); i++)
		assert_int_equal(mem[i], 0);
}

/* Small requests share a page; one that doesn't fit any more begins in the rest
 * of it where the page behind is free, and takes that one too. */
static void test_alloc_shares_pages(void **state)
{
	(void)state;
	mm_machine(1, BASE, "0000");
	assert_int_equal(alloc(100, ANY, 0), MM(0));
	assert_int_equal(alloc(100, ANY, 0), MM(0) + 100);
	assert_mm("b000");
	assert_int_equal(alloc(10, 64, 0), MM(0) + 256);
	assert_int_equal(alloc(4000, 8, 0), MM(0) + 272);
	assert_mm("bb00");
	assert_int_equal(alloc(10, PAGE_SIZE, 0), MM(2));
	assert_mm("bbb0");
}

/* It ends with the page's last byte: nothing is left to share. */
static void test_alloc_up_to_the_last_byte(void **state)
{
	(void)state;
	mm_machine(1, BASE, "0000");
	assert_int_equal(alloc(PAGE(1) - 1, ANY, 0), MM(0));
	assert_int_equal(alloc(1, ANY, 0), MM(1) - 1);
	assert_mm("b000");
	assert_int_equal(alloc(1, ANY, 0), MM(1));
	assert_mm("bb00");
}

/* The page behind the shared one is taken: start anew where there is room. */
static void test_alloc_does_not_share_over_a_gap(void **state)
{
	(void)state;
	mm_machine(1, BASE, "00000");
	assert_int_equal(alloc(100, ANY, 0), MM(0));
	reserve_bootmem(MM(1), PAGE(1), BOOTMEM_DEFAULT);
	assert_int_equal(alloc(100, ANY, 0), MM(2));
	assert_mm("brb00");
}

/* A page that was freed is nobody's to share. */
static void test_alloc_does_not_share_what_was_freed(void **state)
{
	(void)state;
	mm_machine(1, BASE, "0000");
	assert_int_equal(alloc(100, ANY, 0), MM(0));
	free_bootmem(MM(0), PAGE(1));
	assert_mm("0000");
	assert_int_equal(alloc(100, ANY, 0), MM(0));
	assert_mm("b000");
	assert_int_equal(alloc(100, ANY, 0), MM(0) + 100);
}

/* What is freed ends just before the page that is shared. */
static void test_alloc_shares_after_a_free_up_to_it(void **state)
{
	(void)state;
	mm_machine(1, BASE, "0000");
	reserve_bootmem(MM(0), PAGE(1), BOOTMEM_DEFAULT);
	assert_int_equal(alloc(100, ANY, 0), MM(1));
	free_bootmem(MM(0), PAGE(1));
	reserve_bootmem(MM(0), PAGE(1), BOOTMEM_DEFAULT);
	assert_int_equal(alloc(100, ANY, 0), MM(1) + 100);
}

/* What another page's freeing leaves as it is. */
static void test_alloc_shares_after_an_unrelated_free(void **state)
{
	(void)state;
	mm_machine(1, BASE, "0000");
	reserve_bootmem(MM(0), PAGE(1), BOOTMEM_DEFAULT);
	reserve_bootmem(MM(3), PAGE(1), BOOTMEM_DEFAULT);
	assert_int_equal(alloc(100, ANY, 0), MM(1));
	free_bootmem(MM(0), PAGE(1));
	free_bootmem(MM(3), PAGE(1));
	assert_mm("0b00");
	assert_int_equal(alloc(100, ANY, 0), MM(0));
}

/* The hint: what lies below the last allocation is tried last. */
static void test_alloc_goes_on_behind_the_last_one(void **state)
{
	(void)state;
	mm_machine(1, BASE, "00000000");
	assert_int_equal(alloc(PAGE(1), ANY, MM(3)), MM(3));
	assert_int_equal(alloc(PAGE(2), ANY, 0), MM(4));
	assert_int_equal(alloc(PAGE(3), ANY, 0), MM(0));
	assert_mm("bbbbbb00");
}

/* Freeing lowers the hint. */
static void test_alloc_finds_what_was_freed(void **state)
{
	(void)state;
	mm_machine(1, BASE, "00000000");
	assert_int_equal(alloc(PAGE(4), ANY, 0), MM(0));
	free_bootmem(MM(1), PAGE(2));
	assert_int_equal(alloc(PAGE(1), ANY, 0), MM(1));
	assert_mm("bb0b0000");
}

static void test_alloc_alignment_is_of_the_address(void **state)
{
	(void)state;
	mm_machine(1, BASE + 3, "00000000000000");
	assert_int_equal(alloc(PAGE(1), PAGE(4), 0), PAGE(BASE + 4));
	assert_int_equal(alloc(PAGE(1), PAGE(8), 0), PAGE(BASE + 8));
	assert_int_equal(alloc(PAGE(1), PAGE(16), 0), PAGE(BASE + 16));
	assert_int_equal(alloc(PAGE(1), PAGE(32), 0), 0);
	assert_int_equal(alloc(PAGE(1), (size_t)1 << 63, 0), 0);
	assert_mm("0b000b0000000b");
}

static void test_alloc_goal_is_a_preference(void **state)
{
	(void)state;
	mm_machine(1, BASE, "00000000");
	assert_int_equal(alloc(PAGE(2), ANY, MM(5)), MM(5));
	assert_int_equal(alloc(PAGE(2), ANY, MM(5)), MM(0));
	assert_int_equal(alloc(PAGE(1), ANY, MM(100)), MM(2));
	assert_mm("bbb00bb0");
}

/* A goal inside a page: the page isn't at or above it. */
static void test_alloc_goal_inside_a_page(void **state)
{
	(void)state;
	mm_machine(1, BASE, "00000000");
	assert_int_equal(alloc(PAGE(1), ANY, MM(2) + 1), MM(3));
	assert_mm("000b0000");
}

/* A goal behind the last page's begin leaves the first node nothing. */
static void test_alloc_goal_in_the_last_page_of_a_node(void **state)
{
	(void)state;
	mm_machine(2, BASE, "00001111");
	assert_int_equal(alloc(PAGE(1), ANY, MM(3) + 1), MM(4));
	assert_mm("0000b111");
}

/* Sharing would put it below the goal. */
static void test_alloc_goal_is_not_undercut_by_sharing(void **state)
{
	(void)state;
	mm_machine(1, BASE, "0000");
	assert_int_equal(alloc(100, ANY, MM(1)), MM(1));
	assert_int_equal(alloc(100, ANY, MM(1)), MM(1) + 100);
	assert_int_equal(alloc(100, ANY, MM(2)), MM(2));
	assert_mm("0bb0");
}

static void test_alloc_goal_skips_nodes_below(void **state)
{
	(void)state;
	mm_machine(2, BASE, "00001111");
	assert_int_equal(alloc(PAGE(1), ANY, MM(4)), MM(4));
	assert_int_equal(alloc(PAGE(4), ANY, MM(4)), MM(0));
	assert_int_equal(alloc(PAGE(1), ANY, MM(2)), MM(5));
	assert_mm("bbbbbb11");
}

static void test_alloc_limit_is_hard(void **state)
{
	(void)state;
	mm_machine(2, BASE, "00001111");
	assert_int_equal(alloc_below(PAGE(3), 0, MM(3)), MM(0));
	assert_int_equal(alloc_below(PAGE(1), 0, MM(3)), 0);
	assert_int_equal(alloc_below(PAGE(1), 0, MM(3) + 4095), 0);
	assert_int_equal(alloc_below(PAGE(1), MM(4), MM(5)), MM(4));
	assert_int_equal(alloc_below(PAGE(2), MM(4), MM(6)), 0);
	assert_mm("sss0s111");
}

static void test_alloc_from_a_node_first(void **state)
{
	(void)state;
	mm_machine(3, BASE, "00001111");
	assert_int_equal(alloc_node(1, PAGE(3), ANY, 0), MM(4));
	assert_int_equal(alloc_node(1, PAGE(2), ANY, 0), MM(0));
	assert_int_equal(alloc_node(2, PAGE(1), ANY, 0), MM(2));
	assert_int_equal(alloc_node(1, PAGE(1), ANY, 0), MM(7));
	assert_mm("bbb0bbbb");
}

static void test_alloc_in_interleaved_nodes(void **state)
{
	(void)state;
	mm_machine(2, BASE, "0011001100");
	assert_int_equal(alloc_node(1, PAGE(2), PAGE(2), MM(5)), MM(6));
	assert_int_equal(alloc_node(1, PAGE(3), ANY, 0), 0);
	assert_int_equal(alloc_node(0, PAGE(2), ANY, MM(2)), MM(4));
	assert_mm("0011bbbb00");
	bootmem_check();
}

static void test_alloc_too_much(void **state)
{
	(void)state;
	mm_machine(1, BASE, "00000000");
	assert_int_equal(alloc(PAGE(9), ANY, 0), 0);
	assert_int_equal(alloc(SIZE_MAX, ANY, 0), 0);
	assert_int_equal(alloc_node(0, PAGE(9), ANY, MM(3)), 0);
	assert_mm("00000000");
	assert_panics(__alloc_bootmem(PAGE(9), ANY, 0),
		      "bootmem alloc of 36864 bytes failed");
	assert_panics(__alloc_bootmem_node(NODE_DATA(0), PAGE(10), ANY, 0),
		      "bootmem alloc of 40960 bytes failed");
	assert_ptr_equal(__alloc_bootmem_node(NODE_DATA(0), 8, 8, 0),
			 phys_to_virt(MM(0)));
}

static void test_alloc_of_nonsense_is_a_bug(void **state)
{
	(void)state;
	mm_machine(1, BASE, "00000000");
	assert_panics(alloc(0, ANY, 0), "BUG: alloc_bootmem: size 0, alignment 1");
	assert_panics(alloc(8, 0, 0), "BUG: alloc_bootmem: size 8, alignment 0");
	assert_panics(alloc(8, 12, 0), "size 8, alignment 12");
	assert_panics(alloc_below(PAGE(2), MM(4), MM(5)), "exceed limit 0x80005000");
	assert_mm("00000000");
}

/* Pages high up: no number of a page is ever cut to 32 bits. */
static void test_pages_above_2_to_the_40(void **state)
{
	(void)state;
	mm_machine(2, (1ul << 40) - 4, "00000.1111");
	assert_int_equal(alloc(PAGE(5), ANY, 0), MM(0));
	assert_int_equal(alloc(8, ANY, MM(7)), MM(7));
	free_bootmem(MM(3), PAGE(2));
	assert_int_equal(reserve_bootmem(MM(9), PAGE(1), BOOTMEM_EXCLUSIVE), 0);
	assert_mm("bbb00.1b1r");
	bootmem_check();
}

static void test_one_page_is_all_there_is(void **state)
{
	(void)state;
	mm_machine(1, BASE + 63, "0");
	assert_int_equal(alloc(8, 8, 0), MM(0));
	assert_int_equal(alloc(8, 8, 0), 0);
	assert_mm("b");
}

static void test_take_pages_leaves_no_record(void **state)
{
	(void)state;
	mm_machine(2, BASE, "00.1111");
	assert_int_equal(bootmem_take_pages(3), MM(3));
	assert_mm("00.aaa1");
	assert_int_equal(bootmem_take_pages(1), MM(0));
	assert_int_equal(bootmem_take_pages(2), 0);
	assert_mm("a0.aaa1");
}

static void test_check_sees_a_lost_page(void **state)
{
	(void)state;
	mm_machine(2, 0x100, "00001111");
	pfn_tree_claim(&NODE_DATA(1)->bdata->tree, 0x105, 0x106);
	assert_panics(bootmem_check(),
		      "node 1: page 0x105 is taken, but nobody reserved it");
}

static void test_check_sees_a_page_too_many(void **state)
{
	(void)state;
	mm_machine(2, 0x100, "00.01111");
	pfn_tree_release(&NODE_DATA(0)->bdata->tree, 0x102, 0x103);
	assert_panics(bootmem_check(),
		      "8 pages are free in the maps, memory minus reserved has 7");
}

/* A free range without a whole page is no page. */
static void test_check_of_less_than_a_page(void **state)
{
	(void)state;
	mm_machine(1, BASE, "0000");
	reserve_bootmem(MM(1), PAGE(2), BOOTMEM_DEFAULT);
	memblock_phys_free(MM(1) + 8, 100);
	bootmem_check();
}

static void test_in_the_wrong_stage(void **state)
{
	(void)state;
	mm_machine(1, BASE, "0000");
	stage_begin(STAGE_RUNNING);
	assert_panics(alloc(8, 8, 0), "alloc_bootmem() of bootmem called in stage running, where buddy is the legal allocator");
	assert_panics(free_bootmem(MM(0), PAGE(1)), "free_bootmem() of bootmem");
	assert_panics(free_bootmem_node(NODE_DATA(0), MM(0), PAGE(1)),
		      "free_bootmem() of bootmem");
	assert_panics(reserve_bootmem(MM(0), PAGE(1), 0),
		      "reserve_bootmem() of bootmem");
}

static void test_ranges_that_wrap_are_bugs(void **state)
{
	(void)state;
	mm_machine(1, BASE, "0000");
	assert_panics(free_bootmem(MM(1), PHYS_ADDR_MAX),
		      "BUG: bootmem: 0xffffffffffffffff bytes at 0x80001000 wrap around");
	assert_panics(reserve_bootmem(PHYS_ADDR_MAX, 2, BOOTMEM_DEFAULT),
		      "BUG: bootmem: 0x2 bytes at 0xffffffffffffffff wrap around");
	assert_panics(free_bootmem_node(NODE_DATA(0), PHYS_ADDR_MAX, 2),
		      "wrap around");
}

/* The last page of the address space, whose end is no address. */
static void test_last_page_of_all(void **state)
{
	const unsigned long last = PFN_DOWN(PHYS_ADDR_MAX);

	(void)state;
	mm_machine(1, last - 3, "0000");
	assert_int_equal(reserve_bootmem(PHYS_ADDR_MAX, 1, BOOTMEM_DEFAULT), 0);
	assert_mm("000r");
	free_bootmem(MM(3), PAGE(1));
	assert_mm("0000");
}

static void test_nothing_reserved_of_nothing(void **state)
{
	(void)state;
	mm_machine(1, BASE, "0000");
	assert_int_equal(reserve_bootmem(MM(1) + 8, 0, BOOTMEM_EXCLUSIVE), 0);
	assert_mm("0000");
}

/* The forms with a limit: where goal and size exceed it, it is given up. */
static void test_alloc_limit_given_up(void **state)
{
	void *mem;

	(void)state;
	mm_machine(1, BASE, "00000000");
	mem = ___alloc_bootmem_node_nopanic(NODE_DATA(0), PAGE(2), ANY, MM(2),
					    MM(4));
	assert_ptr_equal(mem, phys_to_virt(MM(2)));
	mem = ___alloc_bootmem_node_nopanic(NODE_DATA(0), PAGE(2), ANY, MM(5),
					    MM(4));
	assert_ptr_equal(mem, phys_to_virt(MM(5)));
	mem = ___alloc_bootmem_node_nopanic(NODE_DATA(0), PAGE(1), ANY, MM(4),
					    MM(4));
	assert_ptr_equal(mem, phys_to_virt(MM(7)));
	assert_mm("00bb0bbb");
}

/* Four pages below 4 GiB and four above. */
static void test_alloc_low(void **state)
{
	const unsigned long border = 1ul << 20;

	(void)state;
	mm_machine(1, border - 4, "00000000");
	assert_ptr_equal(__alloc_bootmem_low(PAGE(2), ANY, MM(2)),
			 phys_to_virt(MM(2)));
	assert_ptr_equal(__alloc_bootmem_low_nopanic(PAGE(1), ANY, 0),
			 phys_to_virt(MM(0)));
	assert_null(__alloc_bootmem_low_nopanic(PAGE(2), ANY, 0));
	assert_ptr_equal(__alloc_bootmem_low_node(NODE_DATA(0), PAGE(1), ANY,
						  0), phys_to_virt(MM(1)));
	assert_panics(__alloc_bootmem_low(PAGE(1), ANY, 0),
		      "bootmem alloc of 4096 bytes failed");
	assert_panics(__alloc_bootmem_low_node(NODE_DATA(0), 8, 8, 0),
		      "bootmem alloc of 8 bytes failed");
	assert_mm("bbbb0000");
}

/* A node that reaches more than 128 MiB past DMA32 is used from there on; one
 * that reaches less, or has no memory, as any. */
static void test_alloc_high(void **state)
{
	const unsigned long far = BASE + 4 + PFN_DOWN(128 << 20);

	(void)state;
	host.dma32_limit_pfn = BASE + 4;
	host_ram(PFN_PHYS(far), PAGE(2));
	memblock_add_node(PFN_PHYS(far), PAGE(2), 0, MEMBLOCK_NONE);
	mm_machine(3, BASE, "000000..1111");
	assert_ptr_equal(__alloc_bootmem_node_high(NODE_DATA(0), PAGE(1), ANY,
						   MM(1)), phys_to_virt(MM(4)));
	assert_ptr_equal(__alloc_bootmem_node_high(NODE_DATA(0), PAGE(1), ANY,
						   MM(5)), phys_to_virt(MM(5)));
	assert_ptr_equal(__alloc_bootmem_node_high(NODE_DATA(1), PAGE(1), ANY,
						   0), phys_to_virt(MM(8)));
	assert_ptr_equal(__alloc_bootmem_node_high(NODE_DATA(2), PAGE(1), ANY,
						   0), phys_to_virt(PFN_PHYS(far)));
	assert_mm("0000bb..b111");
}

/* The road without maps: the same calls, answered by memblock. */
static void test_calls_on_the_other_road(void **state)
{
	(void)state;
	mm_machine(2, BASE, "00001111");
	stage_set_early(ALLOC_MEMBLOCK);
	memblock_set_bottom_up(true);
	assert_int_equal(alloc(PAGE(1), PAGE_SIZE, MM(2)), MM(2));
	assert_int_equal(alloc(PAGE(1), PAGE_SIZE, MM(8)), MM(0));
	assert_int_equal(alloc_node(1, 8, 8, 0), MM(4));
	assert_int_equal(alloc_below(PAGE(1), 0, MM(2)), MM(1));
	assert_int_equal(alloc_below(PAGE(1), 0, MM(2)), 0);
	assert_int_equal(reserve_bootmem(MM(6), 1, BOOTMEM_EXCLUSIVE), 0);
	assert_int_equal(reserve_bootmem(MM(5), PAGE(2), BOOTMEM_EXCLUSIVE),
			 -EBUSY_BOOTMEM);
	assert_int_equal(reserve_bootmem(MM(5), 0, BOOTMEM_DEFAULT), 0);
	assert_int_equal(reserve_bootmem_node(NODE_DATA(0), MM(3), 1,
					      BOOTMEM_DEFAULT), 0);
	assert_int_equal(memblock_reserved_size(), PAGE(5) + 8);
	free_bootmem(MM(0) + 1, PAGE(2));
	free_bootmem_node(NODE_DATA(0), MM(3), PAGE(1));
	free_bootmem(MM(6), PAGE(1) - 1);
	assert_int_equal(memblock_reserved_size(), PAGE(3) + 8);
}

static void test_trace_lines(void **state)
{
	(void)state;
	mm_machine(1, BASE, "0000");
	bootmem_debug = true;
	alloc(100, 64, MM(1));
	free_bootmem(MM(1), PAGE(1));
	bootmem_debug = false;
	assert_string_equal(host_log(),
		"bootmem::alloc_in_node nid=0 size=64 [1 pages] align=40 goal=80001000 limit=0\n"
		"bootmem::take nid=0 start=80001 end=80002\n"
		"bootmem::give nid=0 start=80001 end=80002\n");
}

/* Pages of a machine whose reservations fill memblock's first table. */
#define FULL_PAGES	300ul

/* full_table(): pages below @first and every other one above are reserved, as
 * many as the table of reserved regions holds without growing, less @spare. */
static void full_table(unsigned long first, unsigned long spare)
{
	char drawing[FULL_PAGES + 1];

	memset(drawing, '0', FULL_PAGES);
	drawing[FULL_PAGES] = '\0';
	mm_machine(1, BASE, drawing);
	reserve_bootmem(MM(0), PAGE(first), BOOTMEM_DEFAULT);
	for (; memblock.reserved.cnt + spare + 2 < memblock.reserved.max;
	     first += 2)
		reserve_bootmem(MM(first + 1), PAGE(1), BOOTMEM_DEFAULT);
	bootmem_check();
}

/* The table grows while a page is taken: it gets pages of its own. */
static void test_table_grows_by_an_allocation(void **state)
{
	unsigned long max;

	(void)state;
	full_table(0, 0);
	max = memblock.reserved.max;
	for (unsigned long i = 0; i < 3; i++)
		assert_int_equal(alloc(PAGE(1), ANY, MM(4 * i)), MM(4 * i));
	assert_true(memblock.reserved.max > max);
	bootmem_check();
}

/* The table grows while pages are freed: not into the pages that are freed. */
static void test_table_grows_by_a_free(void **state)
{
	unsigned long max;

	(void)state;
	full_table(12, 0);
	max = memblock.reserved.max;
	free_bootmem(MM(2), PAGE(8));
	assert_true(memblock.reserved.max > max);
	bootmem_check();
}

/* claim_the_rest(): no page is free, and nobody has recorded that. */
static void claim_the_rest(void)
{
	unsigned long pfn;

	while ((pfn = PFN_DOWN(bootmem_take_pages(1))) != 0)
		assert_true(pfn < mm_base_pfn + FULL_PAGES);
}

static void test_table_that_cannot_grow(void **state)
{
	(void)state;
	full_table(0, 0);
	claim_the_rest();
	assert_panics(reserve_bootmem(MM(2), PAGE(1), BOOTMEM_DEFAULT),
		      "bootmem: no room to record 0x1000 bytes of anonymous");
	assert_panics(free_bootmem(MM(1), PAGE(1)),
		      "bootmem: no room to record what was freed at 0x80001000");
	memblock_set_current_limit(MM(0));
	stage_set_early(ALLOC_MEMBLOCK);
	assert_panics(free_bootmem(MM(1), PAGE(1)),
		      "memblock: no room to record what was freed at 0x80001000");
}

/* The last two pages are the stack and its guard, and none is left to write down
 * which is which. */
static void test_guard_that_cannot_be_recorded(void **state)
{
	struct pfn_tree *tree = &mm_nodes[0].bootmem.tree;

	(void)state;
	full_table(0, 1);
	claim_the_rest();
	pfn_tree_release(tree, tree->end_pfn - 2, tree->end_pfn);
	assert_panics(early_stack_alloc(PAGE(1), 0),
		      "no room to record the guard page at 0x8012a000");
}

/*
 * The model. Two nodes that interleave, and a hole:
 *
 *	node 0	[0-40) [70-100)		node 1	[40-70) [105-150)
 */
#define MODEL_PAGES	150ul
#define NO_NODE		'.'

/* What the model knows of a page, and of a node. */
struct model_page {
	char node;		/* '0', '1' or NO_NODE */
	bool taken;		/* the map's bit */
	bool held;		/* in memblock.reserved */
};

struct model_node {
	unsigned long min, low;	/* pages that the map spans */
	unsigned long hint;	/* where the search starts, a page */
	phys_addr_t last_end;	/* bytes from page 0 of the drawing; 0: none */
};

static struct model_page model[MODEL_PAGES];
static struct model_node model_nodes[2];

enum { RESERVE, EXCLUSIVE, FREE, ALLOC, NR_KINDS };
static const char *const op_names[NR_KINDS] = {
	"reserve", "exclusive", "free", "alloc",
};

/* model_drawing(): the machine, as a drawing of MODEL_PAGES pages. */
static const char *model_drawing(void)
{
	static char text[MODEL_PAGES + 1];

	memset(text, NO_NODE, MODEL_PAGES);
	memset(text, '0', 40);
	memset(text + 40, '1', 30);
	memset(text + 70, '0', 30);
	memset(text + 105, '1', 45);
	return text;
}

/* start(): machine and model, all free. */
static void start(void)
{
	const char *drawing = model_drawing();

	unit_reset(NULL);
	mm_machine(2, BASE - 7, drawing);
	for (size_t i = 0; i < MODEL_PAGES; i++)
		model[i] = (struct model_page){
			drawing[i], drawing[i] == NO_NODE, false };
	model_nodes[0] = (struct model_node){ .min = 0, .low = 100 };
	model_nodes[1] = (struct model_node){ .min = 40, .low = MODEL_PAGES,
					      .hint = 40 };
}

/*
 * draw(): ranges: first byte, bytes. ALLOC: bytes, log2 of the alignment, goal
 * (0: none), limit (0: none), node (2: any). Bytes from page 0 of the drawing.
 */
static void draw(struct op *op, uint64_t *seed)
{
	unsigned long limit = PAGE(MODEL_PAGES), scale, above;

	if (op->kind != ALLOC) {
		op->arg[0] = seq_random(seed, limit);
		scale = MIN(PAGE(10), limit - op->arg[0]);
		op->arg[1] = seq_random(seed, scale + 1);
		return;
	}
	scale = seq_random(seed, 2) ? PAGE(6) : PAGE(1) / 2;
	op->arg[0] = 1 + seq_random(seed, scale);
	op->arg[1] = seq_random(seed, 16);
	if (seq_random(seed, 3) == 0)
		op->arg[2] = 1 + seq_random(seed, limit);
	above = seq_random(seed, limit);
	if (seq_random(seed, 4) == 0)
		op->arg[3] = op->arg[2] + op->arg[0] + above;
	op->arg[4] = seq_random(seed, 3);
}

/* model_all(): every page of [@from, @end) is taken as @taken says. */
static bool model_all(unsigned long from, unsigned long end, bool taken)
{
	while (from < end && model[from].taken == taken)
		from++;
	return from >= end;
}

/* model_reserve(): the same as reserve_bootmem(). */
static int model_reserve(unsigned long first, unsigned long size, bool exclusive)
{
	unsigned long from = PFN_DOWN(first);
	unsigned long end = size ? PFN_UP(first + size) : from;

	if (exclusive && !model_all(from, end, false))
		return -EBUSY_BOOTMEM;
	for (; from < end; from++)
		model[from].taken = model[from].held = true;
	return 0;
}

/* model_frees(): free_bootmem() of these pages isn't a BUG. */
static bool model_frees(unsigned long from, unsigned long end)
{
	for (unsigned long i = from; i < end; i++)
		if (!model[i].taken || model[i].node == NO_NODE)
			return false;
	return true;
}

/* model_free(): the same as free_bootmem(). */
static void model_free(unsigned long from, unsigned long end)
{
	for (unsigned long i = from; i < end; i++) {
		struct model_node *node = &model_nodes[model[i].node - '0'];

		model[i].taken = model[i].held = false;
		node->hint = MIN(node->hint, i);
		if (PFN_DOWN(node->last_end) == i)
			node->last_end = 0;
	}
}

/* model_find(): the first page from @lo on, at a multiple of @align bytes, where
 * @nr free pages of @nid follow that end at or below page @hi; or PFN_NONE. */
static unsigned long model_find(int nid, unsigned long nr, unsigned long align,
				unsigned long lo, unsigned long hi)
{
	for (unsigned long at = lo; at + nr <= hi; at++) {
		unsigned long run = 0;

		if (MM(at) % align && align > PAGE_SIZE)
			continue;
		while (run < nr && model[at + run].node == '0' + nid &&
		       !model[at + run].taken)
			run++;
		if (run == nr)
			return at;
	}
	return PFN_NONE;
}

/* model_in_node(): where in node @nid the allocation lies; PFN_NONE: not. */
static unsigned long model_in_node(int nid, const struct op *op,
				   unsigned long goal)
{
	struct model_node *node = &model_nodes[nid];
	unsigned long size = op->arg[0], align = 1ul << op->arg[1];
	unsigned long lo = node->min, hi = node->low, at, first;

	if (goal && PFN_UP(goal) >= lo && PFN_UP(goal) < hi)
		lo = PFN_UP(goal);
	if (op->arg[3])
		hi = MIN(hi, PFN_DOWN(op->arg[3]));
	at = model_find(nid, PFN_UP(size), align, MAX(lo, node->hint), hi);
	if (at == PFN_NONE)
		at = model_find(nid, PFN_UP(size), align, lo, hi);
	if (at == PFN_NONE)
		return PFN_NONE;
	first = PAGE(at);
	if (node->last_end % PAGE_SIZE && PFN_UP(node->last_end) == at &&
	    at > lo)
		first = ALIGN(MM(0) + node->last_end, align) - MM(0);
	model_reserve(PAGE(at), first + size > PAGE(at)
				? first + size - PAGE(at) : 0, false);
	node->last_end = first + size;
	node->hint = PFN_UP(first + size);
	return first;
}

/* model_alloc(): the same as alloc_bootmem_owner(); PFN_NONE: no room. */
static unsigned long model_alloc(const struct op *op)
{
	for (unsigned long goal = op->arg[2];; goal = 0) {
		unsigned long first = PFN_NONE;

		if (op->arg[4] < 2)
			first = model_in_node((int)op->arg[4], op, goal);
		for (int nid = 0; nid < 2 && first == PFN_NONE; nid++)
			if (!goal || model_nodes[nid].low > PFN_UP(goal))
				first = model_in_node(nid, op, goal);
		if (first != PFN_NONE || !goal)
			return first;
	}
}

/* real_alloc(): @op by bootmem itself. */
static unsigned long real_alloc(const struct op *op)
{
	struct pglist_data *pgdat = op->arg[4] < 2
				    ? NODE_DATA(op->arg[4]) : NULL;
	void *mem = alloc_bootmem_owner(pgdat, op->arg[0], 1ul << op->arg[1],
					op->arg[2] ? MM(0) + op->arg[2] : 0,
					op->arg[3] ? MM(0) + op->arg[3] : 0,
					&owner_stack);

	return mem ? virt_to_phys(mem) - MM(0) : PFN_NONE;
}

/* same(): every page of the maps and of memblock is as in the model. */
static bool same(void)
{
	for (unsigned long i = 0; i < MODEL_PAGES; i++) {
		int nid = mm_free_in(mm_base_pfn + i);

		if ((nid == NUMA_NO_NODE) != model[i].taken ||
		    (!model[i].taken && '0' + nid != model[i].node) ||
		    memblock_is_reserved(MM(i)) != model[i].held)
			return false;
	}
	for (int nid = 0; nid < 2; nid++)
		pfn_tree_check(&NODE_DATA(nid)->bdata->tree);
	bootmem_check();
	return true;
}

/* step_free(): FREE of a random range; one that would be a BUG is left out. */
static void step_free(unsigned long first, unsigned long size)
{
	unsigned long from = PFN_UP(first), end = PFN_DOWN(first + size);

	if (!model_frees(from, end))
		return;
	free_bootmem(MM(0) + first, size);
	model_free(from, end);
}

/* step(): one operation on both. */
static bool step(const struct op *op)
{
	unsigned long first = op->arg[0], size = op->arg[1];

	if (op->kind == ALLOC)
		return real_alloc(op) == model_alloc(op) && same();
	if (op->kind == FREE)
		step_free(first, size);
	else if (reserve_bootmem(MM(0) + first, size, op->kind == EXCLUSIVE) !=
		 model_reserve(first, size, op->kind == EXCLUSIVE))
		return false;
	return same();
}

static void test_random_sequences_against_the_model(void **state)
{
	static const struct sequence seq = {
		.names = op_names, .nr_kinds = NR_KINDS, .nr_ops = 60,
		.nr_seeds = 150, .start = start, .draw = draw, .step = step,
	};

	(void)state;
	seq_check(&seq);
}

#define TEST(name) cmocka_unit_test_setup(name, unit_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_map_size),
		TEST(test_init_takes_every_page),
		TEST(test_list_is_sorted),
		TEST(test_free_rounds_inwards),
		TEST(test_reserve_rounds_outwards),
		TEST(test_reserve_and_free_across_nodes),
		TEST(test_reserve_again_is_no_matter),
		TEST(test_exclusive_has_no_side_effect),
		TEST(test_reserve_a_hole),
		TEST(test_free_twice_is_a_bug),
		TEST(test_outside_the_maps_is_a_bug),
		TEST(test_outside_the_node_is_a_bug),
		TEST(test_alloc_is_first_fit),
		TEST(test_alloc_is_zeroed),
		TEST(test_alloc_shares_pages),
		TEST(test_alloc_up_to_the_last_byte),
		TEST(test_alloc_does_not_share_over_a_gap),
		TEST(test_alloc_does_not_share_what_was_freed),
		TEST(test_alloc_shares_after_a_free_up_to_it),
		TEST(test_alloc_shares_after_an_unrelated_free),
		TEST(test_alloc_goes_on_behind_the_last_one),
		TEST(test_alloc_finds_what_was_freed),
		TEST(test_alloc_alignment_is_of_the_address),
		TEST(test_alloc_goal_is_a_preference),
		TEST(test_alloc_goal_inside_a_page),
		TEST(test_alloc_goal_in_the_last_page_of_a_node),
		TEST(test_alloc_goal_is_not_undercut_by_sharing),
		TEST(test_alloc_goal_skips_nodes_below),
		TEST(test_alloc_limit_is_hard),
		TEST(test_alloc_from_a_node_first),
		TEST(test_alloc_in_interleaved_nodes),
		TEST(test_alloc_too_much),
		TEST(test_alloc_of_nonsense_is_a_bug),
		TEST(test_pages_above_2_to_the_40),
		TEST(test_one_page_is_all_there_is),
		TEST(test_take_pages_leaves_no_record),
		TEST(test_check_sees_a_lost_page),
		TEST(test_check_sees_a_page_too_many),
		TEST(test_check_of_less_than_a_page),
		TEST(test_in_the_wrong_stage),
		TEST(test_ranges_that_wrap_are_bugs),
		TEST(test_last_page_of_all),
		TEST(test_nothing_reserved_of_nothing),
		TEST(test_alloc_limit_given_up),
		TEST(test_alloc_low),
		TEST(test_alloc_high),
		TEST(test_calls_on_the_other_road),
		TEST(test_trace_lines),
		TEST(test_table_grows_by_an_allocation),
		TEST(test_table_grows_by_a_free),
		TEST(test_table_that_cannot_grow),
		TEST(test_guard_that_cannot_be_recorded),
		TEST(test_random_sequences_against_the_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
