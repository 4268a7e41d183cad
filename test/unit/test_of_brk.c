/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Trees with more ranges than brk holds what must be remembered of them: it goes
 * on in RAM, and nowhere else than where nobody claims it.
 */
#include "tree_fixture.h"

/* More than anybody has, and room for so many reserved pages above the blob. */
#define MANY		100000
#define ABOVE_BLOB	((phys_addr_t)0x8f000000)

/* A bank that has that room, and not the blob. */
#define BANK		((phys_addr_t)0x8e800000)
#define MIB(n)		((phys_addr_t)(n) << 20)

/* scan_many(): a machine of @items, with so little brk that it must grow, and a
 * GiB of RAM for that. */
static void scan_many(struct item *items, size_t nr)
{
	items[0].memory = true;
	items[0].base = FIXTURE_RAM;
	items[0].size = FIXTURE_RAM_SIZE;
	make_tree(items, nr);
	fixture_boot_brk(tree, fdt_totalsize(tree), PAGE(16));
	fixture_scan();
}

/* brk_extension(): the reservation by which brk was extended. */
static const struct memblock_region *brk_extension(void)
{
	const struct memblock_region *r;

	for_each_reserved_region(r)
		if (!strcmp(r->owner->kind, "brk"))
			return r;
	fail_msg("brk wasn't extended:\n%s", host_log());
	return NULL;
}

static void test_brk_goes_on_in_ram_that_is_nobodys(void **state)
{
	struct item *items = many(MANY, false);
	const struct memblock_region *r;
	phys_addr_t start, end;

	(void)state;
	for (size_t i = 1; i < MANY; i++)
		items[i].base += ABOVE_BLOB - items[0].base;
	scan_many(items, MANY);
	for (size_t i = 1; i < MANY; i++)
		assert_string_equal(
			memblock.reserved.regions[memblock_search(
				&memblock.reserved, items[i].base)].owner->kind,
			"reserved");
	assert_no_log("warning: ");
	brk_seal(&start, &end);
	assert_true(start < end);
	r = &memblock.reserved.regions[memblock_search(&memblock.reserved,
						       start)];
	assert_string_equal(r->owner->kind, "brk");
	assert_int_equal(memblock_last(r), end - 1);
	assert_true(memblock_is_region_memory(r->base, r->size));
	free(items);
}

static void test_brk_leaves_usable_memory_alone(void **state)
{
	struct item *items = many(3000, false);

	(void)state;
	items[1].memory = true;
	items[1].base = FIXTURE_RAM + FIXTURE_RAM_SIZE / 2;
	items[1].size = PAGE_SIZE;
	items[2].base = FIXTURE_RAM;
	items[2].size = FIXTURE_RAM_SIZE / 2;
	scan_many(items, 3000);
	assert_true(brk_extension()->base >=
		    FIXTURE_RAM + FIXTURE_RAM_SIZE / 2);
	free(items);
}

static void test_brk_leaves_the_blob_alone(void **state)
{
	struct item *items = many(3000, false);
	const struct memblock_region *r;

	(void)state;
	for (size_t i = 1; i < 3000; i++)
		items[i].base += ABOVE_BLOB - items[0].base;
	items[0].memory = true;
	items[0].base = FIXTURE_DTB - PAGE(16);
	items[0].size = (uint64_t)64 << 20;
	make_tree(items, 3000);
	fixture_boot_brk(tree, fdt_totalsize(tree), PAGE(17));
	fixture_scan();
	r = brk_extension();
	assert_true(r->base >= FIXTURE_DTB + machine.dtb_size);
	assert_no_log("warning: ");
	free(items);
}

static void test_a_hundred_thousand_banks(void **state)
{
	struct item *items = many(MANY, true);

	(void)state;
	for (size_t i = 1; i < MANY; i++)
		items[i].base += FIXTURE_RAM_SIZE;
	items[0].memory = true;
	items[0].base = FIXTURE_RAM;
	items[0].size = FIXTURE_RAM_SIZE;
	make_tree(items, MANY);
	fixture_boot_brk(tree, fdt_totalsize(tree), PAGE(16));
	machine.bootargs = "noprobe";
	fixture_scan();
	assert_int_equal(memblock.memory.cnt, MANY);
	assert_string_equal(brk_extension()->owner->name, "brk, extended");
	free(items);
}

