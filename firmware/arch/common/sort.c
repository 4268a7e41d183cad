/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The C library's qsort() anew: whatever order a device tree has its nodes in, it
 * takes n log n steps and no stack, where the library's takes n squared at worst.
 * It accesses no more than a byte at a time (string.c says why that matters), and
 * is a tenth of the library's in size.
 */
#include <stdlib.h>

/* swap(): exchange the @size bytes at @a and @b. */
static void swap(char *a, char *b, size_t size)
{
	while (size-- > 0) {
		char c = a[size];

		a[size] = b[size];
		b[size] = c;
	}
}

/* sift_down(): entry @i of the @n at @base, each @size bytes, goes down until
 * none below it is larger. */
static void sift_down(char *base, size_t i, size_t n, size_t size,
		      int (*compare)(const void *, const void *))
{
	for (size_t child; (child = 2 * i + 1) < n; i = child) {
		if (child + 1 < n && compare(base + child * size,
					     base + (child + 1) * size) < 0)
			child++;
		if (compare(base + i * size, base + child * size) >= 0)
			return;
		swap(base + i * size, base + child * size, size);
	}
}

/* qsort(): heapsort, without a stack and never quadratic. */
void qsort(void *base, size_t n, size_t size,
	   int (*compare)(const void *, const void *))
{
	for (size_t i = n / 2; i-- > 0;)
		sift_down(base, i, n, size, compare);
	for (size_t left = n; left-- > 1;) {
		swap(base, (char *)base + left * size, size);
		sift_down(base, 0, left, size, compare);
	}
}
