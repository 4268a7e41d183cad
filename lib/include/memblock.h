/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memblock: sorted lists of ranges, and the first allocator that knows the RAM.
 *
 * memory holds what may be used, reserved who holds which part of it, dropped
 * what /memory claimed and is not used, with the reason. Free is memory minus
 * reserved; it is computed by walking both, never stored. Regions of one list
 * never overlap, are sorted, and where neighbours are alike they are one.
 *
 * Names and meaning are Linux's (mm/memblock.c, 6.12). On purpose different:
 * every region has an owner; an error is returned as -1 with nothing changed;
 * alignments that are no power of two, sizes of 0 and ranges that wrap are
 * refused; a region may end with the last byte of the address space.
 */
#ifndef MEMBLOCK_H
#define MEMBLOCK_H

#include "numa.h"
#include "types.h"

/* Attributes of a region: bits. */
enum memblock_flags {
	MEMBLOCK_NONE		= 0x0,
	MEMBLOCK_HOTPLUG	= 0x1,	/* memory: may be taken out; used last */
	MEMBLOCK_MIRROR		= 0x2,	/* memory: mirrored; used first */
	MEMBLOCK_NOMAP		= 0x4,	/* never mapped, never free */
	MEMBLOCK_RSRV_NOINIT	= 0x10,	/* reserved: its pages get no state */
	MEMBLOCK_REUSABLE	= 0x20,	/* reserved: a pool of its own, by name */
};

/*
 * Who holds a range, in the words of the report. Compared by address: regions
 * with the same owner merge. Lives as long as the region, so it is a static or
 * comes from brk.
 */
struct mem_owner {
	const char *kind;	/* the ledger's column: "reserved", "image", ... */
	const char *name;	/* the device-tree node, or what it is for */
	const char *users;	/* devices whose memory-region names it, or NULL */
	unsigned int prot;	/* VM_... under which it is mapped; 0: not at all */
};

struct memblock_region {
	phys_addr_t base;		/* first byte */
	phys_addr_t size;		/* bytes, at least 1; base + size may be 2^64 */
	enum memblock_flags flags;
	int nid;			/* node; NUMA_NO_NODE in reserved */
	const struct mem_owner *owner;	/* NULL in memory */
};

struct memblock_type {
	struct memblock_region *regions;	/* sorted by base */
	unsigned long cnt;			/* regions in use */
	unsigned long max;			/* regions there is room for */
	phys_addr_t total_size;			/* sum of all sizes */
	const char *name;			/* "memory", "reserved", "dropped" */
};

struct memblock {
	bool bottom_up;			/* search from the lowest address up */
	bool has_mirror;		/* some memory is mirrored: try it first */
	phys_addr_t current_limit;	/* MEMBLOCK_ALLOC_ACCESSIBLE's limit */
	struct memblock_type memory;
	struct memblock_type reserved;
	struct memblock_type dropped;	/* claimed by /memory, not used: why */
};

extern struct memblock memblock;

/* memblock=debug: every change is traced in the lines that Linux prints. */
extern bool memblock_debug;

/* memblock_dump_all(): both lists as Linux prints them, with memblock_debug. */
void memblock_dump_all(void);

/* Owners of what the project itself takes; what each is mapped as is fixed. */
extern const struct mem_owner owner_anonymous;	/* plain memblock_reserve() */
extern const struct mem_owner owner_bitmap;	/* bootmem's maps */
extern const struct mem_owner owner_pagetable;
extern const struct mem_owner owner_nodedata;	/* pg_data_t, zonelists */
extern const struct mem_owner owner_stack;
extern const struct mem_owner owner_guard;	/* the page below a stack */
extern const struct mem_owner owner_memblock;	/* memblock's own tables */
extern const struct mem_owner owner_page_zero;	/* its address is NULL */

/* Limits for allocations: anywhere, or up to memblock.current_limit. */
#define MEMBLOCK_ALLOC_ANYWHERE		PHYS_ADDR_MAX
#define MEMBLOCK_ALLOC_ACCESSIBLE	((phys_addr_t)0)

/* memblock_init(): all lists empty, their first tables static. */
void memblock_init(void);

