/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The buddy allocator, in pictures (mm_fixture.h says how to read them), then
 * against a model with one cell a page.
 *
 * Making the zonelists takes one page of each node ('n'), on the way to the
 * allocator: the second page of the first node, the first page of the others.
 */
#include "flat_map.h"
#include "mm_fixture.h"
#include "page_cache.h"
#include "report.h"
#include "sequence.h"

/* Where most drawings begin: aligned to every order that they have. */
#define BASE	0x80000ul

/* node_free(): pages that the zones of node @nid count as free, with what CPUs
 * keep given back. */
static unsigned long node_free(int nid)
{
	drain_all_pages();
	return NODE_DATA(nid)->node_zones[ZONE_DMA32].nr_free +
	       NODE_DATA(nid)->node_zones[ZONE_NORMAL].nr_free;
}

static void test_alloc_the_lowest_block_that_fits(void **state)
{
	(void)state;
	mm_machine(1, BASE, "0000000000000000");
	mm_handover();
	assert_mm("0n00000000000000");
	assert_int_equal(alloc_pages(GFP_KERNEL, 1), MM(2));
	assert_int_equal(alloc_pages(GFP_KERNEL, 3), MM(8));
	assert_int_equal(alloc_pages(GFP_KERNEL, 0), MM(0));
	assert_int_equal(alloc_pages(GFP_KERNEL, 2), MM(4));
	assert_mm("anaaaaaaaaaaaaaa");
	assert_int_equal(alloc_pages(GFP_KERNEL, 0), 0);
	assert_int_equal(node_free(0), 0);
	page_alloc_check();
}

static void test_alloc_splits_and_free_merges(void **state)
{
	(void)state;
	mm_machine(1, BASE, "00000000........");
	mm_handover();
	assert_int_equal(alloc_pages(GFP_KERNEL, 0), MM(0));
	assert_int_equal(alloc_pages(GFP_KERNEL, 0), MM(2));
	assert_int_equal(alloc_pages(GFP_KERNEL, 0), MM(3));
	assert_int_equal(alloc_pages(GFP_KERNEL, 0), MM(4));
	assert_int_equal(alloc_pages(GFP_KERNEL, 2), 0);
	assert_mm("anaaa000........");
	assert_true(free_pages(MM(4), 0));
	assert_int_equal(alloc_pages(GFP_KERNEL, 2), MM(4));
	assert_true(free_pages(MM(2), 0));
	assert_true(free_pages(MM(3), 0));
	assert_mm("an00aaaa........");
	assert_int_equal(alloc_pages(GFP_KERNEL, 1), MM(2));
	page_alloc_check();
}

static void test_alloc_is_naturally_aligned(void **state)
{
	(void)state;
	mm_machine(1, BASE + 3, "00000000000000000");
	mm_handover();
	assert_int_equal(alloc_pages(GFP_KERNEL, 3), PAGE(BASE + 8));
	assert_int_equal(alloc_pages(GFP_KERNEL, 2), PAGE(BASE + 16));
	assert_int_equal(alloc_pages(GFP_KERNEL, 2), 0);
	assert_mm("0n000aaaaaaaaaaaa");
}

static void test_alloc_order_out_of_range(void **state)
{
	(void)state;
	mm_machine(1, BASE, "0000");
	mm_handover();
	assert_int_equal(alloc_pages(GFP_KERNEL, PFN_TREE_MAX_ORDERS - 1), 0);
	assert_no_log("refused");
	assert_int_equal(alloc_pages(GFP_KERNEL, PFN_TREE_MAX_ORDERS), 0);
	assert_log("page_alloc: alloc_pages(node 0, order 55) refused: there is no such order, called from ");
	assert_int_equal(alloc_pages(GFP_KERNEL, 1000), 0);
	assert_mm("0n00");
}

static void test_alloc_from_no_such_node(void **state)
{
	(void)state;
	mm_machine(2, BASE, "0011");
	mm_handover();
	assert_int_equal(alloc_pages_node(2, GFP_KERNEL, 0), 0);
	assert_log("alloc_pages(node 2, order 0) refused: there is no such node");
	assert_int_equal(alloc_pages_node(NUMA_NO_NODE, GFP_KERNEL, 0), 0);
	assert_log("alloc_pages(node -1, order 0) refused");
}

static void test_alloc_zeroed_on_request(void **state)
{
	unsigned char *mem;
	phys_addr_t pa;

	(void)state;
	mm_machine(1, BASE, "00000000");
	mm_handover();
	pa = alloc_pages(GFP_KERNEL, 1);
	mem = phys_to_virt(pa);
	assert_int_equal(mem[0], HOST_GARBAGE);
	free_pages(pa, 1);
	assert_int_equal(alloc_pages(__GFP_ZERO, 1), pa);
	for (phys_addr_t i = 0; i < PAGE(2); i++)
		assert_int_equal(mem[i], 0);
	assert_int_equal(mem[PAGE(2)], HOST_GARBAGE);
}

/* Nothing is ever written to a free page, nor read from one. */
static void test_free_pages_are_not_touched(void **state)
{
	unsigned char *mem;

	(void)state;
	mm_machine(1, BASE, "00000000");
	mm_handover();
	mem = phys_to_virt(alloc_pages(GFP_KERNEL, 2));
	memset(mem, 0x5a, PAGE(4));
	assert_true(free_pages(virt_to_phys(mem), 2));
	for (phys_addr_t i = 0; i < PAGE(4); i++)
		assert_int_equal(mem[i], 0x5a);
}

static void test_free_twice(void **state)
{
	phys_addr_t pa;

	(void)state;
	mm_machine(1, BASE, "00000000");
	mm_handover();
	pa = alloc_pages(GFP_KERNEL, 2);
	assert_true(free_pages(pa, 2));
	assert_false(free_pages(pa, 2));
	assert_log("page_alloc: free_pages(0x0000000080004000, order 2) refused: already free, called from ");
	assert_false(free_pages(pa, 0));
	assert_false(free_pages(pa + PAGE(2), 1));
	assert_mm("0n000000");
	assert_int_equal(node_free(0), 7);
}

/* A block comes back as what it was handed out as, or not at all. */
static void test_free_with_another_order(void **state)
{
	(void)state;
	mm_machine(1, BASE, "0000000000000000");
	mm_handover();
	assert_int_equal(alloc_pages(GFP_KERNEL, 2), MM(4));
	assert_int_equal(alloc_pages(GFP_KERNEL, 3), MM(8));
	assert_false(free_pages(MM(4), 0));
	assert_log("page_alloc: free_pages(0x0000000080004000, order 0) refused: allocated with another order, called from ");
	for (unsigned long i = 4; i < 16; i++)
		assert_false(free_pages(MM(i), 0));
	assert_false(free_pages(MM(4), 1));
	assert_false(free_pages(MM(6), 1));
	assert_false(free_pages(MM(8), 2));
	assert_false(free_pages(MM(12), 2));
	assert_false(free_pages_exact(MM(4), PAGE(4)));
	assert_log("free_pages_exact(0x0000000080004000, 0x4000 bytes) refused: allocated with another order, called from ");
	assert_mm("0n00aaaaaaaaaaaa");
	assert_true(free_pages(MM(4), 2));
	assert_true(free_pages(MM(8), 3));
	assert_mm("0n00000000000000");
	page_alloc_check();
}

