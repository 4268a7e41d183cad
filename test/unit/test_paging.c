/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page tables, built in simulated RAM and read back page by page.
 *
 * What must be mapped is kept in an array with one entry a page (want[]); every
 * test draws its machine into memblock and into that array, boots as far as
 * paging_init(), and compares paging_lookup() with the array for each page, and
 * for the pages around it, which must not be mapped.
 */
#include "unit.h"

#include <asm/pgtable.h>

#include "bootmem.h"
#include "numa.h"
#include "paging.h"

/* The machine's RAM, unless a test has one of its own. */
#define BASE		((phys_addr_t)2 << 30)
#define NR_PAGES	16384UL

/* Bytes of brk that a boot on the host needs. */
#define BRK_SIZE	((phys_addr_t)64 << 10)

/* Bytes that one leaf of level 1 maps. */
#define LARGE		((phys_addr_t)2 << 20)

#define RW		(VM_READ | VM_WRITE)
#define RX		(VM_READ | VM_EXEC)

/* Permission of each page that isn't an allocation of the boot's own. */
static unsigned int want[NR_PAGES];

/* The only node's number in the tree. */
static const uint32_t hwids[] = { 0 };

/* Owners by the permission with which they are mapped. */
static const struct mem_owner owner_text = { "image", "text", NULL, RX };
static const struct mem_owner owner_rodata = {
	"image", "rodata", NULL, VM_READ
};
static const struct mem_owner owner_foreign = {
	"reserved", "foreign", NULL, 0
};

/* machine_with(): a machine with RAM [@base, @base + @size), nothing else. */
static void machine_with(phys_addr_t base, phys_addr_t size)
{
	unit_brk(BRK_SIZE);
	numa_init(hwids, 1);
	host_ram(base, size);
	memblock_add_node(base, size, 0, MEMBLOCK_NONE);
}

/* machine_ready(): the usual machine, all of it to be mapped; a setup. */
static int machine_ready(void **state)
{
	unit_reset(state);
	machine_with(BASE, PAGE(NR_PAGES));
	for (unsigned long i = 0; i < NR_PAGES; i++)
		want[i] = RW;
	return 0;
}

/* reserve(): pages [@first, @end) belong to @owner. */
static void reserve(unsigned long first, unsigned long end,
		    const struct mem_owner *owner, enum memblock_flags flags)
{
	memblock_reserve_owner(BASE + PAGE(first), PAGE(end - first), flags,
			       owner);
	for (unsigned long i = first; i < end; i++)
		want[i] = flags & MEMBLOCK_NOMAP ? 0 : owner->prot;
}

/* boot_to_paging(): the stages up to where the tables are complete. */
static void boot_to_paging(void)
{
	paging_choose_mode();
	stage_begin(STAGE_BOOTMEM);
	bootmem_init();
	stage_begin(STAGE_PAGING);
	paging_init();
}

/* assert_mapped(): every page of RAM as want[] has it, none around. */
static void assert_mapped(void)
{
	for (unsigned long i = 0; i < NR_PAGES; i++)
		assert_int_equal(paging_lookup(BASE + PAGE(i), NULL), want[i]);
	assert_int_equal(paging_lookup(BASE - 1, NULL), 0);
	assert_int_equal(paging_lookup(BASE + PAGE(NR_PAGES), NULL), 0);
	assert_int_equal(paging_lookup(0, NULL), 0);
}

static void test_ram_is_read_and_write(void **state)
{
	(void)state;
	boot_to_paging();
	assert_mapped();
	assert_int_equal(paging_stats().mapped_bytes, PAGE(NR_PAGES));
}

static void test_whole_ram_is_large_leaves(void **state)
{
	struct paging_stats stats;

	(void)state;
	boot_to_paging();
	stats = paging_stats();
	assert_int_equal(stats.nr_leaves[0], 0);
	assert_int_equal(stats.nr_leaves[1], PAGE(NR_PAGES) / LARGE);
	assert_int_equal(stats.nr_tables, 2);
}

