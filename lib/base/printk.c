/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * printk: every line is formatted whole, on the stack, and leaves in one
 * console_write(). There is no log buffer: what is printed is out before the
 * next instruction runs, because the next one may be the last.
 *
 * Formatting is the C library's. The time it takes, and the console's, is taken
 * off the stages' cost; printk_cost() is that running total.
 */
#include "printk.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "arch.h"

/* Counter ticks spent in emit() since the start. */
static unsigned long long cost;

/* Lines that warn() has printed since the start. */
static unsigned long warnings;

/* Those of them that make the run fail. */
static unsigned long failures;

/* What replaces the end of a line that is too long, so that the cut is seen. */
static const char cut_mark[] = "...\n";

/* append(): format behind the @used bytes of @line; returns the new length,
 * which exceeds PRINTK_LINE_MAX - 1 where the text didn't fit. */
__attribute__((format(printf, 3, 0)))
static size_t append(char *line, size_t used, const char *fmt, va_list args)
{
	if (used >= PRINTK_LINE_MAX)
		return used;

	int n = vsnprintf(line + used, PRINTK_LINE_MAX - used, fmt, args);

	return used + (n > 0 ? (size_t)n : 0);
}

/* emit(): print @prefix (which may be empty), then @fmt and @args, then @end. */
__attribute__((format(printf, 2, 0)))
static void emit(const char *prefix, const char *fmt, va_list args,
		 const char *end)
{
	unsigned long long begin = arch_counter();
	char line[PRINTK_LINE_MAX];
	size_t len = strlen(prefix);

	memcpy(line, prefix, len);
	len = append(line, len, fmt, args);
	if (len + strlen(end) >= PRINTK_LINE_MAX) {
		end = cut_mark;
		len = PRINTK_LINE_MAX - 1 - strlen(end);
	}
	memcpy(line + len, end, strlen(end));
	console_write(line, len + strlen(end));
	cost += arch_counter() - begin;
}

void printk(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	emit("", fmt, args, "");
	va_end(args);
}

unsigned long long printk_cost(void)
{
	return cost;
}

/* emit_warning(): the line of warn() and fail(). */
__attribute__((format(printf, 2, 0)))
static void emit_warning(const char *code, const char *fmt, va_list args)
{
	char prefix[64];

	warnings++;
	snprintf(prefix, sizeof(prefix), "warning: %s: ", code);
	emit(prefix, fmt, args, "\n");
}

void warn(const char *code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	emit_warning(code, fmt, args);
	va_end(args);
}

void fail(const char *code, const char *fmt, ...)
{
	va_list args;

	failures++;
	va_start(args, fmt);
	emit_warning(code, fmt, args);
	va_end(args);
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
	char prefix[64];
	va_list args;

	snprintf(prefix, sizeof(prefix), "panic: %s:%d: ", file, line);
	va_start(args, fmt);
	emit(prefix, fmt, args, "\n");
	va_end(args);
	machine_halt(false);
}
