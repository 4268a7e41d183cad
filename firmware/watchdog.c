/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The watchdog: a boot that hangs ends in a line that says where.
 *
 * Every so many seconds a timer interrupts the boot CPU, and the signs of life are
 * counted (lib/base/watchdog.c). Where there was none since the last time, nothing
 * was printed and no stage begun for that long, and the run is over. Another CPU
 * that hangs is noticed by the boot CPU's waiting for it.
 */
#include "watchdog.h"

#include "arch.h"
#include "machine.h"
#include "printk.h"
#include "stage.h"

#include "firmware.h"

/* Seconds between two looks, where watchdog= doesn't say how many. */
#define DEFAULT_SECONDS	20ul

/* Seconds at most: half a year. */
#define MAX_SECONDS	(1ul << 24)

/* Seconds between two looks. */
static unsigned long seconds;

/* Kicks at the last look. */
static unsigned long seen;

/* asked_for(): the seconds that watchdog= asks for; 0: no watchdog. */
static unsigned long asked_for(void)
{
	const char *text = bootarg("watchdog", NULL), *end;
	unsigned long long value = DEFAULT_SECONDS;

	if (text)
		value = memparse(text, &end);
	if (text && end == text) {
		value = DEFAULT_SECONDS;
		warn("W-BOOTARG-WATCHDOG",
		     "bootargs: watchdog= needs a number of seconds, 0 for none; %llu it is",
		     value);
	}
	return (unsigned long)MIN(value, MAX_SECONDS);
}

void watchdog_init(void)
{
	const char *error = "not asked for";

	seconds = asked_for();
	seen = watchdog_kicks();
	if (seconds)
		error = arch_alarm(seconds);
	if (error)
		printk("watchdog: none, %s\n", error);
	else
		printk("watchdog: a run without progress ends after %lu s\n",
		       seconds);
}

void watchdog_alarm(unsigned long pc)
{
	unsigned long now = watchdog_kicks();

	if (now == seen)
		panic("watchdog: no progress for %lu s: stage %s hangs at pc 0x%lx",
		      seconds, stage_name(stage_current()), pc);
	seen = now;
	arch_alarm(seconds);
}

void watchdog_stop(void)
{
	if (seconds)
		arch_alarm(0);
	seconds = 0;
}
