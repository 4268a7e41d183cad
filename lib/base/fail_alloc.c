/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The n-th early allocation fails. Counting is all there is to it: the allocators
 * ask, and do what they do when there is no room.
 */
#include "fail_alloc.h"

/* Allocations so far, and which of them fails; 0: none. */
static unsigned long count, failing;

void fail_alloc_set(unsigned long n)
{
	count = 0;
	failing = n;
}

bool fail_alloc(void)
{
	return ++count == failing;
}

unsigned long fail_alloc_count(void)
{
	return count;
}