static void test_reservations_by_their_owner(void **state)
{
	(void)state;
	reserve(512, 520, &owner_text, MEMBLOCK_NONE);
	reserve(520, 523, &owner_rodata, MEMBLOCK_NONE);
	reserve(1000, 1001, &owner_foreign, MEMBLOCK_NONE);
	reserve(2000, 3000, &owner_rodata, MEMBLOCK_NOMAP);
	boot_to_paging();
	assert_mapped();
}

static void test_a_hole_costs_one_split(void **state)
{
	struct paging_stats stats;

	(void)state;
	reserve(777, 778, &owner_foreign, MEMBLOCK_NOMAP);
	boot_to_paging();
	stats = paging_stats();
	assert_mapped();
	assert_int_equal(stats.nr_leaves[0], LARGE / PAGE_SIZE - 1);
	assert_int_equal(stats.nr_leaves[1], PAGE(NR_PAGES) / LARGE - 1);
	assert_int_equal(stats.nr_tables, 3);
}

static void test_devices_are_mapped_as_devices(void **state)
{
	unsigned int prot = RW | VM_IO;

	(void)state;
	machine.uart.base = 0x10000000;
	machine.uart.size = 0x100;
	machine.poweroff.pa = 0x100000;
	boot_to_paging();
	assert_int_equal(paging_lookup(0x10000000, NULL), prot);
	assert_int_equal(paging_lookup(0x10001000, NULL), 0);
	assert_int_equal(paging_lookup(0x100000, NULL), prot);
	assert_int_equal(paging_lookup(0xff000, NULL), 0);
	assert_mapped();
}

static void test_tables_are_handed_to_the_port(void **state)
{
	(void)state;
	boot_to_paging();
	assert_ptr_equal(host.mode, paging_stats().mode);
	assert_int_equal(host.root, paging_root());
	assert_true(memblock_is_reserved(host.root));
}

static void test_lookup_tells_where_the_leaf_ends(void **state)
{
	phys_addr_t end;

	(void)state;
	boot_to_paging();
	paging_lookup(BASE + 5, &end);
	assert_int_equal(end, BASE + LARGE);
}

/* assert_split_maps_itself(): the large leaf at BASE has become small ones, each of
 * which maps its own address. */
static void assert_split_maps_itself(void)
{
	const pte_t *table = phys_to_virt(paging_root());

	for (unsigned int level = paging_stats().mode->levels - 1; level > 0;
	     level--) {
		pte_t pte = table[BASE >> (PAGE_SHIFT + level * PT_INDEX_BITS) &
				  ((1ul << PT_INDEX_BITS) - 1)];

		assert_false(pte_is_leaf(pte, level));
		table = phys_to_virt(pte_phys(pte, level));
	}
	for (unsigned long i = 0; i < LARGE / PAGE_SIZE; i++)
		assert_int_equal(pte_phys(table[i], 0), BASE + PAGE(i));
}

static void test_map_splits_a_live_leaf(void **state)
{
	(void)state;
	boot_to_paging();
	paging_map(BASE + PAGE(100), BASE + PAGE(102), VM_READ);
	want[100] = want[101] = VM_READ;
	assert_mapped();
	assert_split_maps_itself();
	assert_true(host.nr_flushes > 0);
}

static void test_map_without_permission_unmaps(void **state)
{
	(void)state;
	boot_to_paging();
	paging_map(BASE + PAGE(100), BASE + PAGE(104), 0);
	for (unsigned long i = 100; i < 104; i++)
		want[i] = 0;
	assert_mapped();
}

/* What is wanted next to the range stays as it is. */
static void test_map_wanted_keeps_to_its_range(void **state)
{
	(void)state;
	boot_to_paging();
	paging_map(BASE + PAGE(100), BASE + PAGE(110), 0);
	paging_map_wanted(BASE + PAGE(102), BASE + PAGE(104));
	for (unsigned long i = 100; i < 110; i++)
		want[i] = i == 102 || i == 103 ? RW : 0;
	assert_mapped();
}

