/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pfn_tree: one bit a page, and a 64-ary tree above the bits that is written
 * only where it has to be. What it is and why: top of lib/mm/pfn_tree.c.
 */
#ifndef PFN_TREE_H
#define PFN_TREE_H

#include "bitops.h"

/* log2 of a node's children, and of the pages that a word of bits stands for. */
#define PFN_TREE_SHIFT		6

/* Levels at most: 6 bits each of a pfn of 52 (64-bit addresses, 4 KiB pages). */
#define PFN_TREE_MAX_LEVELS	9

/* Orders that a block can have: 0 to 6 x levels. */
#define PFN_TREE_MAX_ORDERS	(PFN_TREE_SHIFT * PFN_TREE_MAX_LEVELS + 1)

/* What a search returns where it finds nothing. */
#define PFN_NONE		(~0ul)

/* Tables of joins that are part of a tree, so that small ones need no others. */
#define PFN_TREE_OWN_TABLES	2

/* Alignment of a tree's memory: a table's size. */
#define PFN_TREE_ALIGN		(sizeof(uint64_t) << PFN_TREE_SHIFT)

/* A node of level 1 or more; of each word, bit c is child c's. */
struct pfn_node {
	union {
		uint64_t plain;		/* level 1: a word that is what it says, with
					   single pages only and without a flag */
		uint64_t written;	/* above: children whose marks are valid */
	};
	uint64_t flags;			/* level 1: words that the caller flagged */
	uint64_t whole;			/* children that make up an allocated block */
	uint64_t joined;		/* of these, not a block's first */
	uint64_t joins;			/* level 1: table of joins, and how many of its
					   words aren't 0; 0: there is none */
	uint64_t mask[];		/* by order k: child has a free block of it */
};

/* Where the nodes of one level are. */
struct pfn_tree_level {
	uintptr_t origin;		/* where node number 0 would be */
	size_t node_bytes;		/* of one node; level 0: of a word */
	unsigned long child_shift;	/* log2 of the pages of a child */
};

struct joins_table;
struct joins_page;

struct pfn_tree {
	unsigned long start_pfn;	/* first page that is covered */
	unsigned long end_pfn;		/* first page that isn't any more */
	unsigned int root;		/* level of the root, at least 1 */
	bool deep;			/* it is above level 2 */
	struct joins_table *own;	/* the tables that came with the tree */
	struct joins_table *spare;	/* tables that no node has, linked */
	struct joins_table *fresh;	/* and of the last page added, the first that
					   no node ever had; NULL: there is none */
	struct joins_page *pages;	/* pages of tables that were added */
	struct pfn_tree_level level[PFN_TREE_MAX_LEVELS]; /* 0: words of bits */
};

/* pfn_tree_bytes(): memory that a tree over [@start_pfn, @end_pfn) needs. */
size_t pfn_tree_bytes(unsigned long start_pfn, unsigned long end_pfn);

/*
 * pfn_tree_init(): @tree covers [@start_pfn, @end_pfn), not empty, in the
 * pfn_tree_bytes() at @mem, which may hold garbage and is aligned to
 * PFN_TREE_ALIGN. Every page is taken.
 */
void pfn_tree_init(struct pfn_tree *tree, void *mem, unsigned long start_pfn,
		   unsigned long end_pfn);

/*
 * pfn_tree_release(): every page of [@start, @end), inside the tree and in no
 * block, is free; words that are all of it have no flag, see pfn_tree_set_flags().
 * pfn_tree_claim(): every page of it is taken, a single page each; the words they
 * are in are flagged.
 * pfn_tree_give_range(), pfn_tree_take_range(): the same, and no flag changes.
 */
void pfn_tree_release(struct pfn_tree *tree, unsigned long start,
		      unsigned long end);
void pfn_tree_claim(struct pfn_tree *tree, unsigned long start,
		    unsigned long end);
void pfn_tree_give_range(struct pfn_tree *tree, unsigned long start,
			 unsigned long end);
void pfn_tree_take_range(struct pfn_tree *tree, unsigned long start,
			 unsigned long end);

/*
 * pfn_tree_find(): the lowest naturally aligned block of 1 << @order free pages
 * inside [@lo, @hi), or PFN_NONE.
 */
unsigned long pfn_tree_find(const struct pfn_tree *tree, unsigned int order,
			    unsigned long lo, unsigned long hi);

/* pfn_tree_next_free(): the first free page at or above @pfn, or end_pfn. */
unsigned long pfn_tree_next_free(const struct pfn_tree *tree,
				 unsigned long pfn);

/* pfn_tree_next_taken(): the first taken page at or above @pfn, or end_pfn. */
unsigned long pfn_tree_next_taken(const struct pfn_tree *tree,
				  unsigned long pfn);

