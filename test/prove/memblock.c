/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memblock as sets of bytes: each operation, on any valid list, against what it
 * means at one byte that may be any.
 *
 * A list is valid where its regions are sorted, disjoint, not empty and not
 * beyond 2^64, where no two neighbours are alike, and where total_size is right.
 * Every operation is shown to keep that. What a byte is to a list is whether a
 * region has it, and that region's flags, node and owner.
 */
#include "prove.h"

#include "lib/mm/memblock.c"

/* Regions of a list before the operation, at most. */
#ifndef REGIONS
#define REGIONS 3
#endif

/* Regions of the table: what any one operation adds is used, the spare ones that
 * the list keeps besides are not there: nothing may touch them. */
#ifndef ADDED
#define ADDED 2
#endif
#define ROOM (REGIONS + ADDED)

/*
 * Regions begin and end at multiples of 2^59. What the code does depends on the
 * order of the borders alone, and there are fewer of them in any one operation
 * than the 32 that there are; the last one is 2^64.
 */
#define BORDERS	32
#define GRAIN	(1ull << 59)

static struct memblock_region table[ROOM], reserved_table[ROOM];
static const struct mem_owner owners[2];

/* No table grows here: where there is no room, an operation fails. */
phys_addr_t early_table_alloc(phys_addr_t size, phys_addr_t avoid,
			      phys_addr_t avoid_size)
{
	(void)size;
	(void)avoid;
	(void)avoid_size;
	return 0;
}

void *phys_to_virt(phys_addr_t pa)
{
	ASSERT(!"no table moves");
	return (void *)pa;
}

/* The C library's, for regions of one of the tables above: written with indices
 * that are constants, which makes small formulas. */
void *memmove(void *to, const void *from, size_t size)
{
	struct memblock_region *all = __CPROVER_same_object(to, table)
				      ? table : reserved_table;
	unsigned long t = (unsigned long)((struct memblock_region *)to - all);
	unsigned long s = (unsigned long)((const struct memblock_region *)from -
					  all);
	unsigned long nr = size / sizeof(*all);

	ASSERT(size == nr * sizeof(*all));
	ASSERT(t + nr <= ROOM && s + nr <= ROOM);
	ASSERT(t <= s || t == s + 1);
	if (t > s)
		for (unsigned long i = ROOM - 1; i > 0; i--)
			if (i >= t && i < t + nr)
				all[i] = all[i - 1];
	if (t < s)
		for (unsigned long i = 0; i < ROOM; i++)
			if (i >= t && i < t + nr)
				all[i] = all[i - t + s];
	return to;
}

/* border(): an address at which regions may begin and end: a multiple of GRAIN. */
static phys_addr_t border(void)
{
	return (phys_addr_t)(nondet_u8() & (BORDERS - 1)) * GRAIN;
}

/* any_region(): any borders, flags, one of two nodes, one of two owners. */
static struct memblock_region any_region(void)
{
	return (struct memblock_region){
		border(), border(),
		nondet_bool() ? MEMBLOCK_NOMAP : MEMBLOCK_NONE,
		nondet_bool() ? NUMA_NO_NODE : 1, &owners[nondet_bool()]
	};
}

/* valid(): @type is a valid list of at most @max regions. */
static bool valid(const struct memblock_type *type, unsigned long max)
{
	bool ok = type->cnt <= max && type->cnt <= type->max;

	for (unsigned long i = 0; i < max; i++) {
		const struct memblock_region *r = &type->regions[i];

		if (i >= type->cnt)
			continue;
		ok = ok && range_valid(r->base, r->size);
		ok = ok && (!i || (memblock_last(r - 1) < r->base &&
				   !alike(r - 1, r)));
	}
	return ok;
}

/* any_list(): @type is any valid list, in the ROOM regions at @regions, of which
 * any number may be used. */
static void any_list(struct memblock_type *type, struct memblock_region *regions)
{
	type->regions = regions;
	type->cnt = below(REGIONS + 1);
	type->max = 1 + below(ROOM + SPARE_REGIONS);
	for (unsigned long i = 0; i < REGIONS; i++)
		regions[i] = any_region();
	ASSUME(valid(type, REGIONS));
}

/* What a byte is to a list. */
struct held {
	bool here;
	struct memblock_region by;
};

/* held(): what byte @pa is to @type, found without memblock's own search. */
static struct held held(const struct memblock_type *type, phys_addr_t pa)
{
	struct held h = { 0 };

	for (unsigned long i = 0; i < ROOM; i++) {
		const struct memblock_region *r = &type->regions[i];

		if (i < type->cnt && r->base <= pa && pa <= memblock_last(r)) {
			h.here = true;
			h.by = *r;
		}
	}
	return h;
}

/* same_held(): a byte is the same to both lists. */
static bool same_held(const struct held *a, const struct held *b)
{
	return a->here == b->here &&
	       (!a->here || (a->by.flags == b->by.flags &&
			     a->by.nid == b->by.nid &&
			     a->by.owner == b->by.owner));
}

/* inside(): byte @pa is one of the @size from @base on, a range that is valid. */
static bool inside(phys_addr_t pa, phys_addr_t base, phys_addr_t size)
{
	return pa >= base && pa - base < size;
}

/*
 * The search for a byte finds the first region that ends at or behind it, the
 * first that begins behind it, and the one that has it, or that there is none.
 */
void memblock_search_definition(void)
{
	struct memblock_type *type = &memblock.memory;
	phys_addr_t pa = nondet_pa();
	unsigned long lower, upper, i = below(ROOM);
	struct held h;
	long found;

	any_list(type, table);
	ASSUME(i < type->cnt);
	h = held(type, pa);
	lower = memblock_lower_bound(type, pa);
	upper = memblock_upper_bound(type, pa);
	found = memblock_search(type, pa);
	ASSERT(lower <= upper && upper <= type->cnt);
	ASSERT((memblock_last(&table[i]) >= pa) == (i >= lower));
	ASSERT((table[i].base > pa) == (i >= upper));
	ASSERT((found >= 0) == h.here);
	ASSERT(IMPLIES(found == (long)i, inside(pa, table[i].base,
						table[i].size)));
	COVER(found == REGIONS - 1 && pa == PHYS_ADDR_MAX);
	COVER(lower == 1 && upper == 1 && found < 0);
}

/*
 * Splitting at an address leaves every byte what it was to the list. Regions
 * before the index that it returns end before the address, the others begin at or
 * above it.
 */
void memblock_split_keeps_bytes(void)
{
	struct memblock_type *type = &memblock.memory;
	phys_addr_t pa = border(), w = nondet_pa();
	struct held before, after;
	unsigned long i = below(ROOM), at, cnt;

	any_list(type, table);
	cnt = type->cnt;
	before = held(type, w);
	at = split_region(type, pa);
	after = held(type, w);
	ASSERT(same_held(&before, &after));
	ASSERT(type->cnt == cnt || type->cnt == cnt + 1);
	ASSERT(at <= type->cnt);
	ASSERT(IMPLIES(i < at, memblock_last(&table[i]) < pa));
	ASSERT(IMPLIES(i >= at && i < type->cnt, table[i].base >= pa));
	COVER(type->cnt == REGIONS + 1 && at == 1 && before.here && w < pa);
}
