/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the CPU finds a device's registers.
 *
 * A reg is an address on the node's own bus. Each bus on the way to the root
 * says in ranges how its addresses look one bus further up (specification,
 * 2.3.8): empty means alike, no ranges at all means that they can't be reached
 * from there. The root's bus is the CPU's.
 */
#include "of_private.h"

/* A bus and the one above it, as far as ranges is concerned. */
struct window {
	phys_addr_t child;	/* where it begins on the bus */
	phys_addr_t parent;	/* where that is one bus further up */
	phys_addr_t size;	/* bytes */
};

/* read_window(): one entry of ranges; false where 64 bits don't hold it. All
 * its cells are consumed in any case. */
static bool read_window(const fdt32_t **cell, struct of_cells bus,
			struct of_cells above, struct window *w)
{
	bool child = of_number(cell, bus.address, &w->child);
	bool parent = of_number(cell, above.address, &w->parent);

	return of_number(cell, bus.size, &w->size) && child && parent;
}

/* map_up(): *@addr on @bus, whose addresses have cells, becomes the address on
 * @parent; false where no window of its ranges holds it. */
static bool map_up(int bus, int parent, phys_addr_t *addr)
{
	struct of_cells own = of_cells(bus, of_default_cells);
	struct of_cells above = of_cells(parent, of_default_cells);
	int len, entry = own.address + above.address + own.size;
	const fdt32_t *cell = of_property(bus, OF_RANGES, &len);
	struct window w;

	if (!cell || above.address < 1 || own.size < 0)
		return false;
	if (!len)
		return true;
	for (len /= entry * (int)sizeof(fdt32_t); len; len--) {
		if (!read_window(&cell, own, above, &w) ||
		    *addr < w.child || *addr - w.child >= w.size)
			continue;
		*addr = w.parent + (*addr - w.child);
		return true;
	}
	return false;
}

bool of_device_range(int node, unsigned int i, phys_addr_t *base,
		     phys_addr_t *size)
{
	int bus = of_parent(node);
	struct of_reg reg;

	if (bus < 0)
		return false;
	of_reg_start(&reg, node, OF_REG, of_cells(bus, of_default_cells));
	do
		if (!of_reg_next(&reg))
			return false;
	while (i-- > 0);
	*size = reg.size;
	while (bus != OF_ROOT) {
		int parent = of_parent(bus);

		if (!map_up(bus, parent, &reg.base))
			return false;
		bus = parent;
	}
	*base = reg.base;
	return true;
}
