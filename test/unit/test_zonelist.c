/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Zonelists: the order in which nodes stand in for each other.
 *
 * Every expected order was worked out by hand from the rule that Linux's
 * find_next_best_node() follows: nearest first; at the same distance a node
 * with a higher number than the one that looks before one with a lower, and
 * among these the one that has been first of its distance for fewer others.
 */
#include "mm_fixture.h"

#define BASE	0x80000ul

/* assert_order(): node @nid falls back on @nodes, one digit each; in a node its
 * zones come highest first. */
static void assert_order(int nid, const char *nodes)
{
	struct zone **z = NODE_DATA(nid)->node_zonelists[ZONELIST_FALLBACK].zones;
	char found[MM_MAX_NODES + 1];
	size_t n = 0;

	for (const struct zone *last = NULL; *z; last = *z++) {
		if (last && last->zone_pgdat == (*z)->zone_pgdat)
			assert_true(last > *z);
		else
			found[n++] = (char)('0' + (*z)->zone_pgdat->node_id);
	}
	found[n] = '\0';
	assert_string_equal(found, nodes);
}

/* distances(): row by row, nodes in order. */
static void distances(int nr, const uint32_t *table)
{
	for (int from = 0; from < nr; from++)
		for (int to = 0; to < nr; to++)
			assert_true(numa_set_distance(from, to,
						      table[from * nr + to]));
}

static void test_one_node(void **state)
{
	(void)state;
	mm_machine(1, BASE, "0000");
	mm_handover();
	assert_order(0, "0");
	assert_int_equal(alloc_pages(__GFP_THISNODE, 0), MM(0));
}

/* All at the same distance: everybody begins with the next one up, so that no
 * node serves more than one other first. */
static void test_equal_distances_go_round(void **state)
{
	(void)state;
	mm_machine(4, BASE, "0000" "1111" "2222" "3333");
	mm_handover();
	assert_order(0, "0123");
	assert_order(1, "1230");
	assert_order(2, "2301");
	assert_order(3, "3012");
}

static void test_nearest_first(void **state)
{
	static const uint32_t table[] = {
		10, 40, 20,
		40, 10, 30,
		20, 30, 10,
	};

	(void)state;
	mm_machine(3, BASE, "0000" "1111" "2222");
	distances(3, table);
	mm_handover();
	assert_order(0, "021");
	assert_order(1, "120");
	assert_order(2, "201");
}

/* Two boards of two nodes: the neighbour, then the other board. Node 0 loads
 * node 1 (distance 12) and node 2 (first at 32); so node 1, for which 2 and 3
 * are both higher, begins there with node 3. */
static void test_two_boards_share_the_load(void **state)
{
	static const uint32_t table[] = {
		10, 12, 32, 32,
		12, 10, 32, 32,
		32, 32, 10, 12,
		32, 32, 12, 10,
	};

	(void)state;
	mm_machine(4, BASE, "0000" "1111" "2222" "3333");
	distances(4, table);
	mm_handover();
	assert_order(0, "0123");
	assert_order(1, "1032");
	assert_order(2, "2301");
	assert_order(3, "3210");
}

/* Distances need not be the same both ways. */
static void test_one_way_distances(void **state)
{
	static const uint32_t table[] = {
		10, 11, 50,
		50, 10, 11,
		11, 50, 10,
	};

	(void)state;
	mm_machine(3, BASE, "0000" "1111" "2222");
	distances(3, table);
	mm_handover();
	assert_order(0, "012");
	assert_order(1, "120");
	assert_order(2, "201");
}

/* A node without memory is nobody's fallback, but has one itself. */
static void test_memoryless_nodes(void **state)
{
	(void)state;
	mm_machine(4, BASE, "1111" "3333");
	mm_handover();
	assert_order(0, "13");
	assert_order(1, "13");
	assert_order(2, "31");
	assert_order(3, "31");
	assert_null(NODE_DATA(0)->node_zonelists[ZONELIST_NOFALLBACK].zones[0]);
	assert_int_equal(alloc_pages_node(0, __GFP_THISNODE, 0), 0);
	assert_int_equal(alloc_pages_node(2, GFP_KERNEL, 2), 0);
	assert_int_equal(alloc_pages_node(2, GFP_KERNEL, 1), MM(6));
}

/* Highest zone of the nearest node first; DMA32 of a near node before Normal of
 * a far one. */
static void test_zones_within_a_node(void **state)
{
	struct zone **z;

	(void)state;
	host.dma32_limit_pfn = BASE + 4;
	mm_machine(2, BASE, "00001100" "1111");
	mm_handover();
	z = NODE_DATA(0)->node_zonelists[ZONELIST_FALLBACK].zones;
	assert_ptr_equal(z[0], &NODE_DATA(0)->node_zones[ZONE_NORMAL]);
	assert_ptr_equal(z[1], &NODE_DATA(0)->node_zones[ZONE_DMA32]);
	assert_ptr_equal(z[2], &NODE_DATA(1)->node_zones[ZONE_NORMAL]);
	assert_null(z[3]);
	z = NODE_DATA(0)->node_zonelists[ZONELIST_NOFALLBACK].zones;
	assert_ptr_equal(z[0], &NODE_DATA(0)->node_zones[ZONE_NORMAL]);
	assert_ptr_equal(z[1], &NODE_DATA(0)->node_zones[ZONE_DMA32]);
	assert_null(z[2]);
}

/* What ordering the nodes took is free again; the lists stay. */
static void test_scratch_is_given_back(void **state)
{
	(void)state;
	mm_machine(2, BASE, "0000" "1111");
	mm_handover();
	assert_mm("0n00" "n111");
}

static void test_no_room_at_all(void **state)
{
	(void)state;
	mm_machine(1, BASE, "00");
	reserve_bootmem(MM(0), PAGE(2), BOOTMEM_DEFAULT);
	stage_begin(STAGE_ZONES);
	assert_panics(free_area_init(), "out of memory: ");
	assert_log("bytes to order 1 nodes");
}

static void test_no_room_for_the_lists(void **state)
{
	(void)state;
	mm_machine(1, BASE, "00");
	reserve_bootmem(MM(0), PAGE(1), BOOTMEM_DEFAULT);
	stage_begin(STAGE_ZONES);
	assert_panics(free_area_init(), "bytes for the zonelists of node 0");
}

#define TEST(name) cmocka_unit_test_setup(name, unit_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_one_node),
		TEST(test_equal_distances_go_round),
		TEST(test_nearest_first),
		TEST(test_two_boards_share_the_load),
		TEST(test_one_way_distances),
		TEST(test_memoryless_nodes),
		TEST(test_zones_within_a_node),
		TEST(test_scratch_is_given_back),
		TEST(test_no_room_at_all),
		TEST(test_no_room_for_the_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
