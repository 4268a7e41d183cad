/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pools by name, on the machine of road_fixture.h and with these reservations in
 * its node 1, by pages from 0x80200000:
 *
 *	pool@80210000	[16-32) [40-48)		reusable, in two ranges, and
 *			[50.25-50.75)		no whole page
 *	odd@80240000	[64.5-66.5)		reusable, one whole page
 *	crumb		[70.25-70.75)		reusable, none
 *	outside@802f0000 [248-264)		reusable, half of it is no memory
 *	plain		[48-49) [80-84)		somebody's, no pool
 */
#include <stdio.h>

#include "cma.h"
#include "road_fixture.h"

/* Page @n of node 1. */
#define AT(n)		(ROAD_NODE1 + PAGE(n))

static const struct mem_owner pool_owner = {
	"reusable", "pool@80210000", "gpu@1", 0
};
static const struct mem_owner odd_owner = {
	"reusable", "odd@80240000", NULL, 0
};
static const struct mem_owner crumb_owner = { "reusable", "crumb", NULL, 0 };
static const struct mem_owner outside_owner = {
	"reusable", "outside@802f0000", NULL, 0
};
static const struct mem_owner plain_owner = { "reserved", "plain", NULL, 0 };

/* reserve(): [@base, @base + @size) is @owner's pool. */
static void reserve(phys_addr_t base, phys_addr_t size,
		    const struct mem_owner *owner)
{
	memblock_reserve_owner(base, size, MEMBLOCK_REUSABLE, owner);
}

/* boot(): the machine as drawn, up to where the buddy runs. */
static int boot(void **state)
{
	unit_reset(state);
	road_machine(2);
	reserve(AT(16), PAGE(16), &pool_owner);
	reserve(AT(40), PAGE(8), &pool_owner);
	reserve(AT(64) + PAGE(1) / 2, PAGE(2), &odd_owner);
	reserve(AT(50) + PAGE(1) / 4, PAGE(1) / 2, &pool_owner);
	memblock_reserve_owner(AT(48), PAGE(1), MEMBLOCK_NONE, &plain_owner);
	reserve(AT(70) + PAGE(1) / 4, PAGE(1) / 2, &crumb_owner);
	reserve(AT(248), PAGE(16), &outside_owner);
	memblock_reserve_owner(AT(80), PAGE(4), MEMBLOCK_NONE, &plain_owner);
	road_to(STAGE_RUNNING);
	return 0;
}

static void test_cma_find(void **state)
{
	struct cma *cma = cma_find("pool");

	(void)state;
	assert_non_null(cma);
	assert_ptr_equal(cma_find("pool@80210000"), cma);
	assert_ptr_equal(cma_find("pool"), cma);
	assert_string_equal(cma_get_name(cma), "pool@80210000");
	assert_int_equal(cma_get_size(cma), PAGE(24));
	assert_non_null(cma_find("odd"));
	assert_int_equal(cma_get_size(cma_find("odd")), PAGE(1));
	assert_int_equal(cma_used(cma), 0);
}

static void test_names_of_no_pool(void **state)
{
	(void)state;
	assert_null(cma_find("plain"));
	assert_null(cma_find("poo"));
	assert_null(cma_find("pool@8021"));
	assert_null(cma_find("pool@802100000"));
	assert_no_log("cma:");
	assert_null(cma_find("crumb"));
	assert_log("cma: crumb has no whole page of memory; it stays closed");
	assert_null(cma_find("outside"));
	assert_log("cma: outside@802f0000 has no whole page of memory");
}

/* Only what was asked for is mapped, to the page that it ends in. */
static void test_pool_is_mapped_when_it_is_asked_for(void **state)
{
	(void)state;
	assert_int_equal(paging_lookup(AT(16), NULL), 0);
	cma_find("pool");
	assert_int_equal(paging_lookup(AT(16), NULL), VM_READ | VM_WRITE);
	assert_int_equal(paging_lookup(AT(47), NULL), VM_READ | VM_WRITE);
	assert_int_equal(paging_lookup(AT(64), NULL), 0);
	cma_find("odd");
	assert_int_equal(paging_lookup(AT(64), NULL), VM_READ | VM_WRITE);
	assert_int_equal(paging_lookup(AT(66), NULL), VM_READ | VM_WRITE);
	assert_int_equal(paging_lookup(AT(80), NULL), 0);
	paging_check();
	page_alloc_check();
}

