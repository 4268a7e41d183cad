/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A UART driver, as the console uses it: output only, polled, without state.
 * The firmware that ran before has set the line up; its speed is left alone.
 */
#ifndef SERIAL_H
#define SERIAL_H

#include "machine.h"

/* Looks at the status register for room before a UART counts as dead: at the
 * slowest usual speed, 1200 baud, a byte takes about 8 ms. */
#define SERIAL_POLLS	10000000UL

/* Every member is mandatory. */
struct serial_driver {
	const char *const *compatible;	/* names it knows, NULL at the end */

	/* usable(): whether @uart's registers can be reached as it says. */
	bool (*usable)(const struct machine_uart *uart);

	/* putc(): send @c; false where @uart had no room for it in all of
	 * SERIAL_POLLS looks. */
	bool (*putc)(const struct machine_uart *uart, char c);
};

extern const struct serial_driver bcm2835aux_driver;
extern const struct serial_driver cadence_driver;
extern const struct serial_driver ns16550_driver;
extern const struct serial_driver pl011_driver;
extern const struct serial_driver sifive_driver;

#endif
