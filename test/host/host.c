/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The host as a port: the hooks of arch.h that lib/ calls.
 *
 * The console is a buffer, the end of the run a jump back into the test, the
 * MMU a note of what it was told. An access that may fail (arch_try_...) goes
 * through exactly where there is RAM. The counter counts its own calls: it
 * never runs backwards, and a test's output is the same on every run.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arch.h"
#include "host.h"
#include "machine.h"
#include "paging.h"
#include "ram.h"

/* A format of @levels tables of 512 entries; half its addresses are reached by
 * the identity map, as where addresses are sign extended. */
#define HOST_MODE(mode, nr, leaf)					\
	{ .name = mode, .levels = (nr), .id = (nr),			\
	  .reach_bits = PAGE_SHIFT + 9 * (nr) - 1,			\
	  .max_leaf_level = (leaf) }

/* The formats that the host has, shallowest first; the deepest has no leaves in
 * its root, as there are ports that have none there. */
static const struct paging_mode host_modes[] = {
	HOST_MODE("host39", 3, 2), HOST_MODE("host48", 4, 3),
	HOST_MODE("host57", 5, 3),
};

/* What a machine is like until the test says otherwise. */
static const struct host host_defaults = {
	.firmware_name = "none",
	.phys_bits = 56,
	.dma32_limit_pfn = (unsigned long)((4ULL << 30) >> PAGE_SHIFT),
	.nr_modes = ARRAY_SIZE(host_modes),
};

/* The image that the host pretends to run; a test says where it is. */
struct image image;

struct host host;
jmp_buf host_halt_env;

/* Whether machine_halt() may jump to host_halt_env. */
static bool armed;

/* The log: its text with a NUL, the length without it, the room there is. */
static char *log_text;
static size_t log_len;
static size_t log_size;

/* How often the counter was read. */
static unsigned long long counter;

void host_reset(void)
{
	ram_reset();
	host = host_defaults;
	memset(&machine, 0, sizeof(machine));
	memset(&image, 0, sizeof(image));
	log_len = 0;
	armed = false;
}

const char *host_log(void)
{
	return log_len ? log_text : "";
}

void host_arm(bool on)
{
	armed = on;
}

void console_write(const char *text, size_t len)
{
	if (host.write)
		host.write();
	if (log_len + len >= log_size) {
		log_size = 2 * (log_len + len + 1);
		log_text = realloc(log_text, log_size);
		if (!log_text)
			abort();
	}
	memcpy(log_text + log_len, text, len);
	log_len += len;
	log_text[log_len] = '\0';
	if (host.echo)
		fwrite(text, 1, len, stdout);
}

/* halt(): back into the test, where it waits for an end. */
static void halt(enum host_end end)
{
	if (armed) {
		armed = false;
		longjmp(host_halt_env, end);
	}
}

void machine_halt(bool pass)
{
	halt(pass ? HOST_PASSED : HOST_FAILED);
	if (!host.echo)
		fputs(host_log(), stderr);
	exit(pass ? EXIT_SUCCESS : EXIT_FAILURE);
}

unsigned long long arch_counter(void)
{
	if (host.counter)
		return host.counter();
	return __atomic_add_fetch(&counter, 1, __ATOMIC_RELAXED);
}

void arch_firmware_name(char *name, size_t size)
{
	snprintf(name, size, "%s", host.firmware_name);
}

bool arch_firmware_in_ram(void)
{
	return strcmp(host.firmware_name, "none") != 0;
}

unsigned int arch_phys_bits(void)
{
	return host.phys_bits;
}

unsigned long arch_dma32_limit_pfn(void)
{
	return host.dma32_limit_pfn;
}

const struct paging_mode *arch_paging_mode(unsigned int i, const char *limit)
{
	(void)limit;
	if (host.only_mode)
		return i ? NULL : host.only_mode;
	return i < host.nr_modes ? &host_modes[i] : NULL;
}

void arch_paging_enable(const struct paging_mode *mode, phys_addr_t root)
{
	host.mode = mode;
	host.root = root;
}

void arch_dcache_inval(phys_addr_t start, phys_addr_t end)
{
	host.nr_forgotten += end - start;
}

void arch_flush_tlb(unsigned long va)
{
	host.flushed = va;
	host.nr_flushes++;
}

/* try_find(): where the @size bytes at @va are, unless it is this access's turn
 * to fail. */
static void *try_find(unsigned long va, size_t size)
{
	if (host.fail_try && !--host.fail_try)
		return NULL;
	return ram_find(va, size);
}

bool arch_try_read(unsigned long va, unsigned long *value)
{
	void *p = try_find(va, sizeof(*value));

	if (p)
		memcpy(value, p, sizeof(*value));
	return p != NULL;
}

bool arch_try_write(unsigned long va, unsigned long value)
{
	void *p = try_find(va, sizeof(value));

	if (p && !host.rom)
		memcpy(p, &value, sizeof(value));
	return p != NULL;
}

bool arch_try_exec(unsigned long va)
{
	return ram_find(va, 1) != NULL;
}

void arch_cpu_relax(unsigned long turns)
{
	if (host.relax)
		host.relax(turns);
	else
		sched_yield();
}

void arch_cpu_stop(void)
{
	halt(HOST_STOPPED);
	fputs("host: a thread was stopped: another one has failed\n", stderr);
	abort();
}
