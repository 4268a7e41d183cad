/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Nodes and distances: one test a fixture, which is drawn in its dts.
 */
#include "of_fixture.h"

/* assert_row(): the distances from node @from to nodes 0, 1 and 2. */
static void assert_row(int from, uint32_t a, uint32_t b, uint32_t c)
{
	assert_int_equal(node_distance(from, 0), a);
	assert_int_equal(node_distance(from, 1), b);
	assert_int_equal(node_distance(from, 2), c);
}

static void test_tree_without_ids_is_node_zero(void **state)
{
	(void)state;
	fixture("mem-banks");
	assert_int_equal(nr_node_ids, 1);
	assert_int_equal(node_hwid(0), 0);
	assert_int_equal(node_distance(0, 0), LOCAL_DISTANCE);
}

static void test_asymmetric_distances_and_defaults(void **state)
{
	(void)state;
	fixture("numa-distance");
	assert_memory("80000000-87ffffff 0\n88000000-8fffffff 1\n"
		      "90000000-97ffffff 2\n");
	assert_row(0, 10, 15, 30);
	assert_row(1, 15, 10, 20);
	assert_row(2, 40, 20, 10);
	assert_clean();
}

static void test_sparse_ids_and_a_node_of_cpus(void **state)
{
	(void)state;
	fixture("numa-sparse");
	assert_int_equal(nr_node_ids, 3);
	assert_int_equal(node_hwid(0), 7);
	assert_int_equal(node_hwid(1), 200);
	assert_int_equal(node_hwid(2), 65535);
	assert_memory("80000000-87ffffff 65535\n88000000-8fffffff 7\n"
		      "90000000-97ffffff 65535\n98000000-9fffffff 7\n");
	assert_int_equal(machine.cpus[0].nid, 0);
	assert_int_equal(machine.cpus[1].nid, 1);
	assert_clean();
}

static void test_overlap_of_two_nodes(void **state)
{
	(void)state;
	fixture("bad-numa-overlap");
	assert_memory("80000000-8fffffff 1\n90000000-97ffffff 0\n");
	assert_warnings("W-MEM-OVERLAP", 1);
	assert_log("memory@80000000 of node 1 and memory@88000000 of node 0");
}

static void test_bank_without_an_id(void **state)
{
	(void)state;
	fixture("bad-numa-no-id");
	assert_memory("80000000-87ffffff 0\n88000000-8fffffff 3\n");
	assert_warnings("W-NUMA-NO-ID", 1);
}

static void test_bad_distances_keep_their_default(void **state)
{
	(void)state;
	fixture("bad-numa-distance");
	assert_int_equal(node_distance(0, 0), 10);
	assert_int_equal(node_distance(0, 1), 25);
	assert_int_equal(node_distance(1, 0), 25);
	assert_int_equal(node_distance(1, 1), 10);
	assert_int_equal(log_count("warning: W-NUMA-DISTANCE: "), 4);
	assert_log("distance-map: distance 11 from node 0 to 0 is none; the default stays");
	assert_log("distance-map: distance 30 from node 0 to 9 names a node without memory or CPU; the default stays");
	assert_int_equal(log_count("warning: W-NUMA-MATRIX: "), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tree_without_ids_is_node_zero),
		cmocka_unit_test(test_asymmetric_distances_and_defaults),
		cmocka_unit_test(test_sparse_ids_and_a_node_of_cpus),
		cmocka_unit_test(test_overlap_of_two_nodes),
		cmocka_unit_test(test_bank_without_an_id),
		cmocka_unit_test(test_bad_distances_keep_their_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
