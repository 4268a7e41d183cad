/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The test of RAM: what it touches, what it takes out, what it says. The machine
 * has 16 pages of RAM, page 4 of which is reserved and page 5 no-map.
 */
#include "memtest.h"

#include <stdio.h>

#include "unit.h"

#define BASE		PAGE(0x80000)
#define NR_PAGES	16

static const struct mem_owner owner_other = { "reserved", "other", NULL, 0 };

/* The RAM, as the test sees it. */
static unsigned char *ram;

/* machine_ready(): that machine; a setup. */
static int machine_ready(void **state)
{
	unit_reset(state);
	unit_brk((phys_addr_t)1 << 20);
	ram = host_ram(BASE, PAGE(NR_PAGES));
	memblock_add_node(BASE, PAGE(NR_PAGES), 0, MEMBLOCK_NONE);
	memblock_reserve_owner(BASE + PAGE(4), PAGE(1), MEMBLOCK_NONE,
			       &owner_other);
	memblock_reserve_owner(BASE + PAGE(5), PAGE(1), MEMBLOCK_NOMAP,
			       &owner_other);
	return 0;
}

/* run(): the test by boot arguments @args. */
static void run(const char *args)
{
	machine.bootargs = args;
	early_memtest();
}

/* page_is(): every byte of page @n is @byte. */
static bool page_is(int n, unsigned char byte)
{
	for (size_t i = 0; i < PAGE_SIZE; i++)
		if (ram[PAGE(n) + i] != byte)
			return false;
	return true;
}

/* assert_bad(): of the RAM [@first, @end) is taken out, in pages, and nothing
 * at their borders. */
static void assert_bad(int first, int end)
{
	long i = memblock_search(&memblock.reserved, BASE + PAGE(first));
	const struct memblock_region *r = &memblock.reserved.regions[i];

	assert_true(i >= 0);
	assert_string_equal(r->owner->kind, "badram");
	assert_int_equal(r->base, BASE + PAGE(first));
	assert_int_equal(r->size, PAGE(end - first));
	assert_int_equal(r->owner->prot, 0);
}

static void test_not_asked_for(void **state)
{
	(void)state;
	run("quiet");
	run("memtest=0 badram=0x80000000");
	assert_string_equal(host_log(), "");
	assert_true(page_is(0, HOST_GARBAGE));
	assert_int_equal(memblock.reserved.cnt, 2);
}

static void test_good_ram(void **state)
{
	(void)state;
	run("memtest=2");
	assert_string_equal(host_log(),
		"early_memtest: # of tests: 2\n"
		"  0x0000000080000000 - 0x0000000080004000 pattern ffffffffffffffff\n"
		"  0x0000000080006000 - 0x0000000080010000 pattern ffffffffffffffff\n"
		"  0x0000000080000000 - 0x0000000080004000 pattern 0000000000000000\n"
		"  0x0000000080006000 - 0x0000000080010000 pattern 0000000000000000\n"
		"early_memtest: 0xe000 bytes tested, 0x0 bad\n"
		"EarlyMemtestBad:     0 kB\n");
	assert_int_equal(memblock.reserved.cnt, 2);
}

static void test_reserved_memory_is_left_alone(void **state)
{
	(void)state;
	run("memtest");
	assert_log("early_memtest: # of tests: 17\n");
	assert_true(page_is(3, 0));
	assert_true(page_is(4, HOST_GARBAGE));
	assert_true(page_is(5, HOST_GARBAGE));
	assert_true(page_is(6, 0));
}

/* Linux begins with the last one asked for, and with more than there are again
 * with the first. */
static void test_patterns_come_round(void **state)
{
	(void)state;
	run("memtest=18");
	assert_log("early_memtest: # of tests: 18\n"
		   "  0x0000000080000000 - 0x0000000080004000 pattern 0000000000000000\n"
		   "  0x0000000080006000 - 0x0000000080010000 pattern 0000000000000000\n"
		   "  0x0000000080000000 - 0x0000000080004000 pattern 7a6c7258554e494c\n");
}

static void test_bad_word(void **state)
{
	(void)state;
	run("memtest=1 badram=0x80008123");
	assert_log("  0000000000000000 bad mem addr 0x0000000080008000 - 0x0000000080009000 reserved\n"
		   "early_memtest: 0xe000 bytes tested, 0x1000 bad\n"
		   "EarlyMemtestBad:     4 kB\n");
	assert_bad(8, 9);
	assert_int_equal(memblock.reserved.cnt, 3);
}

