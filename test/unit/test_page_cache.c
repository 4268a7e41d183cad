/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What CPUs keep of the free pages, in small machines (mm_fixture.h) with more
 * than one CPU (cpu_fixture.h).
 *
 * Making the zonelists takes one page of the first node, its second one; so in
 * word 0, the first 64 pages, something is reserved, in the others nothing is.
 */
#include <stdio.h>

#include "cpu_fixture.h"
#include "mm_fixture.h"
#include "percpu.h"
#include "spinlock.h"

/* Where most drawings begin: at a run of words. */
#define BASE		0x80000ul

/* Pages of a word, of a run of words. */
#define WORD		64ul
#define RUN		4096ul

/* machine_of(): one node of @nr pages, two CPUs. */
static void machine_of(unsigned long nr)
{
	mm_one_node(BASE, nr);
	mm_handover();
}

/* cpus_two(), cpus_end(): set-up and tear-down of every test. */
static int cpus_two(void **state)
{
	unit_reset(state);
	page_cache_init();
	cpus_start(2);
	return 0;
}

static int cpus_end(void **state)
{
	(void)state;
	cpus_stop();
	page_cache_leave();
	page_alloc_set_node(0);
	return 0;
}

/* zone_free(): what node @nid's zones count as free just now. */
static unsigned long zone_free(int nid)
{
	return NODE_DATA(nid)->node_zones[ZONE_DMA32].nr_free +
	       NODE_DATA(nid)->node_zones[ZONE_NORMAL].nr_free;
}

/* assert_sound(): caches and trees agree; then @nr pages of node 0 are free. */
static void assert_sound(unsigned long nr)
{
	cpus_check();
	page_alloc_check();
	cpus_check();
	pfn_tree_check(&NODE_DATA(0)->bdata->tree);
	assert_int_equal(zone_free(0), nr);
}

/* refused(): CPU @i can't free the block, because of @why. */
static void refused(unsigned int i, phys_addr_t addr, unsigned int order,
		    const char *why)
{
	char line[128];

	snprintf(line, sizeof(line), "free_pages(0x%016llx, order %u) refused: %s",
		 addr, order, why);
	assert_false(free_on(i, addr, order));
	assert_log(line);
}

static void test_first_page_brings_its_run(void **state)
{
	(void)state;
	machine_of(4 * WORD);
	assert_int_equal(alloc_pages(GFP_KERNEL, 0), MM(0));
	assert_int_equal(zone_free(0), 3 * WORD);
	assert_int_equal(alloc_pages(GFP_KERNEL, 0), MM(2));
	assert_int_equal(drain_all_pages(), 61);
	assert_int_equal(drain_all_pages(), 0);
	assert_sound(4 * WORD - 3);
}

static void test_free_comes_back_first(void **state)
{
	phys_addr_t pa;

	(void)state;
	machine_of(4 * WORD);
	pa = alloc_pages(GFP_KERNEL, 0);
	assert_true(free_pages(pa, 0));
	assert_int_equal(zone_free(0), 3 * WORD);
	assert_int_equal(alloc_pages(GFP_KERNEL, 0), pa);
	assert_sound(4 * WORD - 2);
}

/* held(): blocks of @order that this CPU's cache holds. */
static int held(unsigned int order)
{
	return __builtin_popcountll(cpu_pages.cache[order].held);
}

static void test_each_order_has_its_run(void **state)
{
	phys_addr_t pa[12];

	(void)state;
	machine_of(2 * RUN);
	for (unsigned int order = 0; order < 12; order++) {
		pa[order] = alloc_pages(GFP_KERNEL, order);
		cpus_check();
	}
	for (unsigned int order = 1; order < 6; order++)
		assert_in_range(held(order), 1, 64 >> order);
	for (unsigned int order = 6; order < PAGE_CACHE_ORDERS; order++)
		assert_int_equal(held(order), 1 << (9 - order));
	for (unsigned int order = 0; order < 12; order++)
		for (unsigned int k = 0; k < 12; k++)
			if (k != order && !(pa[order] & (PAGE(1ul << k) - 1)))
				assert_false(free_pages(pa[order], k));
	for (unsigned int order = 0; order < 12; order++) {
		assert_true(free_pages(pa[order], order));
		cpus_check();
	}
	for (unsigned int order = 0; order < PAGE_CACHE_ORDERS; order++)
		assert_int_equal(alloc_pages(GFP_KERNEL, order), pa[order]);
	for (unsigned int order = 0; order < PAGE_CACHE_ORDERS; order++)
		assert_true(free_pages(pa[order], order));
	assert_sound(2 * RUN - 1);
}

