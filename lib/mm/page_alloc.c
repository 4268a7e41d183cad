/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The buddy allocator: blocks of 1 << order pages, naturally aligned.
 *
 * There are no free lists and no page descriptors. Which blocks are free is what
 * the node's pfn_tree says; taking one splits the block around it and giving one
 * back merges it with its buddies because the tree's masks are computed from the
 * bits, not because anything is moved. A free page is never written to, so a
 * stray write to it can't mislead the allocator.
 *
 * In front of the trees each CPU keeps a few free pages of its own node
 * (page_cache.h); that is the way of most allocations. Behind it each node has
 * one lock, for its tree and its zones' counts.
 *
 * A block that is given back is checked against all that is known: it must be
 * aligned, be memory of one node, not be reserved, and be taken from its first
 * page to its last. To look all that up takes long, so words of the tree in which
 * something is reserved or kept by a CPU have a flag, as has every word until it
 * was looked up once; pages of the others need no more than their bits.
 */
#include "gfp.h"

#include <string.h>

#include "arch.h"
#include "page_cache.h"
#include "printk.h"
#include "stage.h"

/* What a free page is filled with where the boot argument poison is given. */
#define PAGE_POISON	0xaa

/* Free pages are filled, and looked at when they are handed out. */
static bool poisoned;

/* poison(): fill [@addr, @addr + @size), which is free or about to be. */
static void poison(phys_addr_t addr, phys_addr_t size)
{
	memset(phys_to_virt(addr), PAGE_POISON, size);
}

/* check_poison(): fail where a byte of the block at @addr was written to while it
 * was free. */
static void check_poison(phys_addr_t addr, unsigned int order)
{
	const unsigned char *p = phys_to_virt(addr);
	phys_addr_t i = 0, size = PAGE_SIZE << order;

	while (i < size && p[i] == PAGE_POISON)
		i++;
	if (i < size)
		fail("W-PAGE-POISON",
		     "free page 0x%016llx was written to: byte 0x%llx is 0x%02x; look for a pointer that was used after free_pages()",
		     addr + (i & PAGE_MASK), i & ~PAGE_MASK, p[i]);
}

void page_alloc_set_node(int nid)
{
	if (nid != cpu_pages.nid)
		page_cache_leave();
	cpu_pages.nid = nid;
}

/* A cache is rather filled from where a block this many orders larger is free. */
#define FILL_ORDERS	3

/* tree_of(): the tree that @pgdat's pages are in. */
static struct pfn_tree *tree_of(const pg_data_t *pgdat)
{
	return &pgdat->bdata->tree;
}

/* allowed_pages(): how many of @zone's free pages @gfp may have. A request that
 * could come from higher zones leaves a zone its reserve. */
static unsigned long allowed_pages(const struct zone *zone, gfp_t gfp)
{
	bool low = zone == &zone->zone_pgdat->node_zones[ZONE_DMA32];

	if (gfp & __GFP_DMA32)
		return low ? zone->nr_free : 0;
	return zone->nr_free - MIN(zone->nr_free, zone->lowmem_reserve);
}

/* page_zone(): the zone of @pgdat that page @pfn lies in. */
static struct zone *page_zone(pg_data_t *pgdat, unsigned long pfn)
{
	struct zone *zone = &pgdat->node_zones[ZONE_DMA32];

	return zone->present_pages && pfn < zone_end_pfn(zone)
	       ? zone : &pgdat->node_zones[ZONE_NORMAL];
}

/* one_zone(): pages @first and @last, of @pgdat, are in the same zone. */
static bool one_zone(pg_data_t *pgdat, unsigned long first, unsigned long last)
{
	return page_zone(pgdat, first) == page_zone(pgdat, last);
}

/* cacheable(): the CPU's cache may be filled from @zone: it is the first one that
 * this CPU's ordinary allocations look into. */
static bool cacheable(const struct zone *zone, gfp_t gfp, unsigned int order)
{
	const pg_data_t *pgdat = NODE_DATA(cpu_pages.nid);

	return !poisoned && !(gfp & ~__GFP_ZERO) && order < PAGE_CACHE_ORDERS &&
	       zone == pgdat->node_zonelists[ZONELIST_FALLBACK].zones[0];
}

/* run_in_zone(): the run of @level around page @pfn is in no other zone than
 * @zone. */
