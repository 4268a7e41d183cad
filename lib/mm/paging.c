/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Paging with the least privilege: identity map, largest leaves, nothing more.
 *
 * One question decides everything: with which permission must the byte at pa be
 * mapped? wanted_prot() answers it from memblock alone:
 *
 *	a device that we use		read, write, device memory
 *	reserved			what its owner says: text R-X, rodata R--,
 *					data RW-, tables and maps RW-, the DTB R--;
 *					everybody else's and no-map: not mapped
 *	other memory			RW-, never executable
 *	all else			not mapped
 *
 * A page that a reservation only touches is that reservation's, and one that
 * several touch has what all of them allow.
 *
 * The builder walks the address space by the borders of that answer, joins
 * neighbours with the same one and writes the largest leaf that fits each piece,
 * so a small carve-out costs the split of one large leaf and no more. The
 * checker then reads the finished tables back, leaf by leaf, against the same
 * question, and compares the bytes mapped with the bytes wanted: equal sums and
 * no wrong leaf mean that nothing else is mapped.
 *
 * The identity map keeps every pointer from before valid, and lets the MMU be
 * switched on in straight-line code.
 */
#include "paging.h"

#include <asm/pgtable.h>
#include <string.h>

#include "arch.h"
#include "bootmem.h"
#include "early_alloc.h"
#include "machine.h"
#include "memblock.h"
#include "numa.h"
#include "printk.h"

/* Entries of one table. */
#define PT_ENTRIES	(1u << PT_INDEX_BITS)

/* Bytes of one table. */
#define TABLE_SIZE	(PT_ENTRIES * sizeof(pte_t))

/* Why RAM above the deepest format's reach is not used. */
static const struct mem_owner dropped_reach = {
	"dropped", "beyond the reach of the page tables", NULL, 0
};

/* The format chosen, and the root table; NULL before. */
static const struct paging_mode *mode;
static pte_t *root;

/* The MMU translates through these tables: changes need a flush. */
static bool enabled;

/* Tables that are empty yet, and how many. */
static pte_t *spare;
static unsigned long nr_spare;

/* What the tables came to when they were built. */
static struct paging_stats built;

/* leaf_shift(): log2 of the bytes that a leaf of @level maps. */
static unsigned int leaf_shift(unsigned int level)
{
	return PAGE_SHIFT + PT_INDEX_BITS * level;
}

/* leaf_size(): those bytes. */
static phys_addr_t leaf_size(unsigned int level)
{
	return (phys_addr_t)1 << leaf_shift(level);
}

/* reach(): the first address that the format can't map one to one. */
static phys_addr_t reach(void)
{
	return (phys_addr_t)1 << mode->reach_bits;
}

/* The devices that the firmware uses, in the order of device_at(). */
static const char *const device_names[] = {
	"console's UART", "power-off register", "early console",
	"interrupt controller", "interrupt controller's CPU interface"
};

/* device_at(): where device number @i is; false past the last. */
static bool device_at(unsigned int i, phys_addr_t *base, phys_addr_t *size)
{
	switch (i) {
	case 0:
		*base = machine.uart.base;
		*size = machine.uart.size;
		return true;
	case 1:
		*base = machine.poweroff.pa;
		*size = sizeof(uint32_t);
		return true;
	case 2:
		*base = machine.earlycon.base;
		*size = machine.earlycon.size;
		return true;
	case 3:
		*base = machine.irq.dist;
		*size = PAGE_SIZE;
		return true;
	case 4:
		*base = machine.irq.cpu;
		*size = PAGE_SIZE;
		return true;
	default:
		return false;
	}
}

/* device_range(): the whole pages of device number @i; false past the last. */
static bool device_range(unsigned int i, phys_addr_t *start, phys_addr_t *end)
{
	phys_addr_t base, size;

	if (!device_at(i, &base, &size))
		return false;
	*start = ALIGN_DOWN(base, PAGE_SIZE);
	*end = base && size ? PFN_PHYS(PFN_UP(base + size)) : *start;
	return true;
}

/* device_prot(): VM_IO and so on where @pa is a device's page; *@end is lowered
 * to where that answer ends. */
static unsigned int device_prot(phys_addr_t pa, phys_addr_t *end)
{
	phys_addr_t dev_start, dev_end;

	for (unsigned int i = 0; device_range(i, &dev_start, &dev_end); i++) {
		if (pa >= dev_end)
			continue;
		if (pa >= dev_start) {
			*end = MIN(*end, dev_end);
			return VM_READ | VM_WRITE | VM_IO;
		}
		*end = MIN(*end, dev_start);
	}
	return 0;
}

