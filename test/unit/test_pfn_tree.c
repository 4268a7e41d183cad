/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pfn_tree, in pictures: one character a page, '.' free, 'x' taken.
 *
 * The pictures show one word of bits or the border between two nodes. Sizes at
 * which a tree changes its shape: 64 pages make a word, 4096 a node of level 1,
 * 262144 one of level 2. What no picture can show is done by random sequences
 * against flat_map.h, on trees of every shape; memory is full of garbage before
 * each, and of the exact size, so that a node that is read without having been
 * written, or lies outside, shows.
 */
#include "bitops.h"
#include "flat_map.h"
#include "pfn_joins.h"
#include "sequence.h"

#define WORD_PAGES	64ul		/* pages of one word */
#define NODE1_PAGES	4096ul		/* pages of a node of level 1 */
#define NODE2_PAGES	262144ul	/* pages of a node of level 2 */

/* The first page number that is none: 64-bit addresses, pages of 4 KiB. */
#define LAST_PFN	(1ul << 52)

/* The tree under test, and its memory: its own tables, the words, then level 1. */
static struct pfn_tree tree;
static uint64_t *memory;

/* Words of its memory that are its own tables. */
#define TABLES	(PFN_TREE_OWN_TABLES * 64)

/* Pages of tables that were added to it; more than any test needs. */
static void *table_pages[64];
static unsigned int nr_table_pages;

/* add_table_page(): one more. */
static void add_table_page(void)
{
	void *page = NULL;

	assert_in_range(nr_table_pages, 0, ARRAY_SIZE(table_pages) - 1);
	assert_int_equal(posix_memalign(&page, PAGE_SIZE, PAGE_SIZE), 0);
	memset(page, HOST_GARBAGE, PAGE_SIZE);
	pfn_tree_add_tables(&tree, page);
	table_pages[nr_table_pages++] = page;
}

/* drop_table_page(): @page isn't the tree's any more. */
static void drop_table_page(void *page)
{
	unsigned int i = 0;

	while (table_pages[i] != page)
		i++;
	table_pages[i] = table_pages[--nr_table_pages];
	free(page);
}

/* free_memory(): all that a tree had. */
static void free_memory(void)
{
	while (nr_table_pages)
		free(table_pages[--nr_table_pages]);
	free(memory);
	memory = NULL;
}

/* tree_init(): a tree over [@start, @end), made of garbage, in garbage of just its
 * size. */
static void tree_init(unsigned long start, unsigned long end)
{
	size_t bytes = pfn_tree_bytes(start, end);

	free_memory();
	assert_int_equal(posix_memalign((void **)&memory, PFN_TREE_ALIGN,
					bytes), 0);
	memset(memory, HOST_GARBAGE, bytes);
	memset(&tree, HOST_GARBAGE, sizeof(tree));
	pfn_tree_init(&tree, memory, start, end);
}

/* tree_free(): a cmocka teardown. */
static int tree_free(void **state)
{
	(void)state;
	free_memory();
	return 0;
}

/* tree_draw(): a tree that begins at page @start and looks like @drawing. */
static void tree_draw(unsigned long start, const char *drawing)
{
	tree_init(start, start + strlen(drawing));
	for (size_t i = 0; drawing[i]; i++)
		if (drawing[i] == '.')
			pfn_tree_release(&tree, start + i, start + i + 1);
}

/* assert_tree(): the tree looks like @drawing. */
static void assert_tree(const char *drawing)
{
	char canvas[2 * WORD_PAGES + 1];
	size_t len = strlen(drawing);

	pfn_tree_check(&tree);
	for (size_t i = 0; i < len; i++) {
		unsigned long pfn = tree.start_pfn + i;

		canvas[i] = pfn_tree_next_free(&tree, pfn) == pfn ? '.' : 'x';
	}
	canvas[len] = '\0';
	assert_string_equal(canvas, drawing);
}

static void test_all_taken_at_first(void **state)
{
	(void)state;
	tree_init(100, 108);
	assert_tree("xxxxxxxx");
	assert_int_equal(pfn_tree_next_free(&tree, 100), 108);
	assert_int_equal(pfn_tree_next_taken(&tree, 100), 100);
	assert_int_equal(pfn_tree_count(&tree, 0, LAST_PFN, NULL), 0);
}

static void test_one_page(void **state)
{
	(void)state;
	tree_init(77, 78);
	pfn_tree_release(&tree, 77, 78);
	assert_tree(".");
	assert_int_equal(pfn_tree_find(&tree, 0, 0, LAST_PFN), 77);
	assert_int_equal(pfn_tree_find(&tree, 1, 0, LAST_PFN), PFN_NONE);
	assert_int_equal(pfn_tree_next_taken(&tree, 77), 78);
	pfn_tree_claim(&tree, 77, 78);
	assert_tree("x");
}

static void test_release_and_claim(void **state)
{
	(void)state;
	tree_draw(8, "xx......xx......");
	pfn_tree_claim(&tree, 12, 21);
	assert_tree("xx..xxxxxxxxx...");
	pfn_tree_release(&tree, 8, 14);
	assert_tree("......xxxxxxx...");
}

static void test_release_and_claim_of_nothing(void **state)
{
	(void)state;
	tree_draw(8, "x.x.");
	pfn_tree_claim(&tree, 9, 9);
	pfn_tree_release(&tree, 8, 8);
	pfn_tree_release(&tree, 12, 12);
	assert_tree("x.x.");
	tree_init(0, NODE1_PAGES);
	pfn_tree_release(&tree, 0, 8);
	pfn_tree_release(&tree, NODE1_PAGES, NODE1_PAGES);
	pfn_tree_check(&tree);
	assert_int_equal(pfn_tree_count(&tree, 0, NODE1_PAGES, NULL), 8);
}

/* What was free already stays free, what was taken stays taken. */
static void test_release_and_claim_again(void **state)
{
	(void)state;
	tree_draw(0, "xx..xx..");
	pfn_tree_release(&tree, 1, 7);
	assert_tree("x.......");
	pfn_tree_claim(&tree, 0, 2);
	assert_tree("xx......");
}

static void test_outside_is_a_bug(void **state)
{
	(void)state;
	tree_draw(8, "xx..");
	assert_panics(pfn_tree_claim(&tree, 7, 9), "[0x7-0x9) is not inside");
	assert_panics(pfn_tree_release(&tree, 11, 13),
		      "[0xb-0xd) is not inside [0x8-0xc)");
	assert_tree("xx..");
}

