/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Formatting into memory, beside the host's: the same text and the same length for
 * room of every size, and not a byte behind it. The formatting itself is the C
 * library's on both sides.
 */
#include <stdarg.h>
#include <stdio.h>

#include "unit.h"

/* The functions under test, by names that aren't the host's; of a stream the host's
 * library has another idea, and of the function that fills it another name. */
#define vsnprintf	our_vsnprintf
#define snprintf	our_snprintf
int vsnprintf(char *restrict text, size_t size, const char *restrict fmt, va_list args);
int snprintf(char *restrict text, size_t size, const char *restrict fmt, ...);
#define FDEV_SETUP_STREAM(put, get, flush, flags) { 0 }
#define __asm__(name)
#include "../../firmware/arch/common/stdio.c"
#undef __asm__
#undef vsnprintf
#undef snprintf

/* The longest text, and what stands in the room before. */
#define LONGEST		64
#define BEFORE		0x5a

/* format(): character by character, each of which must go well. */
int format(FILE *file, const char *fmt, struct arguments *args)
{
	char text[LONGEST];
	int len = vsnprintf(text, sizeof(text), fmt, args->list);

	assert_int_equal((uintptr_t)args % 16, 0);
	for (int i = 0; i < len; i++)
		assert_int_equal(put_char(text[i], file), (unsigned char)text[i]);
	return len;
}

/* assert_text(): our text in @size bytes of room is the host's. */
static void assert_text(size_t size, const char *word, int number)
{
	char expected[LONGEST], found[LONGEST];

	memset(expected, BEFORE, sizeof(expected));
	memset(found, BEFORE, sizeof(found));
	assert_int_equal(our_snprintf(found, size, "%s is %d", word, number),
			 snprintf(expected, size, "%s is %d", word, number));
	assert_memory_equal(found, expected, sizeof(found));
}

/* Room of every size, from none to more than enough. */
static void test_text_in_any_room(void **state)
{
	(void)state;
	for (size_t size = 0; size < LONGEST; size++) {
		assert_text(size, "answer", 42);
		assert_text(size, "\xff\xfe", -7);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_in_any_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
