/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sequences of the buddy's calls against the model of test_page_model.c, one byte
 * a page: the first bytes choose a machine, every two more an operation.
 */
#include "bytes.h"
#include "fuzz.h"

int unit_main(void);
#define main unit_main
#include "../unit/test_page_model.c"
#undef main

/* How many operations in a hundred allocate. */
#define ALLOC_PERCENT	55u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes bytes = { data, data + size };

	cpus_start(1);
	start_shape((unsigned int)number(&bytes, 2));
	while (bytes.at < bytes.end && !wrong) {
		seed = number(&bytes, 2);
		try_one(ALLOC_PERCENT);
	}
	if (!wrong)
		check_all(true);
	if (wrong)
		fuzz_fail("the buddy %s", wrong);
	page_cache_leave();
	fuzz_count(FUZZ_WHOLE);
	return 0;
}
