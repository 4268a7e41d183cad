/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The image settles where the loader put it, before anything else in C runs: it is
 * summed up as it was delivered, then cleared and relocated.
 *
 * It is linked with -pie: every pointer in its data has an entry in .rela.dyn that
 * says "load address + addend" (ELF, chapter "Relocation"); ci/check_relocs.sh saw
 * to it at build time that there are no others. Until they are applied nothing
 * here may read such a pointer, so the symbols are hidden ones, which the compiler
 * reaches relative to the program counter, and no function of another file is
 * called but the C library's.
 */
#include <stdint.h>
#include <string.h>

#include "settle.h"

/* An entry of .rela.dyn. */
struct rela {
	unsigned long offset;		/* link address of the pointer */
	unsigned long info;		/* its type; 0: nothing to be done */
	unsigned long addend;		/* link address that it holds */
};

#pragma GCC visibility push(hidden)
/* Ends of what is summed up; see linker.ld and the port's header. */
extern const uint64_t image_text_end[], image_rodata[], image_rodata_end[],
		      image_data[], image_data_end[], image_sum_end[];

/* Borders that linker.ld sets, and the address that it linked the image for. */
extern char image_start[], image_bss[], image_bss_end[];
extern const struct rela image_rela[], image_rela_end[];
extern const unsigned long image_link_address;
#pragma GCC visibility pop

struct image_sum image_sum_found;

/* add_words(): @sum with the words [@p, @end) in it. Each costs about three
 * instructions, so the loop's own are shared by several. */
static __attribute__((noinline))
struct image_sum add_words(struct image_sum sum, const uint64_t *p,
				  const uint64_t *end)
{
#pragma GCC unroll 16
	for (; p < end; p++) {
		sum.words += *p;
		sum.sums += sum.words;
	}
	return sum;
}

/* sum_up(): the image as it is now, but for the sum in its header. */
static struct image_sum sum_up(void)
{
	struct image_sum sum = { 0, 0 };

	sum = add_words(sum, (const uint64_t *)image_start, &image_sum.words);
	sum = add_words(sum, image_sum_end, image_text_end);
	sum = add_words(sum, image_rodata, image_rodata_end);
	return add_words(sum, image_data, image_data_end);
}

/* image_settle(): clear .bss and relocate; called by the port's _start, on the early
 * stack. */
void image_settle(void);

void image_settle(void)
{
	unsigned long moved = (uintptr_t)image_start - image_link_address;
	struct image_sum found = sum_up();

	memset(image_bss, 0, (size_t)(image_bss_end - image_bss));
	image_sum_found = found;
	for (const struct rela *r = image_rela; r < image_rela_end; r++)
		if (r->info)
			*(unsigned long *)(r->offset + moved) = r->addend + moved;
}
