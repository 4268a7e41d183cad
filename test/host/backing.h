/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host's memory behind a window of simulated RAM. backing.c has it from the
 * system anew each time, test/fuzz/arena.c keeps what it once had.
 */
#ifndef BACKING_H
#define BACKING_H

#include "types.h"

/* What one window has. */
struct backing {
	unsigned char *block;	/* what the host's allocator returned */
	size_t mapped;		/* bytes mapped at block; 0: it is from the heap */
	size_t lead, size;	/* the window's place in it, where that is needed */
};

/*
 * @size bytes for a window, @lead bytes, fewer than a page has, behind the begin
 * of a page; NULL where there is no room. _small: from the heap, where ASan
 * notices an access one byte outside, full of HOST_GARBAGE. _large: costs what is
 * touched of it; pages that can't be touched are around it.
 */
unsigned char *backing_small(struct backing *b, size_t size, size_t lead);
unsigned char *backing_large(struct backing *b, size_t size, size_t lead);

/* backing_drop(): @b's window is gone. */
void backing_drop(struct backing *b);

#endif
