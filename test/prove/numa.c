/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nodes: their numbers, and who falls back on whom.
 */
#include "prove.h"

#include "lib/mm/numa.c"
#include "lib/mm/zonelist.c"

/* Nodes. Some may have no memory. */
#define NODES 3

pg_data_t **node_data;

static pg_data_t nodes[NODES];
static pg_data_t *node_pointers[NODES];
static uint32_t hwids[NODES];
static uint8_t matrix[NODES * NODES];
static struct candidate found[NODES];
static unsigned long load_table[NODES];

/* The C library's: by pairs of neighbours, until the last pair is in order. */
void qsort(void *base, size_t nr, size_t size,
	   int (*compare)(const void *, const void *))
{
	struct candidate *c = base, swap;

	ASSERT(size == sizeof(*c) && nr <= NODES);
	for (unsigned int end = NODES - 1; end > 0; end--)
		for (unsigned int i = 0; i < end; i++)
			if (i + 1 < nr && compare(&c[i], &c[i + 1]) > 0) {
				swap = c[i];
				c[i] = c[i + 1];
				c[i + 1] = swap;
			}
}

/* any_nodes(): with any ascending numbers, memory or none, and any distances. */
static void any_nodes(void)
{
	nr_node_ids = NODES;
	node_data = node_pointers;
	node_hwids = hwids;
	distances = matrix;
	candidates = found;
	loads = load_table;
	for (unsigned int i = 0; i < NODES; i++) {
		node_pointers[i] = &nodes[i];
		nodes[i].node_id = (int)i;
		nodes[i].node_present_pages = nondet_ulong();
		hwids[i] = nondet_u32();
		ASSUME(!i || hwids[i - 1] < hwids[i]);
		load_table[i] = below(NODES + 1);
	}
	for (unsigned int i = 0; i < NODES * NODES; i++)
		matrix[i] = nondet_u8();
}

/*
 * numa_find() returns the node that has the number the device tree gives, and
 * none exactly where no node has it.
 */
void numa_find_inverts_hwid(void)
{
	uint32_t hwid = nondet_u32();
	int nid, other;

	any_nodes();
	other = (int)below(NODES);
	nid = numa_find(hwid);
	ASSERT(nid == NUMA_NO_NODE || (nid >= 0 && nid < nr_node_ids));
	ASSERT(IMPLIES(nid != NUMA_NO_NODE, node_hwid(nid) == hwid));
	ASSERT(IMPLIES(nid == NUMA_NO_NODE, node_hwid(other) != hwid));
	COVER(nid == NODES - 1);
	COVER(nid == NUMA_NO_NODE && hwid > hwids[0] && hwid < hwids[1]);
}

/*
 * Setting a distance changes that one only, and only to something that can be
 * one: 10 to the node itself, 11 to 255 to another.
 */
void numa_distance_changes_one(void)
{
	uint32_t distance = nondet_u32(), was;
	int from, to, a, b;
	bool set;

	any_nodes();
	from = (int)below(NODES);
	to = (int)below(NODES);
	a = (int)below(NODES);
	b = (int)below(NODES);
	was = node_distance(a, b);
	set = numa_set_distance(from, to, distance);
	ASSERT(set == (from == to ? distance == 10
				  : distance > 10 && distance <= 255));
	if (set && a == from && b == to)
		ASSERT(node_distance(a, b) == distance);
	else
		ASSERT(node_distance(a, b) == was);
	COVER(set && from == 2 && to == 1 && a == 1 && b == 2);
}

/*
 * The order in which a node falls back on others has each node with memory once
 * and no other node, by what it costs, the node itself first where distances are
 * as they may be: 10 to itself, more to others.
 */
void fallback_order_has_each_node_once(void)
{
	int nid, w, nr, times = 0;

	any_nodes();
	nid = (int)below(NODES);
	w = (int)below(NODES);
	ASSUME(node_distance(nid, nid) == LOCAL_DISTANCE);
	for (int other = 0; other < NODES; other++)
		ASSUME(other == nid || node_distance(nid, other) > LOCAL_DISTANCE);
	nr = order_nodes(nid);
	ASSERT(nr >= 0 && nr <= NODES);
	for (int i = 0; i < NODES; i++) {
		times += i < nr && found[i].nid == w;
		ASSERT(i == 0 || i >= nr || found[i - 1].cost <= found[i].cost);
	}
	ASSERT(times == (nodes[w].node_present_pages != 0));
	ASSERT(IMPLIES(nodes[nid].node_present_pages, found[0].nid == nid));
	COVER(nr == NODES && nid == 0 && found[1].nid == 2);
}
