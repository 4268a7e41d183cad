/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading a device tree that may hold anything.
 */
#include "prove.h"

#include <stdlib.h>

#include <fdt.c>

#include "lib/of/fdt_check.c"
#include "lib/of/of_cells.c"

/* Bytes of a blob, of a structure block, and of a property, at most. */
#define BLOB_BYTES	56
#define BLOCK_BYTES	32
#define PROPERTY_BYTES	32

/* The property that is read: its bytes, and how many. */
static void *property;
static int property_len;

const char *of_name(int node)
{
	(void)node;
	return "node";
}

const char *of_prop_name(enum of_prop prop)
{
	(void)prop;
	return "property";
}

/* The one property there is; or, with a negative length, that there is none. */
const void *of_property(int node, enum of_prop name, int *len)
{
	(void)node;
	(void)name;
	*len = property_len;
	return property_len < 0 ? NULL : property;
}

/* any_bytes(): @size bytes of any content, of which none before or behind may be
 * touched. */
static void *any_bytes(size_t size)
{
	void *bytes = malloc(size);

	ASSUME(bytes);
	return bytes;
}

/* be32(): the cell at @bytes, most significant byte first. */
static uint32_t be32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
	       (uint32_t)bytes[2] << 8 | bytes[3];
}

/*
 * The header check reads nothing outside the bytes it was given, however few, and
 * what it accepts has the magic number, a version that is read here, and a total
 * size that covers the header and stays inside what was given.
 */
void header_check_reads_inside(void)
{
	size_t size = below(BLOB_BYTES + 1);
	const uint8_t *blob = any_bytes(size);

	if (check_header(blob, size))
		return;
	ASSERT(size >= 40);
	ASSERT(be32(blob) == 0xd00dfeed);
	ASSERT(be32(blob + 4) >= 40 && be32(blob + 4) <= size);
	ASSERT(be32(blob + 20) >= 17 && be32(blob + 24) <= 17);
	COVER(size == BLOB_BYTES && be32(blob + 4) == 41);
}

/*
 * From any offset on, of any blob that the header checks accept, libfdt's step
 * from one tag to the next reads nothing outside the blob, and the next offset
 * is none, or no further than its end.
 */
void tag_walk_reads_inside(void)
{
	size_t size = below(BLOB_BYTES + 1);
	const uint8_t *blob = any_bytes(size);
	int offset = nondet_int(), next;

	ASSUME(!check_header(blob, size) && !fdt_check_header(blob));
	ASSUME(offset >= 0);
	fdt_next_tag(blob, offset, &next);
	ASSERT(next < 0 || next <= (int)size);
	COVER(next == 16);
}

/*
 * Our own step from one tag to the next, from wherever it is in any structure
 * block, reads nothing outside the block. A tag that it hands out lies inside with
 * all that belongs to it: a property's value, a name up to its NUL; and what comes
 * next begins behind that, at a multiple of four bytes.
 */
void own_tag_walk_reads_inside(void)
{
	size_t size = below(BLOCK_BYTES + 1);
	struct of_tags tags = { .block = any_bytes(size), .size = (uint32_t)size };
	uint32_t tag, from;

	tags.next = from = (uint32_t)below(BLOCK_BYTES / 4 + 1) * 4;
	tag = of_tags_next(&tags);
	if (tag == FDT_END)
		return;
	ASSERT(!tags.err && tags.at == from && tags.at + 4 <= size);
	ASSERT(tags.next > from && tags.next % 4 == 0);
	ASSERT(tags.next <= ALIGN(size, 4));
	if (tag == FDT_PROP)
		ASSERT(be32((const uint8_t *)of_tags_prop(&tags)->data - 8) <= size - from - 12);
	COVER(tag == FDT_PROP && tags.next == BLOCK_BYTES);
	COVER(tag == FDT_BEGIN_NODE && tags.next == 16);
}

