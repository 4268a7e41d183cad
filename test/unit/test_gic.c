/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An interrupt controller of two pages of registers, which are memory here: what is
 * written where, and what is made of what it answers.
 */
#include "unit.h"

/* Registers are where the test has them. */
#define phys_to_virt	gic_phys_to_virt
void *phys_to_virt(phys_addr_t pa);
#include "../../firmware/arch/common/gic.c"

/* Where the two pages are, and the interrupt that is asked for. */
#define DIST		((phys_addr_t)0x8000000)
#define CPU		((phys_addr_t)0x8010000)
#define IRQ		27

/* The registers' places (IHI 0048, sections 4.3 and 4.4), in words. */
#define DIST_CTLR	(0x000 / 4)
#define DIST_ISENABLER	(0x100 / 4)
#define CPU_CTLR	(0x000 / 4)
#define CPU_PMR		(0x004 / 4)
#define CPU_IAR		(0x00c / 4)
#define CPU_EOIR	(0x010 / 4)

/* As many words of each page as have a register of these, and one more. */
#define NR_WORDS	(DIST_ISENABLER + 2)

/* What the registers hold. */
static uint32_t dist[NR_WORDS], cpu[NR_WORDS];

/* Which of the interrupts can't be enabled by us. */
static uint32_t kept;

/* Where the alarm interrupted; 0: it didn't. */
static unsigned long alarm_pc;

void watchdog_alarm(unsigned long pc)
{
	alarm_pc = pc;
}

/* How often a register was reached. */
static unsigned int nr_accesses;

void *phys_to_virt(phys_addr_t pa)
{
	phys_addr_t offset = pa & 0xffff;

	assert_true(pa - offset == DIST || pa - offset == CPU);
	assert_in_range(offset, 0, sizeof(dist) - 1);
	dist[DIST_ISENABLER] &= ~kept;
	nr_accesses++;
	return (pa - offset == DIST ? dist : cpu) + offset / 4;
}

/* setup(): a controller that does nothing yet. */
static int setup(void **state)
{
	memset(dist, 0, sizeof(dist));
	memset(cpu, 0, sizeof(cpu));
	kept = 0;
	nr_accesses = 0;
	unit_reset(state);
	machine.irq.dist = DIST;
	machine.irq.cpu = CPU;
	return 0;
}

/* assert_words(): the @words of a page are zero but for @a and @b of them, which have
 * the values given. */
static void assert_words(const uint32_t *words, unsigned int a, uint32_t value_a,
			 unsigned int b, uint32_t value_b)
{
	for (unsigned int i = 0; i < NR_WORDS; i++)
		assert_int_equal(words[i], i == a ? value_a : i == b ? value_b : 0);
}

/* Without a controller that is said, and nothing is touched. */
static void test_enable_without_a_controller(void **state)
{
	(void)state;
	machine.irq.dist = 0;
	assert_string_equal(gic_enable(IRQ), "the tree's root names no interrupt "
			    "controller that we know");
	assert_int_equal(nr_accesses, 0);
}

/* An interrupt that stays disabled is another's; it isn't taken for enabled later. */
static void test_enable_what_others_keep(void **state)
{
	(void)state;
	kept = 1u << IRQ;
	for (unsigned int i = 0; i < 2; i++)
		assert_string_equal(gic_enable(IRQ), "the interrupt controller "
				    "keeps the timer for others");
	assert_int_equal(nr_accesses, 10);
}

/* It is enabled once, of all the same page's; what was learned then holds for good,
 * so that this is the only test that enables one. */
static void test_enable_once(void **state)
{
	(void)state;
	kept = ~(1u << IRQ);
	assert_null(gic_enable(IRQ));
	assert_int_equal(nr_accesses, 5);
	assert_words(dist, DIST_CTLR, 1, DIST_ISENABLER, 1u << IRQ);
	assert_words(cpu, CPU_CTLR, 1, CPU_PMR, 0xff);
	machine.irq.dist = 0;
	assert_null(gic_enable(IRQ));
	assert_int_equal(nr_accesses, 5);
}

/* takes(): with @iar in that register it is the alarm's, or nobody's; false: else. What
 * is written back is @eoir; 0: nothing. */
static bool takes(uint32_t iar, uint32_t eoir)
{
	bool taken;

	alarm_pc = 0;
	cpu[CPU_IAR] = iar;
	cpu[CPU_EOIR] = 0;
	taken = gic_alarm(IRQ, 0x80201000);
	assert_words(cpu, CPU_IAR, iar, CPU_EOIR, eoir);
	return taken;
}

/* What is taken is given back as it was read; its number is a part of that. */
static void test_alarm(void **state)
{
	(void)state;
	assert_true(takes(0xfffffc00 | IRQ, 0xfffffc00 | IRQ));
	assert_int_equal(alarm_pc, 0x80201000);
	assert_words(dist, 0, 0, 0, 0);
	assert_int_equal(nr_accesses, 2);
}

/* Another interrupt isn't the alarm, but is given back. */
static void test_another_interrupt(void **state)
{
	(void)state;
	assert_false(takes(IRQ + 1, IRQ + 1));
	assert_false(takes(0, 0));
	assert_false(takes(1019, 1019));
	assert_int_equal(alarm_pc, 0);
}

/* One that is withdrawn before it is asked for is none. */
static void test_interrupt_that_is_gone(void **state)
{
	(void)state;
	assert_true(takes(1020, 0));
	assert_true(takes(1023, 0));
	assert_true(takes(0xfffffc00 | 1022, 0));
	assert_int_equal(alarm_pc, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_enable_without_a_controller, setup),
		cmocka_unit_test_setup(test_enable_what_others_keep, setup),
		cmocka_unit_test_setup(test_enable_once, setup),
		cmocka_unit_test_setup(test_alarm, setup),
		cmocka_unit_test_setup(test_another_interrupt, setup),
		cmocka_unit_test_setup(test_interrupt_that_is_gone, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
