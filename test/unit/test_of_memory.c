/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /memory into memblock.memory: one test a fixture, which is drawn in its dts.
 */
#include "of_fixture.h"

/* The 256 MiB bank that most fixtures have. */
#define BANK	"80000000-8fffffff 0\n"

static void test_banks_sort_and_merge(void **state)
{
	(void)state;
	fixture("mem-banks");
	assert_memory(BANK "a0000000-a1ffffff 0\nb0000000-b1ffffff 0\n");
	assert_log("memory@c0000000 is disabled");
	assert_clean();
}

static void test_no_cells_at_the_root(void **state)
{
	(void)state;
	fixture("bad-root-cells");
	assert_memory(BANK);
	assert_warnings("W-ROOT-CELLS", 1);
}

static void test_wide_addresses(void **state)
{
	(void)state;
	fixture("bad-root-wide");
	assert_memory(BANK);
	assert_warnings("W-REG-CELLS", 1);
}

static void test_device_type_missing(void **state)
{
	(void)state;
	fixture("bad-mem-device-type");
	assert_memory(BANK);
	assert_log("warning: W-MEM-DEVICE-TYPE: memory@80000000");
	assert_log("warning: W-MEM-NO-REG: memory@a0000000");
}

static void test_overlap_in_one_node(void **state)
{
	(void)state;
	fixture("bad-mem-overlap");
	assert_memory("80000000-97ffffff 0\n");
	assert_warnings("W-MEM-OVERLAP", 1);
	assert_log("memory@80000000 and memory@88000000 both claim [0x0000000088000000-0x000000008fffffff]");
}

static void test_unaligned_banks_round_inwards(void **state)
{
	(void)state;
	fixture("bad-mem-small");
	assert_memory(BANK);
	assert_dropped("a0000800-a0000fff not a whole page\n"
		       "b0000800-b00017ff not a whole page\n");
	assert_warnings("W-MEM-SMALL", 2);
	assert_log("the range at 0x00000000c0000000 is empty");
}

static void test_range_that_wraps(void **state)
{
	(void)state;
	fixture("bad-mem-wrap");
	assert_memory(BANK);
	assert_dropped("ffffffffffff0000-ffffffffffffffff beyond what the CPU can address\n");
	assert_log("warning: W-REG-WRAP: memory@80000000: reg 0xffffffffffff0000 + 0x20000 passes 2^64; it is cut there");
	assert_log("warning: W-MEM-REACH: 0x10000 bytes");
}

static void test_half_an_entry(void **state)
{
	(void)state;
	fixture("bad-mem-ragged");
	assert_memory(BANK);
	assert_warnings("W-REG-LENGTH", 1);
}

static void test_absent_bank_is_dropped(void **state)
{
	(void)state;
	fixture("bad-mem-absent");
	assert_memory(BANK);
	assert_dropped("400000000-43fffffff does not answer\n");
	assert_warnings("W-MEM-ABSENT", 1);
}

static void test_absent_bank_goes_in_whole_pages(void **state)
{
	(void)state;
	fixture("bad-mem-edge");
	assert_memory("80000000-bfffefff 0\n");
	assert_dropped("bffff000-c000efff does not answer\n"
		       "c000f000-c000f800 not a whole page\n");
	assert_warnings("W-MEM-ABSENT", 1);
}

static void test_noprobe_believes_the_tree(void **state)
{
	(void)state;
	fixture_load("bad-mem-absent");
	machine.bootargs = "noprobe";
	fixture_scan();
	assert_memory(BANK "400000000-43fffffff 0\n");
	assert_clean();
}

static void test_probe_leaves_content_alone(void **state)
{
	(void)state;
	fixture("mem-banks");
	for (phys_addr_t pa = 0xb0000000; pa < 0xb2000000; pa += PAGE_SIZE)
		assert_int_equal(*(char *)phys_to_virt(pa), 0);
}

