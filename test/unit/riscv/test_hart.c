/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Other harts, and this one's alarm, against an SBI and registers that a test sets:
 * what is asked for, in which order, and what is said where it is refused. What
 * hart_main() does is t traps, p paging, e its work.
 */
#include "steps.h"

/* The registers, and what waits for an interrupt does. */
#define CSR_H
#define csr_read(csr)		(reg_##csr)
#define csr_write(csr, value)	((void)(reg_##csr = (unsigned long)(value)))
#define csr_set(csr, bits)	((void)(reg_##csr |= (bits)))
#define csr_clear(csr, bits)	((void)(reg_##csr &= ~(unsigned long)(bits)))
#define counter_read(csr)	((unsigned long long)reg_##csr)
#define cpu_pause()		((void)nr_pauses++)
#define cpu_wait()		see_wait()
static unsigned long reg_sie, reg_sstatus, reg_time;
static unsigned int nr_pauses;

/* Waits that there were, and what the registers said in the last. */
static unsigned int nr_waits;
static unsigned long sie_waiting, sstatus_waiting;

static void see_wait(void)
{
	nr_waits++;
	sie_waiting = reg_sie;
	sstatus_waiting = reg_sstatus;
}

/* The functions under test, by names that aren't the host's. */
#define arch_cpu_start		hart_start
#define arch_cpu_stop		hart_stop
#define arch_cpu_relax		hart_relax
#define arch_paging_enable	hart_paging_enable
const char *arch_cpu_start(struct cpu_start *start);
void arch_cpu_stop(void) __attribute__((noreturn));
void arch_cpu_relax(unsigned long turns);
void arch_paging_enable(const struct paging_mode *mode, phys_addr_t root);
#include "hart.c"

/* The hart that is asked for, and an error of the SBI's. */
#define HARTID		7
#define FAILED		-1

/* Harts' states by the SBI: the first two of its table, and one on its way. */
#define HSM_STARTED	0
#define HSM_STOP_PENDING 3

/* What the SBI has and does, and what it was asked for. */
static struct {
	bool has_harts, has_timer;	/* extensions HSM, TIME */
	long status_error;		/* of a question for a hart's state */
	unsigned long stops_after;	/* questions until it is stopped */
	long start_error;		/* of a start */
	unsigned long nr_questions;	/* for its state */
	unsigned long entry, argument;	/* of a start; 0: none */
	unsigned long long timer;	/* when it goes off; 0: never set */
	unsigned long nr_timers;	/* how often it was set */
	jmp_buf stopped;		/* where this hart is stopped */
} sbi;

char hart_entry[1];
char try_failed[1];

void traps_init(char *stack)
{
	assert_ptr_equal(stack, (char *)0x1000);
	step('t');
}

void arch_paging_enable(const struct paging_mode *mode, phys_addr_t root)
{
	assert_ptr_equal(mode, (const struct paging_mode *)0x2000);
	assert_int_equal(root, 0x3000);
	step('p');
}

bool sbi_probe(unsigned long eid)
{
	assert_int_equal(eid, SBI_HSM);
	return sbi.has_harts;
}

/* status(): of the hart, which is stopping, or was never started. */
static struct sbiret status(unsigned long hartid)
{
	assert_int_equal(hartid, HARTID);
	sbi.nr_questions++;
	if (sbi.status_error)
		return (struct sbiret) { sbi.status_error, HSM_STOPPED };
	return (struct sbiret) { 0, sbi.nr_questions > sbi.stops_after
				    ? HSM_STOPPED : HSM_STOP_PENDING };
}

/* hsm(): the extension for harts. */
static struct sbiret hsm(unsigned long fid, unsigned long arg0, unsigned long arg1,
			 unsigned long arg2)
{
	if (fid == SBI_HSM_STOP)
		longjmp(sbi.stopped, 1);
	if (fid == SBI_HSM_STATUS)
		return status(arg0);
	assert_int_equal(fid, SBI_HSM_START);
	assert_int_equal(arg0, HARTID);
	sbi.entry = arg1;
	sbi.argument = arg2;
	return (struct sbiret) { sbi.start_error, 0 };
}

