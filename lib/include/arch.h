/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * THE PORT CONTRACT: all that lib/ and the boot story ask of a machine.
 *
 * Each hook is a card: when it is called, what is already true then, what must
 * be true afterwards, what is forbidden. None is optional and none is weak: a
 * new port fails to link with exactly the list of what is left to write. The
 * host is a port too (test/host). The page-table codec, inline for speed, is
 * the second half of the contract: <asm/pgtable.h>, described in paging.h.
 *
 * The entry point is the port's _start: it sets up a stack, clears .bss,
 * relocates the image and calls firmware_main(cpu, dtb) with the boot CPU's
 * hardware number and the physical address of the device tree. Both are
 * unsigned long: a phys_addr_t would need a register pair on 32-bit ports.
 */
#ifndef ARCH_H
#define ARCH_H

#include "types.h"

struct paging_mode;

/*
 * What a CPU that is started finds ready. The boot CPU makes it, with paging on
 * already; it stays as it is for as long as that CPU may be started again.
 */
struct cpu_start {
	unsigned long hwid;		/* its number to the hardware */
	char *stack;			/* upper end of its stack */
	char *trap_stack;		/* upper end of the one for traps */
	char *tls;			/* its thread-local variables, on a page of
					   their own; zeroed once, then kept */
	const struct paging_mode *mode;	/* format of the page tables */
	phys_addr_t root;		/* where they are */
	void (*entry)(struct cpu_start *); /* what it runs; never returns */
	bool again;			/* asked for before: don't wait for it to stop */
};

/*
 * phys_to_virt(), virt_to_phys()
 * when:      always
 * must:      be each other's inverse for every byte of RAM; on metal both are
 *            the identity, on the host they lead into simulated RAM
 * forbidden: touching memory
 */
void *phys_to_virt(phys_addr_t pa);
phys_addr_t virt_to_phys(const volatile void *va);

/*
 * console_write()
 * when:      for every line, from the first on
 * true:      @len bytes at @text, usually one whole line ending in "\n"
 * must:      have handed all of them to whatever console there is by then
 * forbidden: printing anything of its own; allocating
 */
void console_write(const char *text, size_t len);

/*
 * machine_halt()
 * when:      last, and by panic(); on any CPU, on several at a time, perhaps
 *            with the lock of anything held
 * must:      end the run, carrying @pass in the exit status where there is one;
 *            the first CPU to call it decides
 * forbidden: returning
 */
void machine_halt(bool pass) __attribute__((noreturn));

/*
 * watchdog_alarm()
 * when:      by the port, in a trap, when what arch_alarm() was asked for happens
 * true:      the boot CPU was interrupted at @pc
 * must:      end a run that made no progress; else set the next alarm and return
 */
void watchdog_alarm(unsigned long pc);

/*
 * arch_counter()
 * when:      around each stage
 * must:      never run backwards; count instructions where the machine can
 */
unsigned long long arch_counter(void);

/*
 * arch_setup_traps()
 * when:      first line of the boot story, on the CPU that boots
 * must:      any exception from here on either lets an arch_try_...() return
 *            false or ends in a line 'trap: <cause> pc 0x... addr 0x...', the
 *            registers and a failing end of the run; on its own stack, so that
 *            an overflow of the ordinary one is reported too
 */
void arch_setup_traps(void);

/*
 * arch_early_write()
 * when:      from the first line on, until a UART driver takes over, and for
 *            good where the tree names no UART that we know
 * must:      work with nothing initialised; return false, having written nothing
 *            or a part, where this machine has no console that is known yet
 */
bool arch_early_write(const char *text, size_t len);

/*
 * arch_firmware_name()
 * when:      once, for the report's second line
 * must:      write what runs below us, such as 'OpenSBI 1.1' or 'none', at most
 *            @size bytes with the NUL
 */
void arch_firmware_name(char *name, size_t size);

/*
 * arch_firmware_in_ram()
 * when:      while the tree is read
 * must:      say whether what runs below us may live in RAM that the tree claims
 *            without reserving it; what is below the image is then kept for it
 */
bool arch_firmware_in_ram(void);

/*
 * arch_phys_bits()
 * when:      while /memory is read
 * must:      say how many bits a physical address can have on this machine
 */
unsigned int arch_phys_bits(void);

/*
 * arch_dma32_limit_pfn()
 * when:      free_area_init
 * must:      say where ZONE_DMA32 ends and ZONE_NORMAL begins; ULONG_MAX where
 *            the port has no use for the difference
 */
