/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The stress: all CPUs allocate and free at the same time, and every byte is
 * looked at.
 *
 * A CPU holds up to SLOTS blocks. An operation picks a slot at random: an empty
 * one is filled with a new block, of a random order and node; the block of a full
 * one is given up. Half of the orders drawn are 0, half of the rest 1 and so on,
 * so that each order has about as many pages. A new block is filled with a
 * pattern of its owner's and its address, which must still be there in the end:
 * two owners of a page would be noticed. Some blocks are given up by mail: they
 * are put into the box of another CPU, which checks and frees them; or shared by
 * mail: both CPUs have a reference, and the last one to drop it frees the block. Now
 * and then something is freed that must not be, and has to be refused.
 *
 * In the end everything is free again: the same pages as before, counted and by
 * their numbers. All random numbers come from the CPU's index, so a CPU asks for
 * the same on every run; who gets what differs with the timing.
 *
 * The same source runs on the host, with threads for CPUs (test/tsan).
 */
#include <string.h>

#include "arch.h"
#include "bootmem.h"
#include "firmware.h"
#include "gfp.h"
#include "machine.h"
#include "mmzone.h"
#include "page.h"
#include "percpu.h"
#include "printk.h"
#include "random.h"
#include "report.h"
#include "stage.h"
#include "watchdog.h"

/* Operations of each CPU where the boot argument gives no number. */
#define DEFAULT_OPERATIONS	100000

/* Blocks that a CPU holds at most. */
#define SLOTS			64

/* Orders that are asked for: 0 to this. */
#define MAX_ORDER		10

/* Words of a page, and bytes of the shortest cache line that is common. */
#define PAGE_WORDS		(PAGE_SIZE / sizeof(unsigned long))
#define CACHE_LINE		64

/* Bits of a letter that hold the block's order; its page number is above. */
#define LETTER_ORDER_BITS	4

/* Bad frees of each CPU, spread over its operations; each gives a line. */
#define BAD_FREES		4

/* Constants of the mixing function: 2^64 and 2^63 divided by the golden ratio, as
 * in Knuth, The Art of Computer Programming, volume 3, section 6.4. */
#define MIX_PAGE		0x9e3779b97f4a7c15ull
#define MIX_CPU			0x4f1bbcdcbfa53e0bull

/* A block that a CPU holds. */
struct block {
	phys_addr_t pa;			/* 0: the slot is empty */
	unsigned int order;
};

/* A CPU's part in it. */
struct worker {
	struct block held[SLOTS];
	uint64_t seed;			/* of its random numbers */
	unsigned long none;		/* requests for which there was no block */
	unsigned long mailed;		/* blocks put into other CPUs' boxes */
	unsigned long shared;		/* of these, kept as well */
	unsigned long refused;		/* bad frees that were refused */
	unsigned long wrong;		/* whatever should not have been */
	unsigned long long worst;	/* ticks of the longest operation */
};

/* What is free at a time: how many pages, and a sum over their numbers. */
struct free_pages {
	unsigned long nr;
	uint64_t sum;
};

/* Operations of each CPU. */
static unsigned long nr_operations;

/* The workers, by cpu_index. */
static struct worker *workers;

/*
 * The boxes: that from CPU a to CPU b is boxes[a * nr_cpus_online + b]. 0 is an
 * empty one, which a alone fills and b alone empties: release by the one and
 * acquire by the other, and the block's pages come with the letter.
 */
static unsigned long *boxes;

/* random_below(): a random number of 0 to @n - 1. */
static unsigned int random_below(struct worker *worker, unsigned int n)
{
	return (unsigned int)((next_random(&worker->seed) >> 32) % n);
}

/* random_order(): k with the probability of 2^-(k + 1), up to MAX_ORDER. */
static unsigned int random_order(struct worker *worker)
{
	uint64_t bits = next_random(&worker->seed) >> 32 | 1ull << MAX_ORDER;

	return log2_floor(bits & -bits);
}

