/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot story. Read it as a table of contents: each line is a stage or what
 * is said about it, and what it leaves behind stands beside it. A stage that
 * can't be finished ends the boot itself, with a line that says why.
 */
#include "arch.h"
#include "bootmem.h"
#include "firmware.h"
#include "machine.h"
#include "memtest.h"
#include "mm_init.h"
#include "of.h"
#include "paging.h"
#include "printk.h"
#include "report.h"
#include "stage.h"

/* The second half, on the stack that stays. */
static void running(void) __attribute__((noreturn));

void firmware_main(unsigned long cpu, unsigned long dtb)
{
	arch_setup_traps();		/* a mistake is a line, not silence */
	report_banner();
	image_init();			/* whole; where we are; brk works */

	stage_begin(STAGE_VERIFY);
	of_verify(dtb);			/* the device tree can be believed */
	of_scan_machine(cpu);		/* console, power-off, CPUs */
	canary_init();			/* who writes past an array is caught */
	console_init();
	mm_parse_bootargs();		/* which road, what to trace */
	report_machine();
	watchdog_init();		/* a hang is a line, not silence */

	stage_begin(STAGE_MEMORY);
	of_scan_memory();		/* memblock.memory, nodes, distances */
	stage_begin(STAGE_RESERVED);
	of_scan_reserved();		/* memblock.reserved, each with an owner */
	paging_choose_mode();		/* RAM that can't be mapped is dropped */
	early_memtest();		/* and what doesn't keep a pattern */
	report_memblock();

	stage_begin(STAGE_BOOTMEM);
	bootmem_init();			/* one bit a page; brk is over */

	stage_begin(STAGE_PAGING);
	stack_alloc();			/* a stack above a guard page */
	smp_alloc();			/* and what each other CPU needs */
	paging_init();			/* least privilege, MMU on */
	report_paging();

	stage_begin(STAGE_ZONES);
	free_area_init();		/* nodes, zones, zonelists */
	report_zones();

	stage_begin(STAGE_HANDOVER);
	mem_init();			/* the maps are the buddy's */
	stack_switch(running);
}

static void running(void)
{
	bool pass;

	stage_begin(STAGE_RUNNING);
	free_initmem();			/* the early stack is RAM again */
	report_memory();
	report_buddyinfo();
	pass = report_ledger();		/* every byte has one owner */
	pass &= nr_failures() == 0;	/* nothing found that can't be trusted */
	report_stages();
	smp_init();			/* the other CPUs can be called */
	if (bootarg("selftest", NULL))
		pass &= selftest();	/* what was said, tried */
	if (bootarg("stress", NULL))
		pass &= stress();	/* by all CPUs at a time */
	if (bootarg("fault", NULL)) {
		fault();		/* it must not get away with it */
		pass = false;
	}
	if (bootarg("bench", NULL))
		pass &= bench();	/* what it costs */
	machine_halt(pass);
}
