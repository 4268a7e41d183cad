/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel of somebody else's, as small as can be, that has taken lib/ in: no
 * file of firmware/, only the contract. It has no MMU of its own on and no use
 * for lib/mm/paging.c, for traps or for other CPUs; the linker asks for exactly
 * the hooks below, because nothing that it calls needs more.
 *
 * docs/porting.md, "lib/ in another kernel", goes through it.
 */
#include "arch.h"
#include "bootmem.h"
#include "brk.h"
#include "gfp.h"
#include "machine.h"
#include "memblock.h"
#include "mm_init.h"
#include "of.h"
#include "paging.h"
#include "printk.h"
#include "report.h"
#include "stage.h"

/* Calls of the firmware below: its legacy console and its power-off. */
#define CALL_PUTCHAR	1
#define CALL_SHUTDOWN	8

/* kernel.ld: the image, and in it what brk may give away. */
extern char kernel_start[], kernel_end[], kernel_brk[];

struct image image;

/* firmware_call(): legacy call @number with one argument. */
static void firmware_call(unsigned long number, unsigned long argument)
{
	register unsigned long a0 __asm__("a0") = argument;
	register unsigned long a7 __asm__("a7") = number;

	__asm__ volatile("ecall" : "+r"(a0) : "r"(a7) : "memory");
}

void console_write(const char *text, size_t len)
{
	while (len-- > 0)
		firmware_call(CALL_PUTCHAR, (unsigned char)*text++);
}

void machine_halt(bool pass)
{
	if (machine.poweroff.pa)
		*(volatile uint32_t *)phys_to_virt(machine.poweroff.pa) =
			pass ? machine.poweroff.pass : machine.poweroff.fail;
	firmware_call(CALL_SHUTDOWN, 0);
	for (;;)
		;
}

void *phys_to_virt(phys_addr_t pa)
{
	return (void *)(uintptr_t)pa;
}

phys_addr_t virt_to_phys(const volatile void *va)
{
	return (uintptr_t)va;
}

unsigned long long arch_counter(void)
{
	unsigned long long value;

	__asm__ volatile("rdtime %0" : "=r"(value));
	return value;
}

void arch_firmware_name(char *name, size_t size)
{
	if (size > 0)
		name[0] = '\0';
}

bool arch_firmware_in_ram(void)
{
	return true;
}

unsigned int arch_phys_bits(void)
{
	return 56;
}

unsigned long arch_dma32_limit_pfn(void)
{
	return PFN_DOWN(4ull << 30);
}

/* This kernel believes the device tree: what it says is there answers. */
bool arch_try_read(unsigned long va, unsigned long *value)
{
	*value = *(volatile unsigned long *)va;
	return true;
}

bool arch_try_write(unsigned long va, unsigned long value)
{
	*(volatile unsigned long *)va = value;
	return true;
}

void arch_cpu_relax(unsigned long turns)
{
	(void)turns;	/* there is no other CPU to wait for */
}

void arch_cpu_stop(void)
{
	for (;;)
		;
}

/* every_page(): take all free pages, one by one, and give them back; how many. */
static unsigned long every_page(void)
{
	phys_addr_t page, last = 0;
	unsigned long nr = 0;

	for (; (page = alloc_pages(GFP_KERNEL, 0)); nr++) {
		*(phys_addr_t *)phys_to_virt(page) = last;
		last = page;
	}
	for (; last; last = page) {
		page = *(phys_addr_t *)phys_to_virt(last);
		BUG_ON(!free_pages(last, 0), "0x%llx isn't taken back", last);
	}
	return nr;
}

void kernel_main(unsigned long cpu, unsigned long dtb);

/* kernel_main(): called by start.S. The road in the order of firmware/main.c. */
void kernel_main(unsigned long cpu, unsigned long dtb)
{
	phys_addr_t start = virt_to_phys(kernel_start);
	phys_addr_t brk = virt_to_phys(kernel_brk);
	phys_addr_t end = virt_to_phys(kernel_end);
	unsigned int rwx = VM_READ | VM_WRITE | VM_EXEC;

	image = (struct image) {
		.start = start,
		.end = end,
		.segment = { { start, brk, "kernel", rwx },
			     { brk, end, "brk", rwx } },
		.nr_segments = 2,
	};
	memblock_init();
	brk_init(brk, end);
	stage_begin(STAGE_VERIFY);
	of_verify(dtb);
	of_scan_machine(cpu);
	stage_begin(STAGE_MEMORY);
	of_scan_memory();
	stage_begin(STAGE_RESERVED);
	of_scan_reserved();
	stage_begin(STAGE_BOOTMEM);
	bootmem_init();
	stage_begin(STAGE_ZONES);
	free_area_init();
	stage_begin(STAGE_HANDOVER);
	mem_init();
	stage_begin(STAGE_RUNNING);
	printk("foreign kernel: took every page there is, %lu, and freed it\n",
	       every_page());
	drain_all_pages();
	report_buddyinfo();
	machine_halt(report_ledger());
}