/* And ends where the format's reach does. */
static void test_map_wanted_across_the_reach(void **state)
{
	const phys_addr_t reach = (phys_addr_t)1 << 38;

	(void)state;
	host.nr_modes = 1;
	boot_to_paging();
	paging_map_wanted(reach - PAGE(1), reach + PAGE(1));
	assert_int_equal(paging_lookup(reach - PAGE(1), NULL), 0);
	assert_mapped();
}

/* An entry that maps nothing yet is written once, a live one is broken first. */
static void test_map_breaks_only_live_leaves(void **state)
{
	(void)state;
	reserve(100, 102, &owner_foreign, MEMBLOCK_NONE);
	boot_to_paging();
	paging_map(BASE + PAGE(100), BASE + PAGE(101), RW);
	assert_int_equal(host.nr_flushes, 1);
	paging_map(BASE + PAGE(99), BASE + PAGE(100), VM_READ);
	assert_int_equal(host.nr_flushes, 3);
	want[100] = RW;
	want[99] = VM_READ;
	assert_mapped();
}

/* What is flushed is what the leaf translated. */
static void test_map_flushes_each_leaf(void **state)
{
	(void)state;
	reserve(100, 101, &owner_foreign, MEMBLOCK_NONE);
	boot_to_paging();
	paging_map(BASE + PAGE(102), BASE + PAGE(105), 0);
	assert_int_equal(host.nr_flushes, 3);
	assert_int_equal(host.flushed, BASE + PAGE(104));
}

/* Where RAM begins, and how much there is, in the next test: an entry of the root
 * of the deepest format. */
#define ROOT_ENTRY	((phys_addr_t)1 << 48)

/* An entry's highest bits are attributes, in every format of 64 bits. */
static void test_highest_bits_are_no_address(void **state)
{
	(void)state;
	for (unsigned int bit = 60; bit < 8 * sizeof(pte_t); bit++)
		for (unsigned int level = 0; level < 3; level++)
			assert_int_equal(pte_phys(pte_leaf(BASE, RW, level) |
						  (pte_t)1 << bit, level), BASE);
}

/* huge_ram(): all of it is there once it is touched. */
static bool huge_ram(phys_addr_t pa, phys_addr_t *base, phys_addr_t *last)
{
	*base = ROOT_ENTRY;
	*last = 2 * ROOT_ENTRY - 1;
	return pa >= *base && pa <= *last;
}

/* A range of the root's size isn't a leaf where the root has none. */
static void test_leaves_up_to_the_highest_level_only(void **state)
{
	phys_addr_t base = ROOT_ENTRY;

	(void)state;
	if (pte_phys(pte_leaf(base, RW, 3), 3) != base)
		skip();		/* this port's entries have no such address */
	unit_reset(NULL);
	unit_brk(BRK_SIZE);
	numa_init(hwids, 1);
	host.find_ram = huge_ram;
	memblock_add_node(base, base, 0, MEMBLOCK_NONE);
	boot_to_paging();
	assert_string_equal(host.mode->name, "host57");
	assert_int_equal(paging_stats().nr_leaves[4], 0);
	assert_true(paging_stats().nr_leaves[3] >= 510);
	assert_int_equal(paging_stats().mapped_bytes, base);
}

/* What is mapped as it should be already is left alone. */
static void test_map_of_the_same_changes_nothing(void **state)
{
	(void)state;
	boot_to_paging();
	paging_map(BASE, BASE + LARGE, RW);
	assert_int_equal(host.nr_flushes, 0);
	assert_mapped();
}

/* A table stays a table when all of it is mapped alike. */
static void test_map_over_a_table(void **state)
{
	(void)state;
	reserve(100, 101, &owner_rodata, MEMBLOCK_NONE);
	boot_to_paging();
	paging_map(BASE, BASE + LARGE, VM_READ);
	for (unsigned long i = 0; i < LARGE / PAGE_SIZE; i++)
		want[i] = VM_READ;
	assert_mapped();
	paging_map(BASE + LARGE, BASE + 2 * LARGE, 0);
	for (unsigned long i = 0; i < LARGE / PAGE_SIZE; i++)
		want[LARGE / PAGE_SIZE + i] = 0;
	assert_mapped();
}

