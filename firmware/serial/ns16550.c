/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * 8250, 16450, 16550 and their many relatives: the UART of most boards.
 *
 * Registers have one significant byte each, but boards wire them at different
 * distances (reg-shift) and want accesses of different widths (reg-io-width).
 */
#include "arch.h"

#include "serial.h"

/* Registers, by number (TL16C550D data sheet, table 3). */
#define UART_THR	0		/* transmitter holding, write only */
#define UART_LSR	5		/* line status */

/* Line status: the transmitter holding register is empty. */
#define UART_LSR_THRE	0x20

static const char *const compatible[] = {
	"ns16550a", "ns16550", "ns16450", "ns8250", "snps,dw-apb-uart", NULL,
};

/* reg_address(): where register @reg of @uart is. */
static volatile void *reg_address(const struct machine_uart *uart,
				  unsigned int reg)
{
	return phys_to_virt(uart->base + ((phys_addr_t)reg << uart->reg_shift));
}

/* reg_read(): register @reg of @uart, by an access of reg_io_width bytes. */
static unsigned int reg_read(const struct machine_uart *uart, unsigned int reg)
{
	volatile void *address = reg_address(uart, reg);

	switch (uart->reg_io_width) {
	case 4:
		return *(volatile uint32_t *)address;
	case 2:
		return *(volatile uint16_t *)address;
	default:
		return *(volatile uint8_t *)address;
	}
}

/* reg_write(): the same, for writing @value. */
static void reg_write(const struct machine_uart *uart, unsigned int reg,
		      unsigned int value)
{
	volatile void *address = reg_address(uart, reg);

	switch (uart->reg_io_width) {
	case 4:
		*(volatile uint32_t *)address = value;
		break;
	case 2:
		*(volatile uint16_t *)address = (uint16_t)value;
		break;
	default:
		*(volatile uint8_t *)address = (uint8_t)value;
	}
}

/* usable(): a width that exists, registers aligned to it and inside reg. */
static bool usable(const struct machine_uart *uart)
{
	unsigned int width = uart->reg_io_width;
	phys_addr_t last;

	if ((width != 1 && width != 2 && width != 4) ||
	    uart->reg_shift > 8 || uart->base % width != 0 ||
	    (1u << uart->reg_shift) % width != 0)
		return false;
	last = (phys_addr_t)UART_LSR << uart->reg_shift;
	return last + width <= uart->size;
}

static bool putc_polled(const struct machine_uart *uart, char c)
{
	for (unsigned long i = 0; i < SERIAL_POLLS; i++) {
		if (reg_read(uart, UART_LSR) & UART_LSR_THRE) {
			reg_write(uart, UART_THR, (unsigned char)c);
			return true;
		}
	}
	return false;
}

const struct serial_driver ns16550_driver = {
	.compatible = compatible,
	.usable = usable,
	.putc = putc_polled,
};