static void test_no_room_for_brk_to_go_on(void **state)
{
	struct item *items = many(3000, true);

	(void)state;
	make_tree(items, 3000);
	fixture_boot_brk(tree, fdt_totalsize(tree), PAGE(16));
	assert_panics(fixture_scan(), "enlarge BRK_SIZE");
	assert_log("are nobody's");
	free(items);
}

/* scan_with_extras(): 3000 regions in a bank of 64 MiB that begins at BANK, and
 * the extras; where brk went on. */
static phys_addr_t scan_with_extras(struct extras wanted)
{
	struct item *items = many(3000, false);

	extras = wanted;
	for (size_t i = 2; i < 3000; i++)
		items[i].base += ABOVE_BLOB - items[0].base;
	items[0].memory = true;
	items[0].base = BANK - MIB(16);
	items[0].size = MIB(16);
	items[1].memory = true;
	items[1].base = BANK;
	items[1].size = MIB(64);
	make_tree(items, 3000);
	memset(&extras, 0, sizeof(extras));
	free(items);
	fixture_boot_brk(tree, fdt_totalsize(tree), PAGE(17));
	fixture_scan();
	return brk_extension()->base;
}

static void test_brk_goes_on_in_the_first_bank_that_stays(void **state)
{
	(void)state;
	assert_int_equal(scan_with_extras((struct extras){ 0 }),
			 BANK - MIB(16));
	assert_int_equal(scan_with_extras((struct extras){ .hotplug = true }),
			 BANK);
}

/* The lines' first and last byte are the reservation's. */
static void test_brk_goes_on_where_it_says(void **state)
{
	const struct memblock_region *r;
	char first[64], last[64];

	(void)state;
	scan_with_extras((struct extras){ 0 });
	r = brk_extension();
	snprintf(first, sizeof(first), "of: brk goes on at [0x%016llx-", r->base);
	snprintf(last, sizeof(last), "-0x%016llx] for the tree's many ranges",
		 memblock_last(r));
	assert_log(first);
	assert_log(last);
	assert_int_equal(r->owner->prot, VM_READ | VM_WRITE);
}

static void test_brk_leaves_memreserve_alone(void **state)
{
	(void)state;
	assert_int_equal(scan_with_extras((struct extras){
		.hotplug = true, .memreserve = { BANK, MIB(2) } }),
		BANK + MIB(2));
	assert_int_equal(scan_with_extras((struct extras){
		.hotplug = true,
		.memreserve = { BANK + MIB(2), MIB(2), BANK, MIB(2) } }),
		BANK + MIB(4));
}

static void test_brk_leaves_what_chosen_names_alone(void **state)
{
	(void)state;
	assert_int_equal(scan_with_extras((struct extras){
		.hotplug = true, .header = { BANK, MIB(2) } }), BANK + MIB(2));
	assert_int_equal(scan_with_extras((struct extras){
		.hotplug = true, .header = { BANK, MIB(2) },
		.scratch = { BANK + MIB(2), MIB(2) } }), BANK + MIB(4));
}

static void test_brk_leaves_the_initrd_alone(void **state)
{
	(void)state;
	assert_int_equal(scan_with_extras((struct extras){
		.hotplug = true, .initrd = { BANK, BANK + MIB(2) } }),
		BANK + MIB(2));
}

static void test_brk_stays_inside_the_usable_range(void **state)
{
	(void)state;
	assert_int_equal(scan_with_extras((struct extras){
		.usable = { BANK + MIB(2), MIB(62) } }), BANK + MIB(2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_brk_goes_on_in_ram_that_is_nobodys),
		cmocka_unit_test(test_brk_leaves_usable_memory_alone),
		cmocka_unit_test(test_brk_leaves_the_blob_alone),
		cmocka_unit_test(test_a_hundred_thousand_banks),
		cmocka_unit_test(test_no_room_for_brk_to_go_on),
		cmocka_unit_test(test_brk_goes_on_in_the_first_bank_that_stays),
		cmocka_unit_test(test_brk_goes_on_where_it_says),
		cmocka_unit_test(test_brk_leaves_memreserve_alone),
		cmocka_unit_test(test_brk_leaves_what_chosen_names_alone),
		cmocka_unit_test(test_brk_leaves_the_initrd_alone),
		cmocka_unit_test(test_brk_stays_inside_the_usable_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
