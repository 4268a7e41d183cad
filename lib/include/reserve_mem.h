/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reserve_mem=<size>:<align>:<name>: RAM that a person sets aside by name, such
 * as a log that is to be found again after a warm boot. May be given several
 * times.
 */
#ifndef RESERVE_MEM_H
#define RESERVE_MEM_H

#include "types.h"

/* Names at most, and their characters with the NUL; Linux's numbers. */
#define RESERVE_MEM_MAX_ENTRIES	8
#define RESERVE_MEM_NAME_SIZE	16

/*
 * reserve_mem_setup(): what machine.bootargs ask for is allocated from memblock,
 * before anything else is, so that it is in the same place on every boot of the
 * same machine. What can't be had is warned of and left out.
 */
void reserve_mem_setup(void);

/* reserve_mem_find_by_name(): where @name is, [*@start, *@start + *@size); false
 * where there is none of that name. */
bool reserve_mem_find_by_name(const char *name, phys_addr_t *start,
			      phys_addr_t *size);

#endif
