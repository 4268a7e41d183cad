/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PC's memory map out of a boot log, where the kernel prints one line a range:
 *
 *	[    0.000000] BIOS-e820: [mem 0x0000000000100000-0x00000000bffdffff] usable
 *
 * Whatever stands before BIOS-e820 is passed over, and every other line. A range
 * that ends before it begins is named and left out; one that ends just before it
 * begins is empty, which firmware likes to hand over.
 */
#include "e820.h"
#include "printk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

/* What a range is, by how its name in the log begins. */
static const struct {
	const char *name;
	enum e820_type type;
} names[] = {
	{ "usable",		  E820_TYPE_RAM },
	{ "reserved",		  E820_TYPE_RESERVED },
	{ "ACPI data",		  E820_TYPE_ACPI },
	{ "ACPI NVS",		  E820_TYPE_NVS },
	{ "unusable",		  E820_TYPE_UNUSABLE },
	{ "persistent (type 7)",  E820_TYPE_PMEM },
	{ "persistent (type 12)", E820_TYPE_PRAM },
	{ "persistent",		  E820_TYPE_PMEM },
	{ "soft reserved",	  E820_TYPE_SOFT_RESERVED },
	{ "type ",		  E820_TYPE_RESERVED },
};

/* find_type(): the type called @name; false where nobody is called so. */
static bool find_type(const char *name, enum e820_type *type)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strncmp(name, names[i].name, strlen(names[i].name)))
			continue;
		*type = names[i].type;
		return true;
	}
	return false;
}

/* number(): the hexadecimal number at *@text, *@text moved behind it and the
 * @end that must follow; false where it is none, or one of more than 64 bits. */
static bool number(char **text, char end, phys_addr_t *value)
{
	char *start = *text;

	errno = 0;
	*value = strtoull(start, text, 16);
	return *text != start && !errno && *(*text)++ == end;
}

/* copy_printable(): @text for a message. */
static const char *copy_printable(char copy[80], const char *text)
{
	size_t n = 0;

	for (; text[n] && n < 79; n++)
		copy[n] = printable(text[n]);
	copy[n] = '\0';
	return copy;
}

/* add(): the range whose line has @text behind 'BIOS-e820: '. */
static void add(char *text)
{
	phys_addr_t first, last;
	enum e820_type type;
	char *at = text, copy[80];

	if (strncmp(at, "[mem ", 5) || (at += 5, !number(&at, '-', &first)) ||
	    !number(&at, ']', &last) || *at++ != ' ') {
		warn("W-E820-LINE",
		     "'%s' is no range '[mem 0x...-0x...] type'; it is ignored",
		     copy_printable(copy, text));
		return;
	}
	if (!find_type(at, &type)) {
		warn("W-E820-LINE",
		     "[mem 0x%016llx-0x%016llx] is of no known type, '%s'; it is reserved",
		     first, last, copy_printable(copy, at));
		type = E820_TYPE_RESERVED;
	}
	if (last >= first)
		e820_add(&e820_table, first, last, type);
	else if (last + 1 == first)
		printk("e820: the range at 0x%016llx is empty\n", first);
	else
		warn("W-E820-LINE",
		     "[mem 0x%016llx-0x%016llx] ends before it begins; it is ignored",
		     first, last);
}

/* print_table(): the map as it is now. */
static void print_table(void)
{
	for (unsigned long i = 0; i < e820_table.nr_entries; i++) {
		const struct e820_entry *e = &e820_table.entries[i];

		printk("e820: [mem 0x%016llx-0x%016llx] %s\n", e->first,
		       e->last, e820_type_name(e->type));
	}
}

void e820_read_log(const struct blob *blob)
{
	static const char mark[] = "BIOS-e820: ";
	char *text = strndup(blob->data, blob->size), *line, *next;

	e820_init(&e820_table);
	for (line = text; line; line = next) {
		char *at;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		at = strstr(line, mark);
		if (at)
			add(at + strlen(mark));
	}
	free(text);
	if (!e820_table.nr_entries)
		panic("no line 'BIOS-e820: [mem 0x...-0x...] usable' in the log: it must be of a PC's boot, from its first second on");
	e820_update_table(&e820_table);
	print_table();
}
