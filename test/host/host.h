/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host as a port: what a test sees of it.
 *
 * A test says where RAM is (host_ram), runs code of lib/ unmodified and looks
 * at what came out: the log, the end of the run, the tables that were loaded.
 * host_reset() forgets all of it. Only the port's own state is reset here; the
 * lists of lib/ have their own ..._init(), see test/unit/unit.h.
 */
#ifndef HOST_H
#define HOST_H

#include <setjmp.h>

#include "types.h"

/* Windows up to this size are filled with HOST_GARBAGE and fenced by ASan. */
#define HOST_SMALL_RAM	((phys_addr_t)64 << 20)

/* What RAM holds before anybody wrote to it. */
#define HOST_GARBAGE	0xa5

/* How a piece of code under test came to its end. */
enum host_end {
	HOST_RETURNED,		/* it returned */
	HOST_PASSED,		/* machine_halt(true) */
	HOST_FAILED,		/* machine_halt(false), which panic() calls too */
	HOST_STOPPED,		/* arch_cpu_stop(): this CPU does nothing any more */
};

/* What a test may set about the simulated machine, and what it may read. */
struct host {
	const char *firmware_name;	/* arch_firmware_name()'s answer */
	unsigned int phys_bits;		/* arch_phys_bits()'s answer */
	unsigned long dma32_limit_pfn;	/* arch_dma32_limit_pfn()'s answer */
	unsigned int nr_modes;		/* page-table formats it has: 0 to 3 */
	const struct paging_mode *only_mode; /* the one it has; NULL: those */
	bool echo;			/* copy the log to stdout as it comes */
	const struct paging_mode *mode;	/* what arch_paging_enable() was given */
	phys_addr_t root;		/* the same; 0 before */
	unsigned long nr_flushes;	/* calls of arch_flush_tlb() */
	unsigned long flushed;		/* what it was given last */
	phys_addr_t nr_forgotten;	/* bytes that arch_dcache_inval() was given */
	/* arch_counter()'s answer; NULL: how often it was asked. */
	unsigned long long (*counter)(void);
	/* Which RAM holds @pa: where there is none yet, phys_to_virt() makes it
	   of [*@base, *@last], or fails where this says false; may be NULL. */
	bool (*find_ram)(phys_addr_t pa, phys_addr_t *base, phys_addr_t *last);
	/* arch_try_...(): after so many, one fails; 0: those outside RAM only. */
	unsigned int fail_try;
	bool rom;			/* RAM keeps what it holds */
	/* What happens while a line is being written; NULL: nothing. */
	void (*write)(void);
	/* What happens elsewhere while this CPU waits; NULL: other threads run. */
	void (*relax)(unsigned long turns);
};

extern struct host host;

/*
 * host_reset(): no RAM, an empty log, struct host with its defaults (nothing
 * below us, 56-bit addresses, DMA32 up to 4 GiB, three formats), and struct
 * machine and struct image all zero.
 */
void host_reset(void);

/*
 * host_ram(): simulated RAM at [@base, @base + @size), which may end with the
 * last byte of the address space; returns where @base is for the test. A large
 * window costs only the pages that are touched. Touching a byte that is in no
 * window ends the test program with a line that names the address.
 */
void *host_ram(phys_addr_t base, phys_addr_t size);

/* host_load(): copy @size bytes to @pa; makes RAM of just that size where @pa
 * isn't in any. */
void host_load(phys_addr_t pa, const void *data, size_t size);

/* host_log(): all that was printed since the last host_reset(). */
const char *host_log(void);

/* Where machine_halt(), arch_cpu_stop() jump to while host_halts() runs something. */
extern jmp_buf host_halt_env;

/* host_arm(): let them jump to host_halt_env (@on), or exit. */
void host_arm(bool on);

/* host_halts(): evaluate @expr and tell how that ended, an enum host_end. */
#define host_halts(expr) __extension__({				\
	volatile int end__ = setjmp(host_halt_env);			\
	if (end__ == HOST_RETURNED) {					\
		host_arm(true);						\
		expr;							\
	}								\
	host_arm(false);						\
	(enum host_end)end__;						\
})

#endif
