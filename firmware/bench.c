/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bench: what the allocator's operations cost in the counter's units, which
 * are instructions under -icount. Each figure is the mean over many operations,
 * less what the loop around them costs; the worst single one is kept too.
 *
 * First with memory as the boot leaves it, then as scarce as can be: all of it is
 * held but for a few blocks, anywhere, or but for every other page of a part.
 * Memory comes from the buddy itself and goes back to it; whether it does, in
 * blocks as large as before, is the last line and the verdict.
 */
#include <stdio.h>
#include <string.h>

#include "arch.h"
#include "firmware.h"
#include "gfp.h"
#include "machine.h"
#include "mmzone.h"
#include "printk.h"
#include "random.h"
#include "stage.h"

/* Blocks that the random tests hold at a time: 64 MiB of pages. */
#define BLOCKS		16384

/* Free pages without which there is nothing to measure: room to draw LEFT blocks of
 * 2 MiB from, too. */
#define NEEDED		(3u * BLOCKS)

/* Rounds of the hot tests. */
#define ROUNDS		1000

/* Orders that are measured one by one: 0 to this. */
#define MAX_ORDER	10

/* Blocks that are left free where memory is scarce; how often they are drawn, and
 * how many draws there are for one. */
#define LEFT		64
#define LEFT_ROUNDS	8
#define LEFT_DRAWS	100

/* Pages of which every other one is free: twice as many. */
#define SINGLES		4096

/* Runs that bulk calls may give where memory isn't broken up: some a node. */
#define RUNS		16384

/* What the bench needs while it runs, of the buddy's own memory. */
struct table {
	phys_addr_t blocks[BLOCKS];	/* blocks held */
	struct page_run runs[RUNS];	/* all memory, where it is held */
	struct page_run singles[SINGLES]; /* runs of one page */
};

static struct table *table;

/* Runs in table->runs, and their pages. */
static unsigned int nr_runs;
static unsigned long nr_held;

/* Where the pseudo-random sequence is. */
static uint64_t seed = 88172645463325252ull;

/* Whatever was not as it should be. */
static unsigned int nr_wrong;

/* What a measurement found. */
struct figure {
	unsigned long long begin;	/* counter when the current op began */
	unsigned long long sum;		/* of all operations */
	unsigned long long worst;	/* of a single one */
	unsigned long n;		/* operations */
};

/* What the harness costs around an operation: counter, call, arguments. */
static unsigned long long overhead;

/* begin(), end(): around one operation. */
static __attribute__((noinline)) void begin(struct figure *f)
{
	f->begin = arch_counter();
}

static __attribute__((noinline)) void end(struct figure *f)
{
	unsigned long long cost = arch_counter() - f->begin - overhead;

	f->sum += cost;
	f->worst = MAX(f->worst, cost);
	f->n++;
}

/* show(): one line; the mean with two decimals. */
static void show(const char *name, const struct figure *f)
{
	unsigned long long mean = f->n ? f->sum * 100 / f->n : 0;

	printk("bench: %-34s mean %6llu.%02llu worst %6llu %s\n", name,
	       mean / 100, mean % 100, f->worst, stage_unit());
}

/* show_order(): the same, of blocks of @order. */
static void show_order(unsigned int order, const char *what,
		       const struct figure *f)
{
	char name[40];

	snprintf(name, sizeof(name), "order-%u %s", order, what);
	show(name, f);
}

/* must(): @good, or the bench fails, with a line. */
static void must(bool good, const char *what)
{
	if (!good && nr_wrong++ == 0)
		printk("bench: wrong: %s\n", what);
}

/* nothing_alloc(), nothing_free(): called as the real ones are, to do nothing. */
static __attribute__((noinline)) phys_addr_t nothing_alloc(gfp_t gfp,
							   unsigned int order)
{
	__asm__ volatile("" : : "r"(gfp), "r"(order));
	return PAGE_SIZE;
}

static __attribute__((noinline)) bool nothing_free(phys_addr_t addr,
						   unsigned int order)
{
	__asm__ volatile("" : : "r"(addr), "r"(order));
	return true;
}

/* calibrate(): find out what the harness costs around an @operation. */
#define calibrate(operation) do {					\
	struct figure f__ = { 0 };					\
									\
	overhead = 0;							\
	for (int i__ = 0; i__ < 2; i__++) {				\
		f__.sum = 0;						\
		begin(&f__);						\
		operation;						\
		end(&f__);						\
	}								\
	overhead = f__.sum;						\
} while (0)

/* timed_alloc(), timed_free(): one operation, after calibrate() of the same. */
static inline phys_addr_t timed_alloc(struct figure *f, unsigned int order)
{
	phys_addr_t pa;

	begin(f);
	pa = alloc_pages(GFP_KERNEL, order);
	end(f);
	return pa;
}

