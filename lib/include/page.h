/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Optional state of blocks: how many references there are to one, its holders'
 * flags, and its order. The page allocator needs none of it: free_pages() is told
 * the order, and a bit a page says who is free. It is for those who share blocks
 * and want the last one to give them back, as Linux's struct page does it.
 *
 * Nothing of it exists until page_create() is called for the first time, and then
 * only around the blocks that it is called for: top of lib/mm/page.c.
 */
#ifndef PAGE_H
#define PAGE_H

#include "gfp.h"

/* The state of the block that begins with a page. */
struct page {
	unsigned long pfn;		/* that page's number */
	uint32_t refcount;		/* references; atomic. 0: there is no such
					   block, and the rest means nothing */
	uint16_t flags;			/* what its holders like; atomic */
	uint8_t order;			/* 1 << order pages */
};

/*
 * page_create(): the block of 1 << @order pages at @addr, allocated, has state from
 * now on: one reference, the caller's, and no flags. NULL, and nothing has changed:
 * with a line that names the caller where that isn't a block's address or no
 * memory, or where it has state already; without one where there is no free page
 * for the state itself.
 */
struct page *page_create(phys_addr_t addr, unsigned int order);

/* alloc_counted_pages(): alloc_pages() and page_create(): NULL where either isn't
 * to be had. */
struct page *alloc_counted_pages(gfp_t gfp, unsigned int order);

/* pfn_to_page(): the state of the block that begins with page @pfn; NULL where it
 * has none. Only who has a reference may rely on it to stay. */
struct page *pfn_to_page(unsigned long pfn);

/* page_to_phys(): where the block of @page is. */
static inline phys_addr_t page_to_phys(const struct page *page)
{
	return PFN_PHYS(page->pfn);
}

/* page_count(): references to @page; another CPU may change that at any time. */
static inline unsigned int page_count(const struct page *page)
{
	return __atomic_load_n(&page->refcount, __ATOMIC_RELAXED);
}

/* set_page_flags(), clear_page_flags(): by who has a reference; atomic. */
static inline void set_page_flags(struct page *page, uint16_t flags)
{
	__atomic_fetch_or(&page->flags, flags, __ATOMIC_RELAXED);
}

static inline void clear_page_flags(struct page *page, uint16_t flags)
{
	__atomic_fetch_and(&page->flags, (uint16_t)~flags, __ATOMIC_RELAXED);
}

/* page_flags(): what is set. */
static inline uint16_t page_flags(const struct page *page)
{
	return __atomic_load_n(&page->flags, __ATOMIC_RELAXED);
}

/* get_page(): one more reference, by who has one. A BUG where there is none, or
 * where there are as many as can be counted. */
void get_page(struct page *page);

/* get_page_unless_zero(): the same by who has none, but found it: false where the
 * last one has just gone. */
bool get_page_unless_zero(struct page *page);

/* put_page(): one reference less; the last one frees the block, with the order that
 * it was created with, and then this returns true. A BUG where there is none. */
bool put_page(struct page *page);

/* page_state_pages(): pages of @nid's memory that hold state. */
unsigned long page_state_pages(int nid);

/* page_state_free(): give back what holds state, where no block has any: false, and
 * all of it stays, where one has. While no other CPU is in here. */
bool page_state_free(void);

#endif
