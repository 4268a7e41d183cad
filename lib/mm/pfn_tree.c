/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pfn_tree: one bitmap, three lives.
 *
 * The leaves are bootmem's bitmap: one bit a page, 1 = taken or absent. 64 bits
 * make a word, which is a block of order 6. Above them stands a tree in which
 * every node has 64 children:
 *
 *	level 2     one node: 64 children of order 12      (1 GiB in all)
 *	            ___________|___________
 *	           |           |           |
 *	level 1   node        node  ...   node             (16 MiB each)
 *	          /|\         64 children of order 6
 *	level 0  words of 64 bits                          (256 KiB each)
 *
 * A node of level l holds one 64-bit mask for each order k from 0 to 6l: bit c
 * of mask k is set where child c holds a free, naturally aligned block of order
 * k or more. So
 *
 *	mask 0		children that have a free page at all
 *	mask 6l		children that are wholly free: 6l is a child's own order
 *
 * and a block of order k is found by one bit search a level, from the root down,
 * however fragmented memory is. Where k is larger than a child's order, aligned
 * runs in the last mask are such blocks. Levels rise until one node covers all;
 * children are counted by absolute pfn, so natural alignment comes for free.
 *
 * Laziness falls out of the same masks. A child whose bit is clear in mask 0 is
 * all taken, one whose bit is set in the last mask is all free: in both cases
 * nothing below it is ever read, and it may be garbage. Only when a part of a
 * uniform child changes is the child itself written, one level deep. Marking a
 * range therefore costs a few words a level at each of its two ends, however
 * long it is, and a machine of 16 TiB costs what one of 1 GiB does.
 *
 * The same bits live three times: filled from memblock's ranges, searched by
 * bootmem, then kept as they are by the buddy allocator, whose blocks, splits
 * and merges are what the masks say. Nothing is ever stored in a free page.
 *
 * Size: 1/8 byte a page for the words, 7/512 for level 1, less than 1/2000 for
 * all above: 0.139 bytes a page.
 *
 * Invariants, checked by pfn_tree_check():
 *	- pages outside [start_pfn, end_pfn) are taken
 *	- the root's node is valid; so is every child that is neither all taken
 *	  nor all free
 *	- for a valid child, bit c of mask k says whether its largest block is at
 *	  least of order k
 *
 * Arguments are page frame numbers; none of this touches the pages themselves.
 */
#include "pfn_tree.h"

#include "printk.h"

/* Children of a node, bits of a word. */
#define CHILDREN	(1u << PFN_TREE_SHIFT)

/* The largest block of a node or word that has no free page at all. */
#define ORDER_NONE	(-1)

/* Bits at multiples of 1 << j: where naturally aligned runs of that may begin. */
static const uint64_t aligned_starts[PFN_TREE_SHIFT + 1] = {
	0xffffffffffffffff, 0x5555555555555555, 0x1111111111111111,
	0x0101010101010101, 0x0001000100010001, 0x0000000100000001,
	0x0000000000000001,
};

/* span_shift(): log2 of the pages that a node of @level stands for. */
static unsigned int span_shift(unsigned int level)
{
	return PFN_TREE_SHIFT * (level + 1);
}

/* child_order(): the order of one child of a node of @level: 6 x level. */
static unsigned int child_order(unsigned int level)
{
	return PFN_TREE_SHIFT * level;
}

/* stride(): 64-bit words that a node of @level takes; level 0 is one word. */
static size_t stride(unsigned int level)
{
	return level ? child_order(level) + 1 : 1;
}

/* node_at(): node number @index of @level, counted by absolute pfn. */
static uint64_t *node_at(const struct pfn_tree *tree, unsigned int level,
			 unsigned long index)
{
	unsigned long first = tree->start_pfn >> span_shift(level);

	return tree->level[level] + (index - first) * stride(level);
}

/* root_level(): the lowest level of which one node covers the whole range. */
static unsigned int root_level(unsigned long start_pfn, unsigned long end_pfn)
{
	unsigned int level = 1;

	while (start_pfn >> span_shift(level) !=
	       (end_pfn - 1) >> span_shift(level))
		level++;
	return level;
}

/* level_words(): 64-bit words that all nodes of @level take together. */
static size_t level_words(unsigned int level, unsigned long start_pfn,
			  unsigned long end_pfn)
{
	unsigned int shift = span_shift(level);

	return (((end_pfn - 1) >> shift) - (start_pfn >> shift) + 1) *
	       stride(level);
}

/* bits_from(): the bits of a word from number @first on; none from 64 on. */
static uint64_t bits_from(unsigned long first)
{
	return first < CHILDREN ? ~0ull << first : 0;
}

/* bits_between(): bits @first to @end - 1, where @first <= @end <= 64. */
static uint64_t bits_between(unsigned long first, unsigned long end)
{
	return bits_from(first) & ~bits_from(end);
}