/* Single pages are no block, even where they make up one. */
static void test_free_of_pages_as_a_block(void **state)
{
	(void)state;
	mm_machine(1, BASE, "00000000");
	mm_handover();
	assert_int_equal(alloc_pages_exact(PAGE(4), GFP_KERNEL), MM(4));
	for (unsigned int order = 1; order < 3; order++)
		assert_false(free_pages(MM(4), order));
	assert_log("refused: allocated with another order");
	assert_true(free_pages(MM(6), 0));
	assert_false(free_pages(MM(4), 2));
	assert_false(free_pages(MM(6), 1));
	assert_log("order 1) refused: already free");
	assert_mm("0n00aa0a");
	page_alloc_check();
}

static void test_free_of_no_block(void **state)
{
	(void)state;
	mm_machine(1, BASE, "00000000");
	mm_handover();
	assert_int_equal(alloc_pages(GFP_KERNEL, 2), MM(4));
	assert_false(free_pages(MM(5), 1));
	assert_log("refused: not the address of such a block");
	assert_false(free_pages(MM(4) + 1, 0));
	assert_false(free_pages(MM(4), PFN_TREE_MAX_ORDERS));
	assert_log("refused: there is no such order");
	assert_false(free_pages(MM(4), 64));
	assert_false(free_pages(MM(4), ~0u));
	assert_false(free_pages(0, PFN_TREE_MAX_ORDERS - 1));
	assert_mm("0n00aaaa");
}

static void test_free_of_foreign_memory(void **state)
{
	(void)state;
	mm_machine(2, BASE, "00000...1111");
	mm_handover();
	assert_int_equal(alloc_pages(GFP_KERNEL, 0), MM(0));
	assert_false(free_pages(MM(5), 0));
	assert_log("refused: not memory of one node");
	assert_false(free_pages(MM(4), 1));
	assert_false(free_pages(MM(12), 0));
	assert_false(free_pages(0, 0));
	assert_false(free_pages(PHYS_ADDR_MAX & PAGE_MASK, 0));
	assert_mm("an000...n111");
}

static void test_free_of_a_reservation(void **state)
{
	(void)state;
	mm_machine(1, BASE, "00000000");
	reserve_bootmem(MM(6), PAGE(1), BOOTMEM_DEFAULT);
	mm_handover();
	assert_int_equal(alloc_pages(GFP_KERNEL, 1), MM(2));
	assert_int_equal(alloc_pages(GFP_KERNEL, 1), MM(4));
	assert_false(free_pages(MM(6), 0));
	assert_log("refused: inside a reservation");
	assert_false(free_pages(MM(4), 2));
	assert_mm("0naaaar0");
}

/* A block with another node's pages, at its end or in its middle, was never one
 * block, even where every page of it is allocated. */
static void test_free_across_nodes(void **state)
{
	(void)state;
	mm_machine(2, BASE, "0000" "0110" "0011");
	mm_handover();
	while (alloc_pages(GFP_KERNEL, 0))
		;
	assert_mm("anaa" "anaa" "aaaa");
	assert_false(free_pages(MM(8), 2));
	assert_log("refused: not memory of one node");
	assert_true(free_pages(MM(6), 0));
	assert_int_equal(alloc_pages_node(1, __GFP_THISNODE, 0), MM(6));
	free_bootmem_late(MM(5), PAGE(1));
	assert_int_equal(alloc_pages_node(1, __GFP_THISNODE, 0), MM(5));
	assert_false(free_pages(MM(4), 2));
	assert_mm("anaa" "aaaa" "aaaa");
	page_alloc_check();
}

/* The part of RAM that 32-bit devices reach is used last. */
static void test_zones_normal_before_dma32(void **state)
{
	(void)state;
	host.dma32_limit_pfn = BASE + 8;
	mm_machine(1, BASE, "0000000000000000");
	mm_handover();
	assert_int_equal(alloc_pages(GFP_KERNEL, 2), MM(8));
	assert_int_equal(alloc_pages(GFP_KERNEL, 2), MM(12));
	assert_int_equal(alloc_pages(GFP_KERNEL, 2), MM(4));
	assert_true(free_pages(MM(8), 2));
	assert_int_equal(alloc_pages(__GFP_DMA32, 1), MM(2));
	assert_int_equal(alloc_pages(__GFP_DMA32, 1), 0);
	assert_mm("0naaaaaa0000aaaa");
	assert_int_equal(NODE_DATA(0)->node_zones[ZONE_DMA32].nr_free, 1);
	assert_int_equal(NODE_DATA(0)->node_zones[ZONE_NORMAL].nr_free, 4);
	page_alloc_check();
}

/* No block lies in two zones, even where all of its pages are free. */
static void test_zones_have_no_block_in_common(void **state)
{
	(void)state;
	host.dma32_limit_pfn = BASE + 6;
	mm_machine(1, BASE, "....0000" "0000");
	mm_handover();
	assert_int_equal(alloc_pages(__GFP_DMA32, 2), 0);
	assert_int_equal(alloc_pages(GFP_KERNEL, 2), MM(8));
	assert_int_equal(alloc_pages(GFP_KERNEL, 2), 0);
	assert_mm("....0n00" "aaaa");
	page_alloc_check();
}

static void test_nodes_nearest_first(void **state)
{
	(void)state;
	unit_reset(NULL);
	mm_machine(3, BASE, "0000" "1111" "2222");
	numa_set_distance(0, 1, 40);
	numa_set_distance(0, 2, 15);
	mm_handover();
	assert_mm("0n00" "n111" "n222");
	assert_int_equal(alloc_pages(GFP_KERNEL, 1), MM(2));
	assert_int_equal(alloc_pages(GFP_KERNEL, 1), MM(10));
	assert_int_equal(alloc_pages(GFP_KERNEL, 1), MM(6));
	assert_int_equal(alloc_pages(GFP_KERNEL, 1), 0);
	assert_mm("0naa" "n1aa" "n2aa");
}

static void test_this_node_or_not_at_all(void **state)
{
	(void)state;
	mm_machine(3, BASE, "0000" "1111");
	mm_handover();
	assert_int_equal(alloc_pages_node(1, __GFP_THISNODE, 1), MM(6));
	assert_int_equal(alloc_pages_node(1, __GFP_THISNODE, 1), 0);
	assert_int_equal(alloc_pages_node(1, GFP_KERNEL, 1), MM(2));
	assert_int_equal(alloc_pages_node(2, __GFP_THISNODE, 0), 0);
	assert_int_equal(alloc_pages_node(2, GFP_KERNEL, 0), MM(0));
	assert_mm("anaa" "n1aa");
}

static void test_local_node_is_tried_first(void **state)
{
	(void)state;
	mm_machine(2, BASE, "0000" "1111");
	mm_handover();
	page_alloc_set_node(1);
	assert_int_equal(alloc_pages(GFP_KERNEL, 0), MM(5));
	page_alloc_set_node(0);
	assert_int_equal(alloc_pages(GFP_KERNEL, 0), MM(0));
	assert_mm("an00" "na11");
}

