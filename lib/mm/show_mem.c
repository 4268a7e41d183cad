/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The report. Nobody else prints these lines, and nothing here changes anything.
 *
 * The ledger is a balance: one side is what /memory claimed, the other what the
 * buddy counts as free or allocated, what memblock's owners hold and what was
 * dropped. The sides come from different books, kept by different code: a page
 * that two believe to have, or none, shows.
 */
#include "report.h"

#include <stdio.h>
#include <string.h>

#include "arch.h"
#include "early_alloc.h"
#include "machine.h"
#include "mm_init.h"
#include "page.h"
#include "paging.h"
#include "printk.h"
#include "stage.h"

/* Leaves up to this level are always shown, larger ones where there are any. */
#define LEVEL_1G		2

/* Bytes in the K that Linux prints. */
#define K(bytes)	((unsigned long long)(bytes) >> 10)

/* RANGE, MEM_RANGE: a range as it is printed, the last byte included. */
#define RANGE			"[0x%016llx-0x%016llx]"
#define MEM_RANGE		"[mem 0x%016llx-0x%016llx]"

void report_banner(void)
{
	printk("bootmem %s %s report %d\n", BOOTMEM_VERSION, BOOTMEM_ARCH,
	       REPORT_VERSION);
}

void report_machine(void)
{
	char below[32];

	arch_firmware_name(below, sizeof(below));
	printk("machine: %s cpu 0x%lx dtb 0x%016llx+0x%llx firmware below us: %s\n",
	       machine.model, machine.boot_cpu, machine.dtb, machine.dtb_size,
	       below);
}

/* flags_word(): how a reservation is printed. */
static const char *flags_word(const struct memblock_region *r)
{
	if (r->flags & MEMBLOCK_NOMAP)
		return "nomap";
	return r->flags & MEMBLOCK_REUSABLE ? "reusable" : "map";
}

void report_memblock(void)
{
	const struct memblock_region *r;

	for_each_mem_region(r)
		printk("memblock: memory[%ld]   " RANGE " node %u%s\n",
		       (long)(r - memblock.memory.regions), r->base,
		       memblock_last(r), node_hwid(r->nid),
		       r->flags & MEMBLOCK_HOTPLUG ? " hotpluggable" : "");
	for_each_reserved_region(r)
		printk("memblock: reserved[%ld] " RANGE " %s %s%s%s\n",
		       (long)(r - memblock.reserved.regions), r->base,
		       memblock_last(r), flags_word(r), r->owner->name,
		       r->owner->users ? " used by " : "",
		       r->owner->users ? r->owner->users : "");
}

void report_bootmem(const bootmem_data_t *bdata)
{
	phys_addr_t map = virt_to_phys(bdata->node_bootmem_map);
	size_t bytes = pfn_tree_bytes(bdata->node_min_pfn, bdata->node_low_pfn);

	printk("bootmem: node %u pfn [0x%lx-0x%lx) map " RANGE "\n",
	       node_hwid(bdata->nid), bdata->node_min_pfn, bdata->node_low_pfn,
	       map, map + bytes - 1);
}

void report_paging(void)
{
	static const char *const sizes[PT_MAX_LEVELS] = {
		"4K", "2M", "1G", "512G", "256T"
	};
	struct paging_stats s = paging_stats();

	printk("paging: %s tables %lu leaves", s.mode->name, s.nr_tables);
	for (unsigned int level = 0; level < PT_MAX_LEVELS; level++)
		if (level <= LEVEL_1G || s.nr_leaves[level])
			printk(" %s %lu", sizes[level], s.nr_leaves[level]);
	printk("\n");
	printk("protection: canary from %s, leaves writable and executable %lu, over no-map ranges %lu\n",
	       machine.seeded ? "the tree's seed" : "the counter", s.nr_wx,
	       s.nr_nomap);
}

/* report_zone_range(): one line of 'Zone ranges:'. */
static void report_zone_range(enum zone_type type, const char *name)
{
	unsigned long start, end;

	zone_limits(type, &start, &end);
	if (start == end)
		printk("  %-8s empty\n", name);
	else
		printk("  %-8s " MEM_RANGE "\n", name, PFN_PHYS(start),
		       PFN_PHYS(end) - 1);
}

/* report_fallback(): the nodes that @nid's pages come from, each once. */
static void report_fallback(int nid)
{
	struct zone **z = NODE_DATA(nid)->node_zonelists[ZONELIST_FALLBACK].zones;
	const pg_data_t *previous = NULL;

	printk("Fallback order for Node %u:", node_hwid(nid));
	for (; *z; z++) {
		if ((*z)->zone_pgdat != previous)
			printk(" %u", node_hwid((*z)->zone_pgdat->node_id));
		previous = (*z)->zone_pgdat;
	}
	printk("\n");
}