/* lowest_bit(): the index of the lowest bit of @mask, which isn't 0. */
static unsigned int lowest_bit(uint64_t mask)
{
	return (unsigned int)__builtin_ctzll(mask);
}

/* aligned_runs(): the bits at which @mask has a naturally aligned run of
 * 1 << @order ones; @order is 0 to 6. */
static uint64_t aligned_runs(uint64_t mask, unsigned int order)
{
	for (unsigned int j = 0; j < order; j++)
		mask &= mask >> (1u << j);
	return mask & aligned_starts[order];
}

/* largest_run(): the largest order of which @mask has an aligned run of ones. */
static int largest_run(uint64_t mask)
{
	int order = ORDER_NONE;

	while (mask) {
		if (++order == PFN_TREE_SHIFT)
			break;
		mask &= mask >> (1u << order) & aligned_starts[order + 1];
	}
	return order;
}

/* largest_block(): the order of the largest free block of @node of @level. */
static int largest_block(const uint64_t *node, unsigned int level)
{
	int order = (int)child_order(level);

	if (!level)
		return largest_run(~node[0]);
	if (node[order])
		return order + largest_run(node[order]);
	while (order >= 0 && !node[order])
		order--;
	return order;
}

/* set_child(): child @c of @node of @level has @largest as its largest block. */
static void set_child(uint64_t *node, unsigned int level, unsigned int c,
		      int largest)
{
	uint64_t bit = 1ull << c;

	for (int k = 0; k <= (int)child_order(level); k++) {
		if (k <= largest)
			node[k] |= bit;
		else
			node[k] &= ~bit;
	}
}

/* fill_node(): @node of @level becomes all free or all taken. */
static void fill_node(uint64_t *node, unsigned int level, bool free)
{
	if (!level) {
		node[0] = free ? 0 : ~0ull;
		return;
	}
	for (unsigned int k = 0; k <= child_order(level); k++)
		node[k] = free ? ~0ull : 0;
}

/* child_taken(), child_free(): child @c of @node of @level is uniformly so. */
static bool child_taken(const uint64_t *node, unsigned int c)
{
	return !(node[0] >> c & 1);
}

static bool child_free(const uint64_t *node, unsigned int level,
		       unsigned int c)
{
	return node[child_order(level)] >> c & 1;
}

static int set_range(struct pfn_tree *tree, unsigned int level,
		     unsigned long index, unsigned long lo, unsigned long hi,
		     bool free);

/*
 * set_part(): part of child @c of @node changes: [@lo, @hi), relative to the
 * child. A uniform child is written out first.
 */
static void set_part(struct pfn_tree *tree, uint64_t *node, unsigned int level,
		     unsigned long index, unsigned int c, unsigned long lo,
		     unsigned long hi, bool free)
{
	unsigned long child = (index << PFN_TREE_SHIFT) + c;
	bool all_free = child_free(node, level, c);

	if (all_free || child_taken(node, c))
		fill_node(node_at(tree, level - 1, child), level - 1, all_free);
	set_child(node, level, c,
		  set_range(tree, level - 1, child, lo, hi, free));
}

/* set_children(): children @first to @end - 1 of @node become uniform. */
static void set_children(uint64_t *node, unsigned int level,
			 unsigned long first, unsigned long end, bool free)
{
	uint64_t bits = bits_between(first, end);

	for (unsigned int k = 0; k <= child_order(level); k++)
		node[k] = free ? node[k] | bits : node[k] & ~bits;
}

/*
 * set_range(): pages [@lo, @hi), relative to the start of node @index of
 * @level, become free or taken. Whole children are set at once, those that the
 * ends of the range lie in one level further down. Returns the node's largest
 * block.
 */
static int set_range(struct pfn_tree *tree, unsigned int level,
		     unsigned long index, unsigned long lo, unsigned long hi,
		     bool free)
{
	uint64_t *node = node_at(tree, level, index);
	unsigned int shift = child_order(level);
	unsigned long part = (1ul << shift) - 1;
	unsigned long first = lo >> shift, end = hi >> shift;

	if (!level) {
		uint64_t bits = bits_between(lo, hi);

		node[0] = free ? node[0] & ~bits : node[0] | bits;
		return largest_block(node, level);
	}
	if (first == end) {
		set_part(tree, node, level, index, (unsigned int)first,
			 lo & part, hi & part, free);
		return largest_block(node, level);
	}
	if (lo & part)
		set_part(tree, node, level, index, (unsigned int)first++,
			 lo & part, part + 1, free);
	if (hi & part)
		set_part(tree, node, level, index, (unsigned int)end, 0,
			 hi & part, free);
	set_children(node, level, first, end, free);
	return largest_block(node, level);
}

