/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reader of page tables over a port's codec, with tables of two entries instead
 * of 512: the walk is the same, the formulas are small.
 */
#include "prove.h"

#include <asm/pgtable.h>

#undef PT_INDEX_BITS
#define PT_INDEX_BITS 1

#include "lib/mm/paging.c"

/* Three levels, and so 8 pages in all: the root, and below each entry of a table
 * another one. */
#define LEVELS	3
#define ENTRIES	(1u << PT_INDEX_BITS)
#define PAGES	(1ul << LEVELS * PT_INDEX_BITS)

/*
 * The tables: number i is at physical page 1 + i. Number 0 is the root, and the
 * one below entry e of number i is number 2i + 1 + e; whether it is in use is what
 * that entry says.
 */
#define TABLES	((1u << LEVELS) - 1)
static pte_t tables[TABLES][ENTRIES];

static const struct paging_mode tiny = {
	"tiny", LEVELS, PAGE_SHIFT + LEVELS * PT_INDEX_BITS, LEVELS - 1, 0
};

struct machine machine;
struct image image;
struct memblock memblock;

void *phys_to_virt(phys_addr_t pa)
{
	phys_addr_t i = pa / PAGE_SIZE - 1;

	ASSERT(pa % PAGE_SIZE == 0 && i < TABLES);
	return tables[i];
}

/* any_prot(): any permissions. */
static unsigned int any_prot(void)
{
	unsigned int prot = nondet_uint();

	ASSUME(prot <= (VM_READ | VM_WRITE | VM_EXEC | VM_IO));
	return prot;
}

/* any_entry(): entry @e of table @i of @level becomes nothing, a leaf that
 * maps its address with any permission, or what leads to the table below. */
static void any_entry(unsigned int i, unsigned int e, unsigned int level)
{
	/* Of its level, table i is number i + 1 less a power of two. */
	phys_addr_t number = (i + 1) - (1u << (LEVELS - 1 - level));
	phys_addr_t pa = (number * ENTRIES + e) * leaf_size(level);

	tables[i][e] = nondet_bool() ? 0 : pte_leaf(pa, any_prot(), level);
	if (level && nondet_bool())
		tables[i][e] = pte_table(PAGE_SIZE * (1 + 2 * i + 1 + e));
}

/* any_tables(): any tables that map each page to itself or not at all. */
static void any_tables(void)
{
	mode = &tiny;
	root = tables[0];
	for (unsigned int i = 0; i < TABLES; i++)
		for (unsigned int e = 0; e < ENTRIES; e++)
			any_entry(i, e, LEVELS - 1 - log2_floor(i + 1));
}

/* translate(): what the hardware makes of page @page: where it leads, and with
 * *@prot; PHYS_ADDR_MAX where it isn't mapped. */
static phys_addr_t translate(unsigned long page, unsigned int *prot)
{
	const pte_t *table = tables[0];

	*prot = 0;
	for (unsigned int level = LEVELS - 1; level < LEVELS; level--) {
		pte_t pte = table[page >> level * PT_INDEX_BITS & (ENTRIES - 1)];
		phys_addr_t inside = page & ((1ul << level * PT_INDEX_BITS) - 1);

		if (!pte_present(pte))
			return PHYS_ADDR_MAX;
		if (pte_is_leaf(pte, level)) {
			*prot = pte_prot(pte);
			return pte_phys(pte, level) + inside * PAGE_SIZE;
		}
		table = tables[pte_phys(pte, level) / PAGE_SIZE - 1];
	}
	return PHYS_ADDR_MAX;
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
