/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Trying what may trap: the one primitive that a port has for it, and try.c,
 * which makes the contract's accesses of it.
 */
#ifndef TRY_H
#define TRY_H

#include "types.h"

/* What is tried; takes what try_call() was given. */
typedef unsigned long (*try_fn)(unsigned long a, unsigned long b,
				unsigned long c, unsigned long d);

/*
 * try_call(): call @fn; true with what it returned in *@result, or false, with
 * *@result as it was, where it trapped: it is left there and then. By the port,
 * once its traps are set up; not to be nested. What @fn made happen, an abort that
 * comes late included, is over on return.
 */
bool try_call(try_fn fn, unsigned long a, unsigned long b, unsigned long c,
	      unsigned long d, unsigned long *result);

#endif
