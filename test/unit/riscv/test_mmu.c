/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which page-table formats are found, on a hart that has those that a test says:
 * each trial is watched while it runs.
 */
#include "steps.h"

/* Instructions that the host's assembler doesn't know: f SFENCE.VMA of everything, a
 * of one address, w a write to satp; what they were given. */
__asm__(".macro sfence.vma va:vararg\n"
	"	.ifb \\va\n"
	"	step 'f'\n"
	"	.else\n"
	"	movq \\va, operand(%rip)\n"
	"	step 'a'\n"
	"	.endif\n"
	".endm");
__asm__(".macro csrw csr, value\n"
	"	movq \\value, operand(%rip)\n"
	"	step 'w'\n"
	".endm");
static volatile unsigned long operand __attribute__((used));

/* The functions under test, and one that it calls, by names that aren't the host's. */
#define arch_paging_mode	mmu_paging_mode
#define arch_paging_enable	mmu_paging_enable
#define arch_dcache_inval	mmu_dcache_inval
#define arch_flush_tlb		mmu_flush_tlb
#define virt_to_phys		mmu_virt_to_phys
const struct paging_mode *arch_paging_mode(unsigned int i, const char *limit);
void arch_paging_enable(const struct paging_mode *mode, phys_addr_t root);
void arch_dcache_inval(phys_addr_t start, phys_addr_t end);
void arch_flush_tlb(unsigned long va);
phys_addr_t virt_to_phys(const volatile void *va);
#include "mmu.c"

/* MODE of satp that formats have (privileged specification, table "Encoding of satp
 * MODE field"): 8 for Sv39, then one more for each. */
#define MODE_SV39	8

/* Formats that the hart has, as bits from Sv39 on; trials that there were. */
static unsigned int formats, nr_trials;

/* Where code stands, for the one leaf that maps it. */
#define CODE		((phys_addr_t)0x80abcdef0)

phys_addr_t virt_to_phys(const volatile void *va)
{
	if (va == (const volatile void *)trial_root)
		return 0x81234000;
	assert_ptr_equal(va, (const volatile void *)satp_try);
	return CODE;
}

/* assert_leaf(): of all entries just one is set, a leaf of format number @format
 * that maps the code to where it is. */
static void assert_leaf(unsigned int format)
{
	unsigned int level = format + 2, nr = 0;
	phys_addr_t bytes = (phys_addr_t)1 << (PAGE_SHIFT + PT_INDEX_BITS * level);
	unsigned int index = (unsigned int)(CODE / bytes) % 512;

	assert_int_equal((uintptr_t)trial_root % PAGE_SIZE, 0);
	for (unsigned int i = 0; i < 512; i++)
		nr += trial_root[i] != 0;
	assert_int_equal(nr, 1);
	assert_true(pte_is_leaf(trial_root[index], level));
	assert_int_equal(pte_phys(trial_root[index], level), CODE / bytes * bytes);
	assert_int_equal(pte_prot(trial_root[index]), VM_READ | VM_WRITE | VM_EXEC);
}

unsigned long satp_try(unsigned long satp)
{
	unsigned int format = (unsigned int)(satp >> 60) - MODE_SV39;

	assert_in_range(format, 0, 2);
	assert_int_equal(satp << 20 >> 20, 0x81234);
	assert_leaf(format);
	nr_trials++;
	return formats & 1u << format ? satp : 0;
}

/* names(): all formats that are found, with that mmu-type. */
static const char *names(const char *limit)
{
	static char text[32];
	const struct paging_mode *mode;

	text[0] = '\0';
	for (unsigned int i = 0; (mode = arch_paging_mode(i, limit)) != NULL; i++) {
		strcat(text, mode->name);
		strcat(text, " ");
	}
	for (unsigned int i = 0; i < 512; i++)
		assert_int_equal(trial_root[i], 0);
	return text;
}

/* All that a hart has are found, the shallowest first. */
static void test_formats(void **state)
{
	const char *const expected[8] = {
		"", "Sv39 ", "Sv48 ", "Sv39 Sv48 ", "Sv57 ", "Sv39 Sv57 ",
		"Sv48 Sv57 ", "Sv39 Sv48 Sv57 ",
	};

	(void)state;
	for (formats = 0; formats < 8; formats++)
		assert_string_equal(names(NULL), expected[formats]);
}

/* The tree's mmu-type is the deepest one. */
static void test_formats_by_the_tree(void **state)
{
	(void)state;
	formats = 7;
	assert_string_equal(names("riscv,sv39"), "Sv39 ");
	assert_string_equal(names("riscv,sv48"), "Sv39 Sv48 ");
	assert_string_equal(names("riscv,sv57"), "Sv39 Sv48 Sv57 ");
	assert_string_equal(names("riscv,sv64"), "Sv39 Sv48 Sv57 ");
	formats = 1;
	assert_string_equal(names("riscv,sv57"), "Sv39 ");
}

/* A hart that the tree says has no paging isn't even tried. */
static void test_no_paging(void **state)
{
	(void)state;
	formats = 7;
	nr_trials = 0;
	assert_string_equal(names("riscv,none"), "");
	assert_int_equal(nr_trials, 0);
}

/* What a format is like: levels of tables, and addresses that the identity map
 * reaches, the lower half of them. */
static void test_what_formats_are_like(void **state)
{
	(void)state;
	formats = 7;
	for (unsigned int i = 0; i < 3; i++) {
		const struct paging_mode *mode = arch_paging_mode(i, NULL);

		assert_int_equal(mode->levels, 3 + i);
		assert_int_equal(mode->reach_bits, 39 + 9 * i - 1);
		assert_int_equal(mode->max_leaf_level, 2 + i);
		assert_int_equal(mode->id, MODE_SV39 + i);
		assert_int_equal(satp_value(mode, 0x80005000),
				 (8ul + i) << 60 | 0x80005);
	}
}

/* Tables are written before satp is, and no translation from before stays. */
static void test_paging_enable(void **state)
{
	(void)state;
	formats = 1;
	nr_trials = 0;
	arch_paging_enable(&modes[0], 0x80000000);
	assert_steps("fwf");
	assert_int_equal(operand, 8ul << 60 | 0x80000);
	assert_int_equal(nr_trials, 0);
}

/* One address's translation is dropped; the caches need no care. */
static void test_flush(void **state)
{
	(void)state;
	arch_flush_tlb(0x1000);
	assert_steps("a");
	assert_int_equal(operand, 0x1000);
	arch_dcache_inval(0, 0x1000);
	assert_steps("");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_formats_by_the_tree),
		cmocka_unit_test(test_no_paging),
		cmocka_unit_test(test_what_formats_are_like),
		cmocka_unit_test(test_paging_enable),
		cmocka_unit_test(test_flush),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
