/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Simulated RAM: windows of host memory that stand for physical ranges.
 *
 * Physical addresses are sparse (a board may have RAM at 64 GiB and at 70 TiB),
 * so there is no single offset: each window has its own. Small windows come
 * from the heap, where ASan notices an access one byte outside; large ones are
 * mapped without backing store, so 16 TiB cost what is touched of them, and
 * have an inaccessible page at either end.
 *
 * Inside its window a physical address keeps its offset within the page, so
 * what is page aligned physically is so for the host as well.
 */
#include <sanitizer/asan_interface.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "arch.h"
#include "host.h"
#include "ram.h"

/* Bytes of a page as a size_t, for the host's allocators. */
#define HOST_PAGE	((size_t)PAGE_SIZE)

struct window {
	struct window *next;	/* in no order */
	phys_addr_t base;	/* first byte */
	phys_addr_t last;	/* last byte; a window may end at 2^64 */
	unsigned char *va;	/* where the host sees the first byte */
	unsigned char *block;	/* what the host's allocator returned */
	size_t mapped;		/* bytes mapped at block; 0: it is from the heap */
};

/* All windows there are. */
static struct window *windows;

/* The largest window that is made on demand: room for the metadata of any
 * machine, and some dozen of them fit into the host's addresses. */
#define DEMAND_MAX	((phys_addr_t)1 << 42)

/* die(): end the test program; the RAM a test set up doesn't fit its use. */
static void __attribute__((noreturn)) die(const char *what, phys_addr_t base,
					  phys_addr_t size)
{
	fflush(stdout);
	fprintf(stderr, "host: %s: 0x%016llx, 0x%llx bytes\n", what, base, size);
	abort();
}

/* window_of(): the window that holds @pa, or NULL. */
static struct window *window_of(phys_addr_t pa)
{
	struct window *w = windows;

	while (w && !(w->base <= pa && pa <= w->last))
		w = w->next;
	return w;
}

void *ram_find(phys_addr_t pa, size_t size)
{
	struct window *w = window_of(pa);

	if (!w || size - 1 > w->last - pa)
		return NULL;
	return w->va + (pa - w->base);
}

phys_addr_t virt_to_phys(const volatile void *va)
{
	uintptr_t address = (uintptr_t)va;

	for (struct window *w = windows; w; w = w->next)
		if (address - (uintptr_t)w->va <= w->last - w->base)
			return w->base + (address - (uintptr_t)w->va);
	die("virt_to_phys() of a pointer into no RAM", address, 1);
}

/* alloc_small(): @w's bytes from the heap, full of garbage, @lead unused bytes
 * before them. */
static void alloc_small(struct window *w, size_t size, size_t lead)
{
	void *block;

	if (posix_memalign(&block, HOST_PAGE, lead + size))
		die("out of memory for RAM", w->base, size);
	memset(block, HOST_GARBAGE, lead + size);
	ASAN_POISON_MEMORY_REGION(block, lead);
	w->block = block;
	w->va = w->block + lead;
}

/* alloc_large(): @w's bytes as untouched pages between two that fault. */
static void alloc_large(struct window *w, size_t size, size_t lead)
{
	size_t inner = (lead + size + HOST_PAGE - 1) & ~(HOST_PAGE - 1);

	w->mapped = inner + 2 * HOST_PAGE;
	w->block = mmap(NULL, w->mapped, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (w->block == MAP_FAILED ||
	    mprotect(w->block + HOST_PAGE, inner, PROT_READ | PROT_WRITE))
		die("can't map that much RAM", w->base, size);
	w->va = w->block + HOST_PAGE + lead;
}

/* check_window(): @size bytes at @base can become a window: not empty, not past
 * the end of the address space, not there already. */
static void check_window(phys_addr_t base, phys_addr_t size)
{
	phys_addr_t last = base + (size - 1);

	if (!size || last < base)
		die("RAM of no or too many bytes", base, size);
	for (struct window *w = windows; w; w = w->next)
		if (base <= w->last && w->base <= last)
			die("RAM overlaps other RAM", base, size);
}

/* add_window(): RAM at [@base, @last], from @alloc. */
static void *add_window(phys_addr_t base, phys_addr_t last,
			void (*alloc)(struct window *, size_t, size_t))
{
	struct window *w = calloc(1, sizeof(*w));

	if (!w)
		die("out of memory for RAM", base, last - base + 1);
	w->base = base;
	w->last = last;
	alloc(w, last - base + 1, base & (PAGE_SIZE - 1));
	w->next = windows;
	windows = w;
	return w->va;
}

void *host_ram(phys_addr_t base, phys_addr_t size)
{
	check_window(base, size);
	return add_window(base, base + (size - 1),
			  size <= HOST_SMALL_RAM ? alloc_small : alloc_large);
}

/* demand(): RAM around @pa, as the machine's owner has it; NULL where there is
 * none. It begins at @pa where the whole would be too large, and ends where
 * other RAM begins. */
static void *demand(phys_addr_t pa)
{
	phys_addr_t base, last;

	if (!host.find_ram || !host.find_ram(pa, &base, &last))
		return NULL;
	if (last - base >= DEMAND_MAX)
		base = pa;
	last = MIN(last, base + (DEMAND_MAX - 1));
	for (struct window *w = windows; w; w = w->next) {
		if (w->base > pa)
			last = MIN(last, w->base - 1);
		else
			base = MAX(base, w->last + 1);
	}
	add_window(base, last, alloc_large);
	return ram_find(pa, 1);
}

void *phys_to_virt(phys_addr_t pa)
{
	void *va = ram_find(pa, 1);

	if (!va)
		va = demand(pa);
	if (!va)
		die("phys_to_virt() of an address that no RAM has", pa, 1);
	return va;
}

void host_load(phys_addr_t pa, const void *data, size_t size)
{
	if (!window_of(pa))
		host_ram(pa, size);
	if (!ram_find(pa, size))
		die("RAM ends inside what is loaded", pa, size);
	memcpy(ram_find(pa, size), data, size);
}

void ram_reset(void)
{
	while (windows) {
		struct window *w = windows;

		windows = w->next;
		if (w->mapped)
			munmap(w->block, w->mapped);
		else
			free(w->block);
		free(w);
	}
}
