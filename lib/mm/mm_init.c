/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From memblock to bootmem, and from bootmem to nodes, zones and the buddy.
 *
 *	bootmem_init()	  a map for each node, taken from memblock; then memory
 *			  minus reserved becomes free in the maps
 *	free_area_init()  the zones of each node, and the order in which nodes
 *			  stand in for each other
 *	mem_init()	  handover: the maps are the buddy's from here on
 */
#include "mm_init.h"

#include <limits.h>
#include <string.h>

#include "arch.h"
#include "brk.h"
#include "cma.h"
#include "early_alloc.h"
#include "fail_alloc.h"
#include "gfp.h"
#include "machine.h"
#include "mmzone.h"
#include "page_cache.h"
#include "paging.h"
#include "printk.h"
#include "report.h"
#include "reserve_mem.h"
#include "stage.h"

pg_data_t **node_data;

/* Who holds the rest of a page of which memblock gave away a part. */
static const struct mem_owner owner_rest = {
	"memblock", "rests of pages", NULL, VM_READ | VM_WRITE
};

/* A zone's reserve is this part of the pages of the zones above it: Linux's
 * sysctl_lowmem_reserve_ratio for DMA32. */
#define LOWMEM_RATIO	256

/* A zone leaves this part of its pages to requests with __GFP_HIGH: of 1 GiB 1 MiB.
 * Linux's min_free_kbytes grows with the root of memory and comes to 4 MiB there; it
 * has to feed a reclaim, for which there is nothing here. */
#define WATERMARK_RATIO	1024

/* Who holds memory that is NOMAP by memblock_mark_nomap(). */
static const struct mem_owner owner_nomap = {
	"nomap", "nomap memory", NULL, 0
};

static const char *const zone_names[MAX_NR_ZONES] = {
	[ZONE_DMA32]  = "DMA32",
	[ZONE_NORMAL] = "Normal",
};

/* arg_is(): the boot argument @name has the value @value. */
static bool arg_is(const char *name, const char *value)
{
	const char *text = bootarg(name, NULL);
	size_t len = strlen(value);

	return text && !strncmp(text, value, len) &&
	       strchr(" \t\n", text[len]);
}

void mm_parse_bootargs(void)
{
	const char *failing = bootarg("failalloc", NULL), *end;

	if (arg_is("early", "memblock"))
		stage_set_early(ALLOC_MEMBLOCK);
	else if (bootarg("early", NULL) && !arg_is("early", "bootmem"))
		warn("W-BOOTARG-EARLY",
		     "bootargs: early= takes bootmem or memblock; bootmem it is");
	memblock_debug = arg_is("memblock", "debug");
	bootmem_debug = bootarg("bootmem_debug", NULL) != NULL;
	if (failing)
		fail_alloc_set((unsigned long)memparse(failing, &end));
}

bool node_span(int nid, unsigned long *start_pfn, unsigned long *end_pfn)
{
	const struct memblock_region *r;
	unsigned long start, end;

	*start_pfn = ULONG_MAX;
	*end_pfn = 0;
	for_each_mem_pfn_range(r, nid, start, end) {
		*start_pfn = MIN(*start_pfn, start);
		*end_pfn = MAX(*end_pfn, end);
	}
	return *start_pfn < *end_pfn;
}

/* set_pfn_limits(): the ends of RAM as a whole. */
static void set_pfn_limits(void)
{
	const struct memblock_region *r;
	unsigned long start, end;

	min_low_pfn = PFN_UP(memblock_start_of_DRAM());
	max_pfn = PFN_DOWN(memblock_last_byte_of_DRAM()) + 1;
	max_low_pfn = 0;
	for_each_mem_pfn_range(r, NUMA_NO_NODE, start, end)
		if (start < arch_dma32_limit_pfn())
			max_low_pfn = MIN(end, arch_dma32_limit_pfn());
}

/* alloc_node_data(): a pg_data_t for each node, on that node where it can be. */
static void alloc_node_data(void)
{
	phys_addr_t pa = early_alloc(
		ALIGN((phys_addr_t)nr_node_ids * sizeof(*node_data), PAGE_SIZE),
		NUMA_NO_NODE, &owner_nodedata);

	node_data = phys_to_virt(pa);
	for (int nid = 0; nid < nr_node_ids; nid++) {
		pa = early_alloc(ALIGN(sizeof(pg_data_t), PAGE_SIZE), nid,
				 &owner_nodedata);
		node_data[nid] = phys_to_virt(pa);
		node_data[nid]->node_id = nid;
	}
}

