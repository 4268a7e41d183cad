/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small machines, drawn: one character a page.
 *
 *	in	'.' no RAM; '0' '1' ... RAM of that node
 *	out	'.' no RAM; '0' '1' ... a page of that node that is free
 *		'r' 'b' ... taken, by an owner whose kind begins with that letter
 *		'a' taken, allocated from the buddy; nobody in memblock has it
 *		'!' free in a map that isn't its node's
 *
 * The nodes' data and maps lie in RAM of their own, outside the drawing, so a
 * drawing shows what the code under test does and nothing else. RAM is full of
 * garbage; where a drawing has a hole, touching it ends the test.
 */
#ifndef MM_FIXTURE_H
#define MM_FIXTURE_H

#include "gfp.h"
#include "mm_init.h"
#include "mmzone.h"
#include "page_cache.h"
#include "unit.h"

/* Nodes and pages of a drawing at most. */
#define MM_MAX_NODES	8
#define MM_MAX_PAGES	320

/* RAM for the maps, away from all that is drawn; a part of it for each node. */
#define MM_MAPS_BASE	((phys_addr_t)0xa000000000000)
#define MM_MAPS_STEP	((phys_addr_t)1 << 40)

/* The nodes; which of them there are is numa.h's business. */
static pg_data_t mm_nodes[MM_MAX_NODES];
static pg_data_t *mm_node_pointers[MM_MAX_NODES];

/* What the tree numbers them as. */
static const uint32_t mm_hwids[MM_MAX_NODES] = { 0, 1, 2, 3, 4, 5, 6, 7 };

/* Page number of a drawing's first character, and how many characters. */
static unsigned long mm_base_pfn;
static size_t mm_nr_pages;

/* MM(): the address of a drawing's page @n. */
#define MM(n)	PFN_PHYS(mm_base_pfn + (n))

/* mm_memory(): RAM, and memblock's word for it, as @drawing shows. */
static inline void mm_memory(const char *drawing)
{
	for (size_t i = 0; drawing[i]; i++)
		if (drawing[i] != '.')
			assert_int_equal(memblock_add_node(MM(i), PAGE(1),
				drawing[i] - '0', MEMBLOCK_NONE), 0);
	for (size_t i = strspn(drawing, "."), len; drawing[i];
	     i += len + strspn(drawing + i + len, ".")) {
		len = strcspn(drawing + i, ".");
		host_ram(MM(i), PAGE(len));
	}
}

/* mm_node(): node @nid, and where its memory is, a map in which it is free. */
static inline void mm_node(int nid)
{
	phys_addr_t map = MM_MAPS_BASE + (phys_addr_t)nid * MM_MAPS_STEP;
	pg_data_t *pgdat = &mm_nodes[nid];
	const struct memblock_region *r;
	unsigned long start, end;

	pgdat->node_id = nid;
	if (!node_span(nid, &start, &end))
		return;
	host_ram(map, PAGE(bootmem_bootmap_pages(start, end - start)));
	init_bootmem_node(pgdat, PFN_DOWN(map), start, end);
	for_each_mem_region(r)
		if (r->nid == nid)
			free_bootmem_node(pgdat, r->base, r->size);
}

/* mm_limits(): the ends of RAM that zones are made from. */
static inline void mm_limits(void)
{
	min_low_pfn = PFN_UP(memblock_start_of_DRAM());
	max_pfn = PFN_DOWN(memblock_last_byte_of_DRAM()) + 1;
}

/* mm_begin(): @nr_nodes nodes, memory may be added; no CPU keeps anything. */
static inline void mm_begin(int nr_nodes)
{
	memset(mm_nodes, 0, sizeof(mm_nodes));
	machine.bootargs = "";
	unit_brk(PAGE(1));
	numa_init(mm_hwids, nr_nodes);
	page_cache_init();
	page_alloc_set_node(0);
	node_data = mm_node_pointers;
	bdata_list = NULL;
	for (int nid = 0; nid < MM_MAX_NODES; nid++)
		node_data[nid] = &mm_nodes[nid];
}

/* mm_ready(): all of the memory is free, and bootmem is the legal allocator. */
static inline void mm_ready(int nr_nodes)
{
	stage_begin(STAGE_PAGING);
	for (int nid = 0; nid < nr_nodes; nid++)
		mm_node(nid);
	mm_limits();
	bootmem_check();
}

/* mm_machine(): @nr_nodes nodes with memory as in @drawing, whose first page is
 * number @base_pfn. */
static inline void mm_machine(int nr_nodes, unsigned long base_pfn,
			      const char *drawing)
{
	mm_base_pfn = base_pfn;
	mm_nr_pages = strlen(drawing);
	mm_begin(nr_nodes);
	mm_memory(drawing);
	mm_ready(nr_nodes);
}

/* mm_one_node(): one node of @nr pages, more than are drawn, from number @base_pfn on. */
static inline void mm_one_node(unsigned long base_pfn, unsigned long nr)
{
	mm_base_pfn = base_pfn;
	mm_begin(1);
	host_ram(MM(0), PAGE(nr));
	assert_int_equal(memblock_add_node(MM(0), PAGE(nr), 0, MEMBLOCK_NONE),
			 0);
	mm_ready(1);
}

/* mm_handover(): from bootmem to the buddy, by the road's own steps. */
static inline void mm_handover(void)
{
	stage_begin(STAGE_ZONES);
	free_area_init();
	stage_begin(STAGE_HANDOVER);
	mem_init();
	stage_begin(STAGE_RUNNING);
	page_alloc_check();
}

/* mm_free_in(): the node in whose map page @pfn is free, NUMA_NO_NODE: none. */
static inline int mm_free_in(unsigned long pfn)
{
	for (bootmem_data_t *b = bdata_list; b; b = b->list)
		if (pfn >= b->node_min_pfn && pfn < b->node_low_pfn &&
		    pfn_tree_next_free(&b->tree, pfn) == pfn)
			return b->nid;
	return NUMA_NO_NODE;
}

/* mm_page(): what is drawn for page @pfn. */
static inline char mm_page(unsigned long pfn)
{
	long m = memblock_search(&memblock.memory, PFN_PHYS(pfn));
	long r = memblock_search(&memblock.reserved, PFN_PHYS(pfn));
	int nid = mm_free_in(pfn);

	if (nid != NUMA_NO_NODE)
		return m >= 0 && memblock.memory.regions[m].nid == nid && r < 0
		       ? (char)('0' + nid) : '!';
	if (r >= 0)
		return memblock.reserved.regions[r].owner->kind[0];
	return m >= 0 ? 'a' : '.';
}

/* assert_mm(): the machine looks like @drawing, and every tree is sound. What
 * CPUs keep is given back first: the trees have it as taken. */
static inline void assert_mm(const char *drawing)
{
	char canvas[MM_MAX_PAGES + 1];

	if (stage_current() == STAGE_RUNNING)
		drain_all_pages();
	for (bootmem_data_t *b = bdata_list; b; b = b->list)
		pfn_tree_check(&b->tree);
	memblock_check();
	for (size_t i = 0; i < mm_nr_pages; i++)
		canvas[i] = mm_page(mm_base_pfn + i);
	canvas[mm_nr_pages] = '\0';
	assert_string_equal(canvas, drawing);
}

#endif
