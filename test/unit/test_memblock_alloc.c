/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memblock's allocating forms, its limits and its editing calls, in pictures:
 * one character a page, page 0 on the left.
 *
 *	memory		'.' no RAM; '0' '1' ... RAM of that node; 'h' 'm' 'n' RAM
 *			of node 0 that is hotpluggable, mirrored, not mapped
 *	reserved	'.' nobody's; 'x' somebody's
 *
 * Drawings begin at page BASE, which is below 4 GiB.
 */
#include "unit.h"

#include "fail_alloc.h"
#include "numa.h"

#define BASE		0x100ul
#define CANVAS		32

/* The address of a drawing's page @n. */
#define AT(n)		PAGE(BASE + (n))

static const struct mem_owner reason = { "dropped", "test", NULL, 0 };

/* flags_of(): the flags that @c stands for in a drawing. */
static enum memblock_flags flags_of(char c)
{
	switch (c) {
	case 'h':
		return MEMBLOCK_HOTPLUG;
	case 'm':
		return MEMBLOCK_MIRROR;
	case 'n':
		return MEMBLOCK_NOMAP;
	default:
		return MEMBLOCK_NONE;
	}
}

/* memory(): RAM as in @drawing; memblock is the legal allocator. */
static void memory(const char *drawing)
{
	stage_begin(STAGE_BOOTMEM);
	host_ram(AT(0), PAGE(strlen(drawing)));
	for (size_t i = 0; drawing[i]; i++)
		if (drawing[i] != '.')
			assert_int_equal(memblock_add_node(AT(i), PAGE(1),
				drawing[i] >= 'a' ? 0 : drawing[i] - '0',
				flags_of(drawing[i])), 0);
}

/* memory_page(): what is drawn for page @i of memory. */
static char memory_page(size_t i)
{
	long at = memblock_search(&memblock.memory, AT(i));
	const struct memblock_region *r = &memblock.memory.regions[at];

	if (at < 0)
		return '.';
	if (r->flags & MEMBLOCK_HOTPLUG)
		return 'h';
	if (r->flags & MEMBLOCK_MIRROR)
		return 'm';
	return r->flags & MEMBLOCK_NOMAP ? 'n' : (char)('0' + r->nid);
}

/* assert_memory(): memory looks like @drawing and has @cnt regions. */
static void assert_memory(const char *drawing, unsigned long cnt)
{
	char canvas[CANVAS + 1];
	size_t len = strlen(drawing);

	memblock_check();
	for (size_t i = 0; i < len; i++)
		canvas[i] = memory_page(i);
	canvas[len] = '\0';
	assert_string_equal(canvas, drawing);
	assert_int_equal(memblock.memory.cnt, cnt);
}

/* assert_reserved(): the pages of @drawing that are 'x' are reserved. */
static void assert_reserved(const char *drawing)
{
	for (size_t i = 0; drawing[i]; i++)
		assert_int_equal(memblock_is_reserved(AT(i)),
				 drawing[i] == 'x');
}

/* assert_virt(): @mem is @size bytes at page @n, all @byte. */
static void assert_virt(void *mem, size_t n, size_t size, unsigned char byte)
{
	assert_ptr_equal(mem, phys_to_virt(AT(n)));
	for (size_t i = 0; i < size; i++)
		assert_int_equal(((unsigned char *)mem)[i], byte);
}

static void test_physical_forms(void **state)
{
	(void)state;
	memory("00001111");
	assert_int_equal(memblock_phys_alloc(PAGE(1), PAGE(1)), AT(7));
	assert_int_equal(memblock_phys_alloc_range(PAGE(1), PAGE(1), AT(1),
						   AT(4)), AT(3));
	assert_int_equal(memblock_phys_alloc_range(PAGE(3), PAGE(1), AT(1),
						   AT(4)), 0);
	assert_int_equal(memblock_phys_alloc_try_nid(PAGE(1), PAGE(1), 0),
			 AT(2));
	assert_int_equal(memblock_phys_alloc_try_nid(PAGE(3), PAGE(1), 0),
			 AT(4));
	assert_reserved("..xxxxxx");
}

