/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the loader into C: a0 = the CPU's number, a1 = the device tree. The image
 * is linked where it runs, and its loader has cleared what isn't in the file.
 */
	.section .start, "ax"
	.globl	_start
_start:
	lla	sp, kernel_brk
	lla	tp, kernel_tls
	tail	kernel_main
