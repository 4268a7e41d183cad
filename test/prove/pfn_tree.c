/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pfn_tree: each operation, from any valid state of a small tree, against what it
 * means for one page that may be any.
 *
 * The tree has one level above its words: the last three of a node of level 1,
 * which is the root, 192 pages in all. With -DDEEP it has two: a root, the last
 * two words of one node below it and the first two of the next. What a state is
 * valid by is the list at the top of lib/mm/pfn_tree.c, said here once more, flat.
 */
#include "prove.h"

#include "lib/base/bitops.c"
#include "lib/mm/pfn_joins.c"
#include "lib/mm/pfn_tree.c"

/* Where one node of level 1 ends and the next begins. */
#define BORDER	(1ul << span_shift(1))

/* Words of its tables, which are the first, and of a node's marks, which are before
 * its masks. */
#define TABLES	(2 * CHILDREN)
#define MARKS	5

/* The tree's pages, its words of bits, its levels above them, and the 64-bit words
 * that all of it takes. */
#ifdef DEEP
#define START	(BORDER - 2 * CHILDREN)
#define END	(BORDER + 2 * CHILDREN)
#define LEVELS	2
#define WORDS	(TABLES + 4 + 2 * (MARKS + 7) + MARKS + 13)
#else
#define START	(BORDER - 3 * CHILDREN)
#define END	BORDER
#define LEVELS	1
#define WORDS	(TABLES + 3 + MARKS + 7)
#endif
#define PAGES	(END - START)
#define NR_BITS	(PAGES / CHILDREN)

static struct pfn_tree tree;
static uint64_t words[WORDS] __attribute__((aligned(512)));

/* The parts of those words: the bits of 64 pages, the node that they are below,
 * which child of it they are, and the root. */
#define BITS(i)		words[TABLES + (i)]
#define NODE_OF(i)	((START / CHILDREN + (i)) / CHILDREN)
#define NODE(n)		(&words[TABLES + NR_BITS + (MARKS + 7) * (n) + MARKS])
#define CHILD_OF(i)	((START / CHILDREN + (i)) % CHILDREN)
#define ROOT		NODE(2)

/* child_says(): what @node of @level says of child @c: its largest block. */
static int child_says(const uint64_t *node, unsigned int level, unsigned int c)
{
	int largest = ORDER_NONE;

	for (int k = 0; k <= (int)child_order(level); k++)
		if (node[k] >> c & 1)
			largest = k;
	return largest;
}

/* child_sound(): where the masks of @node say that child @c has a block of an
 * order, they say so of all smaller ones. */
static bool child_sound(const uint64_t *node, unsigned int level,
			unsigned int c)
{
	bool sound = true;

	for (unsigned int k = 1; k <= child_order(level); k++)
		sound = sound && (!(node[k] >> c & 1) || (node[k - 1] >> c & 1));
	return sound;
}

/* word_valid(): what the node says of a word is what its bits say, but where it
 * is uniform, when they may be anything. */
static bool word_valid(unsigned int i)
{
	const uint64_t *node = NODE(NODE_OF(i));
	int says = child_says(node, 1, CHILD_OF(i));

	return child_sound(node, 1, CHILD_OF(i)) &&
	       (says == ORDER_NONE || says == PFN_TREE_SHIFT ||
		says == largest_run(~BITS(i)));
}

#ifdef DEEP
/* node_says(): what node @n's masks say of itself. */
static int node_says(unsigned int n)
{
	int largest = ORDER_NONE;

	for (int k = 0; k < PFN_TREE_SHIFT; k++)
		if (NODE(n)[k])
			largest = k;
	return NODE(n)[PFN_TREE_SHIFT]
	       ? PFN_TREE_SHIFT + largest_run(NODE(n)[PFN_TREE_SHIFT]) : largest;
}

/* node_valid(): what the root says of a node is what the node says. */
static bool node_valid(unsigned int n)
{
	return child_sound(ROOT, 2, n) &&
	       child_says(ROOT, 2, n) == node_says(n) &&
	       (ROOT[-MARKS] >> n & 1);
}

