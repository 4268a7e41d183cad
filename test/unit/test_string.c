/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ports' own memory and string functions beside the host's: the same result for
 * every alignment of both ends and every length up to a few words, and not a byte
 * changed around it.
 */
#include "unit.h"

/* The functions under test, by names that aren't the host's. */
#define memcpy		our_memcpy
#define memmove		our_memmove
#define memset		our_memset
#define memcmp		our_memcmp
#define memchr		our_memchr
#define strnlen		our_strnlen
#define strlen		our_strlen
#define strncmp		our_strncmp
#define strcmp		our_strcmp
#define strcpy		our_strcpy
#define strchr		our_strchr
#define strrchr		our_strrchr

void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
size_t strnlen(const char *s, size_t max);
size_t strlen(const char *s);
int strncmp(const char *a, const char *b, size_t n);
int strcmp(const char *a, const char *b);
char *strcpy(char *restrict dst, const char *restrict src);
char *strchr(const char *s, int c);
char *strrchr(const char *s, int c);

#include "../../firmware/arch/common/string.c"

#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef memchr
#undef strnlen
#undef strlen
#undef strncmp
#undef strcmp
#undef strcpy
#undef strchr
#undef strrchr

/* Offsets that are tried, two words of them; the longest length; and room. */
#define OFFSETS		(2 * sizeof(unsigned long))
#define LONGEST		(9 * sizeof(unsigned long) + 3)
#define ROOM		(OFFSETS + LONGEST + OFFSETS)

/* What the host's function and ours work on; each byte is another one. */
static _Alignas(16) unsigned char expected[ROOM], found[ROOM], source[ROOM];

/* draw(): all three as they are at the start. */
static void draw(void)
{
	for (size_t i = 0; i < ROOM; i++) {
		expected[i] = found[i] = (unsigned char)i;
		source[i] = (unsigned char)(0xff - i);
	}
}

/* for_each(): @to and @from are all offsets, @n all lengths. */
#define for_each(to, from, n)						\
	for (size_t to = 0; to < OFFSETS; to++)				\
		for (size_t from = 0; from < OFFSETS; from++)		\
			for (size_t n = 0; n <= LONGEST; n++)

/* A function that copies. */
typedef void *(*copy_fn)(void *to, const void *from, size_t n);

/* assert_copies(): @ours does what the host's @theirs does, from the source, or,
 * where there is none, @within what is copied to. */
static void assert_copies(copy_fn ours, copy_fn theirs, bool within)
{
	for_each(to, from, n) {
		draw();
		theirs(expected + to, (within ? expected : source) + from, n);
		assert_ptr_equal(ours(found + to,
				      (within ? found : source) + from, n),
				 found + to);
		assert_memory_equal(found, expected, ROOM);
	}
}

static void test_memcpy(void **state)
{
	(void)state;
	assert_copies(our_memcpy, memcpy, false);
}

static void test_memmove_within_itself(void **state)
{
	(void)state;
	assert_copies(our_memmove, memmove, true);
}

static void test_memset(void **state)
{
	(void)state;
	for_each(to, value, n) {
		int c = (int)(0x1f0 + value);

		draw();
		memset(expected + to, c, n);
		assert_ptr_equal(our_memset(found + to, c, n), found + to);
		assert_memory_equal(found, expected, ROOM);
	}
}

/* assert_sign(): @a and @b are both negative, both positive or both 0. */
#define assert_sign(a, b)						\
	assert_int_equal(((a) > 0) - ((a) < 0), ((b) > 0) - ((b) < 0))

static void test_memcmp(void **state)
{
	(void)state;
	for (size_t at = 0; at < LONGEST; at++) {
		for (size_t n = 0; n <= LONGEST; n++) {
			draw();
			found[at] += 0x80;
			assert_sign(our_memcmp(found, expected, n),
				    memcmp(found, expected, n));
			assert_sign(our_memcmp(expected, found, n),
				    memcmp(expected, found, n));
		}
	}
}

static void test_memchr_within_bounds(void **state)
{
	(void)state;
	draw();
	for (int c = 0; c < (int)LONGEST; c++) {
		for (size_t n = 0; n <= LONGEST; n++)
			assert_ptr_equal(our_memchr(found, c + 0x100, n),
					 memchr(found, c, n));
	}
}

/* Texts: equal, one within the other, different in each place, above 0x7f. */
static const char *const texts[] = {
	"", "a", "b", "ab", "abc", "abd", "aba", "abcabc", "\x80", "a\x80", "a\x7f",
	"memblock=debug", "memblock", "memory",
};

static void test_comparison_of_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		for (size_t k = 0; k < ARRAY_SIZE(texts); k++) {
			assert_sign(our_strcmp(texts[i], texts[k]),
				    strcmp(texts[i], texts[k]));
			for (size_t n = 0; n < OFFSETS; n++)
				assert_sign(our_strncmp(texts[i], texts[k], n),
					    strncmp(texts[i], texts[k], n));
		}
	}
}

static void test_lengths_of_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		assert_int_equal(our_strlen(texts[i]), strlen(texts[i]));
		for (size_t max = 0; max < OFFSETS; max++)
			assert_int_equal(our_strnlen(texts[i], max),
					 strnlen(texts[i], max));
	}
	/* Where there is no end, nothing behind the bound is read. */
	draw();
	assert_int_equal(our_strnlen((char *)source + ROOM - 4, 4), 4);
}

static void test_copies_of_texts(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		draw();
		strcpy((char *)expected, texts[i]);
		assert_ptr_equal(our_strcpy((char *)found, texts[i]), found);
		assert_memory_equal(found, expected, ROOM);
	}
}

static void test_characters_in_texts(void **state)
{
	static const char wanted[] = "abcdemx=\x80";

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		for (size_t k = 0; k < sizeof(wanted); k++) {
			assert_ptr_equal(our_strchr(texts[i], wanted[k]),
					 strchr(texts[i], wanted[k]));
			assert_ptr_equal(our_strrchr(texts[i], wanted[k]),
					 strrchr(texts[i], wanted[k]));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memcpy),
		cmocka_unit_test(test_memmove_within_itself),
		cmocka_unit_test(test_memset),
		cmocka_unit_test(test_memcmp),
		cmocka_unit_test(test_memchr_within_bounds),
		cmocka_unit_test(test_comparison_of_texts),
		cmocka_unit_test(test_lengths_of_texts),
		cmocka_unit_test(test_copies_of_texts),
		cmocka_unit_test(test_characters_in_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
