/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bootmem: one bit a page, one map a node, and an allocator that searches it.
 *
 * Names, argument order and meaning are those of Linux 2.3 to 4.19
 * (mm/bootmem.c). goal is a preference, limit is hard; alignment is of the
 * physical address; small requests share pages. All memory comes zeroed. On
 * purpose different: every page that is taken is also written into
 * memblock.reserved, under its owner's name, and freed out of it, so the ledger
 * knows it; a goal is never undercut by sharing a page; a page that was freed is
 * never shared again. docs/early-memory.md has the whole comparison.
 */
#ifndef BOOTMEM_H
#define BOOTMEM_H

#include "memblock.h"
#include "pfn_tree.h"

struct pglist_data;

/* One node's map and where its last allocation was. */
struct bootmem_data {
	unsigned long node_min_pfn;	/* first page of the node */
	unsigned long node_low_pfn;	/* first page behind the node */
	void *node_bootmem_map;		/* the bits, one a page, 1 = taken */
	phys_addr_t last_end_off;	/* bytes from node_min_pfn to the end of the
					   last allocation; 0: nothing to share */
	unsigned long hint_idx;		/* pages below node_min_pfn + this are
					   probably taken */
	struct bootmem_data *list;	/* the next one, in address order */
	struct pfn_tree tree;		/* the map's upper levels */
	int nid;			/* the node */
};

typedef struct bootmem_data bootmem_data_t;

/* The first bootmem_data in address order; follow ->list. */
extern bootmem_data_t *bdata_list;

/* Lowest page of RAM, page behind the highest below the DMA32 limit, and page
 * behind the highest of all; set by bootmem_init(). */
extern unsigned long min_low_pfn, max_low_pfn, max_pfn;

/* bootmem_debug: every call is traced, in the lines that Linux prints. */
extern bool bootmem_debug;

/* reserve_bootmem() flags. */
#define BOOTMEM_DEFAULT		0
#define BOOTMEM_EXCLUSIVE	1	/* refuse where any page is taken already */

/* Returned by reserve_bootmem() with BOOTMEM_EXCLUSIVE; Linux's value. */
#define EBUSY_BOOTMEM		16

/* bootmem_bootmap_pages(): pages that the map of @pages pages from @start takes. */
unsigned long bootmem_bootmap_pages(unsigned long start, unsigned long pages);

/*
 * init_bootmem_node(): the map of @pgdat, for pages [@start, @end), is at page
 * @mapstart. Every page is taken. Returns the map's size in bytes.
 */
size_t init_bootmem_node(struct pglist_data *pgdat, unsigned long mapstart,
			 unsigned long start, unsigned long end);

/* init_bootmem(): the same on a machine of one node, for pages [0, @pages); sets
 * min_low_pfn and max_low_pfn too. */
size_t init_bootmem(unsigned long mapstart, unsigned long pages);

/*
 * free_bootmem(), free_bootmem_node(): the whole pages inside the range become
 * free. A BUG where one of them is free already or is no node's memory.
 */
void free_bootmem(phys_addr_t addr, phys_addr_t size);
void free_bootmem_node(struct pglist_data *pgdat, phys_addr_t addr,
		       phys_addr_t size);

/*
 * reserve_bootmem(), reserve_bootmem_node(): every page that the range touches
 * becomes taken. 0, or with BOOTMEM_EXCLUSIVE -EBUSY_BOOTMEM and nothing
 * changed where any of them was. A BUG where the range leaves the maps.
 */
int reserve_bootmem(phys_addr_t addr, phys_addr_t size, int flags);
int reserve_bootmem_node(struct pglist_data *pgdat, phys_addr_t addr,
			 phys_addr_t size, int flags);

/*
 * __alloc_bootmem() and its kind: @size bytes at a multiple of @align, a power
 * of two, at or above @goal if that is possible. The _node forms try that node
 * first, then all. Zeroed. _nopanic returns NULL where there is no room, the
 * others panic. A BUG where an argument makes no sense.
 */
void *__alloc_bootmem(size_t size, size_t align, phys_addr_t goal);
void *__alloc_bootmem_nopanic(size_t size, size_t align, phys_addr_t goal);
void *__alloc_bootmem_node(struct pglist_data *pgdat, size_t size,
			   size_t align, phys_addr_t goal);
