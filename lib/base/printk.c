/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * printk: every line is formatted whole, on the stack, and leaves in one
 * console_write(). There is no log buffer: what is printed is out before the
 * next instruction runs, because the next one may be the last.
 *
 * One CPU at a time writes. A CPU that fails doesn't wait for ever for its turn:
 * whoever has the console may be the reason. It seizes the console, which stops
 * the others the next time they want to print, gives one that is writing some
 * time to get to the end of its line, and then writes in any case.
 *
 * While no other CPU can run, none of this is atomic (percpu.h).
 *
 * Formatting is the C library's. The time it takes, and the console's, is taken
 * off the stages' cost; printk_cost() is that running total.
 */
#include "printk.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "arch.h"
#include "percpu.h"
#include "spinlock.h"
#include "watchdog.h"

/*
 * Turns that a CPU which has seized the console waits for one that is writing: a
 * second or more with turns of 100 microseconds, longer than most lines take on a
 * UART of 9600 baud.
 */
#define SEIZE_TURNS	10000ul

/* Held by the CPU that is in console_write(). */
static struct spinlock console_lock;

/* This CPU is in there: true where a trap in there prints. */
static _Thread_local bool writing;

/* The CPU that alone may print, by the address of its own writing, which it has
 * before it has an index; NULL: every one may. */
static const bool *seized_by;

/* Counter ticks spent in emit() since the start. */
static unsigned long long cost;

/* Lines that warn() has printed since the start. */
static unsigned long warnings;

/* Those of them that make the run fail. */
static unsigned long failures;

/* What replaces the end of a line that is too long, so that the cut is seen. */
static const char cut_mark[] = "...\n";

/* append(): format behind the @used bytes of @line, fewer than PRINTK_LINE_MAX;
 * returns the new length, which is at least that where the text didn't fit. */
__attribute__((format(printf, 3, 0)))
static size_t append(char *line, size_t used, const char *fmt, va_list args)
{
	int n = vsnprintf(line + used, PRINTK_LINE_MAX - used, fmt, args);

	return used + (n > 0 ? (size_t)n : 0);
}

/* seized_by_us(): this CPU has seized the console. */
static bool seized_by_us(void)
{
	return __atomic_load_n(&seized_by, __ATOMIC_RELAXED) == &writing;
}

/* seized_by_other(): another one has, so this one must not print any more. */
static bool seized_by_other(void)
{
	return __atomic_load_n(&seized_by, __ATOMIC_RELAXED) && !seized_by_us();
}

void printk_seize(void)
{
	const bool *nobody = NULL;

	if (!smp_active)
		return;
	__atomic_compare_exchange_n(&seized_by, &nobody, &writing, false,
				    __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	if (seized_by_other())
		arch_cpu_stop();
}

/*
 * take_console(): wait for console_lock; true once this CPU has it, false where
 * it needs none or has seized the console and waited long enough. Doesn't return on
 * a CPU that may not print any more, which then doesn't hold the lock.
 */
static bool take_console(void)
{
	unsigned long seized = writing ? SEIZE_TURNS : 0;

	if (!smp_active)
		return false;
	for (unsigned long turns = 0; !spin_trylock(&console_lock); turns++) {
		if (seized >= SEIZE_TURNS)
			return false;
		if (seized_by_other())
			arch_cpu_stop();
		seized += seized_by_us();
		arch_cpu_relax(turns);
	}
	if (!seized_by_other())
		return true;
	spin_unlock(&console_lock);
	arch_cpu_stop();
}

/* write_line(): @len bytes at @line to the console, and the @begin of that on
 * the bill. */
static void write_line(const char *line, size_t len, unsigned long long begin)
{
	bool locked = take_console(), nested = writing;

	watchdog_kick();
	writing = true;
	console_write(line, len);
	writing = nested;
	cost += arch_counter() - begin;
	if (locked)
		spin_unlock(&console_lock);
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
	write_line(line, len + strlen(end), begin);
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

/* count(): one more of *@lines. */
static void count(unsigned long *lines)
{
	if (smp_active)
		__atomic_fetch_add(lines, 1, __ATOMIC_RELAXED);
	else
		++*lines;
}

/* emit_warning(): the line of warn() and fail(). */
__attribute__((format(printf, 2, 0)))
static void emit_warning(const char *code, const char *fmt, va_list args)
{
	char prefix[64];

	count(&warnings);
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

	count(&failures);
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

	printk_seize();
	snprintf(prefix, sizeof(prefix), "panic: %s:%d: ", file, line);
	va_start(args, fmt);
	emit(prefix, fmt, args, "\n");
	va_end(args);
	machine_halt(false);
}
