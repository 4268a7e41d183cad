/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The oldest stage of the road: a list of typed ranges from PC firmware, which
 * may be unsorted, overlap, and name a range twice, becomes a map.
 *
 *	usable	   [===================]
 *	reserved	[----]	    [-------]
 *	ACPI data	   [aaaa]
 *	map	   [===][--][aaa][==][-------]
 *
 * It is cut at every point where an entry begins or ends; between two cuts the
 * same entries hold, and the highest type among them counts, so that whoever
 * wants a byte left alone gets it. How many entries of each type hold is kept
 * while the cuts are walked in order: n log n steps for any map. (Linux does the
 * same in e820__update_table(), with a list of the entries that hold.)
 *
 * Usable ranges go to memblock as those of a device tree do; all other types are
 * no memory.
 */
#include "e820.h"

#include <stdlib.h>
#include <string.h>

#include "arch.h"
#include "brk.h"
#include "memblock.h"
#include "numa.h"
#include "printk.h"

/* Entries of the first table: what the BIOS hands over at most. */
#define INIT_ENTRIES	128

/* Types that there are, ascending, and what Linux calls them. */
static const struct {
	enum e820_type type;
	const char *name;
} types[] = {
	{ E820_TYPE_RAM,	   "usable" },
	{ E820_TYPE_RESERVED,	   "reserved" },
	{ E820_TYPE_ACPI,	   "ACPI data" },
	{ E820_TYPE_NVS,	   "ACPI NVS" },
	{ E820_TYPE_UNUSABLE,	   "unusable" },
	{ E820_TYPE_PMEM,	   "persistent (type 7)" },
	{ E820_TYPE_PRAM,	   "persistent (type 12)" },
	{ E820_TYPE_SOFT_RESERVED, "soft reserved" },
};

/* Why usable bytes are lost: at the ends of a range, above the last address. */
static const struct mem_owner dropped_rounding = {
	.kind = "dropped", .name = "not a whole page",
};
static const struct mem_owner dropped_reach = {
	.kind = "dropped", .name = "beyond what the CPU can address",
};

/* A point where an entry begins to hold, or ceases to. */
struct change {
	phys_addr_t at;		/* the first byte of what is different */
	unsigned int type;	/* index in types[] */
	int by;			/* entries of that type more: 1 or -1 */
};

struct e820_table e820_table;

/* type_index(): where @type is in types[]; one that nobody knows is reserved. */
static unsigned int type_index(enum e820_type type)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i].type == type)
			return i;
	return 1;
}

const char *e820_type_name(enum e820_type type)
{
	return types[type_index(type)].name;
}

void e820_init(struct e820_table *table)
{
	*table = (struct e820_table){ 0 };
}

/* enlarge(): room for twice as many entries. */
static void enlarge(struct e820_table *table)
{
	unsigned long max = table->max ? 2 * table->max : INIT_ENTRIES;
	struct e820_entry *entries = brk_alloc_or_panic(
		max * sizeof(*entries), _Alignof(struct e820_entry),
		"the e820 map");

	if (table->nr_entries)
		memcpy(entries, table->entries,
		       table->nr_entries * sizeof(*entries));
	table->entries = entries;
	table->max = max;
}

void e820_add(struct e820_table *table, phys_addr_t first, phys_addr_t last,
	      enum e820_type type)
{
	if (table->nr_entries == table->max)
		enlarge(table);
	table->entries[table->nr_entries++] = (struct e820_entry){
		.first = first, .last = last, .type = type,
	};
}

/* by_address(): qsort()'s order of changes; which comes first at one address
 * doesn't matter, as all of them are taken together. */
