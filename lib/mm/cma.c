/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pools by name: a pfn_tree over each one that is asked for.
 *
 * A pool is every region of memblock.reserved that has its owner and the flag
 * MEMBLOCK_REUSABLE: more than one where its node has several ranges, or where
 * others' reservations lie in it. Its tree spans them all; what lies between them
 * is taken from the start and stays so. Pages are the pool's where they are whole;
 * a region that isn't all memory is none of it.
 *
 * Nothing is made for a pool that nobody asks for, and nothing of it is mapped.
 */
#include "cma.h"

#include <string.h>

#include "arch.h"
#include "gfp.h"
#include "memblock.h"
#include "mmzone.h"
#include "paging.h"
#include "pfn_tree.h"
#include "printk.h"
#include "spinlock.h"

struct cma {
	struct cma *next;		/* another pool that was asked for */
	struct mem_owner owner;		/* who holds its regions, now mapped */
	unsigned long nr_pages;		/* the pool's */
	unsigned long used;		/* of them, allocated */
	struct spinlock lock;		/* used, and the tree */
	struct pfn_tree tree;		/* taken: allocated, or not the pool's */
};

/* Every pool that was asked for. */
static struct cma *pools;

/* is_called(): @node's name is @name, with or without its unit address. */
static bool is_called(const char *node, const char *name)
{
	size_t len = strlen(name);

	return strncmp(node, name, len) == 0 &&
	       (node[len] == '\0' || node[len] == '@');
}

/* find_owner(): who holds the pool called @name, or NULL. */
static const struct mem_owner *find_owner(const char *name)
{
	const struct memblock_region *r;

	for_each_reserved_region(r)
		if (r->flags & MEMBLOCK_REUSABLE &&
		    is_called(r->owner->name, name))
			return r->owner;
	return NULL;
}

/* is_part(): @r is @owner's, and can be used: all of it is memory. */
static bool is_part(const struct memblock_region *r,
		    const struct mem_owner *owner)
{
	return r->owner == owner && memblock_is_region_memory(r->base, r->size);
}

/* pool_span(): the pages [@start, @end) that @owner's regions lie in; false where
 * they have no whole one. */
static bool pool_span(const struct mem_owner *owner, unsigned long *start,
		      unsigned long *end)
{
	const struct memblock_region *r;

	*start = *end = 0;
	for_each_reserved_region(r) {
		if (!is_part(r, owner))
			continue;
		if (!*end)
			*start = memblock_region_memory_base_pfn(r);
		*end = memblock_region_memory_end_pfn(r);
	}
	return *start < *end;
}

/* take_over(): the regions of @owner's pool are @cma's; their whole pages are
 * free. */
static void take_over(struct cma *cma, const struct mem_owner *owner)
{
	struct memblock_region *r;

	for_each_reserved_region(r) {
		unsigned long start = memblock_region_memory_base_pfn(r);
		unsigned long end = memblock_region_memory_end_pfn(r);

		if (!is_part(r, owner))
			continue;
		r->owner = &cma->owner;
		if (start >= end)
			continue;
		pfn_tree_release(&cma->tree, start, end);
		cma->nr_pages += end - start;
	}
}

/* map_pool(): map @cma's regions. New tables are reserved on the way, which moves
 * regions, so each is looked up by its address. */
static void map_pool(const struct cma *cma)
{
	const struct memblock_type *rsv = &memblock.reserved;
	phys_addr_t last = 0;

	for (unsigned long i = 0; i < rsv->cnt;
	     i = memblock_upper_bound(rsv, last)) {
		const struct memblock_region *r = &rsv->regions[i];

		last = memblock_last(r);
		if (r->owner == &cma->owner)
			paging_map_wanted(ALIGN_DOWN(r->base, PAGE_SIZE),
					  ALIGN(last, PAGE_SIZE));
	}
}

/* Where a pool's tree is, behind its struct cma. */
#define TREE_OFFSET	ALIGN(sizeof(struct cma), PFN_TREE_ALIGN)

/* open_pool(): the pool that @owner holds, asked for for the first time. */
static struct cma *open_pool(const struct mem_owner *owner)
{
	unsigned long start, end;
	struct cma *cma;
	phys_addr_t pa;

