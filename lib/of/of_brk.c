/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Room for what a tree makes us remember, however much that is.
 *
 * The image's own brk is enough for any board. A tree with thousands of ranges
 * wants more before it is known which RAM is free, and nothing that somebody
 * reserved may be touched. So the tree is asked once more, without remembering
 * anything: a bank is divided into a few thousand equal pieces, one bit each;
 * every reservation there is marks the pieces that it touches; a run of pieces
 * without a mark that is long enough is nobody's.
 *
 *	bank	[ . . . x x x . . . . . . . . x . ]
 *		    image ^   ^ room	     ^ a reservation
 *
 * That costs one pass over the tree for each bank that is tried, in whatever
 * order the reservations stand. Banks that may be taken out are left alone, so
 * is everything below the image where firmware may live there that nobody names,
 * and what a crashed kernel before us said not to use.
 */
#include <limits.h>
#include <string.h>

#include "arch.h"
#include "brk.h"
#include "machine.h"
#include "of_private.h"
#include "paging.h"
#include "printk.h"

/* Pieces of a bank, and banks that are tried. */
#define PIECES		4096
#define TRIES_MAX	64

/* What is asked for on top: tables begin with whole pages. */
#define SLACK		((phys_addr_t)64 << 10)

static const struct mem_owner brk_owner = {
	.kind = "brk", .name = "brk, extended", .prot = VM_READ | VM_WRITE,
};

/* Memory that brk was extended by; stands at its own beginning. */
struct extension {
	struct extension *next;
	phys_addr_t start, end;
};

/* All of them. */
static struct extension *extensions;

/* A bank under examination. */
struct bank {
	phys_addr_t start, end;		/* whole pages */
	phys_addr_t piece;		/* bytes of a piece, whole pages */
	uint8_t taken[PIECES / 8];	/* a bit a piece */
};

/* mark(): [@start, @start + @size) is somebody's; cut at 2^64. */
static void mark(struct bank *bank, phys_addr_t start, phys_addr_t size)
{
	phys_addr_t last = start + (size - 1);

	if (size && last < start)
		last = PHYS_ADDR_MAX;
	if (!size || start >= bank->end || last < bank->start)
		return;
	start = MAX(start, bank->start) - bank->start;
	last = MIN(last, bank->end - 1) - bank->start;
	for (phys_addr_t i = start / bank->piece; i <= last / bank->piece; i++)
		bank->taken[i / 8] |= (uint8_t)(1u << i % 8);
}

/* mark_property(): the ranges in @node's property @name. */
static void mark_property(struct bank *bank, int node, enum of_prop name,
			  struct of_cells cells)
{
	struct of_reg reg;

	of_reg_peek(&reg, node, name, cells);
	while (of_reg_next(&reg))
		mark(bank, reg.base, reg.size);
}

/* mark_own(): what is in use right now, and where firmware may live that nobody names
 * all below the image: RAM that several banks describe is one, so it may be in another
 * bank than the image. */
static void mark_own(struct bank *bank)
{
	phys_addr_t start = arch_firmware_in_ram() ? 0 : image.start;

	mark(bank, start, image.end - start);
	mark(bank, machine.dtb, machine.dtb_size);
	for (const struct extension *e = extensions; e; e = e->next)
		mark(bank, e->start, e->end - e->start);
}

/* mark_memreserve(): the reservation block. */
static void mark_memreserve(struct bank *bank)
{
	phys_addr_t base, size;

	for (unsigned int i = 0; of_memreserve(i, &base, &size); i++)
		mark(bank, base, size);
}

/* mark_regions(): the children of /reserved-memory, disabled ones too. */
static void mark_regions(struct bank *bank)
{
	int parent, node;

	of_for_each_child(parent, OF_ROOT) {
		struct of_cells cells;

		if (!of_is_regions(parent))
			continue;
		cells = of_cells(parent, of_root_cells());
		of_for_each_child(node, parent)
			mark_property(bank, node, OF_REG, cells);
	}
}

/* mark_chosen(): the initrd, and other ranges that /chosen names. */
static void mark_chosen(struct bank *bank)
{
	int chosen = of_top("chosen");
	phys_addr_t start, end;

	if (chosen < 0)
		return;
	if (of_initrd(chosen, &start, &end))
		mark(bank, start, end - start);
	for (size_t i = 0; of_chosen_range(i) != NR_OF_PROPS; i++)
		mark_property(bank, chosen, of_chosen_range(i),
			      of_root_cells());
}

