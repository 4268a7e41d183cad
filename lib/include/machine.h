/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the image knows of the machine once the device tree has been read.
 *
 * lib/of fills these two plain structures; after that nothing outside lib/of
 * knows that a device tree exists. Strings point into the tree, which stays
 * reserved and mapped read-only, or into brk memory.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include "types.h"

/* A UART as the tree describes it; which driver fits is the console's business. */
struct machine_uart {
	const char *compatible;		/* NUL-separated list; NULL: none named */
	size_t compatible_len;		/* bytes in that list */
	phys_addr_t base;		/* its registers, as the CPU addresses them */
	phys_addr_t size;		/* bytes of registers */
	unsigned int reg_shift;		/* log2 of the distance of two registers */
	unsigned int reg_io_width;	/* bytes of one access: 1, 2 or 4 */
};

/* A register that switches the machine off; pa 0: the tree names none. */
struct machine_poweroff {
	phys_addr_t pa;			/* where the 32-bit register is */
	uint32_t pass;			/* value that ends with success */
	uint32_t fail;			/* value that ends with failure */
};

/* An interrupt controller's two pages of registers; 0: none that we know. */
struct machine_irq {
	phys_addr_t dist;		/* what all CPUs share */
	phys_addr_t cpu;		/* the CPU's own */
};

/* One CPU that the tree lists as usable. */
struct machine_cpu {
	unsigned long hwid;		/* its number to the hardware (its reg) */
	int nid;			/* its node */
};

struct machine {
	const char *model;		/* the root's model, else its compatible */
	const char *bootargs;		/* /chosen bootargs; "" or NULL: none */
	const char *mmu_type;		/* the boot CPU's mmu-type, or NULL */
	struct machine_uart uart;	/* what stdout-path leads to */
	struct machine_uart earlycon;	/* the early console's, where the port's is
					   a UART: set by arch_early_write() */
	struct machine_poweroff poweroff;
	uint32_t timebase;		/* ticks a second of the CPUs' clock, where
					   the tree has to say it; else 0 */
	struct machine_irq irq;		/* the interrupt controller */
	const char *psci_method;	/* how PSCI is called: "hvc", "smc"; or NULL */
	struct machine_cpu *cpus;	/* usable CPUs, in the tree's order */
	unsigned long nr_cpus;
	unsigned long boot_cpu;		/* hwid of the CPU that boots */
	uint64_t seed;			/* random, where seeded; 0 once it is used */
	bool seeded;			/* the tree had random numbers for us */
	phys_addr_t dtb;		/* the tree itself */
	phys_addr_t dtb_size;		/* its totalsize */
};

extern struct machine machine;

/* A piece of the running image with one permission. */
struct image_segment {
	phys_addr_t start, end;		/* page aligned */
	const char *name;		/* "text", "rodata", "data", ... */
	unsigned int prot;		/* VM_... under which it is mapped; 0: a guard */
};

/* Segments of an image at most. */
#define IMAGE_MAX_SEGMENTS 8

/* Where the running image is; the firmware fills it from linker.ld's symbols. */
struct image {
	phys_addr_t start, end;		/* all of it, .bss, stack and brk included */
	struct image_segment segment[IMAGE_MAX_SEGMENTS]; /* ascending, no gaps */
	unsigned int nr_segments;
};

extern struct image image;

/* image_segment(): the piece called @name, NULL where there is none. */
const struct image_segment *image_segment(const char *name);

/*
 * bootarg(): the value of @name in machine.bootargs: the text after 'name=',
 * which ends at white space or the string's end; "" for a bare 'name'; NULL
 * where the word is not there. @after is NULL, or the last answer, to get the
 * next one of several.
 */
const char *bootarg(const char *name, const char *after);

/*
 * memparse(): a decimal or 0x number with an optional suffix K M G T P E, powers
 * of 1024, as Linux reads them; what doesn't fit becomes all ones. *@end is what
 * follows it, @text where there is no number.
 */
unsigned long long memparse(const char *text, const char **end);

#endif
