/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bench: what the allocator's operations cost in the counter's units, which
 * are instructions under -icount. Each figure is the mean over many operations,
 * less what the loop around them costs; the worst single one is kept too.
 *
 * Memory comes from the buddy itself and goes back to it; the last line says
 * whether everything did.
 */
#include <stdio.h>
#include <string.h>

#include "arch.h"
#include "firmware.h"
#include "gfp.h"
#include "mmzone.h"
#include "printk.h"
#include "random.h"
#include "stage.h"

/* Blocks that the random tests hold at a time: 64 MiB of pages. */
#define BLOCKS		16384

/* Rounds of the hot tests. */
#define ROUNDS		1000

/* Where the blocks are; a table of pages from the buddy. */
static phys_addr_t *blocks;

/* Where the pseudo-random sequence is. */
static uint64_t seed = 88172645463325252ull;

/* What a measurement found. */
struct figure {
	unsigned long long begin;	/* counter when the current op began */
	unsigned long long sum;		/* of all operations */
	unsigned long long worst;	/* of a single one */
	unsigned long n;		/* operations */
};

/* What the harness costs around an operation: counter, call, arguments. */
static unsigned long long overhead;

/* begin(), end(): around one operation. */
static __attribute__((noinline)) void begin(struct figure *f)
{
	f->begin = arch_counter();
}

static __attribute__((noinline)) void end(struct figure *f)
{
	unsigned long long cost = arch_counter() - f->begin - overhead;

	f->sum += cost;
	f->worst = MAX(f->worst, cost);
	f->n++;
}

/* show(): one line; the mean with one decimal. */
static void show(const char *name, const struct figure *f)
{
	unsigned long long tenths = f->n ? f->sum * 10 / f->n : 0;

	printk("bench: %-28s mean %6llu.%llu worst %6llu %s\n", name,
	       tenths / 10, tenths % 10, f->worst, stage_unit());
}

/* nothing_alloc(), nothing_free(): called as the real ones are, to do nothing. */
static __attribute__((noinline)) phys_addr_t nothing_alloc(gfp_t gfp,
							   unsigned int order)
{
	__asm__ volatile("" : : "r"(gfp), "r"(order));
	return PAGE_SIZE;
}

static __attribute__((noinline)) bool nothing_free(phys_addr_t addr,
						   unsigned int order)
{
	__asm__ volatile("" : : "r"(addr), "r"(order));
	return true;
}

/* calibrate(): find out what the harness costs around an @operation. */
#define calibrate(operation) do {					\
	struct figure f__ = { 0 };					\
									\
	overhead = 0;							\
	for (int i__ = 0; i__ < 2; i__++) {				\
		f__.sum = 0;						\
		begin(&f__);						\
		operation;						\
		end(&f__);						\
	}								\
	overhead = f__.sum;						\
} while (0)

/* bench_pair(): allocate and free one block of @order at once, again and again. */
static void bench_pair(unsigned int order)
{
	struct figure f = { 0 };
	char name[32];

	free_pages(alloc_pages(GFP_KERNEL, order), order);
	calibrate(nothing_free(nothing_alloc(GFP_KERNEL, order), order));
	for (int i = 0; i < ROUNDS; i++) {
		begin(&f);
		free_pages(alloc_pages(GFP_KERNEL, order), order);
		end(&f);
	}
	snprintf(name, sizeof(name), "order-%u pair, hot", order);
	show(name, &f);
}

/* bench_fill(): allocate BLOCKS single pages. */
static void bench_fill(void)
{
	struct figure f = { 0 };

	calibrate(blocks[0] = nothing_alloc(GFP_KERNEL, 0));
	for (int i = 0; i < BLOCKS; i++) {
		begin(&f);
		blocks[i] = alloc_pages(GFP_KERNEL, 0);
		end(&f);
	}
	show("fill, a page", &f);
}

/* shuffle(): the blocks in random order. */
static void shuffle(void)
{
	for (int i = BLOCKS - 1; i > 0; i--) {
		int j = (int)(next_random(&seed) % (uint64_t)(i + 1));
		phys_addr_t tmp = blocks[i];

		blocks[i] = blocks[j];
		blocks[j] = tmp;
	}
}

/* bench_random_free(): free them in random order. */
static void bench_random_free(void)
{
	struct figure f = { 0 };

	shuffle();
	calibrate(nothing_free(blocks[0], 0));
	for (int i = 0; i < BLOCKS; i++) {
		begin(&f);
		free_pages(blocks[i], 0);
		end(&f);
	}
	show("random free, a page", &f);
}

/* Runs that the bulk calls may give; one is enough where memory isn't broken up. */
#define RUNS		64

/* bench_bulk(): BLOCKS pages in one call, and back; the figure is for a page. */
static void bench_bulk(void)
{
	static struct page_run runs[RUNS];
	struct figure f = { 0 };
	unsigned long nr;

	calibrate(nothing_free(nothing_alloc(GFP_KERNEL, 0), 0));
	memset(runs, 0, sizeof(runs));
	begin(&f);
	nr = alloc_pages_bulk(GFP_KERNEL, BLOCKS, runs, RUNS);
	for (unsigned int i = 0; i < RUNS && runs[i].nr; i++)
		free_pages_bulk(&runs[i], 1);
	end(&f);
	f.n = nr;
	show("bulk pair, a page", &f);
}

/* The order that recovery is measured for: 2 MiB. */
#define RECOVERY_ORDER	9

/* large_pages(): pages that are free as part of blocks of RECOVERY_ORDER. */
static unsigned long large_pages(void)
{
	unsigned long blocks[PFN_TREE_MAX_ORDERS] = { 0 }, nr = 0;

	drain_all_pages();
	for (bootmem_data_t *b = bdata_list; b; b = b->list)
		pfn_tree_count(&b->tree, b->node_min_pfn, b->node_low_pfn,
			       blocks);
	for (unsigned int k = RECOVERY_ORDER; k < PFN_TREE_MAX_ORDERS; k++)
		nr += blocks[k] << k;
	return nr;
}

/* bench_churn(): allocate and free at random until memory is well mixed, with
 * half of the blocks held at a time, then free all. */
static void bench_churn(void)
{
	struct figure f = { 0 };

	calibrate(nothing_free(blocks[0], 0));
	for (int i = 0; i < BLOCKS; i++)
		blocks[i] = 0;
	for (int i = 0; i < 4 * BLOCKS; i++) {
		phys_addr_t *block = &blocks[next_random(&seed) % BLOCKS];

		phys_addr_t held = *block;

		begin(&f);
		if (held)
			free_pages(held, 0);
		else
			*block = alloc_pages(GFP_KERNEL, 0);
		end(&f);
		if (held)
			*block = 0;
	}
	show("random alloc or free, a page", &f);
	for (int i = 0; i < BLOCKS; i++)
		if (blocks[i])
			free_pages(blocks[i], 0);
}

void bench(void)
{
	unsigned int order = log2_ceil(PFN_UP(BLOCKS * sizeof(*blocks)));
	phys_addr_t table = alloc_pages(GFP_KERNEL, order);
	unsigned long before;

	if (!table)
		return;
	blocks = phys_to_virt(table);
	before = large_pages();
	for (unsigned int k = 0; k <= 10; k++)
		bench_pair(k);
	bench_fill();
	bench_random_free();
	bench_churn();
	bench_bulk();
	printk("bench: order-%u recovery %lu of %lu pages\n", RECOVERY_ORDER,
	       large_pages(), before);
	free_pages(table, order);
	page_alloc_check();
}
