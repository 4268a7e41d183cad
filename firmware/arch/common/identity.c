/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where physical addresses are pointers as they are, and simple devices reach 32
 * bits of them.
 */
#include "arch.h"

/* Where ZONE_DMA32 ends. */
#define DMA32_LIMIT	((phys_addr_t)1 << 32)

void *phys_to_virt(phys_addr_t pa)
{
	return (void *)(uintptr_t)pa;
}

phys_addr_t virt_to_phys(const volatile void *va)
{
	return (uintptr_t)va;
}

unsigned long arch_dma32_limit_pfn(void)
{
	return PFN_DOWN(DMA32_LIMIT);
}
