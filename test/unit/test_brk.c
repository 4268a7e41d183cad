/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * brk: a region of eight pages that is given away from the left.
 *
 *	BASE					BASE + 8 pages
 *	[ used | padding | used | never used ...  )
 */
#include "unit.h"

/* Where the region lies, and its size. */
#define BASE	((phys_addr_t)2 << 30)
#define SIZE	PAGE(8)

/* region(): a fresh region; a cmocka setup. */
static int region(void **state)
{
	unit_reset(state);
	host_ram(BASE, SIZE);
	brk_init(BASE, BASE + SIZE);
	return 0;
}

/* at(): where in the region @mem is. */
static phys_addr_t at(const void *mem)
{
	return virt_to_phys(mem) - BASE;
}

static void test_brk_alloc_one_after_the_other(void **state)
{
	(void)state;
	assert_int_equal(at(brk_alloc(24, 8)), 0);
	assert_int_equal(at(brk_alloc(1, 1)), 24);
	assert_int_equal(at(brk_alloc(8, 8)), 32);
	assert_int_equal(brk_used(), 40);
}

static void test_aligned_by_physical_address(void **state)
{
	(void)state;
	brk_alloc(1, 1);
	assert_int_equal(at(brk_alloc(1, 64)), 64);
	assert_int_equal(at(brk_alloc(1, PAGE_SIZE)), PAGE(1));
}

static void test_zeroed(void **state)
{
	unsigned char zeros[100] = { 0 };

	(void)state;
	assert_memory_equal(brk_alloc(sizeof(zeros), 1), zeros, sizeof(zeros));
}

static void test_down_to_the_last_byte(void **state)
{
	(void)state;
	assert_non_null(brk_alloc(SIZE - 1, 1));
	assert_null(brk_alloc(2, 1));
	assert_null(brk_alloc(1, PAGE_SIZE));
	assert_null(brk_alloc(1, 4 * SIZE));
	assert_int_equal(at(brk_alloc(1, 1)), SIZE - 1);
	assert_null(brk_alloc(1, 1));
}

static void test_too_much_takes_nothing(void **state)
{
	(void)state;
	assert_null(brk_alloc(SIZE + 1, 1));
	assert_null(brk_alloc(SIZE_MAX, 1));
	assert_int_equal(brk_used(), 0);
	assert_int_equal(at(brk_alloc(SIZE, 1)), 0);
}

/* Nothing at all is to be had of a region of which nothing is left. */
static void test_nothing_of_a_full_region(void **state)
{
	(void)state;
	brk_init(BASE, BASE + SIZE / 2);
	assert_non_null(brk_alloc(SIZE / 2, 1));
	assert_non_null(brk_alloc(0, 1));
	assert_null(brk_alloc(1, 1));
}

static void test_brk_alloc_or_panic_says_what_for(void **state)
{
	(void)state;
	assert_panics(brk_alloc_or_panic(SIZE + 1, 1, "elephants"),
		      "elephants");
}

static void test_brk_seal_gives_back_whole_pages(void **state)
{
	phys_addr_t start, end;

	(void)state;
	brk_alloc(PAGE_SIZE + 1, 1);
	brk_seal(&start, &end);
	assert_int_equal(start, BASE + PAGE(2));
	assert_int_equal(end, BASE + SIZE);
	assert_int_equal(brk_left(), PAGE_SIZE - 1);
}

static void test_seal_of_a_full_region(void **state)
{
	phys_addr_t start, end;

	(void)state;
	brk_alloc(SIZE - 1, 1);
	brk_seal(&start, &end);
	assert_int_equal(start, end);
}

/* What was left of the image's region is lost, what was used is remembered. */
static void test_brk_extend_goes_on_elsewhere(void **state)
{
	phys_addr_t start, end;

	(void)state;
	brk_alloc(100, 1);
	host_ram(BASE + 2 * SIZE, 2 * SIZE);
	brk_extend(BASE + 2 * SIZE, BASE + 4 * SIZE);
	assert_int_equal(brk_used(), 100);
	assert_int_equal(brk_left(), 2 * SIZE);
	assert_int_equal(at(brk_alloc(2 * SIZE - PAGE_SIZE, 1)), 2 * SIZE);
	assert_int_equal(brk_used(), 100 + 2 * SIZE - PAGE_SIZE);
	assert_null(brk_alloc(PAGE_SIZE + 1, 1));
	brk_seal(&start, &end);
	assert_int_equal(start, BASE + 4 * SIZE - PAGE_SIZE);
	assert_int_equal(end, BASE + 4 * SIZE);
}

static void test_sealed_is_sealed(void **state)
{
	phys_addr_t start, end;

	(void)state;
	brk_seal(&start, &end);
	assert_panics(brk_alloc(1, 1), "BUG: ");
}

static void test_alignment_must_be_a_power_of_two(void **state)
{
	(void)state;
	assert_panics(brk_alloc(1, 3), "BUG: ");
	assert_panics(brk_alloc(1, 0), "BUG: ");
}

static void test_illegal_once_memblock_allocates(void **state)
{
	(void)state;
	stage_begin(STAGE_BOOTMEM);
	assert_panics(brk_alloc(1, 1), "BUG: ");
	assert_log("brk");
	assert_log("memblock");
	assert_panics(brk_extend(BASE, BASE + SIZE), "brk_extend() of brk called in");
}

#define TEST(name) cmocka_unit_test_setup(name, region)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_brk_alloc_one_after_the_other),
		TEST(test_aligned_by_physical_address),
		TEST(test_zeroed),
		TEST(test_down_to_the_last_byte),
		TEST(test_too_much_takes_nothing),
		TEST(test_nothing_of_a_full_region),
		TEST(test_brk_alloc_or_panic_says_what_for),
		TEST(test_brk_seal_gives_back_whole_pages),
		TEST(test_seal_of_a_full_region),
		TEST(test_brk_extend_goes_on_elsewhere),
		TEST(test_sealed_is_sealed),
		TEST(test_alignment_must_be_a_power_of_two),
		TEST(test_illegal_once_memblock_allocates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
