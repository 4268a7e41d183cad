/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Traps of a CPU, from the frame that trap.S leaves: what is reported, what is
 * caught, what is the alarm; and the first steps of every CPU: b traps of the one that
 * boots, t of another, c the counter, e its work.
 */
#include "insn.h"

/* The register that says which CPU this is. */
static unsigned long reg_tpidr_el1;

#include "traps.c"

/* ESR_EL1 of a class, and of an abort, whose other bits mean something else. */
#define ESR(class)	((unsigned long)(class) << 26)
#define WNR		(1ul << 6)
#define OTHERS		(0xful << 32 | 1ul << 25 | 1ul << 24 | 0xful << 7)

/* SPSR_EL1: EL1 on SP_EL0, all flags set, BTYPE 0. */
#define STATUS		0xf0000004ul

/* What was reported, its cause in words; where the run ends then. */
static struct trap reported;
static char cause[CAUSE_MAX];
static jmp_buf died;

/* Whether an interrupt is the alarm's, or nobody's; how often one was taken, and where
 * it interrupted. */
static bool is_alarm;
static unsigned int nr_taken;
static unsigned long alarm_pc;

/* The CPU that traps, and what trap.S leaves. */
static struct trap_cpu cpu;
static struct trap_frame frame;

/* The end of the stack for traps of another CPU, which starts. */
static struct {
	char stack[64];
	struct trap_cpu cpu;
} trap_stack;

struct trap_cpu boot_trap_cpu;
char try_failed[1];

void trap_die(const struct trap *trap)
{
	reported = *trap;
	strcpy(cause, trap->cause);
	longjmp(died, 1);
}

bool gic_alarm(unsigned int irq, unsigned long pc)
{
	assert_int_equal(irq, 27);
	nr_taken++;
	alarm_pc = pc;
	return is_alarm;
}

void trap_init(struct trap_cpu *of)
{
	assert_true(of == &boot_trap_cpu || of == &trap_stack.cpu);
	step(of == &boot_trap_cpu ? 'b' : 't');
}

void counter_init(void)
{
	step('c');
}

/* setup(): each register has its number, times 16; nobody waits for a trap. */
static int setup(void **state)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(frame.x); i++)
		frame.x[i] = 16 * i;
	frame.pc = 0x40201000;
	frame.status = STATUS;
	frame.syndrome = 0;
	frame.addr = 0x1234;
	frame.kind = 0;
	cpu = (struct trap_cpu) { 0, 0x9000 };
	reg_tpidr_el1 = (unsigned long)&cpu;
	is_alarm = false;
	nr_taken = 0;
	alarm_pc = 0;
	steps_begin();
	return unit_reset(state);
}

/* dies(): a trap of that kind, for that reason, ends the run; its cause in words. */
static const char *dies(unsigned long kind, unsigned long syndrome)
{
	frame.kind = kind;
	frame.syndrome = syndrome;
	if (setjmp(died) == 0) {
		trap_handle(&frame);
		fail_msg("kind %lu, syndrome %#lx don't end the run", kind, syndrome);
	}
	return cause;
}

/* A trap that nobody waited for is reported with all that the frame says. */
static void test_trap_is_reported(void **state)
{
	(void)state;
	assert_string_equal(dies(0, 0x96000044), "store translation fault");
	assert_int_equal(reported.pc, 0x40201000);
	assert_int_equal(reported.addr, 0x1234);
	assert_int_equal(reported.syndrome, 0x96000044);
	assert_int_equal(reported.status, STATUS);
	assert_ptr_equal(reported.regs, frame.x);
	assert_int_equal(reported.nr_regs, 32);
	assert_int_equal(nr_taken, 0);
}

/* Registers are called as assembly does: the stack pointer stands last. */
static void test_names_of_registers(void **state)
{
	char name[8];

	(void)state;
	dies(0, 0);
	for (unsigned int i = 0; i < 31; i++) {
		snprintf(name, sizeof(name), "x%u", i);
		assert_string_equal(reported.reg_names[i], name);
	}
	assert_string_equal(reported.reg_names[31], "sp");
}

/* Classes are named as the table of ESR_EL1's field EC has them. */
static void test_names_of_classes(void **state)
{
	const char *const expected[64] = {
		[0x00] = "undefined instruction",
		[0x07] = "floating-point access",
		[0x0d] = "branch target exception",
		[0x0e] = "illegal execution state",
		[0x15] = "supervisor call",
		[0x18] = "trapped system register access",
		[0x1c] = "return address that isn't signed",
		[0x21] = "instruction translation fault",
		[0x22] = "misaligned program counter",
		[0x25] = "load translation fault",
		[0x26] = "misaligned stack pointer",
		[0x3c] = "breakpoint instruction",
	};

	(void)state;
	for (unsigned int i = 0; i < 64; i++)
		assert_string_equal(dies(0, OTHERS | ESR(i) | 0x7),
				    expected[i] ? expected[i] : "exception");
}

