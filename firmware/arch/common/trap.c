/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of a run by a trap.
 *
 * Nothing in the image is expected to trap on its own, but a trap is often the
 * result of something broken, and what is broken may be the console. So each
 * further trap while one is handled leaves out a step, until only the port's
 * power-off and a waiting loop are left.
 */
#include "trap.h"

#include "arch.h"
#include "printk.h"

/* Columns in which the registers are printed. */
#define DUMP_COLUMNS	3

/* Traps of this CPU that were not waited for: the first is reported, more mean that
 * reporting or ending it trapped. */
static _Thread_local unsigned int nr_fatal;

/* report(): the trap's line, then the registers; no other CPU says a word. */
static void report(const struct trap *trap)
{
	printk_seize();
	printk("trap: %s pc 0x%016lx addr 0x%016lx\n", trap->cause, trap->pc,
	       trap->addr);
	printk("  cause 0x%lx status 0x%016lx\n", trap->syndrome, trap->status);
	for (unsigned int i = 0; i < trap->nr_regs; i++)
		printk("  %-3s 0x%016lx%s", trap->reg_names[i], trap->regs[i],
		       i % DUMP_COLUMNS == DUMP_COLUMNS - 1 ||
		       i == trap->nr_regs - 1 ? "\n" : "");
}

void trap_die(const struct trap *trap)
{
	nr_fatal++;
	if (nr_fatal <= 2)
		report(trap);
	if (nr_fatal <= 4)
		machine_halt(false);
	arch_poweroff(false);
}
