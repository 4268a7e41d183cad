/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The console: whatever carries a line out, chosen twice.
 *
 * At first it is the port's early console, which works with nothing known. Once
 * the device tree has named a UART that a driver of firmware/serial/ fits, that
 * one takes over. Where it later proves dead, or where using it traps, the early
 * console is back for good: a line is never lost because of a wrong tree. On a
 * machine without an early console the first lines wait for the driver.
 * Terminals want "\r\n" where lines end in "\n"; only this file knows.
 */
#include <string.h>

#include "arch.h"
#include "machine.h"
#include "serial/serial.h"

#include "firmware.h"

/* Every driver there is; the first that fits is taken. */
static const struct serial_driver *const drivers[] = {
	&bcm2835aux_driver,
	&cadence_driver,
	&ns16550_driver,
	&pl011_driver,
	&sifive_driver,
};

/* The driver in use; NULL: the early console. */
static const struct serial_driver *driver;

/* What was written while there was no console at all, until there is one; what
 * doesn't fit is lost. */
static char kept[2048];
static size_t nr_kept;

/* Set while the driver runs; found set by a line that a trap in it prints. */
static bool driver_runs;

/* Set after the report's last line: what comes then is not printed. */
static bool closed;

/* driver_write(): hand @len bytes to the driver; returns how many it took, less
 * than @len where the UART is dead. */
static size_t driver_write(const char *text, size_t len)
{
	size_t done = 0;

	driver_runs = true;
	while (done < len && driver->putc(&machine.uart, text[done]))
		done++;
	driver_runs = false;
	return done;
}

/* keep(): remember @len bytes for a console that may come. */
static void keep(const char *text, size_t len)
{
	len = MIN(len, sizeof(kept) - nr_kept);
	memcpy(kept + nr_kept, text, len);
	nr_kept += len;
}

/* write_raw(): @len bytes to the console in use, whichever that is by then. */
static void write_raw(const char *text, size_t len)
{
	size_t done = 0;

	if (driver_runs)
		driver = NULL;
	if (driver != NULL)
		done = driver_write(text, len);
	if (done == len)
		return;
	driver = NULL;
	if (!arch_early_write(text + done, len - done))
		keep(text + done, len - done);
}

void console_write(const char *text, size_t len)
{
	const char *end = text + len;

	while (text < end && !closed) {
		const char *newline = memchr(text, '\n', end - text);
		const char *piece_end = newline != NULL ? newline : end;

		write_raw(text, piece_end - text);
		if (newline == NULL)
			return;
		write_raw("\r\n", 2);
		text = newline + 1;
	}
}

/* compatible_has(): whether @uart's list of compatibles holds @name. */
static bool compatible_has(const struct machine_uart *uart, const char *name)
{
	const char *entry = uart->compatible;
	size_t left = uart->compatible_len;

	while (left > 0) {
		size_t len = strnlen(entry, left);

		if (strlen(name) == len && memcmp(entry, name, len) == 0)
			return true;
		len = len < left ? len + 1 : left;
		entry += len;
		left -= len;
	}
	return false;
}

/* driver_fits(): whether @candidate knows @uart by one of its names and can
 * reach the registers in the way that the tree describes. */
static bool driver_fits(const struct serial_driver *candidate,
			const struct machine_uart *uart)
{
	for (const char *const *name = candidate->compatible; *name != NULL;
	     name++) {
		if (compatible_has(uart, *name))
			return candidate->usable(uart);
	}
	return false;
}

/* find_driver(): the first driver that fits the tree's UART; NULL: none. */
static const struct serial_driver *find_driver(void)
{
	if (machine.uart.compatible == NULL)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++) {
		if (driver_fits(drivers[i], &machine.uart))
			return drivers[i];
	}
	return NULL;
}

void console_init(void)
{
	size_t len = nr_kept;

	driver = find_driver();
	nr_kept = 0;
	write_raw(kept, len);
}

void console_close(void)
{
	closed = true;
}