static inline void timed_free(struct figure *f, phys_addr_t pa,
			      unsigned int order)
{
	bool freed;

	begin(f);
	freed = free_pages(pa, order);
	end(f);
	must(freed, "a free was refused");
}

/* bench_pair(): allocate and free one block of @order at once, again and again. */
static void bench_pair(unsigned int order)
{
	struct figure f = { 0 };

	free_pages(alloc_pages(GFP_KERNEL, order), order);
	calibrate(nothing_free(nothing_alloc(GFP_KERNEL, order), order));
	for (int i = 0; i < ROUNDS; i++) {
		begin(&f);
		free_pages(alloc_pages(GFP_KERNEL, order), order);
		end(&f);
	}
	show_order(order, "pair, hot", &f);
}

/* bench_fill(): allocate BLOCKS single pages. */
static void bench_fill(void)
{
	struct figure f = { 0 };

	calibrate(table->blocks[0] = nothing_alloc(GFP_KERNEL, 0));
	for (int i = 0; i < BLOCKS; i++)
		table->blocks[i] = timed_alloc(&f, 0);
	show("fill, a page", &f);
}

/* shuffle(): the first @n blocks in random order. */
static void shuffle(unsigned long n)
{
	for (unsigned long i = n - 1; i > 0; i--) {
		unsigned long j = next_random(&seed) % (i + 1);
		phys_addr_t tmp = table->blocks[i];

		table->blocks[i] = table->blocks[j];
		table->blocks[j] = tmp;
	}
}

/* bench_random_free(): free them in random order. */
static void bench_random_free(void)
{
	struct figure f = { 0 };

	shuffle(BLOCKS);
	calibrate(nothing_free(table->blocks[0], 0));
	for (int i = 0; i < BLOCKS; i++)
		timed_free(&f, table->blocks[i], 0);
	show("random free, a page", &f);
}

/* bench_bulk(): BLOCKS pages in one call, and back; the figures are for a page. */
static void bench_bulk(void)
{
	struct figure alloc = { 0 }, back = { 0 };
	unsigned int n = 0;

	memset(table->runs, 0, sizeof(table->runs));
	calibrate(nothing_alloc(GFP_KERNEL, 0));
	begin(&alloc);
	alloc.n = alloc_pages_bulk(GFP_KERNEL, BLOCKS, table->runs, RUNS);
	end(&alloc);
	must(--alloc.n == BLOCKS, "bulk didn't find all pages");
	while (n < RUNS && table->runs[n].nr)
		n++;
	begin(&back);
	must(free_pages_bulk(table->runs, n), "a bulk free was refused");
	end(&back);
	back.n = alloc.n;
	show("bulk alloc, a page", &alloc);
	show("bulk free, a page", &back);
}

/* bench_churn(): allocate and free single pages at random until memory is well
 * mixed, with half of the blocks held at a time, then free all. */
static void bench_churn(void)
{
	struct figure f = { 0 };

	calibrate(nothing_free(table->blocks[0], 0));
	memset(table->blocks, 0, sizeof(table->blocks));
	for (int i = 0; i < 4 * BLOCKS; i++) {
		phys_addr_t *block = &table->blocks[next_random(&seed) % BLOCKS];

		if (*block) {
			timed_free(&f, *block, 0);
			*block = 0;
		} else {
			*block = timed_alloc(&f, 0);
		}
	}
	show("random alloc or free, a page", &f);
	for (int i = 0; i < BLOCKS; i++)
		if (table->blocks[i])
			free_pages(table->blocks[i], 0);
}

/* random_order(): k with the probability of 2^-(k + 1), up to MAX_ORDER. */
static unsigned int random_order(void)
{
	uint64_t bits = next_random(&seed) >> 32 | 1ull << MAX_ORDER;

	return log2_floor(bits & -bits);
}

/* bench_mixed(): the same with blocks of all orders, about as many pages of each;
 * a block's order is in the low bits of its address. */
static void bench_mixed(void)
{
	unsigned int order = random_order();
	struct figure f = { 0 };

	calibrate(nothing_free(table->blocks[0], order));
	memset(table->blocks, 0, SINGLES * sizeof(*table->blocks));
	for (int i = 0; i < 4 * SINGLES; i++) {
		phys_addr_t *block = &table->blocks[next_random(&seed) % SINGLES];

		order = random_order();

		if (*block) {
			order = *block & ~PAGE_MASK;
			timed_free(&f, *block & PAGE_MASK, order);
			*block = 0;
		} else {
			*block = timed_alloc(&f, order);
			*block |= *block ? order : 0;
		}
	}
	show("random alloc or free, orders 0-10", &f);
	for (int i = 0; i < SINGLES; i++)
		if (table->blocks[i])
			free_pages(table->blocks[i] & PAGE_MASK,
				   table->blocks[i] & ~PAGE_MASK);
}

