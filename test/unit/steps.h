/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a port did, in its order: instructions that the host's assembler doesn't know
 * are macros that leave a letter each, and functions that a test fakes can, too.
 */
#ifndef STEPS_H
#define STEPS_H

#include "unit.h"

/* The last eight letters, the newest in the lowest byte; and how many there were. */
static volatile unsigned long steps __attribute__((used));
static volatile unsigned long nr_steps __attribute__((used));

/* step 'x' leaves the letter x. */
__asm__(".macro step letter\n"
	"	shlq $8, steps(%rip)\n"
	"	orq $\\letter, steps(%rip)\n"
	"	incq nr_steps(%rip)\n"
	".endm");

/* step(): leave @letter, as instructions do. */
static inline void step(char letter)
{
	steps = steps << 8 | (unsigned char)letter;
	nr_steps++;
}

/* steps_begin(): nothing was left yet; for a set-up. */
static inline void steps_begin(void)
{
	steps = nr_steps = 0;
}

/* assert_steps(): just these @letters, at most eight, were left since it was last
 * asked. */
static inline void assert_steps(const char *letters)
{
	unsigned long expected = 0;

	for (const char *letter = letters; *letter != '\0'; letter++)
		expected = expected << 8 | (unsigned char)*letter;
	assert_int_equal(nr_steps, strlen(letters));
	assert_int_equal(steps, expected);
	steps_begin();
}

#endif
