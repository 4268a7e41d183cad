/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pfn_tree: one bit a page, and a 64-ary tree above the bits that is written
 * only where it has to be. What it is and why: top of lib/mm/pfn_tree.c.
 */
#ifndef PFN_TREE_H
#define PFN_TREE_H

#include "types.h"

/* log2 of a node's children, and of the pages that a word of bits stands for. */
#define PFN_TREE_SHIFT		6

/* Levels at most: 6 bits each of a pfn of 52 (64-bit addresses, 4 KiB pages). */
#define PFN_TREE_MAX_LEVELS	9

/* Orders that a block can have: 0 to 6 x levels. */
#define PFN_TREE_MAX_ORDERS	(PFN_TREE_SHIFT * PFN_TREE_MAX_LEVELS + 1)

/* What a search returns where it finds nothing. */
#define PFN_NONE		(~0ul)

/* Where the nodes of one level are. */
struct pfn_tree_level {
	uintptr_t origin;		/* where node number 0 would be */
	size_t node_bytes;		/* of one node; level 0: of a word */
	unsigned long child_shift;	/* log2 of the pages of a child */
};

struct pfn_tree {
	unsigned long start_pfn;	/* first page that is covered */
	unsigned long end_pfn;		/* first page that isn't any more */
	unsigned int root;		/* level of the root, at least 1 */
	struct pfn_tree_level level[PFN_TREE_MAX_LEVELS]; /* 0: words of bits */
};

/* pfn_tree_bytes(): memory that a tree over [@start_pfn, @end_pfn) needs. */
size_t pfn_tree_bytes(unsigned long start_pfn, unsigned long end_pfn);

/*
 * pfn_tree_init(): @tree covers [@start_pfn, @end_pfn), not empty, in the
 * pfn_tree_bytes() at @mem, which may hold garbage. Every page is taken.
 */
void pfn_tree_init(struct pfn_tree *tree, void *mem, unsigned long start_pfn,
		   unsigned long end_pfn);

/* pfn_tree_release(): every page of [@start, @end), inside the tree, is free. */
void pfn_tree_release(struct pfn_tree *tree, unsigned long start,
		      unsigned long end);

/* pfn_tree_claim(): every page of [@start, @end), inside the tree, is taken; the
 * words they are in are flagged, see pfn_tree_set_flags(). */
void pfn_tree_claim(struct pfn_tree *tree, unsigned long start,
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
 * free until now, as pfn_tree_find() says, becomes taken.
 */
void pfn_tree_take(struct pfn_tree *tree, unsigned long pfn,
		   unsigned int order);

/* What pfn_tree_give() did. */
enum pfn_tree_result {
	PFN_TREE_FREED,		/* the block is free now */
	PFN_TREE_WAS_FREE,	/* a page of it was free already: no change */
	PFN_TREE_FLAGGED,	/* a word of it is flagged: no change */
};

/*
 * pfn_tree_give(): the naturally aligned block of 1 << @order pages at @pfn,
 * inside the tree, becomes free and merges with its buddies. Not where one of
 * its pages is free; nor, unless @flagged says that this is known, where a word
 * it lies in or is made of has a flag. Blocks of order 12 and more always have.
 */
enum pfn_tree_result pfn_tree_give(struct pfn_tree *tree, unsigned long pfn,
				   unsigned int order, bool flagged);

/*
 * pfn_tree_take_all(): all wholly free children of the node of @level (0: pages
 * of a word; 1: words of a node) at @pfn become taken, and are returned, a bit
 * each; *@unflagged gets those that are all taken now and had no flag. All of the
 * node's words, or that word, are flagged then.
 * pfn_tree_give_all(): its children @free, all taken, become free.
 */
uint64_t pfn_tree_take_all(struct pfn_tree *tree, unsigned long pfn,
			   unsigned int level, uint64_t *unflagged);
void pfn_tree_give_all(struct pfn_tree *tree, unsigned long pfn,
		       unsigned int level, uint64_t free);

/*
 * pfn_tree_set_flags(): set or clear the flag of every word that [@start, @end)
 * touches. Flags belong to the caller; a word starts without one where it is
 * first written as part of something all free, with one otherwise.
 */
void pfn_tree_set_flags(struct pfn_tree *tree, unsigned long start,
			unsigned long end, bool flag);

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

#endif
