/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The stress on the host: firmware/stress.c as it is, with a thread for each CPU,
 * under the sanitizer that notices when two of them touch the same word without
 * an order between them.
 *
 *	stress CPUS [OPERATIONS]
 *
 * The machine has two nodes of 4 MiB, so little that memory runs out now and then;
 * in the first is the "image". It is brought up by the road's own steps, but for
 * paging. The host's counter counts how often it is read, by all threads, so that is
 * what "insns" are here. The status is 0 where the stress passed; what the sanitizer finds gives
 * a status of its own.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../firmware/firmware.h"
#include "arch.h"
#include "brk.h"
#include "gfp.h"
#include "host.h"
#include "machine.h"
#include "memblock.h"
#include "numa.h"
#include "page_cache.h"
#include "percpu.h"
#include "road.h"

/* The nodes, and the image at the start of the first, the last part of it brk. */
#define NODE_BASE	((phys_addr_t)0x80000000)
#define NODE_SIZE	((phys_addr_t)4 << 20)
#define IMAGE_SIZE	((phys_addr_t)128 << 10)
#define BRK_SIZE	((phys_addr_t)64 << 10)
#define NR_NODES	2

/* Threads at most. */
#define MAX_CPUS	64

static const struct mem_owner owner_image = {
	"image", "image", NULL, 0
};

/* What the nodes are called in the tree that there isn't. */
static const uint32_t hwids[NR_NODES] = { 0, 1 };

/* The boot arguments: how much to do. */
static char bootargs[64];

/* What the threads run. */
static void (*work)(void);

/* cpu_main(): CPU number @arg, from its start to its stop. */
static void *cpu_main(void *arg)
{
	cpu_index = (unsigned int)(uintptr_t)arg;
	page_alloc_set_node((int)cpu_index % NR_NODES);
	work();
	page_cache_leave();
	return NULL;
}

/* check(): end the program where @error says that it can't go on. */
static void check(int error, const char *what)
{
	if (!error)
		return;
	fprintf(stderr, "tsan: %s: error %d\n", what, error);
	exit(EXIT_FAILURE);
}

void smp_call(void (*fn)(void))
{
	pthread_t threads[MAX_CPUS];

	work = fn;
	for (uintptr_t cpu = 1; cpu < nr_cpus_online; cpu++)
		check(pthread_create(&threads[cpu], NULL, cpu_main,
				     (void *)cpu), "pthread_create");
	fn();
	for (unsigned int cpu = 1; cpu < nr_cpus_online; cpu++)
		check(pthread_join(threads[cpu], NULL), "pthread_join");
}

/* make_memory(): RAM, its nodes, and who has what of it. */
static void make_memory(void)
{
	memblock_init();
	for (int nid = 0; nid < NR_NODES; nid++) {
		phys_addr_t base = NODE_BASE + (phys_addr_t)nid * NODE_SIZE;

		host_ram(base, NODE_SIZE);
		check(memblock_add_node(base, NODE_SIZE, nid, MEMBLOCK_NONE),
		      "memblock_add_node");
	}
	image.start = NODE_BASE;
	image.end = NODE_BASE + IMAGE_SIZE;
	check(memblock_reserve_owner(image.start, IMAGE_SIZE, MEMBLOCK_NONE,
				     &owner_image), "memblock_reserve_owner");
	brk_init(image.end - BRK_SIZE, image.end);
	numa_init(hwids, NR_NODES);
}

int main(int argc, char **argv)
{
	int nr = argc > 1 ? atoi(argv[1]) : 0;

	if (nr < 1 || nr > MAX_CPUS) {
		fprintf(stderr, "usage: %s CPUS [OPERATIONS]; CPUS is 1 to %d\n",
			argv[0], MAX_CPUS);
		return EXIT_FAILURE;
	}
	host_reset();
	host.echo = true;
	snprintf(bootargs, sizeof(bootargs), "stress=%s",
		 argc > 2 ? argv[2] : "");
	machine.bootargs = bootargs;
	make_memory();
	host_boot();
	nr_cpus_online = (unsigned int)nr;
	smp_active = nr > 1;
	return stress() ? EXIT_SUCCESS : EXIT_FAILURE;
}
