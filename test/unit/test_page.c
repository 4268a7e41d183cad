/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * State of blocks: references, flags, orders, and the memory that holds them.
 *
 * Most tests are on a machine of two nodes of 32 pages each, whose sections are
 * made of its own pages; the drawings are those of mm_fixture.h.
 */
#include <pthread.h>

#include "mm_fixture.h"
#include "numa.h"
#include "page.h"
#include "report.h"
#include "sequence.h"

/* The machine: its nodes' pages. */
#define NODE_PAGES	32
#define TWO_NODES	"00000000000000000000000000000000" \
			"11111111111111111111111111111111"

/* The same once the buddy runs: zonelists have a page of each. */
#define RUNNING		"0n000000000000000000000000000000" \
			"n1111111111111111111111111111111"

/* A page number in another section, and one behind another table of the first
 * level: of 256 states a section and 512 sections a table. */
#define SECTION_PAGES	256ul
#define TABLE_PAGES	(512 * SECTION_PAGES)

/* start(): that machine, at page 256, the buddy running. */
static int start(void **state)
{
	unit_reset(state);
	mm_machine(2, SECTION_PAGES, TWO_NODES);
	mm_handover();
	return 0;
}

/* end(): no state is left over for the next test. */
static int end(void **state)
{
	(void)state;
	assert_true(page_state_free());
	return 0;
}

/* nr_free(): free pages of all nodes. */
static unsigned long nr_free(void)
{
	unsigned long nr = 0;

	drain_all_pages();
	for (int nid = 0; nid < nr_node_ids; nid++)
		nr += NODE_DATA(nid)->node_zones[ZONE_DMA32].nr_free +
		      NODE_DATA(nid)->node_zones[ZONE_NORMAL].nr_free;
	return nr;
}

/* take_all(): allocate single pages until @left are free; how many that were. */
static unsigned long take_all(phys_addr_t *pages, unsigned long left)
{
	unsigned long nr = 0;

	while (nr_free() > left) {
		pages[nr] = alloc_pages(GFP_KERNEL, 0);
		assert_int_not_equal(pages[nr++], 0);
	}
	return nr;
}

static void test_nothing_is_paid_for_what_is_not_used(void **state)
{
	(void)state;
	assert_null(pfn_to_page(SECTION_PAGES));
	assert_int_equal(page_state_pages(0), 0);
	assert_int_equal(page_state_pages(1), 0);
	assert_true(page_state_free());
	assert_mm(RUNNING);
}

static void test_create_gives_one_reference(void **state)
{
	phys_addr_t pa = alloc_pages(GFP_KERNEL, 2);
	struct page *page = page_create(pa, 2);

	(void)state;
	assert_non_null(page);
	assert_int_equal(page_count(page), 1);
	assert_int_equal(page->order, 2);
	assert_int_equal(page_flags(page), 0);
	assert_true(page_to_phys(page) == pa);
	assert_ptr_equal(pfn_to_page(PFN_DOWN(pa)), page);
	assert_null(pfn_to_page(PFN_DOWN(pa) + 1));
	assert_true(put_page(page));
}

static void test_last_put_frees_with_the_recorded_order(void **state)
{
	unsigned long before = nr_free(), tables;
	struct page *page = alloc_counted_pages(GFP_KERNEL, 3);

	(void)state;
	assert_non_null(page);
	tables = page_state_pages(0) + page_state_pages(1);
	get_page(page);
	assert_int_equal(page_count(page), 2);
	assert_false(put_page(page));
	assert_int_equal(nr_free(), before - 8 - tables);
	assert_true(put_page(page));
	assert_int_equal(nr_free(), before - tables);
	assert_null(pfn_to_page(page->pfn));
}

static void test_flags_are_their_holders(void **state)
{
	struct page *page = alloc_counted_pages(GFP_KERNEL, 0);
	phys_addr_t pa = page_to_phys(page);

	(void)state;
	set_page_flags(page, 0x8005);
	clear_page_flags(page, 0x8001);
	assert_int_equal(page_flags(page), 0x4);
	put_page(page);
	assert_true(alloc_contig_range(PFN_DOWN(pa), PFN_DOWN(pa) + 1) == 0);
	assert_int_equal(page_flags(page_create(pa, 0)), 0);
	put_page(page);
}

static void test_found_but_gone(void **state)
{
	struct page *page = alloc_counted_pages(GFP_KERNEL, 0);

	(void)state;
	assert_true(get_page_unless_zero(page));
	assert_false(put_page(page));
	assert_true(put_page(page));
	assert_false(get_page_unless_zero(page));
	assert_int_equal(page_count(page), 0);
}

