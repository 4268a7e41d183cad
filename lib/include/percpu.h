/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CPUs by number, and what each has for itself.
 *
 * Per-CPU data is the C language's: a _Thread_local variable is another one on
 * each CPU. Every CPU has a block of them, to which its thread pointer leads
 * (the boot CPU's is part of the image, the others' are early memory); a block
 * starts zeroed, so none of these variables has an initialiser, which linker.ld
 * asserts. On the host a thread is a CPU.
 */
#ifndef PERCPU_H
#define PERCPU_H

#include "types.h"

/* Which CPU this is: 0 the one that boots, then 1, 2 ... without gaps. */
extern _Thread_local unsigned int cpu_index;

/* How many CPUs take part: those whose cpu_index is below it. */
extern unsigned int nr_cpus_online;

/*
 * Whether another CPU may run by now; set before the first one is started. Until
 * then nothing needs to be atomic, and nothing may be where a machine's memory
 * takes no atomic operations before paging is on.
 */
extern bool smp_active;

#endif
