/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * More CPUs than one, in a test: threads that take turns.
 *
 * CPU 0 is the test itself. The others sleep until on_cpu() has them do one thing
 * and wait for its end, so only one runs at a time and every run is the same; what
 * each keeps for itself is its own all the same, as its thread-local variables
 * are. Real races are the business of test/tsan.
 */
#ifndef CPU_FIXTURE_H
#define CPU_FIXTURE_H

#include <pthread.h>
#include <semaphore.h>

#include "gfp.h"
#include "page_cache.h"
#include "unit.h"

/* CPUs of a test at most, the test's own included. */
#define CPU_MAX		4

struct cpu {
	pthread_t thread;
	sem_t begin, end;		/* of one piece of work */
	void (*work)(void *arg);	/* NULL: leave */
	void *arg;
	struct cpu_pages *pages;	/* what it keeps */
};

/* All but the first, and how many there are with it. */
static struct cpu cpus[CPU_MAX];
static unsigned int nr_cpus = 1;

/* cpu_main(): a CPU's life; it leaves nothing behind. */
static inline void *cpu_main(void *arg)
{
	struct cpu *cpu = arg;

	cpu->pages = &cpu_pages;
	for (;;) {
		sem_wait(&cpu->begin);
		if (!cpu->work)
			break;
		cpu->work(cpu->arg);
		sem_post(&cpu->end);
	}
	page_cache_leave();
	return NULL;
}

/* cpu_wake(): @cpu's next piece of work. */
static inline void cpu_wake(struct cpu *cpu, void (*work)(void *), void *arg)
{
	cpu->work = work;
	cpu->arg = arg;
	sem_post(&cpu->begin);
}

/* on_cpu(): work(@arg) on CPU @i, to its end. */
static inline void on_cpu(unsigned int i, void (*work)(void *), void *arg)
{
	if (!i) {
		work(arg);
		return;
	}
	cpu_wake(&cpus[i], work, arg);
	sem_wait(&cpus[i].end);
}

/* cpu_nothing(): work for a CPU that only has to have begun. */
static inline void cpu_nothing(void *arg)
{
	(void)arg;
}

/* cpus_start(): @nr CPUs, all on node 0 and keeping nothing. */
static inline void cpus_start(unsigned int nr)
{
	assert_in_range(nr, 1, CPU_MAX);
	cpus[0].pages = &cpu_pages;
	for (nr_cpus = 1; nr_cpus < nr; nr_cpus++) {
		struct cpu *cpu = &cpus[nr_cpus];

		sem_init(&cpu->begin, 0, 0);
		sem_init(&cpu->end, 0, 0);
		assert_int_equal(pthread_create(&cpu->thread, NULL, cpu_main,
						cpu), 0);
		on_cpu(nr_cpus, cpu_nothing, NULL);
	}
}

/* cpus_stop(): only the first is left. */
static inline void cpus_stop(void)
{
	while (nr_cpus > 1) {
		struct cpu *cpu = &cpus[--nr_cpus];

		cpu_wake(cpu, NULL, NULL);
		pthread_join(cpu->thread, NULL);
		sem_destroy(&cpu->begin);
		sem_destroy(&cpu->end);
	}
}

/* An alloc_pages() or a free_pages() for on_cpu(). */
struct cpu_request {
	int nid;			/* NUMA_NO_NODE: the CPU's own */
	gfp_t gfp;
	unsigned int order;
	phys_addr_t addr;		/* what came out, or goes in */
	bool freed;			/* free_pages()'s answer */
};

/* cpu_do_alloc(), cpu_do_free(), cpu_do_set_node(): the pieces of work. */
static inline void cpu_do_alloc(void *arg)
{
	struct cpu_request *r = arg;

	r->addr = r->nid == NUMA_NO_NODE
		  ? alloc_pages(r->gfp, r->order)
		  : alloc_pages_node(r->nid, r->gfp, r->order);
}

static inline void cpu_do_free(void *arg)
{
	struct cpu_request *r = arg;

	r->freed = free_pages(r->addr, r->order);
}

static inline void cpu_do_set_node(void *arg)
{
	struct cpu_request *r = arg;

	page_alloc_set_node(r->nid);
}

/* alloc_on(): alloc_pages() on CPU @i. */
static inline phys_addr_t alloc_on(unsigned int i, gfp_t gfp,
				   unsigned int order)
{
	struct cpu_request r = {
		.nid = NUMA_NO_NODE, .gfp = gfp, .order = order,
	};

	on_cpu(i, cpu_do_alloc, &r);
	return r.addr;
}

/* free_on(): free_pages() on CPU @i. */
static inline bool free_on(unsigned int i, phys_addr_t addr,
			   unsigned int order)
{
	struct cpu_request r = { .addr = addr, .order = order };

	on_cpu(i, cpu_do_free, &r);
	return r.freed;
}

/* set_node_on(): page_alloc_set_node() on CPU @i. */
static inline void set_node_on(unsigned int i, int nid)
{
	struct cpu_request r = { .nid = nid };

	on_cpu(i, cpu_do_set_node, &r);
}

/*
 * cpus_check(): what holds of all caches while nobody is in the middle of something:
 * what a cache holds is either free or allocated; to the node's tree it is taken,
 * as blocks of just that order, in flagged words; no page is held by two.
 */
static inline void cpus_check_cache(const struct page_cache *cache,
				    unsigned int order)
{
	unsigned long first = PFN_DOWN(cache->start);

	BUG_ON(cache->free & cache->busy ||
	       (cache->free | cache->busy) != cache->held,
	       "cache of 0x%lx: 0x%llx is free, 0x%llx allocated, 0x%llx held",
	       first, (unsigned long long)cache->free,
	       (unsigned long long)cache->busy,
	       (unsigned long long)cache->held);
	for (uint64_t held = cache->held; held; held &= held - 1) {
		unsigned long pfn = first + ((unsigned long)lowest_bit(held)
					     << page_cache_shift(order));
		const struct pfn_tree *tree =
			&cache->zone->zone_pgdat->bdata->tree;

		BUG_ON(pfn_tree_state(tree, pfn, order) != PFN_TREE_TAKEN ||
		       !pfn_tree_flag(tree, pfn),
		       "cache of 0x%lx: 0x%lx is no taken and flagged block",
		       first, pfn);
	}
}

/* cpus_hold(): how many caches hold a block that page @pfn is in. */
static inline unsigned int cpus_hold(unsigned long pfn)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < nr_cpus; i++)
		for (unsigned int k = 0; k < PAGE_CACHE_ORDERS; k++) {
			const struct page_cache *c = &cpus[i].pages->cache[k];

			nr += (c->held & page_cache_unit(c,
					PFN_PHYS(ALIGN_DOWN(pfn, 1ul << k)),
					k)) != 0;
		}
	return nr;
}

static inline void cpus_check(void)
{
	for (unsigned int i = 0; i < nr_cpus; i++)
		for (unsigned int k = 0; k < PAGE_CACHE_ORDERS; k++) {
			const struct page_cache *c = &cpus[i].pages->cache[k];
			unsigned long first = PFN_DOWN(c->start);

			cpus_check_cache(c, k);
			for (uint64_t held = c->held; held; held &= held - 1)
				BUG_ON(cpus_hold(first +
					((unsigned long)lowest_bit(held)
					 << page_cache_shift(k))) != 1,
				       "a block of order %u of 0x%lx is held by more than one cache",
				       k, first);
		}
}

#endif
