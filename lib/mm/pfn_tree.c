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
 * Size: 1/8 byte a page for the words, 8/512 for level 1, less than 1/2000 for
 * all above: 0.141 bytes a page.
 *
 * One word more a node: on level 1 it holds a flag for each word of bits, which
 * belongs to whoever uses the tree; it is set when a word is first written out of
 * something all taken, and by pfn_tree_claim(), else only where it is asked for.
 * To tell a node that was never written from one that was, each node above level 1
 * has such a word too, with a bit for each child; the root's is cleared when the
 * tree is made.
 *
 * Invariants, checked by pfn_tree_check():
 *	- pages outside [start_pfn, end_pfn) are taken
 *	- the root is valid, and so are its children where they are nodes; so is
 *	  every further child that is neither all taken nor all free
 *	- for a valid child, bit c of mask k says whether its largest block is at
 *	  least of order k
 *
 * Arguments are page frame numbers; none of this touches the pages themselves.
 */
#include "pfn_tree.h"

#include "bitops.h"
#include "printk.h"

/* Children of a node, bits of a word. */
#define CHILDREN	(1u << PFN_TREE_SHIFT)

/* The largest block of a node or word that has no free page at all. */
#define ORDER_NONE	(-1)

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

/* stride(): 64-bit words that a node of @level takes: its masks and one more;
 * level 0 is one word. */
static size_t stride(unsigned int level)
{
	return level ? child_order(level) + 2 : 1;
}

/* extra(): that one more: level 1, the flags of its words; above, which of its
 * children have ever been written. */
static uint64_t *extra(uint64_t *node, unsigned int level)
{
	return &node[child_order(level) + 1];
}

/* node_at(): node number @index of @level, counted by absolute pfn. */
static inline uint64_t *node_at(const struct pfn_tree *tree,
				unsigned int level, unsigned long index)
{
	const struct pfn_tree_level *l = &tree->level[level];

	return (uint64_t *)(l->origin + index * l->node_bytes);
}

