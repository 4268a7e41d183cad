/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who holds which part of memory before anybody allocates.
 *
 * Every reservation is collected as a claim: the running image, the blob, the
 * reservation block, /reserved-memory, /chosen. Sorted they go to memblock, those
 * that overlap by rank; it keeps the first owner of each byte. So what is
 * protected is the union of all, and the rank alone decides who holds an
 * overlap and whether it is mapped:
 *
 *	plain	   [............]
 *	no-map		  [xxxxxxxxxx]
 *	result	   [......[xxxxxxxxxx]
 *
 * Reservations are rounded outwards to pages. What lies outside RAM protects
 * nothing and is left out, the image and the blob excepted: they are in use.
 */
#include "of.h"

#include <string.h>

#include "arch.h"
#include "brk.h"
#include "machine.h"
#include "of_private.h"
#include "paging.h"
#include "printk.h"

/* Overlaps that are listed one by one; a tree can hold millions of pairs. */
#define OVERLAPS_MAX	256

/* Room for arch_firmware_name()'s answer. */
#define FIRMWARE_NAME_SIZE	64

static const struct mem_owner dtb_owner = {
	.kind = "dtb", .name = "device tree", .prot = VM_READ,
};
static const struct mem_owner firmware_owner = {
	.kind = "firmware", .name = "below the image, named by nobody",
};

/* claim_own(): the image, what brk has besides, and the blob, unless that is no
 * part of this machine's memory: then it has no size. */
static void claim_own(struct of_claim **claims)
{
	if (image.end != image.start)
		of_claim_add(claims, &(struct of_claim){
			.name = "the running image", .rank = OF_RANK_IMAGE,
			.base = image.start, .size = image.end - image.start });
	if (machine.dtb_size)
		of_claim_add(claims, &(struct of_claim){
			.name = dtb_owner.name, .rank = OF_RANK_DTB,
			.base = machine.dtb, .size = machine.dtb_size,
			.owner = &dtb_owner });
	of_claim_brk(claims);
}

/* expected_overlap(): boot loaders list the blob and the initrd in the
 * reservation block, as the boot protocols ask of them. */
static bool expected_overlap(const struct of_claim *a,
			     const struct of_claim *b)
{
	int low = MIN(a->rank, b->rank), high = MAX(a->rank, b->rank);

	return high == OF_RANK_MEMRESERVE &&
	       (low == OF_RANK_DTB || low == OF_RANK_INITRD);
}

/*
 * warn_overlap(): @a and @b share bytes; the lower rank holds them. Where it is
 * the image that runs in what somebody wants for himself, nothing can be trusted
 * any more: the boot goes on to its end, and fails.
 */
static void warn_overlap(const struct of_claim *a, const struct of_claim *b)
{
	const struct of_claim *holder = a->rank <= b->rank ? a : b;
	phys_addr_t last = MIN(of_claim_last(a), of_claim_last(b));

	if (holder->rank == OF_RANK_IMAGE)
		fail("W-RSV-IMAGE",
		     "%s and %s overlap at " RANGE "; %s stays and is mapped, but whoever reserved it may write there: load the image elsewhere or correct the reservation",
		     a->name, b->name, b->base, last, holder->name);
	else
		warn("W-RSV-OVERLAP", "%s and %s overlap at " RANGE "; %s holds it",
		     a->name, b->name, b->base, last, holder->name);
}

/* warn_overlaps(): one warning a pair; @claims are in address order. */
static void warn_overlaps(const struct of_claim *claims)
{
	const struct of_claim *a, *b;
	unsigned int listed = 0;

	for (a = claims; a; a = a->next) {
		for (b = a->next; b && b->base <= of_claim_last(a);
		     b = b->next) {
			if (expected_overlap(a, b))
				continue;
			if (listed++ == OVERLAPS_MAX) {
				warn("W-RSV-OVERLAP",
				     "more than %u pairs of reservations overlap; the others aren't listed, all are protected",
				     OVERLAPS_MAX);
				return;
			}
			warn_overlap(a, b);
		}
	}
}

/* touches(): something of the tree's own reservations is in [@start, @end). */
static bool touches(const struct of_claim *claims, phys_addr_t start,
		    phys_addr_t end)
{
	for (; claims; claims = claims->next) {
		bool named = claims->rank != OF_RANK_IMAGE &&
			     claims->rank != OF_RANK_DTB &&
			     claims->rank != OF_RANK_INITRD;

		if (named && claims->base < end &&
		    of_claim_last(claims) >= start)
			return true;
	}
	return false;
}

/*
 * claim_firmware(): whatever started us lives, as a rule, where the bank begins
 * that we are in. Where the tree names nothing there, all that is below us in it
 * is taken for firmware's.
 */
static void claim_firmware(struct of_claim **claims)
{
	char firmware[FIRMWARE_NAME_SIZE];
	long bank = memblock_search(&memblock.memory, image.start);
	phys_addr_t start;

	if (bank < 0 || !arch_firmware_in_ram())
		return;
	start = memblock.memory.regions[bank].base;
	if (start == image.start || touches(*claims, start, start + PAGE_SIZE))
		return;
	arch_firmware_name(firmware, sizeof(firmware));
	warn("W-FIRMWARE-UNNAMED",
	     "no reservation names where %s lives; " RANGE " below the image is reserved for it",
	     firmware, start, image.start - 1);
	of_claim_add(claims, &(struct of_claim){
		.name = "firmware", .rank = OF_RANK_FIRMWARE, .base = start,
		.size = image.start - start, .owner = &firmware_owner });
}

/* by_rank(): the order in which claims are given to memblock. */
static int by_rank(const struct of_claim *a, const struct of_claim *b)
{
	return a->rank != b->rank ? a->rank - b->rank : of_claim_order(a, b);
}

/* segment_kind(): the ledger's word for a segment of the image. */
static const char *segment_kind(const struct image_segment *segment)
{
	if (!segment->prot || !strcmp(segment->name, "stack"))
		return "stack";
	return !strcmp(segment->name, "brk") ? "brk" : "image";
}

/* reserve_image(): each segment of the image with its own permission. */
static void reserve_image(void)
{
	for (unsigned int i = 0; i < image.nr_segments; i++) {
		const struct image_segment *segment = &image.segment[i];
		struct mem_owner *owner;

		if (segment->start == segment->end)
			continue;
		owner = brk_alloc_or_panic(sizeof(*owner),
					   _Alignof(struct mem_owner),
					   "the image's segments");
		owner->kind = segment_kind(segment);
		owner->name = segment->name;
		owner->prot = segment->prot;
		of_must(memblock_reserve_owner(segment->start,
					       segment->end - segment->start,
					       MEMBLOCK_NONE, owner));
	}
}

/* reserve_part(): [@base, @last] for @claim, rounded outwards to pages. */
static void reserve_part(const struct of_claim *claim, phys_addr_t base,
			 phys_addr_t last)
{
	base = ALIGN_DOWN(base, PAGE_SIZE);
	last |= PAGE_SIZE - 1;
	of_must(memblock_reserve_owner(base, last - base + 1, claim->flags,
				       claim->owner));
}

/* reserve_inside(): what of @claim is RAM. Memory regions are whole pages. */
static void reserve_inside(const struct of_claim *claim)
{
	phys_addr_t first = ALIGN_DOWN(claim->base, PAGE_SIZE);
	phys_addr_t last = of_claim_last(claim) | (PAGE_SIZE - 1);
	unsigned long i = memblock_lower_bound(&memblock.memory, first);

	for (; i < memblock.memory.cnt; i++) {
		const struct memblock_region *r = &memblock.memory.regions[i];

		if (r->base > last)
			break;
		reserve_part(claim, MAX(first, r->base),
			     MIN(last, memblock_last(r)));
	}
}

/* covered(): bytes of @claim that regions of @type hold. */
static phys_addr_t covered(const struct memblock_type *type,
			   const struct of_claim *claim)
{
	unsigned long i = memblock_lower_bound(type, claim->base);
	phys_addr_t sum = 0, last = of_claim_last(claim);

	for (; i < type->cnt && type->regions[i].base <= last; i++) {
		const struct memblock_region *r = &type->regions[i];

		sum += MIN(last, memblock_last(r)) - MAX(claim->base, r->base);
		sum++;
	}
	return sum;
}

/* check_inside(): say so where part of @claim isn't RAM, used or dropped. */
static void check_inside(const struct of_claim *claim)
{
	phys_addr_t inside = covered(&memblock.memory, claim) +
			     covered(&memblock.dropped, claim);

	if (inside == claim->size)
		return;
	warn(claim->rank == OF_RANK_INITRD ? "W-INITRD" : "W-RSV-OUTSIDE",
	     "%s " RANGE ": 0x%llx of its 0x%llx bytes are no memory; the rest is honoured",
	     claim->name, claim->base, of_claim_last(claim),
	     claim->size - inside, claim->size);
}

/* reserve(): @claim into memblock.reserved. */
static void reserve(const struct of_claim *claim)
{
	switch (claim->rank) {
	case OF_RANK_IMAGE:
		reserve_image();
		break;
	case OF_RANK_DTB:
		reserve_part(claim, claim->base, of_claim_last(claim));
		break;
	default:
		check_inside(claim);
		reserve_inside(claim);
	}
}

/* cut_group(): cut @list, in address order, behind the first claims that share
 * pages with each other, directly or by way of others; returns the rest. */
static struct of_claim *cut_group(struct of_claim *list)
{
	phys_addr_t last = of_claim_last(list) | (PAGE_SIZE - 1);
	struct of_claim *rest;

	while (list->next && list->next->base <= last) {
		list = list->next;
		last = MAX(last, of_claim_last(list) | (PAGE_SIZE - 1));
	}
	rest = list->next;
	list->next = NULL;
	return rest;
}

/*
 * reserve_all(): @claims, in address order. Only where claims share pages does it
 * matter who comes first; so each such group is taken by rank, and all of them
 * by address, which puts new regions at the end of memblock's list.
 */
static void reserve_all(struct of_claim *claims)
{
	while (claims) {
		struct of_claim *rest = cut_group(claims), *c;

		for (c = of_claim_sort(claims, by_rank); c; c = c->next)
			reserve(c);
		claims = rest;
	}
}

/* reserve_page_zero(): an address of 0 means "none" everywhere. */
static void reserve_page_zero(void)
{
	if (memblock_is_memory(0))
		of_must(memblock_reserve_owner(0, PAGE_SIZE, MEMBLOCK_NONE,
					       &owner_page_zero));
}

void of_scan_reserved(void)
{
	struct of_claim *claims = NULL, *dynamic = NULL;

	of_brk_ensure((phys_addr_t)(of_count_regions() +
				    of_count_memreserve()) * OF_RANGE_BYTES);
	claim_own(&claims);
	of_claim_memreserve(&claims);
	of_claim_regions(&claims, &dynamic);
	of_claim_chosen(&claims);
	claims = of_claim_sort(claims, of_claim_order);
	warn_overlaps(claims);
	claim_firmware(&claims);
	reserve_all(of_claim_sort(claims, of_claim_order));
	reserve_page_zero();
	of_probe_memory();
	of_place_dynamic(dynamic);
}
