/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ranges that /chosen names: the initrd, by its first byte and the one behind
 * its last, and what a kernel that is started by another one is handed (Linux'
 * Documentation/devicetree/bindings and the chosen schema).
 */
#include "of_private.h"
#include "paging.h"
#include "printk.h"

static const struct mem_owner initrd_owner = {
	.kind = "initrd", .name = "initrd", .prot = VM_READ,
};

/* Ranges by name: an address and a size by the root's cells. */
static const struct {
	enum of_prop prop;
	struct mem_owner owner;		/* named like the property */
} named_ranges[] = {
	{ OF_ELFCOREHDR, { "reserved", "linux,elfcorehdr", NULL, 0 } },
	{ OF_IMA_KEXEC_BUFFER,
	  { "reserved", "linux,ima-kexec-buffer", NULL, 0 } },
	{ OF_KHO_FDT, { "reserved", "linux,kho-fdt", NULL, 0 } },
	{ OF_KHO_SCRATCH, { "reserved", "linux,kho-scratch", NULL, 0 } },
};

/* read_address(): an address of one or two cells. */
static bool read_address(int chosen, enum of_prop name, phys_addr_t *value)
{
	int len;
	const fdt32_t *cell = of_property(chosen, name, &len);

	if (!cell || (len != 4 && len != 8))
		return false;
	return of_number(&cell, len / (int)sizeof(*cell), value);
}

bool of_initrd(int chosen, phys_addr_t *start, phys_addr_t *end)
{
	*start = 0;
	*end = 0;
	return read_address(chosen, OF_INITRD_START, start) &&
	       read_address(chosen, OF_INITRD_END, end) && *end > *start;
}

/* claim_initrd(): [linux,initrd-start, linux,initrd-end). */
static void claim_initrd(struct of_claim **claims, int chosen)
{
	struct of_claim claim = {
		.name = "initrd", .rank = OF_RANK_INITRD,
		.owner = &initrd_owner,
	};
	phys_addr_t end;

	if (!of_has(chosen, OF_INITRD_START) &&
	    !of_has(chosen, OF_INITRD_END))
		return;
	if (!of_initrd(chosen, &claim.base, &end)) {
		warn("W-INITRD",
		     "chosen: linux,initrd-start 0x%llx and -end 0x%llx are no range of one- or two-cell addresses; there is no initrd",
		     claim.base, end);
		return;
	}
	claim.size = end - claim.base;
	of_claim_add(claims, &claim);
}

/* claim_named(): the ranges in property @prop. */
static void claim_named(struct of_claim **claims, int chosen,
			enum of_prop prop, const struct mem_owner *owner)
{
	struct of_claim claim = {
		.name = owner->name, .rank = OF_RANK_RESERVED, .owner = owner,
	};
	struct of_reg reg;

	of_reg_start(&reg, chosen, prop, of_root_cells());
	while (of_reg_next(&reg)) {
		claim.base = reg.base;
		claim.size = reg.size;
		if (claim.size)
			of_claim_add(claims, &claim);
		else
			printk("of: chosen: the range of %s at 0x%016llx is empty\n",
			       claim.name, claim.base);
	}
}

enum of_prop of_chosen_range(size_t i)
{
	return i < ARRAY_SIZE(named_ranges) ? named_ranges[i].prop
					    : NR_OF_PROPS;
}

void of_claim_chosen(struct of_claim **claims)
{
	int chosen = of_top("chosen");

	if (chosen < 0)
		return;
	claim_initrd(claims, chosen);
	for (size_t i = 0; i < ARRAY_SIZE(named_ranges); i++)
		claim_named(claims, chosen, named_ranges[i].prop,
			    &named_ranges[i].owner);
}