/* root_of(): the root. */
static inline uint64_t *root_of(const struct pfn_tree *tree)
{
	return node_at(tree, tree->root,
		       tree->start_pfn >> span_shift(tree->root));
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

/* first_extra(): what extra() of a node of @level begins as. */
static uint64_t first_extra(unsigned int level, bool all_free)
{
	return level == 1 && !all_free ? ~0ull : 0;
}

/*
 * write_child(): child @c of @node of @level, number @child of its own level, is
 * uniform; write it out so that a part of it can change. Returns it.
 */
static uint64_t *write_child(struct pfn_tree *tree, uint64_t *node,
			     unsigned int level, unsigned long child,
			     unsigned int c)
{
	bool all_free = child_free(node, level, c);
	uint64_t *lower = node_at(tree, level - 1, child);
	uint64_t bit = 1ull << c;

	fill_node(lower, level - 1, all_free);
	if (level > 1 && !(*extra(node, level) & bit)) {
		*extra(node, level) |= bit;
		*extra(lower, level - 1) = first_extra(level - 1, all_free);
	}
	return lower;
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

	if (child_free(node, level, c) || child_taken(node, c))
		write_child(tree, node, level, child, c);
	set_child(node, level, c,
		  set_range(tree, level - 1, child, lo, hi, free));
}

/* fill_children(): children @bits of the root are written to be uniform, as they
 * always are what they say. */
static void fill_children(struct pfn_tree *tree, uint64_t bits, bool free)
{
	unsigned long first = tree->start_pfn >> span_shift(tree->root)
			      << PFN_TREE_SHIFT;

	for (; tree->root > 1 && bits; bits &= bits - 1)
		fill_node(node_at(tree, tree->root - 1,
				  first + lowest_bit(bits)),
			  tree->root - 1, free);
}

/* set_children(): children @bits of @node of @level become uniform. */
static void set_children(struct pfn_tree *tree, uint64_t *node,
			 unsigned int level, uint64_t bits, bool free)
{
	if (!level)
		node[0] = free ? node[0] & ~bits : node[0] | bits;
	else
		for (unsigned int k = 0; k <= child_order(level); k++)
			node[k] = free ? node[k] | bits : node[k] & ~bits;
	if (level == tree->root)
		fill_children(tree, bits, free);
}

/*
 * flag_claimed(): pages [@lo, @hi), relative to the start of @node of @level,
 * number @index, become taken, and the words they are in flagged. What is whole
 * children of level 1 or more is so from when it is next written: as if for the
 * first time, for which the root's children don't wait.
 */
static void flag_claimed(struct pfn_tree *tree, uint64_t *node,
			 unsigned int level, unsigned long index,
			 unsigned long lo, unsigned long hi)
{
	unsigned int shift = child_order(level);
	unsigned long part = (1ul << shift) - 1;
	uint64_t whole = bits_between((lo + part) >> shift, hi >> shift);

	if (level == 1)
		*extra(node, 1) |= bits_between(lo >> shift,
						(hi + part) >> shift);
	else if (level < tree->root)
		*extra(node, level) &= ~whole;
	else
		for (; whole; whole &= whole - 1)
			*extra(node_at(tree, level - 1,
				       (index << PFN_TREE_SHIFT) +
				       lowest_bit(whole)), level - 1) =
				first_extra(level - 1, false);
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
		set_children(tree, node, level, bits_between(lo, hi), free);
		return largest_block(node, level);
	}
	if (!free)
		flag_claimed(tree, node, level, index, lo, hi);
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
	set_children(tree, node, level, bits_between(first, end), free);
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

/* write_root(): the root and its children, all taken and never written before. */
static void write_root(struct pfn_tree *tree)
{
	uint64_t *root = root_of(tree);

	fill_node(root, tree->root, false);
	*extra(root, tree->root) = first_extra(tree->root, false);
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
		struct pfn_tree_level *l = &tree->level[level];

		l->child_shift = child_order(level);
		l->node_bytes = stride(level) * sizeof(uint64_t);
		l->origin = (uintptr_t)next -
			    (start_pfn >> span_shift(level)) * l->node_bytes;
		next += level_words(level, start_pfn, end_pfn);
	}
	write_root(tree);
}

/* visit_words(): @fn for the words of node number @index of level 1, where they
 * say more than the node does. */
static void visit_words(const struct pfn_tree *tree, const uint64_t *node,
			unsigned long index,
			void (*fn)(const void *mem, size_t size))
{
	unsigned long first = MAX(index << PFN_TREE_SHIFT,
				  tree->start_pfn >> PFN_TREE_SHIFT);
	unsigned long last = MIN((index << PFN_TREE_SHIFT) + CHILDREN - 1,
				 (tree->end_pfn - 1) >> PFN_TREE_SHIFT);

	if (node[0] & ~node[PFN_TREE_SHIFT])
		fn(node_at(tree, 0, first),
		   (last - first + 1) * sizeof(uint64_t));
}

/* visit_node(): @fn for node number @index of @level, which was written, and for
 * what was written below it. */
static void visit_node(const struct pfn_tree *tree, unsigned int level,
		       unsigned long index,
		       void (*fn)(const void *mem, size_t size))
{
	uint64_t *node = node_at(tree, level, index);

	fn(node, stride(level) * sizeof(uint64_t));
	if (level == 1) {
		visit_words(tree, node, index, fn);
		return;
	}
	for (uint64_t left = *extra(node, level); left; left &= left - 1)
		visit_node(tree, level - 1,
			   (index << PFN_TREE_SHIFT) + lowest_bit(left), fn);
}

