/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A device tree before it is one: what the bytes of a fuzzer ask for
 * (tree_spec.c), what libfdt then makes a blob of (tree_build.c), and what the
 * oracle expects to come out (tree.c).
 */
#ifndef TREE_SPEC_H
#define TREE_SPEC_H

#include "bytes.h"
#include "types.h"

/* How much of anything a tree has at most. */
#define SPEC_MAX_MEMORY		8u
#define SPEC_MAX_REGIONS	16u
#define SPEC_MAX_RANGES		4u
#define SPEC_MAX_MEMRESERVE	4u

/* Room for the longest boot arguments. */
#define SPEC_ARGS_SIZE		128u

/* An entry of a reg. */
struct spec_range {
	uint64_t base, size;
};

/* A memory node. */
struct spec_memory {
	unsigned int nr_ranges;
	struct spec_range range[SPEC_MAX_RANGES];
	bool has_nid, disabled, hotplug;
	bool usable;		/* the ranges are linux,usable-memory; reg lies */
	uint32_t nid;
	unsigned int ragged;	/* bytes behind the last entry */
};

/* A child of /reserved-memory. */
struct spec_region {
	unsigned int nr_ranges;	/* of reg; 0: none */
	struct spec_range range[SPEC_MAX_RANGES];
	bool disabled, no_map, reusable;
	bool dynamic;		/* it asks for: */
	uint64_t size, align;	/* align 0: none given */
	unsigned int nr_where;	/* entries of alloc-ranges; 0: none */
	struct spec_range where[SPEC_MAX_RANGES];
	unsigned int ragged;
};

struct spec {
	unsigned int address_cells, size_cells;	/* of the root; 0: not said */
	unsigned int nr_memory;
	struct spec_memory memory[SPEC_MAX_MEMORY];
	unsigned int nr_regions;
	struct spec_region region[SPEC_MAX_REGIONS];
	unsigned int nr_memreserve;
	struct spec_range memreserve[SPEC_MAX_MEMRESERVE];
	struct spec_range initrd;		/* size 0: none */
	struct spec_range elfcorehdr;		/* size 0: none */
	unsigned int nr_keep;			/* linux,usable-memory-range */
	struct spec_range keep[SPEC_MAX_RANGES];
	struct spec_range image;		/* size 0: nowhere */
	bool has_dtb;				/* the loader puts it at dtb */
	uint64_t dtb;
	struct spec_range mem;			/* mem=; size 0: none */
	bool mem_at;				/* with a base */
	bool memblock_road;			/* early=memblock */
	char args[SPEC_ARGS_SIZE];		/* all boot arguments */
};

/* spec_read(): what @bytes ask for. Numbers fit into the cells there are. */
void spec_read(struct spec *spec, struct bytes *bytes);

/* spec_cells(): the root's cells for addresses and for sizes, the defaults where
 * it has none. */
unsigned int spec_address_cells(const struct spec *spec);
unsigned int spec_size_cells(const struct spec *spec);

/* The names of memory nodes and of regions. */
extern const char *const spec_memory_names[SPEC_MAX_MEMORY];
extern const char *const spec_region_names[SPEC_MAX_REGIONS];

/* spec_build(): @spec as a blob of at most @size bytes at @blob; how many it has. */
size_t spec_build(const struct spec *spec, void *blob, size_t size);

#endif
