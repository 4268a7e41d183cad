/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers in boot arguments: suffixes, bases, and what doesn't fit; words are
 * in test_base.c.
 */
#include <limits.h>

#include "unit.h"

/* assert_number(): @text is @value, and @rest is what follows. */
static void assert_number(const char *text, unsigned long long value,
			  const char *rest)
{
	const char *end;

	assert_true(memparse(text, &end) == value);
	assert_string_equal(end, rest);
}

static void test_suffixes_of_both_cases(void **state)
{
	static const char upper[] = "KMGTPE", lower[] = "kmgtpe";

	(void)state;
	for (unsigned int i = 0; upper[i]; i++) {
		unsigned long long value = 3ull << (10 * (i + 1));
		char text[] = "3?!";

		text[1] = upper[i];
		assert_number(text, value, "!");
		text[1] = lower[i];
		assert_number(text, value, "!");
	}
}

static void test_hexadecimal(void **state)
{
	(void)state;
	assert_number("0x0123456789abcdef", 0x0123456789abcdefull, "");
	assert_number("0XABCDEF", 0xabcdef, "");
	assert_number("0x1E", 0x1e, "");
	assert_number("0x10K", 16384, "");
	assert_number("0x1g", 1ull << 30, "");
}

/* Where no digit follows, 0x is a zero and an x. */
static void test_no_hexadecimal(void **state)
{
	(void)state;
	assert_number("0x", 0, "x");
	assert_number("0xK", 0, "xK");
	assert_number("0xg", 0, "xg");
	assert_number("08", 8, "");
	assert_number("12ab", 12, "ab");
	assert_number("-1", 0, "-1");
	assert_number(" 1", 0, " 1");
}

static void test_what_does_not_fit_is_all_ones(void **state)
{
	(void)state;
	assert_number("18446744073709551615", ULLONG_MAX, "");
	assert_number("18446744073709551616", ULLONG_MAX, "");
	assert_number("18446744073709551620", ULLONG_MAX, "");
	assert_number("99999999999999999999999", ULLONG_MAX, "");
	assert_number("0xffffffffffffffff", ULLONG_MAX, "");
	assert_number("0x10000000000000000", ULLONG_MAX, "");
	assert_number("15E", 15ull << 60, "");
	assert_number("16E", ULLONG_MAX, "");
	assert_number("18014398509481984K", ULLONG_MAX, "");
	assert_number("18014398509481983K", 18014398509481983ull << 10, "");
}

#define TEST(name) cmocka_unit_test_setup(name, unit_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_suffixes_of_both_cases),
		TEST(test_hexadecimal),
		TEST(test_no_hexadecimal),
		TEST(test_what_does_not_fit_is_all_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
