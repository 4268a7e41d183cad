/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The road, stage by stage. At every point exactly one allocator is legal, and
 * one that is called out of turn would hand out memory that its successor
 * believes to be free: so each asks here first, and a wrong one is a BUG with
 * both names in it.
 *
 * A stage's cost is the difference of arch_counter() between its begin and the
 * next one's, less what printk() used in between. Whether that counter counts
 * instructions is found out by running the same short loop several times: an
 * instruction counter gives the same figure each time, a clock doesn't.
 */
#include "stage.h"

#include <stdbool.h>

#include "arch.h"
#include "printk.h"
#include "watchdog.h"

/* Runs of the loop that have to agree before a counter is believed. */
#define CALIBRATION_RUNS	8

/* Turns of the loop; long enough that a clock moves while it runs. */
#define CALIBRATION_TURNS	500

static const struct {
	const char *name;		/* as the report prints it */
	enum allocator allocator;	/* the one that is legal */
} stages[NR_STAGES] = {
	[STAGE_VERIFY]	 = { "verify",		ALLOC_BRK },
	[STAGE_MEMORY]	 = { "memory",		ALLOC_BRK },
	[STAGE_RESERVED] = { "reserved",	ALLOC_BRK },
	[STAGE_BOOTMEM]	 = { "bootmem_init",	ALLOC_MEMBLOCK },
	[STAGE_PAGING]	 = { "paging_init",	ALLOC_BOOTMEM },
	[STAGE_ZONES]	 = { "free_area_init",	ALLOC_BOOTMEM },
	[STAGE_HANDOVER] = { "free_all_bootmem", ALLOC_NONE },
	[STAGE_RUNNING]	 = { "running",		ALLOC_BUDDY },
};

static const char *const allocator_names[] = {
	[ALLOC_NONE]	 = "none",
	[ALLOC_BRK]	 = "brk",
	[ALLOC_MEMBLOCK] = "memblock",
	[ALLOC_BOOTMEM]	 = "bootmem",
	[ALLOC_BUDDY]	 = "buddy",
};

/* Which allocator stands between memblock and the buddy: bootmem, or memblock
 * itself where the boot takes the other road. */
static enum allocator early = ALLOC_BOOTMEM;

enum allocator stage_legal = ALLOC_BRK;

/* The stage that runs, and what each has cost so far. */
static enum boot_stage current;
static unsigned long long costs[NR_STAGES];

/* arch_counter() and printk_cost() when the current stage began. */
static unsigned long long begin_counter;
static unsigned long long begin_printk_cost;

/* set_legal(): what is legal in the current stage; without bootmem, memblock is
 * it until the handover is over. */
static void set_legal(void)
{
	enum allocator legal = stages[current].allocator;
	bool between = legal == ALLOC_BOOTMEM || legal == ALLOC_NONE;

	stage_legal = between && early == ALLOC_MEMBLOCK ? early : legal;
}

void stage_begin(enum boot_stage stage)
{
	unsigned long long now = arch_counter();

	watchdog_kick();
	if (stage != STAGE_VERIFY)
		costs[current] += now - begin_counter -
				  (printk_cost() - begin_printk_cost);
	current = stage;
	set_legal();
	begin_printk_cost = printk_cost();
	begin_counter = arch_counter();
}

enum boot_stage stage_current(void)
{
	return current;
}

const char *stage_name(enum boot_stage stage)
{
	return stages[stage].name;
}

void stage_set_early(enum allocator allocator)
{
	early = allocator;
	set_legal();
}

enum allocator stage_early(void)
{
	return early;
}

void stage_refuse(enum allocator allocator, const char *function)
{
	panic("BUG: %s() of %s called in stage %s, where %s is the legal allocator",
	      function, allocator_names[allocator], stages[current].name,
	      allocator_names[stage_legal]);
}

unsigned long long stage_cost(enum boot_stage stage)
{
	return costs[stage];
}

/* timed_loop(): what arch_counter() says of CALIBRATION_TURNS empty turns. Not
 * inlined: every run has to be the same instructions. */
static __attribute__((noinline)) unsigned long long timed_loop(void)
{
	unsigned long long begin = arch_counter();

	for (volatile int i = 0; i < CALIBRATION_TURNS; i++)
		;
	return arch_counter() - begin;
}

const char *stage_unit(void)
{
	unsigned long long first;

	timed_loop();		/* the first run may count what it warms up */
	first = timed_loop();
	for (int i = 1; i < CALIBRATION_RUNS; i++) {
		if (timed_loop() != first)
			return "ticks";
	}
	return "insns";
}

void stage_reset(void)
{
	current = STAGE_VERIFY;
	stage_set_early(ALLOC_BOOTMEM);
	for (int i = 0; i < NR_STAGES; i++)
		costs[i] = 0;
}
