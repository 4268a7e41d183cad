/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the CPU is like: its counters, its addresses, how it waits.
 *
 * Stages are measured in instructions where the performance monitor counts them
 * (event INST_RETIRED, ARM ARM, chapter "The Performance Monitors Extension");
 * under QEMU it does with -icount only. Else the generic timer gives ticks.
 */
#include "arch.h"

#include "gic.h"
#include "sysreg.h"
#include "traps.h"

/* ID_AA64DFR0_EL1.PMUVer: 0 for no monitor, and one that isn't this one. */
#define PMUVER_NONE		0x0
#define PMUVER_OTHER		0xf

/* The event, and where PMCEID0_EL0 says whether it is counted. */
#define EVENT_INST_RETIRED	0x08

/* PMCR_EL0: E, the monitor runs; N, how many counters it has. */
#define PMCR_E			(1ul << 0)
#define PMCR_N(pmcr)		FIELD(pmcr, 11, 5)

/* The event counter that is used, as a bit of PMCNTENSET_EL0. */
#define COUNTER_0		(1ul << 0)

/* Bits of an address by ID_AA64MMFR0_EL1.PARange; what is reserved there is
 * taken for the largest. */
static const unsigned char pa_range_bits[16] = {
	32, 36, 40, 42, 44, 48, 52, 56, 56, 56, 56, 56, 56, 56, 56, 56,
};

/* Turns of a loop that waits for another CPU before it naps: a wait is short, as
 * a rule. */
#define SHORT_TURNS		1000

/* A nap is this part of a second; events at most in it, where WFE doesn't wait. */
#define NAP_RATE		10000
#define NAP_EVENTS		1000000ul

/* CNTKCTL_EL1: the event stream is on, whenever this bit of the counter, of the
 * 16 that can be chosen, becomes 1. */
#define CNTKCTL_EVNTEN		(1ul << 2)
#define CNTKCTL_EVNTI_SHIFT	4
#define CNTKCTL_EVNTI_MAX	15u

/* CNTV_CTL_EL0: the virtual timer runs, and interrupts. */
#define CNTV_CTL_ENABLE		(1ul << 0)

/* Whether this CPU's performance monitor counts instructions for us. */
static _Thread_local bool counts_instructions;

/* The event counter has 32 bits at least: what it was when last read, and all
 * that it has counted until then. */
static _Thread_local uint32_t last_count;
static _Thread_local unsigned long long total_count;

/* has_instruction_counter(): there is a monitor, and one counter for the event. */
static bool has_instruction_counter(void)
{
	unsigned long version = FIELD(sysreg_read(id_aa64dfr0_el1), 8, 4);

	return version != PMUVER_NONE && version != PMUVER_OTHER &&
	       PMCR_N(sysreg_read(pmcr_el0)) > 0 &&
	       FIELD(sysreg_read(pmceid0_el0), EVENT_INST_RETIRED, 1);
}

void counter_init(void)
{
	counts_instructions = has_instruction_counter();
	if (!counts_instructions)
		return;
	sysreg_write(pmevtyper0_el0, EVENT_INST_RETIRED);
	sysreg_write(pmcntenset_el0, COUNTER_0);
	sysreg_write(pmcr_el0, sysreg_read(pmcr_el0) | PMCR_E);
	__asm__ volatile("isb");
}

unsigned long long arch_counter(void)
{
	uint32_t count;

	__asm__ volatile("isb");
	if (!counts_instructions)
		return sysreg_read(cntvct_el0);
	count = (uint32_t)sysreg_read(pmevcntr0_el0);
	total_count += (uint32_t)(count - last_count);
	last_count = count;
	return total_count;
}

/* arch_alarm(): by the virtual timer, whose interrupt has the same number on every
 * machine (Base System Architecture, DEN 0094, "PPI assignments"). */
const char *arch_alarm(unsigned long seconds)
{
	const char *error;

	sysreg_write(cntv_ctl_el0, 0);
	error = seconds == 0 ? NULL : gic_enable(TIMER_IRQ);
	if (seconds == 0 || error != NULL)
		return error;
	sysreg_write(cntv_cval_el0, sysreg_read(cntvct_el0) +
		     seconds * sysreg_read(cntfrq_el0));
	sysreg_write(cntv_ctl_el0, CNTV_CTL_ENABLE);
	__asm__ volatile("isb\n\tmsr daifclr, #2" : : : "memory");
	return NULL;
}

unsigned int arch_phys_bits(void)
{
	return pa_range_bits[PA_RANGE()];
}

/*
 * nap(): about NAP_RATE-th of a second, or less. WFE waits for an event, and the
 * event stream of the generic timer is one every now and then (ARM ARM, "Event
 * streams"), at least twice in that time. Bounded, for a counter that stands.
 */
static void nap(void)
{
	unsigned long ticks = sysreg_read(cntfrq_el0) / NAP_RATE;
	unsigned long begin = sysreg_read(cntvct_el0);
	unsigned int bit = ticks > 3 ? log2_floor(ticks) - 2 : 0;

	sysreg_write(cntkctl_el1, CNTKCTL_EVNTEN |
		     MIN(bit, CNTKCTL_EVNTI_MAX) << CNTKCTL_EVNTI_SHIFT);
	for (unsigned long i = 0; i < NAP_EVENTS; i++) {
		if (sysreg_read(cntvct_el0) - begin >= ticks)
			return;
		__asm__ volatile("isb\n\twfe" : : : "memory");
	}
}

void arch_cpu_relax(unsigned long turns)
{
	__asm__ volatile("yield");
	if (turns >= SHORT_TURNS)
		nap();
}
