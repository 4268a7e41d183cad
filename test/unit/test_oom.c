/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Out of memory, everywhere: a whole boot from the blob to the buddy, in which
 * the n-th early allocation fails, for every n that there is and on both roads.
 * Each must end in a panic that is no BUG; nothing may be touched that isn't
 * there (ASan watches). A boot in which none fails must balance its ledger.
 *
 * The tree is dts/boot-four-nodes.dts with so many reservations on top that, by
 * their number, the table of reserved regions has to move while brk, memblock or
 * bootmem is the legal allocator.
 */
#include "early_alloc.h"
#include "fail_alloc.h"
#include "gfp.h"
#include "mm_init.h"
#include "of_fixture.h"
#include "report.h"

/* More reservations than memblock's first table has room for. */
#define TOO_MANY		140

/* So many, [FROM, TO), that with what the boot adds it is full later on: the more,
 * the earlier. */
#define NEARLY_TOO_MANY_FROM	104
#define NEARLY_TOO_MANY_TO	116

/* Where they lie: every other page from here on. */
#define RESERVATIONS		(FIXTURE_RAM + PAGE(0x1000))

/* Early allocations of the smallest boot at least: fewer were not counted. */
#define MIN_ALLOCATIONS		20

/* The blob that is booted. */
static _Alignas(8) unsigned char blob[FIXTURE_MAX];

/* add_reservation(): region number @i of the reserved-memory node @parent. */
static void add_reservation(int parent, unsigned long i)
{
	fdt64_t reg[] = {
		cpu_to_fdt64(RESERVATIONS + PAGE(2 * i)), cpu_to_fdt64(PAGE(1)),
	};
	char name[32];
	int node;

	snprintf(name, sizeof(name), "many@%llx", RESERVATIONS + PAGE(2 * i));
	node = fdt_add_subnode(blob, parent, name);
	assert_true(node >= 0);
	assert_int_equal(fdt_setprop(blob, node, "reg", reg, sizeof(reg)), 0);
}

/* make_blob(): the fixture with @nr reservations more. */
static void make_blob(unsigned long nr)
{
	static _Alignas(8) unsigned char plain[FIXTURE_MAX];
	int parent;

	fixture_read("boot-four-nodes", plain);
	assert_int_equal(fdt_open_into(plain, blob, sizeof(blob)), 0);
	parent = fdt_path_offset(blob, "/reserved-memory");
	if (parent < 0) {
		parent = fdt_add_subnode(blob, 0, "reserved-memory");
		fdt_setprop_u32(blob, parent, "#address-cells", 2);
		fdt_setprop_u32(blob, parent, "#size-cells", 2);
		fdt_setprop(blob, parent, "ranges", NULL, 0);
	}
	for (unsigned long i = 0; i < nr; i++)
		add_reservation(fdt_path_offset(blob, "/reserved-memory"), i);
	assert_int_equal(fdt_pack(blob), 0);
}

/* power_on(): a machine on which nothing has run yet, that takes @road. */
static void power_on(enum allocator road)
{
	unit_reset(NULL);
	unit_brk((phys_addr_t)4 << 20);
	host_ram(FIXTURE_RAM, FIXTURE_RAM_SIZE);
	host_load(FIXTURE_DTB, blob, fdt_totalsize(blob));
	fixture_image();
	stage_set_early(road);
}

/* Allocations that the last boot made while brk was legal. */
static unsigned long nr_from_brk;

/* read_tree(): the stages in which brk is legal. */
static void read_tree(void)
{
	of_verify(FIXTURE_DTB);
	of_scan_machine(0);
	stage_begin(STAGE_MEMORY);
	of_scan_memory();
	stage_begin(STAGE_RESERVED);
	of_scan_reserved();
	paging_choose_mode();
	nr_from_brk = fail_alloc_count();
}

/* walk(): the whole road, as the boot story has it. */
static void walk(void)
{
	read_tree();
	stage_begin(STAGE_BOOTMEM);
	bootmem_init();
	stage_begin(STAGE_PAGING);
	page_alloc_set_node(0);
	early_stack_alloc(PAGE(4), 0);
	paging_init();
	stage_begin(STAGE_ZONES);
	free_area_init();
	stage_begin(STAGE_HANDOVER);
	mem_init();
	stage_begin(STAGE_RUNNING);
	page_alloc_check();
}

