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

/* bank_answers(): the first and last free page of @bank do; true where it has
 * no free page that could be asked. */
static bool bank_answers(const struct of_claim *bank)
{
	phys_addr_t last = of_claim_last(bank);
	struct free_range range;

	if (!memblock_next_free(bank->base, &range) || range.start > last)
		return true;
	if (!of_memory_answers(range.start))
		return false;
	return !memblock_prev_free(last, &range) ||
	       of_memory_answers(ALIGN_DOWN(MIN(last, range.last), PAGE_SIZE));
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
		of_must(memblock_drop(bank->base, bank->size, &dropped_absent));
	}
	if (!memblock.memory.cnt)
		panic("no memory answers of all that the device tree claims: correct its /memory nodes, or boot with noprobe");
}
