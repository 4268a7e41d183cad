/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Regions that ask for room and leave the address to us: size, alignment, and
 * perhaps alloc-ranges, one of which the region must lie in. They are placed
 * after everything that has an address, the most demanding first, so that a
 * small one never takes the only place that a large one would fit.
 */
#include "numa.h"
#include "of_private.h"
#include "printk.h"

/* demanding_first(): larger alignment, then larger size, then by name. */
static int demanding_first(const struct of_claim *a, const struct of_claim *b)
{
	if (a->align != b->align)
		return a->align > b->align ? -1 : 1;
	if (a->size != b->size)
		return a->size > b->size ? -1 : 1;
	return of_claim_order(a, b);
}

/* find_in(): room for @claim in [@base, @base + @size); 0 where there is none. */
static phys_addr_t find_in(const struct of_claim *claim, phys_addr_t base,
			   phys_addr_t size)
{
	phys_addr_t end = base + size;

	return memblock_find_in_range_node(claim->size, claim->align, base,
					   end ? end : MEMBLOCK_ALLOC_ANYWHERE,
					   NUMA_NO_NODE);
}

/* find_place(): room for @claim in the first of its alloc-ranges that has some;
 * anywhere, where it names none. */
static phys_addr_t find_place(const struct of_claim *claim)
{
	phys_addr_t pa = 0;
	struct of_reg reg;

	if (!of_has(claim->node, OF_ALLOC_RANGES))
		return find_in(claim, 0, 0);
	of_reg_start(&reg, claim->node, OF_ALLOC_RANGES, claim->cells);
	while (!pa && of_reg_next(&reg))
		if (reg.size)
			pa = find_in(claim, reg.base, reg.size);
	return pa;
}

/* warn_unplaced(): name the size and each range that was tried. */
static void warn_unplaced(const struct of_claim *claim)
{
	struct of_reg reg;

	warn("W-RSV-UNPLACED",
	     "%s: no room for 0x%llx bytes at a multiple of 0x%llx %s; it has no memory",
	     claim->name, claim->size, claim->align,
	     of_has(claim->node, OF_ALLOC_RANGES) ? "in its alloc-ranges"
						 : "anywhere");
	of_reg_peek(&reg, claim->node, OF_ALLOC_RANGES, claim->cells);
	while (of_reg_next(&reg))
		if (reg.size)
			printk("of: %s: tried " RANGE "\n", claim->name,
			       reg.base, reg.base + (reg.size - 1));
}

void of_place_dynamic(struct of_claim *list)
{
	list = of_claim_sort(list, demanding_first);
	for (; list; list = list->next) {
		phys_addr_t pa = find_place(list);

		if (pa)
			of_must(memblock_reserve_owner(pa, list->size,
						       list->flags,
						       list->owner));
		else
			warn_unplaced(list);
	}
}
