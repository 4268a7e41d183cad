/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Trees made here: random ones in every order of their nodes, and ones with
 * more of everything than any table was made for.
 */
#include "of_fixture.h"

/* Random trees, how often each is shuffled, and nodes of a tree. */
#define TREES		200
#define SHUFFLES	3
#define NODES_MAX	24

/* Room for the largest tree here. */
#define TREE_MAX	((size_t)1 << 20)

/* A node of a tree: memory, or a child of /reserved-memory. */
struct item {
	char name[32];		/* with its unit address */
	bool memory;		/* which of the two */
	uint64_t base, size;	/* its range; base 0: a dynamic region */
	uint32_t nid;		/* memory: its node */
	bool no_map, reusable;	/* reserved: its flags */
};

static _Alignas(8) unsigned char tree[TREE_MAX];

/* put(): a call of fdt_sw that must go well. */
#define put(call)	assert_int_equal(fdt_##call, 0)

/* put_u64(): property @name of @nr two-cell numbers at @values. */
static void put_u64(const char *name, const uint64_t *values, int nr)
{
	fdt64_t cells[2];

	assert_true(nr <= 2);
	for (int i = 0; i < nr; i++)
		cells[i] = cpu_to_fdt64(values[i]);
	put(property(tree, name, cells, nr * (int)sizeof(*cells)));
}

/* put_cells(): two cells for an address and two for a size from here on. */
static void put_cells(void)
{
	put(property_u32(tree, "#address-cells", 2));
	put(property_u32(tree, "#size-cells", 2));
}

/* put_item(): one node. */
static void put_item(const struct item *item)
{
	uint64_t reg[] = { item->base, item->size };

	put(begin_node(tree, item->name));
	if (item->base)
		put_u64("reg", reg, 2);
	else
		put_u64("size", reg + 1, 1);
	if (item->memory) {
		put(property_string(tree, "device_type", "memory"));
		put(property_u32(tree, "numa-node-id", item->nid));
	}
	if (item->no_map)
		put(property(tree, "no-map", "", 0));
	if (item->reusable)
		put(property(tree, "reusable", "", 0));
	put(end_node(tree));
}

/* put_items(): those of @items that are memory, or those that aren't. */
static void put_items(const struct item *items, size_t nr, bool memory)
{
	for (size_t i = 0; i < nr; i++)
		if (items[i].memory == memory)
			put_item(&items[i]);
}

/* make_tree(): a blob of @items in their order. */
static void make_tree(const struct item *items, size_t nr)
{
	put(create(tree, TREE_MAX));
	put(finish_reservemap(tree));
	put(begin_node(tree, ""));
	put_cells();
	put_items(items, nr, true);
	put(begin_node(tree, "reserved-memory"));
	put_cells();
	put(property(tree, "ranges", "", 0));
	put_items(items, nr, false);
	put(end_node(tree));
	put(end_node(tree));
	put(finish(tree));
}

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

/* many(): @nr items, every other page of RAM; nodes 0, 3, 6 ... for memory. */
static struct item *many(size_t nr, bool memory)
{
	struct item *items = calloc(nr, sizeof(*items));

	assert_non_null(items);
	for (size_t i = 0; i < nr; i++) {
		items[i].memory = memory;
		items[i].base = FIXTURE_RAM + PAGE(0x1000 + 2 * i);
		items[i].size = PAGE_SIZE;
		items[i].nid = memory ? (uint32_t)(3 * (i % 100)) : 0;
		snprintf(items[i].name, sizeof(items[i].name), "%s@%zx",
			 memory ? "memory" : "region", i);
	}
	return items;
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

static void test_more_than_brk_holds(void **state)
{
	struct item *items = many(3000, true);

	(void)state;
	make_tree(items, 3000);
	fixture_boot(tree, fdt_totalsize(tree));
	brk_init(UNIT_BRK_BASE, UNIT_BRK_BASE + PAGE(16));
	assert_panics(fixture_scan(), "enlarge BRK_SIZE");
	free(items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_never_matters),
		cmocka_unit_test(test_thousands_of_banks_on_a_hundred_nodes),
		cmocka_unit_test(test_thousands_of_reservations),
		cmocka_unit_test(test_overlaps_are_listed_up_to_a_bound),
		cmocka_unit_test(test_more_than_brk_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
