/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bootmem's arithmetic: which pages a range has.
 */
#include "prove.h"

#include "lib/mm/bootmem.c"

/*
 * The pages inside a range have all their bytes in it, and those that it touches
 * one at least; no other page does. That holds up to the last byte there is.
 */
void bootmem_pages_of_a_range(void)
{
	phys_addr_t addr = nondet_pa(), size = nondet_pa(), last;
	unsigned long start, end, w = below(1ul << 52);
	phys_addr_t first_byte = PFN_PHYS(w), last_byte = first_byte | ~PAGE_MASK;
	bool in, touched;

	ASSUME(size && addr <= PHYS_ADDR_MAX - (size - 1));
	last = addr + (size - 1);
	pages_inside(addr, size, &start, &end);
	in = w >= start && w < end;
	ASSERT(in == (first_byte >= addr && last_byte <= last));
	pages_touched(addr, size, &start, &end);
	touched = w >= start && w < end;
	ASSERT(touched == (last_byte >= addr && first_byte <= last));
	COVER(in && last_byte == PHYS_ADDR_MAX);
	COVER(touched && !in && size == 1);
}