void pfn_tree_each_written(const struct pfn_tree *tree,
			   void (*fn)(const void *mem, size_t size))
{
	visit_node(tree, tree->root,
		   tree->start_pfn >> span_shift(tree->root), fn);
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

/*
 * find_lowest(): the lowest free block of @order of all, or PFN_NONE: what a
 * search mostly comes to, without a lower limit to look out for.
 */
static unsigned long find_lowest(const struct pfn_tree *tree,
				 unsigned int order)
{
	unsigned long index = tree->start_pfn >> span_shift(tree->root);

	for (unsigned int level = tree->root;; level--) {
		const uint64_t *node = node_at(tree, level, index);
		unsigned int shift = child_order(level);
		bool here = order >= shift;
		uint64_t mask = here ? aligned_runs(level ? node[shift]
							  : ~node[0],
						    order - shift)
				     : node[order];

		if (!mask)
			return PFN_NONE;
		index = (index << PFN_TREE_SHIFT) + lowest_bit(mask);
		if (here || child_free(node, level, lowest_bit(mask)))
			return index << shift;
	}
}

unsigned long pfn_tree_find(const struct pfn_tree *tree, unsigned int order,
			    unsigned long lo, unsigned long hi)
{
	unsigned long pfn;

	if (order > span_shift(tree->root))
		return PFN_NONE;
	pfn = find_lowest(tree, order);
	if (pfn < lo)
		pfn = find_in_node(tree, tree->root,
				   tree->start_pfn >> span_shift(tree->root),
				   order, lo);
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

/* child_at(): which child of a node of @level @pfn lies in. */
static inline unsigned int child_at(unsigned long pfn, unsigned int level)
{
	return pfn >> child_order(level) & (CHILDREN - 1);
}

/* node_of(): the node of @level that @pfn lies in. */
static inline uint64_t *node_of(const struct pfn_tree *tree,
				unsigned int level, unsigned long pfn)
{
	return node_at(tree, level, pfn >> span_shift(level));
}

/* word_of(): the word that @pfn lies in. */
static inline uint64_t *word_of(const struct pfn_tree *tree, unsigned long pfn)
{
	return (uint64_t *)tree->level[0].origin + (pfn >> PFN_TREE_SHIFT);
}

/* is_mixed(): the child of @node of @level at @pfn is not uniform. */
static inline bool is_mixed(const uint64_t *node, unsigned int level,
			    unsigned long pfn)
{
	return (node[0] & ~node[child_order(level)]) >>
	       child_at(pfn, level) & 1;
}

/*
 * written_node(): the level-1 node at @pfn, where it and all above it are what
 * they say, and so is the word at @pfn; else NULL. The root's children always
 * are, so there is no need to ask the root.
 */
static inline uint64_t *written_node(const struct pfn_tree *tree,
				     unsigned long pfn)
{
	const struct pfn_tree_level *l = &tree->level[tree->root];
	uint64_t *node = NULL;

	for (l -= tree->root > 1; l > tree->level; l--) {
		unsigned long child = pfn >> l->child_shift;

		node = (uint64_t *)(l->origin + (child >> PFN_TREE_SHIFT) *
						l->node_bytes);
		if (!((node[0] & ~node[l->child_shift]) >>
		      (child & (CHILDREN - 1)) & 1))
			return NULL;
	}
	return node;
}

/*
 * write_down_to(): from the root down to @level, write out those children at
 * @pfn that are all taken, and where @through_free, those that are all free.
 * False, with nothing written, where one is all free and that isn't meant.
 */
static bool write_down_to(struct pfn_tree *tree, unsigned long pfn,
			  unsigned int level, bool through_free)
{
	for (unsigned int l = tree->root; l > level; l--) {
		uint64_t *node = node_of(tree, l, pfn);
		unsigned int c = child_at(pfn, l);

		if (is_mixed(node, l, pfn))
			continue;
		if (!through_free && !child_taken(node, c))
			return false;
		write_child(tree, node, l, pfn >> child_order(l), c);
	}
	return true;
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
static __attribute__((noinline)) void raise(struct pfn_tree *tree,
					    unsigned long pfn,
					    unsigned int level,
					    unsigned int order)
{
	for (; level <= tree->root; level++) {
		uint64_t *node = node_of(tree, level, pfn);
		unsigned int c = child_at(pfn, level);
		uint64_t bit = 1ull << c;

		if (node[order] & bit)
			return;
		for (int k = (int)order; k >= 0 && !(node[k] & bit); k--)
			node[k] |= bit;
		if (order == child_order(level))
			order += coalesce(node[order], c, 0);
	}
}

/*
 * lower(): the child of the node of @level at @pfn has @largest as its largest
 * block now, which isn't more than before. Tell the masks, upwards until
 * nothing changes.
 */
static void lower(struct pfn_tree *tree, unsigned long pfn,
		  unsigned int level, int largest)
{
	for (; level <= tree->root; level++) {
		uint64_t *node = node_of(tree, level, pfn);
		uint64_t bit = 1ull << child_at(pfn, level);
		unsigned int k = (unsigned int)(largest + 1);

		if (k > child_order(level) || !(node[k] & bit))
			return;
		for (; k <= child_order(level) && (node[k] & bit); k++)
			node[k] &= ~bit;
		largest = largest_block(node, level);
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

/* free_children(): the children of @node of @level that are all free. */
static uint64_t free_children(const uint64_t *node, unsigned int level)
{
	return level ? node[child_order(level)] : ~node[0];
}

/* has_flag(): whether a word that the block at @pfn lies in or is made of is
 * flagged; where it is made of larger pieces nobody looked, so yes. */
static inline bool has_flag(const struct pfn_tree *tree, unsigned long pfn,
			    unsigned int level, uint64_t bits)
{
	if (level > 1)
		return true;
	if (!level)
		bits = 1ull << child_at(pfn, 1);
	return *extra(node_of(tree, 1, pfn), 1) & bits;
}

void pfn_tree_take(struct pfn_tree *tree, unsigned long pfn,
		   unsigned int order)
{
	unsigned int level = block_level(tree, order);
	uint64_t *node = node_of(tree, level, pfn);

	write_down_to(tree, pfn, level, true);
	set_children(tree, node, level, block_bits(pfn, order, level), false);
	lower(tree, pfn, level + 1, largest_block(node, level));
}

/* give_in_word(): pfn_tree_give() of a block smaller than a word, whose word is
 * written, below @node: what a free mostly is. */
static inline enum pfn_tree_result give_in_word(struct pfn_tree *tree,
						uint64_t *node,
						unsigned long pfn,
						unsigned int order,
						bool flagged)
{
	uint64_t *word = word_of(tree, pfn), taken = *word;
	uint64_t bits = block_bits(pfn, order, 0);
	unsigned int c = child_at(pfn, 1);

	if (~taken & bits)
		return PFN_TREE_WAS_FREE;
	if (!flagged && *extra(node, 1) >> c & 1)
		return PFN_TREE_FLAGGED;
	*word = taken & ~bits;
	order = coalesce(~(taken & ~bits), child_at(pfn, 0), order);
	if (!(node[order] >> c & 1))
		raise(tree, pfn, 1, order);
	return PFN_TREE_FREED;
}

/* give_any(): the same for every block. */
static __attribute__((noinline)) enum pfn_tree_result
give_any(struct pfn_tree *tree, unsigned long pfn, unsigned int order, bool flagged)
{
	unsigned int level = block_level(tree, order);
	uint64_t *node = node_of(tree, level, pfn);
	uint64_t bits = block_bits(pfn, order, level);

	if (!write_down_to(tree, pfn, level, false))
		return PFN_TREE_WAS_FREE;
	if ((level ? node[0] : ~node[0]) & bits)
		return PFN_TREE_WAS_FREE;
	if (!flagged && has_flag(tree, pfn, level, bits))
		return PFN_TREE_FLAGGED;
	set_children(tree, node, level, bits, true);
	raise(tree, pfn, level + 1, child_order(level) +
	      coalesce(free_children(node, level), child_at(pfn, level),
		       order - child_order(level)));
	return PFN_TREE_FREED;
}

enum pfn_tree_result pfn_tree_give(struct pfn_tree *tree, unsigned long pfn,
				   unsigned int order, bool flagged)
{
	uint64_t *node = order < PFN_TREE_SHIFT ? written_node(tree, pfn)
						: NULL;

	if (!node)
		return give_any(tree, pfn, order, flagged);
	if (!order)
		return give_in_word(tree, node, pfn, 0, flagged);
	return give_in_word(tree, node, pfn, order, flagged);
}

uint64_t pfn_tree_take_all(struct pfn_tree *tree, unsigned long pfn,
			   unsigned int level, uint64_t *unflagged)
{
	uint64_t *node = node_of(tree, level, pfn);
	uint64_t *flags = extra(node_of(tree, 1, pfn), 1);
	uint64_t free;

	write_down_to(tree, pfn, level, true);
	free = free_children(node, level);
	set_children(tree, node, level, free, false);
	lower(tree, pfn, level + 1, largest_block(node, level));
	*unflagged = level ? ~*flags & ~node[0]
			   : *flags >> child_at(pfn, 1) & 1 ? 0 : ~0ull;
	*flags |= level ? ~0ull : 1ull << child_at(pfn, 1);
	return free;
}

void pfn_tree_give_all(struct pfn_tree *tree, unsigned long pfn,
		       unsigned int level, uint64_t free)
{
	uint64_t *node = node_of(tree, level, pfn);

	if (!free)
		return;
	write_down_to(tree, pfn, level, true);
	set_children(tree, node, level, free, true);
	raise(tree, pfn, level + 1,
	      (unsigned int)largest_block(node, level));
}

void pfn_tree_set_flags(struct pfn_tree *tree, unsigned long start,
			unsigned long end, bool flag)
{
	for (unsigned long pfn = start; pfn < end;
	     pfn = (pfn | (CHILDREN - 1)) + 1) {
		uint64_t bit = 1ull << child_at(pfn, 1);
		uint64_t *flags = extra(node_of(tree, 1, pfn), 1);

		write_down_to(tree, pfn, 1, true);
		*flags = flag ? *flags | bit : *flags & ~bit;
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

static void check_node(const struct pfn_tree *tree, unsigned int level,
		       unsigned long index);

/* check_mixed(): child @c of @node of @level, number @child of its own level and
 * not uniform, was written, is sound, and is what the masks say. */
static void check_mixed(const struct pfn_tree *tree, const uint64_t *node,
			unsigned int level, unsigned long child, unsigned int c)
{
	int largest;

	BUG_ON(level > 1 && !(node[child_order(level) + 1] >> c & 1),
	       "pfn_tree: level %u: child 0x%lx is in use and was never written",
	       level, child);
	check_node(tree, level - 1, child);
	largest = largest_block(node_at(tree, level - 1, child), level - 1);
	for (int k = 0; k <= (int)child_order(level); k++)
		BUG_ON((node[k] >> c & 1) != (k <= largest),
		       "pfn_tree: level %u: mask %d of child 0x%lx is wrong, its largest block is of order %d",
		       level, k, child, largest);
}

/* check_uniform(): child @child of the root is all free or all taken, and says so
 * itself. */
static void check_uniform(const struct pfn_tree *tree, unsigned long child,
			  bool free)
{
	const uint64_t *node = node_at(tree, tree->root - 1, child);

	for (unsigned int k = 0; k <= child_order(tree->root - 1); k++)
		BUG_ON(node[k] != (free ? ~0ull : 0),
		       "pfn_tree: child 0x%lx of the root is all %s, its mask %u isn't",
		       child, free ? "free" : "taken", k);
}

/* in_tree(): node @index of @level has a page of the tree. */
static bool in_tree(const struct pfn_tree *tree, unsigned int level,
		    unsigned long index)
{
	return index >= tree->start_pfn >> span_shift(level) &&
	       index <= (tree->end_pfn - 1) >> span_shift(level);
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
