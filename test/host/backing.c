/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RAM from the system: small windows out of the heap, large ones mapped without
 * backing store, so that 16 TiB cost what is touched of them.
 */
#include "backing.h"

#include <sanitizer/asan_interface.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "host.h"

/* Bytes of a page as a size_t, for the host's allocators. */
#define HOST_PAGE	((size_t)PAGE_SIZE)

unsigned char *backing_small(struct backing *b, size_t size, size_t lead)
{
	void *block;

	if (posix_memalign(&block, HOST_PAGE, lead + size))
		return NULL;
	memset(block, HOST_GARBAGE, lead + size);
	ASAN_POISON_MEMORY_REGION(block, lead);
	b->block = block;
	return b->block + lead;
}

unsigned char *backing_large(struct backing *b, size_t size, size_t lead)
{
	size_t inner = (lead + size + HOST_PAGE - 1) & ~(HOST_PAGE - 1);

	b->mapped = inner + 2 * HOST_PAGE;
	b->block = mmap(NULL, b->mapped, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (b->block == MAP_FAILED ||
	    mprotect(b->block + HOST_PAGE, inner, PROT_READ | PROT_WRITE))
		return NULL;
	return b->block + HOST_PAGE + lead;
}

void backing_drop(struct backing *b)
{
	if (b->mapped)
		munmap(b->block, b->mapped);
	else
		free(b->block);
}
