/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RAM set aside by name on the command line.
 *
 *	reserve_mem=12M:4096:trace reserve_mem=1M:2M:oops
 *
 * Each becomes a reservation in whole pages whose owner has that name, so the
 * ledger has a line for it. A word that can't be read, a name that is taken or
 * too long, and more than there is room for: each is a warning, and the boot goes
 * on without.
 */
#include "reserve_mem.h"

#include <string.h>

#include "machine.h"
#include "memblock.h"
#include "numa.h"
#include "paging.h"
#include "printk.h"

/* One that was reserved. */
struct reserve_mem {
	char name[RESERVE_MEM_NAME_SIZE];	/* as given, with a NUL */
	struct mem_owner owner;			/* who holds it: its name */
	phys_addr_t start, size;		/* whole pages */
};

static struct reserve_mem entries[RESERVE_MEM_MAX_ENTRIES];

/* How many of entries are in use. */
static unsigned int nr_entries;

/* find(): the entry of the @len characters at @name, or NULL. */
static const struct reserve_mem *find(const char *name, size_t len)
{
	for (unsigned int i = 0; i < nr_entries; i++)
		if (strlen(entries[i].name) == len &&
		    !strncmp(entries[i].name, name, len))
			return &entries[i];
	return NULL;
}

/* number(): the number at *@text and the colon behind it, both skipped; 0 where
 * that isn't what is there. */
static phys_addr_t number(const char **text)
{
	const char *end;
	phys_addr_t value = memparse(*text, &end);

	if (end == *text || *end != ':')
		return 0;
	*text = end + 1;
	return value;
}

/* reserve(): @size bytes at a multiple of @align for the @len characters at
 * @name. Returns NULL, or why not. */
static const char *reserve(phys_addr_t size, phys_addr_t align,
			   const char *name, size_t len)
{
	struct reserve_mem *entry = &entries[nr_entries];

	if (find(name, len))
		return "that name is taken";
	if (nr_entries == RESERVE_MEM_MAX_ENTRIES)
		return "there is no room for more names";
	memcpy(entry->name, name, len);
	entry->name[len] = '\0';
	entry->owner = (struct mem_owner){
		"reserved", entry->name, NULL, VM_READ | VM_WRITE };
	entry->size = PFN_PHYS(PFN_UP(size));
	entry->start = memblock_alloc_range_nid(entry->size,
						MAX(align, PAGE_SIZE), 0,
						MEMBLOCK_ALLOC_ACCESSIBLE,
						NUMA_NO_NODE, false,
						&entry->owner);
	if (!entry->start)
		return "no such memory is free";
	nr_entries++;
	return NULL;
}

/* set_up(): one argument, the text behind 'reserve_mem='. Returns NULL, or why
 * there is no such reservation. */
static const char *set_up(const char *text)
{
	phys_addr_t size = number(&text), align = size ? number(&text) : 0;
	size_t len = strcspn(text, " \t\n");

	if (!is_power_of_2(align) || !len || len >= RESERVE_MEM_NAME_SIZE)
		return "it takes size:alignment:name, a power of two and at most 15 characters";
	return reserve(size, align, text, len);
}

void reserve_mem_setup(void)
{
	const char *text = NULL;

	nr_entries = 0;
	while ((text = bootarg("reserve_mem", text)) != NULL) {
		const char *error = set_up(text);

		if (error)
			warn("W-BOOTARG-RESERVE-MEM",
			     "bootargs: reserve_mem=%.*s: %s; nothing is reserved for it",
			     (int)strcspn(text, " \t\n"), text, error);
	}
}

bool reserve_mem_find_by_name(const char *name, phys_addr_t *start,
			      phys_addr_t *size)
{
	const struct reserve_mem *entry = find(name, strlen(name));

	if (!entry)
		return false;
	*start = entry->start;
	*size = entry->size;
	return true;
}
