/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bootmem against a model that can't be wrong: an array of pages, one byte and
 * one flag each, and the rules of bootmem.h spelled out on it by loops.
 *
 * Random sequences of calls run on both (sequence.h). After each, what was
 * returned, every bit of every map and every page of memblock.reserved must be
 * the same. Each test is a shape of machine, drawn as in mm_fixture.h, at a place
 * where numbers are awkward. What memblock does is test_memblock_model.c's.
 */
#include "mm_fixture.h"
#include "paging.h"
#include "sequence.h"

/* Nodes of a shape at most. */
#define MAX_NODES	3

/* What is called; the order is that of op_names. */
enum op_kind { RESERVE, EXCLUSIVE, FREE, ALLOC, ALLOC_SMALL, NR_KINDS };

static const char *const op_names[NR_KINDS] = {
	"reserve", "exclusive", "free", "alloc", "alloc",
};

/*
 * What the numbers of an operation mean. Addresses are bytes from page 0 of the
 * drawing, plus 1 where 0 stands for none.
 */
enum {
	FIRST,		/* of a range: its first byte */
	SIZE,		/* bytes */
	ALIGNMENT,	/* of an allocation: its logarithm */
	GOAL,		/* of an allocation */
	LIMIT_NODE,	/* of an allocation: node (nr_nodes: any) + 8 * limit */
};

/* A page: whose it is, the map's bit, and whether memblock.reserved has it. */
struct page {
	char node;		/* '0', '1' ... or '.': no memory */
	bool taken;
	bool held;
};

/* A node: pages that its map spans, counted from page 0 of the drawing. */
struct node {
	unsigned long min, low;
	unsigned long hint;	/* the page at which a search starts */
	unsigned long last_end;	/* bytes to the end of the last allocation; 0:
				   nothing to share */
};

/* The machine that a test is about. */
static struct {
	const char *drawing;
	unsigned long base_pfn;		/* number of page 0 */
	unsigned long nr_pages;
	int nr_nodes;
} shape;

static struct page pages[MM_MAX_PAGES];
static struct node nodes[MAX_NODES];

/* start_node(): what of the drawing node @nid spans. */
static void start_node(int nid)
{
	char letter[] = { (char)('0' + nid), '\0' };
	struct node *node = &nodes[nid];

	node->min = strcspn(shape.drawing, letter);
	node->low = strrchr(shape.drawing, letter[0]) - shape.drawing + 1ul;
	node->hint = node->min;
	node->last_end = 0;
}

/* start(): machine and model, all free. */
static void start(void)
{
	unit_reset(NULL);
	mm_machine(shape.nr_nodes, shape.base_pfn, shape.drawing);
	for (unsigned long i = 0; i < shape.nr_pages; i++) {
		char node = shape.drawing[i];

		pages[i] = (struct page){ node, node == '.', false };
	}
	for (int nid = 0; nid < shape.nr_nodes; nid++)
		start_node(nid);
}

/* draw_alloc(): numbers for an allocation of up to @max bytes. */
static void draw_alloc(struct op *op, uint64_t *seed, unsigned long max)
{
	unsigned long end = PAGE(shape.nr_pages), limit = 0;

	op->arg[SIZE] = 1 + seq_random(seed, max);
	if (seq_random(seed, 2))
		op->arg[SIZE] = ALIGN(op->arg[SIZE], PAGE_SIZE);
	op->arg[ALIGNMENT] = seq_random(seed, PAGE_SHIFT + 4);
	if (seq_random(seed, 3) == 0)
		op->arg[GOAL] = 1 + seq_random(seed, end);
	if (seq_random(seed, 4) == 0)
		limit = op->arg[GOAL] + op->arg[SIZE] + seq_random(seed, end);
	op->arg[LIMIT_NODE] = 8 * limit +
			      seq_random(seed, (unsigned long)shape.nr_nodes + 1);
}

