/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nodes: numa-node-id of memory and CPUs, and the distance map (Linux'
 * Documentation/devicetree/bindings/numa.txt).
 *
 * An id may be any 32-bit number. All that occur are collected, so that each
 * gets a dense number; a node that has only CPUs counts. A bank without an id,
 * where others have one, is node 0's. A tree without any id is one node, 0.
 *
 * A distance that makes no sense is replaced by its default alone; the rest of
 * the map stays.
 */
#include "numa.h"

#include "brk.h"
#include "of_private.h"
#include "printk.h"

/* Cells of an entry of distance-matrix: from, to, distance. */
#define MATRIX_CELLS	3

/* An id that occurs in the tree. */
struct node_id {
	struct node_id *next;	/* the next higher one */
	uint32_t hwid;
};

/* Some memory or CPU of the tree has an id. */
static bool any_id;

/* add_id(): @hwid goes where it belongs in ascending @list, once. */
static void add_id(struct node_id **list, uint32_t hwid)
{
	struct node_id *new;

	while (*list && (*list)->hwid < hwid)
		list = &(*list)->next;
	if (*list && (*list)->hwid == hwid)
		return;
	new = brk_alloc_or_panic(sizeof(*new), _Alignof(struct node_id),
				 "a NUMA node id");
	new->hwid = hwid;
	new->next = *list;
	*list = new;
}

/* collect_memory(): the ids of memory nodes; false where one has none. */
static bool collect_memory(struct node_id **list)
{
	bool all = true;
	uint32_t hwid;
	int node;

	of_for_each_child(node, OF_ROOT) {
		if (!of_is_memory(node))
			continue;
		if (of_u32(node, OF_NUMA_NODE_ID, &hwid))
			add_id(list, hwid);
		else
			all = false;
	}
	return all;
}

/* collect_cpus(): the ids of CPUs, usable or not. */
static void collect_cpus(struct node_id **list)
{
	int node, cpus = of_top("cpus");
	uint32_t hwid;

	if (cpus < 0)
		return;
	of_for_each_child(node, cpus) {
		if (of_is_cpu(node) && of_u32(node, OF_NUMA_NODE_ID, &hwid))
			add_id(list, hwid);
	}
}

/* init_nodes(): hand the ids in @list over as a table. */
static void init_nodes(const struct node_id *list)
{
	const struct node_id *id;
	uint32_t *hwids;
	int nr = 0;

	for (id = list; id; id = id->next)
		nr++;
	of_brk_ensure((phys_addr_t)nr * (phys_addr_t)nr);
	hwids = brk_alloc_or_panic((size_t)nr * sizeof(*hwids),
				   _Alignof(uint32_t), "NUMA node ids");
	nr = 0;
	for (id = list; id; id = id->next)
		hwids[nr++] = id->hwid;
	numa_init(hwids, nr);
}

/*
 * set_distance(): one entry of the map. Where only one direction is given, the
 * way back is as far (Linux' rule: from the lower number to the higher); so
 * pass 0 sets the ways back, pass 1 what is there explicitly. False where it is
 * no distance.
 */
static bool set_distance(int from, int to, uint32_t distance, int pass)
{
	if (pass == 0)
		return from >= to || numa_set_distance(to, from, distance);
	return numa_set_distance(from, to, distance);
}

/* read_matrix(): @nr entries at @cell; bad ones are named in pass 1. */
static void read_matrix(int map, const fdt32_t *cell, int nr, int pass)
{
	for (; nr; nr--, cell += MATRIX_CELLS) {
		uint32_t from = fdt32_ld(cell), to = fdt32_ld(cell + 1);
		uint32_t distance = fdt32_ld(cell + 2);
		int a = numa_find(from), b = numa_find(to);
		bool known = a != NUMA_NO_NODE && b != NUMA_NO_NODE;

		if (known && set_distance(a, b, distance, pass))
			continue;
		if (pass == 0)
			continue;
		warn("W-NUMA-DISTANCE",
		     "%s: distance %u from node %u to %u %s; the default stays",
		     of_name(map), distance, from, to,
		     known ? "is none" : "names a node without memory or CPU");
	}
}

/* read_map(): the distance map at node @map. */
static void read_map(int map)
{
	const int bytes = MATRIX_CELLS * (int)sizeof(fdt32_t);
	const fdt32_t *cell;
	int len;

	cell = of_property(map, OF_DISTANCE_MATRIX, &len);
	if (!cell || len % bytes)
		warn("W-NUMA-MATRIX",
		     "%s: distance-matrix has %d bytes, which is no multiple of %d; whole entries are used",
		     of_name(map), cell ? len : 0, bytes);
	if (!cell)
		return;
	for (int pass = 0; pass < 2; pass++)
		read_matrix(map, cell, len / bytes, pass);
}

/* read_maps(): every distance map there is. */
static void read_maps(void)
{
	static const char compatible[] = "numa-distance-map-v1";
	int map = of_by_compatible(OF_ROOT, compatible);

	for (; map >= 0; map = of_by_compatible(of_next(map), compatible))
		read_map(map);
}

void of_scan_numa(void)
{
	struct node_id *ids = NULL;
	bool all = collect_memory(&ids);

	collect_cpus(&ids);
	any_id = ids != NULL;
	if (!all || !any_id)
		add_id(&ids, 0);
	init_nodes(ids);
	read_maps();
	of_cpus_set_nodes();
}

int of_memory_nid(int node)
{
	uint32_t hwid;

	if (of_u32(node, OF_NUMA_NODE_ID, &hwid))
		return numa_find(hwid);
	if (any_id || of_has(node, OF_NUMA_NODE_ID))
		warn("W-NUMA-NO-ID",
		     "%s has no numa-node-id of one cell; it is taken for node 0",
		     of_name(node));
	return numa_find(0);
}
