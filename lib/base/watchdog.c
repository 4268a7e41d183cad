/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signs of life are counted: a watchdog that finds the same number twice, long
 * enough apart, knows that something hangs. The firmware has the timer.
 */
#include "watchdog.h"

/* Kicks so far; atomic. */
static unsigned long kicks;

void watchdog_kick(void)
{
	__atomic_fetch_add(&kicks, 1, __ATOMIC_RELAXED);
}

unsigned long watchdog_kicks(void)
{
	return __atomic_load_n(&kicks, __ATOMIC_RELAXED);
}
