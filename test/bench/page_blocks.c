/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What booting and the page allocator's operations cost on the host: for
 * ci/bench_host.py, which counts the instructions of measure_...() under callgrind.
 *
 *	page_blocks CALL GIB CALLS
 *
 * The machine has one node of GIB GiB, of which nothing is touched but what the
 * allocator keeps. It is brought up by the road's own steps, but for device tree
 * and paging; then CALL is made CALLS times.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch.h"
#include "brk.h"
#include "gfp.h"
#include "host.h"
#include "machine.h"
#include "memblock.h"
#include "mmzone.h"
#include "numa.h"
#include "random.h"
#include "road.h"
#include "stage.h"

/* Where memory begins, and brk. */
#define MEMORY		((phys_addr_t)1 << 40)
#define BRK		((phys_addr_t)1 << 52)
#define BRK_SIZE	((phys_addr_t)1 << 20)

/* What of the memory is there for the host at a time; the allocator's own tables,
 * at its upper end, fit. */
#define WINDOW		((phys_addr_t)1 << 30)

/* Blocks that are held at most; an even number of them. */
#define MAX_CALLS	65536

/* The order of the pair that isn't of single pages: 2 MiB. */
#define LARGE_ORDER	9

/* What the only node is called. */
static const uint32_t hwids[] = { 0 };

/* Blocks, drawn or allocated before, so that this isn't counted. */
static phys_addr_t blocks[MAX_CALLS];

/* measure_boot(): from memblock's lists to the buddy. */
static __attribute__((noinline)) void measure_boot(void)
{
	host_boot();
}

/* measure_pair(), measure_large(): a block, allocated and freed at once. */
static __attribute__((noinline)) void measure_pair(unsigned long calls)
{
	while (calls--)
		free_pages(alloc_pages(GFP_KERNEL, 0), 0);
}

static __attribute__((noinline)) void measure_large(unsigned long calls)
{
	while (calls--)
		free_pages(alloc_pages(GFP_KERNEL, LARGE_ORDER), LARGE_ORDER);
}

/* measure_fill(): single pages, that stay allocated. */
static __attribute__((noinline)) void measure_fill(unsigned long calls)
{
	for (unsigned long i = 0; i < calls; i++)
		blocks[i] = alloc_pages(GFP_KERNEL, 0);
}

/* measure_free(): all of those, in random order. */
static __attribute__((noinline)) void measure_free(unsigned long calls)
{
	for (unsigned long i = 0; i < calls; i++)
		free_pages(blocks[i], 0);
}

/* measure_bulk(): that many pages in one call, and back. */
static __attribute__((noinline)) void measure_bulk(unsigned long calls)
{
	struct page_run runs[16] = { { 0, 0 } };

	alloc_pages_bulk(GFP_KERNEL, calls, runs, ARRAY_SIZE(runs));
	for (unsigned int i = 0; i < ARRAY_SIZE(runs) && runs[i].nr; i++)
		free_pages_bulk(&runs[i], 1);
}

/* free_at_random(): what measure_free() measures. */
static void free_at_random(unsigned long calls)
{
	uint64_t seed = 1;

	for (unsigned long i = 0; i < calls; i++)
		blocks[i] = alloc_pages(GFP_KERNEL, 0);
	for (unsigned long i = calls; i-- > 1;) {
		unsigned long j = next_random(&seed) % (i + 1);
		phys_addr_t tmp = blocks[i];

		blocks[i] = blocks[j];
		blocks[j] = tmp;
	}
	measure_free(calls);
}

/* boot_only(): what measure_boot() measures is over by now. */
static void boot_only(unsigned long calls)
{
	(void)calls;
}

static const struct {
	const char *name;
	void (*run)(unsigned long calls);
} runs[] = {
	{ "boot", boot_only },
	{ "pair", measure_pair },
	{ "large", measure_large },
	{ "fill", measure_fill },
	{ "free", free_at_random },
	{ "bulk", measure_bulk },
};

/* find_window(): the part of the memory that @pa is in. */
static bool find_window(phys_addr_t pa, phys_addr_t *base, phys_addr_t *last)
{
	*base = ALIGN_DOWN(pa, WINDOW);
	*last = *base + (WINDOW - 1);
	return pa >= MEMORY;
}

/* set_up(): RAM of @gib GiB, and the buddy. */
static void set_up(phys_addr_t gib)
{
	host_reset();
	machine.bootargs = "";
	memblock_init();
	stage_reset();
	host_ram(BRK, BRK_SIZE);
	brk_init(BRK, BRK + BRK_SIZE);
	host.find_ram = find_window;
	memblock_add_node(MEMORY, gib << 30, 0, MEMBLOCK_NONE);
	numa_init(hwids, ARRAY_SIZE(hwids));
	measure_boot();
}

int main(int argc, char **argv)
{
	for (size_t i = 0; argc == 4 && i < ARRAY_SIZE(runs); i++) {
		if (strcmp(runs[i].name, argv[1]))
			continue;
		set_up(strtoul(argv[2], NULL, 0));
		runs[i].run(MIN(strtoul(argv[3], NULL, 0), MAX_CALLS));
		return EXIT_SUCCESS;
	}
	fprintf(stderr, "usage: %s CALL GIB CALLS\n", argv[0]);
	return EXIT_FAILURE;
}
