/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The command build/host/bootmem: the boot's own code on a laptop, over memory
 * that isn't there, for any board's device tree. What its files share.
 *
 *	main.c	      options, files, the exit status
 *	boot.c	      the stages, as firmware/main.c has them
 *	patch.c	      the boot loader's part: filling in memory
 *	e820_log.c    a PC's memory map out of a boot log
 *	outcome.c     what came of it, found in the log and in lib's lists
 *	summary.c     for people	json.c	 for programs	svg.c  a picture
 *	advice.c      what to do about each warning
 */
#ifndef TOOL_H
#define TOOL_H

#include <stdio.h>

#include "types.h"

/* The exit status. */
enum {
	EXIT_CLEAN,		/* nothing to complain about */
	EXIT_WARNINGS,		/* usable, but something is wrong */
	EXIT_UNUSABLE,		/* no boot with this; or a mistake in the call */
};

/* What the command line says. */
struct options {
	const char *file;	/* the device tree or boot log */
	bool e820;		/* it is a boot log */
	bool nodes;		/* add a table of nodes */
	bool json;		/* JSON instead of the report */
	bool ledger_only;	/* of the report, no more is computed */
	const char *svg;	/* where the picture goes, or NULL */
	const char *args;	/* boot arguments instead of the tree's, or NULL */
	bool has_memory;	/* the boot loader adds this memory: */
	phys_addr_t memory, memory_size;
	bool has_image;		/* the firmware is at [image, image + image_size) */
	phys_addr_t image, image_size;
	bool has_dtb;		/* the loader puts the blob at dtb */
	phys_addr_t dtb;
};

/* A file's bytes; the buffer ends where they do. */
struct blob {
	void *data;
	size_t size;
};

/* One line 'warning: <code>: <text>' of the log. */
struct warning {
	char code[32];
	char *text;
	bool has_range;		/* the text names a range, first to last byte: */
	phys_addr_t first, last;
};

/* What a run came to; its lists of ranges are memblock's and the nodes'. */
struct outcome {
	const char *source;	/* the file */
	bool e820;		/* what it was */
	int status;		/* EXIT_... */
	bool complete;		/* all stages were reached: zones and ledger are
				   there, else only memblock's lists */
	bool balances;		/* the ledger does */
	bool failed;		/* a warning was one that makes the boot fail */
	char *panic;		/* why the run ended early, or NULL */
	struct warning *warnings;
	size_t nr_warnings;
};

/* boot_tree(): all stages with the device tree @blob; true where the ledger
 * balances. Ends in machine_halt() where there is no way on. */
bool boot_tree(const struct options *options, const struct blob *blob);

/* boot_e820(): the same with the map in the boot log @blob. */
bool boot_e820(const struct options *options, const struct blob *blob);

/* patch_memory(): @blob gets the memory node that @options ask for, as a boot
 * loader would add one. False where the blob has no place for it. */
bool patch_memory(const struct options *options, struct blob *blob);

/* boot_complete(): the last stage has been reached. */
bool boot_complete(void);

/* e820_read_log(): the map of the boot log @blob; panics where it has none. */
void e820_read_log(const struct blob *blob);

/* outcome_collect(): fill in @outcome's warnings, panic and status. */
void outcome_collect(struct outcome *outcome);

/* advice(): what to do about the warning @code. advice_code(): the @i-th code
 * that there is; NULL past the last. */
const char *advice(const char *code);
const char *advice_code(size_t i);

/* print_size(): @bytes for people, such as "1.5 GiB", into @text. */
#define SIZE_TEXT 32
const char *print_size(char text[SIZE_TEXT], phys_addr_t bytes);

/* print_summary(): what matters, at the end of the report; with @nodes, a table
 * of them too. */
void print_summary(const struct outcome *outcome, bool nodes);

/* print_json(): @outcome to stdout (docs/json.md). */
void print_json(const struct outcome *outcome);

/* write_svg(): a picture of memory into @file. */
void write_svg(const struct outcome *outcome, FILE *file);

/* nr_cpus_of(): usable CPUs on node @nid. */
unsigned long nr_cpus_of(int nid);

/* memory_of(), free_of(): bytes of memory, and of them free ones, on @nid. */
phys_addr_t memory_of(int nid);
phys_addr_t free_of(int nid);

#endif
