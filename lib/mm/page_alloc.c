/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The buddy allocator: blocks of 1 << order pages, naturally aligned.
 *
 * There are no free lists and no page descriptors. Which blocks are free is what
 * the node's pfn_tree says; taking one splits the block around it and giving one
 * back merges it with its buddies because the tree's masks are computed from the
 * bits, not because anything is moved. A free page is never written to, so a
 * stray write to it can't mislead the allocator.
 *
 * A block that is given back is checked against all that is known: it must be
 * aligned, be memory of one node, not be reserved, and be taken from its first
 * page to its last.
 */
#include "gfp.h"

#include <string.h>

#include "arch.h"
#include "mmzone.h"
#include "printk.h"
#include "stage.h"

/* Where alloc_pages() starts to look: the node of the CPU that boots. */
static int local_node;

void page_alloc_set_node(int nid)
{
	local_node = nid;
}

/* rmqueue(): take a block of @order out of @zone; its address, or 0. */
static phys_addr_t rmqueue(struct zone *zone, unsigned int order)
{
	struct pfn_tree *tree = &zone->zone_pgdat->bdata->tree;
	unsigned long pfn = pfn_tree_find(tree, order, zone->zone_start_pfn,
					  zone_end_pfn(zone));

	if (pfn == PFN_NONE)
		return 0;
	pfn_tree_claim(tree, pfn, pfn + (1ul << order));
	zone->nr_free -= 1ul << order;
	return PFN_PHYS(pfn);
}

/* zone_allowed(): @gfp lets a block come from @zone. */
static bool zone_allowed(const struct zone *zone, gfp_t gfp)
{
	return !(gfp & __GFP_DMA32) ||
	       zone == &zone->zone_pgdat->node_zones[ZONE_DMA32];
}

phys_addr_t alloc_pages_node(int nid, gfp_t gfp, unsigned int order)
{
	enum zonelist_type type = gfp & __GFP_THISNODE ? ZONELIST_NOFALLBACK
						       : ZONELIST_FALLBACK;
	phys_addr_t pa = 0;

	stage_allow(ALLOC_BUDDY, __func__);
	if (nid < 0 || nid >= nr_node_ids || order >= PFN_TREE_MAX_ORDERS) {
		printk("page_alloc: alloc_pages(node %d, order %u) refused: there is no such %s, called from %p\n",
		       nid, order, order >= PFN_TREE_MAX_ORDERS ? "order" : "node",
		       __builtin_return_address(0));
		return 0;
	}
	for (struct zone **zone = NODE_DATA(nid)->node_zonelists[type].zones;
	     *zone && !pa; zone++) {
		if (zone_allowed(*zone, gfp))
			pa = rmqueue(*zone, order);
	}
	if (pa && (gfp & __GFP_ZERO))
		memset(phys_to_virt(pa), 0, PAGE_SIZE << order);
	return pa;
}

phys_addr_t alloc_pages(gfp_t gfp, unsigned int order)
{
	return alloc_pages_node(local_node, gfp, order);
}

/* page_node(): the node whose memory the page at @addr is, or NULL. */
static pg_data_t *page_node(phys_addr_t addr)
{
	long i = memblock_search(&memblock.memory, addr);

	return i < 0 ? NULL : NODE_DATA(memblock.memory.regions[i].nid);
}

/* page_zone(): the zone of @pgdat that page @pfn lies in. */
static struct zone *page_zone(pg_data_t *pgdat, unsigned long pfn)
{
	struct zone *zone = &pgdat->node_zones[ZONE_DMA32];

	return zone->present_pages && pfn < zone_end_pfn(zone)
	       ? zone : &pgdat->node_zones[ZONE_NORMAL];
}

/* free_error(): why the block of @order at @addr can't be freed; NULL: it can. */
static const char *free_error(phys_addr_t addr, unsigned int order)
{
	phys_addr_t size = PAGE_SIZE << order;
	unsigned long pfn = PFN_DOWN(addr);
	pg_data_t *pgdat = page_node(addr);

	if (order >= PFN_TREE_MAX_ORDERS)
		return "there is no such order";
	if (addr & (size - 1))
		return "not the address of such a block";
	if (!pgdat || !memblock_is_region_memory(addr, size) ||
	    page_node(addr + size - 1) != pgdat)
		return "not memory of one node";
	if (memblock_is_region_reserved(addr, size))
		return "inside a reservation";
	if (pfn_tree_next_free(&pgdat->bdata->tree, pfn) < pfn + (1ul << order))
		return "already free";
	return NULL;
}

bool free_pages(phys_addr_t addr, unsigned int order)
{
	const char *error = free_error(addr, order);
	unsigned long pfn = PFN_DOWN(addr);
	pg_data_t *pgdat;

	stage_allow(ALLOC_BUDDY, __func__);
	if (error) {
		printk("page_alloc: free_pages(0x%016llx, order %u) refused: %s, called from %p\n",
		       addr, order, error, __builtin_return_address(0));
		return false;
	}
	pgdat = page_node(addr);
	pfn_tree_release(&pgdat->bdata->tree, pfn, pfn + (1ul << order));
	page_zone(pgdat, pfn)->nr_free += 1ul << order;
	return true;
}

void disown_pages(phys_addr_t addr, unsigned int order)
{
	page_zone(page_node(addr), PFN_DOWN(addr))->managed_pages -=
		1ul << order;
}

/* release_late(): page @pfn, taken until now, becomes the buddy's. */
static void release_late(unsigned long pfn)
{
	pg_data_t *pgdat = page_node(PFN_PHYS(pfn));
	struct zone *zone = page_zone(pgdat, pfn);

	pfn_tree_release(&pgdat->bdata->tree, pfn, pfn + 1);
	zone->managed_pages++;
	zone->nr_free++;
}

void free_bootmem_late(phys_addr_t addr, phys_addr_t size)
{
	unsigned long start = PFN_UP(addr), end = PFN_DOWN(addr + size);

	stage_allow(ALLOC_BUDDY, __func__);
	if (memblock_phys_free(PFN_PHYS(start), PFN_PHYS(end - start)))
		panic("memblock: no room to record what was freed at 0x%llx",
		      addr);
	for (unsigned long pfn = start; pfn < end; pfn++)
		if (page_node(PFN_PHYS(pfn)))
			release_late(pfn);
}

/* check_zone(): what @zone counts as free is what the tree says. */
static void check_zone(const struct zone *zone)
{
	unsigned long blocks[PFN_TREE_MAX_ORDERS] = { 0 }, sum = 0;

	pfn_tree_count(&zone->zone_pgdat->bdata->tree, zone->zone_start_pfn,
		       zone_end_pfn(zone), blocks);
	for (unsigned int order = 0; order < PFN_TREE_MAX_ORDERS; order++)
		sum += blocks[order] << order;
	BUG_ON(sum != zone->nr_free,
	       "zone %s of node %d counts %lu free pages, its blocks have %lu",
	       zone->name, zone->zone_pgdat->node_id, zone->nr_free, sum);
}

void page_alloc_check(void)
{
	for (int nid = 0; nid < nr_node_ids; nid++)
		for (int type = 0; type < MAX_NR_ZONES; type++)
			if (NODE_DATA(nid)->node_zones[type].present_pages)
				check_zone(&NODE_DATA(nid)->node_zones[type]);
}
