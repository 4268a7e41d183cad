/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of lib/of share: the tree and its properties, claims, and the
 * parts of the two scans that have a file of their own.
 */
#ifndef OF_PRIVATE_H
#define OF_PRIVATE_H

#include <libfdt.h>

#include "memblock.h"
#include "types.h"

/* A range in a message: two phys_addr_t, the last byte being the second. */
#define RANGE	"[0x%016llx-0x%016llx]"

/* --- of_tree.c: nodes and properties --------------------------------------- */

/* A node is a number; negative: no node. The root is always this one. */
#define OF_ROOT		0

/* The properties that are ever asked for, by name; of_prop_name() has the names. */
enum of_prop {
	OF_ADDRESS_CELLS, OF_SIZE_CELLS, OF_ALIGNMENT, OF_ALLOC_RANGES,
	OF_BOOTARGS, OF_COMPATIBLE, OF_DEVICE_TYPE, OF_DISTANCE_MATRIX,
	OF_HOTPLUGGABLE, OF_INTERRUPT_PARENT, OF_KASLR_SEED, OF_ELFCOREHDR,
	OF_IMA_KEXEC_BUFFER, OF_INITRD_END, OF_INITRD_START, OF_KHO_FDT,
	OF_KHO_SCRATCH, OF_LINUX_PHANDLE, OF_LINUX_STDOUT_PATH,
	OF_USABLE_MEMORY, OF_USABLE_RANGE, OF_MEMORY_REGION, OF_METHOD,
	OF_MMU_TYPE, OF_MODEL, OF_NO_MAP, OF_NUMA_NODE_ID, OF_OFFSET,
	OF_PHANDLE, OF_RANGES, OF_REG, OF_REG_IO_WIDTH, OF_REG_OFFSET,
	OF_REG_SHIFT, OF_REGMAP, OF_REUSABLE, OF_RNG_SEED, OF_SIZE, OF_STATUS,
	OF_STDOUT_PATH, OF_TIMEBASE, OF_VALUE,
	NR_OF_PROPS
};

/* What a tree has, in all. */
struct of_counts {
	uint32_t nodes, props;
};

/* of_fdt(): the blob, as libfdt wants it. */
const void *of_fdt(void);

/* of_tree_start(): the blob was checked, and has @found; it is read by libfdt. */
void of_tree_start(const struct of_counts *found);

/* of_tree_index(): list it, if there is room, so that what follows is fast. Node
 * numbers from before mean nothing afterwards, the root's excepted. */
void of_tree_index(void);

/* of_next(): the node that begins next in the blob. */
int of_next(int node);

/* of_parent(), of_child(), of_sibling(): the node that @node is in, the first
 * one in it, the next one in the same parent. */
int of_parent(int node);
int of_child(int node);
int of_sibling(int node);

#define of_for_each_child(node, parent)					\
	for ((node) = of_child(parent); (node) >= 0;			\
	     (node) = of_sibling(node))

/* of_node_name(): @node's name as it stands in the blob, any bytes, and a NUL. */
const char *of_node_name(int node);

/* of_prop_name(): what the specification calls @prop. */
const char *of_prop_name(enum of_prop prop);

/* of_property(): the *@len bytes of @node's property @name; NULL, and a negative
 * libfdt error in *@len, where it has none. */
const void *of_property(int node, enum of_prop name, int *len);

/* of_property_called(): the same for a name that the tree itself says, the
 * @name_len characters at @name. */
const void *of_property_called(int node, const char *name, int name_len,
			       int *len);

/* of_named(): @node's name, up to the unit address, is @base. */
bool of_named(int node, const char *base);

/* of_path(): the node that the @len characters at @path lead to from the root. A
 * unit address counts where the path has one. */
int of_path(const char *path, int len);

/* of_top(): the root's first child called @name. */
int of_top(const char *name);

/* of_by_phandle(): the first node that has this phandle. */
int of_by_phandle(uint32_t phandle);

/* of_phandle(): @node's own; 0: none. */
uint32_t of_phandle(int node);

/* of_by_compatible(): the first node from @node on whose compatible lists that
 * string. */
