/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Traps: caught where an arch_try_...() asked for it, else the end of the run.
 *
 * Nothing here is expected to trap on its own, but a trap is often the result
 * of something broken, and what is broken may be the console. So each further
 * trap while one is handled leaves out a step, until only the port's power-off
 * and a waiting loop are left.
 */
#include <stdio.h>

#include "arch.h"
#include "printk.h"
#include <asm/asm.h>

#include "psci.h"
#include "sysreg.h"
#include "traps.h"

/* ESR_EL1: EC, what happened; ISS, how; its bit WnR, a write; and of aborts the
 * fault status, of which the two lowest bits are the level of the table. */
#define ESR_EC(esr)	FIELD(esr, 26, 6)
#define ESR_WNR(esr)	FIELD(esr, 6, 1)
#define ESR_FSC(esr)	FIELD(esr, 0, 6)
#define EC_DATA_ABORT	0x25
#define EC_INSN_ABORT	0x21

/* Room for a cause in words. */
#define CAUSE_MAX	64

/* Columns in which the registers are printed. */
#define DUMP_COLUMNS	3

/* What isn't synchronous, by kind. */
static const char *const kind_names[] = {
	NULL, "unexpected interrupt", "unexpected fast interrupt",
	"asynchronous abort",
};

/* Exception classes (ARM ARM, ESR_EL1, field EC) that code at EL1 can cause. */
static const char *const class_names[64] = {
	[0x00] = "undefined instruction",
	[0x07] = "floating-point access",
	[0x0e] = "illegal execution state",
	[0x15] = "supervisor call",
	[0x18] = "trapped system register access",
	[EC_INSN_ABORT] = "instruction",
	[0x22] = "misaligned program counter",
	[EC_DATA_ABORT] = "data",
	[0x26] = "misaligned stack pointer",
	[0x3c] = "breakpoint instruction",
};

/* Fault status codes (the same register, field DFSC) without their level. */
static const char *const fault_names[16] = {
	"address size fault", "translation fault", "access flag fault",
	"permission fault", "external abort", "external abort of a table walk",
	"memory error", "memory error of a table walk", "misaligned access",
};

unsigned long entry_level;

/* Traps of this CPU that were not caught so far: the first is reported, more mean
 * that reporting or ending it trapped. */
static _Thread_local unsigned int nr_fatal;

/* abort_name(): a memory abort in words, into the CAUSE_MAX bytes at @cause. */
static void abort_name(char *cause, unsigned long esr)
{
	const char *fault = fault_names[ESR_FSC(esr) >> 2];
	const char *access = "instruction";

	if (ESR_EC(esr) == EC_DATA_ABORT)
		access = ESR_WNR(esr) ? "store" : "load";
	snprintf(cause, CAUSE_MAX, "%s %s", access,
		 fault != NULL ? fault : "abort");
}

/* cause_name(): why @frame was made, into the CAUSE_MAX bytes at @cause. */
static void cause_name(char *cause, const struct trap_frame *frame)
{
	unsigned long class = ESR_EC(frame->syndrome);
	const char *name = kind_names[frame->kind];

	if (name == NULL && (class == EC_DATA_ABORT || class == EC_INSN_ABORT)) {
		abort_name(cause, frame->syndrome);
		return;
	}
	if (name == NULL)
		name = class_names[class];
	snprintf(cause, CAUSE_MAX, "%s", name != NULL ? name : "exception");
}

/* report(): the trap's line, then the registers; no other CPU says a word. */
static void report(const struct trap_frame *frame)
{
	char cause[CAUSE_MAX];

	printk_seize();
	cause_name(cause, frame);
	printk("trap: %s pc 0x%016lx addr 0x%016lx\n", cause, frame->pc,
	       frame->addr);
	printk("  esr 0x%lx status 0x%016lx sp 0x%016lx\n", frame->syndrome,
	       frame->status, frame->sp);
	for (int i = 0; i < 31; i++)
		printk("  x%-2d 0x%016lx%s", i, frame->x[i],
		       i % DUMP_COLUMNS == DUMP_COLUMNS - 1 || i == 30
		       ? "\n" : "");
}

/*
 * trap_handle(): called by trap.S on the trap stack. Returns only from a trap
 * that was waited for; execution then continues at frame->pc.
 */
void trap_handle(struct trap_frame *frame)
{
	struct trap_cpu *cpu = (struct trap_cpu *)sysreg_read(tpidr_el1);

	if (cpu->resume != 0) {
		frame->pc = cpu->resume;
		cpu->resume = 0;
		return;
	}
	nr_fatal++;
	if (nr_fatal <= 2)
		report(frame);
	if (nr_fatal <= 4)
		machine_halt(false);
	arch_poweroff(false);
}

_Static_assert(offsetof(struct cpu_start, stack) == START_STACK * 8 &&
	       offsetof(struct cpu_start, tls) == START_TLS * 8,
	       "start.S reads a struct cpu_start by these offsets");

void cpu_main(struct cpu_start *start)
{
	trap_init((struct trap_cpu *)start->trap_stack - 1);
	counter_init();
	start->entry(start);
}

void arch_setup_traps(void)
{
	trap_init(&boot_trap_cpu);
	counter_init();
}
