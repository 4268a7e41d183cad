/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The steps of the road that join one allocator to the next.
 */
#ifndef MM_INIT_H
#define MM_INIT_H

#include "mmzone.h"

/* build_all_zonelists(): who stands in for whom, for every node. */
void build_all_zonelists(void);

/* zone_limits(): the pages [*@start, *@end) that zone @type may have on this
 * machine; empty where *@start == *@end. */
void zone_limits(enum zone_type type, unsigned long *start,
		 unsigned long *end);

/*
 * mem_init(): handover. The maps are checked against memblock a last time, then
 * free_all_bootmem() makes their free pages the buddy's.
 */
void mem_init(void);

#endif
