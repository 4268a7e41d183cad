/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Traps: caught where a try_call() asked for it, else reported (trap.h).
 */
#include "arch.h"
#include "trap.h"
#include <asm/asm.h>

#include "csr.h"
#include "traps.h"

/* scause: set for interrupts, clear for exceptions. */
#define CAUSE_INTERRUPT	(~(~0ul >> 1))

/* The supervisor's timer among the interrupts. */
#define INTERRUPT_TIMER	5

/* Exceptions by code (privileged specification, table "Supervisor cause
 * register values after trap"). */
static const char *const cause_names[] = {
	[0] = "instruction address misaligned",
	[1] = "instruction access fault",
	[2] = "illegal instruction",
	[3] = "breakpoint",
	[4] = "load address misaligned",
	[5] = "load access fault",
	[6] = "store address misaligned",
	[7] = "store access fault",
	[8] = "environment call from U-mode",
	[9] = "environment call from S-mode",
	[12] = "instruction page fault",
	[13] = "load page fault",
	[15] = "store page fault",
};

/* Registers from x1 on, by their names in the calling convention. */
static const char *const reg_names[] = {
	"ra", "sp", "gp", "tp", "t0", "t1", "t2",
	"s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5",
	"a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7",
	"s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
};

_Thread_local unsigned long trap_resume;
_Thread_local unsigned long *trap_home;

/* The trap stack of the hart that boots. */
static char trap_stack[TRAP_STACK_SIZE] __attribute__((aligned(16)));

/* cause_name(): scause in words. */
static const char *cause_name(unsigned long cause)
{
	if (cause & CAUSE_INTERRUPT)
		return "unexpected interrupt";
	if (cause >= ARRAY_SIZE(cause_names) || cause_names[cause] == NULL)
		return "unknown exception";
	return cause_names[cause];
}

/*
 * trap_handle(): called by trap.S on the trap stack. Returns from the alarm, and
 * else only from a trap that was waited for; execution then continues in try_call().
 */
void trap_handle(struct trap_frame *frame)
{
	if (frame->cause == (CAUSE_INTERRUPT | INTERRUPT_TIMER)) {
		watchdog_alarm(frame->pc);
		return;
	}
	if (trap_resume == 0)
		trap_die(&(struct trap) {
			.cause = cause_name(frame->cause),
			.pc = frame->pc,
			.addr = frame->addr,
			.syndrome = frame->cause,
			.status = frame->status,
			.regs = &frame->x[1],
			.reg_names = reg_names,
			.nr_regs = ARRAY_SIZE(reg_names),
		});
	frame->pc = (unsigned long)try_failed;
	frame->x[2] = trap_resume;
	trap_resume = 0;
}

void traps_init(char *stack)
{
	unsigned long tp;

	__asm__("mv %0, tp" : "=r"(tp));
	trap_home = (unsigned long *)(stack - TRAP_HOME_SIZE);
	*trap_home = tp;
	csr_write(sscratch, trap_home);
	csr_write(stvec, trap_entry);
	csr_set(sstatus, SSTATUS_SIE);
}

void arch_setup_traps(void)
{
	traps_init(trap_stack + sizeof(trap_stack));
	counter_init();
}