/* piece_last(): the last byte of the piece of [@pos, @last] that begins at @pos
 * and is either all no-map or has no no-map byte; no-map regions that touch are
 * one piece. */
static phys_addr_t piece_last(phys_addr_t pos, phys_addr_t last)
{
	const struct memblock_type *rsv = &memblock.reserved;
	phys_addr_t end = pos;		/* of the no-map bytes from @pos on */

	for (unsigned long i = memblock_lower_bound(rsv, pos);
	     i < rsv->cnt && rsv->regions[i].base <= last; i++) {
		const struct memblock_region *r = &rsv->regions[i];

		if (!(r->flags & MEMBLOCK_NOMAP))
			continue;
		if (r->base > end)
			return end > pos ? end - 1 : r->base - 1;
		if (memblock_last(r) >= last)
			return last;
		end = memblock_last(r) + 1;
	}
	return end > pos ? end - 1 : last;
}

/* report_node_ranges(): one region of memory, cut where no-map ranges begin and
 * end, as Linux does. */
static void report_node_ranges(const struct memblock_region *r)
{
	phys_addr_t pos = r->base, last;

	do {
		last = piece_last(pos, memblock_last(r));
		printk("  node %3u: " MEM_RANGE "\n", node_hwid(r->nid), pos,
		       last);
		pos = last + 1;
	} while (last != memblock_last(r));
}

void report_zones(void)
{
	const struct memblock_region *r;

	printk("Zone ranges:\n");
	for (enum zone_type type = 0; type < MAX_NR_ZONES; type++)
		report_zone_range(type, NODE_DATA(0)->node_zones[type].name);
	printk("Early memory node ranges\n");
	for_each_mem_region(r)
		report_node_ranges(r);
	for (int nid = 0; nid < nr_node_ids; nid++)
		report_fallback(nid);
}

/* free_bytes(): what the buddy has free on @nid. */
static phys_addr_t free_bytes(int nid)
{
	phys_addr_t bytes = 0;

	for (int type = 0; type < MAX_NR_ZONES; type++)
		bytes += PFN_PHYS(NODE_DATA(nid)->node_zones[type].nr_free);
	return bytes;
}

/* allocated_bytes(): what the buddy was given on @nid and has not free. */
static phys_addr_t allocated_bytes(int nid)
{
	phys_addr_t bytes = 0;

	for (int type = 0; type < MAX_NR_ZONES; type++) {
		const struct zone *zone = &NODE_DATA(nid)->node_zones[type];

		bytes += PFN_PHYS(zone->managed_pages - zone->nr_free);
	}
	return bytes;
}

/* segment_bytes(): the size of the image's segment called @name. */
static phys_addr_t segment_bytes(const char *name)
{
	const struct image_segment *segment = image_segment(name);

	return segment ? segment->end - segment->start : 0;
}

void report_memory(void)
{
	phys_addr_t free = 0, memory = memblock.memory.total_size;
	phys_addr_t dropped = memblock.dropped.total_size;

	for (int nid = 0; nid < nr_node_ids; nid++)
		free += free_bytes(nid);
	printk("Memory: %lluK/%lluK available (%lluK firmware code, %lluK rodata, %lluK rwdata, %lluK reserved, %lluK dropped)\n",
	       K(free), K(memory + dropped), K(segment_bytes("text")),
	       K(segment_bytes("rodata")), K(segment_bytes("data")),
	       K(memory - free), K(dropped));
}

/* largest_order(): the largest order of which any zone has a free block. */
static unsigned int largest_order(void)
{
	unsigned long blocks[PFN_TREE_MAX_ORDERS] = { 0 };
	unsigned int order = PFN_TREE_MAX_ORDERS - 1;

	for (bootmem_data_t *b = bdata_list; b; b = b->list)
		pfn_tree_count(&b->tree, b->node_min_pfn, b->node_low_pfn,
			       blocks);
	while (order && !blocks[order])
		order--;
	return order;
}

/* report_zone_blocks(): one line as in /proc/buddyinfo. */
static void report_zone_blocks(const struct zone *zone, unsigned int max_order)
{
	unsigned long blocks[PFN_TREE_MAX_ORDERS] = { 0 };
	char line[PRINTK_LINE_MAX];
	size_t used = 0;

	pfn_tree_count(&zone->zone_pgdat->bdata->tree, zone->zone_start_pfn,
		       zone_end_pfn(zone), blocks);
	for (unsigned int order = 0; order <= max_order; order++)
		used += (size_t)snprintf(line + used, sizeof(line) - used,
					 " %6lu", blocks[order]);
	printk("Node %u, zone %8s%s\n", node_hwid(zone->zone_pgdat->node_id),
	       zone->name, line);
}

