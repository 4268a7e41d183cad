/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The port's instructions on the host: system registers are variables reg_<name>
 * that a test defines. What else the host's assembler doesn't know leaves a letter,
 * so that a test sees what there was in which order: i ISB, y YIELD, w WFE, and those
 * that only one file has, by its test.
 */
#ifndef INSN_H
#define INSN_H

#include "unit.h"

#include "sysreg.h"

#undef sysreg_read
#undef sysreg_write
#define sysreg_read(reg)	(reg_##reg)
#define sysreg_write(reg, value) ((void)(reg_##reg = (unsigned long)(value)))

/* The last eight letters, the newest in the lowest byte; and how many there were. */
static volatile unsigned long steps __attribute__((used));
static volatile unsigned long nr_steps __attribute__((used));

/* step 'x' leaves the letter x. */
__asm__(".macro step letter\n"
	"	shlq $8, steps(%rip)\n"
	"	orq $\\letter, steps(%rip)\n"
	"	incq nr_steps(%rip)\n"
	".endm");
__asm__(".macro isb\n\tstep 'i'\n.endm");
__asm__(".macro yield\n\tstep 'y'\n.endm");
__asm__(".macro wfe\n\tstep 'w'\n.endm");

/* step(): leave @letter, as instructions do. */
static inline void step(char letter)
{
	steps = steps << 8 | (unsigned char)letter;
	nr_steps++;
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
	steps = nr_steps = 0;
}

#endif