static void test_virtual_forms_are_zeroed_but_raw(void **state)
{
	(void)state;
	memory("00001111");
	assert_virt(memblock_alloc(PAGE(1), PAGE(1)), 7, PAGE(1), 0);
	assert_virt(memblock_alloc_raw(PAGE(1), PAGE(1)), 6, PAGE(1),
		    HOST_GARBAGE);
	assert_virt(memblock_alloc_node(PAGE(1), PAGE(1), 0), 3, PAGE(1), 0);
	assert_virt(memblock_alloc_low(PAGE(1), PAGE(1)), 5, PAGE(1), 0);
	assert_virt(memblock_alloc_try_nid_raw(PAGE(1), PAGE(1), 0, AT(2), 1),
		    1, PAGE(1), HOST_GARBAGE);
	assert_null(memblock_alloc(PAGE(2), PAGE(1)));
	assert_null(memblock_alloc_raw(PAGE(2), PAGE(1)));
	assert_reserved(".x.x.xxx");
}

static void test_minimum_is_a_preference(void **state)
{
	(void)state;
	memory("00000000");
	assert_virt(memblock_alloc_from(PAGE(2), PAGE(1), AT(5)), 6, PAGE(2),
		    0);
	assert_virt(memblock_alloc_from(PAGE(2), PAGE(1), AT(5)), 4, PAGE(2),
		    0);
	assert_null(memblock_alloc_from(PAGE(5), PAGE(1), AT(5)));
	assert_reserved("....xxxx");
}

static void test_exact_node_is_no_preference(void **state)
{
	const phys_addr_t any = MEMBLOCK_ALLOC_ANYWHERE;

	(void)state;
	memory("00001111");
	assert_virt(memblock_alloc_exact_nid_raw(PAGE(4), PAGE(1), 0, any, 1),
		    4, PAGE(4), HOST_GARBAGE);
	assert_null(memblock_alloc_exact_nid_raw(PAGE(1), PAGE(1), 0, any, 1));
	assert_virt(memblock_alloc_try_nid(PAGE(1), PAGE(1), 0, any, 1), 3,
		    PAGE(1), 0);
}

static void test_current_limit_is_hard(void **state)
{
	(void)state;
	memory("00000000");
	memblock_set_current_limit(AT(3));
	assert_int_equal(memblock_get_current_limit(), AT(3));
	assert_virt(memblock_alloc(PAGE(1), PAGE(1)), 2, PAGE(1), 0);
	assert_virt(memblock_alloc_try_nid(PAGE(1), PAGE(1), 0, AT(7),
					   NUMA_NO_NODE), 1, PAGE(1), 0);
	assert_null(memblock_alloc_from(PAGE(2), PAGE(1), AT(4)));
	assert_reserved(".xx.....");
}

static void test_bottom_up(void **state)
{
	(void)state;
	memory("00000000");
	memblock_set_bottom_up(true);
	assert_virt(memblock_alloc(PAGE(1), PAGE(1)), 0, PAGE(1), 0);
	assert_virt(memblock_alloc(PAGE(1), PAGE(4)), 4, PAGE(1), 0);
	memblock_set_bottom_up(false);
	assert_virt(memblock_alloc(PAGE(1), PAGE(1)), 7, PAGE(1), 0);
	assert_reserved("x...x..x");
}

static void test_free_by_address(void **state)
{
	void *mem;

	(void)state;
	memory("00000000");
	mem = memblock_alloc(PAGE(2), PAGE(1));
	assert_reserved("......xx");
	assert_int_equal(memblock_free(mem, PAGE(2)), 0);
	assert_reserved("........");
	assert_int_equal(memblock_free(NULL, PAGE(2)), 0);
}

