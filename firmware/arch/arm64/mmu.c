/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The MMU: which formats it has, switching it on, forgetting translations.
 *
 * While the MMU is off our writes go past the caches to memory (ARM ARM,
 * "Behavior when stage 1 address translation is disabled"), and a line that some
 * cache still has of the same bytes is older than they are. So before the MMU is
 * switched on, and lines are hit again, every range that was written until then
 * is invalidated: arch_dcache_inval(). Cleaning would be wrong: it could write
 * the old line over them.
 */
#include "arch.h"
#include "paging.h"
#include <asm/pgtable.h>

#include "psci.h"
#include "sysreg.h"
#include "traps.h"

/* ID_AA64MMFR0_EL1: the 4 KiB granule isn't there. */
#define TGRAN4_NONE		0xf

/* TCR_EL1: table walks read write-back cached, inner shareable memory; 4 KiB
 * granule (TG0 = 0); TTBR1_EL1 isn't used; size of addresses in and out. */
#define TCR_IRGN0_WBWA		(1ul << 8)
#define TCR_ORGN0_WBWA		(1ul << 10)
#define TCR_SH0_INNER		(3ul << 12)
#define TCR_EPD1		(1ul << 23)
#define TCR_IPS_SHIFT		32
#define TCR_VALUE	(TCR_IRGN0_WBWA | TCR_ORGN0_WBWA | TCR_SH0_INNER | TCR_EPD1)

/* The largest address that these descriptors hold: as PARange, and in bits. */
#define PA_RANGE_48		5ul
#define PA_BITS_48		48u

/* SCTLR_EL1: the data and the instruction cache, and that what is writable is
 * never executable. */
#define SCTLR_C			(1ul << 2)
#define SCTLR_I			(1ul << 12)
#define SCTLR_WXN		(1ul << 19)

/* What mmu_enable() loads; start.S knows the order. */
struct mmu_registers {
	unsigned long mair;
	unsigned long tcr;
	unsigned long ttbr0;
	unsigned long sctlr;
} mmu_registers;

/* The formats; id is TCR_EL1.T0SZ, 64 less the bits of an address. Blocks of 1 GiB
 * are the largest without 52-bit addresses. */
static struct paging_mode modes[] = {
	{ "VA39", 3, 39, 2, 64 - 39 },
	{ "VA48", 4, 48, 2, 64 - 48 },
};

const struct paging_mode *arch_paging_mode(unsigned int i, const char *limit)
{
	unsigned int pa_bits = MIN(arch_phys_bits(), PA_BITS_48);

	(void)limit;	/* the tree has no say in this: mmu-type isn't ours */
	if (FIELD(sysreg_read(id_aa64mmfr0_el1), 28, 4) == TGRAN4_NONE ||
	    i >= ARRAY_SIZE(modes) || (i > 0 && 64 - modes[i - 1].id >= pa_bits))
		return NULL;
	modes[i].reach_bits = MIN(64 - (unsigned int)modes[i].id, pa_bits);
	return &modes[i];
}

/*
 * BY_LINE(): @operation, to the point of coherency (ARM ARM, section "A64 cache
 * maintenance instructions"), on each line of [@start, @end), which has DminLine
 * words (CTR_EL0) where it is shortest; the barrier orders what follows. The lines are
 * counted first, so that several of them share the loop's own instructions.
 */
#define BY_LINE(operation, start, end) do {				\
	unsigned long line__ = 4ul << FIELD(sysreg_read(ctr_el0), 16, 4); \
	unsigned long va__ = ALIGN_DOWN((unsigned long)(start), line__); \
	unsigned long nr__ = (ALIGN((unsigned long)(end), line__) - va__) / line__; \
	_Pragma("GCC unroll 8") for (; nr__ > 0; nr__--, va__ += line__) \
		__asm__ volatile(operation ", %0" : : "r"(va__) : "memory"); \
	__asm__ volatile("dsb sy" : : : "memory");			\
} while (0)

void arch_dcache_inval(phys_addr_t start, phys_addr_t end)
{
	BY_LINE("dc ivac", start, end);
}

/* dcache_clean(): what is cached of [@start, +@size) is written to memory. */
void dcache_clean(const void *start, size_t size)
{
	BY_LINE("dc cvac", start, (uintptr_t)start + size);
}

/* arch_paging_enable(): mmu_registers is written straight to memory, where other
 * CPUs, with their MMU off, will find it. */
void arch_paging_enable(const struct paging_mode *mode, phys_addr_t root)
{
	mmu_registers = (struct mmu_registers) {
		.mair = MAIR_VALUE,
		.tcr = TCR_VALUE | mode->id | MIN(PA_RANGE(), PA_RANGE_48) << TCR_IPS_SHIFT,
		.ttbr0 = root,
		.sctlr = sysreg_read(sctlr_el1) | SCTLR_M | SCTLR_C | SCTLR_I | SCTLR_WXN,
	};
	mmu_enable();
}

/* arch_flush_tlb(): for every CPU that shares the tables, at every level (TLBI
 * VAAE1IS: all address spaces, since entries are global). */
void arch_flush_tlb(unsigned long va)
{
	__asm__ volatile("dsb ishst\n\t"
			 "tlbi vaae1is, %0\n\t"
			 "dsb ish\n\t"
			 "isb"
			 : : "r"(va << 8 >> (8 + PAGE_SHIFT)) : "memory");
}
