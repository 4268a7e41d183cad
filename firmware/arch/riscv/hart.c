/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Other harts, by the SBI's extension for hart state management (RISC-V SBI
 * specification, chapter "Hart State Management Extension").
 *
 * A hart is started for each piece of work and stopped when that is done; in
 * between it is the firmware's, which knows best how to let a hart sleep, and
 * nobody has to be woken up by us.
 */
#include "arch.h"
#include "machine.h"
#include <asm/asm.h>

#include "csr.h"
#include "sbi.h"
#include "start.h"
#include "traps.h"

/* More of its functions, and the state of a hart that can be started. */
#define SBI_HSM_START		0
#define SBI_HSM_STATUS		2
#define HSM_STOPPED		1

/* How often a hart that is stopping is asked for its state; a call takes some
 * hundred instructions. */
#define STOP_ROUNDS		10000000ul

/* The timer's extension, its function, and its bit in sie. */
#define SBI_TIME		0x54494d45
#define SBI_TIME_SET		0
#define SIE_STIE		(1ul << 5)

/* Turns of waiting that are short, and the ticks that a longer one takes: 100
 * microseconds of a clock of 10 MHz. */
#define SHORT_TURNS		500
#define NAP_TICKS		1000

/* When this hart's alarm goes off, by its clock; 0: never. */
static _Thread_local unsigned long long alarm;

/* start.S's entry for a hart that was started, which calls hart_main(). */
extern char hart_entry[];
void hart_main(struct cpu_start *start);

/* hart_stopped(): wait, asking at most @rounds times, until hart @hartid is the
 * firmware's; false where that doesn't happen, or where there is no such hart. */
static bool hart_stopped(unsigned long hartid, unsigned long rounds)
{
	struct sbiret ret;

	for (unsigned long i = 0; i < rounds; i++) {
		ret = sbi_call(SBI_HSM, SBI_HSM_STATUS, hartid, 0, 0);
		if (ret.error != 0)
			return false;
		if (ret.value == HSM_STOPPED)
			return true;
	}
	return false;
}

/* arch_cpu_start(): the fence puts all that was written so far before whatever
 * the firmware writes to wake the hart up. */
const char *arch_cpu_start(struct cpu_start *start)
{
	struct sbiret ret;

	if (!sbi_probe(SBI_HSM))
		return "the SBI has no hart state management";
	if (!hart_stopped(start->hwid, start->again ? 1 : STOP_ROUNDS))
		return "the SBI doesn't have it, or not as stopped";
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	ret = sbi_call(SBI_HSM, SBI_HSM_START, start->hwid,
		       (unsigned long)hart_entry, (unsigned long)start);
	return ret.error == 0 ? NULL : "the SBI refuses to start it";
}

/* hart_main(): called by start.S on the hart's own stack, with paging off. */
void hart_main(struct cpu_start *start)
{
	traps_init(start->trap_stack);
	arch_paging_enable(start->mode, start->root);
	start->entry(start);
}

void arch_cpu_stop(void)
{
	sbi_call(SBI_HSM, SBI_HSM_STOP, 0, 0, 0);
	for (;;)
		cpu_wait();
}

/* timer_set(): this hart's timer is pending from @when on; whether it can. */
static bool timer_set(unsigned long long when)
{
	return sbi_call(SBI_TIME, SBI_TIME_SET, (unsigned long)when,
			(unsigned long)(when >> 32), 0).error == 0;
}

const char *arch_alarm(unsigned long seconds)
{
	csr_write(sie, 0);
	alarm = 0;
	if (seconds == 0)
		return NULL;
	if (machine.timebase == 0)
		return "the tree has no timebase-frequency";
	alarm = counter_read(time) +
		(unsigned long long)seconds * machine.timebase;
	if (!timer_set(alarm))
		return "the SBI has no timer";
	csr_write(sie, SIE_STIE);
	return NULL;
}

/*
 * nap(): sleep for NAP_TICKS. With interrupts off, as they are in a trap anyway, one
 * that is pending and enabled in sie wakes a hart up all the same (privileged
 * specification, section "Wait for Interrupt"). The timer stays pending after that,
 * until it is set again, as it is where there is an alarm to come.
 */
static void nap(void)
{
	unsigned long enabled = csr_read(sstatus) & SSTATUS_SIE;

	csr_clear(sstatus, SSTATUS_SIE);
	if (timer_set(counter_read(time) + NAP_TICKS)) {
		csr_write(sie, SIE_STIE);
		cpu_wait();
	}
	if (alarm == 0 || !timer_set(alarm))
		csr_write(sie, 0);
	csr_set(sstatus, enabled);
}

void arch_cpu_relax(unsigned long turns)
{
	cpu_pause();
	if (turns >= SHORT_TURNS)
		nap();
}