/* Mirrored first, hotpluggable last, what isn't mapped never. */
static void test_order_of_flags(void **state)
{
	(void)state;
	memory("00mmhhnn");
	assert_int_equal(memblock_phys_alloc(PAGE(2), PAGE(1)), AT(2));
	assert_int_equal(memblock_phys_alloc(PAGE(2), PAGE(1)), AT(0));
	assert_int_equal(memblock_phys_alloc(PAGE(2), PAGE(1)), AT(4));
	assert_int_equal(memblock_phys_alloc(PAGE(1), PAGE(1)), 0);
}

static void test_mark_and_clear(void **state)
{
	(void)state;
	memory("00000000");
	assert_int_equal(memblock_mark_hotplug(AT(1), PAGE(3)), 0);
	assert_int_equal(memblock_mark_nomap(AT(5), PAGE(9)), 0);
	assert_memory("0hhh0nnn", 4);
	assert_true(memblock_is_map_memory(AT(1)));
	assert_false(memblock_is_map_memory(AT(5)));
	assert_false(memblock_is_map_memory(AT(8)));
	assert_int_equal(memblock_clear_hotplug(AT(2), PAGE(1)), 0);
	assert_int_equal(memblock_clear_nomap(0, AT(20)), 0);
	assert_memory("0h0h0000", 5);
	assert_int_equal(memblock_mark_mirror(AT(7), PAGE(1)), 0);
	assert_true(memblock.has_mirror);
	assert_memory("0h0h000m", 6);
	assert_int_equal(memblock_mark_hotplug(AT(1), 0), -1);
}

static void test_reserved_without_state(void **state)
{
	(void)state;
	memory("0000");
	memblock_reserve(AT(0), PAGE(4));
	assert_int_equal(memblock_reserved_mark_noinit(AT(1), PAGE(1)), 0);
	assert_int_equal(memblock.reserved.cnt, 3);
	assert_int_equal(memblock.reserved.regions[1].flags,
			 MEMBLOCK_RSRV_NOINIT);
}

static void test_set_node(void **state)
{
	struct memblock_type *type = &memblock.memory;

	(void)state;
	memory("00000000");
	assert_int_equal(memblock_set_node(AT(2), PAGE(2), type, 1), 0);
	assert_int_equal(memblock_set_node(AT(6), PAGE(9), type, 2), 0);
	assert_memory("00110022", 4);
	assert_int_equal(memblock_set_node(0, AT(20), type, 3), 0);
	assert_memory("33333333", 1);
	assert_int_equal(memblock_set_node(0, 0, type, 3), -1);
}

static void test_search_by_page(void **state)
{
	unsigned long start, end;

	(void)state;
	memory("..111.00");
	assert_int_equal(memblock_search_pfn_nid(BASE + 3, &start, &end), 1);
	assert_int_equal(start, BASE + 2);
	assert_int_equal(end, BASE + 5);
	assert_int_equal(memblock_search_pfn_nid(BASE + 5, &start, &end),
			 NUMA_NO_NODE);
}

static void test_estimate_of_free_pages(void **state)
{
	(void)state;
	memory("0000....");
	memblock_reserve(AT(3), PAGE(2));
	assert_int_equal(memblock_estimated_nr_free_pages(), 2);
	memblock_reserve(AT(5), PAGE(3));
	assert_int_equal(memblock_estimated_nr_free_pages(), 0);
}

static void test_memory_limit(void **state)
{
	(void)state;
	memory("00..111n0n");
	assert_int_equal(memblock_enforce_memory_limit(0, &reason), 0);
	assert_int_equal(memblock_enforce_memory_limit(PAGE(8), &reason), 0);
	assert_memory("00..111n0n", 5);
	assert_int_equal(memblock_mem_limit_remove_map(0, &reason), 0);
	assert_int_equal(memblock_mem_limit_remove_map(PAGE(4), &reason), 0);
	assert_memory("00..11.n.n", 4);
	assert_int_equal(memblock_enforce_memory_limit(PAGE(3), &reason), 0);
	assert_memory("00..1.....", 2);
	assert_int_equal(memblock_enforce_memory_limit(PAGE(9), &reason), 0);
	assert_memory("00..1.....", 2);
	assert_int_equal(memblock.dropped.total_size, PAGE(5));
}

