/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interrupt controller, for ports whose CPUs can't be interrupted without one.
 */
#ifndef GIC_H
#define GIC_H

/* gic_enable(): interrupt @irq, one of the CPU's own, below 32, comes to it from
 * here on. Returns NULL, or in words why it won't. */
const char *gic_enable(unsigned int irq);

/* gic_take(): the number of the interrupt that this CPU was interrupted by, which is
 * handled by that; where its cause stays it comes again. After gic_enable(). */
unsigned int gic_take(void);

#endif