/* region_at(): the region of @type that holds @pa, or NULL; *@end is lowered to
 * where that answer ends. */
static const struct memblock_region *region_at(const struct memblock_type *type,
					       phys_addr_t pa, phys_addr_t *end)
{
	unsigned long i = memblock_lower_bound(type, pa);
	const struct memblock_region *r = &type->regions[i];

	if (i == type->cnt)
		return NULL;
	if (r->base > pa) {
		*end = MIN(*end, r->base);
		return NULL;
	}
	*end = MIN(*end - 1, memblock_last(r)) + 1;
	return r;
}

/*
 * reserved_prot(): false where no reservation touches the page at @pa; else with
 * *@prot, what all that touch it allow. *@end is lowered to where that answer
 * ends, which is the end of a page: behind this one where several touch it, else
 * in front of the first one that the reservation doesn't fill.
 */
static bool reserved_prot(phys_addr_t pa, phys_addr_t *end, unsigned int *prot)
{
	const struct memblock_type *rsv = &memblock.reserved;
	unsigned long first = memblock_lower_bound(rsv, pa), i = first;
	phys_addr_t stop = pa;

	*prot = ~0u;
	for (; i < rsv->cnt; i++) {
		const struct memblock_region *r = &rsv->regions[i];

		if (ALIGN_DOWN(r->base, PAGE_SIZE) > pa)
			break;
		*prot &= r->flags & MEMBLOCK_NOMAP ? 0 : r->owner->prot;
		stop = ALIGN_DOWN(MIN(*end - 1, memblock_last(r)) + 1,
				  PAGE_SIZE);
	}
	if (i > first)
		*end = i - first == 1 && stop > pa ? stop : pa + PAGE_SIZE;
	else if (i < rsv->cnt)
		*end = MIN(*end, ALIGN_DOWN(rsv->regions[i].base, PAGE_SIZE));
	return i > first;
}

/*
 * wanted_prot(): the permission with which the page at @pa must be mapped, 0 for
 * not at all; it is the same for all of [@pa, *@end), whole pages.
 */
static unsigned int wanted_prot(phys_addr_t pa, phys_addr_t *end)
{
	unsigned int prot;

	*end = reach();
	prot = device_prot(pa, end);
	if (prot || reserved_prot(pa, end, &prot))
		return prot;
	return region_at(&memblock.memory, pa, end) ? VM_READ | VM_WRITE : 0;
}

/* next_piece(): the longest piece from @pa on with one permission. */
static unsigned int next_piece(phys_addr_t pa, phys_addr_t *end)
{
	unsigned int prot = wanted_prot(pa, end);
	phys_addr_t further;

	while (*end < reach() && wanted_prot(*end, &further) == prot)
		*end = further;
	return prot;
}

/* want_tables(): @nr new tables will be asked for now: where none are left, get
 * them in one piece. */
static void want_tables(unsigned long nr)
{
	if (nr_spare || !nr)
		return;
	spare = phys_to_virt(early_alloc(nr * TABLE_SIZE, NUMA_NO_NODE,
					 &owner_pagetable));
	nr_spare = nr;
}

/* new_table(): an empty table. */
static pte_t *new_table(void)
{
	pte_t *table;

	want_tables(1);
	table = spare;
	spare += PT_ENTRIES;
	nr_spare--;
	return table;
}

/* table_at(): the table that @pte leads to. */
static pte_t *table_at(pte_t pte, unsigned int level)
{
	return phys_to_virt(pte_phys(pte, level));
}

/* is_table(): @pte of @level leads to a table. */
static bool is_table(pte_t pte, unsigned int level)
{
	return pte_present(pte) && !pte_is_leaf(pte, level);
}

/* write_pte(): write one entry, which translates @va; a live one is flushed. */
static void write_pte(pte_t *slot, pte_t pte, phys_addr_t va)
{
	*(volatile pte_t *)slot = pte;
	if (enabled)
		arch_flush_tlb((unsigned long)va);
}

/*
 * set_pte(): the same, the old entry broken before the new one is made: some
 * CPUs must not see two valid translations of an address. What @va's entry maps
 * is gone for that moment, so it must not hold the tables, code or stack in use.
 */
static void set_pte(pte_t *slot, pte_t pte, phys_addr_t va)
{
	if (*slot == pte)
		return;
	if (enabled && pte_present(*slot) && pte_present(pte))
		write_pte(slot, 0, va);
	write_pte(slot, pte, va);
}

