/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bootmem: the allocator between memblock and the buddy.
 *
 * Each node has a map with one bit a page (pfn_tree.c keeps the bits and the
 * levels above them). Allocation is first fit: from the goal or from just
 * behind the last allocation, whichever is higher, then once more from the
 * bottom. Requests smaller than a page share pages: where the block that was
 * found is the page right behind the end of the last allocation, the new one
 * begins at that end instead.
 *
 *	last allocation     new one (found: the page behind)
 *	    [=====|====          |          ]
 *	          |    [=========|===]
 *	               ^ last_end_off
 *
 * Whatever takes or frees a page does it in two places, the map and
 * memblock.reserved, so that at any time the map's bits are exactly memory minus
 * reserved; bootmem_check() holds them against each other.
 *
 * Nodes may interleave: a page belongs to the node that memblock.memory gives
 * it to, even inside another node's span.
 */
#include "bootmem.h"

#include <string.h>

#include "arch.h"
#include "early_alloc.h"
#include "mmzone.h"
#include "paging.h"
#include "printk.h"
#include "stage.h"

bootmem_data_t *bdata_list;

unsigned long min_low_pfn, max_low_pfn, max_pfn;

/* Who holds what the plain calls take. */
static const struct mem_owner owner_bootmem = {
	"bootmem", "early allocations", NULL, VM_READ | VM_WRITE
};

unsigned long bootmem_bootmap_pages(unsigned long start, unsigned long pages)
{
	return PFN_UP((phys_addr_t)pfn_tree_bytes(start, start + pages));
}

/* link_bootmem(): put @bdata on the list, which is in address order. */
static void link_bootmem(bootmem_data_t *bdata)
{
	bootmem_data_t **link = &bdata_list;

	while (*link && (*link)->node_min_pfn < bdata->node_min_pfn)
		link = &(*link)->list;
	bdata->list = *link;
	*link = bdata;
}

size_t init_bootmem_node(struct pglist_data *pgdat, unsigned long mapstart,
			 unsigned long start, unsigned long end)
{
	bootmem_data_t *bdata = &pgdat->bootmem;

	bdata->node_min_pfn = start;
	bdata->node_low_pfn = end;
	bdata->node_bootmem_map = phys_to_virt(PFN_PHYS(mapstart));
	bdata->last_end_off = 0;
	bdata->hint_idx = 0;
	bdata->nid = pgdat->node_id;
	pfn_tree_init(&bdata->tree, bdata->node_bootmem_map, start, end);
	pgdat->bdata = bdata;
	link_bootmem(bdata);
	return pfn_tree_bytes(start, end);
}

/* spans(): @pfn lies between the ends of @bdata. */
static bool spans(const bootmem_data_t *bdata, unsigned long pfn)
{
	return pfn >= bdata->node_min_pfn && pfn < bdata->node_low_pfn;
}

/* bdata_in_hole(): the first map that spans @pfn, which isn't memory. */
static bootmem_data_t *bdata_in_hole(unsigned long pfn)
{
	bootmem_data_t *bdata = bdata_list;

	while (bdata && !spans(bdata, pfn))
		bdata = bdata->list;
	return bdata;
}

/*
 * bdata_at(): the map that page @pfn belongs to, NULL where there is none; *@end
 * is lowered to the first page that may belong to another one.
 */
static bootmem_data_t *bdata_at(unsigned long pfn, unsigned long *end)
{
	const struct memblock_type *mem = &memblock.memory;
	unsigned long i = memblock_lower_bound(mem, PFN_PHYS(pfn));
	const struct memblock_region *r = &mem->regions[i];
	bootmem_data_t *bdata;

	if (i < mem->cnt && PFN_UP(r->base) <= pfn) {
		bdata = NODE_DATA(r->nid)->bdata;
		*end = MIN(*end, PFN_DOWN(memblock_last(r)) + 1);
	} else {
		bdata = bdata_in_hole(pfn);
		if (i < mem->cnt)
			*end = MIN(*end, PFN_UP(r->base));
	}
	if (bdata)
		*end = MIN(*end, bdata->node_low_pfn);
	return bdata && spans(bdata, pfn) ? bdata : NULL;
}