static void test_interleaved_nodes_keep_their_pages(void **state)
{
	(void)state;
	mm_machine(2, BASE, "0000" "11" "0000" "11");
	mm_handover();
	assert_int_equal(alloc_pages_node(1, __GFP_THISNODE, 1), MM(10));
	assert_int_equal(alloc_pages_node(0, __GFP_THISNODE, 1), MM(2));
	assert_int_equal(alloc_pages_node(0, __GFP_THISNODE, 1), MM(6));
	assert_mm("0naa" "n1" "aa00" "aa");
	assert_true(free_pages(MM(10), 1));
	assert_true(free_pages(MM(6), 1));
	assert_mm("0naa" "n1" "0000" "11");
	page_alloc_check();
}

static void test_pages_above_2_to_the_40(void **state)
{
	(void)state;
	mm_machine(1, 1ul << 40, "00000000");
	mm_handover();
	assert_int_equal(alloc_pages(GFP_KERNEL, 2), MM(4));
	assert_int_equal(alloc_pages(__GFP_DMA32, 0), 0);
	assert_true(free_pages(MM(4), 2));
	assert_mm("0n000000");
}

/* Boot memory that is given back later; parts of pages are not. */
static void test_late_pages_join_the_buddy(void **state)
{
	(void)state;
	mm_machine(2, BASE, "000000.11");
	reserve_bootmem(MM(2), PAGE(4), BOOTMEM_DEFAULT);
	mm_handover();
	assert_mm("0nrrrr.n1");
	free_bootmem_late(MM(2) + 1, PAGE(3));
	assert_mm("0nr00r.n1");
	assert_int_equal(node_free(0), 3);
	page_alloc_check();
	free_bootmem_late(MM(5), PAGE(2));
	assert_mm("0nr000.n1");
	assert_int_equal(alloc_pages(GFP_KERNEL, 1), MM(4));
}

static void test_late_less_than_a_page_is_nothing(void **state)
{
	(void)state;
	mm_machine(1, BASE, "000000");
	reserve_bootmem(MM(3), PAGE(2), BOOTMEM_DEFAULT);
	mm_handover();
	assert_int_equal(host_halts(free_bootmem_late(MM(3), PAGE(1) - 1)),
			 HOST_RETURNED);
	assert_int_equal(host_halts(free_bootmem_late(MM(3) + 1, PAGE(1))),
			 HOST_RETURNED);
	assert_int_equal(host_halts(free_bootmem_late(MM(3) + 1, 8)),
			 HOST_RETURNED);
	assert_int_equal(host_halts(free_bootmem_late(MM(3), 0)),
			 HOST_RETURNED);
	assert_mm("0n0rr0");
}

/* What has become a reservation is not the buddy's to count. */
static void test_disowned_pages(void **state)
{
	const struct zone *zone = &mm_nodes[0].node_zones[ZONE_DMA32];
	unsigned long managed;

	(void)state;
	mm_machine(1, BASE, "00000000");
	mm_handover();
	managed = zone->managed_pages;
	disown_pages(alloc_pages(GFP_KERNEL, 2), 2);
	assert_int_equal(zone->managed_pages, managed - 4);
	page_alloc_check();
}

/* assert_filled(): pages [@first, @end) hold @byte and nothing else. */
static void assert_filled(unsigned long first, unsigned long end,
			  unsigned char byte)
{
	const unsigned char *mem = phys_to_virt(MM(first));

	for (phys_addr_t i = 0; i < PAGE(end - first); i++)
		assert_int_equal(mem[i], byte);
}

/* poisoned_machine(): as mm_machine(), up to the buddy, and poison is on. */
static void poisoned_machine(int nr_nodes, const char *drawing)
{
	mm_machine(nr_nodes, BASE, drawing);
	machine.bootargs = "quiet poison";
	mm_handover();
}

static void test_poison_fills_what_is_free(void **state)
{
	(void)state;
	mm_machine(2, BASE, "00000000");
	reserve_bootmem(MM(4), PAGE(2), BOOTMEM_DEFAULT);
	machine.bootargs = "poison";
	mm_handover();
	assert_filled(2, 4, 0xaa);
	assert_filled(4, 6, HOST_GARBAGE);
	assert_filled(6, 8, 0xaa);
	free_bootmem_late(MM(4), PAGE(2));
	assert_filled(4, 6, 0xaa);
	assert_int_equal(alloc_pages(__GFP_ZERO, 1), MM(2));
	assert_filled(2, 4, 0);
	assert_true(free_pages(MM(2), 1));
	assert_filled(2, 4, 0xaa);
	assert_no_log("W-PAGE-POISON");
	page_alloc_check();
}

static void test_poison_sees_a_write_to_a_free_page(void **state)
{
	unsigned long before = nr_failures();
	unsigned char *mem;

	(void)state;
	poisoned_machine(1, "00000000");
	mem = phys_to_virt(alloc_pages(GFP_KERNEL, 2));
	memset(mem, 0x55, PAGE(4));
	assert_true(free_pages(virt_to_phys(mem), 2));
	mem[PAGE(1) + 0x123] = 0x66;
	assert_int_equal(alloc_pages(GFP_KERNEL, 2), MM(4));
	assert_log("warning: W-PAGE-POISON: free page 0x0000000080005000 was written to: byte 0x123 is 0x66; look for a pointer that was used after free_pages()");
	assert_int_equal(nr_failures(), before + 1);
}

/* What lies behind the last page of RAM isn't looked at. */
static void test_poison_up_to_the_end_of_ram(void **state)
{
	(void)state;
	poisoned_machine(1, "00000000");
	while (alloc_pages(GFP_KERNEL, 0))
		;
	assert_mm("anaaaaaa");
	assert_no_log("W-PAGE-POISON");
}

/* A block that is larger than its node isn't its memory, whatever its first page. */
static void test_free_of_more_than_a_node(void **state)
{
	(void)state;
	mm_machine(1, BASE, "00000000");
	mm_handover();
	for (unsigned int order = 4; order < 20; order++)
		assert_false(free_pages(MM(0), order));
	assert_int_equal(alloc_pages(GFP_KERNEL, 0), MM(0));
	for (unsigned int order = 4; order < 20; order++)
		assert_false(free_pages(MM(0), order));
	assert_log("order 4) refused: not memory of one node");
	assert_no_log("already free");
	assert_no_log("another order");
	assert_mm("an000000");
}

/* A block may lie across the border of two regions of one node, which differ in
 * something else. */
static void test_free_across_a_border(void **state)
{
	(void)state;
	mm_machine(1, BASE, "0.000000");
	memblock_mark_hotplug(MM(6), PAGE(2));
	mm_handover();
	assert_int_equal(alloc_pages_exact(PAGE(4), GFP_KERNEL), MM(4));
	assert_true(free_pages_exact(MM(4), PAGE(4)));
	page_alloc_check();
}

/* What lies across a hole was never handed out. */
static void test_free_pages_exact_across_a_hole(void **state)
{
	(void)state;
	mm_machine(1, BASE, "00.00");
	mm_handover();
	while (alloc_pages(GFP_KERNEL, 0))
		;
	assert_false(free_pages_exact(MM(1), PAGE(3)));
}

