/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What memblock costs with many regions: for ci/bench_host.py, which counts the
 * instructions of measure_...() under callgrind.
 *
 *	memblock_regions CALL REGIONS CALLS
 *
 * Memory is one region; every other page of it is reserved, REGIONS of them, but
 * for the lowest pages, which are free. Then CALL is made CALLS times.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "brk.h"
#include "host.h"
#include "memblock.h"
#include "numa.h"
#include "stage.h"

/* Where memory begins, and the tables of regions. */
#define MEMORY		((phys_addr_t)1 << 40)
#define TABLES		((phys_addr_t)1 << 50)
#define TABLES_SIZE	((phys_addr_t)64 << 20)

/* Free pages below the reservations. */
#define LOW_PAGES	16

/* What a call is made of: addresses drawn before, so that drawing isn't counted. */
#define MAX_CALLS	1024
static phys_addr_t at[MAX_CALLS];

/* What came out, so that no call is left out. */
static volatile phys_addr_t result;

/* measure_point(): is it reserved? */
static __attribute__((noinline)) void measure_point(unsigned long calls)
{
	for (unsigned long i = 0; i < calls; i++)
		result = memblock_is_reserved(at[i]);
}

/* measure_region(): is any byte of three pages reserved? */
static __attribute__((noinline)) void measure_region(unsigned long calls)
{
	for (unsigned long i = 0; i < calls; i++)
		result = memblock_is_region_reserved(at[i], 3 * PAGE_SIZE);
}

/* measure_free(): the next free range. */
static __attribute__((noinline)) void measure_free(unsigned long calls)
{
	struct free_range range;

	for (unsigned long i = 0; i < calls; i++)
		result = memblock_next_free(at[i], &range);
}

/* measure_find(): a page below an address, found at once. */
static __attribute__((noinline)) void measure_find(unsigned long calls)
{
	for (unsigned long i = 0; i < calls; i++)
		result = memblock_find_in_range_node(PAGE_SIZE, PAGE_SIZE, 0,
						     at[i], NUMA_NO_NODE);
}

/* measure_find_last(): two pages, which only the lowest range has. */
static __attribute__((noinline)) void measure_find_last(unsigned long calls)
{
	for (unsigned long i = 0; i < calls; i++)
		result = memblock_find_in_range_node(2 * PAGE_SIZE, PAGE_SIZE,
						     0, MEMBLOCK_ALLOC_ANYWHERE,
						     NUMA_NO_NODE);
}

/* measure_reserve(): a byte in a free page, and back. */
static __attribute__((noinline)) void measure_reserve(unsigned long calls)
{
	for (unsigned long i = 0; i < calls; i++) {
		phys_addr_t pa = ALIGN_DOWN(at[i], 2 * PAGE_SIZE) + 8;

		result = (phys_addr_t)(memblock_reserve(pa, 1) |
				       memblock_phys_free(pa, 1));
	}
}

static const struct {
	const char *name;
	void (*measure)(unsigned long calls);
} measures[] = {
	{ "point", measure_point }, { "region", measure_region },
	{ "free", measure_free }, { "find", measure_find },
	{ "find_last", measure_find_last }, { "reserve", measure_reserve },
};

/* set_up(): @regions reservations. */
static void set_up(unsigned long regions)
{
	const phys_addr_t first = MEMORY + LOW_PAGES * PAGE_SIZE;

	host_reset();
	memblock_init();
	stage_reset();
	host_ram(TABLES, TABLES_SIZE);
	brk_init(TABLES, TABLES + TABLES_SIZE);
	memblock_add(MEMORY, (LOW_PAGES + 2 * regions) * PAGE_SIZE);
	for (unsigned long i = 0; i < regions; i++)
		memblock_reserve(first + (2 * i + 1) * PAGE_SIZE, PAGE_SIZE);
	srandom(1);
	for (unsigned long i = 0; i < MAX_CALLS; i++)
		at[i] = first + ((unsigned long)random() % (2 * regions)) *
			PAGE_SIZE;
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 4 && i < ARRAY_SIZE(measures); i++) {
		if (strcmp(measures[i].name, argv[1]))
			continue;
		set_up(strtoul(argv[2], NULL, 0));
		measures[i].measure(MIN(strtoul(argv[3], NULL, 0), MAX_CALLS));
		return EXIT_SUCCESS;
	}
	fprintf(stderr, "usage: %s CALL REGIONS CALLS\n", argv[0]);
	return EXIT_FAILURE;
}