static void test_cap_memory_range(void **state)
{
	(void)state;
	assert_int_equal(memblock_cap_memory_range(AT(0), PAGE(1), &reason), -1);
	assert_log("memblock_cap_memory_range: No memory registered yet\n");
	memory("n0000n00n");
	assert_int_equal(memblock_cap_memory_range(AT(3), 0, &reason), 0);
	assert_memory("n0000n00n", 5);
	assert_int_equal(memblock_cap_memory_range(AT(2), PAGE(5), &reason), 0);
	assert_memory("n.000n0.n", 5);
	assert_int_equal(memblock_cap_memory_range(AT(4), PHYS_ADDR_MAX,
						   &reason), 0);
	assert_memory("n...0n0.n", 5);
}

/* Not even the first byte of all stays. */
static void test_cap_memory_range_of_one_byte(void **state)
{
	(void)state;
	memory("0");
	memblock_add(0, 1);
	assert_int_equal(memblock_cap_memory_range(AT(0), PAGE(1), &reason), 0);
	assert_int_equal(memblock.memory.cnt, 1);
	assert_int_equal(memblock.memory.regions[0].base, AT(0));
}

/* Up to the last byte that there is. */
static void test_cap_at_the_end_of_addresses(void **state)
{
	(void)state;
	memory("0000");
	memblock_add(-PAGE(2), PAGE(2));
	assert_int_equal(memblock_cap_memory_range(AT(2), -AT(2) - PAGE(1),
						   &reason), 0);
	assert_memory("..00", 2);
	assert_int_equal(memblock_last_byte_of_DRAM(), -PAGE(1) - 1);
}

static void test_every_allocation_can_be_made_to_fail(void **state)
{
	(void)state;
	memory("00000000");
	fail_alloc_set(2);
	assert_non_null(memblock_alloc(PAGE(1), PAGE(1)));
	assert_null(memblock_alloc(PAGE(1), PAGE(1)));
	assert_non_null(memblock_alloc(PAGE(1), PAGE(1)));
	fail_alloc_set(0);
}

static void test_debug_lines(void **state)
{
	(void)state;
	memory("0000");
	memblock_free(memblock_alloc(PAGE(1), PAGE(1)), PAGE(1));
	memblock_dump_all();
	assert_string_equal(host_log(), "");
	memblock_debug = true;
	memblock_remove(AT(3), PAGE(1));
	memblock_alloc(PAGE(1), PAGE(1));
	memblock_phys_free(AT(1), PAGE(1));
	assert_log("memblock_remove: [0x0000000000103000-0x0000000000103fff] ");
	assert_log("memblock_alloc_try_nid: 4096 bytes align=0x1000 nid=-1 from=0x0000000000000000 max_addr=0x0000000000000000\n");
	assert_log("memblock_reserve: [0x0000000000102000-0x0000000000102fff] ");
	assert_log("memblock_phys_free: [0x0000000000101000-0x0000000000101fff] ");
	memblock_dump_all();
	assert_log("MEMBLOCK configuration:\n"
		   " memory size = 0x0000000000003000 reserved size = 0x0000000000001000\n"
		   " memory.cnt  = 0x1\n"
		   " memory[0x0]\t[0x0000000000100000-0x0000000000102fff], 0x0000000000003000 bytes on node 0 flags: 0x0\n"
		   " reserved.cnt  = 0x1\n"
		   " reserved[0x0]\t[0x0000000000102000-0x0000000000102fff], 0x0000000000001000 bytes flags: 0x0\n");
}

