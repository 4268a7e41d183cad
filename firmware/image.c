/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the running image is, piece by piece.
 *
 * linker.ld sets a symbol at each border. Their addresses are taken relative to
 * the program counter, so they are right wherever the image runs; the table of
 * them is filled at run time because of that too.
 */
#include "brk.h"
#include "machine.h"
#include "memblock.h"
#include "paging.h"
#include "printk.h"

#include "arch/common/settle.h"
#include "firmware.h"

/* Borders of the segments, ascending; see linker.ld. */
extern char image_start[], image_rodata[], image_data[], image_guard[],
	    image_stack[], image_brk[], image_end[];

struct image image;

/* add_segment(): the next segment is [@start, @end), page aligned. */
static void add_segment(const char *name, const char *start, const char *end,
			unsigned int prot)
{
	image.segment[image.nr_segments++] = (struct image_segment) {
		.start = (uintptr_t)start,
		.end = (uintptr_t)end,
		.name = name,
		.prot = prot,
	};
}

/* check_sum(): the image is as it was built; nothing can be believed where it
 * isn't. */
static void check_sum(void)
{
	const volatile struct image_sum *built = &image_sum;

	if (built->words == 0 && built->sums == 0)
		return;
	if (built->words != image_sum_found.words ||
	    built->sums != image_sum_found.sums)
		panic("this image isn't what was built: it sums up to %016llx %016llx, not to %016llx %016llx; whatever loaded it here changed it, or put something over it",
		      (unsigned long long)image_sum_found.words,
		      (unsigned long long)image_sum_found.sums,
		      (unsigned long long)built->words,
		      (unsigned long long)built->sums);
}

void image_init(void)
{
	check_sum();
	image.start = (uintptr_t)image_start;
	image.end = (uintptr_t)image_end;
	image.nr_segments = 0;
	add_segment("text", image_start, image_rodata, VM_READ | VM_EXEC);
	add_segment("rodata", image_rodata, image_data, VM_READ);
	add_segment("data", image_data, image_guard, VM_READ | VM_WRITE);
	add_segment("guard", image_guard, image_stack, 0);
	add_segment("stack", image_stack, image_brk, VM_READ | VM_WRITE);
	add_segment("brk", image_brk, image_end, VM_READ | VM_WRITE);
	memblock_init();
	brk_init(image_segment("brk")->start, image_segment("brk")->end);
}
