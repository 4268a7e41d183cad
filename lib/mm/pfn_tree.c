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
 * What was taken as a block has to come back as that block. One bit a page can't
 * say where a block begins, so there are joins: the join of a page, or child, is
 * set where it belongs to the same block as the one before it. A block of order k
 * is then a clear join followed by 2^k - 1 set ones and no more:
 *
 *	taken	1 1 1 1  1 1 0 0	blocks of order 2 and 1, two free pages
 *	joins	0 1 1 1  0 1 0 0
 *
 * Whatever is taken and has no join is a single page. That is the usual case and
 * costs nothing; it is also what everything is that was claimed by the range. For
 * larger blocks a node has two more masks:
 *
 *	whole		children that make up, alone or together, a taken block
 *	joined		of these, the ones that have a join
 *
 * and for the blocks that are smaller than a word, one bit a page more, but only
 * in a node that has such a block: it then has a table of joins (pfn_joins.h),
 * drawn from a pool and returned to it with the last such block.
 *
 * To free a single page should be cheap, and mostly nothing has to be known of it
 * but its bit. So a node of level 1 has a mask `plain`: of a word whose bit is set
 * there, the bits in memory are what they say, each taken page is a single one,
 * and nobody flagged it. Being clear means only: look closer. A flag, again a mask
 * of a bit a word, belongs to whoever uses the tree; it is set when a word is first
 * written out of something all taken, and by pfn_tree_claim(), else only where it
 * is asked for.
 *
 * These five - plain, flags, whole, joined, joins - are a node's marks. They must
 * be valid as soon as a node was written once, and stay so while it is uniform.
 * To tell a node that never was from one that was, each node above level 1 has, in
 * place of `plain`, a mask `written`; the root's is cleared when the tree is made.
 *
 * Size: 1/8 byte a page for the words, 12/512 for the twelve words of a node of
 * level 1, less than 1/1600 for all above: 0.149 bytes a page. Tables of joins, at
 * most another 1/8, exist where blocks of order 1 to 5 do.
 *
 * Invariants, checked by pfn_tree_check():
 *	- pages outside [start_pfn, end_pfn) are taken
 *	- the root is valid, and so are its children where they are nodes; so is
 *	  every further child that is neither all taken nor all free
 *	- for a valid child, bit c of mask k says whether its largest block is at
 *	  least of order k
 *	- joins make up naturally aligned blocks of a power of two pages, all taken
 *	- a plain word has no joins, no flag, is not part of a larger block, and is
 *	  valid, uniform or not
 *
 * Arguments are page frame numbers; none of this touches the pages themselves.
 */
#include "pfn_tree.h"

#include "pfn_joins.h"
#include "printk.h"

/* Children of a node, bits of a word. */
#define CHILDREN	(1u << PFN_TREE_SHIFT)

/* The largest block of a node or word that has no free page at all. */
#define ORDER_NONE	(-1)

/* What becomes of a range. */
enum change {
	RELEASED,	/* free; whole words have no flag */
	GIVEN,		/* free */
	TAKEN,		/* taken */
	CLAIMED,	/* taken; all words touched have a flag */
};

/* span_shift(): log2 of the pages that a node of @level stands for. */
static inline unsigned int span_shift(unsigned int level)
{
	return PFN_TREE_SHIFT * (level + 1);
}

/* child_order(): the order of one child of a node of @level: 6 x level. */
static inline unsigned int child_order(unsigned int level)
{
	return PFN_TREE_SHIFT * level;
}

/* node_bytes(): what a node of @level takes; level 0 is one word. */
static size_t node_bytes(unsigned int level)
{
	return level ? sizeof(struct pfn_node) +
		       (child_order(level) + 1) * sizeof(uint64_t)
		     : sizeof(uint64_t);
}

/* word_at(): word number @index, counted by absolute pfn. */
static inline uint64_t *word_at(const struct pfn_tree *tree,
				unsigned long index)
{
	return (uint64_t *)tree->level[0].origin + index;
}

/* node_on(): node number @index of @l's level, counted likewise; of level 0 it is
 * that word. */
static inline struct pfn_node *node_on(const struct pfn_tree_level *l,
				       unsigned long index)
{
	return (struct pfn_node *)(l->origin + index * l->node_bytes);
}

/* node_at(): the same of @level, at least 1. */
static inline struct pfn_node *node_at(const struct pfn_tree *tree,
				       unsigned int level, unsigned long index)
{
	return node_on(&tree->level[level], index);
}

/* child_at(): which child of a node of @level @pfn lies in. */
static inline unsigned int child_at(unsigned long pfn, unsigned int level)
{
	return pfn >> child_order(level) & (CHILDREN - 1);
}

/* node_of(): the node of @level, at least 1, that @pfn lies in. */
static inline struct pfn_node *node_of(const struct pfn_tree *tree,
				       unsigned int level, unsigned long pfn)
{
	return node_at(tree, level, pfn >> span_shift(level));
}