static bool run_in_zone(const struct zone *zone, unsigned int level,
			unsigned long pfn)
{
	unsigned long pages = 64ul << page_cache_shift(level);

	return one_zone(zone->zone_pgdat, ALIGN_DOWN(pfn, pages),
			pfn | (pages - 1));
}

/* find_in_zone(): the lowest free block of @order in @zone, or PFN_NONE. */
static unsigned long find_in_zone(const struct zone *zone, unsigned int order)
{
	return pfn_tree_find(tree_of(zone->zone_pgdat), order,
			     zone->zone_start_pfn, zone_end_pfn(zone));
}

/*
 * fill_cache(): refill this CPU's cache from @zone, where that can be done, and
 * take a block of @order out of it; 0 where not. A run that has a larger free
 * block is worth the way more than one of which a page or two are left.
 */
static phys_addr_t fill_cache(struct zone *zone, gfp_t gfp, unsigned int order)
{
	unsigned int level = page_cache_level(order);
	unsigned int wish = MIN(order + FILL_ORDERS,
				page_cache_shift(level + 1) - 1);
	unsigned long pfn;

	if (!cacheable(zone, gfp, order))
		return 0;
	pfn = find_in_zone(zone, wish);
	if (pfn == PFN_NONE)
		pfn = find_in_zone(zone, order);
	if (pfn == PFN_NONE || !run_in_zone(zone, level, pfn))
		return 0;
	page_cache_fill(zone, pfn, order);
	return page_cache_alloc(order);
}

/* take_block(): take a block of @order out of @zone's tree; 0: there is none. */
static phys_addr_t take_block(struct zone *zone, unsigned int order)
{
	unsigned long pfn = find_in_zone(zone, order);

	if (pfn == PFN_NONE)
		return 0;
	pfn_tree_take(tree_of(zone->zone_pgdat), pfn, order);
	zone->nr_free -= 1ul << order;
	return PFN_PHYS(pfn);
}

/* rmqueue(): a block of @order of @zone; its address, or 0. */
static phys_addr_t rmqueue(struct zone *zone, gfp_t gfp, unsigned int order)
{
	phys_addr_t pa = 0;

	spin_lock(&zone->zone_pgdat->lock);
	if (allowed_pages(zone, gfp) >= 1ul << order) {
		pa = fill_cache(zone, gfp, order);
		if (!pa)
			pa = take_block(zone, order);
	}
	spin_unlock(&zone->zone_pgdat->lock);
	return pa;
}

/* alloc_from_zones(): the first block of @order in the zones of @nid's list. */
static phys_addr_t alloc_from_zones(int nid, gfp_t gfp, unsigned int order)
{
	enum zonelist_type type = gfp & __GFP_THISNODE ? ZONELIST_NOFALLBACK
						       : ZONELIST_FALLBACK;
	struct zone **zone = NODE_DATA(nid)->node_zonelists[type].zones;
	phys_addr_t pa = 0;

	for (; *zone && !pa; zone++)
		pa = rmqueue(*zone, gfp, order);
	return pa;
}

unsigned long drain_all_pages(void)
{
	unsigned long nr = 0;

	for (int nid = 0; nid < nr_node_ids; nid++) {
		pg_data_t *pgdat = NODE_DATA(nid);

		spin_lock(&pgdat->lock);
		nr += page_cache_drain_node(pgdat);
		spin_unlock(&pgdat->lock);
	}
	return nr;
}

/* check_request(): there is such a node and such an order; else a line. */
static bool check_request(int nid, unsigned int order, const void *caller)
{
	const char *what = order >= PFN_TREE_MAX_ORDERS ? "order" : "node";

	if (nid >= 0 && nid < nr_node_ids && order < PFN_TREE_MAX_ORDERS)
		return true;
	printk("page_alloc: alloc_pages(node %d, order %u) refused: there is no such %s, called from %p\n",
	       nid, order, what, caller);
	return false;
}

/* alloc_slow(): past this CPU's cache: the trees, then what all CPUs keep. */
static __attribute__((noinline)) phys_addr_t
alloc_slow(int nid, gfp_t gfp, unsigned int order, const void *caller)
{
	phys_addr_t pa;

	stage_allow(ALLOC_BUDDY, "alloc_pages");
	if (!check_request(nid, order, caller))
		return 0;
	pa = alloc_from_zones(nid, gfp, order);
	if (!pa && drain_all_pages())
		pa = alloc_from_zones(nid, gfp, order);
	if (pa && poisoned)
		check_poison(pa, order);
	return pa;
}