/* A large leaf, right where it begins and wrong behind. */
static void test_check_notices_a_leaf_that_is_too_large(void **state)
{
	(void)state;
	boot_to_paging();
	memblock_reserve_owner(BASE + PAGE(777), PAGE(1), MEMBLOCK_NONE,
			       &owner_foreign);
	assert_panics(paging_check(),
		      "0x80309000 is mapped with permission 0x3, not 0x0");
}

static void test_device_without_a_size_is_none(void **state)
{
	(void)state;
	machine.uart.base = 0x10000000;
	boot_to_paging();
	assert_int_equal(paging_lookup(0x10000000, NULL), 0);
	assert_mapped();
}

static void test_check_notices_what_is_too_much(void **state)
{
	(void)state;
	boot_to_paging();
	paging_map(BASE + PAGE(100), BASE + PAGE(101), RW | VM_EXEC);
	assert_panics(paging_check(), "BUG: ");
}

static void test_check_notices_what_is_missing(void **state)
{
	(void)state;
	boot_to_paging();
	memblock_add(BASE + PAGE(NR_PAGES), PAGE(1));
	assert_panics(paging_check(), "BUG: ");
}

/* boot_with_ram_at(): a small machine whose RAM begins at @base. */
static void boot_with_ram_at(phys_addr_t base)
{
	unit_reset(NULL);
	machine_with(base, (phys_addr_t)8 << 20);
	boot_to_paging();
}

static void test_mode_is_the_shallowest_that_reaches(void **state)
{
	const phys_addr_t size = (phys_addr_t)8 << 20;

	(void)state;
	boot_with_ram_at(((phys_addr_t)1 << 38) - size);
	assert_int_equal(paging_stats().mode->levels, 3);
	boot_with_ram_at((phys_addr_t)1 << 38);
	assert_int_equal(paging_stats().mode->levels, 4);
	assert_int_equal(paging_lookup((phys_addr_t)1 << 38, NULL), RW);
	boot_with_ram_at((phys_addr_t)1 << 47);
	assert_int_equal(paging_stats().mode->levels, 5);
	assert_int_equal(paging_lookup((phys_addr_t)1 << 47, NULL), RW);
}

static void test_ram_beyond_reach_is_dropped(void **state)
{
	const phys_addr_t far = (phys_addr_t)1 << 40;

	(void)state;
	host.nr_modes = 1;
	memblock_add(far, PAGE(4));
	boot_to_paging();
	assert_log("W-MEM-REACH");
	assert_false(memblock_is_memory(far));
	assert_int_equal(memblock.dropped.total_size, PAGE(4));
	assert_mapped();
}

static void test_ram_across_the_reach_is_cut(void **state)
{
	const phys_addr_t reach = (phys_addr_t)1 << 38;

	(void)state;
	host.nr_modes = 1;
	memblock_add(reach - PAGE(2), PAGE(4));
	paging_choose_mode();
	assert_true(memblock_is_memory(reach - 1));
	assert_false(memblock_is_memory(reach));
	assert_int_equal(memblock.dropped.total_size, PAGE(2));
}

static void test_no_mode_is_a_panic(void **state)
{
	(void)state;
	host.nr_modes = 0;
	assert_panics(paging_choose_mode(), "page-table format that we know (mmu-type not given)");
	machine.mmu_type = "odd";
	assert_panics(paging_choose_mode(), "(mmu-type odd)");
}

/* Tebibytes cost tables for their borders, not for their pages. */
static void test_large_ram_costs_few_tables(void **state)
{
	(void)state;
	unit_reset(NULL);
	machine_with((phys_addr_t)1 << 40, (phys_addr_t)4 << 40);
	boot_to_paging();
	assert_true(paging_stats().nr_tables < 16);
	assert_int_equal(paging_stats().mapped_bytes, (phys_addr_t)4 << 40);
}