/*
 * lower_table(): the table below @slot of @level, which translates @va. Where
 * there is none yet it is made: empty, or out of the leaf that stood there.
 */
static pte_t *lower_table(pte_t *slot, unsigned int level, phys_addr_t va)
{
	pte_t old = *slot, *table;

	if (is_table(old, level))
		return table_at(old, level);
	table = new_table();
	if (pte_present(old)) {
		for (unsigned int i = 0; i < PT_ENTRIES; i++)
			table[i] = pte_leaf(pte_phys(old, level) +
					    i * leaf_size(level - 1),
					    pte_prot(old), level - 1);
	}
	set_pte(slot, pte_table(virt_to_phys(table)), va);
	return table;
}

/* fill(): @leaf and its continuations, each @step further, into the @nr entries
 * from @slot on. */
static void fill(pte_t *slot, pte_t leaf, pte_t step, unsigned long nr)
{
	for (pte_t *end = slot + nr; slot < end; slot++) {
		*slot = leaf;
		leaf += step;
	}
}

/*
 * map_leaves(): @leaf at @slot of @level, and its continuations behind it up to
 * @end. In live tables only as long as no table is in the way. Returns the first
 * address that isn't done; @pos is where @leaf belongs.
 */
static phys_addr_t map_leaves(pte_t *slot, pte_t leaf, unsigned int level,
			      phys_addr_t pos, phys_addr_t end)
{
	unsigned int shift = leaf_shift(level);
	unsigned long nr = (unsigned long)((end - pos) >> shift), n = 0;
	pte_t step = leaf ? pte_advance(leaf, leaf_size(level)) - leaf : 0;

	if (!enabled) {
		fill(slot, leaf, step, nr);
		return pos + ((phys_addr_t)nr << shift);
	}
	for (; n < nr && !is_table(slot[n], level); n++)
		set_pte(&slot[n], leaf + n * step,
			pos + ((phys_addr_t)n << shift));
	return pos + ((phys_addr_t)n << shift);
}

/* map_level(): map [@pos, @end), inside what @table of @level translates. */
static void map_level(pte_t *table, unsigned int level, phys_addr_t pos,
		      phys_addr_t end, unsigned int prot)
{
	phys_addr_t size = leaf_size(level), next;
	bool leaves = level <= mode->max_leaf_level;

	if (!leaves && !enabled)
		want_tables((unsigned long)((end - pos) / size));
	for (; pos < end; pos = next) {
		pte_t *slot = &table[(pos >> leaf_shift(level)) % PT_ENTRIES];

		next = pos;
		if (leaves && pos % size == 0)
			next = map_leaves(slot, pte_leaf(pos, prot, level),
					  level, pos, end);
		if (next > pos)
			continue;
		next = MIN(ALIGN_DOWN(pos, size) + size, end);
		map_level(lower_table(slot, level, pos), level - 1, pos, next,
			  prot);
	}
}

void paging_map(phys_addr_t start, phys_addr_t end, unsigned int prot)
{
	map_level(root, mode->levels - 1, start, end, prot);
}

void paging_map_wanted(phys_addr_t start, phys_addr_t end)
{
	phys_addr_t next;

	end = MIN(end, reach());
	for (phys_addr_t pa = start; pa < end; pa = next) {
		unsigned int prot = next_piece(pa, &next);

		next = MIN(next, end);
		if (prot)
			paging_map(pa, next, prot);
	}
}

unsigned int paging_lookup(phys_addr_t pa, phys_addr_t *end)
{
	unsigned int level = mode->levels - 1;
	const pte_t *table = root;
	pte_t pte;

	if (pa >= reach()) {
		if (end)
			*end = PHYS_ADDR_MAX;
		return 0;
	}
	for (;; level--) {
		pte = table[(pa >> leaf_shift(level)) % PT_ENTRIES];
		if (!is_table(pte, level))
			break;
		table = table_at(pte, level);
	}
	if (end)
		*end = ALIGN_DOWN(pa, leaf_size(level)) + leaf_size(level);
	return pte_present(pte) ? pte_prot(pte) : 0;
}

/* A walk through the tables, in ascending order of address. */
struct walk {
	struct paging_stats stats;	/* what was found so far */
	phys_addr_t piece_end;		/* end of the piece last asked for */
	unsigned int piece_prot;	/* what is wanted there */
};

