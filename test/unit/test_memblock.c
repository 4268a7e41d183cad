/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memblock, in pictures: one character a page, page 0 on the left.
 *
 *	memory		'.' no RAM; '0' '1' ... RAM of that node
 *	reserved	'.' nobody's; 'a' 'b' ... held by that owner
 *
 * Each test draws what is there, makes one call and draws what must come out.
 * The random sequences at the end are in test_memblock_model.c.
 */
#include "unit.h"

#include "numa.h"

/* Pages of the longest drawing. */
#define CANVAS	32

/* The owners that drawings name by letter, and a reason for dropping. */
static const struct mem_owner owners[] = {
	{ "reserved", "a", NULL, 0 }, { "reserved", "b", NULL, 0 },
	{ "reserved", "c", NULL, 0 },
};
static const struct mem_owner reason = { "dropped", "test", NULL, 0 };

/* memory(): add what @drawing shows. */
static void memory(const char *drawing)
{
	for (size_t i = 0; drawing[i]; i++)
		if (drawing[i] != '.')
			assert_int_equal(memblock_add_node(PAGE(i), PAGE(1),
				drawing[i] - '0', MEMBLOCK_NONE), 0);
}

/* reserved(): reserve what @drawing shows. */
static void reserved(const char *drawing)
{
	for (size_t i = 0; drawing[i]; i++)
		if (drawing[i] != '.')
			assert_int_equal(memblock_reserve_owner(PAGE(i),
				PAGE(1), MEMBLOCK_NONE,
				&owners[drawing[i] - 'a']), 0);
}

/* draw(): the first @len pages of @type, into @canvas. */
static void draw(const struct memblock_type *type, char *canvas, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		long at = memblock_search(type, PAGE(i));
		const struct memblock_region *r = &type->regions[at];

		if (at < 0)
			canvas[i] = '.';
		else
			canvas[i] = r->owner ? r->owner->name[0]
					     : (char)('0' + r->nid);
	}
	canvas[len] = '\0';
}

/* assert_drawing(): @type looks like @drawing and has @cnt regions. */
static void assert_drawing(const struct memblock_type *type,
			   const char *drawing, unsigned long cnt)
{
	char canvas[CANVAS + 1];

	memblock_check();
	draw(type, canvas, strlen(drawing));
	assert_string_equal(canvas, drawing);
	assert_int_equal(type->cnt, cnt);
}

static void test_add_joins_what_touches(void **state)
{
	(void)state;
	memory("..00..");
	memblock_add(PAGE(4), PAGE(1));
	memblock_add(PAGE(1), PAGE(1));
	assert_drawing(&memblock.memory, ".0000.", 1);
}

static void test_add_keeps_nodes_apart(void **state)
{
	(void)state;
	memory(".001122.");
	assert_drawing(&memblock.memory, ".001122.", 3);
}

static void test_add_keeps_flags_apart(void **state)
{
	(void)state;
	memblock_add_node(PAGE(1), PAGE(2), 0, MEMBLOCK_NONE);
	memblock_add_node(PAGE(3), PAGE(2), 0, MEMBLOCK_HOTPLUG);
	assert_drawing(&memblock.memory, ".0000.", 2);
	assert_int_equal(memblock.memory.regions[1].flags, MEMBLOCK_HOTPLUG);
}

static void test_add_fills_only_gaps(void **state)
{
	(void)state;
	memory("..00..0..2..");
	memblock_add_node(PAGE(1), PAGE(10), 1, MEMBLOCK_NONE);
	assert_drawing(&memblock.memory, ".1001101121.", 7);
}

static void test_add_inside_changes_nothing(void **state)
{
	(void)state;
	memory(".00000.");
	memblock_add_node(PAGE(2), PAGE(2), 1, MEMBLOCK_NONE);
	assert_drawing(&memblock.memory, ".00000.", 1);
}

