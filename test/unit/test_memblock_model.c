/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memblock against a model that can't be wrong: an array with one cell for each
 * unit of a small address space, and loops that look at every cell.
 *
 * Random sequences of operations run on both; after each, all that memblock can
 * be asked is compared. The sequences come from fixed seeds, so every run is the
 * same. One that fails is shrunk (operations are left out as long as it still
 * fails) and printed as the calls to make.
 *
 * The cells lie where things go wrong: from address 0, at a place like any
 * other, and up to the last byte of the address space; a cell is a page or a
 * single byte.
 */
#include "unit.h"

#include "numa.h"
#include "printk.h"

#define NR_CELLS	48	/* cells of the model's address space */
#define NR_OPS		60	/* operations of a sequence */
#define NR_SEEDS	400	/* sequences at each place */

/* What an operation is; the order is that of op_names. */
enum op_kind { ADD, REMOVE, RESERVE, FREE, DROP, ALLOC, NR_KINDS };

static const char *const op_names[NR_KINDS] = {
	"add", "remove", "reserve", "free", "drop", "alloc",
};

struct op {
	enum op_kind kind;
	unsigned int from, cells;	/* the range, in cells */
	unsigned int align;		/* of ALLOC, in cells */
	int nid;			/* of ADD and ALLOC */
	enum memblock_flags flags;	/* of ADD */
	unsigned int owner;		/* of RESERVE and ALLOC: index */
	bool bottom_up, exact;		/* of ALLOC */
};

/* Where cell 0 is and what a cell is; no cell reaches beyond the last byte. */
struct place {
	phys_addr_t base;
	phys_addr_t unit;
};

/* Who holds what, for the comparison by address. */
static const struct mem_owner owners[3];
static const struct mem_owner reason = { "dropped", "test", NULL, 0 };

struct cell {
	bool memory, reserved, dropped;
	int nid;			/* where memory */
	enum memblock_flags flags;	/* where memory */
	unsigned int owner;		/* where reserved */
};

/* The model, and where it lies. */
static struct cell cells[NR_CELLS];
static struct place place;

/* address(): the first byte of cell @i. */
static phys_addr_t address(unsigned int i)
{
	return place.base + i * place.unit;
}

/* random_below(): 0 to @n - 1; a linear congruential generator (Knuth, MMIX). */
static unsigned int random_below(unsigned long long *seed, unsigned int n)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned int)(*seed >> 33) % n;
}

/* random_op(): any operation on a range of one to NR_CELLS / 4 cells. */
static struct op random_op(unsigned long long *seed)
{
	struct op op = {
		.kind = random_below(seed, NR_KINDS),
		.from = random_below(seed, NR_CELLS),
		.cells = 1 + random_below(seed, NR_CELLS / 4),
		.align = 1u << random_below(seed, 4),
		.nid = (int)random_below(seed, 3),
		.owner = random_below(seed, ARRAY_SIZE(owners)),
		.bottom_up = random_below(seed, 2),
		.exact = random_below(seed, 2),
	};

	if (op.kind == ADD && random_below(seed, 4) == 0)
		op.flags = MEMBLOCK_HOTPLUG;
	if (op.kind == ALLOC && random_below(seed, 3) == 0)
		op.nid = NUMA_NO_NODE;
	op.cells = MIN(op.cells, NR_CELLS - op.from);
	return op;
}

/* model_range(): what @op does to each cell of its range. */
static void model_range(const struct op *op)
{
	for (unsigned int i = op->from; i < op->from + op->cells; i++) {
		struct cell *c = &cells[i];

		if (op->kind == ADD && !c->memory) {
			c->memory = true;
			c->nid = op->nid;
			c->flags = op->flags;
		} else if (op->kind == RESERVE && !c->reserved) {
			c->reserved = true;
			c->owner = op->owner;
		} else if (op->kind == FREE) {
			c->reserved = false;
		} else if (op->kind == DROP) {
			c->dropped |= c->memory;
		}
		if (op->kind == REMOVE || op->kind == DROP)
			c->memory = false;
	}
}

