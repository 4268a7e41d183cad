/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The road from memblock's lists to the buddy, for programs on the host that need
 * a running allocator and have neither a device tree nor page tables.
 */
#ifndef ROAD_H
#define ROAD_H

#include "mm_init.h"
#include "stage.h"

/* host_boot(): all that is in memblock.memory and not reserved is the buddy's. */
static inline void host_boot(void)
{
	stage_begin(STAGE_BOOTMEM);
	bootmem_init();
	stage_begin(STAGE_ZONES);
	free_area_init();
	stage_begin(STAGE_HANDOVER);
	mem_init();
	stage_begin(STAGE_RUNNING);
}

#endif
