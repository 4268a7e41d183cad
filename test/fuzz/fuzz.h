/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the fuzz targets share. docs/fuzzing.md says what each looks for.
 *
 * A target is a function of bytes, LLVMFuzzerTestOneInput(). It starts from a
 * machine as fresh (fuzz_reset()), and whatever the bytes are it returns; what it
 * must not see ends in fuzz_fail(), which is a find. A fuzzer's main() calls it with
 * bytes that it makes up; replay.c with those of files.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* fuzz_reset(): everything as at the start of a boot. */
void fuzz_reset(void);

/* What came of one run; counted, and printed at the end of the program. */
enum fuzz_outcome {
	FUZZ_REFUSED,		/* input that is no such thing at all */
	FUZZ_ENDED,		/* a boot that ended early, with its reason */
	FUZZ_WHOLE,		/* one that came to its end */
	FUZZ_UNFIT,		/* more RAM than the host has addresses for */
	NR_FUZZ_OUTCOMES
};

void fuzz_count(enum fuzz_outcome outcome);

/* fuzz_unfit(): the machine can't be simulated; ends its run as failed. */
void fuzz_unfit(void);

/* fuzz_fits(): that wasn't so since the last reset. */
bool fuzz_fits(void);

/*
 * fuzz_judge(): a boot has ended as @end says, with books that balance or not;
 * fuzz_fail() where that is a BUG, or no panic, or they don't. Counts it; true where
 * the boot came to its end.
 */
bool fuzz_judge(enum host_end end, bool balances);

/* fuzz_fail(): a find: print the log and what is wrong, and abort. */
void fuzz_fail(const char *fmt, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

#endif
