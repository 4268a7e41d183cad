/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Zonelists: where a node looks for a page when its own are used up.
 *
 * A node falls back on the others by distance. Among nodes at the same distance
 * Linux spreads the load (mm/page_alloc.c, find_next_best_node()), and the
 * result is the same here on valid trees:
 *	- a node with a lower number than the one that looks costs a little more
 *	- so does one that has been first of its distance group for others before
 * Linux also counts a node's CPUs, but at the time the lists are built none is
 * known to it on device-tree machines, so that never shows.
 *
 * Within a node the highest zone comes first, so that DMA32 is used last.
 * A list is one sort, as what has been first of its group only costs later lists
 * more: with N nodes all lists take N^2 log N steps, and are N^2 entries.
 */
#include <stdlib.h>

#include "arch.h"
#include "mm_init.h"
#include "printk.h"

/* Weight of a distance against the load; more than the number of nodes. */
#define DISTANCE_WEIGHT		((unsigned long long)nr_node_ids + 1)

/* A node that another one may fall back on. */
struct candidate {
	unsigned long long cost;	/* how little that one wants to */
	int nid;
};

/* What is needed while the lists are built, in bootmem: how often each node was
 * first of its distance group, and the candidates of the list being built. */
static unsigned long *loads;
static struct candidate *candidates;

/* fallback_cost(): how little @nid wants to fall back on @other; itself costs less
 * than any. */
static unsigned long long fallback_cost(int nid, int other)
{
	unsigned long long cost = node_distance(nid, other) + (other < nid);

	return cost * DISTANCE_WEIGHT + loads[other];
}

/* by_cost(): an order for qsort(); the lower number first where costs are equal. */
static int by_cost(const void *a, const void *b)
{
	const struct candidate *l = a, *r = b;

	if (l->cost != r->cost)
		return l->cost < r->cost ? -1 : 1;
	return l->nid - r->nid;
}

/* order_nodes(): candidates gets the nodes that @nid falls back on, those that have
 * memory, in their order; returns how many. Counts the load that this puts on
 * them, which is for later lists. */
static int order_nodes(int nid)
{
	int nr = 0, previous = nid;

	for (int other = 0; other < nr_node_ids; other++)
		if (NODE_DATA(other)->node_present_pages)
			candidates[nr++] = (struct candidate){
				fallback_cost(nid, other), other
			};
	qsort(candidates, (size_t)nr, sizeof(*candidates), by_cost);
	for (int i = 0; i < nr; previous = candidates[i++].nid)
		if (node_distance(nid, candidates[i].nid) !=
		    node_distance(nid, previous))
			loads[candidates[i].nid]++;
	return nr;
}

/* add_zones(): the zones of @nid that have memory, highest first. */
static struct zone **add_zones(struct zone **next, int nid)
{
	for (int type = MAX_NR_ZONES - 1; type >= 0; type--) {
		struct zone *zone = &NODE_DATA(nid)->node_zones[type];

		if (zone->present_pages)
			*next++ = zone;
	}
	return next;
}

/* alloc_zonelist(): room for the zones of @nr nodes and the NULL behind. */
static struct zone **alloc_zonelist(pg_data_t *pgdat, int nr)
{
	size_t size = ((size_t)nr * MAX_NR_ZONES + 1) * sizeof(struct zone *);
	void *zones = alloc_bootmem_owner(pgdat, size, sizeof(void *), 0, 0,
					  &owner_nodedata);

	if (!zones)
		panic("out of memory: %zu bytes for the zonelists of node %u",
		      size, node_hwid(pgdat->node_id));
	return zones;
}

/* build_zonelists(): both lists of @pgdat. */
static void build_zonelists(pg_data_t *pgdat)
{
	int nr = order_nodes(pgdat->node_id);
	struct zone **zones = alloc_zonelist(pgdat, nr);

	pgdat->node_zonelists[ZONELIST_FALLBACK].zones = zones;
	for (int i = 0; i < nr; i++)
		zones = add_zones(zones, candidates[i].nid);

	zones = alloc_zonelist(pgdat, 1);
	pgdat->node_zonelists[ZONELIST_NOFALLBACK].zones = zones;
	add_zones(zones, pgdat->node_id);
}

void build_all_zonelists(void)
{
	size_t size = (size_t)nr_node_ids * (sizeof(*candidates) +
					     sizeof(*loads));

	candidates = alloc_bootmem_owner(NULL, ALIGN(size, PAGE_SIZE),
					 PAGE_SIZE, 0, 0, &owner_nodedata);
	if (!candidates)
		panic("out of memory: %zu bytes to order %d nodes", size,
		      nr_node_ids);
	loads = (unsigned long *)(candidates + nr_node_ids);
	for (int nid = 0; nid < nr_node_ids; nid++)
		build_zonelists(NODE_DATA(nid));
	free_bootmem(virt_to_phys(candidates),
		     ALIGN((phys_addr_t)size, PAGE_SIZE));
}