/* Two caches may have the same word, and the last to leave takes its flag away. */
static void test_two_caches_share_a_word(void **state)
{
	const struct pfn_tree *tree;
	phys_addr_t a, b;

	(void)state;
	machine_of(2 * WORD);
	tree = &NODE_DATA(0)->bdata->tree;
	alloc_contig_range(BASE, BASE + 1);
	alloc_contig_range(BASE + 2, BASE + WORD);
	a = alloc_on(0, GFP_KERNEL, 0);
	assert_int_equal(a, MM(WORD));
	drain_all_pages();
	b = alloc_on(1, GFP_KERNEL, 0);
	assert_int_equal(b, MM(WORD + 1));
	cpus_check();
	assert_true(cpus[0].pages->cache[0].shared);
	assert_true(cpus[1].pages->cache[0].shared);
	refused(1, a, 1, "allocated with another order");
	assert_true(free_on(1, a, 0));
	refused(0, a, 0, "already free");
	refused(1, a, 0, "already free");
	page_cache_leave();
	assert_true(pfn_tree_flag(tree, BASE + WORD));
	assert_true(free_on(0, b, 0));
	refused(0, b, 0, "already free");
	set_node_on(1, 1);
	assert_false(pfn_tree_flag(tree, BASE + WORD));
	refused(0, b, 0, "already free");
	assert_sound(WORD);
}

/* A run that has no such block any more goes back for one that has. */
static void test_run_is_exchanged_for_a_larger_block(void **state)
{
	(void)state;
	machine_of(4 * WORD);
	alloc_pages(GFP_KERNEL, 5);
	assert_int_equal(alloc_pages(GFP_KERNEL, 5), MM(WORD));
	assert_int_equal(zone_free(0), 2 * WORD + 31);
	assert_sound(4 * WORD - 1 - 64);
}

static void test_larger_orders_pass_the_caches_by(void **state)
{
	phys_addr_t pa;

	(void)state;
	machine_of(4 * RUN);
	pa = alloc_pages(GFP_KERNEL, 12);
	assert_int_equal(pa, MM(RUN));
	assert_int_equal(drain_all_pages(), 0);
	assert_true(free_pages(pa, 12));
	assert_sound(4 * RUN - 1);
}

/* A request that isn't an ordinary one doesn't fill a cache. */
static void test_special_requests_pass_the_caches_by(void **state)
{
	(void)state;
	machine_of(4 * WORD);
	assert_int_equal(alloc_pages(__GFP_DMA32, 0), MM(0));
	assert_int_equal(alloc_pages(__GFP_THISNODE, 0), MM(2));
	assert_int_equal(drain_all_pages(), 0);
	assert_int_equal(alloc_pages(__GFP_ZERO, 0), MM(3));
	assert_int_equal(drain_all_pages(), 60);
	assert_sound(4 * WORD - 1 - 3);
}

static void test_each_cpu_has_a_run(void **state)
{
	(void)state;
	machine_of(4 * WORD);
	assert_int_equal(alloc_on(0, GFP_KERNEL, 0), MM(0));
	assert_int_equal(alloc_on(1, GFP_KERNEL, 0), MM(WORD));
	assert_int_equal(alloc_on(0, GFP_KERNEL, 0), MM(2));
	assert_int_equal(zone_free(0), 2 * WORD);
	assert_sound(4 * WORD - 1 - 3);
}

/* A page that another CPU keeps the run of goes back to that one. */
static void test_free_on_another_cpu(void **state)
{
	phys_addr_t pa;

	(void)state;
	machine_of(4 * WORD);
	pa = alloc_on(0, GFP_KERNEL, 0);
	assert_true(free_on(1, pa, 0));
	assert_int_equal(zone_free(0), 3 * WORD);
	refused(1, pa, 0, "already free");
	refused(0, pa, 0, "already free");
	assert_int_equal(alloc_on(0, GFP_KERNEL, 0), pa);
	assert_sound(4 * WORD - 2);
}

static void test_free_twice_on_its_own_cpu(void **state)
{
	phys_addr_t pa;

	(void)state;
	machine_of(4 * WORD);
	pa = alloc_pages(GFP_KERNEL, 2);
	refused(0, pa + PAGE(2), 0, "allocated with another order");
	refused(1, pa, 1, "allocated with another order");
	assert_true(free_pages(pa, 2));
	refused(0, pa, 2, "already free");
	refused(1, pa, 2, "already free");
	refused(0, pa + PAGE(1), 0, "already free");
	refused(1, pa, 1, "already free");
	assert_sound(4 * WORD - 1);
}

