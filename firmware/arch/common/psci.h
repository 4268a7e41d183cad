/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of common/ that are about firmware, and the ports that list them
 * in ARCH_COMMON, ask of each other.
 */
#ifndef PSCI_H
#define PSCI_H

#include "arch.h"

/*
 * The privilege level that the image was entered at, as the architecture numbers
 * them: 1 a kernel's, 2 a hypervisor's, 3 the secure monitor's. Set by the port.
 */
extern unsigned long entry_level;

/*
 * hvc_call(), smc_call(): a call by the SMC Calling Convention.
 * semihosting_call(): one to a debugger (Semihosting for AArch32 and AArch64, "The
 * semihosting interface"). For try_call(), since the instruction may be undefined. By
 * the port.
 */
unsigned long hvc_call(unsigned long fid, unsigned long arg1,
		       unsigned long arg2, unsigned long arg3);
unsigned long smc_call(unsigned long fid, unsigned long arg1,
		       unsigned long arg2, unsigned long arg3);
unsigned long semihosting_call(unsigned long operation, unsigned long block,
			       unsigned long unused1, unsigned long unused2);

/* dcache_clean(): memory has what caches have of the @size bytes at @start. By the
 * port. */
void dcache_clean(const void *start, size_t size);

/* cpu_entry: where a CPU begins that PSCI starts, with its struct cpu_start as the
 * first argument and the MMU off. By the port. */
extern char cpu_entry[];

#endif
