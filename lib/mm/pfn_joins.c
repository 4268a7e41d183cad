/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables of joins: who has which.
 *
 * A node's `joins` is the table's address; its low bits, which the alignment
 * leaves free, count the words that aren't 0. So it is known at once when a table
 * isn't needed any more. All tables that no node has are on one list, linked by
 * their first words, and otherwise 0. A page of tables counts how many of its own
 * are in use, and can go when that is none.
 */
#include "pfn_joins.h"

#include <string.h>

#include "printk.h"

/* next_spare(): the word by which spare @table is linked. */
static struct joins_table *next_spare(const struct joins_table *table)
{
	return (struct joins_table *)(uintptr_t)table->word[0];
}

/* page_of(): the page that @table, not one of the tree's own, is part of; of its
 * own NULL. */
static struct joins_page *page_of(const struct pfn_tree *tree,
				  const struct joins_table *table)
{
	if ((uintptr_t)table - (uintptr_t)tree->own <
	    PFN_TREE_OWN_TABLES * sizeof(*table))
		return NULL;
	return (struct joins_page *)(uintptr_t)
	       ALIGN_DOWN((uintptr_t)table, PAGE_SIZE);
}

/* count_used(): @table's page has so many more in use. */
static void count_used(const struct pfn_tree *tree,
		       const struct joins_table *table, long more)
{
	struct joins_page *page = page_of(tree, table);

	if (page)
		page->nr_used += (unsigned long)more;
}

/* push(): @table, all 0, is spare. */
static void push(struct pfn_tree *tree, struct joins_table *table)
{
	table->word[0] = (uintptr_t)tree->spare;
	tree->spare = table;
}

/* clear_fresh(): the first fresh table, all 0, is fresh no more. */
static struct joins_table *clear_fresh(struct pfn_tree *tree)
{
	struct joins_table *table = tree->fresh++;

	if (!((uintptr_t)tree->fresh & ~PAGE_MASK))
		tree->fresh = NULL;
	return memset(table, 0, sizeof(*table));
}

/* pop(): a table, all 0, of those no node has; there is one. */
static struct joins_table *pop(struct pfn_tree *tree)
{
	struct joins_table *table = tree->spare;

	if (!table)
		return clear_fresh(tree);
	tree->spare = next_spare(table);
	table->word[0] = 0;
	return table;
}

void pfn_joins_init(struct pfn_tree *tree, struct joins_table *own)
{
	tree->own = own;
	tree->spare = tree->fresh = NULL;
	tree->pages = NULL;
	memset(own, 0, PFN_TREE_OWN_TABLES * sizeof(*own));
	for (unsigned int i = PFN_TREE_OWN_TABLES; i--;)
		push(tree, &own[i]);
}

void pfn_tree_add_tables(struct pfn_tree *tree, void *page)
{
	struct joins_page *head = page;

	head->next = tree->pages;
	head->nr_used = 0;
	tree->pages = head;
	while (tree->fresh)
		push(tree, clear_fresh(tree));
	tree->fresh = (struct joins_table *)page + 1;
}

/* unlink_spares(): none of @page's tables is spare. */
static void unlink_spares(struct pfn_tree *tree, const struct joins_page *page)
{
	struct joins_table *table = tree->spare, *next;

	if (page_of(tree, tree->fresh) == page)
		tree->fresh = NULL;
	tree->spare = NULL;
	for (; table; table = next) {
		next = next_spare(table);
		if (page_of(tree, table) != page)
			push(tree, table);
	}
}

void *pfn_tree_reap_tables(struct pfn_tree *tree)
{
	struct joins_page **link = &tree->pages, *page;

	while (*link && (*link)->nr_used)
		link = &(*link)->next;
	page = *link;
	if (page) {
		*link = page->next;
		unlink_spares(tree, page);
	}
	return page;
}

const void *pfn_tree_next_tables(const struct pfn_tree *tree, const void *page)
{
	return page ? ((const struct joins_page *)page)->next : tree->pages;
}

void pfn_joins_set(struct pfn_tree *tree, struct pfn_node *node,
		   unsigned int c, uint64_t bits)
{
	struct joins_table *table;

	if (!node->joins) {
		table = pop(tree);
		node->joins = (uintptr_t)table;
		count_used(tree, table, 1);
	}
	table = (struct joins_table *)(uintptr_t)
		ALIGN_DOWN(node->joins, PFN_TREE_ALIGN);
	node->joins += !table->word[c];
	table->word[c] |= bits;
	node->plain &= ~(1ull << c);
}

void pfn_joins_clear(struct pfn_tree *tree, struct pfn_node *node,
		     unsigned int c, uint64_t bits)
{
	struct joins_table *table = (struct joins_table *)(uintptr_t)
		ALIGN_DOWN(node->joins, PFN_TREE_ALIGN);

	table->word[c] &= ~bits;
	node->joins -= !table->word[c];
	if (node->joins == (uintptr_t)table) {
		node->joins = 0;
		count_used(tree, table, -1);
		push(tree, table);
	}
}

void pfn_joins_check(const struct pfn_tree *tree, unsigned long nr_used)
{
	unsigned long nr = PFN_TREE_OWN_TABLES, nr_spare = 0;

	for (const struct joins_page *p = tree->pages; p; p = p->next)
		nr += JOINS_TABLES;
	for (const struct joins_table *t = tree->spare; t; t = next_spare(t)) {
		for (unsigned int c = 1; c < ARRAY_SIZE(t->word); c++)
			BUG_ON(t->word[c], "pfn_tree: spare table %p has joins",
			       (const void *)t);
		nr_spare++;
	}
	if (tree->fresh)
		nr_spare += (PAGE_SIZE - ((uintptr_t)tree->fresh & ~PAGE_MASK)) /
			    sizeof(struct joins_table);
	BUG_ON(nr_spare + nr_used != nr,
	       "pfn_tree: of %lu tables of joins %lu are spare and %lu in use",
	       nr, nr_spare, nr_used);
}