/* take(): pages [@start, @end) of @bdata become taken, held by @owner. */
static void take(bootmem_data_t *bdata, unsigned long start,
		 unsigned long end, const struct mem_owner *owner)
{
	if (start == end)
		return;
	pfn_tree_claim(&bdata->tree, start, end);
	if (memblock_reserve_owner(PFN_PHYS(start), PFN_PHYS(end - start),
				   MEMBLOCK_NONE, owner))
		panic("bootmem: no room to record 0x%llx bytes of %s",
		      PFN_PHYS(end - start), owner->name);
}

/* forget_shared_page(): the page that the last allocation ended in is freed, so
 * the next one must not begin there. */
static void forget_shared_page(bootmem_data_t *bdata, unsigned long start,
			       unsigned long end)
{
	unsigned long pfn = bdata->node_min_pfn + PFN_DOWN(bdata->last_end_off);

	if (pfn >= start && pfn < end)
		bdata->last_end_off = 0;
}

/* give(): pages [@start, @end) of @bdata, all taken until now, become free. */
static void give(bootmem_data_t *bdata, unsigned long start, unsigned long end)
{
	unsigned long pfn = pfn_tree_next_free(&bdata->tree, start);

	BUG_ON(pfn < end, "free_bootmem: page 0x%llx is free already",
	       PFN_PHYS(pfn));
	pfn_tree_release(&bdata->tree, start, end);
	if (memblock_phys_free(PFN_PHYS(start), PFN_PHYS(end - start)))
		panic("bootmem: no room to record what was freed at 0x%llx",
		      PFN_PHYS(start));
	bdata->hint_idx = MIN(bdata->hint_idx, start - bdata->node_min_pfn);
	forget_shared_page(bdata, start, end);
}

void free_bootmem(phys_addr_t addr, phys_addr_t size)
{
	unsigned long pfn = PFN_UP(addr), end = PFN_DOWN(addr + size);

	stage_allow(ALLOC_BOOTMEM, __func__);
	while (pfn < end) {
		unsigned long stop = end;
		bootmem_data_t *bdata = bdata_at(pfn, &stop);

		BUG_ON(!bdata, "free_bootmem: page 0x%llx is in no node",
		       PFN_PHYS(pfn));
		give(bdata, pfn, stop);
		pfn = stop;
	}
}

/* check_in_node(): a BUG where pages [@start, @end) leave @pgdat. */
static void check_in_node(struct pglist_data *pgdat, unsigned long start,
			  unsigned long end, const char *function)
{
	BUG_ON(!pgdat->bdata || start < pgdat->bdata->node_min_pfn ||
	       end > pgdat->bdata->node_low_pfn,
	       "%s: [0x%llx-0x%llx) is not inside node %d", function,
	       PFN_PHYS(start), PFN_PHYS(end), pgdat->node_id);
}

void free_bootmem_node(struct pglist_data *pgdat, phys_addr_t addr,
		       phys_addr_t size)
{
	unsigned long start = PFN_UP(addr), end = PFN_DOWN(addr + size);

	stage_allow(ALLOC_BOOTMEM, __func__);
	check_in_node(pgdat, start, end, __func__);
	if (start < end)
		give(pgdat->bdata, start, end);
}

/* any_taken(): a page of [@start, @end) is taken; a BUG where one is in no node. */
static bool any_taken(unsigned long start, unsigned long end)
{
	bool taken = false;

	while (start < end) {
		unsigned long stop = end;
		bootmem_data_t *bdata = bdata_at(start, &stop);

		BUG_ON(!bdata, "reserve_bootmem: page 0x%llx is in no node",
		       PFN_PHYS(start));
		taken |= pfn_tree_next_taken(&bdata->tree, start) < stop;
		start = stop;
	}
	return taken;
}