struct sbiret sbi_call(unsigned long eid, unsigned long fid, unsigned long arg0,
		       unsigned long arg1, unsigned long arg2)
{
	if (eid == SBI_HSM)
		return hsm(fid, arg0, arg1, arg2);
	assert_int_equal(eid, SBI_TIME);
	assert_int_equal(fid, SBI_TIME_SET);
	assert_int_equal(arg2, 0);
	/* Registers of 32 bits take two for the time. */
	assert_int_equal(arg1, arg0 >> 32);
	if (!sbi.has_timer)
		return (struct sbiret) { FAILED, 0 };
	sbi.timer = arg0;
	sbi.nr_timers++;
	return (struct sbiret) { 0, 0 };
}

/* setup(): an SBI that has everything, a clock of 10 MHz. */
static int setup(void **state)
{
	memset(&sbi, 0, sizeof(sbi));
	sbi.has_harts = sbi.has_timer = true;
	reg_sie = 0;
	reg_sstatus = SSTATUS_SIE;
	reg_time = 5000;
	alarm = 0;
	nr_waits = 0;
	steps_begin();
	unit_reset(state);
	machine.timebase = 10000000;
	return 0;
}

/* start(): what the hart is asked for with. */
static struct cpu_start start = { .hwid = HARTID };

/* A hart that is stopped is started, at start.S's entry, with *start. */
static void test_start(void **state)
{
	(void)state;
	assert_null(arch_cpu_start(&start));
	assert_int_equal(sbi.entry, (unsigned long)hart_entry);
	assert_int_equal(sbi.argument, (unsigned long)&start);
	assert_int_equal(sbi.nr_questions, 1);
}

/* One that is stopping is waited for. */
static void test_start_waits(void **state)
{
	(void)state;
	sbi.stops_after = 1000;
	assert_null(arch_cpu_start(&start));
	assert_int_equal(sbi.nr_questions, 1001);
}

/* One that was asked for before is asked once only, and one that never stops not
 * for ever. */
static void test_start_gives_up(void **state)
{
	struct cpu_start again = start;

	(void)state;
	again.again = true;
	sbi.stops_after = 1;
	assert_string_equal(arch_cpu_start(&again),
			    "the SBI doesn't have it, or not as stopped");
	assert_int_equal(sbi.nr_questions, 1);
	assert_int_equal(sbi.entry, 0);
	assert_false(hart_stopped(HARTID, 0));
	sbi.stops_after = STOP_ROUNDS;
	sbi.nr_questions = 0;
	assert_string_equal(arch_cpu_start(&start),
			    "the SBI doesn't have it, or not as stopped");
	assert_int_equal(sbi.nr_questions, STOP_ROUNDS);
	assert_int_equal(sbi.entry, 0);
}

/* What the SBI refuses is said. */
static void test_start_refused(void **state)
{
	(void)state;
	sbi.start_error = FAILED;
	assert_string_equal(arch_cpu_start(&start), "the SBI refuses to start it");
	sbi.status_error = FAILED;
	sbi.entry = 0;
	assert_string_equal(arch_cpu_start(&start),
			    "the SBI doesn't have it, or not as stopped");
	assert_int_equal(sbi.entry, 0);
	sbi.has_harts = false;
	assert_string_equal(arch_cpu_start(&start),
			    "the SBI has no hart state management");
	assert_int_equal(sbi.entry, 0);
}

/* began(): a hart's work. */
static void began(struct cpu_start *s)
{
	assert_int_equal(s->hwid, HARTID);
	step('e');
}

/* A hart that was started handles traps before paging is on, and then works. */
static void test_main(void **state)
{
	struct cpu_start s = {
		.hwid = HARTID, .trap_stack = (char *)0x1000,
		.mode = (const struct paging_mode *)0x2000, .root = 0x3000,
		.entry = began,
	};

	(void)state;
	hart_main(&s);
	assert_steps("tpe");
}

/* A hart gives itself back. */
static void test_stop(void **state)
{
	int how = setjmp(sbi.stopped);

	(void)state;
	if (how == 0)
		arch_cpu_stop();
	assert_int_equal(how, 1);
}

