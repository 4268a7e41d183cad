/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A spec as a blob, by libfdt's sequential writer.
 */
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>

#include "tree_spec.h"

/* The blob, its room, and the root's cells. */
static void *tree;
static unsigned int cells[2];

/* put(): a call of fdt_sw that must go well. */
#define put(call) do {							\
	if (fdt_##call)							\
		abort();						\
} while (0)

/* put_cells(): @value as @n cells at *@at, *@at moved behind them. */
static void put_cells(fdt32_t **at, uint64_t value, unsigned int n)
{
	if (n == 2)
		*(*at)++ = cpu_to_fdt32((uint32_t)(value >> 32));
	*(*at)++ = cpu_to_fdt32((uint32_t)value);
}

/* put_ranges(): property @name with @nr entries at @range, and @ragged bytes. */
static void put_ranges(const char *name, const struct spec_range *range,
		       unsigned int nr, unsigned int ragged)
{
	fdt32_t reg[4 * SPEC_MAX_RANGES + 1] = { 0 }, *at = reg;

	for (unsigned int i = 0; i < nr; i++) {
		put_cells(&at, range[i].base, cells[0]);
		put_cells(&at, range[i].size, cells[1]);
	}
	put(property(tree, name, reg,
		     (int)((char *)at - (char *)reg) + (int)ragged));
}

/* put_size(): property @name with one size. */
static void put_size(const char *name, uint64_t size)
{
	fdt32_t value[2], *at = value;

	put_cells(&at, size, cells[1]);
	put(property(tree, name, value, (int)((char *)at - (char *)value)));
}

/* put_flag(): property @name without a value, where @on. */
static void put_flag(const char *name, bool on)
{
	if (on)
		put(property(tree, name, "", 0));
}

/* put_counts(): #address-cells and #size-cells, where they are said. */
static void put_counts(unsigned int address, unsigned int size)
{
	if (address)
		put(property_u32(tree, "#address-cells", address));
	if (size)
		put(property_u32(tree, "#size-cells", size));
}

/* put_memory(): memory node @i. */
static void put_memory(const struct spec_memory *m, unsigned int i)
{
	static const struct spec_range lie = { 0x123000, 0x1000 };

	put(begin_node(tree, spec_memory_names[i]));
	put(property_string(tree, "device_type", "memory"));
	if (m->usable)
		put_ranges("reg", &lie, 1, 0);
	put_ranges(m->usable ? "linux,usable-memory" : "reg", m->range,
		   m->nr_ranges, m->ragged);
	if (m->has_nid)
		put(property_u32(tree, "numa-node-id", m->nid));
	if (m->disabled)
		put(property_string(tree, "status", "disabled"));
	put_flag("hotpluggable", m->hotplug);
	put(end_node(tree));
}

/* put_region(): child @i of /reserved-memory. */
static void put_region(const struct spec_region *r, unsigned int i)
{
	put(begin_node(tree, spec_region_names[i]));
	if (r->nr_ranges)
		put_ranges("reg", r->range, r->nr_ranges, r->ragged);
	if (r->dynamic)
		put_size("size", r->size);
	if (r->align)
		put_size("alignment", r->align);
	if (r->nr_where)
		put_ranges("alloc-ranges", r->where, r->nr_where, 0);
	put_flag("no-map", r->no_map);
	put_flag("reusable", r->reusable);
	if (r->disabled)
		put(property_string(tree, "status", "disabled"));
	put(end_node(tree));
}

/* put_address(): property @name, an address of two cells. */
static void put_address(const char *name, uint64_t pa)
{
	put(property_u64(tree, name, pa));
}

/* put_chosen(): /chosen. */
static void put_chosen(const struct spec *spec)
{
	put(begin_node(tree, "chosen"));
	if (spec->args[0])
		put(property_string(tree, "bootargs", spec->args));
	if (spec->initrd.size) {
		put_address("linux,initrd-start", spec->initrd.base);
		put_address("linux,initrd-end",
			    spec->initrd.base + spec->initrd.size);
	}
	if (spec->elfcorehdr.size)
		put_ranges("linux,elfcorehdr", &spec->elfcorehdr, 1, 0);
	if (spec->nr_keep)
		put_ranges("linux,usable-memory-range", spec->keep,
			   spec->nr_keep, 0);
	put(end_node(tree));
}

/* put_regions(): /reserved-memory, if it has children. */
static void put_regions(const struct spec *spec)
{
	if (!spec->nr_regions)
		return;
	put(begin_node(tree, "reserved-memory"));
	put_counts(spec->address_cells, spec->size_cells);
	put_flag("ranges", true);
	for (unsigned int i = 0; i < spec->nr_regions; i++)
		put_region(&spec->region[i], i);
	put(end_node(tree));
}

/* put_memreserve(): the reservation block; two zeros would be its end. */
static void put_memreserve(const struct spec *spec)
{
	for (unsigned int i = 0; i < spec->nr_memreserve; i++) {
		const struct spec_range *r = &spec->memreserve[i];

		if (r->base || r->size)
			put(add_reservemap_entry(tree, r->base, r->size));
	}
	put(finish_reservemap(tree));
}

size_t spec_build(const struct spec *spec, void *blob, size_t size)
{
	tree = blob;
	cells[0] = spec_address_cells(spec);
	cells[1] = spec_size_cells(spec);
	put(create_with_flags(tree, (int)size,
			      FDT_CREATE_FLAG_NO_NAME_DEDUP));
	put_memreserve(spec);
	put(begin_node(tree, ""));
	put_counts(spec->address_cells, spec->size_cells);
	put_chosen(spec);
	for (unsigned int i = 0; i < spec->nr_memory; i++)
		put_memory(&spec->memory[i], i);
	put_regions(spec);
	put(end_node(tree));
	put(finish(tree));
	return fdt_totalsize(tree);
}
