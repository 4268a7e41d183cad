/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole buddy allocator against a model with one byte a page: 200 random
 * machines, on each of them three CPUs and 25,000 random operations.
 *
 * A machine has up to three nodes of up to four banks, which may interleave, a
 * border between the zones where it likes to be, and reservations. That there were
 * machines of every kind is counted and asserted. What is asked:
 * allocations of all orders, frees of what was allocated, in one piece or in
 * smaller or larger ones, on another CPU, twice, or of what never was a block;
 * ranges; draining; changing nodes. The model says of each block handed out
 * whether it was free and where the request allows; of each free whether it is of
 * just such a block, or must be refused; and of each failure that there was no such
 * block in any zone. It is told which pages the allocator keeps for its tables.
 *
 * Which block is handed out is the allocator's choice; where one CPU is alone and
 * nothing is kept, test_page_alloc.c pins it down. Free pages are written over all
 * the time: nothing that the allocator decides may depend on them.
 *
 * UNIT_ROUNDS=n makes n times as many operations on each machine.
 */
#include "cpu_fixture.h"
#include "mm_fixture.h"
#include "pfn_joins.h"
#include "sequence.h"

#define NR_SHAPES	200u
#define NR_CPUS		3u
#define NR_OPS		25000u		/* of a shape */
#define BATCH		40u		/* operations until another CPU's turn */
#define CHECK_BATCHES	25u		/* batches between two full checks */

/* A machine's pages and nodes at most. */
#define MAX_PAGES	16384ul
#define MAX_NODES	3
#define MAX_BANKS	4

/* Pages at the start that are nobody's but the boot's: for zonelists. */
#define BOOT_PAGES	16ul

/* Blocks that are remembered, to be freed. */
#define MAX_LIVE	4096u

/* What a page is. */
enum page_state { HOLE, RESERVED, TABLE, TAKEN, FREE };

static struct {
	unsigned long base;		/* number of page 0 of the arrays */
	unsigned long limit;		/* first page, counted from there, that is
					   not DMA32 */
	int nr_nodes;
	unsigned char state[MAX_PAGES];	/* enum page_state */
	unsigned char nid[MAX_PAGES];	/* whose page it is */
	unsigned char order[MAX_PAGES];	/* TAKEN: of the block it is in */
	unsigned short first[MAX_PAGES]; /* TAKEN: that block's first page */
	unsigned long nr_free[MAX_NODES][MAX_NR_ZONES];
} model;

/* Pages of tables at a time, at most: nodes of the trees, and one more. */
#define MAX_TABLES	8u

/* Where the allocator's tables are. */
static unsigned long tables[MAX_TABLES];
static unsigned int nr_tables;

/* Blocks handed out; some may have been freed otherwise since. */
static struct {
	unsigned long pfn;
	unsigned int order;
} live[MAX_LIVE];
static unsigned int nr_live;

/* What the random numbers come from; operations so far on this machine, and on all. */
static uint64_t seed;
static unsigned int nr_ops;
static uint64_t nr_all_ops;

/* What a machine can be, and how many were. */
enum kind { UNALIGNED, HIGH, ONE_PAGE, INTERLEAVED, EMPTY_NODE, HOLES, TWO_ZONES,
	    NR_KINDS };

static const char *const kind_names[NR_KINDS] = {
	[UNALIGNED]	= "begin in the middle of a word",
	[HIGH]		= "are above 2^40",
	[ONE_PAGE]	= "have a node of one page",
	[INTERLEAVED]	= "have nodes inside each other",
	[EMPTY_NODE]	= "have a node without memory",
	[HOLES]		= "have holes",
	[TWO_ZONES]	= "have a node in both zones",
};

static unsigned int nr_of_kind[NR_KINDS];

/* What an operation did that it should not have; NULL: nothing. */
static const char *wrong;

