/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bit searches, and runs of bits as blocks.
 */
#ifndef BITOPS_H
#define BITOPS_H

#include "types.h"

/* log2 of the bits of a word. */
#define WORD_SHIFT	6

/*
 * lowest_bit(): the index of the lowest bit of @mask, which isn't 0. Where the
 * CPU has no instruction for it (a port's .mk says -DCTZ_BY_TABLE) the compiler
 * would call a function of some 40 instructions; isolating the bit, multiplying
 * it with a de Bruijn sequence and looking up the top bits takes 8 (Leiserson,
 * Prokop, Randall: Using de Bruijn Sequences to Index a 1 in a Computer Word).
 */
#ifdef CTZ_BY_TABLE
#define DE_BRUIJN_64	0x03f79d71b4cb0a89ull
extern const uint8_t de_bruijn_index[64];

static inline unsigned int lowest_bit(uint64_t mask)
{
	return de_bruijn_index[((mask & -mask) * DE_BRUIJN_64) >> 58];
}
#else
static inline unsigned int lowest_bit(uint64_t mask)
{
	return (unsigned int)__builtin_ctzll(mask);
}
#endif

/* aligned_starts[j]: bits at multiples of 1 << j. */
extern const uint64_t aligned_starts[WORD_SHIFT + 1];

/* aligned_runs(): the bits at which @mask has a naturally aligned run of
 * 1 << @order ones; @order is 0 to 6. */
static inline uint64_t aligned_runs(uint64_t mask, unsigned int order)
{
	if (!order)
		return mask;
	for (unsigned int j = 0; j < order; j++)
		mask &= mask >> (1u << j);
	return mask & aligned_starts[order];
}

/* run_bits(): 1 << @order ones from bit 0 on; @order is 0 to 6. */
static inline uint64_t run_bits(unsigned int order)
{
	return ~0ull >> (64 - (1u << order));
}

/* spread_bits(): runs of 1 << @order ones, each of which begins at a one of @starts;
 * @order is 0 to 6. */
static inline uint64_t spread_bits(uint64_t starts, unsigned int order)
{
	for (unsigned int j = 0; j < order; j++)
		starts |= starts << (1u << j);
	return starts;
}

#endif
