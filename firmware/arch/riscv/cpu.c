/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the hart is like: its counter and its addresses.
 */
#include "arch.h"

#include "csr.h"
#include "traps.h"

/* Bits of a physical address: Sv32's, and the others' (privileged
 * specification, chapters "Sv32" and "Sv39"). */
#define PHYS_BITS	(sizeof(long) == 4 ? 34 : 56)

/* Where 32 bits of address, and so what simple devices reach, end. */
#define DMA32_LIMIT	((phys_addr_t)1 << 32)

/* Whether the firmware lets us read instret; else time is read. */
static bool has_instret;

void counter_init(void)
{
	has_instret = try_instret();
}

unsigned long long arch_counter(void)
{
	return has_instret ? counter_read(instret) : counter_read(time);
}

unsigned int arch_phys_bits(void)
{
	return PHYS_BITS;
}

unsigned long arch_dma32_limit_pfn(void)
{
	return PFN_DOWN(DMA32_LIMIT);
}

void *phys_to_virt(phys_addr_t pa)
{
	return (void *)(uintptr_t)pa;
}

phys_addr_t virt_to_phys(const volatile void *va)
{
	return (uintptr_t)va;
}
