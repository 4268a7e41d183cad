/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of a run by a trap: its report, to the letter, and the step that each
 * further trap leaves out.
 */
#include "unit.h"

#define printk_seize	trap_seize
void printk_seize(void);
#include "../../firmware/arch/common/trap.c"
#undef printk_seize

/* How often other CPUs were kept from saying a word; where the power goes off. */
static unsigned int nr_seized;
static jmp_buf off;

void trap_seize(void)
{
	printk_seize();
	nr_seized++;
}

void arch_poweroff(bool pass)
{
	assert_false(pass);
	longjmp(off, 1);
}

/* A trap with two lines of registers, one of them whole. */
static const unsigned long regs[] = { 1, 0x22, 0x333, 0x4444 };
static const char *const names[] = { "a", "bb", "ccc", "x4" };
static struct trap trap = {
	.cause = "some cause", .pc = 0x80201000, .addr = 0x1234, .syndrome = 13,
	.status = 0x120, .regs = regs, .reg_names = names, .nr_regs = 4,
};

static int setup(void **state)
{
	nr_fatal = 0;
	nr_seized = 0;
	trap.nr_regs = 4;
	return unit_reset(state);
}

/* assert_fails(): a trap ends the run, and @nr have seized the console so far. */
static void assert_fails(unsigned int nr)
{
	assert_int_equal(host_halts(trap_die(&trap)), HOST_FAILED);
	assert_int_equal(nr_seized, nr);
}

/* assert_report(): the run ends as failed with @text, in which the console is this
 * CPU's. */
static void assert_report(const char *text)
{
	assert_fails(1);
	assert_string_equal(host_log(), text);
}

/* Three registers a line. */
static void test_report(void **state)
{
	(void)state;
	assert_report("trap: some cause pc 0x0000000080201000 addr 0x0000000000001234\n"
		      "  cause 0xd status 0x0000000000000120\n"
		      "  a   0x0000000000000001  bb  0x0000000000000022"
		      "  ccc 0x0000000000000333\n"
		      "  x4  0x0000000000004444\n");
}

/* The last line may be a whole one. */
static void test_report_of_a_whole_line(void **state)
{
	(void)state;
	trap.nr_regs = 3;
	assert_report("trap: some cause pc 0x0000000080201000 addr 0x0000000000001234\n"
		      "  cause 0xd status 0x0000000000000120\n"
		      "  a   0x0000000000000001  bb  0x0000000000000022"
		      "  ccc 0x0000000000000333\n");
}

/* Two traps are reported; then reporting is left out, and then the console. */
static void test_traps_in_traps(void **state)
{
	(void)state;
	assert_fails(1);
	assert_fails(2);
	assert_fails(2);
	assert_fails(2);
	if (setjmp(off) == 0) {
		trap_die(&trap);
		fail_msg("a fifth trap doesn't switch off");
	}
	assert_int_equal(nr_seized, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_report, setup),
		cmocka_unit_test_setup(test_report_of_a_whole_line, setup),
		cmocka_unit_test_setup(test_traps_in_traps, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
