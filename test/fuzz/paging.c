/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page tables of random maps, by each port's codec, against an array.
 *
 * A window of the address space is divided into cells of a quarter of a page up
 * to 256 MiB, so that leaves of every size and pages that several share occur.
 * Memory, reservations and a device are put into it; the boot builds its tables;
 * then pieces are mapped anew. A page has what all of its cells allow.
 */
#include <string.h>

#include "brk.h"
#include "bytes.h"
#include "fuzz.h"
#include "machine.h"
#include "memblock.h"
#include "mm_init.h"
#include "numa.h"
#include "paging.h"
#include "stage.h"

#define RW		(VM_READ | VM_WRITE)
#define RX		(VM_READ | VM_EXEC)

/* Cells of the window. */
#define NR_CELLS	1024u

/* RAM for brk, above all windows; numbers of nodes. */
#define BRK_BASE	((phys_addr_t)0xb000000000000)
#define BRK_SIZE	((phys_addr_t)64 << 10)

/* Steps before and after the tables are built, at most. */
#define MAX_STEPS	24u

/* What is known of a cell. */
struct cell {
	bool memory, reserved, device, mapped;
	unsigned int prot;	/* reserved: its owner's; mapped: the one asked for */
};

static struct cell cells[NR_CELLS];

/* Where cell 0 is, and the bytes of one. */
static phys_addr_t base, unit;

/* Owners by what they allow, the last of no-map. */
static const struct mem_owner owners[] = {
	{ "image", "text", NULL, RX }, { "image", "rodata", NULL, VM_READ },
	{ "image", "data", NULL, RW }, { "reserved", "foreign", NULL, 0 },
};

static const uint32_t hwids[] = { 0 };

/* A run of cells, whole pages of them where they have to be. */
struct run {
	unsigned int from, nr;
};

/* cell_pa(): the first byte of cell @i. */
static phys_addr_t cell_pa(unsigned int i)
{
	return base + i * unit;
}

/* page_cells(): cells of a page, or 1 where a cell is a page or more. */
static unsigned int page_cells(void)
{
	return unit < PAGE_SIZE ? (unsigned int)(PAGE_SIZE / unit) : 1;
}

/* take_run(): a run in the window; @whole: of whole pages. */
static struct run take_run(struct bytes *bytes, bool whole)
{
	struct run run = { (unsigned int)number(bytes, 2) % NR_CELLS,
			   1 + (unsigned int)number(bytes, 2) % NR_CELLS };
	unsigned int align = whole ? page_cells() : 1;

	if (run.nr % 4)		/* short ones are more interesting */
		run.nr = 1 + run.nr % 32;
	run.from -= run.from % align;
	run.nr = (run.nr + align - 1) / align * align;
	run.nr = MIN(run.nr, NR_CELLS - run.from);
	return run;
}

/* add_memory(): a run of memory; the first one is large. */
static void add_memory(struct run run)
{
	memblock_add(cell_pa(run.from), run.nr * unit);
	for (unsigned int i = run.from; i < run.from + run.nr; i++)
		cells[i].memory = true;
}

/* reserve(): a run becomes one owner's, where nobody has it yet. */
static void reserve(struct run run, unsigned int how)
{
	const struct mem_owner *owner = &owners[how % ARRAY_SIZE(owners)];
	bool no_map = how / ARRAY_SIZE(owners) % 4 == 3;

	memblock_reserve_owner(cell_pa(run.from), run.nr * unit,
			       no_map ? MEMBLOCK_NOMAP : MEMBLOCK_NONE, owner);
	for (unsigned int i = run.from; i < run.from + run.nr; i++) {
		if (!cells[i].reserved)
			cells[i].prot = no_map ? 0 : owner->prot;
		cells[i].reserved = true;
	}
}

/* add_device(): the console's registers are there. */
static void add_device(struct run run)
{
	for (unsigned int i = 0; i < NR_CELLS; i++)
		cells[i].device = i >= run.from && i < run.from + run.nr;
	machine.uart.base = cell_pa(run.from);
	machine.uart.size = run.nr * unit;
}

/* draw_machine(): memory, reservations, a device. */
static void draw_machine(struct bytes *bytes)
{
	unsigned int steps = below(bytes, MAX_STEPS);

	add_memory((struct run){ 0, NR_CELLS / 4 });
	while (steps--) {
		unsigned int how = byte(bytes);

		if (how < 64)
			add_memory(take_run(bytes, true));
		else if (how < 240)
			reserve(take_run(bytes, false), how);
		else
			add_device(take_run(bytes, true));
	}
}

