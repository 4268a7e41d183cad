/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cadence's UART, as in Xilinx' Zynq (Zynq UltraScale+ registers reference, UG1087,
 * module UART).
 */
#include "arch.h"

#include "serial.h"

/* Registers, by offset in bytes. */
#define UART_CR		0x00		/* control */
#define UART_SR		0x2c		/* channel status */
#define UART_FIFO	0x30		/* bits 7:0 are queued for sending */

/* Control: the transmitter is on; it is off, which has precedence. */
#define UART_CR_TXEN	(1u << 4)
#define UART_CR_TXDIS	(1u << 5)

/* Channel status: the transmit queue is full. */
#define UART_SR_TXFULL	(1u << 4)

static const char *const compatible[] = {
	"cdns,uart-r1p12", "cdns,uart-r1p8", "xlnx,xuartps", NULL,
};

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
	       uart->size >= UART_FIFO + sizeof(uint32_t);
}

static bool putc_polled(const struct machine_uart *uart, char c)
{
	*reg_at(uart, UART_CR) = (*reg_at(uart, UART_CR) & ~UART_CR_TXDIS) |
				 UART_CR_TXEN;
	for (unsigned long i = 0; i < SERIAL_POLLS; i++) {
		if (!(*reg_at(uart, UART_SR) & UART_SR_TXFULL)) {
			*reg_at(uart, UART_FIFO) = (unsigned char)c;
			return true;
		}
	}
	return false;
}

const struct serial_driver cadence_driver = {
	.compatible = compatible,
	.usable = usable,
	.putc = putc_polled,
};