/* Devices that share a page, that are next to each other, that lie in RAM. */
static void test_devices_next_to_each_other(void **state)
{
	unsigned int prot = RW | VM_IO;

	(void)state;
	machine.uart.base = BASE + PAGE(100) - 4;
	machine.uart.size = 8;
	machine.poweroff.pa = BASE + PAGE(101);
	boot_to_paging();
	want[99] = want[100] = want[101] = prot;
	assert_mapped();
}

static void test_device_below_the_other(void **state)
{
	unsigned int prot = RW | VM_IO;

	(void)state;
	machine.uart.base = 0x200000;
	machine.uart.size = PAGE(1);
	machine.poweroff.pa = 0x100ffc;
	boot_to_paging();
	assert_int_equal(paging_lookup(0x200000, NULL), prot);
	assert_int_equal(paging_lookup(0x201000, NULL), 0);
	assert_int_equal(paging_lookup(0x100000, NULL), prot);
	assert_int_equal(paging_lookup(0x101000, NULL), 0);
	assert_mapped();
}

/* What is no RAM needs to be reached as well. */
static void test_mode_reaches_devices_and_blob(void **state)
{
	const phys_addr_t reach = (phys_addr_t)1 << 38;

	(void)state;
	machine.uart.base = reach - PAGE(1);
	machine.uart.size = PAGE(1);
	boot_to_paging();
	assert_int_equal(paging_stats().mode->levels, 3);
	unit_reset(NULL);
	machine_with(BASE, PAGE(512));
	machine.dtb = reach;
	machine.dtb_size = 40;
	boot_to_paging();
	assert_int_equal(paging_stats().mode->levels, 4);
}

/* levels_with_uart(): of the format that is chosen with a UART of @size bytes right
 * behind the first page that 3 levels don't reach. */
static unsigned int levels_with_uart(phys_addr_t size)
{
	machine_ready(NULL);
	machine.uart.base = ((phys_addr_t)1 << 38) + PAGE(1);
	machine.uart.size = size;
	boot_to_paging();
	return paging_stats().mode->levels;
}

/* A device without registers is no reason for a deeper format. */
static void test_mode_reaches_devices_with_a_size(void **state)
{
	(void)state;
	assert_int_equal(levels_with_uart(0), 3);
	assert_int_equal(levels_with_uart(8), 4);
}

static void test_lookup_beyond_the_reach(void **state)
{
	phys_addr_t end;

	(void)state;
	boot_to_paging();
	assert_int_equal(paging_lookup((phys_addr_t)1 << 38, &end), 0);
	assert_int_equal(end, PHYS_ADDR_MAX);
	assert_int_equal(paging_lookup(PHYS_ADDR_MAX, NULL), 0);
	assert_int_equal(paging_lookup(0, &end), 0);
	assert_int_equal(end, (phys_addr_t)1 << 30);
}

static void test_check_notices_write_and_execute(void **state)
{
	static const struct mem_owner owner_rwx = {
		"image", "all at once", NULL, RW | VM_EXEC
	};

	(void)state;
	reserve(512, 520, &owner_rwx, MEMBLOCK_NONE);
	assert_panics(boot_to_paging(), "leaves are writable and executable");
}

/* The end of a no-map range that is no page's end, and one that nothing reaches. */
static void test_check_notices_a_leaf_over_no_map(void **state)
{
	phys_addr_t odd = BASE + PAGE(600) + 100;

	(void)state;
	memblock_reserve_owner(odd, PAGE_SIZE, MEMBLOCK_NOMAP, &owner_foreign);
	memblock_reserve_owner((phys_addr_t)1 << 62, PAGE_SIZE, MEMBLOCK_NOMAP,
			       &owner_foreign);
	boot_to_paging();
	assert_int_equal(paging_stats().nr_nomap, 0);
	paging_map(BASE + PAGE(601), BASE + PAGE(602), VM_READ);
	assert_panics(paging_check(),
		      "BUG: paging: 1 leaves lie over a no-map range");
}

