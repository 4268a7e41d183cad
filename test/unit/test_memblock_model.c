/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memblock against a model that can't be wrong: an array with one cell for each
 * unit of a small address space, and loops that look at every cell.
 *
 * Random sequences of calls run on both (sequence.h); after each, the three
 * lists must be the runs of like cells, region for region, and the free ranges,
 * walked up and down, those of the cells that are free.
 *
 * The cells lie where things go wrong: from address 0, at a place like any
 * other, above 2^40, and up to the last byte of the address space; a cell is a
 * page or a single byte.
 */
#include "numa.h"
#include "sequence.h"

#define NR_CELLS	48u	/* cells of the model's address space */

/* What is called; the order is that of op_names. */
enum op_kind {
	ADD, REMOVE, RESERVE, FREE, DROP, MARK, CLEAR, NOINIT, SET_NODE, TRIM,
	LIMIT, CAP, ALLOC, ALLOC_AGAIN, NR_KINDS
};

static const char *const op_names[NR_KINDS] = {
	"add", "remove", "reserve", "free", "drop", "mark", "clear", "noinit",
	"set_node", "trim", "limit", "cap", "alloc", "alloc",
};

/* What the numbers of an operation mean. */
enum {
	FROM,		/* first cell */
	CELLS,		/* how many; of LIMIT: how many are kept */
	HOW,		/* node, flag, owner: what the kind takes of it */
	ALIGNMENT,	/* of ALLOC and TRIM, in cells */
	WHERE,		/* of ALLOC: cells [low byte, next byte) may be used;
			   bits: top-down, exact, by current_limit */
};

/* Bits of WHERE above its two cell numbers. */
#define TOP_DOWN	(1ul << 16)
#define EXACT		(1ul << 17)
#define BY_LIMIT	(1ul << 18)

/* Nodes and owners of the model. */
#define NR_NODES	3
#define NR_OWNERS	3

/* How memory is marked with a flag, and how that is taken back. */
static const struct {
	unsigned int flag;
	int (*mark)(phys_addr_t base, phys_addr_t size);
	int (*clear)(phys_addr_t base, phys_addr_t size);
} marks[] = {
	{ MEMBLOCK_HOTPLUG, memblock_mark_hotplug, memblock_clear_hotplug },
	{ MEMBLOCK_NOMAP, memblock_mark_nomap, memblock_clear_nomap },
	{ MEMBLOCK_MIRROR, memblock_mark_mirror, NULL },
};

/* The first so many of them can be taken back. */
#define NR_CLEARS	2

/* Who holds what, for the comparison by address. */
static const struct mem_owner owners[NR_OWNERS];
static const struct mem_owner reason = { "dropped", "test", NULL, 0 };

/* What a list says of a cell; like cells next to each other are one region. */
struct entry {
	bool in;
	int nid;
	unsigned int flags;
	const struct mem_owner *owner;
};

/* A cell: what each list says of it. */
struct cell {
	struct entry memory, reserved, dropped;
};

/* Where cell 0 is and what a cell is; no cell reaches beyond the last byte. */
static struct {
	phys_addr_t base;
	phys_addr_t unit;
} place;

static struct cell cells[NR_CELLS];

/* address(): the first byte of cell @i; of the cell behind the last, which may
 * not be representable, 0 in that case. */
static phys_addr_t address(unsigned long i)
{
	return place.base + i * place.unit;
}

/* start(): nothing is anywhere. */
static void start(void)
{
	unit_reset(NULL);
	memset(cells, 0, sizeof(cells));
	stage_begin(STAGE_BOOTMEM);
}

