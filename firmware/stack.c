/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot CPU's two stacks. It starts on one inside the image, and moves to one
 * from bootmem, on its own node, once the page below that is known not to be
 * mapped. The first one then goes to the buddy, guard page and all.
 */
#include <string.h>

#include "arch.h"
#include "bootmem.h"
#include "early_alloc.h"
#include "gfp.h"
#include "machine.h"
#include "numa.h"
#include "paging.h"

#include "firmware.h"

/* The end of the boot CPU's stack; it grows down from there. */
static char *stack_top;

/* boot_node(): the node of the CPU that boots. */
static int boot_node(void)
{
	for (unsigned long i = 0; i < machine.nr_cpus; i++)
		if (machine.cpus[i].hwid == machine.boot_cpu)
			return machine.cpus[i].nid;
	return 0;
}

void stack_alloc(void)
{
	page_alloc_set_node(boot_node());
	stack_top = early_stack_alloc(STACK_SIZE, boot_node());
}

void stack_switch(void (*next)(void))
{
	arch_call_on_stack(stack_top, next);
}

phys_addr_t stack_guard(void)
{
	return virt_to_phys(stack_top) - STACK_SIZE - PAGE_SIZE;
}

/* free_segment(): the image's segment called @name becomes the buddy's, wiped: who
 * gets it next has no business with what was on a stack. */
static void free_segment(const char *name)
{
	const struct image_segment *segment = image_segment(name);
	phys_addr_t size = segment->end - segment->start;

	if (!memblock_is_region_memory(segment->start, size))
		return;
	paging_map(segment->start, segment->end, VM_READ | VM_WRITE);
	memset(phys_to_virt(segment->start), 0, size);
	free_bootmem_late(segment->start, size);
}

void free_initmem(void)
{
	free_segment("guard");
	free_segment("stack");
}
