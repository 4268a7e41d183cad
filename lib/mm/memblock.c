/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memblock: what RAM there is and who holds which part of it.
 *
 * Three sorted lists of disjoint ranges. Every change is one of two operations:
 *
 *	add_range()	insert the pieces that aren't covered yet:
 *
 *			list      [---]      [--]       [---]
 *			add           [===============]
 *			result    [---]======[--]=====[---]
 *
 *	isolate_range()	split regions at both ends of a range, so that the
 *			regions inside it can be removed or changed:
 *
 *			list      [---------------]   [-------]
 *			isolate         <...............>
 *			result    [----][---------]   [-][----]
 *
 * followed by merging neighbours that are alike. Because add never changes what
 * is there, the first to claim a byte keeps it; callers for whom order must not
 * matter sort their claims before.
 *
 * Ends are kept as the last byte, not the one behind it, wherever they are
 * compared: a region may end with the last byte of the address space. Points are
 * found by binary search. Room for what an operation may add is made before it
 * changes anything, so that a failure leaves the list as it was.
 *
 * The first tables are static; a larger one comes from whatever allocator is
 * legal in the stage (early_table_alloc()).
 */
#include "memblock.h"

#include <string.h>

#include "arch.h"
#include "early_alloc.h"
#include "numa.h"
#include "paging.h"
#include "printk.h"
#include "stage.h"

/* Regions of the static tables: enough for most boards (docs/boards.md). */
#define INIT_REGIONS	128

/* Regions for which every table keeps room: the reservation of the table itself,
 * when it has to move, and one more that it may split. */
#define SPARE_REGIONS	2

/* log2 of the bytes in the MB that Linux prints. */
#define MB_SHIFT	20

static struct memblock_region memory_init[INIT_REGIONS];
static struct memblock_region reserved_init[INIT_REGIONS];
static struct memblock_region dropped_init[INIT_REGIONS];

struct memblock memblock;

bool memblock_debug;

const struct mem_owner owner_anonymous = { "reserved", "anonymous", NULL, 0 };
const struct mem_owner owner_page_zero = { "reserved", "page zero", NULL, 0 };
const struct mem_owner owner_bitmap = {
	"bitmap", "bootmem map", NULL, VM_READ | VM_WRITE
};
const struct mem_owner owner_pagetable = {
	"pagetable", "page tables", NULL, VM_READ | VM_WRITE
};
const struct mem_owner owner_nodedata = {
	"nodedata", "nodes and zonelists", NULL, VM_READ | VM_WRITE
};
const struct mem_owner owner_stack = {
	"stack", "CPU stacks", NULL, VM_READ | VM_WRITE
};
const struct mem_owner owner_guard = { "stack", "guard page", NULL, 0 };
const struct mem_owner owner_memblock = {
	"memblock", "region tables", NULL, VM_READ | VM_WRITE
};

/* type_init(): @type empty, with the static table at @regions. */
static void type_init(struct memblock_type *type, const char *name,
		      struct memblock_region *regions)
{
	type->regions = regions;
	type->cnt = 0;
	type->max = INIT_REGIONS;
	type->total_size = 0;
	type->name = name;
}

void memblock_init(void)
{
	memblock_debug = false;
	memblock.bottom_up = false;
	memblock.has_mirror = false;
	memblock.current_limit = MEMBLOCK_ALLOC_ANYWHERE;
	type_init(&memblock.memory, "memory", memory_init);
	type_init(&memblock.reserved, "reserved", reserved_init);
	type_init(&memblock.dropped, "dropped", dropped_init);
}

/* trace(): with memblock_debug, the line that Linux prints for @function; its
 * symbol of the caller is the address here. */
static void trace(const char *function, phys_addr_t base, phys_addr_t size,
		  const void *caller)
{
	if (memblock_debug)
		printk("%s: [0x%016llx-0x%016llx] %p\n", function, base,
		       base + size - 1, caller);
}

/* range_valid(): not empty, and its last byte is representable. */
static bool range_valid(phys_addr_t base, phys_addr_t size)
{
	return size != 0 && base <= PHYS_ADDR_MAX - (size - 1);
}

