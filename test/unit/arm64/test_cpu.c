/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counters, addresses, the alarm and waiting, on a CPU whose registers are
 * variables of the test.
 */
#include "insn.h"

/* What is written to a field of PSTATE. */
__asm__(".macro msr field, value\n\tstep 'm'\n.endm");

/* The registers; the counter of time goes on by itself. */
#define reg_cntvct_el0	read_time()
static unsigned long reg_id_aa64dfr0_el1, reg_id_aa64mmfr0_el1;
static unsigned long reg_pmcr_el0, reg_pmceid0_el0, reg_pmevtyper0_el0;
static unsigned long reg_pmcntenset_el0, reg_pmevcntr0_el0;
static unsigned long reg_cntv_ctl_el0, reg_cntv_cval_el0, reg_cntfrq_el0;
static unsigned long reg_cntkctl_el1;
static unsigned long read_time(void);

/* The functions under test, by names that aren't the host's. */
#define arch_counter	cpu_counter
#define arch_phys_bits	cpu_phys_bits
#define arch_cpu_relax	cpu_relax
unsigned long long arch_counter(void);
unsigned int arch_phys_bits(void);
void arch_cpu_relax(unsigned long turns);
#include "cpu.c"

/* PMCR_EL0 with one event counter, and bits that stay as they are; PMCEID0_EL0 with
 * instructions among the events, and without. */
#define PMCR		0x41030840ul
#define PMCEID		0x7fff0f3ful
#define PMCEID_OTHERS	0x7fff0e3ful

/* What the time is, how much later it is at the next reading. */
static unsigned long now, time_step;

/* What gic_enable() answers. */
static const char *gic_error;

static unsigned long read_time(void)
{
	unsigned long time = now;

	now += time_step;
	return time;
}

const char *gic_enable(unsigned int irq)
{
	assert_int_equal(irq, 27);
	assert_int_equal(reg_cntv_ctl_el0, 0);
	step('g');
	return gic_error;
}

/* setup(): a monitor that counts instructions, and an alarm that is set. */
static int setup(void **state)
{
	reg_id_aa64dfr0_el1 = 0x10305106;
	reg_pmcr_el0 = PMCR;
	reg_pmceid0_el0 = PMCEID;
	reg_pmevtyper0_el0 = reg_pmcntenset_el0 = 0;
	reg_cntv_ctl_el0 = CNTV_CTL_ENABLE;
	reg_cntv_cval_el0 = 1;
	reg_cntfrq_el0 = 62500000;
	last_count = 0;
	total_count = 0;
	now = 5000;
	time_step = 0;
	gic_error = NULL;
	steps_begin();
	return unit_reset(state);
}

/* assert_counts(): which of the two counters is set up and read. */
static void assert_counts(bool instructions)
{
	const unsigned long pmcr = reg_pmcr_el0;

	reg_pmevcntr0_el0 = 111;
	counter_init();
	assert_int_equal(reg_pmevtyper0_el0, instructions ? 8 : 0);
	assert_int_equal(reg_pmcntenset_el0, instructions ? 1 : 0);
	assert_int_equal(reg_pmcr_el0, instructions ? pmcr | 1 : pmcr);
	assert_steps(instructions ? "i" : "");
	assert_int_equal(arch_counter(), instructions ? 111 : 5000);
	assert_steps("i");
}

/* Instructions are counted where there is a monitor with a counter for them. */
static void test_counter_of_instructions(void **state)
{
	(void)state;
	assert_counts(true);
}

/* Its version is any but two, which mean that there is none of this kind. */
static void test_counter_by_versions(void **state)
{
	(void)state;
	for (unsigned long version = 0; version < 16; version++) {
		setup(state);
		reg_id_aa64dfr0_el1 = 0x10305006 | version << 8;
		assert_counts(version != 0 && version != 15);
	}
}

/* A monitor may have no counter, */
static void test_counter_without_event_counters(void **state)
{
	(void)state;
	reg_pmcr_el0 = PMCR & ~0xf800ul;
	assert_counts(false);
}

/* or not know the event. */
static void test_counter_without_the_event(void **state)
{
	(void)state;
	reg_pmceid0_el0 = PMCEID_OTHERS;
	assert_counts(false);
	reg_pmceid0_el0 = 1u << 8;
	assert_counts(true);
}

/* A counter of 32 bits goes round; what it has counted doesn't, and what a wider one
 * has above them isn't looked at. */
static void test_counter_goes_round(void **state)
{
	(void)state;
	counter_init();
	reg_pmevcntr0_el0 = 0xfffffff0;
	assert_int_equal(arch_counter(), 0xfffffff0);
	assert_int_equal(arch_counter(), 0xfffffff0);
	reg_pmevcntr0_el0 = 5;
	assert_int_equal(arch_counter(), 0x100000005);
	reg_pmevcntr0_el0 = 0x700000009;
	assert_int_equal(arch_counter(), 0x100000009);
	reg_pmevcntr0_el0 = 8;
	assert_int_equal(arch_counter(), 0x200000008);
}

