/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The MMU: which formats it has, switching it on, forgetting translations.
 *
 * satp ignores a write that names a format which the hart hasn't, so a trial
 * tells (privileged specification, section "Supervisor Address Translation and
 * Protection Register"). While the trial runs, its code must be mapped: one
 * leaf in the root table, as large as that format has them, does it.
 */
#include <string.h>

#include "arch.h"
#include "paging.h"
#include <asm/pgtable.h>

#include "traps.h"

/* satp's MODE field, and the formats as the device tree calls them: a mmu-type
 * names the deepest one that may be used. */
#if __riscv_xlen == 32
#define SATP_MODE_SHIFT	31
static const struct paging_mode modes[] = {
	{ "Sv32", 2, 32, 1, 1 },
};
static const char *const mmu_types[] = { "riscv,sv32" };
#else
#define SATP_MODE_SHIFT	60
static const struct paging_mode modes[] = {
	{ "Sv39", 3, 38, 2, 8 },
	{ "Sv48", 4, 47, 3, 9 },
	{ "Sv57", 5, 56, 4, 10 },
};
static const char *const mmu_types[] = {
	"riscv,sv39", "riscv,sv48", "riscv,sv57",
};
#endif

/* The mmu-type of a hart without paging. */
#define MMU_TYPE_NONE	"riscv,none"

/* The root table of trials; only ever one entry of it is valid. */
static pte_t trial_root[1u << PT_INDEX_BITS]
	__attribute__((aligned(1u << PAGE_SHIFT)));

/* satp_value(): satp for tables of format @mode whose root is at @root. */
static unsigned long satp_value(const struct paging_mode *mode,
				phys_addr_t root)
{
	return mode->id << SATP_MODE_SHIFT | PFN_DOWN(root);
}

/* nr_allowed(): how many of modes[] the device tree's @limit lets us use; all
 * where it says nothing, or nothing that we know. */
static unsigned int nr_allowed(const char *limit)
{
	if (limit == NULL)
		return ARRAY_SIZE(modes);
	if (strcmp(limit, MMU_TYPE_NONE) == 0)
		return 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(modes); i++) {
		if (strcmp(limit, mmu_types[i]) == 0)
			return i + 1;
	}
	return ARRAY_SIZE(modes);
}

/* mode_works(): try @mode; paging is off before and after. */
static bool mode_works(const struct paging_mode *mode)
{
	unsigned int level = mode->levels - 1;
	unsigned int shift = PAGE_SHIFT + PT_INDEX_BITS * level;
	phys_addr_t code = virt_to_phys((const void *)satp_try);
	unsigned int index = (code >> shift) & (ARRAY_SIZE(trial_root) - 1);
	unsigned long satp = satp_value(mode, virt_to_phys(trial_root));
	bool works;

	trial_root[index] = pte_leaf(code >> shift << shift,
				     VM_READ | VM_WRITE | VM_EXEC, level);
	works = satp_try(satp) == satp;
	trial_root[index] = 0;
	return works;
}

const struct paging_mode *arch_paging_mode(unsigned int i, const char *limit)
{
	unsigned int allowed = nr_allowed(limit);

	for (unsigned int m = 0; m < allowed; m++) {
		if (mode_works(&modes[m]) && i-- == 0)
			return &modes[m];
	}
	return NULL;
}

void arch_paging_enable(const struct paging_mode *mode, phys_addr_t root)
{
	unsigned long satp = satp_value(mode, root);

	__asm__ volatile("sfence.vma\n\t"
			 "csrw satp, %0\n\t"
			 "sfence.vma"
			 : : "r"(satp) : "memory");
}

/* arch_dcache_inval(): an address is cached by its physical attributes, with the
 * MMU on or off. */
void arch_dcache_inval(phys_addr_t start, phys_addr_t end)
{
	(void)start;
	(void)end;
}

void arch_flush_tlb(unsigned long va)
{
	__asm__ volatile("sfence.vma %0" : : "r"(va) : "memory");
}
