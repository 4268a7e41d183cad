/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ports' page-table entries, for all addresses and permissions: what was
 * encoded is read back, and no bit is set that the specification doesn't give.
 */
#include "prove.h"

#include <asm/pgtable.h>

/* Levels that may hold leaves: 4 KiB, 2 MiB, 1 GiB. */
#define LEAF_LEVELS 3

/* any_leaf_pa(): an address that a leaf of @level can map, in @bits bits. */
static phys_addr_t any_leaf_pa(unsigned int level, unsigned int bits)
{
	phys_addr_t pa = nondet_pa();

	ASSUME(pa >> bits == 0);
	ASSUME(pa % (PAGE_SIZE << level * PT_INDEX_BITS) == 0);
	return pa;
}

/* any_prot(): any permissions. */
static unsigned int any_prot(void)
{
	unsigned int prot = nondet_uint();

	ASSUME(prot <= (VM_READ | VM_WRITE | VM_EXEC | VM_IO));
	return prot;
}

#ifdef RISCV
/*
 * RISC-V: a leaf of any level maps the address it was made for, in 56 bits, with
 * the permissions asked for (readable where it is writable), A and D set; V is
 * set, U, G and all bits from 54 on are clear, and W is never set without R. With
 * no permission it isn't valid.
 */
void riscv_leaf_round_trip(void)
{
	unsigned int level = (unsigned int)below(LEAF_LEVELS);
	unsigned int prot = any_prot(), read = 0;
	phys_addr_t pa = any_leaf_pa(level, 56);
	pte_t pte = pte_leaf(pa, prot, level);
	bool any = prot & (VM_READ | VM_WRITE | VM_EXEC);

	ASSERT(pte_present(pte) == any);
	if (!any)
		return;
	if (prot & VM_WRITE)
		read = VM_READ;
	ASSERT(pte_is_leaf(pte, level));
	ASSERT(pte_phys(pte, level) == pa);
	ASSERT(pte_prot(pte) == (prot | read));
	/* Privileged specification, "Sv39": V R W X are bits 0 to 3, U 4, G 5,
	 * A 6, D 7, RSW 8 and 9, the PPN 10 to 53. */
	ASSERT((pte & 0x1) && (pte & 0xc0) == 0xc0);
	ASSERT(!(pte & 0x30) && pte >> 54 == 0);
	ASSERT(!((pte & 0x4) && !(pte & 0x2)));
	COVER(prot == (VM_READ | VM_WRITE) && level == 2);
	COVER(pa >> 55);
}

/*
 * RISC-V: an entry that leads to a table is valid, no leaf, and leads there; R, W,
 * X, U, A, D and the bits from 54 on are clear, as the specification demands.
 */
void riscv_table_round_trip(void)
{
	unsigned int level = 1 + (unsigned int)below(4);
	phys_addr_t pa = any_leaf_pa(0, 56);
	pte_t pte = pte_table(pa);

	ASSERT(pte_present(pte));
	ASSERT(!pte_is_leaf(pte, level));
	ASSERT(pte_phys(pte, level) == pa);
	ASSERT((pte & 0x3ff) == 0x1 && pte >> 54 == 0);
	COVER(pa >> 55);
}
#endif

#ifdef ARM64
/*
 * arm64: a leaf of any level maps the address it was made for, in 48 bits, with
 * the permissions asked for (what is valid is readable), AF set; never executable
 * at EL0, nor accessible there; what is executable is guarded; device memory is
 * Device-nGnRE and never cached, other memory Normal and inner shareable. With no
 * permission it isn't valid.
 */
void arm64_leaf_round_trip(void)
{
	unsigned int level = (unsigned int)below(LEAF_LEVELS);
	unsigned int prot = any_prot();
	phys_addr_t pa = any_leaf_pa(level, 48);
	pte_t pte = pte_leaf(pa, prot, level);
	bool any = prot & (VM_READ | VM_WRITE | VM_EXEC);
	unsigned int attr = (unsigned int)(pte >> 2 & 7);

	ASSERT(pte_present(pte) == any);
	if (!any)
		return;
	ASSERT(pte_is_leaf(pte, level));
	ASSERT(pte_phys(pte, level) == pa);
	ASSERT(pte_prot(pte) == (prot | VM_READ));
	/* ARM ARM, "VMSAv8-64 translation table format descriptors": bit 1 tells
	 * a page from a block, AttrIndx is 4:2, AP[1] 6, AP[2] 7, SH 9:8, AF 10,
	 * nG 11, GP 50, PXN 53, UXN 54. */
	ASSERT((pte >> 1 & 1) == (level == 0));
	ASSERT((MAIR_VALUE >> 8 * attr & 0xff) ==
	       (prot & VM_IO ? 0x04ul : 0xfful));
	ASSERT(!(pte >> 6 & 1) && (pte >> 7 & 1) == !(prot & VM_WRITE));
	ASSERT((prot & VM_IO) || (pte >> 8 & 3) == 3);
	ASSERT((pte >> 10 & 3) == 1);
	ASSERT((pte >> 53 & 1) == !(prot & VM_EXEC) && (pte >> 54 & 1));
	ASSERT((pte >> 50 & 1) == !!(prot & VM_EXEC));
	ASSERT(pte >> 55 == 0 && (pte >> 48 & 0x1b) == 0);
	COVER(prot == (VM_READ | VM_IO) && level == 1);
	COVER(pa >> 47);
}

/*
 * arm64: an entry that leads to a table is valid, no leaf above level 0, leads
 * there, and adds no restriction of its own to what lies below.
 */
void arm64_table_round_trip(void)
{
	unsigned int level = 1 + (unsigned int)below(3);
	phys_addr_t pa = any_leaf_pa(0, 48);
	pte_t pte = pte_table(pa);

	ASSERT(pte_present(pte));
	ASSERT(!pte_is_leaf(pte, level));
	ASSERT(pte_phys(pte, level) == pa);
	ASSERT((pte & 0xfff) == 0x3 && pte >> 48 == 0);
	COVER(pa >> 47);
}
#endif