/* random_below(): 0 to @n - 1. */
static unsigned long random_below(unsigned long n)
{
	return seq_random(&seed, n);
}

/* zone_of(): page @i's zone. */
static enum zone_type zone_of(unsigned long i)
{
	return i < model.limit ? ZONE_DMA32 : ZONE_NORMAL;
}

/* all_of(): pages [@start, @end) are of one node, one zone, and in @state. */
static bool all_of(unsigned long start, unsigned long end,
		   enum page_state state)
{
	for (unsigned long i = start; i < end; i++)
		if (i >= MAX_PAGES || model.state[i] != state ||
		    model.nid[i] != model.nid[start] ||
		    zone_of(i) != zone_of(start))
			return false;
	return start < end;
}

/* set_state(): pages [@start, @end), free or taken, change sides; what is taken is
 * blocks of @order. */
static void set_state(unsigned long start, unsigned long end,
		      enum page_state state, unsigned int order)
{
	unsigned long *nr = &model.nr_free[model.nid[start]][zone_of(start)];

	memset(&model.state[start], state, end - start);
	*nr = state == FREE ? *nr + (end - start) : *nr - (end - start);
	for (unsigned long i = start; i < end; i++) {
		model.order[i] = (unsigned char)order;
		model.first[i] = (unsigned short)
			(start + ALIGN_DOWN(i - start, 1ul << order));
	}
}

/* single(): pages [@start, @end) are allocated, each by itself. */
static bool single(unsigned long start, unsigned long end)
{
	if (!all_of(start, end, TAKEN))
		return false;
	while (start < end && !model.order[start])
		start++;
	return start == end;
}

/* reserve_of(): pages of that zone that a request leaves. */
static unsigned long reserve_of(int nid, enum zone_type type, gfp_t gfp)
{
	const struct zone *zone = &NODE_DATA(nid)->node_zones[type];

	return zone->table_reserve +
	       (gfp & __GFP_DMA32 ? 0 : zone->lowmem_reserve) +
	       (gfp & __GFP_HIGH ? 0 : zone->watermark_min);
}

/* find_tables(): the pages that the allocator's tables are in, of what was free. */
static void find_tables(void)
{
	for (; nr_tables; nr_tables--)
		set_state(tables[nr_tables - 1], tables[nr_tables - 1] + 1,
			  FREE, 0);
	for (int nid = 0; nid < model.nr_nodes; nid++) {
		const struct joins_page *page =
			NODE_DATA(nid)->bootmem.tree.pages;

		for (; page && nr_tables < MAX_TABLES; page = page->next) {
			unsigned long i = PFN_DOWN(virt_to_phys(
				(void *)(uintptr_t)page)) - model.base;

			if (model.state[i] != FREE)
				wrong = "a table is where something else is";
			set_state(i, i + 1, TABLE, 0);
			tables[nr_tables++] = i;
		}
	}
}

/* allowed(): @gfp, for node @nid, lets @nr pages come from that zone. */
static bool allowed(int nid, gfp_t gfp, unsigned long nr, int zone_nid,
		    enum zone_type type)
{
	if ((gfp & __GFP_THISNODE) && zone_nid != nid)
		return false;
	if ((gfp & __GFP_DMA32) && type != ZONE_DMA32)
		return false;
	return model.nr_free[zone_nid][type] >=
	       reserve_of(zone_nid, type, gfp) + nr;
}

/* exists(): somewhere there is such a block. */
static bool exists(int nid, gfp_t gfp, unsigned int order)
{
	unsigned long size = 1ul << order, i = -model.base & (size - 1);

	for (; i + size <= MAX_PAGES; i += size)
		if (model.state[i] == FREE &&
		    allowed(nid, gfp, size, model.nid[i], zone_of(i)) &&
		    all_of(i, i + size, FREE))
			return true;
	return false;
}

/* judge_block(): @nr pages at @pa, as blocks of @order, may be handed out for that
 * request. */