/* draw(): a range of 1 to NR_CELLS / 4 cells, and the rest as the enum says. */
static void draw(struct op *op, uint64_t *seed)
{
	unsigned long a, b;

	op->arg[FROM] = seq_random(seed, NR_CELLS);
	op->arg[CELLS] = 1 + seq_random(seed, NR_CELLS / 4);
	op->arg[CELLS] = MIN(op->arg[CELLS], NR_CELLS - op->arg[FROM]);
	op->arg[HOW] = seq_random(seed, 12);
	op->arg[ALIGNMENT] = 1ul << seq_random(seed, 4);
	a = seq_random(seed, 3) ? 0 : seq_random(seed, NR_CELLS);
	b = seq_random(seed, 3) ? NR_CELLS : 1 + seq_random(seed, NR_CELLS);
	op->arg[WHERE] = a | b << 8 | seq_random(seed, 8) << 16;
	if (op->kind == LIMIT || op->kind == CAP)
		op->arg[CELLS] = NR_CELLS / 2 + seq_random(seed, NR_CELLS / 2);
	if (op->kind == CAP)
		op->arg[FROM] = seq_random(seed, NR_CELLS / 4);
	if (op->kind == TRIM)
		op->arg[ALIGNMENT] = 1 + op->arg[ALIGNMENT] % 2;
}

/* node_of(): the node that @op is about: 0 to NR_NODES - 1, or none. */
static int node_of(const struct op *op)
{
	return (int)(op->arg[HOW] % (NR_NODES + 1)) - 1;
}

/* mark_of(): which of marks @op is about. */
static unsigned long mark_of(const struct op *op)
{
	return op->arg[HOW] % (op->kind == MARK ? ARRAY_SIZE(marks)
						: NR_CLEARS);
}

/* put(): what isn't @in yet becomes so, as @new says. */
static void put(struct entry *entry, const struct entry *new)
{
	if (!entry->in)
		*entry = *new;
}

/* model_drop(): cell @i is no memory any more, and was dropped. */
static void model_drop(unsigned long i)
{
	struct entry gone = { true, cells[i].memory.nid, 0, &reason };

	if (cells[i].memory.in)
		put(&cells[i].dropped, &gone);
	cells[i].memory.in = false;
}

/* model_cell(): what @op does to cell @i of its range. */
static void model_cell(const struct op *op, unsigned long i)
{
	struct cell *c = &cells[i];
	unsigned int flag = marks[mark_of(op)].flag;
	struct entry memory = { true, node_of(op), 0, NULL };
	struct entry reserved = { true, NUMA_NO_NODE, 0,
				  &owners[op->arg[HOW] % NR_OWNERS] };

	switch (op->kind) {
	case ADD:
		put(&c->memory, &memory);
		break;
	case REMOVE:
		c->memory.in = false;
		break;
	case RESERVE:
		put(&c->reserved, &reserved);
		break;
	case FREE:
		c->reserved.in = false;
		break;
	case DROP:
		model_drop(i);
		break;
	case MARK:
		c->memory.flags |= flag;
		break;
	case CLEAR:
		c->memory.flags &= ~flag;
		break;
	case NOINIT:
		c->reserved.flags |= MEMBLOCK_RSRV_NOINIT;
		break;
	default:
		c->memory.nid = node_of(op);
	}
}

/* like(): both are in the list, and nothing tells them apart. */
static bool like(const struct entry *a, const struct entry *b)
{
	return a->in && b->in && a->nid == b->nid && a->flags == b->flags &&
	       a->owner == b->owner;
}

/* run_end(): the cell behind the last that is one region of memory with @i. */
static unsigned long run_end(unsigned long i)
{
	do
		i++;
	while (i < NR_CELLS && like(&cells[i - 1].memory, &cells[i].memory));
	return i;
}

/* model_trim(): each region of memory loses what isn't whole in @align cells. */
static void model_trim(unsigned long align)
{
	phys_addr_t mask = align * place.unit - 1;
	unsigned long end;

	for (unsigned long i = 0; i < NR_CELLS; i = end) {
		unsigned long from = i, to;

		end = run_end(i);
		to = end;
		while (from < end && (address(from) & mask))
			model_drop(from++);
		while (to > from && (address(to) & mask))
			model_drop(--to);
	}
}

/* model_outside(): cells but those of [@from, @to) are dropped, NOMAP memory
 * where @nomap too. */
static void model_outside(unsigned long from, unsigned long to, bool nomap)
{
	for (unsigned long i = 0; i < NR_CELLS; i++)
		if ((i < from || i >= to) &&
		    (nomap || !(cells[i].memory.flags & MEMBLOCK_NOMAP)))
			model_drop(i);
}

