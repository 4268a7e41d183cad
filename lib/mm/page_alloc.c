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
 * A block that is given back is checked against all that is known. Blocks of more
 * than one page are known to the tree as what they are, so that is exact and needs
 * no more. A single page that is taken looks like one that is reserved, and a block
 * that a CPU keeps like one that is allocated. So words of the tree in which
 * something is reserved or kept by a CPU have a flag; the pages of others need no
 * more than their bits.
 *
 * The shortest ways have to be short: they make no call but the last thing they do,
 * which the compiler makes a jump. So they need no frame; and what is jumped to
 * finds the address to return to, which it names in a refusal, to be the caller's.
 *
 * What the tree needs to know blocks by, tables of joins, takes a page in 28,672 at
 * most, where such blocks are. It comes from the buddy itself, out of a reserve that
 * is left for it, so no allocation fails for the want of a table; and goes back when
 * CPUs are drained.
 */
#include "gfp.h"

#include <string.h>

#include "arch.h"
#include "page_cache.h"
#include "printk.h"
#include "report.h"
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
	cpu_pages.home_pages = cpu_pages.deep_pages = 0;
}

/* A cache is rather filled from where a block this many orders larger is free. */
#define FILL_ORDERS	3

/* tree_of(): the tree that @pgdat's pages are in. */
static struct pfn_tree *tree_of(const pg_data_t *pgdat)
{
	return &pgdat->bdata->tree;
}

/*
 * kept_pages(): how many of @zone's free pages @gfp may not have. Nobody gets what is
 * left for tables; only who asks with __GFP_HIGH what is below the low mark; only
 * who can use no other zone what a zone keeps for that.
 */
static unsigned long kept_pages(const struct zone *zone, gfp_t gfp)
{
	bool low = zone == &zone->zone_pgdat->node_zones[ZONE_DMA32];
	unsigned long kept = zone->table_reserve;

	if ((gfp & __GFP_DMA32) && !low)
		return zone->nr_free;
	if (!(gfp & __GFP_HIGH))
		kept += zone->watermark_min;
	if (!(gfp & __GFP_DMA32))
		kept += zone->lowmem_reserve;
	return kept;
}

