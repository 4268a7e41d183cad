/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sequences of bootmem's calls against the model of test_early_model.c, one byte
 * a page, on machines of one to three nodes.
 */
#include "fuzz.h"

int unit_main(void);
#define main unit_main
#include "../unit/test_early_model.c"
#undef main

#include "fuzz_sequence.h"

/* Machines, and the number of their first page. */
static const struct {
	unsigned long base_pfn;
	const char *drawing;
} machines[] = {
	{ 0x80000 + 63, "0" },
	{ 0x80000 - 7, "00000000...0000000.0......0000000000000000000" },
	{ 0x80000 + 61, "0000000000000000000000001111111111111111111111"
			"000000000000.....1111111" },
	{ (1ul << 28) + 29, "1111111111111111111100000000000000000000" },
	{ (1ul << 40) - 31, "000000000000...1111111111222222222222"
			    "00000000.2222222" },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct sequence seq = {
		.names = op_names, .nr_kinds = NR_KINDS,
		.start = start, .draw = draw, .step = step,
	};
	struct bytes bytes = { data, data + size };
	unsigned int i = below(&bytes, ARRAY_SIZE(machines));

	shape.drawing = machines[i].drawing;
	shape.base_pfn = machines[i].base_pfn;
	shape.nr_pages = strlen(shape.drawing);
	shape.nr_nodes = 1 + (strchr(shape.drawing, '1') != NULL) +
			 (strchr(shape.drawing, '2') != NULL);
	fuzz_sequence(&seq, &bytes);
	return 0;
}
