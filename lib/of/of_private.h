/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of lib/of share: reading properties, claims, and the parts of
 * the two scans that have a file of their own. Nodes are libfdt's offsets.
 */
#ifndef OF_PRIVATE_H
#define OF_PRIVATE_H

#include <libfdt.h>

#include "memblock.h"
#include "types.h"

/* A range in a message: two phys_addr_t, the last byte being the second. */
#define RANGE	"[0x%016llx-0x%016llx]"

/* --- of_property.c: single properties, whatever their bytes -------------- */

/* The root's offset; of_check_blob() refuses a blob where it is elsewhere. */
#define OF_ROOT		0

/* The longest node name that a line of the report shows whole. */
#define OF_NAME_MAX	63

/* of_fdt(): the blob, as libfdt wants it. */
const void *of_fdt(void);

/*
 * of_text(): the text of the @len bytes at @data as a C string of printable
 * characters, at most @max of them: the bytes themselves where they are fine,
 * else a copy in brk. White space becomes a blank, anything odd a '?', and what
 * is too long ends in "...".
 */
const char *of_text(const char *data, int len, int max);

/* of_name(): @node's name with its unit address, fit to be printed. */
const char *of_name(int node);

/* of_named(): @node's name, up to the unit address, is @base. */
bool of_named(int node, const char *base);

/* of_has(): @node has a property @name, with or without a value. */
bool of_has(int node, const char *name);

/* of_is(): @node's property @name is the one string @text. */
bool of_is(int node, const char *name, const char *text);

/* of_u32(): @node's property @name into *@value; false where there is none or
 * where it isn't one cell. */
bool of_u32(int node, const char *name, uint32_t *value);

/* of_available(): @node's status says that it may be used (specification,
 * 2.3.4): "okay", the older "ok", or no status. */
bool of_available(int node);

/* --- of_cells.c: addresses and sizes made of cells ------------------------ */

/* How many cells an address and a size take below a node; negative where the
 * property is there but is no such number. */
struct of_cells {
	int address;		/* #address-cells, 1 to 4 */
	int size;		/* #size-cells, 0 to 4 */
};

/* An iterator over (address, size) entries of a property. */
struct of_reg {
	int node;		/* the node that has it */
	const char *name;	/* the property */
	const fdt32_t *cell;	/* next cell to read */
	struct of_cells cells;	/* cells of an entry */
	int left;		/* whole entries not read yet */
	phys_addr_t base;	/* the entry last read */
	phys_addr_t size;	/* its bytes; base + size is 2^64 at most */
	bool quiet;		/* don't warn: somebody else reads it too */
};

/* of_cells(): the cells for @bus's children; @fallback's where it has none. */
struct of_cells of_cells(int bus, struct of_cells fallback);

/* of_default_cells: 2 and 1, what a bus has that doesn't say (2.3.5). */
extern const struct of_cells of_default_cells;

/* of_root_cells(): those of /memory, /chosen's ranges and the like. */
struct of_cells of_root_cells(void);

/* of_number(): the @n cells at *@cell as a number, *@cell moved behind them.
 * False where 64 bits don't hold it. */
bool of_number(const fdt32_t **cell, int n, phys_addr_t *value);

/* of_reg_start(): @it will read @node's property @name, if there is one. */
void of_reg_start(struct of_reg *it, int node, const char *name,
		  struct of_cells cells);

/* of_reg_peek(): the same, for one more look at what is read elsewhere: no
 * warnings. */
void of_reg_peek(struct of_reg *it, int node, const char *name,
		 struct of_cells cells);

/*
 * of_reg_next(): the next entry that can be used into @it->base and @it->size;
 * false past the last. Refused entries are passed over with a warning, one that
 * wraps ends at 2^64 with a warning.
 */
bool of_reg_next(struct of_reg *it);

/* --- of_claim.c: collect in any order, sort, resolve ---------------------- */

/* Who wins where reservations overlap: the lower rank. */
enum of_rank {
	OF_RANK_IMAGE,		/* ourselves: always mapped */
	OF_RANK_DTB,		/* the blob */
	OF_RANK_NOMAP,		/* what must not be mapped */
	OF_RANK_FIRMWARE,	/* what nobody named, below the image */
	OF_RANK_INITRD,
	OF_RANK_RESERVED,	/* plain nodes of /reserved-memory */
	OF_RANK_REUSABLE,	/* pools of their own */
	OF_RANK_MEMRESERVE,	/* the reservation block: says least */
};

