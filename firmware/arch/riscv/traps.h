/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What trap.S and the port's C files give each other.
 */
#ifndef TRAPS_H
#define TRAPS_H

#include "types.h"

/* The interrupted state, as trap.S lays it out (asm/asm.h has the indices). */
struct trap_frame {
	unsigned long x[32];		/* x0 to x31; x[2] is the old sp */
	unsigned long pc;		/* sepc */
	unsigned long cause;		/* scause */
	unsigned long addr;		/* stval */
	unsigned long status;		/* sstatus */
};

/* The stack pointer of the try_call() that waits for this hart's next trap; 0: there
 * is none. */
extern _Thread_local unsigned long trap_resume;

/* Where this hart's trap stack begins, and what is there: its tp. */
extern _Thread_local unsigned long *trap_home;

/* traps_init(): from here on this hart's traps are handled, on the stack whose
 * upper end is @stack. */
void traps_init(char *stack);

void trap_entry(void);
void trap_handle(struct trap_frame *frame);

/* try_failed: where try_call() goes on after a trap. */
extern char try_failed[];

/* satp_try(): what satp reads as after @satp was written; see trap.S. */
unsigned long satp_try(unsigned long satp);

/* counter_init(): choose what arch_counter() reads. Traps must be set up. */
void counter_init(void);

#endif