/* The last byte of @r. There is no memblock_end(): it may not be representable. */
static inline phys_addr_t memblock_last(const struct memblock_region *r)
{
	return r->base + (r->size - 1);
}

/*
 * Adding and removing. Where @base + @size exceeds 2^64 the range is refused.
 * What is already in the list keeps its node, flags and owner: only the pieces
 * that are not covered yet are added. Return 0, or -1 for a range that is
 * refused or a table that couldn't grow (with a line); then nothing changed.
 */
int memblock_add(phys_addr_t base, phys_addr_t size);
int memblock_add_node(phys_addr_t base, phys_addr_t size, int nid,
		      enum memblock_flags flags);
int memblock_remove(phys_addr_t base, phys_addr_t size);
int memblock_reserve(phys_addr_t base, phys_addr_t size);
int memblock_reserve_owner(phys_addr_t base, phys_addr_t size,
			   enum memblock_flags flags,
			   const struct mem_owner *owner);
int memblock_phys_free(phys_addr_t base, phys_addr_t size);

/*
 * Editing what is in a list: the flag or the node of each part of it that lies
 * in the range. Regions are split and merged as needed. 0 or -1, as above.
 */
int memblock_mark_hotplug(phys_addr_t base, phys_addr_t size);
int memblock_clear_hotplug(phys_addr_t base, phys_addr_t size);
int memblock_mark_mirror(phys_addr_t base, phys_addr_t size);
int memblock_mark_nomap(phys_addr_t base, phys_addr_t size);
int memblock_clear_nomap(phys_addr_t base, phys_addr_t size);
int memblock_reserved_mark_noinit(phys_addr_t base, phys_addr_t size);
int memblock_set_node(phys_addr_t base, phys_addr_t size,
		      struct memblock_type *type, int nid);

/*
 * memblock_drop(): what of [@base, @base + @size) is in memory goes to dropped,
 * with @owner's name as the reason. For bytes that were never added to memory,
 * memblock_claim_dropped() puts the uncovered ones on the dropped list alone.
 */
int memblock_drop(phys_addr_t base, phys_addr_t size,
		  const struct mem_owner *reason);
int memblock_claim_dropped(phys_addr_t base, phys_addr_t size, int nid,
			   const struct mem_owner *reason);

/* memblock_trim_memory(): round every memory region inwards to @align; the bytes
 * lost are dropped for @reason. -1 where @align is no power of two. */
int memblock_trim_memory(phys_addr_t align, const struct mem_owner *reason);

/*
 * Allocating: @size bytes at a multiple of @align, inside [@start, @end) and on
 * @nid where it isn't NUMA_NO_NODE; elsewhere where that node can't and @exact
 * is false. Top-down unless memblock.bottom_up. Never page 0. Returns 0 where
 * there is no room or an argument is refused. What is returned is reserved for
 * @owner; its content is whatever was there.
 */
phys_addr_t memblock_alloc_range_nid(phys_addr_t size, phys_addr_t align,
				     phys_addr_t start, phys_addr_t end,
				     int nid, bool exact,
				     const struct mem_owner *owner);

/*
 * memblock_find_in_range_node(): the search of the former alone: nothing is
 * reserved, and no allocator's turn is taken.
 */
phys_addr_t memblock_find_in_range_node(phys_addr_t size, phys_addr_t align,
					phys_addr_t start, phys_addr_t end,
					int nid);

/*
 * The forms that Linux has of it. The physical ones return 0 where there is no
 * room, the virtual ones NULL; those not called _raw zero what they return. The
 * virtual ones take @min as a preference, which is given up before they fail,
 * and never exceed memblock.current_limit. _low: below 4 GiB.
 */
static inline phys_addr_t memblock_phys_alloc(phys_addr_t size,
					      phys_addr_t align);
phys_addr_t memblock_phys_alloc_range(phys_addr_t size, phys_addr_t align,
				      phys_addr_t start, phys_addr_t end);
phys_addr_t memblock_phys_alloc_try_nid(phys_addr_t size, phys_addr_t align,
					int nid);
