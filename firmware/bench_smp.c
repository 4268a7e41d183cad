/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bench of several CPUs: each does the same work at the same time. What that
 * costs each of them isn't counted here: the counter that is exact counts for all
 * CPUs together, and makes them take turns. An emulator's plugin counts
 * (test/bench/insns_plugin.c): what each CPU executes from the call of
 * bench_work_begin() to that of bench_work_end(), waiting for locks included.
 */
#include "arch.h"
#include "firmware.h"
#include "gfp.h"
#include "percpu.h"
#include "printk.h"
#include "random.h"

/* Operations of each CPU in each of the pieces of work. */
#define OPERATIONS	200000ul

/* Blocks that a CPU holds at most, and the orders that it asks for: 0 to this. */
#define SLOTS		256
#define MAX_ORDER	9

/* CPUs that work, and how many have come to the next piece of work, of all. */
static unsigned int nr_workers;
static unsigned int nr_arrived;

/* bench_work_begin(), bench_work_end(): nothing but an address to look for. */
__attribute__((noinline)) void bench_work_begin(void)
{
	__asm__ volatile("");
}

__attribute__((noinline)) void bench_work_end(void)
{
	__asm__ volatile("");
}

/* arrive(): returns once all workers are here, for the @nth time, from 1. */
static void arrive(unsigned int nth)
{
	__atomic_fetch_add(&nr_arrived, 1, __ATOMIC_ACQ_REL);
	for (unsigned long turns = 0;
	     __atomic_load_n(&nr_arrived, __ATOMIC_ACQUIRE) < nth * nr_workers;
	     turns++)
		arch_cpu_relax(0);
}

/* work_pairs(): a page, allocated and freed at once. */
static void work_pairs(void)
{
	for (unsigned long i = 0; i < OPERATIONS; i++)
		free_pages(alloc_pages(GFP_KERNEL, 0), 0);
}

/* exchange(): free the block of @order in @slot, or allocate one. */
static void exchange(phys_addr_t *slot, unsigned int order)
{
	if (*slot) {
		free_pages(*slot, order);
		*slot = 0;
	} else {
		*slot = alloc_pages(GFP_KERNEL, order);
	}
}

/* work_at_random(): blocks of @orders orders, allocated and freed at random; a
 * slot's number says which order its blocks have. */
static void work_at_random(unsigned int orders)
{
	uint64_t seed = cpu_index + 1;
	phys_addr_t slots[SLOTS] = { 0 };

	for (unsigned long i = 0; i < OPERATIONS; i++) {
		unsigned int slot = (unsigned int)
				    ((next_random(&seed) >> 32) % SLOTS);

		exchange(&slots[slot], slot % orders);
	}
	for (unsigned int slot = 0; slot < SLOTS; slot++)
		if (slots[slot])
			exchange(&slots[slot], slot % orders);
}

static void work_pages(void)
{
	work_at_random(1);
}

static void work_blocks(void)
{
	work_at_random(MAX_ORDER + 1);
}

/* The pieces of work, in the order in which their counts come. */
static const struct {
	const char *name;
	void (*run)(void);
} works[] = {
	{ "order-0 pair, hot", work_pairs },
	{ "random alloc or free, a page", work_pages },
	{ "random alloc or free, orders 0-9", work_blocks },
};

/* work_together(): this CPU's part of all of it. */
static void work_together(void)
{
	if (cpu_index >= nr_workers)
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(works); i++) {
		arrive(i + 1);
		bench_work_begin();
		works[i].run();
		bench_work_end();
	}
}

void bench_together(unsigned int cpus)
{
	nr_workers = MIN(cpus, nr_cpus_online);
	for (unsigned int i = 0; i < ARRAY_SIZE(works); i++)
		printk("bench: together %u CPUs, %lu operations each: %s\n",
		       nr_workers, OPERATIONS, works[i].name);
	smp_call(work_together);
	page_alloc_check();
}
