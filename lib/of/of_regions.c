/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /reserved-memory: one child a region (specification, 3.5).
 *
 * A child with reg stands where it says, all entries of it; one with size alone
 * is placed later, by of_dynamic.c, when everything that has an address is
 * known. Its cells are those of /reserved-memory itself. Linux drops every
 * child where these differ from the root's or where ranges is missing; what
 * was to be protected would then be handed out, so here it is a warning only.
 *
 * Whoever uses a region points to it by memory-region; the names of these
 * devices go into its owner, and so into the report.
 */
#include <stdlib.h>
#include <string.h>

#include "brk.h"
#include "of_private.h"
#include "printk.h"

/* Room for the names of a region's users. */
#define USERS_SIZE	128

/* Pointers to no region that are looked into: each is a walk over the tree. */
#define LOST_MAX	64

/* A child of /reserved-memory. */
struct region {
	struct region *next;	/* the one before it in the file */
	uint32_t phandle;	/* what memory-region points to; 0: nothing */
	struct mem_owner owner;
	char *users;		/* the owner's users, USERS_SIZE bytes; or NULL */
	bool full;		/* no more of them fit */
};

/* Every region of the tree, and how many there are. */
static struct region *regions;
static size_t nr_regions;

/* memory-region entries that lead to none of them. */
static unsigned int nr_lost;

/* new_region(): @node's region, with an owner of kind @kind. */
static struct region *new_region(int node, const char *kind)
{
	struct region *region = brk_alloc_or_panic(sizeof(*region),
						   _Alignof(struct region),
						   "a reserved region");

	region->phandle = of_phandle(node);
	region->owner.kind = kind;
	region->owner.name = of_name(node);
	region->next = regions;
	regions = region;
	nr_regions++;
	return region;
}

/* describe(): what @node's flags make of its claim. */
static void describe(int node, struct of_claim *claim)
{
	const char *kind = "reserved";

	claim->rank = OF_RANK_RESERVED;
	if (of_has(node, OF_REUSABLE)) {
		kind = "reusable";
		claim->rank = OF_RANK_REUSABLE;
		claim->flags = MEMBLOCK_REUSABLE;
	}
	if (of_has(node, OF_NO_MAP)) {
		kind = "nomap";
		claim->rank = OF_RANK_NOMAP;
		claim->flags = MEMBLOCK_NOMAP;
	}
	if (of_has(node, OF_REUSABLE) && of_has(node, OF_NO_MAP))
		warn("W-RSV-NOMAP-REUSABLE",
		     "%s is no-map and reusable at once; no-map wins",
		     claim->name);
	claim->owner = &new_region(node, kind)->owner;
}

/* claim_static(): the entries of @claim's node's reg. */
static void claim_static(struct of_claim **claims, struct of_claim *claim,
			 struct of_cells cells)
{
	struct of_reg reg;

	if (of_has(claim->node, OF_SIZE))
		warn("W-RSV-REG-AND-SIZE",
		     "%s has reg and size; reg counts", claim->name);
	of_reg_start(&reg, claim->node, OF_REG, cells);
	while (of_reg_next(&reg)) {
		claim->base = reg.base;
		claim->size = reg.size;
		if (claim->size)
			of_claim_add(claims, claim);
		else
			warn("W-RSV-EMPTY",
			     "%s: the range at 0x%016llx is empty; nothing is reserved for it",
			     claim->name, claim->base);
	}
}

/* read_size(): @node's property @name, one number of @cells cells, of 0 cells 0;
 * @value stays where it has none. False where it has another length or is too
 * large. */
static bool read_size(int node, enum of_prop name, int cells,
		      phys_addr_t *value)
{
	int len;
	const fdt32_t *cell = of_property(node, name, &len);

	if (!cell)
		return true;
	return len == cells * (int)sizeof(*cell) &&
	       of_number(&cell, cells, value);
}

/* claim_dynamic(): @claim's node asks for room anywhere. */
static void claim_dynamic(struct of_claim **dynamic, struct of_claim *claim,
			  struct of_cells cells)
{
	claim->align = PAGE_SIZE;
	if (!read_size(claim->node, OF_SIZE, cells.size, &claim->size) ||
	    !claim->size || claim->size > (PHYS_ADDR_MAX & PAGE_MASK)) {
		warn("W-RSV-EMPTY",
		     "%s: size is 0 or no number of #size-cells cells; nothing is reserved for it",
		     claim->name);
	} else if (!read_size(claim->node, OF_ALIGNMENT, cells.size,
			      &claim->align) || !is_power_of_2(claim->align)) {
		warn("W-RSV-ALIGN",
		     "%s: alignment is no power of two of #size-cells cells; nothing is reserved for it",
		     claim->name);
	} else {
		claim->size = ALIGN(claim->size, PAGE_SIZE);
		claim->align = MAX(claim->align, PAGE_SIZE);
		of_claim_add(dynamic, claim);
	}
}

/* claim_child(): one child of /reserved-memory. */
static void claim_child(int node, struct of_cells cells,
			struct of_claim **claims, struct of_claim **dynamic)
{
	struct of_claim claim = {
		.name = of_name(node), .node = node, .cells = cells,
	};

	if (!of_available(node)) {
		printk("of: %s is disabled; nothing is reserved for it\n",
		       claim.name);
		return;
	}
	describe(node, &claim);
	if (of_has(node, OF_REG))
		claim_static(claims, &claim, cells);
	else if (of_has(node, OF_SIZE))
		claim_dynamic(dynamic, &claim, cells);
	else
		warn("W-RSV-NO-RANGE",
		     "%s has neither reg nor size; nothing is reserved for it",
		     claim.name);
}