static void judge_block(phys_addr_t pa, unsigned long nr, unsigned int order,
			int nid, gfp_t gfp)
{
	unsigned long i = PFN_DOWN(pa) - model.base;

	find_tables();
	if (!all_of(i, i + nr, FREE))
		wrong = "handed out pages that weren't free";
	else if (!allowed(nid, gfp, nr, model.nid[i], zone_of(i)))
		wrong = "handed out a block of a zone that isn't meant";
	else
		set_state(i, i + nr, TAKEN, order);
}

/* random_order(): mostly small. */
static unsigned int random_order(void)
{
	return random_below(2) ? 0 : (unsigned int)random_below(14);
}

/* random_gfp(): mostly none. */
static gfp_t random_gfp(void)
{
	return random_below(3) ? GFP_KERNEL : (gfp_t)random_below(4) |
				 (random_below(2) ? __GFP_HIGH : 0);
}

/* try_alloc(): alloc_pages(), or of any node's. */
static void try_alloc(void)
{
	unsigned int order = random_order();
	gfp_t gfp = random_gfp();
	bool own = random_below(2);
	int nid = own ? cpu_pages.nid
		      : (int)random_below((unsigned long)model.nr_nodes);
	phys_addr_t pa = own ? alloc_pages(gfp, order)
			     : alloc_pages_node(nid, gfp, order);

	find_tables();
	if (!pa) {
		if (exists(nid, gfp, order))
			wrong = "found no block where there is one";
		return;
	}
	if (pa & ((PAGE_SIZE << order) - 1))
		wrong = "handed out a block that isn't aligned";
	judge_block(pa, 1ul << order, order, nid, gfp);
	live[nr_live < MAX_LIVE ? nr_live++ : random_below(MAX_LIVE)] =
		(__typeof__(live[0])){ PFN_DOWN(pa), order };
}

/* judge_free(): whether it was @right that pages [@start, @end) were @freed. */
static void judge_free(unsigned long start, unsigned long end, bool right,
		       bool freed)
{
	if (freed && !right)
		wrong = "freed what can't be freed";
	else if (!freed && right)
		wrong = "refused to free what is allocated";
	else if (freed)
		set_state(start, end, FREE, 0);
}

/* free_block(): free_pages() of the block of @order that page @pfn is in. */
static void free_block(unsigned long pfn, unsigned int order)
{
	unsigned long start = ALIGN_DOWN(pfn, 1ul << order) - model.base;

	unsigned long end = start + (1ul << order);

	judge_free(start, end,
		   all_of(start, end, TAKEN) && model.order[start] == order &&
		   model.first[start] == start,
		   free_pages(PFN_PHYS(start + model.base), order));
}

/* try_free(): a block handed out, now and then as one of another order. */
static void try_free(void)
{
	unsigned int i, order;
	unsigned long pfn;

	if (!nr_live)
		return;
	i = (unsigned int)random_below(nr_live);
	pfn = live[i].pfn;
	order = live[i].order;
	if (random_below(8)) {
		live[i] = live[--nr_live];
	} else {
		pfn += random_below(1ul << order);
		order = (unsigned int)random_below(order + 2);
	}
	free_block(pfn, order);
}

/* try_bad_free(): any page, any order. */
static void try_bad_free(void)
{
	free_block(model.base + random_below(MAX_PAGES), random_order());
}

/* try_range(): all the pages of a range, to be taken or given back. */
static void try_range(void)
{
	unsigned long start = random_below(MAX_PAGES);
	unsigned long end = start + 1 + random_below(1ul << random_below(13));
	bool contig;

	if (random_below(2)) {
		judge_free(start, end, single(start, end),
			   free_pages_exact(PFN_PHYS(model.base + start),
					    PFN_PHYS(end - start)));
		return;
	}
	contig = !alloc_contig_range(model.base + start, model.base + end);
	find_tables();
	if (contig != (all_of(start, end, FREE) &&
		       allowed(model.nid[start],
			       __GFP_HIGH | (zone_of(start) == ZONE_DMA32
					     ? __GFP_DMA32 : 0), end - start,
			       model.nid[start], zone_of(start))))
		wrong = "a range was refused or handed out wrongly";
	else if (contig)
		set_state(start, end, TAKEN, 0);
}