static void test_add_around_closes_all(void **state)
{
	(void)state;
	memory("..0.0.0.0..");
	memblock_add(PAGE(1), PAGE(9));
	assert_drawing(&memblock.memory, ".000000000.", 1);
	assert_int_equal(memblock_phys_mem_size(), PAGE(9));
}

static void test_add_in_any_order(void **state)
{
	(void)state;
	memblock_add(PAGE(6), PAGE(1));
	memblock_add(PAGE(2), PAGE(1));
	memblock_add(PAGE(4), PAGE(1));
	assert_drawing(&memblock.memory, "..0.0.0.", 3);
}

static void test_add_refuses_nothing_and_too_much(void **state)
{
	(void)state;
	assert_int_equal(memblock_add(PAGE(1), 0), -1);
	assert_int_equal(memblock_add(PHYS_ADDR_MAX, 2), -1);
	assert_int_equal(memblock_add(PAGE(1), PHYS_ADDR_MAX), -1);
	assert_int_equal(memblock_reserve(PHYS_ADDR_MAX - 1, 3), -1);
	assert_int_equal(memblock_remove(PAGE(1), 0), -1);
	assert_int_equal(memblock_phys_free(PHYS_ADDR_MAX, 2), -1);
	assert_int_equal(memblock.memory.cnt, 0);
	assert_int_equal(memblock.reserved.cnt, 0);
}

static void test_last_byte_of_address_space(void **state)
{
	struct free_range range;

	(void)state;
	assert_int_equal(memblock_add(-PAGE(2), PAGE(2)), 0);
	assert_int_equal(memblock_reserve(PHYS_ADDR_MAX, 1), 0);
	assert_true(memblock_is_memory(PHYS_ADDR_MAX));
	assert_true(memblock_is_region_memory(-PAGE(1), PAGE(1)));
	assert_int_equal(memblock_last_byte_of_DRAM(), PHYS_ADDR_MAX);
	assert_true(memblock_next_free(0, &range));
	assert_int_equal(range.start, -PAGE(2));
	assert_int_equal(range.last, PHYS_ADDR_MAX - 1);
	assert_false(memblock_next_free(PHYS_ADDR_MAX, &range));
	assert_int_equal(memblock_phys_free(PHYS_ADDR_MAX, 1), 0);
	assert_int_equal(memblock_remove(-PAGE(1), PAGE(1)), 0);
	assert_int_equal(memblock_last_byte_of_DRAM(), -PAGE(1) - 1);
}

static void test_whole_address_space_but_one_byte(void **state)
{
	(void)state;
	assert_int_equal(memblock_add(0, PHYS_ADDR_MAX), 0);
	assert_int_equal(memblock_add(PHYS_ADDR_MAX, 1), 0);
	assert_int_equal(memblock.memory.cnt, 2);
	memblock_remove(PAGE(1), 1);
	assert_int_equal(memblock.memory.regions[0].size, PAGE(1));
}

static void test_remove_middle_splits(void **state)
{
	(void)state;
	memory(".00000.");
	memblock_remove(PAGE(3), PAGE(1));
	assert_drawing(&memblock.memory, ".00.00.", 2);
}

static void test_remove_across_several(void **state)
{
	(void)state;
	memory(".00.1.22.");
	memblock_remove(PAGE(2), PAGE(5));
	assert_drawing(&memblock.memory, ".0.....2.", 2);
	assert_int_equal(memblock_phys_mem_size(), PAGE(2));
}

static void test_remove_in_a_hole_changes_nothing(void **state)
{
	(void)state;
	memory(".0...0.");
	assert_int_equal(memblock_remove(PAGE(2), PAGE(3)), 0);
	assert_drawing(&memblock.memory, ".0...0.", 2);
}

static void test_remove_all(void **state)
{
	(void)state;
	memory(".0.1.0.");
	memblock_remove(0, PAGE(CANVAS));
	assert_drawing(&memblock.memory, ".......", 0);
	assert_int_equal(memblock_phys_mem_size(), 0);
}

