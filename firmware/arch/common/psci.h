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
 * try_hvc(), try_smc(): a call by the SMC Calling Convention. try_semihosting():
 * one to a debugger. By the port; -1, which is also their own NOT_SUPPORTED, where
 * the instruction is undefined.
 */
long try_hvc(unsigned long fid, unsigned long arg1, unsigned long arg2,
	     unsigned long arg3);
long try_smc(unsigned long fid, unsigned long arg1, unsigned long arg2,
	     unsigned long arg3);
long try_semihosting(unsigned long operation, const void *block);

/* try_read_register(): a 32-bit read of @va; false where it trapped. By the
 * port. */
bool try_read_register(unsigned long va, uint32_t *value);

/* dcache_clean(): memory has what caches have of the @size bytes at @start. By the
 * port. */
void dcache_clean(const void *start, size_t size);

/* cpu_entry: where a CPU begins that PSCI starts, with its struct cpu_start as the
 * first argument and the MMU off. By the port. */
extern char cpu_entry[];

#endif