/* The same where the page is not free in the cache any more but in the tree. */
static void test_free_twice_after_draining(void **state)
{
	phys_addr_t pa;

	(void)state;
	machine_of(2 * RUN);
	pa = alloc_pages(GFP_KERNEL, 0);
	assert_true(free_pages(pa, 0));
	drain_all_pages();
	refused(0, pa, 0, "already free");
	refused(1, pa, 0, "already free");
	pa = alloc_pages(GFP_KERNEL, 6);
	assert_true(free_pages(pa, 6));
	drain_all_pages();
	refused(0, pa, 6, "already free");
	assert_sound(2 * RUN - 1);
}

/* A block that was allocated before the drain is freed as ever. */
static void test_free_after_draining(void **state)
{
	phys_addr_t pa, other;

	(void)state;
	machine_of(4 * WORD);
	pa = alloc_pages(GFP_KERNEL, 0);
	drain_all_pages();
	other = alloc_on(1, GFP_KERNEL, 0);
	assert_int_not_equal(pa, other);
	assert_true(free_on(1, pa, 0));
	assert_true(free_on(0, other, 0));
	refused(0, pa, 0, "already free");
	refused(1, other, 0, "already free");
	assert_sound(4 * WORD - 1);
}

/* What was free in one CPU's run may be another one's by now. */
static void test_run_that_changed_hands(void **state)
{
	phys_addr_t pa, again;

	(void)state;
	machine_of(WORD);
	pa = alloc_on(0, GFP_KERNEL, 0);
	assert_true(free_on(0, pa, 0));
	drain_all_pages();
	again = alloc_on(1, GFP_KERNEL, 0);
	assert_int_equal(again, pa);
	assert_true(free_on(0, pa, 0));
	refused(0, pa, 0, "already free");
	refused(1, pa, 0, "already free");
	assert_sound(WORD - 1);
}

/* Single pages are no block, though all of them are taken. */
static void test_larger_block_over_a_run(void **state)
{
	(void)state;
	machine_of(WORD);
	for (unsigned long i = 0; i < WORD - 1; i++)
		assert_int_not_equal(alloc_on(1, GFP_KERNEL, 0), 0);
	refused(0, MM(32), 5, "allocated with another order");
	refused(1, MM(32), 5, "allocated with another order");
	assert_true(free_on(0, MM(40), 0));
	refused(0, MM(32), 5, "allocated with another order");
	refused(0, MM(40), 3, "already free");
	assert_int_equal(alloc_on(1, GFP_KERNEL, 0), MM(40));
	for (unsigned long i = 0; i < WORD; i++)
		if (i != 1)
			assert_true(free_on(0, MM(i), 0));
	refused(1, MM(32), 5, "already free");
	assert_sound(WORD - 1);
}

/* A page of a word that is whole in a cache, and one of a word from there. */
static void test_smaller_block_of_a_run_of_words(void **state)
{
	phys_addr_t pa;

	(void)state;
	machine_of(2 * RUN);
	pa = alloc_pages(GFP_KERNEL, 6);
	refused(0, pa + PAGE(WORD), 0, "already free");
	refused(1, pa + PAGE(WORD), 5, "already free");
	refused(1, pa + PAGE(3), 0, "allocated with another order");
	refused(0, pa, 5, "allocated with another order");
	assert_true(free_on(1, pa, 6));
	refused(0, pa + PAGE(3), 0, "already free");
	refused(1, pa, 6, "already free");
	assert_sound(2 * RUN - 1);
}

/* A larger block that no cache has, of which a part is asked to be freed. */
static void test_part_of_a_larger_block(void **state)
{
	phys_addr_t pa;

	(void)state;
	machine_of(2 * RUN);
	pa = alloc_pages(__GFP_THISNODE, 7);
	refused(0, pa, 6, "allocated with another order");
	refused(1, pa + PAGE(WORD), 6, "allocated with another order");
	refused(0, pa, 0, "allocated with another order");
	assert_true(free_pages(pa, 7));
	refused(1, pa, 6, "already free");
	assert_sound(2 * RUN - 1);
}

/* Two blocks that would be one, larger than any run. */
static void test_huge_block_over_two(void **state)
{
	(void)state;
	machine_of(2 * RUN);
	assert_int_equal(alloc_on(0, GFP_KERNEL, 11), MM(RUN / 2));
	assert_int_equal(alloc_on(1, GFP_KERNEL, 11), MM(RUN));
	assert_int_equal(alloc_on(1, GFP_KERNEL, 11), MM(RUN + RUN / 2));
	refused(0, MM(RUN), 12, "allocated with another order");
	assert_true(free_on(0, MM(RUN), 11));
	refused(0, MM(RUN), 12, "already free");
	assert_true(free_on(0, MM(RUN + RUN / 2), 11));
	refused(1, MM(RUN), 12, "already free");
	assert_true(free_on(1, MM(RUN / 2), 11));
	assert_sound(2 * RUN - 1);
}