/* A block begins at a multiple of its size, counted from page 0. */
static void test_find_is_naturally_aligned(void **state)
{
	(void)state;
	/* 62       64        68          74 */
	tree_draw(62, "........" "....");
	assert_int_equal(pfn_tree_find(&tree, 0, 0, LAST_PFN), 62);
	assert_int_equal(pfn_tree_find(&tree, 1, 0, LAST_PFN), 62);
	assert_int_equal(pfn_tree_find(&tree, 2, 0, LAST_PFN), 64);
	assert_int_equal(pfn_tree_find(&tree, 3, 0, LAST_PFN), 64);
	assert_int_equal(pfn_tree_find(&tree, 4, 0, LAST_PFN), PFN_NONE);
}

static void test_find_the_lowest(void **state)
{
	(void)state;
	tree_draw(0, "x.xx..xx....x.......");
	assert_int_equal(pfn_tree_find(&tree, 0, 0, LAST_PFN), 1);
	assert_int_equal(pfn_tree_find(&tree, 1, 0, LAST_PFN), 4);
	assert_int_equal(pfn_tree_find(&tree, 2, 0, LAST_PFN), 8);
	assert_int_equal(pfn_tree_find(&tree, 3, 0, LAST_PFN), PFN_NONE);
}

static void test_find_between_limits(void **state)
{
	(void)state;
	tree_draw(0, "................");
	assert_int_equal(pfn_tree_find(&tree, 2, 1, 16), 4);
	assert_int_equal(pfn_tree_find(&tree, 2, 4, 8), 4);
	assert_int_equal(pfn_tree_find(&tree, 2, 4, 7), PFN_NONE);
	assert_int_equal(pfn_tree_find(&tree, 2, 5, 11), PFN_NONE);
	assert_int_equal(pfn_tree_find(&tree, 0, 16, LAST_PFN), PFN_NONE);
	assert_int_equal(pfn_tree_find(&tree, 0, 9, 9), PFN_NONE);
	assert_int_equal(pfn_tree_find(&tree, 0, LAST_PFN, LAST_PFN), PFN_NONE);
}

/* An order that is larger than the tree, or than any tree, is never found. */
static void test_find_order_out_of_range(void **state)
{
	(void)state;
	tree_init(0, NODE1_PAGES);
	pfn_tree_release(&tree, 0, NODE1_PAGES);
	assert_int_equal(pfn_tree_find(&tree, 12, 0, LAST_PFN), 0);
	assert_int_equal(pfn_tree_find(&tree, 13, 0, LAST_PFN), PFN_NONE);
	assert_int_equal(pfn_tree_find(&tree, PFN_TREE_MAX_ORDERS, 0, LAST_PFN),
			 PFN_NONE);
	assert_int_equal(pfn_tree_find(&tree, 1000, 0, LAST_PFN), PFN_NONE);
}

/* Blocks of more than a word, of more than a node, and one below the limit. */
static void test_find_every_order(void **state)
{
	unsigned long nr = 4 * NODE2_PAGES;

	(void)state;
	tree_init(0, nr);
	pfn_tree_release(&tree, 1, nr);
	for (unsigned int order = 0; order < 20; order++) {
		unsigned long size = 1ul << order;

		assert_int_equal(pfn_tree_find(&tree, order, 0, nr), size);
		assert_int_equal(pfn_tree_find(&tree, order, size + 1, nr),
				 order < 19 ? 2 * size : PFN_NONE);
	}
	assert_int_equal(pfn_tree_find(&tree, 20, 0, nr), PFN_NONE);
}

static void test_next_free_and_taken(void **state)
{
	(void)state;
	tree_draw(60, "xx...xxx" "...x");
	assert_int_equal(pfn_tree_next_free(&tree, 0), 62);
	assert_int_equal(pfn_tree_next_free(&tree, 63), 63);
	assert_int_equal(pfn_tree_next_free(&tree, 65), 68);
	assert_int_equal(pfn_tree_next_free(&tree, 71), 72);
	assert_int_equal(pfn_tree_next_free(&tree, 500), 72);
	assert_int_equal(pfn_tree_next_taken(&tree, 62), 65);
	assert_int_equal(pfn_tree_next_taken(&tree, 69), 71);
	assert_int_equal(pfn_tree_next_taken(&tree, 72), 72);
	assert_int_equal(pfn_tree_next_taken(&tree, 500), 72);
}

/* Below the tree all is taken: the page asked for is the answer. */
static void test_next_taken_below_the_tree(void **state)
{
	(void)state;
	tree_draw(70, "....");
	assert_int_equal(pfn_tree_next_taken(&tree, 69), 69);
	assert_int_equal(pfn_tree_next_taken(&tree, 3), 3);
}

static void test_find_run(void **state)
{
	(void)state;
	tree_draw(0, "x.x...x.....xx..........");
	assert_int_equal(pfn_tree_find_run(&tree, 1, 1, 0, 24), 1);
	assert_int_equal(pfn_tree_find_run(&tree, 3, 1, 0, 24), 3);
	assert_int_equal(pfn_tree_find_run(&tree, 3, 4, 0, 24), 8);
	assert_int_equal(pfn_tree_find_run(&tree, 5, 8, 0, 24), 16);
	assert_int_equal(pfn_tree_find_run(&tree, 10, 1, 0, 24), 14);
	assert_int_equal(pfn_tree_find_run(&tree, 11, 1, 0, 24), PFN_NONE);
	assert_int_equal(pfn_tree_find_run(&tree, 9, 16, 0, 24), PFN_NONE);
}

static void test_find_run_between_limits(void **state)
{
	(void)state;
	tree_draw(100, "................");
	assert_int_equal(pfn_tree_find_run(&tree, 4, 1, 105, 109), 105);
	assert_int_equal(pfn_tree_find_run(&tree, 4, 1, 106, 109), PFN_NONE);
	assert_int_equal(pfn_tree_find_run(&tree, 4, 8, 105, LAST_PFN), 112);
	assert_int_equal(pfn_tree_find_run(&tree, 4, 8, 0, LAST_PFN), 104);
	assert_int_equal(pfn_tree_find_run(&tree, 1, 1, 116, LAST_PFN), PFN_NONE);
	assert_int_equal(pfn_tree_find_run(&tree, 1, 1, 110, 0), PFN_NONE);
}

static void test_count_blocks(void **state)
{
	unsigned long blocks[PFN_TREE_MAX_ORDERS] = { 0 };

	(void)state;
	/*            1 2 + 4 + 8 pages, then 1 */
	tree_draw(0, "x..............." "x.xx");
	assert_int_equal(pfn_tree_count(&tree, 0, LAST_PFN, blocks), 16);
	assert_int_equal(blocks[0], 2);
	assert_int_equal(blocks[1], 1);
	assert_int_equal(blocks[2], 1);
	assert_int_equal(blocks[3], 1);
	assert_int_equal(blocks[4], 0);
}

/* Cut by the limits, a block counts as what remains of it; page 0 belongs to
 * blocks of every order. */
