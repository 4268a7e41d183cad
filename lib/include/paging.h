/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page tables: one generic builder and walker over a port's tiny codec.
 *
 * <asm/pgtable.h> of the port gives, inline:
 *
 *	pte_t				one entry
 *	PT_INDEX_BITS			log2 of the entries of a table
 *	pte_present(pte)		valid, a leaf or a table
 *	pte_is_leaf(pte, level)		translates, rather than leads to a table
 *	pte_phys(pte, level)		where it leads or what it maps
 *	pte_prot(pte)			a leaf's VM_... permissions
 *	pte_table(pa)			an entry that leads to the table at @pa
 *	pte_leaf(pa, prot, level)	an entry that maps @pa with @prot; 0: none
 *	pte_advance(leaf, bytes)	the same leaf, mapping @bytes further up
 *
 * Levels count from the leaves: level 0 maps 4 KiB, level 1 2 MiB, 2 1 GiB ...
 */
#ifndef PAGING_H
#define PAGING_H

#include "types.h"

/* Permissions of a mapping; 0 means: not mapped. */
#define VM_READ		0x1u
#define VM_WRITE	0x2u
#define VM_EXEC		0x4u
#define VM_IO		0x8u	/* device memory: uncached, strictly ordered */

/* Levels that any port's deepest format has, and so the sizes of leaf there are. */
#define PT_MAX_LEVELS	5

/* A page-table format that a CPU may have. */
struct paging_mode {
	const char *name;		/* as the architecture calls it: "Sv39" */
	unsigned int levels;		/* tables between the root and a 4 KiB leaf */
	unsigned int reach_bits;	/* identity maps addresses below 1 << this */
	unsigned int max_leaf_level;	/* the highest level that may hold leaves */
	unsigned long id;		/* the port's own: satp MODE, TCR bits ... */
};

/* What the tables came to; filled by paging_init() and read by the report. */
struct paging_stats {
	const struct paging_mode *mode;		/* NULL until chosen */
	unsigned long nr_tables;		/* pages that hold tables */
	unsigned long nr_leaves[PT_MAX_LEVELS];	/* leaves, by level */
	phys_addr_t mapped_bytes;		/* what all leaves map together */
	unsigned long nr_wx;			/* leaves, writable and executable: 0 */
	unsigned long nr_nomap;			/* leaves over a no-map range: 0 */
};

/*
 * paging_choose_mode(): the shallowest format that the CPU has and that reaches
 * all RAM, else the deepest; RAM that this doesn't reach is dropped from
 * memblock with a warning that says how many bytes. Before bootmem_init().
 */
void paging_choose_mode(void);

/*
 * paging_init(): build the tables from bootmem's pages, check them by walking,
 * switch the MMU on. See docs/boot-walkthrough.md for what is mapped and how.
 */
void paging_init(void);

/* paging_root(): where the tables are, for other CPUs' arch_paging_enable(). */
phys_addr_t paging_root(void);

/*
 * paging_map(): map [@start, @end), page aligned, one to one with @prot; what
 * stood there is replaced. For live tables too.
 */
void paging_map(phys_addr_t start, phys_addr_t end, unsigned int prot);

/*
 * paging_map_wanted(): map what of [@start, @end), page aligned, is to be mapped by
 * now and isn't yet: a reservation's owner asked for it.
 */
void paging_map_wanted(phys_addr_t start, phys_addr_t end);

/*
 * paging_lookup(): the permissions with which @pa is mapped, 0 where it isn't,
 * read from the tables as the hardware would; *@end, where given, is set to the
 * end of the leaf, or of the hole, that @pa lies in.
 */
unsigned int paging_lookup(phys_addr_t pa, phys_addr_t *end);

/*
 * paging_check(): walk the tables as they are now. Panics where a leaf maps what
 * isn't wanted, or something wanted isn't mapped. Returns what was counted.
 */
struct paging_stats paging_check(void);

/* paging_stats(): what paging_check() counted when the tables were built. */
struct paging_stats paging_stats(void);

#endif
