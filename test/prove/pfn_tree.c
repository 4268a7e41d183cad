/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pfn_tree: each operation, from any valid state of a small tree of two levels,
 * against what it means for one page that may be any.
 *
 * The tree covers the 128 pages before a border of two level-1 nodes and the 128
 * behind it: a root, two nodes, and two words below each. What a state is valid
 * by is the list at the top of lib/mm/pfn_tree.c, said here once more, flat.
 */
#include "prove.h"

#include "lib/base/bitops.c"
#include "lib/mm/pfn_tree.c"

/* The border, and the pages on either side of it. */
#define BORDER	(1ul << span_shift(1))
#define SIDE	(2ul * CHILDREN)
#define START	(BORDER - SIDE)
#define END	(BORDER + SIDE)

/* Words of the tree: bits, two nodes of level 1, the root. */
#define WORDS	(4 + 2 * 8 + 14)

static struct pfn_tree tree;
static uint64_t words[WORDS];

/* The parts of those words: the bits of 64 pages, a node, the root. */
#define BITS(i)	words[i]
#define NODE(i)	(&words[4 + 8 * (i)])
#define ROOT	(&words[4 + 2 * 8])

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

/* only(): no child of @node but those in @bits has a free page. */
static bool only(const uint64_t *node, uint64_t bits)
{
	return !(node[0] & ~bits);
}

/* word_valid(): what the node says of a word is what its bits say, but where it
 * is uniform, when they may be anything. */
static bool word_valid(unsigned int i)
{
	unsigned int c = i < 2 ? CHILDREN - 2 + i : i - 2;
	const uint64_t *node = NODE(i / 2);
	int says = child_says(node, 1, c);

	return child_sound(node, 1, c) &&
	       (says == ORDER_NONE || says == PFN_TREE_SHIFT ||
		says == largest_run(~BITS(i)));
}

/* node_valid(): what the root says of a node is what the node says. */
static bool node_valid(unsigned int i)
{
	return child_sound(ROOT, 2, i) &&
	       child_says(ROOT, 2, i) == largest_block(NODE(i), 1) &&
	       (ROOT[13] >> i & 1);
}

/* valid(): the invariant. */
static bool valid(void)
{
	bool ok = only(ROOT, 3) && only(NODE(0), 3ull << (CHILDREN - 2)) &&
		  only(NODE(1), 3);

	for (unsigned int i = 0; i < 4; i++)
		ok = ok && word_valid(i);
	for (unsigned int i = 0; i < 2; i++)
		ok = ok && node_valid(i);
	return ok;
}

/* any_tree(): any valid state. */
static void any_tree(void)
{
	pfn_tree_init(&tree, words, START, END);
	ASSERT(tree.root == 2 && pfn_tree_bytes(START, END) == sizeof(words));
	for (unsigned int i = 0; i < WORDS; i++)
		words[i] = nondet_u64();
	ASSUME(valid());
}

/* is_free(): page number @page of the tree is free, read from the node above its
 * word, or from the word where that one is mixed. */
static bool is_free(unsigned long page)
{
	unsigned int i = (unsigned int)(page / CHILDREN);
	unsigned int c = i < 2 ? CHILDREN - 2 + i : i - 2;
	int says = child_says(NODE(i / 2), 1, c);

	if (says == ORDER_NONE || says == PFN_TREE_SHIFT)
		return says == PFN_TREE_SHIFT;
	return !(BITS(i) >> page % CHILDREN & 1);
}

/*
 * A new tree is valid, whatever was in its memory, and every page of it is taken.
 */
void tree_init_takes_all(void)
{
	unsigned long w = below(2 * SIDE);

	for (unsigned int i = 0; i < WORDS; i++)
		words[i] = nondet_u64();
	pfn_tree_init(&tree, words, START, END);
	ASSERT(valid());
	ASSERT(!is_free(w));
	COVER(w == 2 * SIDE - 1);
}
