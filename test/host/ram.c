/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Simulated RAM: windows of host memory that stand for physical ranges.
 *
 * Physical addresses are sparse (a board may have RAM at 64 GiB and at 70 TiB),
 * so there is no single offset: each window has its own. Where their bytes come
 * from is the backing's business.
 *
 * Inside its window a physical address keeps its offset within the page, so
 * what is page aligned physically is so for the host as well.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch.h"
#include "backing.h"
#include "host.h"
#include "ram.h"

struct window {
	struct window *next;	/* in no order */
	phys_addr_t base;	/* first byte */
	phys_addr_t last;	/* last byte; a window may end at 2^64 */
	unsigned char *va;	/* where the host sees the first byte */
	struct backing backing;	/* what that is a part of */
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

/* add_window(): RAM at [@base, @last], from the heap where it is @small. */
static void *add_window(phys_addr_t base, phys_addr_t last, bool small)
{
	struct window *w = calloc(1, sizeof(*w));

	if (!w)
		die("out of memory for RAM", base, last - base + 1);
	w->base = base;
	w->last = last;
	w->va = (small ? backing_small : backing_large)
		(&w->backing, last - base + 1, base & (PAGE_SIZE - 1));
	if (!w->va)
		die("can't have that much RAM", base, last - base + 1);
	w->next = windows;
	windows = w;
	return w->va;
}

void *host_ram(phys_addr_t base, phys_addr_t size)
{
	check_window(base, size);
	return add_window(base, base + (size - 1), size <= HOST_SMALL_RAM);
}

/* demand(): RAM around @pa, as the machine's owner has it; NULL where there is
 * none. Where the whole would be too large it is the last part, or begins at @pa;
 * a map at the end of RAM lies in one piece so. It ends where other RAM begins. */
static void *demand(phys_addr_t pa)
{
	phys_addr_t base, last;

	if (!host.find_ram || !host.find_ram(pa, &base, &last))
		return NULL;
	if (last - base >= DEMAND_MAX)
		base = MIN(pa, last - (DEMAND_MAX - 1));
	last = MIN(last, base + (DEMAND_MAX - 1));
	for (struct window *w = windows; w; w = w->next) {
		if (w->base > pa)
			last = MIN(last, w->base - 1);
		else
			base = MAX(base, w->last + 1);
	}
	add_window(base, last, false);
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
		backing_drop(&w->backing);
		free(w);
	}
}
