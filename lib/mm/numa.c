/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nodes by number, and how far each is from each other.
 */
#include "numa.h"

#include <stddef.h>
#include <string.h>

#include "brk.h"

int nr_node_ids;

/* The device tree's number of each node, ascending. */
static const uint32_t *node_hwids;

/* nr_node_ids rows of as many distances each. */
static uint8_t *distances;

void numa_init(const uint32_t *hwids, int nr)
{
	size_t n = (size_t)nr;

	nr_node_ids = nr;
	node_hwids = hwids;
	distances = brk_alloc_or_panic(n * n, 1, "node distances");
	memset(distances, REMOTE_DISTANCE, n * n);
	for (size_t i = 0; i < n; i++)
		distances[i * n + i] = LOCAL_DISTANCE;
}

uint32_t node_hwid(int nid)
{
	return node_hwids[nid];
}

int numa_find(uint32_t hwid)
{
	int low = 0, high = nr_node_ids;

	while (low < high) {
		int mid = low + (high - low) / 2;

		if (node_hwids[mid] < hwid)
			low = mid + 1;
		else
			high = mid;
	}
	return low < nr_node_ids && node_hwids[low] == hwid ? low
							    : NUMA_NO_NODE;
}

bool numa_set_distance(int from, int to, uint32_t distance)
{
	bool local = distance == LOCAL_DISTANCE;

	if (distance > UINT8_MAX || distance < LOCAL_DISTANCE ||
	    local != (from == to))
		return false;
	distances[(size_t)from * (size_t)nr_node_ids + (size_t)to] =
		(uint8_t)distance;
	return true;
}

uint32_t node_distance(int from, int to)
{
	return distances[(size_t)from * (size_t)nr_node_ids + (size_t)to];
}
