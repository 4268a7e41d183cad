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

struct pfn_tree {
	unsigned long start_pfn;	/* first page that is covered */
	unsigned long end_pfn;		/* first page that isn't any more */
	unsigned int root;		/* level of the root, at least 1 */
	uint64_t *level[PFN_TREE_MAX_LEVELS]; /* [0] words of bits, [1..] nodes */
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

/* pfn_tree_claim(): every page of [@start, @end), inside the tree, is taken. */
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
 * pfn_tree_count(): the free pages of [@lo, @hi); @blocks, where given, gets how
 * many blocks of each order a buddy allocator would keep them as.
 */
unsigned long pfn_tree_count(const struct pfn_tree *tree, unsigned long lo,
			     unsigned long hi,
			     unsigned long blocks[PFN_TREE_MAX_ORDERS]);

/* pfn_tree_check(): panics where an invariant of the tree doesn't hold. */
void pfn_tree_check(const struct pfn_tree *tree);

#endif
