/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interrupt controller, for ports whose CPUs can't be interrupted without one.
 */
#ifndef GIC_H
#define GIC_H

#include "types.h"

/* gic_enable(): interrupt @irq, one of the CPU's own, below 32, comes to it from
 * here on. Returns NULL, or in words why it won't. */
const char *gic_enable(unsigned int irq);

/* gic_alarm(): this CPU was interrupted at @pc: by @irq, which is watchdog_alarm()'s,
 * or by nothing any more. False: by another one. Where its cause stays it comes again.
 * After gic_enable(). */
bool gic_alarm(unsigned int irq, unsigned long pc);

#endif