/* One range that somebody claims. */
struct of_claim {
	struct of_claim *next;
	const char *name;		/* who: the node, for messages */
	phys_addr_t base;		/* as the tree says, not rounded */
	phys_addr_t size;		/* at least 1; base + size <= 2^64 */
	phys_addr_t align;		/* dynamic regions: of their address */
	enum memblock_flags flags;
	int rank;			/* memory: the node id; else of_rank */
	int node;			/* dynamic regions: where the rest stands */
	struct of_cells cells;		/* dynamic regions: of alloc-ranges */
	const struct mem_owner *owner;	/* reservations: the owner */
};

/* of_claim_last(): the last byte of @claim. */
static inline phys_addr_t of_claim_last(const struct of_claim *claim)
{
	return claim->base + (claim->size - 1);
}

/* of_claim_add(): a copy of @claim goes in front of @list. */
void of_claim_add(struct of_claim **list, const struct of_claim *claim);

/* of_claim_order(): by address, then rank, flags, size and name: an order that
 * doesn't depend on where in the file a claim stands. Negative, 0, positive. */
int of_claim_order(const struct of_claim *a, const struct of_claim *b);

/* of_claim_sort(): @list in the order that @order gives. */
struct of_claim *of_claim_sort(struct of_claim *list,
			       int (*order)(const struct of_claim *,
					    const struct of_claim *));

/* of_must(): panic where memblock returned @err because a table is full. */
void of_must(int err);

/* --- of_brk.c: room for what a tree makes us remember ---------------------- */

/* What one range of the tree may cost until bootmem is up: its claim, its
 * region, names, and its share of tables that have doubled. */
#define OF_RANGE_BYTES	((phys_addr_t)768)

/* of_brk_start(): brk is the image's own so far. */
void of_brk_start(void);

/*
 * of_brk_ensure(): @bytes and some more can be had from brk. Where they can't,
 * brk goes on in RAM that nobody claims, if there is such a place.
 */
void of_brk_ensure(phys_addr_t bytes);

/* of_claim_brk(): what brk was extended by. */
void of_claim_brk(struct of_claim **claims);

/* of_count_entries(): entries of @node's property @name, by @cells. */
unsigned long of_count_entries(int node, const char *name,
			       struct of_cells cells);

/* --- parts of of_scan_machine() ------------------------------------------- */

/* of_scan_cpus(): the usable CPUs into machine.cpus. */
void of_scan_cpus(void);

/* of_cpus_set_nodes(): each CPU's node, once numa_init() has run. */
void of_cpus_set_nodes(void);

/* of_is_cpu(): @node, a child of /cpus, is a CPU. */
bool of_is_cpu(int node);

/* of_device_range(): @node's first reg entry as the CPU addresses it; false
 * where a bus on the way doesn't translate it. */
bool of_device_range(int node, phys_addr_t *base, phys_addr_t *size);

/* --- parts of of_scan_memory() -------------------------------------------- */

/* of_is_memory(): @node, a child of the root, is a usable memory node. */
bool of_is_memory(int node);

/* of_memory_ranges(): the property that holds memory node @node's ranges. */
const char *of_memory_ranges(int node);

/* of_memory_claims(): what the memory nodes claimed, in address order. */
const struct of_claim *of_memory_claims(void);

/* of_scan_numa(): the ids that memory and CPUs have, and their distances. */
void of_scan_numa(void);

/* of_memory_nid(): the node that @node's memory belongs to. */
int of_memory_nid(int node);

/* of_limit_memory(): drop RAM that the CPU can't address, or that /chosen or
 * the boot arguments say not to use. */
void of_limit_memory(void);

/* --- parts of of_scan_reserved() ------------------------------------------ */

/* of_claim_regions(): the children of /reserved-memory that have an address
 * into @claims, the others into @dynamic. */
void of_claim_regions(struct of_claim **claims, struct of_claim **dynamic);

/* of_count_regions(): ranges of /reserved-memory's children; at least one each. */
unsigned long of_count_regions(void);

/* of_is_regions(): @node, a child of the root, is a /reserved-memory. */
bool of_is_regions(int node);

/* of_claim_chosen(): the initrd and other ranges that /chosen names. */
void of_claim_chosen(struct of_claim **claims);

/* of_chosen_range(): name of the @i-th property of /chosen, from 0, that holds
 * ranges to reserve; NULL past the last. of_initrd(): the initrd; false where
 * there is none or its ends make no sense. */
const char *of_chosen_range(size_t i);
bool of_initrd(int chosen, phys_addr_t *start, phys_addr_t *end);

/* of_memory_answers(): the word at @pa keeps what is written to it. */
bool of_memory_answers(phys_addr_t pa);

/* of_probe_memory(): drop each bank that doesn't answer. */
void of_probe_memory(void);

/* of_place_dynamic(): find room for each region in @list and reserve it. */
void of_place_dynamic(struct of_claim *list);

#endif
