/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pfn_tree's masks: what one word or node says of the blocks in it.
 */
#include "prove.h"

#include "lib/base/bitops.c"
#include "lib/mm/pfn_tree.c"

/* run_at(): @mask has a naturally aligned run of 1 << @order ones at bit @c or
 * around it. */
static bool run_at(uint64_t mask, unsigned int order, unsigned long c)
{
	unsigned long first = c >> order << order;
	uint64_t run = ~0ull >> (64 - (1ul << order)) << first;

	return (mask & run) == run;
}

/*
 * Bits between two numbers: exactly those from the first on and below the end,
 * for all that a word can have, an end of 64 included.
 */
void bits_between_definition(void)
{
	unsigned long first = below(65), end = below(65), i = below(64);

	ASSUME(first <= end);
	ASSERT((bits_between(first, end) >> i & 1) == (i >= first && i < end));
	COVER(first == 0 && end == 64);
	COVER(first == 64);
}

/*
 * The largest block of a word: there is an aligned run of that order, there is
 * none of the next one anywhere, and none at all where no bit is set.
 */
void largest_run_definition(void)
{
	uint64_t mask = nondet_u64();
	unsigned long c = below(64);
	int largest = largest_run(mask);

	ASSERT(largest >= ORDER_NONE && largest <= 6);
	ASSERT((largest == ORDER_NONE) == !mask);
	if (largest >= 0)
		ASSERT(aligned_runs(mask, (unsigned int)largest));
	if (largest >= 0 && largest < 6)
		ASSERT(!run_at(mask, (unsigned int)largest + 1, c));
	COVER(largest == 6);
	COVER(largest == 3 && (mask & mask >> 8) == 0xff000);
}

/*
 * Merging a block with its buddies ends with the largest free block that it is
 * part of: that one is free in whole, the next larger one around it isn't.
 */
void coalesce_definition(void)
{
	uint64_t free = nondet_u64();
	unsigned int order = (unsigned int)below(7), merged;
	unsigned int c = (unsigned int)below(64) >> order << order;

	ASSUME(run_at(free, order, c));
	merged = coalesce(free, c, order);
	ASSERT(merged >= order && merged <= 6);
	ASSERT(run_at(free, merged, c));
	ASSERT(IMPLIES(merged < 6, !run_at(free, merged + 1, c)));
	COVER(merged == 6 && order == 0);
	COVER(merged == 4 && order == 2 && c == 20);
}
