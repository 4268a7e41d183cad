/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of firmware/ give each other; ports call firmware_main() only.
 */
#ifndef FIRMWARE_H
#define FIRMWARE_H

#include "types.h"

/*
 * firmware_main(): the boot story, called by the port's _start on the early
 * stack. @cpu is the boot CPU's hardware number, @dtb the device tree's
 * physical address. Never returns.
 */
void firmware_main(unsigned long cpu, unsigned long dtb)
	__attribute__((noreturn));

/* image_init(): end the run where the image isn't what was built; fill `image`
 * (machine.h) from linker.ld's border symbols; make memblock empty and brk ready. */
void image_init(void);

/*
 * console_init(): from here on console_write() goes to the UART that
 * machine.uart describes, where there is a driver for it; else it stays with
 * the early console. After of_scan_machine(), before or after paging.
 */
void console_init(void);

/*
 * console_close(): nothing is printed from here on. The report's last line is
 * the last one, even where switching off traps.
 */
void console_close(void);

/* canary_init(): the stack's canary becomes random, from machine.seed, which is
 * forgotten. After of_scan_machine(), by firmware_main() itself: no function that
 * has a canary on the stack by then may return. */
void canary_init(void);

/* watchdog_init(): from here on a run that makes no progress ends, after as many
 * seconds as the boot argument watchdog= says. After console_init(). */
void watchdog_init(void);

/* watchdog_stop(): not any more. */
void watchdog_stop(void);

/* Bytes of a CPU's stack. */
#define STACK_SIZE	((phys_addr_t)32 << 10)

/* stack_alloc(): the boot CPU's stack for good; while bootmem is legal and
 * before paging_init(), which leaves out the page below it. */
void stack_alloc(void);

/* stack_switch(): leave the early stack for that one and go on with @next. */
void stack_switch(void (*next)(void)) __attribute__((noreturn));

/* stack_guard(): the page below the boot CPU's stack, which isn't mapped. */
phys_addr_t stack_guard(void);

/* smp_alloc(): the same for every other CPU, and all else that one has for
 * itself, on its node. When stack_alloc() is legal. */
void smp_alloc(void);

/*
 * smp_init(): start every CPU that the tree lists, see it come up and stop. One
 * that doesn't is left out, with a warning. By the boot CPU, after handover.
 */
void smp_init(void);

/* smp_call(): @fn runs once on each CPU, this one included, all at the same time;
 * returns when all of them are done. By the boot CPU, after smp_init(). */
void smp_call(void (*fn)(void));

/* free_initmem(): what was only needed to boot becomes the buddy's: the early
 * stack and its guard page. On the new stack. */
void free_initmem(void);

/*
 * selftest(): try on the running machine what the report claims, in KTAP's form
 * (docs.kernel.org/dev-tools/ktap). Returns whether nothing failed.
 */
bool selftest(void);

/*
 * stress(): every CPU does the operations that the boot argument stress=N says,
 * all at the same time. Returns whether every block was its owner's alone and
 * every page is back.
 */
bool stress(void);

/* stress_op_begin(), stress_op_end(): each CPU calls these around each operation,
 * with the counter when it began. */
void stress_op_begin(unsigned long long *begin);
void stress_op_end(const unsigned long long *begin);

/* fault(): provoke the fault that the boot argument fault=NAME asks for; returns
 * where that doesn't end the run, which has failed all the same. */
void fault(void);

/*
 * bench(): measure the allocator and print a line for each figure; with the boot
 * argument bench=N, let N CPUs do the same work at a time instead. Returns whether
 * every operation did what it should, and every page is back.
 */
bool bench(void);

/* bench_together(): @cpus CPUs, as many as there are, work at the same time. */
void bench_together(unsigned int cpus);

/* bench_work_begin(), bench_work_end(): each CPU calls these around each piece of
 * that work. */
void bench_work_begin(void);
void bench_work_end(void);

#endif