/* Page 1 is reserved and inside a word that a CPU keeps. */
static void test_reservation_in_a_run(void **state)
{
	(void)state;
	machine_of(4 * WORD);
	assert_int_equal(alloc_on(0, GFP_KERNEL, 0), MM(0));
	refused(0, MM(1), 0, "inside a reservation");
	refused(1, MM(1), 0, "inside a reservation");
	refused(0, MM(0), 1, "inside a reservation");
	assert_true(free_on(0, MM(0), 0));
	refused(1, MM(0), 6, "inside a reservation");
	assert_sound(4 * WORD - 1);
}

/* Memory reserved after it was all free, far from any border of the node. */
static void test_reservation_made_after_release(void **state)
{
	unsigned long nr = 1ul << 20, word = 123 * RUN + 5 * WORD;

	(void)state;
	mm_one_node(BASE, nr);
	reserve_bootmem(MM(word + 3), PAGE(2), BOOTMEM_DEFAULT);
	reserve_bootmem(MM(200 * RUN), PAGE(RUN), BOOTMEM_DEFAULT);
	reserve_bootmem(MM(220 * RUN), PAGE(WORD), BOOTMEM_DEFAULT);
	mm_handover();
	refused(0, MM(word + 3), 0, "inside a reservation");
	refused(0, MM(word + 4), 0, "inside a reservation");
	refused(0, MM(200 * RUN), 0, "inside a reservation");
	refused(0, MM(200 * RUN + WORD), 6, "inside a reservation");
	refused(0, MM(200 * RUN), 12, "inside a reservation");
	refused(0, MM(220 * RUN) + PAGE(1), 0, "inside a reservation");
	refused(0, MM(220 * RUN), 6, "inside a reservation");
	assert_sound(nr - 1 - 2 - RUN - WORD);
}

/* disown_on(): a block that CPU @i allocates becomes somebody's. */
static phys_addr_t disown_on(unsigned int i, unsigned int order)
{
	phys_addr_t pa = alloc_on(i, GFP_KERNEL, order);

	disown_pages(pa, order);
	memblock_reserve(pa, PAGE(1ul << order));
	return pa;
}

/* A page that its CPU keeps the run of becomes somebody's for good. */
static void test_disowned_page_of_a_run(void **state)
{
	phys_addr_t pa;

	(void)state;
	machine_of(4 * WORD);
	pa = disown_on(0, 0);
	refused(0, pa, 0, "inside a reservation");
	refused(1, pa, 0, "inside a reservation");
	free_bootmem_late(pa, PAGE(1));
	refused(0, pa, 0, "already free");
	refused(1, pa, 0, "already free");
	assert_sound(4 * WORD - 1);
}

/* leave(): page_cache_leave() for on_cpu(). */
static void leave(void *arg)
{
	(void)arg;
	page_cache_leave();
}

/* The CPU that kept its run leaves: it is somebody's all the same. */
static void test_disowned_page_of_a_run_that_goes(void **state)
{
	phys_addr_t pa;

	(void)state;
	machine_of(4 * WORD);
	alloc_on(1, GFP_KERNEL, 0);
	pa = disown_on(1, 5);
	assert_int_equal(pa, MM(WORD));
	set_node_on(1, 1);
	set_node_on(1, 0);
	refused(0, pa, 0, "inside a reservation");
	refused(1, pa + PAGE(5), 0, "inside a reservation");
	assert_sound(4 * WORD - 2 - 32);
}

/* The same of a run of single pages. */
static void test_disowned_single_page_of_a_run_that_goes(void **state)
{
	phys_addr_t pa;

	(void)state;
	machine_of(4 * WORD);
	alloc_on(0, GFP_KERNEL, 0);
	pa = disown_on(1, 0);
	assert_int_equal(pa, MM(WORD));
	on_cpu(1, leave, NULL);
	refused(0, pa, 0, "inside a reservation");
	assert_sound(4 * WORD - 3);
}

static void test_disowned_word_of_a_run(void **state)
{
	phys_addr_t pa;

	(void)state;
	machine_of(2 * RUN);
	pa = alloc_pages(GFP_KERNEL, 7);
	disown_pages(pa, 7);
	memblock_reserve(pa, PAGE(2 * WORD));
	refused(0, pa, 6, "inside a reservation");
	refused(0, pa, 7, "inside a reservation");
	refused(1, pa + PAGE(70), 0, "inside a reservation");
	assert_sound(2 * RUN - 1 - 2 * WORD);
}

