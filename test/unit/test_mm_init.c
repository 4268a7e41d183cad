/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From memblock to the buddy, by either road: what each step leaves behind, and
 * what it says where there is too little memory. The machine is that of
 * road_fixture.h unless a test draws its own.
 */
#include "early_alloc.h"
#include "fail_alloc.h"
#include "report.h"
#include "road_fixture.h"

/* holder(): who has the byte at @pa; NULL: nobody. */
static const struct mem_owner *holder(phys_addr_t pa)
{
	long i = memblock_search(&memblock.reserved, pa);

	return i < 0 ? NULL : memblock.reserved.regions[i].owner;
}

/* held(): bytes that owners of @kind have of node @nid. */
static phys_addr_t held(const char *kind, phys_addr_t base)
{
	const struct memblock_region *r;
	phys_addr_t bytes = 0;

	for_each_reserved_region(r)
		if (r->base >= base && r->base < base + ROAD_NODE_SIZE &&
		    !strcmp(r->owner->kind, kind))
			bytes += r->size;
	return bytes;
}

/* all_free(): pages that all zones count as free. */
static unsigned long all_free(void)
{
	unsigned long nr = 0;

	for (int nid = 0; nid < nr_node_ids; nid++)
		for (int type = 0; type < MAX_NR_ZONES; type++)
			nr += NODE_DATA(nid)->node_zones[type].nr_free;
	return nr;
}

static void test_limits_of_ram(void **state)
{
	(void)state;
	road_machine(2);
	road_to(STAGE_PAGING);
	assert_int_equal(min_low_pfn, 0x80000);
	assert_int_equal(max_low_pfn, 0x80300);
	assert_int_equal(max_pfn, 0x80300);
}