/* hold_pages(): take all that @gfp may have, as runs behind those there are. */
static void hold_pages(gfp_t gfp)
{
	nr_held += alloc_pages_bulk(gfp, ~0ul, &table->runs[nr_runs],
				    RUNS - nr_runs);
	while (nr_runs < RUNS && table->runs[nr_runs].nr)
		nr_runs++;
}

/* hold_memory(): nothing is free any more, a zone's reserve neither; release_held():
 * all of it is free again. */
static void hold_memory(void)
{
	memset(table->runs, 0, sizeof(table->runs));
	nr_runs = 0;
	nr_held = 0;
	drain_all_pages();
	hold_pages(GFP_KERNEL);
	hold_pages(__GFP_DMA32);
	must(nr_runs < RUNS, "free memory is in too many pieces to hold it");
}

static void release_held(void)
{
	must(free_pages_bulk(table->runs, nr_runs),
	     "what was held isn't all there");
}

/* ordinary(): an ordinary request may have what is freed of @run, because its zone
 * keeps no reserve. */
static bool ordinary(const struct page_run *run)
{
	unsigned long limit = arch_dma32_limit_pfn();

	return PFN_DOWN(run->start) >= limit || max_pfn <= limit;
}

/* draw_block(): a block of @order, anywhere in what is held; 0 where what was
 * drawn isn't one, or is one of the first @n blocks. */
static phys_addr_t draw_block(unsigned int order, unsigned int n)
{
	unsigned long page = next_random(&seed) % nr_held;
	const struct page_run *run = table->runs;
	phys_addr_t pa, size = PAGE_SIZE << order;

	for (; page >= run->nr; run++)
		page -= run->nr;
	pa = ALIGN_DOWN(run->start + PFN_PHYS(page), size);
	if (!ordinary(run) || pa < run->start ||
	    pa + size > run->start + PFN_PHYS(run->nr))
		return 0;
	while (n--)
		if (table->blocks[n] == pa)
			return 0;
	return pa;
}

/* draw_blocks(): LEFT blocks of @order; returns how many there are. */
static unsigned int draw_blocks(unsigned int order)
{
	unsigned int n = 0;

	for (int i = 0; i < LEFT_DRAWS * LEFT && n < LEFT; i++) {
		table->blocks[n] = draw_block(order, n);
		n += table->blocks[n] != 0;
	}
	must(n == LEFT, "no room to draw blocks from");
	return n;
}

/* hold_again(): the block of @order at @pa, which is free, is held, as pages. */
static void hold_again(phys_addr_t pa, unsigned int order)
{
	must(!alloc_contig_range(PFN_DOWN(pa), PFN_DOWN(pa) + (1ul << order)),
	     "a free block can't be held again");
}

/* bench_left(): nothing is free but LEFT blocks of @order, scattered over all
 * memory: free those, allocate them, and ask for one more, for @refuse. */
static void bench_left(unsigned int order, struct figure *refuse)
{
	struct figure alloc = { 0 }, back = { 0 };

	calibrate(nothing_free(nothing_alloc(GFP_KERNEL, order), order));
	for (int round = 0; round < LEFT_ROUNDS; round++) {
		unsigned int n = draw_blocks(order);

		phys_addr_t *got = &table->blocks[n];

		for (unsigned int i = 0; i < n; i++)
			must(free_pages_exact(table->blocks[i],
					      PAGE_SIZE << order),
			     "what was drawn isn't held");
		for (unsigned int i = 0; i < n; i++)
			must((got[i] = timed_alloc(&alloc, order)),
			     "a free block wasn't found");
		must(!timed_alloc(refuse, order), "a block came from nowhere");
		for (unsigned int i = 0; i < n; i++)
			timed_free(&back, got[i], order);
		drain_all_pages();
		for (unsigned int i = 0; i < n; i++)
			hold_again(table->blocks[i], order);
	}
	show_order(order, "alloc, 64 blocks left", &alloc);
	show_order(order, "free, 64 blocks left", &back);
}

/* singles_area(): SINGLES times two pages of what is held, or 0. */
static phys_addr_t singles_area(void)
{
	for (unsigned int i = 0; i < nr_runs; i++)
		if (ordinary(&table->runs[i]) && table->runs[i].nr >= 2 * SINGLES)
			return table->runs[i].start;
	return 0;
}

