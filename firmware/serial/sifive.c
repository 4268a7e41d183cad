/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SiFive's UART (FU540-C000 manual, chapter 13): two words matter here.
 */
#include "arch.h"

#include "serial.h"

/* Registers, by offset in bytes (table 49). */
#define UART_TXDATA	0x00		/* bits 7:0 are queued for sending */
#define UART_TXCTRL	0x08		/* bit 0 switches the transmitter on */

/* txdata, read: the transmit queue is full (section 13.4). */
#define UART_TXDATA_FULL	(1u << 31)

/* txctrl: the transmitter is on (section 13.6). */
#define UART_TXCTRL_TXEN	(1u << 0)

static const char *const compatible[] = { "sifive,uart0", NULL };

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
	       uart->size >= UART_TXCTRL + sizeof(uint32_t);
}

static bool putc_polled(const struct machine_uart *uart, char c)
{
	volatile uint32_t *txdata = reg_at(uart, UART_TXDATA);

	*reg_at(uart, UART_TXCTRL) |= UART_TXCTRL_TXEN;
	for (unsigned long i = 0; i < SERIAL_POLLS; i++) {
		if (!(*txdata & UART_TXDATA_FULL)) {
			*txdata = (unsigned char)c;
			return true;
		}
	}
	return false;
}

const struct serial_driver sifive_driver = {
	.compatible = compatible,
	.usable = usable,
	.putc = putc_polled,
};
