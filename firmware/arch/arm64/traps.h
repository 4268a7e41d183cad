/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What assembly and the port's C files give each other.
 */
#ifndef TRAPS_H
#define TRAPS_H

#include "arch.h"

/* The interrupted state, as trap.S lays it out (asm/asm.h has the indices). */
struct trap_frame {
	unsigned long x[32];		/* x0 to x30; SP_EL0, which ordinary code
					   runs on */
	unsigned long pc;		/* ELR_EL1 */
	unsigned long status;		/* SPSR_EL1 */
	unsigned long syndrome;		/* ESR_EL1 */
	unsigned long addr;		/* FAR_EL1 */
	unsigned long kind;		/* KIND_... */
	unsigned long pad;		/* to a multiple of 16 bytes */
};

/* A CPU's state of traps; its trap stack ends where this begins. trap.S knows the
 * order. */
struct trap_cpu {
	unsigned long resume;		/* stack pointer of the try_call() that waits
					   for the next trap; 0: there is none */
	unsigned long caught;		/* what that was, of the last one caught */
};

/* That of the CPU that boots. */
extern struct trap_cpu boot_trap_cpu;

void trap_init(struct trap_cpu *cpu);
void trap_handle(struct trap_frame *frame);

/* try_failed: where try_call() goes on after a trap. */
extern char try_failed[];

/* cpu_main(): called by start.S on a CPU that was started, its MMU on. */
void cpu_main(struct cpu_start *start);

/* What every CPU loads to switch its MMU on (mmu.c), and doing so (start.S). */
extern struct mmu_registers mmu_registers;
void mmu_enable(void);

/* The virtual timer's interrupt; see arch_alarm(). */
#define TIMER_IRQ	27

/* counter_init(): choose what arch_counter() reads, and let it run. */
void counter_init(void);

#endif
