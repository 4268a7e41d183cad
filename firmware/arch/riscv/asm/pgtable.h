/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page-table entries of Sv32, Sv39, Sv48 and Sv57 (RISC-V privileged
 * specification, chapters "Sv32" to "Sv57"). They differ in width and in the
 * number of levels only, so one codec serves all; lib/include/paging.h says
 * what each name must do. Nothing in here needs a RISC-V compiler: the host
 * tests use it as it is.
 *
 * Leaves have A and D set from the start: where the hardware doesn't set them
 * itself (Svade), an access would fault otherwise. How device memory is to be
 * accessed is fixed by the hardware's physical memory attributes, so VM_IO has
 * no effect; it is only remembered, in a bit that is left to software.
 */
#ifndef ASM_PGTABLE_H
#define ASM_PGTABLE_H

#include "paging.h"

#if defined(__riscv_xlen) && __riscv_xlen == 32
typedef uint32_t pte_t;
#define PT_INDEX_BITS	10
#else
typedef uint64_t pte_t;
#define PT_INDEX_BITS	9
#endif

#define PTE_V		((pte_t)1 << 0)		/* valid */
#define PTE_R		((pte_t)1 << 1)		/* readable */
#define PTE_W		((pte_t)1 << 2)		/* writable; never without R */
#define PTE_X		((pte_t)1 << 3)		/* executable */
#define PTE_A		((pte_t)1 << 6)		/* accessed */
#define PTE_D		((pte_t)1 << 7)		/* dirty */
#define PTE_SOFT_IO	((pte_t)1 << 8)		/* RSW: mapped with VM_IO */

/* Where the physical page number begins, and how many bits of it there are: 22
 * in Sv32, 44 in the others, whose bits above are reserved or extensions'. */
#define PTE_PPN_SHIFT	10
#define PTE_PPN_BITS	(sizeof(pte_t) == 4 ? 22 : 44)

/* pte_encode_pa(): @pa, page aligned, at an entry's PPN. */
static inline pte_t pte_encode_pa(phys_addr_t pa)
{
	return (pte_t)(pa >> PAGE_SHIFT << PTE_PPN_SHIFT);
}

static inline bool pte_present(pte_t pte)
{
	return (pte & PTE_V) != 0;
}

static inline bool pte_is_leaf(pte_t pte, unsigned int level)
{
	(void)level;	/* every level may hold leaves */
	return (pte & (PTE_R | PTE_W | PTE_X)) != 0;
}

static inline phys_addr_t pte_phys(pte_t pte, unsigned int level)
{
	phys_addr_t ppn = pte >> PTE_PPN_SHIFT;

	(void)level;	/* the PPN has the same place at every level */
	return (ppn & (((phys_addr_t)1 << PTE_PPN_BITS) - 1)) << PAGE_SHIFT;
}

static inline unsigned int pte_prot(pte_t pte)
{
	return (pte & PTE_R ? VM_READ : 0) |
	       (pte & PTE_W ? VM_WRITE : 0) |
	       (pte & PTE_X ? VM_EXEC : 0) |
	       (pte & PTE_SOFT_IO ? VM_IO : 0);
}

static inline pte_t pte_table(phys_addr_t pa)
{
	return pte_encode_pa(pa) | PTE_V;
}

/* pte_leaf(): without R, W and X an entry would lead to a table, so no
 * permission at all makes one that isn't valid. */
static inline pte_t pte_leaf(phys_addr_t pa, unsigned int prot,
			     unsigned int level)
{
	pte_t bits = PTE_V | PTE_A | PTE_D;

	(void)level;	/* a large leaf differs by the table it stands in only */
	if ((prot & (VM_READ | VM_WRITE | VM_EXEC)) == 0)
		return 0;
	if (prot & (VM_READ | VM_WRITE))
		bits |= PTE_R;
	if (prot & VM_WRITE)
		bits |= PTE_W;
	if (prot & VM_EXEC)
		bits |= PTE_X;
	if (prot & VM_IO)
		bits |= PTE_SOFT_IO;
	return pte_encode_pa(pa) | bits;
}

static inline pte_t pte_advance(pte_t leaf, phys_addr_t bytes)
{
	return leaf + pte_encode_pa(bytes);
}

#endif