static void test_count_between_limits(void **state)
{
	unsigned long blocks[PFN_TREE_MAX_ORDERS] = { 0 };

	(void)state;
	tree_draw(0, "................");
	assert_int_equal(pfn_tree_count(&tree, 0, 16, blocks), 16);
	assert_int_equal(blocks[4], 1);
	assert_int_equal(pfn_tree_count(&tree, 3, 9, blocks), 6);
	assert_int_equal(blocks[0], 2);
	assert_int_equal(blocks[2], 1);
	assert_int_equal(pfn_tree_count(&tree, 9, 3, blocks), 0);
}

/* 1/8 byte a page and a little more: the price list at the top of pfn_tree.c.
 * Allowed on top of it are the nodes above a map that they don't fill. */
static void test_size(void **state)
{
	(void)state;
	assert_int_equal(pfn_tree_bytes(0, 1), (TABLES + 1 + 12) * 8);
	assert_int_equal(pfn_tree_bytes(63, 65), (TABLES + 2 + 12) * 8);
	assert_int_equal(pfn_tree_bytes(0, NODE1_PAGES), (TABLES + 64 + 12) * 8);
	assert_int_equal(pfn_tree_bytes(0, NODE1_PAGES + 1),
			 (TABLES + 65 + 2 * 12 + 18) * 8);
	assert_true(pfn_tree_bytes(0, 1ul << 32) < (1ul << 32) * 1491 / 10000);
	assert_int_equal(pfn_tree_table_pages(0, 2 * NODE1_PAGES), 0);
	assert_int_equal(pfn_tree_table_pages(0, 2 * NODE1_PAGES + 1), 1);
	assert_int_equal(pfn_tree_table_pages(0, 9 * NODE1_PAGES), 1);
	assert_int_equal(pfn_tree_table_pages(0, 9 * NODE1_PAGES + 1), 2);
}

/* A tree of 16 TiB over memory that faults where it is touched needlessly: the
 * two ends are all that a range's marking writes. */
static void test_cost_does_not_depend_on_size(void **state)
{
	unsigned long nr = 1ul << 32;
	phys_addr_t bytes = pfn_tree_bytes(0, nr);

	(void)state;
	pfn_tree_init(&tree, host_ram(PAGE(1), bytes), 0, nr);
	pfn_tree_release(&tree, 1, nr - 1);
	pfn_tree_check(&tree);
	assert_int_equal(pfn_tree_count(&tree, 0, nr, NULL), nr - 2);
	assert_int_equal(pfn_tree_find(&tree, 30, 0, nr), 1ul << 30);
	assert_int_equal(pfn_tree_find(&tree, 31, 0, nr), PFN_NONE);
}

/* What pfn_tree_check() is there for: each of its complaints. */
static void test_check_sees_a_page_outside(void **state)
{
	(void)state;
	tree_draw(66, "..");
	memory[TABLES] &= ~1ull;
	assert_panics(pfn_tree_check(&tree), "page 0x40 below the tree is free");
	tree_draw(66, "..");
	memory[TABLES] &= ~(1ull << 9);
	tree.end_pfn = 67;
	assert_panics(pfn_tree_check(&tree), "page 0x43 above the tree is free");
}

static void test_check_sees_a_wrong_mask(void **state)
{
	(void)state;
	tree_draw(0, "....");
	memory[TABLES + 1 + 5 + 3] |= 1;
	assert_panics(pfn_tree_check(&tree), "mask 3 of child 0x0 is wrong");
	tree_draw(0, "....");
	memory[TABLES + 1 + 5 + 4] |= 2;
	assert_panics(pfn_tree_check(&tree), "mask 4 says more than mask 3");
}

/* A tree of three levels with all its pages free but the first, in one of 64: its
 * memory is 65 words of bits, then two level-1 nodes, then the root. */
#define LEVEL1		(TABLES + 65)
#define ROOT		(LEVEL1 + 2 * 12)

static void tree_of_three_levels(void)
{
	tree_init(0, NODE1_PAGES + WORD_PAGES);
	pfn_tree_release(&tree, 1, NODE1_PAGES + WORD_PAGES);
	pfn_tree_check(&tree);
}

static void test_check_sees_a_child_never_written(void **state)
{
	(void)state;
	tree_of_three_levels();
	memory[ROOT] &= ~1ull;
	assert_panics(pfn_tree_check(&tree),
		      "child 0x0 is in use and was never written");
}

static void test_check_sees_a_child_outside(void **state)
{
	(void)state;
	tree_of_three_levels();
	memory[ROOT + 5] |= 4;
	assert_panics(pfn_tree_check(&tree),
		      "child 0x2 is outside, but has free pages");
}

/* The root's children are what they say even where the root says it as well. */
static void test_check_sees_a_stale_child_of_the_root(void **state)
{
	(void)state;
	tree_init(0, 2 * NODE1_PAGES);
	pfn_tree_release(&tree, NODE1_PAGES, 2 * NODE1_PAGES);
	pfn_tree_check(&tree);
	memory[TABLES + 2 * 64 + 12 + 5 + 3] = 0;
	assert_panics(pfn_tree_check(&tree),
		      "child 0x1 of the root is all free, its mask 3 isn't");
	tree_init(0, 2 * NODE1_PAGES);
	memory[TABLES + 2 * 64 + 5] = 1;
	assert_panics(pfn_tree_check(&tree),
		      "child 0x0 of the root is all taken, its mask 0 isn't");
}

/* assert_free(): the block is free, and so are the pages at its start, in its middle
 * and at its end. */
static void assert_free(unsigned long pfn, unsigned int order)
{
	unsigned long size = 1ul << order;

	assert_int_equal(pfn_tree_state(&tree, pfn, order), PFN_TREE_FREE);
	assert_int_equal(pfn_tree_state(&tree, pfn, 0), PFN_TREE_FREE);
	assert_int_equal(pfn_tree_state(&tree, pfn + size / 2, 0),
			 PFN_TREE_FREE);
	assert_int_equal(pfn_tree_state(&tree, pfn + size - 1, 0),
			 PFN_TREE_FREE);
}

/* assert_taken(): the block is taken as what it is, and as nothing else. */
static void assert_taken(unsigned long pfn, unsigned int order,
			 unsigned int root_order)
{
	for (unsigned int k = 0; k <= root_order; k++)
		assert_int_equal(pfn_tree_state(&tree, ALIGN_DOWN(pfn, 1ul << k),
						k),
				 k == order ? PFN_TREE_TAKEN
				 : ALIGN_DOWN(pfn, 1ul << k) == pfn
				 ? PFN_TREE_OTHER : PFN_TREE_FREE);
	if (order)
		assert_int_equal(pfn_tree_state(&tree, pfn + 1, 0),
				 PFN_TREE_OTHER);
}

/* assert_every_order(): a tree of one block of @root_order, all free: blocks of
 * every order are taken and given, the last one all of it. */
