/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * brk: a bump allocator over a region of the image.
 *
 * Before the device tree has been read no byte of RAM may be touched but the
 * image's own, so linker.ld sets a region of it aside. An allocation moves one
 * pointer; nothing is ever freed. Once bootmem can answer, the region is sealed
 * and the pages that were never used go back to the machine (x86 Linux closes
 * its brk the same way, in reserve_brk()). A device tree that asks for more than
 * the image has makes its reader look for RAM that is nobody's; the pointer then
 * goes on there.
 */
#include "brk.h"

#include <string.h>

#include "arch.h"
#include "fail_alloc.h"
#include "printk.h"
#include "stage.h"

/* The region: [brk_start, brk_limit), of which [brk_start, brk_cur) is used. */
static phys_addr_t brk_start, brk_cur, brk_limit;

/* Bytes handed out of regions before this one. */
static size_t used_before;

/* No allocation is legal any more. */
static bool sealed;

void brk_init(phys_addr_t start, phys_addr_t end)
{
	brk_start = start;
	brk_cur = start;
	brk_limit = end;
	used_before = 0;
	sealed = false;
}

void brk_extend(phys_addr_t start, phys_addr_t end)
{
	stage_allow(ALLOC_BRK, __func__);
	used_before = brk_used();
	brk_start = start;
	brk_cur = start;
	brk_limit = end;
}

void *brk_alloc(size_t size, size_t align)
{
	phys_addr_t begin = ALIGN(brk_cur, align);
	void *mem;

	stage_allow(ALLOC_BRK, __func__);
	BUG_ON(sealed, "brk_alloc(%zu) after brk_seal()", size);
	BUG_ON(!is_power_of_2(align), "brk_alloc() with alignment %zu", align);
	if (begin > brk_limit || size > brk_limit - begin || fail_alloc())
		return NULL;
	brk_cur = begin + size;
	mem = phys_to_virt(begin);
	memset(mem, 0, size);
	return mem;
}

void *brk_alloc_or_panic(size_t size, size_t align, const char *what)
{
	void *mem = brk_alloc(size, align);

	if (!mem)
		panic("brk: no room for %zu bytes of %s; %zu bytes are used, %llu are left: enlarge BRK_SIZE in linker.ld",
		      size, what, brk_used(), brk_left());
	return mem;
}

void brk_seal(phys_addr_t *start, phys_addr_t *end)
{
	sealed = true;
	*start = MIN(ALIGN(brk_cur, PAGE_SIZE), brk_limit);
	*end = brk_limit;
	brk_limit = *start;
}

size_t brk_used(void)
{
	return used_before + (size_t)(brk_cur - brk_start);
}

phys_addr_t brk_left(void)
{
	return brk_limit - brk_cur;
}
