/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lib/base: boot arguments, sizes, lines, stages; and the arithmetic of types.h
 * at both ends of the address space.
 */
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "percpu.h"
#include "spinlock.h"
#include "unit.h"

/* assert_bootarg(): the value of @name begins with @value; NULL: isn't there. */
static void assert_bootarg(const char *args, const char *name,
			   const char *value)
{
	const char *found;

	machine.bootargs = args;
	found = bootarg(name, NULL);
	if (!value)
		assert_null(found);
	else
		assert_int_equal(strncmp(found, value, strlen(value)), 0);
}

static void test_bootarg_finds_whole_words(void **state)
{
	(void)state;
	assert_bootarg("a=1 b=2", "b", "2");
	assert_bootarg("  a=1\tb=2\n", "b", "2\n");
	assert_bootarg("xmem=1 mem=2", "mem", "2");
	assert_bootarg("memory=1 mem=2", "mem", "2");
	assert_bootarg("selftest", "selftest", "");
	assert_bootarg("quiet selftest quiet", "selftest", " quiet");
	assert_bootarg("selftests", "selftest", NULL);
	assert_bootarg("", "selftest", NULL);
	assert_bootarg("   ", "selftest", NULL);
	assert_bootarg(NULL, "selftest", NULL);
	assert_bootarg("a\nselftest", "selftest", "");
	assert_bootarg("a=selftest", "selftest", NULL);
	assert_bootarg("mem= x", "mem", " x");
}

static void test_bootarg_finds_all(void **state)
{
	const char *found;

	(void)state;
	machine.bootargs = "mem=1 x mem=2 mem=3";
	found = bootarg("mem", NULL);
	assert_int_equal(*found, '1');
	found = bootarg("mem", found);
	assert_int_equal(*found, '2');
	found = bootarg("mem", found);
	assert_int_equal(*found, '3');
	assert_null(bootarg("mem", found));
}

static void test_bootarg_bare_words_end_too(void **state)
{
	const char *found;

	(void)state;
	machine.bootargs = "a a a=";
	found = bootarg("a", NULL);
	found = bootarg("a", found);
	found = bootarg("a", found);
	assert_non_null(found);
	assert_null(bootarg("a", found));
}

/* assert_memparse(): @text is @value, and @rest is what follows. */
static void assert_memparse(const char *text, unsigned long long value,
			    const char *rest)
{
	const char *end;

	assert_int_equal(memparse(text, &end), value);
	assert_string_equal(end, rest);
}

static void test_memparse(void **state)
{
	(void)state;
	assert_memparse("128M", 128ULL << 20, "");
	assert_memparse("1k@2", 1024, "@2");
	assert_memparse("0x10G", 16ULL << 30, "");
	assert_memparse("4096", 4096, "");
	assert_memparse("2T,", 2ULL << 40, ",");
	assert_memparse("3P", 3ULL << 50, "");
	assert_memparse("1E", 1ULL << 60, "");
	assert_memparse("", 0, "");
	assert_memparse("M", 0, "M");
	assert_memparse("12q", 12, "q");
}

static void test_printk_prints_as_printf_does(void **state)
{
	(void)state;
	printk("a %d 0x%016llx %s\n", -1, 0x123ULL, "b");
	assert_string_equal(host_log(), "a -1 0x0000000000000123 b\n");
}

static void test_printk_cuts_and_says_so(void **state)
{
	char text[2 * PRINTK_LINE_MAX];
	size_t len;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	printk("%s\n", text);
	len = strlen(host_log());
	assert_true(len < PRINTK_LINE_MAX);
	assert_string_equal(host_log() + len - 5, "x...\n");
}

static void test_printk_keeps_a_line_that_just_fits(void **state)
{
	char text[PRINTK_LINE_MAX];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 2] = '\0';
	printk("%s\n", text);
	assert_null(strstr(host_log(), "..."));
	assert_int_equal(strlen(host_log()), PRINTK_LINE_MAX - 1);
}

/* What the C library can't print is left out. */
static void test_printk_of_what_cannot_be_printed(void **state)
{
	(void)state;
	printk("%ls\n", L"\x4e00");
	assert_string_equal(host_log(), "");
}

/* Lines that each CPU prints, and CPUs, in the next test. */
#define NR_LINES	2000
#define NR_PRINTERS	2

