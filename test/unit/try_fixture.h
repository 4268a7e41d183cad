/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A try_call() for tests of what is made of it: all calls trap, or none.
 */
#ifndef TRY_FIXTURE_H
#define TRY_FIXTURE_H

#include "../../firmware/arch/common/try.h"

/* Whether they do. */
static bool traps;

bool try_call(try_fn fn, unsigned long a, unsigned long b, unsigned long c,
	      unsigned long d, unsigned long *result)
{
	if (!traps)
		*result = fn(a, b, c, d);
	return !traps;
}

#endif
