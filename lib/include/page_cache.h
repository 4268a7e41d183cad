/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each CPU keeps of the free pages, so that its ordinary allocations take
 * no lock and touch no line that other CPUs write.
 *
 * A CPU keeps two runs of 64 units: one of single pages, for blocks of orders 0
 * to 5, and one of 64-page words, for orders 6 to 11. A run is a word, or a
 * level-1 node, of a node's pfn_tree, all of whose free units were taken out at
 * once; `free` has a bit for each unit that is free. To the tree the units are
 * taken, and its words are flagged: whoever frees a page of them by the tree
 * looks here first.
 *
 * Ordering. `free` is changed by atomic read-modify-writes only: a bit belongs to
 * whoever's operation cleared it, and a bit that was set already when it is to
 * be set is a double free. Clearing is an acquire, so that a block's new owner
 * doesn't write to it before it is his; setting is a release, so that the old
 * owner's writes are over. All else in a cache changes under its node's lock,
 * `managed` also by other CPUs, the rest only by its own.
 */
#ifndef PAGE_CACHE_H
#define PAGE_CACHE_H

#include "bitops.h"
#include "mmzone.h"

/* Orders that caches serve: two runs of 64 units. */
#define PAGE_CACHE_ORDERS	(2 * WORD_SHIFT)

struct page_cache {
	uint64_t free;			/* units that are free; atomic */
	uint64_t managed;		/* units that may be freed to here */
	unsigned long start_pfn;	/* the run's first page */
	struct zone *zone;		/* where it is from; NULL: there is none */
};

/* Everything that a CPU keeps, linked so that others can find it. */
struct cpu_pages {
	struct page_cache cache[2];	/* of pages, of words */
	struct cpu_pages *next;		/* another CPU's */
	bool linked;			/* on the list of all */
	int nid;			/* where this CPU's allocations start */
};

extern _Thread_local struct cpu_pages cpu_pages;

/* page_cache_level(): which of the two a block of @order comes from. */
static inline unsigned int page_cache_level(unsigned int order)
{
	return order >= WORD_SHIFT;
}

/* page_cache_shift(): log2 of the pages of a unit of @level. */
static inline unsigned int page_cache_shift(unsigned int level)
{
	return level * WORD_SHIFT;
}

/* page_cache_alloc(): a block of @order, less than PAGE_CACHE_ORDERS, of what
 * this CPU keeps; its address, or 0 where there is none. */
static inline phys_addr_t page_cache_alloc(unsigned int order)
{
	unsigned int level = page_cache_level(order);
	unsigned int shift = page_cache_shift(level), unit;
	struct page_cache *cache = &cpu_pages.cache[level];
	uint64_t free = __atomic_load_n(&cache->free, __ATOMIC_RELAXED);
	uint64_t runs = aligned_runs(free, order - shift), bits;

	if (!runs)
		return 0;
	unit = lowest_bit(runs);
	bits = run_bits(order - shift) << unit;
	free = __atomic_fetch_and(&cache->free, ~bits, __ATOMIC_ACQUIRE) & bits;
	if (free != bits) {	/* drained in between */
		if (free)
			__atomic_fetch_or(&cache->free, free, __ATOMIC_RELEASE);
		return 0;
	}
	return PFN_PHYS(cache->start_pfn + ((unsigned long)unit << shift));
}

/* What page_cache_free() and page_cache_free_to() did. */
enum page_cache_result {
	PAGE_CACHE_FREED,	/* the block is free, in that cache */
	PAGE_CACHE_WAS_FREE,	/* a unit of it was free already: no change */
	PAGE_CACHE_FOREIGN,	/* not that cache's: no change */
};

/* page_cache_set(): set @bits in @cache's free, unless one of them is set: false,
 * with nothing set even for a moment, where a drain could see it. */
static inline bool page_cache_set(struct page_cache *cache, uint64_t bits)
{
	uint64_t free = __atomic_load_n(&cache->free, __ATOMIC_RELAXED);

	do {
		if (free & bits)
			return false;
	} while (!__atomic_compare_exchange_n(&cache->free, &free, free | bits,
					      true, __ATOMIC_RELEASE,
					      __ATOMIC_RELAXED));
	return true;
}

/* page_cache_free_to(): give the block of @order at page @pfn, aligned, to @cache
 * of @level. A single unit takes no more than one atomic operation. */
static inline enum page_cache_result
page_cache_free_to(struct page_cache *cache, unsigned int level,
		   unsigned long pfn, unsigned int order)
{
	unsigned int shift = page_cache_shift(level);
	unsigned long unit = (pfn - cache->start_pfn) >> shift;
	uint64_t bits;
	bool set;

	if (unit >= 64)
		return PAGE_CACHE_FOREIGN;
	bits = run_bits(order - shift) << unit;
	if (bits & ~__atomic_load_n(&cache->managed, __ATOMIC_RELAXED))
		return PAGE_CACHE_FOREIGN;
	if (order == shift)
		set = !(__atomic_fetch_or(&cache->free, bits,
					  __ATOMIC_RELEASE) & bits);
	else
		set = page_cache_set(cache, bits);
	return set ? PAGE_CACHE_FREED : PAGE_CACHE_WAS_FREE;
}

/* page_cache_init(): no CPU keeps anything; at handover. */
void page_cache_init(void);

/* page_cache_fill(): this CPU's cache for @order gives back what it has and takes
 * the run around the free block at @pfn instead. Under @zone's node's lock, which
 * is that of what it has too: page_alloc_set_node() drops what is another's. */
void page_cache_fill(struct zone *zone, unsigned long pfn, unsigned int order);

/*
 * page_cache_free_home(): a flagged block of @order at @pfn is freed: give it to
 * the cache whose units make it up; FOREIGN where there is none, and WAS_FREE
 * where any cache has a page of it free. Under its node's lock.
 */
enum page_cache_result page_cache_free_home(unsigned long pfn,
					    unsigned int order);

/* page_cache_disclaim(): pages [@start, @end), all allocated, go to the tree: no
 * cache takes them back. Under their node's lock. */
void page_cache_disclaim(unsigned long start, unsigned long end);

/* page_cache_holds(): a cache's run covers a page of [@start, @end). */
bool page_cache_holds(unsigned long start, unsigned long end);

/* page_cache_drain_node(): what any CPU keeps of @pgdat's pages goes back to its
 * tree. Under the node's lock. Returns how many pages those were. */
unsigned long page_cache_drain_node(struct pglist_data *pgdat);

/* page_cache_leave(): this CPU, or thread, keeps nothing any more and is not
 * looked for. Under no lock. */
void page_cache_leave(void);

#endif