static void test_late_page_inside_a_run(void **state)
{
	(void)state;
	mm_one_node(BASE, 4 * WORD);
	reserve_bootmem(MM(8), PAGE(4), BOOTMEM_DEFAULT);
	mm_handover();
	assert_int_equal(alloc_on(0, GFP_KERNEL, 0), MM(0));
	free_bootmem_late(MM(8), PAGE(4));
	refused(0, MM(8), 0, "already free");
	refused(1, MM(9), 0, "already free");
	assert_int_equal(alloc_on(1, __GFP_THISNODE, 2), MM(4));
	assert_int_equal(alloc_on(1, __GFP_THISNODE, 2), MM(8));
	assert_true(free_on(0, MM(4), 2));
	assert_true(free_on(0, MM(8), 2));
	refused(0, MM(8), 2, "already free");
	assert_sound(4 * WORD - 2);
}

/* What isn't taken, or a CPU keeps, can't be given to the buddy late. */
static void test_late_page_that_is_free(void **state)
{
	(void)state;
	machine_of(4 * WORD);
	assert_panics(free_bootmem_late(MM(WORD), PAGE(1)),
		      "is free already");
}

/* No run lies in two zones. */
static void test_run_across_the_zones_border(void **state)
{
	phys_addr_t pa;

	(void)state;
	host.dma32_limit_pfn = BASE + 2 * WORD + 20;
	machine_of(4 * WORD);
	pa = alloc_pages(GFP_KERNEL, 0);
	assert_int_equal(pa, MM(2 * WORD + 20));
	assert_int_equal(drain_all_pages(), 0);
	assert_true(free_pages(pa, 0));
	assert_int_equal(alloc_pages(GFP_KERNEL, 5), MM(2 * WORD + 32));
	assert_int_equal(drain_all_pages(), 0);
	assert_int_equal(alloc_pages(GFP_KERNEL, 5), MM(3 * WORD));
	assert_int_equal(drain_all_pages(), 32);
	page_alloc_check();
	cpus_check();
}

/* Two blocks on both sides of the border are not one. */
static void test_block_across_the_zones_border(void **state)
{
	phys_addr_t low = MM(2 * WORD), high = MM(3 * WORD);

	(void)state;
	host.dma32_limit_pfn = BASE + 3 * WORD;
	machine_of(8 * WORD);
	while (alloc_pages(__GFP_THISNODE, 0) || alloc_pages(__GFP_DMA32, 0))
		;
	for (unsigned int i = 0; i < 2; i++) {
		refused(i, low, 7, "not memory of one zone");
		assert_true(free_pages(low, 0));
		assert_true(free_pages(high, 0));
		assert_int_equal(alloc_pages(__GFP_DMA32, 0), low);
		assert_int_equal(alloc_pages(__GFP_THISNODE, 0), high);
	}
	page_alloc_check();
}

static void test_set_node_drops_the_runs(void **state)
{
	(void)state;
	host.dma32_limit_pfn = 0;
	mm_machine(2, BASE, "0000000000000000" "1111111111111111");
	mm_handover();
	assert_int_equal(alloc_pages(GFP_KERNEL, 0), MM(0));
	assert_int_equal(zone_free(0), 0);
	page_alloc_set_node(0);
	assert_int_equal(zone_free(0), 0);
	page_alloc_set_node(1);
	assert_int_equal(zone_free(0), 14);
	assert_int_equal(alloc_pages(GFP_KERNEL, 0), MM(17));
	assert_int_equal(zone_free(1), 0);
	page_alloc_set_node(0);
	assert_int_equal(zone_free(1), 14);
	assert_true(free_pages(MM(17), 0));
	assert_true(free_pages(MM(0), 0));
	page_alloc_check();
	cpus_check();
}

/* What a CPU keeps of one node stays where another one's is needed. */
static void test_contig_range_drains_its_own_node(void **state)
{
	(void)state;
	host.dma32_limit_pfn = 0;
	mm_machine(2, BASE, "0000000000000000" "1111111111111111");
	mm_handover();
	assert_int_equal(alloc_pages(GFP_KERNEL, 0), MM(0));
	assert_int_equal(zone_free(0), 0);
	assert_int_equal(alloc_contig_range(BASE + 20, BASE + 22), 0);
	assert_int_equal(zone_free(0), 0);
	page_alloc_check();
}

