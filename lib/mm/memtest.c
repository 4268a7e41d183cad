/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RAM that is to be given to others is asked first whether it keeps what it is
 * told: Linux's early_memtest, its patterns and its lines.
 *
 * Each range of free pages is filled with a pattern from end to end before the
 * first word is read back, so that two addresses which are the same cell show,
 * too. A page with a wrong word is taken out at once, whole, and the patterns
 * that come later leave it alone. What is reserved by then, the running image,
 * its stack and the device tree among it, isn't free and so not tested.
 */
#include "memtest.h"

#include <string.h>

#include "arch.h"
#include "machine.h"
#include "memblock.h"
#include "printk.h"
#include "watchdog.h"

/* A word of RAM, and how many there are in a page. */
typedef volatile unsigned long word_t;
#define PAGE_WORDS	(PAGE_SIZE / sizeof(word_t))

/* Linux's patterns (mm/memtest.c), in their order: all bits alike, every second
 * bit, one bit of four and so on; the last is a text. */
static const uint64_t patterns[] = {
	0x0000000000000000, 0xffffffffffffffff, 0x5555555555555555,
	0xaaaaaaaaaaaaaaaa, 0x1111111111111111, 0x2222222222222222,
	0x4444444444444444, 0x8888888888888888, 0x3333333333333333,
	0x6666666666666666, 0x9999999999999999, 0xcccccccccccccccc,
	0x7777777777777777, 0xbbbbbbbbbbbbbbbb, 0xdddddddddddddddd,
	0xeeeeeeeeeeeeeeee, 0x7a6c7258554e494c,
};

/* Who has bad pages; nobody may map them. */
static const struct mem_owner owner_badram = {
	"badram", "failed the memory test", NULL, 0
};

/* A test under way. */
struct memtest {
	unsigned long pattern;		/* what is written */
	phys_addr_t tested;		/* bytes that were tested at least once */
	phys_addr_t bad;		/* bytes taken out so far */
};

/* reads_wrong(): badram= names an address in [@pa, @pa + @size). */
static bool reads_wrong(phys_addr_t pa, phys_addr_t size)
{
	const char *text = bootarg("badram", NULL), *end;

	for (; text; text = *end == ',' ? end + 1 : NULL) {
		phys_addr_t named = memparse(text, &end);

		if (end != text && named - pa < size)
			return true;
	}
	return false;
}

/* read_back(): the word at @pa; @wrong: badram= names one in this page. */
static unsigned long read_back(phys_addr_t pa, bool wrong)
{
	unsigned long word = *(word_t *)phys_to_virt(pa);

	return wrong && reads_wrong(pa, sizeof(word)) ? ~word : word;
}

/* page_is_bad(): a word of the page at @pa isn't @pattern. */
static bool page_is_bad(phys_addr_t pa, unsigned long pattern)
{
	bool wrong = reads_wrong(pa, PAGE_SIZE);

	for (unsigned int i = 0; i < PAGE_WORDS; i++)
		if (read_back(pa + i * sizeof(word_t), wrong) != pattern)
			return true;
	return false;
}

/* fill_page(): @pattern into every word of the page at @pa. */
static void fill_page(phys_addr_t pa, unsigned long pattern)
{
	word_t *word = phys_to_virt(pa);

	for (unsigned int i = 0; i < PAGE_WORDS; i++)
		word[i] = pattern;
}

/* take_out(): nobody is given [@start, @end); nothing where that is empty. */
static void take_out(struct memtest *test, phys_addr_t start, phys_addr_t end)
{
	if (start == end)
		return;
	printk("  %016llx bad mem addr 0x%016llx - 0x%016llx reserved\n",
	       (unsigned long long)test->pattern, start, end);
	if (memblock_reserve_owner(start, end - start, MEMBLOCK_NONE,
				   &owner_badram))
		panic("memtest: no room to record the bad page at 0x%llx",
		      start);
	test->bad += end - start;
}

/* test_range(): one pattern in the pages [@start, @end); bad ones that are
 * neighbours are taken out together. */
static void test_range(struct memtest *test, phys_addr_t start, phys_addr_t end)
{
	phys_addr_t bad = start;	/* where the bad pages before pa begin */
	phys_addr_t pa;

	printk("  0x%016llx - 0x%016llx pattern %016llx\n", start, end,
	       (unsigned long long)test->pattern);
	for (pa = start; pa != end; pa += PAGE_SIZE) {
		fill_page(pa, test->pattern);
		watchdog_kick();
	}
	for (pa = start; pa != end; pa += PAGE_SIZE) {
		watchdog_kick();
		if (page_is_bad(pa, test->pattern))
			continue;
		take_out(test, bad, pa);
		bad = pa + PAGE_SIZE;
	}
	take_out(test, bad, end);
}

/* run_pattern(): all free pages with @test's pattern; returns how many bytes. */
static phys_addr_t run_pattern(struct memtest *test)
{
	struct free_range range;
	phys_addr_t bytes = 0;

	for_each_free_mem_range(range) {
		phys_addr_t start = ALIGN(range.start, PAGE_SIZE);
		phys_addr_t end = ALIGN_DOWN(range.last + 1, PAGE_SIZE);

		if (end - start - 1 >= range.last - range.start + 1)
			continue;
		test_range(test, start, end);
		bytes += end - start;
	}
	return bytes;
}

/* nr_asked(): how many patterns memtest= asks for; 0: no test. */
static unsigned long long nr_asked(void)
{
	const char *text = bootarg("memtest", NULL), *end;
	unsigned long long nr;

	if (!text)
		return 0;
	nr = memparse(text, &end);
	return end == text ? ARRAY_SIZE(patterns) : nr;
}

void early_memtest(void)
{
	unsigned long long nr = nr_asked();
	struct memtest test = { .bad = 0 };
	phys_addr_t bytes;

	if (!nr)
		return;
	printk("early_memtest: # of tests: %llu\n", nr);
	while (nr-- > 0) {
		test.pattern = (unsigned long)patterns[nr % ARRAY_SIZE(patterns)];
		bytes = run_pattern(&test);
		test.tested = MAX(test.tested, bytes);
	}
	printk("early_memtest: 0x%llx bytes tested, 0x%llx bad\n", test.tested,
	       test.bad);
	printk("EarlyMemtestBad: %5llu kB\n", test.bad >> 10);
}
