/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What lets one assembly source serve both widths: a register's loads, stores
 * and size.
 */
#ifndef ASM_ASM_H
#define ASM_ASM_H

#if __riscv_xlen == 32
#define REG_L		lw
#define REG_S		sw
#define REG_SIZE	4
#define REG_SHIFT	2
#else
#define REG_L		ld
#define REG_S		sd
#define REG_SIZE	8
#define REG_SHIFT	3
#endif

/* Words of a struct trap_frame (traps.h): x0 to x31, then four CSRs. */
#define FRAME_PC	32
#define FRAME_CAUSE	33
#define FRAME_ADDR	34
#define FRAME_STATUS	35
#define FRAME_WORDS	36

/* sstatus: interrupts that sie enables come. */
#define SSTATUS_SIE	2

/* The SBI's extension for hart state management, and its function to stop. */
#define SBI_HSM		0x48534d
#define SBI_HSM_STOP	1

/* Bytes at a trap stack's upper end that aren't stack: the CPU's tp. */
#define TRAP_HOME_SIZE	16

/* Bytes of the stack that traps are handled on: printf and a report line. */
#define TRAP_STACK_SIZE	8192

#endif
