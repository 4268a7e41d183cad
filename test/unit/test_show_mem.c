/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The report, line by line: its format is an interface, so what is compared here
 * is text. The machine is that of road_fixture.h; where a line has an address
 * that the allocators chose, it is put together from what they say.
 */
#include "road_fixture.h"

#include <stdio.h>

#include "report.h"

/* Reservations of every kind that the report tells apart. */
static const struct mem_owner owner_secret = {
	"nomap", "secret@80080000", NULL, 0
};
static const struct mem_owner owner_pool = {
	"reusable", "pool@80090000", "/gpu@0 /npu@1", 0
};
static const struct mem_owner dropped_ragged = {
	"dropped", "not a whole page", NULL, 0
};

/* reservations(): one of each on the first node. */
static void reservations(void)
{
	memblock_reserve_owner(ROAD_NODE0 + PAGE(128), PAGE(2),
			       MEMBLOCK_NOMAP, &owner_secret);
	memblock_reserve_owner(ROAD_NODE0 + PAGE(144), PAGE(4),
			       MEMBLOCK_REUSABLE, &owner_pool);
	memblock_reserve_owner(ROAD_NODE0 + PAGE(160), PAGE(1),
			       MEMBLOCK_NONE, &owner_pool);
}

static void test_banner(void **state)
{
	(void)state;
	report_banner();
	assert_int_equal(strncmp(host_log(), "bootmem ", 8), 0);
	assert_log(" host report 1\n");
}

static void test_machine_line(void **state)
{
	(void)state;
	road_machine(1);
	host.firmware_name = "OpenSBI 1.1";
	machine.boot_cpu = 0x11;
	machine.dtb = 0x8fe00000;
	machine.dtb_size = 0x1a2b;
	report_machine();
	assert_string_equal(host_log(), "machine: drawing cpu 0x11 dtb 0x000000008fe00000+0x1a2b firmware below us: OpenSBI 1.1\n");
}

static void test_memblock_lines(void **state)
{
	(void)state;
	road_machine(2);
	memblock_mark_hotplug(ROAD_NODE1, ROAD_NODE_SIZE);
	reservations();
	report_memblock();
	assert_string_equal(host_log(),
		"memblock: memory[0]   [0x0000000080000000-0x00000000800fffff] node 0\n"
		"memblock: memory[1]   [0x0000000080200000-0x00000000802fffff] node 5 hotpluggable\n"
		"memblock: reserved[0] [0x0000000080000000-0x000000008001ffff] map image\n"
		"memblock: reserved[1] [0x0000000080080000-0x0000000080081fff] nomap secret@80080000\n"
		"memblock: reserved[2] [0x0000000080090000-0x0000000080093fff] reusable pool@80090000 used by /gpu@0 /npu@1\n"
		"memblock: reserved[3] [0x00000000800a0000-0x00000000800a0fff] map pool@80090000 used by /gpu@0 /npu@1\n");
}

static void test_bootmem_line(void **state)
{
	char line[128];
	phys_addr_t map;

	(void)state;
	road_machine(1);
	road_to(STAGE_PAGING);
	map = virt_to_phys(NODE_DATA(0)->bdata->node_bootmem_map);
	snprintf(line, sizeof(line),
		 "bootmem: node 0 pfn [0x80000-0x80100) map [0x%016llx-0x%016llx]\n",
		 map, map + pfn_tree_bytes(0x80000, 0x80100) - 1);
	assert_string_equal(host_log(), line);
}

static void test_paging_line(void **state)
{
	(void)state;
	road_machine(1);
	memblock_add_node((phys_addr_t)1 << 40, (phys_addr_t)512 << 30, 0,
			  MEMBLOCK_NONE);
	memblock.current_limit = ROAD_NODE1;
	paging_choose_mode();
	stage_begin(STAGE_BOOTMEM);
	stage_set_early(ALLOC_MEMBLOCK);
	bootmem_init();
	paging_init();
	report_paging();
	assert_log("paging: host48 tables 4 leaves 4K 256 2M 0 1G 0 512G 1\n"
		   "protection: canary from the counter, leaves writable and executable 0, over no-map ranges 0\n");
	machine.seeded = true;
	report_paging();
	assert_log("protection: canary from the tree's seed, ");
}

static void test_zone_lines(void **state)
{
	(void)state;
	road_machine(3);
	numa_set_distance(0, 1, 15);
	road_to(STAGE_HANDOVER);
	report_zones();
	assert_log("Zone ranges:\n"
		   "  DMA32    [mem 0x0000000080000000-0x00000000802fffff]\n"
		   "  Normal   empty\n"
		   "Early memory node ranges\n"
		   "  node   0: [mem 0x0000000080000000-0x00000000800fffff]\n"
		   "  node   5: [mem 0x0000000080200000-0x00000000802fffff]\n"
		   "Fallback order for Node 0: 0 5\n"
		   "Fallback order for Node 5: 5 0\n"
		   "Fallback order for Node 9: 0 5\n");
}

