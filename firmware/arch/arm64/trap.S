/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What needs single instructions: the vector table, calls that may trap, among them
 * such as nobody may answer, the change of stacks, the key that signs addresses.
 *
 * Ordinary code runs on SP_EL0, so an exception comes in on SP_EL1, which is the
 * CPU's trap stack. An exception in the handler itself finds itself on SP_EL1
 * already; it goes on below, or where the stack is used up starts again at its
 * top, and traps.c sees to it that this ends.
 *
 * TPIDR_EL1 is the trap stack's upper end, where the CPU's struct trap_cpu
 * (traps.h) begins. TPIDRRO_EL0 is scratch.
 */
#include <asm/asm.h>

	.section .text, "ax"

/* One entry of the vector table. An exception in the handler goes on below what
 * is on the trap stack; the others find it empty. */
.macro	VECTOR kind
	.balign	128
	msr	tpidrro_el0, x0
	mrs	x0, tpidr_el1
	sub	x0, x0, #1
	sub	x0, sp, x0			/* 1 - bytes used */
	neg	x0, x0
	lsr	x0, x0, #TRAP_STACK_SHIFT
	cbz	x0, 1f
	mrs	x0, tpidr_el1
	mov	sp, x0
1:	mrs	x0, tpidrro_el0
	sub	sp, sp, #FRAME_WORDS * 8
	stp	x0, x1, [sp]
	mov	x0, #\kind
	b	save
.endm

/* Four kinds of exceptions from the current level with SP_EL0, from it with its
 * own SP, and, which never come, from lower levels in either width. */
	.balign	2048
	.globl	vectors
vectors:
	.rept	4
	.irp	kind, KIND_SYNC, KIND_IRQ, KIND_FIQ, KIND_SERROR
	VECTOR	\kind
	.endr
	.endr

/* \op every register but x0, x1, x30, each at its place in the frame. */
.macro	EACH_REGISTER op
	.irp	n, 2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29
	\op	x\n, [sp, #\n * 8]
	.endr
.endm

/* Save the rest as a struct trap_frame, call trap_handle(frame), restore. The
 * stack pointer of a nested exception isn't saved: it is the frame's address. The
 * alarm, when it sets the next one, lets interrupts in; none may come where ELR_EL1
 * and SPSR_EL1 are what the exception returns by. */
save:
	EACH_REGISTER str
	mrs	x1, sp_el0
	stp	x30, x1, [sp, #30 * 8]
	mrs	x1, elr_el1
	mrs	x2, spsr_el1
	stp	x1, x2, [sp, #FRAME_PC * 8]
	mrs	x1, esr_el1
	mrs	x2, far_el1
	stp	x1, x2, [sp, #FRAME_SYNDROME * 8]
	str	x0, [sp, #FRAME_KIND * 8]
	mov	x0, sp
	bl	trap_handle
	msr	daifset, #2
	ldp	x1, x2, [sp, #FRAME_PC * 8]
	msr	elr_el1, x1
	msr	spsr_el1, x2
	EACH_REGISTER ldr
	ldr	x30, [sp, #30 * 8]
	ldp	x0, x1, [sp]
	add	sp, sp, #FRAME_WORDS * 8
	eret

/*
 * void trap_init(struct trap_cpu *cpu): exceptions of this CPU come here from now
 * on, with the stack that ends at @cpu; asynchronous aborts, too. None is waited for:
 * a CPU that was off before left by a try_call() that never returned.
 */
	.globl	trap_init
trap_init:
	str	xzr, [x0]
	msr	tpidr_el1, x0
	msr	spsel, #1
	mov	sp, x0
	msr	spsel, #0
	adr	x1, vectors
	msr	vbar_el1, x1
	isb
	msr	daifclr, #4
	ret

/* \op the registers that a function must keep, at their places above sp. */
.macro	EACH_SAVED op
	.irp	n, 19,20,21,22,23,24,25,26,27,28,29,30
	\op	x\n, [sp, #(\n - 19) * 8]
	.endr
.endm

/* Bytes of them, and a place for try_call()'s last argument behind. */
#define SAVED_RESULT	(12 * 8)
#define SAVED_BYTES	(14 * 8)

/* bool try_call(try_fn fn, a, b, c, d, unsigned long *result): see try.h. A trap
 * of @fn finds the stack pointer of here in the CPU's struct trap_cpu, and goes on
 * at try_failed. The barriers keep an asynchronous abort inside. */
	.globl	try_call
try_call:
	sub	sp, sp, #SAVED_BYTES
	EACH_SAVED str
	str	x5, [sp, #SAVED_RESULT]
	mrs	x9, tpidr_el1
	mov	x10, sp
	str	x10, [x9]
	mov	x9, x0
	mov	x0, x1
	mov	x1, x2
	mov	x2, x3
	mov	x3, x4
	blr	x9
	dsb	sy
	isb
	mrs	x9, tpidr_el1
	str	xzr, [x9]
	ldr	x9, [sp, #SAVED_RESULT]
	str	x0, [x9]
	mov	x0, #1
	b	1f
	.globl	try_failed
try_failed:
	mrs	x9, tpidr_el1
	ldr	x9, [x9, #8]
	mov	sp, x9
	mov	x0, #0
1:	EACH_SAVED ldr
	add	sp, sp, #SAVED_BYTES
	ret

/* hvc_call(), smc_call(), semihosting_call(): see psci.h. They are called by their
 * addresses, so each begins with a landing pad, BTI c. */
.macro	CALL name, instruction
	.globl	\name
\name:
	hint	#34
	\instruction
	ret
.endm

	CALL hvc_call, "hvc #0"
	CALL smc_call, "smc #0"
	CALL semihosting_call, "hlt #0xf000"

/* void arch_call_on_stack(void *top, void (*fn)(void)). A jump by x16 may lead where
 * calls do (section "PSTATE.BTYPE"). */
	.globl	arch_call_on_stack
arch_call_on_stack:
	mov	sp, x0
	mov	x29, xzr
	mov	x16, x1
	bl	sign_returns
	br	x16

/*
 * Return addresses are signed from here on, where this CPU can (section "Pointer
 * authentication"): a function returns to where it was called from, or nowhere. The
 * key is the canary, which nobody knows, and the time. No function that was called
 * before may return. Uses x9 and x10.
 */
	.globl	sign_returns
sign_returns:
	mrs	x9, id_aa64isar1_el1
	tst	x9, #0xff0			/* APA, API: it can, by either algorithm */
	b.eq	1f
	adrp	x9, __stack_chk_guard
	ldr	x9, [x9, :lo12:__stack_chk_guard]
	mrs	x10, cntvct_el0
	msr	s3_0_c2_c1_0, x9		/* APIAKeyLo_EL1 */
	msr	s3_0_c2_c1_1, x10		/* APIAKeyHi_EL1 */
	mrs	x9, sctlr_el1
	orr	x9, x9, #1 << 31		/* EnIA */
	msr	sctlr_el1, x9
	isb
1:	ret

/* The boot CPU's trap stack, and behind it its struct trap_cpu. */
	.section .bss
	.balign	16
	.space	TRAP_STACK_SIZE
	.globl	boot_trap_cpu
boot_trap_cpu:
	.space	16