/* With poison on, a free that is refused fills nothing. */
static void test_poison_and_bad_frees(void **state)
{
	(void)state;
	poisoned_machine(1, "00000000");
	assert_int_equal(alloc_pages_exact(PAGE(4), GFP_KERNEL), MM(4));
	memset(phys_to_virt(MM(4)), 0x55, PAGE(4));
	assert_true(free_pages(MM(6), 0));
	assert_false(free_pages(MM(4), 2));
	assert_false(free_pages(MM(6), 0));
	assert_false(free_pages(MM(1), 0));
	assert_false(free_pages_exact(MM(4), PAGE(3)));
	assert_filled(4, 6, 0x55);
	assert_true(free_pages_exact(MM(4), PAGE(2)));
	assert_filled(4, 7, 0xaa);
	assert_mm("0n00000a");
}

static void test_exact_pages(void **state)
{
	(void)state;
	mm_machine(1, BASE, "0000000000000000");
	mm_handover();
	assert_int_equal(alloc_pages_exact(PAGE(5), GFP_KERNEL), MM(8));
	assert_mm("0n000000aaaaa000");
	assert_int_equal(alloc_pages_exact(PAGE(1) + 1, GFP_KERNEL), MM(2));
	assert_int_equal(alloc_pages_exact(PAGE(4), GFP_KERNEL), MM(4));
	assert_int_equal(alloc_pages_exact(PAGE(4), GFP_KERNEL), 0);
	assert_int_equal(alloc_pages_exact(0, GFP_KERNEL), 0);
	assert_int_equal(alloc_pages_exact(PHYS_ADDR_MAX, GFP_KERNEL), 0);
	assert_no_log("refused");
	assert_mm("0naaaaaaaaaaa000");
	assert_true(free_pages_exact(MM(8), PAGE(4) + 1));
	assert_true(free_pages_exact(MM(2), PAGE(2)));
	assert_mm("0n00aaaa00000000");
	page_alloc_check();
}

static void test_exact_pages_that_are_none(void **state)
{
	(void)state;
	mm_machine(2, BASE, "00000000" "11111111");
	mm_handover();
	assert_mm("0n000000" "n1111111");
	while (alloc_pages(GFP_KERNEL, 0))
		;
	assert_false(free_pages_exact(MM(2) + 1, PAGE(1)));
	assert_log("free_pages_exact(0x0000000080002001, 0x1000 bytes) refused: not whole pages, called from ");
	assert_false(free_pages_exact(MM(2), 0));
	assert_false(free_pages_exact(MM(2), PHYS_ADDR_MAX));
	assert_false(free_pages_exact(MM(6), PAGE(4)));
	assert_log("0x4000 bytes) refused: not memory of one node");
	assert_false(free_pages_exact(MM(14), PAGE(4)));
	assert_false(free_pages_exact(MM(16), PAGE(1)));
	assert_false(free_pages_exact(MM(0), PAGE(2)));
	assert_log("0x2000 bytes) refused: inside a reservation");
	assert_mm("anaaaaaa" "naaaaaaa");
	assert_true(free_pages_exact(MM(2), PAGE(6)));
	assert_false(free_pages_exact(MM(2), PAGE(6)));
	assert_log("0x6000 bytes) refused: already free");
	assert_mm("an000000" "naaaaaaa");
}

static void test_contig_range(void **state)
{
	(void)state;
	mm_machine(2, BASE, "00000000" "11111111" ".");
	mm_handover();
	assert_int_equal(alloc_contig_range(mm_base_pfn + 3, mm_base_pfn + 7),
			 0);
	assert_mm("0n0aaaa0" "n1111111" ".");
	assert_int_equal(alloc_contig_range(mm_base_pfn + 2, mm_base_pfn + 4),
			 -1);
	assert_int_equal(alloc_contig_range(mm_base_pfn + 4, mm_base_pfn + 8),
			 -1);
	assert_int_equal(alloc_contig_range(mm_base_pfn, mm_base_pfn + 2), -1);
	assert_int_equal(alloc_contig_range(mm_base_pfn + 7, mm_base_pfn + 9),
			 -1);
	assert_int_equal(alloc_contig_range(mm_base_pfn + 7, mm_base_pfn + 7),
			 -1);
	assert_int_equal(alloc_contig_range(mm_base_pfn + 15, mm_base_pfn + 17),
			 -1);
	assert_int_equal(alloc_contig_range(mm_base_pfn + 16, mm_base_pfn + 17),
			 -1);
	assert_mm("0n0aaaa0" "n1111111" ".");
	assert_true(free_pages_exact(MM(3), PAGE(4)));
	assert_mm("0n000000" "n1111111" ".");
	page_alloc_check();
}

/* Runs of pages, the largest first, nearest node first, and zeroed on request. */
static void test_bulk(void **state)
{
	struct page_run runs[4];

	(void)state;
	mm_machine(2, BASE, "00000000" "11111111");
	mm_handover();
	assert_int_equal(alloc_pages_bulk(__GFP_ZERO, 10, runs, 4), 10);
	assert_mm("anaaaaaa" "n1aaa111");
	assert_int_equal(runs[0].start, MM(4));
	assert_int_equal(runs[0].nr, 4);
	assert_int_equal(runs[1].start, MM(2));
	assert_int_equal(runs[2].start, MM(0));
	assert_int_equal(runs[3].nr, 3);
	assert_filled(2, 8, 0);
	assert_int_equal(alloc_pages_bulk(__GFP_THISNODE, 1, runs, 1), 0);
	assert_true(free_pages_bulk(runs, 4));
	assert_false(free_pages_bulk(runs, 4));
	assert_log("refused: already free");
	assert_mm("0n000000" "n1111111");
	assert_int_equal(alloc_pages_bulk(GFP_KERNEL, 10, runs, 2), 6);
	assert_int_equal(alloc_pages_bulk(GFP_KERNEL, 10, runs, 0), 0);
	assert_int_equal(alloc_pages_bulk(GFP_KERNEL, 0, runs, 4), 0);
	assert_int_equal(alloc_pages_bulk(GFP_KERNEL, 100, runs, 4), 8);
	assert_mm("anaaaaaa" "naaaaaaa");
	page_alloc_check();
}

/* What is written to free pages, by mistake or to do harm, changes nothing that the
 * allocator does: two machines, one with all of its free pages written over after
 * each call, hand out the same. */
static void run_calls(bool corrupt, phys_addr_t *got, unsigned int nr)
{
	unsigned char *mem;

	mm_machine(1, BASE, "00000000000000000000000000000000");
	mm_handover();
	mem = phys_to_virt(MM(0));
	for (unsigned int i = 0; i < nr; i++) {
		for (unsigned int k = 0; corrupt && k < 32; k++)
			if (mm_free_in(mm_base_pfn + k) == 0)
				memset(mem + PAGE(k), (int)(0x11 * i), PAGE(1));
		got[i] = i % 3 == 2 ? free_pages(got[i - 1], (i - 1) % 4)
				    : alloc_pages(GFP_KERNEL, i % 4);
		page_alloc_check();
		pfn_tree_check(&NODE_DATA(0)->bdata->tree);
	}
}

