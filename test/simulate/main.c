/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Machines that nobody has: the road from memblock to the buddy, and the firmware's
 * own bench, on as many nodes of as much RAM as one likes.
 *
 *	simulate NODES GIB
 *
 * Each node has GIB GiB, one behind the other; only what the allocator keeps, and
 * the bench's table, is there for the host, the rest is addresses. Distances are
 * those of a ring. Status 0: every operation did what it should, every page is back.
 *
 * Time is counted in basic blocks: lib/ is compiled so that each of them calls
 * __sanitizer_cov_trace_pc(), which counts, and the counter of the machine is that
 * count; harness and host aren't counted. "insns" in what is printed are these: the
 * counter is found to be one that gives the same figure on every run.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../../firmware/firmware.h"
#include "arch.h"
#include "brk.h"
#include "host.h"
#include "machine.h"
#include "memblock.h"
#include "numa.h"
#include "report.h"
#include "road.h"

/* Where memory begins, and brk: room for memblock's tables and all distances. */
#define MEMORY		((phys_addr_t)1 << 40)
#define BRK		((phys_addr_t)1 << 52)
#define BRK_SIZE	((phys_addr_t)16 << 20)

/* What of a node is there for the host at a time: this, or as large a part of it,
 * from its end downwards, as holds its map, which takes 1/29,000. */
#define WINDOW		((phys_addr_t)1 << 30)
#define WINDOW_PART	16384

/* Nodes at most, and GiB of all of them: up to where brk is. */
#define MAX_NODES	4096
#define MAX_GIB		((BRK - MEMORY) >> 30)

/* The largest distance that a byte holds. */
#define MAX_DISTANCE	255u

/* What the nodes are called, and bytes of each. */
static uint32_t hwids[MAX_NODES];
static phys_addr_t node_size;

/* Basic blocks so far. */
static unsigned long long blocks;

/* What each basic block of lib/ calls (gcc's -fsanitize-coverage=trace-pc). */
void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void)
{
	blocks++;
}

/* count_blocks(): the machine's counter. */
static unsigned long long count_blocks(void)
{
	return blocks;
}

/* smp_call(): there is one CPU. */
void smp_call(void (*fn)(void))
{
	fn();
}

/* find_window(): the part of its node that @pa is in. */
static bool find_window(phys_addr_t pa, phys_addr_t *base, phys_addr_t *last)
{
	phys_addr_t window = MIN(node_size, MAX(WINDOW, node_size / WINDOW_PART));
	phys_addr_t above = node_size - 1 - (pa - MEMORY) % node_size;

	*last = pa + above % window;
	*base = pa - MIN(window - 1 - above % window,
			 (pa - MEMORY) % node_size);
	return pa >= MEMORY;
}

/* set_distances(): nodes in a ring, one farther for each step. */
static void set_distances(int nr)
{
	for (int from = 0; from < nr; from++)
		for (int to = 0; to < nr; to++) {
			int way = abs(from - to), other = nr - way;
			uint32_t steps = (uint32_t)MIN(way, other);

			if (steps)
				numa_set_distance(from, to,
						  MIN(LOCAL_DISTANCE + steps,
						      MAX_DISTANCE));
		}
}

/* make_memory(): @nr nodes of @gib GiB each. */
static void make_memory(int nr, phys_addr_t gib)
{
	node_size = gib << 30;
	memblock_init();
	host_ram(BRK, BRK_SIZE);
	brk_init(BRK, BRK + BRK_SIZE);
	for (int nid = 0; nid < nr; nid++)
		hwids[nid] = (uint32_t)nid;
	numa_init(hwids, nr);
	set_distances(nr);
	for (int nid = 0; nid < nr; nid++)
		if (memblock_add_node(MEMORY + node_size * (phys_addr_t)nid,
				      node_size, nid, MEMBLOCK_NONE))
			exit(EXIT_FAILURE);
}

int main(int argc, char **argv)
{
	unsigned long nr = argc == 3 ? strtoul(argv[1], NULL, 0) : 0;
	unsigned long gib = argc == 3 ? strtoul(argv[2], NULL, 0) : 0;
	bool pass;

	if (nr < 1 || nr > MAX_NODES || gib < 1 || gib > MAX_GIB / nr) {
		fprintf(stderr, "usage: %s NODES GIB; up to %d nodes, %llu GiB in all\n",
			argv[0], MAX_NODES, MAX_GIB);
		return EXIT_FAILURE;
	}
	host_reset();
	host.find_ram = find_window;
	host.counter = count_blocks;
	host.echo = true;
	machine.bootargs = "bench";
	make_memory((int)nr, gib);
	host_boot();
	report_stages();
	pass = bench();
	return report_ledger() && pass ? EXIT_SUCCESS : EXIT_FAILURE;
}
