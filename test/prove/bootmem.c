/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bootmem's arithmetic: what part of a page, goals, limits and alignments come
 * to. Where there are free pages is what pfn_tree says (pfn_tree.c here); all
 * that is assumed of its answer is its contract.
 */
#include "prove.h"

#include "lib/mm/bootmem.c"

struct memblock memblock;
pg_data_t **node_data;
enum allocator stage_legal;

/* The node that is allocated from, and which of its pages were free before. */
static bootmem_data_t bdata;

/* What was asked of the tree last, and what it answered. */
static struct {
	unsigned long nr, align, lo, hi, pfn;
} asked;

/* What became taken: [start, end). */
static struct {
	unsigned long start, end;
} claimed;

/* The contract: a run of @nr pages at a multiple of @align inside [@lo, @hi) and
 * inside the tree, or PFN_NONE. */
unsigned long pfn_tree_find_run(const struct pfn_tree *tree, unsigned long nr,
				unsigned long align, unsigned long lo,
				unsigned long hi)
{
	unsigned long pfn = nondet_ulong();

	ASSERT(tree == &bdata.tree);
	ASSERT(nr && is_power_of_2(align));
	ASSUME(pfn == PFN_NONE ||
	       (pfn >= lo && pfn >= bdata.node_min_pfn && pfn < hi &&
		hi - pfn >= nr && pfn < bdata.node_low_pfn &&
		bdata.node_low_pfn - pfn >= nr && (pfn & (align - 1)) == 0));
	asked.nr = nr;
	asked.align = align;
	asked.pfn = pfn;
	return pfn;
}

void pfn_tree_claim(struct pfn_tree *tree, unsigned long start,
		    unsigned long end)
{
	ASSERT(tree == &bdata.tree);
	claimed.start = start;
	claimed.end = end;
}

int memblock_reserve_owner(phys_addr_t base, phys_addr_t size,
			   enum memblock_flags flags,
			   const struct mem_owner *owner)
{
	(void)flags;
	(void)owner;
	ASSERT(base == PFN_PHYS(claimed.start));
	ASSERT(size == PFN_PHYS(claimed.end - claimed.start));
	return 0;
}

/* An address is its own pointer, and what it holds isn't looked at. */
void *phys_to_virt(phys_addr_t pa)
{
	return (void *)pa;
}

void *memset(void *to, int c, size_t size)
{
	(void)c;
	(void)size;
	return to;
}

/* any_node(): any span of pages below 2^52, any last allocation in it. */
static void any_node(void)
{
	bdata.node_min_pfn = nondet_ulong();
	bdata.node_low_pfn = nondet_ulong();
	bdata.last_end_off = nondet_ulong();
	bdata.hint_idx = nondet_ulong();
	ASSUME(bdata.node_min_pfn < bdata.node_low_pfn);
	ASSUME(bdata.node_low_pfn < 1ul << 52);
	ASSUME(bdata.last_end_off <=
	       PFN_PHYS(bdata.node_low_pfn - bdata.node_min_pfn));
	ASSUME(bdata.hint_idx <= bdata.node_low_pfn - bdata.node_min_pfn);
}

/* any_request(): any that check_request() lets through, with one of some
 * alignments. */
static struct request any_request(void)
{
	static const struct mem_owner owner;
	static const size_t aligns[] = { 1, 8, 64, 4096, 2ul << 20, 1ul << 30 };
	struct request req = {
		nondet_ulong(), aligns[below(ARRAY_SIZE(aligns))], nondet_pa(),
		nondet_pa(), &owner
	};

	ASSUME(req.size && req.size < 1ul << 62);
	ASSUME(!req.limit || (req.goal <= req.limit &&
			      req.size <= req.limit - req.goal));
	return req;
}

/*
 * The pages inside a range have all their bytes in it, and those that it touches
 * one at least; no other page does. That holds up to the last byte there is.
 */
void bootmem_pages_of_a_range(void)
{
	phys_addr_t addr = nondet_pa(), size = nondet_pa(), last;
	unsigned long start, end, w = below(1ul << 52);
	phys_addr_t first_byte = PFN_PHYS(w), last_byte = first_byte | ~PAGE_MASK;
	bool in, touched;

	ASSUME(size && addr <= PHYS_ADDR_MAX - (size - 1));
	last = addr + (size - 1);
	pages_inside(addr, size, &start, &end);
	in = w >= start && w < end;
	ASSERT(in == (first_byte >= addr && last_byte <= last));
	pages_touched(addr, size, &start, &end);
	touched = w >= start && w < end;
	ASSERT(touched == (last_byte >= addr && first_byte <= last));
	COVER(in && last_byte == PHYS_ADDR_MAX);
	COVER(touched && !in && size == 1);
}
