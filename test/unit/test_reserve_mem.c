/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RAM by name from the command line, on the machine of road_fixture.h.
 */
#include "reserve_mem.h"
#include "road_fixture.h"

/* boot(): the road up to the first stage of bootmem, with these arguments. */
static void boot(const char *args)
{
	unit_reset(NULL);
	road_machine(2);
	machine.bootargs = args;
	road_to(STAGE_PAGING);
}

/* assert_named(): @name is @size bytes at a multiple of @align, and its own. */
static void assert_named(const char *name, phys_addr_t size, phys_addr_t align)
{
	phys_addr_t start, found;
	long at;

	assert_true(reserve_mem_find_by_name(name, &start, &found));
	assert_int_equal(found, size);
	assert_int_equal(start % align, 0);
	at = memblock_search(&memblock.reserved, start);
	assert_true(at >= 0);
	assert_int_equal(memblock.reserved.regions[at].base, start);
	assert_int_equal(memblock.reserved.regions[at].size, size);
	assert_string_equal(memblock.reserved.regions[at].owner->name, name);
	assert_int_equal(memblock.reserved.regions[at].owner->prot,
			 VM_READ | VM_WRITE);
	bootmem_check();
}

static void test_reserve_mem_setup(void **state)
{
	(void)state;
	boot("reserve_mem=12K:4096:trace reserve_mem=1:64K:oops\tx");
	assert_named("trace", PAGE(3), PAGE(1));
	assert_named("oops", PAGE(1), PAGE(16));
	assert_no_log("warning");
	boot("");
	assert_no_log("warning");
}

static void test_reserve_mem_find_by_name(void **state)
{
	phys_addr_t start, size;

	(void)state;
	boot("reserve_mem=4K:4K:abc");
	assert_true(reserve_mem_find_by_name("abc", &start, &size));
	assert_false(reserve_mem_find_by_name("ab", &start, &size));
	assert_false(reserve_mem_find_by_name("abcd", &start, &size));
	boot("");
	assert_false(reserve_mem_find_by_name("abc", &start, &size));
}

static void test_what_cannot_be_read(void **state)
{
	static const char *const bad[] = {
		"reserve_mem", "reserve_mem=", "reserve_mem=4K",
		"reserve_mem=4K:4K", "reserve_mem=4K:4K:", "reserve_mem=x:4K:a",
		"reserve_mem=4K:3K:a", "reserve_mem=0:4K:a",
		"reserve_mem=4K:0:a", "reserve_mem=4K:4K:abcdefghijklmnop",
	};
	phys_addr_t start, size;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		boot(bad[i]);
		assert_log("warning: W-BOOTARG-RESERVE-MEM: bootargs: reserve_mem=");
		assert_log("it takes size:alignment:name");
		assert_false(reserve_mem_find_by_name("a", &start, &size));
	}
	boot("reserve_mem=4K:4K:abcdefghijklmno");
	assert_named("abcdefghijklmno", PAGE(1), PAGE(1));
}

static void test_what_cannot_be_had(void **state)
{
	phys_addr_t start, size;

	(void)state;
	boot("reserve_mem=4K:4K:a reserve_mem=8K:4K:a reserve_mem=4M:4K:b");
	assert_named("a", PAGE(1), PAGE(1));
	assert_log("reserve_mem=8K:4K:a: that name is taken; nothing is");
	assert_log("reserve_mem=4M:4K:b: no such memory is free; nothing is");
	assert_false(reserve_mem_find_by_name("b", &start, &size));
}

static void test_no_more_than_eight(void **state)
{
	phys_addr_t start, size;

	(void)state;
	boot("reserve_mem=4K:4K:1 reserve_mem=4K:4K:2 reserve_mem=4K:4K:3 "
	     "reserve_mem=4K:4K:4 reserve_mem=4K:4K:5 reserve_mem=4K:4K:6 "
	     "reserve_mem=4K:4K:7 reserve_mem=4K:4K:8 reserve_mem=4K:4K:9");
	assert_named("8", PAGE(1), PAGE(1));
	assert_log("reserve_mem=4K:4K:9: there is no room for more names");
	assert_false(reserve_mem_find_by_name("9", &start, &size));
}

#define TEST(name) cmocka_unit_test_setup(name, unit_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_reserve_mem_setup),
		TEST(test_reserve_mem_find_by_name),
		TEST(test_what_cannot_be_read),
		TEST(test_what_cannot_be_had),
		TEST(test_no_more_than_eight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
