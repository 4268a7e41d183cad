/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reservations into memblock.reserved: one test a fixture, which is drawn in
 * its dts.
 */
#include "of_fixture.h"

/* flags_at(): the flags of the reservation that holds @pa. */
static unsigned int flags_at(phys_addr_t pa)
{
	long i = memblock_search(&memblock.reserved, pa);

	assert_true(i >= 0);
	return memblock.reserved.regions[i].flags;
}

/* owner_at(): who holds @pa. */
static const struct mem_owner *owner_at(phys_addr_t pa)
{
	long i = memblock_search(&memblock.reserved, pa);

	assert_true(i >= 0);
	return memblock.reserved.regions[i].owner;
}

static void test_entries_flags_and_users(void **state)
{
	(void)state;
	fixture("rsv-entries");
	assert_reserved("88000000-880fffff reserved multi@88000000 gpu@1, dsp@2\n"
			"88200000-882fffff reserved multi@88000000 gpu@1, dsp@2\n"
			"89000000-89000fff nomap secret@89000800\n"
			"8a000000-8a3fffff reusable pool@8a000000 gpu@1\n");
	assert_int_equal(flags_at(0x88000000), MEMBLOCK_NONE);
	assert_int_equal(flags_at(0x89000000), MEMBLOCK_NOMAP);
	assert_int_equal(flags_at(0x8a000000), MEMBLOCK_REUSABLE);
	assert_log("off@8b000000 is disabled");
	assert_clean();
}

static void test_own_segments(void **state)
{
	(void)state;
	fixture("rsv-entries");
	assert_string_equal(owner_at(FIXTURE_IMAGE)->name, "text");
	assert_int_equal(owner_at(FIXTURE_IMAGE)->prot, VM_READ | VM_EXEC);
	assert_string_equal(owner_at(FIXTURE_IMAGE + PAGE(2))->kind, "stack");
	assert_int_equal(owner_at(FIXTURE_IMAGE + PAGE(2))->prot, 0);
	assert_string_equal(owner_at(FIXTURE_IMAGE + PAGE(3))->kind, "stack");
	assert_string_equal(owner_at(FIXTURE_DTB)->kind, "dtb");
	assert_int_equal(owner_at(FIXTURE_DTB)->prot, VM_READ);
}

static void test_reservation_block(void **state)
{
	(void)state;
	fixture("rsv-memreserve");
	assert_reserved("84000000-840fffff reserved memreserve\n"
			"86000000-86000fff reserved memreserve\n"
			"88000000-880fffff reserved named@88000000\n");
	assert_clean();
}

/* A pair without a size is an entry like any other; only two zeros end the block
 * (specification, 5.3). */
static void test_memreserve_goes_on_behind_an_empty_entry(void **state)
{
	static _Alignas(8) unsigned char blob[FIXTURE_MAX];
	size_t size = fixture_read("rsv-memreserve", blob);
	struct fdt_reserve_entry *entry;

	(void)state;
	entry = (void *)(blob + fdt_off_mem_rsvmap(blob));
	entry[0].size = 0;
	fixture_boot(blob, size);
	fixture_scan();
	assert_reserved("86000000-86000fff reserved memreserve\n"
			"88000000-880fffff reserved named@88000000\n");
	assert_log("memreserve: the range at 0x0000000084000000 is empty");
}

/* Where there are no two zeros, the block ends where the next one begins. */
static void test_memreserve_ends_with_its_room(void **state)
{
	static _Alignas(8) unsigned char blob[FIXTURE_MAX];
	size_t size = fixture_read("rsv-memreserve", blob);
	struct fdt_reserve_entry *entry;

	(void)state;
	entry = (void *)(blob + fdt_off_mem_rsvmap(blob));
	entry[2].address = cpu_to_fdt64(0x90000000);
	fixture_boot(blob, size);
	fixture_scan();
	assert_reserved("84000000-840fffff reserved memreserve\n"
			"86000000-86000fff reserved memreserve\n"
			"88000000-880fffff reserved named@88000000\n");
	assert_log("memreserve: the range at 0x0000000090000000 is empty");
	assert_clean();
}

static void test_parent_with_cells_of_its_own(void **state)
{
	(void)state;
	fixture("bad-rsv-parent");
	assert_reserved("88000000-880fffff nomap small@88000000\n");
	assert_warnings("W-RSV-PARENT", 2);
}

