/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RAM for millions of machines, one after the other: test/host/backing.c's part
 * without a system call for each.
 *
 * Addresses are set aside once, in slots with a page that faults on either side.
 * A window has a slot of its own and ends where the slot ends, because early
 * allocations come from the top of RAM: so run after run touches the same pages,
 * and only the first one pays for them. What they held before is the garbage that
 * RAM is full of. Now and then all are given back. ASan knows of each window's ends
 * to the byte.
 *
 * A machine that needs more slots than there are can't be simulated; that ends its
 * run as failed, with a line.
 */
#include <sanitizer/asan_interface.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "arch.h"
#include "backing.h"
#include "fuzz.h"
#include "host.h"

/* Slots; the bytes of one: what test/host/ram.c makes on demand at most; and of
 * the pages on either side. ASan leaves addresses for some more. */
#define NR_SLOTS	20
#define SLOT_SIZE	((size_t)1 << 42)
#define GUARD		((size_t)PAGE_SIZE)

/* Machines between two times at which all pages are given back. */
#define RUNS_KEPT	(1ul << 14)

/* The slots that there are so far, which are in use, and machines so far. */
static unsigned char *slots[NR_SLOTS];
static uint32_t used;
static unsigned long nr_runs;

/* new_slot(): addresses for a slot. */
static unsigned char *new_slot(void)
{
	unsigned char *at = mmap(NULL, SLOT_SIZE + 2 * GUARD, PROT_NONE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
				 -1, 0);

	if (at == MAP_FAILED ||
	    mprotect(at + GUARD, SLOT_SIZE, PROT_READ | PROT_WRITE)) {
		perror("fuzz: no addresses for RAM");
		exit(EXIT_FAILURE);
	}
	return at + GUARD;
}

/* give_back(): no slot has a page of the system's any more. */
static void give_back(void)
{
	for (size_t i = 0; i < NR_SLOTS && slots[i]; i++)
		madvise(slots[i], SLOT_SIZE, MADV_DONTNEED);
}

/* take_slot(): the number of a slot that is free now; NR_SLOTS where none is. */
static size_t take_slot(void)
{
	size_t slot = (size_t)__builtin_ctz(~used);

	if (slot >= NR_SLOTS)
		return NR_SLOTS;
	if (!slots[slot])
		slots[slot] = new_slot();
	if (!used && ++nr_runs % RUNS_KEPT == 0)
		give_back();
	used |= 1u << slot;
	return slot;
}

/* fence(): what of @b's pages isn't its window's can't be touched, nor the page
 * before them; or it can be again. */
static void fence(const struct backing *b, bool up)
{
	unsigned char *end = slots[b->mapped - 1] + SLOT_SIZE;
	unsigned char *first = b->block + b->lead, *last = first + b->size;

	if (up) {
		ASAN_POISON_MEMORY_REGION(b->block - GUARD, GUARD + b->lead);
		ASAN_POISON_MEMORY_REGION(last, (size_t)(end - last));
	} else {
		ASAN_UNPOISON_MEMORY_REGION(b->block - GUARD, GUARD + b->lead);
		ASAN_UNPOISON_MEMORY_REGION(last, (size_t)(end - last));
	}
}

unsigned char *backing_large(struct backing *b, size_t size, size_t lead)
{
	size_t inner = (lead + size + GUARD - 1) & ~(GUARD - 1);
	size_t slot = inner <= SLOT_SIZE ? take_slot() : NR_SLOTS;

	if (slot == NR_SLOTS) {
		fuzz_unfit();
		return NULL;
	}
	b->mapped = slot + 1;
	b->block = slots[slot] + SLOT_SIZE - inner;
	b->lead = lead;
	b->size = size;
	fence(b, true);
	return b->block + lead;
}

unsigned char *backing_small(struct backing *b, size_t size, size_t lead)
{
	return backing_large(b, size, lead);
}

void backing_drop(struct backing *b)
{
	fence(b, false);
	used &= ~(1u << (b->mapped - 1));
}