/* set_pages(): [@start, @end), given by absolute pfn, become free or taken. */
static void set_pages(struct pfn_tree *tree, unsigned long start,
		      unsigned long end, bool free)
{
	unsigned int shift = span_shift(tree->root);
	unsigned long index = tree->start_pfn >> shift;
	unsigned long base = index << shift;

	BUG_ON(start < tree->start_pfn || end > tree->end_pfn,
	       "pfn_tree: [0x%lx-0x%lx) is not inside [0x%lx-0x%lx)",
	       start, end, tree->start_pfn, tree->end_pfn);
	if (start < end)
		set_range(tree, tree->root, index, start - base, end - base,
			  free);
}

size_t pfn_tree_bytes(unsigned long start_pfn, unsigned long end_pfn)
{
	unsigned int root = root_level(start_pfn, end_pfn);
	size_t words = 0;

	for (unsigned int level = 0; level <= root; level++)
		words += level_words(level, start_pfn, end_pfn);
	return words * sizeof(uint64_t);
}

void pfn_tree_init(struct pfn_tree *tree, void *mem, unsigned long start_pfn,
		   unsigned long end_pfn)
{
	uint64_t *next = mem;

	tree->start_pfn = start_pfn;
	tree->end_pfn = end_pfn;
	tree->root = root_level(start_pfn, end_pfn);
	for (unsigned int level = 0; level <= tree->root; level++) {
		tree->level[level] = next;
		next += level_words(level, start_pfn, end_pfn);
	}
	fill_node(tree->level[tree->root], tree->root, false);
}

void pfn_tree_release(struct pfn_tree *tree, unsigned long start,
		      unsigned long end)
{
	set_pages(tree, start, end, true);
}

void pfn_tree_claim(struct pfn_tree *tree, unsigned long start,
		    unsigned long end)
{
	set_pages(tree, start, end, false);
}

static unsigned long find_in_node(const struct pfn_tree *tree,
				  unsigned int level, unsigned long index,
				  unsigned int order, unsigned long lo);

/* find_in_child(): as find_in_node(), for child @c of node @index of @level. */
static unsigned long find_in_child(const struct pfn_tree *tree,
				   unsigned int level, unsigned long index,
				   unsigned int c, unsigned int order,
				   unsigned long lo)
{
	unsigned long child = (index << PFN_TREE_SHIFT) + c;
	unsigned long start = child << child_order(level);
	unsigned long end = start + (1ul << child_order(level));
	unsigned long pfn;

	if (!child_free(node_at(tree, level, index), level, c))
		return find_in_node(tree, level - 1, child, order, lo);
	pfn = ALIGN(MAX(start, lo), 1ul << order);
	return pfn < end ? pfn : PFN_NONE;
}

/*
 * find_in_node(): the lowest free block of @order at or above @lo in node
 * @index of @level, or PFN_NONE. Only the child that @lo lies in can have the
 * mask's promise broken by @lo, so no level looks into more than two children.
 */
static unsigned long find_in_node(const struct pfn_tree *tree,
				  unsigned int level, unsigned long index,
				  unsigned int order, unsigned long lo)
{
	const uint64_t *node = node_at(tree, level, index);
	unsigned int shift = child_order(level);
	unsigned long base = index << span_shift(level);
	unsigned long skip = lo > base ? lo - base : 0;
	uint64_t mask;

	if (order >= shift) {
		mask = aligned_runs(level ? node[shift] : ~node[0],
				    order - shift);
		mask &= bits_from((skip + (1ul << shift) - 1) >> shift);
		return mask ? base + ((unsigned long)lowest_bit(mask) << shift)
			    : PFN_NONE;
	}
	for (mask = node[order] & bits_from(skip >> shift); mask;
	     mask &= mask - 1) {
		unsigned long pfn = find_in_child(tree, level, index,
						  lowest_bit(mask), order, lo);

		if (pfn != PFN_NONE)
			return pfn;
	}
	return PFN_NONE;
}

unsigned long pfn_tree_find(const struct pfn_tree *tree, unsigned int order,
			    unsigned long lo, unsigned long hi)
{
	unsigned long pfn;

	if (order > span_shift(tree->root))
		return PFN_NONE;
	pfn = find_in_node(tree, tree->root,
			   tree->start_pfn >> span_shift(tree->root), order,
			   lo);
	return pfn != PFN_NONE && pfn < hi && hi - pfn >= 1ul << order
	       ? pfn : PFN_NONE;
}

unsigned long pfn_tree_next_free(const struct pfn_tree *tree,
				 unsigned long pfn)
{
	unsigned long found = pfn_tree_find(tree, 0, pfn, tree->end_pfn);

	return found == PFN_NONE ? tree->end_pfn : found;
}

/*
 * next_taken(): the first taken page at or above @lo in node @index of @level,
 * or PFN_NONE.
 */
