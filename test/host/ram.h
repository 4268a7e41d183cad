/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Simulated RAM, as the host's hooks see it; tests use host.h.
 */
#ifndef RAM_H
#define RAM_H

#include "types.h"

/* ram_find(): where [@pa, @pa + @size) is, or NULL where part of it isn't RAM. */
void *ram_find(phys_addr_t pa, size_t size);

/* ram_reset(): there is no RAM any more. */
void ram_reset(void);

#endif
