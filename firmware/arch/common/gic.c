/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ARM's Generic Interrupt Controller, version 2 (IHI 0048), as much of it as one
 * timer's interrupt takes. Registers are read and written in 32 bits.
 */
#include "gic.h"

#include "arch.h"
#include "machine.h"

/* The distributor's registers (section 4.3): on or off; bits of the interrupts 0 to
 * 31, which each CPU has for itself. */
#define GICD_CTLR	0x000
#define GICD_ISENABLER	0x100

/* The CPU interface's (section 4.4): on or off; the lowest priority that gets
 * through; which interrupt it is, from NONE on none, as one that is withdrawn before it
 * is asked for (section 3.2.5); that it was handled. */
#define GICC_CTLR	0x000
#define GICC_PMR	0x004
#define GICC_IAR	0x00c
#define GICC_IAR_ID	0x3ff
#define GICC_IAR_NONE	1020
#define GICC_EOIR	0x010
#define GICC_PMR_ALL	0xff
#define ENABLE		1u

/* reg(): the register at @offset of the page at @base. */
static volatile uint32_t *reg(phys_addr_t base, unsigned int offset)
{
	return phys_to_virt(base + offset);
}

const char *gic_enable(unsigned int irq)
{
	static bool enabled;	/* by an earlier call */

	if (enabled)
		return NULL;
	if (machine.irq.dist == 0)
		return "the tree's root names no interrupt controller that we know";
	*reg(machine.irq.dist, GICD_CTLR) = ENABLE;
	*reg(machine.irq.dist, GICD_ISENABLER) = 1u << irq;
	*reg(machine.irq.cpu, GICC_PMR) = GICC_PMR_ALL;
	*reg(machine.irq.cpu, GICC_CTLR) = ENABLE;
	if (!(*reg(machine.irq.dist, GICD_ISENABLER) & 1u << irq))
		return "the interrupt controller keeps the timer for others";
	enabled = true;
	return NULL;
}

bool gic_alarm(unsigned int irq, unsigned long pc)
{
	uint32_t taken = *reg(machine.irq.cpu, GICC_IAR);
	unsigned int id = taken & GICC_IAR_ID;

	if (id >= GICC_IAR_NONE)
		return true;
	*reg(machine.irq.cpu, GICC_EOIR) = taken;
	if (id == irq)
		watchdog_alarm(pc);
	return id == irq;
}