/* A CPU whose node has no memory keeps that of the nearest node that has. */
static void test_cpu_of_a_node_without_memory(void **state)
{
	phys_addr_t pa;

	(void)state;
	host.dma32_limit_pfn = 0;
	mm_machine(3, BASE, "0000000000000000" "1111111111111111");
	numa_set_distance(2, 1, 15);
	mm_handover();
	set_node_on(1, 2);
	pa = alloc_on(1, GFP_KERNEL, 0);
	assert_int_equal(zone_free(1), 0);
	assert_true(free_on(0, pa, 0));
	refused(1, pa + PAGE(1), 0, "already free");
	page_alloc_check();
	cpus_check();
}

static void test_leave_twice(void **state)
{
	(void)state;
	machine_of(4 * WORD);
	page_cache_leave();
	assert_int_equal(alloc_pages(GFP_KERNEL, 0), MM(0));
	assert_int_equal(alloc_on(1, GFP_KERNEL, 0), MM(WORD));
	page_cache_leave();
	page_cache_leave();
	assert_int_equal(zone_free(0), 2 * WORD + 62);
	assert_true(free_pages(MM(WORD), 0));
	assert_true(free_pages(MM(0), 0));
	assert_sound(4 * WORD - 1);
}

/* The first on the list leaves, then the last. */
static void test_leave_in_any_order(void **state)
{
	(void)state;
	machine_of(4 * WORD);
	alloc_on(0, GFP_KERNEL, 0);
	alloc_on(1, GFP_KERNEL, 0);
	on_cpu(0, leave, NULL);
	alloc_on(0, GFP_KERNEL, 0);
	on_cpu(0, leave, NULL);
	on_cpu(1, leave, NULL);
	assert_int_equal(drain_all_pages(), 0);
	assert_sound(4 * WORD - 1 - 3);
}

/* Who has left has no run any more to take a flag away from. */
static void test_leave_and_fill_again(void **state)
{
	phys_addr_t pa;

	(void)state;
	machine_of(4 * WORD);
	alloc_contig_range(BASE, BASE + 1);
	alloc_contig_range(BASE + 2, BASE + WORD);
	assert_int_equal(alloc_pages(GFP_KERNEL, 1), MM(WORD));
	page_cache_leave();
	assert_false(cpu_pages.linked);
	pa = alloc_pages(GFP_KERNEL, 0);
	assert_int_equal(pa, MM(WORD + 2));
	assert_int_equal(alloc_pages(GFP_KERNEL, 1), MM(2 * WORD));
	assert_true(pfn_tree_flag(&NODE_DATA(0)->bdata->tree, PFN_DOWN(pa)));
	cpus_check();
}

/* Where the trees have nothing, what other CPUs keep is taken back. */
static void test_memory_is_short(void **state)
{
	(void)state;
	host.dma32_limit_pfn = 0;
	machine_of(2 * WORD);
	assert_int_equal(alloc_on(1, GFP_KERNEL, 6), MM(WORD));
	assert_true(free_on(1, MM(WORD), 6));
	assert_int_equal(alloc_on(1, GFP_KERNEL, 0), MM(0));
	assert_int_equal(zone_free(0), 0);
	assert_int_equal(alloc_on(0, GFP_KERNEL, 6), MM(WORD));
	assert_int_equal(alloc_on(0, GFP_KERNEL, 5), MM(32));
	assert_int_equal(alloc_on(0, GFP_KERNEL, 5), 0);
	assert_int_equal(alloc_on(1, __GFP_THISNODE, 4), MM(16));
	assert_sound(14);
}

/* A free page may hold anything: nothing that decides is read from it. */
static void test_free_pages_may_hold_anything(void **state)
{
	phys_addr_t pa;

	(void)state;
	machine_of(4 * WORD);
	pa = alloc_pages(GFP_KERNEL, 3);
	assert_true(free_pages(pa, 3));
	memset(phys_to_virt(MM(2)), 0xff, PAGE(4 * WORD - 2));
	assert_int_equal(alloc_pages(GFP_KERNEL, 3), pa);
	memset(phys_to_virt(MM(WORD)), 0, PAGE(3 * WORD));
	assert_int_equal(alloc_on(1, GFP_KERNEL, 6), MM(WORD));
	assert_sound(4 * WORD - 1 - 8 - 64);
}

/* Each order up to the node's, taken and given back twice. */
static void test_every_order(void **state)
{
	unsigned long nr = 1ul << 19;
	phys_addr_t pa;

	(void)state;
	machine_of(nr);
	for (unsigned int order = 0; order < 19; order++) {
		pa = alloc_pages(GFP_KERNEL, order);
		assert_int_not_equal(pa, 0);
		assert_int_equal(pa & ((PAGE_SIZE << order) - 1), 0);
		assert_true(free_on(order & 1, pa, order));
		refused(0, pa, order, "already free");
		refused(1, pa, order, "already free");
		refused(0, pa, 0, "already free");
		cpus_check();
	}
	assert_int_equal(alloc_pages(GFP_KERNEL, 19), 0);
	assert_sound(nr - 1);
}

