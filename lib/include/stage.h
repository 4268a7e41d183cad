/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The stages of the boot, which allocator is legal in each, and what each cost.
 */
#ifndef STAGE_H
#define STAGE_H

enum boot_stage {
	STAGE_VERIFY,		/* the blob and what it says of console and CPUs */
	STAGE_MEMORY,		/* /memory into memblock.memory */
	STAGE_RESERVED,		/* every reservation into memblock.reserved */
	STAGE_BOOTMEM,		/* bootmem_init(): the maps */
	STAGE_PAGING,		/* paging_init(): tables, MMU on */
	STAGE_ZONES,		/* free_area_init(): nodes, zones, zonelists */
	STAGE_HANDOVER,		/* free_all_bootmem(): the maps become the buddy's */
	STAGE_RUNNING,		/* the buddy allocator is up */
	NR_STAGES
};

/* The allocators of the road, in the order in which they become legal. */
enum allocator {
	ALLOC_NONE,
	ALLOC_BRK,
	ALLOC_MEMBLOCK,
	ALLOC_BOOTMEM,
	ALLOC_BUDDY,
};

/* stage_begin(): the stage before ends, @stage and its own allocator begin. */
void stage_begin(enum boot_stage stage);

/* stage_current(): where the boot is. */
enum boot_stage stage_current(void);

/* stage_name(): as the report prints it: "verify", "memory", ... */
const char *stage_name(enum boot_stage stage);

/*
 * stage_set_early(): which of the two roads is taken: ALLOC_BOOTMEM, or
 * ALLOC_MEMBLOCK, which then stays legal until handover. Before bootmem_init().
 */
void stage_set_early(enum allocator allocator);
enum allocator stage_early(void);

/* The allocator that is legal now. */
extern enum allocator stage_legal;

/* stage_refuse(): the BUG that stage_allow() ends in. */
void stage_refuse(enum allocator allocator, const char *function)
	__attribute__((noreturn));

/*
 * stage_allow(): a BUG with both names where @allocator is not the legal one of
 * this stage. Every allocator calls it first, with the caller's own @function.
 */
static inline void stage_allow(enum allocator allocator, const char *function)
{
	if (__builtin_expect(allocator != stage_legal, 0))
		stage_refuse(allocator, function);
}

/* stage_cost(): counter ticks that @stage took, what it printed not counted. */
unsigned long long stage_cost(enum boot_stage stage);

/*
 * stage_unit(): "insns" where the machine's counter was seen to count
 * instructions, "ticks" where it counts some sort of time.
 */
const char *stage_unit(void);

/* stage_reset(): back to before the first stage; for the tests. */
void stage_reset(void);

#endif
