/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses and sizes made of cells.
 *
 * A reg is a list of entries, each an address of #address-cells and a size of
 * #size-cells 32-bit cells, most significant first; both numbers belong to the
 * node above (specification, 2.3.5 and 2.3.6). Any number of cells that libfdt
 * knows is read, as long as the value fits into 64 bits. An entry that doesn't
 * is refused alone, its neighbours stay; cells left over at the end are no
 * entry; a range that would go round at 2^64 ends there.
 */
#include "of_private.h"
#include "printk.h"

const struct of_cells of_default_cells = { .address = 2, .size = 1 };

/* cell_count(): @bus's property @name, @missing where it has none, -1 where it
 * is no number of cells. */
static int cell_count(int bus, enum of_prop name, int missing)
{
	uint32_t value;

	if (!of_has(bus, name))
		return missing;
	if (!of_u32(bus, name, &value) || value > FDT_MAX_NCELLS)
		return -1;
	return (int)value;
}

struct of_cells of_cells(int bus, struct of_cells fallback)
{
	return (struct of_cells){
		.address = cell_count(bus, OF_ADDRESS_CELLS, fallback.address),
		.size = cell_count(bus, OF_SIZE_CELLS, fallback.size),
	};
}

struct of_cells of_root_cells(void)
{
	return of_cells(OF_ROOT, of_default_cells);
}

bool of_number(const fdt32_t **cell, int n, phys_addr_t *value)
{
	bool fits = true;

	*value = 0;
	for (int i = 0; i < n; i++) {
		fits = fits && *value >> 32 == 0;
		*value = *value << 32 | fdt32_ld((*cell)++);
	}
	return fits;
}

/* count_entries(): whole entries in @len bytes; says what is left over. */
static int count_entries(const struct of_reg *it, int len)
{
	int bytes = (it->cells.address + it->cells.size) *
		    (int)sizeof(fdt32_t);

	if (len % bytes && !it->quiet)
		warn("W-REG-LENGTH",
		     "%s: %s has %d bytes, which is no multiple of %d; the %d whole entries are used",
		     of_name(it->node), of_prop_name(it->name), len, bytes, len / bytes);
	return len / bytes;
}

/* start(): @it is set up but for its entries; reads them where that can be. */
static void start(struct of_reg *it)
{
	int len;

	it->cell = of_property(it->node, it->name, &len);
	if (!it->cell)
		return;
	if (it->cells.address >= 1 && it->cells.size >= 0)
		it->left = count_entries(it, len);
	else if (!it->quiet)
		warn("W-REG-CELLS",
		     "%s: %s can't be read, #address-cells or #size-cells above it is not 1 to %d; all of it is ignored",
		     of_name(it->node), of_prop_name(it->name), FDT_MAX_NCELLS);
}

void of_reg_start(struct of_reg *it, int node, enum of_prop name,
		  struct of_cells cells)
{
	*it = (struct of_reg){ .node = node, .name = name, .cells = cells };
	start(it);
}

void of_reg_peek(struct of_reg *it, int node, enum of_prop name,
		 struct of_cells cells)
{
	*it = (struct of_reg){ .node = node, .name = name, .cells = cells,
			       .quiet = true };
	start(it);
}

unsigned long of_count_entries(int node, enum of_prop name,
			       struct of_cells cells)
{
	struct of_reg reg;

	of_reg_peek(&reg, node, name, cells);
	return (unsigned long)reg.left;
}

/* clamp(): an entry that passes 2^64 ends there. */
static void clamp(struct of_reg *it)
{
	if (!it->size || it->base + (it->size - 1) >= it->base)
		return;
	if (!it->quiet)
		warn("W-REG-WRAP",
		     "%s: %s 0x%016llx + 0x%llx passes 2^64; it is cut there",
		     of_name(it->node), of_prop_name(it->name), it->base, it->size);
	it->size = -it->base;
}

bool of_reg_next(struct of_reg *it)
{
	bool fits;

	while (it->left) {
		it->left--;
		fits = of_number(&it->cell, it->cells.address, &it->base);
		if (of_number(&it->cell, it->cells.size, &it->size) && fits) {
			clamp(it);
			return true;
		}
		if (!it->quiet)
			warn("W-REG-CELLS",
			     "%s: an entry of %s doesn't fit into 64 bits; it is ignored",
			     of_name(it->node), of_prop_name(it->name));
	}
	return false;
}
