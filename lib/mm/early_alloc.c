/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One door to whichever allocator is legal, for the project's own structures.
 */
#include "early_alloc.h"

#include <string.h>

#include "arch.h"
#include "bootmem.h"
#include "brk.h"
#include "fail_alloc.h"
#include "gfp.h"
#include "mmzone.h"
#include "printk.h"
#include "stage.h"

/* from_memblock(): the caller's stage is bootmem_init. */
static phys_addr_t from_memblock(phys_addr_t size, int nid,
				 const struct mem_owner *owner)
{
	phys_addr_t pa = memblock_alloc_range_nid(size, PAGE_SIZE, 0,
						  MEMBLOCK_ALLOC_ACCESSIBLE,
						  nid, false, owner);

	if (pa)
		memset(phys_to_virt(pa), 0, size);
	return pa;
}

/* from_bootmem(): the caller's stage lies between bootmem_init and handover. */
static phys_addr_t from_bootmem(phys_addr_t size, int nid,
				const struct mem_owner *owner)
{
	pg_data_t *pgdat = nid == NUMA_NO_NODE ? NULL : NODE_DATA(nid);
	void *mem = alloc_bootmem_owner(pgdat, size, PAGE_SIZE, 0, 0, owner);

	return mem ? virt_to_phys(mem) : 0;
}

/* order_of(): the order of the smallest block that holds @size bytes. */
static unsigned int order_of(phys_addr_t size)
{
	return log2_ceil(PFN_UP(size));
}

/* from_buddy(): the boot is over. */
static phys_addr_t from_buddy(phys_addr_t size, int nid,
			      const struct mem_owner *owner)
{
	unsigned int order = order_of(size);
	phys_addr_t pa = nid == NUMA_NO_NODE
			 ? alloc_pages(__GFP_ZERO, order)
			 : alloc_pages_node(nid, __GFP_ZERO, order);

	if (!pa)
		return 0;
	disown_pages(pa, order);
	return memblock_reserve_owner(pa, PAGE_SIZE << order, MEMBLOCK_NONE,
				      owner) ? 0 : pa;
}

phys_addr_t early_alloc(phys_addr_t size, int nid,
			const struct mem_owner *owner)
{
	phys_addr_t pa;

	if (stage_current() <= STAGE_BOOTMEM)
		pa = from_memblock(size, nid, owner);
	else if (stage_current() < STAGE_HANDOVER)
		pa = from_bootmem(size, nid, owner);
	else
		pa = from_buddy(size, nid, owner);
	if (!pa)
		panic("out of memory: 0x%llx bytes in a row for %s are not free on any node; give the machine more memory or fewer reservations",
		      size, owner->name);
	return pa;
}

/* table_from_brk(): while nothing is known of the RAM. */
static phys_addr_t table_from_brk(phys_addr_t size)
{
	void *mem = brk_alloc(size, PAGE_SIZE);

	return mem ? virt_to_phys(mem) : 0;
}

/* table_from_memblock(): free RAM above [@avoid, @avoid + @avoid_size), else
 * below it. */
static phys_addr_t table_from_memblock(phys_addr_t size, phys_addr_t avoid,
				       phys_addr_t avoid_size)
{
	phys_addr_t limit = memblock.current_limit, above = avoid + avoid_size;
	phys_addr_t below = ALIGN_DOWN(avoid, PAGE_SIZE), pa = 0;

	if (above >= avoid)
		pa = memblock_find_in_range_node(size, PAGE_SIZE, above, limit,
						 NUMA_NO_NODE);
	if (!pa && below)
		pa = memblock_find_in_range_node(size, PAGE_SIZE, 0,
						 MIN(below, limit),
						 NUMA_NO_NODE);
	return pa;
}

/* table_from_buddy(): when the boot is over. */
static phys_addr_t table_from_buddy(phys_addr_t size)
{
	phys_addr_t pa = alloc_pages(GFP_KERNEL, order_of(size));

	if (pa)
		disown_pages(pa, order_of(size));
	return pa;
}

phys_addr_t early_table_alloc(phys_addr_t size, phys_addr_t avoid,
			      phys_addr_t avoid_size)
{
	enum boot_stage stage = stage_current();

	if (stage < STAGE_BOOTMEM)
		return table_from_brk(size);
	if (stage > STAGE_HANDOVER)
		return table_from_buddy(size);
	if (fail_alloc())
		return 0;
	if (stage == STAGE_BOOTMEM || stage_early() == ALLOC_MEMBLOCK)
		return table_from_memblock(size, avoid, avoid_size);
	return bootmem_take_pages(PFN_UP(size));
}

void *early_stack_alloc(phys_addr_t size, int nid)
{
	phys_addr_t guard = early_alloc(PAGE_SIZE + size, nid, &owner_stack);
	int err = memblock_phys_free(guard, PAGE_SIZE);

	err |= memblock_reserve_owner(guard, PAGE_SIZE, MEMBLOCK_NONE,
				      &owner_guard);
	if (err)
		panic("memblock: no room to record the guard page at 0x%llx",
		      guard);
	return phys_to_virt(guard + PAGE_SIZE + size);
}