/* walk_failing(): walk @road, and the @n-th allocation fails; 0: none. */
static enum host_end walk_failing(enum allocator road, unsigned long n)
{
	power_on(road);
	fail_alloc_set(n);
	return host_halts(walk());
}

/* The stages in which a table could not grow, one bit each. */
static unsigned int tables_refused;

/* check_end(): how the boot went whose last allocation failed. */
static void check_end(enum allocator road, unsigned long n)
{
	assert_int_equal(walk_failing(road, n), HOST_FAILED);
	assert_log("panic: ");
	assert_no_log("BUG");
	assert_int_equal(fail_alloc_count(), n);
	if (strstr(host_log(), "memblock: no memory for "))
		tables_refused |= 1u << stage_current();
}

/* count(): early allocations of a boot by @road in which none fails. */
static unsigned long count(enum allocator road)
{
	assert_int_equal(walk_failing(road, 0), HOST_RETURNED);
	assert_true(report_ledger());
	return fail_alloc_count();
}

/* sweep(): every allocation of @road behind the first @from fails once. */
static void sweep(enum allocator road, unsigned long from)
{
	unsigned long nr = count(road);

	for (unsigned long n = from + 1; n <= nr; n++)
		check_end(road, n);
	assert_int_equal(walk_failing(road, nr + 1), HOST_RETURNED);
}

static void test_every_allocation_on_the_road_with_maps(void **state)
{
	(void)state;
	make_blob(0);
	assert_true(count(ALLOC_BOOTMEM) > MIN_ALLOCATIONS);
	sweep(ALLOC_BOOTMEM, 0);
}

static void test_every_allocation_on_the_road_without_maps(void **state)
{
	(void)state;
	make_blob(0);
	assert_true(count(ALLOC_MEMBLOCK) > MIN_ALLOCATIONS);
	sweep(ALLOC_MEMBLOCK, 0);
}

static void test_every_allocation_with_too_many_reservations(void **state)
{
	(void)state;
	tables_refused = 0;
	make_blob(TOO_MANY);
	sweep(ALLOC_BOOTMEM, 0);
	assert_int_equal(tables_refused, 1u << STAGE_RESERVED);
}

/* The table of reserved regions moves in every stage in which it may be full. */
static void test_every_allocation_with_full_tables(void **state)
{
	const unsigned int expected = 1u << STAGE_BOOTMEM | 1u << STAGE_PAGING |
				      1u << STAGE_ZONES | 1u << STAGE_HANDOVER;

	(void)state;
	tables_refused = 0;
	for (unsigned long nr = NEARLY_TOO_MANY_FROM; nr < NEARLY_TOO_MANY_TO;
	     nr++) {
		make_blob(nr);
		count(ALLOC_BOOTMEM);
		sweep(ALLOC_BOOTMEM, nr_from_brk);
		sweep(ALLOC_MEMBLOCK, nr_from_brk);
	}
	assert_int_equal(tables_refused, expected);
}

/* The buddy has the page, but there is no room to write down whose it is. */
static void test_early_alloc_that_cannot_be_recorded(void **state)
{
	phys_addr_t pa, last = 0;

	(void)state;
	make_blob(0);
	assert_int_equal(walk_failing(ALLOC_BOOTMEM, 0), HOST_RETURNED);
	while ((pa = alloc_pages(GFP_KERNEL, 0)) != 0)
		last = pa;
	for (phys_addr_t byte = 1; !memblock_reserve(byte, 1); byte += 2)
		assert_true(byte < PAGE(1));
	assert_true(free_pages(last, 0));
	assert_panics(early_alloc(PAGE(1), NUMA_NO_NODE, &owner_nodedata),
		      "out of memory: 0x1000 bytes in a row for nodes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_allocation_on_the_road_with_maps),
		cmocka_unit_test(test_every_allocation_on_the_road_without_maps),
		cmocka_unit_test(test_every_allocation_with_too_many_reservations),
		cmocka_unit_test(test_every_allocation_with_full_tables),
		cmocka_unit_test(test_early_alloc_that_cannot_be_recorded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