static void assert_every_order(unsigned long start, unsigned int root_order)
{
	unsigned long nr = 1ul << root_order;

	tree_init(start, start + nr);
	pfn_tree_release(&tree, start, start + nr);
	for (unsigned int order = 0; order <= root_order; order++) {
		unsigned long pfn = start + nr - (1ul << order);

		assert_free(pfn, order);
		pfn_tree_take(&tree, pfn, order);
		pfn_tree_check(&tree);
		assert_int_equal(pfn_tree_count(&tree, start, start + nr, NULL),
				 nr - (1ul << order));
		assert_int_equal(pfn_tree_find(&tree, root_order, 0, LAST_PFN),
				 PFN_NONE);
		assert_taken(pfn, order, root_order);
		pfn_tree_give(&tree, pfn, order);
		pfn_tree_check(&tree);
		assert_free(pfn, order);
		assert_int_equal(pfn_tree_find(&tree, root_order, 0, LAST_PFN),
				 start);
	}
}

static void test_every_order_up_to_the_root(void **state)
{
	(void)state;
	assert_every_order(0, 12);
	assert_every_order(3 * NODE2_PAGES, 18);
	assert_every_order(1ul << 40, 20);
}

/* Two blocks side by side are not one of twice the size, nor are two halves. */
static void test_blocks_side_by_side(void **state)
{
	(void)state;
	tree_init(0, 4 * NODE2_PAGES);
	pfn_tree_release(&tree, 0, 4 * NODE2_PAGES);
	for (unsigned int order = 0; order < 20; order++) {
		unsigned long size = 1ul << order;

		pfn_tree_take(&tree, 0, order);
		pfn_tree_take(&tree, size, order);
		pfn_tree_check(&tree);
		assert_int_equal(pfn_tree_state(&tree, 0, order + 1),
				 PFN_TREE_OTHER);
		pfn_tree_give(&tree, 0, order);
		assert_int_equal(pfn_tree_state(&tree, size, order),
				 PFN_TREE_TAKEN);
		pfn_tree_give(&tree, size, order);
		pfn_tree_check(&tree);
	}
}

/* A block that is split is so many single pages. */
static void test_split(void **state)
{
	(void)state;
	tree_init(0, 4 * NODE2_PAGES);
	pfn_tree_release(&tree, 0, 4 * NODE2_PAGES);
	for (unsigned int order = 0; order < 20; order++) {
		pfn_tree_take(&tree, 0, order);
		assert_int_equal(pfn_tree_find_block(&tree, 0, NODE2_PAGES),
				 order ? 0 : PFN_NONE);
		pfn_tree_split(&tree, 0, order);
		pfn_tree_check(&tree);
		assert_int_equal(pfn_tree_find_block(&tree, 0, NODE2_PAGES),
				 PFN_NONE);
		assert_int_equal(pfn_tree_state(&tree, 0, 0), PFN_TREE_TAKEN);
		pfn_tree_give(&tree, 0, 0);
		pfn_tree_check(&tree);
		pfn_tree_give_range(&tree, 0, 1ul << order);
		pfn_tree_check(&tree);
	}
}

/* A block that begins, or ends, with the pages that are asked about, or goes on
 * beyond them, is found where these meet it. */
static void test_find_block_between_limits(void **state)
{
	(void)state;
	tree_init(0, NODE1_PAGES);
	pfn_tree_release(&tree, 0, NODE1_PAGES);
	pfn_tree_take(&tree, WORD_PAGES, 6);
	assert_int_equal(pfn_tree_find_block(&tree, 0, 2 * WORD_PAGES),
			 WORD_PAGES);
	assert_int_equal(pfn_tree_find_block(&tree, WORD_PAGES, NODE1_PAGES),
			 WORD_PAGES);
	assert_int_equal(pfn_tree_find_block(&tree, WORD_PAGES + 6,
					     WORD_PAGES + 7), WORD_PAGES + 6);
	assert_int_equal(pfn_tree_find_block(&tree, 0, WORD_PAGES), PFN_NONE);
	assert_int_equal(pfn_tree_find_block(&tree, 2 * WORD_PAGES,
					     NODE1_PAGES), PFN_NONE);
}

/* What tables are drawn for, and when they go. */
static void test_tables_of_joins(void **state)
{
	void *page;

	(void)state;
	tree_init(0, 4 * NODE1_PAGES);
	pfn_tree_release(&tree, 0, 4 * NODE1_PAGES);
	pfn_tree_take(&tree, 0, 1);
	assert_false(pfn_tree_needs_table(&tree, NODE1_PAGES));
	pfn_tree_take(&tree, NODE1_PAGES, 5);
	assert_false(pfn_tree_needs_table(&tree, 64));
	assert_true(pfn_tree_needs_table(&tree, 2 * NODE1_PAGES));
	assert_null(pfn_tree_reap_tables(&tree));
	add_table_page();
	add_table_page();
	page = (void *)pfn_tree_next_tables(&tree, NULL);
	assert_ptr_equal(page, table_pages[1]);
	assert_ptr_equal(pfn_tree_next_tables(&tree, page), table_pages[0]);
	assert_null(pfn_tree_next_tables(&tree, table_pages[0]));
	pfn_tree_take(&tree, 2 * NODE1_PAGES, 3);
	pfn_tree_check(&tree);
	page = pfn_tree_reap_tables(&tree);
	assert_ptr_equal(page, table_pages[1]);
	drop_table_page(page);
	pfn_tree_check(&tree);
	assert_null(pfn_tree_reap_tables(&tree));
	pfn_tree_give(&tree, 2 * NODE1_PAGES, 3);
	drop_table_page(pfn_tree_reap_tables(&tree));
	pfn_tree_check(&tree);
	assert_int_equal(nr_table_pages, 0);
}

/* A node never written has no table, in a tree that has no spare one. */
static void test_tables_of_a_deep_tree(void **state)
{
	(void)state;
	tree_init(0, 4 * NODE2_PAGES);
	pfn_tree_release(&tree, 0, 4 * NODE2_PAGES);
	pfn_tree_take(&tree, 0, 1);
	pfn_tree_take(&tree, NODE1_PAGES, 1);
	assert_true(pfn_tree_needs_table(&tree, NODE2_PAGES));
	pfn_tree_take(&tree, NODE2_PAGES, 0);
	assert_true(pfn_tree_needs_table(&tree, NODE2_PAGES + 2));
	assert_false(pfn_tree_needs_table(&tree, 2));
	pfn_tree_check(&tree);
}

/* Words start flagged where all was taken, and without a flag where all was free;
 * what is claimed is flagged in either case, what is released isn't. */