/* limit_cell(): the cell behind the lowest @nr cells of memory. */
static unsigned long limit_cell(unsigned long nr)
{
	unsigned long i = 0;

	for (; i < NR_CELLS && nr; i++)
		nr -= cells[i].memory.in;
	return nr ? NR_CELLS : i;
}

/* model_change(): what @op does to the model. */
static void model_change(const struct op *op)
{
	unsigned long from = op->arg[FROM], nr = op->arg[CELLS];

	if (op->kind == TRIM)
		model_trim(op->arg[ALIGNMENT]);
	else if (op->kind == LIMIT)
		model_outside(0, limit_cell(nr), op->arg[HOW] % 2 == 0);
	else if (op->kind == CAP)
		model_outside(from, from + nr, false);
	else
		for (unsigned long i = from; i < from + nr; i++)
			model_cell(op, i);
}

/* has_memory(): there is any. */
static bool has_memory(void)
{
	unsigned long i = 0;

	while (i < NR_CELLS && !cells[i].memory.in)
		i++;
	return i < NR_CELLS;
}

/* real_limit(): LIMIT by memblock, of either kind. */
static int real_limit(const struct op *op)
{
	phys_addr_t limit = op->arg[CELLS] * place.unit;

	return op->arg[HOW] % 2 == 0
	       ? memblock_enforce_memory_limit(limit, &reason)
	       : memblock_mem_limit_remove_map(limit, &reason);
}

/* real_change(): what @op does, by memblock; 0 where it worked. */
static int real_change(const struct op *op)
{
	phys_addr_t base = address(op->arg[FROM]);
	phys_addr_t size = op->arg[CELLS] * place.unit;

	switch (op->kind) {
	case ADD:
		return memblock_add_node(base, size, node_of(op),
					 MEMBLOCK_NONE);
	case REMOVE:
		return memblock_remove(base, size);
	case RESERVE:
		return memblock_reserve_owner(base, size, MEMBLOCK_NONE,
					      &owners[op->arg[HOW] % NR_OWNERS]);
	case FREE:
		return memblock_phys_free(base, size);
	case DROP:
		return memblock_drop(base, size, &reason);
	case MARK:
		return marks[mark_of(op)].mark(base, size);
	case CLEAR:
		return marks[mark_of(op)].clear(base, size);
	case NOINIT:
		return memblock_reserved_mark_noinit(base, size);
	case SET_NODE:
		return memblock_set_node(base, size, &memblock.memory,
					 node_of(op));
	case TRIM:
		return memblock_trim_memory(op->arg[ALIGNMENT] * place.unit,
					    &reason);
	case LIMIT:
		return real_limit(op);
	default:
		return memblock_cap_memory_range(base, size, &reason);
	}
}

/* end_of(): the cell behind the last that @op may have. The last byte's address
 * is MEMBLOCK_ALLOC_ANYWHERE, so no allocation can be told to end just below. */
static unsigned long end_of(const struct op *op)
{
	unsigned long end = op->arg[WHERE] >> 8 & 0xff;

	return address(end) == MEMBLOCK_ALLOC_ANYWHERE ? NR_CELLS : end;
}

/* model_fits(): @op's cells are free from cell @at on, lie in one region, and
 * their memory is of @nid (any: NUMA_NO_NODE); of flags under @mask, @flags. */
static bool model_fits(const struct op *op, unsigned long at, int nid,
		       unsigned int mask, unsigned int flags)
{
	const struct entry *first = &cells[at].memory;

	if ((address(at) & (op->arg[ALIGNMENT] * place.unit - 1)) ||
	    address(at) < PAGE_SIZE || at < (op->arg[WHERE] & 0xff) ||
	    at + op->arg[CELLS] > end_of(op))
		return false;
	if ((first->flags & (mask | MEMBLOCK_NOMAP)) != flags ||
	    (nid != NUMA_NO_NODE && first->nid != nid))
		return false;
	for (unsigned long i = at; i < at + op->arg[CELLS]; i++)
		if (!like(first, &cells[i].memory) || cells[i].reserved.in)
			return false;
	return true;
}

