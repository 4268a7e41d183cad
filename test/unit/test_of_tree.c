/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The tree's reader against libfdt: it must refuse what fdt_check_full() refuses,
 * with the same error, and its list of nodes must say what libfdt says, of every
 * fixture and of every damaged copy that is still a tree.
 */
#include <glob.h>

#include "../../lib/of/of_private.h"
#include "tree_fixture.h"

/* Damaged copies of each fixture, and the seed they start from. */
#define DAMAGES		8
#define SEED		1u

/* A strings block in which the next NUL is far away from most names, and so many
 * properties with a name of their own: to look for each takes hours. */
#define FAR		((uint32_t)8 << 20)
#define FAR_PROPS	((uint32_t)1 << 19)

/* The blob under test, and a copy to be damaged. */
static _Alignas(8) char blob[FIXTURE_MAX];
static size_t blob_size;

/* for_each_fixture(): run @test with every fixture in blob. */
static void for_each_fixture(void (*test)(void))
{
	glob_t files;

	assert_int_equal(glob(FIXTURE_DIR "*.dtb", 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		char *name = strrchr(files.gl_pathv[i], '/') + 1;

		*strrchr(name, '.') = '\0';
		blob_size = fixture_read(name, blob);
		test();
	}
	globfree(&files);
}

/* check_verdict(): ours on the blob is libfdt's; but the root must come first. */
static void check_verdict(void)
{
	int theirs = fdt_check_full(blob, blob_size);

	if (!theirs && !fdt_get_name(blob, OF_ROOT, NULL))
		theirs = -FDT_ERR_BADSTRUCTURE;
	assert_int_equal(of_check_blob(blob, blob_size), theirs);
}

static void test_every_flipped_bit(void **state)
{
	(void)state;
	blob_size = fixture_read("rsv-memreserve", blob);
	for (size_t i = 8 * sizeof(struct fdt_header); i < 8 * blob_size; i++) {
		blob[i / 8] ^= (char)(1u << i % 8);
		check_verdict();
		blob[i / 8] ^= (char)(1u << i % 8);
	}
}

static void test_every_flipped_bit_of_the_header(void **state)
{
	(void)state;
	blob_size = fixture_read("rsv-entries", blob);
	for (size_t i = 0; i < 8 * sizeof(struct fdt_header); i++) {
		blob[i / 8] ^= (char)(1u << i % 8);
		if (of_check_blob(blob, blob_size) == 0)
			assert_int_equal(fdt_check_full(blob, blob_size), 0);
		blob[i / 8] ^= (char)(1u << i % 8);
	}
}

/* small(): a blob of @nr words of structure block and the strings "a", NUL, "b"
 * without one. */
static void small(const uint32_t *words, uint32_t nr)
{
	const uint32_t header[] = {
		FDT_MAGIC, 56 + 4 * nr + 3, 56, 56 + 4 * nr, 40, 17, 16, 0, 3,
		4 * nr, 0, 0, 0, 0,
	};
	fdt32_t *word = (fdt32_t *)blob;

	for (size_t i = 0; i < ARRAY_SIZE(header); i++)
		*word++ = cpu_to_fdt32(header[i]);
	for (uint32_t i = 0; i < nr; i++)
		*word++ = cpu_to_fdt32(words[i]);
	memcpy(word, "a\0b", 3);
	blob_size = 56 + 4 * nr + 3;
}

static void test_small_blobs(void **state)
{
	static const struct {
		uint32_t nr, words[12];
		int err;
	} cases[] = {
		{ 4, { 1, 0, 2, 9 }, 0 },
		{ 0, { 0 }, -FDT_ERR_TRUNCATED },
		{ 1, { 9 }, -FDT_ERR_BADSTRUCTURE },
		{ 1, { 1 }, -FDT_ERR_BADSTRUCTURE },
		{ 2, { 1, 0x61616161 }, -FDT_ERR_BADSTRUCTURE },
		{ 3, { 1, 0, 2 }, -FDT_ERR_TRUNCATED },
		{ 3, { 1, 0, 9 }, -FDT_ERR_BADSTRUCTURE },
		{ 4, { 1, 0x61000000, 2, 9 }, -FDT_ERR_BADSTRUCTURE },
		{ 5, { 1, 0, 2, 2, 9 }, -FDT_ERR_BADSTRUCTURE },
		{ 5, { 1, 0, 2, 4, 9 }, -FDT_ERR_BADSTRUCTURE },
		{ 7, { 1, 0, 2, 1, 0, 2, 9 }, -FDT_ERR_BADSTRUCTURE },
		{ 5, { 1, 0, 4, 2, 9 }, 0 },
		{ 5, { 1, 0, 7, 2, 9 }, -FDT_ERR_BADSTRUCTURE },
		{ 1, { 2 }, -FDT_ERR_BADSTRUCTURE },
		{ 7, { 1, 0, 3, 0, 0, 2, 9 }, 0 },
		{ 7, { 1, 0, 3, 0, 1, 2, 9 }, 0 },
		{ 7, { 1, 0, 3, 0, 2, 2, 9 }, -FDT_ERR_TRUNCATED },
		{ 7, { 1, 0, 3, 0, 3, 2, 9 }, -FDT_ERR_BADOFFSET },
		{ 7, { 1, 0, 3, 0, UINT32_MAX, 2, 9 }, -FDT_ERR_BADOFFSET },
		{ 8, { 1, 0, 3, 4, 0, 0, 2, 9 }, 0 },
		{ 5, { 1, 0, 3, 1, 0 }, -FDT_ERR_BADSTRUCTURE },
		{ 4, { 1, 0, 3, 0 }, -FDT_ERR_BADSTRUCTURE },
		{ 3, { 1, 0, 3 }, -FDT_ERR_BADSTRUCTURE },
		{ 7, { 1, 0, 3, 13, 0, 2, 9 }, -FDT_ERR_BADSTRUCTURE },
		{ 7, { 1, 0, 3, INT32_MAX, 0, 2, 9 }, -FDT_ERR_BADSTRUCTURE },
		{ 7, { 1, 0, 3, UINT32_MAX, 0, 2, 9 }, -FDT_ERR_BADSTRUCTURE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		small(cases[i].words, cases[i].nr);
		assert_int_equal(of_check_blob(blob, blob_size), cases[i].err);
		check_verdict();
	}
}

static void test_blocks_that_are_not_aligned(void **state)
{
	static const uint32_t words[] = { 1, 0, 2, 9, 0 };

	(void)state;
	small(words, 5);
	fdt_set_off_mem_rsvmap(blob, 44);
	assert_int_equal(of_check_blob(blob, blob_size), -FDT_ERR_ALIGNMENT);
	fdt_set_off_mem_rsvmap(blob, 40);
	memmove(blob + 58, blob + 56, 16);
	fdt_set_off_dt_struct(blob, 58);
	fdt_set_size_dt_struct(blob, 16);
	assert_int_equal(of_check_blob(blob, blob_size), -FDT_ERR_ALIGNMENT);
}

static void test_reservation_block_without_an_end(void **state)
{
	static const uint32_t words[] = { 1, 0, 2, 9 };

	(void)state;
	small(words, 4);
	fdt_set_off_mem_rsvmap(blob, 64);
	assert_int_equal(of_check_blob(blob, blob_size), -FDT_ERR_TRUNCATED);
	check_verdict();
}

/* offset_of(): where libfdt finds @node, negative as @node is. */
static int offset_of(int node)
{
	const char *block = (const char *)of_fdt() + fdt_off_dt_struct(of_fdt());

	if (node < 0)
		return -1;
	return (int)(of_node_name(node) - block) - (int)FDT_TAGSIZE;
}

/* same(): @ours and @theirs, an offset, are the same node, or none. */
static void same(int ours, int theirs)
{
	assert_int_equal(offset_of(ours), theirs < 0 ? -1 : theirs);
}

/* check_props(): @node's properties are those at @offset. */
static void check_props(int node, int offset)
{
	for (enum of_prop p = 0; p < NR_OF_PROPS; p++) {
		const char *name = of_prop_name(p);
		int ours, theirs;

		assert_ptr_equal(of_property(node, p, &ours),
				 fdt_getprop(of_fdt(), offset, name, &theirs));
		assert_int_equal(ours, theirs);
		assert_ptr_equal(of_property_called(node, name,
						    (int)strlen(name), &ours),
				 fdt_getprop(of_fdt(), offset, name, &theirs));
		assert_int_equal(ours, theirs);
	}
}

/* check_node(): all that can be asked of @node. */
static void check_node(int node)
{
	int offset = offset_of(node);

	same(of_next(node), fdt_next_node(of_fdt(), offset, NULL));
	same(of_parent(node), fdt_parent_offset(of_fdt(), offset));
	same(of_child(node), fdt_first_subnode(of_fdt(), offset));
	same(of_sibling(node), fdt_next_subnode(of_fdt(), offset));
	assert_int_equal(of_phandle(node), fdt_get_phandle(of_fdt(), offset));
	check_props(node, offset);
}

/* check_path(): @node's own path leads where libfdt says that it does. */
static void check_path(int node)
{
	char path[512];

	if (fdt_get_path(of_fdt(), offset_of(node), path, sizeof(path)))
		return;
	same(of_path(path, (int)strlen(path)),
	     fdt_path_offset(of_fdt(), path));
	path[strcspn(path, "@")] = '\0';
	same(of_path(path, (int)strlen(path)),
	     fdt_path_offset(of_fdt(), path));
}

/* check_reader(): what can be asked of the whole tree. */
static void check_reader(void)
{
	static const char *const lists[] = { "numa-distance-map-v1", "none" };

	for (int node = OF_ROOT; node >= 0; node = of_next(node)) {
		check_node(node);
		check_path(node);
	}
	for (uint32_t phandle = 0; phandle < 8; phandle++)
		same(of_by_phandle(phandle - 1),
		     fdt_node_offset_by_phandle(of_fdt(), phandle - 1));
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		same(of_by_compatible(OF_ROOT, lists[i]),
		     fdt_node_offset_by_compatible(of_fdt(), -1, lists[i]));
}

/* check_tree(): the list of the blob's nodes, and reading it without one. */
static void check_tree(void)
{
	unit_reset(NULL);
	unit_brk((phys_addr_t)1 << 20);
	host_load(FIXTURE_DTB, blob, blob_size);
	of_verify(FIXTURE_DTB);
	check_reader();
	of_tree_index();
	assert_int_equal(of_next(OF_ROOT) > 1, false);
	check_reader();
}

/* check_damaged(): copies of the blob that are still trees. */
static void check_damaged(void)
{
	static _Alignas(8) char whole[FIXTURE_MAX];
	unsigned int seed = SEED;

	memcpy(whole, blob, blob_size);
	for (int i = 0; i < DAMAGES; i++) {
		size_t from = fdt_off_dt_struct(whole);

		memcpy(blob, whole, blob_size);
		blob[from + (size_t)rand_r(&seed) % (blob_size - from)] ^=
			(char)(1u << rand_r(&seed) % 8);
		check_verdict();
		if (!of_check_blob(blob, blob_size))
			check_tree();
	}
}

static void test_every_fixture(void **state)
{
	(void)state;
	for_each_fixture(check_tree);
}

static void test_damaged_fixtures(void **state)
{
	(void)state;
	for_each_fixture(check_damaged);
}

/* find_name() looks them up by halves. */
static void test_names_are_sorted(void **state)
{
	(void)state;
	for (enum of_prop p = 1; p < NR_OF_PROPS; p++)
		assert_true(strcmp(of_prop_name(p - 1), of_prop_name(p)) < 0);
}

/* Two of a name, one behind a child, names within names, and an empty path. */
static void test_what_libfdt_does_not_show(void **state)
{
	(void)state;
	put(create(blob, FIXTURE_MAX));
	put(finish_reservemap(blob));
	put(begin_node(blob, ""));
	put(property_u32(blob, "reg", 1));
	put(property_u32(blob, "reg", 2));
	put(begin_node(blob, "a@1"));
	put(property_u32(blob, "phandle", 3));
	put(begin_node(blob, "b"));
	put(end_node(blob));
	put(property_u32(blob, "size", 1));
	put(end_node(blob));
	put(begin_node(blob, "a@2"));
	put(property_u32(blob, "linux,phandle", 4));
	put(property(blob, "phandle", "xx", 2));
	put(end_node(blob));
	put(property_u32(blob, "model", 1));
	put(end_node(blob));
	put(finish(blob));
	blob_size = fdt_totalsize(blob);
	check_tree();
	assert_int_equal(of_path("", 0), OF_ROOT);
	assert_int_equal(of_path("//a//b/", 7), 2);
	assert_int_equal(of_path("/a/c", 4), -FDT_ERR_NOTFOUND);
	assert_int_equal(of_top("a@2"), 3);
	assert_int_equal(of_by_phandle(4), 3);
}

/* Names that begin alike, tags that mean nothing, and lists of strings. */
static void test_names_that_begin_alike(void **state)
{
	static const struct {
		const char *list;	/* a compatible, its last NUL included */
		int len;
		const char *text;
		bool found;
	} lists[] = {
		{ "ab\0cd", 6, "ab", true }, { "ab\0cd", 6, "cd", true },
		{ "ab\0cd", 6, "a", false }, { "ab\0cd", 6, "abc", false },
		{ "ab\0cd", 5, "cd", true }, { "ab\0cd", 4, "cd", false },
		{ "ab\0cd", 6, "ce", false }, { "", 0, "a", false },
		{ "\0ab", 4, "ab", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		put(create(blob, FIXTURE_MAX));
		put(finish_reservemap(blob));
		put(begin_node(blob, ""));
		put(property_u32(blob, "nothing", 0));
		put(property(blob, "compatible", lists[i].list, lists[i].len));
		put(begin_node(blob, "node-more"));
		put(end_node(blob));
		put(begin_node(blob, "node@1"));
		put(end_node(blob));
		put(begin_node(blob, "two@1@2"));
		put(end_node(blob));
		put(end_node(blob));
		put(finish(blob));
		put(nop_property(blob, OF_ROOT, "nothing"));
		blob_size = fdt_totalsize(blob);
		check_tree();
		assert_int_equal(of_by_compatible(OF_ROOT, lists[i].text) >= 0,
				 lists[i].found);
		assert_int_equal(of_top("node"), 2);
		assert_int_equal(of_path("/node", 5), 2);
		assert_int_equal(of_path("/node@1", 7), 2);
		assert_int_equal(of_path("/node@", 6), -FDT_ERR_NOTFOUND);
		assert_int_equal(of_path("/two@1", 6), -FDT_ERR_NOTFOUND);
	}
}

/* A name whose NUL is far away is neither looked for again and again nor
 * believed without one. */
static void test_names_without_end(void **state)
{
	const uint32_t size = 56 + 4 * (4 + 3 * FAR_PROPS) + FAR;
	char *big = NULL;
	fdt32_t *word;

	(void)state;
	assert_int_equal(posix_memalign((void **)&big, 8, size), 0);
	small((const uint32_t[]){ 0 }, 0);
	memcpy(big, blob, 56);
	fdt_set_totalsize(big, size);
	fdt_set_off_dt_strings(big, size - FAR);
	fdt_set_size_dt_strings(big, FAR);
	fdt_set_size_dt_struct(big, size - FAR - 56);
	memset(big + size - FAR, 'x', FAR);
	word = (fdt32_t *)(big + 56);
	*word++ = cpu_to_fdt32(FDT_BEGIN_NODE);
	*word++ = 0;
	for (uint32_t i = 0; i < FAR_PROPS; i++) {
		*word++ = cpu_to_fdt32(FDT_PROP);
		*word++ = 0;
		*word++ = cpu_to_fdt32(i);
	}
	*word++ = cpu_to_fdt32(FDT_END_NODE);
	*word++ = cpu_to_fdt32(FDT_END);
	assert_int_equal(of_check_blob(big, size), -FDT_ERR_TRUNCATED);
	big[size - 1] = '\0';
	assert_int_equal(of_check_blob(big, size), 0);
	free(big);
}

/* A machine whose only RAM doesn't answer: there is no room for a list, and what
 * is read without one is what is read with one. */
static void test_no_room_for_the_list(void **state)
{
	static struct list_text with, without;
	struct item *items = many(100, false);

	(void)state;
	items[0].memory = true;
	items[0].base = FIXTURE_RAM + FIXTURE_RAM_SIZE;
	items[0].size = FIXTURE_RAM_SIZE;
	for (size_t i = 1; i < 100; i++)
		items[i].base += FIXTURE_RAM_SIZE;
	make_tree(items, 100);
	free(items);
	fixture_boot(tree, fdt_totalsize(tree));
	machine.bootargs = "noprobe";
	fixture_scan();
	list_reserved(&with, true);
	fixture_boot_brk(tree, fdt_totalsize(tree), PAGE(16));
	assert_log("bytes in a row are nobody's");
	machine.bootargs = "noprobe";
	fixture_scan();
	list_reserved(&without, true);
	assert_string_equal(without.text, with.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_are_sorted),
		cmocka_unit_test(test_small_blobs),
		cmocka_unit_test(test_blocks_that_are_not_aligned),
		cmocka_unit_test(test_reservation_block_without_an_end),
		cmocka_unit_test(test_every_flipped_bit),
		cmocka_unit_test(test_every_flipped_bit_of_the_header),
		cmocka_unit_test(test_every_fixture),
		cmocka_unit_test(test_damaged_fixtures),
		cmocka_unit_test(test_what_libfdt_does_not_show),
		cmocka_unit_test(test_names_that_begin_alike),
		cmocka_unit_test(test_names_without_end),
		cmocka_unit_test(test_no_room_for_the_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