static void test_reserve_first_owner_keeps(void **state)
{
	(void)state;
	reserved("..aa..");
	memblock_reserve_owner(PAGE(1), PAGE(4), MEMBLOCK_NOMAP, &owners[1]);
	assert_drawing(&memblock.reserved, ".baab.", 3);
	assert_int_equal(memblock.reserved.regions[0].flags, MEMBLOCK_NOMAP);
	assert_int_equal(memblock.reserved.regions[1].flags, MEMBLOCK_NONE);
}

static void test_reserve_joins_one_owner_only(void **state)
{
	(void)state;
	reserved(".aabba.");
	assert_drawing(&memblock.reserved, ".aabba.", 3);
	memblock_phys_free(PAGE(3), PAGE(2));
	memblock_reserve_owner(PAGE(3), PAGE(2), MEMBLOCK_NONE, &owners[0]);
	assert_drawing(&memblock.reserved, ".aaaaa.", 1);
}

static void test_bytes_are_exact(void **state)
{
	(void)state;
	memblock_add(PAGE(1) + 7, 5);
	assert_false(memblock_is_memory(PAGE(1) + 6));
	assert_true(memblock_is_memory(PAGE(1) + 7));
	assert_true(memblock_is_memory(PAGE(1) + 11));
	assert_false(memblock_is_memory(PAGE(1) + 12));
	assert_true(memblock_is_region_memory(PAGE(1) + 7, 5));
	assert_false(memblock_is_region_memory(PAGE(1) + 7, 6));
}

static void test_region_reserved_means_any_byte(void **state)
{
	(void)state;
	reserved("..aa..");
	assert_true(memblock_is_region_reserved(PAGE(1), PAGE(2)));
	assert_false(memblock_is_region_reserved(PAGE(1), PAGE(1)));
	assert_true(memblock_is_region_reserved(PAGE(4) - 1, 1));
	assert_false(memblock_is_region_reserved(PAGE(4), PAGE(1)));
	assert_false(memblock_is_region_reserved(PAGE(2), 0));
}

static void test_region_memory_across_nodes(void **state)
{
	(void)state;
	memory(".0011.");
	assert_true(memblock_is_region_memory(PAGE(1), PAGE(4)));
	assert_false(memblock_is_region_memory(PAGE(1), PAGE(5)));
	assert_false(memblock_is_region_memory(PAGE(0), PAGE(2)));
}

static void test_trim_rounds_inwards(void **state)
{
	(void)state;
	memblock_add(PAGE(1) + 1, PAGE(3) - 2);
	assert_int_equal(memblock_trim_memory(PAGE_SIZE, &reason), 0);
	assert_drawing(&memblock.memory, "..0..", 1);
	assert_int_equal(memblock.dropped.total_size, PAGE(2) - 2);
}

static void test_trim_swallows_less_than_a_page(void **state)
{
	(void)state;
	memblock_add(PAGE(1) + 1, 100);
	memblock_add(PAGE(3) - 8, 16);
	memblock_add(PHYS_ADDR_MAX - 9, 10);
	memblock_trim_memory(PAGE_SIZE, &reason);
	assert_int_equal(memblock.memory.cnt, 0);
	assert_int_equal(memblock.dropped.total_size, 126);
}

static void test_trim_at_the_border_of_nodes(void **state)
{
	(void)state;
	memblock_add_node(PAGE(1), PAGE(1) + 8, 0, MEMBLOCK_NONE);
	memblock_add_node(PAGE(2) + 8, PAGE(2) - 8, 1, MEMBLOCK_NONE);
	memblock_trim_memory(PAGE_SIZE, &reason);
	assert_drawing(&memblock.memory, ".0.1.", 2);
	assert_int_equal(memblock.dropped.total_size, PAGE_SIZE);
}

static void test_drop_only_what_is_memory(void **state)
{
	(void)state;
	memory(".00.00.");
	assert_int_equal(memblock_drop(PAGE(2), PAGE(3), &reason), 0);
	assert_drawing(&memblock.memory, ".0...0.", 2);
	assert_drawing(&memblock.dropped, "..t.t..", 2);
}

