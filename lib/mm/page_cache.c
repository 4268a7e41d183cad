/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The CPUs' caches, the part that isn't hot: filling, finding and draining them.
 *
 * A word that a cache of single units has as its run is flagged, and the flag goes
 * when the cache leaves, unless it was there before. Where it was there because of
 * another cache, both are `shared`, and of such the last one takes the flag with it.
 * A run of words takes only words without a flag; it flags them one by one.
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

/* tree_of(): the tree that @cache's run is in. */
static struct pfn_tree *tree_of(const struct page_cache *cache)
{
	return &cache->zone->zone_pgdat->bootmem.tree;
}

/* unflag(): the words of the blocks @starts of @cache for @order aren't flagged. */
static void unflag(const struct page_cache *cache, unsigned int order,
		   uint64_t starts)
{
	unsigned long pfn = PFN_DOWN(cache->start);
	uint64_t words = page_cache_level(order)
			 ? spread_bits(starts, order - WORD_SHIFT)
			 : pfn_tree_word(pfn);

	pfn_tree_flag_words(tree_of(cache), pfn, words, false);
}

/* count_pages(): those of the blocks @starts of @order. */
static unsigned long count_pages(uint64_t starts, unsigned int order)
{
	return (unsigned long)__builtin_popcountll(starts) << order;
}

/* empty(): what @cache has free goes back to the tree; returns how many pages.
 * The run stays its own, and what is allocated of it can still be freed to it. */