static unsigned long next_taken(const struct pfn_tree *tree,
				unsigned int level, unsigned long index,
				unsigned long lo)
{
	const uint64_t *node = node_at(tree, level, index);
	unsigned int shift = child_order(level);
	unsigned long base = index << span_shift(level);
	uint64_t mask = level ? ~node[shift] : node[0];

	for (mask &= bits_from(lo > base ? (lo - base) >> shift : 0); mask;
	     mask &= mask - 1) {
		unsigned int c = lowest_bit(mask);
		unsigned long child = (index << PFN_TREE_SHIFT) + c, pfn;

		if (!level || child_taken(node, c))
			return MAX(child << shift, lo);
		pfn = next_taken(tree, level - 1, child, lo);
		if (pfn != PFN_NONE)
			return pfn;
	}
	return PFN_NONE;
}

unsigned long pfn_tree_next_taken(const struct pfn_tree *tree,
				  unsigned long pfn)
{
	unsigned int shift = span_shift(tree->root);
	unsigned long found;

	if (pfn >= tree->end_pfn)
		return tree->end_pfn;
	found = next_taken(tree, tree->root, tree->start_pfn >> shift, pfn);
	return MIN(found, tree->end_pfn);
}

unsigned long pfn_tree_find_run(const struct pfn_tree *tree, unsigned long nr,
				unsigned long align, unsigned long lo,
				unsigned long hi)
{
	unsigned long pfn = MAX(lo, tree->start_pfn);

	hi = MIN(hi, tree->end_pfn);
	for (;;) {
		unsigned long taken;

		pfn = ALIGN(pfn_tree_next_free(tree, pfn), align);
		if (pfn >= hi || hi - pfn < nr)
			return PFN_NONE;
		taken = pfn_tree_next_taken(tree, pfn);
		if (taken - pfn >= nr)
			return pfn;
		pfn = taken;
	}
}

/* count_blocks(): the naturally aligned blocks that make up [@pfn, @end). */
static void count_blocks(unsigned long pfn, unsigned long end,
			 unsigned long blocks[PFN_TREE_MAX_ORDERS])
{
	while (pfn < end) {
		unsigned int order = log2_floor(end - pfn);

		if (pfn)
			order = MIN(order, lowest_bit(pfn));
		blocks[order]++;
		pfn += 1ul << order;
	}
}

unsigned long pfn_tree_count(const struct pfn_tree *tree, unsigned long lo,
			     unsigned long hi,
			     unsigned long blocks[PFN_TREE_MAX_ORDERS])
{
	unsigned long nr = 0, end;

	lo = MAX(lo, tree->start_pfn);
	hi = MIN(hi, tree->end_pfn);
	for (unsigned long pfn = pfn_tree_next_free(tree, lo); pfn < hi;
	     pfn = pfn_tree_next_free(tree, end)) {
		end = MIN(pfn_tree_next_taken(tree, pfn), hi);
		nr += end - pfn;
		if (blocks)
			count_blocks(pfn, end, blocks);
	}
	return nr;
}

/* check_masks(): where child @c has a block of order k, it has one of k - 1. */
static void check_masks(const uint64_t *node, unsigned int level)
{
	for (unsigned int k = 1; k <= child_order(level); k++)
		BUG_ON(node[k] & ~node[k - 1],
		       "pfn_tree: level %u: mask %u says more than mask %u",
		       level, k, k - 1);
}

/* check_node(): the invariants of node @index of @level and all below it. */
static void check_node(const struct pfn_tree *tree, unsigned int level,
		       unsigned long index)
{
	const uint64_t *node = node_at(tree, level, index);

	if (!level)
		return;
	check_masks(node, level);
	for (unsigned int c = 0; c < CHILDREN; c++) {
		unsigned long child = (index << PFN_TREE_SHIFT) + c;
		int largest;

		if (child_taken(node, c) || child_free(node, level, c))
			continue;
		check_node(tree, level - 1, child);
		largest = largest_block(node_at(tree, level - 1, child),
					level - 1);
		for (int k = 0; k <= (int)child_order(level); k++)
			BUG_ON((node[k] >> c & 1) != (k <= largest),
			       "pfn_tree: level %u node 0x%lx child %u: mask %d is wrong, its largest block is of order %d",
			       level, index, c, k, largest);
	}
}

void pfn_tree_check(const struct pfn_tree *tree)
{
	unsigned int shift = span_shift(tree->root);
	unsigned long index = tree->start_pfn >> shift;
	unsigned long first = pfn_tree_next_free(tree, index << shift);

	check_node(tree, tree->root, index);
	BUG_ON(first < tree->start_pfn,
	       "pfn_tree: page 0x%lx below the tree is free", first);
	first = find_in_node(tree, tree->root, index, 0, tree->end_pfn);
	BUG_ON(first != PFN_NONE,
	       "pfn_tree: page 0x%lx above the tree is free", first);
}
