/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Trees made by the tests: a list of memory nodes and reserved regions becomes a
 * blob, which the fixture then boots with (of_fixture.h).
 */
#ifndef TREE_FIXTURE_H
#define TREE_FIXTURE_H

#include "of_fixture.h"

/* Room for the largest tree here, for a tree without items, and for an item:
 * libfdt clears it all. */
#define TREE_MAX	((size_t)16 << 20)
#define TREE_MIN	((size_t)4 << 10)
#define ITEM_MAX	((size_t)256)

/* A node of a tree: memory, or a child of /reserved-memory. */
struct item {
	char name[32];		/* with its unit address */
	bool memory;		/* which of the two */
	uint64_t base, size;	/* its range; base 0: a dynamic region */
	uint32_t nid;		/* memory: its node */
	bool no_map, reusable;	/* reserved: its flags */
};

/* What a tree has besides; all zero: nothing. */
struct extras {
	uint64_t memreserve[4];	/* base and size of two; 0: none */
	uint32_t initrd[2];	/* start and end */
	uint64_t usable[2];	/* linux,usable-memory-range */
	uint64_t header[2];	/* linux,elfcorehdr */
	uint64_t scratch[2];	/* linux,kho-scratch */
	bool hotplug;		/* the first item is hotpluggable */
};

static struct extras extras;

static _Alignas(8) unsigned char tree[TREE_MAX];

/* put(): a call of fdt_sw that must go well. */
#define put(call)	assert_int_equal(fdt_##call, 0)

/* put_u64(): property @name of @nr two-cell numbers at @values. */
static inline void put_u64(const char *name, const uint64_t *values, int nr)
{
	fdt64_t cells[2];

	assert_true(nr <= 2);
	for (int i = 0; i < nr; i++)
		cells[i] = cpu_to_fdt64(values[i]);
	put(property(tree, name, cells, nr * (int)sizeof(*cells)));
}

/* put_cells(): two cells for an address and two for a size from here on. */
static inline void put_cells(void)
{
	put(property_u32(tree, "#address-cells", 2));
	put(property_u32(tree, "#size-cells", 2));
}

/* put_item(): one node. */
static inline void put_item(const struct item *item, bool hotplug)
{
	uint64_t reg[] = { item->base, item->size };

	put(begin_node(tree, item->name));
	if (item->base)
		put_u64("reg", reg, 2);
	else
		put_u64("size", reg + 1, 1);
	if (item->memory) {
		put(property_string(tree, "device_type", "memory"));
		put(property_u32(tree, "numa-node-id", item->nid));
		if (hotplug)
			put(property(tree, "hotpluggable", "", 0));
	}
	if (item->no_map)
		put(property(tree, "no-map", "", 0));
	if (item->reusable)
		put(property(tree, "reusable", "", 0));
	put(end_node(tree));
}

/* put_items(): those of @items that are memory, or those that aren't. */
static inline void put_items(const struct item *items, size_t nr, bool memory)
{
	for (size_t i = 0; i < nr; i++)
		if (items[i].memory == memory)
			put_item(&items[i], extras.hotplug && i == 0);
}

/* put_chosen(): the extras that /chosen has. */
static inline void put_chosen(void)
{
	put(begin_node(tree, "chosen"));
	if (extras.initrd[1]) {
		put(property_u32(tree, "linux,initrd-start", extras.initrd[0]));
		put(property_u32(tree, "linux,initrd-end", extras.initrd[1]));
	}
	if (extras.usable[1])
		put_u64("linux,usable-memory-range", extras.usable, 2);
	if (extras.header[1])
		put_u64("linux,elfcorehdr", extras.header, 2);
	if (extras.scratch[1])
		put_u64("linux,kho-scratch", extras.scratch, 2);
	put(end_node(tree));
}

/* make_tree(): a blob of @items in their order, and of the extras. */
static inline void make_tree(const struct item *items, size_t nr)
{
	put(create(tree, (int)MIN(TREE_MAX, TREE_MIN + nr * ITEM_MAX)));
	for (int i = 0; i < 4 && extras.memreserve[i + 1]; i += 2)
		put(add_reservemap_entry(tree, extras.memreserve[i],
					 extras.memreserve[i + 1]));
	put(finish_reservemap(tree));
	put(begin_node(tree, ""));
	put_cells();
	put_chosen();
	put_items(items, nr, true);
	put(begin_node(tree, "reserved-memory"));
	put_cells();
	put(property(tree, "ranges", "", 0));
	put_items(items, nr, false);
	put(end_node(tree));
	put(end_node(tree));
	put(finish(tree));
}

/* many(): @nr items, every other page of RAM; nodes 0, 3, 6 ... for memory. */
static inline struct item *many(size_t nr, bool memory)
{
	struct item *items = calloc(nr, sizeof(*items));

	assert_non_null(items);
	for (size_t i = 0; i < nr; i++) {
		items[i].memory = memory;
		items[i].base = FIXTURE_RAM + PAGE(0x1000 + 2 * i);
		items[i].size = PAGE_SIZE;
		items[i].nid = memory ? (uint32_t)(3 * (i % 100)) : 0;
		snprintf(items[i].name, sizeof(items[i].name), "%s@%zx",
			 memory ? "memory" : "region", i);
	}
	return items;
}

#endif
