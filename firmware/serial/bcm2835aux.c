/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mini UART of Broadcom's BCM2835 and its successors (BCM2835 peripherals
 * manual, section 2.2): a 16550's relative whose tree doesn't say that its
 * registers are words.
 */
#include "arch.h"

#include "serial.h"

/* Registers, by offset in bytes. */
#define AUX_MU_IO	0x00		/* bits 7:0 are queued for sending */
#define AUX_MU_LSR	0x14		/* line status */

/* Line status: the transmit queue has room. */
#define AUX_MU_LSR_TX	(1u << 5)

static const char *const compatible[] = { "brcm,bcm2835-aux-uart", NULL };

/* reg_at(): the register of @uart at @offset. */
static volatile uint32_t *reg_at(const struct machine_uart *uart,
				 unsigned int offset)
{
	return phys_to_virt(uart->base + offset);
}

/* usable(): aligned, and large enough for the registers used here. */
static bool usable(const struct machine_uart *uart)
{
	return uart->base % sizeof(uint32_t) == 0 &&
	       uart->size >= AUX_MU_LSR + sizeof(uint32_t);
}

static bool putc_polled(const struct machine_uart *uart, char c)
{
	for (unsigned long i = 0; i < SERIAL_POLLS; i++) {
		if (*reg_at(uart, AUX_MU_LSR) & AUX_MU_LSR_TX) {
			*reg_at(uart, AUX_MU_IO) = (unsigned char)c;
			return true;
		}
	}
	return false;
}

const struct serial_driver bcm2835aux_driver = {
	.compatible = compatible,
	.usable = usable,
	.putc = putc_polled,
};
