/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sequences of memblock's calls against the model of test_memblock_model.c, one
 * cell a unit of a small address space, at the places where numbers are awkward.
 */
#include "fuzz.h"

int unit_main(void);
#define main unit_main
#include "../unit/test_memblock_model.c"
#undef main

#include "fuzz_sequence.h"

/* Where the cells are, and what one is. */
static const struct {
	phys_addr_t base, unit;
} places[] = {
	{ 0, PAGE_SIZE },
	{ (phys_addr_t)2 << 30, PAGE_SIZE },
	{ ((phys_addr_t)1 << 40) + PAGE(3), PAGE_SIZE },
	{ -NR_CELLS * PAGE_SIZE, PAGE_SIZE },
	{ ((phys_addr_t)2 << 30) - NR_CELLS / 2, 1 },
	{ (phys_addr_t)0 - NR_CELLS, 1 },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct sequence seq = {
		.names = op_names, .nr_kinds = NR_KINDS,
		.start = start, .draw = draw, .step = step,
	};
	struct bytes bytes = { data, data + size };
	unsigned int i = below(&bytes, ARRAY_SIZE(places));

	place.base = places[i].base;
	place.unit = places[i].unit;
	fuzz_sequence(&seq, &bytes);
	return 0;
}
