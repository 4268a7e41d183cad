/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The steps of the road that join one allocator to the next.
 */
#ifndef MM_INIT_H
#define MM_INIT_H

#include "mmzone.h"

/*
 * mm_parse_bootargs(): early=bootmem|memblock, memblock=debug, bootmem_debug and
 * failalloc=N take effect; once machine.bootargs is known.
 */
void mm_parse_bootargs(void);

/* build_all_zonelists(): who stands in for whom, for every node. */
void build_all_zonelists(void);

/* zone_limits(): the pages [*@start, *@end) that zone @type may have on this
 * machine; empty where *@start == *@end. */
void zone_limits(enum zone_type type, unsigned long *start,
		 unsigned long *end);

/*
 * memblock_free_all(): the road without bootmem: the nodes' maps are made only
 * now, from memblock's lists. Returns how many pages are free.
 */
unsigned long memblock_free_all(void);

/* memblock_free_late(): after handover, as free_bootmem_late(). */
void memblock_free_late(phys_addr_t base, phys_addr_t size);

/*
 * mem_init(): handover, by either road: free_all_bootmem() after the maps were
 * checked against memblock a last time, or memblock_free_all().
 */
void mem_init(void);

#endif
