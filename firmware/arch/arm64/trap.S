/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What needs single instructions: the vector table, accesses that may trap,
 * calls that nobody may answer, the change of stacks.
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
 * stack pointer of a nested exception isn't saved: it is the frame's address. */
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
 * on, with the stack that ends at @cpu; asynchronous aborts, too.
 */
	.globl	trap_init
trap_init:
	msr	tpidr_el1, x0
	msr	spsel, #1
	mov	sp, x0
	msr	spsel, #0
	adrp	x1, vectors
	add	x1, x1, :lo12:vectors
	msr	vbar_el1, x1
	isb
	msr	daifclr, #4
	ret

/* Let a trap from here to TRY_END continue at \caught. Uses x9, x10. The
 * barriers keep an asynchronous abort of the access inside. */
.macro	TRY_BEGIN caught
	adr	x9, \caught
	mrs	x10, tpidr_el1
	str	x9, [x10]
.endm

.macro	TRY_END
	dsb	sy
	isb
	str	xzr, [x10]
.endm

/* bool arch_try_read(unsigned long va, unsigned long *value), and
 * bool try_read_register(unsigned long va, uint32_t *value), one 32-bit access, as
 * devices want it. */
.macro	TRY_READ name, r
	.globl	\name
\name:
	TRY_BEGIN try_failed
	ldr	\r\()11, [x0]
	TRY_END
	str	\r\()11, [x1]
	mov	x0, #1
	ret
.endm

	TRY_READ arch_try_read, x
	TRY_READ try_read_register, w

/* bool arch_try_write(unsigned long va, unsigned long value) */
	.globl	arch_try_write
arch_try_write:
	TRY_BEGIN try_failed
	str	x1, [x0]
	TRY_END
	mov	x0, #1
	ret

try_failed:
	mov	x0, #0
	ret

/* bool arch_try_exec(unsigned long va) */
	.globl	arch_try_exec
arch_try_exec:
	stp	x29, x30, [sp, #-16]!
	TRY_BEGIN 1f
	blr	x0
	mrs	x10, tpidr_el1
	TRY_END
	mov	x0, #1
	b	2f
1:	mov	x0, #0
2:	ldp	x29, x30, [sp], #16
	ret

/*
 * long try_hvc(fid, arg1, arg2, arg3), long try_smc(...): a call by the SMC
 * Calling Convention; long try_semihosting(operation, block): one to a debugger
 * (Semihosting for AArch32 and AArch64, "The semihosting interface"). -1, which
 * is also their own NOT_SUPPORTED, where the instruction is undefined.
 */
.macro	TRY_CALL name, instruction
	.globl	\name
\name:
	TRY_BEGIN call_failed
	\instruction
	mrs	x10, tpidr_el1
	TRY_END
	ret
.endm

	TRY_CALL try_hvc, "hvc #0"
	TRY_CALL try_smc, "smc #0"
	TRY_CALL try_semihosting, "hlt #0xf000"

call_failed:
	mov	x0, #-1
	ret

/* void arch_call_on_stack(void *top, void (*fn)(void)) */
	.globl	arch_call_on_stack
arch_call_on_stack:
	mov	sp, x0
	mov	x29, xzr
	mov	x30, xzr
	br	x1

/* The boot CPU's trap stack, and behind it its struct trap_cpu. */
	.section .bss
	.balign	16
	.space	TRAP_STACK_SIZE
	.globl	boot_trap_cpu
boot_trap_cpu:
	.space	16