static void test_claim_dropped_takes_nothing_from_memory(void **state)
{
	(void)state;
	memory(".00...");
	memblock_claim_dropped(PAGE(3), PAGE(2), 0, &reason);
	assert_drawing(&memblock.memory, ".00...", 1);
	assert_drawing(&memblock.dropped, "...tt.", 1);
}

/* assert_free(): the free ranges, walked up and down, are those of @drawing:
 * 'f' is a page that is free. */
static void assert_free(const char *drawing)
{
	char up[CANVAS + 1] = "", down[CANVAS + 1] = "";
	size_t len = strlen(drawing);
	struct free_range range;

	memset(up, '.', len);
	memset(down, '.', len);
	for_each_free_mem_range(range)
		memset(up + PFN_DOWN(range.start), 'f',
		       PFN_DOWN(range.last) - PFN_DOWN(range.start) + 1);
	for (phys_addr_t upto = PHYS_ADDR_MAX;
	     memblock_prev_free(upto, &range); upto = range.start - 1)
		memset(down + PFN_DOWN(range.start), 'f',
		       PFN_DOWN(range.last) - PFN_DOWN(range.start) + 1);
	assert_string_equal(up, drawing);
	assert_string_equal(down, drawing);
}

static void test_free_is_memory_minus_reserved(void **state)
{
	(void)state;
	memory("..0000.11110000.00..");
	reserved(".aa.bb...a..cccc....");
	assert_free("...f...ff.ff....ff..");
}

static void test_free_where_all_is_reserved(void **state)
{
	(void)state;
	memory("..000.11..");
	reserved(".aaaaaaaa.");
	assert_free("..........");
}

static void test_free_ends_where_the_node_ends(void **state)
{
	struct free_range range;

	(void)state;
	memory(".0011.");
	assert_true(memblock_next_free(0, &range));
	assert_int_equal(range.last, PAGE(3) - 1);
	assert_true(memblock_next_free(range.last + 1, &range));
	assert_int_equal(range.nid, 1);
	assert_false(memblock_next_free(range.last + 1, &range));
}

/* alloc(): @pages pages at @align pages from anywhere on @nid. */
static phys_addr_t alloc(int pages, int align, int nid, bool exact)
{
	return memblock_alloc_range_nid(PAGE(pages), PAGE(align), 0,
					MEMBLOCK_ALLOC_ANYWHERE, nid, exact,
					&owners[0]);
}

/* bootmem_stage(): memblock's allocator is the legal one. */
static void bootmem_stage(void)
{
	stage_begin(STAGE_BOOTMEM);
}

static void test_alloc_top_down(void **state)
{
	(void)state;
	bootmem_stage();
	memory(".0000.000.");
	assert_int_equal(alloc(2, 1, NUMA_NO_NODE, false), PAGE(7));
	assert_int_equal(alloc(2, 1, NUMA_NO_NODE, false), PAGE(3));
	assert_drawing(&memblock.reserved, "...aa..aa.", 2);
}

static void test_alloc_bottom_up(void **state)
{
	(void)state;
	bootmem_stage();
	memblock.bottom_up = true;
	memory(".0000.000.");
	assert_int_equal(alloc(3, 1, NUMA_NO_NODE, false), PAGE(1));
	assert_int_equal(alloc(2, 1, NUMA_NO_NODE, false), PAGE(6));
	assert_drawing(&memblock.reserved, ".aaa..aa..", 2);
}

static void test_alloc_aligned(void **state)
{
	(void)state;
	bootmem_stage();
	memory(".000000000000.");
	assert_int_equal(alloc(2, 4, NUMA_NO_NODE, false), PAGE(8));
	memblock.bottom_up = true;
	assert_int_equal(alloc(3, 4, NUMA_NO_NODE, false), PAGE(4));
	assert_int_equal(alloc(1, 4, NUMA_NO_NODE, false), PAGE(12));
	assert_int_equal(alloc(1, 4, NUMA_NO_NODE, false), 0);
}

