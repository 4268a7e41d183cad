/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a CPU keeps: one allocation and one free, from any state of a cache, with
 * no other CPU at work.
 */
#include "prove.h"

#include "lib/base/bitops.c"
#include "page_cache.h"

_Thread_local struct cpu_pages cpu_pages;

/* any_cache(): the cache for @order: any blocks free, any others allocated, of any
 * run of 64 units; the hint is any block of it. Returns it. */
static struct page_cache *any_cache(unsigned int order)
{
	struct page_cache *cache = &cpu_pages.cache[order];
	unsigned int shift = page_cache_shift(order);
	unsigned int run = WORD_SHIFT + shift, j = order - shift;
	uint64_t starts = aligned_starts[j];
	unsigned long hint = below(64) >> j << j;

	cache->free = nondet_u64() & starts;
	cache->busy = nondet_u64() & starts & ~cache->free;
	cache->start = PFN_PHYS(below(1ul << (52 - run)) << run);
	cache->hint = nondet_u64() & 1 ? 1ull << hint : 0;
	cache->hint_addr = cache->start + PFN_PHYS(hint << shift);
	/* An address that is 0 would look like none: page 0 is never free. */
	ASSUME(cache->start);
	return cache;
}

/* bit_of(): the bit of the block at @pa in @cache's run for @order; 0: none. */
static uint64_t bit_of(const struct page_cache *cache, unsigned int order,
		       phys_addr_t pa)
{
	unsigned int shift = PAGE_SHIFT + page_cache_shift(order);
	phys_addr_t unit = (pa - cache->start) >> shift;

	return pa >= cache->start && unit < 64 &&
	       !(pa & (((phys_addr_t)1 << shift) - 1)) ? 1ull << unit : 0;
}

/*
 * A block that a cache hands out, the last one freed or any, is naturally aligned,
 * was free and is allocated now, and no other changes; where nothing is handed out
 * nothing changes, and of any there was none.
 */
void cache_alloc_takes_a_free_block(void)
{
	unsigned int order = (unsigned int)below(PAGE_CACHE_ORDERS);
	struct page_cache *cache = any_cache(order);
	uint64_t free = cache->free, busy = cache->busy, bit;
	bool any = nondet_u64() & 1;
	phys_addr_t pa = 0;

	if (any)
		pa = page_cache_alloc(order);
	else if (!page_cache_take(&cpu_pages, order, &pa))
		pa = 0;
	if (!pa) {
		ASSERT(cache->free == free && cache->busy == busy);
		ASSERT(IMPLIES(any, !free));
		return;
	}
	bit = bit_of(cache, order, pa);
	ASSERT(bit && pa % (PAGE_SIZE << order) == 0);
	ASSERT(free & bit);
	ASSERT(cache->free == (free ^ bit) && cache->busy == (busy | bit));
	COVER(order == 9 && any);
	COVER(order == 2 && !any && bit == 1ull << 60);
}

/*
 * A block that is freed to a cache was allocated from it, and is free now, and no
 * other changes. One that isn't, because it is free or not the cache's, is refused,
 * and nothing changes. So no block is ever free twice.
 */
void cache_free_refuses_what_is_free(void)
{
	unsigned int order = (unsigned int)below(PAGE_CACHE_ORDERS);
	struct page_cache *cache = any_cache(order);
	phys_addr_t pa = PFN_PHYS(below(1ul << 52));
	uint64_t free = cache->free, busy = cache->busy;
	uint64_t bit = page_cache_unit(cache, pa, order);
	bool freed;

	ASSERT(bit == bit_of(cache, order, pa));
	freed = bit && page_cache_put(cache, pa, bit);
	ASSERT(freed == ((busy & bit) != 0));
	ASSERT(cache->free == (freed ? free | bit : free));
	ASSERT(cache->busy == (freed ? busy ^ bit : busy));
	ASSERT(IMPLIES(freed, cache->hint == bit && cache->hint_addr == pa));
	COVER(freed && order == 9);
	COVER(!freed && (free & bit) && order == 3);
}
