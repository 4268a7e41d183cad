/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Orders and zones: arithmetic on page numbers.
 */
#include "prove.h"

#include "lib/mm/early_alloc.c"
#include "lib/mm/mm_init.c"

unsigned long min_low_pfn, max_low_pfn, max_pfn;

/* Where the first zone ends: anywhere, or nowhere. */
static unsigned long dma32_limit;

unsigned long arch_dma32_limit_pfn(void)
{
	return dma32_limit;
}

/*
 * The zones share out all pages there are: each page of RAM is in exactly one, the
 * first where it lies below the port's limit, and no zone has any other page.
 */
void zone_limits_share_out(void)
{
	unsigned long start[MAX_NR_ZONES], end[MAX_NR_ZONES], w = nondet_ulong();
	bool in_first, in_second;

	min_low_pfn = nondet_ulong();
	max_pfn = nondet_ulong();
	dma32_limit = nondet_ulong();
	ASSUME(min_low_pfn < max_pfn);
	zone_limits(ZONE_DMA32, &start[0], &end[0]);
	zone_limits(ZONE_NORMAL, &start[1], &end[1]);
	in_first = w >= start[0] && w < end[0];
	in_second = w >= start[1] && w < end[1];
	ASSERT(!(in_first && in_second));
	ASSERT((in_first || in_second) == (w >= min_low_pfn && w < max_pfn));
	ASSERT(IMPLIES(in_first, w < dma32_limit));
	ASSERT(IMPLIES(in_second, w >= dma32_limit));
	COVER(in_first && end[0] == max_pfn);
	COVER(in_second && start[0] == end[0]);
}

/*
 * The order that is chosen for a number of bytes is that of the smallest block
 * that holds them; for any number of bytes that is one.
 */
void order_of_is_smallest(void)
{
	phys_addr_t size = nondet_pa();
	unsigned int order;

	ASSUME(size && size <= 1ull << 63);
	order = order_of(size);
	ASSERT(order <= 51);
	ASSERT(size <= PAGE_SIZE << order);
	ASSERT(!order || size > PAGE_SIZE << (order - 1));
	COVER(order == 51);
	COVER(order == 0 && size == PAGE_SIZE);
}