/* start(): an empty machine and model. */
static void start(struct bytes *bytes)
{
	static const phys_addr_t units[] = {
		PAGE_SIZE / 4, PAGE_SIZE, (phys_addr_t)2 << 20,
		(phys_addr_t)256 << 20
	};
	static const unsigned int reaches[] = { 31, 32, 38, 47 };

	fuzz_reset();
	memset(cells, 0, sizeof(cells));
	unit = units[below(bytes, ARRAY_SIZE(units))];
	base = (phys_addr_t)1 << reaches[below(bytes, ARRAY_SIZE(reaches))];
	if (base > NR_CELLS / 2 * unit)
		base -= NR_CELLS / 2 * unit;
	host.nr_modes = 1 + below(bytes, 3);
	host_ram(base, NR_CELLS * unit);
	host_ram(BRK_BASE, BRK_SIZE);
	brk_init(BRK_BASE, BRK_BASE + BRK_SIZE);
	numa_init(hwids, ARRAY_SIZE(hwids));
	machine.bootargs = "";
}

/* boot(): the stages up to where the tables are complete. */
static void boot(void)
{
	paging_choose_mode();
	stage_begin(STAGE_BOOTMEM);
	bootmem_init();
	stage_begin(STAGE_PAGING);
	paging_init();
}

/* reach(): the first address that the tables' format can't map. */
static phys_addr_t reach(void)
{
	return (phys_addr_t)1 << paging_stats().mode->reach_bits;
}

/* shared(): what all cells of the page that begins with cell @first allow. Where
 * only a part of it is reserved, the rest may be read and written. */
static unsigned int shared(unsigned int first)
{
	unsigned int prot = ~0u;
	bool reserved = false, rest = false;

	for (unsigned int i = first; i < first + page_cells(); i++) {
		if (cells[i].reserved)
			prot &= cells[i].prot;
		reserved |= cells[i].reserved;
		rest |= cells[i].memory && !cells[i].reserved;
	}
	if (rest)
		prot &= RW;
	return reserved || rest ? prot : 0;
}

/* want(): the permission of the page that cell @i is in, or is made of. */
static unsigned int want(unsigned int i)
{
	unsigned int first = i - i % page_cells();

	if (cell_pa(first) >= reach())
		return 0;
	if (cells[first].mapped)
		return cells[first].prot;
	return cells[first].device ? RW | VM_IO : shared(first);
}

/* check(): every cell's first and last page are mapped as they should be. */
static void check(void)
{
	for (unsigned int i = 0; i < NR_CELLS; i++) {
		phys_addr_t first = cell_pa(i), last = first + unit - 1;
		unsigned int prot = want(i);

		if (paging_lookup(first, NULL) != prot ||
		    paging_lookup(last, NULL) != prot)
			fuzz_fail("0x%llx is mapped with 0x%x, not 0x%x", first,
				  paging_lookup(first, NULL), prot);
	}
	if (paging_lookup(base - 1, NULL) ||
	    paging_lookup(cell_pa(NR_CELLS), NULL))
		fuzz_fail("something outside the window is mapped");
}

/* remap(): pieces get another permission, live. */
static void remap(struct bytes *bytes)
{
	static const unsigned int prots[] = { 0, VM_READ, RW, RX, RW | VM_IO };
	unsigned int steps = below(bytes, MAX_STEPS);

	while (steps--) {
		struct run run = take_run(bytes, true);
		unsigned int prot = prots[below(bytes, ARRAY_SIZE(prots))];

		if (cell_pa(run.from + run.nr) > reach())
			continue;
		paging_map(cell_pa(run.from), cell_pa(run.from + run.nr), prot);
		for (unsigned int i = run.from; i < run.from + run.nr; i++) {
			cells[i].mapped = true;
			cells[i].prot = prot;
		}
	}
}

/* run(): tables are built and changed, and looked at each time. */
static void run(struct bytes *bytes)
{
	boot();
	check();
	remap(bytes);
	check();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bytes bytes;	/* not automatic: machine_halt() is a longjmp */
	enum host_end end;

	bytes = (struct bytes){ data, data + size };
	start(&bytes);
	draw_machine(&bytes);
	end = host_halts(run(&bytes));
	if (end == HOST_RETURNED)
		fuzz_count(FUZZ_WHOLE);
	else
		fuzz_judge(end, false);
	return 0;
}