/*
 * pfn_tree_find_run(): the lowest run of @nr free pages inside [@lo, @hi) that
 * begins at a multiple of @align pages, a power of two; or PFN_NONE.
 */
unsigned long pfn_tree_find_run(const struct pfn_tree *tree, unsigned long nr,
				unsigned long align, unsigned long lo,
				unsigned long hi);

/*
 * pfn_tree_take(): the naturally aligned block of 1 << @order pages at @pfn,
 * free until now, as pfn_tree_find() says, becomes taken as a block of that order.
 * Where pfn_tree_needs_table() says so, a page of tables must be added before.
 * pfn_tree_take_flagged(): the same of a single page, whose word is flagged then;
 * whether it was before.
 */
void pfn_tree_take(struct pfn_tree *tree, unsigned long pfn,
		   unsigned int order);
bool pfn_tree_take_flagged(struct pfn_tree *tree, unsigned long pfn);

/* What is known of a block. */
enum pfn_tree_state {
	PFN_TREE_TAKEN,		/* it was taken as just that block; or claimed, as
				   single pages are */
	PFN_TREE_FREE,		/* its first page is free */
	PFN_TREE_OTHER,		/* its first page was taken as part of another */
};

/* pfn_tree_state(): of the naturally aligned block of 1 << @order pages at @pfn,
 * inside the tree. */
enum pfn_tree_state pfn_tree_state(const struct pfn_tree *tree,
				   unsigned long pfn, unsigned int order);

/* pfn_tree_give(): the block, PFN_TREE_TAKEN, becomes free and merges with its
 * buddies. */
void pfn_tree_give(struct pfn_tree *tree, unsigned long pfn,
		   unsigned int order);

/* pfn_tree_split(): the block, PFN_TREE_TAKEN, is so many single pages now, taken
 * still. */
void pfn_tree_split(struct pfn_tree *tree, unsigned long pfn,
		    unsigned int order);

/* pfn_tree_find_block(): the first page in [@start, @end) that was taken as part
 * of a block of more than one, or PFN_NONE. */
unsigned long pfn_tree_find_block(const struct pfn_tree *tree,
				  unsigned long start, unsigned long end);

/*
 * pfn_tree_take_blocks(): take up to @max free blocks of @order, less than 12, of
 * those in the run that @pfn lies in: a word's 64 pages, for @order below 6, or a
 * node's 64 words, of which those with a flag are left alone. All words they lie
 * in are flagged; *@flagged gets whether the word was so before. Returns the blocks,
 * a bit each where it begins: of a page in the word, of a word in the node.
 * pfn_tree_give_blocks(): those of them in @starts become free; no flag changes.
 */
uint64_t pfn_tree_take_blocks(struct pfn_tree *tree, unsigned long pfn,
			      unsigned int order, unsigned int max,
			      bool *flagged);
void pfn_tree_give_blocks(struct pfn_tree *tree, unsigned long pfn,
			  unsigned int order, uint64_t starts);

/*
 * pfn_tree_set_flags(): set or clear the flag of every word that [@start, @end)
 * touches. Flags belong to the caller; a word starts without one where it is
 * first written as part of something all free, with one otherwise.
 * pfn_tree_flag_words(): the same of those in @words, of the node's 64 words of
 * which @pfn's is one; pfn_tree_word() is that one.
 * pfn_tree_flag(): the flag of page @pfn's word.
 */
void pfn_tree_set_flags(struct pfn_tree *tree, unsigned long start,
			unsigned long end, bool flag);
static inline uint64_t pfn_tree_word(unsigned long pfn)
{
	return 1ull << (pfn >> PFN_TREE_SHIFT & 63);
}
void pfn_tree_flag_words(struct pfn_tree *tree, unsigned long pfn,
			 uint64_t words, bool flag);
bool pfn_tree_flag(const struct pfn_tree *tree, unsigned long pfn);

/* pfn_tree_free_word(): all pages of page @pfn's word are free; of it or of its node
 * something was given just now, so that this one is what it says. */
bool pfn_tree_free_word(const struct pfn_tree *tree, unsigned long pfn);

/*
 * pfn_tree_needs_table(): taking a block of several pages, fewer than a word's,
 * at @pfn needs a table of joins where there is none.
 * pfn_tree_add_tables(): @page, page-aligned memory of 4 KiB, is the tree's; it
 * makes several tables.
 * pfn_tree_reap_tables(): gets a page back of which nothing is in use; NULL: none.
 * pfn_tree_next_tables(): the page that was added before @page, the last one for
 * NULL; NULL: there is none.
 */
