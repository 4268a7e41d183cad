/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot loader's part. Most trees in a kernel's sources leave memory empty:
 * how much is fitted is known to the boot loader alone, which writes it into the
 * tree on its way to us. Here the command line does.
 */
#include <libfdt.h>
#include <stdlib.h>

#include "tool.h"

/* What a node, its name and its two properties add to a blob at most. */
#define NODE_ROOM 256

/* What a root's cells are where it doesn't say (specification, 2.3.5). */
#define DEFAULT_ADDRESS_CELLS	2
#define DEFAULT_SIZE_CELLS	1

/* root_cells(): the root's property @name, 1 or 2; 0 where it is neither. */
static int root_cells(const void *fdt, const char *name, int missing)
{
	int len;
	const fdt32_t *cell = fdt_getprop(fdt, 0, name, &len);
	uint32_t value;

	if (!cell)
		return missing;
	value = len == sizeof(*cell) ? fdt32_ld(cell) : 0;
	return value == 1 || value == 2 ? (int)value : 0;
}

/* append(): @value as @cells cells to @node's reg. */
static int append(void *fdt, int node, int cells, phys_addr_t value)
{
	if (cells == 2)
		return fdt_appendprop_u64(fdt, node, "reg", value);
	if (cells != 1 || value >> 32)
		return -FDT_ERR_BADNCELLS;
	return fdt_appendprop_u32(fdt, node, "reg", (uint32_t)value);
}

/* add_node(): the memory node, behind all others that are there. */
static int add_node(const struct options *options, void *fdt)
{
	int address = root_cells(fdt, "#address-cells", DEFAULT_ADDRESS_CELLS);
	int size = root_cells(fdt, "#size-cells", DEFAULT_SIZE_CELLS);
	int node, err;

	node = fdt_add_subnode(fdt, 0, "memory@boot-loader");
	if (node < 0)
		return node;
	err = fdt_setprop_string(fdt, node, "device_type", "memory");
	if (!err)
		err = append(fdt, node, address, options->memory);
	return err ? err : append(fdt, node, size, options->memory_size);
}

bool patch_memory(const struct options *options, struct blob *blob)
{
	size_t size = blob->size + NODE_ROOM;
	void *fdt = malloc(size);

	if (!fdt || fdt_open_into(blob->data, fdt, (int)size) ||
	    add_node(options, fdt)) {
		free(fdt);
		return false;
	}
	free(blob->data);
	blob->data = fdt;
	blob->size = size;
	return true;
}
