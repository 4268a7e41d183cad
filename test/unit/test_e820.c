/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PC's map: drawings in pages, and random maps against a model that has one
 * byte a page.
 */
#include "e820.h"
#include "numa.h"
#include "sequence.h"

/* brk for tables. */
#define BRK_SIZE ((phys_addr_t)4 << 20)

/* Pages that the model has, and entries of a random map at most. */
#define MODEL_PAGES	64
#define MODEL_ENTRIES	24

/* An entry of a map that is expected, in pages, half-open. */
struct drawn {
	unsigned long start, end;
	enum e820_type type;
};

/* fresh(): an empty map; a cmocka setup. */
static int fresh(void **state)
{
	unit_reset(state);
	unit_brk(BRK_SIZE);
	e820_init(&e820_table);
	return 0;
}

/* add(): pages [@start, @end) are of @type. */
static void add(unsigned long start, unsigned long end, enum e820_type type)
{
	e820_add(&e820_table, PAGE(start), PAGE(end) - 1, type);
}

/* assert_map(): the updated map is the @nr entries at @drawn. */
static void assert_map(const struct drawn *drawn, size_t nr)
{
	e820_update_table(&e820_table);
	assert_int_equal(e820_table.nr_entries, nr);
	for (size_t i = 0; i < nr; i++) {
		const struct e820_entry *e = &e820_table.entries[i];

		assert_int_equal(e->first, PAGE(drawn[i].start));
		assert_int_equal(e->last, PAGE(drawn[i].end) - 1);
		assert_int_equal(e->type, drawn[i].type);
	}
}

#define MAP(...) do {							\
	const struct drawn drawn[] = { __VA_ARGS__ };			\
	assert_map(drawn, ARRAY_SIZE(drawn));				\
} while (0)

static void test_unsorted_is_sorted(void **state)
{
	(void)state;
	add(8, 9, E820_TYPE_RAM);
	add(2, 4, E820_TYPE_RESERVED);
	MAP({ 2, 4, E820_TYPE_RESERVED }, { 8, 9, E820_TYPE_RAM });
}

static void test_higher_type_wins(void **state)
{
	(void)state;
	add(0, 20, E820_TYPE_RAM);
	add(4, 8, E820_TYPE_RESERVED);
	add(7, 10, E820_TYPE_ACPI);
	MAP({ 0, 4, E820_TYPE_RAM }, { 4, 7, E820_TYPE_RESERVED },
	    { 7, 10, E820_TYPE_ACPI }, { 10, 20, E820_TYPE_RAM });
}

static void test_lower_type_inside_is_swallowed(void **state)
{
	(void)state;
	add(4, 8, E820_TYPE_NVS);
	add(5, 6, E820_TYPE_RAM);
	MAP({ 4, 8, E820_TYPE_NVS });
}

static void test_duplicates_and_neighbours_join(void **state)
{
	(void)state;
	add(0, 4, E820_TYPE_RAM);
	add(0, 4, E820_TYPE_RAM);
	add(4, 8, E820_TYPE_RAM);
	add(2, 6, E820_TYPE_RAM);
	MAP({ 0, 8, E820_TYPE_RAM });
}

static void test_persistent_neighbours_stay_apart(void **state)
{
	(void)state;
	add(0, 4, E820_TYPE_PRAM);
	add(4, 8, E820_TYPE_PRAM);
	MAP({ 0, 4, E820_TYPE_PRAM }, { 4, 8, E820_TYPE_PRAM });
}

static void test_up_to_the_last_byte(void **state)
{
	(void)state;
	e820_add(&e820_table, 0, PHYS_ADDR_MAX, E820_TYPE_RESERVED);
	add(1, 2, E820_TYPE_UNUSABLE);
	e820_update_table(&e820_table);
	assert_int_equal(e820_table.nr_entries, 3);
	assert_true(e820_table.entries[2].last == PHYS_ADDR_MAX);
	assert_int_equal(e820_table.entries[2].first, PAGE(2));
}

static void test_more_than_a_table(void **state)
{
	(void)state;
	for (unsigned long i = 1000; i; i--)
		add(2 * i, 2 * i + 1, E820_TYPE_RAM);
	e820_update_table(&e820_table);
	assert_int_equal(e820_table.nr_entries, 1000);
	assert_int_equal(e820_table.entries[999].first, PAGE(2000));
}