unsigned long memblock_lower_bound(const struct memblock_type *type,
				   phys_addr_t pa)
{
	unsigned long low = 0, high = type->cnt;

	while (low < high) {
		unsigned long mid = low + (high - low) / 2;

		if (memblock_last(&type->regions[mid]) < pa)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

unsigned long memblock_upper_bound(const struct memblock_type *type,
				   phys_addr_t pa)
{
	unsigned long i = memblock_lower_bound(type, pa);

	if (i < type->cnt && type->regions[i].base <= pa)
		i++;
	return i;
}

long memblock_search(const struct memblock_type *type, phys_addr_t pa)
{
	unsigned long i = memblock_lower_bound(type, pa);

	return i < type->cnt && type->regions[i].base <= pa ? (long)i : -1;
}

/* insert_region(): @region becomes number @i; there is room for it. */
static void insert_region(struct memblock_type *type, unsigned long i,
			  const struct memblock_region *region)
{
	memmove(&type->regions[i + 1], &type->regions[i],
		(type->cnt - i) * sizeof(*type->regions));
	type->regions[i] = *region;
	type->cnt++;
	type->total_size += region->size;
}

/* delete_regions(): regions @from to @to - 1 go. */
static void delete_regions(struct memblock_type *type, unsigned long from,
			   unsigned long to)
{
	for (unsigned long i = from; i < to; i++)
		type->total_size -= type->regions[i].size;
	memmove(&type->regions[from], &type->regions[to],
		(type->cnt - to) * sizeof(*type->regions));
	type->cnt -= to - from;
}

/* alike(): @b follows @a without a gap, nothing tells them apart, and both
 * together are less than 2^64 bytes. */
static bool alike(const struct memblock_region *a,
		  const struct memblock_region *b)
{
	return memblock_last(a) + 1 == b->base && a->flags == b->flags &&
	       a->nid == b->nid && a->owner == b->owner &&
	       a->size + b->size != 0;
}

/*
 * merge_regions(): regions [@from, @to) were changed: make one of neighbours
 * that are alike, from the pair @from - 1 and @from to the pair @to - 1 and @to.
 */
static void merge_regions(struct memblock_type *type, unsigned long from,
			  unsigned long to)
{
	struct memblock_region *r = type->regions;
	unsigned long i = from ? from - 1 : 0;

	while (i + 1 < type->cnt && i < to) {
		if (alike(&r[i], &r[i + 1])) {
			r[i].size += r[i + 1].size;
			type->total_size += r[i + 1].size;
			delete_regions(type, i + 1, i + 2);
		} else {
			i++;
		}
	}
}

/* count_gaps(): pieces of [@base, @last] that no region of @type covers. */
static unsigned long count_gaps(const struct memblock_type *type,
				phys_addr_t base, phys_addr_t last)
{
	unsigned long i = memblock_lower_bound(type, base), gaps = 0;

	for (; i < type->cnt && type->regions[i].base <= last; i++) {
		const struct memblock_region *r = &type->regions[i];

		gaps += r->base > base;
		if (memblock_last(r) >= last)
			return gaps;
		base = memblock_last(r) + 1;
	}
	return gaps + 1;
}

/*
 * fill_gaps(): the pieces of @new, a valid range, that no region of @type covers
 * yet are inserted with its flags, node and owner; there is room for them.
 */
static void fill_gaps(struct memblock_type *type,
		      const struct memblock_region *new)
{
	phys_addr_t last = memblock_last(new), pos = new->base;
	unsigned long first = memblock_lower_bound(type, pos), i = first;
	struct memblock_region piece = *new;

	for (;;) {
		const struct memblock_region *r = &type->regions[i];
		bool behind = i == type->cnt || r->base > last;

		if (behind || r->base > pos) {
			piece.base = pos;
			piece.size = (behind ? last : r->base - 1) - pos + 1;
			insert_region(type, i++, &piece);
		}
		if (behind || memblock_last(&type->regions[i]) >= last)
			break;
		pos = memblock_last(&type->regions[i++]) + 1;
	}
	merge_regions(type, first, i);
}

/* table_bytes(): what a table of @max regions takes, in whole pages. */
static phys_addr_t table_bytes(unsigned long max)
{
	return ALIGN(max * sizeof(struct memblock_region), PAGE_SIZE);
}

/*
 * move_table(): @type's table moves to @pa, where there is room for @max regions.
 * It is reserved like anything else, where it isn't part of something that is.
 */
static void move_table(struct memblock_type *type, phys_addr_t pa,
		       unsigned long max)
{
	memcpy(phys_to_virt(pa), type->regions,
	       type->cnt * sizeof(*type->regions));
	type->regions = phys_to_virt(pa);
	type->max = max;
	fill_gaps(&memblock.reserved, &(struct memblock_region){
		pa, table_bytes(max), MEMBLOCK_NONE, NUMA_NO_NODE,
		&owner_memblock });
}

/*
 * grow(): room for @nr more regions in @type, and among the reserved ones for its
 * table. Where it has to be, the table is doubled, and not put into [@base,
 * @base + @size): that is about to be reserved. The old one is not reused: it may
 * be static or lie in brk, and doubling wastes no more than the new one takes.
 * Returns false, with a line, where there is no memory.
 */
static bool grow(struct memblock_type *type, unsigned long nr,
		 phys_addr_t base, phys_addr_t size)
{
	unsigned long max = type->max;
	phys_addr_t pa;

	if (type->cnt + nr + SPARE_REGIONS <= type->max)
		return true;
	if (type != &memblock.reserved &&
	    !grow(&memblock.reserved, 1, base, size))
		return false;
	while (max < type->cnt + nr + SPARE_REGIONS)
		max *= 2;
	pa = early_table_alloc(table_bytes(max), base, size);
	if (pa)
		move_table(type, pa, max);
	else
		printk("memblock: no memory for %lu regions in %s, %lu are in use\n",
		       max, type->name, type->cnt);
	return pa != 0;
}

/*
 * add_range(): the pieces of @new that no region of @type covers yet are
 * inserted. Returns 0, or -1 where the range is refused or the table can't grow.
 */
static int add_range(struct memblock_type *type,
		     const struct memblock_region *new)
{
	if (!range_valid(new->base, new->size) ||
	    !grow(type, count_gaps(type, new->base, memblock_last(new)),
		  new->base, new->size))
		return -1;
	fill_gaps(type, new);
	return 0;
}

/*
 * split_region(): where @pa lies inside a region, but isn't its first byte,
 * that region becomes two. Returns the index of the first region that begins at
 * or above @pa.
 */
static unsigned long split_region(struct memblock_type *type, phys_addr_t pa)
{
	unsigned long i = memblock_lower_bound(type, pa);
	struct memblock_region *r = &type->regions[i], upper;

	if (i == type->cnt || r->base >= pa)
		return i;
	upper = *r;
	upper.base = pa;
	upper.size = memblock_last(r) - pa + 1;
	r->size -= upper.size;
	type->total_size -= upper.size;
	insert_region(type, i + 1, &upper);
	return i + 1;
}

/*
 * isolate_range(): split so that regions [*@from, *@to) are exactly what of
 * [@base, @base + @size) is in @type. Returns 0, or -1 as add_range() does.
 */
static int isolate_range(struct memblock_type *type, phys_addr_t base,
			 phys_addr_t size, unsigned long *from,
			 unsigned long *to)
{
	phys_addr_t last = base + (size - 1);

	if (!range_valid(base, size) || !grow(type, 2, base, size))
		return -1;
	*from = split_region(type, base);
	*to = last == PHYS_ADDR_MAX ? type->cnt : split_region(type, last + 1);
	return 0;
}

/* remove_range(): nothing of [@base, @base + @size) is in @type any more. */
static int remove_range(struct memblock_type *type, phys_addr_t base,
			phys_addr_t size)
{
	unsigned long from, to;

	if (isolate_range(type, base, size, &from, &to))
		return -1;
	delete_regions(type, from, to);
	return 0;
}

int memblock_add_node(phys_addr_t base, phys_addr_t size, int nid,
		      enum memblock_flags flags)
{
	trace("memblock_add_node", base, size, __builtin_return_address(0));
	memblock.has_mirror |= (flags & MEMBLOCK_MIRROR) != 0;
	return add_range(&memblock.memory, &(struct memblock_region){
		base, size, flags, nid, NULL });
}

int memblock_add(phys_addr_t base, phys_addr_t size)
{
	return memblock_add_node(base, size, 0, MEMBLOCK_NONE);
}

int memblock_remove(phys_addr_t base, phys_addr_t size)
{
	trace("memblock_remove", base, size, __builtin_return_address(0));
	return remove_range(&memblock.memory, base, size);
}

int memblock_reserve_owner(phys_addr_t base, phys_addr_t size,
			   enum memblock_flags flags,
			   const struct mem_owner *owner)
{
	trace("memblock_reserve", base, size, __builtin_return_address(0));
	return add_range(&memblock.reserved, &(struct memblock_region){
		base, size, flags, NUMA_NO_NODE, owner });
}

int memblock_reserve(phys_addr_t base, phys_addr_t size)
{
	return memblock_reserve_owner(base, size, MEMBLOCK_NONE,
				      &owner_anonymous);
}

int memblock_phys_free(phys_addr_t base, phys_addr_t size)
{
	trace("memblock_phys_free", base, size, __builtin_return_address(0));
	return remove_range(&memblock.reserved, base, size);
}

/* edit_flags(): set and clear flags of what of the range is in @type. */
static int edit_flags(struct memblock_type *type, phys_addr_t base,
		      phys_addr_t size, enum memblock_flags set,
		      enum memblock_flags clear)
{
	unsigned long from, to;

	if (isolate_range(type, base, size, &from, &to))
		return -1;
	for (unsigned long i = from; i < to; i++)
		type->regions[i].flags = (type->regions[i].flags & ~clear) | set;
	merge_regions(type, from, to);
	return 0;
}

int memblock_mark_hotplug(phys_addr_t base, phys_addr_t size)
{
	return edit_flags(&memblock.memory, base, size, MEMBLOCK_HOTPLUG, 0);
}

int memblock_clear_hotplug(phys_addr_t base, phys_addr_t size)
{
	return edit_flags(&memblock.memory, base, size, 0, MEMBLOCK_HOTPLUG);
}

int memblock_mark_mirror(phys_addr_t base, phys_addr_t size)
{
	if (edit_flags(&memblock.memory, base, size, MEMBLOCK_MIRROR, 0))
		return -1;
	memblock.has_mirror = true;
	return 0;
}

int memblock_mark_nomap(phys_addr_t base, phys_addr_t size)
{
	return edit_flags(&memblock.memory, base, size, MEMBLOCK_NOMAP, 0);
}

int memblock_clear_nomap(phys_addr_t base, phys_addr_t size)
{
	return edit_flags(&memblock.memory, base, size, 0, MEMBLOCK_NOMAP);
}

int memblock_reserved_mark_noinit(phys_addr_t base, phys_addr_t size)
{
	return edit_flags(&memblock.reserved, base, size,
			  MEMBLOCK_RSRV_NOINIT, 0);
}

int memblock_set_node(phys_addr_t base, phys_addr_t size,
		      struct memblock_type *type, int nid)
{
	unsigned long from, to;

	if (isolate_range(type, base, size, &from, &to))
		return -1;
	for (unsigned long i = from; i < to; i++)
		type->regions[i].nid = nid;
	merge_regions(type, from, to);
	return 0;
}

int memblock_claim_dropped(phys_addr_t base, phys_addr_t size, int nid,
			   const struct mem_owner *reason)
{
	return add_range(&memblock.dropped, &(struct memblock_region){
		base, size, MEMBLOCK_NONE, nid, reason });
}

int memblock_drop(phys_addr_t base, phys_addr_t size,
		  const struct mem_owner *reason)
{
	struct memblock_type *mem = &memblock.memory;
	unsigned long from, to, gaps = 0;

	if (isolate_range(mem, base, size, &from, &to))
		return -1;
	for (unsigned long i = from; i < to; i++)
		gaps += count_gaps(&memblock.dropped, mem->regions[i].base,
				   memblock_last(&mem->regions[i]));
	if (!grow(&memblock.dropped, gaps, base, size)) {
		merge_regions(mem, from, to);
		return -1;
	}
	for (unsigned long i = from; i < to; i++)
		fill_gaps(&memblock.dropped, &(struct memblock_region){
			mem->regions[i].base, mem->regions[i].size,
			MEMBLOCK_NONE, mem->regions[i].nid, reason });
	delete_regions(mem, from, to);
	return 0;
}

int memblock_trim_memory(phys_addr_t align, const struct mem_owner *reason)
{
	phys_addr_t pos = 0;

	if (!is_power_of_2(align))
		return -1;
	for (;;) {
		unsigned long i = memblock_lower_bound(&memblock.memory, pos);
		struct memblock_region *r = &memblock.memory.regions[i];
		phys_addr_t last, head, tail;

		if (i == memblock.memory.cnt)
			return 0;
		last = memblock_last(r);
		head = MIN(-r->base & (align - 1), r->size);
		tail = MIN((last + 1) & (align - 1), r->size - head);
		if (head && memblock_drop(r->base, head, reason))
			return -1;
		if (tail && memblock_drop(last - tail + 1, tail, reason))
			return -1;
		if (last == PHYS_ADDR_MAX)
			return 0;
		pos = last + 1;
	}
}

bool memblock_is_memory(phys_addr_t pa)
{
	return memblock_search(&memblock.memory, pa) >= 0;
}

bool memblock_is_reserved(phys_addr_t pa)
{
	return memblock_search(&memblock.reserved, pa) >= 0;
}

bool memblock_is_region_memory(phys_addr_t base, phys_addr_t size)
{
	return range_valid(base, size) &&
	       count_gaps(&memblock.memory, base, base + (size - 1)) == 0;
}

bool memblock_overlaps_region(const struct memblock_type *type,
			      phys_addr_t base, phys_addr_t size)
{
	unsigned long i = memblock_lower_bound(type, base);

	return range_valid(base, size) && i < type->cnt &&
	       type->regions[i].base <= base + (size - 1);
}

bool memblock_is_region_reserved(phys_addr_t base, phys_addr_t size)
{
	return memblock_overlaps_region(&memblock.reserved, base, size);
}

bool memblock_is_map_memory(phys_addr_t pa)
{
	long i = memblock_search(&memblock.memory, pa);

	return i >= 0 && !(memblock.memory.regions[i].flags & MEMBLOCK_NOMAP);
}

int memblock_search_pfn_nid(unsigned long pfn, unsigned long *start_pfn,
			    unsigned long *end_pfn)
{
	long i = memblock_search(&memblock.memory, PFN_PHYS(pfn));
	const struct memblock_region *r;

	if (i < 0)
		return NUMA_NO_NODE;
	r = &memblock.memory.regions[i];
	*start_pfn = PFN_DOWN(r->base);
	*end_pfn = PFN_DOWN(memblock_last(r)) + 1;
	return r->nid;
}

unsigned long memblock_estimated_nr_free_pages(void)
{
	phys_addr_t memory = memblock_phys_mem_size();
	phys_addr_t reserved = memblock_reserved_size();

	return memory > reserved ? PFN_DOWN(memory - reserved) : 0;
}

phys_addr_t memblock_start_of_DRAM(void)
{
	return memblock.memory.cnt ? memblock.memory.regions[0].base : 0;
}

phys_addr_t memblock_last_byte_of_DRAM(void)
{
	const struct memblock_type *type = &memblock.memory;

	return type->cnt ? memblock_last(&type->regions[type->cnt - 1]) : 0;
}

phys_addr_t memblock_phys_mem_size(void)
{
	return memblock.memory.total_size;
}

phys_addr_t memblock_reserved_size(void)
{
	return memblock.reserved.total_size;
}

bool memblock_validate_numa_coverage(phys_addr_t threshold)
{
	const struct memblock_region *r;
	phys_addr_t uncovered = 0;

	for_each_mem_region(r)
		if (r->nid == NUMA_NO_NODE)
			uncovered += r->size;
	if (uncovered <= threshold)
		return true;
	printk("NUMA: no nodes coverage for %lluMB of %lluMB RAM\n",
	       uncovered >> MB_SHIFT, memblock_phys_mem_size() >> MB_SHIFT);
	return false;
}

/* check_type(): sorted, disjoint, nothing empty, and the sum is right. */
static void check_type(const struct memblock_type *type)
{
	phys_addr_t sum = 0;

	for (unsigned long i = 0; i < type->cnt; i++) {
		const struct memblock_region *r = &type->regions[i];

		BUG_ON(!range_valid(r->base, r->size),
		       "memblock.%s[%lu] at 0x%llx is empty or wraps",
		       type->name, i, r->base);
		BUG_ON(i && memblock_last(r - 1) >= r->base,
		       "memblock.%s[%lu] at 0x%llx overlaps the one before",
		       type->name, i, r->base);
		sum += r->size;
	}
	BUG_ON(sum != type->total_size,
	       "memblock.%s holds 0x%llx bytes but counts 0x%llx",
	       type->name, sum, type->total_size);
}

/* dump_type(): @type in the lines that Linux's memblock_dump() prints. */
static void dump_type(const struct memblock_type *type)
{
	const struct memblock_region *r;

	printk(" %s.cnt  = 0x%lx\n", type->name, type->cnt);
	for_each_memblock_type(type, r) {
		printk(" %s[0x%lx]\t[0x%016llx-0x%016llx], 0x%016llx bytes",
		       type->name, (unsigned long)(r - type->regions), r->base,
		       memblock_last(r), r->size);
		if (r->nid != NUMA_NO_NODE)
			printk(" on node %d", r->nid);
		printk(" flags: 0x%x\n", (unsigned int)r->flags);
	}
}

void memblock_dump_all(void)
{
	if (!memblock_debug)
		return;
	printk("MEMBLOCK configuration:\n memory size = 0x%016llx reserved size = 0x%016llx\n",
	       memblock.memory.total_size, memblock.reserved.total_size);
	dump_type(&memblock.memory);
	dump_type(&memblock.reserved);
}

void memblock_check(void)
{
	check_type(&memblock.memory);
	check_type(&memblock.reserved);
	check_type(&memblock.dropped);
}
