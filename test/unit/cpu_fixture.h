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
 * cpus_check(): what holds of all caches at any time: what is free in one is
 * managed by it; what one manages is taken in the node's tree; no page is managed
 * by two. Panics where it doesn't.
 */
static inline void cpus_check_cache(const struct page_cache *cache,
				    unsigned int level)
{
	unsigned int shift = page_cache_shift(level);

	BUG_ON(cache->free & ~cache->managed,
	       "cache of 0x%lx: 0x%llx is free, 0x%llx managed",
	       cache->start_pfn, (unsigned long long)cache->free,
	       (unsigned long long)cache->managed);
	for (unsigned int unit = 0; cache->zone && unit < 64; unit++) {
		unsigned long pfn = cache->start_pfn +
				    ((unsigned long)unit << shift);
		const struct pfn_tree *tree =
			&cache->zone->zone_pgdat->bdata->tree;

		BUG_ON((cache->managed >> unit & 1) &&
		       pfn_tree_count(tree, pfn, pfn + (1ul << shift), NULL),
		       "cache of 0x%lx: unit %u is managed, and free in the tree",
		       cache->start_pfn, unit);
	}
}

/* cpus_manage(): how many caches manage page @pfn. */
static inline unsigned int cpus_manage(unsigned long pfn)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < nr_cpus; i++)
		for (unsigned int level = 0; level < 2; level++) {
			const struct page_cache *c = &cpus[i].pages->cache[level];
			unsigned long unit = (pfn - c->start_pfn) >>
					     page_cache_shift(level);

			nr += unit < 64 && (c->managed >> unit & 1);
		}
	return nr;
}

static inline void cpus_check(void)
{
	for (unsigned int i = 0; i < nr_cpus; i++)
		for (unsigned int level = 0; level < 2; level++)
			cpus_check_cache(&cpus[i].pages->cache[level], level);
	for (unsigned int i = 0; i < nr_cpus; i++) {
		const struct page_cache *c = &cpus[i].pages->cache[0];

		for (unsigned int unit = 0; unit < 64; unit++)
			BUG_ON((c->managed >> unit & 1) &&
			       cpus_manage(c->start_pfn + unit) > 1,
			       "page 0x%lx is managed by more than one cache",
			       c->start_pfn + unit);
	}
}

#endif
