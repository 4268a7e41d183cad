/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults on purpose: the boot argument fault=NAME provokes one, so that what is
 * there to notice it can be seen at work (docs/faults.md has them all). Most end
 * the run where they happen, with a trap's or a panic's line. Of the others a
 * line here says whether they were refused. A run with one never passes.
 */
#include <stdlib.h>
#include <string.h>

#include "arch.h"
#include "firmware.h"
#include "gfp.h"
#include "machine.h"
#include "memblock.h"
#include "printk.h"

/* Bytes of a frame that overflows the stack, and those that are written to an
 * array of half that size. */
#define FRAME_SIZE	64

/* read_word(): an access that nobody waits for. */
static void read_word(phys_addr_t pa)
{
	(void)*(volatile unsigned long *)phys_to_virt(pa);
}

/* write_word(): the same, a write. */
static void write_word(phys_addr_t pa)
{
	*(volatile unsigned long *)phys_to_virt(pa) = 0;
}

static bool null(void)
{
	read_word(0);
	return false;
}

/* recurse(): put @depth more frames on the stack. */
static __attribute__((noinline)) unsigned long recurse(unsigned long depth)
{
	volatile char frame[FRAME_SIZE];

	frame[depth % FRAME_SIZE] = 0;
	if (depth == 0)
		return 0;
	return recurse(depth - 1) + (unsigned long)frame[depth % FRAME_SIZE];
}

/* guard(): more of them than the stack holds. */
static bool guard(void)
{
	recurse(STACK_SIZE / FRAME_SIZE);
	return false;
}

static bool write_text(void)
{
	write_word(image_segment("text")->start);
	return false;
}

static bool write_rodata(void)
{
	write_word(image_segment("rodata")->start);
	return false;
}

static bool exec_data(void)
{
	void (*data)(void) = (void (*)(void))(uintptr_t)
			     image_segment("data")->start;

	data();
	return false;
}

/* nomap(): the first no-map range that there is. */
static bool nomap(void)
{
	const struct memblock_region *r;

	for_each_reserved_region(r)
		if (r->flags & MEMBLOCK_NOMAP)
			read_word(r->base);
	return false;
}

/* overrun(): write @size bytes, more than there are. */
static __attribute__((noinline)) void overrun(size_t size)
{
	volatile char array[FRAME_SIZE / 2];
	volatile char *p = array;

	while (size-- > 0)
		*p++ = 'x';
}

/* landing(): a function of the C library, which is built without landing pads, is
 * called by its address; the CPU and the port may have a use for them. */
static bool landing(void)
{
	int (*volatile fn)(int) = abs;

	fn(0);
	return false;
}

/* elsewhere(): where divert() returns to; nobody called this. */
static void elsewhere(void) __attribute__((noreturn));
static void elsewhere(void)
{
	printk("fault: return went unnoticed\n");
	machine_halt(false);
}

/* divert(): overwrite the address that this function returns to. It stands beside the
 * frame's address, before or after it, where it may have a signature in its upper half;
 * it does because another function is called. */
static __attribute__((noinline)) void divert(void)
{
	unsigned long own = (uintptr_t)__builtin_return_address(0);
	volatile unsigned long *frame = __builtin_frame_address(0);

	if (nr_failures() > 0)
		return;
	for (int i = -2; i < 2; i++)
		if ((uint32_t)frame[i] == (uint32_t)own)
			frame[i] = (uintptr_t)elsewhere;
}

/* diverted(): a return address is overwritten, and no array's end before it; the CPU
 * and the port may have signed it. */
static bool diverted(void)
{
	divert();
	return false;
}

static bool smash(void)
{
	overrun(FRAME_SIZE);
	return false;
}

static bool hang(void)
{
	for (volatile bool again = true; again;)
		;
	return false;
}

/* undefined(): what C doesn't define, in an image that checks it (UBSAN=1). */
static bool undefined(void)
{
	volatile int large = __INT_MAX__;

	large = large + 1;
	return false;
}

/* write_free_page(): after free, with the boot argument poison. */
static bool write_free_page(void)
{
	unsigned long before = nr_failures();
	phys_addr_t page = alloc_pages(GFP_KERNEL, 0), pa;

	if (!page || !free_pages(page, 0))
		return false;
	write_word(page);
	do
		pa = alloc_pages(GFP_KERNEL, 0);
	while (pa && pa != page);
	return nr_failures() > before;
}

static bool double_free(void)
{
	phys_addr_t page = alloc_pages(GFP_KERNEL, 0);

	return free_pages(page, 0) && !free_pages(page, 0);
}

static bool foreign_free(void)
{
	return !free_pages(image.start, 0);
}

/* wrong_order(): a block of four pages is given back as one of two. */
static bool wrong_order(void)
{
	phys_addr_t block = alloc_pages(GFP_KERNEL, 2);

	return block && !free_pages(block, 1);
}

static bool out_of_memory(void)
{
	while (alloc_pages(GFP_KERNEL, 0))
		;
	return true;
}

static const struct {
	const char *name;		/* fault=name */
	bool (*provoke)(void);		/* whether it was refused, if it returns */
} faults[] = {
	{ "null",		null },
	{ "guard",		guard },
	{ "write-text",		write_text },
	{ "write-rodata",	write_rodata },
	{ "exec-data",		exec_data },
	{ "nomap",		nomap },
	{ "landing",		landing },
	{ "return",		diverted },
	{ "smash",		smash },
	{ "hang",		hang },
	{ "undefined",		undefined },
	{ "poison",		write_free_page },
	{ "double-free",	double_free },
	{ "foreign-free",	foreign_free },
	{ "wrong-order",	wrong_order },
	{ "out-of-memory",	out_of_memory },
};

/* is_word(): the word at @text, up to white space, is @name. */
static bool is_word(const char *text, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(text, name, len) && strchr(" \t\n", text[len]);
}

void fault(void)
{
	const char *asked = bootarg("fault", NULL);

	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		if (!is_word(asked, faults[i].name))
			continue;
		printk("fault: %s is provoked\n", faults[i].name);
		printk("fault: %s %s\n", faults[i].name,
		       faults[i].provoke() ? "was refused" : "went unnoticed");
		return;
	}
	warn("W-BOOTARG-FAULT",
	     "bootargs: there is no such fault= to provoke; docs/faults.md has the names");
}
