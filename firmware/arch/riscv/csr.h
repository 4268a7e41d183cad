/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instructions that C has no words for: control and status registers, by name, and
 * two that wait.
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

#define csr_set(csr, bits)						\
	__asm__ volatile("csrs " #csr ", %0" : : "r"(bits) : "memory")

#define csr_clear(csr, bits)						\
	__asm__ volatile("csrc " #csr ", %0" : : "r"(bits) : "memory")

/* cpu_pause(): the PAUSE hint (extension Zihintpause), a fence of nothing to harts
 * that don't know it; by its encoding, for assemblers that don't. */
#define cpu_pause()	__asm__ volatile(".word 0x0100000f")

/* cpu_wait(): until an interrupt that sie enables is pending, or a while. */
#define cpu_wait()	__asm__ volatile("wfi")

/* counter_read(): the 64-bit counter @csr. Where a register has half of it, the
 * upper half is read on both sides of the lower one until it agrees. */
#if __riscv_xlen == 32
#define counter_read(csr) __extension__({				\
	unsigned long high__, low__;					\
	do {								\
		high__ = csr_read(csr ## h);				\
		low__ = csr_read(csr);					\
	} while (high__ != csr_read(csr ## h));				\
	(unsigned long long)high__ << 32 | low__;			\
})
#else
#define counter_read(csr) ((unsigned long long)csr_read(csr))
#endif

#endif
