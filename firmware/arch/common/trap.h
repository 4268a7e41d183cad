/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A trap that nobody waited for, as the port's handler describes it.
 */
#ifndef TRAP_H
#define TRAP_H

#include "types.h"

struct trap {
	const char *cause;		/* what happened, in words */
	unsigned long pc;		/* the instruction that it happened to */
	unsigned long addr;		/* the address concerned, where there is one */
	unsigned long syndrome;		/* what happened, as the CPU says it */
	unsigned long status;		/* the CPU's state before */
	const unsigned long *regs;	/* the registers before */
	const char *const *reg_names;	/* what each is called */
	unsigned int nr_regs;		/* how many there are */
};

/* trap_die(): report @trap and end the run as failed. On the trap stack, by traps in
 * itself too. */
void trap_die(const struct trap *trap) __attribute__((noreturn));

#endif