/* check_leaf(): what the leaf at @va maps is what is wanted there. */
static void check_leaf(struct walk *walk, phys_addr_t va, pte_t pte,
		       unsigned int level)
{
	phys_addr_t end = va + leaf_size(level);
	unsigned int prot = pte_prot(pte);

	BUG_ON(pte_phys(pte, level) != va, "paging: 0x%llx maps 0x%llx", va,
	       (phys_addr_t)pte_phys(pte, level));
	walk->stats.nr_wx += (prot & VM_WRITE) && (prot & VM_EXEC);
	do {
		if (va >= walk->piece_end)
			walk->piece_prot = next_piece(va, &walk->piece_end);
		BUG_ON(walk->piece_prot != prot,
		       "paging: 0x%llx is mapped with permission 0x%x, not 0x%x",
		       va, prot, walk->piece_prot);
		va = walk->piece_end;
	} while (va < end);
}

/* count_run(): how many of the @max entries from @leaf on, of leaves that map @size
 * bytes, are @leaf and its continuations. Not inlined: it needs all registers. */
static __attribute__((noinline)) unsigned int count_run(const pte_t *leaf,
							phys_addr_t size,
							unsigned int max)
{
	pte_t step = pte_advance(*leaf, size) - *leaf, wanted = *leaf;
	const pte_t *next = leaf, *end = leaf + max;

	while (end - next >= 4 &&
	       !((next[0] ^ wanted) | (next[1] ^ (wanted + step)) |
		 (next[2] ^ (wanted + 2 * step)) |
		 (next[3] ^ (wanted + 3 * step)))) {
		wanted += 4 * step;
		next += 4;
	}
	while (next < end && *next == wanted) {
		wanted += step;
		next++;
	}
	return (unsigned int)(next - leaf);
}

/* check_run(): the leaf at @leaf of @level, which maps @va, is as it should be,
 * and so are as many of the @max from there on as are returned: they continue it
 * in one piece. */
static unsigned int check_run(struct walk *walk, const pte_t *leaf,
			      unsigned int level, phys_addr_t va,
			      unsigned int max)
{
	phys_addr_t left;
	unsigned int n;

	check_leaf(walk, va, *leaf, level);
	left = (walk->piece_end - va) >> leaf_shift(level);
	n = count_run(leaf, leaf_size(level), (unsigned int)MIN(left, max));
	walk->stats.nr_leaves[level] += n;
	return n;
}

/* check_table(): check and count @table of @level, which translates from @va on,
 * and all below it. */
static void check_table(struct walk *walk, const pte_t *table,
			unsigned int level, phys_addr_t va)
{
	unsigned int shift = leaf_shift(level), n;

	walk->stats.nr_tables++;
	for (unsigned int i = 0; i < PT_ENTRIES; i += n) {
		phys_addr_t at = va + ((phys_addr_t)i << shift);
		pte_t pte = table[i];

		n = 1;
		if (is_table(pte, level))
			check_table(walk, table_at(pte, level), level - 1, at);
		else if (pte_present(pte))
			n = check_run(walk, &table[i], level, at,
				      PT_ENTRIES - i);
	}
}

/* leaves_over(): how many leaves map a byte of @r, but for devices that we use. */
static unsigned long leaves_over(const struct memblock_region *r)
{
	phys_addr_t pa = ALIGN_DOWN(r->base, PAGE_SIZE), end;
	unsigned long nr = 0;

	for (; pa <= memblock_last(r) && pa < reach(); pa = end) {
		unsigned int prot = paging_lookup(pa, &end);

		nr += prot && !(prot & VM_IO);
	}
	return nr;
}

/* nomap_leaves(): how many leaves map anything of a no-map range. */
static unsigned long nomap_leaves(void)
{
	const struct memblock_region *r;
	unsigned long nr = 0;

	for_each_reserved_region(r)
		if (r->flags & MEMBLOCK_NOMAP)
			nr += leaves_over(r);
	return nr;
}

struct paging_stats paging_check(void)
{
	struct walk walk = { .stats.mode = mode };
	phys_addr_t wanted = 0, end;

	walk.stats.nr_nomap = nomap_leaves();
	BUG_ON(walk.stats.nr_nomap, "paging: %lu leaves lie over a no-map range",
	       walk.stats.nr_nomap);
	check_table(&walk, root, mode->levels - 1, 0);
	for (unsigned int i = 0; i < mode->levels; i++)
		walk.stats.mapped_bytes += walk.stats.nr_leaves[i] *
					   leaf_size(i);
	for (phys_addr_t pa = 0; pa < reach(); pa = end)
		wanted += next_piece(pa, &end) ? end - pa : 0;
	BUG_ON(walk.stats.mapped_bytes != wanted,
	       "paging: 0x%llx bytes are mapped, 0x%llx are wanted",
	       walk.stats.mapped_bytes, wanted);
	BUG_ON(walk.stats.nr_wx,
	       "paging: %lu leaves are writable and executable",
	       walk.stats.nr_wx);
	return walk.stats;
}

