/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any bytes as a PC's boot log, through the same boot: build/host/bootmem --e820.
 */
#include "fuzz.h"
#include "tool.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct options options = { .json = true, .e820 = true };
	struct blob blob = { (void *)data, size };
	static bool balances;	/* not automatic: machine_halt() is a longjmp */
	enum host_end end;

	fuzz_reset();
	balances = false;
	end = host_halts(balances = boot_e820(&options, &blob));
	fuzz_judge(end, balances);
	return 0;
}
