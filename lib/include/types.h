/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses, page frame numbers and the arithmetic between them.
 *
 * Ranges are half-open, [start, end), everywhere in this project. A physical
 * address has 64 bits on every port (Sv32 has 34-bit and LPAE 40-bit physical
 * addresses, and device-tree cells reach 64 bits in any case); it is an
 * unsigned long long so that one format, %llx, prints it on all of them.
 */
#ifndef TYPES_H
#define TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef unsigned long long phys_addr_t;

/* The page: 4 KiB, the granule that every port has. */
#define PAGE_SHIFT	12
#define PAGE_SIZE	((phys_addr_t)1 << PAGE_SHIFT)
#define PAGE_MASK	(~(PAGE_SIZE - 1))

#define PHYS_ADDR_MAX	(~(phys_addr_t)0)

/* ALIGN(x, a) rounds up, ALIGN_DOWN(x, a) down, to a power of two. */
#define ALIGN_DOWN(x, a)	((x) & ~((__typeof__(x))(a) - 1))
#define ALIGN(x, a)		ALIGN_DOWN((x) + ((__typeof__(x))(a) - 1), a)

#define PFN_DOWN(pa)	((unsigned long)((pa) >> PAGE_SHIFT))
#define PFN_PHYS(pfn)	((phys_addr_t)(pfn) << PAGE_SHIFT)

/* PFN_UP: rounds up without the overflow that pa + PAGE_SIZE - 1 has at 2^64. */
#define PFN_UP(pa)	(PFN_DOWN(pa) + (((pa) & ~PAGE_MASK) != 0))

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define MIN(a, b)	((a) < (b) ? (a) : (b))
#define MAX(a, b)	((a) > (b) ? (a) : (b))

/* is_power_of_2(): true for 1, 2, 4, ...; false for 0. */
static inline bool is_power_of_2(unsigned long long n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

/* log2_floor(): the index of the highest set bit of @n; @n must not be 0. */
static inline unsigned int log2_floor(unsigned long long n)
{
	return 63 - (unsigned int)__builtin_clzll(n);
}

/* log2_ceil(): the smallest k with 1 << k >= @n; @n must not be 0. */
static inline unsigned int log2_ceil(unsigned long long n)
{
	return n == 1 ? 0 : log2_floor(n - 1) + 1;
}

#endif
