/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes into what a tree says. Addresses come from a palette of places at which
 * things go wrong: both ends of the address space, borders of pages, of large
 * leaves and of zones, the reach of page tables and of the CPU; many are close to
 * one that was used before, so that ranges touch, overlap and leave small gaps.
 */
#include "tree_spec.h"

#include <stdio.h>
#include <string.h>

/* The tree's numbers for nodes: dense, sparse, and the largest. */
static const uint32_t nids[] = { 0, 1, 2, 7, 65535, UINT32_MAX };

const char *const spec_memory_names[SPEC_MAX_MEMORY] = {
	"memory@0", "memory@1", "memory@2", "memory@3",
	"memory@4", "memory@5", "memory@6", "memory@7",
};

const char *const spec_region_names[SPEC_MAX_REGIONS] = {
	"region@0", "region@1", "region@2", "region@3",
	"region@4", "region@5", "region@6", "region@7",
	"region@8", "region@9", "region@a", "region@b",
	"region@c", "region@d", "region@e", "region@f",
};

/* The address used last. */
static uint64_t last_address;

/* places[]: bases of the palette. */
static const uint64_t places[] = {
	0, 0x80000000, 0x80200000, 0x100000000, 0x40000000, 0x4000000000,
	0x800000000000, 0x100000000000000, 0xfffffffffffff000, 0x8000000000,
	0xfff00000, 0x100000, 0xfffffffffff000, 0x10000000000000,
};

/* distance(): a signed number that is small, or pages, or large leaves. */
static uint64_t distance(struct bytes *bytes)
{
	static const unsigned int shifts[] = { 0, 12, 12, 12, 16, 21, 21, 30 };
	unsigned int shift = shifts[below(bytes, 8)];

	return (uint64_t)(int64_t)(int8_t)byte(bytes) << shift;
}

/* fit(): @value as @cells cells hold it. */
static uint64_t fit(uint64_t value, unsigned int cells)
{
	return cells == 1 ? (uint32_t)value : value;
}

/* address(): an address; near the last one, near a place, or any. */
static uint64_t address(const struct spec *spec, struct bytes *bytes)
{
	unsigned int how = byte(bytes);
	uint64_t base;

	if (how < 96)
		base = last_address + distance(bytes);
	else if (how < 250)
		base = places[how % ARRAY_SIZE(places)] + distance(bytes);
	else
		base = number(bytes, 8);
	last_address = fit(base, spec_address_cells(spec));
	return last_address;
}

/* length(): of a range: pages, mostly; bytes; all there is. */
static uint64_t length(const struct spec *spec, struct bytes *bytes)
{
	static const unsigned int shifts[] = {
		12, 12, 16, 20, 21, 24, 28, 30, 0, 34, 40, 56
	};
	unsigned int how = byte(bytes);
	uint64_t size = number(bytes, 1);

	if (how < 240)
		size <<= shifts[how % ARRAY_SIZE(shifts)];
	else
		size = how & 1 ? -size : number(bytes, 8);
	return fit(size, spec_size_cells(spec));
}

/* range(): one entry of a reg; what is added next is likely to be behind it. */
static struct spec_range range(const struct spec *spec, struct bytes *bytes)
{
	struct spec_range r;

	r.base = address(spec, bytes);
	r.size = length(spec, bytes);
	last_address = fit(r.base + r.size, spec_address_cells(spec));
	return r;
}

/* ranges(): up to SPEC_MAX_RANGES of them into @at; how many. */
static unsigned int ranges(const struct spec *spec, struct bytes *bytes,
			   unsigned int nr, struct spec_range *at)
{
	for (unsigned int i = 0; i < nr; i++)
		at[i] = range(spec, bytes);
	return nr;
}

/* read_memory(): a memory node. */
static void read_memory(const struct spec *spec, struct spec_memory *m,
			struct bytes *bytes)
{
	unsigned int flags = byte(bytes);

	m->has_nid = flags & 1;
	m->nid = nids[below(bytes, ARRAY_SIZE(nids))];
	m->disabled = (flags >> 1 & 7) == 7;
	m->hotplug = (flags >> 4 & 3) == 3;
	m->usable = flags >> 6 == 3;
	m->ragged = flags >> 6 == 2 ? 4 : 0;
	m->nr_ranges = ranges(spec, bytes, below(bytes, SPEC_MAX_RANGES + 1),
			      m->range);
}