/* nodes_valid(): the nodes have no free page outside the tree, nor has the root,
 * and what it says of them is so. */
static bool nodes_valid(void)
{
	return !(NODE(0)[0] & ~(3ull << (CHILDREN - 2))) &&
	       !(NODE(1)[0] & ~3ull) && !(ROOT[0] & ~3ull) &&
	       node_valid(0) && node_valid(1);
}
#else
/* nodes_valid(): the root has no free page outside the tree. */
static bool nodes_valid(void)
{
	return !(NODE(0)[0] & ~(7ull << (CHILDREN - 3)));
}
#endif

/* valid(): the invariant. */
static bool valid(void)
{
	bool ok = nodes_valid();

	for (unsigned int i = 0; i < NR_BITS; i++)
		ok = ok && word_valid(i);
	return ok;
}

/* any_marks(): of node @n: any flags, no blocks, no word known to be plain. */
static void any_marks(unsigned int n)
{
	struct pfn_node *node = (struct pfn_node *)(NODE(n) - MARKS);

	if (n < 2)
		node->plain = 0;
	node->whole = node->joined = node->joins = 0;
}

/* any_tree(): any valid state, without blocks. */
static void any_tree(void)
{
	pfn_tree_init(&tree, words, START, END);
	ASSERT(tree.root == LEVELS && pfn_tree_bytes(START, END) == sizeof(words));
	for (unsigned int i = TABLES; i < WORDS; i++)
		words[i] = nondet_u64();
	for (unsigned int n = 0; n < (LEVELS > 1 ? 3 : 1); n++)
		any_marks(n);
	ASSUME(valid());
}

/* page_free(): page number @page of the tree is free, read from the node above its
 * word, or from the word where that one is mixed. */
static bool page_free(unsigned long page)
{
	unsigned int i = (unsigned int)(page / CHILDREN);
	int says = child_says(NODE(NODE_OF(i)), 1, CHILD_OF(i));

	if (says == ORDER_NONE || says == PFN_TREE_SHIFT)
		return says == PFN_TREE_SHIFT;
	return !(BITS(i) >> page % CHILDREN & 1);
}

/*
 * A new tree is valid, whatever was in its memory, and every page of it is taken.
 */
void tree_init_takes_all(void)
{
	unsigned long w = below(PAGES);

	for (unsigned int i = 0; i < WORDS; i++)
		words[i] = nondet_u64();
	pfn_tree_init(&tree, words, START, END);
	ASSERT(valid());
	ASSERT(!page_free(w));
	COVER(w == PAGES - 1);
}

/*
 * Claiming any pages makes exactly those taken, in any valid tree, which stays
 * valid: every mask on the way up says what is true now.
 */
void tree_claim_takes_exactly(void)
{
	unsigned long lo = below(PAGES + 1), hi = below(PAGES + 1);
	unsigned long w = below(PAGES);
	bool was;

	ASSUME(lo <= hi);
	any_tree();
	was = page_free(w);
	pfn_tree_claim(&tree, START + lo, START + hi);
	ASSERT(valid());
	ASSERT(page_free(w) == (was && (w < lo || w >= hi)));
	COVER(was && w < lo && lo % CHILDREN == 1 && hi == CHILDREN + 1);
}

/*
 * Releasing any pages makes exactly those free, in any valid tree, which stays
 * valid.
 */
void tree_release_frees_exactly(void)
{
	unsigned long lo = below(PAGES + 1), hi = below(PAGES + 1);
	unsigned long w = below(PAGES);
	bool was;

	ASSUME(lo <= hi);
	any_tree();
	was = page_free(w);
	pfn_tree_release(&tree, START + lo, START + hi);
	ASSERT(valid());
	ASSERT(page_free(w) == (was || (w >= lo && w < hi)));
	COVER(!was && w < lo && lo % CHILDREN == 1 && hi == CHILDREN + 1);
}
