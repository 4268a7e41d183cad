/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A machine on which the whole road is walked, by its own steps:
 *
 *	node 0	[0x80000000-0x80100000)	256 pages; the image is the first 32,
 *					the last 16 of which are brk
 *	node 1	[0x80200000-0x80300000)	256 pages
 *
 * A test may add and reserve more before it sets out.
 */
#ifndef ROAD_FIXTURE_H
#define ROAD_FIXTURE_H

#include "gfp.h"
#include "mm_init.h"
#include "numa.h"
#include "paging.h"
#include "unit.h"

#define ROAD_NODE0	((phys_addr_t)0x80000000)
#define ROAD_NODE1	((phys_addr_t)0x80200000)
#define ROAD_NODE_SIZE	PAGE(256)

/* Where brk begins and ends. */
#define ROAD_BRK	(ROAD_NODE0 + PAGE(16))
#define ROAD_BRK_END	(ROAD_NODE0 + PAGE(32))

/* What the tree numbers the nodes as. */
static const uint32_t road_hwids[] = { 0, 5, 9 };

static const struct mem_owner road_image = {
	"image", "image", NULL, VM_READ | VM_WRITE
};

/* road_machine(): the machine above with @nr_nodes nodes: 1, 2, or 3, of which
 * the last has no memory; brk is legal. */
static inline void road_machine(int nr_nodes)
{
	machine.model = "drawing";
	machine.bootargs = "";
	host_ram(ROAD_NODE0, ROAD_NODE_SIZE);
	memblock_add_node(ROAD_NODE0, ROAD_NODE_SIZE, 0, MEMBLOCK_NONE);
	if (nr_nodes > 1) {
		host_ram(ROAD_NODE1, ROAD_NODE_SIZE);
		memblock_add_node(ROAD_NODE1, ROAD_NODE_SIZE, 1, MEMBLOCK_NONE);
	}
	brk_init(ROAD_BRK, ROAD_BRK_END);
	numa_init(road_hwids, nr_nodes);
	memblock_reserve_owner(ROAD_NODE0, ROAD_BRK_END - ROAD_NODE0,
			       MEMBLOCK_NONE, &road_image);
	page_alloc_set_node(0);
}

/* road_to(): walk from where brk is legal to the begin of @stage, or through all
 * of it for STAGE_RUNNING. */
static inline void road_to(enum boot_stage stage)
{
	paging_choose_mode();
	stage_begin(STAGE_BOOTMEM);
	if (stage == STAGE_BOOTMEM)
		return;
	bootmem_init();
	stage_begin(STAGE_PAGING);
	if (stage == STAGE_PAGING)
		return;
	paging_init();
	stage_begin(STAGE_ZONES);
	if (stage == STAGE_ZONES)
		return;
	free_area_init();
	stage_begin(STAGE_HANDOVER);
	if (stage == STAGE_HANDOVER)
		return;
	mem_init();
	stage_begin(STAGE_RUNNING);
	page_alloc_check();
}

#endif
