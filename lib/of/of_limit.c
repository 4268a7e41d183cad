/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Less memory than there is. Three parties may say so: the CPU, which can't
 * address more; /chosen, whose linux,usable-memory-range tells a kernel that
 * runs after a crash what it may touch; the boot arguments, with mem=. Each
 * keeps some ranges and drops the rest with its own reason.
 *
 * mem=SIZE keeps the lowest SIZE bytes of RAM, holes not counted, and the
 * smallest counts where there are several; mem=SIZE@START keeps a range. What
 * any of them keeps is kept.
 */
#include "arch.h"
#include "machine.h"
#include "of_private.h"
#include "printk.h"

/* Bits of a phys_addr_t: no CPU has more. */
#define PHYS_ADDR_BITS	64

static const struct mem_owner dropped_reach = {
	.kind = "dropped", .name = "beyond what the CPU can address",
};
static const struct mem_owner dropped_usable = {
	.kind = "dropped", .name = "outside linux,usable-memory-range",
};
static const struct mem_owner dropped_bootarg = {
	.kind = "dropped", .name = "outside mem=",
};

/* drop_from(): drop what memory there is in [@start, @end), 0 meaning 2^64; the
 * range isn't empty. */
static void drop_from(phys_addr_t start, phys_addr_t end,
		      const struct mem_owner *reason)
{
	of_must(memblock_drop(start, end - start, reason));
}

/* keep_only(): drop all memory that is in none of the ranges in @keep, of which
 * there is at least one. */
static void keep_only(struct of_claim *keep, const struct mem_owner *reason)
{
	phys_addr_t pos = 0;

	keep = of_claim_sort(keep, of_claim_order);
	for (; keep; keep = keep->next) {
		if (keep->base > pos)
			drop_from(pos, keep->base, reason);
		if (of_claim_last(keep) == PHYS_ADDR_MAX)
			return;
		pos = MAX(pos, of_claim_last(keep) + 1);
	}
	drop_from(pos, 0, reason);
}

/* limit_reach(): drop what needs more address bits than the CPU has. */
static void limit_reach(void)
{
	unsigned int bits = arch_phys_bits();
	phys_addr_t before = memblock_phys_mem_size();

	if (bits >= PHYS_ADDR_BITS)
		return;
	drop_from((phys_addr_t)1 << bits, 0, &dropped_reach);
	if (memblock_phys_mem_size() != before)
		warn("W-MEM-REACH",
		     "0x%llx bytes of memory lie above the %u address bits of this CPU; they are dropped",
		     before - memblock_phys_mem_size(), bits);
}

/* limit_usable(): what /chosen linux,usable-memory-range leaves. */
static void limit_usable(void)
{
	const char *name = of_prop_name(OF_USABLE_RANGE);
	int chosen = of_top("chosen");
	struct of_claim claim = { .name = name }, *keep = NULL;
	struct of_cells cells = of_root_cells();
	struct of_reg reg;
	int len, bytes = (cells.address + cells.size) * (int)sizeof(fdt32_t);

	if (chosen < 0 || !of_property(chosen, OF_USABLE_RANGE, &len))
		return;
	if (!len || len % bytes) {
		warn("W-USABLE-RANGE",
		     "chosen: %s has %d bytes, which are no ranges; it is ignored",
		     name, len);
		return;
	}
	of_reg_start(&reg, chosen, OF_USABLE_RANGE, cells);
	while (of_reg_next(&reg)) {
		claim.base = reg.base;
		claim.size = reg.size;
		if (claim.size)
			of_claim_add(&keep, &claim);
		else
			printk("of: chosen: the range of %s at 0x%016llx is empty\n",
			       name, claim.base);
	}
	if (keep)
		keep_only(keep, &dropped_usable);
	else
		warn("W-USABLE-RANGE",
		     "chosen: %s names no range that isn't empty; it is ignored",
		     name);
}

/* lowest_bytes(): the address that @size bytes of RAM lie below, counted from
 * the lowest; 0 where there aren't so many. */
static phys_addr_t lowest_bytes(phys_addr_t size)
{
	const struct memblock_region *r;

	for_each_mem_region(r) {
		if (size <= r->size)
			return r->base + size;
		size -= r->size;
	}
	return 0;
}

/* bootarg_ends(): @end is where a word of the boot arguments ends. */
static bool bootarg_ends(const char *end)
{
	return *end == '\0' || *end == ' ' || *end == '\t' || *end == '\n';
}

/*
 * parse_mem(): one value of mem= into @claim's base and size, page-rounded; the
 * base stays where it has no '@'. False, with a warning, where it makes no
 * sense.
 */
static bool parse_mem(const char *text, struct of_claim *claim)
{
	const char *end;
	bool sound;

	claim->size = memparse(text, &end) & PAGE_MASK;
	sound = end != text && claim->size != 0;
	if (sound && *end == '@') {
		const char *start = end + 1;

		claim->base = memparse(start, &end);
		sound = end != start &&
			claim->base <= PHYS_ADDR_MAX - (claim->size - 1);
	}
	sound = sound && bootarg_ends(end);
	if (!sound)
		warn("W-BOOTARG-MEM",
		     "bootargs: mem= needs SIZE or SIZE@START with a SIZE of a page or more; that word is ignored");
	return sound;
}

/* limit_bootargs(): what the words mem= leave. */
static void limit_bootargs(void)
{
	static const char name[] = "mem";
	struct of_claim claim = { .name = name }, *keep = NULL;
	phys_addr_t lowest = PHYS_ADDR_MAX;
	const char *text;

	for (text = bootarg(name, NULL); text; text = bootarg(name, text)) {
		claim.base = PHYS_ADDR_MAX;	/* no '@' so far */
		if (!parse_mem(text, &claim))
			continue;
		if (claim.base == PHYS_ADDR_MAX)
			lowest = MIN(lowest, claim.size);
		else
			of_claim_add(&keep, &claim);
	}
	if (lowest != PHYS_ADDR_MAX) {
		claim.base = 0;
		claim.size = lowest_bytes(lowest);
		if (!claim.size)
			return;
		of_claim_add(&keep, &claim);
	}
	if (keep)
		keep_only(keep, &dropped_bootarg);
}

void of_limit_memory(void)
{
	limit_reach();
	limit_usable();
	limit_bootargs();
}