void report_buddyinfo(void)
{
	unsigned int max_order = largest_order();

	for (int nid = 0; nid < nr_node_ids; nid++)
		for (int type = 0; type < MAX_NR_ZONES; type++)
			if (NODE_DATA(nid)->node_zones[type].present_pages)
				report_zone_blocks(
					&NODE_DATA(nid)->node_zones[type],
					max_order);
}

/* report_entry(): one line of the ledger; nothing where there are no bytes. */
static void report_entry(int nid, const char *kind, phys_addr_t bytes,
			 const char *name)
{
	if (bytes)
		printk("ledger: node %u %s 0x%llx %s\n", node_hwid(nid), kind,
		       bytes, name);
}

/* overlap_bytes(): how much of @nid's memory @r covers. */
static phys_addr_t overlap_bytes(int nid, const struct memblock_region *r)
{
	const struct memblock_type *mem = &memblock.memory;
	phys_addr_t bytes = 0;

	for (unsigned long i = memblock_lower_bound(mem, r->base);
	     i < mem->cnt && mem->regions[i].base <= memblock_last(r); i++) {
		const struct memblock_region *m = &mem->regions[i];
		phys_addr_t start = MAX(m->base, r->base);
		phys_addr_t last = MIN(memblock_last(m), memblock_last(r));

		if (m->nid == nid)
			bytes += last - start + 1;
	}
	return bytes;
}

/* seen_before(): a region before @r has the same owner. */
static bool seen_before(const struct memblock_region *r)
{
	const struct memblock_region *before = memblock.reserved.regions;

	while (before < r && before->owner != r->owner)
		before++;
	return before < r;
}

/* owner_bytes(): what the owner of @r has of @nid's memory, from @r on. */
static phys_addr_t owner_bytes(int nid, const struct memblock_region *r)
{
	const struct memblock_type *type = &memblock.reserved;
	const struct mem_owner *owner = r->owner;
	phys_addr_t bytes = 0;

	for (; r < type->regions + type->cnt; r++)
		if (r->owner == owner)
			bytes += overlap_bytes(nid, r);
	return bytes;
}

/* report_taken(): a line for each owner on @nid; returns the sum. */
static phys_addr_t report_taken(int nid)
{
	const struct memblock_region *r;
	phys_addr_t sum = 0;

	for_each_reserved_region(r) {
		phys_addr_t bytes = seen_before(r) ? 0 : owner_bytes(nid, r);

		report_entry(nid, r->owner->kind, bytes, r->owner->name);
		sum += bytes;
	}
	return sum;
}

/* report_dropped(): a line for each range of @nid's that isn't used. */
static phys_addr_t report_dropped(int nid)
{
	const struct memblock_region *r;
	phys_addr_t sum = 0;

	for_each_memblock_type(&memblock.dropped, r) {
		if (r->nid != nid)
			continue;
		report_entry(nid, "dropped", r->size, r->owner->name);
		sum += r->size;
	}
	return sum;
}

bool report_ledger(void)
{
	phys_addr_t total = memblock.memory.total_size +
			    memblock.dropped.total_size;
	phys_addr_t free = 0, taken = 0, dropped = 0, balance, states, tables;

	for (int nid = 0; nid < nr_node_ids; nid++) {
		report_entry(nid, "free", free_bytes(nid), "buddy allocator");
		states = PFN_PHYS(page_state_pages(nid));
		tables = PFN_PHYS(NODE_DATA(nid)->table_pages);
		report_entry(nid, "allocated",
			     allocated_bytes(nid) - states - tables,
			     "buddy allocator");
		report_entry(nid, "pagestate", states, "page states");
		report_entry(nid, "joins", tables, "tables of joins");
		free += free_bytes(nid);
		taken += allocated_bytes(nid) + report_taken(nid);
		dropped += report_dropped(nid);
	}
	balance = total - free - taken - dropped;
	printk("ledger: total 0x%llx = free 0x%llx + taken 0x%llx + dropped 0x%llx, balance %lld\n",
	       total, free, taken, dropped, (long long)balance);
	return balance == 0;
}

void report_stages(void)
{
	const char *unit = stage_unit();

	for (enum boot_stage s = 0; s < STAGE_RUNNING; s++)
		printk("stage: %s %llu %s\n", stage_name(s), stage_cost(s),
		       unit);
}
