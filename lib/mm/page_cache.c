/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The CPUs' caches, the part that isn't hot: filling, finding and draining them.
 */
#include "page_cache.h"

#include "printk.h"

_Thread_local struct cpu_pages cpu_pages;

/* Every CPU's, in no order. */
static struct cpu_pages *all_cpu_pages;

/* Protects that list, and which run each cache has: a CPU that frees a page looks
 * through all of them, whatever their nodes. Taken inside a node's lock, never
 * the other way round. */
static struct spinlock list_lock;

void page_cache_init(void)
{
	all_cpu_pages = NULL;
	cpu_pages = (struct cpu_pages){ .nid = cpu_pages.nid };
}

/* tree_of(): the tree that @zone's pages are in. */
static struct pfn_tree *tree_of(const struct zone *zone)
{
	return &zone->zone_pgdat->bdata->tree;
}

/* count_pages(): the pages of the units @units of @level. */
static unsigned long count_pages(uint64_t units, unsigned int level)
{
	return (unsigned long)__builtin_popcountll(units)
	       << page_cache_shift(level);
}

/* empty(): what @cache has free goes back to the tree; returns how many pages.
 * The run stays its own, and what is allocated of it can still be freed to it. */
static unsigned long empty(struct page_cache *cache, unsigned int level)
{
	uint64_t free = __atomic_exchange_n(&cache->free, 0, __ATOMIC_ACQUIRE);
	unsigned long nr = count_pages(free, level);

	if (free) {
		__atomic_fetch_and(&cache->managed, ~free, __ATOMIC_RELAXED);
		pfn_tree_give_all(tree_of(cache->zone), cache->start_pfn, level,
				  free);
		cache->zone->nr_free += nr;
	}
	return nr;
}

/* link_cpu(): this CPU's caches can be found by others. */
static void link_cpu(void)
{
	if (cpu_pages.linked)
		return;
	cpu_pages.linked = true;
	cpu_pages.next = all_cpu_pages;
	all_cpu_pages = &cpu_pages;
}

/* release(): @cache of this CPU has no run any more. */
static void release(struct page_cache *cache, unsigned int level)
{
	if (!cache->zone)
		return;
	__atomic_store_n(&cache->managed, 0, __ATOMIC_RELAXED);
	empty(cache, level);
	cache->zone = NULL;
}

/* refill(): @cache, which has no run, takes the one around page @pfn. */
static void refill(struct page_cache *cache, unsigned int level,
		   struct zone *zone, unsigned long pfn)
{
	unsigned int shift = page_cache_shift(level + 1);
	uint64_t free, unflagged;

	free = pfn_tree_take_all(tree_of(zone), pfn, level, &unflagged);
	zone->nr_free -= count_pages(free, level);
	cache->start_pfn = pfn >> shift << shift;
	cache->zone = zone;
	__atomic_store_n(&cache->managed, free | unflagged, __ATOMIC_RELAXED);
	__atomic_store_n(&cache->free, free, __ATOMIC_RELEASE);
}

void page_cache_fill(struct zone *zone, unsigned long pfn, unsigned int order)
{
	unsigned int level = page_cache_level(order);
	struct page_cache *cache = &cpu_pages.cache[level];

	spin_lock(&list_lock);
	link_cpu();
	release(cache, level);
	refill(cache, level, zone, pfn);
	spin_unlock(&list_lock);
}

/* overlap(): the units of @cache's run that [@start, @end) touches. */
static uint64_t overlap(const struct page_cache *cache, unsigned int level,
			unsigned long start, unsigned long end)
{
	unsigned int shift = page_cache_shift(level);
	unsigned long run_end = cache->start_pfn + (64ul << shift);
	unsigned long first = MAX(start, cache->start_pfn);
	unsigned long last = MIN(end, run_end);

	if (!cache->zone || first >= last)
		return 0;
	first = (first - cache->start_pfn) >> shift;
	last = (last - 1 - cache->start_pfn) >> shift;
	return ~0ull >> (63 - (last - first)) << first;
}

/*
 * free_to_cache(): as page_cache_free_home(), of one cache. Where the block isn't
 * made of its units but touches them, those are not freed to it any more.
 */
