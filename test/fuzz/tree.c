/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes become a tree of memory, reservations, NUMA nodes and /chosen, the tree
 * boots, and what came out is held against sets of addresses made straight from
 * what the tree says:
 *
 *	claimed	    what memory nodes have
 *	kept	    of that, what the CPU reaches and nobody says not to use
 *	guarded	    the pages that somebody reserved, at a fixed address
 *
 * The oracle knows of no lists, ranks or allocators. It asks of the result: every
 * claimed byte is memory or dropped; dropped only what isn't kept or is no whole
 * page; nothing guarded is free, or anybody's but a reservation's; what is free is
 * exactly what of memory nobody holds, on the right node, and what the buddy
 * counts; regions without an address lie where they asked to. And a boot may end
 * early only where there may be no room for it.
 */
#include <string.h>

#include "arch.h"
#include "fuzz.h"
#include "gfp.h"
#include "machine.h"
#include "memblock.h"
#include "mmzone.h"
#include "range_set.h"
#include "tool.h"
#include "tree_spec.h"

/* Room for a blob. */
#define BLOB_SIZE	((size_t)16 << 10)

/* Bytes that a boot takes at most besides a bit a page of each node's span, of
 * which there are fewer than eight: a byte for eight pages each. */
#define BOOT_ROOM	((uint64_t)4 << 20)

/* Orders that are tried after the boot. */
#define NR_ORDERS	12u

/* What the tree says, as sets. */
static struct range_set claimed, kept, guarded;

/* Bytes at which something begins, and ranges of the tree that make a border. */
static struct range_set borders;

/* What came out: memblock's lists, and the pages that the maps have as free. */
static struct range_set memory, reserved, dropped, available;

/* last_of(): the last byte of @r, which isn't empty; cut at 2^64. */
static uint64_t last_of(const struct spec_range *r)
{
	return r->size - 1 > UINT64_MAX - r->base ? UINT64_MAX
						  : r->base + (r->size - 1);
}

/* guard(): the pages of @r are somebody's. */
static void guard(const struct spec_range *r)
{
	if (r->size)
		set_add_pages(&guarded, r->base, last_of(r));
}

/* claim_memory(): what @m claims; where it begins and ends is a border. */
static void claim_memory(const struct spec_memory *m)
{
	for (unsigned int i = 0; i < m->nr_ranges && !m->disabled; i++) {
		const struct spec_range *r = &m->range[i];

		if (!r->size)
			continue;
		set_add(&claimed, r->base, last_of(r));
		set_add_pages(&borders, r->base, r->base);
		set_add_pages(&borders, last_of(r), last_of(r));
	}
}

/* keep_ranges(): of kept only what is in the @nr ranges at @at; all of it where
 * they are empty. */
static void keep_ranges(const struct spec_range *at, unsigned int nr)
{
	static struct range_set keep;

	keep.nr = 0;
	for (unsigned int i = 0; i < nr; i++)
		if (at[i].size)
			set_add(&keep, at[i].base, last_of(&at[i]));
	if (keep.nr)
		set_keep(&kept, &keep);
}

/* keep_lowest(): of kept only the lowest @size bytes. */
static void keep_lowest(uint64_t size)
{
	for (unsigned int i = 0; i < kept.nr; i++) {
		uint64_t more = kept.at[i].last - kept.at[i].first;

		if (size - 1 <= more) {
			uint64_t last = kept.at[i].first + (size - 1);

			if (last != UINT64_MAX)
				set_remove(&kept, last + 1, UINT64_MAX);
			return;
		}
		size -= more + 1;
	}
}

/* limit_kept(): what the CPU, /chosen and mem= leave. */
static void limit_kept(const struct spec *spec)
{
	struct spec_range mem = spec->mem;

	set_remove(&kept, (uint64_t)1 << host.phys_bits, UINT64_MAX);
	keep_ranges(spec->keep, spec->nr_keep);
	mem.size &= PAGE_MASK;
	if (!mem.size)
		return;
	if (!spec->mem_at)
		keep_lowest(mem.size);
	else if (mem.size - 1 <= UINT64_MAX - mem.base)
		keep_ranges(&mem, 1);
}

