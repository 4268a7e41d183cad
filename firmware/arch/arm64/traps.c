/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Traps: caught where a try_call() asked for it, else reported (trap.h).
 */
#include <stdio.h>

#include "arch.h"
#include "trap.h"
#include <asm/asm.h>

#include "gic.h"
#include "psci.h"
#include "start.h"
#include "sysreg.h"
#include "traps.h"

/* ESR_EL1: EC, what happened; ISS, how; its bit WnR, a write; and of aborts the
 * fault status, of which the two lowest bits are the level of the table. */
#define ESR_EC(esr)	FIELD(esr, 26, 6)
#define ESR_WNR(esr)	FIELD(esr, 6, 1)
#define ESR_FSC(esr)	FIELD(esr, 0, 6)
#define EC_DATA_ABORT	0x25
#define EC_INSN_ABORT	0x21

/* SPSR_EL1: the CPU had jumped, and must arrive at a landing pad. */
#define SPSR_BTYPE	(3ul << 10)

/* Room for a cause in words. */
#define CAUSE_MAX	64

/* What isn't synchronous, by kind. */
static const char *const kind_names[] = {
	NULL, "unexpected interrupt", "unexpected fast interrupt", "asynchronous abort",
};

/* Exception classes (ARM ARM, ESR_EL1, field EC) that code at EL1 can cause, but for
 * aborts, which abort_name() names. */
static const char *const class_names[64] = {
	[0x00] = "undefined instruction",
	[0x07] = "floating-point access",
	[0x0d] = "branch target exception",
	[0x0e] = "illegal execution state",
	[0x15] = "supervisor call",
	[0x18] = "trapped system register access",
	[0x1c] = "return address that isn't signed",
	[0x22] = "misaligned program counter",
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

/* Registers, the stack pointer behind them as in the frame. */
static const char *const reg_names[] = {
	"x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10",
	"x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20",
	"x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x29", "x30",
	"sp",
};

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

/* die(): nobody waited for the trap that made @frame. */
static void die(const struct trap_frame *frame)
{
	char cause[CAUSE_MAX];

	cause_name(cause, frame);
	trap_die(&(struct trap) {
		.cause = cause, .pc = frame->pc, .addr = frame->addr,
		.syndrome = frame->syndrome, .status = frame->status,
		.regs = frame->x, .reg_names = reg_names,
		.nr_regs = ARRAY_SIZE(reg_names),
	});
}

/*
 * trap_handle(): called by trap.S on the trap stack. Returns from the alarm, and
 * else only from a trap that was waited for; execution then continues in try_call().
 */
void trap_handle(struct trap_frame *frame)
{
	struct trap_cpu *cpu = (struct trap_cpu *)sysreg_read(tpidr_el1);

	if (frame->kind == KIND_IRQ && gic_alarm(TIMER_IRQ, frame->pc))
		return;
	if (cpu->resume == 0)
		die(frame);
	frame->pc = (unsigned long)try_failed;
	frame->status &= ~SPSR_BTYPE;
	cpu->caught = cpu->resume;
	cpu->resume = 0;
}

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
