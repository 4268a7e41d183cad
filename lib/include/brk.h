/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * brk: the first allocator, a pointer that is moved through a region of the
 * image. For what is needed while nothing is known yet of the machine's memory.
 */
#ifndef BRK_H
#define BRK_H

#include "types.h"

/* brk_init(): hand over [@start, @end), memory that is ours from the outset. */
void brk_init(phys_addr_t start, phys_addr_t end);

/*
 * brk_alloc(): @size zeroed bytes at a multiple of @align, a power of two; NULL
 * where that much isn't left. Nothing can be freed. A BUG once sealed.
 */
void *brk_alloc(size_t size, size_t align);

/* brk_alloc_or_panic(): the same; what is too much for it ends the boot, saying
 * @what it was for. */
void *brk_alloc_or_panic(size_t size, size_t align, const char *what);

/*
 * brk_seal(): no brk_alloc() is legal any more. [*@start, *@end) are the whole
 * pages that were never used and may be given away.
 */
void brk_seal(phys_addr_t *start, phys_addr_t *end);

/*
 * brk_extend(): from here on allocations come from [@start, @end), memory that
 * nobody else uses; what was left of the region before stays unused.
 */
void brk_extend(phys_addr_t start, phys_addr_t end);

/* brk_used(): bytes handed out, padding included. */
size_t brk_used(void);

/* brk_left(): bytes that can still be handed out. */
phys_addr_t brk_left(void);

#endif