static void test_only_usable_is_memory(void **state)
{
	(void)state;
	stage_begin(STAGE_MEMORY);
	e820_add(&e820_table, 0, 0x9fbff, E820_TYPE_RAM);
	e820_add(&e820_table, 0x9fc00, 0x9ffff, E820_TYPE_RESERVED);
	add(0x100, 0x200, E820_TYPE_RAM);
	add(0x200, 0x300, E820_TYPE_PMEM);
	e820_update_table(&e820_table);
	e820_memblock_setup();
	e820_reserve();
	assert_int_equal(memblock.memory.cnt, 2);
	assert_int_equal(memblock_last(&memblock.memory.regions[0]), 0x9efff);
	assert_int_equal(memblock.memory.regions[1].size, PAGE(0x100));
	assert_int_equal(memblock.dropped.total_size, 0xc00);
	assert_no_log("warning");
	assert_true(memblock_is_reserved(0));
	assert_int_equal(memblock.reserved.total_size, PAGE_SIZE);
}

static void test_beyond_reach_is_dropped(void **state)
{
	(void)state;
	stage_begin(STAGE_MEMORY);
	host.phys_bits = 40;
	add(0x100, 0x200, E820_TYPE_RAM);
	add(1ul << 29, (1ul << 29) + 1, E820_TYPE_RAM);
	e820_update_table(&e820_table);
	e820_memblock_setup();
	assert_int_equal(memblock.memory.cnt, 1);
	assert_int_equal(memblock.dropped.total_size, PAGE_SIZE);
	assert_string_equal(memblock.dropped.regions[0].owner->name,
			    "beyond what the CPU can address");
	assert_log("warning: W-MEM-REACH");
}

/* A type that nobody knows is somebody's. */
static void test_unknown_type_is_reserved(void **state)
{
	(void)state;
	add(1, 2, (enum e820_type)99);
	add(2, 3, E820_TYPE_RESERVED);
	MAP({ 1, 3, E820_TYPE_RESERVED });
	assert_string_equal(e820_type_name((enum e820_type)99),
			    e820_type_name(E820_TYPE_RESERVED));
}

/* An entry that has no size isn't taken for one of none. */
static void test_whole_address_space_is_no_memory(void **state)
{
	(void)state;
	stage_begin(STAGE_MEMORY);
	e820_add(&e820_table, 0, PHYS_ADDR_MAX, E820_TYPE_RAM);
	assert_panics(e820_memblock_setup(), "no usable page");
	assert_int_equal(memblock.memory.cnt, 0);
}

/* One whose first and last byte add up to 2^64 is as large as it says. */
static void test_usable_up_to_the_last_page_but_one(void **state)
{
	(void)state;
	stage_begin(STAGE_MEMORY);
	e820_add(&e820_table, PAGE(1), -PAGE(1) - 1, E820_TYPE_RAM);
	e820_memblock_setup();
	assert_int_equal(memblock.memory.regions[0].base, PAGE(1));
}

/* What lies behind a table that is full is no entry of it. */
static void test_usable_behind_a_full_table(void **state)
{
	struct e820_entry *behind;

	(void)state;
	stage_begin(STAGE_MEMORY);
	add(1, 2, E820_TYPE_RAM);
	while (e820_table.nr_entries < e820_table.max)
		add(2, 3, E820_TYPE_RESERVED);
	behind = brk_alloc(sizeof(*behind), _Alignof(struct e820_entry));
	assert_ptr_equal(behind, e820_table.entries + e820_table.max);
	*behind = (struct e820_entry){ PAGE(5), PAGE(6) - 1, E820_TYPE_RAM };
	e820_memblock_setup();
	assert_int_equal(memblock_phys_mem_size(), PAGE(1));
}

/* ranges(): @nr usable ranges, each a page and @more bytes on either side. */
static void ranges(unsigned long nr, phys_addr_t more)
{
	for (unsigned long i = 1; i <= nr; i++)
		e820_add(&e820_table, PAGE(4 * i) - more,
			 PAGE(4 * i + 1) - 1 + more, E820_TYPE_RAM);
}

/* use_up_brk(): no whole page is to be had any more, nor a larger table. */
static void use_up_brk(void)
{
	while (brk_alloc(PAGE_SIZE, 1))
		;
}