static void test_use_after_the_last_put_is_a_bug(void **state)
{
	struct page *page = alloc_counted_pages(GFP_KERNEL, 0);

	(void)state;
	put_page(page);
	assert_panics(get_page(page), "to which there is no reference");
	assert_panics(put_page(page), "put_page() of the block");
	assert_int_equal(page_count(page), 0);
}

static void test_too_many_references_are_a_bug(void **state)
{
	struct page *page = alloc_counted_pages(GFP_KERNEL, 0);

	(void)state;
	page->refcount = UINT32_MAX;
	assert_panics(get_page(page), "too many references");
	assert_int_equal(page_count(page), UINT32_MAX);
	page->refcount = 1;
	put_page(page);
}

static void test_bad_blocks_are_refused(void **state)
{
	phys_addr_t pa = alloc_pages(GFP_KERNEL, 1);
	struct page *page = page_create(pa, 1);
	unsigned long tables = page_state_pages(0) + page_state_pages(1);

	(void)state;
	assert_null(page_create(pa + 1, 0));
	assert_null(page_create(pa + PAGE_SIZE, 1));
	assert_null(page_create(pa, PFN_TREE_MAX_ORDERS));
	assert_null(page_create(MM(2 * NODE_PAGES), 0));
	assert_log("not memory, or not a block's address, called from");
	assert_no_log("it has state already");
	assert_null(page_create(pa, 0));
	assert_log("order 0) refused: it has state already");
	assert_int_equal(page_state_pages(0) + page_state_pages(1), tables);
	assert_int_equal(page->order, 1);
	put_page(page);
}

/* A block that is refused costs nothing, not even the attempt to make a table. */
static void test_nothing_is_made_for_a_bad_block(void **state)
{
	(void)state;
	assert_null(page_create(MM(2 * NODE_PAGES), 0));
	assert_no_log("alloc_pages(");
	assert_int_equal(page_state_pages(0) + page_state_pages(1), 0);
}

static void test_pages_that_no_machine_has(void **state)
{
	struct page *page = alloc_counted_pages(GFP_KERNEL, 0);

	(void)state;
	assert_null(pfn_to_page(max_pfn));
	assert_null(pfn_to_page(~0ul));
	assert_null(pfn_to_page(0));
	put_page(page);
}

static void test_state_is_on_the_block_s_node(void **state)
{
	struct page *page;
	phys_addr_t pa;

	(void)state;
	pa = alloc_pages_node(1, __GFP_THISNODE, 0);
	page = page_create(pa, 0);
	assert_int_equal(page_state_pages(0), 0);
	assert_int_equal(page_state_pages(1), 2);
	put_page(page);
}

static void test_ledger_has_a_line_for_it(void **state)
{
	struct page *page = alloc_counted_pages(GFP_KERNEL, 2);

	(void)state;
	drain_all_pages();
	assert_true(report_ledger());
	assert_log("ledger: node 0 allocated 0x4000 buddy allocator\n"
		   "ledger: node 0 pagestate 0x2000 page states\n");
	put_page(page);
	assert_true(page_state_free());
	assert_true(report_ledger());
	assert_mm(RUNNING);
}

static void test_memory_stays_while_a_block_has_state(void **state)
{
	struct page *one = alloc_counted_pages(GFP_KERNEL, 0);
	struct page *other = alloc_counted_pages(GFP_KERNEL, 0);

	(void)state;
	assert_int_equal(one->pfn % SECTION_PAGES, 0);
	put_page(other);
	assert_false(page_state_free());
	assert_ptr_equal(pfn_to_page(one->pfn), one);
	other = alloc_counted_pages(GFP_KERNEL, 0);
	put_page(one);
	assert_false(page_state_free());
	assert_ptr_equal(pfn_to_page(other->pfn), other);
	put_page(other);
}

static void test_no_memory_for_table_or_section(void **state)
{
	phys_addr_t pages[2 * NODE_PAGES];

	(void)state;
	for (unsigned long left = 0; left < 2; left++) {
		unsigned long nr = take_all(pages, left);

		assert_null(page_create(pages[0], 0));
		assert_null(pfn_to_page(PFN_DOWN(pages[0])));
		assert_no_log("refused");
		while (nr--)
			assert_true(free_pages(pages[nr], 0));
	}
	assert_true(page_state_free());
	assert_mm(RUNNING);
}

static void test_block_goes_back_where_its_state_is_not_to_be_had(void **state)
{
	phys_addr_t pages[2 * NODE_PAGES];
	unsigned long nr = take_all(pages, 1);

	(void)state;
	assert_null(alloc_counted_pages(GFP_KERNEL, 0));
	assert_int_equal(nr_free(), 1);
	assert_null(alloc_counted_pages(GFP_KERNEL, 1));
	while (nr--)
		free_pages(pages[nr], 0);
}

