/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * brk: from any valid state of its three pointers.
 */
#include "prove.h"

#include "lib/mm/brk.c"

/* What allocations are filled with is not looked at here: only whose they are. */
void *memset(void *to, int c, size_t size)
{
	(void)c;
	(void)size;
	return to;
}

void *phys_to_virt(phys_addr_t pa)
{
	return (void *)pa;
}

enum allocator stage_legal = ALLOC_BRK;

bool fail_alloc(void)
{
	return nondet_bool();
}

/* any_brk(): any region, any part of it used. */
static void any_brk(void)
{
	brk_start = nondet_pa();
	brk_cur = nondet_pa();
	brk_limit = nondet_pa();
	used_before = nondet_ulong();
	sealed = false;
	ASSUME(0 < brk_start && brk_start <= brk_cur && brk_cur <= brk_limit);
}

/*
 * What brk hands out is aligned, as long as was asked for, and inside what was
 * left of the region, for every size and alignment; what was refused left the
 * state as it was. The one byte at any address is never handed out twice.
 */
void brk_alloc_stays_inside(void)
{
	phys_addr_t start, cur, limit, w = nondet_pa(), mem, second;
	size_t size = nondet_ulong(), align = 1ul << below(64);
	size_t more = nondet_ulong();

	any_brk();
	start = brk_start;
	cur = brk_cur;
	limit = brk_limit;
	/* Rounding up must not pass 2^64: no image lies there. */
	ASSUME(cur + (align - 1) >= cur);
	mem = (phys_addr_t)brk_alloc(size, align);
	ASSERT(brk_start == start && brk_limit == limit);
	if (!mem) {
		ASSERT(brk_cur == cur);
		return;
	}
	ASSERT(mem % align == 0);
	ASSERT(mem >= cur && size <= limit - mem);
	ASSERT(brk_cur == mem + size);
	ASSERT(brk_left() == limit - mem - size);
	second = (phys_addr_t)brk_alloc(more, 1);
	ASSERT(!(second && w - mem < size && w - second < more));
	COVER(second && size > 1 && align == PAGE_SIZE);
	COVER(mem + size == limit && size);
}

/*
 * Sealing gives away whole pages that nothing was handed out of, up to the end of
 * the region, and leaves nothing to allocate but the rest of the last page.
 */
void brk_seal_gives_unused_pages(void)
{
	phys_addr_t limit, start, end, w = nondet_pa();

	any_brk();
	limit = brk_limit;
	/* The region ends at a page, below 2^64, as linker.ld makes it. */
	ASSUME(limit % PAGE_SIZE == 0);
	brk_seal(&start, &end);
	ASSERT(end == limit && start <= end && start % PAGE_SIZE == 0);
	ASSERT(!(w >= start && w < end && w < brk_cur));
	ASSERT(brk_cur <= brk_limit && brk_limit == start && sealed);
	ASSERT(start - brk_cur < PAGE_SIZE);
	COVER(start < end && start > brk_cur);
}