/* assert_fault(): what an abort with fault status @fsc is called, of each access. */
static void assert_fault(unsigned int fsc, const char *fault)
{
	char expected[64];

	snprintf(expected, sizeof(expected), "load %s", fault);
	assert_string_equal(dies(0, OTHERS | ESR(0x25) | fsc), expected);
	snprintf(expected, sizeof(expected), "store %s", fault);
	assert_string_equal(dies(0, OTHERS | ESR(0x25) | WNR | fsc), expected);
	snprintf(expected, sizeof(expected), "instruction %s", fault);
	assert_string_equal(dies(0, OTHERS | ESR(0x21) | fsc), expected);
	assert_string_equal(dies(0, OTHERS | ESR(0x21) | WNR | fsc), expected);
}

/* Aborts are named by the access and, whatever level of a table it concerns, by the
 * fault (field DFSC). */
static void test_names_of_aborts(void **state)
{
	const char *const expected[16] = {
		"address size fault", "translation fault", "access flag fault",
		"permission fault", "external abort",
		"external abort of a table walk", "memory error",
		"memory error of a table walk", "misaligned access",
	};

	(void)state;
	for (unsigned int fsc = 0; fsc < 64; fsc++)
		assert_fault(fsc, expected[fsc / 4] ? expected[fsc / 4] : "abort");
}

/* What isn't synchronous has no class: the syndrome may be an older trap's. */
static void test_names_of_kinds(void **state)
{
	const unsigned long syndromes[] = { 0, 0x8a000007, 0x96000007 };

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(syndromes); i++) {
		assert_string_equal(dies(1, syndromes[i]), "unexpected interrupt");
		assert_string_equal(dies(2, syndromes[i]),
				    "unexpected fast interrupt");
		assert_string_equal(dies(3, syndromes[i]), "asynchronous abort");
	}
	assert_int_equal(nr_taken, ARRAY_SIZE(syndromes));
}

/* The timer's interrupt is the alarm: what it interrupted goes on as it was, and so
 * does a try_call(). */
static void test_alarm(void **state)
{
	struct trap_frame before;

	(void)state;
	is_alarm = true;
	frame.kind = 1;
	frame.status = STATUS | 0xc00;
	cpu.resume = 0x7000;
	before = frame;
	trap_handle(&frame);
	assert_int_equal(alarm_pc, 0x40201000);
	assert_int_equal(nr_taken, 1);
	assert_memory_equal(&frame, &before, sizeof(frame));
	assert_int_equal(cpu.resume, 0x7000);
	assert_int_equal(cpu.caught, 0x9000);
}

/* Of anything but an interrupt the controller isn't asked whose it is. */
static void test_alarm_of_another_kind(void **state)
{
	(void)state;
	is_alarm = true;
	assert_string_equal(dies(0, ESR(0x3c)), "breakpoint instruction");
	assert_string_equal(dies(2, 0), "unexpected fast interrupt");
	assert_int_equal(nr_taken, 0);
}

/* A trap that a try_call() waited for leads back to it, once, to where no landing pad
 * is. */
static void test_trap_is_caught(void **state)
{
	(void)state;
	frame.syndrome = 0x96000007;
	frame.status = STATUS | 0xc00;
	cpu.resume = 0x7000;
	trap_handle(&frame);
	assert_int_equal(frame.pc, (unsigned long)try_failed);
	assert_int_equal(frame.status, STATUS);
	assert_int_equal(cpu.caught, 0x7000);
	assert_int_equal(cpu.resume, 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(frame.x); i++)
		assert_int_equal(frame.x[i], 16 * i);
	assert_string_equal(dies(0, 0x96000007), "load translation fault");
}

/* began(): a CPU's work. */
static void began(struct cpu_start *start)
{
	assert_int_equal(start->hwid, 7);
	step('e');
}

/* A CPU that was started handles traps, at the end of its stack for them, before it
 * touches a counter that it may not have; and then works. */
static void test_main(void **state)
{
	struct cpu_start start = {
		.hwid = 7, .trap_stack = (char *)(&trap_stack + 1), .entry = began,
	};

	(void)state;
	cpu_main(&start);
	assert_steps("tce");
}

/* So does the CPU that boots. */
static void test_setup(void **state)
{
	(void)state;
	arch_setup_traps();
	assert_steps("bc");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_trap_is_reported, setup),
		cmocka_unit_test_setup(test_names_of_registers, setup),
		cmocka_unit_test_setup(test_names_of_classes, setup),
		cmocka_unit_test_setup(test_names_of_aborts, setup),
		cmocka_unit_test_setup(test_names_of_kinds, setup),
		cmocka_unit_test_setup(test_alarm, setup),
		cmocka_unit_test_setup(test_alarm_of_another_kind, setup),
		cmocka_unit_test_setup(test_trap_is_caught, setup),
		cmocka_unit_test_setup(test_main, setup),
		cmocka_unit_test_setup(test_setup, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