/* raise(): @last, or the last byte of [@start, @end) where that is higher. */
static phys_addr_t raise(phys_addr_t last, phys_addr_t start, phys_addr_t end)
{
	return start < end ? MAX(last, end - 1) : last;
}

/* last_byte_needed(): the highest address that has to be mapped. */
static phys_addr_t last_byte_needed(void)
{
	phys_addr_t last = memblock_last_byte_of_DRAM();
	phys_addr_t start, end;

	last = raise(last, image.start, image.end);
	last = raise(last, machine.dtb, machine.dtb + machine.dtb_size);
	for (unsigned int i = 0; device_range(i, &start, &end); i++)
		last = raise(last, start, end);
	return last;
}

/* drop_beyond_reach(): RAM that the format can't map is not used. */
static void drop_beyond_reach(void)
{
	phys_addr_t before = memblock.memory.total_size;

	if (memblock_last_byte_of_DRAM() < reach())
		return;
	if (memblock_drop(reach(), -reach(), &dropped_reach))
		panic("memblock: no room to record RAM beyond 0x%llx", reach());
	warn("W-MEM-REACH", "%s maps addresses below 0x%llx only: 0x%llx bytes of RAM above are not used",
	     mode->name, reach(), before - memblock.memory.total_size);
}

/* check_reach(): [@start, @end) is needed: say so where it can't be mapped. */
static void check_reach(phys_addr_t start, phys_addr_t end, const char *what)
{
	if (start < end && end > reach())
		warn("W-MAP-REACH", "%s maps addresses below 0x%llx only: the %s at 0x%llx is not mapped, and using it is a trap",
		     mode->name, reach(), what, start);
}

/* check_all_reached(): the same of all that isn't RAM. Nothing can go on where
 * the image is out of reach. */
static void check_all_reached(void)
{
	phys_addr_t start, end;

	if (image.end > reach())
		panic("paging: %s maps addresses below 0x%llx only, the image ends at 0x%llx; load it lower",
		      mode->name, reach(), image.end);
	check_reach(machine.dtb, machine.dtb + machine.dtb_size, "device tree");
	for (unsigned int i = 0; device_range(i, &start, &end); i++)
		check_reach(start, end, device_names[i]);
}

void paging_choose_mode(void)
{
	const struct paging_mode *next;

	mode = NULL;
	for (unsigned int i = 0;
	     (next = arch_paging_mode(i, machine.mmu_type)); i++) {
		mode = next;
		if (last_byte_needed() < reach())
			break;
	}
	if (!mode)
		panic("paging: this CPU has no page-table format that we know (mmu-type %s)",
		      machine.mmu_type ? machine.mmu_type : "not given");
	check_all_reached();
	drop_beyond_reach();
}

/* forget(): caches may hold what @mem was before we wrote to it. */
static void forget(const void *mem, size_t size)
{
	phys_addr_t start = virt_to_phys(mem);

	arch_dcache_inval(start, start + size);
}

/*
 * forget_cached(): the same of all that was written with the MMU off: the image,
 * and whatever was allocated to be written. Of the maps, which grow with RAM, a
 * small part was; of brk what is still reserved.
 */
static void forget_cached(void)
{
	const struct memblock_region *r;

	for_each_reserved_region(r) {
		bool ours = r->base >= image.start && r->base < image.end;

		if (r->owner != &owner_bitmap &&
		    (ours || r->owner->prot & VM_WRITE))
			arch_dcache_inval(r->base, r->base + r->size);
	}
	for (bootmem_data_t *bdata = bdata_list; bdata; bdata = bdata->list)
		pfn_tree_each_written(&bdata->tree, forget);
}

void paging_init(void)
{
	enabled = false;
	root = new_table();
	paging_map_wanted(0, reach());
	built = paging_check();
	forget_cached();
	arch_paging_enable(mode, virt_to_phys(root));
	enabled = true;
}

phys_addr_t paging_root(void)
{
	return virt_to_phys(root);
}

struct paging_stats paging_stats(void)
{
	return built;
}
