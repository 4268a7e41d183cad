/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * State of blocks, made where it is asked for.
 *
 * Linux has a struct page of 64 bytes for every page there is, which is what its
 * boot spends its time on. Here states stand in sections, each a page of memory
 * from the buddy with the states of 256 pages in a row, and sections are found by
 * a radix tree of tables, each a page too:
 *
 *	root		one table: 512 pointers
 *	  |
 *	table ...	as many levels as the largest page number needs: none more
 *	  |		for 512 MiB of RAM, one for 256 GiB, two for 128 TiB
 *	section		256 states of 16 bytes: 1 MiB of RAM
 *
 * A section, and the tables on the way to it, are made by the first page_create()
 * in its 1 MiB and then stay until page_state_free(). A machine on which nobody
 * calls page_create() has a pointer that is NULL, and that is all.
 *
 * What they are made of is allocated from the buddy like anything else; the ledger
 * has it in a line of its own, counted by walking the tree (page_state_pages()).
 *
 * Ordering. Tables and sections are written (zeroed) before the pointer to them is
 * stored with release, and are never moved, so they are found without a lock; the
 * lock is for those who make them. A reference is a right to the block: it is given
 * up with release, and whoever gives up the last one acquires, so that all that was
 * done to the block under any reference is over before it is freed. The count comes
 * to 1 last, with release: who finds it finds pfn and order, too.
 */
#include "page.h"

#include "arch.h"
#include "memblock.h"
#include "mmzone.h"
#include "printk.h"
#include "spinlock.h"

/* log2 of the states of a section, and of the pointers of a table. */
#define SECTION_SHIFT	(PAGE_SHIFT - 4)
#define TABLE_SHIFT	(PAGE_SHIFT - 3)

_Static_assert(sizeof(struct page) << SECTION_SHIFT == PAGE_SIZE,
	       "a section is a page");

/* A table: of tables, or of sections; they are pages of memory, too. */
struct table {
	void *next[1ul << TABLE_SHIFT];
};

/* The root, NULL while there is no state at all, and log2 of the pages that one of
 * its pointers stands for; written before it. */
static struct table *root;
static int root_shift;

/* For those who make tables and sections. */
static struct spinlock lock;

/* slot_of(): where a table, whose pointers stand for 1 << @shift pages each, says
 * what page @pfn is in. */
static void **slot_of(struct table *table, int shift,
		      unsigned long pfn)
{
	return &table->next[pfn >> shift & ((1ul << TABLE_SHIFT) - 1)];
}

/* state_in(): page @pfn's state in its section. */
static struct page *state_in(void *section, unsigned long pfn)
{
	return (struct page *)section + (pfn & ((1ul << SECTION_SHIFT) - 1));
}

/* find(): page @pfn's place for a state, or NULL. */
static struct page *find(unsigned long pfn)
{
	void *next = __atomic_load_n(&root, __ATOMIC_ACQUIRE);

	if (!next || pfn >= max_pfn)
		return NULL;
	for (int shift = root_shift; next && shift >= SECTION_SHIFT;
	     shift -= TABLE_SHIFT)
		next = __atomic_load_n(slot_of(next, shift, pfn),
				       __ATOMIC_ACQUIRE);
	return next ? state_in(next, pfn) : NULL;
}

/* new_page(): a page for a table or section, zeroed, on @nid if it can; or NULL. */
static void *new_page(int nid)
{
	phys_addr_t pa = alloc_pages_node(nid, __GFP_ZERO, 0);

	return pa ? phys_to_virt(pa) : NULL;
}

/* make_next(): what *@slot points to, made where it is NULL; or NULL. */
static void *make_next(void **slot, int nid)
{
	if (!*slot)
		__atomic_store_n(slot, new_page(nid), __ATOMIC_RELEASE);
	return *slot;
}

/* make_root(): the same of the root: high enough for all page numbers. */
static void *make_root(int nid)
{
	if (!root) {
		root_shift = SECTION_SHIFT;
		while ((max_pfn - 1) >> root_shift >> TABLE_SHIFT)
			root_shift += TABLE_SHIFT;
	}
	return make_next((void **)&root, nid);
}

/* make(): page @pfn's place for a state, of memory on @nid; NULL where there is no
 * page to make it of. */
static struct page *make(unsigned long pfn, int nid)
{
	void *next;

	spin_lock(&lock);
	next = make_root(nid);
	for (int shift = root_shift; next && shift >= SECTION_SHIFT;
	     shift -= TABLE_SHIFT)
		next = make_next(slot_of(next, shift, pfn), nid);
	spin_unlock(&lock);
	return next ? state_in(next, pfn) : NULL;
}

/* block_nid(): the node whose memory the block begins in; NUMA_NO_NODE where that
 * is no address of such a block. */
static int block_nid(phys_addr_t addr, unsigned int order)
{
	unsigned long start, end;

	if (order >= PFN_TREE_MAX_ORDERS || addr & ((PAGE_SIZE << order) - 1))
		return NUMA_NO_NODE;
	return memblock_search_pfn_nid(PFN_DOWN(addr), &start, &end);
}

