/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Blobs that aren't device trees, and bytes that nobody meant. The blob lies in
 * RAM of just its size, so that a read past it is caught by the sanitizer.
 */
#include "of_fixture.h"

/* Where a blob lies that is in no other RAM. */
#define ALONE	((phys_addr_t)0x10000000)

/* Damaged copies of each fixture, and the seed they start from. */
#define DAMAGES	300
#define SEED	1u

/* A sound blob, to be spoilt; aligned as a blob must be. */
static _Alignas(8) unsigned char blob[FIXTURE_MAX];
static size_t blob_size;

/* header(): field number @i of the blob's header (specification, 5.2). */
static void header(unsigned int i, uint32_t value)
{
	fdt32_st(blob + i * sizeof(fdt32_t), value);
}

/* read_sound(): a sound blob to begin with. */
static void read_sound(void)
{
	blob_size = fixture_read("rsv-entries", blob);
	assert_int_equal(of_check_blob(blob, blob_size), 0);
}

static void test_header_fields(void **state)
{
	static const struct {
		unsigned int field;	/* which field of the header */
		uint32_t value;		/* what it is made */
		int err;		/* what must come out; 1: any error */
	} cases[] = {
		{ 0, 0, -FDT_ERR_BADMAGIC },
		{ 1, 0, -FDT_ERR_TRUNCATED },
		{ 1, 39, -FDT_ERR_TRUNCATED },
		{ 1, UINT32_MAX, -FDT_ERR_TRUNCATED },
		{ 2, UINT32_MAX, 1 },
		{ 2, 1, 1 },
		{ 3, UINT32_MAX, 1 },
		{ 4, UINT32_MAX, 1 },
		{ 5, 16, -FDT_ERR_BADVERSION },
		{ 5, 0, -FDT_ERR_BADVERSION },
		{ 6, 17, 0 },
		{ 6, 18, -FDT_ERR_BADVERSION },
		{ 8, UINT32_MAX, 1 },
		{ 9, UINT32_MAX, 1 },
		{ 9, 0, 1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int err;

		read_sound();
		header(cases[i].field, cases[i].value);
		err = of_check_blob(blob, blob_size);
		if (cases[i].err <= 0)
			assert_int_equal(err, cases[i].err);
		else
			assert_true(err < 0);
	}
}

static void test_every_length(void **state)
{
	(void)state;
	read_sound();
	for (size_t size = 0; size < blob_size; size++) {
		void *part = NULL;

		assert_int_equal(posix_memalign(&part, 8, size + 1), 0);
		memcpy(part, blob, size);
		assert_true(of_check_blob(part, size) < 0);
		if (size >= sizeof(struct fdt_header)) {
			fdt_set_totalsize(part, (uint32_t)size);
			of_check_blob(part, size);
		}
		free(part);
	}
}

/* Of what is shorter than a header nothing is looked at, not even its magic. */
static void test_blob_shorter_than_a_header(void **state)
{
	(void)state;
	memset(blob, 0, sizeof(blob));
	assert_int_equal(of_check_blob(blob, sizeof(struct fdt_header) - 1),
			 -FDT_ERR_TRUNCATED);
	assert_int_equal(of_check_blob(blob, sizeof(struct fdt_header)),
			 -FDT_ERR_BADMAGIC);
}

static void test_unaligned_address(void **state)
{
	(void)state;
	read_sound();
	assert_int_equal(of_check_blob(blob + 4, blob_size - 4),
			 -FDT_ERR_ALIGNMENT);
	unit_reset(NULL);
	assert_panics(of_verify(ALONE + 4), "refused: FDT_ERR_ALIGNMENT");
}

static void test_no_memory_at_the_address(void **state)
{
	(void)state;
	unit_reset(NULL);
	assert_panics(of_verify(ALONE), "no memory at 0x0000000010000000");
}

static void test_garbage_at_the_address(void **state)
{
	(void)state;
	unit_reset(NULL);
	host_ram(ALONE, PAGE_SIZE);
	assert_panics(of_verify(ALONE), "refused: FDT_ERR_BADMAGIC");
	assert_log("8-byte aligned and 64 MiB at most");
}

static void test_blob_longer_than_memory(void **state)
{
	(void)state;
	unit_reset(NULL);
	read_sound();
	header(1, 1 << 20);
	host_load(ALONE, blob, blob_size);
	assert_panics(of_verify(ALONE), "refused: FDT_ERR_TRUNCATED");
}

static void test_tree_that_begins_with_a_nop(void **state)
{
	/* header, empty reservation block, NOP, root, end */
	static const uint32_t words[] = {
		FDT_MAGIC, 80, 56, 72, 40, 17, 16, 0, 0, 16,
		0, 0, 0, 0,
		FDT_NOP, FDT_BEGIN_NODE, 0, FDT_END_NODE, FDT_END, 0,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		header((unsigned int)i, words[i]);
	header(9, 20);
	header(3, 76);
	assert_int_equal(of_check_blob(blob, 80), -FDT_ERR_BADSTRUCTURE);
}

/* scan_alone(): what a boot does with the blob, which may end in a panic. */
static void scan_alone(void)
{
	of_verify(ALONE);
	of_scan_machine(0);
	machine.bootargs = "noprobe";
	fixture_scan();
}

/* damage(): spoil some bytes of the blob, those of the header left alone. */
static void damage(unsigned int *seed)
{
	static const unsigned char values[] = { 0, 1, 2, 3, 4, 9, 0x7f, 0xff };
	int n = rand_r(seed) % 8 + 1;

	while (n--) {
		size_t at = sizeof(struct fdt_header) + (size_t)rand_r(seed) %
			    (blob_size - sizeof(struct fdt_header));

		blob[at] = values[(size_t)rand_r(seed) % sizeof(values)];
	}
}

/* Copies that were accepted, so that the test is about something. */
static unsigned int accepted;

/* A blob may be as large as the largest, and no byte larger. */
static void test_largest_blob(void **state)
{
	void *large = calloc(1, OF_MAX_DTB_SIZE + 1);

	(void)state;
	assert_non_null(large);
	read_sound();
	memcpy(large, blob, blob_size);
	fdt_set_totalsize(large, (uint32_t)OF_MAX_DTB_SIZE);
	assert_int_equal(of_check_blob(large, OF_MAX_DTB_SIZE), 0);
	unit_reset(NULL);
	host_load(ALONE, large, OF_MAX_DTB_SIZE);
	of_verify(ALONE);
	assert_int_equal(machine.dtb_size, OF_MAX_DTB_SIZE);
	fdt_set_totalsize(large, (uint32_t)OF_MAX_DTB_SIZE + 1);
	assert_int_equal(of_check_blob(large, OF_MAX_DTB_SIZE + 1),
			 -FDT_ERR_TRUNCATED);
	free(large);
}

/* survive_one(): scan the blob on a new machine; it may refuse it. */
static void survive_one(void)
{
	unit_reset(NULL);
	unit_brk((phys_addr_t)1 << 20);
	host_load(ALONE, blob, blob_size);
	fixture_image();
	if (host_halts(scan_alone()) == HOST_RETURNED)
		accepted++;
	else
		assert_log("panic: ");
}

/* survive(): damaged copies of @name neither crash nor hang. */
static void survive(const char *name)
{
	unsigned int seed = SEED;

	for (int i = 0; i < DAMAGES; i++) {
		blob_size = fixture_read(name, blob);
		damage(&seed);
		survive_one();
	}
}

static void test_damaged_blobs(void **state)
{
	(void)state;
	accepted = 0;
	survive("rsv-entries");
	survive("rsv-dynamic");
	survive("rsv-memreserve");
	survive("mem-usable-range");
	survive("numa-distance");
	survive("bad-rsv-overlap");
	assert_true(accepted > DAMAGES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header_fields),
		cmocka_unit_test(test_every_length),
		cmocka_unit_test(test_blob_shorter_than_a_header),
		cmocka_unit_test(test_unaligned_address),
		cmocka_unit_test(test_no_memory_at_the_address),
		cmocka_unit_test(test_garbage_at_the_address),
		cmocka_unit_test(test_blob_longer_than_memory),
		cmocka_unit_test(test_tree_that_begins_with_a_nop),
		cmocka_unit_test(test_largest_blob),
		cmocka_unit_test(test_damaged_blobs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