/* read_region(): a child of /reserved-memory. */
static void read_region(const struct spec *spec, struct spec_region *r,
			struct bytes *bytes)
{
	unsigned int flags = byte(bytes);

	r->no_map = flags & 1;
	r->reusable = flags & 2;
	r->disabled = (flags >> 2 & 7) == 7;
	r->dynamic = flags & 0x20;
	r->ragged = flags >> 6 == 3 ? 4 : 0;
	if (flags & 0x20) {
		r->size = length(spec, bytes);
		r->align = fit(below(bytes, 2)
			       ? (uint64_t)1 << below(bytes, 40) : 0,
			       spec_size_cells(spec));
		r->nr_where = ranges(spec, bytes, below(bytes, 3), r->where);
	}
	if (!r->dynamic || flags >> 6 == 1)
		r->nr_ranges = ranges(spec, bytes,
				      below(bytes, SPEC_MAX_RANGES), r->range);
}

/* read_chosen(): initrd, what a crash kernel gets, limits. */
static void read_chosen(struct spec *spec, struct bytes *bytes)
{
	unsigned int flags = byte(bytes);

	if (flags & 1)
		spec->initrd = range(spec, bytes);
	if (flags & 2)
		spec->elfcorehdr = range(spec, bytes);
	if ((flags & 0x1c) == 0x1c)
		spec->nr_keep = ranges(spec, bytes, 1 + below(bytes, 3),
				       spec->keep);
	spec->memblock_road = flags & 0x20;
	if ((flags & 0xc0) == 0xc0) {
		spec->mem = range(spec, bytes);
		spec->mem_at = spec->mem.size & 1;
	}
}

/* read_loader(): where the image and the blob are. */
static void read_loader(struct spec *spec, struct bytes *bytes)
{
	unsigned int flags = byte(bytes);

	if (flags & 1) {
		spec->image = range(spec, bytes);
		spec->image.base &= PHYS_ADDR_MAX >> 8 & PAGE_MASK;
		spec->image.size = 1 + spec->image.size % (1 << 20);
	}
	spec->has_dtb = flags & 2;
	if (spec->has_dtb)
		spec->dtb = address(spec, bytes) &
			    (PHYS_ADDR_MAX >> 8 & ~(uint64_t)7);
}

/* write_args(): the boot arguments that @spec asks for. */
static void write_args(struct spec *spec)
{
	int n = snprintf(spec->args, sizeof(spec->args), "%s",
			 spec->memblock_road ? "early=memblock" : "");

	if (!spec->mem.size)
		return;
	n += snprintf(spec->args + n, sizeof(spec->args) - (size_t)n,
		      " mem=0x%llx", (phys_addr_t)spec->mem.size);
	if (spec->mem_at)
		snprintf(spec->args + n, sizeof(spec->args) - (size_t)n,
			 "@0x%llx", (phys_addr_t)spec->mem.base);
}

unsigned int spec_address_cells(const struct spec *spec)
{
	return spec->address_cells ? spec->address_cells : 2;
}

unsigned int spec_size_cells(const struct spec *spec)
{
	return spec->size_cells ? spec->size_cells : 1;
}

void spec_read(struct spec *spec, struct bytes *bytes)
{
	static const struct {
		unsigned int address, size;
	} cells[] = { { 2, 2 }, { 2, 2 }, { 2, 2 }, { 1, 1 }, { 2, 1 }, { 1, 2 },
		      { 0, 0 }, { 0, 2 } };
	unsigned int how = below(bytes, ARRAY_SIZE(cells));

	memset(spec, 0, sizeof(*spec));
	spec->address_cells = cells[how].address;
	spec->size_cells = cells[how].size;
	last_address = 0x80000000;
	spec->nr_memory = below(bytes, SPEC_MAX_MEMORY + 1);
	for (unsigned int i = 0; i < spec->nr_memory; i++)
		read_memory(spec, &spec->memory[i], bytes);
	spec->nr_regions = below(bytes, SPEC_MAX_REGIONS + 1);
	for (unsigned int i = 0; i < spec->nr_regions; i++)
		read_region(spec, &spec->region[i], bytes);
	spec->nr_memreserve = ranges(spec, bytes,
				     below(bytes, SPEC_MAX_MEMRESERVE),
				     spec->memreserve);
	read_chosen(spec, bytes);
	read_loader(spec, bytes);
	write_args(spec);
}
