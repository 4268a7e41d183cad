/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each CPU keeps of the free pages, so that its ordinary allocations take
 * no lock and touch no line that other CPUs write.
 *
 * For each order below PAGE_CACHE_ORDERS a CPU has a cache: blocks of that order
 * that were taken out of one run of a node's pfn_tree at once. A run is a word's 64
 * pages, for orders 0 to 5, or a level-1 node's 64 words above; its pages or words
 * are its units, and a block is known by the bit of its first unit. Of the blocks
 * that a cache holds, `free` has those it can hand out and `busy` those that are
 * allocated. To the tree all of them are allocated, as what they are, and the words
 * they lie in are flagged: whoever frees a page of them by the tree looks here
 * first.
 *
 * Which block is free last is handed out first: its lines are warm, and no bit has
 * to be searched for.
 *
 * Ordering. `free` and `busy` are changed by atomic read-modify-writes only. A bit
 * of `free` belongs to whoever's operation cleared it, and so the right to free a
 * block to whoever cleared its bit in `busy`: of two that free the same block, on
 * any CPUs, one finds it clear. In between a block is in neither, and nobody but
 * the one who is moving it has any business with it; `held` tells that from one
 * that isn't the cache's at all. Clearing `free` is an acquire, so that a block's
 * new owner doesn't write to it before it is his; setting it is a release, so that
 * the old owner's writes are over. `busy` orders nothing: a block's address reaches
 * another CPU by some hand-over that does. `held` changes under the node's lock, by
 * any CPU; all else in a cache is its own CPU's, written under that lock and
 * list_lock where others read it.
 */
#ifndef PAGE_CACHE_H
#define PAGE_CACHE_H

#include "bitops.h"
#include "mmzone.h"

/* Orders that caches serve: up to 2 MiB. */
#define PAGE_CACHE_ORDERS	10

/* One cache: one line. */
struct page_cache {
	uint64_t busy;			/* blocks that are allocated; atomic */
	uint64_t free;			/* blocks that are free; atomic */
	phys_addr_t start;		/* the run's first byte */
	uint64_t hint;			/* a block that may be free, or 0 */
	phys_addr_t hint_addr;		/* its first byte */
	uint64_t held;			/* blocks that are this cache's */
	struct zone *zone;		/* where it is from; NULL: there is none */
	bool clean;			/* nothing of its word is reserved */
	bool shared;			/* another cache had the same word as its run */
};

/* Everything that a CPU keeps, linked so that others can find it. */
struct cpu_pages {
	struct page_cache cache[PAGE_CACHE_ORDERS];
	struct zone *home;		/* the zone that its allocations look into
					   first */
	unsigned long home_start_pfn;	/* its first page */
	unsigned long home_pages;	/* pages that it spans; 0 until the buddy is
					   there, and where its tree is deep */
	unsigned long deep_pages;	/* pages that it spans where that is deep */
	struct cpu_pages *next;		/* another CPU's */
	bool linked;			/* on the list of all */
	int nid;			/* where this CPU's allocations start */
};

extern _Thread_local struct cpu_pages cpu_pages;

/* this_cpu_pages(): this CPU's; the address is made once, and what is in it found
 * from there. */
static inline struct cpu_pages *this_cpu_pages(void)
{
	struct cpu_pages *cpu = &cpu_pages;

	__asm__("" : "+r"(cpu));
	return cpu;
}

/* page_cache_level(): of the run that blocks of @order are in, the units' level. */
static inline unsigned int page_cache_level(unsigned int order)
{
	return order >= WORD_SHIFT;
}

/* page_cache_shift(): log2 of the pages of a unit of the run for @order. */
static inline unsigned int page_cache_shift(unsigned int order)
{
	return order >= WORD_SHIFT ? WORD_SHIFT : 0;
}

/* page_cache_take(): of what @cpu, this CPU, keeps, the block of @order, less than
 * PAGE_CACHE_ORDERS, that was free last is allocated: its address, into *@addr;
 * false where it isn't there any more. */
static inline bool page_cache_take(struct cpu_pages *cpu, unsigned int order,
				   phys_addr_t *addr)
{
	struct page_cache *cache = &cpu->cache[order];
	uint64_t bit = cache->hint;

	if (!(__atomic_fetch_and(&cache->free, ~bit, __ATOMIC_ACQUIRE) & bit))
		return false;
	__atomic_fetch_or(&cache->busy, bit, __ATOMIC_RELAXED);
	*addr = cache->hint_addr;
	return true;
}

/* page_cache_pages(): how many pages a cache for @order takes at a time, at most:
 * a word's, or 2 MiB. */
static inline unsigned long page_cache_pages(unsigned int order)
{
	return order >= WORD_SHIFT ? 1ul << (PAGE_CACHE_ORDERS - 1) : 64;
}

