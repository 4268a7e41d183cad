/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The image header and the way from the loader into C.
 *
 * The header is Linux's (Documentation/arch/riscv/boot-image-header.rst), so
 * that whatever boots Linux boots this. Entered in S-mode as the SBI and Linux
 * say: a0 = hart id, a1 = physical address of the device tree, paging off,
 * anywhere in RAM at a page boundary.
 *
 * Until image_settle() has been, addresses come from lla, relative to pc, only.
 *
 *	s1	hart id			s2	device tree
 */
#include <asm/asm.h>

#include "start.h"

/* Bytes above the RAM's start, or above its 2 MiB-aligned start, at which boot
 * loaders put the image; OpenSBI has the first two megabytes. */
#define TEXT_OFFSET	0x400000

/* Version 0.2 of the header, major << 16 | minor. */
#define HEADER_VERSION	2

	.section .head.text, "ax"
	.globl	_start
_start:
	.option	push
	.option	norvc
	j	enter				/* code0 */
	nop					/* code1 */
	.option	pop
	.dword	TEXT_OFFSET
	.dword	image_end - image_start
	.dword	0				/* flags: little endian */
	.word	HEADER_VERSION
	.word	0				/* reserved */
	.dword	0				/* reserved */
	.ascii	"RISCV\0\0\0"
	.ascii	"RSC\005"
	.word	0				/* reserved */
	.globl	image_sum, image_sum_end
image_sum:
	.dword	0, 0				/* ci/image_sum.py */
image_sum_end:

enter:
	csrw	sie, zero
	csrw	satp, zero
	lla	t0, boot_lottery
	li	t1, 1
	amoswap.w t1, t1, (t0)
	bnez	t1, stray
	mv	s1, a0
	mv	s2, a1
	lla	sp, image_brk			/* the early stack's upper end */
	lla	tp, image_tls
	li	s0, 0				/* the outermost frame */
	call	image_settle
	mv	a0, s1
	mv	a1, s2
	li	ra, 0
	tail	firmware_main

/*
 * A second hart that comes in by the front door. OpenSBI up to 1.1 marks a hart
 * as about to start before it writes where to; one that looks in between goes
 * where the first one went. It is stopped, and smp.c starts it once more.
 */
stray:
	li	a7, SBI_HSM
	li	a6, SBI_HSM_STOP
	ecall
1:	wfi
	j	1b

/* A hart that was started: a0 = its id, a1 = its struct cpu_start, paging off. */
	.globl	hart_entry
	.balign	4
hart_entry:
	csrw	sie, zero
	csrw	satp, zero
	REG_L	sp, START_STACK*REG_SIZE(a1)
	REG_L	tp, START_TLS*REG_SIZE(a1)
	mv	a0, a1
	li	s0, 0				/* the outermost frame */
	li	ra, 0
	tail	hart_main

/* Set by the first hart to enter; not in .bss, which is cleared by it. */
	.section .lottery, "aw"
	.balign	4
boot_lottery:
	.word	0
