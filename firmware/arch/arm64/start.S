/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The image header and the way from the loader into C.
 *
 * The header is Linux's (Documentation/arch/arm64/booting.rst), so that whatever
 * boots Linux boots this. Entered at EL1, EL2 or EL3 as that document says: x0 =
 * physical address of the device tree, MMU off, the image cleaned out of the
 * caches, anywhere in RAM at a multiple of 2 MiB. A loader of ELF files says
 * nothing: x0 is 0 then, and QEMU puts the tree where RAM starts.
 *
 * Until image_settle() has been, addresses come from adrp and add, relative to pc,
 * only.
 *
 *	x19	device tree		x21	exception level of entry
 *
 * Section names in comments are the ARM ARM's (DDI 0487).
 */
#include <asm/asm.h>

#include "start.h"

/* Header flags: little endian, 4 KiB pages, anywhere in RAM. */
#define HEADER_FLAGS	(1 << 1 | 1 << 3)

/* log2 of the unit that RAM starts at a multiple of, where the tree is to be
 * found because nobody named it. */
#define RAM_UNIT_SHIFT	30

/* SCR_EL3: lower levels are Non-secure and AArch64, SMC is undefined, RES1; they may
 * sign addresses and set keys (API, APK). HVC is undefined too: nobody is left above
 * us to answer. */
#define SCR_EL3_VALUE	(1 << 0 | 3 << 4 | 1 << 7 | 1 << 10 | 3 << 16)

/* HCR_EL2: EL1 is AArch64, and may sign addresses and set keys (API, APK); no traps,
 * no second stage, no E2H. */
#define HCR_EL2_VALUE	(1 << 31 | 3 << 40)

/* CNTHCTL_EL2: EL1 reads the physical counter and timer. */
#define CNTHCTL_EL2_VALUE	(1 << 0 | 1 << 1)

/* CPTR_EL2: no traps of floating point; RES1. */
#define CPTR_EL2_VALUE	0x32ff

/* SCTLR_EL1: alignment checked, for data and SP; MMU and caches off; RES1. */
#define SCTLR_EL1_VALUE	(1 << 1 | 1 << 3 | 1 << 11 | 1 << 20 | 1 << 22 | \
			 1 << 23 | 1 << 28 | 1 << 29)

/* CPACR_EL1: the C library may use the floating-point registers. */
#define CPACR_EL1_FPEN	(3 << 20)

/* SPSR: DAIF masked; EL1 or EL2, each with its own stack pointer. */
#define SPSR_EL1H	0x3c5
#define SPSR_EL2H	0x3c9

/* Bytes between the thread pointer and the thread's first variable (ELF for
 * AArch64, "Thread Local Storage", variant 1). */
#define TLS_TCB_SIZE	16

/* Load the address of @symbol, which may be 4 GiB away. */
.macro	lea reg, symbol
	adrp	\reg, \symbol
	add	\reg, \reg, :lo12:\symbol
.endm

	.section .head.text, "ax"
	.globl	_start
_start:
	b	enter				/* code0 */
	nop					/* code1 */
	.quad	0, image_size			/* text_offset, image_size: linker.ld */
	.quad	HEADER_FLAGS, 0, 0, 0		/* and three that are reserved */
	.ascii	"ARM\x64"
	.word	0				/* reserved */
	.globl	image_sum, image_sum_end
image_sum:
	.quad	0, 0				/* ci/image_sum.py */
image_sum_end:

enter:
	mov	x19, x0
	mrs	x21, CurrentEL
	lsr	x21, x21, #2
	cbnz	x19, 1f
	mrs	x9, mpidr_el1			/* no loader held the others back */
	tst	x9, #0xffffff
	b.ne	park
	lea	x19, image_start
	lsr	x19, x19, #RAM_UNIT_SHIFT
	lsl	x19, x19, #RAM_UNIT_SHIFT
1:	bl	drop_to_el1

	lea	x9, image_brk			/* the early stack's upper end */
	mov	sp, x9
	mov	x29, xzr			/* the outermost frame */
	bl	image_settle
	lea	x9, entry_level
	str	x21, [x9]
	lea	x9, image_tls - TLS_TCB_SIZE
	msr	tpidr_el0, x9
	mrs	x0, mpidr_el1
	and	x0, x0, #~0xff000000		/* Aff3, Aff2 to Aff0: its reg */
	mov	x1, x19
	b	firmware_main