/* alloc_node_map(): memory for the map of @nid, on that node where it can be. */
static void alloc_node_map(int nid)
{
	unsigned long start, end;
	phys_addr_t size, pa;

	if (!node_span(nid, &start, &end))
		return;
	size = PFN_PHYS(bootmem_bootmap_pages(start, end - start));
	pa = memblock_alloc_range_nid(size, PAGE_SIZE, 0,
				      MEMBLOCK_ALLOC_ACCESSIBLE, nid, false,
				      &owner_bitmap);
	if (!pa)
		panic("bootmem: node %u: no 0x%llx free bytes in a row for the map of its pages [0x%lx-0x%lx); the memory is too small, or too much of it is reserved",
		      node_hwid(nid), size, start, end);
	init_bootmem_node(NODE_DATA(nid), PFN_DOWN(pa), start, end);
	report_bootmem(NODE_DATA(nid)->bdata);
}

/* give_back_brk(): brk is over; what was never used of it is ordinary RAM. */
static void give_back_brk(void)
{
	phys_addr_t start, end;

	brk_seal(&start, &end);
	if (start < end && memblock_phys_free(start, end - start))
		panic("memblock: no room to record the end of brk");
}

/* must_reserve(): the range gets an owner, so that the ledger knows it; what of
 * it has one keeps it. */
static void must_reserve(phys_addr_t base, phys_addr_t size,
			 enum memblock_flags flags,
			 const struct mem_owner *owner)
{
	if (size && memblock_reserve_owner(base, size, flags, owner))
		panic("memblock: no room to record 0x%llx bytes at 0x%llx",
		      size, base);
}

/* reserve_nomap(): NOMAP memory is in memory's list, but never free. */
static void reserve_nomap(void)
{
	const struct memblock_region *r;

	for_each_mem_region(r)
		if (r->flags & MEMBLOCK_NOMAP)
			must_reserve(r->base, r->size, MEMBLOCK_NOMAP,
				     &owner_nomap);
}

/* reserve_partial_pages(): the rest of a page that is reserved in part is no use
 * to a buddy; free ranges begin and end with whole pages from here on. */
static void reserve_partial_pages(void)
{
	struct free_range range;

	for_each_free_mem_range(range) {
		phys_addr_t size = range.last - range.start + 1;
		phys_addr_t head = MIN(-range.start & ~PAGE_MASK, size);
		phys_addr_t tail = MIN((range.last + 1) & ~PAGE_MASK,
				       size - head);

		must_reserve(range.start, head, MEMBLOCK_NONE, &owner_rest);
		must_reserve(range.last - tail + 1, tail, MEMBLOCK_NONE,
			     &owner_rest);
	}
}

/* release_free_memory(): memory minus reserved, whole pages all of it, becomes
 * free in the maps. */
static void release_free_memory(void)
{
	struct free_range range;

	for_each_free_mem_range(range)
		pfn_tree_release(&NODE_DATA(range.nid)->bdata->tree,
				 PFN_DOWN(range.start),
				 PFN_DOWN(range.last) + 1);
}

/* init_maps(): a map for each node; memory minus reserved is free in them. */
static void init_maps(void)
{
	reserve_partial_pages();
	for (int nid = 0; nid < nr_node_ids; nid++)
		alloc_node_map(nid);
	release_free_memory();
	bootmem_check();
}

void bootmem_init(void)
{
	set_pfn_limits();
	give_back_brk();
	reserve_nomap();
	reserve_mem_setup();
	bdata_list = NULL;
	alloc_node_data();
	if (stage_early() == ALLOC_BOOTMEM)
		init_maps();
	else
		memblock_set_bottom_up(true);	/* as bootmem would place things */
}

/* present_pages(): the pages of @nid's memory inside [@lo, @hi). */
static unsigned long present_pages(int nid, unsigned long lo, unsigned long hi)
{
	const struct memblock_region *r;
	unsigned long start, end, nr = 0;

	for_each_mem_pfn_range(r, nid, start, end)
		if (start < hi && end > lo)
			nr += MIN(end, hi) - MAX(start, lo);
	return nr;
}

void zone_limits(enum zone_type type, unsigned long *start, unsigned long *end)
{
	unsigned long limit = arch_dma32_limit_pfn();
	unsigned long low = MAX(min_low_pfn, MIN(limit, max_pfn));

	*start = type == ZONE_DMA32 ? min_low_pfn : low;
	*end = type == ZONE_DMA32 ? low : max_pfn;
}