/* zeroed(): @pa, with its block zeroed where @gfp asks for that. */
static phys_addr_t zeroed(phys_addr_t pa, gfp_t gfp, unsigned int order)
{
	if (pa && (gfp & __GFP_ZERO))
		memset(phys_to_virt(pa), 0, PAGE_SIZE << order);
	return pa;
}

phys_addr_t alloc_pages_node(int nid, gfp_t gfp, unsigned int order)
{
	return zeroed(alloc_slow(nid, gfp, order, __builtin_return_address(0)),
		      gfp, order);
}

/* alloc_any(): alloc_pages() but for its shortest way. */
static __attribute__((noinline)) phys_addr_t
alloc_any(gfp_t gfp, unsigned int order, const void *caller)
{
	phys_addr_t pa = 0;

	if (!(gfp & ~__GFP_ZERO) && order < PAGE_CACHE_ORDERS)
		pa = page_cache_alloc(order);
	if (!pa)
		pa = alloc_slow(cpu_pages.nid, gfp, order, caller);
	return zeroed(pa, gfp, order);
}

phys_addr_t alloc_pages(gfp_t gfp, unsigned int order)
{
	phys_addr_t pa = gfp | order ? 0 : page_cache_alloc(0);

	return pa ? pa : alloc_any(gfp, order, __builtin_return_address(0));
}

/* page_node(): the node whose memory the page at @addr is, or NULL. */
static pg_data_t *page_node(phys_addr_t addr)
{
	long i = memblock_search(&memblock.memory, addr);

	return i < 0 ? NULL : NODE_DATA(memblock.memory.regions[i].nid);
}

/* node_of_range(): the node whose memory all of [@addr, @last] is, or NULL. */
static pg_data_t *node_of_range(phys_addr_t addr, phys_addr_t last)
{
	const struct memblock_type *mem = &memblock.memory;
	long i = memblock_search(mem, addr);
	const struct memblock_region *r = &mem->regions[i];

	if (i < 0)
		return NULL;
	for (; memblock_last(r) < last; r++)
		if (r + 1 == mem->regions + mem->cnt || r[1].nid != r->nid ||
		    r[1].base != memblock_last(r) + 1)
			return NULL;
	return NODE_DATA(r->nid);
}

/* range_error(): why the buddy can't have handed out this range; NULL: it can. */
static const char *range_error(phys_addr_t addr, phys_addr_t size)
{
	phys_addr_t last = addr + (size - 1);
	pg_data_t *pgdat = node_of_range(addr, last);

	if (!pgdat)
		return "not memory of one node";
	if (!one_zone(pgdat, PFN_DOWN(addr), PFN_DOWN(last)))
		return "not memory of one zone";
	if (memblock_is_region_reserved(addr, size))
		return "inside a reservation";
	return NULL;
}

static const char already_free[] = "already free";

/* range_taken(): why the pages [@start, @end) of @pgdat can't be given back; NULL
 * where all of them are allocated. Under the node's lock, its caches drained. */
static const char *range_taken(pg_data_t *pgdat, unsigned long start,
			       unsigned long end)
{
	const char *error = range_error(PFN_PHYS(start), PFN_PHYS(end - start));

	if (!error && pfn_tree_next_free(tree_of(pgdat), start) < end)
		error = already_free;
	return error;
}

/* word_error(): the same of all of the word that page @pfn is in. */
static const char *word_error(unsigned long pfn)
{
	return range_error(PFN_PHYS(pfn >> WORD_SHIFT << WORD_SHIFT),
			   PAGE_SIZE << WORD_SHIFT);
}

/*
 * free_flagged(): free a block of which the tree says to look closer. The flag of
 * a word goes where all of it could be the buddy's and no CPU keeps any of it.
 */