/* print_lines(): a CPU that prints. */
static void *print_lines(void *arg)
{
	for (int i = 0; i < NR_LINES; i++)
		printk("a line of CPU %s\n", (const char *)arg);
	return NULL;
}

static void test_printk_on_several_cpus_keeps_lines_whole(void **state)
{
	static char names[NR_PRINTERS][2] = { "a", "b" };
	pthread_t threads[NR_PRINTERS];
	unsigned int nr = 0;

	(void)state;
	smp_active = true;
	for (int i = 0; i < NR_PRINTERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, print_lines,
						names[i]), 0);
	for (int i = 0; i < NR_PRINTERS; i++)
		pthread_join(threads[i], NULL);
	smp_active = false;
	for (const char *s = host_log(); *s; s = strchr(s, '\n') + 1, nr++)
		assert_int_equal(strncmp(s, "a line of CPU ", 14), 0);
	assert_int_equal(nr, NR_PRINTERS * NR_LINES);
	assert_int_equal(strlen(host_log()), nr * strlen("a line of CPU x\n"));
}

/* warn_often(): a CPU that warns. */
static void *warn_often(void *arg)
{
	for (int i = 0; i < NR_LINES; i++)
		warn("W-TEST", "of CPU %s", (const char *)arg);
	return NULL;
}

static void test_warn_counts_on_several_cpus(void **state)
{
	unsigned long before = nr_warnings();
	pthread_t thread;

	(void)state;
	smp_active = true;
	assert_int_equal(pthread_create(&thread, NULL, warn_often, "a"), 0);
	warn_often("b");
	pthread_join(thread, NULL);
	smp_active = false;
	assert_int_equal(nr_warnings(), before + 2 * NR_LINES);
}

static void test_warn_counts(void **state)
{
	unsigned long before = nr_warnings();

	(void)state;
	warn("W-TEST", "%s happened", "something");
	assert_string_equal(host_log(), "warning: W-TEST: something happened\n");
	assert_int_equal(nr_warnings(), before + 1);
}

static void test_warn_ends_its_line_when_cut(void **state)
{
	char text[2 * PRINTK_LINE_MAX];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	warn("W-TEST", "%s", text);
	assert_int_equal(host_log()[strlen(host_log()) - 1], '\n');
}

static void test_panic_names_the_place_and_fails(void **state)
{
	(void)state;
	assert_panics(panic("no %s", "way"), "panic: test_base.c:");
	assert_log(": no way\n");
}

/* is_legal(): whether stage_allow() lets @allocator pass. */
static bool is_legal(enum allocator allocator)
{
	return host_halts(stage_allow(allocator, "test")) == HOST_RETURNED;
}

static void test_each_stage_has_its_allocator(void **state)
{
	static const enum allocator legal[NR_STAGES] = {
		[STAGE_VERIFY] = ALLOC_BRK, [STAGE_MEMORY] = ALLOC_BRK,
		[STAGE_RESERVED] = ALLOC_BRK, [STAGE_BOOTMEM] = ALLOC_MEMBLOCK,
		[STAGE_PAGING] = ALLOC_BOOTMEM, [STAGE_ZONES] = ALLOC_BOOTMEM,
		[STAGE_HANDOVER] = ALLOC_NONE, [STAGE_RUNNING] = ALLOC_BUDDY,
	};

	(void)state;
	for (enum boot_stage stage = 0; stage < NR_STAGES; stage++) {
		stage_begin(stage);
		assert_int_equal(stage_current(), stage);
		for (enum allocator a = ALLOC_BRK; a <= ALLOC_BUDDY; a++)
			assert_int_equal(is_legal(a), a == legal[stage]);
	}
}

static void test_stage_cost_leaves_printing_out(void **state)
{
	unsigned long long quiet, loud;

	(void)state;
	stage_begin(STAGE_VERIFY);
	stage_begin(STAGE_MEMORY);
	quiet = stage_cost(STAGE_VERIFY);
	stage_reset();
	stage_begin(STAGE_VERIFY);
	for (int i = 0; i < 100; i++)
		printk("noise\n");
	stage_begin(STAGE_MEMORY);
	loud = stage_cost(STAGE_VERIFY);
	assert_in_range(loud, quiet, quiet + 100);
}