/* draw(): an operation's numbers. */
static void draw(struct op *op, uint64_t *seed)
{
	unsigned long end = PAGE(shape.nr_pages), most;

	if (op->kind >= ALLOC) {
		draw_alloc(op, seed, op->kind == ALLOC ? PAGE(6) : PAGE(1) / 2);
		return;
	}
	op->arg[FIRST] = seq_random(seed, end);
	if (seq_random(seed, 2))
		op->arg[FIRST] = ALIGN_DOWN(op->arg[FIRST], PAGE_SIZE);
	most = MIN(end - op->arg[FIRST], PAGE(10));
	op->arg[SIZE] = seq_random(seed, most + 1);
}

/* page_of(), page_behind(): the page of a byte; the first one at or behind it. */
static unsigned long page_of(unsigned long byte)
{
	return byte / PAGE_SIZE;
}

static unsigned long page_behind(unsigned long byte)
{
	return (byte + PAGE_SIZE - 1) / PAGE_SIZE;
}

/* model_take(): what of the bytes [@first, @end) touches is taken and held. */
static void model_take(unsigned long first, unsigned long end)
{
	for (unsigned long i = page_of(first); i < page_behind(end); i++)
		pages[i].taken = pages[i].held = true;
}

/* model_reserve(): what reserve_bootmem() must return. */
static int model_reserve(const struct op *op)
{
	unsigned long first = op->arg[FIRST], end = first + op->arg[SIZE];
	bool taken = false;

	if (!op->arg[SIZE])
		return 0;
	for (unsigned long i = page_of(first); i < page_behind(end); i++)
		taken |= pages[i].taken;
	if (op->kind == EXCLUSIVE && taken)
		return -EBUSY_BOOTMEM;
	model_take(first, end);
	return 0;
}

/* model_reserve_ends(): reserve_bootmem() returns, because every page is in the
 * span of a node, if not its memory. */
static bool model_reserve_ends(const struct op *op)
{
	unsigned long first = op->arg[FIRST], end = first + op->arg[SIZE];

	for (unsigned long i = page_of(first);
	     op->arg[SIZE] && i < page_behind(end); i++) {
		bool spanned = false;

		for (int nid = 0; nid < shape.nr_nodes; nid++)
			spanned |= i >= nodes[nid].min && i < nodes[nid].low;
		if (!spanned)
			return false;
	}
	return true;
}

/* model_free_ends(): free_bootmem() returns, because every page is memory that
 * is taken. */
static bool model_free_ends(const struct op *op)
{
	unsigned long end = page_of(op->arg[FIRST] + op->arg[SIZE]);

	for (unsigned long i = page_behind(op->arg[FIRST]); i < end; i++)
		if (!pages[i].taken || pages[i].node == '.')
			return false;
	return true;
}

/* model_free(): the whole pages inside are nobody's, and no page to share. */
static void model_free(const struct op *op)
{
	unsigned long end = page_of(op->arg[FIRST] + op->arg[SIZE]);

	for (unsigned long i = page_behind(op->arg[FIRST]); i < end; i++) {
		struct node *node = &nodes[pages[i].node - '0'];

		pages[i].taken = pages[i].held = false;
		node->hint = MIN(node->hint, i);
		if (page_of(node->last_end) == i)
			node->last_end = 0;
	}
}

/* model_run(): all of the @nr pages from @at on are node @nid's and free. */
static bool model_run(int nid, unsigned long at, unsigned long nr)
{
	for (unsigned long i = at; i < at + nr; i++)
		if (pages[i].node != '0' + nid || pages[i].taken)
			return false;
	return true;
}

/* model_find(): the first page of [@lo, @hi) whose address is a multiple of what
 * @op asks for, and where enough free pages follow; PFN_NONE: none. */
static unsigned long model_find(int nid, const struct op *op, unsigned long lo,
				unsigned long hi)
{
	unsigned long nr = page_behind(op->arg[SIZE]);
	unsigned long align = 1ul << op->arg[ALIGNMENT];

	for (unsigned long at = lo; at + nr <= hi; at++)
		if ((align < PAGE_SIZE || MM(at) % align == 0) &&
		    model_run(nid, at, nr))
			return at;
	return PFN_NONE;
}

/* model_share(): the first byte of an allocation for which page @at was found:
 * behind the last one, where that ended in the page before and above @lo. */
