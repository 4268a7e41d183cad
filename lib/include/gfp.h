/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The buddy allocator's interface: blocks of 1 << order pages, by node and zone.
 */
#ifndef GFP_H
#define GFP_H

#include "types.h"

typedef unsigned int gfp_t;

#define GFP_KERNEL	0u	/* any zone, any node, nearest first */
#define __GFP_DMA32	0x1u	/* below the DMA32 limit only */
#define __GFP_THISNODE	0x2u	/* from that node or not at all */
#define __GFP_ZERO	0x4u	/* the block comes zeroed */
#define __GFP_HIGH	0x8u	/* from what ordinary requests leave, too */
#define __GFP_NOFAIL	0x10u	/* a block, or a panic with the lists of blocks */

/*
 * alloc_pages(), alloc_pages_node(): the physical address of a naturally
 * aligned block of 1 << @order free pages, or 0 where there is none (page 0 is
 * never free). From the nearest node that has one: to the node that boots, or
 * to @nid. Linux returns a struct page here; there is none to return.
 */
phys_addr_t alloc_pages(gfp_t gfp, unsigned int order);
phys_addr_t alloc_pages_node(int nid, gfp_t gfp, unsigned int order);

/*
 * free_pages(): give back the block of 1 << @order pages at @addr. False, with a
 * line that names the caller, and nothing changed, where @addr isn't a block's
 * address, lies in no node, is reserved, or is free already.
 */
bool free_pages(phys_addr_t addr, unsigned int order);

/* A run of pages: [start, start + nr pages). */
struct page_run {
	phys_addr_t start;	/* its first byte */
	unsigned long nr;	/* pages */
};

/*
 * alloc_pages_bulk(): up to @nr pages from the zones that @gfp allows, as at most
 * @max runs in @runs, as long as they are found; returns how many pages. Linux's
 * fills a table of single pages; runs cost next to nothing a page.
 * free_pages_bulk(): gives @n runs back; false where one was refused, with a
 * line, and those behind it are still allocated.
 */
unsigned long alloc_pages_bulk(gfp_t gfp, unsigned long nr,
			       struct page_run *runs, unsigned int max);
bool free_pages_bulk(const struct page_run *runs, unsigned int n);

/*
 * alloc_pages_exact(): @size bytes, rounded up to whole pages, in a row and as
 * aligned as the smallest block that holds them; 0 where there is no such block.
 * free_pages_exact(): gives them back, checked as free_pages() checks.
 */
phys_addr_t alloc_pages_exact(phys_addr_t size, gfp_t gfp);
bool free_pages_exact(phys_addr_t addr, phys_addr_t size);

/*
 * alloc_contig_range(): the pages [@start_pfn, @end_pfn) and no others: 0, or -1
 * where one of them isn't free memory of one zone. free_pages_exact() gives them
 * back.
 */
int alloc_contig_range(unsigned long start_pfn, unsigned long end_pfn);

/* disown_pages(): the block of 1 << @order pages at @addr, just allocated, is
 * not the buddy's any more: it is about to become a reservation. */
void disown_pages(phys_addr_t addr, unsigned int order);

/* drain_all_pages(): what CPUs keep for themselves goes back to the nodes; before
 * the books are read, and when memory is short. Returns how many pages. */
unsigned long drain_all_pages(void);

/*
 * page_alloc_poison(): from now on every free page is filled with a pattern, and
 * one that isn't when it is handed out is a failure with a line. At handover: it
 * fills all that is free by then, which takes its time.
 */
void page_alloc_poison(bool on);

/* page_alloc_check(): drains, then panics where a zone's count and its blocks disagree. */
void page_alloc_check(void);

/* page_alloc_set_node(): the node that this CPU's alloc_pages() starts from. */
void page_alloc_set_node(int nid);

#endif