/* root_index(): the number of the root. */
static inline unsigned long root_index(const struct pfn_tree *tree)
{
	return tree->start_pfn >> span_shift(tree->root);
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

/* level_nodes(): nodes of @level, or words, that the range needs. */
static size_t level_nodes(unsigned int level, unsigned long start_pfn,
			  unsigned long end_pfn)
{
	unsigned int shift = span_shift(level);

	return ((end_pfn - 1) >> shift) - (start_pfn >> shift) + 1;
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

/* largest_run(): the largest order of which @mask has an aligned run of ones. */
static int largest_run(uint64_t mask)
{
	int order = ORDER_NONE;

	/* Unrolled, each turn has its shift and its mask as constants. */
#pragma GCC unroll 6
	while (mask) {
		if (++order == PFN_TREE_SHIFT)
			break;
		mask &= mask >> (1u << order) & aligned_starts[order + 1];
	}
	return order;
}

/* free_children(): the children of node @index of @level, or the pages of that
 * word, that are all free. */
static inline uint64_t free_children(const struct pfn_tree *tree,
				     unsigned int level, unsigned long index)
{
	return level ? node_at(tree, level, index)->mask[child_order(level)]
		     : ~*word_at(tree, index);
}

/* highest_mask(): the largest order, at most @order, of which @node has a mask that
 * isn't 0, or ORDER_NONE. */
static int highest_mask(const struct pfn_node *node, int order)
{
	while (order >= 0 && !node->mask[order])
		order--;
	return order;
}

/* largest_block(): the order of the largest free block of node @index of @level. */
static int largest_block(const struct pfn_tree *tree, unsigned int level,
			 unsigned long index)
{
	uint64_t free = free_children(tree, level, index);
	int order = (int)child_order(level);

	if (free)
		return order + largest_run(free);
	if (!level)
		return ORDER_NONE;
	return highest_mask(node_at(tree, level, index), order);
}

/* set_child(): child @c of @node of @level has @largest as its largest block. */
static void set_child(struct pfn_node *node, unsigned int level,
		      unsigned int c, int largest)
{
	uint64_t bit = 1ull << c;

	for (int k = 0; k <= (int)child_order(level); k++) {
		if (k <= largest)
			node->mask[k] |= bit;
		else
			node->mask[k] &= ~bit;
	}
}

/* fill_node(): @node of @level becomes all free or all taken; its words, if these
 * are its children, aren't known. */
static void fill_node(struct pfn_node *node, unsigned int level, bool free)
{
	for (unsigned int k = 0; k <= child_order(level); k++)
		node->mask[k] = free ? ~0ull : 0;
	if (level == 1)
		node->plain = 0;
}

/* first_marks(): what the marks of a node of @level begin as. */
static void first_marks(struct pfn_node *node, bool free)
{
	node->written = 0;
	node->flags = free ? 0 : ~0ull;
	node->whole = 0;
	node->joined = 0;
	node->joins = 0;
}

/* child_taken(), child_free(): child @c of @node of @level is uniformly so. */
static inline bool child_taken(const struct pfn_node *node, unsigned int c)
{
	return !(node->mask[0] >> c & 1);
}

static inline bool child_free(const struct pfn_node *node, unsigned int level,
			      unsigned int c)
{
	return node->mask[child_order(level)] >> c & 1;
}

/* settle(): word @c of @node is what its bits in memory say; it is plain if nothing
 * else is known of it. */
static void settle(struct pfn_node *node, unsigned int c)
{
	uint64_t bit = 1ull << c;

	if (!((node->flags | node->whole) & bit) && !pfn_joins_get(node, c))
		node->plain |= bit;
}

/*
 * write_child(): child @c of @node of @level, number @child of its own level, is
 * uniform; write it out so that a part of it can change.
 */
static void write_child(struct pfn_tree *tree, struct pfn_node *node,
			unsigned int level, unsigned long child, unsigned int c)
{
	bool free = child_free(node, level, c);
	struct pfn_node *lower;

	if (level == 1) {
		*word_at(tree, child) = free ? 0 : ~0ull;
		settle(node, c);
		return;
	}
	lower = node_at(tree, level - 1, child);
	fill_node(lower, level - 1, free);
	if (!(node->written >> c & 1)) {
		node->written |= 1ull << c;
		first_marks(lower, free);
	}
}

static int set_range(struct pfn_tree *tree, unsigned int level,
		     unsigned long index, unsigned long lo, unsigned long hi,
		     enum change change);

/*
 * set_part(): part of child @c of node @index changes: [@lo, @hi), relative to the
 * child. A uniform child is written out first.
 */
static void set_part(struct pfn_tree *tree, unsigned int level,
		     unsigned long index, unsigned int c, unsigned long lo,
		     unsigned long hi, enum change change)
{
	struct pfn_node *node = node_at(tree, level, index);
	unsigned long child = (index << PFN_TREE_SHIFT) + c;

	if (child_free(node, level, c) || child_taken(node, c))
		write_child(tree, node, level, child, c);
	set_child(node, level, c,
		  set_range(tree, level - 1, child, lo, hi, change));
}

/* fill_children(): children @bits of the root are written to be uniform, as they
 * always are what they say. */
static void fill_children(struct pfn_tree *tree, uint64_t bits, bool free)
{
	unsigned long first = root_index(tree) << PFN_TREE_SHIFT;

	for (; tree->root > 1 && bits; bits &= bits - 1)
		fill_node(node_at(tree, tree->root - 1,
				  first + lowest_bit(bits)),
			  tree->root - 1, free);
}

/* set_masks(): children @bits of @node, each of @order, are all free or all taken by
 * its masks. */
static void set_masks(struct pfn_node *node, unsigned int order, uint64_t bits,
		      bool free)
{
	uint64_t *mask = node->mask, *last = &node->mask[order];

	if (free)
		while (mask <= last)
			*mask++ |= bits;
	else
		while (mask <= last)
			*mask++ &= ~bits;
}

/* set_children(): children @bits of node @index of @level become uniform. */
static void set_children(struct pfn_tree *tree, unsigned int level,
			 unsigned long index, uint64_t bits, bool free)
{
	struct pfn_node *node;
	uint64_t *word;

	if (!level) {
		word = word_at(tree, index);
		*word = free ? *word & ~bits : *word | bits;
		return;
	}
	node = node_at(tree, level, index);
	set_masks(node, child_order(level), bits, free);
	if (level == 1)
		node->plain &= ~bits;
	if (level == tree->root)
		fill_children(tree, bits, free);
}

/* flag_words(): the words @bits of @node, of level 1, have their flags, and so none
 * of them is plain. */
static inline void flag_words(struct pfn_node *node, uint64_t bits)
{
	node->flags |= bits;
	node->plain &= ~bits;
}

/*
 * set_flags(): pages [@lo, @hi), relative to the start of @node of @level, number
 * @index, are released or claimed: so are the flags of the words they make up, or
 * touch. What is whole children of level 1 or more gets them when it is next
 * written: as if for the first time, for which the root's children don't wait.
 */
static void set_flags(struct pfn_tree *tree, struct pfn_node *node,
		      unsigned int level, unsigned long index,
		      unsigned long lo, unsigned long hi, bool free)
{
	unsigned int shift = child_order(level);
	unsigned long part = (1ul << shift) - 1;
	uint64_t whole = bits_between((lo + part) >> shift,
				      MAX(hi >> shift, (lo + part) >> shift));
	uint64_t touched = bits_between(lo >> shift, (hi + part) >> shift);

	if (level == 1 && free) {
		node->flags &= ~whole;
	} else if (level == 1) {
		flag_words(node, touched);
	} else if (level < tree->root) {
		node->written &= ~whole;
	} else {
		for (; whole; whole &= whole - 1)
			first_marks(node_at(tree, level - 1,
					    (index << PFN_TREE_SHIFT) +
					    lowest_bit(whole)), free);
	}
}

/*
 * set_range(): pages [@lo, @hi), relative to the start of node @index of @level,
 * become free or taken. Whole children are set at once, those that the ends of
 * the range lie in one level further down. Returns the node's largest block.
 */
static int set_range(struct pfn_tree *tree, unsigned int level,
		     unsigned long index, unsigned long lo, unsigned long hi,
		     enum change change)
{
	bool free = change == RELEASED || change == GIVEN;
	unsigned int shift = child_order(level);
	unsigned long part = (1ul << shift) - 1;
	unsigned long first = lo >> shift, end = hi >> shift;

	if (!level) {
		set_children(tree, level, index, bits_between(lo, hi), free);
		return largest_block(tree, level, index);
	}
	if (change == CLAIMED || change == RELEASED)
		set_flags(tree, node_at(tree, level, index), level, index, lo,
			  hi, free);
	if (first == end) {
		set_part(tree, level, index, (unsigned int)first, lo & part,
			 hi & part, change);
		return largest_block(tree, level, index);
	}
	if (lo & part)
		set_part(tree, level, index, (unsigned int)first++, lo & part,
			 part + 1, change);
	if (hi & part)
		set_part(tree, level, index, (unsigned int)end, 0, hi & part,
			 change);
	set_children(tree, level, index, bits_between(first, end), free);
	return largest_block(tree, level, index);
}

/* set_pages(): [@start, @end), given by absolute pfn, become free or taken. */
static void set_pages(struct pfn_tree *tree, unsigned long start,
		      unsigned long end, enum change change)
{
	unsigned long base = root_index(tree) << span_shift(tree->root);

	BUG_ON(start < tree->start_pfn || end > tree->end_pfn,
	       "pfn_tree: [0x%lx-0x%lx) is not inside [0x%lx-0x%lx)",
	       start, end, tree->start_pfn, tree->end_pfn);
	if (start < end)
		set_range(tree, tree->root, root_index(tree), start - base,
			  end - base, change);
}

/* write_root(): the root and its children, all taken and never written before. */
static void write_root(struct pfn_tree *tree)
{
	struct pfn_node *root = node_at(tree, tree->root, root_index(tree));

	fill_node(root, tree->root, false);
	first_marks(root, false);
	if (tree->root == 1)
		return;
	for (unsigned long child = tree->start_pfn >> child_order(tree->root);
	     child <= (tree->end_pfn - 1) >> child_order(tree->root); child++)
		write_child(tree, root, tree->root, child,
			    child & (CHILDREN - 1));
}

size_t pfn_tree_bytes(unsigned long start_pfn, unsigned long end_pfn)
{
	unsigned int root = root_level(start_pfn, end_pfn);
	size_t bytes = PFN_TREE_OWN_TABLES * sizeof(struct joins_table);

	for (unsigned int level = 0; level <= root; level++)
		bytes += level_nodes(level, start_pfn, end_pfn) *
			 node_bytes(level);
	return bytes;
}

void pfn_tree_init(struct pfn_tree *tree, void *mem, unsigned long start_pfn,
		   unsigned long end_pfn)
{
	struct joins_table *own = mem;
	uintptr_t next = (uintptr_t)(own + PFN_TREE_OWN_TABLES);

	tree->start_pfn = start_pfn;
	tree->end_pfn = end_pfn;
	tree->root = root_level(start_pfn, end_pfn);
	tree->deep = tree->root > 2;
	for (unsigned int level = 0; level <= tree->root; level++) {
		struct pfn_tree_level *l = &tree->level[level];

		l->child_shift = child_order(level);
		l->node_bytes = node_bytes(level);
		l->origin = next - (start_pfn >> span_shift(level)) *
				   l->node_bytes;
		next += level_nodes(level, start_pfn, end_pfn) * l->node_bytes;
	}
	pfn_joins_init(tree, own);
	write_root(tree);
}

/* visit_words(): @fn for the words of node number @index of level 1, where they
 * say more than the node does. */
static void visit_words(const struct pfn_tree *tree,
			const struct pfn_node *node, unsigned long index,
			void (*fn)(const void *mem, size_t size))
{
	unsigned long first = MAX(index << PFN_TREE_SHIFT,
				  tree->start_pfn >> PFN_TREE_SHIFT);
	unsigned long last = MIN((index << PFN_TREE_SHIFT) + CHILDREN - 1,
				 (tree->end_pfn - 1) >> PFN_TREE_SHIFT);

	if ((node->mask[0] & ~node->mask[PFN_TREE_SHIFT]) | node->plain)
		fn(word_at(tree, first), (last - first + 1) * sizeof(uint64_t));
}

/* visit_node(): @fn for node number @index of @level, which was written, and for
 * what was written below it. */
static void visit_node(const struct pfn_tree *tree, unsigned int level,
		       unsigned long index,
		       void (*fn)(const void *mem, size_t size))
{
	const struct pfn_node *node = node_at(tree, level, index);

	fn(node, node_bytes(level));
	if (level == 1) {
		visit_words(tree, node, index, fn);
		return;
	}
	for (uint64_t left = node->written; left; left &= left - 1)
		visit_node(tree, level - 1,
			   (index << PFN_TREE_SHIFT) + lowest_bit(left), fn);
}

void pfn_tree_each_written(const struct pfn_tree *tree,
			   void (*fn)(const void *mem, size_t size))
{
	fn(tree->own, PFN_TREE_OWN_TABLES * sizeof(*tree->own));
	visit_node(tree, tree->root, root_index(tree), fn);
}

void pfn_tree_release(struct pfn_tree *tree, unsigned long start,
		      unsigned long end)
{
	set_pages(tree, start, end, RELEASED);
}

void pfn_tree_give_range(struct pfn_tree *tree, unsigned long start,
			 unsigned long end)
{
	set_pages(tree, start, end, GIVEN);
}

void pfn_tree_take_range(struct pfn_tree *tree, unsigned long start,
			 unsigned long end)
{
	set_pages(tree, start, end, TAKEN);
}

void pfn_tree_claim(struct pfn_tree *tree, unsigned long start,
		    unsigned long end)
{
	set_pages(tree, start, end, CLAIMED);
}

/* blocks_on(): the children of node number @index of @l's level, or the bits of
 * that word, that begin or have a free block of @order. *@free gets those that are
 * all free. */
static inline uint64_t blocks_on(const struct pfn_tree *tree,
				 const struct pfn_tree_level *l,
				 unsigned long index, unsigned int order,
				 uint64_t *free)
{
	const struct pfn_node *node = node_on(l, index);

	*free = l > tree->level ? node->mask[l->child_shift]
				: ~*(const uint64_t *)node;
	return order >= l->child_shift
	       ? aligned_runs(*free, order - (unsigned int)l->child_shift)
	       : node->mask[order];
}

/* find_lowest(): the lowest free block of @order in node number @index of @l's level,
 * or that word, which is what it says; or PFN_NONE. */
static unsigned long find_lowest(const struct pfn_tree *tree,
				 const struct pfn_tree_level *l,
				 unsigned long index, unsigned int order)
{
	for (;; l--) {
		uint64_t free, mask = blocks_on(tree, l, index, order, &free);

		if (!mask)
			return PFN_NONE;
		index = (index << PFN_TREE_SHIFT) + lowest_bit(mask);
		if (order >= l->child_shift || (free & mask & -mask))
			return index << l->child_shift;
	}
}

/*
 * find_above(): the lowest free block of @order at or above @lo, where such a block
 * may begin, or PFN_NONE. Only the child that @lo lies in can have the mask's promise
 * broken by @lo. So the way leads down past such children, and where that was in vain,
 * on from the next child of the lowest node that has one: one of @rest, of those of
 * @again's level from number @again_first on.
 */
static unsigned long find_above(const struct pfn_tree *tree,
				unsigned int order, unsigned long lo)
{
	const struct pfn_tree_level *l = &tree->level[tree->root], *again = l;
	unsigned long index = root_index(tree), again_first = 0;
	uint64_t rest = 0;

	for (;; l--) {
		unsigned long first = index << PFN_TREE_SHIFT, start;
		unsigned long base = first << l->child_shift;
		uint64_t free, mask = blocks_on(tree, l, index, order, &free);

		mask &= bits_from((lo - base) >> l->child_shift);
		if (!mask && !rest)
			return PFN_NONE;
		if (!mask) {
			lo = (again_first + lowest_bit(rest))
			     << again->child_shift;
			index = again_first >> PFN_TREE_SHIFT;
			l = again + 1;
			continue;
		}
		index = first + lowest_bit(mask);
		start = index << l->child_shift;
		if (order >= l->child_shift || (free & mask & -mask))
			return MAX(start, lo);
		if (start >= lo)
			return find_lowest(tree, l - 1, index, order);
		mask &= mask - 1;
		if (mask) {
			rest = mask;
			again_first = first;
			again = l;
		}
	}
}

unsigned long pfn_tree_find(const struct pfn_tree *tree, unsigned int order,
			    unsigned long lo, unsigned long hi)
{
	unsigned long pfn;

	if (order > span_shift(tree->root))
		return PFN_NONE;
	pfn = lo > tree->start_pfn
	      ? find_above(tree, order, ALIGN(lo, 1ul << order))
	      : find_lowest(tree, &tree->level[tree->root],
			    root_index(tree), order);
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
	unsigned int shift = child_order(level);
	unsigned long base = index << span_shift(level);
	uint64_t mask = ~free_children(tree, level, index);

	for (mask &= bits_from(lo > base ? (lo - base) >> shift : 0); mask;
	     mask &= mask - 1) {
		unsigned int c = lowest_bit(mask);
		unsigned long child = (index << PFN_TREE_SHIFT) + c, pfn;

		if (!level || child_taken(node_at(tree, level, index), c))
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
	unsigned long found;

	if (pfn >= tree->end_pfn)
		return tree->end_pfn;
	found = next_taken(tree, tree->root, root_index(tree), pfn);
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

/* lookup(): the node of level @l that @pfn lies in, and in *@c which child. */
static inline struct pfn_node *lookup(const struct pfn_tree_level *l,
				      unsigned long pfn, unsigned int *c)
{
	unsigned long child = pfn >> l->child_shift;

	*c = child & (CHILDREN - 1);
	return node_on(l, child >> PFN_TREE_SHIFT);
}

/* write_down_to(): from the root down to @level, write out those children at @pfn
 * that are uniform. Nodes that are the root's children are what they say. */
static void write_down_to(struct pfn_tree *tree, unsigned long pfn,
			  unsigned int level)
{
	unsigned int root = tree->root, c;

	root -= root > 1 && root > level;
	for (const struct pfn_tree_level *l = &tree->level[root];
	     l > &tree->level[level]; l--) {
		struct pfn_node *node = lookup(l, pfn, &c);

		if (!((node->mask[0] & ~node->mask[l->child_shift]) >> c & 1))
			write_child(tree, node, (unsigned int)(l - tree->level),
				    pfn >> l->child_shift, c);
	}
}

/* coalesce(): the order of the block that bit @c of @free, set, is part of when
 * all its buddies in @free are merged with it; @order is what it has so far. */
static inline unsigned int coalesce(uint64_t free, unsigned int c,
				    unsigned int order)
{
	while (order < PFN_TREE_SHIFT) {
		unsigned int buddy = (c >> order ^ 1) << order;
		uint64_t bits = run_bits(order) << buddy;

		if ((free & bits) != bits)
			break;
		order++;
	}
	return order;
}

/*
 * raise(): at @pfn, below the node of @level, there now is a free block of
 * @order. Tell the masks, upwards until one knew already.
 */
static void raise(struct pfn_tree *tree, unsigned long pfn,
		  unsigned int level, unsigned int order)
{
	for (const struct pfn_tree_level *l = &tree->level[level];
	     l <= &tree->level[tree->root]; l++) {
		unsigned int c;
		struct pfn_node *node = lookup(l, pfn, &c);
		uint64_t bit = 1ull << c;

		if (node->mask[order] & bit)
			return;
		for (int k = (int)order; k >= 0 && !(node->mask[k] & bit); k--)
			node->mask[k] |= bit;
		if (order == l->child_shift)
			order += coalesce(node->mask[order], c, 0);
	}
}

void pfn_tree_raise(struct pfn_tree *tree, unsigned long pfn,
		    unsigned int order)
{
	struct pfn_node *node = node_of(tree, 1, pfn);
	uint64_t bit = 1ull << child_at(pfn, 1);

	/* Where another word has such a block, this is known further up; and a page
	 * made it of a block of one order less, which is known. */
	if (order == PFN_TREE_SHIFT || !node->mask[order])
		raise(tree, pfn, 1, order);
	else
		node->mask[order] |= bit;
}

/*
 * lower(): the child of the node of @level at @pfn, not all free, has @largest as
 * its largest block now, which isn't more than before. Tell the masks, upwards until
 * nothing changes: where another child still has such a block as this one had, and
 * it isn't a matter of runs of children, the node's own largest is the same.
 */
static void lower(struct pfn_tree *tree, unsigned long pfn,
		  unsigned int level, int largest)
{
	for (const struct pfn_tree_level *l = &tree->level[level];
	     l <= &tree->level[tree->root]; l++) {
		unsigned int c;
		struct pfn_node *node = lookup(l, pfn, &c);
		uint64_t bit = 1ull << c;
		uint64_t *mask = &node->mask[largest + 1];
		uint64_t *last = &node->mask[l->child_shift];

		if (!(*mask & bit))
			return;
		for (; mask <= last && (*mask & bit); mask++)
			*mask ^= bit;
		if (mask <= last && mask[-1])
			return;
		largest = *last ? (int)l->child_shift + largest_run(*last)
				: highest_mask(node, (int)(mask - node->mask) - 1);
	}
}

/* block_level(): the level of the node whose children make up a block: as high
 * as its order lets it, but no higher than the root. */
static unsigned int block_level(const struct pfn_tree *tree,
				unsigned int order)
{
	return MIN(order / PFN_TREE_SHIFT, tree->root);
}

/* block_bits(): the children of its node of @level that a block is made of. */
static inline uint64_t block_bits(unsigned long pfn, unsigned int order,
				  unsigned int level)
{
	return run_bits(order - child_order(level)) << child_at(pfn, level);
}

/* is_block(): by @joined, the adjacent @bits are one block and all of it. */
static bool is_block(uint64_t joined, uint64_t bits)
{
	uint64_t first = bits & -bits, next = (bits << 1) & ~bits;

	return (joined & (bits | next)) == (bits ^ first);
}

/* mark(): children @bits of the node of @level at @pfn are blocks that begin at
 * @starts; of words, nothing is to be marked where these are single pages. */
static void mark(struct pfn_tree *tree, unsigned int level, unsigned long pfn,
		 uint64_t bits, uint64_t starts)
{
	struct pfn_node *node = node_of(tree, MAX(level, 1u), pfn);

	if (level) {
		node->whole |= bits;
		node->joined |= bits ^ starts;
	} else if (bits != starts) {
		pfn_joins_set(tree, node, child_at(pfn, 1), bits ^ starts);
	}
}

/* unmark(): they are no blocks any more. */
static void unmark(struct pfn_tree *tree, unsigned int level,
		   unsigned long pfn, uint64_t bits, uint64_t starts)
{
	struct pfn_node *node = node_of(tree, MAX(level, 1u), pfn);

	if (level) {
		node->whole &= ~bits;
		node->joined &= ~bits;
	} else if (bits != starts) {
		pfn_joins_clear(tree, node, child_at(pfn, 1), bits ^ starts);
	}
}

/* take_bits(): free children @bits of the node of @level at @pfn, written, become
 * blocks that begin at @starts. */
static void take_bits(struct pfn_tree *tree, unsigned int level,
		      unsigned long pfn, uint64_t bits, uint64_t starts)
{
	unsigned long index = pfn >> span_shift(level);

	mark(tree, level, pfn, bits, starts);
	set_children(tree, level, index, bits, false);
	lower(tree, pfn, level + 1, largest_block(tree, level, index));
}

/* give_bits(): blocks @bits that begin at @starts, of the node of @level at @pfn,
 * written, become free; the largest block that comes of it is of @order. */
static void give_bits(struct pfn_tree *tree, unsigned int level,
		      unsigned long pfn, uint64_t bits, uint64_t starts)
{
	unmark(tree, level, pfn, bits, starts);
	set_children(tree, level, pfn >> span_shift(level), bits, true);
	if (!level)
		settle(node_of(tree, 1, pfn), child_at(pfn, 1));
}

void pfn_tree_take(struct pfn_tree *tree, unsigned long pfn,
		   unsigned int order)
{
	unsigned int level = block_level(tree, order);
	uint64_t bits = block_bits(pfn, order, level);

	write_down_to(tree, pfn, level);
	take_bits(tree, level, pfn, bits, bits & -bits);
}

bool pfn_tree_take_flagged(struct pfn_tree *tree, unsigned long pfn)
{
	struct pfn_node *node = node_of(tree, 1, pfn);
	uint64_t flags;

	pfn_tree_take(tree, pfn, 0);
	flags = node->flags;
	flag_words(node, pfn_tree_word(pfn));
	return flags & pfn_tree_word(pfn);
}

/* state_of(): of children @bits of @node, of a block if @joined makes them one. */
static enum pfn_tree_state state_of(uint64_t joined, uint64_t bits)
{
	return is_block(joined, bits) ? PFN_TREE_TAKEN : PFN_TREE_OTHER;
}

/*
 * block_state(): pfn_tree_state() by the marks alone, for which it doesn't matter
 * that a node that is all taken by what it is part of has other masks than that.
 */
static enum pfn_tree_state block_state(const struct pfn_tree *tree,
				       unsigned long pfn, unsigned int order)
{
	unsigned int level = block_level(tree, order);
	uint64_t bits = block_bits(pfn, order, level);

	for (unsigned int l = tree->root;; l--) {
		const struct pfn_node *node = node_of(tree, l, pfn);
		unsigned int c = child_at(pfn, l);

		if (l == level)
			return (node->whole & bits) == bits
			       ? state_of(node->joined, bits) : PFN_TREE_OTHER;
		if (node->whole >> c & 1)
			return PFN_TREE_OTHER;
		if (l == 1)
			return state_of(pfn_joins_get(node, c), bits);
		if (!(node->written >> c & 1))
			return order ? PFN_TREE_OTHER : PFN_TREE_TAKEN;
	}
}

/* is_free(): page @pfn is free. */
static bool is_free(const struct pfn_tree *tree, unsigned long pfn)
{
	unsigned int c;

	for (const struct pfn_tree_level *l = &tree->level[tree->root];
	     l > tree->level; l--) {
		const struct pfn_node *node = lookup(l, pfn, &c);

		if (!((node->mask[0] & ~node->mask[l->child_shift]) >> c & 1))
			return node->mask[0] >> c & 1;
	}
	return !(*word_at(tree, pfn >> PFN_TREE_SHIFT) >>
		 (pfn & (CHILDREN - 1)) & 1);
}

enum pfn_tree_state pfn_tree_state(const struct pfn_tree *tree,
				   unsigned long pfn, unsigned int order)
{
	return is_free(tree, pfn) ? PFN_TREE_FREE
				  : block_state(tree, pfn, order);
}

void pfn_tree_give(struct pfn_tree *tree, unsigned long pfn,
		   unsigned int order)
{
	unsigned int level = block_level(tree, order);
	unsigned int c = child_at(pfn, level);
	uint64_t bits = block_bits(pfn, order, level);

	write_down_to(tree, pfn, level);
	give_bits(tree, level, pfn, bits, bits & -bits);
	raise(tree, pfn, level + 1, child_order(level) +
	      coalesce(free_children(tree, level, pfn >> span_shift(level)), c,
		       order - child_order(level)));
}

void pfn_tree_split(struct pfn_tree *tree, unsigned long pfn,
		    unsigned int order)
{
	unsigned int level = block_level(tree, order);
	uint64_t bits = block_bits(pfn, order, level);

	unmark(tree, level, pfn, bits, bits & -bits);
}

/* block_in_word(): the first join of word @c of @node in pages [@lo, @hi) of it, or
 * the page before the first, which the join is to. */
static unsigned long block_in_word(const struct pfn_node *node, unsigned int c,
				   unsigned long lo, unsigned long hi)
{
	uint64_t joins = pfn_joins_get(node, c);

	joins = (joins | joins >> 1) & bits_between(lo, hi);
	return joins ? lowest_bit(joins) : PFN_NONE;
}

/* unmarked(): no page of [@lo, @hi), relative to level-1 @node, is of a block. */
static bool unmarked(const struct pfn_node *node, unsigned long lo,
		     unsigned long hi)
{
	unsigned long end = (hi + CHILDREN - 1) >> PFN_TREE_SHIFT;

	return !node->joins &&
	       !(node->whole & bits_between(lo >> PFN_TREE_SHIFT, end));
}

/* find_marked(): pfn_tree_find_block() for [@lo, @hi), relative to node @index of
 * @level, whose marks are valid. */
static unsigned long find_marked(const struct pfn_tree *tree,
				 unsigned int level, unsigned long index,
				 unsigned long lo, unsigned long hi)
{
	const struct pfn_node *node = node_at(tree, level, index);
	unsigned int shift = child_order(level);
	unsigned long child, found, base = index << PFN_TREE_SHIFT;

	if (level == 1 && unmarked(node, lo, hi))
		return PFN_NONE;
	for (unsigned long c = lo >> shift; c << shift < hi; c++) {
		unsigned long first = MAX(lo, c << shift) - (c << shift);
		unsigned long end = MIN(hi - (c << shift), 1ul << shift);

		child = base + c;
		if (node->whole >> c & 1)
			return (child << shift) + first;
		if (level == 1)
			found = block_in_word(node, (unsigned int)c, first,
					      end);
		else
			found = node->written >> c & 1
				? find_marked(tree, level - 1, child, first, end)
				: PFN_NONE;
		if (found != PFN_NONE)
			return level == 1 ? (child << shift) + found : found;
	}
	return PFN_NONE;
}

unsigned long pfn_tree_find_block(const struct pfn_tree *tree,
				  unsigned long start, unsigned long end)
{
	unsigned long base = root_index(tree) << span_shift(tree->root);

	return find_marked(tree, tree->root, root_index(tree), start - base,
			   end - base);
}

/* lowest_bits(): the lowest @max bits of @mask. */
static uint64_t lowest_bits(uint64_t mask, unsigned int max)
{
	uint64_t rest = mask;

	while (max-- && rest)
		rest &= rest - 1;
	return mask ^ rest;
}

/* run_level(): the level of the node whose children blocks of @order are runs of. */
static unsigned int run_level(unsigned int order)
{
	return order >= PFN_TREE_SHIFT;
}

uint64_t pfn_tree_take_blocks(struct pfn_tree *tree, unsigned long pfn,
			      unsigned int order, unsigned int max,
			      bool *flagged)
{
	unsigned int level = run_level(order);
	struct pfn_node *node = node_of(tree, 1, pfn);
	uint64_t free, starts, bits, words;

	write_down_to(tree, pfn, level);
	free = free_children(tree, level, pfn >> span_shift(level));
	if (level)
		free &= ~node->flags;
	order -= child_order(level);
	starts = aligned_runs(free, order);
	if (max < CHILDREN >> order)
		starts = lowest_bits(starts, max);
	bits = spread_bits(starts, order);
	words = level ? bits : pfn_tree_word(pfn);
	*flagged = node->flags & words;
	if (!starts)
		return 0;
	take_bits(tree, level, pfn, bits, starts);
	flag_words(node, words);
	return starts;
}

void pfn_tree_give_blocks(struct pfn_tree *tree, unsigned long pfn,
			  unsigned int order, uint64_t starts)
{
	unsigned int level = run_level(order);
	uint64_t bits = spread_bits(starts, order - child_order(level));
	int largest;

	if (!starts)
		return;
	write_down_to(tree, pfn, level);
	give_bits(tree, level, pfn, bits, starts);
	largest = largest_block(tree, level, pfn >> span_shift(level));
	raise(tree, pfn, level + 1, (unsigned int)largest);
}

/* settle_words(): so is what the bits in memory say of words @bits of the node of
 * level 1 at @pfn; not of those that all of is free, or part of a larger block. */
static void settle_words(struct pfn_tree *tree, unsigned long pfn,
			 uint64_t bits)
{
	struct pfn_node *node = node_of(tree, 1, pfn);
	unsigned long first = pfn >> span_shift(1) << PFN_TREE_SHIFT;

	bits &= ~(node->whole | node->mask[PFN_TREE_SHIFT]);
	for (; bits; bits &= bits - 1) {
		unsigned int c = lowest_bit(bits);

		if (child_taken(node, c))
			write_child(tree, node, 1, first + c, c);
		else
			settle(node, c);
	}
}

void pfn_tree_flag_words(struct pfn_tree *tree, unsigned long pfn,
			 uint64_t words, bool flag)
{
	struct pfn_node *node = node_of(tree, 1, pfn);

	write_down_to(tree, pfn, 1);
	if (flag) {
		flag_words(node, words);
	} else {
		node->flags &= ~words;
		settle_words(tree, pfn, words);
	}
}

void pfn_tree_set_flags(struct pfn_tree *tree, unsigned long start,
			unsigned long end, bool flag)
{
	for (unsigned long pfn = start, next; pfn < end; pfn = next) {
		next = MIN(end, ALIGN(pfn + 1, 1ul << span_shift(1)));
		pfn_tree_flag_words(tree, pfn,
				    bits_between(child_at(pfn, 1),
						 child_at(next - 1, 1) + 1ul),
				    flag);
	}
}

/* marked_node(): the node of level 1 at @pfn, where it has valid marks; NULL where
 * it, or one above, was never written. */
static const struct pfn_node *marked_node(const struct pfn_tree *tree,
					  unsigned long pfn)
{
	unsigned int c;

	for (const struct pfn_tree_level *l = &tree->level[tree->root];
	     l > &tree->level[1]; l--) {
		const struct pfn_node *node = lookup(l, pfn, &c);

		if (!(node->written >> c & 1))
			return NULL;
	}
	return node_of(tree, 1, pfn);
}

bool pfn_tree_flag(const struct pfn_tree *tree, unsigned long pfn)
{
	const struct pfn_node *node = marked_node(tree, pfn);

	return node ? node->flags >> child_at(pfn, 1) & 1
		    : pfn_tree_next_free(tree, pfn) != pfn;
}

bool pfn_tree_free_word(const struct pfn_tree *tree, unsigned long pfn)
{
	return child_free(node_of(tree, 1, pfn), 1, child_at(pfn, 1));
}

bool pfn_tree_needs_table(const struct pfn_tree *tree, unsigned long pfn)
{
	const struct pfn_node *node;

	if (tree->spare || tree->fresh)
		return false;
	node = marked_node(tree, pfn);
	return !node || !node->joins;
}

unsigned long pfn_tree_table_pages(unsigned long start_pfn,
				   unsigned long end_pfn)
{
	unsigned long nodes = level_nodes(1, start_pfn, end_pfn);

	return nodes <= PFN_TREE_OWN_TABLES ? 0
	       : (nodes - PFN_TREE_OWN_TABLES + JOINS_TABLES - 1) / JOINS_TABLES;
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
static void check_masks(const struct pfn_node *node, unsigned int level)
{
	for (unsigned int k = 1; k <= child_order(level); k++)
		BUG_ON(node->mask[k] & ~node->mask[k - 1],
		       "pfn_tree: level %u: mask %u says more than mask %u",
		       level, k, k - 1);
}

/* check_joined(): @joined makes up, of the children @whole of the node of @level
 * at page @pfn, or of pages, blocks of a power of two that are aligned. */
static void check_joined(unsigned int level, unsigned long pfn, uint64_t whole,
			 uint64_t joined)
{
	uint64_t rest = whole, bits;

	BUG_ON(joined & ~whole,
	       "pfn_tree: level %u: at 0x%lx something is joined that isn't taken",
	       level, pfn);
	while (rest) {
		unsigned int first = lowest_bit(rest), n = 1;

		while (first + n < CHILDREN && joined >> (first + n) & 1)
			n++;
		bits = (n < CHILDREN ? (1ull << n) - 1 : ~0ull) << first;
		BUG_ON(n & (n - 1) || first % n || joined >> first & 1,
		       "pfn_tree: level %u: at 0x%lx children %u to %u are no block",
		       level, pfn, first, first + n - 1);
		rest &= ~bits;
	}
}

/* check_word(): the marks of word number @index, child @c of @node. */
static void check_word(const struct pfn_tree *tree,
		       const struct pfn_node *node, unsigned long index,
		       unsigned int c)
{
	uint64_t bit = 1ull << c, joins = pfn_joins_get(node, c);
	uint64_t word = *word_at(tree, index);
	uint64_t taken = child_taken(node, c) ? ~0ull
			 : child_free(node, 1, c) ? 0 : word;

	BUG_ON((node->plain & bit) &&
	       ((node->flags | node->whole) & bit || joins || word != taken),
	       "pfn_tree: word 0x%lx is plain and isn't", index);
	BUG_ON((node->whole & bit) && joins,
	       "pfn_tree: word 0x%lx is part of a block and has its own", index);
	check_joined(0, index << PFN_TREE_SHIFT, taken, joins);
}

/* in_tree(): node @index of @level has a page of the tree. */
static bool in_tree(const struct pfn_tree *tree, unsigned int level,
		    unsigned long index)
{
	return index >= tree->start_pfn >> span_shift(level) &&
	       index <= (tree->end_pfn - 1) >> span_shift(level);
}

/*
 * check_marks(): the marks of node @index of @level, which are valid, and of all
 * below it that are. The masks of a node that became uniform by what it is part of
 * are those from before, which its marks fit as well. Returns tables of joins in use.
 */
static unsigned long check_marks(const struct pfn_tree *tree,
				 unsigned int level, unsigned long index)
{
	const struct pfn_node *node = node_at(tree, level, index);
	unsigned long nr = level == 1 && node->joins;

	BUG_ON(node->whole & node->mask[0],
	       "pfn_tree: level %u: node 0x%lx has a block that has free pages",
	       level, index);
	check_joined(level, index << span_shift(level), node->whole,
		     node->joined);
	for (unsigned int c = 0; c < CHILDREN; c++) {
		unsigned long child = (index << PFN_TREE_SHIFT) + c;

		if (!in_tree(tree, level - 1, child))
			continue;
		if (level == 1)
			check_word(tree, node, child, c);
		else if (node->written >> c & 1)
			nr += check_marks(tree, level - 1, child);
	}
	return nr;
}

static void check_node(const struct pfn_tree *tree, unsigned int level,
		       unsigned long index);

/* check_mixed(): child @c of @node of @level, number @child of its own level and
 * not uniform, was written, is sound, and is what the masks say. */
static void check_mixed(const struct pfn_tree *tree,
			const struct pfn_node *node, unsigned int level,
			unsigned long child, unsigned int c)
{
	int largest;

	BUG_ON(level > 1 && !(node->written >> c & 1),
	       "pfn_tree: level %u: child 0x%lx is in use and was never written",
	       level, child);
	check_node(tree, level - 1, child);
	largest = largest_block(tree, level - 1, child);
	for (int k = 0; k <= (int)child_order(level); k++)
		BUG_ON((node->mask[k] >> c & 1) != (k <= largest),
		       "pfn_tree: level %u: mask %d of child 0x%lx is wrong, its largest block is of order %d",
		       level, k, child, largest);
}

/* check_uniform(): child @child of the root is all free or all taken, and says so
 * itself. */
static void check_uniform(const struct pfn_tree *tree, unsigned long child,
			  bool free)
{
	const struct pfn_node *node = node_at(tree, tree->root - 1, child);

	for (unsigned int k = 0; k <= child_order(tree->root - 1); k++)
		BUG_ON(node->mask[k] != (free ? ~0ull : 0),
		       "pfn_tree: child 0x%lx of the root is all %s, its mask %u isn't",
		       child, free ? "free" : "taken", k);
}

/* check_node(): the masks of node @index of @level and all below it. */
static void check_node(const struct pfn_tree *tree, unsigned int level,
		       unsigned long index)
{
	const struct pfn_node *node;

	if (!level)
		return;
	node = node_at(tree, level, index);
	check_masks(node, level);
	for (unsigned int c = 0; c < CHILDREN; c++) {
		unsigned long child = (index << PFN_TREE_SHIFT) + c;

		if (!in_tree(tree, level - 1, child))
			BUG_ON(!child_taken(node, c),
			       "pfn_tree: level %u: child 0x%lx is outside, but has free pages",
			       level, child);
		else if (!child_taken(node, c) && !child_free(node, level, c))
			check_mixed(tree, node, level, child, c);
		else if (level == tree->root && level > 1)
			check_uniform(tree, child, child_free(node, level, c));
	}
}

void pfn_tree_check(const struct pfn_tree *tree)
{
	unsigned long index = root_index(tree);
	unsigned long first = pfn_tree_next_free(tree, index
							<< span_shift(tree->root));

	check_node(tree, tree->root, index);
	pfn_joins_check(tree, check_marks(tree, tree->root, index));
	BUG_ON(first < tree->start_pfn,
	       "pfn_tree: page 0x%lx below the tree is free", first);
	first = find_above(tree, 0, tree->end_pfn);
	BUG_ON(first != PFN_NONE,
	       "pfn_tree: page 0x%lx above the tree is free", first);
}