/* A page is taken out by the first pattern and not tested by the next. */
static void test_bad_page_is_found_once(void **state)
{
	(void)state;
	run("memtest=3 badram=0x80008000");
	assert_log("pattern 5555555555555555\n"
		   "  5555555555555555 bad mem addr 0x0000000080008000 - 0x0000000080009000 reserved\n"
		   "  0x0000000080000000 - 0x0000000080004000 pattern ffffffffffffffff\n"
		   "  0x0000000080006000 - 0x0000000080008000 pattern ffffffffffffffff\n"
		   "  0x0000000080009000 - 0x0000000080010000 pattern ffffffffffffffff\n");
	assert_no_log("ffffffffffffffff bad");
	assert_log("early_memtest: 0xe000 bytes tested, 0x1000 bad\n");
	assert_true(page_is(8, 0x55));
}

/* Neighbours are one line; the first and the last page of a range, and a range
 * that is all bad, are no special cases. */
static void test_bad_neighbours(void **state)
{
	(void)state;
	run("memtest=1 badram=0x80000000,0x80001ff8,0x80002000,0x80003000,"
	    "0x80006fff,0x8000ffff,0x8000e000");
	assert_bad(0, 4);
	assert_bad(6, 7);
	assert_bad(14, 16);
	assert_log("early_memtest: 0xe000 bytes tested, 0x7000 bad\n");
}

/* What isn't free isn't tested, and so can't be found to be bad. */
static void test_bad_word_in_reserved_memory(void **state)
{
	(void)state;
	run("memtest=1 badram=0x80004000,0x80005000,0x90000000,x");
	assert_log("0x0 bad");
	assert_int_equal(memblock.reserved.cnt, 2);
}

/* Only whole pages are tested: the rest of one belongs to somebody else. */
static void test_parts_of_pages_are_left_alone(void **state)
{
	(void)state;
	memblock_reserve_owner(BASE + PAGE(8) + 0x100, 0x100, MEMBLOCK_NONE,
			       &owner_other);
	memblock_reserve_owner(BASE + PAGE(8) + 0x400, PAGE(1), MEMBLOCK_NONE,
			       &owner_other);
	run("memtest=1");
	assert_log("  0x0000000080006000 - 0x0000000080008000 pattern 0000000000000000\n"
		   "  0x000000008000a000 - 0x0000000080010000 pattern 0000000000000000\n");
	assert_log("early_memtest: 0xc000 bytes tested, 0x0 bad\n");
	assert_true(page_is(7, 0));
	assert_true(page_is(8, HOST_GARBAGE));
	assert_true(page_is(9, HOST_GARBAGE));
}

/* RAM that ends with the last byte of the address space. */
static void test_end_of_addresses(void **state)
{
	phys_addr_t base = -PAGE(2);

	(void)state;
	host_ram(base, PAGE(2));
	memblock_add_node(base, PAGE(2), 0, MEMBLOCK_NONE);
	run("memtest=1 badram=0xfffffffffffffff8");
	assert_log("  0xffffffffffffe000 - 0x0000000000000000 pattern");
	assert_log("bad mem addr 0xfffffffffffff000 - 0x0000000000000000 reserved");
}

static void test_no_room_to_record(void **state)
{
	char args[4096] = "memtest=1 badram=";
	size_t len = strlen(args);
	phys_addr_t big = PAGE(0x90000);

	(void)state;
	host_ram(big, PAGE(512));
	memblock_add_node(big, PAGE(512), 0, MEMBLOCK_NONE);
	for (int i = 0; i < 160; i++)
		len += (size_t)snprintf(args + len, sizeof(args) - len, "%s0x%llx",
					i ? "," : "", big + PAGE(2 * i + 1));
	brk_alloc((phys_addr_t)1 << 20, 1);
	assert_panics(run(args), "memtest: no room to record the bad page at");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_not_asked_for, machine_ready),
		cmocka_unit_test_setup(test_good_ram, machine_ready),
		cmocka_unit_test_setup(test_reserved_memory_is_left_alone,
				       machine_ready),
		cmocka_unit_test_setup(test_patterns_come_round, machine_ready),
		cmocka_unit_test_setup(test_bad_word, machine_ready),
		cmocka_unit_test_setup(test_bad_page_is_found_once,
				       machine_ready),
		cmocka_unit_test_setup(test_bad_neighbours, machine_ready),
		cmocka_unit_test_setup(test_bad_word_in_reserved_memory,
				       machine_ready),
		cmocka_unit_test_setup(test_parts_of_pages_are_left_alone,
				       machine_ready),
		cmocka_unit_test_setup(test_end_of_addresses, machine_ready),
		cmocka_unit_test_setup(test_no_room_to_record, machine_ready),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