static unsigned long model_share(const struct node *node, const struct op *op,
				 unsigned long at, unsigned long lo)
{
	unsigned long end = node->last_end, align = 1ul << op->arg[ALIGNMENT];

	if (end % PAGE_SIZE == 0 || page_behind(end) != at || page_of(end) < lo)
		return PAGE(at);
	while ((MM(0) + end) % align)
		end++;
	return end;
}

/* model_in_node(): the first byte in node @nid; PFN_NONE: there is no room. */
static unsigned long model_in_node(int nid, const struct op *op,
				   unsigned long goal)
{
	unsigned long limit = op->arg[LIMIT_NODE] / 8;
	struct node *node = &nodes[nid];
	unsigned long lo = node->min, hi = node->low, at, first;

	if (goal && page_behind(goal - 1) >= lo && page_behind(goal - 1) < hi)
		lo = page_behind(goal - 1);
	if (limit)
		hi = MIN(hi, page_of(limit));
	at = model_find(nid, op, MAX(lo, node->hint), hi);
	if (at == PFN_NONE)
		at = model_find(nid, op, lo, hi);
	if (at == PFN_NONE)
		return PFN_NONE;
	first = model_share(node, op, at, lo);
	model_take(MAX(first, PAGE(at)), MAX(first + op->arg[SIZE], PAGE(at)));
	node->last_end = first + op->arg[SIZE];
	node->hint = page_behind(node->last_end);
	return first;
}

/* model_alloc(): the first byte of an allocation: its node with the goal, all
 * nodes with it, its node, all nodes; PFN_NONE: there is no room. */
static unsigned long model_alloc(const struct op *op)
{
	int own = (int)(op->arg[LIMIT_NODE] % 8);

	for (unsigned long goal = op->arg[GOAL];; goal = 0) {
		unsigned long first = PFN_NONE;

		if (own < shape.nr_nodes)
			first = model_in_node(own, op, goal);
		for (unsigned long at = 0; at < shape.nr_pages; at++)
			for (int nid = 0; nid < shape.nr_nodes; nid++)
				if (first == PFN_NONE && nodes[nid].min == at &&
				    (!goal ||
				     page_behind(goal - 1) < nodes[nid].low))
					first = model_in_node(nid, op, goal);
		if (first != PFN_NONE || !goal)
			return first;
	}
}

/* offset_of(): where in the drawing @mem is; PFN_NONE for NULL. */
static unsigned long offset_of(const void *mem)
{
	return mem ? virt_to_phys(mem) - MM(0) : PFN_NONE;
}

/* address_of(): the address that is drawn as byte @n - 1; 0 stands for none. */
static phys_addr_t address_of(unsigned long n)
{
	return n ? MM(0) + (n - 1) : 0;
}

/* is_zero(): what was allocated at @first is. RAM that isn't is full of garbage,
 * and what was allocated is made so again for the next who gets it. */
static bool is_zero(unsigned long first, unsigned long size)
{
	unsigned char *mem = phys_to_virt(MM(0) + first);
	bool zero = mem[0] == 0 && !memcmp(mem, mem + 1, size - 1);

	memset(mem, HOST_GARBAGE, size);
	return zero;
}

/* step_alloc(): the allocation by both: at the same place, and zeroed. */
static bool step_alloc(const struct op *op)
{
	unsigned long node = op->arg[LIMIT_NODE] % 8, first;
	unsigned long limit = op->arg[LIMIT_NODE] / 8;
	bool any = node == (unsigned long)shape.nr_nodes;

	first = offset_of(alloc_bootmem_owner(any ? NULL : NODE_DATA(node),
		op->arg[SIZE], 1ul << op->arg[ALIGNMENT],
		address_of(op->arg[GOAL]), limit ? MM(0) + limit : 0,
		&owner_stack));
	return first == model_alloc(op) &&
	       (first == PFN_NONE || is_zero(first, op->arg[SIZE]));
}

/* step_call(): one operation on both, unless it is one that must be a BUG; what
 * comes out is the same. */
static bool step_call(const struct op *op)
{
	phys_addr_t addr = MM(0) + op->arg[FIRST];

	if (op->kind >= ALLOC)
		return step_alloc(op);
	if (op->kind == FREE) {
		if (!model_free_ends(op))
			return true;
		free_bootmem(addr, op->arg[SIZE]);
		model_free(op);
		return true;
	}
	if (!model_reserve_ends(op))
		return true;
	return reserve_bootmem(addr, op->arg[SIZE], op->kind == EXCLUSIVE) ==
	       model_reserve(op);
}

