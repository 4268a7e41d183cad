/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * e820: the memory map of PC firmware, the list from which the oldest machines of
 * the road begin. A list of typed ranges, in any order, overlapping at will.
 */
#ifndef E820_H
#define E820_H

#include "types.h"

/* What a range is; where ranges overlap, the higher one counts (Linux's and, to
 * 7, ACPI's numbers: ACPI 6.5, table 15.4). */
enum e820_type {
	E820_TYPE_RAM		= 1,
	E820_TYPE_RESERVED	= 2,
	E820_TYPE_ACPI		= 3,	/* tables, RAM once they are read */
	E820_TYPE_NVS		= 4,	/* the firmware's across sleep */
	E820_TYPE_UNUSABLE	= 5,	/* RAM with errors */
	E820_TYPE_PMEM		= 7,	/* persistent */
	E820_TYPE_PRAM		= 12,	/* persistent, before ACPI knew of it */
	E820_TYPE_SOFT_RESERVED	= 0xefffffff, /* RAM for a special purpose */
};

struct e820_entry {
	phys_addr_t first;	/* first byte */
	phys_addr_t last;	/* last byte; all 64 bits may be needed */
	enum e820_type type;
};

struct e820_table {
	struct e820_entry *entries;
	unsigned long nr_entries;
	unsigned long max;	/* entries there is room for */
};

/* The map: as it was read, and after e820_update_table() as it is. */
extern struct e820_table e820_table;

/* e820_init(): @table is empty. */
void e820_init(struct e820_table *table);

/* e820_add(): one more entry, as the firmware has it; grows from brk. */
void e820_add(struct e820_table *table, phys_addr_t first, phys_addr_t last,
	      enum e820_type type);

/*
 * e820_update_table(): sorted, disjoint, the highest type winning each overlap
 * and neighbours of one type joined, persistent and special-purpose ones
 * excepted: they may tell devices apart.
 */
void e820_update_table(struct e820_table *table);

/* e820_type_name(): @type as Linux prints it: "usable", "ACPI data", ... */
const char *e820_type_name(enum e820_type type);

/*
 * e820_memblock_setup(): what is usable in e820_table, updated by now, into
 * memblock.memory as node 0, whole pages, the rest of it dropped. Panics where
 * there is none. e820_reserve(): page zero, which is the firmware's too.
 */
void e820_memblock_setup(void);
void e820_reserve(void);

#endif
