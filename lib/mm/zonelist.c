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
 */

#include "arch.h"
#include "mm_init.h"
#include "printk.h"

/* Weight of a distance against the load; more than the number of nodes. */
#define DISTANCE_WEIGHT		((unsigned long long)nr_node_ids + 1)

/* A node that is on the list already. */
#define NODE_USED		0x1

/* One node while the lists are built. */
struct candidate {
	unsigned long load;	/* how often it was first of its distance group */
	unsigned int used;	/* NODE_USED: on the list being built */
};

/* One candidate a node; lives in bootmem while the lists are built. */
static struct candidate *candidates;

/* has_memory(): a node that pages can come from. */
static bool has_memory(int nid)
{
	return NODE_DATA(nid)->node_present_pages != 0;
}

/* fallback_cost(): how little @nid wants to fall back on @other. */
static unsigned long long fallback_cost(int nid, int other)
{
	unsigned long long cost = node_distance(nid, other) + (other < nid);

	return cost * DISTANCE_WEIGHT + candidates[other].load;
}

/* next_best_node(): the cheapest node for @nid that isn't used yet. */
static int next_best_node(int nid)
{
	int best = NUMA_NO_NODE;

	if (has_memory(nid) && !candidates[nid].used)
		return nid;
	for (int other = 0; other < nr_node_ids; other++) {
		if (!has_memory(other) || candidates[other].used)
			continue;
		if (best == NUMA_NO_NODE ||
		    fallback_cost(nid, other) < fallback_cost(nid, best))
			best = other;
	}
	return best;
}

/* order_nodes(): @order gets the nodes that @nid falls back on; returns how
 * many. Counts the load that this puts on them. */
static int order_nodes(int nid, int *order)
{
	int nr = 0, previous = nid, next;

	for (int i = 0; i < nr_node_ids; i++)
		candidates[i].used = 0;
	while ((next = next_best_node(nid)) != NUMA_NO_NODE) {
		if (node_distance(nid, next) != node_distance(nid, previous))
			candidates[next].load++;
		candidates[next].used = NODE_USED;
		order[nr++] = next;
		previous = next;
	}
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

/* build_zonelists(): both lists of @pgdat; @order is scratch. */
static void build_zonelists(pg_data_t *pgdat, int *order)
{
	int nr = order_nodes(pgdat->node_id, order);
	struct zone **zones = alloc_zonelist(pgdat, nr);

	pgdat->node_zonelists[ZONELIST_FALLBACK].zones = zones;
	for (int i = 0; i < nr; i++)
		zones = add_zones(zones, order[i]);

	zones = alloc_zonelist(pgdat, 1);
	pgdat->node_zonelists[ZONELIST_NOFALLBACK].zones = zones;
	add_zones(zones, pgdat->node_id);
}

void build_all_zonelists(void)
{
	size_t size = (size_t)nr_node_ids * (sizeof(*candidates) + sizeof(int));
	phys_addr_t pa;

	candidates = alloc_bootmem_owner(NULL, ALIGN(size, PAGE_SIZE),
					 PAGE_SIZE, 0, 0, &owner_nodedata);
	if (!candidates)
		panic("out of memory: %zu bytes to order %d nodes", size,
		      nr_node_ids);
	for (int nid = 0; nid < nr_node_ids; nid++)
		build_zonelists(NODE_DATA(nid),
				(int *)(candidates + nr_node_ids));
	pa = virt_to_phys(candidates);
	free_bootmem(pa, ALIGN((phys_addr_t)size, PAGE_SIZE));
}