int of_by_compatible(int node, const char *compatible);

/* --- of_property.c: single properties, whatever their bytes -------------- */

/* The longest node name that a line of the report shows whole. */
#define OF_NAME_MAX	63

/*
 * of_text(): the text of the @len bytes at @data as a C string of printable
 * characters, at most @max of them: the bytes themselves where they are fine,
 * else a copy in brk. White space becomes a blank, anything odd a '?', and what
 * is too long ends in "...".
 */
const char *of_text(const char *data, int len, int max);

/* of_name(): @node's name with its unit address, fit to be printed. */
const char *of_name(int node);

/* of_has(): @node has a property @name, with or without a value. */
bool of_has(int node, enum of_prop name);

/* of_is(): @node's property @name is the one string @text. */
bool of_is(int node, enum of_prop name, const char *text);

/* of_u32(): @node's property @name into *@value; false where there is none or
 * where it isn't one cell. */
bool of_u32(int node, enum of_prop name, uint32_t *value);

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
	enum of_prop name;	/* the property */
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
void of_reg_start(struct of_reg *it, int node, enum of_prop name,
		  struct of_cells cells);

/* of_reg_peek(): the same, for one more look at what is read elsewhere: no
 * warnings. */
void of_reg_peek(struct of_reg *it, int node, enum of_prop name,
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
 * brk goes on in RAM that nobody claims; false where there is no such place.
 */
bool of_brk_ensure(phys_addr_t bytes);

/* of_claim_brk(): what brk was extended by. */
void of_claim_brk(struct of_claim **claims);

/* of_count_entries(): entries of @node's property @name, by @cells. */
unsigned long of_count_entries(int node, enum of_prop name,
			       struct of_cells cells);

/* --- parts of of_scan_machine() ------------------------------------------- */

/* of_scan_cpus(): the usable CPUs into machine.cpus. */
void of_scan_cpus(void);

/* of_scan_seed(): fold @chosen's random numbers into machine.seed, and wipe them
 * from the tree. @chosen may be negative: there is none. */
void of_scan_seed(int chosen);

/* of_cpus_set_nodes(): each CPU's node, once numa_init() has run. */
void of_cpus_set_nodes(void);

/* of_is_cpu(): @node, a child of /cpus, is a CPU. */
bool of_is_cpu(int node);

/* of_device_range(): @node's reg entry number @i as the CPU addresses it; false
 * where there is none, or where a bus on the way doesn't translate it. */
bool of_device_range(int node, unsigned int i, phys_addr_t *base,
		     phys_addr_t *size);

/* --- parts of of_scan_memory() -------------------------------------------- */

/* of_is_memory(): @node, a child of the root, is a usable memory node. */
bool of_is_memory(int node);

/* of_memory_ranges(): the property that holds memory node @node's ranges. */
enum of_prop of_memory_ranges(int node);

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

/* of_memreserve(): entry @i of the reservation block, from 0; its size may be 0.
 * False past the last. of_count_memreserve(): how many there are. */
bool of_memreserve(unsigned int i, phys_addr_t *base, phys_addr_t *size);
unsigned long of_count_memreserve(void);

/* of_claim_memreserve(): the entries of the reservation block. */
void of_claim_memreserve(struct of_claim **claims);

/* of_claim_chosen(): the initrd and other ranges that /chosen names. */
void of_claim_chosen(struct of_claim **claims);

/* of_chosen_range(): the @i-th property of /chosen, from 0, that holds ranges to
 * reserve; NR_OF_PROPS past the last. of_initrd(): the initrd; false where
 * there is none or its ends make no sense. */
enum of_prop of_chosen_range(size_t i);
bool of_initrd(int chosen, phys_addr_t *start, phys_addr_t *end);

/* of_memory_answers(): the word at @pa keeps what is written to it. */
bool of_memory_answers(phys_addr_t pa);

/* of_probe_memory(): drop each bank that doesn't answer. */
void of_probe_memory(void);

/* of_place_dynamic(): find room for each region in @list and reserve it. */
void of_place_dynamic(struct of_claim *list);

#endif
