/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Words of a struct cpu_start (arch.h) that a port's assembly reads.
 */
#ifndef START_H
#define START_H

#define START_STACK		1
#define START_TLS		3

#ifndef __ASSEMBLER__
#include "arch.h"

_Static_assert(offsetof(struct cpu_start, stack) == START_STACK * sizeof(long) &&
	       offsetof(struct cpu_start, tls) == START_TLS * sizeof(long),
	       "start.S reads a struct cpu_start by these offsets");
#endif

#endif
