/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nodes: dense numbers for what the device tree numbers as it likes.
 *
 * The tree's numa-node-id may be any 32-bit number (0, 7, 200, 65535). Inside,
 * nodes are counted 0, 1, 2 ... in ascending order of that number ("nid"); what
 * is printed is always the tree's own number, node_hwid(nid). The tables come
 * from brk, sized by what the tree holds; there is no largest number of nodes.
 */
#ifndef NUMA_H
#define NUMA_H

#include <stdbool.h>
#include <stdint.h>

/* No particular node. */
#define NUMA_NO_NODE		(-1)

/* Distances where the tree gives none: ACPI's SLIT and the binding's examples. */
#define LOCAL_DISTANCE		10
#define REMOTE_DISTANCE		20

/* How many nodes there are; at least 1 once numa_init() has run. */
extern int nr_node_ids;

/*
 * numa_init(): make room for nodes with the @nr distinct ids at @hwids, which
 * are ascending; every distance becomes its default. @hwids is kept.
 */
void numa_init(const uint32_t *hwids, int nr);

/* node_hwid(): the number that the device tree gives to node @nid. */
uint32_t node_hwid(int nid);

/* numa_find(): the node that the tree numbers @hwid, or NUMA_NO_NODE. */
int numa_find(uint32_t hwid);

/*
 * numa_set_distance(): from node @from to node @to. A distance that is no
 * distance (to itself other than 10, to another 10 or less, above 255) is
 * refused with false and its default stays.
 */
bool numa_set_distance(int from, int to, uint32_t distance);

/* node_distance(): from node @from to node @to. */
uint32_t node_distance(int from, int to);

#endif