static void test_alloc_never_page_zero(void **state)
{
	(void)state;
	bootmem_stage();
	memory("0.");
	assert_int_equal(alloc(1, 1, NUMA_NO_NODE, false), 0);
	memblock.bottom_up = true;
	assert_int_equal(alloc(1, 1, NUMA_NO_NODE, false), 0);
}

static void test_alloc_refuses_bad_arguments(void **state)
{
	(void)state;
	bootmem_stage();
	memory(".00000000.");
	assert_int_equal(alloc(0, 1, NUMA_NO_NODE, false), 0);
	assert_int_equal(alloc(1, 3, NUMA_NO_NODE, false), 0);
	assert_int_equal(alloc(1, 0, NUMA_NO_NODE, false), 0);
	assert_int_equal(memblock_alloc_range_nid(PHYS_ADDR_MAX, 1, 0,
		MEMBLOCK_ALLOC_ANYWHERE, NUMA_NO_NODE, false, &owners[0]), 0);
	assert_int_equal(memblock.reserved.cnt, 0);
}

static void test_alloc_on_a_node(void **state)
{
	(void)state;
	bootmem_stage();
	memory(".00011.");
	assert_int_equal(alloc(1, 1, 0, true), PAGE(3));
	assert_int_equal(alloc(3, 1, 1, true), 0);
	assert_int_equal(alloc(2, 1, 0, true), PAGE(1));
	assert_int_equal(alloc(1, 1, 0, true), 0);
	assert_int_equal(alloc(1, 1, 0, false), PAGE(5));
}

static void test_alloc_not_across_nodes(void **state)
{
	(void)state;
	bootmem_stage();
	memory(".00011.");
	assert_int_equal(alloc(4, 1, NUMA_NO_NODE, false), 0);
}

static void test_alloc_between_limits(void **state)
{
	(void)state;
	bootmem_stage();
	memory(".00000000.");
	assert_int_equal(memblock_alloc_range_nid(PAGE(2), PAGE(1), PAGE(3),
		PAGE(6), NUMA_NO_NODE, false, &owners[0]), PAGE(4));
	assert_int_equal(memblock_alloc_range_nid(PAGE(2), PAGE(1), PAGE(3),
		PAGE(6), NUMA_NO_NODE, false, &owners[0]), 0);
	memblock.current_limit = PAGE(7);
	assert_int_equal(memblock_alloc_range_nid(PAGE(1), PAGE(1), 0,
		MEMBLOCK_ALLOC_ACCESSIBLE, NUMA_NO_NODE, false, &owners[0]),
		PAGE(6));
}

static void test_alloc_hotpluggable_last(void **state)
{
	(void)state;
	bootmem_stage();
	memory(".00.");
	memblock_add_node(PAGE(8), PAGE(1), 0, MEMBLOCK_HOTPLUG);
	memblock_add_node(PAGE(12), PAGE(1), 0, MEMBLOCK_NOMAP);
	assert_int_equal(alloc(1, 1, NUMA_NO_NODE, false), PAGE(2));
	assert_int_equal(alloc(1, 1, NUMA_NO_NODE, false), PAGE(1));
	assert_int_equal(alloc(1, 1, NUMA_NO_NODE, false), PAGE(8));
	assert_int_equal(alloc(1, 1, NUMA_NO_NODE, false), 0);
}

static void test_alloc_in_the_wrong_stage(void **state)
{
	(void)state;
	memory(".00.");
	stage_begin(STAGE_RESERVED);
	assert_panics(alloc(1, 1, NUMA_NO_NODE, false), "BUG: ");
	assert_log("memblock");
}

/* Distinct regions of one list that no first table holds. */
#define MANY	3000

