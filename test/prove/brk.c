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