/* An alarm is so many seconds from now, and interrupts. */
static void test_alarm(void **state)
{
	(void)state;
	assert_null(arch_alarm(20));
	assert_int_equal(reg_cntv_cval_el0, 5000 + 1250000000);
	assert_int_equal(reg_cntv_ctl_el0, 1);
	assert_steps("gim");
}

/* assert_no_alarm(): arch_alarm(@seconds) ends with @error, the timer off. */
static void assert_no_alarm(unsigned long seconds, const char *error)
{
	assert_ptr_equal(arch_alarm(seconds), error);
	assert_int_equal(reg_cntv_cval_el0, 1);
	assert_int_equal(reg_cntv_ctl_el0, 0);
}

/* No alarm: the timer is off, and the interrupt isn't asked for. */
static void test_no_alarm(void **state)
{
	(void)state;
	assert_no_alarm(0, NULL);
	assert_steps("");
}

/* Where there can be none the controller's reason is handed on. */
static void test_alarm_that_cannot_be(void **state)
{
	(void)state;
	gic_error = "refused";
	assert_no_alarm(20, gic_error);
	assert_steps("g");
}

/* Bits of an address by PARange (ARM ARM, ID_AA64MMFR0_EL1). */
static void test_phys_bits(void **state)
{
	const unsigned int bits[16] = { 32, 36, 40, 42, 44, 48, 52, 56 };

	(void)state;
	for (unsigned int i = 0; i < 16; i++) {
		reg_id_aa64mmfr0_el1 = 0x11120 | i;
		assert_int_equal(arch_phys_bits(), bits[MIN(i, 7u)]);
	}
}

/* assert_nap(): with a clock of @hz, by the event stream of that @bit, of which
 * @nr_events come. */
static void assert_nap(unsigned long hz, unsigned long bit, unsigned long nr_events)
{
	reg_cntfrq_el0 = hz;
	reg_cntkctl_el1 = 0;
	now = 5000;
	nr_steps = 0;
	nap();
	assert_int_equal(reg_cntkctl_el1, 1 << 2 | bit << 4);
	assert_int_equal(nr_steps, 2 * nr_events);
}

/* Events come so often that a nap has two at least, as long as the counter has a bit
 * for it. */
static void test_nap_by_events(void **state)
{
	(void)state;
	time_step = 1000000;
	assert_nap(62500000, 10, 0);
	assert_nap(1000000000, 14, 0);
	assert_nap(2000000000, 15, 0);
	assert_nap(10000000000, 15, 0);
	assert_nap(40000, 0, 0);
	assert_nap(80000, 1, 0);
	assert_nap(30000, 0, 0);
	assert_nap(0, 0, 0);
}

/* A nap is over once its time is, to the tick. */
static void test_nap_ends(void **state)
{
	(void)state;
	time_step = 1250;
	assert_nap(62500000, 10, 4);
	assert_steps("iwiwiwiw");
	time_step = 1249;
	assert_nap(62500000, 10, 5);
	time_step = 6249;
	assert_nap(62500000, 10, 1);
}

/* A counter that stands doesn't make it one for ever. */
static void test_nap_where_time_stands(void **state)
{
	(void)state;
	assert_nap(62500000, 10, 1000000);
}

/* A wait is short at first, and then one nap after the other. */
static void test_relax(void **state)
{
	(void)state;
	time_step = 6249;
	arch_cpu_relax(0);
	arch_cpu_relax(999);
	assert_steps("yy");
	arch_cpu_relax(1000);
	arch_cpu_relax(1001);
	assert_steps("yiwyiw");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_counter_of_instructions, setup),
		cmocka_unit_test_setup(test_counter_by_versions, setup),
		cmocka_unit_test_setup(test_counter_without_event_counters, setup),
		cmocka_unit_test_setup(test_counter_without_the_event, setup),
		cmocka_unit_test_setup(test_counter_goes_round, setup),
		cmocka_unit_test_setup(test_alarm, setup),
		cmocka_unit_test_setup(test_no_alarm, setup),
		cmocka_unit_test_setup(test_alarm_that_cannot_be, setup),
		cmocka_unit_test_setup(test_phys_bits, setup),
		cmocka_unit_test_setup(test_nap_by_events, setup),
		cmocka_unit_test_setup(test_nap_ends, setup),
		cmocka_unit_test_setup(test_nap_where_time_stands, setup),
		cmocka_unit_test_setup(test_relax, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