/* check_parent(): say what is odd about the /reserved-memory node @parent. */
static void check_parent(int parent, struct of_cells cells)
{
	struct of_cells root = of_root_cells();
	int len = 0;

	if (!of_property(parent, OF_RANGES, &len))
		warn("W-RSV-PARENT",
		     "%s has no ranges; its children are honoured all the same",
		     of_name(parent));
	else if (len)
		warn("W-RSV-PARENT",
		     "%s has ranges that aren't empty; its children's addresses are taken as they stand",
		     of_name(parent));
	if (cells.address != root.address || cells.size != root.size)
		warn("W-RSV-PARENT",
		     "%s counts %d and %d cells, the root %d and %d; its children are read by its own",
		     of_name(parent), cells.address, cells.size, root.address,
		     root.size);
}

/* append_user(): one more name behind the others, or what says that there are
 * more. */
static void append_user(struct region *region, int node)
{
	static const char more[] = ", ...";
	size_t len = strlen(region->users);
	const char *name = of_name(node);

	region->full = len + 2 + strlen(name) + sizeof(more) > USERS_SIZE;
	if (region->full) {
		strcpy(region->users + len, more);
		return;
	}
	strcpy(region->users + len, ", ");
	strcpy(region->users + len + 2, name);
}

/* add_user(): @node uses @region. */
static void add_user(struct region *region, int node)
{
	if (region->full)
		return;
	if (region->users) {
		append_user(region, node);
		return;
	}
	region->users = brk_alloc_or_panic(USERS_SIZE, 1,
					   "users of a region");
	region->owner.users = region->users;
	strcpy(region->users, of_name(node));
}

/* by_phandle(): qsort()'s and bsearch()'s order. */
static int by_phandle(const void *a, const void *b)
{
	uint32_t x = (*(struct region *const *)a)->phandle;
	uint32_t y = (*(struct region *const *)b)->phandle;

	return (x > y) - (x < y);
}

/* sort_regions(): all regions by phandle, in an array. */
static struct region **sort_regions(void)
{
	struct region **sorted = brk_alloc_or_panic(
		nr_regions * sizeof(*sorted), _Alignof(struct region *),
		"the reserved regions");
	size_t nr = 0;

	for (struct region *r = regions; r; r = r->next)
		sorted[nr++] = r;
	qsort(sorted, nr, sizeof(*sorted), by_phandle);
	return sorted;
}

/* find_region(): the region that @phandle points to, or NULL. */
static struct region *find_region(struct region *const *sorted,
				  uint32_t phandle)
{
	struct region key = { .phandle = phandle }, *pointer = &key;
	struct region *const *found;

	if (!phandle)
		return NULL;
	found = bsearch(&pointer, sorted, nr_regions, sizeof(*sorted),
			by_phandle);
	return found ? *found : NULL;
}

/* check_user(): @node's memory-region points to no region of ours: to a disabled
 * one, or to nothing at all. */
static void check_user(int node, uint32_t phandle)
{
	if (++nr_lost > LOST_MAX)
		return;
	if (of_by_phandle(phandle) >= 0)
		printk("of: %s: memory-region 0x%x is no region in use\n",
		       of_name(node), phandle);
	else
		warn("W-RSV-USER",
		     "%s: memory-region 0x%x points to nothing; it has no memory",
		     of_name(node), phandle);
}

/* add_users_of(): note the regions that @node's memory-region points to. */
static void add_users_of(struct region *const *sorted, int node)
{
	int len;
	const fdt32_t *cell = of_property(node, OF_MEMORY_REGION,
					  &len);

	if (!cell || !of_available(node))
		return;
	for (; len >= (int)sizeof(*cell); len -= (int)sizeof(*cell), cell++) {
		struct region *region = find_region(sorted, fdt32_ld(cell));

		if (region)
			add_user(region, node);
		else
			check_user(node, fdt32_ld(cell));
	}
}

/* add_users(): every device's. */
static void add_users(void)
{
	struct region **sorted = sort_regions();

	nr_lost = 0;
	for (int node = OF_ROOT; node >= 0; node = of_next(node))
		add_users_of(sorted, node);
	if (nr_lost > LOST_MAX)
		warn("W-RSV-USER",
		     "%u more memory-region entries lead to no region in use",
		     nr_lost - LOST_MAX);
}

bool of_is_regions(int node)
{
	return of_named(node, "reserved-memory");
}

unsigned long of_count_regions(void)
{
	unsigned long nr = 0;
	int parent, node;

	of_for_each_child(parent, OF_ROOT) {
		struct of_cells cells;

		if (!of_is_regions(parent))
			continue;
		cells = of_cells(parent, of_root_cells());
		of_for_each_child(node, parent) {
			unsigned long n = of_count_entries(node, OF_REG, cells);

			nr += MAX(n, 1);
		}
	}
	return nr;
}

void of_claim_regions(struct of_claim **claims, struct of_claim **dynamic)
{
	int parent, node;

	regions = NULL;
	nr_regions = 0;
	of_for_each_child(parent, OF_ROOT) {
		struct of_cells cells;

		if (!of_is_regions(parent))
			continue;
		cells = of_cells(parent, of_root_cells());
		check_parent(parent, cells);
		of_for_each_child(node, parent)
			claim_child(node, cells, claims, dynamic);
	}
	add_users();
}
