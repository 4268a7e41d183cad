/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The early console: there is none that every machine has, so it is looked for.
 * The boot argument earlycon=pl011,<address> says where, as it does to Linux;
 * until that can be read it is the address that the image was built with. A
 * PL011 is used only where its identification registers say that it is one, so
 * on a board that has something else there nothing is written to it.
 */
#include <string.h>

#include "../../serial/serial.h"
#include "arch.h"
#include "machine.h"

#include "try.h"

/* The last eight words of a PL011's page hold a byte each: its part number and
 * designer, and PrimeCell's mark (PL011 TRM, DDI 0183, section 3.3.14 on). The
 * upper half of the third byte is the revision. */
#define ID_OFFSET	0xfe0
#define ID_REGISTERS	8
#define ID_REVISION	2
static const unsigned char pl011_id[ID_REGISTERS] = {
	0x11, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1,
};

/* Bytes of its registers. */
#define PL011_SIZE	0x1000

/* read_register(): a 32-bit read of a device's register at @va, by try_call(). */
static unsigned long read_register(unsigned long va, unsigned long b,
				   unsigned long c, unsigned long d)
{
	(void)b, (void)c, (void)d;
	return *(volatile uint32_t *)va;
}

/* is_pl011(): whether the registers at @base answer as a PL011's. */
static bool is_pl011(phys_addr_t base)
{
	unsigned long value;

	for (unsigned int i = 0; i < ID_REGISTERS; i++) {
		unsigned long mask = i == ID_REVISION ? 0x0f : 0xff;

		if (!try_call(read_register, base + ID_OFFSET + 4 * i, 0, 0, 0,
			      &value) || (value & mask) != pl011_id[i])
			return false;
	}
	return true;
}

/* asked_for(): the address in earlycon=pl011,[mmio32,]<address>[,...]; 0 where
 * the boot arguments say nothing of it or aren't known yet. */
static phys_addr_t asked_for(void)
{
	const char *value = bootarg("earlycon", NULL), *end;
	phys_addr_t base = 0;

	for (; value != NULL && base == 0; value = strchr(value, ',')) {
		value += *value == ',';
		base = memparse(value, &end);
	}
	return base;
}

bool arch_early_write(const char *text, size_t len)
{
	phys_addr_t base = asked_for();

	if (base == 0 || !is_pl011(base))
		base = EARLYCON_BASE;
	if (!is_pl011(base))
		return false;
	machine.earlycon.base = base;
	machine.earlycon.size = PL011_SIZE;
	for (size_t i = 0; i < len; i++) {
		if (!pl011_driver.putc(&machine.earlycon, text[i]))
			return false;
	}
	return true;
}