/* guard_regions(): the children of /reserved-memory that have an address. */
static void guard_regions(const struct spec *spec)
{
	for (unsigned int i = 0; i < spec->nr_regions; i++)
		for (unsigned int k = 0; k < spec->region[i].nr_ranges; k++)
			if (!spec->region[i].disabled)
				guard(&spec->region[i].range[k]);
}

/* expect(): the sets that @spec, whose blob has @size bytes, comes to. */
static void expect(const struct spec *spec, size_t size)
{
	static const struct spec_range zero = { 0, PAGE_SIZE };

	claimed.nr = guarded.nr = borders.nr = 0;
	for (unsigned int i = 0; i < spec->nr_memory; i++)
		claim_memory(&spec->memory[i]);
	set_copy(&kept, &claimed);
	limit_kept(spec);
	guard(&zero);
	guard_regions(spec);
	for (unsigned int i = 0; i < spec->nr_memreserve; i++)
		guard(&spec->memreserve[i]);
	if (spec->initrd.base + spec->initrd.size > spec->initrd.base)
		guard(&spec->initrd);
	guard(&spec->elfcorehdr);
	guard(&spec->image);
	if (spec->has_dtb)
		guard(&(struct spec_range){ spec->dtb, size });
}

/* read_list(): memblock's list @type as a set. */
static void read_list(struct range_set *set, const struct memblock_type *type)
{
	const struct memblock_region *r;

	set->nr = 0;
	for_each_memblock_type(type, r) {
		if (set_meets(set, r->base, memblock_last(r)))
			fuzz_fail("memblock.%s has a byte twice", type->name);
		set_add(set, r->base, memblock_last(r));
	}
}

/* claims_page(): a memory node whose nid is @hwid claims some of that page; one
 * without an id is of node 0. */
static bool claims_page(const struct spec *spec, uint32_t hwid, uint64_t pa)
{
	for (unsigned int i = 0; i < spec->nr_memory; i++) {
		const struct spec_memory *m = &spec->memory[i];

		if (m->disabled || (m->has_nid ? m->nid : 0) != hwid)
			continue;
		for (unsigned int k = 0; k < m->nr_ranges; k++)
			if (m->range[k].size && m->range[k].base <= pa &&
			    last_of(&m->range[k]) >= pa)
				return true;
	}
	return false;
}

/* read_free(): what node @b->nid's map has as free. */
static void read_free(const struct spec *spec, const bootmem_data_t *b)
{
	unsigned long pfn = b->tree.start_pfn, end;

	while ((pfn = pfn_tree_next_free(&b->tree, pfn)) < b->tree.end_pfn) {
		uint64_t first = PFN_PHYS(pfn), last;

		end = pfn_tree_next_taken(&b->tree, pfn);
		last = PFN_PHYS(end) - 1;
		if (set_meets(&available, first, last))
			fuzz_fail("0x%llx is free twice", (phys_addr_t)first);
		if (!claims_page(spec, node_hwid(b->nid), first) ||
		    !claims_page(spec, node_hwid(b->nid), last))
			fuzz_fail("0x%llx to 0x%llx are free on node %u, which has no such memory",
			      (phys_addr_t)first, (phys_addr_t)last,
			      node_hwid(b->nid));
		set_add(&available, first, last);
		pfn = end;
	}
}

/* read_result(): memblock's lists and all maps. */
static void read_result(const struct spec *spec)
{
	read_list(&memory, &memblock.memory);
	read_list(&reserved, &memblock.reserved);
	read_list(&dropped, &memblock.dropped);
	available.nr = 0;
	for (bootmem_data_t *b = bdata_list; b; b = b->list)
		read_free(spec, b);
}

/* check_memory(): every claimed byte is memory or dropped, and only what has to
 * be is dropped. */
static void check_memory(void)
{
	static struct range_set set;

	set_copy(&set, &memory);
	for (unsigned int i = 0; i < dropped.nr; i++) {
		if (set_meets(&set, dropped.at[i].first, dropped.at[i].last))
			fuzz_fail("what is memory was dropped");
		set_add(&set, dropped.at[i].first, dropped.at[i].last);
	}
	if (!set_same(&set, &claimed))
		fuzz_fail("memory and what was dropped aren't what was claimed");
	if (!set_inside(&memory, &kept))
		fuzz_fail("memory that must not be used is used");
	set_remove_all(&kept, &borders);
	set_pages_in(&kept);
	if (!set_inside(&kept, &memory))
		fuzz_fail("whole pages of memory were dropped");
}