static void test_flags(void **state)
{
	unsigned long nr = 4 * NODE2_PAGES, pfn = NODE2_PAGES + 100;

	(void)state;
	tree_init(0, nr);
	assert_true(pfn_tree_flag(&tree, pfn));
	pfn_tree_set_flags(&tree, pfn, pfn + 1, false);
	assert_false(pfn_tree_flag(&tree, pfn));
	assert_true(pfn_tree_flag(&tree, pfn + 64));
	pfn_tree_set_flags(&tree, NODE1_PAGES - 1, NODE1_PAGES + 1, false);
	assert_false(pfn_tree_flag(&tree, NODE1_PAGES - 1));
	assert_false(pfn_tree_flag(&tree, NODE1_PAGES));
	assert_true(pfn_tree_flag(&tree, NODE1_PAGES + 64));
	pfn_tree_release(&tree, 0, nr);
	assert_false(pfn_tree_flag(&tree, 2 * NODE2_PAGES));
	pfn_tree_take(&tree, 2 * NODE2_PAGES, 7);
	assert_false(pfn_tree_flag(&tree, 2 * NODE2_PAGES));
	pfn_tree_claim(&tree, 2 * NODE2_PAGES + 128, 2 * NODE2_PAGES + 129);
	assert_true(pfn_tree_flag(&tree, 2 * NODE2_PAGES + 128));
	assert_false(pfn_tree_flag(&tree, 2 * NODE2_PAGES + 192));
	pfn_tree_release(&tree, 2 * NODE2_PAGES + 128, 2 * NODE2_PAGES + 129);
	assert_true(pfn_tree_flag(&tree, 2 * NODE2_PAGES + 128));
	pfn_tree_claim(&tree, 2 * NODE2_PAGES + 128, 2 * NODE2_PAGES + 192);
	pfn_tree_release(&tree, 2 * NODE2_PAGES + 128, 2 * NODE2_PAGES + 192);
	assert_false(pfn_tree_flag(&tree, 2 * NODE2_PAGES + 128));
	pfn_tree_claim(&tree, NODE2_PAGES, 2 * NODE2_PAGES);
	assert_true(pfn_tree_flag(&tree, NODE2_PAGES + NODE1_PAGES));
	pfn_tree_check(&tree);
}

/* What is whole nodes below the root's children gets its flags when it is written
 * next, as if for the first time: as what it is by then. */
static void test_flags_of_what_is_claimed_and_given(void **state)
{
	unsigned long nr = 4 * NODE2_PAGES, pfn = NODE2_PAGES + NODE1_PAGES;

	(void)state;
	tree_init(0, nr);
	pfn_tree_release(&tree, 0, nr);
	pfn_tree_take(&tree, pfn, 0);
	pfn_tree_claim(&tree, pfn, pfn + NODE1_PAGES);
	assert_true(pfn_tree_flag(&tree, pfn));
	pfn_tree_give_range(&tree, pfn, pfn + NODE1_PAGES);
	pfn_tree_take(&tree, pfn, 0);
	assert_false(pfn_tree_flag(&tree, pfn));
	pfn_tree_check(&tree);
}

/* page_given(): pfn_tree_give_page() with what follows; whether it was. */
static bool page_given(unsigned long pfn)
{
	int order = pfn_tree_give_page(&tree, pfn, tree.deep);

	if (order >= 0)
		pfn_tree_raise(&tree, pfn, (unsigned int)order);
	return order != PFN_TREE_REFUSED;
}

/* The shortest way is for single pages of words without a flag. */
static void test_shortest_way(void **state)
{
	(void)state;
	tree_init(0, NODE1_PAGES);
	pfn_tree_release(&tree, 0, NODE1_PAGES);
	assert_false(page_given(0));
	for (unsigned long pfn = 0; pfn < 128; pfn++)
		pfn_tree_take(&tree, pfn, 0);
	for (unsigned long pfn = 0; pfn < 64; pfn++) {
		unsigned long i = (pfn * 37) % 64;

		assert_true(page_given(i));
		assert_false(page_given(i));
		pfn_tree_check(&tree);
	}
	assert_int_equal(pfn_tree_find(&tree, 6, 0, 64), 0);
	pfn_tree_set_flags(&tree, 64, 65, true);
	assert_false(page_given(64));
	pfn_tree_set_flags(&tree, 64, 65, false);
	assert_true(page_given(64));
	pfn_tree_take(&tree, 0, 2);
	pfn_tree_take(&tree, 4, 0);
	assert_false(page_given(0));
	assert_false(page_given(4));
	pfn_tree_give(&tree, 0, 2);
	assert_true(page_given(4));
	pfn_tree_take(&tree, 256, 7);
	assert_false(page_given(256));
	pfn_tree_check(&tree);
}

/* The marks' invariants, each of which pfn_tree_check() knows. */
static void test_check_sees_wrong_marks(void **state)
{
	struct pfn_node *node;

	(void)state;
	tree_init(0, NODE1_PAGES);
	node = (struct pfn_node *)&memory[TABLES + 64];
	pfn_tree_release(&tree, 0, NODE1_PAGES);
	pfn_tree_take(&tree, 0, 2);
	node->plain |= 1;
	assert_panics(pfn_tree_check(&tree), "word 0x0 is plain and isn't");
	node->plain &= ~1ull;
	memory[tree.spare == tree.own ? 64 : 0] |= 1ull << 8;
	assert_panics(pfn_tree_check(&tree), "at 0x0 something is joined that isn't taken");
	memory[tree.spare == tree.own ? 64 : 0] = 1ull << 2;
	assert_panics(pfn_tree_check(&tree), "at 0x0 children 1 to 2 are no block");
	memory[tree.spare == tree.own ? 64 : 0] = 7ull << 1;
	pfn_tree_take(&tree, 128, 7);
	node->whole |= 1;
	assert_panics(pfn_tree_check(&tree), "node 0x0 has a block that has free pages");
	pfn_tree_take_range(&tree, 4, 64);
	assert_panics(pfn_tree_check(&tree), "word 0x0 is part of a block and has its own");
	node->whole &= ~1ull;
	tree.spare->word[3] = 1;
	assert_panics(pfn_tree_check(&tree), "has joins");
	tree.spare->word[3] = 0;
	tree.spare = NULL;
	assert_panics(pfn_tree_check(&tree),
		      "of 2 tables of joins 0 are spare and 1 in use");
}

/* joins_wrong(): page 0's word, all taken, has @joins, which make up no block. */
static void joins_wrong(uint64_t *joins, uint64_t wrong)
{
	*joins = wrong;
	assert_panics(pfn_tree_check(&tree), "are no block");
}

/* A block has a power of two of pages, is aligned, and has a first one. */
static void test_check_sees_pages_that_are_no_block(void **state)
{
	uint64_t *joins;

	(void)state;
	tree_init(0, NODE1_PAGES);
	pfn_tree_release(&tree, 0, NODE1_PAGES);
	pfn_tree_take(&tree, 0, 2);
	pfn_tree_take_range(&tree, 4, 64);
	joins = &memory[tree.spare == tree.own ? 64 : 0];
	assert_int_equal(*joins, 7ull << 1);
	joins_wrong(joins, 3ull << 1);
	joins_wrong(joins, 1ull << 2);
	joins_wrong(joins, 1);
	*joins = 7ull << 1;
	pfn_tree_check(&tree);
}