/* find_run(): @bytes in a row that nobody marked; 0 where there are none. */
static phys_addr_t find_run(const struct bank *bank, phys_addr_t bytes)
{
	phys_addr_t pieces = (bank->end - bank->start) / bank->piece;
	phys_addr_t run = 0;

	for (phys_addr_t i = 0; i < pieces; i++) {
		run = bank->taken[i / 8] & 1u << i % 8 ? 0 : run + 1;
		if (run * bank->piece >= bytes)
			return bank->start + (i + 1 - run) * bank->piece;
	}
	return 0;
}

/* answers(): there is memory at both ends of [@start, @start + @bytes). */
static bool answers(phys_addr_t start, phys_addr_t bytes)
{
	return of_memory_answers(start) &&
	       of_memory_answers(start + bytes - sizeof(long));
}

/* find_in(): @bytes that nobody claims in RAM at [@start, @end]; 0: none. */
static phys_addr_t find_in(phys_addr_t start, phys_addr_t end,
			   phys_addr_t bytes)
{
	static struct bank bank;
	phys_addr_t pa;

	memset(&bank, 0, sizeof(bank));
	bank.start = MAX(ALIGN(start, PAGE_SIZE), PAGE_SIZE);
	bank.end = ALIGN_DOWN(end, PAGE_SIZE);
	if (bank.end < bank.start || bank.end - bank.start < bytes)
		return 0;
	bank.piece = ALIGN((bank.end - bank.start) / PIECES + 1, PAGE_SIZE);
	mark_own(&bank);
	mark_memreserve(&bank);
	mark_regions(&bank);
	mark_chosen(&bank);
	pa = find_run(&bank, bytes);
	return pa && answers(pa, bytes) ? pa : 0;
}

/* highest_address(): the end of what can be addressed without page tables. */
static phys_addr_t highest_address(void)
{
	unsigned int bits = arch_phys_bits();

	return MIN(ULONG_MAX, bits < 64 ? ((phys_addr_t)1 << bits) - 1
					: PHYS_ADDR_MAX);
}

/* find_usable(): @bytes in that part of the bank @reg which may be used. */
static phys_addr_t find_usable(const struct of_reg *reg, phys_addr_t bytes)
{
	phys_addr_t last = MIN(reg->base + (reg->size - 1), highest_address());
	int chosen = of_top("chosen");
	phys_addr_t pa = 0;
	struct of_reg keep;

	if (chosen < 0 || !of_has(chosen, OF_USABLE_RANGE))
		return find_in(reg->base, last, bytes);
	of_reg_peek(&keep, chosen, OF_USABLE_RANGE, of_root_cells());
	while (!pa && of_reg_next(&keep))
		if (keep.size)
			pa = find_in(MAX(reg->base, keep.base),
				     MIN(last, keep.base + (keep.size - 1)),
				     bytes);
	return pa;
}

/* find_room(): @bytes of RAM that nobody claims; 0 where none was found. */
static phys_addr_t find_room(phys_addr_t bytes)
{
	int node, tries = 0;

	of_for_each_child(node, OF_ROOT) {
		struct of_reg reg;

		if (!of_is_memory(node) || of_has(node, OF_HOTPLUGGABLE))
			continue;
		of_reg_peek(&reg, node, of_memory_ranges(node),
			    of_root_cells());
		while (tries < TRIES_MAX && of_reg_next(&reg)) {
			phys_addr_t pa = 0;

			if (reg.size < bytes)
				continue;
			tries++;
			pa = find_usable(&reg, bytes);
			if (pa)
				return pa;
		}
	}
	return 0;
}

void of_brk_start(void)
{
	extensions = NULL;
}

bool of_brk_ensure(phys_addr_t bytes)
{
	struct extension *new;
	phys_addr_t start;

	if (brk_left() >= bytes + SLACK)
		return true;
	bytes = ALIGN(bytes + SLACK, PAGE_SIZE);
	start = find_room(bytes);
	if (!start) {
		printk("of: no 0x%llx bytes in a row are nobody's, of which the tree's ranges may need a part; 0x%llx are left of brk\n",
		       bytes, brk_left());
		return false;
	}
	printk("of: brk goes on at " RANGE " for the tree's many ranges\n",
	       start, start + bytes - 1);
	brk_extend(start, start + bytes);
	new = brk_alloc_or_panic(sizeof(*new), _Alignof(struct extension),
				 "brk itself");
	new->start = start;
	new->end = start + bytes;
	new->next = extensions;
	extensions = new;
	return true;
}

void of_claim_brk(struct of_claim **claims)
{
	for (const struct extension *e = extensions; e; e = e->next)
		of_claim_add(claims, &(struct of_claim){
			.name = brk_owner.name, .rank = OF_RANK_DTB,
			.base = e->start, .size = e->end - e->start,
			.owner = &brk_owner });
}