/* What memblock_check() is there for: each of its complaints. */
static void test_check_sees_a_broken_list(void **state)
{
	struct memblock_region *r = memblock.memory.regions;

	(void)state;
	memory("00.11");
	r[1].base = AT(1);
	assert_panics(memblock_check(),
		      "memblock.memory[1] at 0x101000 overlaps the one before");
	r[1].base = AT(3);
	r[1].size = 0;
	assert_panics(memblock_check(),
		      "memblock.memory[1] at 0x103000 is empty or wraps");
	r[1].size = PAGE(3);
	assert_panics(memblock_check(),
		      "memblock.memory holds 0x5000 bytes but counts 0x4000");
	r[1].size = PAGE(1);
	r[1].base = memblock_last(&r[0]);
	assert_panics(memblock_check(), "memblock.memory[1] at 0x101fff overlaps the one before");
	memblock_init();
	memblock_reserve(PAGE(1), PAGE(1));
	memblock.reserved.total_size--;
	assert_panics(memblock_check(), "memblock.reserved holds 0x1000 bytes but counts 0xfff");
	memblock_init();
	memblock_claim_dropped(PAGE(1), PAGE(1), 0, &owner_anonymous);
	memblock.dropped.total_size++;
	assert_panics(memblock_check(), "memblock.dropped holds 0x1000 bytes but counts 0x1001");
}

/* nowhere_to_grow(): no allocator has room for a larger table, and the one of
 * what was dropped is full. */
static void nowhere_to_grow(void)
{
	stage_reset();
	brk_init(0, 0);
	for (size_t i = 0; !memblock_claim_dropped(AT(1000 + 2 * i), PAGE(1),
						   0, &reason); i++)
		assert_true(i < memblock.dropped.max);
}

/* What can't be recorded as dropped stays memory. */
static void test_dropping_without_room(void **state)
{
	phys_addr_t size;

	(void)state;
	memory("00.00000");
	memblock_add(AT(9) + 8, PAGE(1));
	size = memblock_phys_mem_size();
	nowhere_to_grow();
	assert_int_equal(memblock_drop(AT(1), PAGE(1), &reason), -1);
	assert_int_equal(memblock_enforce_memory_limit(PAGE(3), &reason), -1);
	assert_int_equal(memblock_cap_memory_range(AT(1), PAGE(9), &reason),
			 -1);
	assert_int_equal(memblock_trim_memory(PAGE_SIZE, &reason), -1);
	memblock_remove(AT(9) + 8, PAGE(1) - 8);
	assert_int_equal(memblock_trim_memory(PAGE_SIZE, &reason), -1);
	assert_int_equal(memblock_phys_mem_size(), size - PAGE(1) + 8);
	assert_log("memblock: no memory for 256 regions in dropped");
	memblock_check();
}

/* Alone in the address space, bottom-up up to its last byte. */
static void test_no_room_up_to_the_last_byte(void **state)
{
	(void)state;
	stage_begin(STAGE_BOOTMEM);
	memblock_add(-PAGE(2), PAGE(2));
	memblock_set_bottom_up(true);
	assert_int_equal(memblock_phys_alloc(PAGE(3), PAGE(1)), 0);
	assert_int_equal(memblock_phys_alloc(PAGE(1), PAGE(2)), -PAGE(2));
	assert_int_equal(memblock_phys_alloc(PAGE(1), PAGE(2)), 0);
	assert_int_equal(memblock_phys_alloc(PAGE(1), PAGE(1)), -PAGE(1));
	assert_int_equal(memblock_phys_alloc(PAGE(1), PAGE(1)), 0);
}

#define TEST(name) cmocka_unit_test_setup(name, unit_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_physical_forms),
		TEST(test_virtual_forms_are_zeroed_but_raw),
		TEST(test_minimum_is_a_preference),
		TEST(test_exact_node_is_no_preference),
		TEST(test_current_limit_is_hard),
		TEST(test_bottom_up),
		TEST(test_free_by_address),
		TEST(test_order_of_flags),
		TEST(test_mark_and_clear),
		TEST(test_reserved_without_state),
		TEST(test_set_node),
		TEST(test_search_by_page),
		TEST(test_estimate_of_free_pages),
		TEST(test_memory_limit),
		TEST(test_cap_memory_range),
		TEST(test_cap_memory_range_of_one_byte),
		TEST(test_cap_at_the_end_of_addresses),
		TEST(test_every_allocation_can_be_made_to_fail),
		TEST(test_debug_lines),
		TEST(test_check_sees_a_broken_list),
		TEST(test_dropping_without_room),
		TEST(test_no_room_up_to_the_last_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