/* Where a range is not to be mapped, the node's memory is named in pieces. */
static void test_zone_lines_around_no_map(void **state)
{
	(void)state;
	road_machine(1);
	reservations();
	memblock_reserve_owner(ROAD_NODE0 + PAGE(254), PAGE(2), MEMBLOCK_NOMAP,
			       &owner_secret);
	road_to(STAGE_HANDOVER);
	report_zones();
	assert_log("Early memory node ranges\n"
		   "  node   0: [mem 0x0000000080000000-0x000000008007ffff]\n"
		   "  node   0: [mem 0x0000000080080000-0x0000000080081fff]\n"
		   "  node   0: [mem 0x0000000080082000-0x00000000800fdfff]\n"
		   "  node   0: [mem 0x00000000800fe000-0x00000000800fffff]\n"
		   "Fallback");
}

/* A range that is not to be mapped goes on where a node's memory ends. */
static void test_zone_lines_with_no_map_across_nodes(void **state)
{
	(void)state;
	road_machine(2);
	memblock_reserve_owner(ROAD_NODE0 + PAGE(254),
			       ROAD_NODE1 + PAGE(2) - ROAD_NODE0 - PAGE(254),
			       MEMBLOCK_NOMAP, &owner_secret);
	road_to(STAGE_HANDOVER);
	report_zones();
	assert_log("  node   0: [mem 0x00000000800fe000-0x00000000800fffff]\n"
		   "  node   5: [mem 0x0000000080200000-0x0000000080201fff]\n"
		   "  node   5: [mem 0x0000000080202000-0x00000000802fffff]\n");
}

/* No-map ranges that touch are one piece, whoever holds them. */
static void test_zone_lines_around_touching_no_map(void **state)
{
	static const struct mem_owner other = { "nomap", "other", NULL, 0 };

	(void)state;
	road_machine(1);
	memblock_reserve_owner(ROAD_NODE0 + PAGE(128), PAGE(2),
			       MEMBLOCK_NOMAP, &owner_secret);
	memblock_reserve_owner(ROAD_NODE0 + PAGE(130), PAGE(2),
			       MEMBLOCK_NOMAP, &other);
	memblock_reserve_owner(ROAD_NODE0 + PAGE(132), PAGE(2),
			       MEMBLOCK_NONE, &owner_pool);
	road_to(STAGE_HANDOVER);
	report_zones();
	assert_log("Early memory node ranges\n"
		   "  node   0: [mem 0x0000000080000000-0x000000008007ffff]\n"
		   "  node   0: [mem 0x0000000080080000-0x0000000080083fff]\n"
		   "  node   0: [mem 0x0000000080084000-0x00000000800fffff]\n"
		   "Fallback");
}

/* A range that was freed, the last one of all, isn't cut around. */
static void test_zone_lines_after_no_map(void **state)
{
	(void)state;
	road_machine(1);
	memblock_reserve_owner(ROAD_NODE0 + PAGE(255), PAGE(1), MEMBLOCK_NOMAP,
			       &owner_secret);
	road_to(STAGE_HANDOVER);
	memblock_phys_free(ROAD_NODE0 + PAGE(255), PAGE(1));
	report_zones();
	assert_log("Early memory node ranges\n"
		   "  node   0: [mem 0x0000000080000000-0x00000000800fffff]\n"
		   "Fallback");
}

/* A border inside a node: it is named once all the same. */
static void test_zone_lines_with_two_zones(void **state)
{
	(void)state;
	host.dma32_limit_pfn = 0x80280;
	road_machine(2);
	road_to(STAGE_HANDOVER);
	report_zones();
	assert_log("  DMA32    [mem 0x0000000080000000-0x000000008027ffff]\n"
		   "  Normal   [mem 0x0000000080280000-0x00000000802fffff]\n");
	assert_log("Fallback order for Node 0: 0 5\n"
		   "Fallback order for Node 5: 5 0\n");
}

/* free_kib(): what both nodes have free. */
static unsigned long free_kib(void)
{
	return (NODE_DATA(0)->node_zones[ZONE_DMA32].nr_free +
		NODE_DATA(1)->node_zones[ZONE_DMA32].nr_free) * 4;
}

static void test_memory_line(void **state)
{
	char line[256];

	(void)state;
	road_machine(2);
	image.nr_segments = 2;
	image.segment[0] = (struct image_segment){
		ROAD_NODE0, ROAD_NODE0 + PAGE(3), "text", VM_READ | VM_EXEC };
	image.segment[1] = (struct image_segment){
		ROAD_NODE0 + PAGE(3), ROAD_NODE0 + PAGE(5), "data",
		VM_READ | VM_WRITE };
	memblock_drop(ROAD_NODE1, PAGE(4), &dropped_ragged);
	road_to(STAGE_RUNNING);
	report_memory();
	snprintf(line, sizeof(line),
		 "Memory: %luK/2048K available (12K firmware code, 0K rodata, 8K rwdata, %luK reserved, 16K dropped)\n",
		 free_kib(), 2048 - 16 - free_kib());
	assert_log(line);
}

