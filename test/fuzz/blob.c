/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a device tree, through the whole boot: read, memblock, bootmem,
 * buddy, report, ledger. As build/host/bootmem does it, which takes files from
 * anywhere: what is no sound tree doesn't get as far as being loaded.
 */
#define _GNU_SOURCE
#include <string.h>

#include "fuzz.h"
#include "of.h"
#include "tool.h"

/* fills_ram(): the boot arguments in it may ask for all free RAM to be written to,
 * which is as much as it claims. */
static bool fills_ram(const uint8_t *data, size_t size)
{
	return memmem(data, size, "poison", strlen("poison")) ||
	       memmem(data, size, "memtest", strlen("memtest"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct options options = { .json = true };
	struct blob blob = { (void *)data, size };
	static bool balances;	/* not automatic: machine_halt() is a longjmp */
	enum host_end end;

	if (fills_ram(data, size) || of_check_blob(data, size)) {
		fuzz_count(FUZZ_REFUSED);
		return 0;
	}
	fuzz_reset();
	balances = false;
	end = host_halts(balances = boot_tree(&options, &blob));
	fuzz_judge(end, balances);
	return 0;
}
