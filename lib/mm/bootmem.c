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
 * The boot argument early=memblock takes the other road, which Linux called
 * NO_BOOTMEM: there are no maps before handover, and the calls here are answered
 * by memblock.
 *
 * Nodes may interleave: a page belongs to the node that memblock.memory gives
 * it to, even inside another node's span.
 */
#include "bootmem.h"

#include <string.h>

#include "arch.h"
#include "early_alloc.h"
#include "fail_alloc.h"
#include "mmzone.h"
#include "paging.h"
#include "printk.h"
#include "stage.h"

bootmem_data_t *bdata_list;

unsigned long min_low_pfn, max_low_pfn, max_pfn;

/* Where the _low forms' memory ends: what 32 bits of address reach. */
#define LOW_ADDRESS_LIMIT	((phys_addr_t)1 << 32)

/* __alloc_bootmem_node_high() spares DMA32 where the node reaches this much past
 * it: 128 MiB, as in Linux. */
#define HIGH_ROOM_PAGES		PFN_DOWN((phys_addr_t)128 << 20)

/* Who holds what the plain calls take. */
static const struct mem_owner owner_bootmem = {
	"bootmem", "early allocations", NULL, VM_READ | VM_WRITE
};

bool bootmem_debug;

/* trace(): with bootmem_debug, a line as Linux prints it. */
#define trace(fmt, ...) do {						\
	if (bootmem_debug)						\
		printk("bootmem::%s " fmt, __func__, __VA_ARGS__);	\
} while (0)

/* on_memblock(): the boot takes the road without maps. */
static bool on_memblock(void)
{
	return stage_early() == ALLOC_MEMBLOCK;
}

/* pages_inside(), pages_touched(): the whole pages of a range, and all that it
 * touches, as [*@start, *@end). A BUG where the range wraps. */
static void pages_inside(phys_addr_t addr, phys_addr_t size,
			 unsigned long *start, unsigned long *end)
{
	BUG_ON(size && addr > PHYS_ADDR_MAX - (size - 1),
	       "bootmem: 0x%llx bytes at 0x%llx wrap around", size, addr);
	*start = PFN_UP(addr);
	*end = size && addr + size == 0 ? PFN_DOWN(PHYS_ADDR_MAX) + 1
					: PFN_DOWN(addr + size);
}

static void pages_touched(phys_addr_t addr, phys_addr_t size,
			  unsigned long *start, unsigned long *end)
{
	BUG_ON(size && addr > PHYS_ADDR_MAX - (size - 1),
	       "bootmem: 0x%llx bytes at 0x%llx wrap around", size, addr);
	*start = PFN_DOWN(addr);
	*end = size ? PFN_DOWN(addr + (size - 1)) + 1 : *start;
}

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
	trace("nid=%d start=%lx map=%lx end=%lx mapsize=%zx\n", bdata->nid,
	      start, mapstart, end, pfn_tree_bytes(start, end));
	return pfn_tree_bytes(start, end);
}

