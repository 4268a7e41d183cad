/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reservation block: pairs of address and size (specification, 5.3).
 *
 * Its end is a pair of zeros. libfdt and dtc take any pair without a size for it;
 * reservations behind such a one, which are as good as the others, would be handed
 * out. So it is read here to its end, and where it has none to where the next
 * block begins.
 */
#include "of_private.h"
#include "printk.h"

static const struct mem_owner memreserve_owner = {
	.kind = "reserved", .name = "memreserve",
};

/* block_end(): the offset behind the reservation block's room. */
static uint32_t block_end(void)
{
	uint32_t start = fdt_off_mem_rsvmap(of_fdt());
	uint32_t end = fdt_totalsize(of_fdt());

	if (fdt_off_dt_struct(of_fdt()) > start)
		end = fdt_off_dt_struct(of_fdt());
	if (fdt_off_dt_strings(of_fdt()) > start)
		end = MIN(end, fdt_off_dt_strings(of_fdt()));
	return end;
}

bool of_memreserve(unsigned int i, phys_addr_t *base, phys_addr_t *size)
{
	uint32_t room = block_end() - fdt_off_mem_rsvmap(of_fdt());
	uint64_t address, bytes;

	if (i >= room / sizeof(struct fdt_reserve_entry))
		return false;
	fdt_get_mem_rsv(of_fdt(), (int)i, &address, &bytes);
	*base = address;
	*size = bytes;
	return address || bytes;
}

unsigned long of_count_memreserve(void)
{
	phys_addr_t base, size;
	unsigned int nr = 0;

	while (of_memreserve(nr, &base, &size))
		nr++;
	return nr;
}

/* clamp(): @claim, which may pass 2^64, ends there. */
static void clamp(struct of_claim *claim)
{
	if (claim->size - 1 <= PHYS_ADDR_MAX - claim->base)
		return;
	warn("W-REG-WRAP",
	     "memreserve: 0x%016llx + 0x%llx passes 2^64; it is cut there",
	     claim->base, claim->size);
	claim->size = -claim->base;
}

void of_claim_memreserve(struct of_claim **claims)
{
	struct of_claim claim = {
		.name = memreserve_owner.name, .rank = OF_RANK_MEMRESERVE,
		.owner = &memreserve_owner,
	};

	for (unsigned int i = 0; of_memreserve(i, &claim.base, &claim.size);
	     i++) {
		if (!claim.size) {
			printk("of: memreserve: the range at 0x%016llx is empty\n",
			       claim.base);
			continue;
		}
		clamp(&claim);
		of_claim_add(claims, &claim);
	}
}