/* Whether count_on() goes on. */
static bool counting;

/* count_on(): a CPU for which the counter never stands still. */
static void *count_on(void *arg)
{
	while (__atomic_load_n(&counting, __ATOMIC_RELAXED))
		arch_counter();
	return arg;
}

/* A counter that is the same for the same work counts instructions. */
static void test_stage_unit(void **state)
{
	pthread_t thread;

	(void)state;
	assert_string_equal(stage_unit(), "insns");
	counting = true;
	assert_int_equal(pthread_create(&thread, NULL, count_on, NULL), 0);
	while (strcmp(stage_unit(), "ticks"))
		;
	__atomic_store_n(&counting, false, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
}

/* A lock, and what it protects. */
static struct spinlock lock;
static unsigned long protected;

/* Times that each of NR_LOCKERS CPUs takes it. */
#define NR_SECTIONS	20000
#define NR_LOCKERS	3

/* How long it is held where all of them are to run out of patience, in us. */
#define LONG_TIME	200000

/* lock_often(): a CPU that takes the lock. */
static void *lock_often(void *arg)
{
	for (int i = 0; i < NR_SECTIONS; i++) {
		spin_lock(&lock);
		protected++;
		spin_unlock(&lock);
	}
	return arg;
}

/* Held at first for so long that everybody has to wait for his turn. */
static void test_lock_is_held_by_one(void **state)
{
	pthread_t threads[NR_LOCKERS];

	(void)state;
	protected = 0;
	spin_lock(&lock);
	assert_false(spin_trylock(&lock));
	for (int i = 0; i < NR_LOCKERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, lock_often,
						NULL), 0);
	usleep(LONG_TIME);
	spin_unlock(&lock);
	for (int i = 0; i < NR_LOCKERS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(protected, NR_LOCKERS * NR_SECTIONS);
	assert_true(spin_trylock(&lock));
	spin_unlock(&lock);
}

static void test_rounding_at_both_ends(void **state)
{
	(void)state;
	assert_int_equal(PFN_UP(0), 0);
	assert_int_equal(PFN_UP(1), 1);
	assert_int_equal(PFN_UP(PAGE_SIZE), 1);
	assert_int_equal(PFN_UP(PHYS_ADDR_MAX), 1ULL << (64 - PAGE_SHIFT));
	assert_int_equal(PFN_DOWN(PHYS_ADDR_MAX),
			 (1ULL << (64 - PAGE_SHIFT)) - 1);
	assert_int_equal(ALIGN(PAGE_SIZE + 1, PAGE_SIZE), PAGE(2));
	assert_int_equal(ALIGN_DOWN(PAGE(2) - 1, PAGE_SIZE), PAGE(1));
}

static void test_logarithms(void **state)
{
	(void)state;
	assert_int_equal(log2_floor(1), 0);
	assert_int_equal(log2_floor(PHYS_ADDR_MAX), 63);
	assert_int_equal(log2_ceil(1), 0);
	assert_int_equal(log2_ceil(2), 1);
	assert_int_equal(log2_ceil(3), 2);
	assert_int_equal(log2_ceil(PHYS_ADDR_MAX), 64);
	assert_false(is_power_of_2(0));
	assert_true(is_power_of_2(1ULL << 63));
	assert_false(is_power_of_2(6));
}

#define TEST(name) cmocka_unit_test_setup(name, unit_reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_bootarg_finds_whole_words),
		TEST(test_bootarg_finds_all),
		TEST(test_bootarg_bare_words_end_too),
		TEST(test_memparse),
		TEST(test_printk_prints_as_printf_does),
		TEST(test_printk_cuts_and_says_so),
		TEST(test_printk_keeps_a_line_that_just_fits),
		TEST(test_printk_of_what_cannot_be_printed),
		TEST(test_printk_on_several_cpus_keeps_lines_whole),
		TEST(test_warn_counts),
		TEST(test_warn_counts_on_several_cpus),
		TEST(test_warn_ends_its_line_when_cut),
		TEST(test_panic_names_the_place_and_fails),
		TEST(test_each_stage_has_its_allocator),
		TEST(test_stage_cost_leaves_printing_out),
		TEST(test_stage_unit),
		TEST(test_lock_is_held_by_one),
		TEST(test_rounding_at_both_ends),
		TEST(test_logarithms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