static __attribute__((noinline)) const char *free_flagged(pg_data_t *pgdat,
							  unsigned long pfn,
							  unsigned int order)
{
	unsigned long word = pfn >> WORD_SHIFT << WORD_SHIFT;
	bool clean = order < WORD_SHIFT && !word_error(pfn);
	const char *error = clean ? NULL : range_error(PFN_PHYS(pfn),
						       PAGE_SIZE << order);
	enum page_cache_result home;

	if (error)
		return error;
	home = page_cache_free_home(pfn, order);
	if (home != PAGE_CACHE_FOREIGN)
		return home == PAGE_CACHE_FREED ? NULL : already_free;
	pfn_tree_give(tree_of(pgdat), pfn, order, true);
	page_zone(pgdat, pfn)->nr_free += 1ul << order;
	if (clean && !page_cache_holds(word, word + (1ul << WORD_SHIFT)))
		pfn_tree_set_flags(tree_of(pgdat), word, word + 1, false);
	return NULL;
}

/* free_locked(): free a block of @pgdat's span; why not, or NULL. */
static const char *free_locked(pg_data_t *pgdat, unsigned long pfn,
			       unsigned int order)
{
	enum pfn_tree_result result =
		pfn_tree_give(tree_of(pgdat), pfn, order, false);

	if (result == PFN_TREE_FREED) {
		page_zone(pgdat, pfn)->nr_free += 1ul << order;
		return NULL;
	}
	return result == PFN_TREE_FLAGGED ? free_flagged(pgdat, pfn, order)
					  : already_free;
}

/* block_node(): the node that the block is in, for which the shorter way is to
 * try this CPU's own; NULL where it isn't memory of one. */
static pg_data_t *block_node(unsigned long pfn, unsigned int order)
{
	pg_data_t *pgdat = NODE_DATA(cpu_pages.nid);
	unsigned long offset = pfn - pgdat->node_start_pfn;

	if (!pgdat->alone || offset >= pgdat->node_spanned_pages)
		pgdat = page_node(PFN_PHYS(pfn));
	if (!pgdat)
		return NULL;
	offset = pfn - pgdat->node_start_pfn;
	return pgdat->node_spanned_pages - offset >= 1ul << order ? pgdat
								  : NULL;
}

/* free_error(): free the block; why not, or NULL where it is free now. */
static const char *free_error(phys_addr_t addr, unsigned int order)
{
	unsigned long pfn = PFN_DOWN(addr);
	const char *error;
	pg_data_t *pgdat;

	if (order >= PFN_TREE_MAX_ORDERS)
		return "there is no such order";
	if (addr & ((PAGE_SIZE << order) - 1))
		return "not the address of such a block";
	pgdat = block_node(pfn, order);
	if (!pgdat)
		return "not memory of one node";
	if (order && !one_zone(pgdat, pfn, pfn + (1ul << order) - 1))
		return "not memory of one zone";
	spin_lock(&pgdat->lock);
	error = poisoned ? range_taken(pgdat, pfn, pfn + (1ul << order)) : NULL;
	if (poisoned && !error)
		poison(addr, PAGE_SIZE << order);
	if (!error)
		error = free_locked(pgdat, pfn, order);
	spin_unlock(&pgdat->lock);
	return error;
}

/* free_slow(): past this CPU's cache. */
static __attribute__((noinline)) bool free_slow(phys_addr_t addr,
						unsigned int order,
						const void *caller)
{
	const char *error;

	stage_allow(ALLOC_BUDDY, "free_pages");
	error = free_error(addr, order);
	if (error)
		printk("page_alloc: free_pages(0x%016llx, order %u) refused: %s, called from %p\n",
		       addr, order, error, caller);
	return !error;
}

/* free_cached(): give the block to this CPU's cache; false where that isn't all
 * there is to it. */
static inline bool free_cached(phys_addr_t addr, unsigned int order)
{
	unsigned int level = page_cache_level(order);

	return !(addr & ((PAGE_SIZE << order) - 1)) &&
	       page_cache_free_to(&cpu_pages.cache[level], level,
				  PFN_DOWN(addr), order) == PAGE_CACHE_FREED;
}

/* free_larger(): free_pages() of blocks that aren't single pages. */
static __attribute__((noinline)) bool
free_larger(phys_addr_t addr, unsigned int order, const void *caller)
{
	if (order < PAGE_CACHE_ORDERS && free_cached(addr, order))
		return true;
	return free_slow(addr, order, caller);
}

bool free_pages(phys_addr_t addr, unsigned int order)
{
	if (order)
		return free_larger(addr, order, __builtin_return_address(0));
	if (free_cached(addr, 0))
		return true;
	return free_slow(addr, 0, __builtin_return_address(0));
}