/* The border of DMA32 below, inside and above RAM. */
static void test_limits_around_dma32(void **state)
{
	static const struct {
		unsigned long limit, max_low, dma32_end;
	} cases[] = {
		{ 0x100000, 0x80300, 0x80300 },
		{ 0x80280, 0x80280, 0x80280 },
		{ 0x80180, 0x80100, 0x80180 },
		{ 0x80000, 0, 0x80000 },
		{ 0x1000, 0, 0x80000 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		unsigned long start, end;

		unit_reset(state);
		host.dma32_limit_pfn = cases[i].limit;
		road_machine(2);
		road_to(STAGE_PAGING);
		assert_int_equal(max_low_pfn, cases[i].max_low);
		zone_limits(ZONE_DMA32, &start, &end);
		assert_int_equal(start, 0x80000);
		assert_int_equal(end, cases[i].dma32_end);
		zone_limits(ZONE_NORMAL, &start, &end);
		assert_int_equal(start, cases[i].dma32_end);
		assert_int_equal(end, 0x80300);
	}
}

/* A node's map and data lie on the node. */
static void test_maps_lie_on_their_nodes(void **state)
{
	(void)state;
	road_machine(2);
	road_to(STAGE_PAGING);
	assert_int_equal(held("bitmap", ROAD_NODE0), PAGE(1));
	assert_int_equal(held("bitmap", ROAD_NODE1), PAGE(1));
	assert_true(held("nodedata", ROAD_NODE1) >= PAGE(1));
	assert_log("bootmem: node 0 pfn [0x80000-0x80100) map [0x");
	assert_log("bootmem: node 5 pfn [0x80200-0x80300) map [0x");
}

static void test_rest_of_brk_is_given_back(void **state)
{
	(void)state;
	road_machine(1);
	road_to(STAGE_PAGING);
	assert_ptr_equal(holder(ROAD_BRK), &road_image);
	assert_null(holder(ROAD_BRK + PAGE(1)));
	assert_null(holder(ROAD_BRK_END - 1));
}

static void test_full_brk_is_kept(void **state)
{
	(void)state;
	road_machine(1);
	assert_non_null(brk_alloc(PAGE(15) + 1, PAGE_SIZE / 2));
	road_to(STAGE_PAGING);
	assert_ptr_equal(holder(ROAD_BRK_END - 1), &road_image);
}

/* Bytes that are less than a page, at both ends of a free range and alone. */
static void test_parts_of_pages_are_not_free(void **state)
{
	const phys_addr_t far = (phys_addr_t)1 << 32;

	(void)state;
	road_machine(1);
	host_ram(far, PAGE(4));
	memblock_add_node(far + 1, PAGE(4) - 1, 0, MEMBLOCK_NONE);
	memblock_reserve(far + PAGE(3) - 8, 8);
	memblock_reserve(far + PAGE(3) + 8, PAGE(1) - 8);
	stage_begin(STAGE_BOOTMEM);
	memblock.current_limit = ROAD_NODE0 + ROAD_NODE_SIZE;
	bootmem_init();
	assert_int_equal(pfn_tree_count(&NODE_DATA(0)->bdata->tree,
					PFN_DOWN(far), PFN_DOWN(far) + 4, NULL),
			 1);
	assert_int_equal(pfn_tree_next_free(&NODE_DATA(0)->bdata->tree,
					    PFN_DOWN(far)), PFN_DOWN(far) + 1);
}

static void test_node_without_memory(void **state)
{
	unsigned long start, end;

	(void)state;
	road_machine(3);
	assert_false(node_span(2, &start, &end));
	road_to(STAGE_RUNNING);
	assert_null(NODE_DATA(2)->bdata);
	assert_int_equal(NODE_DATA(2)->node_present_pages, 0);
	assert_int_equal(NODE_DATA(2)->node_id, 2);
}

/* tiny_machine(): @nr free pages and nothing else; brk lies elsewhere. */
static void tiny_machine(unsigned long nr)
{
	unit_brk(PAGE(1));
	numa_init(road_hwids, 1);
	host_ram(ROAD_NODE0, PAGE(nr));
	memblock_add_node(ROAD_NODE0, PAGE(nr), 0, MEMBLOCK_NONE);
	stage_begin(STAGE_BOOTMEM);
}

static void test_too_small_for_the_nodes(void **state)
{
	(void)state;
	tiny_machine(1);
	assert_panics(bootmem_init(), "out of memory: 0x1000 bytes in a row for nodes and zonelists are not free on any node");
}

static void test_too_small_for_the_map(void **state)
{
	(void)state;
	tiny_machine(2);
	assert_panics(bootmem_init(), "bootmem: node 0: no 0x1000 free bytes in a row for the map of its pages [0x80000-0x80002)");
}

static void test_three_pages_are_enough(void **state)
{
	(void)state;
	tiny_machine(3);
	bootmem_init();
	assert_int_equal(pfn_tree_next_free(&NODE_DATA(0)->bdata->tree, 0),
			 0x80003);
}

/* spanned >= present >= managed, each what it must be. */
static void test_zones_are_counted(void **state)
{
	const phys_addr_t hole = ROAD_NODE0 + PAGE(64);
	const struct zone *low, *high;

	(void)state;
	host.dma32_limit_pfn = 0x80280;
	road_machine(2);
	memblock_remove(hole, PAGE(10));
	road_to(STAGE_RUNNING);
	low = &NODE_DATA(0)->node_zones[ZONE_DMA32];
	assert_int_equal(low->zone_start_pfn, 0x80000);
	assert_int_equal(low->spanned_pages, 256);
	assert_int_equal(low->present_pages, 246);
	assert_true(low->managed_pages < 246 - 16);
	assert_int_equal(NODE_DATA(0)->node_zones[ZONE_NORMAL].spanned_pages, 0);
	low = &NODE_DATA(1)->node_zones[ZONE_DMA32];
	high = &NODE_DATA(1)->node_zones[ZONE_NORMAL];
	assert_int_equal(low->zone_start_pfn, NODE_DATA(1)->node_start_pfn);
	assert_int_equal(zone_end_pfn(low), 0x80280);
	assert_int_equal(high->zone_start_pfn, 0x80280);
	assert_int_equal(low->present_pages + high->present_pages,
			 NODE_DATA(1)->node_present_pages);
	assert_string_equal(low->name, "DMA32");
	assert_string_equal(high->name, "Normal");
}

static void test_handover_counts_what_is_free(void **state)
{
	unsigned long nr;

	(void)state;
	road_machine(2);
	road_to(STAGE_HANDOVER);
	nr = free_all_bootmem();
	assert_int_equal(nr, all_free());
	assert_int_equal(PAGE(nr), 2 * ROAD_NODE_SIZE - memblock_reserved_size());
}

static void test_handover_sees_pages_too_many(void **state)
{
	(void)state;
	road_machine(1);
	memblock_remove(ROAD_NODE0 + PAGE(64), PAGE(190));
	road_to(STAGE_HANDOVER);
	pfn_tree_release(&NODE_DATA(0)->bdata->tree, 0x80040, 0x800fe);
	assert_panics(free_all_bootmem(), "BUG: zone DMA32: ");
	assert_panics(mem_init(), "pages are free in the maps");
}

/* take_at(): @size bytes exactly at @pa, by memblock. */
static void take_at(phys_addr_t pa, phys_addr_t size)
{
	assert_int_equal(memblock_phys_alloc_range(size, 1, pa, pa + size), pa);
}

static void test_other_road_ends_at_the_same_place(void **state)
{
	const phys_addr_t pa = ROAD_NODE1 + PAGE(128);

	(void)state;
	road_machine(2);
	stage_set_early(ALLOC_MEMBLOCK);
	road_to(STAGE_ZONES);
	take_at(pa + 8, PAGE(1));
	take_at(pa + PAGE(9) + 8, 8);
	free_area_init();
	stage_begin(STAGE_HANDOVER);
	assert_null(bdata_list);
	mem_init();
	stage_begin(STAGE_RUNNING);
	page_alloc_check();
	assert_int_equal(PAGE(all_free()),
			 2 * ROAD_NODE_SIZE - memblock_reserved_size());
	assert_string_equal(holder(pa)->name, "rests of pages");
	assert_string_equal(holder(pa + PAGE(2) - 1)->name, "rests of pages");
	assert_string_equal(holder(pa + PAGE(9))->name, "rests of pages");
	assert_string_equal(holder(pa + PAGE(10) - 1)->name, "rests of pages");
	assert_null(holder(pa + PAGE(2)));
	assert_int_not_equal(alloc_pages(GFP_KERNEL, 3), 0);
}

/* parse(): what @args make of the switches. */
static void parse(const char *args)
{
	unit_reset(NULL);
	fail_alloc_set(0);
	machine.bootargs = args;
	mm_parse_bootargs();
}

static void test_boot_arguments(void **state)
{
	(void)state;
	parse("");
	assert_int_equal(stage_early(), ALLOC_BOOTMEM);
	assert_false(memblock_debug || bootmem_debug);
	parse("early=memblock");
	assert_int_equal(stage_early(), ALLOC_MEMBLOCK);
	parse("x early=memblock\tbootmem_debug");
	assert_int_equal(stage_early(), ALLOC_MEMBLOCK);
	assert_true(bootmem_debug);
	parse("early=bootmem memblock=debug");
	assert_int_equal(stage_early(), ALLOC_BOOTMEM);
	assert_true(memblock_debug);
	parse("early=memblocks memblock=debugging");
	assert_int_equal(stage_early(), ALLOC_BOOTMEM);
	assert_false(memblock_debug);
	assert_log("warning: W-BOOTARG-EARLY: ");
	parse("early");
	assert_log("warning: W-BOOTARG-EARLY: ");
	parse("failalloc=2");
	assert_false(fail_alloc());
	assert_true(fail_alloc());
	assert_false(fail_alloc());
	assert_int_equal(fail_alloc_count(), 3);
	parse("");
}

/* Which road it is anyway needs no warning. */
static void test_no_warning_of_the_usual_road(void **state)
{
	(void)state;
	parse("quiet");
	assert_no_log("W-BOOTARG-EARLY");
	parse("early=bootmem");
	assert_no_log("W-BOOTARG-EARLY");
}

/* walk(): the whole road, then a page of the buddy's. */
static void walk(void)
{
	road_machine(2);
	road_to(STAGE_PAGING);
	early_stack_alloc(PAGE(4), 1);
	paging_init();
	stage_begin(STAGE_ZONES);
	free_area_init();
	stage_begin(STAGE_HANDOVER);
	mem_init();
	stage_begin(STAGE_RUNNING);
	page_alloc_check();
}

/* walk_failing(): walk by the road of @early, the @n-th allocation fails. */
static enum host_end walk_failing(enum allocator early, unsigned long n)
{
	unit_reset(NULL);
	stage_set_early(early);
	fail_alloc_set(n);
	return host_halts(walk());
}

/* fail_each(): let every early allocation fail in turn: each ends in a panic
 * that is no BUG, until there are no more to fail. */
static void fail_each(enum allocator early)
{
	unsigned long n = 1;

	while (walk_failing(early, n) == HOST_FAILED) {
		assert_log("panic: ");
		assert_no_log("BUG");
		assert_int_equal(fail_alloc_count(), n++);
	}
	assert_int_equal(fail_alloc_count(), n - 1);
	assert_true(n > 10);
	fail_alloc_set(0);
}

static void test_every_early_allocation_may_fail(void **state)
{
	(void)state;
	fail_each(ALLOC_BOOTMEM);
	fail_each(ALLOC_MEMBLOCK);
}

static void test_early_alloc_in_each_stage(void **state)
{
	static const enum boot_stage stages[] = {
		STAGE_BOOTMEM, STAGE_PAGING, STAGE_ZONES, STAGE_RUNNING,
	};

	for (size_t i = 0; i < ARRAY_SIZE(stages); i++) {
		phys_addr_t pa;

		unit_reset(state);
		road_machine(2);
		road_to(stages[i]);
		pa = early_alloc(PAGE(3), 1, &owner_stack);
		assert_int_equal(pa % PAGE_SIZE, 0);
		assert_true(pa >= ROAD_NODE1);
		assert_ptr_equal(holder(pa), &owner_stack);
		assert_ptr_equal(holder(pa + PAGE(3) - 1), &owner_stack);
		for (phys_addr_t at = 0; at < PAGE(3); at++)
			assert_int_equal(*(char *)phys_to_virt(pa + at), 0);
		pa = early_alloc(PAGE(1), NUMA_NO_NODE, &owner_stack);
		assert_ptr_equal(holder(pa), &owner_stack);
	}
}

/* From bootmem no more, from the buddy not yet. */
static void test_early_alloc_during_handover(void **state)
{
	(void)state;
	road_machine(1);
	road_to(STAGE_HANDOVER);
	assert_panics(early_alloc(PAGE(2), 0, &owner_stack),
		      "BUG: alloc_pages() of buddy called in stage free_all_bootmem, where none");
}

/* What came from the buddy is its owner's and nobody else's. */
static void test_early_alloc_balances_the_books(void **state)
{
	(void)state;
	road_machine(1);
	road_to(STAGE_RUNNING);
	early_alloc(PAGE(1), 0, &owner_stack);
	early_alloc(PAGE(2), NUMA_NO_NODE, &owner_stack);
	assert_true(report_ledger());
}

static void test_early_alloc_too_early(void **state)
{
	(void)state;
	road_machine(1);
	assert_panics(early_alloc(PAGE(1), 0, &owner_stack),
		      "of memblock called in stage verify, where brk is");
}

static void test_early_alloc_too_much(void **state)
{
	(void)state;
	road_machine(1);
	road_to(STAGE_RUNNING);
	assert_panics(early_alloc(PAGE(4096), 0, &owner_stack),
		      "out of memory: 0x1000000 bytes in a row for CPU stacks");
}

/* The page below a stack belongs to nobody who would map it. */
static void test_stack_above_its_guard(void **state)
{
	static const enum boot_stage stages[] = {
		STAGE_PAGING, STAGE_ZONES, STAGE_RUNNING,
	};

	for (size_t i = 0; i < ARRAY_SIZE(stages); i++) {
		phys_addr_t top;

		unit_reset(state);
		road_machine(2);
		road_to(stages[i]);
		top = virt_to_phys((char *)early_stack_alloc(PAGE(3), 1) - 1) + 1;
		assert_true(top > ROAD_NODE1);
		assert_ptr_equal(holder(top - 1), &owner_stack);
		assert_ptr_equal(holder(top - PAGE(3)), &owner_stack);
		assert_ptr_equal(holder(top - PAGE(3) - 1), &owner_guard);
		assert_ptr_equal(holder(top - PAGE(4)), &owner_guard);
	}
}

/* grow_tables(): reserve so much, here and there, that the table must move. */
static void grow_tables(void)
{
	unsigned long max = memblock.reserved.max;

	for (phys_addr_t pa = 1; memblock.reserved.max == max; pa += 2)
		assert_int_equal(memblock_reserve(pa, 1), 0);
	memblock_check();
}

/* Stacks, and tables that have moved, are written to with the MMU on. */
static void test_what_the_boot_writes_is_mapped_for_it(void **state)
{
	phys_addr_t stack;

	(void)state;
	road_machine(2);
	road_to(STAGE_PAGING);
	stack = virt_to_phys((char *)early_stack_alloc(PAGE(1), 1) - 1);
	grow_tables();
	paging_init();
	assert_int_equal(paging_lookup(stack, NULL), VM_READ | VM_WRITE);
	assert_int_equal(paging_lookup(virt_to_phys(memblock.reserved.regions),
				       NULL), VM_READ | VM_WRITE);
}

/* Tables that grow late come from whatever is legal, and everybody knows. */
static void test_tables_grow_in_every_stage(void **state)
{
	static const enum boot_stage stages[] = {
		STAGE_BOOTMEM, STAGE_PAGING, STAGE_ZONES, STAGE_RUNNING,
	};

	for (size_t i = 0; i < ARRAY_SIZE(stages); i++)
		for (int road = 0; road < 2; road++) {
			unit_reset(state);
			stage_set_early(road ? ALLOC_MEMBLOCK : ALLOC_BOOTMEM);
			road_machine(2);
			road_to(stages[i]);
			grow_tables();
			assert_string_equal(holder(virt_to_phys(
				memblock.reserved.regions))->name,
				"region tables");
			if (stages[i] == STAGE_RUNNING)
				page_alloc_check();
			else if (stages[i] != STAGE_BOOTMEM && !road)
				bootmem_check();
		}
}

static void test_tables_cannot_grow(void **state)
{
	(void)state;
	road_machine(1);
	road_to(STAGE_RUNNING);
	while (alloc_pages(GFP_KERNEL, 0))
		;
	for (phys_addr_t pa = 1; !memblock_reserve(pa, 1); pa += 2)
		assert_true(pa < PAGE(1));
	assert_log("memblock: no memory for ");
	assert_panics(free_bootmem_late(ROAD_NODE0, PAGE(1)),
		      "no room to record what was freed at 0x80000000");
}

/* fill_table(): the table of reserved regions is full and can't grow. */
static void fill_table(void)
{
	memblock_set_current_limit(PAGE(2));
	for (phys_addr_t pa = 1; !memblock_reserve(pa, 1); pa += 2)
		assert_true(pa < PAGE(1));
}

static void test_brk_that_cannot_be_given_back(void **state)
{
	(void)state;
	road_machine(1);
	road_to(STAGE_BOOTMEM);
	fill_table();
	assert_panics(bootmem_init(), "no room to record the end of brk");
}

static void test_rests_that_cannot_be_recorded(void **state)
{
	(void)state;
	road_machine(1);
	stage_set_early(ALLOC_MEMBLOCK);
	road_to(STAGE_HANDOVER);
	fill_table();
	assert_panics(mem_init(), "panic: mm_init.c:");
	assert_log("memblock: no room to record 0x");
}

#define TEST(name) cmocka_unit_test_setup(name, unit_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_limits_of_ram),
		TEST(test_limits_around_dma32),
		TEST(test_maps_lie_on_their_nodes),
		TEST(test_rest_of_brk_is_given_back),
		TEST(test_full_brk_is_kept),
		TEST(test_parts_of_pages_are_not_free),
		TEST(test_node_without_memory),
		TEST(test_too_small_for_the_nodes),
		TEST(test_too_small_for_the_map),
		TEST(test_three_pages_are_enough),
		TEST(test_zones_are_counted),
		TEST(test_handover_counts_what_is_free),
		TEST(test_handover_sees_pages_too_many),
		TEST(test_other_road_ends_at_the_same_place),
		TEST(test_boot_arguments),
		TEST(test_no_warning_of_the_usual_road),
		TEST(test_every_early_allocation_may_fail),
		TEST(test_early_alloc_in_each_stage),
		TEST(test_early_alloc_during_handover),
		TEST(test_early_alloc_balances_the_books),
		TEST(test_early_alloc_too_early),
		TEST(test_early_alloc_too_much),
		TEST(test_stack_above_its_guard),
		TEST(test_what_the_boot_writes_is_mapped_for_it),
		TEST(test_tables_grow_in_every_stage),
		TEST(test_tables_cannot_grow),
		TEST(test_brk_that_cannot_be_given_back),
		TEST(test_rests_that_cannot_be_recorded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
