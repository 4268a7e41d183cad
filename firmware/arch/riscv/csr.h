/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Control and status registers, by name.
 */
#ifndef CSR_H
#define CSR_H

#define csr_read(csr) __extension__({					\
	unsigned long value__;						\
	__asm__ volatile("csrr %0, " #csr : "=r"(value__) : : "memory"); \
	value__;							\
})

#define csr_write(csr, value)						\
	__asm__ volatile("csrw " #csr ", %0" : : "r"(value) : "memory")

#endif