/* try_bulk(): a number of pages in any number of runs. */
static void try_bulk(void)
{
	gfp_t gfp = random_gfp();
	unsigned long nr = 1 + random_below(300), sum = 0;
	struct page_run runs[8];
	unsigned long got = alloc_pages_bulk(gfp, nr, runs, ARRAY_SIZE(runs));
	unsigned int i;

	for (i = 0; sum < got; sum += runs[i++].nr)
		judge_block(runs[i].start, runs[i].nr, 0, cpu_pages.nid,
			    gfp);
	if (got > nr || sum != got)
		wrong = "bulk handed out another number of pages than it says";
	for (unsigned int k = 0; k < i && !wrong; k++) {
		unsigned long start = PFN_DOWN(runs[k].start) - model.base;

		judge_free(start, start + runs[k].nr, true,
			   free_pages_bulk(&runs[k], 1));
	}
}

/* try_one(): one operation; @percent of them are allocations. */
static void try_one(unsigned long percent)
{
	unsigned long kind = random_below(100);

	if (kind < 4)
		try_bad_free();
	else if (kind < 6)
		try_range();
	else if (kind < 7)
		try_bulk();
	else if (kind < 8)
		drain_all_pages();
	else if (kind < 9)
		page_alloc_set_node((int)random_below(
			(unsigned long)model.nr_nodes));
	else if (kind < 9 + percent)
		try_alloc();
	else
		try_free();
}

/* batch(): work for a CPU: the next operations; memory fills up and empties. */
static void batch(void *arg)
{
	unsigned long percent = 30 + (nr_ops / 2000 & 1) * 30;

	(void)arg;
	for (unsigned int i = 0; i < BATCH && !wrong; i++, nr_ops++)
		try_one(percent);
}

/* scribble(): a free page may hold anything. */
static void scribble(unsigned long i)
{
	uint64_t *page = phys_to_virt(PFN_PHYS(model.base + i));

	page[0] = seed + i;
	page[PAGE_SIZE / sizeof(*page) - 1] = ~seed;
}

/* tree_free(): the pages of @nid that are free in its tree; each must be free in
 * the model. */
static unsigned long tree_free(int nid)
{
	const struct pfn_tree *tree = &NODE_DATA(nid)->bdata->tree;
	unsigned long pfn = tree->start_pfn, nr = 0;

	while ((pfn = pfn_tree_next_free(tree, pfn)) < tree->end_pfn) {
		unsigned long end = pfn_tree_next_taken(tree, pfn);

		for (; pfn < end; pfn++, nr++) {
			unsigned long i = pfn - model.base;

			if (model.state[i] != FREE || model.nid[i] != nid)
				wrong = "a tree has a page free that isn't";
			scribble(i);
		}
	}
	return nr;
}

/* cache_free(): the same of what the CPUs keep, all nodes together. */
static unsigned long cache_free(void)
{
	unsigned long nr = 0;

	for (unsigned int i = 0; i < PAGE_CACHE_ORDERS * nr_cpus; i++) {
		unsigned int order = i % PAGE_CACHE_ORDERS;
		const struct page_cache *cache =
			&cpus[i / PAGE_CACHE_ORDERS].pages->cache[order];

		for (uint64_t free = cache->free; free; free &= free - 1) {
			unsigned long first =
				PFN_DOWN(cache->start) - model.base +
				((unsigned long)lowest_bit(free)
				 << page_cache_shift(order));

			if (!all_of(first, first + (1ul << order), FREE))
				wrong = "a cache has a page free that isn't";
			nr += 1ul << order;
		}
	}
	return nr;
}