/* allowed_pages(): how many of them it may have. */
static unsigned long allowed_pages(const struct zone *zone, gfp_t gfp)
{
	return zone->nr_free - MIN(zone->nr_free, kept_pages(zone, gfp));
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

/* home_zone(): the first zone that this CPU's ordinary allocations look into. */
static struct zone *home_zone(void)
{
	return NODE_DATA(cpu_pages.nid)->node_zonelists[ZONELIST_FALLBACK].zones[0];
}

/* find_home(): the buddy is there: single pages of this CPU's home can be freed by
 * the shortest way, but where they have to be filled first. */
static void find_home(void)
{
	struct zone *zone = home_zone();
	bool deep = tree_of(zone->zone_pgdat)->deep;

	cpu_pages.home = zone;
	cpu_pages.home_start_pfn = zone->zone_start_pfn;
	cpu_pages.home_pages = poisoned || deep ? 0 : zone->spanned_pages;
	cpu_pages.deep_pages = poisoned || !deep ? 0 : zone->spanned_pages;
}

/* ordinary(): a request that a CPU's cache may serve. */
static bool ordinary(gfp_t gfp, unsigned int order)
{
	return !(gfp & ~(__GFP_ZERO | __GFP_NOFAIL)) &&
	       order < PAGE_CACHE_ORDERS;
}

/* run_in_zone(): the run for @order around page @pfn is in no other zone than
 * @zone. */
static bool run_in_zone(const struct zone *zone, unsigned int order,
			unsigned long pfn)
{
	unsigned long pages = 64ul << page_cache_shift(order);

	return one_zone(zone->zone_pgdat, ALIGN_DOWN(pfn, pages),
			pfn | (pages - 1));
}

/* find_in_zone(): the lowest free block of @order in @zone, or PFN_NONE. */
static unsigned long find_in_zone(const struct zone *zone, unsigned int order)
{
	return pfn_tree_find(tree_of(zone->zone_pgdat), order,
			     zone->zone_start_pfn, zone_end_pfn(zone));
}

/* fix_pages(): pages [@start, @end) of @pgdat, taken, each by itself, can't be
 * freed. */
static void fix_pages(pg_data_t *pgdat, unsigned long start, unsigned long end)
{
	pfn_tree_set_flags(tree_of(pgdat), start, end, true);
	page_cache_keep_flags(start, end);
}

/* add_tables(): a page of @pgdat becomes tables of joins: which, or PFN_NONE where
 * none is free. */
static unsigned long add_tables(pg_data_t *pgdat)
{
	struct zone *zone = pgdat->table_zone;
	unsigned long pfn = find_in_zone(zone, 0);

	if (pfn == PFN_NONE)
		return PFN_NONE;
	if (pfn_tree_take_flagged(tree_of(pgdat), pfn))
		page_cache_keep_flags(pfn, pfn + 1);
	pfn_tree_add_tables(tree_of(pgdat), phys_to_virt(PFN_PHYS(pfn)));
	zone->nr_free--;
	zone->table_reserve -= MIN(zone->table_reserve, 1ul);
	pgdat->table_pages++;
	return pfn;
}

/* remove_tables(): @pgdat's pages of tables that hold nothing are free again. */
static unsigned long remove_tables(pg_data_t *pgdat)
{
	unsigned long nr = 0;
	void *page;

	if (!pgdat->bdata)
		return 0;
	while ((page = pfn_tree_reap_tables(tree_of(pgdat)))) {
		if (poisoned)
			poison(virt_to_phys(page), PAGE_SIZE);
		pfn_tree_give(tree_of(pgdat), PFN_DOWN(virt_to_phys(page)), 0);
		pgdat->table_zone->nr_free++;
		pgdat->table_zone->table_reserve++;
		pgdat->table_pages--;
		nr++;
	}
	return nr;
}

/* needs_table(): a block of @order, if it is taken at free page @pfn of @zone, if any,
 * needs a table that isn't there. */
static bool needs_table(const struct zone *zone, unsigned int order,
			unsigned long pfn)
{
	return order && order < WORD_SHIFT && pfn != PFN_NONE &&
	       pfn_tree_needs_table(tree_of(zone->zone_pgdat), pfn);
}

/* take_block(): the block of @order at @pfn of @zone, or PFN_NONE: its address, or 0,
 * and it is taken. */
static phys_addr_t take_block(struct zone *zone, unsigned int order,
			      unsigned long pfn)
{
	if (pfn == PFN_NONE)
		return 0;
	pfn_tree_take(tree_of(zone->zone_pgdat), pfn, order);
	zone->nr_free -= 1ul << order;
	return PFN_PHYS(pfn);
}

/* take_tabled(): a block of @order of @zone, when a page has become tables: that at
 * @pfn, which is free, or the lowest that is left where that page was part of it. */
static phys_addr_t take_tabled(struct zone *zone, unsigned int order,
			       unsigned long pfn)
{
	unsigned long page = add_tables(zone->zone_pgdat);

	if (page == PFN_NONE)
		return 0;
	if (page >> order == pfn >> order)
		pfn = find_in_zone(zone, order);
	return take_block(zone, order, pfn);
}

/* take_lowest(): the lowest block of @order of @zone's tree, or 0. */
static phys_addr_t take_lowest(struct zone *zone, unsigned int order)
{
	unsigned long pfn = find_in_zone(zone, order);

	return needs_table(zone, order, pfn) ? take_tabled(zone, order, pfn)
					     : take_block(zone, order, pfn);
}

/* find_to_fill(): a free block in @zone of @order or more, rather large than where only
 * a page or two are left; or PFN_NONE. */
static unsigned long find_to_fill(const struct zone *zone, unsigned int order)
{
	unsigned int top = page_cache_shift(order) + WORD_SHIFT;
	unsigned long pfn = find_in_zone(zone, MIN(order + FILL_ORDERS,
						   top - 1));

	return pfn == PFN_NONE ? find_in_zone(zone, order) : pfn;
}

/*
 * alloc_cached(): a block of @order of this CPU's cache, filled from @zone if there
 * are enough of the @allowed pages that it may have of it. Otherwise, and if the run
 * can't be a cache's, or needs tables first, just the block, or 0: to make tables
 * and to fill, both at once, is a long way.
 */
static phys_addr_t alloc_cached(struct zone *zone, unsigned long allowed,
				unsigned int order)
{
	phys_addr_t pa = page_cache_alloc(order);
	unsigned long pfn;

	if (pa)
		return pa;
	if (MIN(zone->nr_free, page_cache_pages(order)) > allowed)
		return take_lowest(zone, order);
	pfn = find_to_fill(zone, order);
	if (pfn == PFN_NONE)
		return 0;
	if (needs_table(zone, order, pfn))
		return take_tabled(zone, order, pfn);
	if (!run_in_zone(zone, order, pfn))
		return take_lowest(zone, order);
	page_cache_leave_run(order);
	return page_cache_fill(zone, pfn, order)
	       ? page_cache_alloc(order) : take_block(zone, order, pfn);
}

/* rmqueue(): a block of @order of @zone; its address, or 0. */
static phys_addr_t rmqueue(struct zone *zone, gfp_t gfp, unsigned int order)
{
	unsigned long allowed;
	phys_addr_t pa = 0;

	spin_lock(&zone->zone_pgdat->lock);
	allowed = allowed_pages(zone, gfp);
	if (allowed >= 1ul << order)
		pa = !poisoned && ordinary(gfp, order) && zone == home_zone()
		     ? alloc_cached(zone, allowed, order)
		     : take_lowest(zone, order);
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
		nr += remove_tables(pgdat);
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

/* no_memory(): there is no such block, and the caller can't do without. */
static void no_memory(int nid, unsigned int order, const void *caller)
{
	report_buddyinfo();
	panic("out of memory: alloc_pages(node %d, order %u) has no block, and must have one; called from %p",
	      nid, order, caller);
}

/* alloc_slow(): past this CPU's cache: the trees, then what all CPUs keep. */
static __attribute__((noinline)) phys_addr_t
alloc_slow(int nid, gfp_t gfp, unsigned int order, const void *caller)
{
	phys_addr_t pa = 0;

	stage_allow(ALLOC_BUDDY, "alloc_pages");
	if (check_request(nid, order, caller)) {
		find_home();
		pa = alloc_from_zones(nid, gfp, order);
		if (!pa && drain_all_pages())
			pa = alloc_from_zones(nid, gfp, order);
	}
	if (pa && poisoned)
		check_poison(pa, order);
	if (!pa && (gfp & __GFP_NOFAIL))
		no_memory(nid, order, caller);
	return pa;
}

/* zeroed(): @pa, with its block zeroed where @gfp asks for that. */
static phys_addr_t zeroed(phys_addr_t pa, gfp_t gfp, unsigned int order)
{
	if (pa && (gfp & __GFP_ZERO))
		memset(phys_to_virt(pa), 0, PAGE_SIZE << order);
	return pa;
}

/* alloc_checked(): past all shorter ways. */
static __attribute__((noinline)) phys_addr_t
alloc_checked(int nid, gfp_t gfp, unsigned int order)
{
	phys_addr_t pa = alloc_slow(nid, gfp, order,
				    __builtin_return_address(0));

	return zeroed(pa, gfp, order);
}

/* alloc_any(): what this CPU keeps, or else more. */
static __attribute__((noinline)) phys_addr_t alloc_any(gfp_t gfp,
						       unsigned int order)
{
	phys_addr_t pa;

	if (!gfp && order < PAGE_CACHE_ORDERS) {
		pa = page_cache_alloc(order);
		if (pa)
			return pa;
	}
	return alloc_checked(cpu_pages.nid, gfp, order);
}

phys_addr_t alloc_pages_node(int nid, gfp_t gfp, unsigned int order)
{
	return nid == cpu_pages.nid ? alloc_any(gfp, order)
				    : alloc_checked(nid, gfp, order);
}

phys_addr_t alloc_pages(gfp_t gfp, unsigned int order)
{
	struct cpu_pages *cpu = this_cpu_pages();
	phys_addr_t pa;

	if (!(gfp | order)) {
		if (page_cache_take(cpu, 0, &pa))
			return pa;
	} else if (!gfp && order < PAGE_CACHE_ORDERS) {
		if (page_cache_take(cpu, order, &pa))
			return pa;
	}
	return alloc_any(gfp, order);
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

/* Why a block can't be freed. */
static const char already_free[] = "already free";
static const char reserved[] = "inside a reservation";
static const char foreign[] = "not memory of one node";

/* holds_tables(): a page of [@start, @end) holds tables of @pgdat's. The pages are
 * compared by their numbers: none of the range's is there to be looked at. */
static bool holds_tables(const pg_data_t *pgdat, unsigned long start,
			 unsigned long end)
{
	const void *page = NULL;

	while ((page = pfn_tree_next_tables(tree_of(pgdat), page)) != NULL) {
		unsigned long pfn = PFN_DOWN(virt_to_phys(page));

		if (pfn >= start && pfn < end)
			return true;
	}
	return false;
}

/* range_error(): why the buddy can't have handed out this range; NULL: it can. */
static const char *range_error(phys_addr_t addr, phys_addr_t size)
{
	phys_addr_t last = addr + (size - 1);
	pg_data_t *pgdat = node_of_range(addr, last);

	if (!pgdat)
		return foreign;
	if (!one_zone(pgdat, PFN_DOWN(addr), PFN_DOWN(last)))
		return "not memory of one zone";
	if (memblock_is_region_reserved(addr, size) ||
	    holds_tables(pgdat, PFN_DOWN(addr), PFN_DOWN(last) + 1))
		return reserved;
	return NULL;
}

static const char other_order[] = "allocated with another order";

/* give_block(): the block, allocated and in no CPU's cache, is free. */
static void give_block(pg_data_t *pgdat, unsigned long pfn, unsigned int order)
{
	if (poisoned)
		poison(PFN_PHYS(pfn), PAGE_SIZE << order);
	pfn_tree_give(tree_of(pgdat), pfn, order);
	page_zone(pgdat, pfn)->nr_free += 1ul << order;
}

/* page_error(): why page @pfn, memory of @pgdat, can't be the buddy's, or NULL. */
static const char *page_error(const pg_data_t *pgdat, unsigned long pfn)
{
	if (memblock_is_reserved(PFN_PHYS(pfn)) ||
	    holds_tables(pgdat, pfn, pfn + 1))
		return reserved;
	return NULL;
}

/*
 * free_page_flagged(): free a single page that no cache has, of a flagged word; why
 * not, or NULL. That nothing of it is reserved has to be looked up, until all of the
 * word is free.
 */
static const char *free_page_flagged(pg_data_t *pgdat, unsigned long pfn)
{
	const char *error = page_error(pgdat, pfn);

	if (error)
		return error;
	give_block(pgdat, pfn, 0);
	if (pfn_tree_free_word(tree_of(pgdat), pfn) && !page_cache_holds(pfn))
		pfn_tree_flag_words(tree_of(pgdat), pfn, pfn_tree_word(pfn),
				    false);
	return NULL;
}

/* free_flagged(): free a block, allocated by what the tree says, of a flagged word;
 * why not, or NULL. */
static const char *free_flagged(pg_data_t *pgdat, unsigned long pfn,
				unsigned int order)
{
	enum page_cache_result home = page_cache_free_home(pfn, order);

	if (home == PAGE_CACHE_FREED)
		return NULL;
	if (home == PAGE_CACHE_WAS_FREE)
		return already_free;
	if (home == PAGE_CACHE_FOREIGN && !order)
		return free_page_flagged(pgdat, pfn);
	give_block(pgdat, pfn, order);
	return NULL;
}

/* not_a_block(): why the block, of which the first page is taken but not as such a
 * block, can't be freed. */
static const char *not_a_block(unsigned long pfn, unsigned int order)
{
	const char *error = range_error(PFN_PHYS(pfn), PAGE_SIZE << order);

	if (error)
		return error;
	return page_cache_is_free(pfn) ? already_free : other_order;
}

/* free_locked(): free a block of @pgdat's span; why not, or NULL. */
static const char *free_locked(pg_data_t *pgdat, unsigned long pfn,
			       unsigned int order)
{
	enum pfn_tree_state state = pfn_tree_state(tree_of(pgdat), pfn, order);

	if (state == PFN_TREE_FREE)
		return already_free;
	if (state == PFN_TREE_OTHER)
		return not_a_block(pfn, order);
	if (pfn_tree_flag(tree_of(pgdat), pfn))
		return free_flagged(pgdat, pfn, order);
	give_block(pgdat, pfn, order);
	return NULL;
}

/* block_node(): the node that the block is in; NULL where it isn't memory of one. */
static pg_data_t *block_node(unsigned long pfn, unsigned int order)
{
	pg_data_t *pgdat = page_node(PFN_PHYS(pfn));
	unsigned long offset;

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
		return foreign;
	spin_lock(&pgdat->lock);
	error = free_locked(pgdat, pfn, order);
	spin_unlock(&pgdat->lock);
	return error;
}

/* free_slow(): past this CPU's cache and home. */
static __attribute__((noinline)) bool free_slow(phys_addr_t addr,
						unsigned int order)
{
	const char *error;

	stage_allow(ALLOC_BUDDY, "free_pages");
	error = free_error(addr, order);
	if (error)
		printk("page_alloc: free_pages(0x%016llx, order %u) refused: %s, called from %p\n",
		       addr, order, error, __builtin_return_address(0));
	return !error;
}

/* page_raised(): page @pfn of @zone was freed, by which its word has a block of
 * @order; the rest of it, with the lock to be given back. */
static __attribute__((noinline)) bool page_raised(struct zone *zone,
						  unsigned long pfn, int order)
{
	pg_data_t *pgdat = zone->zone_pgdat;

	pfn_tree_raise(tree_of(pgdat), pfn, (unsigned int)order);
	zone->nr_free++;
	spin_unlock(&pgdat->lock);
	return true;
}

/* give_page(): page @pfn of this CPU's home is freed at once, where nothing has to
 * be known but its bit, and nobody has the lock; or in the longer way. */
static inline __attribute__((always_inline)) bool
give_page(struct cpu_pages *cpu, unsigned long pfn, bool deep)
{
	struct zone *zone = cpu->home;
	pg_data_t *pgdat = zone->zone_pgdat;
	int order;

	if (!spin_trylock(&pgdat->lock))
		return free_slow(PFN_PHYS(pfn), 0);
	order = pfn_tree_give_page(&pgdat->bootmem.tree, pfn, deep);
	if (order >= 0)
		return page_raised(zone, pfn, order);
	if (order == PFN_TREE_DONE)
		zone->nr_free++;
	spin_unlock(&pgdat->lock);
	return order == PFN_TREE_DONE ? true : free_slow(PFN_PHYS(pfn), 0);
}

/* free_further(): a single page that isn't of this CPU's home, or that is a deep
 * tree, as the two look the same to the shortest way. */
static __attribute__((noinline)) bool free_further(phys_addr_t addr)
{
	struct cpu_pages *cpu = this_cpu_pages();
	unsigned long pfn = PFN_DOWN(addr);

	return !(addr & ~PAGE_MASK) &&
	       pfn - cpu->home_start_pfn < cpu->deep_pages
	       ? give_page(cpu, pfn, true) : free_slow(addr, 0);
}

/* free_larger(): free_pages() of blocks that aren't single pages. */
static __attribute__((noinline)) bool free_larger(phys_addr_t addr,
						  unsigned int order)
{
	struct cpu_pages *cpu = this_cpu_pages();
	struct page_cache *cache;
	uint64_t bit;

	if (order >= PAGE_CACHE_ORDERS)
		return free_slow(addr, order);
	cache = &cpu->cache[order];
	bit = page_cache_unit(cache, addr, order);
	return bit && page_cache_put(cache, addr, bit)
	       ? true : free_slow(addr, order);
}

bool free_pages(phys_addr_t addr, unsigned int order)
{
	struct cpu_pages *cpu = this_cpu_pages();
	struct page_cache *cache = &cpu->cache[0];
	phys_addr_t unit = (addr - cache->start) >> PAGE_SHIFT;
	unsigned long pfn = PFN_DOWN(addr);

	if (order)
		return free_larger(addr, order);
	if (addr & ~PAGE_MASK)
		return free_further(addr);
	if (unit < 64 && page_cache_put(cache, addr, 1ull << unit))
		return true;
	if (pfn - cpu->home_start_pfn >= cpu->home_pages)
		return free_further(addr);
	return give_page(cpu, pfn, false);
}

/* range_taken(): why the pages [@start, @end) of @pgdat can't be given back; NULL
 * where all of them are allocated, each by itself, and no cache's any more. Under the
 * node's lock, its caches drained. */
static const char *range_taken(pg_data_t *pgdat, unsigned long start,
			       unsigned long end)
{
	const char *error = range_error(PFN_PHYS(start), PFN_PHYS(end - start));

	if (error)
		return error;
	if (pfn_tree_next_free(tree_of(pgdat), start) < end)
		return already_free;
	if (pfn_tree_find_block(tree_of(pgdat), start, end) != PFN_NONE)
		return other_order;
	return page_cache_disclaim(start, end, 0) ? NULL : already_free;
}

/* free_range(): give back the pages [@start, @end); why not, or NULL. */
static const char *free_range(unsigned long start, unsigned long end)
{
	pg_data_t *pgdat = page_node(PFN_PHYS(start));
	const char *error;

	if (!pgdat || end > pgdat->node_start_pfn + pgdat->node_spanned_pages)
		return foreign;
	spin_lock(&pgdat->lock);
	page_cache_drain_node(pgdat);
	error = range_taken(pgdat, start, end);
	if (!error) {
		if (poisoned)
			poison(PFN_PHYS(start), PFN_PHYS(end - start));
		pfn_tree_give_range(tree_of(pgdat), start, end);
		page_zone(pgdat, start)->nr_free += end - start;
	}
	spin_unlock(&pgdat->lock);
	return error;
}

/* make_single(): the allocated block is so many single pages, of which no cache
 * knows. Under the node's lock. */
static void make_single(pg_data_t *pgdat, unsigned long pfn, unsigned int order)
{
	pfn_tree_split(tree_of(pgdat), pfn, order);
	if (order < PAGE_CACHE_ORDERS)
		page_cache_disclaim(pfn, pfn + (1ul << order), order);
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

/* split_block(): the allocated block is so many single pages. */
static void split_block(pg_data_t *pgdat, unsigned long pfn, unsigned int order)
{
	spin_lock(&pgdat->lock);
	make_single(pgdat, pfn, order);
	spin_unlock(&pgdat->lock);
}

phys_addr_t alloc_pages_exact(phys_addr_t size, gfp_t gfp)
{
	unsigned int order = size ? log2_ceil(PFN_UP(size))
				  : PFN_TREE_MAX_ORDERS;
	phys_addr_t pa, rest = (PAGE_SIZE << order) - PFN_PHYS(PFN_UP(size));

	if (order >= PFN_TREE_MAX_ORDERS)
		return 0;
	pa = alloc_pages(gfp, order);
	if (pa && order)
		split_block(page_node(pa), PFN_DOWN(pa), order);
	if (pa && rest)
		free_pages_exact(pa + PFN_PHYS(PFN_UP(size)), rest);
	return pa;
}

int alloc_contig_range(unsigned long start_pfn, unsigned long end_pfn)
{
	pg_data_t *pgdat = page_node(PFN_PHYS(start_pfn));
	struct zone *zone;
	int err = -1;

	stage_allow(ALLOC_BUDDY, __func__);
	if (start_pfn >= end_pfn ||
	    range_error(PFN_PHYS(start_pfn), PFN_PHYS(end_pfn - start_pfn)))
		return -1;
	spin_lock(&pgdat->lock);
	page_cache_drain_node(pgdat);
	zone = page_zone(pgdat, start_pfn);
	if (pfn_tree_next_free(tree_of(pgdat), start_pfn) == start_pfn &&
	    pfn_tree_next_taken(tree_of(pgdat), start_pfn) >= end_pfn &&
	    zone->nr_free - zone->table_reserve >= end_pfn - start_pfn) {
		pfn_tree_take_range(tree_of(pgdat), start_pfn, end_pfn);
		zone->nr_free -= end_pfn - start_pfn;
		err = 0;
	}
	spin_unlock(&pgdat->lock);
	return err;
}

/* take_run(): free pages of @zone, at most @nr in a row, where the largest of the
 * blocks that fit is; 0: none. */
static unsigned long take_run(struct zone *zone, gfp_t gfp, unsigned long nr,
			      struct page_run *run)
{
	struct pfn_tree *tree = tree_of(zone->zone_pgdat);
	unsigned long pfn = PFN_NONE, end = 0;

	spin_lock(&zone->zone_pgdat->lock);
	nr = MIN(nr, allowed_pages(zone, gfp));
	if (nr)
		for (unsigned int order = log2_floor(nr) + 1;
		     pfn == PFN_NONE && order--;)
			pfn = find_in_zone(zone, order);
	if (pfn != PFN_NONE) {
		end = MIN(pfn_tree_next_taken(tree, pfn), zone_end_pfn(zone));
		end = MIN(end, pfn + nr);
		pfn_tree_take_range(tree, pfn, end);
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
	make_single(pgdat, start, order);
	fix_pages(pgdat, start, end);
	spin_unlock(&pgdat->lock);
}

/* release_late(): page @pfn, taken until now, becomes the buddy's. */
static void release_late(unsigned long pfn)
{
	pg_data_t *pgdat = page_node(PFN_PHYS(pfn));
	struct zone *zone = page_zone(pgdat, pfn);

	spin_lock(&pgdat->lock);
	BUG_ON(pfn_tree_state(tree_of(pgdat), pfn, 0) != PFN_TREE_TAKEN,
	       "page_alloc: 0x%llx is freed late but is free already",
	       PFN_PHYS(pfn));
	give_block(pgdat, pfn, 0);
	zone->managed_pages++;
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
	cpu_pages.home_pages = cpu_pages.deep_pages = 0;
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
