/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware below us, by the RISC-V SBI specification: its name, its
 * console, its way of switching off.
 *
 * What an implementation lacks is probed for, and replaced by the legacy calls
 * (specification, chapter "Legacy Extensions"), which the oldest ones have.
 */
#include <stdio.h>

#include "arch.h"

#include "sbi.h"

/* Extension ids, and the functions used of each. */
#define SBI_LEGACY_PUTCHAR	0x01
#define SBI_LEGACY_SHUTDOWN	0x08
#define SBI_BASE		0x10
#define SBI_BASE_SPEC_VERSION	0
#define SBI_BASE_IMPL_ID	1
#define SBI_BASE_IMPL_VERSION	2
#define SBI_BASE_PROBE		3
#define SBI_DBCN		0x4442434e
#define SBI_DBCN_WRITE		0
#define SBI_SRST		0x53525354
#define SBI_SRST_RESET		0

/* SRST's arguments: type shutdown; reason none, system failure. */
#define SRST_SHUTDOWN		0
#define SRST_NO_REASON		0
#define SRST_SYSTEM_FAILURE	1

/* Implementations by id (specification, table "SBI Implementation IDs"). */
static const char *const impl_names[] = {
	"BBL", "OpenSBI", "Xvisor", "KVM", "RustSBI", "Diosix", "Coffer",
	"Xen", "PolarFire HSS", "coreboot", "oreboot", "bhyve",
};

/* The index in it of OpenSBI, which says in which form it has its version. */
#define IMPL_OPENSBI	1

/* sbi_base(): function @fid of the base extension; 0 where there is none. */
static unsigned long sbi_base(unsigned long fid, unsigned long arg)
{
	struct sbiret ret = sbi_call(SBI_BASE, fid, arg, 0, 0);

	return ret.error == 0 ? (unsigned long)ret.value : 0;
}

bool sbi_probe(unsigned long eid)
{
	return sbi_base(SBI_BASE_PROBE, eid) != 0;
}

/* dbcn_write(): as much of @text as the debug console takes; how much that was,
 * 0 where the extension isn't there or fails. */
static size_t dbcn_write(const char *text, size_t len)
{
	size_t done = 0;

	if (!sbi_probe(SBI_DBCN))
		return 0;
	while (done < len) {
		struct sbiret ret = sbi_call(SBI_DBCN, SBI_DBCN_WRITE,
					     len - done,
					     (unsigned long)(text + done), 0);

		if (ret.error != 0 || ret.value <= 0)
			break;
		done += (size_t)ret.value;
	}
	return done;
}

/*
 * arch_early_write(): OpenSBI sends a '\r' before each '\n' on its own, so one
 * that is at the start of @text, where the console puts a line's end, is left
 * out for it.
 */
bool arch_early_write(const char *text, size_t len)
{
	if (len > 0 && text[0] == '\r' &&
	    sbi_base(SBI_BASE_IMPL_ID, 0) == IMPL_OPENSBI) {
		text++;
		len--;
	}
	for (size_t i = dbcn_write(text, len); i < len; i++)
		sbi_call(SBI_LEGACY_PUTCHAR, 0, (unsigned char)text[i], 0, 0);
	return true;
}

void arch_firmware_name(char *name, size_t size)
{
	unsigned long spec = sbi_base(SBI_BASE_SPEC_VERSION, 0);
	unsigned long id = sbi_base(SBI_BASE_IMPL_ID, 0);
	unsigned long version = sbi_base(SBI_BASE_IMPL_VERSION, 0);

	if (spec == 0)
		snprintf(name, size, "SBI 0.1");
	else if (id == IMPL_OPENSBI)
		snprintf(name, size, "%s %lu.%lu", impl_names[id],
			 version >> 16, version & 0xffff);
	else if (id < ARRAY_SIZE(impl_names))
		snprintf(name, size, "%s 0x%lx", impl_names[id], version);
	else
		snprintf(name, size, "SBI implementation %lu 0x%lx", id,
			 version);
}

/* arch_firmware_in_ram(): an SBI lives in the same RAM, and old ones don't say
 * where. */
bool arch_firmware_in_ram(void)
{
	return true;
}

void arch_poweroff(bool pass)
{
	sbi_call(SBI_SRST, SBI_SRST_RESET, SRST_SHUTDOWN,
		 pass ? SRST_NO_REASON : SRST_SYSTEM_FAILURE, 0);
	sbi_call(SBI_LEGACY_SHUTDOWN, 0, 0, 0, 0);
	for (;;)
		__asm__ volatile("wfi");
}
