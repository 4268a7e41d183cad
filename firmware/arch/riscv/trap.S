/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What needs single instructions: the trap entry, calls that may trap, the trial
 * of a satp value, the change of stacks, the call of the SBI.
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

/* \op the registers that a function must keep, at their places above sp. */
.macro	EACH_SAVED op
	.irp	n, 0,1,2,3,4,5,6,7,8,9,10,11
	\op	s\n, \n*REG_SIZE(sp)
	.endr
	\op	ra, 12*REG_SIZE(sp)
.endm

/* Bytes of them, and a place for try_call()'s last argument behind. */
#define SAVED_RESULT	(13*REG_SIZE)
#define SAVED_BYTES	(14*REG_SIZE)

/* bool try_call(try_fn fn, a, b, c, d, unsigned long *result): see try.h. A trap
 * of @fn finds the stack pointer of here in trap_resume, and goes on at
 * try_failed. */
	.globl	try_call
try_call:
	addi	sp, sp, -SAVED_BYTES
	EACH_SAVED REG_S
	REG_S	a5, SAVED_RESULT(sp)
	TLS_ADDRESS t1, trap_resume
	REG_S	sp, (t1)
	mv	t0, a0
	mv	a0, a1
	mv	a1, a2
	mv	a2, a3
	mv	a3, a4
	jalr	t0
	TLS_ADDRESS t1, trap_resume
	REG_S	zero, (t1)
	REG_L	t0, SAVED_RESULT(sp)
	REG_S	a0, (t0)
	li	a0, 1
	j	1f
	.globl	try_failed
try_failed:
	li	a0, 0
1:	EACH_SAVED REG_L
	addi	sp, sp, SAVED_BYTES
	ret

/*
 * unsigned long satp_try(unsigned long satp): load @satp, whose table maps this
 * code one to one and perhaps nothing else, and return what satp then reads as;
 * a mode that the hart hasn't leaves satp as it was. Aligned so that it lies on
 * one page; paging is off again on return, and no interrupt comes meanwhile.
 */
	.balign	64
	.globl	satp_try
satp_try:
	csrrci	t0, sstatus, SSTATUS_SIE
	andi	t0, t0, SSTATUS_SIE
	sfence.vma
	csrw	satp, a0
	csrr	a0, satp
	csrw	satp, zero
	sfence.vma
	csrs	sstatus, t0
	ret

/* struct sbiret sbi_call(eid, fid, arg0, arg1, arg2): see sbi.h. A struct of two words
 * is returned in a0 and a1 (calling convention), which is where the SBI has them. */
	.globl	sbi_call
sbi_call:
	mv	a7, a0
	mv	a6, a1
	mv	a0, a2
	mv	a1, a3
	mv	a2, a4
	ecall
	ret

/* void arch_call_on_stack(void *top, void (*fn)(void)) */
	.globl	arch_call_on_stack
arch_call_on_stack:
	mv	sp, a0
	li	s0, 0
	li	ra, 0
	jr	a1
