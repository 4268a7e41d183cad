/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ports' own qsort(): sorted, of every length up to a few dozen, of entries of
 * any size, and nothing lost or changed around them.
 */
#include "unit.h"

#define qsort	our_qsort
void qsort(void *base, size_t n, size_t size,
	   int (*compare)(const void *, const void *));
#include "../../firmware/arch/common/sort.c"
#undef qsort

/* The longest array, and bytes of the largest entry. */
#define LONGEST		40
#define LARGEST		24

/* Different values that entries have: few, so that many are equal. */
#define NR_VALUES	17

/* by_first_byte(): an entry is as large as its first byte. */
static int by_first_byte(const void *a, const void *b)
{
	return *(const unsigned char *)a - *(const unsigned char *)b;
}

/* sort_and_check(): @n entries of @size bytes, all bytes of each the same. */
static void sort_and_check(size_t n, size_t size, unsigned int seed)
{
	unsigned char entries[(LONGEST + 1) * LARGEST];
	size_t count[NR_VALUES + 1] = { 0 };

	memset(entries, 0xa5, sizeof(entries));
	for (size_t i = 0; i < n; i++) {
		seed = seed * 1103515245 + 12345;
		memset(entries + i * size, (int)(seed >> 16) % NR_VALUES, size);
		count[entries[i * size]]++;
	}
	our_qsort(entries, n, size, by_first_byte);
	for (size_t i = 0; i < n; i++) {
		assert_true(entries[i * size] < NR_VALUES);
		assert_true(i == 0 ||
			    entries[(i - 1) * size] <= entries[i * size]);
		for (size_t k = 1; k < size; k++)
			assert_int_equal(entries[i * size + k],
					 entries[i * size]);
		count[entries[i * size]]--;
	}
	for (size_t i = 0; i < NR_VALUES; i++)
		assert_int_equal(count[i], 0);
	for (size_t i = n * size; i < sizeof(entries); i++)
		assert_int_equal(entries[i], 0xa5);
}

static void test_every_length(void **state)
{
	(void)state;
	for (size_t n = 0; n <= LONGEST; n++)
		for (unsigned int seed = 0; seed < 20; seed++)
			sort_and_check(n, 8, seed);
}

static void test_every_size(void **state)
{
	(void)state;
	for (size_t size = 1; size <= LARGEST; size++)
		sort_and_check(LONGEST, size, (unsigned int)size);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_length),
		cmocka_unit_test(test_every_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