/* A plain word has no flag, no block, no joins, and its bits are what it is. */
static void test_check_sees_a_word_that_is_not_plain(void **state)
{
	const char *wrong = "word 0x0 is plain and isn't";
	struct pfn_node *node;

	(void)state;
	tree_init(0, NODE1_PAGES);
	node = (struct pfn_node *)&memory[TABLES + 64];
	pfn_tree_release(&tree, 0, NODE1_PAGES);
	pfn_tree_take(&tree, 0, 0);
	assert_int_equal(node->plain & 1, 1);
	pfn_tree_check(&tree);
	node->flags |= 1;
	assert_panics(pfn_tree_check(&tree), wrong);
	node->flags &= ~1ull;
	for (unsigned long pfn = 1; pfn < 64; pfn++)
		pfn_tree_take(&tree, pfn, 0);
	pfn_tree_check(&tree);
	node->whole |= 1;
	assert_panics(pfn_tree_check(&tree), wrong);
	node->whole &= ~1ull;
	memory[TABLES] ^= 1;
	assert_panics(pfn_tree_check(&tree), wrong);
	memory[TABLES] ^= 1;
	pfn_tree_check(&tree);
}

/* A word that is part of a block has no joins of its own. */
static void test_check_sees_joins_inside_a_block(void **state)
{
	struct pfn_node *node;

	(void)state;
	tree_init(0, NODE1_PAGES);
	node = (struct pfn_node *)&memory[TABLES + 64];
	pfn_tree_release(&tree, 0, NODE1_PAGES);
	pfn_tree_take(&tree, 0, 2);
	pfn_tree_take_range(&tree, 4, 64);
	node->plain &= ~1ull;
	node->whole |= 1;
	assert_panics(pfn_tree_check(&tree),
		      "word 0x0 is part of a block and has its own");
}

/* What is wrong with a node is said with its first page. */
static void test_check_says_where(void **state)
{
	struct pfn_node *node;

	(void)state;
	tree_init(NODE1_PAGES, 2 * NODE1_PAGES);
	node = (struct pfn_node *)&memory[TABLES + 64];
	node->joined |= 1;
	assert_panics(pfn_tree_check(&tree), "level 1: at 0x1000 something is joined that isn't taken");
}

/* A shape: the pages that a tree covers. */
struct shape {
	unsigned long start, nr;
	unsigned int nr_seeds;		/* sequences of a default run */
};

static const struct shape shapes[] = {
	{ 0, 1, 4 },				/* one page, at 0 */
	{ 63, 2, 20 },				/* across a word's border */
	{ 1, 62, 60 },				/* inside one word */
	{ 64, 64, 60 },				/* exactly a word */
	{ 0, NODE1_PAGES, 60 },			/* exactly a node */
	{ NODE1_PAGES - 1, 2, 20 },		/* across two nodes' border */
	{ 4000, 500, 100 },			/* the same, unaligned */
	{ 77, 3 * NODE1_PAGES + 5, 50 },	/* four nodes */
	{ NODE2_PAGES - 1, 2, 20 },		/* across the next level's */
	{ NODE2_PAGES - 5000, 9000, 60 },	/* the same, unaligned */
	{ (1ul << 40) + 12345, 9000, 60 },	/* high up */
	{ (1ul << 48) - 100, 200, 100 },	/* at every level's border */
	{ LAST_PFN - 130, 130, 100 },		/* up to the last page of all */
	{ 1234567, NODE2_PAGES + 5000, 1 },	/* three levels, large */
};

/* The shape of the sequence that runs, and the model. */
static const struct shape *shape;
static struct flat_map flat;

enum {
	RELEASE, CLAIM, GIVE_RANGE, TAKE_RANGE, TAKE, GIVE, GIVE_PAGE, SPLIT,
	TAKE_BLOCKS, GIVE_BLOCKS, SET_FLAGS, REAP, NR_KINDS
};
static const char *const op_names[NR_KINDS] = {
	"release", "claim", "give_range", "take_range", "take", "give",
	"give_page", "split", "take_blocks", "give_blocks", "set_flags", "reap",
};

/* Searches that follow each operation. */
#define NR_QUERIES	6

/* start(): tree and model as after pfn_tree_init(). */
static void start(void)
{
	host_reset();
	tree_init(shape->start, shape->start + shape->nr);
	flat_init(&flat, shape->start, shape->start + shape->nr);
}

/* random_pfn(): a page of the shape or its end, often a block's border. */
static unsigned long random_pfn(uint64_t *seed)
{
	unsigned long end = shape->start + shape->nr;
	unsigned long pfn = shape->start + seq_random(seed, shape->nr + 1);

	if (seq_random(seed, 3) == 0)
		pfn &= ~(WORD_PAGES - 1);
	else if (seq_random(seed, 4) == 0)
		pfn &= ~(NODE1_PAGES - 1);
	return MAX(MIN(pfn, end), shape->start);
}

/* random_size(): 1 to the size of the shape, small as likely as large. */
static unsigned long random_size(uint64_t *seed)
{
	unsigned long scale = 1ul << seq_random(seed, log2_ceil(shape->nr) + 1);

	return 1 + seq_random(seed, MIN(scale, shape->nr));
}

/*
 * draw(): [arg 0, arg 1) is a range; arg 2 where the queries' seed starts; arg 3
 * an order; arg 4 the units of a run.
 */
static void draw(struct op *op, uint64_t *seed)
{
	unsigned long from = random_pfn(seed), size = random_size(seed);

	op->arg[0] = from;
	op->arg[1] = MIN(from + size, shape->start + shape->nr);
	op->arg[2] = seq_random(seed, 1ul << 32);
	op->arg[3] = log2_floor(random_size(seed));
	op->arg[4] = seq_random(seed, ~0ul);
	if (seq_random(seed, 2))
		op->arg[4] |= seq_random(seed, ~0ul);
}

/* same_search(): a search of random size and limits has the same answer. */
static bool same_search(uint64_t *seed)
{
	unsigned long lo = random_pfn(seed) - seq_random(seed, 2) * shape->start;
	unsigned long hi = random_pfn(seed), nr = random_size(seed);
	unsigned int order = log2_floor(random_size(seed));
	unsigned long align = 1ul << log2_floor(random_size(seed));

	return pfn_tree_find(&tree, order, lo, hi) ==
	       flat_find(&flat, order, lo, hi) &&
	       pfn_tree_find_run(&tree, nr, align, lo, hi) ==
	       flat_find_run(&flat, nr, align, lo, hi);
}