unsigned long arch_dma32_limit_pfn(void);

/*
 * arch_paging_mode()
 * when:      paging_init, MMU off, with @i = 0, 1, 2 ...
 * must:      return the @i-th page-table format that this CPU has, shallowest
 *            first, and NULL past the last; may try it out on the hardware.
 *            @limit is the device tree's mmu-type, NULL where it has none
 */
const struct paging_mode *arch_paging_mode(unsigned int i, const char *limit);

/*
 * arch_paging_enable()
 * when:      by paging_init; on other CPUs, by the port, each time they start
 * true:      the tables at @root, of format @mode, are complete and map the
 *            code that runs, its stack and its data one to one
 * must:      order the table writes, load the root, drop stale translations,
 *            switch on
 * forbidden: printing
 */
void arch_paging_enable(const struct paging_mode *mode, phys_addr_t root);

/*
 * arch_dcache_inval()
 * when:      before arch_paging_enable(), for each piece of memory that was
 *            written while the MMU was off; nobody else uses the cache lines at
 *            its ends
 * must:      drop what caches have of it from before, where writes with the MMU
 *            off go past the caches; nothing where they don't
 */
void arch_dcache_inval(phys_addr_t start, phys_addr_t end);

/*
 * arch_flush_tlb()
 * when:      after a live entry that translates @va was changed
 * must:      drop every stale translation of @va on this CPU
 */
void arch_flush_tlb(unsigned long va);

/*
 * arch_try_read(), arch_try_write(), arch_try_exec()
 * when:      to learn whether an address answers, or that it must not
 * true:      traps are set up; @va is aligned to the size of a long
 * must:      do that one access (exec: jump there, expecting code that returns)
 *            and say whether it went through; a trap is caught and gives false
 */
bool arch_try_read(unsigned long va, unsigned long *value);
bool arch_try_write(unsigned long va, unsigned long value);
bool arch_try_exec(unsigned long va);

/*
 * arch_call_on_stack()
 * when:      once, to leave the early stack
 * true:      [top - size, top) is mapped and stays; @fn never returns
 * must:      set the stack pointer to @top and call @fn
 */
void arch_call_on_stack(void *top, void (*fn)(void)) __attribute__((noreturn));

/*
 * arch_cpu_start()
 * when:      by the boot CPU, after paging_init; for a CPU that never ran here,
 *            or that has called arch_cpu_stop(), perhaps a moment ago
 * true:      *start lies in memory that is mapped and stays
 * must:      have the CPU started (SBI hart_start, PSCI CPU_ON) in code of the
 *            port's that makes it like the one that boots: @start's stack and
 *            thread-local variables, traps handled on @start's trap stack, MMU
 *            on as by arch_paging_enable(); and then calls @start->entry. What
 *            was written before the call must be seen there. Returns NULL, or
 *            in words why the CPU can't be started; doesn't wait until it runs
 * forbidden: printing
 */
const char *arch_cpu_start(struct cpu_start *start);

/*
 * arch_cpu_stop()
 * when:      a CPU has nothing to do any more, or must not disturb another one
 *            that ends the run
 * must:      give the CPU back to the firmware below; where that isn't possible
 *            wait forever, using no power to speak of
 * forbidden: returning, touching memory that isn't this CPU's
 */
void arch_cpu_stop(void) __attribute__((noreturn));

/*
 * arch_cpu_relax()
 * when:      each turn of a loop that waits for another CPU, the @turns-th from 0
 * must:      return at once while @turns is small, as most waits are short; later
 *            on at the latest after some 100 microseconds, in which, where CPUs
 *            are virtual, another one can run in this one's stead
 * forbidden: waiting for anything but time
 */
void arch_cpu_relax(unsigned long turns);

/*
 * arch_alarm()
 * when:      on the boot CPU, once the tree was read, and each time the alarm has
 *            gone off
 * true:      traps are set up
 * must:      have watchdog_alarm() called with the pc, in a trap, @seconds from
 *            now, whatever the CPU does then; 0: not at all. Only the last call
 *            counts. Returns NULL, or in words why this machine can't
 * forbidden: printing; being noticed by the code that is interrupted
 */
const char *arch_alarm(unsigned long seconds);

/*
 * arch_poweroff()
 * when:      by machine_halt(), where the device tree names no register for it
 *            or where writing that register had no effect
 * must:      ask the firmware below to switch off, carrying @pass where that
 *            can be said; else wait forever, using no power to speak of
 */
void arch_poweroff(bool pass) __attribute__((noreturn));

#endif
