/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Early memory for the project's own structures, from whichever allocator is
 * legal in the stage, and written into memblock.reserved under an owner's name,
 * so that the ledger knows every byte.
 */
#ifndef EARLY_ALLOC_H
#define EARLY_ALLOC_H

#include "memblock.h"

/*
 * early_alloc(): @size bytes, whole pages, zeroed, page aligned, on node @nid if
 * it can (NUMA_NO_NODE: anywhere), held by @owner. Panics where no node has
 * them, saying what they were for. Legal from bootmem_init() to handover.
 */
phys_addr_t early_alloc(phys_addr_t size, int nid,
			const struct mem_owner *owner);

/*
 * early_table_alloc(): @size bytes for a larger table of memblock's, outside of
 * [@avoid, @avoid + @avoid_size) and not yet reserved, or 0. From brk while that
 * is legal, later from the free RAM.
 */
phys_addr_t early_table_alloc(phys_addr_t size, phys_addr_t avoid,
			      phys_addr_t avoid_size);

/*
 * early_stack_alloc(): the top of a stack of @size bytes, whole pages, on node
 * @nid if it can, with a guard page below that paging_init() doesn't map.
 */
void *early_stack_alloc(phys_addr_t size, int nid);

#endif