/* same_map(): the bits of node @nid's map: free where a page is its own and not
 * taken, otherwise not. */
static bool same_map(int nid)
{
	const struct pfn_tree *tree = &NODE_DATA(nid)->bdata->tree;
	unsigned long at = nodes[nid].min, end = nodes[nid].low;

	while (at < end) {
		bool free = pages[at].node == '0' + nid && !pages[at].taken;
		unsigned long pfn = shape.base_pfn + at;
		unsigned long next = free ? pfn_tree_next_taken(tree, pfn)
					  : pfn_tree_next_free(tree, pfn);

		if (next == pfn)
			return false;
		for (; at < next - shape.base_pfn; at++)
			if (free != (pages[at].node == '0' + nid &&
				     !pages[at].taken))
				return false;
	}
	return at == end;
}

/* same_records(): memblock.reserved has the pages that are held, and no other. */
static bool same_records(void)
{
	const struct memblock_region *r = memblock.reserved.regions;
	const struct memblock_region *end = r + memblock.reserved.cnt;

	for (unsigned long i = 0; i < shape.nr_pages; i++) {
		while (r < end && memblock_last(r) < MM(i))
			r++;
		if ((r < end && r->base <= MM(i)) != pages[i].held)
			return false;
	}
	return true;
}

/* step(): one operation on both; whether they still agree. */
static bool step(const struct op *op)
{
	if (!step_call(op) || !same_records())
		return false;
	for (int nid = 0; nid < shape.nr_nodes; nid++) {
		if (!same_map(nid))
			return false;
		pfn_tree_check(&NODE_DATA(nid)->bdata->tree);
	}
	return true;
}

/* check_shape(): sequences on the machine of @drawing, whose first page is number
 * @base_pfn. */
static void check_shape(unsigned long base_pfn, const char *drawing)
{
	static const struct sequence seq = {
		.names = op_names, .nr_kinds = NR_KINDS, .nr_ops = 100,
		.nr_seeds = 3000, .start = start, .draw = draw, .step = step,
	};

	shape.drawing = drawing;
	shape.base_pfn = base_pfn;
	shape.nr_pages = strlen(drawing);
	shape.nr_nodes = 1 + (strchr(drawing, '1') != NULL) +
			 (strchr(drawing, '2') != NULL);
	seq_check(&seq);
}

static void test_one_page(void **state)
{
	(void)state;
	check_shape(0x80000 + 63, "0");
}

static void test_one_node_at_an_odd_place(void **state)
{
	(void)state;
	check_shape(0x80000 + 61, "0000000000000000000000000000000000000000"
				  "0000000000000000000000000000000000000000");
}

static void test_one_node_with_holes(void **state)
{
	(void)state;
	check_shape(0x80000 - 7, "00000000...0000000.0......000000000000000"
				 "000000000000000..00.00.000000000000000000");
}

static void test_two_nodes_that_interleave(void **state)
{
	(void)state;
	check_shape(0x80000 - 7, "0000000000000000000011111111111111111111"
				 "00000000000000000000.....111111111111111");
}

/* The node with the higher number lies below the other. */
static void test_two_nodes_in_reverse_above_2_to_the_40(void **state)
{
	(void)state;
	check_shape(((1ul << 40) >> PAGE_SHIFT) + 29,
		    "1111111111111111111100000000000000000000");
}

static void test_three_nodes_at_2_to_the_52(void **state)
{
	(void)state;
	check_shape((1ul << 40) - 31,
		    "000000000000...1111111111222222222222"
		    "00000000.2222222");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_page),
		cmocka_unit_test(test_one_node_at_an_odd_place),
		cmocka_unit_test(test_one_node_with_holes),
		cmocka_unit_test(test_two_nodes_that_interleave),
		cmocka_unit_test(test_two_nodes_in_reverse_above_2_to_the_40),
		cmocka_unit_test(test_three_nodes_at_2_to_the_52),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