void *memblock_alloc(phys_addr_t size, phys_addr_t align);
void *memblock_alloc_or_panic(phys_addr_t size, phys_addr_t align);
void *memblock_alloc_raw(phys_addr_t size, phys_addr_t align);
void *memblock_alloc_from(phys_addr_t size, phys_addr_t align, phys_addr_t min);
void *memblock_alloc_low(phys_addr_t size, phys_addr_t align);
void *memblock_alloc_node(phys_addr_t size, phys_addr_t align, int nid);
void *memblock_alloc_try_nid(phys_addr_t size, phys_addr_t align,
			     phys_addr_t min, phys_addr_t max, int nid);
void *memblock_alloc_try_nid_raw(phys_addr_t size, phys_addr_t align,
				 phys_addr_t min, phys_addr_t max, int nid);
void *memblock_alloc_exact_nid_raw(phys_addr_t size, phys_addr_t align,
				   phys_addr_t min, phys_addr_t max, int nid);
static inline phys_addr_t memblock_phys_alloc(phys_addr_t size,
					      phys_addr_t align)
{
	return memblock_phys_alloc_range(size, align, 0,
					 MEMBLOCK_ALLOC_ACCESSIBLE);
}

/* memblock_free(): @size bytes at @mem, from one of the virtual forms, are not
 * reserved any more; NULL is fine. */
int memblock_free(void *mem, phys_addr_t size);

/* Direction and limit of searches that don't name their own. */
void memblock_set_bottom_up(bool enable);
void memblock_set_current_limit(phys_addr_t limit);
phys_addr_t memblock_get_current_limit(void);

/*
 * Using less: the lowest @limit bytes of memory (0: no limit), of which
 * _remove_map keeps NOMAP memory above in the list; or nothing outside
 * [@base, @base + @size) but NOMAP memory. What goes is dropped for @reason.
 * Reservations stay as they are.
 */
int memblock_enforce_memory_limit(phys_addr_t limit,
				  const struct mem_owner *reason);
int memblock_mem_limit_remove_map(phys_addr_t limit,
				  const struct mem_owner *reason);
int memblock_cap_memory_range(phys_addr_t base, phys_addr_t size,
			      const struct mem_owner *reason);

/*
 * Queries. is_region_memory: all of it, is_region_reserved: any byte of it, and
 * overlaps_region: any byte of it in any list.
 */
bool memblock_is_map_memory(phys_addr_t pa);
bool memblock_overlaps_region(const struct memblock_type *type,
			      phys_addr_t base, phys_addr_t size);

/* memblock_validate_numa_coverage(): at most @threshold bytes of memory have no
 * node; false, with a line, where more have none. */
bool memblock_validate_numa_coverage(phys_addr_t threshold);

/* memblock_search_pfn_nid(): the node of page @pfn, and the pages of the region
 * it lies in; NUMA_NO_NODE where it is no memory. */
int memblock_search_pfn_nid(unsigned long pfn, unsigned long *start_pfn,
			    unsigned long *end_pfn);

/* memblock_estimated_nr_free_pages(): memory less reserved, whatever overlaps. */
unsigned long memblock_estimated_nr_free_pages(void);

bool memblock_is_memory(phys_addr_t pa);
bool memblock_is_reserved(phys_addr_t pa);
bool memblock_is_region_memory(phys_addr_t base, phys_addr_t size);
bool memblock_is_region_reserved(phys_addr_t base, phys_addr_t size);
phys_addr_t memblock_start_of_DRAM(void);
phys_addr_t memblock_last_byte_of_DRAM(void);
phys_addr_t memblock_phys_mem_size(void);
phys_addr_t memblock_reserved_size(void);

/* memblock_search(): index of @type's region that holds @pa, or -1. */
long memblock_search(const struct memblock_type *type, phys_addr_t pa);

/* memblock_lower_bound(): index of @type's first region that ends at or above
 * @pa (whose last byte is >= @pa); type->cnt where there is none. */
unsigned long memblock_lower_bound(const struct memblock_type *type,
				   phys_addr_t pa);

/* memblock_upper_bound(): index of @type's first region that begins above @pa. */
unsigned long memblock_upper_bound(const struct memblock_type *type,
				   phys_addr_t pa);