/* model_fits(): @op's cells are free from cell @at on, lie in one region, and
 * their memory is of @nid (any: NUMA_NO_NODE) and has @flags. */
static bool model_fits(const struct op *op, unsigned int at, int nid,
		       enum memblock_flags flags)
{
	if (address(at) & (op->align * place.unit - 1) ||
	    address(at) < PAGE_SIZE)
		return false;
	for (unsigned int i = at; i < at + op->cells; i++)
		if (i >= NR_CELLS || !cells[i].memory || cells[i].reserved ||
		    cells[i].nid != cells[at].nid ||
		    (nid != NUMA_NO_NODE && cells[i].nid != nid) ||
		    cells[i].flags != flags)
			return false;
	return true;
}

/* model_find(): the cell that the allocation must get, or -1. */
static int model_find(const struct op *op, int nid)
{
	static const enum memblock_flags passes[] = {
		MEMBLOCK_NONE, MEMBLOCK_HOTPLUG
	};

	for (size_t pass = 0; pass < ARRAY_SIZE(passes); pass++)
		for (unsigned int i = 0; i < NR_CELLS; i++) {
			unsigned int at = op->bottom_up ? i : NR_CELLS - 1 - i;

			if (model_fits(op, at, nid, passes[pass]))
				return (int)at;
		}
	return -1;
}

/* model_alloc(): do it, and say which address must come out; 0: none. */
static phys_addr_t model_alloc(const struct op *op)
{
	int at = model_find(op, op->nid);
	struct op reserve = *op;

	if (at < 0 && op->nid != NUMA_NO_NODE && !op->exact)
		at = model_find(op, NUMA_NO_NODE);
	if (at < 0)
		return 0;
	reserve.kind = RESERVE;
	reserve.from = (unsigned int)at;
	model_range(&reserve);
	return address((unsigned int)at);
}

/* real_alloc(): the same allocation by memblock. */
static phys_addr_t real_alloc(const struct op *op)
{
	memblock.bottom_up = op->bottom_up;
	return memblock_alloc_range_nid(op->cells * place.unit,
					op->align * place.unit, 0,
					MEMBLOCK_ALLOC_ANYWHERE, op->nid,
					op->exact, &owners[op->owner]);
}

/* real_range(): the same operation by memblock; 0 where it worked. */
static int real_range(const struct op *op)
{
	phys_addr_t base = address(op->from), size = op->cells * place.unit;

	switch (op->kind) {
	case ADD:
		return memblock_add_node(base, size, op->nid, op->flags);
	case REMOVE:
		return memblock_remove(base, size);
	case RESERVE:
		return memblock_reserve_owner(base, size, MEMBLOCK_NONE,
					      &owners[op->owner]);
	case FREE:
		return memblock_phys_free(base, size);
	default:
		return memblock_drop(base, size, &reason);
	}
}

/* same_memory(), same_reserved(): the lists agree with the cell at @pa. */
static bool same_memory(const struct cell *c, phys_addr_t pa)
{
	long at = memblock_search(&memblock.memory, pa);
	const struct memblock_region *r = &memblock.memory.regions[at];

	return (at >= 0) == c->memory && memblock_is_memory(pa) == c->memory &&
	       (at < 0 || (r->nid == c->nid && r->flags == c->flags));
}

static bool same_reserved(const struct cell *c, phys_addr_t pa)
{
	long at = memblock_search(&memblock.reserved, pa);

	return (at >= 0) == c->reserved &&
	       memblock_is_reserved(pa) == c->reserved &&
	       (at < 0 ||
		memblock.reserved.regions[at].owner == &owners[c->owner]);
}

/* same_free(): the free range that begins at cell @i's first or last byte, or
 * the lack of one, agrees with the model, upwards and downwards. */
static bool same_free(unsigned int i)
{
	bool expect = cells[i].memory && !cells[i].reserved;
	phys_addr_t first = address(i), last = first + (place.unit - 1);
	struct free_range up, down;

	return (memblock_next_free(first, &up) && up.start == first) == expect &&
	       (memblock_prev_free(last, &down) && down.last == last) == expect;
}

