/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memblock as an allocator: searching what is free, and limiting it.
 *
 * Free is memory minus reserved, found by stepping through both lists at once:
 *
 *	memory		[==============]      [=======]
 *	reserved	   [--]   [--]     [-----]
 *	free		[=]    [==]  [=]         [====]
 *
 * Each step is a binary search, so reaching a free range from anywhere costs the
 * logarithm of the regions, and a search for room is linear only in the ranges
 * that are too small. The search runs down from the top unless
 * memblock.bottom_up is set. Memory that is mirrored is tried first where there
 * is any, memory that may be taken out last; NOMAP memory never.
 */
#include <string.h>

#include "arch.h"
#include "fail_alloc.h"
#include "memblock.h"
#include "numa.h"
#include "paging.h"
#include "printk.h"
#include "stage.h"

/* Where MEMBLOCK_LOW_LIMIT's allocations end: what 32 bits of address reach. */
#define LOW_LIMIT	((phys_addr_t)1 << 32)

/* Who holds what the plain allocations take. */
static const struct mem_owner owner_early = {
	"memblock", "early allocations", NULL, VM_READ | VM_WRITE
};

bool memblock_next_free(phys_addr_t from, struct free_range *range)
{
	const struct memblock_type *mem = &memblock.memory;
	const struct memblock_type *rsv = &memblock.reserved;
	unsigned long m = memblock_lower_bound(mem, from);
	unsigned long i;

	while (m < mem->cnt) {
		const struct memblock_region *r = &mem->regions[m];
		phys_addr_t pos = MAX(from, r->base);

		i = memblock_lower_bound(rsv, pos);
		if (i == rsv->cnt || rsv->regions[i].base > pos) {
			range->start = pos;
			range->last = memblock_last(r);
			if (i < rsv->cnt && rsv->regions[i].base <= range->last)
				range->last = rsv->regions[i].base - 1;
			range->nid = r->nid;
			range->flags = r->flags;
			return true;
		}
		if (memblock_last(&rsv->regions[i]) == PHYS_ADDR_MAX)
			return false;
		from = memblock_last(&rsv->regions[i]) + 1;
		m = memblock_lower_bound(mem, from);
	}
	return false;
}

bool memblock_prev_free(phys_addr_t upto, struct free_range *range)
{
	const struct memblock_type *mem = &memblock.memory;
	const struct memblock_type *rsv = &memblock.reserved;
	unsigned long m = memblock_upper_bound(mem, upto);
	unsigned long i;

	while (m) {
		const struct memblock_region *r = &mem->regions[m - 1];
		phys_addr_t pos = MIN(upto, memblock_last(r));

		i = memblock_upper_bound(rsv, pos);
		if (!i || memblock_last(&rsv->regions[i - 1]) < pos) {
			range->last = pos;
			range->start = r->base;
			if (i && memblock_last(&rsv->regions[i - 1]) >= r->base)
				range->start =
					memblock_last(&rsv->regions[i - 1]) + 1;
			range->nid = r->nid;
			range->flags = r->flags;
			return true;
		}
		if (!rsv->regions[i - 1].base)
			return false;
		upto = rsv->regions[i - 1].base - 1;
		m = memblock_upper_bound(mem, upto);
	}
	return false;
}

/* fit_in(): where @size bytes at @align fit into [@start, @last], at its top or
 * its bottom; 0 where they don't. */
static phys_addr_t fit_in(phys_addr_t start, phys_addr_t last,
			  phys_addr_t size, phys_addr_t align)
{
	phys_addr_t pa;

	if (start > last || last - start < size - 1)
		return 0;
	pa = memblock.bottom_up ? start : ALIGN_DOWN(last - (size - 1), align);
	if (memblock.bottom_up && (pa & (align - 1))) {
		pa = ALIGN(pa, align);
		if (pa < start || pa > last || last - pa < size - 1)
			return 0;
	}
	return pa >= start ? pa : 0;
}

/* next_candidate(): step @range to the next free range in search order; the
 * first one where @range is empty (start > last). False past the last. */
static bool next_candidate(struct free_range *range)
{
	bool first = range->start > range->last;

	if (memblock.bottom_up) {
		if (!first && range->last == PHYS_ADDR_MAX)
			return false;
		return memblock_next_free(first ? 0 : range->last + 1, range);
	}
	if (!first && !range->start)
		return false;
	return memblock_prev_free(first ? PHYS_ADDR_MAX : range->start - 1,
				  range);
}

