/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The CPUs' numbers. Zero from the start, as the boot CPU's is; whoever starts
 * another CPU lets it set its own.
 */
#include "percpu.h"

_Thread_local unsigned int cpu_index;

unsigned int nr_cpus_online = 1;

bool smp_active;
