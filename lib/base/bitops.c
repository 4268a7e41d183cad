/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tables of bitops.h.
 */
#include "bitops.h"

const uint64_t aligned_starts[WORD_SHIFT + 1] = {
	0xffffffffffffffff, 0x5555555555555555, 0x1111111111111111,
	0x0101010101010101, 0x0001000100010001, 0x0000000100000001,
	0x0000000000000001,
};

#ifdef CTZ_BY_TABLE
/* Entry n is the i for which the top 6 bits of (1 << i) * DE_BRUIJN_64 are n. */
const uint8_t de_bruijn_index[64] = {
	 0,  1, 48,  2, 57, 49, 28,  3,
	61, 58, 50, 42, 38, 29, 17,  4,
	62, 55, 59, 36, 53, 51, 43, 22,
	45, 39, 33, 30, 24, 18, 12,  5,
	63, 47, 56, 27, 60, 41, 37, 16,
	54, 35, 52, 21, 44, 32, 23, 11,
	46, 26, 40, 15, 34, 20, 31, 10,
	25, 14, 19,  9, 13,  8,  7,  6,
};
#endif