/* pattern(): what the words of page @pfn hold while it is the CPU @owner's. */
static unsigned long pattern(unsigned int owner, unsigned long pfn)
{
	return (unsigned long)((pfn * MIX_PAGE) ^ ((owner + 1) * MIX_CPU));
}

/* word_step(): of a single page every cache line is looked at, of larger blocks
 * each page's two ends. */
static size_t word_step(unsigned int order)
{
	return order == 0 ? CACHE_LINE / sizeof(unsigned long) : PAGE_WORDS;
}

/* fill(): write @owner's pattern to the pages of @block. */
static void fill(const struct block *block, unsigned int owner)
{
	size_t step = word_step(block->order);

	for (unsigned long i = 0; i < 1ul << block->order; i++) {
		unsigned long *page = phys_to_virt(block->pa + PFN_PHYS(i));
		unsigned long word = pattern(owner, PFN_DOWN(block->pa) + i);

		for (size_t w = 0; w < PAGE_WORDS; w += step)
			page[w] = word;
		page[PAGE_WORDS - 1] = word;
	}
}

/* intact(): @owner's pattern is in every page of @block still. */
static bool intact(const struct block *block, unsigned int owner)
{
	size_t step = word_step(block->order);
	unsigned long wrong = 0;

	for (unsigned long i = 0; i < 1ul << block->order; i++) {
		unsigned long *page = phys_to_virt(block->pa + PFN_PHYS(i));
		unsigned long word = pattern(owner, PFN_DOWN(block->pa) + i);

		for (size_t w = 0; w < PAGE_WORDS; w += step)
			wrong |= page[w] ^ word;
		wrong |= page[PAGE_WORDS - 1] ^ word;
	}
	return wrong == 0;
}

/* complain(): count @what as wrong; the first of each CPU gives a line. */
static void complain(struct worker *worker, const char *what,
		     const struct block *block)
{
	if (worker->wrong++ == 0)
		printk("stress: CPU %u: %s: block 0x%016llx of order %u\n",
		       cpu_index, what, block->pa, block->order);
}

/* stress_op_begin(), stress_op_end(): around each operation; what counts a CPU's
 * instructions (test/bench/insns_plugin.c) looks for their addresses. */
__attribute__((noinline)) void stress_op_begin(unsigned long long *begin)
{
	*begin = arch_counter();
}

__attribute__((noinline)) void stress_op_end(const unsigned long long *begin)
{
	struct worker *worker = &workers[cpu_index];

	worker->worst = MAX(worker->worst, arch_counter() - *begin);
}

/* node_of(): the node whose memory page @pa is. */
static int node_of(phys_addr_t pa)
{
	unsigned long start_pfn, end_pfn;

	return memblock_search_pfn_nid(PFN_DOWN(pa), &start_pfn, &end_pfn);
}

/* take(): a new block into @block, which is empty. */
static void take(struct worker *worker, struct block *block)
{
	int nid = (int)random_below(worker, (unsigned int)nr_node_ids);
	unsigned int kind = random_below(worker, 4);
	gfp_t gfp = kind == 0 ? __GFP_THISNODE : GFP_KERNEL;
	unsigned int order = random_order(worker);
	unsigned long long begin;

	stress_op_begin(&begin);
	block->pa = kind < 2 ? alloc_pages_node(nid, gfp, order)
			     : alloc_pages(gfp, order);
	stress_op_end(&begin);
	block->order = order;
	if (!block->pa) {
		worker->none++;
		return;
	}
	if (block->pa & ((PAGE_SIZE << order) - 1))
		complain(worker, "not aligned", block);
	if (gfp == __GFP_THISNODE && node_of(block->pa) != nid)
		complain(worker, "not of the node asked for", block);
	fill(block, cpu_index);
}

/* drop(): @block, of which this CPU has a reference, or all of it where it has no
 * state, isn't this CPU's any more. False where it isn't freed, but should be. */