/* Words that came late can't be a cache's run, but are blocks like any other. */
static void test_block_of_late_pages(void **state)
{
	(void)state;
	mm_one_node(BASE, RUN);
	reserve_bootmem(MM(WORD), PAGE(RUN - WORD), BOOTMEM_DEFAULT);
	mm_handover();
	free_bootmem_late(MM(WORD), PAGE(RUN - WORD));
	assert_int_equal(alloc_pages(GFP_KERNEL, 6), MM(8 * WORD));
	assert_true(free_pages(MM(8 * WORD), 6));
	assert_sound(RUN - 1);
}

/* The last page of a word that was reserved takes its flag away. */
static void test_flag_goes_with_the_reservation(void **state)
{
	const struct pfn_tree *tree;

	(void)state;
	mm_one_node(BASE, 4 * WORD);
	reserve_bootmem(MM(WORD + 5), PAGE(1), BOOTMEM_DEFAULT);
	mm_handover();
	tree = &NODE_DATA(0)->bdata->tree;
	free_bootmem_late(MM(WORD + 5), PAGE(1));
	assert_int_equal(alloc_contig_range(BASE + WORD, BASE + WORD + 2), 0);
	assert_true(pfn_tree_flag(tree, BASE + WORD));
	assert_true(free_pages(MM(WORD), 0));
	assert_true(pfn_tree_flag(tree, BASE + WORD));
	assert_true(free_pages(MM(WORD + 1), 0));
	assert_false(pfn_tree_flag(tree, BASE + WORD));
	refused(0, MM(WORD), 0, "already free");
	assert_sound(4 * WORD - 1);
}

/* Addresses inside a run at which no block of its order begins. */
static void test_free_between_blocks(void **state)
{
	phys_addr_t pa;

	(void)state;
	machine_of(2 * RUN);
	pa = alloc_pages(GFP_KERNEL, 6);
	refused(0, pa + PAGE(3), 6, "not the address of such a block");
	refused(1, pa + PAGE(3), 6, "not the address of such a block");
	assert_true(free_pages(pa, 6));
	pa = alloc_pages(GFP_KERNEL, 1);
	refused(0, pa + 1, 1, "not the address of such a block");
	assert_true(free_pages(pa, 1));
	assert_sound(2 * RUN - 1);
}

/* A CPU that frees a page has got as far as that it isn't allocated any more: nobody
 * else can free it too. What lies behind that CPU's run has nothing to do with it. */
static void test_free_exact_of_what_is_being_freed(void **state)
{
	struct page_cache *cache;
	phys_addr_t pa, mine;

	(void)state;
	machine_of(4 * WORD);
	mine = alloc_on(0, GFP_KERNEL, 0);
	pa = alloc_on(1, GFP_KERNEL, 0);
	alloc_on(1, GFP_KERNEL, 0);
	cache = &cpus[1].pages->cache[0];
	cache->busy &= ~1ull;
	assert_false(free_pages_exact(pa, PAGE(2)));
	assert_log("0x2000 bytes) refused: already free");
	assert_int_equal(cache->busy, 2);
	assert_int_equal(alloc_contig_range(BASE + 2 * WORD, BASE + 3 * WORD), 0);
	assert_true(free_pages_exact(MM(2 * WORD), PAGE(WORD)));
	cache->busy |= 1;
	assert_true(free_pages_exact(pa, PAGE(2)));
	assert_true(free_on(0, mine, 0));
	assert_sound(4 * WORD - 1);
}

/* What a CPU keeps is free, as whatever blocks it does. */
static void test_free_exact_of_what_a_cpu_keeps(void **state)
{
	phys_addr_t pa;

	(void)state;
	machine_of(4 * WORD);
	pa = alloc_pages(GFP_KERNEL, 1);
	assert_true(free_pages(pa, 1));
	assert_false(free_pages_exact(pa, PAGE(2)));
	assert_log("0x2000 bytes) refused: already free");
}

static void test_disclaim_of_an_order_too_large(void **state)
{
	(void)state;
	machine_of(4 * WORD);
	assert_panics(page_cache_disclaim(BASE, BASE + 1, PAGE_CACHE_ORDERS),
		      "BUG: page_cache: no cache has order 10");
}

/* Turns that this CPU has waited for its node's lock. */
static unsigned long waited;