/* is_own(): @r is of what the boot itself takes: tables, maps, node data. */
static bool is_own(const struct memblock_region *r)
{
	return !strcmp(r->owner->kind, "bitmap") ||
	       !strcmp(r->owner->kind, "nodedata") ||
	       (!strcmp(r->owner->kind, "memblock") &&
		strcmp(r->owner->name, "rests of pages"));
}

/* is_dynamic(): @r was placed for a region that gives no address. */
static bool is_dynamic(const struct spec *spec, const struct memblock_region *r)
{
	for (unsigned int i = 0; i < spec->nr_regions; i++)
		if (!spec->region[i].nr_ranges && spec->region[i].dynamic &&
		    !strcmp(r->owner->name, spec_region_names[i]))
			return true;
	return false;
}

/* check_owners(): what is guarded belongs to none but who asked for it. */
static void check_owners(const struct spec *spec)
{
	const struct memblock_region *r;
	static struct range_set unheld;

	for_each_reserved_region(r) {
		bool placed = is_own(r) || is_dynamic(spec, r);

		if (placed && set_meets(&guarded, r->base, memblock_last(r)))
			fuzz_fail("%s lies in what is somebody's", r->owner->name);
		if (placed && !set_covers(&memory, r->base, memblock_last(r)))
			fuzz_fail("%s lies in what is no memory", r->owner->name);
		if (!placed && strcmp(r->owner->name, "rests of pages") &&
		    !set_covers(&guarded, r->base, memblock_last(r)))
			fuzz_fail("%s holds what it didn't ask for",
			      r->owner->name);
	}
	set_copy(&unheld, &guarded);
	set_keep(&unheld, &memory);
	if (!set_inside(&unheld, &reserved))
		fuzz_fail("a reservation isn't held");
}

/* check_free(): what is free is what nobody holds, and the buddy counts it. */
static void check_free(void)
{
	static struct range_set unheld;
	uint64_t counted = 0;

	set_copy(&unheld, &memory);
	set_remove_all(&unheld, &reserved);
	set_pages_in(&unheld);
	if (!set_same(&unheld, &available))
		fuzz_fail("what is free isn't what nobody holds");
	for (unsigned int i = 0; i < guarded.nr; i++)
		if (set_meets(&available, guarded.at[i].first,
			      guarded.at[i].last))
			fuzz_fail("what is somebody's is free");
	for (int nid = 0; nid < nr_node_ids; nid++)
		for (int type = 0; type < MAX_NR_ZONES; type++)
			counted += NODE_DATA(nid)->node_zones[type].nr_free;
	if (counted << PAGE_SHIFT != set_bytes(&available))
		fuzz_fail("the buddy has 0x%llx pages, 0x%llx bytes are free",
		      (phys_addr_t)counted,
		      (phys_addr_t)set_bytes(&available));
}

/* inside_one(): [@first, @last] is in one of the @nr ranges at @at. */
static bool inside_one(const struct spec_range *at, unsigned int nr,
		       uint64_t first, uint64_t last)
{
	for (unsigned int i = 0; i < nr; i++)
		if (at[i].size && at[i].base <= first &&
		    last_of(&at[i]) >= last)
			return true;
	return false;
}

/* check_placed(): @r was placed for @region, as that asked. */
static void check_placed(const struct spec_region *region,
			 const struct memblock_region *r)
{
	if (r->size != ALIGN(region->size, PAGE_SIZE))
		fuzz_fail("%s has 0x%llx bytes", r->owner->name, r->size);
	if (region->align && r->base & (region->align - 1))
		fuzz_fail("%s is at 0x%llx, not aligned", r->owner->name, r->base);
	if (region->nr_where &&
	    !inside_one(region->where, region->nr_where, r->base,
			memblock_last(r)))
		fuzz_fail("%s is at 0x%llx, not where it asked to be",
		      r->owner->name, r->base);
	if (region->no_map != ((r->flags & MEMBLOCK_NOMAP) != 0))
		fuzz_fail("%s is mapped, or isn't, by mistake", r->owner->name);
}