static bool drop(const struct block *block)
{
	struct page *page = pfn_to_page(PFN_DOWN(block->pa));

	if (!page)
		return free_pages(block->pa, block->order);
	put_page(page);
	return true;
}

/* give(): check @block, whose pattern is @owner's, and drop it. */
static void give(struct worker *worker, struct block *block,
		 unsigned int owner)
{
	unsigned long long begin;
	bool dropped;

	if (!intact(block, owner))
		complain(worker, "written to by somebody else", block);
	stress_op_begin(&begin);
	dropped = drop(block);
	stress_op_end(&begin);
	if (!dropped)
		complain(worker, "refused to be freed", block);
	block->pa = 0;
}

/* share(): a reference more to @block, which nobody else has; false where there is
 * no memory for its state, or it has been shared before. */
static bool share(struct worker *worker, const struct block *block)
{
	struct page *page;

	if (random_below(worker, 4) || pfn_to_page(PFN_DOWN(block->pa)))
		return false;
	page = page_create(block->pa, block->order);
	if (!page)
		return false;
	get_page(page);
	worker->shared++;
	return true;
}

/* other_cpu(): a random CPU that isn't this one, unless there is no other. */
static unsigned int other_cpu(struct worker *worker)
{
	unsigned int others = MAX(nr_cpus_online - 1, 1u);

	return (cpu_index + 1 + random_below(worker, others)) % nr_cpus_online;
}

/* mail(): put @block into another CPU's box, and keep it as well where it can be
 * shared; false where the box isn't empty, or where there is no other CPU. */
static bool mail(struct worker *worker, struct block *block)
{
	unsigned int to = other_cpu(worker);
	unsigned long *box = &boxes[cpu_index * nr_cpus_online + to];
	bool shared;

	if (to == cpu_index || __atomic_load_n(box, __ATOMIC_ACQUIRE))
		return false;
	shared = share(worker, block);
	__atomic_store_n(box, PFN_DOWN(block->pa) << LETTER_ORDER_BITS |
			      block->order, __ATOMIC_RELEASE);
	if (!shared)
		block->pa = 0;
	worker->mailed++;
	return true;
}

/* open_box(): free what CPU @from has put into the box to CPU @to. */
static void open_box(struct worker *worker, unsigned int from, unsigned int to)
{
	unsigned long *box = &boxes[from * nr_cpus_online + to];
	unsigned long letter = __atomic_load_n(box, __ATOMIC_ACQUIRE);
	struct block block = {
		.pa = PFN_PHYS(letter >> LETTER_ORDER_BITS),
		.order = letter & ((1u << LETTER_ORDER_BITS) - 1),
	};

	if (!letter)
		return;
	give(worker, &block, from);
	__atomic_store_n(box, 0, __ATOMIC_RELEASE);
}

/* bad_free(): free something that can't be freed, whoever holds what. */
static void bad_free(struct worker *worker, unsigned int kind)
{
	const struct block bad[BAD_FREES] = {
		{ image.start + 1, 0 },
		{ image.start, 0 },
		{ memblock_last_byte_of_DRAM() + 1, 0 },
		{ image.start, PFN_TREE_MAX_ORDERS },
	};
	struct block block = bad[kind % BAD_FREES];

	if (free_pages(block.pa, block.order))
		complain(worker, "freed, although it must not be", &block);
	else
		worker->refused++;
}

/* operate(): one operation, and a look into a box. */
static void operate(struct worker *worker)
{
	struct block *block = &worker->held[random_below(worker, SLOTS)];

	open_box(worker, other_cpu(worker), cpu_index);
	if (!block->pa)
		take(worker, block);
	else if (random_below(worker, 4) || !mail(worker, block))
		give(worker, block, cpu_index);
}

