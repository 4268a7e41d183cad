/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The self-test: what the report claims, tried on the machine.
 *
 * Permissions are tried by really touching: each access that must not be
 * possible has to trap, be caught and be counted. The allocator is tried by what
 * a caller may do to it, right and wrong. Every test leaves memory as it was.
 */
#include <string.h>

#include "arch.h"
#include "cma.h"
#include "firmware.h"
#include "gfp.h"
#include "machine.h"
#include "memblock.h"
#include "mmzone.h"
#include "page.h"
#include "paging.h"
#include "printk.h"

/* What a test comes to. */
enum result {
	FAIL,
	PASS,
	SKIP,		/* this machine has nothing to try it on */
};

/* Accesses that had to trap, and did. */
static unsigned int traps;

/* An address with data in it: writable, so never executable. */
static unsigned long data_word;

/* must_trap(): count an access that @went_through, or as it should be, didn't. */
static enum result must_trap(bool went_through)
{
	traps += !went_through;
	return went_through ? FAIL : PASS;
}

static enum result write_to_text(void)
{
	unsigned long text = ALIGN_DOWN((unsigned long)(uintptr_t)selftest,
					sizeof(long));

	return must_trap(arch_try_write(text, 0));
}

static enum result write_to_rodata(void)
{
	phys_addr_t pa = image_segment("rodata")->start;

	return must_trap(arch_try_write((unsigned long)pa, 0));
}

static enum result jump_into_data(void)
{
	return must_trap(arch_try_exec((unsigned long)(uintptr_t)&data_word));
}

static enum result jump_into_free_page(void)
{
	phys_addr_t page = alloc_pages(GFP_KERNEL, 0);
	enum result result = FAIL;

	if (page)
		result = must_trap(arch_try_exec((unsigned long)page));
	return free_pages(page, 0) ? result : FAIL;
}

static enum result read_page_zero(void)
{
	unsigned long value;

	return must_trap(arch_try_read(0, &value));
}

static enum result read_stack_guard(void)
{
	unsigned long value;

	return must_trap(arch_try_read((unsigned long)stack_guard(), &value));
}

/* read_regions(): read the first word of every reservation that isn't mapped and
 * whose NOMAP flag is @nomap. */
static enum result read_regions(enum memblock_flags nomap)
{
	const struct memblock_region *r;
	enum result result = SKIP;
	unsigned long value;

	for_each_reserved_region(r) {
		if ((r->flags & MEMBLOCK_NOMAP) != nomap || r->owner->prot)
			continue;
		if (must_trap(arch_try_read((unsigned long)r->base, &value)) ==
		    FAIL)
			return FAIL;
		result = PASS;
	}
	return result;
}

static enum result read_nomap(void)
{
	return read_regions(MEMBLOCK_NOMAP);
}

static enum result read_foreign_reserved(void)
{
	return read_regions(MEMBLOCK_NONE);
}

static enum result tables_as_wanted(void)
{
	return paging_check().nr_tables ? PASS : FAIL;
}

/* all_bytes(): every byte of the block of @order at @pa is @byte. */
static bool all_bytes(phys_addr_t pa, unsigned int order, char byte)
{
	const char *p = phys_to_virt(pa);

	for (phys_addr_t i = 0; i < PAGE_SIZE << order; i++)
		if (p[i] != byte)
			return false;
	return true;
}

/* Orders that the tests go through: blocks of 4 KiB to 4 MiB. */
#define TEST_ORDERS	11

static enum result every_order(void)
{
	for (unsigned int order = 0; order < TEST_ORDERS; order++) {
		phys_addr_t pa = alloc_pages(__GFP_ZERO, order);
		bool good;

		if (!pa)
			return order ? SKIP : FAIL;
		good = !(pa & ((PAGE_SIZE << order) - 1)) &&
		       all_bytes(pa, order, 0);
		memset(phys_to_virt(pa), 0x5a, PAGE_SIZE << order);
		if (!free_pages(pa, order) || !good)
			return FAIL;
	}
	return PASS;
}

/* count_blocks(): the free blocks of each order, on all nodes together. */
static void count_blocks(unsigned long blocks[PFN_TREE_MAX_ORDERS])
{
	memset(blocks, 0, PFN_TREE_MAX_ORDERS * sizeof(*blocks));
	drain_all_pages();
	for (bootmem_data_t *b = bdata_list; b; b = b->list)
		pfn_tree_count(&b->tree, b->node_min_pfn, b->node_low_pfn,
			       blocks);
}

static enum result split_and_coalesce(void)
{
	unsigned long before[PFN_TREE_MAX_ORDERS], after[PFN_TREE_MAX_ORDERS];
	phys_addr_t whole;

	count_blocks(before);
	whole = alloc_pages_exact(16 * PAGE_SIZE, GFP_KERNEL);
	if (!whole)
		return SKIP;
	for (phys_addr_t i = 0; i < 16; i++)
		if (!free_pages(whole + i * PAGE_SIZE, 0))
			return FAIL;
	count_blocks(after);
	return memcmp(before, after, sizeof(before)) ? FAIL : PASS;
}

/* refused(): freeing the block of @order at @pa is refused, as it should be. */
static bool refused(phys_addr_t pa, unsigned int order)
{
	return !free_pages(pa, order);
}

static enum result double_free(void)
{
	phys_addr_t pa = alloc_pages(GFP_KERNEL, 0);

	return pa && free_pages(pa, 0) && refused(pa, 0) ? PASS : FAIL;
}

static enum result other_order(void)
{
	phys_addr_t block = alloc_pages(GFP_KERNEL, 3);
	phys_addr_t page = alloc_pages(GFP_KERNEL, 0);
	bool good = block && page;