/* The pages of a region: of memory the whole ones, of a reservation all that it
 * touches; [base_pfn, end_pfn) is empty or worse where memory has no whole one. */
static inline unsigned long
memblock_region_memory_base_pfn(const struct memblock_region *r)
{
	return PFN_UP(r->base);
}

static inline unsigned long
memblock_region_memory_end_pfn(const struct memblock_region *r)
{
	return PFN_DOWN(memblock_last(r)) +
	       ((memblock_last(r) & ~PAGE_MASK) == ~PAGE_MASK);
}

static inline unsigned long
memblock_region_reserved_base_pfn(const struct memblock_region *r)
{
	return PFN_DOWN(r->base);
}

static inline unsigned long
memblock_region_reserved_end_pfn(const struct memblock_region *r)
{
	return PFN_DOWN(memblock_last(r)) + 1;
}

/*
 * Every region in address order, @r points to it: for_each_mem_region(),
 * for_each_reserved_mem_range(); without NOMAP memory for_each_mem_range(), and
 * downwards for_each_mem_range_rev(). A list must not change meanwhile.
 */
#define for_each_memblock_type(type, r)					\
	for (r = (type)->regions; r < (type)->regions + (type)->cnt; r++)
#define for_each_mem_region(r)	    for_each_memblock_type(&memblock.memory, r)
#define for_each_reserved_region(r) for_each_memblock_type(&memblock.reserved, r)
#define for_each_reserved_mem_range(r)	for_each_reserved_region(r)
#define for_each_mem_range(r)						\
	for_each_mem_region(r)						\
		if ((r)->flags & MEMBLOCK_NOMAP) {			\
		} else
#define for_each_mem_range_rev(r)					\
	for (r = memblock.memory.regions + memblock.memory.cnt;		\
	     r > memblock.memory.regions && r--;)			\
		if ((r)->flags & MEMBLOCK_NOMAP) {			\
		} else

/* for_each_mem_pfn_range(): the whole pages [@start, @end) of each region @r of
 * memory of @nid (NUMA_NO_NODE: of all); regions without one are left out. */
#define for_each_mem_pfn_range(r, nid, start, end)			\
	for_each_mem_region(r)						\
		if (!memblock_mem_pfns(r, nid, &(start), &(end))) {	\
		} else

/* memblock_mem_pfns(): the former's step: false where @r is to be left out. */
static inline bool memblock_mem_pfns(const struct memblock_region *r, int nid,
				     unsigned long *start, unsigned long *end)
{
	*start = memblock_region_memory_base_pfn(r);
	*end = memblock_region_memory_end_pfn(r);
	return (nid == NUMA_NO_NODE || nid == r->nid) && *start < *end;
}

/* A maximal free range: memory minus reserved and NOMAP. last is inclusive. */
struct free_range {
	phys_addr_t start;	/* first byte */
	phys_addr_t last;	/* last byte */
	int nid;
	enum memblock_flags flags;	/* of the memory region it lies in */
};

/*
 * memblock_next_free(): the first free range that begins at or above @from, or
 * reaches across it (cut to begin there). Returns false past the last one.
 * Ranges end at the border of a memory region.
 */
bool memblock_next_free(phys_addr_t from, struct free_range *range);

/* memblock_prev_free(): the mirror image: the last free range that ends at or
 * below @upto, or reaches across it (cut to end there). */
bool memblock_prev_free(phys_addr_t upto, struct free_range *range);

/* for_each_free_mem_range(): @range is a struct free_range, ascending; _reverse:
 * descending. The lists may change meanwhile. */
#define for_each_free_mem_range(range)					\
	for (bool more__ = memblock_next_free(0, &(range)); more__;	\
	     more__ = (range).last != PHYS_ADDR_MAX &&			\
		      memblock_next_free((range).last + 1, &(range)))

#define for_each_free_mem_range_reverse(range)				\
	for (bool more__ = memblock_prev_free(PHYS_ADDR_MAX, &(range));	\
	     more__;							\
	     more__ = (range).start != 0 &&				\
		      memblock_prev_free((range).start - 1, &(range)))

/* memblock_check(): panics where a list is not sorted, disjoint and summed up
 * right; called on every boot after the scans. */
void memblock_check(void);

#endif
