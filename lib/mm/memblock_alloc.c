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
 * A free range is reached from anywhere by binary search, and from the one before
 * it in a few steps; a search for room is linear in the ranges that are too small
 * and doesn't see those outside its limits. It runs down from the top unless
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

/* Where a walk through free ranges is: a region of each list, from which on, or
 * up to which, the next ones are looked for. */
struct cursor {
	unsigned long mem, rsv;		/* indexes */
};

/* advance(): as memblock_lower_bound(), which is at or behind @i, and quick where
 * it is near. */
static unsigned long advance(const struct memblock_type *type, unsigned long i,
			     phys_addr_t pa)
{
	if (i < type->cnt && memblock_last(&type->regions[i]) < pa)
		i++;
	if (i < type->cnt && memblock_last(&type->regions[i]) < pa)
		return memblock_lower_bound(type, pa);
	return i;
}

/* retreat(): the same of memblock_upper_bound(), which is at or before @i. */
static unsigned long retreat(const struct memblock_type *type, unsigned long i,
			     phys_addr_t pa)
{
	if (i && type->regions[i - 1].base > pa)
		i--;
	if (i && type->regions[i - 1].base > pa)
		return memblock_upper_bound(type, pa);
	return i;
}

/* step_up(): memblock_next_free(), where @at is not behind what it looks for. */
static bool step_up(phys_addr_t from, struct cursor *at,
		    struct free_range *range)
{
	const struct memblock_type *mem = &memblock.memory;
	const struct memblock_type *rsv = &memblock.reserved;

	while ((at->mem = advance(mem, at->mem, from)) < mem->cnt) {
		const struct memblock_region *m = &mem->regions[at->mem], *r;
		phys_addr_t pos = MAX(from, m->base), last = memblock_last(m);

		at->rsv = advance(rsv, at->rsv, pos);
		r = at->rsv < rsv->cnt ? &rsv->regions[at->rsv] : NULL;
		if (m->flags & MEMBLOCK_NOMAP) {
			pos = last;
		} else if (!r || r->base > pos) {
			if (r && r->base <= last)
				last = r->base - 1;
			*range = (struct free_range){ pos, last, m->nid,
						      m->flags };
			return true;
		} else {
			pos = memblock_last(r);
		}
		if (pos == PHYS_ADDR_MAX)
			return false;
		from = pos + 1;
	}
	return false;
}

/* step_down(): memblock_prev_free(), where @at is not before that. */
static bool step_down(phys_addr_t upto, struct cursor *at,
		      struct free_range *range)
{
	const struct memblock_type *mem = &memblock.memory;
	const struct memblock_type *rsv = &memblock.reserved;

	while ((at->mem = retreat(mem, at->mem, upto)) > 0) {
		const struct memblock_region *m = &mem->regions[at->mem - 1], *r;
		phys_addr_t pos = MIN(upto, memblock_last(m)), first = m->base;

		at->rsv = retreat(rsv, at->rsv, pos);
		r = at->rsv ? &rsv->regions[at->rsv - 1] : NULL;
		if (m->flags & MEMBLOCK_NOMAP) {
			pos = first;
		} else if (!r || memblock_last(r) < pos) {
			if (r && memblock_last(r) >= first)
				first = memblock_last(r) + 1;
			*range = (struct free_range){ first, pos, m->nid,
						      m->flags };
			return true;
		} else {
			pos = r->base;
		}
		if (!pos)
			return false;
		upto = pos - 1;
	}
	return false;
}

bool memblock_next_free(phys_addr_t from, struct free_range *range)
{
	struct cursor at = { 0, 0 };

	return step_up(from, &at, range);
}

bool memblock_prev_free(phys_addr_t upto, struct free_range *range)
{
	struct cursor at = { memblock.memory.cnt, memblock.reserved.cnt };

	return step_down(upto, &at, range);
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

/* A search: what for, and where it may look. */
struct search {
	phys_addr_t size;		/* bytes, not 0 */
	phys_addr_t align;		/* a power of two */
	phys_addr_t start;		/* first byte that may be used */
	phys_addr_t last;		/* last byte that may be used */
	int nid;			/* node, or NUMA_NO_NODE */
};

/* first_candidate(): the first free range in search order, cut to begin where
 * the search begins. False where there is none. */
static bool first_candidate(const struct search *s, struct cursor *at,
			    struct free_range *range)
{
	at->mem = memblock.bottom_up ? 0 : memblock.memory.cnt;
	at->rsv = memblock.bottom_up ? 0 : memblock.reserved.cnt;
	return memblock.bottom_up ? step_up(s->start, at, range)
				  : step_down(s->last, at, range);
}

/* next_candidate(): step @range to the next one in search order. False past the
 * last that @s may use. */
static bool next_candidate(const struct search *s, struct cursor *at,
			   struct free_range *range)
{
	if (memblock.bottom_up)
		return range->last < s->last &&
		       step_up(range->last + 1, at, range);
	return range->start > s->start &&
	       step_down(range->start - 1, at, range);
}

/* find_with_flags(): look among memory whose flags under @mask are @flags. */
static phys_addr_t find_with_flags(const struct search *s,
				   enum memblock_flags mask,
				   enum memblock_flags flags)
{
	struct free_range range;
	struct cursor at;

	for (bool more = first_candidate(s, &at, &range); more;
	     more = next_candidate(s, &at, &range)) {
		phys_addr_t pa;

		if ((s->nid != NUMA_NO_NODE && s->nid != range.nid) ||
		    (range.flags & mask) != flags)
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
	phys_addr_t pa = 0;

	if (end == MEMBLOCK_ALLOC_ACCESSIBLE)
		s.last = memblock.current_limit;
	if (!size || !is_power_of_2(align) || !s.last)
		return 0;
	if (s.last != MEMBLOCK_ALLOC_ANYWHERE)
		s.last--;
	if (memblock.has_mirror)
		pa = find_with_flags(&s, MEMBLOCK_MIRROR, MEMBLOCK_MIRROR);
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
	if (fail_alloc())
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

void *memblock_alloc_or_panic(phys_addr_t size, phys_addr_t align)
{
	void *mem = memblock_alloc(size, align);

	if (!mem)
		panic("memblock: no 0x%llx free bytes in a row at a multiple of 0x%llx; give the machine more memory or fewer reservations",
		      size, align);
	return mem;
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