size_t init_bootmem(unsigned long mapstart, unsigned long pages)
{
	min_low_pfn = mapstart;
	max_low_pfn = pages;
	return init_bootmem_node(NODE_DATA(0), mapstart, 0, pages);
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
 * is lowered to the first page that may belong to another one. A page that is no
 * memory belongs to a map only where @holes.
 */
static bootmem_data_t *bdata_at(unsigned long pfn, unsigned long *end,
				bool holes)
{
	const struct memblock_type *mem = &memblock.memory;
	unsigned long i = memblock_lower_bound(mem, PFN_PHYS(pfn));
	const struct memblock_region *r = &mem->regions[i];
	bootmem_data_t *bdata;

	if (i < mem->cnt && PFN_UP(r->base) <= pfn) {
		bdata = NODE_DATA(r->nid)->bdata;
		*end = MIN(*end, PFN_DOWN(memblock_last(r)) + 1);
	} else {
		bdata = holes ? bdata_in_hole(pfn) : NULL;
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
	trace("nid=%d start=%lx end=%lx\n", bdata->nid, start, end);
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

/* give(): pages [@start, @end) of @bdata, all taken until now, become free; in
 * the map last, so that a table that grows for the record isn't put there. */
static void give(bootmem_data_t *bdata, unsigned long start, unsigned long end)
{
	unsigned long pfn = pfn_tree_next_free(&bdata->tree, start);

	trace("nid=%d start=%lx end=%lx\n", bdata->nid, start, end);
	BUG_ON(pfn < end, "free_bootmem: page 0x%llx is free already",
	       PFN_PHYS(pfn));
	if (memblock_phys_free(PFN_PHYS(start), PFN_PHYS(end - start)))
		panic("bootmem: no room to record what was freed at 0x%llx",
		      PFN_PHYS(start));
	pfn_tree_release(&bdata->tree, start, end);
	bdata->hint_idx = MIN(bdata->hint_idx, start - bdata->node_min_pfn);
	forget_shared_page(bdata, start, end);
}

/* reserve(), unreserve(): the road without maps: pages [@start, @end) become
 * somebody's, nobody's. */
static void reserve(unsigned long start, unsigned long end)
{
	if (start < end &&
	    memblock_reserve(PFN_PHYS(start), PFN_PHYS(end - start)))
		panic("memblock: no room to record 0x%llx bytes at 0x%llx",
		      PFN_PHYS(end - start), PFN_PHYS(start));
}

static void unreserve(unsigned long start, unsigned long end)
{
	if (start < end &&
	    memblock_phys_free(PFN_PHYS(start), PFN_PHYS(end - start)))
		panic("memblock: no room to record what was freed at 0x%llx",
		      PFN_PHYS(start));
}

void free_bootmem(phys_addr_t addr, phys_addr_t size)
{
	unsigned long pfn, end;

	stage_allow(stage_early(), __func__);
	pages_inside(addr, size, &pfn, &end);
	if (on_memblock()) {
		unreserve(pfn, end);
		return;
	}
	while (pfn < end) {
		unsigned long stop = end;
		bootmem_data_t *bdata = bdata_at(pfn, &stop, false);

		BUG_ON(!bdata, "free_bootmem: page 0x%llx is in no node's memory",
		       PFN_PHYS(pfn));
		give(bdata, pfn, stop);
		pfn = stop;
	}
}

/* check_in_node(): a BUG where pages [@start, @end) leave @pgdat's map. */
static void check_in_node(struct pglist_data *pgdat, unsigned long start,
			  unsigned long end, const char *function)
{
	bool inside = pgdat->bdata && start >= pgdat->bdata->node_min_pfn &&
		      end <= pgdat->bdata->node_low_pfn;

	BUG_ON(!inside && !on_memblock(),
	       "%s: [0x%llx-0x%llx) is not inside node %d", function,
	       PFN_PHYS(start), PFN_PHYS(end), pgdat->node_id);
}

void free_bootmem_node(struct pglist_data *pgdat, phys_addr_t addr,
		       phys_addr_t size)
{
	unsigned long start, end;

	pages_inside(addr, size, &start, &end);
	check_in_node(pgdat, start, end, __func__);
	free_bootmem(addr, size);
}

/* any_taken(): a page of [@start, @end) is taken; a BUG where one is in no node. */
static bool any_taken(unsigned long start, unsigned long end)
{
	bool taken = false;

	while (start < end) {
		unsigned long stop = end;
		bootmem_data_t *bdata = bdata_at(start, &stop, true);

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
		bootmem_data_t *bdata = bdata_at(start, &stop, true);

		take(bdata, start, stop, &owner_anonymous);
		start = stop;
	}
}

int reserve_bootmem(phys_addr_t addr, phys_addr_t size, int flags)
{
	unsigned long start, end;
	bool taken;

	stage_allow(stage_early(), __func__);
	pages_touched(addr, size, &start, &end);
	taken = on_memblock()
		? memblock_is_region_reserved(PFN_PHYS(start),
					      PFN_PHYS(end - start))
		: any_taken(start, end);
	if (taken && flags == BOOTMEM_EXCLUSIVE)
		return -EBUSY_BOOTMEM;
	if (on_memblock())
		reserve(start, end);
	else
		reserve_pages(start, end);
	return 0;
}

int reserve_bootmem_node(struct pglist_data *pgdat, phys_addr_t addr,
			 phys_addr_t size, int flags)
{
	unsigned long start, end;

	pages_touched(addr, size, &start, &end);
	check_in_node(pgdat, start, end, __func__);
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

	trace("nid=%d size=%zx [%lu pages] align=%zx goal=%llx limit=%llx\n",
	      bdata->nid, req->size, PFN_UP((phys_addr_t)req->size), req->align,
	      req->goal, req->limit);
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

		if (req->goal && bdata->node_low_pfn <= PFN_UP(req->goal))
			continue;
		mem = alloc_in_node(bdata, req);
		if (mem)
			return mem;
	}
	return NULL;
}

/* alloc_on_maps(): @pgdat first, where it is given, then every node. */
static void *alloc_on_maps(struct pglist_data *pgdat,
			   const struct request *req)
{
	void *mem = NULL;

	if (pgdat && pgdat->bdata)
		mem = alloc_in_node(pgdat->bdata, req);
	return mem ? mem : alloc_in_any(req);
}

/* alloc_on_memblock(): the same on the road without maps. */
static void *alloc_on_memblock(struct pglist_data *pgdat,
			       const struct request *req)
{
	phys_addr_t limit = req->limit ? req->limit
				       : MEMBLOCK_ALLOC_ACCESSIBLE;
	phys_addr_t pa = memblock_alloc_range_nid(
		req->size, req->align, req->goal, limit,
		pgdat ? pgdat->node_id : NUMA_NO_NODE, false, req->owner);

	return pa ? memset(phys_to_virt(pa), 0, req->size) : NULL;
}

/* check_request(): a BUG where @req makes no sense. */
static void check_request(const struct request *req)
{
	BUG_ON(!req->size || !is_power_of_2(req->align),
	       "alloc_bootmem: size %zu, alignment %zu", req->size, req->align);
	BUG_ON(req->limit && (req->goal > req->limit ||
			      req->size > req->limit - req->goal),
	       "alloc_bootmem: %zu bytes above goal 0x%llx exceed limit 0x%llx",
	       req->size, req->goal, req->limit);
}

void *alloc_bootmem_owner(struct pglist_data *pgdat, size_t size, size_t align,
			  phys_addr_t goal, phys_addr_t limit,
			  const struct mem_owner *owner)
{
	struct request req = { size, align, goal, limit, owner };
	void *mem;

	stage_allow(stage_early(), "alloc_bootmem");
	check_request(&req);
	if (!on_memblock() && fail_alloc())
		return NULL;
	for (;;) {
		mem = on_memblock() ? alloc_on_memblock(pgdat, &req)
				    : alloc_on_maps(pgdat, &req);
		if (mem || !req.goal)
			return mem;
		req.goal = 0;
	}
}

void *___alloc_bootmem_node_nopanic(struct pglist_data *pgdat, size_t size,
				    size_t align, phys_addr_t goal,
				    phys_addr_t limit)
{
	if (limit && (goal > limit || size > limit - goal))
		limit = 0;
	return alloc_bootmem_owner(pgdat, size, align, goal, limit,
				   &owner_bootmem);
}

void *__alloc_bootmem_node_nopanic(struct pglist_data *pgdat, size_t size,
				   size_t align, phys_addr_t goal)
{
	return ___alloc_bootmem_node_nopanic(pgdat, size, align, goal, 0);
}

void *__alloc_bootmem_nopanic(size_t size, size_t align, phys_addr_t goal)
{
	return ___alloc_bootmem_node_nopanic(NULL, size, align, goal, 0);
}

/* alloc_low(): below LOW_ADDRESS_LIMIT; a goal that can't be met there is given
 * up, never the limit. */
static void *alloc_low(struct pglist_data *pgdat, size_t size, size_t align,
		       phys_addr_t goal)
{
	if (goal > LOW_ADDRESS_LIMIT || size > LOW_ADDRESS_LIMIT - goal)
		goal = 0;
	return alloc_bootmem_owner(pgdat, size, align, goal, LOW_ADDRESS_LIMIT,
				   &owner_bootmem);
}

void *__alloc_bootmem_low_nopanic(size_t size, size_t align, phys_addr_t goal)
{
	return alloc_low(NULL, size, align, goal);
}

/* must(): @mem, or a panic that says how much was asked for. */
static void *must(void *mem, size_t size)
{
	if (!mem)
		panic("bootmem alloc of %zu bytes failed: no node has that many free bytes in a row where they are wanted",
		      size);
	return mem;
}

void *__alloc_bootmem(size_t size, size_t align, phys_addr_t goal)
{
	return must(__alloc_bootmem_nopanic(size, align, goal), size);
}

void *__alloc_bootmem_node(struct pglist_data *pgdat, size_t size,
			   size_t align, phys_addr_t goal)
{
	return must(__alloc_bootmem_node_nopanic(pgdat, size, align, goal),
		    size);
}

/* alloc_above(): from @pgdat's map alone, at or above page @pfn, which it
 * reaches; NULL where there is no room. */
static void *alloc_above(struct pglist_data *pgdat, unsigned long pfn,
			 size_t size, size_t align)
{
	struct request req = { size, align, PFN_PHYS(pfn), 0, &owner_bootmem };

	check_request(&req);
	return fail_alloc() ? NULL : alloc_in_node(pgdat->bdata, &req);
}

void *__alloc_bootmem_node_high(struct pglist_data *pgdat, size_t size,
				size_t align, phys_addr_t goal)
{
	unsigned long limit = arch_dma32_limit_pfn();
	unsigned long end = pgdat->bdata ? pgdat->bdata->node_low_pfn : 0;
	void *mem = NULL;

	stage_allow(stage_early(), __func__);
	if (end > limit && end - limit > HIGH_ROOM_PAGES &&
	    goal < PFN_PHYS(limit))
		mem = alloc_above(pgdat, limit, size, align);
	return mem ? mem : __alloc_bootmem_node(pgdat, size, align, goal);
}

void *__alloc_bootmem_low(size_t size, size_t align, phys_addr_t goal)
{
	return must(__alloc_bootmem_low_nopanic(size, align, goal), size);
}

void *__alloc_bootmem_low_node(struct pglist_data *pgdat, size_t size,
			       size_t align, phys_addr_t goal)
{
	return must(alloc_low(pgdat, size, align, goal), size);
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