static void test_blocks_far_apart(void **state)
{
	struct page *low, *near, *far;
	unsigned long pfn;

	(void)state;
	unit_reset(NULL);
	mm_one_node(SECTION_PAGES, 3 * TABLE_PAGES);
	mm_handover();
	low = alloc_counted_pages(GFP_KERNEL, 0);
	assert_int_equal(page_state_pages(0), 3);
	pfn = low->pfn + SECTION_PAGES;
	assert_int_equal(alloc_contig_range(pfn, pfn + 1), 0);
	near = page_create(PFN_PHYS(pfn), 0);
	assert_int_equal(page_state_pages(0), 4);
	pfn = low->pfn + 2 * TABLE_PAGES;
	assert_null(pfn_to_page(pfn));
	assert_int_equal(alloc_contig_range(pfn, pfn + 1), 0);
	far = page_create(PFN_PHYS(pfn), 0);
	assert_int_equal(page_state_pages(0), 6);
	assert_ptr_equal(pfn_to_page(pfn), far);
	put_page(near);
	put_page(far);
	put_page(low);
	assert_true(page_state_free());
	assert_int_equal(nr_free(), 3 * TABLE_PAGES - 1);
}

/* Threads that share a block, and how often each takes a reference and drops it. */
#define NR_SHARERS	4
#define SHARINGS	200000

/* share(): a reference, and another by having found it, again and again. */
static void *share(void *arg)
{
	struct page *page = arg;

	for (int i = 0; i < SHARINGS; i++) {
		get_page(page);
		if (get_page_unless_zero(page))
			put_page(page);
		put_page(page);
	}
	return NULL;
}

static void test_no_reference_is_lost_between_cpus(void **state)
{
	struct page *page = alloc_counted_pages(GFP_KERNEL, 0);
	pthread_t threads[NR_SHARERS];

	(void)state;
	for (int i = 0; i < NR_SHARERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, share, page),
				 0);
	for (int i = 0; i < NR_SHARERS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(page_count(page), 1);
	assert_true(put_page(page));
}

/* What test_random_references() knows of a block. */
static struct {
	struct page *page;
	unsigned int refs;
	uint16_t flags;
	unsigned int order;
} known[16];

/* step(): one random thing to a random one of them. */
static void step(uint64_t *seed)
{
	unsigned long i = seq_random(seed, ARRAY_SIZE(known));
	struct page *page = known[i].page;

	if (!known[i].refs) {
		known[i].order = (unsigned int)seq_random(seed, 3);
		known[i].page = alloc_counted_pages(GFP_KERNEL, known[i].order);
		known[i].refs = known[i].page != NULL;
		known[i].flags = 0;
		return;
	}
	switch (seq_random(seed, 4)) {
	case 0:
		get_page(page);
		known[i].refs++;
		break;
	case 1:
		known[i].flags ^= 1u << (page->pfn & 15);
		set_page_flags(page, known[i].flags);
		clear_page_flags(page, (uint16_t)~known[i].flags);
		break;
	default:
		assert_int_equal(put_page(page), --known[i].refs == 0);
		break;
	}
}

static void test_random_references(void **state)
{
	uint64_t seed = 1;

	(void)state;
	memset(known, 0, sizeof(known));
	for (unsigned int n = 0; n < 20000; n++) {
		step(&seed);
		for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
			if (!known[i].refs)
				continue;
			assert_int_equal(page_count(known[i].page),
					 known[i].refs);
			assert_int_equal(page_flags(known[i].page),
					 known[i].flags);
			assert_int_equal(known[i].page->order, known[i].order);
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		while (known[i].refs)
			assert_int_equal(put_page(known[i].page),
					 --known[i].refs == 0);
	assert_true(page_state_free());
	assert_mm(RUNNING);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, start, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing_is_paid_for_what_is_not_used),
		TEST(test_create_gives_one_reference),
		TEST(test_last_put_frees_with_the_recorded_order),
		TEST(test_flags_are_their_holders),
		TEST(test_found_but_gone),
		TEST(test_use_after_the_last_put_is_a_bug),
		TEST(test_too_many_references_are_a_bug),
		TEST(test_bad_blocks_are_refused),
		TEST(test_nothing_is_made_for_a_bad_block),
		TEST(test_pages_that_no_machine_has),
		TEST(test_state_is_on_the_block_s_node),
		TEST(test_ledger_has_a_line_for_it),
		TEST(test_memory_stays_while_a_block_has_state),
		TEST(test_no_memory_for_table_or_section),
		TEST(test_block_goes_back_where_its_state_is_not_to_be_had),
		TEST(test_blocks_far_apart),
		TEST(test_no_reference_is_lost_between_cpus),
		TEST(test_random_references),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
