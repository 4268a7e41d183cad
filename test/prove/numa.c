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
static struct candidate scratch[NODES];

/* any_nodes(): with any ascending numbers, memory or none, and any distances. */
static void any_nodes(void)
{
	nr_node_ids = NODES;
	node_data = node_pointers;
	node_hwids = hwids;
	distances = matrix;
	candidates = scratch;
	for (unsigned int i = 0; i < NODES; i++) {
		node_pointers[i] = &nodes[i];
		nodes[i].node_id = (int)i;
		nodes[i].node_present_pages = nondet_ulong();
		hwids[i] = nondet_u32();
		ASSUME(!i || hwids[i - 1] < hwids[i]);
		scratch[i].load = below(NODES + 1);
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
 * and no other node, and begins with the node itself where it has memory; for any
 * distances.
 */
void fallback_order_has_each_node_once(void)
{
	int nid, w, nr, times = 0, order[NODES];

	any_nodes();
	nid = (int)below(NODES);
	w = (int)below(NODES);
	nr = order_nodes(nid, order);
	ASSERT(nr >= 0 && nr <= nr_node_ids);
	for (int i = 0; i < NODES; i++)
		times += i < nr && order[i] == w;
	ASSERT(times == (nodes[w].node_present_pages != 0));
	ASSERT(IMPLIES(nodes[nid].node_present_pages, order[0] == nid));
	COVER(nr == NODES && nid == 0 && order[1] == 2);
}
