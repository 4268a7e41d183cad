/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Traps of a hart, from the frame that trap.S leaves: what is reported, what is
 * caught, what is the alarm.
 */
#include "unit.h"

/* The registers; tp, which the host hasn't, reads as 0x5000. */
#define CSR_H
#define csr_write(csr, value)	((void)(reg_##csr = (unsigned long)(value)))
#define csr_set(csr, bits)	((void)(reg_##csr |= (bits)))
static unsigned long reg_sscratch, reg_stvec, reg_sstatus;
__asm__(".macro mv to, from\n\tmov $0x5000, \\to\n.endm");

/* The functions under test, by names that aren't the host's. */
#define arch_setup_traps	traps_setup
void arch_setup_traps(void);
#include "traps.c"

/* What was called: the pc of an alarm, what was reported, counters set up. */
static unsigned long alarm_pc;
static struct trap reported;
static jmp_buf died;
static unsigned int nr_counters;

char try_failed[1];

void trap_entry(void)
{
}

void watchdog_alarm(unsigned long pc)
{
	alarm_pc = pc;
}

void trap_die(const struct trap *trap)
{
	reported = *trap;
	longjmp(died, 1);
}

void counter_init(void)
{
	nr_counters++;
}

/* What trap.S leaves: each register has its number, times 16. */
static struct trap_frame frame;

static int setup(void **state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(frame.x); i++)
		frame.x[i] = 16 * i;
	frame.pc = 0x80201000;
	frame.addr = 0x1234;
	frame.status = 0x120;
	alarm_pc = 0;
	trap_resume = 0;
	return unit_reset(state);
}

/* dies(): a trap for that cause ends the run; its cause in words. */
static const char *dies(unsigned long cause)
{
	frame.cause = cause;
	if (setjmp(died) == 0) {
		trap_handle(&frame);
		fail_msg("cause %lu doesn't end the run", cause);
	}
	return reported.cause;
}

/* A trap that nobody waited for is reported with all that the frame says. */
static void test_trap_is_reported(void **state)
{
	(void)state;
	assert_string_equal(dies(13), "load page fault");
	assert_int_equal(reported.pc, 0x80201000);
	assert_int_equal(reported.addr, 0x1234);
	assert_int_equal(reported.syndrome, 13);
	assert_int_equal(reported.status, 0x120);
	assert_int_equal(reported.nr_regs, 31);
	for (unsigned int i = 0; i < 31; i++)
		assert_int_equal(reported.regs[i], 16 * (i + 1));
	assert_int_equal(alarm_pc, 0);
}

/* Registers are called as the calling convention does. */
static void test_names_of_registers(void **state)
{
	/* x1 to x31, each by its letter and number. */
	const char *const all = "ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 "
				"s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 t3 t4 t5 t6 ";
	char text[128] = "";

	(void)state;
	dies(2);
	for (unsigned int i = 0; i < reported.nr_regs; i++) {
		strcat(text, reported.reg_names[i]);
		strcat(text, " ");
	}
	assert_string_equal(text, all);
}

/* Causes are named as the table of the privileged specification has them. */
static void test_names_of_causes(void **state)
{
	const char *const expected[] = {
		"instruction address misaligned", "instruction access fault",
		"illegal instruction", "breakpoint", "load address misaligned",
		"load access fault", "store address misaligned", "store access fault",
		"environment call from U-mode", "environment call from S-mode",
		"unknown exception", "unknown exception", "instruction page fault",
		"load page fault", "unknown exception", "store page fault",
		"unknown exception", "unknown exception",
	};

	(void)state;
	for (unsigned long cause = 0; cause < ARRAY_SIZE(expected); cause++)
		assert_string_equal(dies(cause), expected[cause]);
	assert_string_equal(dies(~0ul >> 1), "unknown exception");
}

/* An interrupt that isn't the timer's is one that nobody expects. */
static void test_interrupts(void **state)
{
	(void)state;
	assert_string_equal(dies(CAUSE_INTERRUPT | 1), "unexpected interrupt");
	assert_string_equal(dies(CAUSE_INTERRUPT | 9), "unexpected interrupt");
	assert_string_equal(dies(5), "load access fault");
	assert_int_equal(alarm_pc, 0);
}

/* The timer's is the alarm; the code that it interrupted goes on as it was. */
static void test_alarm(void **state)
{
	struct trap_frame before;

	(void)state;
	frame.cause = CAUSE_INTERRUPT | INTERRUPT_TIMER;
	trap_resume = 0x7000;
	before = frame;
	trap_handle(&frame);
	assert_int_equal(alarm_pc, 0x80201000);
	assert_memory_equal(&frame, &before, sizeof(frame));
	assert_int_equal(trap_resume, 0x7000);
}

/* A trap that a try_call() waited for leads back to it, once. */
static void test_trap_is_caught(void **state)
{
	(void)state;
	trap_resume = 0x7000;
	frame.cause = 13;
	trap_handle(&frame);
	assert_int_equal(frame.pc, (unsigned long)try_failed);
	assert_int_equal(frame.x[2], 0x7000);
	assert_int_equal(frame.x[1], 16);
	assert_int_equal(trap_resume, 0);
	assert_string_equal(dies(13), "load page fault");
}

/* A hart's traps are handled on its stack, whose end holds its tp. */
static void test_trap_stack(void **state)
{
	static _Alignas(16) char stack[256];

	(void)state;
	reg_sstatus = 0x100;
	traps_init(stack + sizeof(stack));
	assert_ptr_equal(trap_home, stack + sizeof(stack) - TRAP_HOME_SIZE);
	assert_int_equal(*trap_home, 0x5000);
	assert_int_equal(reg_sscratch, (unsigned long)trap_home);
	assert_int_equal(reg_stvec, (unsigned long)trap_entry);
	assert_int_equal(reg_sstatus, 0x100 | SSTATUS_SIE);
}

/* The hart that boots has a stack for them from the start, and then a counter. */
static void test_setup(void **state)
{
	(void)state;
	nr_counters = 0;
	arch_setup_traps();
	assert_ptr_equal(trap_home, trap_stack + TRAP_STACK_SIZE - TRAP_HOME_SIZE);
	assert_int_equal(nr_counters, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_trap_is_reported, setup),
		cmocka_unit_test_setup(test_names_of_registers, setup),
		cmocka_unit_test_setup(test_names_of_causes, setup),
		cmocka_unit_test_setup(test_interrupts, setup),
		cmocka_unit_test_setup(test_alarm, setup),
		cmocka_unit_test_setup(test_trap_is_caught, setup),
		cmocka_unit_test_setup(test_trap_stack, setup),
		cmocka_unit_test_setup(test_setup, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
