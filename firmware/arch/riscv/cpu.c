/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the hart is like: its counter and its addresses.
 */
#include "arch.h"

#include "csr.h"
#include "try.h"
#include "traps.h"

/* Bits of a physical address: Sv32's, and the others' (privileged
 * specification, chapters "Sv32" and "Sv39"). */
#define PHYS_BITS	(sizeof(long) == 4 ? 34 : 56)

/* Whether the firmware lets us read instret; else time is read. */
static bool has_instret;

/* read_instret(): the counter, by try_call(). */
static unsigned long read_instret(unsigned long a, unsigned long b,
				  unsigned long c, unsigned long d)
{
	(void)a, (void)b, (void)c, (void)d;
	return csr_read(instret);
}

void counter_init(void)
{
	unsigned long value;

	has_instret = try_call(read_instret, 0, 0, 0, 0, &value);
}

unsigned long long arch_counter(void)
{
	return has_instret ? counter_read(instret) : counter_read(time);
}

unsigned int arch_phys_bits(void)
{
	return PHYS_BITS;
}
