/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Trees made here: random ones in every order of their nodes, and ones with
 * more of everything than any board has.
 */
#include "tree_fixture.h"

/* Random trees, how often each is shuffled, and nodes of a tree. */
#define TREES		1000
#define SHUFFLES	3
#define NODES_MAX	24

/* random_item(): memory or a reservation somewhere in a few MiB. */
static void random_item(struct item *item, unsigned int *seed)
{
	memset(item, 0, sizeof(*item));
	item->memory = rand_r(seed) % 3 == 0;
	item->base = FIXTURE_RAM + ((uint64_t)rand_r(seed) % 4096) * 0x800;
	item->size = ((uint64_t)rand_r(seed) % 512) * 0x800;
	item->nid = (uint32_t)rand_r(seed) % 3;
	if (!item->memory) {
		item->no_map = rand_r(seed) % 4 == 0;
		item->reusable = rand_r(seed) % 4 == 0;
		if (rand_r(seed) % 5 == 0)
			item->base = 0;
	}
	snprintf(item->name, sizeof(item->name), "%s@%llx",
		 item->memory ? "memory" : "region",
		 (unsigned long long)rand_r(seed) % 8);
}

/* shuffle(): @items in another order. */
static void shuffle(struct item *items, size_t nr, unsigned int *seed)
{
	for (size_t i = nr - 1; i; i--) {
		size_t j = (size_t)rand_r(seed) % (i + 1);
		struct item other = items[i];

		items[i] = items[j];
		items[j] = other;
	}
}

/* The three lists that a scan leaves, one behind the other. */
struct outcome {
	struct list_text memory, reserved, dropped;
};

/* scan_tree(): scan what make_tree() made, into @outcome. */
static void scan_tree(struct outcome *outcome)
{
	fixture_boot(tree, fdt_totalsize(tree));
	fixture_scan();
	list_memory(&outcome->memory);
	list_reserved(&outcome->reserved, true);
	list_dropped(&outcome->dropped);
}

static void test_order_never_matters(void **state)
{
	static struct outcome first, other;
	struct item items[NODES_MAX];

	(void)state;
	for (unsigned int n = 0; n < TREES; n++) {
		unsigned int seed = n + 1;

		for (size_t i = 0; i < NODES_MAX; i++)
			random_item(&items[i], &seed);
		items[0].memory = true;
		items[0].base = FIXTURE_RAM;
		items[0].size = (uint64_t)16 << 20;
		make_tree(items, NODES_MAX);
		scan_tree(&first);
		for (int i = 0; i < SHUFFLES; i++) {
			shuffle(items, NODES_MAX, &seed);
			make_tree(items, NODES_MAX);
			scan_tree(&other);
			assert_string_equal(first.memory.text,
					    other.memory.text);
			assert_string_equal(first.reserved.text,
					    other.reserved.text);
			assert_string_equal(first.dropped.text,
					    other.dropped.text);
		}
	}
}

static void test_thousands_of_banks_on_a_hundred_nodes(void **state)
{
	struct item *items = many(3000, true);

	(void)state;
	make_tree(items, 3000);
	fixture_boot(tree, fdt_totalsize(tree));
	fixture_scan();
	assert_int_equal(memblock.memory.cnt, 3000);
	assert_int_equal(nr_node_ids, 100);
	assert_int_equal(node_hwid(99), 297);
	free(items);
}

static void test_thousands_of_reservations(void **state)
{
	struct item *items = many(3000, false);

	(void)state;
	items[0].memory = true;
	items[0].base = FIXTURE_RAM;
	items[0].size = FIXTURE_RAM_SIZE;
	make_tree(items, 3000);
	fixture_boot(tree, fdt_totalsize(tree));
	fixture_scan();
	assert_true(memblock_is_reserved(items[1].base));
	assert_true(memblock_is_reserved(items[2999].base));
	assert_false(memblock_is_reserved(items[2999].base + PAGE_SIZE));
	free(items);
}

static void test_overlaps_are_listed_up_to_a_bound(void **state)
{
	struct item *items = many(1000, false);

	(void)state;
	for (size_t i = 0; i < 1000; i++)
		items[i].base = FIXTURE_RAM + PAGE(0x1000);
	items[0].memory = true;
	items[0].base = FIXTURE_RAM;
	items[0].size = FIXTURE_RAM_SIZE;
	make_tree(items, 1000);
	fixture_boot(tree, fdt_totalsize(tree));
	fixture_scan();
	assert_log("more than 256 pairs of reservations overlap");
	assert_warnings("W-RSV-OVERLAP", 257);
	free(items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_never_matters),
		cmocka_unit_test(test_thousands_of_banks_on_a_hundred_nodes),
		cmocka_unit_test(test_thousands_of_reservations),
		cmocka_unit_test(test_overlaps_are_listed_up_to_a_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
