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
static const struct mem_owner named_ranges[] = {
	{ .kind = "reserved", .name = "linux,elfcorehdr" },
	{ .kind = "reserved", .name = "linux,ima-kexec-buffer" },
	{ .kind = "reserved", .name = "linux,kho-fdt" },
	{ .kind = "reserved", .name = "linux,kho-scratch" },
};

/* read_address(): an address of one or two cells. */
static bool read_address(int chosen, const char *name, phys_addr_t *value)
{
	int len;
	const fdt32_t *cell = fdt_getprop(of_fdt(), chosen, name, &len);

	if (!cell || (len != 4 && len != 8))
		return false;
	return of_number(&cell, len / (int)sizeof(*cell), value);
}

bool of_initrd(int chosen, phys_addr_t *start, phys_addr_t *end)
{
	*start = 0;
	*end = 0;
	return read_address(chosen, "linux,initrd-start", start) &&
	       read_address(chosen, "linux,initrd-end", end) && *end > *start;
}

/* claim_initrd(): [linux,initrd-start, linux,initrd-end). */
static void claim_initrd(struct of_claim **claims, int chosen)
{
	struct of_claim claim = {
		.name = "initrd", .rank = OF_RANK_INITRD,
		.owner = &initrd_owner,
	};
	phys_addr_t end;

	if (!of_has(chosen, "linux,initrd-start") &&
	    !of_has(chosen, "linux,initrd-end"))
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

/* claim_named(): the ranges in property @owner->name. */
static void claim_named(struct of_claim **claims, int chosen,
			const struct mem_owner *owner)
{
	struct of_claim claim = {
		.name = owner->name, .rank = OF_RANK_RESERVED, .owner = owner,
	};
	struct of_reg reg;

	of_reg_start(&reg, chosen, owner->name, of_root_cells());
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

const char *of_chosen_range(size_t i)
{
	return i < ARRAY_SIZE(named_ranges) ? named_ranges[i].name : NULL;
}

void of_claim_chosen(struct of_claim **claims)
{
	int chosen = fdt_path_offset(of_fdt(), "/chosen");

	if (chosen < 0)
		return;
	claim_initrd(claims, chosen);
	for (size_t i = 0; i < ARRAY_SIZE(named_ranges); i++)
		claim_named(claims, chosen, &named_ranges[i]);
}