/* reserve_pages(): [@start, @end), checked to be in nodes, becomes taken. */
static void reserve_pages(unsigned long start, unsigned long end)
{
	while (start < end) {
		unsigned long stop = end;

		take(bdata_at(start, &stop), start, stop, &owner_anonymous);
		start = stop;
	}
}

int reserve_bootmem(phys_addr_t addr, phys_addr_t size, int flags)
{
	unsigned long start = PFN_DOWN(addr), end = PFN_UP(addr + size);

	stage_allow(ALLOC_BOOTMEM, __func__);
	if (any_taken(start, end) && flags == BOOTMEM_EXCLUSIVE)
		return -EBUSY_BOOTMEM;
	reserve_pages(start, end);
	return 0;
}

int reserve_bootmem_node(struct pglist_data *pgdat, phys_addr_t addr,
			 phys_addr_t size, int flags)
{
	check_in_node(pgdat, PFN_DOWN(addr), PFN_UP(addr + size), __func__);
	return reserve_bootmem(addr, size, flags);
}

/* What is asked of the search. */
struct request {
	size_t size;			/* bytes, not 0 */
	size_t align;			/* of the physical address */
	phys_addr_t goal;		/* at or above this; 0: anywhere */
	phys_addr_t limit;		/* ends at or below this; 0: anywhere */
	const struct mem_owner *owner;	/* who will hold it */
};

/* find_pages(): the first page of a run of free pages for @req in @bdata. */
static unsigned long find_pages(const bootmem_data_t *bdata,
				const struct request *req, unsigned long lo)
{
	unsigned long hint = bdata->node_min_pfn + bdata->hint_idx;
	unsigned long hi = bdata->node_low_pfn, pfn;
	unsigned long step = MAX(req->align >> PAGE_SHIFT, 1ul);
	unsigned long nr = PFN_UP((phys_addr_t)req->size);

	if (req->limit)
		hi = MIN(hi, PFN_DOWN(req->limit));
	pfn = pfn_tree_find_run(&bdata->tree, nr, step, MAX(lo, hint), hi);
	if (pfn == PFN_NONE && hint > lo)
		pfn = pfn_tree_find_run(&bdata->tree, nr, step, lo, hi);
	return pfn;
}

/* shared_start(): where in the page before @pfn the last allocation leaves room
 * for the next one, aligned; the start of @pfn where it doesn't. */
static phys_addr_t shared_start(const bootmem_data_t *bdata,
				unsigned long pfn, const struct request *req,
				unsigned long lo)
{
	phys_addr_t end = PFN_PHYS(bdata->node_min_pfn) + bdata->last_end_off;

	if (!(end & ~PAGE_MASK) || PFN_DOWN(end) + 1 != pfn ||
	    PFN_DOWN(end) < lo)
		return PFN_PHYS(pfn);
	return ALIGN(end, req->align);
}

/* alloc_in_node(): satisfy @req from @bdata, or NULL. */
static void *alloc_in_node(bootmem_data_t *bdata, const struct request *req)
{
	unsigned long lo = bdata->node_min_pfn, pfn;
	phys_addr_t start, end;

	if (spans(bdata, PFN_UP(req->goal)))
		lo = PFN_UP(req->goal);
	pfn = find_pages(bdata, req, lo);
	if (pfn == PFN_NONE)
		return NULL;
	start = shared_start(bdata, pfn, req, lo);
	end = start + req->size;
	bdata->last_end_off = end - PFN_PHYS(bdata->node_min_pfn);
	bdata->hint_idx = PFN_UP(end) - bdata->node_min_pfn;
	take(bdata, pfn, PFN_UP(end), req->owner);
	return memset(phys_to_virt(start), 0, req->size);
}

/* alloc_in_any(): the same from all nodes in address order; those that end below
 * the goal are passed over. */