/* check_all(): trees, caches and counts are what the model is. */
static void check_all(bool drain)
{
	unsigned long there = 0, wanted = 0;

	cpus_check();
	if (drain)
		page_alloc_check();
	find_tables();
	for (int nid = 0; nid < model.nr_nodes; nid++) {
		if (NODE_DATA(nid)->bdata) {
			pfn_tree_check(&NODE_DATA(nid)->bdata->tree);
			there += tree_free(nid);
		}
		for (int type = 0; type < MAX_NR_ZONES; type++)
			wanted += model.nr_free[nid][type];
	}
	if (there + cache_free() != wanted)
		wrong = "pages have got lost, or have become more";
}

/* add_bank(): RAM of @nid at pages [@start, @end). */
static void add_bank(int nid, unsigned long start, unsigned long end)
{
	phys_addr_t base = PFN_PHYS(model.base + start);

	host_ram(base, PAGE(end - start));
	assert_int_equal(memblock_add_node(base, PAGE(end - start), nid,
					   MEMBLOCK_NONE), 0);
	memset(&model.state[start], TAKEN, end - start);
	memset(&model.nid[start], nid, end - start);
}

/* random_size(): of a bank or reservation: pages, words, runs of words. */
static unsigned long random_size(void)
{
	static const unsigned long sizes[] = { 30, 200, 1000, 4096 };
	unsigned long size = 1 + random_below(sizes[random_below(4)]);

	return random_below(3) ? size : ALIGN(size, 64);
}

/* add_banks(): one after the other, with or without holes between them; now and
 * then the last node has a single page, and that is all. */
static void add_banks(void)
{
	int nodes = model.nr_nodes - (random_below(4) == 0);
	unsigned long nr = random_below((unsigned long)model.nr_nodes *
					MAX_BANKS);
	unsigned long pos = BOOT_PAGES + random_size(), size;

	add_bank(0, 0, pos);
	for (; nr && nodes; nr--, pos += size) {
		pos += random_below(3) ? 0 : random_size();
		pos = random_below(2) ? pos : ALIGN(pos, 64);
		size = random_size();
		if (pos + size >= MAX_PAGES)
			break;
		add_bank((int)random_below((unsigned long)nodes), pos,
			 pos + size);
	}
	if (nodes && nodes < model.nr_nodes && pos < MAX_PAGES)
		add_bank(nodes, pos, pos + 1);
}

/* add_reservations(): a few, behind what the boot needs. */
static void add_reservations(void)
{
	for (unsigned long nr = random_below(6); nr; nr--) {
		unsigned long size = random_size();
		unsigned long i = BOOT_PAGES +
				  random_below(MAX_PAGES - BOOT_PAGES);

		while (i < MAX_PAGES && size-- && model.state[i] != HOLE)
			reserve_bootmem(PFN_PHYS(model.base + i++), PAGE_SIZE,
					BOOTMEM_DEFAULT);
	}
}

/* random_limit(): where DMA32 ends: nowhere, everywhere, at a border or not. */
static unsigned long random_limit(void)
{
	static const unsigned long aligns[] = { 1, 64, 4096 };

	switch (random_below(4)) {
	case 0:
		return 0;
	case 1:
		return MAX_PAGES;
	default:
		return ALIGN(random_below(MAX_PAGES), aligns[random_below(3)]);
	}
}

/* read_states(): the model is what the allocator begins with. */
static void read_states(void)
{
	memset(model.nr_free, 0, sizeof(model.nr_free));
	for (unsigned long i = 0; i < MAX_PAGES; i++) {
		if (model.state[i] == HOLE)
			continue;
		model.state[i] =
			memblock_is_reserved(PFN_PHYS(model.base + i))
			? RESERVED : FREE;
		if (model.state[i] == FREE)
			model.nr_free[model.nid[i]][zone_of(i)]++;
	}
}

