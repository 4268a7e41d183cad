/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Is the RAM there that a memory node claims? A bank that isn't would be found
 * out by a fault in the middle of something else. So the first and the last
 * page that nobody reserved are asked: a word is read, inverted, read back and
 * restored. A bank that doesn't keep it is dropped, all of it.
 *
 * Only free pages are touched, so neither the image nor the blob nor anything
 * that somebody wants to keep is ever written. The word noprobe among the boot
 * arguments switches this off.
 */
#include <limits.h>

#include "arch.h"
#include "machine.h"
#include "of_private.h"
#include "printk.h"

static const struct mem_owner dropped_absent = {
	.kind = "dropped", .name = "does not answer",
};

/* What an unsigned long doesn't reach can't be asked, and isn't used either. */
bool of_memory_answers(phys_addr_t pa)
{
	unsigned long va = (unsigned long)pa, before, after;

	if (pa > ULONG_MAX)
		return true;
	if (!arch_try_read(va, &before) || !arch_try_write(va, ~before))
		return false;
	if (!arch_try_read(va, &after))
		return false;
	return arch_try_write(va, before) && after == ~before;
}

/* bank_answers(): the first and last free page that begin in @bank do; true where
 * it has no such page that could be asked. */
static bool bank_answers(const struct of_claim *bank)
{
	phys_addr_t first = ALIGN(bank->base, PAGE_SIZE);
	phys_addr_t last = of_claim_last(bank);
	struct free_range range;

	if (first < bank->base || !memblock_next_free(first, &range) ||
	    range.start > last)
		return true;
	if (!of_memory_answers(range.start))
		return false;
	memblock_prev_free(last, &range);
	return of_memory_answers(ALIGN_DOWN(MIN(last, range.last), PAGE_SIZE));
}

/* drop_bank(): @bank isn't memory, nor is the rest of a page that it shares. */
static void drop_bank(const struct of_claim *bank)
{
	phys_addr_t first = ALIGN_DOWN(bank->base, PAGE_SIZE);
	phys_addr_t last = of_claim_last(bank) | (PAGE_SIZE - 1);

	of_must(memblock_drop(first, last - first + 1, &dropped_absent));
}

void of_probe_memory(void)
{
	const struct of_claim *bank;

	if (bootarg("noprobe", NULL))
		return;
	for (bank = of_memory_claims(); bank; bank = bank->next) {
		if (bank_answers(bank))
			continue;
		warn("W-MEM-ABSENT",
		     "%s claims " RANGE ", which doesn't keep what is written to it; it is dropped",
		     bank->name, bank->base, of_claim_last(bank));
		drop_bank(bank);
	}
	if (!memblock.memory.cnt)
		panic("no memory answers of all that the device tree claims: correct its /memory nodes, or boot with noprobe");
}
