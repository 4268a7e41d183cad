/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signs of life are counted: a watchdog that finds the same number twice, long
 * enough apart, knows that something hangs. The firmware has the timer.
 */
#include "watchdog.h"

/* Kicks so far; where two CPUs kick at once one of them may be lost. */
static unsigned long kicks;

/* watchdog_kick(): a load and a store, not an atomic addition, which may not work
 * this early (percpu.h); any change is a sign of life. */
void watchdog_kick(void)
{
	__atomic_store_n(&kicks, watchdog_kicks() + 1, __ATOMIC_RELAXED);
}

unsigned long watchdog_kicks(void)
{
	return __atomic_load_n(&kicks, __ATOMIC_RELAXED);
}