static void test_corrupted_free_pages(void **state)
{
	phys_addr_t clean[40], corrupted[40];

	(void)state;
	run_calls(false, clean, ARRAY_SIZE(clean));
	unit_reset(NULL);
	run_calls(true, corrupted, ARRAY_SIZE(corrupted));
	assert_memory_equal(clean, corrupted, sizeof(clean));
}

static void test_no_memory_is_null_or_a_panic(void **state)
{
	(void)state;
	mm_machine(1, BASE, "00000000");
	mm_handover();
	assert_int_equal(alloc_pages(__GFP_NOFAIL, 2), MM(4));
	assert_int_equal(alloc_pages(GFP_KERNEL, 2), 0);
	assert_panics(alloc_pages(__GFP_NOFAIL, 2),
		      "out of memory: alloc_pages(node 0, order 2) has no block, and must have one; called from ");
	assert_log("Node 0, zone    DMA32      1      1");
	assert_panics(alloc_pages_node(1, __GFP_NOFAIL, 0),
		      "out of memory: alloc_pages(node 1, order 0)");
	page_alloc_check();
}

/* machine_at(): one node of @nr pages from page @pfn on. */
static void machine_at(unsigned long pfn, unsigned long nr,
		       const char *bootargs)
{
	mm_one_node(pfn, nr);
	machine.bootargs = bootargs;
	mm_handover();
}

/* big_machine(): one node of @nr pages. */
static void big_machine(unsigned long nr)
{
	machine_at(BASE, nr, "");
}

/* alloc_all(): single pages, until there is none for @gfp; how many. */
static unsigned long alloc_all(gfp_t gfp)
{
	unsigned long nr = 0;

	while (alloc_pages(gfp, 0))
		nr++;
	return nr;
}

/* The last thousandth of a zone is for those who ask for it. */
static void test_watermark(void **state)
{
	(void)state;
	big_machine(4096);
	assert_int_equal(alloc_all(GFP_KERNEL), 4095 - 3);
	assert_int_equal(alloc_pages(__GFP_DMA32, 0), 0);
	assert_int_equal(alloc_all(__GFP_HIGH), 3);
	page_alloc_check();
}

/* What falls back on the lower zone leaves a share of it; what needs it doesn't. */
static void test_reserve_of_the_lower_zone(void **state)
{
	(void)state;
	host.dma32_limit_pfn = BASE + 500;
	big_machine(1500);
	assert_int_equal(alloc_all(GFP_KERNEL), 1499 - 3);
	assert_int_equal(alloc_all(__GFP_DMA32), 3);
	page_alloc_check();
}

/* hold_node(): of node @i of big_machine()'s tree, a block of two pages for @gfp,
 * returned, and all behind it; of 12 nodes, but for the last word of RAM. */
static phys_addr_t hold_node(gfp_t gfp, unsigned int i)
{
	phys_addr_t pa = alloc_pages(gfp, 1);

	assert_int_equal(alloc_contig_range(
		PFN_DOWN(pa) + 2,
		mm_base_pfn + (i + 1) * 4096 - (i == 11 ? 64 : 0)), 0);
	return pa;
}

/* More nodes of a tree with such blocks than it has tables of its own: a page of
 * the buddy's is tables then, which nobody can free, until CPUs are drained. */
static void test_tables_come_from_the_buddy(void **state)
{
	const pg_data_t *pgdat = &mm_nodes[0];
	phys_addr_t pa[12], table = 0;
	unsigned long free;

	(void)state;
	big_machine(12 * 4096);
	free = node_free(0);
	for (unsigned int i = 0; i < 12; i++)
		pa[i] = hold_node(__GFP_THISNODE, i);
	assert_int_equal(pgdat->table_pages, 2);
	assert_true(report_ledger());
	assert_log("ledger: node 0 joins 0x2000 tables of joins\n");
	table = virt_to_phys(pfn_tree_next_tables(&pgdat->bdata->tree, NULL));
	assert_false(free_pages(table, 0));
	assert_log("order 0) refused: inside a reservation");
	assert_false(free_pages_exact(table, PAGE(1)));
	assert_false(free_pages(pa[5] + PAGE(1), 0));
	page_alloc_check();
	for (unsigned int i = 0; i < 12; i++) {
		assert_true(free_pages(pa[i], 1));
		assert_true(free_pages_exact(pa[i] + PAGE(2),
			MM((i + 1) * 4096 - (i == 11 ? 64 : 0)) -
			pa[i] - PAGE(2)));
	}
	assert_int_equal(node_free(0), free);
	assert_int_equal(pgdat->table_pages, 0);
	page_alloc_check();
}

/* Nothing is kept any more for tables that there are. */
static void test_made_tables_leave_the_rest(void **state)
{
	unsigned long nr;

	(void)state;
	big_machine(12 * 4096);
	for (unsigned int i = 0; i < 12; i++)
		hold_node(__GFP_THISNODE, i);
	assert_int_equal(mm_nodes[0].table_pages, 2);
	nr = node_free(0);
	assert_int_equal(alloc_all(__GFP_HIGH), nr);
	page_alloc_check();
}

/* A block that needs a page of tables is taken alone, the next one fills the cache:
 * of a node of the tree of which all else is held, and in order. */
static void test_tables_before_the_cache(void **state)
{
	const pg_data_t *pgdat = &mm_nodes[0];
	phys_addr_t pa[4];

	(void)state;
	big_machine(4 * 4096);
	for (unsigned int i = 0; i < 2; i++) {
		pa[i] = alloc_pages(GFP_KERNEL, 1);
		assert_int_equal(alloc_contig_range(PFN_DOWN(pa[i]) + 2,
						    mm_base_pfn + (i + 1) * 4096),
				 0);
	}
	assert_int_equal(pgdat->table_pages, 0);
	for (unsigned int i = 2; i < 4; i++) {
		pa[i] = alloc_pages(GFP_KERNEL, 1);
		assert_int_equal(pgdat->table_pages, 1);
		assert_int_equal(page_cache_free_home(PFN_DOWN(pa[i]), 1),
				 i == 2 ? PAGE_CACHE_FOREIGN : PAGE_CACHE_FREED);
	}
	assert_true(free_pages(pa[2], 1));
	assert_false(free_pages(pa[3], 1));
	assert_log("refused: already free");
	page_alloc_check();
}

/* spend_tables(): of a big_machine(), the first two nodes of the tree are held, and
 * its own tables are in use. */
static void spend_tables(void)
{
	for (unsigned int i = 0; i < PFN_TREE_OWN_TABLES; i++)
		hold_node(GFP_KERNEL, i);
	assert_int_equal(mm_nodes[0].table_pages, 0);
}

/* A block of whole words needs no table. */
static void test_no_tables_for_words(void **state)
{
	(void)state;
	big_machine(4 * 4096);
	spend_tables();
	assert_int_equal(alloc_pages(GFP_KERNEL, 6), MM(2 * 4096));
	assert_int_equal(alloc_pages(__GFP_THISNODE, 6), MM(2 * 4096 + 512));
	assert_int_equal(mm_nodes[0].table_pages, 0);
}

/* A page of a word that a CPU keeps becomes tables, and the CPU leaves: nobody can
 * free it all the same. */
