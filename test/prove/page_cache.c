/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a CPU keeps: one allocation and one free, from any state of a cache, with
 * no other CPU at work.
 */
#include "prove.h"

#include "lib/base/bitops.c"
#include "page_cache.h"

_Thread_local struct cpu_pages cpu_pages;

/* any_cache(): the cache for @order: any units free, any others its own, and of
 * any run of 64 units. Returns it. */
static struct page_cache *any_cache(unsigned int order)
{
	unsigned int level = page_cache_level(order);
	struct page_cache *cache = &cpu_pages.cache[level];
	unsigned int run = page_cache_shift(level + 1);

	cache->free = nondet_u64();
	cache->managed = nondet_u64();
	cache->start_pfn = below(1ul << (52 - run)) << run;
	ASSUME(!(cache->free & ~cache->managed));
	return cache;
}

/* unit_of(): the unit of @cache's run that page @pfn is in; 64 where none. */
static unsigned long unit_of(const struct page_cache *cache, unsigned int order,
			     unsigned long pfn)
{
	unsigned int shift = page_cache_shift(page_cache_level(order));
	unsigned long offset = pfn - cache->start_pfn;

	return pfn >= cache->start_pfn && offset >> shift < 64 ? offset >> shift
								: 64;
}

/*
 * A block that a cache hands out is naturally aligned, and its units, all of
 * which were free, are exactly those that aren't any more; where nothing is
 * handed out nothing changes, and there was no such block.
 */
void cache_alloc_takes_a_free_block(void)
{
	unsigned int order = (unsigned int)below(PAGE_CACHE_ORDERS);
	struct page_cache *cache = any_cache(order);
	unsigned long unit = below(64), first, end, pfn;
	unsigned int shift = page_cache_shift(page_cache_level(order));
	uint64_t before = cache->free;
	bool was = before >> unit & 1, is, inside;
	phys_addr_t pa;

	/* An address that is 0 would look like none: page 0 is never free. */
	ASSUME(cache->start_pfn);
	pa = page_cache_alloc(order);
	is = cache->free >> unit & 1;
	if (!pa) {
		ASSERT(cache->free == before);
		ASSERT(!aligned_runs(before, order - shift));
		return;
	}
	pfn = PFN_DOWN(pa);
	ASSERT(pa == PFN_PHYS(pfn) && pfn % (1ul << order) == 0);
	first = unit_of(cache, order, pfn);
	end = first + (1ul << (order - shift));
	ASSERT(end <= 64);
	inside = unit >= first && unit < end;
	ASSERT(IMPLIES(inside, was && !is));
	ASSERT(IMPLIES(!inside, was == is));
	COVER(order == 11 && inside);
	COVER(order == 2 && first == 60);
}

/*
 * A block that is freed to a cache makes exactly its units free, all of which are
 * the cache's own and none of which was free before. A block of which one unit
 * is free is refused, and so is one that isn't the cache's; neither changes a
 * bit. So no block is ever free twice.
 */
void cache_free_refuses_what_is_free(void)
{
	unsigned int order = (unsigned int)below(PAGE_CACHE_ORDERS);
	unsigned int level = page_cache_level(order);
	unsigned int shift = page_cache_shift(level);
	struct page_cache *cache = any_cache(order);
	unsigned long pfn = below(1ul << (52 - order)) << order;
	unsigned long unit = below(64), first = unit_of(cache, order, pfn);
	unsigned long end = first + (1ul << (order - shift));
	bool inside = unit >= first && unit < end;
	uint64_t before = cache->free;
	bool was = before >> unit & 1, own = cache->managed >> unit & 1;
	enum page_cache_result result;

	result = page_cache_free_to(cache, level, pfn, order);
	if (result != PAGE_CACHE_FREED)
		ASSERT(cache->free == before);
	else if (inside)
		ASSERT(own && !was && (cache->free >> unit & 1));
	else
		ASSERT(was == (bool)(cache->free >> unit & 1));
	ASSERT(IMPLIES(result == PAGE_CACHE_FREED, first < 64));
	ASSERT(IMPLIES(result == PAGE_CACHE_WAS_FREE, first < 64));
	ASSERT(IMPLIES(inside && !own, result == PAGE_CACHE_FOREIGN));
	ASSERT(IMPLIES(inside && was, result != PAGE_CACHE_FREED));
	COVER(result == PAGE_CACHE_WAS_FREE && order == 3 && inside && !was);
	COVER(result == PAGE_CACHE_FREED && order == 11);
}