	for (unsigned int order = 0; good && order < TEST_ORDERS; order++) {
		if (order != 3)
			good &= refused(block, order);
		if (order != 0)
			good &= refused(page, order);
	}
	good &= refused(block + 4 * PAGE_SIZE, 2);
	good &= free_pages(block, 3);
	return free_pages(page, 0) && good ? PASS : FAIL;
}

static enum result bad_free(void)
{
	phys_addr_t pa = alloc_pages(GFP_KERNEL, 1);
	bool good = pa && refused(pa + 1, 0) && refused(pa + PAGE_SIZE, 1) &&
		    refused(image.start, 0) &&
		    refused(memblock_last_byte_of_DRAM() + 1, 0) &&
		    refused(pa, PFN_TREE_MAX_ORDERS);

	return free_pages(pa, 1) && good ? PASS : FAIL;
}

static enum result last_reference(void)
{
	struct page *page = alloc_counted_pages(GFP_KERNEL, 1);
	phys_addr_t pa;
	bool good;

	if (!page)
		return SKIP;
	pa = page_to_phys(page);
	get_page(page);
	good = !put_page(page) && pfn_to_page(PFN_DOWN(pa)) == page &&
	       put_page(page) && !pfn_to_page(PFN_DOWN(pa)) && refused(pa, 1);
	return page_state_free() && good ? PASS : FAIL;
}

/* on_node(): @pa is memory of node @nid. */
static bool on_node(phys_addr_t pa, int nid)
{
	long i = memblock_search(&memblock.memory, pa);

	return i >= 0 && memblock.memory.regions[i].nid == nid;
}

static enum result this_node(void)
{
	for (int nid = 0; nid < nr_node_ids; nid++) {
		phys_addr_t pa = alloc_pages_node(nid, __GFP_THISNODE, 0);

		if (pa && (!on_node(pa, nid) || !free_pages(pa, 0)))
			return FAIL;
		if (!pa && NODE_DATA(nid)->node_zones[ZONE_DMA32].nr_free +
			   NODE_DATA(nid)->node_zones[ZONE_NORMAL].nr_free)
			return FAIL;
	}
	return PASS;
}

static enum result dma32(void)
{
	phys_addr_t pa = alloc_pages(__GFP_DMA32, 0);

	if (!pa)
		return SKIP;
	return PFN_DOWN(pa) < arch_dma32_limit_pfn() && free_pages(pa, 0)
	       ? PASS : FAIL;
}

/* use_pool(): have a page of the pool called @name, write to it and give it back;
 * without, it is mapped for nobody. */
static enum result use_pool(const char *name)
{
	struct cma *cma = cma_find(name);
	unsigned long value;
	phys_addr_t pa = cma ? cma_alloc(cma, 1, 0) : 0;
	bool good = pa && arch_try_write((unsigned long)pa, pa) &&
		    arch_try_read((unsigned long)pa, &value) && value == pa;

	if (!cma)
		return SKIP;
	return cma_release(cma, pa, 1) && !cma_release(cma, pa, 1) && good
	       ? PASS : FAIL;
}

/* next_pool(): the first region of a pool that begins at or above @from, or NULL. */
static const struct memblock_region *next_pool(phys_addr_t from)
{
	const struct memblock_region *r;

	for_each_reserved_region(r)
		if (r->base >= from && r->flags & MEMBLOCK_REUSABLE)
			return r;
	return NULL;
}

/* pools(): the list changes while a pool is opened, so it is searched anew. */
static enum result pools(void)
{
	const struct memblock_region *r;
	enum result one, all = SKIP;
	phys_addr_t from = 0;

	while (all != FAIL && (r = next_pool(from)) != NULL) {
		from = r->base + 1;
		one = use_pool(r->owner->name);
		all = one == SKIP ? all : one;
	}
	return all;
}

static enum result counts_agree(void)
{
	page_alloc_check();
	memblock_check();
	for (bootmem_data_t *b = bdata_list; b; b = b->list)
		pfn_tree_check(&b->tree);
	return PASS;
}

static const struct {
	const char *name;		/* what holds if it passes */
	enum result (*run)(void);
} tests[] = {
	{ "a write to text traps",			write_to_text },
	{ "a write to rodata traps",			write_to_rodata },
	{ "a jump into data traps",			jump_into_data },
	{ "a jump into a free page traps",		jump_into_free_page },
	{ "a read of page 0 traps",			read_page_zero },
	{ "a read of a stack guard traps",		read_stack_guard },
	{ "a read of a no-map range traps",		read_nomap },
	{ "a read of another's reservation traps",	read_foreign_reserved },
	{ "the tables map what is wanted, no more",	tables_as_wanted },
	{ "blocks of every order are whole and aligned", every_order },
	{ "a block split into pages coalesces again",	split_and_coalesce },
	{ "a double free is refused",			double_free },
	{ "a free with another order is refused",	other_order },
	{ "a bad free is refused",			bad_free },
	{ "the last reference frees a block",		last_reference },
	{ "THISNODE gives that node's pages",		this_node },
	{ "DMA32 gives pages below its limit",		dma32 },
	{ "a reusable pool gives its pages by name",	pools },
	{ "every count agrees with the maps",		counts_agree },
};

bool selftest(void)
{
	bool pass = true;

	printk("KTAP version 1\n1..%u\n", (unsigned int)ARRAY_SIZE(tests));
	for (unsigned int i = 0; i < ARRAY_SIZE(tests); i++) {
		enum result result = tests[i].run();

		printk("%s %u %s%s\n", result == FAIL ? "not ok" : "ok", i + 1,
		       tests[i].name,
		       result == SKIP ? " # SKIP nothing to try it on" : "");
		pass &= result != FAIL;
	}
	printk("# %u accesses had to trap and did\n", traps);
	return pass;
}