/* A device that is used is mapped, whoever reserves its registers. */
static void test_device_in_no_map(void **state)
{
	(void)state;
	machine.uart.base = BASE + PAGE(700);
	machine.uart.size = 0x100;
	reserve(700, 702, &owner_foreign, MEMBLOCK_NOMAP);
	boot_to_paging();
	assert_int_equal(paging_stats().nr_nomap, 0);
	assert_int_equal(paging_lookup(BASE + PAGE(700), NULL), RW | VM_IO);
	assert_int_equal(paging_lookup(BASE + PAGE(701), NULL), 0);
}

/* lowest_table(): the table that has the entries of BASE's pages. */
static pte_t *lowest_table(void)
{
	pte_t *table = phys_to_virt(host.root);

	for (unsigned int level = 2; level; level--) {
		unsigned int shift = PAGE_SHIFT + PT_INDEX_BITS * level;
		pte_t pte = table[BASE >> shift &
				  ((1u << PT_INDEX_BITS) - 1)];

		table = phys_to_virt(pte_phys(pte, level));
	}
	return table;
}

/* A leaf that leads elsewhere: page 100's entry has page 101's address. */
static void test_check_notices_a_wrong_address(void **state)
{
	(void)state;
	reserve(100, 101, &owner_rodata, MEMBLOCK_NONE);
	boot_to_paging();
	lowest_table()[100] = pte_leaf(BASE + PAGE(101), VM_READ, 0);
	assert_panics(paging_check(), "0x80064000 maps 0x80065000");
}

/* The same in the midst of a run, wherever in it. */
static void test_check_notices_a_wrong_address_in_a_run(void **state)
{
	for (unsigned int i = 1; i < 12; i++) {
		machine_ready(state);
		reserve(100, 101, &owner_rodata, MEMBLOCK_NONE);
		boot_to_paging();
		lowest_table()[i] = pte_leaf(BASE, RW, 0);
		assert_panics(paging_check(), "maps 0x80000000");
	}
}

static void test_reach_that_cannot_be_recorded(void **state)
{
	static const struct mem_owner reason = { "dropped", "test", NULL, 0 };

	(void)state;
	host.nr_modes = 1;
	memblock_add((phys_addr_t)1 << 40, PAGE(4));
	brk_init(0, 0);
	for (phys_addr_t pa = 0; !memblock_claim_dropped(pa, 1, 0, &reason);
	     pa += 2)
		assert_true(pa < PAGE(1));
	assert_panics(paging_choose_mode(),
		      "no room to record RAM beyond 0x4000000000");
}

/* reserve_bytes(): [@start, @end), counted from BASE, belongs to @owner. */
static void reserve_bytes(phys_addr_t start, phys_addr_t end,
			  const struct mem_owner *owner,
			  enum memblock_flags flags)
{
	memblock_reserve_owner(BASE + start, end - start, flags, owner);
}

/* Whatever a reservation touches is as it says, to the end of the page; only
 * that the rest of such a page, which the boot reserves, can't be executed. */
static void test_reservations_of_parts_of_pages(void **state)
{
	(void)state;
	reserve_bytes(PAGE(10) + 8, PAGE(10) + 16, &owner_rodata,
		      MEMBLOCK_NONE);
	reserve_bytes(PAGE(20) - 1, PAGE(22) + 1, &owner_text, MEMBLOCK_NONE);
	reserve_bytes(PAGE(30), PAGE(33) - 1, &owner_foreign, MEMBLOCK_NOMAP);
	reserve_bytes(PAGE(40) + 1, PAGE(43), &owner_rodata, MEMBLOCK_NONE);
	memblock_reserve_owner(0x1000008, 8, MEMBLOCK_NONE, &owner_rodata);
	boot_to_paging();
	want[10] = VM_READ;
	want[20] = want[21] = RX;
	want[19] = want[22] = VM_READ;
	want[30] = want[31] = want[32] = 0;
	want[40] = want[41] = want[42] = VM_READ;
	assert_mapped();
	assert_int_equal(paging_lookup(0x1000000, NULL), VM_READ);
	assert_int_equal(paging_lookup(0x1001000, NULL), 0);
}