/* A search: what for, and where it may look. */
struct search {
	phys_addr_t size;		/* bytes, not 0 */
	phys_addr_t align;		/* a power of two */
	phys_addr_t start;		/* first byte that may be used */
	phys_addr_t last;		/* last byte that may be used */
	int nid;			/* node, or NUMA_NO_NODE */
};

/* find_with_flags(): look among memory whose flags under @mask are @flags. */
static phys_addr_t find_with_flags(const struct search *s,
				   enum memblock_flags mask,
				   enum memblock_flags flags)
{
	struct free_range range = { .start = 1, .last = 0 };
	phys_addr_t pa;

	while (next_candidate(&range)) {
		if (s->nid != NUMA_NO_NODE && s->nid != range.nid)
			continue;
		if ((range.flags & (mask | MEMBLOCK_NOMAP)) != flags)
			continue;
		pa = fit_in(MAX(s->start, range.start),
			    MIN(s->last, range.last), s->size, s->align);
		if (pa)
			return pa;
	}
	return 0;
}

phys_addr_t memblock_find_in_range_node(phys_addr_t size, phys_addr_t align,
					phys_addr_t start, phys_addr_t end,
					int nid)
{
	struct search s = { size, align, MAX(start, PAGE_SIZE), end, nid };
	phys_addr_t pa;

	if (!size || !is_power_of_2(align))
		return 0;
	if (end == MEMBLOCK_ALLOC_ACCESSIBLE)
		s.last = memblock.current_limit;
	if (s.last != MEMBLOCK_ALLOC_ANYWHERE)
		s.last--;
	pa = memblock.has_mirror
	     ? find_with_flags(&s, MEMBLOCK_MIRROR, MEMBLOCK_MIRROR) : 0;
	if (!pa)
		pa = find_with_flags(&s, MEMBLOCK_HOTPLUG, MEMBLOCK_NONE);
	if (!pa)
		pa = find_with_flags(&s, MEMBLOCK_HOTPLUG, MEMBLOCK_HOTPLUG);
	return pa;
}

phys_addr_t memblock_alloc_range_nid(phys_addr_t size, phys_addr_t align,
				     phys_addr_t start, phys_addr_t end,
				     int nid, bool exact,
				     const struct mem_owner *owner)
{
	phys_addr_t pa;

	stage_allow(ALLOC_MEMBLOCK, __func__);
	if (fail_alloc() || !memblock_make_room())
		return 0;
	pa = memblock_find_in_range_node(size, align, start, end, nid);
	if (!pa && nid != NUMA_NO_NODE && !exact)
		pa = memblock_find_in_range_node(size, align, start, end,
						 NUMA_NO_NODE);
	if (pa && memblock_reserve_owner(pa, size, MEMBLOCK_NONE, owner))
		pa = 0;
	return pa;
}

phys_addr_t memblock_phys_alloc_range(phys_addr_t size, phys_addr_t align,
				      phys_addr_t start, phys_addr_t end)
{
	return memblock_alloc_range_nid(size, align, start, end, NUMA_NO_NODE,
					false, &owner_early);
}

phys_addr_t memblock_phys_alloc_try_nid(phys_addr_t size, phys_addr_t align,
					int nid)
{
	return memblock_alloc_range_nid(size, align, 0,
					MEMBLOCK_ALLOC_ACCESSIBLE, nid, false,
					&owner_early);
}

/*
 * alloc_virt(): the virtual forms: @min is a preference, @max never exceeds
 * current_limit. NULL where there is no room.
 */
static void *alloc_virt(phys_addr_t size, phys_addr_t align, phys_addr_t min,
			phys_addr_t max, int nid, bool exact)
{
	phys_addr_t pa;

	if (memblock_debug)
		printk("memblock_alloc_try_nid: %llu bytes align=0x%llx nid=%d from=0x%016llx max_addr=0x%016llx\n",
		       size, align, nid, min, max);
	max = max == MEMBLOCK_ALLOC_ACCESSIBLE
	      ? memblock.current_limit : MIN(max, memblock.current_limit);
	pa = memblock_alloc_range_nid(size, align, min, max, nid, exact,
				      &owner_early);
	if (!pa && min)
		pa = memblock_alloc_range_nid(size, align, 0, max, nid, exact,
					      &owner_early);
	return pa ? phys_to_virt(pa) : NULL;
}

void *memblock_alloc_try_nid_raw(phys_addr_t size, phys_addr_t align,
				 phys_addr_t min, phys_addr_t max, int nid)
{
	return alloc_virt(size, align, min, max, nid, false);
}