/* page_cache_alloc(): any block of @order that this CPU keeps; its address, or 0. */
static inline phys_addr_t page_cache_alloc(unsigned int order)
{
	struct page_cache *cache = &this_cpu_pages()->cache[order];
	unsigned int shift = page_cache_shift(order);
	uint64_t free, bit;
	phys_addr_t addr;

	do {
		free = __atomic_load_n(&cache->free, __ATOMIC_RELAXED);
		if (!free)
			return 0;
		bit = free & -free;
	} while (!(__atomic_fetch_and(&cache->free, ~bit, __ATOMIC_ACQUIRE) &
		   bit));	/* drained in between */
	__atomic_fetch_or(&cache->busy, bit, __ATOMIC_RELAXED);
	addr = cache->start + (PAGE_SIZE * lowest_bit(bit) << shift);
	/* The next one is probably free too. */
	cache->hint = bit << (1u << (order - shift));
	cache->hint_addr = addr + (PAGE_SIZE << order);
	return addr;
}

/* page_cache_unit(): the bit of the block at @addr in @cache for @order; 0 where
 * no block of its run can be there. */
static inline uint64_t page_cache_unit(const struct page_cache *cache,
				       phys_addr_t addr, unsigned int order)
{
	unsigned int shift = PAGE_SHIFT + page_cache_shift(order);
	phys_addr_t offset = addr - cache->start;

	if (offset & (((phys_addr_t)1 << shift) - 1) || offset >> shift >= 64)
		return 0;
	return 1ull << (offset >> shift);
}

/* page_cache_put(): a block at @addr, whose bit is @bit, is given to @cache, this
 * CPU's: false, and no change, where it isn't one of it that is allocated. */
static inline bool page_cache_put(struct page_cache *cache, phys_addr_t addr,
				  uint64_t bit)
{
	if (!(__atomic_fetch_and(&cache->busy, ~bit, __ATOMIC_RELAXED) & bit))
		return false;
	cache->hint = bit;
	cache->hint_addr = addr;
	__atomic_fetch_or(&cache->free, bit, __ATOMIC_RELEASE);
	return true;
}

/* page_cache_init(): no CPU keeps anything; at handover. */
void page_cache_init(void);

/* page_cache_leave_run(): this CPU's cache for @order gives back what it has. Under
 * the lock of the node that it keeps pages of. */
void page_cache_leave_run(unsigned int order);

/*
 * page_cache_fill(): this CPU's cache for @order, which has no run, takes that
 * around the free block at @pfn of @zone: false, and no change, where it finds
 * nothing there, because words of it are flagged. Under @zone's node's lock.
 */
bool page_cache_fill(struct zone *zone, unsigned long pfn, unsigned int order);

/* What page_cache_free_home() did or found; the first of these that is so. */
enum page_cache_result {
	PAGE_CACHE_FREED,	/* the block is free, in its cache */
	PAGE_CACHE_WAS_FREE,	/* it was free already, or just becomes so */
	PAGE_CACHE_CLEAN,	/* no cache has it, but one for its order keeps its
				   word, of which nothing is reserved */
	PAGE_CACHE_FOREIGN,	/* no cache has it */
};

/* page_cache_free_home(): give the block of @order at @pfn, allocated by what the
 * tree says, to the cache that holds it. Under its node's lock. */
enum page_cache_result page_cache_free_home(unsigned long pfn,
					    unsigned int order);

/* page_cache_disclaim(): blocks of @order, below PAGE_CACHE_ORDERS, in pages
 * [@start, @end), all allocated, go to the tree: no cache takes them back. False
 * where one of them is free in a cache, or just becomes so. Under their node's
 * lock. */
bool page_cache_disclaim(unsigned long start, unsigned long end,
			 unsigned int order);

/* page_cache_holds(): a cache's run is the word of page @pfn. Under its node's
 * lock. */
bool page_cache_holds(unsigned long pfn);

/* page_cache_keep_flags(): words in pages [@start, @end) have got something that
 * isn't free and can't be freed: no cache that leaves takes their flags away. Under
 * their node's lock. */
void page_cache_keep_flags(unsigned long start, unsigned long end);

/* page_cache_is_free(): page @pfn is in a block that a cache has free. Under its
 * node's lock. */
bool page_cache_is_free(unsigned long pfn);

/* page_cache_drain_node(): what any CPU keeps of @pgdat's pages goes back to its
 * tree. Under the node's lock. Returns how many pages those were. */
unsigned long page_cache_drain_node(struct pglist_data *pgdat);

/* page_cache_leave(): this CPU, or thread, keeps nothing any more and is not
 * looked for. Under no lock. */
void page_cache_leave(void);

#endif