/* assert_too_many(): that many ranges are more than the tables have room for. */
static void assert_too_many(unsigned long nr, phys_addr_t more)
{
	fresh(NULL);
	stage_begin(STAGE_MEMORY);
	ranges(nr, more);
	use_up_brk();
	assert_panics(e820_memblock_setup(),
		      "more ranges than the region tables can grow to");
}

/* Tables with room for 126 ranges, and none to grow: adding, cutting what is out
 * of reach and rounding each notice. */
static void test_more_ranges_than_room(void **state)
{
	(void)state;
	assert_too_many(128, 0);
	assert_too_many(126, 0);
	assert_too_many(100, 8);
}

static void test_no_room_for_page_zero(void **state)
{
	(void)state;
	stage_begin(STAGE_MEMORY);
	add(0, 1000, E820_TYPE_RAM);
	e820_memblock_setup();
	use_up_brk();
	for (unsigned long i = 1; i <= 126; i++)
		assert_int_equal(memblock_reserve(PAGE(2 * i), PAGE_SIZE), 0);
	assert_panics(e820_reserve(), "no room to record page zero");
}

static void test_page_zero_that_is_no_memory(void **state)
{
	(void)state;
	stage_begin(STAGE_MEMORY);
	add(1, 1000, E820_TYPE_RAM);
	e820_memblock_setup();
	e820_reserve();
	assert_int_equal(memblock.reserved.cnt, 0);
}

static void test_nothing_usable(void **state)
{
	(void)state;
	stage_begin(STAGE_MEMORY);
	add(0, 4, E820_TYPE_RESERVED);
	e820_update_table(&e820_table);
	assert_panics(e820_memblock_setup(), "no usable page");
}

/* assert_model(): the map holds @type in each page, 0 meaning nothing. */
static void assert_model(const enum e820_type model[MODEL_PAGES])
{
	unsigned long i = 0;

	for (unsigned long page = 0; page < MODEL_PAGES; page++) {
		const struct e820_entry *e = &e820_table.entries[i];
		bool inside = i < e820_table.nr_entries &&
			      e->first <= PAGE(page);

		assert_int_equal(inside ? e->type : 0, model[page]);
		if (inside && e->last == PAGE(page + 1) - 1)
			i++;
	}
	assert_int_equal(i, e820_table.nr_entries);
}

static void test_random_maps(void **state)
{
	static const enum e820_type types[] = {
		E820_TYPE_RAM, E820_TYPE_RESERVED, E820_TYPE_ACPI,
		E820_TYPE_NVS, E820_TYPE_UNUSABLE, E820_TYPE_PMEM,
		E820_TYPE_SOFT_RESERVED,
	};
	unsigned int maps = 2000 * seq_rounds();

	for (unsigned int n = 1; n <= maps; n++) {
		enum e820_type model[MODEL_PAGES] = { 0 };
		uint64_t seed = n;
		unsigned long nr = seq_random(&seed, MODEL_ENTRIES) + 1;

		fresh(state);
		while (nr--) {
			unsigned long start = seq_random(&seed, MODEL_PAGES);
			unsigned long end = start + 1 + seq_random(
				&seed, MODEL_PAGES - start);
			enum e820_type type =
				types[seq_random(&seed, ARRAY_SIZE(types))];

			add(start, end, type);
			for (; start < end; start++)
				model[start] = MAX(model[start], type);
		}
		e820_update_table(&e820_table);
		assert_model(model);
	}
}

#define TEST(name) cmocka_unit_test_setup(name, fresh)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_unsorted_is_sorted),
		TEST(test_higher_type_wins),
		TEST(test_lower_type_inside_is_swallowed),
		TEST(test_duplicates_and_neighbours_join),
		TEST(test_persistent_neighbours_stay_apart),
		TEST(test_up_to_the_last_byte),
		TEST(test_more_than_a_table),
		TEST(test_only_usable_is_memory),
		TEST(test_beyond_reach_is_dropped),
		TEST(test_unknown_type_is_reserved),
		TEST(test_whole_address_space_is_no_memory),
		TEST(test_usable_up_to_the_last_page_but_one),
		TEST(test_usable_behind_a_full_table),
		TEST(test_more_ranges_than_room),
		TEST(test_no_room_for_page_zero),
		TEST(test_page_zero_that_is_no_memory),
		TEST(test_nothing_usable),
		TEST(test_random_maps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
