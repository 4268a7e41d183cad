/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The compiler's atomic operations, out of line (-moutline-atomics): it calls
 * __aarch64_<operation><bytes>_<order>(operand, address), which return what was
 * there before. This file alone is compiled to do them in line.
 *
 * The CPU does them by exclusive accesses, which need not work on Device memory
 * (ARM ARM, section "Load-Exclusive and Store-Exclusive instruction usage
 * restrictions"), and that is what all memory is while the MMU is off. There is
 * one CPU then and no interrupt, so a plain load and store do. With the MMU on,
 * every operation is sequentially consistent, whatever less was asked for. What
 * nobody calls is left out by the linker.
 */
#include "types.h"

#include "sysreg.h"

/* Define __aarch64_<name>_<order>, which puts @new in the place of `old`, and does
 * so by @atomic with the MMU on. */
#define DEFINE(name, type, order, new, atomic)				\
type __aarch64_##name##_##order(type operand, type *at);		\
type __aarch64_##name##_##order(type operand, type *at)			\
{									\
	type old;							\
									\
	if (sysreg_read(sctlr_el1) & SCTLR_M)				\
		return atomic;						\
	old = *at;							\
	*at = (type)(new);						\
	return old;							\
}

/* The same for compare-and-swap, which has one operand more. */
#define DEFINE_CAS(bytes, type, order)					\
type __aarch64_cas##bytes##_##order(type old, type new, type *at);	\
type __aarch64_cas##bytes##_##order(type old, type new, type *at)	\
{									\
	type found = *at;						\
									\
	if (sysreg_read(sctlr_el1) & SCTLR_M)				\
		__atomic_compare_exchange_n(at, &old, new, false,	\
					    __ATOMIC_SEQ_CST,		\
					    __ATOMIC_SEQ_CST);		\
	else if (found == old)						\
		*at = new;						\
	else								\
		old = found;						\
	return old;							\
}

#define SEQ __ATOMIC_SEQ_CST

#define DEFINE_ORDER(bytes, type, order)				\
DEFINE(ldadd##bytes, type, order, old + operand,			\
	__atomic_fetch_add(at, operand, SEQ))				\
DEFINE(ldset##bytes, type, order, old | operand,			\
	__atomic_fetch_or(at, operand, SEQ))				\
DEFINE(ldclr##bytes, type, order, old & ~operand,			\
	__atomic_fetch_and(at, (type)~operand, SEQ))			\
DEFINE(ldeor##bytes, type, order, old ^ operand,			\
	__atomic_fetch_xor(at, operand, SEQ))				\
DEFINE(swp##bytes, type, order, operand,				\
	__atomic_exchange_n(at, operand, SEQ))				\
DEFINE_CAS(bytes, type, order)

#define DEFINE_SIZE(bytes, type)					\
DEFINE_ORDER(bytes, type, relax)					\
DEFINE_ORDER(bytes, type, acq)						\
DEFINE_ORDER(bytes, type, rel)						\
DEFINE_ORDER(bytes, type, acq_rel)					\
DEFINE_ORDER(bytes, type, sync)

DEFINE_SIZE(1, uint8_t)
DEFINE_SIZE(2, uint16_t)
DEFINE_SIZE(4, uint32_t)
DEFINE_SIZE(8, uint64_t)