park:	wfe
	b	park

/*
 * A CPU that PSCI started: x0 = its struct cpu_start, MMU off, at the level that
 * the one which called for it had. Its stack isn't touched before the MMU is on:
 * until then it would be written past the caches of the others.
 */
	.globl	cpu_entry
cpu_entry:
	mov	x19, x0
	mrs	x21, CurrentEL
	lsr	x21, x21, #2
	bl	drop_to_el1
	bl	mmu_enable
	ldr	x9, [x19, #START_STACK * 8]
	mov	sp, x9
	ldr	x9, [x19, #START_TLS * 8]
	sub	x9, x9, #TLS_TCB_SIZE
	msr	tpidr_el0, x9
	bl	sign_returns
	mov	x0, x19
	mov	x29, xzr
	b	cpu_main

/*
 * void mmu_enable(void): load what arch_paging_enable() left in mmu_registers and
 * switch on, in the order of the ARM ARM: writes to the tables complete before
 * anything walks them ("Ordering of memory accesses from translation table
 * walks"); no translation and no instruction from before stays ("TLB maintenance
 * requirements", "Instruction cache maintenance"); the registers are seen
 * before the MMU that reads them is on, and that before the next instruction
 * ("Synchronization requirements for AArch64 System registers"). Uses x9 to x11.
 */
	.globl	mmu_enable
mmu_enable:
	lea	x9, mmu_registers
	ldp	x10, x11, [x9]
	msr	mair_el1, x10
	msr	tcr_el1, x11
	ldp	x10, x11, [x9, #16]
	msr	ttbr0_el1, x10
	dsb	sy
	isb
	tlbi	vmalle1
	ic	iallu
	dsb	nsh
	isb
	msr	sctlr_el1, x11
	isb
	ret

/*
 * Go on at EL1, whichever level this is, on SP_EL0: exceptions then come in on
 * SP_EL1, a stack of their own. Returns to x30; uses x9 to x12.
 */
drop_to_el1:
	cmp	x21, #EL2
	b.eq	at_el2
	b.lo	at_el1

	ldr	x9, =SCR_EL3_VALUE
	msr	scr_el3, x9
	msr	cptr_el3, xzr
	mrs	x9, id_aa64pfr0_el1
	ubfx	x9, x9, #8, #4			/* EL2: implemented or not */
	adr	x10, at_el1
	mov	x11, #SPSR_EL1H
	cbz	x9, 1f
	adr	x10, at_el2
	mov	x11, #SPSR_EL2H
1:	msr	elr_el3, x10
	msr	spsr_el3, x11
	eret

at_el2:
	ldr	x9, =HCR_EL2_VALUE
	msr	hcr_el2, x9
	isb
	mov	x9, #CNTHCTL_EL2_VALUE
	msr	cnthctl_el2, x9
	msr	cntvoff_el2, xzr
	mov	x9, #CPTR_EL2_VALUE
	msr	cptr_el2, x9
	mrs	x9, midr_el1
	msr	vpidr_el2, x9
	mrs	x9, mpidr_el1
	msr	vmpidr_el2, x9
	mrs	x9, id_aa64dfr0_el1
	sbfx	x10, x9, #8, #4			/* PMUVer: 0 and -1 mean none */
	mov	x9, xzr
	cmp	x10, #0
	b.le	2f
	mrs	x9, pmcr_el0
	ubfx	x9, x9, #11, #5			/* N: all counters are EL1's */
2:	msr	mdcr_el2, x9
	adr	x9, at_el1
	msr	elr_el2, x9
	mov	x9, #SPSR_EL1H
	msr	spsr_el2, x9
	eret

at_el1:
	ldr	x9, =SCTLR_EL1_VALUE
	msr	sctlr_el1, x9
	ldr	x9, =CPACR_EL1_FPEN
	msr	cpacr_el1, x9
	msr	spsel, #0
	isb
	ret