/* create(): page_create(); what is wrong, if anything is, goes to *@error. */
static struct page *create(phys_addr_t addr, unsigned int order,
			   const char **error)
{
	int nid = block_nid(addr, order);
	struct page *page = NULL;

	*error = nid == NUMA_NO_NODE ? "not memory, or not a block's address"
				     : NULL;
	if (!*error)
		page = find(PFN_DOWN(addr));
	if (page && page_count(page))
		*error = "it has state already";
	if (!*error && !page)
		page = make(PFN_DOWN(addr), nid);
	if (*error || !page)
		return NULL;
	page->pfn = PFN_DOWN(addr);
	page->flags = 0;
	page->order = (uint8_t)order;
	__atomic_store_n(&page->refcount, 1, __ATOMIC_RELEASE);
	return page;
}

struct page *page_create(phys_addr_t addr, unsigned int order)
{
	const char *error;
	struct page *page = create(addr, order, &error);

	if (error)
		printk("page: page_create(0x%016llx, order %u) refused: %s, called from %p\n",
		       addr, order, error, __builtin_return_address(0));
	return page;
}

struct page *alloc_counted_pages(gfp_t gfp, unsigned int order)
{
	phys_addr_t pa = alloc_pages(gfp, order);
	struct page *page = pa ? page_create(pa, order) : NULL;

	if (pa && !page)
		free_pages(pa, order);
	return page;
}

struct page *pfn_to_page(unsigned long pfn)
{
	struct page *page = find(pfn);

	return page && __atomic_load_n(&page->refcount, __ATOMIC_ACQUIRE)
	       ? page : NULL;
}

bool get_page_unless_zero(struct page *page)
{
	uint32_t count = __atomic_load_n(&page->refcount, __ATOMIC_RELAXED);

	do {
		if (!count)
			return false;
		BUG_ON(count == UINT32_MAX,
		       "page: the block at 0x%llx has too many references",
		       page_to_phys(page));
	} while (!__atomic_compare_exchange_n(&page->refcount, &count, count + 1,
					      true, __ATOMIC_ACQUIRE,
					      __ATOMIC_RELAXED));
	return true;
}

void get_page(struct page *page)
{
	BUG_ON(!get_page_unless_zero(page),
	       "page: get_page() of the block at 0x%llx, to which there is no reference",
	       page_to_phys(page));
}

bool put_page(struct page *page)
{
	phys_addr_t addr = page_to_phys(page);
	unsigned int order = page->order;
	uint32_t count = __atomic_load_n(&page->refcount, __ATOMIC_RELAXED);

	do {
		BUG_ON(!count,
		       "page: put_page() of the block at 0x%llx, to which there is no reference",
		       addr);
	} while (!__atomic_compare_exchange_n(&page->refcount, &count, count - 1,
					      true, __ATOMIC_ACQ_REL,
					      __ATOMIC_RELAXED));
	if (count == 1)
		free_pages(addr, order);
	return count == 1;
}

/* Something to be done to a table or a section, after all that is below it. */
typedef unsigned long (*visitor)(void *mem, bool section, int nid);

/* walk(): visit @mem, a table whose pointers stand for 1 << @shift pages each, or a
 * section, and all below it; the sum of what @visit returns. */
static unsigned long walk(void *mem, int shift, visitor visit, int nid)
{
	bool section = shift < SECTION_SHIFT;
	struct table *table = mem;
	unsigned long sum = 0;

	for (unsigned long i = 0; !section && i < 1ul << TABLE_SHIFT; i++)
		if (table->next[i])
			sum += walk(table->next[i], shift - TABLE_SHIFT, visit,
				    nid);
	return sum + visit(mem, section, nid);
}

/* walk_all(): the same from the root; 0 where there is none. */
static unsigned long walk_all(visitor visit, int nid)
{
	return root ? walk(root, root_shift, visit, nid) : 0;
}

/* is_of_node(): 1 where @mem is memory of @nid. */
static unsigned long is_of_node(void *mem, bool section, int nid)
{
	unsigned long start, end;

	(void)section;
	return memblock_search_pfn_nid(PFN_DOWN(virt_to_phys(mem)), &start,
				       &end) == nid;
}

/* count_states(): how many states of a section are in use. */
static unsigned long count_states(void *mem, bool section, int nid)
{
	const struct page *states = mem;
	unsigned long nr = 0;

	(void)nid;
	for (unsigned long i = 0; section && i < 1ul << SECTION_SHIFT; i++)
		nr += page_count(&states[i]) != 0;
	return nr;
}

/* free_mem(): @mem goes back to the buddy. */
static unsigned long free_mem(void *mem, bool section, int nid)
{
	(void)section;
	(void)nid;
	return free_pages(virt_to_phys(mem), 0);
}

unsigned long page_state_pages(int nid)
{
	return walk_all(is_of_node, nid);
}

bool page_state_free(void)
{
	if (walk_all(count_states, NUMA_NO_NODE))
		return false;
	walk_all(free_mem, NUMA_NO_NODE);
	root = NULL;
	return true;
}
