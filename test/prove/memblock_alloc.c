/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memblock's search for free memory: where an allocation is put in a range.
 */
#include "prove.h"

#include "lib/mm/memblock_alloc.c"

struct memblock memblock;

/*
 * Where a free range is large enough for an allocation, the place that is found in
 * it is aligned and has all of it, first byte to last, inside the range, from
 * either end, up to the last byte there is; where none is found there is none.
 */
void memblock_fit_stays_inside(void)
{
	phys_addr_t start = nondet_pa(), last = nondet_pa(), size = nondet_pa();
	phys_addr_t align = 1ull << below(64), pa, other = nondet_pa();

	memblock.bottom_up = nondet_bool();
	ASSUME(start && size);
	pa = fit_in(start, last, size, align);
	if (pa) {
		ASSERT((pa & (align - 1)) == 0);
		ASSERT(pa >= start && pa <= last && last - pa >= size - 1);
	} else {
		ASSERT(!(other && (other & (align - 1)) == 0 &&
			 other >= start && other <= last &&
			 last - other >= size - 1));
	}
	COVER(pa > start && last == PHYS_ADDR_MAX && align == PAGE_SIZE);
}