bool pfn_tree_needs_table(const struct pfn_tree *tree, unsigned long pfn);
void pfn_tree_add_tables(struct pfn_tree *tree, void *page);
void *pfn_tree_reap_tables(struct pfn_tree *tree);
const void *pfn_tree_next_tables(const struct pfn_tree *tree, const void *page);

/* pfn_tree_table_pages(): pages of tables that a tree over so many pages can come
 * to need at most. */
unsigned long pfn_tree_table_pages(unsigned long start_pfn,
				   unsigned long end_pfn);

/*
 * pfn_tree_count(): the free pages of [@lo, @hi); @blocks, where given, gets how
 * many blocks of each order a buddy allocator would keep them as.
 */
unsigned long pfn_tree_count(const struct pfn_tree *tree, unsigned long lo,
			     unsigned long hi,
			     unsigned long blocks[PFN_TREE_MAX_ORDERS]);

/*
 * pfn_tree_each_written(): calls @fn for the pieces of the tree's memory that
 * hold all that is ever read of it as it is now; they have also been written.
 */
void pfn_tree_each_written(const struct pfn_tree *tree,
			   void (*fn)(const void *mem, size_t size));

/* pfn_tree_check(): panics where an invariant of the tree doesn't hold. */
void pfn_tree_check(const struct pfn_tree *tree);

/* pfn_tree_raise(): page @pfn became free, which makes its word have a block of
 * @order, of which its node doesn't know. */
void pfn_tree_raise(struct pfn_tree *tree, unsigned long pfn,
		    unsigned int order);

/* What pfn_tree_give_page() says else than an order. */
#define PFN_TREE_REFUSED	(-2)	/* nothing changed: look closer */
#define PFN_TREE_DONE		(-1)	/* the page is free */

/* pfn_tree_mixed_above(): the nodes from the root's children down to that of level
 * 2 at @pfn are neither all free nor all taken there, so that the one of level 1
 * is what it says. */
static inline bool pfn_tree_mixed_above(const struct pfn_tree *tree,
					unsigned long pfn)
{
	const struct pfn_tree_level *l = &tree->level[tree->root - 1];

	for (; l > &tree->level[1]; l--) {
		unsigned long child = pfn >> l->child_shift;
		const struct pfn_node *node = (const struct pfn_node *)
			(l->origin + (child >> PFN_TREE_SHIFT) * l->node_bytes);

		if (!((node->mask[0] & ~node->mask[l->child_shift]) >>
		      (child & 63) & 1))
			return false;
	}
	return true;
}

/* pfn_tree_merge_page(): page @pfn is free, @taken is what is so of its word now:
 * the order of the block that it merges into, if @node, of level 1, doesn't know of
 * one in that word; else PFN_TREE_DONE. */
static inline int pfn_tree_merge_page(const struct pfn_node *node,
				      unsigned long pfn, uint64_t taken)
{
	int order;

	/* Unrolled, each round has its shifts and its masks as constants. */
#pragma GCC unroll 6
	for (order = 0; order < PFN_TREE_SHIFT; order++) {
		unsigned long buddy = (pfn & -(1ul << order)) ^ 1ul << order;
		uint64_t known = node->mask[order];

		if (taken >> (buddy & 63) & run_bits((unsigned int)order))
			return known >> (pfn >> PFN_TREE_SHIFT & 63) & 1
			       ? PFN_TREE_DONE : order;
	}
	return order;
}

/*
 * pfn_tree_give_page(): the shortest way for page @pfn, inside the tree. Where its
 * word is plain and the page taken, it becomes free, and if an order is returned,
 * pfn_tree_raise() is still to be told of it. @deep is tree->deep, for a caller to
 * have two of it, of which one is shorter.
 */
static inline int pfn_tree_give_page(struct pfn_tree *tree, unsigned long pfn,
				     bool deep)
{
	const struct pfn_tree_level *l = tree->level;
	const struct pfn_node *node = (const struct pfn_node *)
		(l[1].origin + (pfn >> 2 * PFN_TREE_SHIFT) * l[1].node_bytes);
	uint64_t *word = (uint64_t *)l->origin + (pfn >> PFN_TREE_SHIFT);
	uint64_t bit = 1ull << (pfn & 63), taken = *word;

	if (deep && !pfn_tree_mixed_above(tree, pfn))
		return PFN_TREE_REFUSED;
	if (!(node->plain >> (pfn >> PFN_TREE_SHIFT & 63) & 1) ||
	    !(taken & bit))
		return PFN_TREE_REFUSED;
	*word = taken ^ bit;
	return pfn_tree_merge_page(node, pfn, taken ^ bit);
}

#endif
