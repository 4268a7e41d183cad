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

/* disown_pages(): the block of 1 << @order pages at @addr, just allocated, is
 * not the buddy's any more: it is about to become a reservation. */
void disown_pages(phys_addr_t addr, unsigned int order);

/* page_alloc_check(): panics where a zone's count and its blocks disagree. */
void page_alloc_check(void);

/* page_alloc_set_node(): the node that alloc_pages() starts from. */
void page_alloc_set_node(int nid);

#endif