static void test_tables_grow_from_brk(void **state)
{
	(void)state;
	unit_brk((phys_addr_t)4 << 20);
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(memblock_add(PAGE(2 * i + 1), PAGE(1)), 0);
		assert_int_equal(memblock_reserve(PAGE(2 * i + 1), 1), 0);
	}
	memblock_check();
	assert_int_equal(memblock.memory.cnt, MANY);
	for (int i = 0; i < MANY; i++)
		assert_true(memblock_is_reserved(PAGE(2 * i + 1)));
}

static void test_growth_without_room_changes_nothing(void **state)
{
	unsigned long cnt;

	(void)state;
	unit_brk(PAGE(1));
	for (int i = 0; !memblock_add(PAGE(2 * i + 1), PAGE(1)); i++)
		assert_true(i < MANY);
	cnt = memblock.memory.cnt;
	assert_int_equal(memblock_add(PAGE(2 * MANY), PAGE(1)), -1);
	assert_int_equal(memblock.memory.cnt, cnt);
	memblock_check();
	assert_log("memblock: ");
}

/* A table that grows in the middle of an allocation must not be put where that
 * allocation is going to be. */
static void test_growth_and_allocation_never_share_a_page(void **state)
{
	const struct memblock_type *type = &memblock.reserved;
	const phys_addr_t base = (phys_addr_t)1 << 30, size = PAGE(8192);

	(void)state;
	bootmem_stage();
	host_ram(base, size);
	memblock_add(base, size);
	for (int i = 0; i < 1000; i++) {
		phys_addr_t pa = memblock_alloc_range_nid(PAGE(1), PAGE(1), 0,
			MEMBLOCK_ALLOC_ANYWHERE, NUMA_NO_NODE, false,
			&owners[i % 2]);

		assert_ptr_equal(type->regions[memblock_search(type, pa)].owner,
				 &owners[i % 2]);
		memset(phys_to_virt(pa), HOST_GARBAGE, PAGE_SIZE);
		memblock_check();
	}
}

#define TEST(name) cmocka_unit_test_setup(name, unit_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_add_joins_what_touches),
		TEST(test_add_keeps_nodes_apart),
		TEST(test_add_keeps_flags_apart),
		TEST(test_add_fills_only_gaps),
		TEST(test_add_inside_changes_nothing),
		TEST(test_add_around_closes_all),
		TEST(test_add_in_any_order),
		TEST(test_add_refuses_nothing_and_too_much),
		TEST(test_last_byte_of_address_space),
		TEST(test_whole_address_space_but_one_byte),
		TEST(test_remove_middle_splits),
		TEST(test_remove_across_several),
		TEST(test_remove_in_a_hole_changes_nothing),
		TEST(test_remove_all),
		TEST(test_reserve_first_owner_keeps),
		TEST(test_reserve_joins_one_owner_only),
		TEST(test_bytes_are_exact),
		TEST(test_region_reserved_means_any_byte),
		TEST(test_region_memory_across_nodes),
		TEST(test_trim_rounds_inwards),
		TEST(test_trim_swallows_less_than_a_page),
		TEST(test_trim_at_the_border_of_nodes),
		TEST(test_drop_only_what_is_memory),
		TEST(test_claim_dropped_takes_nothing_from_memory),
		TEST(test_free_is_memory_minus_reserved),
		TEST(test_free_where_all_is_reserved),
		TEST(test_free_ends_where_the_node_ends),
		TEST(test_alloc_top_down),
		TEST(test_alloc_bottom_up),
		TEST(test_alloc_aligned),
		TEST(test_alloc_never_page_zero),
		TEST(test_alloc_refuses_bad_arguments),
		TEST(test_alloc_on_a_node),
		TEST(test_alloc_not_across_nodes),
		TEST(test_alloc_between_limits),
		TEST(test_alloc_hotpluggable_last),
		TEST(test_alloc_in_the_wrong_stage),
		TEST(test_tables_grow_from_brk),
		TEST(test_growth_without_room_changes_nothing),
		TEST(test_growth_and_allocation_never_share_a_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