static void test_tables_in_a_run_that_goes(void **state)
{
	phys_addr_t table = MM(2 * 4096 + 1);

	(void)state;
	big_machine(4 * 4096);
	spend_tables();
	assert_int_equal(alloc_pages(__GFP_THISNODE, 0), MM(0));
	assert_int_equal(alloc_pages(GFP_KERNEL, 0), MM(2 * 4096));
	assert_int_equal(alloc_pages(GFP_KERNEL, 0), table);
	assert_true(free_pages_exact(table, PAGE(1)));
	assert_int_equal(alloc_pages(__GFP_THISNODE, 1), MM(2 * 4096 + 2));
	assert_ptr_equal(pfn_tree_next_tables(&mm_nodes[0].bdata->tree, NULL),
			 phys_to_virt(table));
	page_cache_leave();
	assert_false(free_pages(table, 0));
	assert_log("refused: inside a reservation");
}

/* sparse_machine(): one node of 12 nodes of its tree, with two pages in each, and
 * a page above them in the zone above; all is reserved but the first @nr pages. */
static void sparse_machine(unsigned int nr, const char *bootargs)
{
	mm_base_pfn = BASE;
	mm_begin(1);
	for (unsigned int i = 0; i < 13; i++) {
		phys_addr_t size = PAGE(i == 12 ? 1 : 2 + 2 * !i);

		host_ram(MM(i * 4096), size);
		assert_int_equal(memblock_add_node(MM(i * 4096), size, 0,
						   MEMBLOCK_NONE), 0);
	}
	host.dma32_limit_pfn = BASE + 12 * 4096;
	mm_ready(1);
	reserve_bootmem(MM(2), PAGE(1), BOOTMEM_DEFAULT);
	for (unsigned int i = nr; i < 12; i++)
		reserve_bootmem(MM(i * 4096), PAGE(2), BOOTMEM_DEFAULT);
	machine.bootargs = bootargs;
	mm_handover();
}

/* Pages that came late may need more tables than a page was kept for. */
static void test_tables_run_out(void **state)
{
	phys_addr_t pa[12] = { 0 };
	unsigned int nr = 0;

	(void)state;
	sparse_machine(1, "");
	assert_ptr_equal(mm_nodes[0].table_zone,
			 &mm_nodes[0].node_zones[ZONE_NORMAL]);
	assert_int_equal(mm_nodes[0].table_zone->table_reserve, 1);
	for (unsigned int i = 1; i < 12; i++)
		free_bootmem_late(MM(i * 4096), PAGE(2));
	while ((pa[nr] = alloc_pages(__GFP_THISNODE, 1)))
		nr++;
	assert_int_equal(nr, PFN_TREE_OWN_TABLES + 7);
	assert_int_equal(mm_nodes[0].table_pages, 1);
	assert_int_equal(alloc_pages(GFP_KERNEL, 1), 0);
	assert_int_equal(alloc_pages_exact(PAGE(1), GFP_KERNEL) & ~PAGE_MASK, 0);
	page_alloc_check();
	while (nr--)
		assert_true(free_pages(pa[nr], 1));
	drain_all_pages();
	assert_int_equal(mm_nodes[0].table_pages, 0);
	page_alloc_check();
}

/* A page that was tables is filled like every other that becomes free. */
static void test_poison_fills_tables(void **state)
{
	phys_addr_t pa[3];

	(void)state;
	sparse_machine(12, "poison");
	for (unsigned int i = 0; i < ARRAY_SIZE(pa); i++)
		pa[i] = alloc_pages(__GFP_DMA32, 1);
	assert_int_equal(mm_nodes[0].table_pages, 1);
	for (unsigned int i = 0; i < ARRAY_SIZE(pa); i++)
		assert_true(free_pages(pa[i], 1));
	drain_all_pages();
	assert_int_equal(mm_nodes[0].table_pages, 0);
	while (alloc_pages(__GFP_HIGH, 0))
		;
	assert_no_log("W-PAGE-POISON");
	page_alloc_check();
}

/* Such a page is given back as it is, and counted. */
static void test_drain_counts_tables(void **state)
{
	phys_addr_t pa[3];
	const char *table;
	char last;

	(void)state;
	sparse_machine(12, "");
	for (unsigned int i = 0; i < ARRAY_SIZE(pa); i++)
		pa[i] = alloc_pages(__GFP_DMA32, 1);
	table = pfn_tree_next_tables(&mm_nodes[0].bdata->tree, NULL);
	assert_non_null(table);
	last = table[PAGE_SIZE - 1];
	for (unsigned int i = 0; i < ARRAY_SIZE(pa); i++)
		assert_true(free_pages(pa[i], 1));
	assert_int_equal(drain_all_pages(), 1);
	assert_int_equal(table[PAGE_SIZE - 1], last);
	page_alloc_check();
}

/* Where a small machine has to lie for its tree to be deep: across this page. */
#define DEEP_BORDER	(1ul << 19)

/* deep_machine(): that; of this CPU's home two pages are allocated, in no run, of which
 * the first is returned. */
static unsigned long deep_machine(const char *bootargs)
{
	unsigned long pfn = DEEP_BORDER + 64;

	machine_at(DEEP_BORDER - 128, 256, bootargs);
	assert_true(mm_nodes[0].bdata->tree.deep);
	assert_int_not_equal(alloc_pages(GFP_KERNEL, 0), 0);
	assert_int_equal(alloc_contig_range(pfn, pfn + 2), 0);
	return pfn;
}

/* Nor is a page of a deep tree, which has a short way of its own, left as it was. */
static void test_poison_fills_pages_of_a_deep_tree(void **state)
{
	phys_addr_t pa = PFN_PHYS(deep_machine("quiet poison"));

	(void)state;
	memset(phys_to_virt(pa), 0x55, PAGE(1));
	assert_true(free_pages(pa, 0));
	assert_filled(128 + 64, 128 + 65, 0xaa);
	page_alloc_check();
}

/* free_unaligned(): page @pfn, of this CPU's home, is taken: it can't be freed by an
 * address inside it. */
static void free_unaligned(unsigned long pfn)
{
	assert_false(free_pages(PFN_PHYS(pfn) + 8, 0));
	assert_log("refused: not the address of such a block");
	assert_true(free_pages(PFN_PHYS(pfn), 0));
}

/* In a CPU's run, in its home, and in a home that is a deep tree. */
static void test_free_of_an_address_inside_a_page(void **state)
{
	(void)state;
	big_machine(256);
	free_unaligned(PFN_DOWN(alloc_pages(GFP_KERNEL, 0)));
	assert_int_equal(alloc_contig_range(BASE + 64, BASE + 66), 0);
	free_unaligned(BASE + 64);
	unit_reset(NULL);
	free_unaligned(deep_machine(""));
	page_alloc_check();
}

/* What lies below the home of a deep tree is another zone's, however large the home
 * is. */
static void test_free_below_a_deep_home(void **state)
{
	unsigned long pfn = 0x100, border = 0x200;

	(void)state;
	host.dma32_limit_pfn = border;
	machine_at(pfn, 1ul << 19, "");
	assert_true(mm_nodes[0].bdata->tree.deep);
	assert_true(alloc_pages(GFP_KERNEL, 0) >= PFN_PHYS(border));
	assert_int_equal(alloc_contig_range(pfn + 64, pfn + 66), 0);
	assert_true(free_pages(PFN_PHYS(pfn + 64), 0));
	page_alloc_check();
}