/* run_worker(): this CPU's operations; then it holds nothing any more. */
static void run_worker(void)
{
	struct worker *worker = &workers[cpu_index];

	worker->seed = (cpu_index + 1) * MIX_PAGE;
	for (unsigned long i = 0; i < nr_operations; i++) {
		watchdog_kick();
		operate(worker);
		if (i % (nr_operations / BAD_FREES + 1) == 0)
			bad_free(worker, cpu_index + worker->refused);
	}
	for (unsigned int i = 0; i < SLOTS; i++)
		if (worker->held[i].pa)
			give(worker, &worker->held[i], cpu_index);
}

/* empty_boxes(): the letters that came too late; when all CPUs are done. */
static void empty_boxes(void)
{
	for (unsigned int from = 0; from < nr_cpus_online; from++)
		for (unsigned int to = 0; to < nr_cpus_online; to++)
			open_box(&workers[0], from, to);
}

/* count_free(): what is free now, read from the nodes' maps. */
static struct free_pages count_free(void)
{
	struct free_pages all = { 0, 0 };
	unsigned long start, end;

	drain_all_pages();
	for (bootmem_data_t *b = bdata_list; b; b = b->list)
		for (start = b->node_min_pfn; start < b->node_low_pfn;
		     start = end) {
			start = pfn_tree_next_free(&b->tree, start);
			end = pfn_tree_next_taken(&b->tree, start);
			all.nr += end - start;
			all.sum += (start * MIX_PAGE) ^ (end * MIX_CPU);
		}
	return all;
}

/* add_up(): what all the workers did. */
static struct worker add_up(void)
{
	struct worker sum = { .wrong = 0 };

	for (unsigned int cpu = 0; cpu < nr_cpus_online; cpu++) {
		sum.none += workers[cpu].none;
		sum.mailed += workers[cpu].mailed;
		sum.shared += workers[cpu].shared;
		sum.refused += workers[cpu].refused;
		sum.wrong += workers[cpu].wrong;
		sum.worst = MAX(sum.worst, workers[cpu].worst);
	}
	return sum;
}

/* work_together(): all CPUs at a time, with their tables at @table, zeroed;
 * whether nothing went wrong. */
static bool work_together(void *table)
{
	struct worker sum;

	workers = table;
	boxes = (unsigned long *)(workers + nr_cpus_online);
	smp_call(run_worker);
	empty_boxes();
	sum = add_up();
	printk("stress: %u CPUs, %lu operations each, %lu without memory, %lu freed by another CPU, %lu bad frees refused, %lu wrong, worst operation %llu %s\n",
	       nr_cpus_online, nr_operations, sum.none, sum.mailed,
	       sum.refused, sum.wrong, sum.worst, stage_unit());
	printk("stress: %lu blocks shared by two CPUs\n", sum.shared);
	return page_state_free() && sum.wrong == 0;
}

/* all_back(): what was free @before is free again, and nothing else. */
static bool all_back(struct free_pages before)
{
	struct free_pages after = count_free();
	bool same = before.nr == after.nr && before.sum == after.sum;

	printk("stress: 0x%lx pages free before, 0x%lx after, %s\n", before.nr,
	       after.nr, same ? "the same ones" : "not the same ones");
	return same;
}

bool stress(void)
{
	phys_addr_t size = nr_cpus_online * (sizeof(*workers) +
			   nr_cpus_online * sizeof(*boxes));
	unsigned int order = log2_ceil(PFN_UP(size));
	struct free_pages before = count_free();
	phys_addr_t table = alloc_pages(__GFP_ZERO, order);
	const char *end;
	bool good;

	nr_operations = (unsigned long)memparse(bootarg("stress", NULL), &end);
	if (!nr_operations)
		nr_operations = DEFAULT_OPERATIONS;
	if (!table) {
		printk("stress: no 0x%llx bytes in a row for its tables\n",
		       size);
		return false;
	}
	good = work_together(phys_to_virt(table));
	good &= free_pages(table, order);
	good &= all_back(before);
	page_alloc_check();
	report_buddyinfo();
	return report_ledger() && good;
}