/*
 * A number of up to four cells is the big-endian value of its bytes, and is
 * refused exactly where a cell above the lower two isn't 0; the cells are passed
 * over in either case, and no other byte is read.
 */
void number_is_big_endian(void)
{
	int n = (int)below(FDT_MAX_NCELLS + 1);
	size_t size = 4 * (size_t)n;
	const uint8_t *bytes = any_bytes(size);
	const fdt32_t *cell = (const fdt32_t *)bytes;
	phys_addr_t value, low = 0;
	bool fits, high = false;

	fits = of_number(&cell, n, &value);
	for (int i = 0; i < FDT_MAX_NCELLS; i++) {
		if (i < n && i < n - 2)
			high = high || be32(bytes + 4 * i);
		else if (i < n)
			low = low << 32 | be32(bytes + 4 * i);
	}
	ASSERT((const uint8_t *)cell == bytes + size);
	ASSERT(fits == !high);
	ASSERT(IMPLIES(fits, value == low));
	COVER(fits && n == 4 && value >> 63);
	COVER(!fits && n == 3);
}

/* any_cells(): what of_cells() may return. */
static struct of_cells any_cells(void)
{
	struct of_cells cells = { nondet_int(), nondet_int() };

	ASSUME(cells.address >= -1 && cells.address <= FDT_MAX_NCELLS);
	ASSUME(cells.size >= -1 && cells.size <= FDT_MAX_NCELLS);
	return cells;
}

/* reg_inside(): what is left to read with @it lies inside the property. */
static bool reg_inside(const struct of_reg *it)
{
	long read, entry = 4l * (it->cells.address + it->cells.size);

	if (!it->left)
		return true;
	read = (const uint8_t *)it->cell - (const uint8_t *)property;
	return it->left > 0 && it->left <= PROPERTY_BYTES / 4 &&
	       it->cells.address >= 1 && it->cells.size >= 0 && read >= 0 &&
	       read + it->left * entry <= property_len;
}

/*
 * For any property, of any length, absent ones included, and any numbers of cells
 * that the node above may have, as many entries are begun as fit whole, and none
 * where the cells can't be read.
 */
void reg_start_counts_entries(void)
{
	static uint8_t bytes[PROPERTY_BYTES];
	struct of_cells cells = any_cells();
	struct of_reg it;
	int entry = 4 * (cells.address + cells.size);

	property_len = nondet_int();
	property = bytes;
	ASSUME(property_len <= PROPERTY_BYTES);
	of_reg_start(&it, 0, OF_REG, cells);
	ASSERT(reg_inside(&it));
	if (property_len < 0 || cells.address < 1 || cells.size < 0)
		ASSERT(it.left == 0);
	else
		ASSERT((it.left + 1) * entry > property_len);
	COVER(it.left == 2 && property_len == 31);
	COVER(property_len == 32 && cells.address == 0 && !it.left);
}

/*
 * From wherever the reading of a property is, the next entry is read inside of
 * it, and what is left then is inside too. An entry that is handed out doesn't
 * pass 2^64.
 */
void reg_next_stays_inside(void)
{
	static uint8_t bytes[PROPERTY_BYTES];
	struct of_reg it = { .cells = any_cells(), .left = nondet_int() };
	unsigned long first = below(PROPERTY_BYTES / 4 + 1);

	for (unsigned int i = 0; i < PROPERTY_BYTES; i++)
		bytes[i] = nondet_u8();
	property = bytes;
	property_len = (int)below(PROPERTY_BYTES + 1);
	it.cell = (const fdt32_t *)bytes + first;
	ASSUME(reg_inside(&it) && it.left <= 3);
	if (!of_reg_next(&it)) {
		ASSERT(it.left == 0);
		return;
	}
	ASSERT(reg_inside(&it));
	ASSERT((const uint8_t *)it.cell <= bytes + property_len);
	ASSERT(it.size == 0 || it.base + (it.size - 1) >= it.base);
	COVER(it.left == 0 && it.base > 1 && it.size == -it.base);
}
