/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bit helpers and address arithmetic against their definitions, for all values.
 */
#include "prove.h"

#include "lib/base/bitops.c"

/* lowest_bit() is set, and none below it is. */
void lowest_bit_definition(void)
{
	uint64_t mask = nondet_u64();
	unsigned int i;

	ASSUME(mask);
	i = lowest_bit(mask);
	ASSERT(i < 64);
	ASSERT(mask >> i & 1);
	ASSERT(!(mask & (((uint64_t)1 << i) - 1)));
	COVER(i == 63);
}

/* Bit @i of aligned_runs() says whether @i is a multiple of 1 << order from which
 * on as many bits are ones. */
void aligned_runs_definition(void)
{
	uint64_t mask = nondet_u64();
	unsigned int order = (unsigned int)below(7);
	unsigned long i = below(64);
	unsigned long pages = 1ul << order;
	bool run = i % pages == 0;

	for (unsigned long j = 0; j < 64; j++)
		if (j >= i && j < i + pages)
			run = run && (mask >> j & 1);
	ASSERT((aligned_runs(mask, order) >> i & 1) == run);
	COVER(run && order == 6);
	COVER(run && order == 3 && i == 8);
}

/* run_bits(): ones exactly below 1 << order. */
void run_bits_definition(void)
{
	unsigned int order = (unsigned int)below(7);
	unsigned long i = below(64);

	ASSERT((run_bits(order) >> i & 1) == (i < 1ul << order));
	COVER(order == 6 && i == 63);
}

/* log2_floor(), log2_ceil(), is_power_of_2(): between the powers they name. */
void log2_definition(void)
{
	uint64_t n = nondet_u64();
	unsigned int floor, ceil;

	ASSUME(n);
	floor = log2_floor(n);
	ASSERT(floor < 64);
	ASSERT(n >> floor == 1);
	ceil = log2_ceil(n);
	ASSERT(ceil == 64 || n <= 1ull << ceil);
	ASSERT(ceil == 0 || n > 1ull << (ceil - 1));
	ASSERT(is_power_of_2(n) == (floor == ceil));
	ASSERT(!is_power_of_2(0));
	COVER(ceil == 64);
	COVER(is_power_of_2(n));
}

/* PFN_UP(), PFN_DOWN(), ALIGN(), ALIGN_DOWN(): the nearest multiples; PFN_UP() up
 * to the last byte there is, ALIGN() where the multiple has 64 bits. */
void rounding_definition(void)
{
	phys_addr_t pa = nondet_pa(), align = 1ull << below(64);
	phys_addr_t down = ALIGN_DOWN(pa, align), up = ALIGN(pa, align);

	ASSERT(down % align == 0 && down <= pa && pa - down < align);
	ASSERT(up % align == 0);
	ASSERT(up >= pa ? up - pa < align : !up && -pa < align);
	ASSERT(PFN_DOWN(pa) == pa / PAGE_SIZE);
	ASSERT(PFN_UP(pa) == pa / PAGE_SIZE + (pa % PAGE_SIZE != 0));
	COVER(up < pa);
	COVER(PFN_UP(pa) == 1ul << 52);
}