static void test_cma_alloc(void **state)
{
	struct cma *cma = cma_find("pool");

	(void)state;
	assert_int_equal(cma_alloc(cma, 1, 0), AT(16));
	assert_int_equal(cma_alloc(cma, 2, 3), AT(24));
	assert_int_equal(cma_alloc(cma, 8, 0), AT(40));
	assert_int_equal(cma_used(cma), 11);
	assert_int_equal(cma_alloc(cma, 8, 0), 0);
	assert_int_equal(cma_alloc(cma, 7, 0), AT(17));
	assert_int_equal(cma_alloc(cma, 0, 0), 0);
	assert_int_equal(cma_alloc(cma, 100, 0), 0);
	assert_int_equal(cma_alloc(cma, 1, 64), 0);
	assert_int_equal(cma_alloc(cma, 6, 0), AT(26));
	assert_int_equal(cma_alloc(cma, 1, 0), 0);
	assert_int_equal(cma_used(cma), 24);
}

static void test_cma_release(void **state)
{
	struct cma *cma = cma_find("pool");
	phys_addr_t pa = cma_alloc(cma, 16, 0);

	(void)state;
	assert_int_equal(pa, AT(16));
	assert_true(cma_release(cma, AT(20), 4));
	assert_int_equal(cma_used(cma), 12);
	assert_int_equal(cma_alloc(cma, 4, 2), AT(20));
	assert_true(cma_release(cma, pa, 16));
	assert_int_equal(cma_used(cma), 0);
	assert_no_log("refused");
}

/* assert_refused(): releasing these pages changes nothing and says @why. */
static void assert_refused(phys_addr_t addr, unsigned long count,
			   const char *why)
{
	struct cma *cma = cma_find("pool");
	unsigned long used = cma_used(cma);
	char line[128];

	assert_false(cma_release(cma, addr, count));
	assert_int_equal(cma_used(cma), used);
	snprintf(line, sizeof(line), "0x%016llx, %lu pages) refused: %s, called",
		 addr, count, why);
	assert_log(line);
}

static void test_releases_that_are_refused(void **state)
{
	struct cma *cma = cma_find("pool");

	(void)state;
	assert_int_equal(cma_alloc(cma, 16, 0), AT(16));
	assert_refused(AT(16) + 1, 1, "not a page's address");
	assert_refused(AT(16), 0, "not the pool's");
	assert_refused(AT(15), 2, "not the pool's");
	assert_refused(AT(28), 16, "not the pool's");
	assert_refused(AT(32), 1, "not the pool's");
	assert_refused(AT(33), 8, "not the pool's");
	assert_refused(AT(47), 2, "not the pool's");
	assert_refused(AT(80), 1, "not the pool's");
	assert_refused(AT(16), ~0ul, "not the pool's");
	assert_refused(AT(40), 1, "already free");
	assert_true(cma_release(cma, AT(18), 1));
	assert_refused(AT(16), 4, "already free");
	assert_true(cma_release(cma, AT(16), 2));
}

/* Memory of another node may begin in the middle of a pool. */
static void test_pool_across_regions_of_memory(void **state)
{
	unit_reset(state);
	road_machine(2);
	memblock_add_node(ROAD_NODE1 + ROAD_NODE_SIZE, PAGE(8), 0,
			  MEMBLOCK_NONE);
	host_ram(ROAD_NODE1 + ROAD_NODE_SIZE, PAGE(8));
	reserve(AT(250), PAGE(10), &pool_owner);
	road_to(STAGE_RUNNING);
	assert_int_equal(cma_alloc(cma_find("pool"), 10, 0), AT(250));
	assert_true(cma_release(cma_find("pool"), AT(250), 10));
}

/* A pool below all other reservations is a pool like any other. */
static void test_pool_that_is_reserved_first(void **state)
{
	phys_addr_t base = ROAD_NODE0 - PAGE(16);
	struct cma *cma;

	unit_reset(state);
	road_machine(2);
	memblock_add_node(base, PAGE(8), 0, MEMBLOCK_NONE);
	host_ram(base, PAGE(8));
	reserve(base, PAGE(8), &pool_owner);
	road_to(STAGE_RUNNING);
	cma = cma_find("pool");
	assert_int_equal(paging_lookup(base, NULL), VM_READ | VM_WRITE);
	assert_int_equal(cma_alloc(cma, 8, 0), base);
	assert_true(cma_release(cma, base, 8));
}

static void test_no_memory_for_the_map(void **state)
{
	(void)state;
	while (alloc_pages(GFP_KERNEL, 0))
		;
	assert_null(cma_find("pool"));
	assert_log("cma: no memory for the map of pool@80210000; it stays closed");
	assert_int_equal(paging_lookup(AT(16), NULL), 0);
}

#define TEST(function) cmocka_unit_test_setup(function, boot)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_cma_find),
		TEST(test_names_of_no_pool),
		TEST(test_pool_is_mapped_when_it_is_asked_for),
		TEST(test_cma_alloc),
		TEST(test_cma_release),
		TEST(test_releases_that_are_refused),
		TEST(test_pool_across_regions_of_memory),
		TEST(test_pool_that_is_reserved_first),
		TEST(test_no_memory_for_the_map),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