/* Where several touch a page, what all of them allow. */
static void test_reservations_that_share_a_page(void **state)
{
	static const struct mem_owner owner_rw = { "image", "data", NULL, RW };

	(void)state;
	reserve_bytes(PAGE(9), PAGE(10) + 1, &owner_text, MEMBLOCK_NONE);
	reserve_bytes(PAGE(10) + 8, PAGE(12) + 5, &owner_rw, MEMBLOCK_NONE);
	reserve_bytes(PAGE(12) + 5, PAGE(12) + 6, &owner_rodata, MEMBLOCK_NONE);
	reserve_bytes(PAGE(12) + 7, PAGE(13) + 1, &owner_rw, MEMBLOCK_NONE);
	reserve_bytes(PAGE(13) + 1, PAGE(14), &owner_rw, MEMBLOCK_NOMAP);
	boot_to_paging();
	want[9] = RX;
	want[10] = VM_READ;
	want[11] = RW;
	want[12] = VM_READ;
	want[13] = 0;
	assert_mapped();
}

/* Up to the very end of what the format reaches. */
static void test_reservation_across_the_reach(void **state)
{
	const phys_addr_t reach = (phys_addr_t)1 << 38;

	(void)state;
	host.nr_modes = 1;
	memblock_reserve_owner(reach - PAGE(1) - 1, PAGE(2), MEMBLOCK_NONE,
			       &owner_rodata);
	boot_to_paging();
	assert_int_equal(paging_lookup(reach - PAGE(2), NULL), VM_READ);
	assert_int_equal(paging_lookup(reach - 1, NULL), VM_READ);
	assert_int_equal(paging_lookup(reach - PAGE(3), NULL), 0);
	assert_mapped();
}

static void test_needed_beyond_reach_is_warned_of(void **state)
{
	const phys_addr_t reach = (phys_addr_t)1 << 38;

	(void)state;
	host.nr_modes = 1;
	machine.dtb = reach - 1;
	machine.dtb_size = 40;
	machine.uart.base = reach;
	machine.uart.size = 8;
	machine.poweroff.pa = reach - 4;
	machine.irq.dist = reach + PAGE(1);
	machine.irq.cpu = reach + PAGE(2);
	boot_to_paging();
	assert_log("W-MAP-REACH: host39 maps addresses below 0x4000000000 only: the device tree at 0x3fffffffff is not mapped");
	assert_log("the console's UART at 0x4000000000 is not mapped");
	assert_log("the interrupt controller at 0x4000001000 is not mapped");
	assert_log("the interrupt controller's CPU interface at 0x4000002000 is not mapped");
	assert_no_log("power-off");
	assert_mapped();
}

static void test_image_beyond_reach_is_a_panic(void **state)
{
	(void)state;
	host.nr_modes = 1;
	image.start = (phys_addr_t)1 << 38;
	image.end = image.start + PAGE(4);
	assert_panics(paging_choose_mode(),
		      "host39 maps addresses below 0x4000000000 only, the image ends at 0x4000004000; load it lower");
}

/* pagetable_bytes(): what is reserved for tables. */
static phys_addr_t pagetable_bytes(void)
{
	const struct memblock_region *r;
	phys_addr_t sum = 0;

	for_each_reserved_region(r)
		if (!strcmp(r->owner->kind, "pagetable"))
			sum += r->size;
	return sum;
}

