/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls to the firmware below us, for sbi.c and the ports that list it in
 * ARCH_COMMON.
 */
#ifndef SBI_H
#define SBI_H

#include "types.h"

/* What a call gives: an error, 0 for none, and a value. */
struct sbiret {
	long error;
	long value;
};

/* sbi_call(): function @fid of extension @eid (RISC-V SBI specification, chapter
 * "Binary Encoding"). By the port. */
struct sbiret sbi_call(unsigned long eid, unsigned long fid,
		       unsigned long arg0, unsigned long arg1,
		       unsigned long arg2);

/* sbi_probe(): whether the firmware has extension @eid. */
bool sbi_probe(unsigned long eid);

#endif
