/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sum by which the image knows that it is what was built.
 *
 * A pair: 64-bit words added up, and the sums that this went through added up, as
 * Fletcher's checksum does. The first sees every change of a single word, the second
 * that words changed places.
 */
#ifndef SETTLE_H
#define SETTLE_H

#include <stdint.h>

struct image_sum {
	uint64_t words;
	uint64_t sums;
};

#pragma GCC visibility push(hidden)
/* What ci/image_sum.py wrote into the header, 0 and 0 where it didn't; and what was
 * found before the image was changed. */
extern const struct image_sum image_sum;
extern struct image_sum image_sum_found;
#pragma GCC visibility pop

#endif