static void test_parent_without_any_property(void **state)
{
	(void)state;
	fixture("bad-rsv-bare");
	assert_reserved("88000000-880fffff reserved small@88000000\n");
	assert_warnings("W-RSV-PARENT", 1);
}

static void test_lengths_and_empty_ranges(void **state)
{
	(void)state;
	fixture("bad-rsv-ragged");
	assert_reserved("88000000-880fffff reserved ragged@88000000\n"
			"8a000000-8a0fffff reserved good@8a000000\n");
	assert_log("warning: W-REG-LENGTH: ragged@88000000");
	assert_log("warning: W-RSV-EMPTY: empty@89000000");
	assert_log("warning: W-RSV-NO-RANGE: nothing");
}

static void test_overlaps(void **state)
{
	(void)state;
	fixture("bad-rsv-overlap");
	assert_reserved("88000000-880fffff reserved plain@88000000\n"
			"88100000-8827ffff nomap secure@88100000\n"
			"8a000000-8a0fffff reserved twin@8a000000\n");
	assert_warnings("W-RSV-OVERLAP", 4);
	assert_log("plain@88000000 and secure@88100000 overlap at [0x0000000088100000-0x00000000881fffff]; secure@88100000 holds it");
	assert_log("plain@88000000 and inner@88180000");
	assert_log("secure@88100000 and inner@88180000");
	assert_log("twin@8a000000 and memreserve");
}

static void test_no_map_over_all_that_is_ours(void **state)
{
	unsigned long failures = nr_failures();

	(void)state;
	fixture("bad-rsv-own");
	assert_int_equal(log_count("warning: W-RSV-OVERLAP: "), 2);
	assert_int_equal(log_count("warning: "), 3);
	assert_log("warning: W-RSV-IMAGE: thief@80000000 and the running image overlap at [0x0000000080200000-0x0000000080203fff]");
	assert_int_equal(nr_failures(), failures + 1);
	assert_log("device tree overlap");
	assert_log("initrd overlap");
	assert_int_equal(owner_at(FIXTURE_IMAGE)->prot, VM_READ | VM_EXEC);
	assert_int_equal(owner_at(FIXTURE_DTB)->prot, VM_READ);
	assert_int_equal(flags_at(FIXTURE_IMAGE), MEMBLOCK_NONE);
	assert_reserved("80000000-801fffff nomap thief@80000000\n"
			"80204000-8defffff nomap thief@80000000\n"
			"8df01000-8dffffff nomap thief@80000000\n");
}

static void test_outside_memory(void **state)
{
	(void)state;
	fixture("bad-rsv-outside");
	assert_reserved("8ff00000-8fffffff reserved tail@8ff00000\n");
	assert_warnings("W-RSV-OUTSIDE", 2);
}

static void test_contradicting_properties(void **state)
{
	(void)state;
	fixture("bad-rsv-flags");
	assert_reserved("88000000-880fffff nomap torn@88000000\n"
			"89000000-890fffff reserved both@89000000\n");
	assert_int_equal(flags_at(0x88000000), MEMBLOCK_NOMAP);
	assert_log("warning: W-RSV-NOMAP-REUSABLE: torn@88000000");
	assert_log("warning: W-RSV-REG-AND-SIZE: both@89000000");
}

static void test_dynamic_regions(void **state)
{
	(void)state;
	fixture("rsv-dynamic");
	assert_reserved("84300000-843fffff nomap low\n"
			"88000000-8bffffff reusable large\n"
			"8c3f0000-8c3fffff reserved crumb\n"
			"8c400000-8c7fffff reserved loaf\n"
			"8fef0000-8fefffff reserved small\n"
			"8ff00000-8fffffff reserved static@8ff00000\n");
	assert_int_equal(flags_at(0x84300000), MEMBLOCK_NOMAP);
	assert_clean();
}

static void test_dynamic_regions_that_fail(void **state)
{
	(void)state;
	fixture("bad-rsv-dynamic");
	assert_reserved("8ff00000-8fffffff reserved good\n");
	assert_log("warning: W-RSV-UNPLACED: huge: no room for 0x10000000000 bytes");
	assert_log("warning: W-RSV-ALIGN: crooked");
	assert_log("warning: W-RSV-ALIGN: flat");
	assert_log("warning: W-RSV-EMPTY: empty");
	assert_log("warning: W-RSV-UNPLACED: fenced: no room for 0x100000 bytes at a multiple of 0x1000 in its alloc-ranges");
	assert_log("fenced: tried [0x0000000010000000-0x0000000010ffffff]");
	assert_log("fenced: tried [0x0000000400000000-0x0000000400ffffff]");
}