/* let_go(): the other CPU lets go of it in the tenth. */
static void let_go(unsigned long turns)
{
	assert_int_equal(turns, waited);
	if (++waited == 10)
		spin_unlock(&NODE_DATA(0)->lock);
}

/* wait_for_lock(): the other CPU has it from here on. */
static void wait_for_lock(void)
{
	waited = 0;
	smp_active = true;
	host.relax = let_go;
	spin_lock(&NODE_DATA(0)->lock);
}

/* free_while_locked(): page @pfn of this CPU's home is freed while another has the
 * lock; then the pages next to it are, one of which is free already. */
static void free_while_locked(unsigned long pfn)
{
	assert_int_equal(alloc_contig_range(pfn, pfn + 4), 0);
	wait_for_lock();
	assert_true(free_pages(PFN_PHYS(pfn), 0));
	assert_int_equal(waited, 10);
	smp_active = false;
	refused(0, PFN_PHYS(pfn), 0, "already free");
	assert_true(free_pages(PFN_PHYS(pfn + 2), 0));
	refused(0, PFN_PHYS(pfn + 2), 0, "already free");
	assert_true(free_pages(PFN_PHYS(pfn + 1), 0));
	assert_true(free_pages(PFN_PHYS(pfn + 3), 0));
}

/* In a small tree and in a deep one. */
static void test_free_waits_for_the_lock(void **state)
{
	(void)state;
	machine_of(4 * WORD);
	assert_true(free_pages(alloc_pages(GFP_KERNEL, 0), 0));
	assert_false(NODE_DATA(0)->bdata->tree.deep);
	free_while_locked(BASE + 2 * WORD);
	assert_sound(4 * WORD - 1);
}

/* What a CPU that leaves gives back is its node's. */
static void test_leave_waits_for_the_lock(void **state)
{
	(void)state;
	machine_of(4 * WORD);
	alloc_pages(GFP_KERNEL, 0);
	wait_for_lock();
	page_cache_leave();
	assert_int_equal(waited, 10);
	smp_active = false;
	assert_sound(4 * WORD - 2);
}

static void test_free_waits_in_a_deep_tree(void **state)
{
	(void)state;
	machine_of(1ul << 19);
	assert_true(free_pages(alloc_pages(GFP_KERNEL, 0), 0));
	assert_true(NODE_DATA(0)->bdata->tree.deep);
	free_while_locked(BASE + 2 * RUN);
	assert_sound((1ul << 19) - 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, cpus_two, cpus_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_first_page_brings_its_run),
		TEST(test_free_comes_back_first),
		TEST(test_each_order_has_its_run),
		TEST(test_two_caches_share_a_word),
		TEST(test_run_is_exchanged_for_a_larger_block),
		TEST(test_larger_orders_pass_the_caches_by),
		TEST(test_special_requests_pass_the_caches_by),
		TEST(test_each_cpu_has_a_run),
		TEST(test_free_on_another_cpu),
		TEST(test_free_twice_on_its_own_cpu),
		TEST(test_free_twice_after_draining),
		TEST(test_free_after_draining),
		TEST(test_run_that_changed_hands),
		TEST(test_larger_block_over_a_run),
		TEST(test_smaller_block_of_a_run_of_words),
		TEST(test_part_of_a_larger_block),
		TEST(test_huge_block_over_two),
		TEST(test_reservation_in_a_run),
		TEST(test_reservation_made_after_release),
		TEST(test_disowned_page_of_a_run),
		TEST(test_disowned_page_of_a_run_that_goes),
		TEST(test_disowned_single_page_of_a_run_that_goes),
		TEST(test_disowned_word_of_a_run),
		TEST(test_late_page_inside_a_run),
		TEST(test_late_page_that_is_free),
		TEST(test_run_across_the_zones_border),
		TEST(test_block_across_the_zones_border),
		TEST(test_set_node_drops_the_runs),
		TEST(test_contig_range_drains_its_own_node),
		TEST(test_cpu_of_a_node_without_memory),
		TEST(test_leave_twice),
		TEST(test_leave_in_any_order),
		TEST(test_leave_and_fill_again),
		TEST(test_memory_is_short),
		TEST(test_free_pages_may_hold_anything),
		TEST(test_every_order),
		TEST(test_block_of_late_pages),
		TEST(test_flag_goes_with_the_reservation),
		TEST(test_free_between_blocks),
		TEST(test_free_exact_of_what_is_being_freed),
		TEST(test_free_exact_of_what_a_cpu_keeps),
		TEST(test_disclaim_of_an_order_too_large),
		TEST(test_free_waits_for_the_lock),
		TEST(test_leave_waits_for_the_lock),
		TEST(test_free_waits_in_a_deep_tree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
