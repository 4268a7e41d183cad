/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers that assembly and C share.
 */
#ifndef ASM_ASM_H
#define ASM_ASM_H

/* An exception level, as CurrentEL has it above its two lowest bits. */
#define EL2			2

/* Words of a struct trap_frame (traps.h): x0 to x30, then these. */
#define FRAME_SP		31
#define FRAME_PC		32
#define FRAME_STATUS		33
#define FRAME_SYNDROME		34
#define FRAME_ADDR		35
#define FRAME_KIND		36
#define FRAME_WORDS		38	/* a multiple of 16 bytes */

/* Kinds of exceptions, by their place in a quarter of the vector table (ARM ARM,
 * table "Vector offsets from vector table base address"). */
#define KIND_SYNC		0
#define KIND_IRQ		1
#define KIND_FIQ		2
#define KIND_SERROR		3

/* log2 of the bytes of a CPU's trap stack that are used before it counts as
 * overflown, and all its bytes: that much again for the handler that finds out. */
#define TRAP_STACK_SHIFT	13
#define TRAP_STACK_SIZE		(2 << TRAP_STACK_SHIFT)

#endif