/* free_range(): give back the pages [@start, @end); why not, or NULL. */
static const char *free_range(unsigned long start, unsigned long end)
{
	pg_data_t *pgdat = page_node(PFN_PHYS(start));
	const char *error;

	if (!pgdat || end > pgdat->node_start_pfn + pgdat->node_spanned_pages)
		return "not memory of one node";
	spin_lock(&pgdat->lock);
	page_cache_drain_node(pgdat);
	error = range_taken(pgdat, start, end);
	if (!error) {
		if (poisoned)
			poison(PFN_PHYS(start), PFN_PHYS(end - start));
		page_cache_disclaim(start, end);
		pfn_tree_release(tree_of(pgdat), start, end);
		page_zone(pgdat, start)->nr_free += end - start;
	}
	spin_unlock(&pgdat->lock);
	return error;
}

bool free_pages_exact(phys_addr_t addr, phys_addr_t size)
{
	const char *error = "not whole pages";

	stage_allow(ALLOC_BUDDY, __func__);
	if (size && !(addr & ~PAGE_MASK) && addr <= PHYS_ADDR_MAX - size)
		error = free_range(PFN_DOWN(addr), PFN_UP(addr + size));
	if (error)
		printk("page_alloc: free_pages_exact(0x%016llx, 0x%llx bytes) refused: %s, called from %p\n",
		       addr, size, error, __builtin_return_address(0));
	return !error;
}

phys_addr_t alloc_pages_exact(phys_addr_t size, gfp_t gfp)
{
	unsigned int order = size ? log2_ceil(PFN_UP(size)) : 0;
	phys_addr_t pa, rest = (PAGE_SIZE << order) - PFN_PHYS(PFN_UP(size));

	if (!size || order >= PFN_TREE_MAX_ORDERS)
		return 0;
	pa = alloc_pages(gfp, order);
	if (pa && rest)
		free_pages_exact(pa + PFN_PHYS(PFN_UP(size)), rest);
	return pa;
}

int alloc_contig_range(unsigned long start_pfn, unsigned long end_pfn)
{
	pg_data_t *pgdat = page_node(PFN_PHYS(start_pfn));
	int err = -1;

	stage_allow(ALLOC_BUDDY, __func__);
	if (!pgdat || start_pfn >= end_pfn ||
	    range_error(PFN_PHYS(start_pfn), PFN_PHYS(end_pfn - start_pfn)))
		return -1;
	spin_lock(&pgdat->lock);
	page_cache_drain_node(pgdat);
	if (pfn_tree_next_free(tree_of(pgdat), start_pfn) == start_pfn &&
	    pfn_tree_next_taken(tree_of(pgdat), start_pfn) >= end_pfn) {
		pfn_tree_claim(tree_of(pgdat), start_pfn, end_pfn);
		page_zone(pgdat, start_pfn)->nr_free -= end_pfn - start_pfn;
		err = 0;
	}
	spin_unlock(&pgdat->lock);
	return err;
}

/* take_run(): the lowest free pages of @zone, at most @nr in a row; 0: none. */
static unsigned long take_run(struct zone *zone, gfp_t gfp, unsigned long nr,
			      struct page_run *run)
{
	struct pfn_tree *tree = tree_of(zone->zone_pgdat);
	unsigned long pfn, end = 0;

	spin_lock(&zone->zone_pgdat->lock);
	nr = MIN(nr, allowed_pages(zone, gfp));
	pfn = nr ? pfn_tree_find(tree, 0, zone->zone_start_pfn,
				 zone_end_pfn(zone)) : PFN_NONE;
	if (pfn != PFN_NONE) {
		end = MIN(pfn_tree_next_taken(tree, pfn), zone_end_pfn(zone));
		end = MIN(end, pfn + nr);
		pfn_tree_claim(tree, pfn, end);
		zone->nr_free -= end - pfn;
		*run = (struct page_run){ PFN_PHYS(pfn), end - pfn };
	}
	spin_unlock(&zone->zone_pgdat->lock);
	return pfn == PFN_NONE ? 0 : end - pfn;
}

unsigned long alloc_pages_bulk(gfp_t gfp, unsigned long nr,
			       struct page_run *runs, unsigned int max)
{
	enum zonelist_type type = gfp & __GFP_THISNODE ? ZONELIST_NOFALLBACK
						       : ZONELIST_FALLBACK;
	struct zone **zone =
		NODE_DATA(cpu_pages.nid)->node_zonelists[type].zones;
	unsigned long got = 0, more;