static int by_address(const void *a, const void *b)
{
	const struct change *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

/* list_changes(): the changes of @table in order; returns how many. An entry
 * that ends with the address space never ceases to hold. */
static unsigned long list_changes(const struct e820_table *table,
				  struct change *changes)
{
	unsigned long nr = 0;

	for (unsigned long i = 0; i < table->nr_entries; i++) {
		const struct e820_entry *e = &table->entries[i];
		unsigned int type = type_index(e->type);

		changes[nr++] = (struct change){ e->first, type, 1 };
		if (e->last != PHYS_ADDR_MAX)
			changes[nr++] = (struct change){
				e->last + 1, type, -1 };
	}
	qsort(changes, nr, sizeof(*changes), by_address);
	return nr;
}

/* keeps_apart(): neighbours of @type aren't joined. */
static bool keeps_apart(enum e820_type type)
{
	return type == E820_TYPE_PRAM || type == E820_TYPE_SOFT_RESERVED;
}

/* append(): [@first, @last] of @type behind @table's entries, or joined to the
 * last of them. */
static void append(struct e820_table *table, phys_addr_t first,
		   phys_addr_t last, enum e820_type type)
{
	struct e820_entry *end = table->nr_entries
		? &table->entries[table->nr_entries - 1] : NULL;

	if (end && end->type == type && !keeps_apart(type) &&
	    end->last + 1 == first)
		end->last = last;
	else
		e820_add(table, first, last, type);
}

/* highest(): the index of the highest type that holds, or -1. */
static int highest(const unsigned long held[ARRAY_SIZE(types)])
{
	int i = ARRAY_SIZE(types) - 1;

	while (i >= 0 && !held[i])
		i--;
	return i;
}

void e820_update_table(struct e820_table *table)
{
	unsigned long held[ARRAY_SIZE(types)] = { 0 }, nr, i = 0;
	struct e820_table updated;
	struct change *changes = brk_alloc_or_panic(
		2 * table->nr_entries * sizeof(*changes),
		_Alignof(struct change), "the e820 map");

	e820_init(&updated);
	nr = list_changes(table, changes);
	while (i < nr) {
		phys_addr_t at = changes[i].at;
		int type;

		for (; i < nr && changes[i].at == at; i++)
			held[changes[i].type] += (unsigned long)changes[i].by;
		type = highest(held);
		if (type >= 0)
			append(&updated, at, i < nr ? changes[i].at - 1
						    : PHYS_ADDR_MAX,
			       types[type].type);
	}
	*table = updated;
}

/* add_usable(): usable entries into memblock.memory. */
static int add_usable(void)
{
	int err = 0;

	for (unsigned long i = 0; i < e820_table.nr_entries && !err; i++) {
		const struct e820_entry *e = &e820_table.entries[i];

		/* All 2^64 bytes have no size; no machine has them. */
		if (e->type == E820_TYPE_RAM && e->last - e->first + 1)
			err = memblock_add_node(e->first,
						e->last - e->first + 1, 0,
						MEMBLOCK_NONE);
	}
	return err;
}

/* drop_unreachable(): what needs more address bits than the CPU has. */
static int drop_unreachable(void)
{
	phys_addr_t limit = (phys_addr_t)1 << arch_phys_bits();
	phys_addr_t before = memblock_phys_mem_size();
	int err = memblock_drop(limit, -limit, &dropped_reach);

	if (memblock_phys_mem_size() != before)
		warn("W-MEM-REACH",
		     "0x%llx usable bytes of the map lie above the %u address bits of this CPU; they are dropped",
		     before - memblock_phys_mem_size(), arch_phys_bits());
	return err;
}

void e820_memblock_setup(void)
{
	static const uint32_t node_zero;

	numa_init(&node_zero, 1);
	if (add_usable() || drop_unreachable() ||
	    memblock_trim_memory(PAGE_SIZE, &dropped_rounding))
		panic("e820: the map has more ranges than the region tables can grow to");
	if (!memblock.memory.cnt)
		panic("e820: no usable page in the map: it needs a range of type usable");
}

void e820_reserve(void)
{
	if (memblock_is_memory(0) &&
	    memblock_reserve_owner(0, PAGE_SIZE, MEMBLOCK_NONE,
				   &owner_page_zero))
		panic("memblock: no room to record page zero");
}
