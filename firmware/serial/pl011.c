/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PrimeCell UART PL011 (its manual, DDI 0183, section 3.3), and the subset of it
 * that the server base system calls for.
 */
#include "arch.h"

#include "serial.h"

/* Registers, by offset in bytes. */
#define UARTDR		0x00		/* bits 7:0 are queued for sending */
#define UARTFR		0x18		/* flags */

/* UARTFR: the transmit queue is full. */
#define UARTFR_TXFF	(1u << 5)

static const char *const compatible[] = { "arm,pl011", "arm,sbsa-uart", NULL };

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
	       uart->size >= UARTFR + sizeof(uint32_t);
}

static bool putc_polled(const struct machine_uart *uart, char c)
{
	for (unsigned long i = 0; i < SERIAL_POLLS; i++) {
		if (!(*reg_at(uart, UARTFR) & UARTFR_TXFF)) {
			*reg_at(uart, UARTDR) = (unsigned char)c;
			return true;
		}
	}
	return false;
}

const struct serial_driver pl011_driver = {
	.compatible = compatible,
	.usable = usable,
	.putc = putc_polled,
};
