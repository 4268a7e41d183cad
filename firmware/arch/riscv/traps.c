/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Traps: caught where an arch_try_...() asked for it, else the end of the run.
 *
 * Nothing here is expected to trap on its own, but a trap is often the result
 * of something broken, and what is broken may be the console. So each further
 * trap while one is handled leaves out a step, until only the SBI's power-off
 * and a waiting loop are left.
 */
#include "arch.h"
#include "printk.h"
#include <asm/asm.h>

#include "csr.h"
#include "traps.h"

/* scause: set for interrupts, clear for exceptions. */
#define CAUSE_INTERRUPT	(~(~0ul >> 1))

/* Columns in which the registers are printed. */
#define DUMP_COLUMNS	3

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

/* Registers by their names in the calling convention; x0 is always 0. */
static const char *const reg_names[32] = {
	NULL, "ra", "sp", "gp", "tp", "t0", "t1", "t2",
	"s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5",
	"a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7",
	"s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
};

_Thread_local unsigned long trap_resume;
_Thread_local unsigned long *trap_home;

/* The trap stack of the hart that boots. */
static char trap_stack[TRAP_STACK_SIZE] __attribute__((aligned(16)));

/* Traps of this hart that were not caught so far: the first is reported, more
 * mean that reporting or ending it trapped. */
static _Thread_local unsigned int nr_fatal;

/* cause_name(): scause in words. */
static const char *cause_name(unsigned long cause)
{
	if (cause & CAUSE_INTERRUPT)
		return "unexpected interrupt";
	if (cause >= ARRAY_SIZE(cause_names) || cause_names[cause] == NULL)
		return "unknown exception";
	return cause_names[cause];
}

/* report(): the trap's line, then the registers; no other hart says a word. */
static void report(const struct trap_frame *frame)
{
	printk_seize();
	printk("trap: %s pc 0x%016lx addr 0x%016lx\n",
	       cause_name(frame->cause), frame->pc, frame->addr);
	printk("  cause 0x%lx status 0x%016lx\n", frame->cause, frame->status);
	for (int i = 1; i < 32; i++)
		printk("  %-3s 0x%016lx%s", reg_names[i], frame->x[i],
		       i % DUMP_COLUMNS == 0 || i == 31 ? "\n" : "");
}

/*
 * trap_handle(): called by trap.S on the trap stack. Returns only from a trap
 * that was waited for; execution then continues at frame->pc.
 */
void trap_handle(struct trap_frame *frame)
{
	if (trap_resume != 0) {
		frame->pc = trap_resume;
		trap_resume = 0;
		return;
	}
	nr_fatal++;
	if (nr_fatal <= 2)
		report(frame);
	if (nr_fatal <= 4)
		machine_halt(false);
	arch_poweroff(false);
}

void traps_init(char *stack)
{
	unsigned long tp;

	__asm__("mv %0, tp" : "=r"(tp));
	trap_home = (unsigned long *)(stack - TRAP_HOME_SIZE);
	*trap_home = tp;
	csr_write(sscratch, trap_home);
	csr_write(stvec, trap_entry);
}

void arch_setup_traps(void)
{
	traps_init(trap_stack + sizeof(trap_stack));
	counter_init();
}
