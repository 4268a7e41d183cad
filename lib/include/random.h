/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pseudo-random numbers, for what has to be mixed but the same on every run.
 */
#ifndef RANDOM_H
#define RANDOM_H

#include <stdint.h>

/* next_random(): the number after @seed, not 0, which becomes it: xorshift64
 * (Marsaglia, "Xorshift RNGs", 2003). */
static inline uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

#endif