/* init_zone(): the part of @pgdat's memory that lies in zone @type. */
static void init_zone(pg_data_t *pgdat, enum zone_type type)
{
	struct zone *zone = &pgdat->node_zones[type];
	unsigned long start, end;

	zone_limits(type, &start, &end);
	start = MAX(start, pgdat->node_start_pfn);
	end = MIN(end, pgdat->node_start_pfn + pgdat->node_spanned_pages);
	zone->name = zone_names[type];
	zone->zone_pgdat = pgdat;
	zone->present_pages = present_pages(pgdat->node_id, start, end);
	if (!zone->present_pages)
		return;
	zone->zone_start_pfn = start;
	zone->spanned_pages = end - start;
}

/* init_node(): what @pgdat spans, and its zones. */
static void init_node(pg_data_t *pgdat)
{
	unsigned long start, end;

	if (node_span(pgdat->node_id, &start, &end)) {
		pgdat->node_start_pfn = start;
		pgdat->node_spanned_pages = end - start;
		pgdat->node_present_pages =
			present_pages(pgdat->node_id, start, end);
	}
	for (enum zone_type type = 0; type < MAX_NR_ZONES; type++)
		init_zone(pgdat, type);
}

void free_area_init(void)
{
	for (int nid = 0; nid < nr_node_ids; nid++)
		init_node(NODE_DATA(nid));
	build_all_zonelists();
}

/* manage_zone(): @zone's free pages are the buddy's. */
static unsigned long manage_zone(struct zone *zone)
{
	if (!zone->present_pages)
		return 0;
	zone->nr_free = pfn_tree_count(&zone->zone_pgdat->bdata->tree,
				       zone->zone_start_pfn,
				       zone_end_pfn(zone), NULL);
	zone->managed_pages = zone->nr_free;
	zone->watermark_min = zone->managed_pages / WATERMARK_RATIO;
	BUG_ON(zone->managed_pages > zone->present_pages ||
	       zone->present_pages > zone->spanned_pages,
	       "zone %s: %lu pages managed, %lu present, %lu spanned",
	       zone->name, zone->managed_pages, zone->present_pages,
	       zone->spanned_pages);
	return zone->managed_pages;
}

/* reserve_tables(): the larger zone of @pgdat leaves as many pages as the tree can
 * come to need for tables. */
static void reserve_tables(pg_data_t *pgdat)
{
	struct zone *low = &pgdat->node_zones[ZONE_DMA32];
	struct zone *high = &pgdat->node_zones[ZONE_NORMAL];
	struct zone *zone = high->managed_pages >= low->managed_pages ? high
								      : low;
	unsigned long start = pgdat->node_start_pfn;

	pgdat->table_zone = zone;
	if (pgdat->bdata)
		zone->table_reserve = MIN(zone->managed_pages,
			pfn_tree_table_pages(start,
					     start + pgdat->node_spanned_pages));
}

/*
 * manage_node(): the same of all zones of @pgdat. DMA32 keeps a share of what the
 * zone above has for those who need it, 1/256 as in Linux; each zone keeps a share
 * of its own for requests that must not fail.
 */
static unsigned long manage_node(pg_data_t *pgdat)
{
	unsigned long nr = 0;

	for (enum zone_type type = 0; type < MAX_NR_ZONES; type++)
		nr += manage_zone(&pgdat->node_zones[type]);
	pgdat->node_zones[ZONE_DMA32].lowmem_reserve =
		pgdat->node_zones[ZONE_NORMAL].managed_pages / LOWMEM_RATIO;
	reserve_tables(pgdat);
	return nr;
}

unsigned long free_all_bootmem(void)
{
	unsigned long nr = 0;

	page_cache_init();
	cma_init();
	for (int nid = 0; nid < nr_node_ids; nid++)
		nr += manage_node(NODE_DATA(nid));
	return nr;
}

unsigned long memblock_free_all(void)
{
	memblock_set_bottom_up(false);
	init_maps();
	return free_all_bootmem();
}

void memblock_free_late(phys_addr_t base, phys_addr_t size)
{
	free_bootmem_late(base, size);
}

void mem_init(void)
{
	if (stage_early() == ALLOC_MEMBLOCK) {
		memblock_free_all();
	} else {
		bootmem_check();
		free_all_bootmem();
	}
	page_alloc_poison(bootarg("poison", NULL) != NULL);
}
