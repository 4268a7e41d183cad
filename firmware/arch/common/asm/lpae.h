/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The descriptors of VMSAv8-64, stage 1, 4 KiB granule, addresses of up to 48
 * bits (ARM ARM, section "VMSAv8-64 translation table format descriptors").
 * lib/include/paging.h says what each name must do. Nothing in here needs an ARM
 * compiler: the host tests use it as it is.
 *
 * What is valid is readable. AF is set from the start, so that no access faults
 * to set it. Nothing is for EL0: UXN is always set, and so is PXN but for text.
 * One address space means global entries, nG clear. Text is guarded, which CPUs
 * without FEAT_BTI ignore.
 */
#ifndef LPAE_H
#define LPAE_H

#include "paging.h"

typedef uint64_t pte_t;
#define PT_INDEX_BITS	9

#define PTE_VALID	((pte_t)1 << 0)
#define PTE_PAGE	((pte_t)1 << 1)		/* level 0: a page; above: a table */
#define PTE_DEVICE	((pte_t)0 << 2)		/* AttrIndx: MAIR_DEVICE */
#define PTE_NORMAL	((pte_t)1 << 2)		/* AttrIndx: MAIR_NORMAL */
#define PTE_ATTR_MASK	((pte_t)7 << 2)
#define PTE_RDONLY	((pte_t)1 << 7)		/* AP[2]; AP[1], for EL0, is 0 */
#define PTE_INNER	((pte_t)3 << 8)		/* SH: inner shareable */
#define PTE_AF		((pte_t)1 << 10)	/* accessed */
#define PTE_GP		((pte_t)1 << 50)	/* guarded: jumps need landing pads */
#define PTE_PXN		((pte_t)1 << 53)	/* not executable at EL1 */
#define PTE_UXN		((pte_t)1 << 54)	/* not executable at EL0 */

/* MAIR_EL1's bytes, by the indices above (section "MAIR_EL1"): Device-nGnRE, and
 * Normal, inner and outer write-back, allocating on reads and writes. */
#define MAIR_DEVICE	0x04ul
#define MAIR_NORMAL	0xfful
#define MAIR_VALUE	(MAIR_DEVICE | MAIR_NORMAL << 8)

/* Bits 47:12: where a descriptor leads to or what it maps. */
#define PTE_ADDR_MASK	((((pte_t)1 << 48) - 1) & ~(pte_t)(PAGE_SIZE - 1))

static inline bool pte_present(pte_t pte)
{
	return (pte & PTE_VALID) != 0;
}

static inline bool pte_is_leaf(pte_t pte, unsigned int level)
{
	return level == 0 || (pte & PTE_PAGE) == 0;
}

static inline phys_addr_t pte_phys(pte_t pte, unsigned int level)
{
	(void)level;	/* a large leaf's lower bits are zero */
	return pte & PTE_ADDR_MASK;
}

static inline unsigned int pte_prot(pte_t pte)
{
	return VM_READ |
	       (pte & PTE_RDONLY ? 0 : VM_WRITE) |
	       (pte & PTE_PXN ? 0 : VM_EXEC) |
	       ((pte & PTE_ATTR_MASK) == PTE_DEVICE ? VM_IO : 0);
}

static inline pte_t pte_table(phys_addr_t pa)
{
	return pa | PTE_PAGE | PTE_VALID;
}

/* pte_leaf(): no permission at all makes an entry that isn't valid. Shareability
 * has no meaning for Device memory, which is always outer shareable. */
static inline pte_t pte_leaf(phys_addr_t pa, unsigned int prot,
			     unsigned int level)
{
	pte_t bits = PTE_VALID | PTE_AF | PTE_UXN;

	if ((prot & (VM_READ | VM_WRITE | VM_EXEC)) == 0)
		return 0;
	if (level == 0)
		bits |= PTE_PAGE;
	if (!(prot & VM_WRITE))
		bits |= PTE_RDONLY;
	bits |= prot & VM_EXEC ? PTE_GP : PTE_PXN;
	bits |= prot & VM_IO ? PTE_DEVICE : PTE_NORMAL | PTE_INNER;
	return pa | bits;
}

static inline pte_t pte_advance(pte_t leaf, phys_addr_t bytes)
{
	return leaf + bytes;
}

#endif