static void test_buddyinfo_lines(void **state)
{
	(void)state;
	road_machine(2);
	road_to(STAGE_RUNNING);
	while (alloc_pages(GFP_KERNEL, 0))
		;
	report_buddyinfo();
	assert_log("Node 0, zone    DMA32      0\n"
		   "Node 5, zone    DMA32      0\n");
	assert_true(free_pages_exact(ROAD_NODE1 + PAGE(16), PAGE(8)));
	assert_true(free_pages(ROAD_NODE1 + PAGE(26), 0));
	report_buddyinfo();
	assert_log("Node 0, zone    DMA32      0      0      0      0\n"
		   "Node 5, zone    DMA32      1      0      0      1\n");
	assert_no_log("Normal");
}

static void test_ledger_balances(void **state)
{
	phys_addr_t bytes;
	char line[128];

	(void)state;
	road_machine(2);
	reservations();
	memblock_drop(ROAD_NODE1, PAGE(4), &dropped_ragged);
	memblock_reserve(ROAD_NODE0 - PAGE(2), PAGE(1));
	road_to(STAGE_RUNNING);
	assert_int_not_equal(alloc_pages(GFP_KERNEL, 2), 0);
	drain_all_pages();
	assert_true(report_ledger());
	assert_log("ledger: node 0 allocated 0x4000 buddy allocator\n");
	assert_log("ledger: node 0 nomap 0x2000 secret@80080000\n");
	assert_log("ledger: node 0 reusable 0x5000 pool@80090000\n");
	assert_log("ledger: node 5 dropped 0x4000 not a whole page\n");
	bytes = PAGE(NODE_DATA(1)->node_zones[ZONE_DMA32].nr_free);
	snprintf(line, sizeof(line),
		 "ledger: node 5 free 0x%llx buddy allocator\n", bytes);
	assert_log(line);
	assert_log("ledger: total 0x200000 = free 0x");
	assert_log(" + dropped 0x4000, balance 0\n");
	assert_no_log("anonymous");
}

/* A reservation that begins on one node and ends on the other counts on each
 * with what it has there, and the hole between them on none. */
static void test_ledger_across_nodes(void **state)
{
	(void)state;
	road_machine(2);
	memblock_reserve_owner(ROAD_NODE0 + PAGE(250),
			       ROAD_NODE1 + PAGE(3) - (ROAD_NODE0 + PAGE(250)),
			       MEMBLOCK_NOMAP, &owner_secret);
	road_to(STAGE_RUNNING);
	assert_true(report_ledger());
	assert_log("ledger: node 0 nomap 0x6000 secret@80080000\n");
	assert_log("ledger: node 5 nomap 0x3000 secret@80080000\n");
}

static void test_ledger_of_both_roads(void **state)
{
	(void)state;
	road_machine(2);
	stage_set_early(ALLOC_MEMBLOCK);
	road_to(STAGE_RUNNING);
	assert_true(report_ledger());
	assert_log(", balance 0\n");
}

/* A page that nobody has, and one that two believe to have. */
static void test_ledger_that_does_not_balance(void **state)
{
	(void)state;
	road_machine(2);
	road_to(STAGE_RUNNING);
	NODE_DATA(0)->node_zones[ZONE_DMA32].managed_pages--;
	assert_false(report_ledger());
	assert_log(", balance 4096\n");
	NODE_DATA(0)->node_zones[ZONE_DMA32].managed_pages += 3;
	assert_false(report_ledger());
	assert_log(", balance -8192\n");
}

static void test_stage_lines(void **state)
{
	char line[64];

	(void)state;
	road_machine(2);
	road_to(STAGE_RUNNING);
	report_stages();
	for (enum boot_stage s = STAGE_VERIFY; s < STAGE_RUNNING; s++) {
		snprintf(line, sizeof(line), "stage: %s %llu insns\n",
			 stage_name(s), stage_cost(s));
		assert_log(line);
	}
	assert_no_log("stage: running");
}

#define TEST(name) cmocka_unit_test_setup(name, unit_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_banner),
		TEST(test_machine_line),
		TEST(test_memblock_lines),
		TEST(test_bootmem_line),
		TEST(test_paging_line),
		TEST(test_zone_lines),
		TEST(test_zone_lines_around_no_map),
		TEST(test_zone_lines_around_touching_no_map),
		TEST(test_zone_lines_after_no_map),
		TEST(test_zone_lines_with_no_map_across_nodes),
		TEST(test_zone_lines_with_two_zones),
		TEST(test_memory_line),
		TEST(test_buddyinfo_lines),
		TEST(test_ledger_balances),
		TEST(test_ledger_across_nodes),
		TEST(test_ledger_of_both_roads),
		TEST(test_ledger_that_does_not_balance),
		TEST(test_stage_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
