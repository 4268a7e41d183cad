/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sets of addresses, for an oracle that shares no idea with memblock: sorted
 * ranges by first and last byte, neither overlapping nor touching, and every
 * operation a loop over all of them.
 */
#ifndef RANGE_SET_H
#define RANGE_SET_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "types.h"

/* Ranges of a set at most: more than any tree of a target can make. */
#define SET_MAX		512u

struct range {
	uint64_t first, last;
};

struct range_set {
	unsigned int nr;
	struct range at[SET_MAX];
};

/* set_splice(): the @old ranges from @i on become those of @new, @nr of them. */
static inline void set_splice(struct range_set *set, unsigned int i,
			      unsigned int old, const struct range *new,
			      unsigned int nr)
{
	if (set->nr - old + nr > SET_MAX)
		abort();
	memmove(&set->at[i + nr], &set->at[i + old],
		(set->nr - i - old) * sizeof(*set->at));
	memcpy(&set->at[i], new, nr * sizeof(*new));
	set->nr += nr - old;
}

/* set_copy(): @set becomes @other. */
static inline void set_copy(struct range_set *set, const struct range_set *other)
{
	set->nr = other->nr;
	memcpy(set->at, other->at, other->nr * sizeof(*set->at));
}

/* set_first_from(): the first range that ends at or behind @first, or touches it
 * where @touching. */
static inline unsigned int set_first_from(const struct range_set *set,
					  uint64_t first, bool touching)
{
	unsigned int i = 0;

	if (touching && first)
		first--;
	while (i < set->nr && set->at[i].last < first)
		i++;
	return i;
}

/* set_add(): [@first, @last] is in @set. */
static inline void set_add(struct range_set *set, uint64_t first, uint64_t last)
{
	unsigned int i = set_first_from(set, first, true), end = i;
	struct range new = { first, last };
	uint64_t behind = last == UINT64_MAX ? last : last + 1;

	while (end < set->nr && set->at[end].first <= behind) {
		new.first = MIN(new.first, set->at[end].first);
		new.last = MAX(new.last, set->at[end].last);
		end++;
	}
	set_splice(set, i, end - i, &new, 1);
}

/* set_remove(): nothing of [@first, @last] is in @set. */
static inline void set_remove(struct range_set *set, uint64_t first,
			      uint64_t last)
{
	unsigned int i = set_first_from(set, first, false), end = i, nr = 0;
	struct range rest[2];

	while (end < set->nr && set->at[end].first <= last)
		end++;
	if (i < end && set->at[i].first < first)
		rest[nr++] = (struct range){ set->at[i].first, first - 1 };
	if (i < end && set->at[end - 1].last > last)
		rest[nr++] = (struct range){ last + 1, set->at[end - 1].last };
	set_splice(set, i, end - i, rest, nr);
}

/* set_remove_all(): nothing of @other is in @set; set_keep(): nothing else is. */
static inline void set_remove_all(struct range_set *set,
				  const struct range_set *other)
{
	for (unsigned int i = 0; i < other->nr; i++)
		set_remove(set, other->at[i].first, other->at[i].last);
}

static inline void set_keep(struct range_set *set,
			    const struct range_set *other)
{
	uint64_t pos = 0;

	for (unsigned int i = 0; i < other->nr; i++) {
		if (other->at[i].first > pos)
			set_remove(set, pos, other->at[i].first - 1);
		if (other->at[i].last == UINT64_MAX)
			return;
		pos = other->at[i].last + 1;
	}
	set_remove(set, pos, UINT64_MAX);
}

/* set_meets(): some byte of [@first, @last] is in @set; set_covers(): all are. */
static inline bool set_meets(const struct range_set *set, uint64_t first,
			     uint64_t last)
{
	unsigned int i = set_first_from(set, first, false);

	return i < set->nr && set->at[i].first <= last;
}

static inline bool set_covers(const struct range_set *set, uint64_t first,
			      uint64_t last)
{
	unsigned int i = set_first_from(set, first, false);

	return i < set->nr && set->at[i].first <= first &&
	       set->at[i].last >= last;
}

/* set_inside(): all of @set is in @other; set_same(): and nothing else. */
static inline bool set_inside(const struct range_set *set,
			      const struct range_set *other)
{
	for (unsigned int i = 0; i < set->nr; i++)
		if (!set_covers(other, set->at[i].first, set->at[i].last))
			return false;
	return true;
}

static inline bool set_same(const struct range_set *set,
			    const struct range_set *other)
{
	return set->nr == other->nr &&
	       !memcmp(set->at, other->at, set->nr * sizeof(*set->at));
}

/* set_bytes(): how many bytes are in @set, modulo 2^64. */
static inline uint64_t set_bytes(const struct range_set *set)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < set->nr; i++)
		sum += set->at[i].last - set->at[i].first + 1;
	return sum;
}

/* set_pages_in(): only the whole pages of each range. */
static inline void set_pages_in(struct range_set *set)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < set->nr; i++) {
		uint64_t head = -set->at[i].first & ~PAGE_MASK;
		uint64_t tail = (set->at[i].last + 1) & ~PAGE_MASK;
		uint64_t more = set->at[i].last - set->at[i].first;

		if (more >= head && more - head >= tail &&
		    more - head - tail + 1 >= PAGE_SIZE)
			set->at[nr++] = (struct range){
				set->at[i].first + head,
				set->at[i].last - tail };
	}
	set->nr = nr;
}

/* set_add_pages(): every page that [@first, @last] touches is in @set. */
static inline void set_add_pages(struct range_set *set, uint64_t first,
				 uint64_t last)
{
	set_add(set, first & PAGE_MASK, last | ~PAGE_MASK);
}

#endif
