/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whoever is above us: firmware by PSCI (Power State Coordination Interface, DEN
 * 0022), and a debugger or an emulator by semihosting.
 *
 * The device tree says by which instruction PSCI is called. It is only used
 * where it leads above the level that we were entered at: a call to ourselves
 * would have nobody to answer it.
 */
#include "psci.h"

#include <stdio.h>
#include <string.h>

#include "machine.h"

#include "try.h"

/* Functions (section 5.1.1). Those with addresses have a 32-bit and a 64-bit
 * form. */
#define PSCI_VERSION		0x84000000
#define PSCI_CPU_OFF		0x84000002
#define PSCI_CPU_ON		(PSCI_NATIVE | 3)
#define PSCI_AFFINITY_INFO	(PSCI_NATIVE | 4)
#define PSCI_SYSTEM_OFF		0x84000008
#define PSCI_NATIVE		(sizeof(long) == 4 ? 0x84000000 : 0xc4000000)

/* A version: major in the upper half, minor in the lower; negative: no such
 * function, as before release 0.2. */
#define PSCI_MAJOR(version)	((version) >> 16 & 0x7fff)
#define PSCI_MINOR(version)	((version) & 0xffff)

/* AFFINITY_INFO of a single CPU, and its answer for one that can be started. */
#define AFFINITY_LEVEL_CPU	0
#define AFFINITY_OFF		1

/* How often a CPU that is stopping is asked for its state; a call takes some
 * hundred instructions. */
#define STOP_ROUNDS		10000000ul

/* Semihosting: exit with a status, for the reason that the program ended
 * ("SYS_EXIT_EXTENDED", "ADP_Stopped_ApplicationExit"). */
#define SYS_EXIT_EXTENDED	0x20
#define ADP_STOPPED_EXIT	0x20026

/* What it is given. */
struct exit_block {
	unsigned long reason;		/* ADP_Stopped_... */
	unsigned long status;		/* 0 for success */
};

/* psci_conduit(): the instruction that leads to the firmware above us, or NULL. */
static try_fn psci_conduit(void)
{
	const char *method = machine.psci_method;

	if (method != NULL && strcmp(method, "hvc") == 0 && entry_level < 2)
		return hvc_call;
	if (method != NULL && strcmp(method, "smc") == 0 && entry_level < 3)
		return smc_call;
	return NULL;
}

/* psci_call(): function @fid of that firmware; -1, which is its own NOT_SUPPORTED,
 * where there is none. */
static int psci_call(unsigned long fid, unsigned long arg1, unsigned long arg2,
		     unsigned long arg3)
{
	try_fn conduit = psci_conduit();
	unsigned long result;

	if (conduit && try_call(conduit, fid, arg1, arg2, arg3, &result))
		return (int)result;
	return -1;
}

void arch_firmware_name(char *name, size_t size)
{
	int version = psci_call(PSCI_VERSION, 0, 0, 0);

	if (version < 0)
		snprintf(name, size, "none");
	else
		snprintf(name, size, "PSCI %d.%d", PSCI_MAJOR(version),
			 PSCI_MINOR(version));
}

/* arch_firmware_in_ram(): what answers PSCI lives in memory that the tree either
 * doesn't claim or reserves. */
bool arch_firmware_in_ram(void)
{
	return false;
}

/*
 * arch_poweroff(): semihosting first, since only that carries a status. Where it
 * is off its instruction is undefined and traps.
 */
void arch_poweroff(bool pass)
{
	const struct exit_block block = { ADP_STOPPED_EXIT, pass ? 0 : 1 };
	unsigned long result;

	try_call(semihosting_call, SYS_EXIT_EXTENDED, (unsigned long)&block, 0,
		 0, &result);
	psci_call(PSCI_SYSTEM_OFF, 0, 0, 0);
	for (;;)
		__asm__ volatile("wfi");
}

/* cpu_off(): wait until CPU @hwid is the firmware's; false where that doesn't
 * happen, or where there is no such CPU. */
static bool cpu_off(unsigned long hwid)
{
	for (unsigned long i = 0; i < STOP_ROUNDS; i++) {
		int state = psci_call(PSCI_AFFINITY_INFO, hwid,
				      AFFINITY_LEVEL_CPU, 0);

		if (state < 0)
			return false;
		if (state == AFFINITY_OFF)
			return true;
	}
	return false;
}

/* arch_cpu_start(): a CPU whose MMU is off reads memory past the caches, so what
 * it has to read then is cleaned out of ours: *@start. */
const char *arch_cpu_start(struct cpu_start *start)
{
	if (!cpu_off(start->hwid))
		return "there is no PSCI that has it, as off";
	dcache_clean(start, sizeof(*start));
	if (psci_call(PSCI_CPU_ON, start->hwid, (unsigned long)cpu_entry,
		      (unsigned long)start) != 0)
		return "PSCI refuses to start it";
	return NULL;
}

void arch_cpu_stop(void)
{
	psci_call(PSCI_CPU_OFF, 0, 0, 0);
	for (;;)
		__asm__ volatile("wfi");
}
