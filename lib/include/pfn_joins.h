/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Joins: which pages of a word of a pfn_tree belong together, for words that have
 * blocks of more than one page. What a join is: top of lib/mm/pfn_tree.c.
 *
 * A node of level 1 gets a table, a bit for each of its pages, when the first such
 * block is taken in it, and has none any more when the last one is given back. A
 * tree comes with PFN_TREE_OWN_TABLES; what it needs more of is made of pages that
 * its user gives it and gets back.
 */
#ifndef PFN_JOINS_H
#define PFN_JOINS_H

#include "pfn_tree.h"

/* A node's joins: bit p of word c belongs to page p of its word c. */
struct joins_table {
	uint64_t word[1u << PFN_TREE_SHIFT];
};

/* The first so many bytes, a table's, of a page of tables. */
struct joins_page {
	struct joins_page *next;	/* another page of the same tree's */
	unsigned long nr_used;		/* its tables that nodes have */
};

/* Tables that a page makes, besides its head. */
#define JOINS_TABLES	(PAGE_SIZE / sizeof(struct joins_table) - 1)

/* pfn_joins_init(): @tree has the PFN_TREE_OWN_TABLES at @own and no more. */
void pfn_joins_init(struct pfn_tree *tree, struct joins_table *own);

/* pfn_joins_get(): the joins of word @c of level-1 @node. */
static inline uint64_t pfn_joins_get(const struct pfn_node *node,
				     unsigned int c)
{
	const struct joins_table *table = (const struct joins_table *)
		(uintptr_t)ALIGN_DOWN(node->joins, PFN_TREE_ALIGN);

	return table ? table->word[c] : 0;
}

/* pfn_joins_set(), pfn_joins_clear(): @bits, not 0, of that word are set, of which
 * none is; or cleared, of which all are set. To set, there is a spare table where
 * @node has none. */
void pfn_joins_set(struct pfn_tree *tree, struct pfn_node *node,
		   unsigned int c, uint64_t bits);
void pfn_joins_clear(struct pfn_tree *tree, struct pfn_node *node,
		     unsigned int c, uint64_t bits);

/* pfn_joins_check(): panics where @tree's tables aren't what they say, @nr_used of
 * them in use. */
void pfn_joins_check(const struct pfn_tree *tree, unsigned long nr_used);

#endif
