/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The random numbers that the stage before left in /chosen for us: rng-seed, and
 * kaslr-seed, which has the same purpose (the chosen schema). A secret that is
 * used is a secret no more once others can read it, so it is wiped from the tree
 * as soon as it was read; it is printed nowhere.
 */
#include <string.h>

#include "arch.h"
#include "machine.h"
#include "of_private.h"
#include "printk.h"

/* FNV-1a's 64-bit start and prime (Fowler, Noll, Vo; draft-eastlake-fnv). */
#define FNV_BASIS	0xcbf29ce484222325ull
#define FNV_PRIME	0x100000001b3ull

/* Properties that hold random bytes. */
static const enum of_prop seeds[] = { OF_RNG_SEED, OF_KASLR_SEED };

/* fold(): the @len bytes at @data into machine.seed. A seed of zeros only is one
 * that somebody wiped. */
static void fold(const unsigned char *data, int len)
{
	for (int i = 0; i < len; i++) {
		machine.seed = (machine.seed ^ data[i]) * FNV_PRIME;
		machine.seeded |= data[i] != 0;
	}
}

/* wipe_word(): zeros for what of [@start, @end) lies in the word at @pa; false
 * where memory doesn't keep them. */
static bool wipe_word(phys_addr_t pa, phys_addr_t start, phys_addr_t end)
{
	volatile unsigned long *at = phys_to_virt(pa);
	phys_addr_t from = MAX(start, pa), to = MIN(end, pa + sizeof(*at));
	unsigned long word = *at;

	memset((char *)&word + (from - pa), 0, to - from);
	arch_try_write((unsigned long)pa, word);
	return *at == word;
}

/* wipe(): the @len bytes of property @name at @data. */
static void wipe(const char *name, const void *data, int len)
{
	phys_addr_t start = machine.dtb +
			    ((const char *)data - (const char *)of_fdt());
	phys_addr_t end = start + (phys_addr_t)len;
	phys_addr_t pa = ALIGN_DOWN(start, sizeof(long));
	bool wiped = true;

	for (; pa < end; pa += sizeof(long))
		wiped &= wipe_word(pa, start, end);
	if (!wiped)
		warn("W-SEED-KEPT",
		     "chosen: %s can't be wiped, the tree is read-only: who reads it there knows the stack's canary",
		     name);
}

void of_scan_seed(int chosen)
{
	int len;

	machine.seed = FNV_BASIS;
	machine.seeded = false;
	for (size_t i = 0; i < ARRAY_SIZE(seeds) && chosen >= 0; i++) {
		const void *data = of_property(chosen, seeds[i], &len);

		if (!data || !len)
			continue;
		fold(data, len);
		wipe(of_prop_name(seeds[i]), data, len);
	}
}