/* The page behind a home is no part of it, and not looked at, though it could pass
 * for one in use: what its tree would have of it is what it has of word 0. */
static void test_free_right_behind_the_home(void **state)
{
	(void)state;
	mm_one_node(BASE, 4096);
	reserve_bootmem(MM(0), PAGE(64), BOOTMEM_DEFAULT);
	mm_handover();
	assert_int_not_equal(alloc_pages(GFP_KERNEL, 0), 0);
	free_bootmem_late(MM(0), PAGE(64));
	assert_int_equal(alloc_contig_range(BASE, BASE + 1), 0);
	assert_true(free_pages(MM(0), 0));
	assert_false(pfn_tree_flag(&mm_nodes[0].bdata->tree, BASE));
	assert_int_equal(alloc_contig_range(BASE, BASE + 1), 0);
	assert_false(free_pages(MM(4096), 0));
	assert_log("refused: not memory of one node");
	page_alloc_check();
}

/* What is kept for tables isn't anybody's, whatever its addresses. */
static void test_contig_range_leaves_the_tables(void **state)
{
	unsigned long end = BASE + 12 * 4096;

	(void)state;
	big_machine(12 * 4096);
	assert_int_equal(mm_nodes[0].table_zone->table_reserve, 2);
	assert_int_equal(alloc_contig_range(BASE + 2, end), -1);
	assert_int_equal(alloc_contig_range(BASE + 3, end), 0);
	page_alloc_check();
}

/* Memory of two kinds side by side is two regions, but one node's. */
static void test_exact_pages_across_regions(void **state)
{
	(void)state;
	mm_machine(1, BASE, "00000000");
	memblock_mark_hotplug(MM(4), PAGE(4));
	assert_int_equal(memblock.memory.cnt, 2);
	mm_handover();
	while (alloc_pages(GFP_KERNEL, 0))
		;
	assert_true(free_pages_exact(MM(2), PAGE(6)));
	assert_mm("an000000");
	page_alloc_check();
}

/* A block too large for any cache is made single pages as well. */
static void test_exact_pages_of_a_large_order(void **state)
{
	phys_addr_t pa;

	(void)state;
	big_machine(4 * 4096);
	pa = alloc_pages_exact(PAGE(4000), GFP_KERNEL);
	assert_int_equal(pa, MM(4096));
	assert_int_equal(node_free(0), 4 * 4096 - 1 - 4000);
	assert_false(free_pages(pa, 12));
	assert_true(free_pages_exact(pa, PAGE(4000)));
	pa = alloc_pages_exact(PAGE(1 << PAGE_CACHE_ORDERS), GFP_KERNEL);
	assert_true(free_pages_exact(pa, PAGE(1 << PAGE_CACHE_ORDERS)));
	page_alloc_check();
}

/* A count that promises pages that aren't there makes nobody wait or get them. */
static void test_bulk_with_a_wrong_count(void **state)
{
	struct zone *zone = &mm_nodes[0].node_zones[ZONE_DMA32];
	struct page_run run;

	(void)state;
	mm_machine(1, BASE, "0000");
	mm_handover();
	while (alloc_pages(GFP_KERNEL, 0))
		;
	zone->nr_free += 3;
	assert_int_equal(alloc_pages_bulk(GFP_KERNEL, 3, &run, 1), 0);
	assert_int_equal(zone->nr_free, 3);
}

static void test_check_sees_a_wrong_count(void **state)
{
	(void)state;
	mm_machine(1, BASE, "00000000");
	mm_handover();
	NODE_DATA(0)->node_zones[ZONE_DMA32].nr_free++;
	assert_panics(page_alloc_check(),
		      "zone DMA32 of node 0 counts 8 free pages, its blocks have 7");
}

static void test_in_the_wrong_stage(void **state)
{
	struct page_run run;

	(void)state;
	mm_machine(1, BASE, "00000000");
	assert_panics(alloc_pages(GFP_KERNEL, 0), "of buddy called in stage paging_init, where bootmem is the legal allocator");
	assert_panics(free_pages(MM(0), 0), "free_pages() of buddy");
	assert_panics(free_bootmem_late(MM(0), PAGE(1)),
		      "free_bootmem_late() of buddy");
	assert_panics(free_pages_exact(MM(0), PAGE(1)), "free_pages_exact() of buddy");
	assert_panics(alloc_contig_range(PFN_DOWN(MM(0)), PFN_DOWN(MM(1))),
		      "alloc_contig_range() of buddy");
	assert_panics(alloc_pages_bulk(GFP_KERNEL, 1, &run, 1),
		      "alloc_pages_bulk() of buddy");
}

/*
 * The model: two nodes that interleave, a hole, and the border of the zones.
 *
 *	node 0	[0-37) [50-60) [70-96)	node 1	[37-50) [60-64) [110-150)
 *	zones	DMA32 below page 64, which is where no block of order 6 crosses
 */
#define MODEL_PAGES	150ul
#define MODEL_LIMIT	64ul
#define MODEL_ORDERS	8u

/* One node's pages: those that aren't its own or are reserved are taken, and
 * can't be freed. */
static struct flat_map model_map[2];
static char model_drawing[MODEL_PAGES + 1];
static bool model_fixed[MODEL_PAGES];	/* reserved, or no RAM */

enum { ALLOC, FREE, NR_KINDS };
static const char *const op_names[NR_KINDS] = { "alloc", "free" };

/* draw_model(): the nodes' pages as above. */
static void draw_model(void)
{
	memset(model_drawing, '.', MODEL_PAGES);
	memset(model_drawing, '0', 96);
	memset(model_drawing + 64, '.', 6);
	memset(model_drawing + 37, '1', 13);
	memset(model_drawing + 60, '1', 4);
	memset(model_drawing + 110, '1', 40);
}

/* start(): machine and model, the same pages free. */
static void start(void)
{
	unit_reset(NULL);
	draw_model();
	host.dma32_limit_pfn = BASE + MODEL_LIMIT;
	mm_machine(2, BASE, model_drawing);
	reserve_bootmem(MM(20), PAGE(3), BOOTMEM_DEFAULT);
	mm_handover();
	for (int nid = 0; nid < 2; nid++) {
		flat_init(&model_map[nid], BASE, BASE + MODEL_PAGES);
		for (unsigned long i = 0; i < MODEL_PAGES; i++)
			model_map[nid].taken[i] =
				mm_page(BASE + i) != '0' + nid;
	}
	for (unsigned long i = 0; i < MODEL_PAGES; i++)
		model_fixed[i] = model_map[0].taken[i] && model_map[1].taken[i];
}

/* draw(): ALLOC: node, gfp, order. FREE: page, -, order. */
static void draw(struct op *op, uint64_t *seed)
{
	op->arg[0] = seq_random(seed, op->kind == ALLOC ? 2 : MODEL_PAGES);
	op->arg[1] = seq_random(seed, 8);
	op->arg[2] = seq_random(seed, MODEL_ORDERS);
	if (op->kind == FREE)
		op->arg[0] &= ~((1ul << op->arg[2]) - 1);
}