/* check_dynamic(): regions without an address are where they asked to be, once. */
static void check_dynamic(const struct spec *spec)
{
	const struct memblock_region *r;

	for (unsigned int i = 0; i < spec->nr_regions; i++) {
		const char *name = spec_region_names[i];
		unsigned int found = 0;

		if (spec->region[i].nr_ranges || !spec->region[i].dynamic)
			continue;
		for_each_reserved_region(r) {
			if (strcmp(r->owner->name, name))
				continue;
			check_placed(&spec->region[i], r);
			found++;
		}
		if (found > !spec->region[i].disabled)
			fuzz_fail("%s is there %u times", name, found);
	}
}

/* check_buddy(): blocks handed out were free, and come back. */
static void check_buddy(void)
{
	phys_addr_t blocks[NR_ORDERS];

	for (unsigned int order = 0; order < NR_ORDERS; order++) {
		phys_addr_t pa = alloc_pages(GFP_KERNEL, order);
		uint64_t last = pa + (PAGE_SIZE << order) - 1;

		blocks[order] = pa;
		if (!pa)
			continue;
		if (!set_covers(&available, pa, last))
			fuzz_fail("the buddy hands out 0x%llx, which isn't free", pa);
		set_remove(&available, pa, last);
	}
	for (unsigned int order = 0; order < NR_ORDERS; order++)
		if (blocks[order] && !free_pages(blocks[order], order))
			fuzz_fail("0x%llx can't be given back", blocks[order]);
}

/* boot(): @spec boots; true where it comes to its end. */
static bool boot(const struct spec *spec, struct blob *blob)
{
	static struct options options;	/* not automatic: as in blob.c */
	static bool balances;
	enum host_end end;

	options = (struct options){
		.json = true, .ledger_only = true,
		.has_image = spec->image.size != 0,
		.image = spec->image.base, .image_size = spec->image.size,
		.has_dtb = spec->has_dtb, .dtb = spec->dtb,
	};
	balances = false;
	end = host_halts(balances = boot_tree(&options, blob));
	return fuzz_judge(end, balances);
}

/*
 * must_boot(): some run of pages that nobody guards has room for all that a boot
 * takes: a bit a page of each node's span, and the rest. Not where regions are
 * placed by the boot, which may take any run.
 */
static bool must_boot(const struct spec *spec)
{
	static struct range_set room;
	uint64_t largest = 0, span;

	for (unsigned int i = 0; i < spec->nr_regions; i++)
		if (spec->region[i].dynamic && !spec->region[i].disabled)
			return false;
	set_copy(&room, &kept);
	set_remove_all(&room, &guarded);
	set_remove_all(&room, &borders);
	set_pages_in(&room);
	for (unsigned int i = 0; i < room.nr; i++)
		largest = MAX(largest, room.at[i].last - room.at[i].first);
	if (!room.nr)
		return false;
	span = kept.at[kept.nr - 1].last - kept.at[0].first;
	return largest > (span >> PAGE_SHIFT) + BOOT_ROOM;
}

/* check_all(): what @spec came to. */
static void check_all(const struct spec *spec)
{
	read_result(spec);
	check_memory();
	check_owners(spec);
	check_free();
	check_dynamic(spec);
	check_buddy();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static _Alignas(8) unsigned char room[BLOB_SIZE];
	struct bytes bytes = { data, data + size };
	struct blob blob = { room, 0 };
	static struct spec spec;

	spec_read(&spec, &bytes);
	blob.size = spec_build(&spec, room, sizeof(room));
	fuzz_reset();
	expect(&spec, blob.size);
	if (boot(&spec, &blob)) {
		if (host_halts(check_all(&spec)) != HOST_RETURNED)
			fuzz_fail("the result can't be used");
	} else if (fuzz_fits() && must_boot(&spec)) {
		fuzz_fail("there is room, but the boot has ended early");
	}
	return 0;
}
