/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The stages of firmware/main.c, as far as they need no machine: no console to
 * find, no page tables, no CPU to switch. The rest is the same code, and says
 * the same.
 *
 * RAM is made where metadata is put, and nowhere else: what memblock says is
 * RAM exists. The blob and the first allocator's memory are at the top of the
 * address space, where no machine has RAM, unless the loader's choice is given.
 */
#include "bootmem.h"
#include "brk.h"
#include "e820.h"
#include "host.h"
#include "machine.h"
#include "mm_init.h"
#include "of.h"
#include "paging.h"
#include "printk.h"
#include "report.h"
#include "stage.h"

#include <stdlib.h>
#include <string.h>

#include "tool.h"

/* brk: backed only where it is used, and more than a blob of the largest size
 * can ask for. */
#define BRK_BASE	((phys_addr_t)0xfffffff000000000)
#define BRK_SIZE	((phys_addr_t)8 << 30)

/* Where the blob is unless the loader's place for it is given. */
#define DTB_BASE	((phys_addr_t)0xffffffff00000000)

/* Asks the boot not to probe RAM: there is nothing to answer. */
#define NO_PROBE	" noprobe"

/* The last stage was reached. */
static bool complete;

bool boot_complete(void)
{
	return complete;
}

/* find_ram(): the region of memory that holds @pa; see host.h. */
static bool find_ram(phys_addr_t pa, phys_addr_t *base, phys_addr_t *last)
{
	long i = memblock_search(&memblock.memory, pa);

	if (i < 0)
		return false;
	*base = memblock.memory.regions[i].base;
	*last = memblock_last(&memblock.memory.regions[i]);
	return true;
}

/* start(): what the firmware does before it looks at what it was given. */
static void start(bool quiet)
{
	complete = false;
	host.echo = !quiet;
	host.find_ram = find_ram;
	host_ram(BRK_BASE, BRK_SIZE);
	memblock_init();
	brk_init(BRK_BASE, BRK_BASE + BRK_SIZE);
	report_banner();
	stage_begin(STAGE_VERIFY);
}

/* set_image(): the firmware is where the command line says. */
static void set_image(const struct options *options)
{
	if (!options->has_image)
		return;
	image.start = options->image;
	image.end = options->image + options->image_size;
	image.nr_segments = 1;
	image.segment[0] = (struct image_segment){
		.start = ALIGN_DOWN(image.start, PAGE_SIZE),
		.end = ALIGN(image.end, PAGE_SIZE),
		.name = "image", .prot = VM_READ | VM_WRITE,
	};
}

/* load(): the blob into the machine; in RAM only where @options say so. */
static void load(const struct options *options, const struct blob *blob)
{
	phys_addr_t dtb = options->has_dtb ? options->dtb : DTB_BASE;

	host_load(dtb, blob->data, blob->size);
	of_verify(dtb);
	if (!options->has_dtb)
		machine.dtb_size = 0;
}

/* set_bootargs(): the command line's boot arguments, else the tree's. */
static void set_bootargs(const char *args)
{
	static char *text;
	size_t len;

	if (!args)
		args = machine.bootargs;
	len = strlen(args);
	free(text);
	text = malloc(len + sizeof(NO_PROBE));
	if (!text)
		panic("no memory for boot arguments");
	memcpy(text, args, len);
	memcpy(text + len, NO_PROBE, sizeof(NO_PROBE));
	machine.bootargs = text;
}

/* finish(): from memblock's lists to the ledger. */
static bool finish(bool report)
{
	if (report)
		report_memblock();
	stage_begin(STAGE_BOOTMEM);
	bootmem_init();
	stage_begin(STAGE_ZONES);
	free_area_init();
	if (report)
		report_zones();
	stage_begin(STAGE_HANDOVER);
	mem_init();
	stage_begin(STAGE_RUNNING);
	complete = true;
	if (report) {
		report_memory();
		report_buddyinfo();
	}
	return report_ledger();
}

bool boot_tree(const struct options *options, const struct blob *blob)
{
	start(options->json);
	set_image(options);
	load(options, blob);
	of_scan_machine(0);
	set_bootargs(options->args);
	mm_parse_bootargs();
	report_machine();
	stage_begin(STAGE_MEMORY);
	of_scan_memory();
	stage_begin(STAGE_RESERVED);
	of_scan_reserved();
	return finish(!options->ledger_only);
}

bool boot_e820(const struct options *options, const struct blob *blob)
{
	start(options->json);
	machine.model = "PC";
	set_bootargs(options->args ? options->args : "");
	mm_parse_bootargs();
	report_machine();
	stage_begin(STAGE_MEMORY);
	e820_read_log(blob);
	e820_memblock_setup();
	stage_begin(STAGE_RESERVED);
	e820_reserve();
	return finish(!options->ledger_only);
}