/* apart(): cells @i - 1 and @i can't belong to one region of memory. */
static bool apart(unsigned int i)
{
	return !i || !cells[i - 1].memory ||
	       cells[i - 1].nid != cells[i].nid ||
	       cells[i - 1].flags != cells[i].flags;
}

/* same(): memblock and the model agree in every cell and in the number of
 * regions, which must be as small as it can be. */
static bool same(void)
{
	unsigned long regions = 0;

	for (unsigned int i = 0; i < NR_CELLS; i++) {
		phys_addr_t pa = address(i);

		if (!same_memory(&cells[i], pa) ||
		    !same_memory(&cells[i], pa + (place.unit - 1)) ||
		    !same_reserved(&cells[i], pa) || !same_free(i) ||
		    cells[i].dropped !=
		    (memblock_search(&memblock.dropped, pa) >= 0))
			return false;
		regions += cells[i].memory && apart(i);
	}
	return memblock.memory.cnt == regions;
}

/* step(): @op on both; whether they still agree. */
static bool step(const struct op *op)
{
	if (op->kind == ALLOC) {
		if (real_alloc(op) != model_alloc(op))
			return false;
	} else {
		model_range(op);
		if (real_range(op))
			return false;
	}
	return host_halts(memblock_check()) == HOST_RETURNED && same();
}

/* first_failure(): which of @nr operations, from a fresh start, is the first
 * after which the two differ; @nr where none is. */
static unsigned int first_failure(const struct op *ops, unsigned int nr)
{
	unsigned int i = 0;

	unit_reset(NULL);
	memset(cells, 0, sizeof(cells));
	stage_begin(STAGE_BOOTMEM);
	while (i < nr && step(&ops[i]))
		i++;
	return i;
}

/* shrink(): leave out operations as long as the rest still fails; returns how
 * many of @ops are left, the last of which is the one that fails. */
static unsigned int shrink(struct op *ops, unsigned int nr)
{
	struct op fewer[NR_OPS];

	for (unsigned int i = nr; i-- > 0;) {
		memcpy(fewer, ops, i * sizeof(*ops));
		memcpy(fewer + i, ops + i + 1, (nr - i - 1) * sizeof(*ops));
		if (first_failure(fewer, nr - 1) < nr - 1) {
			nr = first_failure(fewer, nr - 1) + 1;
			memcpy(ops, fewer, nr * sizeof(*ops));
			i = MIN(i, nr);
		}
	}
	return nr;
}

/* print_ops(): what to call to see the failure. */
static void print_ops(const struct op *ops, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++)
		print_error("%-8s base 0x%llx size 0x%llx align 0x%llx nid %d flags %d owner %u%s%s\n",
			    op_names[ops[i].kind], address(ops[i].from),
			    ops[i].cells * place.unit,
			    ops[i].align * place.unit, ops[i].nid,
			    ops[i].flags, ops[i].owner,
			    ops[i].bottom_up ? " bottom-up" : "",
			    ops[i].exact ? " exact" : "");
}

/* check_place(): NR_SEEDS sequences with the cells at @base. */
static void check_place(phys_addr_t base, phys_addr_t unit)
{
	struct op ops[NR_OPS];

	place = (struct place){ base, unit };
	for (unsigned long long start = 0; start < NR_SEEDS; start++) {
		unsigned long long seed = start;
		unsigned int nr;

		for (unsigned int i = 0; i < NR_OPS; i++)
			ops[i] = random_op(&seed);
		nr = first_failure(ops, NR_OPS);
		if (nr < NR_OPS) {
			print_ops(ops, shrink(ops, nr + 1));
			fail_msg("seed %llu: differs from the model after these calls",
				 start);
		}
	}
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
		cmocka_unit_test(test_pages_up_to_the_last_byte),
		cmocka_unit_test(test_bytes_at_an_ordinary_place),
		cmocka_unit_test(test_bytes_up_to_the_last_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