/* An alarm is so many seconds from now, and interrupts. */
static void test_alarm(void **state)
{
	(void)state;
	assert_null(arch_alarm(20));
	assert_int_equal(sbi.timer, 5000 + 200000000);
	assert_int_equal(reg_sie, SIE_STIE);
	assert_int_equal(alarm, sbi.timer);
}

/* No alarm: no interrupt, and the timer isn't touched. */
static void test_no_alarm(void **state)
{
	(void)state;
	assert_null(arch_alarm(20));
	sbi.nr_timers = 0;
	assert_null(arch_alarm(0));
	assert_int_equal(reg_sie, 0);
	assert_int_equal(alarm, 0);
	assert_int_equal(sbi.nr_timers, 0);
}

/* Where there can be none, the reason is said, and no interrupt comes. */
static void test_alarm_that_cannot_be(void **state)
{
	(void)state;
	sbi.has_timer = false;
	reg_sie = SIE_STIE;
	assert_string_equal(arch_alarm(1), "the SBI has no timer");
	assert_int_equal(reg_sie, 0);
	machine.timebase = 0;
	reg_sie = SIE_STIE;
	assert_string_equal(arch_alarm(1), "the tree has no timebase-frequency");
	assert_int_equal(reg_sie, 0);
}

/* A nap ends by the timer, without the interrupt, and leaves none enabled. */
static void test_nap(void **state)
{
	(void)state;
	nap();
	assert_int_equal(sbi.timer, 5000 + NAP_TICKS);
	assert_int_equal(sie_waiting, SIE_STIE);
	assert_int_equal(sstatus_waiting, 0);
	assert_int_equal(reg_sie, 0);
	assert_int_equal(reg_sstatus, SSTATUS_SIE);
	sbi.has_timer = false;
	nap();
	assert_int_equal(nr_waits, 1);
	assert_int_equal(reg_sie, 0);
	assert_int_equal(reg_sstatus, SSTATUS_SIE);
}

/* In a trap, where interrupts are off, they stay off. */
static void test_nap_in_a_trap(void **state)
{
	(void)state;
	reg_sstatus = 0x100;
	nap();
	assert_int_equal(nr_waits, 1);
	assert_int_equal(reg_sstatus, 0x100);
}

/* A nap before an alarm leaves the alarm as it was. */
static void test_nap_before_an_alarm(void **state)
{
	(void)state;
	assert_null(arch_alarm(20));
	nap();
	assert_int_equal(sbi.timer, 5000 + 200000000);
	assert_int_equal(sbi.nr_timers, 3);
	assert_int_equal(reg_sie, SIE_STIE);
	assert_int_equal(reg_sstatus, SSTATUS_SIE);
	sbi.has_timer = false;
	nap();
	assert_int_equal(reg_sie, 0);
}

/* A wait is short at first, and then one nap after the other. */
static void test_relax(void **state)
{
	(void)state;
	nr_pauses = 0;
	arch_cpu_relax(0);
	arch_cpu_relax(SHORT_TURNS - 1);
	assert_int_equal(sbi.nr_timers, 0);
	arch_cpu_relax(SHORT_TURNS);
	arch_cpu_relax(SHORT_TURNS + 1);
	assert_int_equal(sbi.nr_timers, 2);
	assert_int_equal(nr_pauses, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_start, setup),
		cmocka_unit_test_setup(test_start_waits, setup),
		cmocka_unit_test_setup(test_start_gives_up, setup),
		cmocka_unit_test_setup(test_start_refused, setup),
		cmocka_unit_test_setup(test_main, setup),
		cmocka_unit_test_setup(test_stop, setup),
		cmocka_unit_test_setup(test_alarm, setup),
		cmocka_unit_test_setup(test_no_alarm, setup),
		cmocka_unit_test_setup(test_alarm_that_cannot_be, setup),
		cmocka_unit_test_setup(test_nap, setup),
		cmocka_unit_test_setup(test_nap_in_a_trap, setup),
		cmocka_unit_test_setup(test_nap_before_an_alarm, setup),
		cmocka_unit_test_setup(test_relax, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
