/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which RAM there is: /memory into memblock.memory.
 *
 * A memory node is a child of the root whose device_type is "memory"
 * (specification, 3.4). One that is only named so is taken too, with a warning:
 * the property is easily forgotten, and the RAM is there. Its ranges stand in
 * reg, or in linux,usable-memory where an earlier kernel left less of it.
 *
 *	node b		      [=========]
 *	node a	    [==============]
 *	memblock    [aaaaaaaaaaaaaa][bbb]	the lower base wins
 *
 * Claims are sorted by address, then node, before any of them is added, so the
 * first of two that overlap is the same whatever the order in the file. Then
 * limits are applied, and what remains is rounded inwards to whole pages. Every
 * byte that gets lost on the way is in memblock.dropped with the reason.
 */
#include "of.h"

#include "machine.h"
#include "numa.h"
#include "of_private.h"
#include "printk.h"

/* Why bytes at the end of a bank are lost. */
static const struct mem_owner dropped_rounding = {
	.kind = "dropped", .name = "not a whole page",
};

/* What the memory nodes claimed, in address order. */
static struct of_claim *claims;

const struct of_claim *of_memory_claims(void)
{
	return claims;
}

enum of_prop of_memory_ranges(int node)
{
	return of_has(node, OF_USABLE_MEMORY) ? OF_USABLE_MEMORY : OF_REG;
}

/* describes_memory(): @node is a memory node, usable or not. */
static bool describes_memory(int node)
{
	if (of_has(node, OF_DEVICE_TYPE))
		return of_is(node, OF_DEVICE_TYPE, "memory");
	return of_named(node, "memory") && of_has(node, of_memory_ranges(node));
}

bool of_is_memory(int node)
{
	return describes_memory(node) && of_available(node);
}

/* check_node(): say what is odd about memory node @node. */
static void check_node(int node)
{
	if (!of_has(node, OF_DEVICE_TYPE))
		warn("W-MEM-DEVICE-TYPE",
		     "%s has no device_type; it is taken for memory by its name",
		     of_name(node));
	if (!of_has(node, of_memory_ranges(node)))
		warn("W-MEM-NO-REG", "%s has no reg; it adds no memory",
		     of_name(node));
}

/* claim_node(): the ranges of memory node @node. */
static void claim_node(int node)
{
	struct of_claim claim = {
		.name = of_name(node),
		.rank = of_memory_nid(node),
		.flags = of_has(node, OF_HOTPLUGGABLE) ? MEMBLOCK_HOTPLUG
						      : MEMBLOCK_NONE,
	};
	struct of_reg reg;

	of_reg_start(&reg, node, of_memory_ranges(node), of_root_cells());
	while (of_reg_next(&reg)) {
		claim.base = reg.base;
		claim.size = reg.size;
		if (claim.size)
			of_claim_add(&claims, &claim);
		else
			printk("of: %s: the range at 0x%016llx is empty\n",
			       claim.name, claim.base);
	}
}

/* collect(): the claims of all memory nodes, sorted. */
static void collect(void)
{
	int node;

	claims = NULL;
	of_for_each_child(node, OF_ROOT) {
		if (!describes_memory(node))
			continue;
		if (of_available(node)) {
			check_node(node);
			claim_node(node);
		} else {
			printk("of: %s is disabled and not used\n",
			       of_name(node));
		}
	}
	claims = of_claim_sort(claims, of_claim_order);
}

/* warn_overlap(): @b begins inside @a. */
static void warn_overlap(const struct of_claim *a, const struct of_claim *b)
{
	phys_addr_t last = MIN(of_claim_last(a), of_claim_last(b));

	if (a->rank == b->rank)
		warn("W-MEM-OVERLAP",
		     "%s and %s both claim " RANGE "; it is counted once",
		     a->name, b->name, b->base, last);
	else
		warn("W-MEM-OVERLAP",
		     "%s of node %u and %s of node %u both claim " RANGE "; it belongs to node %u",
		     a->name, node_hwid(a->rank), b->name, node_hwid(b->rank),
		     b->base, last, node_hwid(a->rank));
}

/* add_claims(): all claims into memblock, the first winning each overlap. */
static void add_claims(void)
{
	const struct of_claim *reach = NULL;	/* ends last so far */

	for (const struct of_claim *c = claims; c; c = c->next) {
		if (reach && c->base <= of_claim_last(reach))
			warn_overlap(reach, c);
		of_must(memblock_add_node(c->base, c->size, c->rank, c->flags));
		if (!reach || of_claim_last(c) > of_claim_last(reach))
			reach = c;
	}
}

/* warn_small(): name the regions that rounding leaves nothing of. */
static void warn_small(void)
{
	const struct memblock_region *r;

	for_each_mem_region(r) {
		phys_addr_t head = -r->base & (PAGE_SIZE - 1);

		if (r->size >= PAGE_SIZE && r->size - head >= PAGE_SIZE)
			continue;
		warn("W-MEM-SMALL",
		     "memory " RANGE " holds no whole page; it is dropped",
		     r->base, memblock_last(r));
	}
}

/* check_root_cells(): say so where the root leaves the cells to be guessed. */
static void check_root_cells(void)
{
	struct of_cells cells = of_root_cells();

	if (of_has(OF_ROOT, OF_ADDRESS_CELLS) && of_has(OF_ROOT, OF_SIZE_CELLS))
		return;
	warn("W-ROOT-CELLS",
	     "the root lacks #address-cells or #size-cells; %d and %d are taken",
	     cells.address, cells.size);
}

/* check_any(): the boot ends here where there is no memory, @when. */
static void check_any(const char *when)
{
	if (!memblock.memory.cnt)
		panic("no usable memory %s: the device tree at 0x%016llx needs a node memory@... below the root, with device_type and a reg that isn't empty",
		      when, machine.dtb);
}

/* count_ranges(): ranges of usable memory nodes, empty ones included. */
static unsigned long count_ranges(void)
{
	unsigned long nr = 0;
	int node;

	of_for_each_child(node, OF_ROOT)
		if (of_is_memory(node))
			nr += of_count_entries(node, of_memory_ranges(node),
					       of_root_cells());
	return nr;
}

void of_scan_memory(void)
{
	check_root_cells();
	of_brk_ensure(count_ranges() * OF_RANGE_BYTES);
	of_scan_numa();
	collect();
	add_claims();
	check_any("in any /memory node");
	of_limit_memory();
	warn_small();
	of_must(memblock_trim_memory(PAGE_SIZE, &dropped_rounding));
	check_any("left after the limits above");
}