/* has_guests(): another node's memory lies between the ends of @pgdat's. */
static bool has_guests(const pg_data_t *pgdat)
{
	unsigned long start = pgdat->node_start_pfn;
	unsigned long end = start + pgdat->node_spanned_pages;
	const struct memblock_region *r;

	for_each_mem_region(r)
		if (r->nid != pgdat->node_id && PFN_DOWN(r->base) >= start &&
		    PFN_DOWN(r->base) < end)
			return true;
	return false;
}

/* count_kinds(): what this machine is. */
static void count_kinds(void)
{
	bool one_page = false, inside = false, empty = false, both = false;
	unsigned long present = 0;

	for (int nid = 0; nid < model.nr_nodes; nid++) {
		const pg_data_t *pgdat = NODE_DATA(nid);

		one_page |= pgdat->node_present_pages == 1;
		inside |= pgdat->bdata && has_guests(pgdat);
		empty |= !pgdat->bdata;
		both |= pgdat->node_zones[ZONE_DMA32].present_pages &&
			pgdat->node_zones[ZONE_NORMAL].present_pages;
		present += pgdat->node_present_pages;
	}
	nr_of_kind[UNALIGNED] += model.base % 64 != 0;
	nr_of_kind[HIGH] += PFN_PHYS(model.base) >> 40 != 0;
	nr_of_kind[ONE_PAGE] += one_page;
	nr_of_kind[INTERLEAVED] += inside;
	nr_of_kind[EMPTY_NODE] += empty;
	nr_of_kind[HOLES] += present < max_pfn - min_low_pfn;
	nr_of_kind[TWO_ZONES] += both;
}

/* start_shape(): machine number @shape, and its model. */
static void start_shape(unsigned int shape)
{
	unit_reset(NULL);
	seed = shape;
	nr_ops = nr_live = nr_tables = 0;
	memset(model.state, HOLE, sizeof(model.state));
	model.nr_nodes = 1 + (int)random_below(MAX_NODES);
	model.base = ALIGN(1 + random_below(1ul << random_below(40)), 64) +
		     (random_below(2) ? 0 : random_below(64));
	model.limit = random_limit();
	host.dma32_limit_pfn = model.base + model.limit;
	mm_begin(model.nr_nodes);
	add_banks();
	mm_ready(model.nr_nodes);
	add_reservations();
	mm_handover();
	read_states();
	count_kinds();
}

/* run_shape(): all operations on one machine. */
static void run_shape(unsigned int shape)
{
	start_shape(shape);
	for (unsigned int i = 0; nr_ops < NR_OPS * seq_rounds(); i++) {
		on_cpu((unsigned int)random_below(NR_CPUS), batch, NULL);
		if (!wrong && i % CHECK_BATCHES == 0)
			check_all(i / CHECK_BATCHES % 4 == 0);
		if (wrong)
			fail_msg("machine %u, operation %u: %s", shape, nr_ops,
				 wrong);
	}
	check_all(true);
	assert_null(wrong);
	nr_all_ops += nr_ops;
}

static void test_random_operations_on_random_machines(void **state)
{
	(void)state;
	for (unsigned int shape = 0; shape < NR_SHAPES; shape++) {
		cpus_start(NR_CPUS);
		run_shape(shape);
		cpus_stop();
		page_cache_leave();
	}
	seq_say(nr_all_ops);
	for (enum kind kind = 0; kind < NR_KINDS; kind++) {
		print_message("# of %u machines, %u %s\n", NR_SHAPES,
			      nr_of_kind[kind], kind_names[kind]);
		assert_int_not_equal(nr_of_kind[kind], 0);
	}
}

/* cpus_end(): a tear-down. */
static int cpus_end(void **state)
{
	(void)state;
	cpus_stop();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_random_operations_on_random_machines, unit_reset,
			cpus_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
