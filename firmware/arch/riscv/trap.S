/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What needs single instructions: the trap entry, accesses that may trap, the
 * trial of a satp value, the change of stacks.
 *
 * Each hart has a trap stack, at whose upper end its tp is kept: its "trap home".
 * sscratch leads there while ordinary code runs, and holds 0 while a trap is
 * handled. The handler gets its tp from home, whatever the code that trapped had
 * made of it. A trap in the handler finds 0, learns from tp where home is, and
 * starts again at the top; traps.c sees to it that this ends.
 */
#include <asm/asm.h>

	.section .text, "ax"

/* \reg = the address of the thread-local variable \name, of which the linker
 * wants to see all three instructions. */
.macro	TLS_ADDRESS reg, name
	lui	\reg, %tprel_hi(\name)
	add	\reg, \reg, tp, %tprel_add(\name)
	addi	\reg, \reg, %tprel_lo(\name)
.endm

/* Save all registers as a struct trap_frame, call trap_handle(frame), restore. */
	.balign	4
	.globl	trap_entry
trap_entry:
	csrrw	sp, sscratch, sp
	bnez	sp, 1f
	TLS_ADDRESS sp, trap_home
	REG_L	sp, (sp)
1:	addi	sp, sp, -FRAME_WORDS*REG_SIZE
	REG_S	x1, 1*REG_SIZE(sp)
	.irp	n, 3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	REG_S	x\n, \n*REG_SIZE(sp)
	.endr
	REG_L	tp, FRAME_WORDS*REG_SIZE(sp)
	csrrw	t0, sscratch, zero
	csrr	t1, sepc
	csrr	t2, scause
	csrr	t3, stval
	csrr	t4, sstatus
	REG_S	zero, 0(sp)
	REG_S	t0, 2*REG_SIZE(sp)
	REG_S	t1, FRAME_PC*REG_SIZE(sp)
	REG_S	t2, FRAME_CAUSE*REG_SIZE(sp)
	REG_S	t3, FRAME_ADDR*REG_SIZE(sp)
	REG_S	t4, FRAME_STATUS*REG_SIZE(sp)
	mv	a0, sp
	call	trap_handle
	REG_L	t0, FRAME_PC*REG_SIZE(sp)
	csrw	sepc, t0
	addi	t0, sp, FRAME_WORDS*REG_SIZE
	csrw	sscratch, t0
	REG_L	x1, 1*REG_SIZE(sp)
	.irp	n, 3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
	REG_L	x\n, \n*REG_SIZE(sp)
	.endr
	REG_L	sp, 2*REG_SIZE(sp)
	sret

/* Let a trap from here to TRY_END continue at \caught. Uses t0, t1. */
.macro	TRY_BEGIN caught
	lla	t0, \caught
	TLS_ADDRESS t1, trap_resume
	REG_S	t0, (t1)
.endm

.macro	TRY_END
	TLS_ADDRESS t1, trap_resume
	REG_S	zero, (t1)
.endm

/* bool arch_try_read(unsigned long va, unsigned long *value) */
	.globl	arch_try_read
arch_try_read:
	TRY_BEGIN try_failed
	REG_L	t2, (a0)
	TRY_END
	REG_S	t2, (a1)
	li	a0, 1
	ret

/* bool arch_try_write(unsigned long va, unsigned long value) */
	.globl	arch_try_write
arch_try_write:
	TRY_BEGIN try_failed
	REG_S	a1, (a0)
	TRY_END
	li	a0, 1
	ret

try_failed:
	li	a0, 0
	ret

/* bool arch_try_exec(unsigned long va) */
	.globl	arch_try_exec
arch_try_exec:
	addi	sp, sp, -16
	REG_S	ra, (sp)
	TRY_BEGIN 1f
	jalr	a0
	TRY_END
	li	a0, 1
	j	2f
1:	li	a0, 0
2:	REG_L	ra, (sp)
	addi	sp, sp, 16
	ret

/* bool try_instret(void): whether S-mode may read the instret counter. */
	.globl	try_instret
try_instret:
	TRY_BEGIN try_failed
	csrr	t2, instret
	TRY_END
	li	a0, 1
	ret

/*
 * unsigned long satp_try(unsigned long satp): load @satp, whose table maps this
 * code one to one and perhaps nothing else, and return what satp then reads as;
 * a mode that the hart hasn't leaves satp as it was. Aligned so that it lies on
 * one page; paging is off again on return.
 */
	.balign	64
	.globl	satp_try
satp_try:
	sfence.vma
	csrw	satp, a0
	csrr	a0, satp
	csrw	satp, zero
	sfence.vma
	ret

/* void arch_call_on_stack(void *top, void (*fn)(void)) */
	.globl	arch_call_on_stack
arch_call_on_stack:
	mv	sp, a0
	li	s0, 0
	li	ra, 0
	jr	a1