/* same_count(): the free pages and blocks of a random range. */
static bool same_count(uint64_t *seed)
{
	unsigned long a[PFN_TREE_MAX_ORDERS] = { 0 };
	unsigned long b[PFN_TREE_MAX_ORDERS] = { 0 };
	unsigned long lo = random_pfn(seed), hi = random_pfn(seed);

	return pfn_tree_count(&tree, lo, hi, a) ==
	       flat_count(&flat, lo, hi, b) && !memcmp(a, b, sizeof(a));
}

/* ready(): a block of @order can be taken at @pfn: a table is added where it needs
 * one. */
static void ready(unsigned long pfn, unsigned int order)
{
	if (order && order < PFN_TREE_SHIFT && pfn_tree_needs_table(&tree, pfn))
		add_table_page();
}

/* set_both(): [@start, @end) on tree and model; nothing where a block is in it. */
static bool set_both(unsigned int kind, unsigned long start, unsigned long end)
{
	bool free = kind == RELEASE || kind == GIVE_RANGE;

	if (start < end && flat_find_block(&flat, start, end) != PFN_NONE)
		return pfn_tree_find_block(&tree, start, end) ==
		       flat_find_block(&flat, start, end);
	if (start < end && pfn_tree_find_block(&tree, start, end) != PFN_NONE)
		return false;
	flat_set(&flat, start, end, !free);
	if (kind == RELEASE)
		pfn_tree_release(&tree, start, end);
	else if (kind == GIVE_RANGE)
		pfn_tree_give_range(&tree, start, end);
	else if (kind == TAKE_RANGE)
		pfn_tree_take_range(&tree, start, end);
	else
		pfn_tree_claim(&tree, start, end);
	if (kind == CLAIM)
		flat_set_flags(&flat, start, end, FLAT_FLAGGED);
	else if (kind == RELEASE)
		flat_set_flags(&flat, ALIGN(start, WORD_PAGES),
			       ALIGN_DOWN(end, WORD_PAGES), FLAT_CLEAR);
	else if (kind == GIVE_RANGE)	/* may be written anew without flags */
		flat_set_flags(&flat, ALIGN(start, NODE1_PAGES),
			       ALIGN_DOWN(end, NODE1_PAGES), FLAT_CLEAR);
	return true;
}

/* take_both(): the first block of @order at or above @pfn. */
static bool take_both(unsigned long pfn, unsigned int order)
{
	unsigned long found = pfn_tree_find(&tree, order, pfn, LAST_PFN);

	if (found == PFN_NONE)
		return true;
	ready(found, order);
	pfn_tree_take(&tree, found, order);
	flat_set_block(&flat, found, order);
	return true;
}

/* block_both(): the block of @order around @pfn is the same to both; where it is
 * taken, it is given, or @split. */
static bool block_both(unsigned long pfn, unsigned int order, bool split)
{
	unsigned long end = (pfn | ((1ul << order) - 1)) + 1;
	enum pfn_tree_state state;

	pfn = ALIGN_DOWN(pfn, 1ul << order);
	if (pfn < shape->start || end > shape->start + shape->nr)
		return true;
	state = pfn_tree_state(&tree, pfn, order);
	if (state != flat_state(&flat, pfn, order))
		return false;
	if (state != PFN_TREE_TAKEN)
		return true;
	if (split)
		pfn_tree_split(&tree, pfn, order);
	else
		pfn_tree_give(&tree, pfn, order);
	flat_set(&flat, pfn, end, split);
	return true;
}

/* page_both(): page @pfn, in the shortest way where that is open. */
static bool page_both(unsigned long pfn)
{
	if (!page_given(pfn))
		return block_both(pfn, 0, false);
	if (flat_state(&flat, pfn, 0) != PFN_TREE_TAKEN ||
	    *flat_flag(&flat, pfn) == FLAT_FLAGGED)
		return false;
	flat_set(&flat, pfn, pfn + 1, false);
	return true;
}

/* take_blocks_both(): up to @max blocks of @order of the run around @pfn. */
static bool take_blocks_both(unsigned long pfn, unsigned int order,
			     unsigned int max)
{
	unsigned long unit = order < PFN_TREE_SHIFT ? 1 : WORD_PAGES;
	unsigned long first = ALIGN_DOWN(pfn, 64 * unit);
	bool flagged;
	uint64_t starts;

	ready(pfn, order);
	starts = pfn_tree_take_blocks(&tree, pfn, order, max, &flagged);
	if (unit == 1 && !flagged && *flat_flag(&flat, pfn) == FLAT_FLAGGED)
		return false;
	for (; starts; starts &= starts - 1, max--) {
		unsigned long at = first + lowest_bit(starts) * unit;

		if (!max || !flat_all(&flat, at, at + (1ul << order), false) ||
		    (unit > 1 && *flat_flag(&flat, at) == FLAT_FLAGGED))
			return false;
		flat_set_block(&flat, at, order);
		flat_set_flags(&flat, at, at + (1ul << order), FLAT_FLAGGED);
	}
	return true;
}

/* give_blocks_both(): those of @mask that are blocks of @order, of that run. */
static bool give_blocks_both(unsigned long pfn, unsigned int order,
			     uint64_t mask)
{
	unsigned long unit = order < PFN_TREE_SHIFT ? 1 : WORD_PAGES;
	unsigned long size = 1ul << order, first = ALIGN_DOWN(pfn, 64 * unit);

	for (unsigned int i = 0; i < 64; i++) {
		unsigned long at = first + i * unit;

		if (at % size || at < shape->start ||
		    at + size > shape->start + shape->nr ||
		    flat_state(&flat, at, order) != PFN_TREE_TAKEN)
			mask &= ~(1ull << i);
		else if (mask >> i & 1)
			flat_set(&flat, at, at + size, false);
	}
	pfn_tree_give_blocks(&tree, pfn, order, mask);
	return true;
}

/* set_flags_both(): of at most the words of a node; a word that is partly outside
 * the tree keeps its flag. */
static bool set_flags_both(unsigned long start, unsigned long end, bool flag)
{
	end = MIN(end, start + NODE1_PAGES);
	if (!flag) {
		start = ALIGN(start, WORD_PAGES);
		end = ALIGN_DOWN(end, WORD_PAGES);
	}
	pfn_tree_set_flags(&tree, start, end, flag);
	flat_set_flags(&flat, start, end, flag ? FLAT_FLAGGED : FLAT_CLEAR);
	return true;
}

/* reap_both(): all pages of tables that hold nothing. */
static bool reap_both(void)
{
	void *page;

	while ((page = pfn_tree_reap_tables(&tree)))
		drop_table_page(page);
	return true;
}