	stage_allow(ALLOC_BUDDY, __func__);
	while (*zone && got < nr && max) {
		more = take_run(*zone, gfp, nr - got, runs);
		if (!more) {
			zone++;
			continue;
		}
		if (gfp & __GFP_ZERO)
			memset(phys_to_virt(runs->start), 0, PFN_PHYS(more));
		got += more;
		runs++;
		max--;
	}
	return got;
}

bool free_pages_bulk(const struct page_run *runs, unsigned int n)
{
	for (; n; n--, runs++)
		if (!free_pages_exact(runs->start, PFN_PHYS(runs->nr)))
			return false;
	return true;
}

void disown_pages(phys_addr_t addr, unsigned int order)
{
	unsigned long start = PFN_DOWN(addr), end = start + (1ul << order);
	pg_data_t *pgdat = page_node(addr);

	spin_lock(&pgdat->lock);
	page_zone(pgdat, start)->managed_pages -= end - start;
	page_cache_disclaim(start, end);
	pfn_tree_set_flags(tree_of(pgdat), start, end, true);
	spin_unlock(&pgdat->lock);
}

/* release_late(): page @pfn, taken until now, becomes the buddy's. */
static void release_late(unsigned long pfn)
{
	pg_data_t *pgdat = page_node(PFN_PHYS(pfn));
	struct zone *zone = page_zone(pgdat, pfn);

	spin_lock(&pgdat->lock);
	if (poisoned)
		poison(PFN_PHYS(pfn), PAGE_SIZE);
	BUG_ON(pfn_tree_give(tree_of(pgdat), pfn, 0, true) != PFN_TREE_FREED,
	       "page_alloc: 0x%llx is freed late but is free already",
	       PFN_PHYS(pfn));
	zone->managed_pages++;
	zone->nr_free++;
	spin_unlock(&pgdat->lock);
}

void free_bootmem_late(phys_addr_t addr, phys_addr_t size)
{
	unsigned long start = PFN_UP(addr), end = PFN_DOWN(addr + size);

	stage_allow(ALLOC_BUDDY, __func__);
	drain_all_pages();
	if (start < end &&
	    memblock_phys_free(PFN_PHYS(start), PFN_PHYS(end - start)))
		panic("memblock: no room to record what was freed at 0x%llx",
		      addr);
	for (unsigned long pfn = start; pfn < end; pfn++)
		if (page_node(PFN_PHYS(pfn)))
			release_late(pfn);
}

/* poison_node(): fill all that is free on @pgdat. */
static void poison_node(pg_data_t *pgdat)
{
	unsigned long pfn = pgdat->node_start_pfn, end;

	if (!pgdat->bdata)
		return;
	while ((pfn = pfn_tree_next_free(tree_of(pgdat), pfn)) <
	       tree_of(pgdat)->end_pfn) {
		end = pfn_tree_next_taken(tree_of(pgdat), pfn);
		poison(PFN_PHYS(pfn), PFN_PHYS(end - pfn));
		pfn = end;
	}
}

void page_alloc_poison(bool on)
{
	poisoned = on;
	for (int nid = 0; on && nid < nr_node_ids; nid++)
		poison_node(NODE_DATA(nid));
}

/* check_zone(): what @zone counts as free is what the tree says. */
static void check_zone(const struct zone *zone)
{
	unsigned long blocks[PFN_TREE_MAX_ORDERS] = { 0 }, sum = 0;

	pfn_tree_count(tree_of(zone->zone_pgdat), zone->zone_start_pfn,
		       zone_end_pfn(zone), blocks);
	for (unsigned int order = 0; order < PFN_TREE_MAX_ORDERS; order++)
		sum += blocks[order] << order;
	BUG_ON(sum != zone->nr_free,
	       "zone %s of node %d counts %lu free pages, its blocks have %lu",
	       zone->name, zone->zone_pgdat->node_id, zone->nr_free, sum);
}

void page_alloc_check(void)
{
	drain_all_pages();
	for (int nid = 0; nid < nr_node_ids; nid++)
		for (int type = 0; type < MAX_NR_ZONES; type++)
			if (NODE_DATA(nid)->node_zones[type].present_pages)
				check_zone(&NODE_DATA(nid)->node_zones[type]);
}
