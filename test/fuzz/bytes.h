/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A fuzzer's bytes as a stream of choices. Behind their end everything is 0, so
 * that a short input is a simple one.
 */
#ifndef BYTES_H
#define BYTES_H

#include <stddef.h>
#include <stdint.h>

struct bytes {
	const uint8_t *at, *end;
};

/* byte(): the next one. */
static inline uint8_t byte(struct bytes *bytes)
{
	return bytes->at < bytes->end ? *bytes->at++ : 0;
}

/* below(): 0 to @n - 1; @n is 256 at most. */
static inline unsigned int below(struct bytes *bytes, unsigned int n)
{
	return byte(bytes) % n;
}

/* number(): @n bytes, least significant first. */
static inline uint64_t number(struct bytes *bytes, unsigned int n)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < n; i++)
		value |= (uint64_t)byte(bytes) << 8 * i;
	return value;
}

#endif
