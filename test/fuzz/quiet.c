/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * printk.h for targets that ask for results and not for text: nothing is
 * formatted but the reason of an end. Formatting takes more time than some whole
 * boots; blob.c and e820.c have all of it, and so has replay.c, whose log says
 * what a find is about.
 */
#include <stdarg.h>
#include <stdio.h>

#include "arch.h"
#include "printk.h"
#include "types.h"

/* Lines of warn(), and those of fail() among them. */
static unsigned long warnings, failures;

void printk(const char *fmt, ...)
{
	(void)fmt;
}

void printk_seize(void)
{
}

unsigned long long printk_cost(void)
{
	return 0;
}

void warn(const char *code, const char *fmt, ...)
{
	(void)code;
	(void)fmt;
	warnings++;
}

void fail(const char *code, const char *fmt, ...)
{
	(void)code;
	(void)fmt;
	warnings++;
	failures++;
}

unsigned long nr_failures(void)
{
	return failures;
}

unsigned long nr_warnings(void)
{
	return warnings;
}

void panic_at(const char *file, int line, const char *fmt, ...)
{
	char text[PRINTK_LINE_MAX];
	va_list args;
	int n = snprintf(text, sizeof(text), "panic: %s:%d: ", file, line);

	va_start(args, fmt);
	n += vsnprintf(text + n, sizeof(text) - (size_t)n, fmt, args);
	va_end(args);
	console_write(text, MIN((size_t)n, sizeof(text) - 1));
	machine_halt(false);
}
