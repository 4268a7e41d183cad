/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page-table builder over a port's codec, with tables of four entries instead
 * of 512: the walk is the same, the formulas are small.
 */
#include "prove.h"

#include <asm/pgtable.h>

#undef PT_INDEX_BITS
#define PT_INDEX_BITS 2

#include "lib/mm/paging.c"

/* A root of level 1, and a table below each of its entries; 16 pages in all. */
#define TABLES	(1 + (1 << PT_INDEX_BITS))
#define PAGES	(1ul << 2 * PT_INDEX_BITS)

/* The tables: number i is at physical page 1 + i. Number 0 is the root; which
 * others are in use is what its entries say. */
static pte_t tables[TABLES][1 << PT_INDEX_BITS];

/* Tables in use: those that new ones are not made of. */
static unsigned int used;

static const struct paging_mode tiny = {
	"tiny", 2, PAGE_SHIFT + 2 * PT_INDEX_BITS, 1, 0
};

struct machine machine;
struct image image;
struct memblock memblock;
const struct mem_owner owner_pagetable;

void *phys_to_virt(phys_addr_t pa)
{
	phys_addr_t i = pa / PAGE_SIZE - 1;

	ASSERT(pa % PAGE_SIZE == 0 && i < TABLES);
	return tables[i];
}

phys_addr_t virt_to_phys(const volatile void *va)
{
	phys_addr_t i = 0;

	while (i < TABLES - 1 && va != tables[i])
		i++;
	return PAGE_SIZE * (1 + i);
}

/* A table that isn't in use, all zeroes. */
phys_addr_t early_alloc(phys_addr_t size, int nid, const struct mem_owner *owner)
{
	(void)nid;
	(void)owner;
	ASSERT(size == sizeof(tables[0]) && used < TABLES);
	for (unsigned int i = 0; i < 1 << PT_INDEX_BITS; i++)
		tables[used][i] = 0;
	return PAGE_SIZE * (1 + used++);
}

void arch_flush_tlb(unsigned long va)
{
	(void)va;
}

/* any_prot(): any permissions. */
static unsigned int any_prot(void)
{
	unsigned int prot = nondet_uint();

	ASSUME(prot <= (VM_READ | VM_WRITE | VM_EXEC | VM_IO));
	return prot;
}

/* any_leaf(): nothing, or a leaf that maps @pa with any permission. */
static pte_t any_leaf(phys_addr_t pa, unsigned int level)
{
	return nondet_bool() ? 0 : pte_leaf(pa, any_prot(), level);
}

/* any_tables(): any tables that map each page to itself or not at all: each
 * entry of the root is empty, a leaf, or leads to a table of leaves and holes. */
static void any_tables(void)
{
	mode = &tiny;
	root = tables[0];
	enabled = nondet_bool();
	used = 1;
	for (unsigned int i = 0; i < 1 << PT_INDEX_BITS; i++) {
		tables[0][i] = any_leaf(i * leaf_size(1), 1);
		if (!nondet_bool())
			continue;
		for (unsigned int j = 0; j < 1 << PT_INDEX_BITS; j++)
			tables[used][j] = any_leaf(i * leaf_size(1) +
						   j * PAGE_SIZE, 0);
		tables[0][i] = pte_table(PAGE_SIZE * (1 + used++));
	}
}

/* translate(): what the hardware makes of page @page: where it leads, and with
 * *@prot; PHYS_ADDR_MAX where it isn't mapped. */
static phys_addr_t translate(unsigned long page, unsigned int *prot)
{
	pte_t pte = tables[0][page >> PT_INDEX_BITS];
	phys_addr_t offset = page % (1 << PT_INDEX_BITS) * PAGE_SIZE;
	unsigned int level = 1;

	*prot = 0;
	if (pte_present(pte) && !pte_is_leaf(pte, 1)) {
		pte = tables[pte_phys(pte, 1) / PAGE_SIZE - 1]
			    [page % (1 << PT_INDEX_BITS)];
		offset = 0;
		level = 0;
	}
	if (!pte_present(pte))
		return PHYS_ADDR_MAX;
	*prot = pte_prot(pte);
	return pte_phys(pte, level) + offset;
}

/*
 * What paging_lookup() says of any address, over any tables, is what the hardware
 * makes of it; it says so up to the end of the leaf or hole, which is no further
 * than that answer is true.
 */
void paging_lookup_is_the_hardware(void)
{
	phys_addr_t pa = below(PAGES * PAGE_SIZE), end;
	unsigned long w = below(PAGES);
	unsigned int prot, is;

	any_tables();
	prot = paging_lookup(pa, &end);
	ASSERT(end > pa && end <= PAGES * PAGE_SIZE && end % PAGE_SIZE == 0);
	translate(w, &is);
	ASSERT(IMPLIES(w >= pa / PAGE_SIZE && w < end / PAGE_SIZE, is == prot));
	ASSERT(paging_lookup(nondet_pa() | PAGES * PAGE_SIZE, NULL) == 0);
	COVER(prot == VM_READ && end - pa > PAGE_SIZE);
	COVER(prot && end - pa == 1);
}