/* model_find(): the cell that the allocation must get, or NR_CELLS. */
static unsigned long model_find(const struct op *op, int nid)
{
	static const struct {
		unsigned int mask, flags;
	} passes[] = {
		{ MEMBLOCK_MIRROR, MEMBLOCK_MIRROR },
		{ MEMBLOCK_HOTPLUG, 0 },
		{ MEMBLOCK_HOTPLUG, MEMBLOCK_HOTPLUG },
	};
	bool top_down = op->arg[WHERE] & TOP_DOWN;

	for (size_t pass = 0; pass < ARRAY_SIZE(passes); pass++)
		for (unsigned long i = 0; i < NR_CELLS; i++) {
			unsigned long at = top_down ? NR_CELLS - 1 - i : i;

			if (model_fits(op, at, nid, passes[pass].mask,
				       passes[pass].flags))
				return at;
		}
	return NR_CELLS;
}

/* model_alloc(): do it, and say which address must come out; 0: none. */
static phys_addr_t model_alloc(const struct op *op)
{
	unsigned long at = model_find(op, node_of(op));
	struct entry taken = { true, NUMA_NO_NODE, 0,
			       &owners[op->arg[HOW] % NR_OWNERS] };

	if (at == NR_CELLS && !(op->arg[WHERE] & EXACT))
		at = model_find(op, NUMA_NO_NODE);
	if (at == NR_CELLS)
		return 0;
	for (unsigned long i = at; i < at + op->arg[CELLS]; i++)
		put(&cells[i].reserved, &taken);
	return address(at);
}

/* real_alloc(): the same allocation by memblock; its upper end as an argument or
 * as the current limit. */
static phys_addr_t real_alloc(const struct op *op)
{
	phys_addr_t begin = address(op->arg[WHERE] & 0xff);
	phys_addr_t end = address(end_of(op));

	if (end == 0)
		end = MEMBLOCK_ALLOC_ANYWHERE;
	memblock_set_bottom_up(!(op->arg[WHERE] & TOP_DOWN));
	memblock_set_current_limit(op->arg[WHERE] & BY_LIMIT ? end : 1);
	return memblock_alloc_range_nid(op->arg[CELLS] * place.unit,
					op->arg[ALIGNMENT] * place.unit, begin,
					op->arg[WHERE] & BY_LIMIT
					? MEMBLOCK_ALLOC_ACCESSIBLE : end,
					node_of(op), op->arg[WHERE] & EXACT,
					&owners[op->arg[HOW] % NR_OWNERS]);
}

/* entry_of(): what the list at @offset in struct cell says of cell @i. */
static const struct entry *entry_of(unsigned long i, size_t offset)
{
	return (const struct entry *)((const char *)&cells[i] + offset);
}

/* same_list(): @type is the runs of like entries at @offset in the cells. */
static bool same_list(const struct memblock_type *type, size_t offset)
{
	const struct memblock_region *r = type->regions;
	unsigned long end;

	for (unsigned long i = 0; i < NR_CELLS; i = end) {
		const struct entry *e = entry_of(i, offset);

		end = i + 1;
		if (!e->in)
			continue;
		while (end < NR_CELLS && like(e, entry_of(end, offset)))
			end++;
		if (r == type->regions + type->cnt || r->base != address(i) ||
		    r->size != (end - i) * place.unit || r->nid != e->nid ||
		    r->flags != e->flags || r->owner != e->owner)
			return false;
		r++;
	}
	return r == type->regions + type->cnt;
}

/* is_free(): cell @i is. */
static bool is_free(unsigned long i)
{
	return cells[i].memory.in && !cells[i].reserved.in &&
	       !(cells[i].memory.flags & MEMBLOCK_NOMAP);
}