	if (!pool_span(owner, &start, &end)) {
		printk("cma: %s has no whole page of memory; it stays closed\n",
		       owner->name);
		return NULL;
	}
	pa = alloc_pages_exact(TREE_OFFSET + pfn_tree_bytes(start, end),
			       GFP_KERNEL);
	if (!pa) {
		printk("cma: no memory for the map of %s; it stays closed\n",
		       owner->name);
		return NULL;
	}
	cma = phys_to_virt(pa);
	*cma = (struct cma) { .next = pools, .owner = *owner };
	cma->owner.prot = VM_READ | VM_WRITE;
	pfn_tree_init(&cma->tree, (char *)cma + TREE_OFFSET, start, end);
	take_over(cma, owner);
	map_pool(cma);
	pools = cma;
	return cma;
}

void cma_init(void)
{
	pools = NULL;
}

struct cma *cma_find(const char *name)
{
	const struct mem_owner *owner;

	for (struct cma *cma = pools; cma; cma = cma->next)
		if (is_called(cma->owner.name, name))
			return cma;
	owner = find_owner(name);
	return owner ? open_pool(owner) : NULL;
}

const char *cma_get_name(const struct cma *cma)
{
	return cma->owner.name;
}

phys_addr_t cma_get_size(const struct cma *cma)
{
	return PFN_PHYS(cma->nr_pages);
}

phys_addr_t cma_alloc(struct cma *cma, unsigned long count, unsigned int align)
{
	struct pfn_tree *tree = &cma->tree;
	unsigned long pfn = PFN_NONE;

	if (align >= PFN_TREE_MAX_ORDERS)
		return 0;
	spin_lock(&cma->lock);
	if (count)
		pfn = pfn_tree_find_run(tree, count, 1ul << align,
					tree->start_pfn, tree->end_pfn);
	if (pfn != PFN_NONE) {
		pfn_tree_claim(tree, pfn, pfn + count);
		cma->used += count;
	}
	spin_unlock(&cma->lock);
	return pfn == PFN_NONE ? 0 : PFN_PHYS(pfn);
}

/* all_of_pool(): every page of [@start, @end) is one of @cma's. */
static bool all_of_pool(const struct cma *cma, unsigned long start,
			unsigned long end)
{
	phys_addr_t pa = PFN_PHYS(start), size = PFN_PHYS(end - start);
	const struct memblock_type *type = &memblock.reserved;

	for (long i = memblock_search(type, pa); i >= 0;
	     i = memblock_search(type, pa)) {
		const struct memblock_region *r = &type->regions[i];

		if (r->owner != &cma->owner)
			return false;
		if (memblock_last(r) >= PFN_PHYS(end) - 1)
			return memblock_is_region_memory(PFN_PHYS(start), size);
		pa = memblock_last(r) + 1;
	}
	return false;
}

/* release_error(): why the pages can't be given back, or NULL. */
static const char *release_error(const struct cma *cma, phys_addr_t addr,
				 unsigned long count)
{
	unsigned long start = PFN_DOWN(addr), end = start + count;

	if (addr & ~PAGE_MASK)
		return "not a page's address";
	if (!count || start < cma->tree.start_pfn || end <= start ||
	    end > cma->tree.end_pfn || !all_of_pool(cma, start, end))
		return "not the pool's";
	if (pfn_tree_next_free(&cma->tree, start) < end)
		return "already free";
	return NULL;
}

bool cma_release(struct cma *cma, phys_addr_t addr, unsigned long count)
{
	unsigned long pfn = PFN_DOWN(addr);
	const char *error;

	spin_lock(&cma->lock);
	error = release_error(cma, addr, count);
	if (!error) {
		pfn_tree_release(&cma->tree, pfn, pfn + count);
		cma->used -= count;
	}
	spin_unlock(&cma->lock);
	if (error)
		printk("cma: cma_release(%s, 0x%016llx, %lu pages) refused: %s, called from %p\n",
		       cma->owner.name, addr, count, error,
		       __builtin_return_address(0));
	return !error;
}

unsigned long cma_used(struct cma *cma)
{
	return __atomic_load_n(&cma->used, __ATOMIC_RELAXED);
}