static unsigned long empty(struct page_cache *cache, unsigned int order)
{
	uint64_t free = __atomic_exchange_n(&cache->free, 0, __ATOMIC_ACQUIRE);
	unsigned long nr;

	if (!free)
		return 0;
	nr = count_pages(free, order);
	cache->held &= ~free;
	pfn_tree_give_blocks(tree_of(cache), PFN_DOWN(cache->start), order,
			     free);
	if (page_cache_level(order))
		unflag(cache, order, free);
	cache->zone->nr_free += nr;
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

/* run_of(): @cache's run is the word of page @pfn. */
static bool run_of(const struct page_cache *cache, unsigned long pfn)
{
	return cache->zone &&
	       PFN_DOWN(cache->start) >> WORD_SHIFT == pfn >> WORD_SHIFT;
}

/* holder(): a cache but @cache whose run is the word of page @pfn, or NULL. */
static struct page_cache *holder(const struct page_cache *cache,
				 unsigned long pfn)
{
	for (struct cpu_pages *cpu = all_cpu_pages; cpu; cpu = cpu->next)
		for (unsigned int order = 0; order < WORD_SHIFT; order++)
			if (run_of(&cpu->cache[order], pfn) &&
			    &cpu->cache[order] != cache)
				return &cpu->cache[order];
	return NULL;
}

/* leave_words(): @cache for @order leaves the words it holds. */
static void leave_words(const struct page_cache *cache, unsigned int order)
{
	if (page_cache_level(order) ||
	    (cache->clean &&
	     !(cache->shared && holder(cache, PFN_DOWN(cache->start)))))
		unflag(cache, order, cache->held);
}

/* release(): @cache of this CPU has no run any more. */
static void release(struct page_cache *cache, unsigned int order)
{
	__atomic_store_n(&cache->busy, 0, __ATOMIC_RELAXED);
	empty(cache, order);
	leave_words(cache, order);
	cache->held = 0;
	cache->hint = 0;
	cache->zone = NULL;
}

void page_cache_leave_run(unsigned int order)
{
	struct page_cache *cache = &cpu_pages.cache[order];

	if (!cache->zone)
		return;
	spin_lock(&list_lock);
	release(cache, order);
	spin_unlock(&list_lock);
}

bool page_cache_holds(unsigned long pfn)
{
	bool holds;

	spin_lock(&list_lock);
	holds = holder(NULL, pfn) != NULL;
	spin_unlock(&list_lock);
	return holds;
}

void page_cache_keep_flags(unsigned long start, unsigned long end)
{
	unsigned long first = ALIGN_DOWN(start, 1ul << WORD_SHIFT), run;

	spin_lock(&list_lock);
	for (struct cpu_pages *cpu = all_cpu_pages; cpu; cpu = cpu->next)
		for (unsigned int order = 0; order < WORD_SHIFT; order++) {
			run = PFN_DOWN(cpu->cache[order].start);
			if (run - first < end - first)
				cpu->cache[order].clean = false;
		}
	spin_unlock(&list_lock);
}

/* join_run(): @cache, with no run yet, takes the word of page @pfn, which was
 * @flagged. */
static void join_run(struct page_cache *cache, unsigned long pfn, bool flagged)
{
	struct page_cache *other = flagged ? holder(cache, pfn) : NULL;

	cache->shared = other != NULL;
	cache->clean = other ? other->clean : !flagged;
	if (other)
		other->shared = true;
}

bool page_cache_fill(struct zone *zone, unsigned long pfn, unsigned int order)
{
	struct page_cache *cache = &cpu_pages.cache[order];
	unsigned int level = page_cache_level(order);
	bool flagged;
	uint64_t starts = pfn_tree_take_blocks(
		&zone->zone_pgdat->bootmem.tree, pfn, order,
		(unsigned int)(page_cache_pages(order) >> order), &flagged);

	if (!starts)
		return false;
	zone->nr_free -= count_pages(starts, order);
	spin_lock(&list_lock);
	link_cpu();
	join_run(cache, pfn, flagged);
	cache->start = ALIGN_DOWN(PFN_PHYS(pfn),
				  PAGE_SIZE << (level + 1) * WORD_SHIFT);
	cache->zone = zone;
	cache->held = starts;
	__atomic_store_n(&cache->free, starts, __ATOMIC_RELEASE);
	spin_unlock(&list_lock);
	return true;
}

/* free_to(): page_cache_free_home() as to one cache. */
static enum page_cache_result free_to(struct page_cache *cache,
				      phys_addr_t addr, unsigned int order)
{
	uint64_t bit = page_cache_unit(cache, addr, order);

	if (!(cache->held & bit))
		return bit && cache->clean && cache->zone ? PAGE_CACHE_CLEAN
							  : PAGE_CACHE_FOREIGN;
	if (!(__atomic_fetch_and(&cache->busy, ~bit, __ATOMIC_RELAXED) & bit))
		return PAGE_CACHE_WAS_FREE;
	__atomic_fetch_or(&cache->free, bit, __ATOMIC_RELEASE);
	return PAGE_CACHE_FREED;
}

enum page_cache_result page_cache_free_home(unsigned long pfn,
					    unsigned int order)
{
	enum page_cache_result result = PAGE_CACHE_FOREIGN, here;

	if (order >= PAGE_CACHE_ORDERS)
		return PAGE_CACHE_FOREIGN;
	spin_lock(&list_lock);
	for (struct cpu_pages *cpu = all_cpu_pages;
	     cpu && result >= PAGE_CACHE_CLEAN; cpu = cpu->next) {
		here = free_to(&cpu->cache[order], PFN_PHYS(pfn), order);
		result = MIN(result, here);
	}
	spin_unlock(&list_lock);
	return result;
}

/* overlap(): the blocks that @cache for @order holds that begin in pages
 * [@start, @end). */
static uint64_t overlap(const struct page_cache *cache, unsigned int order,
			unsigned long start, unsigned long end)
{
	unsigned int shift = page_cache_shift(order);
	unsigned long first = PFN_DOWN(cache->start);
	unsigned long lo = MAX(start, first) - first;
	unsigned long hi = MIN(end, first + (64ul << shift)) - first;

	if (start >= first + (64ul << shift) || end <= first)
		return 0;
	return cache->held & ~0ull << (lo >> shift) &
	       ~0ull >> (63 - ((hi - 1) >> shift));
}

/* disclaim(): one cache's part of page_cache_disclaim(). */
static bool disclaim(struct page_cache *cache, unsigned int order,
		     unsigned long start, unsigned long end)
{
	uint64_t units = overlap(cache, order, start, end), busy;

	busy = __atomic_fetch_and(&cache->busy, ~units, __ATOMIC_RELAXED);
	if ((busy & units) != units) {
		__atomic_fetch_or(&cache->busy, busy & units, __ATOMIC_RELAXED);
		return false;
	}
	cache->held &= ~units;
	return true;
}

bool page_cache_disclaim(unsigned long start, unsigned long end,
			 unsigned int order)
{
	bool all = true;

	BUG_ON(order >= PAGE_CACHE_ORDERS, "page_cache: no cache has order %u", order);
	spin_lock(&list_lock);
	for (struct cpu_pages *cpu = all_cpu_pages; cpu && all; cpu = cpu->next)
		all = disclaim(&cpu->cache[order], order, start, end);
	spin_unlock(&list_lock);
	return all;
}

/* free_in(): page @pfn is in a free block of @cpu's cache for @order. */
static bool free_in(const struct cpu_pages *cpu, unsigned long pfn,
		    unsigned int order)
{
	phys_addr_t addr = PFN_PHYS(pfn >> order << order);

	return __atomic_load_n(&cpu->cache[order].free, __ATOMIC_RELAXED) &
	       page_cache_unit(&cpu->cache[order], addr, order);
}

bool page_cache_is_free(unsigned long pfn)
{
	bool is_free = false;

	spin_lock(&list_lock);
	for (struct cpu_pages *cpu = all_cpu_pages; cpu; cpu = cpu->next)
		for (unsigned int order = 0; order < PAGE_CACHE_ORDERS; order++)
			is_free |= free_in(cpu, pfn, order);
	spin_unlock(&list_lock);
	return is_free;
}

unsigned long page_cache_drain_node(struct pglist_data *pgdat)
{
	unsigned long nr = 0;

	spin_lock(&list_lock);
	for (struct cpu_pages *cpu = all_cpu_pages; cpu; cpu = cpu->next)
		for (unsigned int order = 0; order < PAGE_CACHE_ORDERS; order++) {
			const struct zone *zone = cpu->cache[order].zone;

			if (zone && zone->zone_pgdat == pgdat)
				nr += empty(&cpu->cache[order], order);
		}
	spin_unlock(&list_lock);
	return nr;
}

/* leave_cache(): this CPU's cache for @order has no run, under its node's lock. */
static void leave_cache(unsigned int order)
{
	const struct zone *zone = cpu_pages.cache[order].zone;

	if (!zone)
		return;
	spin_lock(&zone->zone_pgdat->lock);
	page_cache_leave_run(order);
	spin_unlock(&zone->zone_pgdat->lock);
}

void page_cache_leave(void)
{
	struct cpu_pages **link = &all_cpu_pages;

	for (unsigned int order = 0; order < PAGE_CACHE_ORDERS; order++)
		leave_cache(order);
	if (!cpu_pages.linked)
		return;
	spin_lock(&list_lock);
	while (*link != &cpu_pages)
		link = &(*link)->next;
	*link = cpu_pages.next;
	cpu_pages.linked = false;
	spin_unlock(&list_lock);
}
