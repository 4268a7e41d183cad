/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which CPUs there are: the children of /cpus that are usable (specification,
 * 3.7 and 3.8). Their reg is the number that the hardware knows them by; one
 * with several entries is as many threads.
 */
#include "brk.h"
#include "machine.h"
#include "numa.h"
#include "of_private.h"

/* The longest mmu-type; those in use have about ten characters. */
#define MMU_TYPE_MAX	31

/* The node of each entry of machine.cpus. */
static int *cpu_nodes;

bool of_is_cpu(int node)
{
	if (of_has(node, OF_DEVICE_TYPE))
		return of_is(node, OF_DEVICE_TYPE, "cpu");
	return of_named(node, "cpu");
}

/* note_boot_cpu(): what is asked of the CPU that boots: its mmu-type,
 * and its clock's rate where that isn't said for all. */
static void note_boot_cpu(int node)
{
	int len;
	const char *type = of_property(node, OF_MMU_TYPE, &len);

	if (!machine.timebase)
		of_u32(node, OF_TIMEBASE, &machine.timebase);
	if (type)
		machine.mmu_type = of_text(type, len, MMU_TYPE_MAX);
}

/* add_cpu(): one CPU into machine.cpus, which has room for it. */
static void add_cpu(int node, unsigned long hwid)
{
	cpu_nodes[machine.nr_cpus] = node;
	machine.cpus[machine.nr_cpus] = (struct machine_cpu){ .hwid = hwid };
	machine.nr_cpus++;
	if (hwid == machine.boot_cpu)
		note_boot_cpu(node);
}

/* walk_cpus(): every usable CPU below @cpus into machine.cpus where @add;
 * returns how many there are. */
static unsigned long walk_cpus(int cpus, bool add)
{
	struct of_cells cells = of_cells(cpus, (struct of_cells){ 1, 0 });
	unsigned long nr = 0;
	struct of_reg reg;
	int node;

	of_for_each_child(node, cpus) {
		if (!of_is_cpu(node) || !of_available(node))
			continue;
		of_reg_start(&reg, node, OF_REG, cells);
		for (; of_reg_next(&reg); nr++)
			if (add)
				add_cpu(node, (unsigned long)reg.base);
	}
	return nr;
}

void of_scan_cpus(void)
{
	int cpus = of_top("cpus");
	unsigned long nr = cpus < 0 ? 0 : walk_cpus(cpus, false);

	machine.cpus = NULL;
	machine.nr_cpus = 0;
	machine.mmu_type = NULL;
	machine.timebase = 0;
	if (!nr)
		return;
	of_u32(cpus, OF_TIMEBASE, &machine.timebase);
	of_brk_ensure(nr * (sizeof(*machine.cpus) + sizeof(*cpu_nodes)));
	machine.cpus = brk_alloc_or_panic(nr * sizeof(*machine.cpus),
					  _Alignof(struct machine_cpu),
					  "the list of CPUs");
	cpu_nodes = brk_alloc_or_panic(nr * sizeof(*cpu_nodes), _Alignof(int),
				       "the list of CPUs");
	walk_cpus(cpus, true);
}

void of_cpus_set_nodes(void)
{
	for (unsigned long i = 0; i < machine.nr_cpus; i++) {
		uint32_t hwid = 0;
		int nid;

		of_u32(cpu_nodes[i], OF_NUMA_NODE_ID, &hwid);
		nid = numa_find(hwid);
		machine.cpus[i].nid = nid == NUMA_NO_NODE ? 0 : nid;
	}
}
