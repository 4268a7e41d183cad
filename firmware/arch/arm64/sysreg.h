/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System registers, by name. A barrier that a write needs stands with the write.
 */
#ifndef SYSREG_H
#define SYSREG_H

#define sysreg_read(reg) __extension__({				\
	unsigned long value__;						\
	__asm__ volatile("mrs %0, " #reg : "=r"(value__) : : "memory");	\
	value__;							\
})

#define sysreg_write(reg, value)					\
	__asm__ volatile("msr " #reg ", %0" : :				\
			 "r"((unsigned long)(value)) : "memory")

/* SCTLR_EL1: the MMU is on. */
#define SCTLR_M			(1ul << 0)

/* The field of @value that begins at bit @shift and has @width bits. */
#define FIELD(value, shift, width)					\
	((value) >> (shift) & ((1ul << (width)) - 1))

/* Bits of a physical address, as ID_AA64MMFR0_EL1.PARange encodes them. */
#define PA_RANGE()		FIELD(sysreg_read(id_aa64mmfr0_el1), 0, 4)

#endif
