/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Single accesses that may trap: arch_try_read() and its like (arch.h).
 */
#include "try.h"

#include "arch.h"

/* read_word(), write_word(): one access to address @va. */
static unsigned long read_word(unsigned long va, unsigned long b,
			       unsigned long c, unsigned long d)
{
	(void)b, (void)c, (void)d;
	return *(volatile unsigned long *)va;
}

static unsigned long write_word(unsigned long va, unsigned long value,
				unsigned long c, unsigned long d)
{
	(void)c, (void)d;
	*(volatile unsigned long *)va = value;
	return 0;
}

bool arch_try_read(unsigned long va, unsigned long *value)
{
	return try_call(read_word, va, 0, 0, 0, value);
}

bool arch_try_write(unsigned long va, unsigned long value)
{
	unsigned long nothing;

	return try_call(write_word, va, value, 0, 0, &nothing);
}

bool arch_try_exec(unsigned long va)
{
	unsigned long nothing;

	return try_call((try_fn)va, 0, 0, 0, 0, &nothing);
}