/* same_free(): the free ranges, upwards, are the runs of free cells. */
static bool same_free(void)
{
	struct free_range range;
	unsigned long i = 0, end;

	for_each_free_mem_range(range) {
		while (i < NR_CELLS && !is_free(i))
			i++;
		if (i == NR_CELLS || range.start != address(i))
			return false;
		end = i + 1;
		while (end < NR_CELLS && is_free(end) &&
		       like(&cells[i].memory, &cells[end].memory))
			end++;
		if (range.last != address(end) - 1 ||
		    range.nid != cells[i].memory.nid)
			return false;
		i = end;
	}
	while (i < NR_CELLS && !is_free(i))
		i++;
	return i == NR_CELLS;
}

/* same_backwards(): downwards they are the same as upwards. */
static bool same_backwards(void)
{
	struct free_range up[NR_CELLS], range;
	unsigned long nr = 0;

	for_each_free_mem_range(range)
		up[nr++] = range;
	for_each_free_mem_range_reverse(range)
		if (!nr-- || up[nr].start != range.start ||
		    up[nr].last != range.last || up[nr].nid != range.nid)
			return false;
	return nr == 0;
}

/* same_answers(): what can be asked of the cells of @op is as in the model. */
static bool same_answers(const struct op *op)
{
	unsigned long from = op->arg[FROM], nr = NR_CELLS - from;
	bool all = true, any = false;
	phys_addr_t base = address(from);

	nr = MIN(nr, op->arg[CELLS]);
	for (unsigned long i = from; i < from + nr; i++) {
		all &= cells[i].memory.in;
		any |= cells[i].reserved.in;
	}
	return memblock_is_region_memory(base, nr * place.unit) == all &&
	       memblock_is_region_reserved(base, nr * place.unit) == any &&
	       memblock_is_memory(base) == cells[from].memory.in &&
	       memblock_is_reserved(base) == cells[from].reserved.in;
}

/* step(): @op on both; whether they still agree. */
static bool step(const struct op *op)
{
	if (op->kind >= ALLOC) {
		if (real_alloc(op) != model_alloc(op))
			return false;
	} else if (op->kind != CAP || has_memory()) {
		model_change(op);
		if (real_change(op))
			return false;
	}
	memblock_check();
	return same_list(&memblock.memory, offsetof(struct cell, memory)) &&
	       same_list(&memblock.reserved, offsetof(struct cell, reserved)) &&
	       same_list(&memblock.dropped, offsetof(struct cell, dropped)) &&
	       same_free() && same_backwards() && same_answers(op);
}

/* check_place(): sequences with cells of @unit bytes from @base on. */
static void check_place(phys_addr_t base, phys_addr_t unit)
{
	static const struct sequence seq = {
		.names = op_names, .nr_kinds = NR_KINDS, .nr_ops = 100,
		.nr_seeds = 14000, .start = start, .draw = draw, .step = step,
	};

	place.base = base;
	place.unit = unit;
	seq_check(&seq);
}

static void test_pages_from_address_zero(void **state)
{
	(void)state;
	check_place(0, PAGE_SIZE);
}

static void test_pages_at_an_ordinary_place(void **state)
{
	(void)state;
	check_place((phys_addr_t)2 << 30, PAGE_SIZE);
}

static void test_pages_at_an_odd_place_above_2_to_the_40(void **state)
{
	(void)state;
	check_place(((phys_addr_t)1 << 40) + PAGE(3), PAGE_SIZE);
}

static void test_pages_up_to_the_last_byte(void **state)
{
	(void)state;
	check_place(-NR_CELLS * PAGE_SIZE, PAGE_SIZE);
}

static void test_bytes_at_an_ordinary_place(void **state)
{
	(void)state;
	check_place(((phys_addr_t)2 << 30) - NR_CELLS / 2, 1);
}

static void test_bytes_up_to_the_last_one(void **state)
{
	(void)state;
	check_place((phys_addr_t)0 - NR_CELLS, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages_from_address_zero),
		cmocka_unit_test(test_pages_at_an_ordinary_place),
		cmocka_unit_test(test_pages_at_an_odd_place_above_2_to_the_40),
		cmocka_unit_test(test_pages_up_to_the_last_byte),
		cmocka_unit_test(test_bytes_at_an_ordinary_place),
		cmocka_unit_test(test_bytes_up_to_the_last_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
