/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signs of life, for a watchdog to see.
 */
#ifndef WATCHDOG_H
#define WATCHDOG_H

/*
 * watchdog_kick(): there is progress. Every line that is printed and every stage
 * that begins is a kick already; what works for long without either kicks by
 * itself. On any CPU.
 */
void watchdog_kick(void);

/* watchdog_kicks(): how many there were so far. */
unsigned long watchdog_kicks(void);

#endif
