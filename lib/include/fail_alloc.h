/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Failing on purpose: the boot argument failalloc=N makes the N-th early
 * allocation fail, so that every out-of-memory path can be walked.
 */
#ifndef FAIL_ALLOC_H
#define FAIL_ALLOC_H

#include <stdbool.h>

/*
 * fail_alloc_set(): the @n-th allocation from now on fails, counted from 1 over
 * brk, memblock and bootmem; 0: none does.
 */
void fail_alloc_set(unsigned long n);

/* fail_alloc(): called once by each early allocation: true where it must fail. */
bool fail_alloc(void);

/* fail_alloc_count(): early allocations since fail_alloc_set(). */
unsigned long fail_alloc_count(void);

#endif