static void *alloc_in_any(const struct request *req)
{
	for (bootmem_data_t *bdata = bdata_list; bdata; bdata = bdata->list) {
		void *mem;

		if (req->goal && bdata->node_low_pfn <= PFN_DOWN(req->goal))
			continue;
		mem = alloc_in_node(bdata, req);
		if (mem)
			return mem;
	}
	return NULL;
}

void *alloc_bootmem_owner(struct pglist_data *pgdat, size_t size, size_t align,
			  phys_addr_t goal, phys_addr_t limit,
			  const struct mem_owner *owner)
{
	struct request req = { size, align, goal, limit, owner };
	void *mem = NULL;

	stage_allow(ALLOC_BOOTMEM, "alloc_bootmem");
	BUG_ON(!size || !is_power_of_2(align),
	       "alloc_bootmem: size %zu, alignment %zu", size, align);
	BUG_ON(limit && goal + size > limit,
	       "alloc_bootmem: %zu bytes above goal 0x%llx exceed limit 0x%llx",
	       size, goal, limit);
	for (;;) {
		if (pgdat && pgdat->bdata)
			mem = alloc_in_node(pgdat->bdata, &req);
		if (!mem)
			mem = alloc_in_any(&req);
		if (mem || !req.goal)
			return mem;
		req.goal = 0;
	}
}

void *__alloc_bootmem_node_nopanic(struct pglist_data *pgdat, size_t size,
				   size_t align, phys_addr_t goal)
{
	return alloc_bootmem_owner(pgdat, size, align, goal, 0, &owner_bootmem);
}

void *__alloc_bootmem_nopanic(size_t size, size_t align, phys_addr_t goal)
{
	return __alloc_bootmem_node_nopanic(NULL, size, align, goal);
}

void *__alloc_bootmem_node(struct pglist_data *pgdat, size_t size,
			   size_t align, phys_addr_t goal)
{
	void *mem = __alloc_bootmem_node_nopanic(pgdat, size, align, goal);

	if (!mem)
		panic("bootmem alloc of %zu bytes failed: no node has that many free bytes in a row",
		      size);
	return mem;
}

void *__alloc_bootmem(size_t size, size_t align, phys_addr_t goal)
{
	return __alloc_bootmem_node(NULL, size, align, goal);
}

phys_addr_t bootmem_take_pages(unsigned long nr)
{
	for (bootmem_data_t *bdata = bdata_list; bdata; bdata = bdata->list) {
		unsigned long pfn = pfn_tree_find_run(&bdata->tree, nr, 1,
						      bdata->node_min_pfn,
						      bdata->node_low_pfn);

		if (pfn == PFN_NONE)
			continue;
		pfn_tree_claim(&bdata->tree, pfn, pfn + nr);
		return PFN_PHYS(pfn);
	}
	return 0;
}

/* check_free_range(): every whole page of @range is free in its node's map. */
static unsigned long check_free_range(const struct free_range *range)
{
	unsigned long start = PFN_UP(range->start);
	unsigned long end = PFN_DOWN(range->last) +
			    ((range->last & ~PAGE_MASK) == ~PAGE_MASK);
	const struct pfn_tree *tree = &NODE_DATA(range->nid)->bdata->tree;

	if (start >= end)
		return 0;
	BUG_ON(pfn_tree_next_taken(tree, start) < end,
	       "bootmem: node %d: page 0x%lx is taken, but nobody reserved it",
	       range->nid, pfn_tree_next_taken(tree, start));
	return end - start;
}

void bootmem_check(void)
{
	unsigned long expected = 0, counted = 0;
	struct free_range range;

	for_each_free_mem_range(range)
		expected += check_free_range(&range);
	for (bootmem_data_t *bdata = bdata_list; bdata; bdata = bdata->list)
		counted += pfn_tree_count(&bdata->tree, bdata->node_min_pfn,
					  bdata->node_low_pfn, NULL);
	BUG_ON(expected != counted,
	       "bootmem: %lu pages are free in the maps, memory minus reserved has %lu",
	       counted, expected);
}