void *__alloc_bootmem_node_nopanic(struct pglist_data *pgdat, size_t size,
				   size_t align, phys_addr_t goal);

/*
 * More of the kind. ___alloc_bootmem_node_nopanic() has a limit, given up where
 * goal and size exceed it; _high tries the node above DMA32 first where it has
 * plenty there; _low stays below 4 GiB, always, and gives up the goal for it.
 */
void *___alloc_bootmem_node_nopanic(struct pglist_data *pgdat, size_t size,
				    size_t align, phys_addr_t goal,
				    phys_addr_t limit);
void *__alloc_bootmem_node_high(struct pglist_data *pgdat, size_t size,
				size_t align, phys_addr_t goal);
void *__alloc_bootmem_low(size_t size, size_t align, phys_addr_t goal);
void *__alloc_bootmem_low_nopanic(size_t size, size_t align, phys_addr_t goal);
void *__alloc_bootmem_low_node(struct pglist_data *pgdat, size_t size,
			       size_t align, phys_addr_t goal);

/* The alignments that the short forms fix: a cache line, a page. */
#define SMP_CACHE_BYTES		64
#define alloc_bootmem(size)						\
	__alloc_bootmem(size, SMP_CACHE_BYTES, 0)
#define alloc_bootmem_align(size, align)				\
	__alloc_bootmem(size, align, 0)
#define alloc_bootmem_nopanic(size)					\
	__alloc_bootmem_nopanic(size, SMP_CACHE_BYTES, 0)
#define alloc_bootmem_pages(size)					\
	__alloc_bootmem(size, PAGE_SIZE, 0)
#define alloc_bootmem_pages_nopanic(size)				\
	__alloc_bootmem_nopanic(size, PAGE_SIZE, 0)
#define alloc_bootmem_node(pgdat, size)					\
	__alloc_bootmem_node(pgdat, size, SMP_CACHE_BYTES, 0)
#define alloc_bootmem_node_nopanic(pgdat, size)				\
	__alloc_bootmem_node_nopanic(pgdat, size, SMP_CACHE_BYTES, 0)
#define alloc_bootmem_pages_node_nopanic(pgdat, size)			\
	__alloc_bootmem_node_nopanic(pgdat, size, PAGE_SIZE, 0)
#define alloc_bootmem_pages_node(pgdat, size)				\
	__alloc_bootmem_node(pgdat, size, PAGE_SIZE, 0)
#define alloc_bootmem_low(size)						\
	__alloc_bootmem_low(size, SMP_CACHE_BYTES, 0)
#define alloc_bootmem_low_pages(size)					\
	__alloc_bootmem_low(size, PAGE_SIZE, 0)
#define alloc_bootmem_low_pages_nopanic(size)				\
	__alloc_bootmem_low_nopanic(size, PAGE_SIZE, 0)
#define alloc_bootmem_low_pages_node(pgdat, size)			\
	__alloc_bootmem_low_node(pgdat, size, PAGE_SIZE, 0)

/* alloc_bootmem_owner(): as __alloc_bootmem_node_nopanic(), the pages held by
 * @owner instead of an anonymous one; @pgdat NULL: any node. */
void *alloc_bootmem_owner(struct pglist_data *pgdat, size_t size, size_t align,
			  phys_addr_t goal, phys_addr_t limit,
			  const struct mem_owner *owner);

/* bootmem_take_pages(): the physical address of @nr pages in a row that become
 * taken and are not recorded anywhere: for memblock's own tables; 0: no room. */
phys_addr_t bootmem_take_pages(unsigned long nr);

/* bootmem_init(): a pg_data_t for each node, and on the bootmem road its map,
 * the bits clear exactly where memory minus reserved has a whole page. Panics
 * where a map fits nowhere. */
void bootmem_init(void);

/* bootmem_check(): panics where a bit and memblock's lists disagree. */
void bootmem_check(void);

/*
 * free_all_bootmem(): the maps become the buddy allocator's; no bit changes.
 * Returns how many pages are free from then on.
 */
unsigned long free_all_bootmem(void);

/*
 * free_bootmem_late(): the whole pages inside the range, taken until now, go to
 * the buddy allocator; after handover only.
 */
void free_bootmem_late(phys_addr_t addr, phys_addr_t size);

#endif
