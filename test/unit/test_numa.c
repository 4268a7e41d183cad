/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nodes and distances: what the tree numbers as it likes, counted from 0.
 */
#include "unit.h"

#include "numa.h"

/* Four nodes with any numbers, the largest that there is among them. */
static const uint32_t hwids[] = { 0, 7, 200, UINT32_MAX };
#define NR_NODES	((int)ARRAY_SIZE(hwids))

/* four_nodes(): a cmocka setup. */
static int four_nodes(void **state)
{
	unit_reset(state);
	unit_brk(PAGE(1));
	numa_init(hwids, NR_NODES);
	return 0;
}

static void test_numbers_both_ways(void **state)
{
	(void)state;
	assert_int_equal(nr_node_ids, NR_NODES);
	for (int nid = 0; nid < NR_NODES; nid++) {
		assert_int_equal(node_hwid(nid), hwids[nid]);
		assert_int_equal(numa_find(hwids[nid]), nid);
	}
}

static void test_find_what_is_not_there(void **state)
{
	(void)state;
	assert_int_equal(numa_find(1), NUMA_NO_NODE);
	assert_int_equal(numa_find(8), NUMA_NO_NODE);
	assert_int_equal(numa_find(201), NUMA_NO_NODE);
	assert_int_equal(numa_find(UINT32_MAX - 1), NUMA_NO_NODE);
	numa_init(hwids, 1);
	assert_int_equal(numa_find(UINT32_MAX), NUMA_NO_NODE);
}

static void test_default_distances(void **state)
{
	(void)state;
	for (int from = 0; from < NR_NODES; from++)
		for (int to = 0; to < NR_NODES; to++)
			assert_int_equal(node_distance(from, to), from == to
					 ? LOCAL_DISTANCE : REMOTE_DISTANCE);
}

/* One direction says nothing about the other. */
static void test_set_one_direction(void **state)
{
	(void)state;
	assert_true(numa_set_distance(1, 2, 11));
	assert_true(numa_set_distance(3, 0, 255));
	assert_true(numa_set_distance(2, 2, LOCAL_DISTANCE));
	assert_int_equal(node_distance(1, 2), 11);
	assert_int_equal(node_distance(2, 1), REMOTE_DISTANCE);
	assert_int_equal(node_distance(3, 0), 255);
}

static void test_no_distance_is_refused(void **state)
{
	(void)state;
	assert_false(numa_set_distance(0, 0, 11));
	assert_false(numa_set_distance(0, 0, 9));
	assert_false(numa_set_distance(0, 1, LOCAL_DISTANCE));
	assert_false(numa_set_distance(0, 1, 9));
	assert_false(numa_set_distance(0, 1, 0));
	assert_false(numa_set_distance(0, 1, 256));
	assert_false(numa_set_distance(0, 1, UINT32_MAX));
	assert_int_equal(node_distance(0, 0), LOCAL_DISTANCE);
	assert_int_equal(node_distance(0, 1), REMOTE_DISTANCE);
}

static void test_more_nodes_than_brk_has_room_for(void **state)
{
	(void)state;
	assert_panics(numa_init(hwids, 64), "4096 bytes of node distances");
}

#define TEST(name) cmocka_unit_test_setup(name, four_nodes)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_numbers_both_ways),
		TEST(test_find_what_is_not_there),
		TEST(test_default_distances),
		TEST(test_set_one_direction),
		TEST(test_no_distance_is_refused),
		TEST(test_more_nodes_than_brk_has_room_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
