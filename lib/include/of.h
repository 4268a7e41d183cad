/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The device tree's way into memblock and struct machine. The only header of
 * lib/of, and lib/of the only room that sees libfdt.
 */
#ifndef OF_H
#define OF_H

#include "types.h"

/* The largest blob that is believed; the Linux boot protocols stop at 2 MiB. */
#define OF_MAX_DTB_SIZE	((phys_addr_t)64 << 20)

/*
 * of_verify(): the blob at @dtb is sound from its first to its last byte, and
 * every later of_...() reads it. Panics with libfdt's error, the address and
 * the value where it isn't. Sets machine.dtb and machine.dtb_size.
 */
void of_verify(phys_addr_t dtb);

/*
 * of_check_blob(): the same check, for a blob of unknown origin in a buffer of
 * @size bytes: 0, or a negative libfdt error; reads nothing past @size.
 */
int of_check_blob(const void *blob, size_t size);

/*
 * of_scan_machine(): struct machine: model, bootargs, UART, power-off, CPUs.
 * @cpu is the hardware number of the CPU that boots.
 */
void of_scan_machine(unsigned long cpu);

/*
 * of_scan_memory(): every range that a /memory node claims into
 * memblock.memory, nodes and their distances into numa.h's tables. Panics where
 * no usable memory is left.
 */
void of_scan_memory(void);

/*
 * of_scan_reserved(): every reservation into memblock.reserved, each with its
 * owner: the image, the blob itself, what firmware asked for, the initrd.
 */
void of_scan_reserved(void);

#endif