static void test_more_than_the_cpu_reaches(void **state)
{
	(void)state;
	fixture("bad-mem-reach");
	assert_memory(BANK);
	assert_warnings("W-MEM-REACH", 1);
	assert_log("0x1000000000000000 bytes");
}

static void test_usable_memory_instead_of_reg(void **state)
{
	(void)state;
	fixture("mem-usable-memory");
	assert_memory("80000000-83ffffff 0\n");
	assert_clean();
}

static void test_hotpluggable_is_kept_and_used_last(void **state)
{
	(void)state;
	fixture("mem-hotplug");
	assert_memory("80000000-87ffffff 0\n90000000-97ffffff 0 hotplug\n");
	assert_reserved("87f00000-87ffffff reserved pool\n");
	assert_clean();
}

static void test_usable_range(void **state)
{
	(void)state;
	fixture("mem-usable-range");
	assert_memory("80000000-80ffffff 0\n84000000-84ffffff 0\n"
		      "88000000-88ffffff 0\n");
	assert_dropped("81000000-83ffffff outside linux,usable-memory-range\n"
		       "85000000-87ffffff outside linux,usable-memory-range\n"
		       "89000000-8fffffff outside linux,usable-memory-range\n");
	assert_clean();
}

static void test_usable_range_of_a_bad_length(void **state)
{
	(void)state;
	fixture("bad-mem-usable-range");
	assert_memory(BANK);
	assert_warnings("W-USABLE-RANGE", 1);
}

static void test_mem_bootargs(void **state)
{
	(void)state;
	fixture("mem-limit");
	assert_memory("80000000-81ffffff 0\n90000000-90ffffff 0\n"
		      "93000000-930fffff 0\n");
	assert_dropped("91000000-92ffffff outside mem=\n"
		       "93100000-93ffffff outside mem=\n");
	assert_clean();
}

static void test_mem_bootargs_that_make_no_sense(void **state)
{
	(void)state;
	fixture_load("mem-banks");
	machine.bootargs = "mem= mem=12 mem=1M@ mem=1Mx mem=8M@0xffffffffffffffff";
	fixture_scan();
	assert_memory(BANK "a0000000-a1ffffff 0\nb0000000-b1ffffff 0\n");
	assert_warnings("W-BOOTARG-MEM", 5);
}

static void test_no_memory_at_all(void **state)
{
	(void)state;
	fixture_load("boot-no-memory");
	assert_panics(fixture_scan(), "no usable memory in any /memory node");
}

static void test_all_memory_absent(void **state)
{
	(void)state;
	fixture_load("bad-mem-absent");
	machine.bootargs = "mem=256M@0x400000000";
	assert_panics(fixture_scan(), "no memory answers");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_banks_sort_and_merge),
		cmocka_unit_test(test_no_cells_at_the_root),
		cmocka_unit_test(test_wide_addresses),
		cmocka_unit_test(test_device_type_missing),
		cmocka_unit_test(test_overlap_in_one_node),
		cmocka_unit_test(test_unaligned_banks_round_inwards),
		cmocka_unit_test(test_range_that_wraps),
		cmocka_unit_test(test_half_an_entry),
		cmocka_unit_test(test_absent_bank_is_dropped),
		cmocka_unit_test(test_absent_bank_goes_in_whole_pages),
		cmocka_unit_test(test_noprobe_believes_the_tree),
		cmocka_unit_test(test_probe_leaves_content_alone),
		cmocka_unit_test(test_more_than_the_cpu_reaches),
		cmocka_unit_test(test_usable_memory_instead_of_reg),
		cmocka_unit_test(test_hotpluggable_is_kept_and_used_last),
		cmocka_unit_test(test_usable_range),
		cmocka_unit_test(test_usable_range_of_a_bad_length),
		cmocka_unit_test(test_mem_bootargs),
		cmocka_unit_test(test_mem_bootargs_that_make_no_sense),
		cmocka_unit_test(test_no_memory_at_all),
		cmocka_unit_test(test_all_memory_absent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