/* No leaves as large as a table of level 1 maps: a row of such tables. */
static void test_tables_where_leaves_are_small(void **state)
{
	static const struct paging_mode mode = {
		.name = "small", .levels = 3, .reach_bits = 38,
		.max_leaf_level = 1,
	};
	const phys_addr_t gib = (phys_addr_t)1 << 30;

	(void)state;
	unit_reset(NULL);
	machine_with(2 * gib, 4 * gib);
	machine.uart.base = gib / 4;
	machine.uart.size = 8;
	host.only_mode = &mode;
	boot_to_paging();
	assert_int_equal(paging_stats().nr_leaves[2], 0);
	assert_in_range(paging_stats().nr_tables, 1 + 4, 1 + 4 + 4);
	assert_int_equal(pagetable_bytes(), PAGE(paging_stats().nr_tables));
	paging_map(3 * gib, 5 * gib, VM_READ);
	assert_int_equal(paging_lookup(3 * gib, NULL), VM_READ);
	assert_int_equal(paging_lookup(5 * gib - 1, NULL), VM_READ);
	assert_int_equal(paging_lookup(3 * gib - 1, NULL), RW);
	assert_int_equal(pagetable_bytes(), PAGE(paging_stats().nr_tables));
}

/* forgotten_with(): bytes that caches must forget where @pages pages are rodata,
 * the image's where @ours. */
static phys_addr_t forgotten_with(unsigned long pages, bool ours)
{
	machine_ready(NULL);
	reserve(0, pages, &owner_rodata, MEMBLOCK_NONE);
	image.start = BASE;
	image.end = BASE + (ours ? PAGE(pages) : 0);
	boot_to_paging();
	return host.nr_forgotten;
}

/* The image was written to, even what is only read from now on; a blob wasn't. */
static void test_caches_forget_what_was_written(void **state)
{
	phys_addr_t none;

	(void)state;
	none = forgotten_with(0, false);
	assert_in_range(none, PAGE(1), PAGE(64));
	assert_int_equal(forgotten_with(5, false), forgotten_with(6, false));
	assert_int_equal(forgotten_with(8, true),
			 forgotten_with(5, true) + PAGE(3));
}

#define TEST(name) cmocka_unit_test_setup(name, machine_ready)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_ram_is_read_and_write),
		TEST(test_whole_ram_is_large_leaves),
		TEST(test_reservations_by_their_owner),
		TEST(test_a_hole_costs_one_split),
		TEST(test_devices_are_mapped_as_devices),
		TEST(test_tables_are_handed_to_the_port),
		TEST(test_lookup_tells_where_the_leaf_ends),
		TEST(test_map_splits_a_live_leaf),
		TEST(test_map_without_permission_unmaps),
		TEST(test_map_wanted_keeps_to_its_range),
		TEST(test_map_wanted_across_the_reach),
		TEST(test_map_breaks_only_live_leaves),
		TEST(test_highest_bits_are_no_address),
		TEST(test_map_flushes_each_leaf),
		TEST(test_leaves_up_to_the_highest_level_only),
		TEST(test_map_of_the_same_changes_nothing),
		TEST(test_map_over_a_table),
		TEST(test_check_notices_a_leaf_that_is_too_large),
		TEST(test_device_without_a_size_is_none),
		TEST(test_check_notices_what_is_too_much),
		TEST(test_check_notices_what_is_missing),
		TEST(test_mode_is_the_shallowest_that_reaches),
		TEST(test_ram_beyond_reach_is_dropped),
		TEST(test_ram_across_the_reach_is_cut),
		TEST(test_no_mode_is_a_panic),
		TEST(test_large_ram_costs_few_tables),
		TEST(test_devices_next_to_each_other),
		TEST(test_device_below_the_other),
		TEST(test_mode_reaches_devices_and_blob),
		TEST(test_mode_reaches_devices_with_a_size),
		TEST(test_lookup_beyond_the_reach),
		TEST(test_check_notices_write_and_execute),
		TEST(test_check_notices_a_leaf_over_no_map),
		TEST(test_device_in_no_map),
		TEST(test_check_notices_a_wrong_address),
		TEST(test_check_notices_a_wrong_address_in_a_run),
		TEST(test_reach_that_cannot_be_recorded),
		TEST(test_reservations_of_parts_of_pages),
		TEST(test_reservations_that_share_a_page),
		TEST(test_reservation_across_the_reach),
		TEST(test_needed_beyond_reach_is_warned_of),
		TEST(test_image_beyond_reach_is_a_panic),
		TEST(test_tables_where_leaves_are_small),
		TEST(test_caches_forget_what_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