void *memblock_alloc_exact_nid_raw(phys_addr_t size, phys_addr_t align,
				   phys_addr_t min, phys_addr_t max, int nid)
{
	return alloc_virt(size, align, min, max, nid, true);
}

void *memblock_alloc_try_nid(phys_addr_t size, phys_addr_t align,
			     phys_addr_t min, phys_addr_t max, int nid)
{
	void *mem = alloc_virt(size, align, min, max, nid, false);

	return mem ? memset(mem, 0, size) : NULL;
}

void *memblock_alloc(phys_addr_t size, phys_addr_t align)
{
	return memblock_alloc_try_nid(size, align, 0,
				      MEMBLOCK_ALLOC_ACCESSIBLE, NUMA_NO_NODE);
}

void *memblock_alloc_raw(phys_addr_t size, phys_addr_t align)
{
	return memblock_alloc_try_nid_raw(size, align, 0,
					  MEMBLOCK_ALLOC_ACCESSIBLE,
					  NUMA_NO_NODE);
}

void *memblock_alloc_from(phys_addr_t size, phys_addr_t align, phys_addr_t min)
{
	return memblock_alloc_try_nid(size, align, min,
				      MEMBLOCK_ALLOC_ACCESSIBLE, NUMA_NO_NODE);
}

void *memblock_alloc_low(phys_addr_t size, phys_addr_t align)
{
	return memblock_alloc_try_nid(size, align, 0, LOW_LIMIT, NUMA_NO_NODE);
}

void *memblock_alloc_node(phys_addr_t size, phys_addr_t align, int nid)
{
	return memblock_alloc_try_nid(size, align, 0,
				      MEMBLOCK_ALLOC_ACCESSIBLE, nid);
}

int memblock_free(void *mem, phys_addr_t size)
{
	return mem ? memblock_phys_free(virt_to_phys(mem), size) : 0;
}

void memblock_set_bottom_up(bool enable)
{
	memblock.bottom_up = enable;
}

void memblock_set_current_limit(phys_addr_t limit)
{
	memblock.current_limit = limit;
}

phys_addr_t memblock_get_current_limit(void)
{
	return memblock.current_limit;
}

/* drop_outside(): drop what of memory isn't in [@base, @last], NOMAP memory
 * where @keep_nomap kept. */
static int drop_outside(phys_addr_t base, phys_addr_t last, bool keep_nomap,
			const struct mem_owner *reason)
{
	phys_addr_t pos = 0;

	for (;;) {
		unsigned long i = memblock_lower_bound(&memblock.memory, pos);
		struct memblock_region r;
		phys_addr_t end;

		if (i == memblock.memory.cnt)
			return 0;
		r = memblock.memory.regions[i];
		end = memblock_last(&r);
		if (!keep_nomap || !(r.flags & MEMBLOCK_NOMAP)) {
			if (r.base < base &&
			    memblock_drop(r.base, MIN(end, base - 1) - r.base + 1,
					  reason))
				return -1;
			if (end > last &&
			    memblock_drop(MAX(r.base, last + 1),
					  end - MAX(r.base, last + 1) + 1,
					  reason))
				return -1;
		}
		if (end == PHYS_ADDR_MAX)
			return 0;
		pos = end + 1;
	}
}

/* limit_address(): the last of the lowest @limit bytes of memory; all ones where
 * there are fewer. */
static phys_addr_t limit_address(phys_addr_t limit)
{
	const struct memblock_region *r;

	for_each_mem_region(r) {
		if (limit <= r->size)
			return r->base + (limit - 1);
		limit -= r->size;
	}
	return PHYS_ADDR_MAX;
}

int memblock_enforce_memory_limit(phys_addr_t limit,
				  const struct mem_owner *reason)
{
	return limit ? drop_outside(0, limit_address(limit), false, reason) : 0;
}

int memblock_mem_limit_remove_map(phys_addr_t limit,
				  const struct mem_owner *reason)
{
	return limit ? drop_outside(0, limit_address(limit), true, reason) : 0;
}

int memblock_cap_memory_range(phys_addr_t base, phys_addr_t size,
			      const struct mem_owner *reason)
{
	if (!memblock.memory.cnt) {
		printk("memblock_cap_memory_range: No memory registered yet\n");
		return -1;
	}
	if (!size)
		return 0;
	return drop_outside(base, base > PHYS_ADDR_MAX - (size - 1)
				  ? PHYS_ADDR_MAX : base + (size - 1),
			    true, reason);
}
