/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kinds of fault of docs/faults.md that no other test is about.
 */
#include "tree_fixture.h"

/* Nodes inside each other. */
#define DEPTH	5000

static void test_no_pointer_to_a_tree(void **state)
{
	(void)state;
	host_ram(FIXTURE_RAM, FIXTURE_RAM_SIZE);
	assert_panics(of_verify(0),
		      "no memory at 0x0000000000000000, where the device tree should be");
}

/* No depth is too deep: nothing here calls itself for a node inside a node. */
static void test_deep_tree(void **state)
{
	static const uint64_t reg[] = { FIXTURE_RAM, 16 << 20 };

	(void)state;
	put(create(tree, TREE_MAX));
	put(finish_reservemap(tree));
	put(begin_node(tree, ""));
	put_cells();
	for (int i = 0; i < DEPTH; i++)
		put(begin_node(tree, "deeper"));
	for (int i = 0; i < DEPTH; i++)
		put(end_node(tree));
	put(begin_node(tree, "memory@80000000"));
	put(property_string(tree, "device_type", "memory"));
	put_u64("reg", reg, 2);
	put(end_node(tree));
	put(end_node(tree));
	put(finish(tree));
	fixture_boot(tree, fdt_totalsize(tree));
	fixture_scan();
	assert_int_equal(memblock.memory.cnt, 1);
	assert_int_equal(memblock.memory.total_size, 16 << 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_no_pointer_to_a_tree, unit_reset),
		cmocka_unit_test_setup(test_deep_tree, unit_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