static void test_ranges_of_chosen(void **state)
{
	(void)state;
	fixture("rsv-chosen");
	assert_reserved("88000000-88001fff initrd initrd\n"
			"89000000-8900ffff reserved linux,elfcorehdr\n"
			"8a000000-8a000fff reserved linux,kho-fdt\n"
			"8b000000-8b0fffff reserved linux,kho-scratch\n"
			"8c000000-8c0fffff reserved linux,kho-scratch\n"
			"8d000000-8d001fff reserved linux,ima-kexec-buffer\n");
	assert_log("of: chosen: the range of linux,kho-scratch at 0x000000008bf00000 is empty");
	assert_int_equal(owner_at(0x88000000)->prot, VM_READ);
	assert_clean();
}

/* The blob stays as it is, but for the random numbers that were used. */
static void test_only_seeds_are_written(void **state)
{
	static unsigned char blob[FIXTURE_MAX];
	size_t size = fixture_read("rsv-chosen", blob);
	int chosen = fdt_path_offset(blob, "/chosen");
	static const char zeros[8];

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(fdt_setprop_inplace(blob, chosen,
				 i ? "rng-seed" : "kaslr-seed", zeros, 8), 0);
	fixture("rsv-chosen");
	assert_memory_equal(phys_to_virt(FIXTURE_DTB), blob, size);
}

static void test_users_of_nothing(void **state)
{
	(void)state;
	fixture("bad-rsv-user");
	assert_reserved("88000000-880fffff reserved pool@88000000 gpu@1\n");
	assert_warnings("W-RSV-USER", 2);
	assert_log("gpu@1: memory-region 0xdead points to nothing");
	assert_log("npu@3: memory-region 0x0 points to nothing");
	assert_log("of: dsp@2: memory-region 0x");
}

static void test_initrd_that_ends_before_it_begins(void **state)
{
	(void)state;
	fixture("bad-rsv-initrd");
	assert_reserved("");
	assert_warnings("W-INITRD", 1);
}

static void test_firmware_that_nobody_named(void **state)
{
	(void)state;
	fixture_load("mem-usable-memory");
	host.firmware_name = "SomeSBI 1.0";
	fixture_scan();
	assert_reserved("80000000-801fffff firmware below the image, named by nobody\n");
	assert_warnings("W-FIRMWARE-UNNAMED", 1);
}

static void test_firmware_is_not_whoever_is_below(void **state)
{
	(void)state;
	fixture_load("rsv-below");
	host.firmware_name = "SomeSBI 1.0";
	fixture_scan();
	assert_reserved("80000000-801fffff firmware below the image, named by nobody\n");
	assert_warnings("W-FIRMWARE-UNNAMED", 1);
}

static void test_firmware_that_is_named(void **state)
{
	(void)state;
	fixture_load("bad-rsv-own");
	host.firmware_name = "SomeSBI 1.0";
	fixture_scan();
	assert_no_log("W-FIRMWARE-UNNAMED");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries_flags_and_users),
		cmocka_unit_test(test_own_segments),
		cmocka_unit_test(test_reservation_block),
		cmocka_unit_test(
			test_memreserve_goes_on_behind_an_empty_entry),
		cmocka_unit_test(test_memreserve_ends_with_its_room),
		cmocka_unit_test(test_parent_with_cells_of_its_own),
		cmocka_unit_test(test_parent_without_any_property),
		cmocka_unit_test(test_lengths_and_empty_ranges),
		cmocka_unit_test(test_overlaps),
		cmocka_unit_test(test_no_map_over_all_that_is_ours),
		cmocka_unit_test(test_outside_memory),
		cmocka_unit_test(test_contradicting_properties),
		cmocka_unit_test(test_dynamic_regions),
		cmocka_unit_test(test_dynamic_regions_that_fail),
		cmocka_unit_test(test_ranges_of_chosen),
		cmocka_unit_test(test_only_seeds_are_written),
		cmocka_unit_test(test_users_of_nothing),
		cmocka_unit_test(test_initrd_that_ends_before_it_begins),
		cmocka_unit_test(test_firmware_that_nobody_named),
		cmocka_unit_test(test_firmware_is_not_whoever_is_below),
		cmocka_unit_test(test_firmware_that_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
