/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /chosen's random numbers: used once, wiped, never printed.
 */
#include "tree_fixture.h"

/* The seeds of a tree; NULL: none. */
static void seeded_tree(const char *rng, const char *kaslr)
{
	put(create(tree, TREE_MAX));
	put(finish_reservemap(tree));
	put(begin_node(tree, ""));
	put_cells();
	put(begin_node(tree, "chosen"));
	put(property_string(tree, "bootargs", "quiet"));
	if (rng)
		put(property(tree, "rng-seed", rng, (int)strlen(rng)));
	if (kaslr)
		put(property(tree, "kaslr-seed", kaslr, (int)strlen(kaslr)));
	put(property_string(tree, "behind", "it"));
	put(end_node(tree));
	put(end_node(tree));
	put(finish(tree));
}

/* chosen(): /chosen's property @name in the machine's RAM, not in the test's
 * copy, and its size. */
static const char *chosen(const char *name, int *len)
{
	const void *blob = phys_to_virt(FIXTURE_DTB);

	return fdt_getprop(blob, fdt_path_offset(blob, "/chosen"), name, len);
}

/* assert_wiped(): @name is there with its @size bytes, all zero. */
static void assert_wiped(const char *name, int size)
{
	int len;
	const char *data = chosen(name, &len);

	assert_non_null(data);
	assert_int_equal(len, size);
	while (len-- > 0)
		assert_int_equal(data[len], 0);
}

/* boot_seeded(): the tree with these seeds is loaded and scanned. */
static uint64_t boot_seeded(const char *rng, const char *kaslr)
{
	seeded_tree(rng, kaslr);
	fixture_boot(tree, fdt_totalsize(tree));
	return machine.seed;
}

static void test_no_seed(void **state)
{
	(void)state;
	boot_seeded(NULL, NULL);
	assert_false(machine.seeded);
	boot_seeded("", NULL);
	assert_false(machine.seeded);
}

static void test_no_chosen(void **state)
{
	(void)state;
	fixture_load("mem-banks");
	assert_false(machine.seeded);
}

static void test_seed_is_used_and_wiped(void **state)
{
	int len;

	(void)state;
	boot_seeded("0123456789abcdef0123456789abcdef", "87654321");
	assert_true(machine.seeded);
	assert_wiped("rng-seed", 32);
	assert_wiped("kaslr-seed", 8);
	assert_string_equal(chosen("bootargs", &len), "quiet");
	assert_string_equal(chosen("behind", &len), "it");
	assert_int_equal(of_check_blob(phys_to_virt(FIXTURE_DTB),
				       machine.dtb_size), 0);
	assert_no_log("0123");
	assert_no_log("warning");
}

/* A seed's last word may hold bytes of the next property: they stay. */
static void test_odd_sizes(void **state)
{
	int len;

	(void)state;
	for (int n = 1; n < 20; n++) {
		char seed[21] = { 0 };

		memset(seed, 'x', (size_t)n);
		boot_seeded(seed, NULL);
		assert_true(machine.seeded);
		assert_wiped("rng-seed", n);
		assert_string_equal(chosen("behind", &len), "it");
	}
}

static void test_each_bit_counts(void **state)
{
	uint64_t first = boot_seeded("abcd", NULL);

	(void)state;
	assert_true(first != boot_seeded("abce", NULL));
	assert_true(first != boot_seeded("bbcd", NULL));
	assert_true(first != boot_seeded(NULL, "abc"));
	assert_true(first == boot_seeded("abcd", NULL));
	assert_true(first == boot_seeded(NULL, "abcd"));
}

/* Scanned once more, as by a second stage, the tree has no seed any more. */
static void test_wiped_seed_is_none(void **state)
{
	(void)state;
	boot_seeded("0123456789abcdef", NULL);
	of_scan_machine(0);
	assert_false(machine.seeded);
}

static void test_read_only_tree(void **state)
{
	(void)state;
	seeded_tree("0123456789abcdef", NULL);
	unit_reset(NULL);
	unit_brk((phys_addr_t)1 << 20);
	host_load(FIXTURE_DTB, tree, fdt_totalsize(tree));
	host.rom = true;
	of_verify(FIXTURE_DTB);
	of_scan_machine(0);
	assert_true(machine.seeded);
	assert_log("warning: W-SEED-KEPT: chosen: rng-seed can't be wiped");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_no_seed, unit_reset),
		cmocka_unit_test_setup(test_no_chosen, unit_reset),
		cmocka_unit_test_setup(test_seed_is_used_and_wiped, unit_reset),
		cmocka_unit_test_setup(test_odd_sizes, unit_reset),
		cmocka_unit_test_setup(test_each_bit_counts, unit_reset),
		cmocka_unit_test_setup(test_wiped_seed_is_none, unit_reset),
		cmocka_unit_test_setup(test_read_only_tree, unit_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
