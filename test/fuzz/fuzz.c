/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting over, and judging how a boot ended.
 *
 * A boot may end with a panic: that is what bad input is answered with. It must
 * not be a BUG, which is a mistake of ours; and one that comes to its end must
 * have books that balance.
 */
#include "fuzz.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch.h"
#include "fail_alloc.h"
#include "memblock.h"
#include "stage.h"
#include "tool.h"

/* Runs by outcome, and whether this one can't be simulated. */
static unsigned long counts[NR_FUZZ_OUTCOMES];
static bool unfit;

/* print_counts(): the line that test_fuzz.py reads. */
static void print_counts(void)
{
	unsigned long runs = 0;

	for (int i = 0; i < NR_FUZZ_OUTCOMES; i++)
		runs += counts[i];
	fprintf(stderr, "fuzz: %lu runs: %lu refused, %lu ended early, %lu whole, %lu unfit\n",
		runs, counts[FUZZ_REFUSED], counts[FUZZ_ENDED],
		counts[FUZZ_WHOLE], counts[FUZZ_UNFIT]);
}

void fuzz_count(enum fuzz_outcome outcome)
{
	static bool counting;

	if (!counting)
		atexit(print_counts);
	counting = true;
	counts[outcome]++;
}

/* Bits of an address: no RAM is larger than what the host simulates in one piece
 * (test/host/ram.c), in which a map must lie. */
#define PHYS_BITS	42

void fuzz_reset(void)
{
	host_reset();
	host.phys_bits = PHYS_BITS;
	memblock_init();
	stage_reset();
	fail_alloc_set(0);
	unfit = false;
}

void fuzz_unfit(void)
{
	unfit = true;
	machine_halt(false);
}

bool fuzz_fits(void)
{
	return !unfit;
}

void fuzz_fail(const char *fmt, ...)
{
	va_list args;

	fputs(host_log(), stderr);
	fputs("fuzz: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputs("\n", stderr);
	abort();
}

/* panic_text(): what the log's last line says behind 'panic: file:line: '; NULL
 * where it is no panic. */
static const char *panic_text(void)
{
	const char *log = host_log(), *at = log + strlen(log);

	while (at > log && (at[0] == '\0' || at[0] == '\n' || at[-1] != '\n'))
		at--;
	if (strncmp(at, "panic: ", strlen("panic: ")))
		return NULL;
	at = strchr(at + strlen("panic: "), ' ');
	return at ? at + 1 : NULL;
}

bool fuzz_judge(enum host_end end, bool balances)
{
	const char *reason;

	if (unfit) {
		fuzz_count(FUZZ_UNFIT);
		return false;
	}
	if (end == HOST_RETURNED) {
		if (!boot_complete() || !balances)
			fuzz_fail("a boot came to its end without balanced books");
		fuzz_count(FUZZ_WHOLE);
		return true;
	}
	reason = panic_text();
	if (end != HOST_FAILED || !reason)
		fuzz_fail("a boot ended, but not with a panic");
	if (!strncmp(reason, "BUG: ", strlen("BUG: ")))
		fuzz_fail("a boot ended with a BUG");
	fuzz_count(FUZZ_ENDED);
	return false;
}