/* model_has(): @nid's zone @type has a free block of @order. */
static bool model_has(int nid, enum zone_type type, unsigned int order)
{
	unsigned long border = BASE + MODEL_LIMIT;

	return (type == ZONE_DMA32
		? flat_find(&model_map[nid], order, BASE, border)
		: flat_find(&model_map[nid], order, border, PFN_NONE)) !=
	       PFN_NONE;
}

/* model_take(): the block at @pa is a free one of @nid's zone @type; it is taken
 * now. Which of them is handed out is the allocator's choice. */
static bool model_take(int nid, enum zone_type type, unsigned int order,
		       phys_addr_t pa)
{
	unsigned long pfn = PFN_DOWN(pa), end = pfn + (1ul << order);
	unsigned long border = BASE + MODEL_LIMIT;

	if (pa & ((PAGE_SIZE << order) - 1) ||
	    !flat_all(&model_map[nid], pfn, end, false) ||
	    (type == ZONE_DMA32 ? end > border : pfn < border))
		return false;
	flat_set_block(&model_map[nid], pfn, order);
	return true;
}

/* model_alloc(): @pa is right: from the own node before the other, from Normal
 * before DMA32; 0 where none of them has such a block. */
static bool model_alloc(int nid, gfp_t gfp, unsigned int order, phys_addr_t pa)
{
	for (int i = 0; i < (gfp & __GFP_THISNODE ? 1 : 2); i++) {
		if (!(gfp & __GFP_DMA32) &&
		    model_has(nid ^ i, ZONE_NORMAL, order))
			return model_take(nid ^ i, ZONE_NORMAL, order, pa);
		if (model_has(nid ^ i, ZONE_DMA32, order))
			return model_take(nid ^ i, ZONE_DMA32, order, pa);
	}
	return !pa;
}

/* model_free(): whether the block at page @first can be freed; it is then. */
static bool model_free(unsigned long first, unsigned int order)
{
	unsigned long end = first + (1ul << order);
	int nid = model_drawing[first] - '0';

	if (end > MODEL_PAGES || model_drawing[first] == '.' ||
	    model_fixed[first] ||
	    flat_state(&model_map[nid], BASE + first, order) != PFN_TREE_TAKEN)
		return false;
	flat_set(&model_map[nid], BASE + first, BASE + end, false);
	return true;
}

/* same_zone(): a zone counts what the model has free in it. */
static bool same_zone(int nid, enum zone_type type)
{
	const struct zone *zone = &NODE_DATA(nid)->node_zones[type];
	unsigned long blocks[PFN_TREE_MAX_ORDERS] = { 0 };
	unsigned long border = BASE + MODEL_LIMIT;

	return zone->nr_free ==
	       flat_count(&model_map[nid], type == ZONE_DMA32 ? 0 : border,
			  type == ZONE_DMA32 ? border : PFN_NONE, blocks);
}

/* same(): every page, every count. */
static bool same(void)
{
	page_alloc_check();
	for (int nid = 0; nid < 2; nid++) {
		const struct pfn_tree *tree = &NODE_DATA(nid)->bdata->tree;

		pfn_tree_check(tree);
		for (unsigned long pfn = tree->start_pfn; pfn < tree->end_pfn;
		     pfn++)
			if ((pfn_tree_next_free(tree, pfn) != pfn) !=
			    flat_taken(&model_map[nid], pfn))
				return false;
		if (!same_zone(nid, ZONE_DMA32) || !same_zone(nid, ZONE_NORMAL))
			return false;
	}
	return true;
}

/* step(): one operation on both. */
static bool step(const struct op *op)
{
	unsigned int order = (unsigned int)op->arg[2];

	if (op->kind == ALLOC) {
		int nid = (int)op->arg[0];
		gfp_t gfp = (gfp_t)op->arg[1];

		return model_alloc(nid, gfp, order,
				   alloc_pages_node(nid, gfp, order)) && same();
	}
	return free_pages(MM(op->arg[0]), order) ==
	       model_free(op->arg[0], order) && same();
}

static void test_random_sequences_against_the_model(void **state)
{
	static const struct sequence seq = {
		.names = op_names, .nr_kinds = NR_KINDS, .nr_ops = 150,
		.nr_seeds = 60, .start = start, .draw = draw, .step = step,
	};

	(void)state;
	seq_check(&seq);
}

#define TEST(name) cmocka_unit_test_setup(name, unit_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_alloc_the_lowest_block_that_fits),
		TEST(test_alloc_splits_and_free_merges),
		TEST(test_alloc_is_naturally_aligned),
		TEST(test_alloc_order_out_of_range),
		TEST(test_alloc_from_no_such_node),
		TEST(test_alloc_zeroed_on_request),
		TEST(test_free_pages_are_not_touched),
		TEST(test_free_twice),
		TEST(test_free_with_another_order),
		TEST(test_free_of_pages_as_a_block),
		TEST(test_corrupted_free_pages),
		TEST(test_no_memory_is_null_or_a_panic),
		TEST(test_watermark),
		TEST(test_reserve_of_the_lower_zone),
		TEST(test_tables_come_from_the_buddy),
		TEST(test_made_tables_leave_the_rest),
		TEST(test_tables_before_the_cache),
		TEST(test_no_tables_for_words),
		TEST(test_tables_in_a_run_that_goes),
		TEST(test_free_of_no_block),
		TEST(test_free_of_foreign_memory),
		TEST(test_free_of_a_reservation),
		TEST(test_free_across_nodes),
		TEST(test_zones_normal_before_dma32),
		TEST(test_zones_have_no_block_in_common),
		TEST(test_nodes_nearest_first),
		TEST(test_this_node_or_not_at_all),
		TEST(test_local_node_is_tried_first),
		TEST(test_interleaved_nodes_keep_their_pages),
		TEST(test_pages_above_2_to_the_40),
		TEST(test_late_pages_join_the_buddy),
		TEST(test_late_less_than_a_page_is_nothing),
		TEST(test_disowned_pages),
		TEST(test_poison_fills_what_is_free),
		TEST(test_poison_sees_a_write_to_a_free_page),
		TEST(test_free_across_a_border),
		TEST(test_free_pages_exact_across_a_hole),
		TEST(test_poison_and_bad_frees),
		TEST(test_poison_up_to_the_end_of_ram),
		TEST(test_free_of_more_than_a_node),
		TEST(test_exact_pages),
		TEST(test_exact_pages_that_are_none),
		TEST(test_contig_range),
		TEST(test_bulk),
		TEST(test_tables_run_out),
		TEST(test_poison_fills_tables),
		TEST(test_drain_counts_tables),
		TEST(test_poison_fills_pages_of_a_deep_tree),
		TEST(test_free_of_an_address_inside_a_page),
		TEST(test_free_below_a_deep_home),
		TEST(test_free_right_behind_the_home),
		TEST(test_contig_range_leaves_the_tables),
		TEST(test_exact_pages_across_regions),
		TEST(test_exact_pages_of_a_large_order),
		TEST(test_bulk_with_a_wrong_count),
		TEST(test_check_sees_a_wrong_count),
		TEST(test_in_the_wrong_stage),
		TEST(test_random_sequences_against_the_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