/* do_both(): one operation on tree and model; false: they answer differently. */
static bool do_both(const struct op *op)
{
	unsigned int order = (unsigned int)op->arg[3];
	unsigned long pfn = MIN(op->arg[0], shape->start + shape->nr - 1);
	bool odd = op->arg[4] & 1;

	switch (op->kind) {
	case TAKE:
		return take_both(op->arg[0], order);
	case GIVE:
	case SPLIT:
		return block_both(pfn, order, op->kind == SPLIT);
	case GIVE_PAGE:
		return page_both(pfn);
	case TAKE_BLOCKS:
		return take_blocks_both(pfn, order % 12, odd ? 3 : 64);
	case GIVE_BLOCKS:
		return give_blocks_both(pfn, order % 12, op->arg[4]);
	case SET_FLAGS:
		return set_flags_both(op->arg[0], op->arg[1], odd);
	case REAP:
		return reap_both();
	default:
		return set_both(op->kind, op->arg[0], op->arg[1]);
	}
}

/* same_flag(): what the model has flagged is flagged. */
static bool same_flag(uint64_t *seed)
{
	unsigned long pfn = random_pfn(seed);

	pfn = MIN(pfn, shape->start + shape->nr - 1);
	return *flat_flag(&flat, pfn) == FLAT_CLEAR ||
	       pfn_tree_flag(&tree, pfn);
}

/* step(): one operation, then all that can be asked. */
static bool step(const struct op *op)
{
	uint64_t seed = op->arg[2];

	if (!do_both(op))
		return false;
	pfn_tree_check(&tree);
	for (int i = 0; i < NR_QUERIES; i++)
		if (!same_search(&seed) || !same_flag(&seed))
			return false;
	return same_count(&seed) && flat_same(&flat, &tree);
}

static void test_every_shape_against_the_model(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(shapes); i++) {
		struct sequence seq = {
			.names = op_names, .nr_kinds = ARRAY_SIZE(op_names),
			.nr_ops = 40, .nr_seeds = shapes[i].nr_seeds,
			.start = start, .draw = draw, .step = step,
		};

		shape = &shapes[i];
		seq_check(&seq);
	}
}

/* A copy of what pfn_tree_each_written() visits, and how much that is. */
static char *visited;
static size_t nr_visited;

/* visit(): keep a piece of the tree's memory. */
static void visit(const void *mem, size_t size)
{
	size_t at = (size_t)((const char *)mem - (const char *)memory);

	assert_true(at + size <= pfn_tree_bytes(tree.start_pfn, tree.end_pfn));
	memcpy(visited + at, mem, size);
	nr_visited += size;
}

/* lose_all_else(): garbage takes the place of what isn't visited. */
static void lose_all_else(void)
{
	size_t bytes = pfn_tree_bytes(tree.start_pfn, tree.end_pfn);

	visited = malloc(bytes);
	assert_non_null(visited);
	memset(visited, HOST_GARBAGE, bytes);
	nr_visited = 0;
	pfn_tree_each_written(&tree, visit);
	memcpy(memory, visited, bytes);
	free(visited);
}

/* random_range(): some pages of the tree, often many. */
static void random_range(unsigned int *seed, unsigned long *lo,
			 unsigned long *hi)
{
	unsigned long pages = tree.end_pfn - tree.start_pfn;
	unsigned long most = pages >> (unsigned int)rand_r(seed) % 16;

	*lo = tree.start_pfn + (unsigned long)rand_r(seed) % pages;
	*hi = *lo + (unsigned long)rand_r(seed) % (most + 1);
	*hi = MIN(*hi, tree.end_pfn);
}

/* change_and_lose(): change the tree, losing what isn't visited in between. */
static void change_and_lose(unsigned int seed)
{
	for (int i = 0; i < 40; i++) {
		unsigned long lo, hi, free;

		random_range(&seed, &lo, &hi);
		if (i % 2)
			pfn_tree_claim(&tree, lo, hi);
		else
			pfn_tree_release(&tree, lo, hi);
		free = pfn_tree_count(&tree, 0, LAST_PFN, NULL);
		lose_all_else();
		pfn_tree_check(&tree);
		assert_int_equal(pfn_tree_count(&tree, 0, LAST_PFN, NULL),
				 free);
	}
}

static void test_what_is_visited_is_all_that_is_read(void **state)
{
	static const unsigned long pages[] = {
		1, WORD_PAGES, NODE1_PAGES, 3 * NODE1_PAGES + 5, NODE2_PAGES,
		4 * NODE2_PAGES - 70,
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(pages); i++) {
		tree_init(0, pages[i]);
		change_and_lose(i + 1);
		tree_init(NODE1_PAGES + 77, NODE1_PAGES + 77 + pages[i]);
		change_and_lose(i + 7);
	}
}

/* Of a tree that is all free but for a page a small part is visited. */
static void test_visited_is_a_small_part(void **state)
{
	(void)state;
	tree_init(0, 64 * NODE2_PAGES);
	pfn_tree_release(&tree, 0, 64 * NODE2_PAGES);
	pfn_tree_claim(&tree, NODE2_PAGES + 1, NODE2_PAGES + 2);
	lose_all_else();
	assert_in_range(nr_visited, 1,
			pfn_tree_bytes(0, 64 * NODE2_PAGES) / 100);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, unit_reset, tree_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_all_taken_at_first),
		TEST(test_one_page),
		TEST(test_release_and_claim),
		TEST(test_release_and_claim_of_nothing),
		TEST(test_release_and_claim_again),
		TEST(test_outside_is_a_bug),
		TEST(test_find_is_naturally_aligned),
		TEST(test_find_the_lowest),
		TEST(test_find_between_limits),
		TEST(test_find_order_out_of_range),
		TEST(test_find_every_order),
		TEST(test_next_free_and_taken),
		TEST(test_next_taken_below_the_tree),
		TEST(test_find_run),
		TEST(test_find_run_between_limits),
		TEST(test_count_blocks),
		TEST(test_count_between_limits),
		TEST(test_size),
		TEST(test_cost_does_not_depend_on_size),
		TEST(test_check_sees_a_page_outside),
		TEST(test_check_sees_a_wrong_mask),
		TEST(test_check_sees_a_child_never_written),
		TEST(test_check_sees_a_child_outside),
		TEST(test_check_sees_a_stale_child_of_the_root),
		TEST(test_every_order_up_to_the_root),
		TEST(test_blocks_side_by_side),
		TEST(test_split),
		TEST(test_find_block_between_limits),
		TEST(test_tables_of_joins),
		TEST(test_tables_of_a_deep_tree),
		TEST(test_shortest_way),
		TEST(test_check_sees_wrong_marks),
		TEST(test_check_sees_pages_that_are_no_block),
		TEST(test_check_sees_a_word_that_is_not_plain),
		TEST(test_check_sees_joins_inside_a_block),
		TEST(test_check_says_where),
		TEST(test_flags),
		TEST(test_flags_of_what_is_claimed_and_given),
		TEST(test_what_is_visited_is_all_that_is_read),
		TEST(test_visited_is_a_small_part),
		TEST(test_every_shape_against_the_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
