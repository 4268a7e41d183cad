/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text for people: lines, warnings, and the two ways to stop.
 *
 * Every line that the project prints goes through printk(), which formats it
 * whole and hands it to the port's console_write() in one call, so lines of
 * different CPUs never interleave. The instructions spent here are kept apart,
 * so that a stage's cost doesn't depend on how much it says.
 */
#ifndef PRINTK_H
#define PRINTK_H

#include <stdbool.h>

/* The longest line; what is longer is cut and ends in "...". */
#define PRINTK_LINE_MAX	1024

/* printk(): print @fmt and its arguments; a line ends in "\n", as in printf. */
void printk(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * printk_seize(): from here on this CPU alone prints. Any other CPU that tries
 * to, or to seize the console itself, is stopped for good; so one that fails is
 * heard to its end, and whoever halts the machine has the last word.
 */
void printk_seize(void);

/* printk_cost(): counter ticks (arch_counter) spent in printk() so far. */
unsigned long long printk_cost(void);

/*
 * warn(): print 'warning: <code>: <text>' and count it; the boot goes on.
 * @code is one of the stable codes W-... that docs/report.md lists.
 */
void warn(const char *code, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * fail(): a warning after which the boot goes on to its end, so that the report
 * is there to be read, but ends as failed: what was found can't be trusted.
 */
void fail(const char *code, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* nr_failures(): how many times fail() was called so far. */
unsigned long nr_failures(void);

/* nr_warnings(): how many warnings, failures included, so far. */
unsigned long nr_warnings(void);

/*
 * panic(): print 'panic: <file>:<line>: <text>' and end the run as failed.
 * For what a person can cause: bad input, too little memory, a broken machine.
 * The text says what to do about it.
 */
#define panic(...) panic_at(__FILE_NAME__, __LINE__, __VA_ARGS__)

/* BUG_ON(): panic where @cond shows a mistake in the code that called. */
#define BUG_ON(cond, ...) do {						\
	if (__builtin_expect(!!(cond), 0))				\
		panic("BUG: " __VA_ARGS__);				\
} while (0)

void panic_at(const char *file, int line, const char *fmt, ...)
	__attribute__((noreturn, format(printf, 3, 4)));

/* printable(): @c where it is printable ASCII, else '?': for text we are given. */
static inline char printable(char c)
{
	return c >= ' ' && c <= '~' ? c : '?';
}

#endif
