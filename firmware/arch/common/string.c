/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The C library's memory and string functions, in aligned accesses only, and in
 * words, several at a time, where both ends are aligned alike: a boot clears page
 * tables and moves the entries of region tables, which the library's do byte by
 * byte.
 *
 * While the MMU is off all data is Device memory to the CPU (ARM ARM, "Behavior
 * when stage 1 address translation is disabled"): an unaligned access faults
 * there, and so does DC ZVA ("Memory accesses to Device memory"). The library's
 * own are made of these.
 */
#include <stdint.h>
#include <string.h>

/* A word that may alias anything. */
typedef unsigned long __attribute__((may_alias)) word_t;

#define WORD		sizeof(word_t)
#define ALIGNED(p)	((uintptr_t)(p) % WORD == 0)

void *memcpy(void *restrict dst, const void *restrict src, size_t n)
{
	unsigned char *d = dst;
	const unsigned char *s = src;

	if (((uintptr_t)d - (uintptr_t)s) % WORD == 0) {
		for (; n > 0 && !ALIGNED(d); n--)
			*d++ = *s++;
		for (; n >= WORD; n -= WORD, d += WORD, s += WORD)
			*(word_t *)d = *(const word_t *)s;
	}
	while (n-- > 0)
		*d++ = *s++;
	return dst;
}

/* move_up(): to a higher address, so from the end. As they overlap, what is aligned
 * alike is longer than a word. */
static void move_up(unsigned char *d, const unsigned char *s, size_t n)
{
	if (((uintptr_t)d - (uintptr_t)s) % WORD == 0) {
		for (; !ALIGNED(d + n); n--)
			d[n - 1] = s[n - 1];
		for (; n >= WORD; n -= WORD)
			*(word_t *)(d + n - WORD) =
				*(const word_t *)(s + n - WORD);
	}
	for (; n > 0; n--)
		d[n - 1] = s[n - 1];
}

void *memmove(void *dst, const void *src, size_t n)
{
	unsigned char *d = dst;
	const unsigned char *s = src;

	if (d <= s || d >= s + n)
		return memcpy(dst, src, n);
	move_up(d, s, n);
	return dst;
}

void *memset(void *dst, int c, size_t n)
{
	unsigned char *d = dst;
	word_t word = (unsigned char)c * (~0ul / 0xff);

	for (; n > 0 && !ALIGNED(d); n--)
		*d++ = (unsigned char)c;
	for (; n >= 4 * WORD; n -= 4 * WORD, d += 4 * WORD) {
		((word_t *)d)[0] = word;
		((word_t *)d)[1] = word;
		((word_t *)d)[2] = word;
		((word_t *)d)[3] = word;
	}
	while (n-- > 0)
		*d++ = (unsigned char)c;
	return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *p = a, *q = b;

	for (; n > 0; n--, p++, q++) {
		if (*p != *q)
			return *p - *q;
	}
	return 0;
}

void *memchr(const void *s, int c, size_t n)
{
	const unsigned char *p = s;

	for (; n > 0; n--, p++) {
		if (*p == (unsigned char)c)
			return (void *)p;
	}
	return NULL;
}

size_t strnlen(const char *s, size_t max)
{
	size_t n = 0;

	while (n < max && s[n] != '\0')
		n++;
	return n;
}

size_t strlen(const char *s)
{
	return strnlen(s, SIZE_MAX);
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n > 0; n--, a++, b++) {
		if (*a != *b || *a == '\0')
			return (unsigned char)*a - (unsigned char)*b;
	}
	return 0;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, SIZE_MAX);
}

char *strcpy(char *restrict dst, const char *restrict src)
{
	return memcpy(dst, src, strlen(src) + 1);
}

char *strchr(const char *s, int c)
{
	for (; *s != (char)c; s++) {
		if (*s == '\0')
			return NULL;
	}
	return (char *)s;
}

char *strrchr(const char *s, int c)
{
	const char *last = NULL;

	do {
		if (*s == (char)c)
			last = s;
	} while (*s++ != '\0');
	return (char *)last;
}