static enum page_cache_result free_to_cache(struct page_cache *cache,
					    unsigned int level,
					    unsigned long pfn,
					    unsigned int order)
{
	uint64_t units = overlap(cache, level, pfn, pfn + (1ul << order));
	enum page_cache_result result = PAGE_CACHE_FOREIGN;

	if (!units)
		return PAGE_CACHE_FOREIGN;
	if (order < PAGE_CACHE_ORDERS && page_cache_level(order) == level)
		result = page_cache_free_to(cache, level, pfn, order);
	if (result != PAGE_CACHE_FOREIGN)
		return result;
	if (__atomic_load_n(&cache->free, __ATOMIC_ACQUIRE) & units)
		return PAGE_CACHE_WAS_FREE;
	__atomic_fetch_and(&cache->managed, ~units, __ATOMIC_RELAXED);
	return PAGE_CACHE_FOREIGN;
}

enum page_cache_result page_cache_free_home(unsigned long pfn,
					    unsigned int order)
{
	enum page_cache_result result = PAGE_CACHE_FOREIGN;

	spin_lock(&list_lock);
	for (struct cpu_pages *cpu = all_cpu_pages;
	     cpu && result == PAGE_CACHE_FOREIGN; cpu = cpu->next) {
		result = free_to_cache(&cpu->cache[0], 0, pfn, order);
		if (result == PAGE_CACHE_FOREIGN)
			result = free_to_cache(&cpu->cache[1], 1, pfn, order);
	}
	spin_unlock(&list_lock);
	return result;
}

/* disclaim(): one cache's part of page_cache_disclaim(). */
static void disclaim(struct page_cache *cache, unsigned int level,
		     unsigned long start, unsigned long end)
{
	__atomic_fetch_and(&cache->managed, ~overlap(cache, level, start, end),
			   __ATOMIC_RELAXED);
}

void page_cache_disclaim(unsigned long start, unsigned long end)
{
	spin_lock(&list_lock);
	for (struct cpu_pages *cpu = all_cpu_pages; cpu; cpu = cpu->next) {
		disclaim(&cpu->cache[0], 0, start, end);
		disclaim(&cpu->cache[1], 1, start, end);
	}
	spin_unlock(&list_lock);
}

bool page_cache_holds(unsigned long start, unsigned long end)
{
	bool holds = false;

	spin_lock(&list_lock);
	for (struct cpu_pages *cpu = all_cpu_pages; cpu; cpu = cpu->next)
		holds |= overlap(&cpu->cache[0], 0, start, end) ||
			 overlap(&cpu->cache[1], 1, start, end);
	spin_unlock(&list_lock);
	return holds;
}

unsigned long page_cache_drain_node(struct pglist_data *pgdat)
{
	unsigned long nr = 0;

	spin_lock(&list_lock);
	for (struct cpu_pages *cpu = all_cpu_pages; cpu; cpu = cpu->next)
		for (unsigned int level = 0; level < 2; level++) {
			struct page_cache *cache = &cpu->cache[level];

			if (cache->zone && cache->zone->zone_pgdat == pgdat)
				nr += empty(cache, level);
		}
	spin_unlock(&list_lock);
	return nr;
}

/* leave_cache(): @cache of this CPU has no run, under its node's lock. */
static void leave_cache(struct page_cache *cache, unsigned int level)
{
	struct spinlock *lock;

	if (!cache->zone)
		return;
	lock = &cache->zone->zone_pgdat->lock;
	spin_lock(lock);
	spin_lock(&list_lock);
	release(cache, level);
	spin_unlock(&list_lock);
	spin_unlock(lock);
}

void page_cache_leave(void)
{
	struct cpu_pages **link = &all_cpu_pages;

	leave_cache(&cpu_pages.cache[0], 0);
	leave_cache(&cpu_pages.cache[1], 1);
	if (!cpu_pages.linked)
		return;
	spin_lock(&list_lock);
	while (*link != &cpu_pages)
		link = &(*link)->next;
	*link = cpu_pages.next;
	cpu_pages.linked = false;
	spin_unlock(&list_lock);
}
