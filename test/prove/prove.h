/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every proof is made of: arbitrary values, what is assumed of them, what is
 * asserted, and what the sources under proof call that isn't under proof.
 *
 * A function that has no body and is called nondet_... returns any value of its
 * type, each time another one.
 */
#ifndef PROVE_H
#define PROVE_H

#include "printk.h"
#include "types.h"

_Bool nondet_bool(void);
int nondet_int(void);
unsigned int nondet_uint(void);
unsigned long nondet_ulong(void);
uint8_t nondet_u8(void);
uint32_t nondet_u32(void);
uint64_t nondet_u64(void);
phys_addr_t nondet_pa(void);

#define ASSUME(cond)	__CPROVER_assume(cond)
#define ASSERT(cond)	__CPROVER_assert(cond, #cond)

/*
 * COVER(): there are values that get here with @cond true. It is asserted that
 * there are none, and prove.py demands that this assertion fails: a proof whose
 * assumptions exclude what it is about does not pass. Where a seeded bug is to be
 * refuted it means nothing, so that the refutation is one of a real assertion.
 */
#ifdef REFUTE
#define COVER(cond)	((void)0)
#else
#define COVER(cond)	__CPROVER_assert(!(cond), "cover: " #cond)
#endif

/* IMPLIES(): @b wherever @a. */
#define IMPLIES(a, b)	(!(a) || (b))

/* below(): any number less than @n. */
static inline unsigned long below(unsigned long n)
{
	unsigned long i = nondet_ulong();

	ASSUME(i < n);
	return i;
}

/* A line on the console changes nothing that is proved. */
void printk(const char *fmt, ...)
{
	(void)fmt;
}

void warn(const char *code, const char *fmt, ...)
{
	(void)code;
	(void)fmt;
}

/* panic_at(): nothing gets there. */
void panic_at(const char *file, int line, const char *fmt, ...)
{
	(void)file;
	(void)line;
	(void)fmt;
	ASSERT(!"panic");
	ASSUME(0);
}

#endif