/* free_singles(): every other page of the area is free; nothing else is. */
static void free_singles(struct figure *f)
{
	for (unsigned int i = 0; i < SINGLES; i++)
		table->blocks[i] = singles_area() + 2 * i * PAGE_SIZE;
	shuffle(SINGLES);
	for (unsigned int i = 0; i < SINGLES; i++)
		timed_free(f, table->blocks[i], 0);
}

/* bench_singles(): memory as broken up as can be. */
static void bench_singles(void)
{
	struct figure alloc = { 0 }, back = { 0 }, bulk = { 0 };

	if (!singles_area())
		return;
	calibrate(nothing_free(nothing_alloc(GFP_KERNEL, 0), 0));
	free_singles(&back);
	for (unsigned int i = 0; i < SINGLES; i++)
		must((table->blocks[i] = timed_alloc(&alloc, 0)),
		     "a free page wasn't found");
	for (unsigned int i = 0; i < SINGLES; i++)
		timed_free(&back, table->blocks[i], 0);
	drain_all_pages();
	begin(&bulk);
	bulk.n = alloc_pages_bulk(GFP_KERNEL, SINGLES, table->singles, SINGLES);
	end(&bulk);
	must(--bulk.n == SINGLES, "bulk didn't find all single pages");
	for (unsigned int i = 0, nr = 0; nr < bulk.n; nr += table->singles[i++].nr)
		must(free_pages_bulk(&table->singles[i], 1),
		     "a bulk free was refused");
	for (unsigned int i = 0; i < SINGLES; i++)
		hold_again(singles_area() + 2 * i * PAGE_SIZE, 0);
	show("alloc, every other page free", &alloc);
	show("free of every other page", &back);
	show("bulk alloc, every other page free", &bulk);
}

/* bench_scarce(): all that is measured while memory is held. */
static void bench_scarce(void)
{
	struct figure refuse = { 0 };

	hold_memory();
	for (unsigned int order = 0; order < MAX_ORDER; order++)
		bench_left(order, &refuse);
	bench_singles();
	show("alloc, nothing left", &refuse);
	release_held();
}

/* The order that recovery is measured for: 2 MiB. */
#define RECOVERY_ORDER	9

/* large_pages(): pages that are free as part of blocks of RECOVERY_ORDER. */
static unsigned long large_pages(void)
{
	unsigned long blocks[PFN_TREE_MAX_ORDERS] = { 0 }, nr = 0;

	drain_all_pages();
	for (bootmem_data_t *b = bdata_list; b; b = b->list)
		pfn_tree_count(&b->tree, b->node_min_pfn, b->node_low_pfn,
			       blocks);
	for (unsigned int k = RECOVERY_ORDER; k < PFN_TREE_MAX_ORDERS; k++)
		nr += blocks[k] << k;
	return nr;
}

/* nr_free(): pages that are free now. */
static unsigned long nr_free(void)
{
	unsigned long nr = 0;

	drain_all_pages();
	for (bootmem_data_t *b = bdata_list; b; b = b->list)
		nr += pfn_tree_count(&b->tree, b->node_min_pfn,
				     b->node_low_pfn, NULL);
	return nr;
}

/* alloc_table(): the table; false, with a line, where this machine is too small. */
static bool alloc_table(unsigned int order)
{
	phys_addr_t pa = 0;

	if (nr_free() >= NEEDED)
		pa = alloc_pages(GFP_KERNEL, order);
	if (pa)
		table = phys_to_virt(pa);
	else
		printk("bench: needs %u free pages, and 0x%zx bytes in a row; there are %lu pages\n",
		       NEEDED, sizeof(*table), nr_free());
	return pa != 0;
}

/* bench_alone(): this CPU's figures, while the others are stopped. */
static void bench_alone(void)
{
	unsigned long before = large_pages(), after;

	for (unsigned int order = 0; order <= MAX_ORDER; order++)
		bench_pair(order);
	bench_fill();
	bench_random_free();
	bench_churn();
	bench_mixed();
	bench_bulk();
	bench_scarce();
	after = large_pages();
	printk("bench: order-%u recovery %lu of %lu pages\n", RECOVERY_ORDER,
	       after, before);
}

bool bench(void)
{
	unsigned int order = log2_ceil(PFN_UP(sizeof(*table)));
	unsigned int cpus = 0;
	const char *arg = bootarg("bench", NULL), *end;

	if (*arg >= '1' && *arg <= '9')
		cpus = (unsigned int)memparse(arg, &end);
	if (cpus) {
		bench_together(cpus);
		return true;
	}
	if (!alloc_table(order))
		return false;
	bench_alone();
	must(free_pages(virt_to_phys(table), order), "the table can't be freed");
	page_alloc_check();
	return nr_wrong == 0;
}
