/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The image settles where the loader put it, before anything else in C runs.
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

/* An entry of .rela.dyn. */
struct rela {
	unsigned long offset;		/* link address of the pointer */
	unsigned long info;		/* its type; 0: nothing to be done */
	unsigned long addend;		/* link address that it holds */
};

#pragma GCC visibility push(hidden)
/* Borders that linker.ld sets, and the address that it linked the image for. */
extern char image_start[], image_bss[], image_bss_end[];
extern const struct rela image_rela[], image_rela_end[];
extern const unsigned long image_link_address;
#pragma GCC visibility pop

/* image_settle(): clear .bss and relocate; called by the port's _start, on the early
 * stack. */
void image_settle(void);

void image_settle(void)
{
	unsigned long moved = (uintptr_t)image_start - image_link_address;

	memset(image_bss, 0, (size_t)(image_bss_end - image_bss));
	for (const struct rela *r = image_rela; r < image_rela_end; r++)
		if (r->info)
			*(unsigned long *)(r->offset + moved) = r->addend + moved;
}
