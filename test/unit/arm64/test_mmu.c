/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The MMU's formats and registers, and the maintenance of caches and of the TLB, on
 * a CPU whose registers are variables of the test.
 */
#include <stdio.h>

#include "insn.h"

/* DC operation, va: the byte at @va becomes what the operation is called below. */
__asm__(".set ivac, 1\n.set cvac, 2");
__asm__(".macro dc operation, va\n\tmovb $\\operation, (\\va)\n.endm");
#define INVALIDATED	1
#define CLEANED		2

/* DSB, by the first letters of its domain: sy, ish, ishst. */
__asm__(".set domain_sy, 't'\n.set domain_ish, 'd'\n.set domain_ishst, 's'");
__asm__(".macro dsb domain\n\tstep domain_\\domain\n.endm");

/* TLBI VAAE1IS, and with which argument. */
__asm__(".set operation_vaae1is, 'v'");
__asm__(".macro tlbi operation, arg\n"
	"	step operation_\\operation\n"
	"	movq \\arg, tlbi_arg(%rip)\n"
	".endm");
static volatile unsigned long tlbi_arg __attribute__((used));

/* The registers. */
static unsigned long reg_id_aa64mmfr0_el1, reg_ctr_el0, reg_sctlr_el1;

/* The functions under test, by names that aren't the host's. */
#define arch_paging_mode	mmu_paging_mode
#define arch_paging_enable	mmu_paging_enable
#define arch_dcache_inval	mmu_dcache_inval
#define arch_flush_tlb		mmu_flush_tlb
#define arch_phys_bits		mmu_phys_bits
const struct paging_mode *arch_paging_mode(unsigned int i, const char *limit);
void arch_paging_enable(const struct paging_mode *mode, phys_addr_t root);
void arch_dcache_inval(phys_addr_t start, phys_addr_t end);
void arch_flush_tlb(unsigned long va);
unsigned int arch_phys_bits(void);
#include "mmu.c"

/* Bits of a physical address. */
static unsigned int phys_bits;

/* Memory that caches may have, the middle of it a multiple of each line size. */
#define CACHED_SIZE	1024
static _Alignas(CACHED_SIZE) unsigned char cached[CACHED_SIZE];

unsigned int arch_phys_bits(void)
{
	return phys_bits;
}

void mmu_enable(void)
{
	step('e');
}

/* setup(): a CPU of 48-bit addresses, with cache lines of 64 bytes. */
static int setup(void **state)
{
	reg_id_aa64mmfr0_el1 = 0x0f100005;
	reg_ctr_el0 = 0x8444c004;
	reg_sctlr_el1 = 0x30d00800;
	phys_bits = 48;
	memset(&mmu_registers, 0, sizeof(mmu_registers));
	memset(cached, 0, sizeof(cached));
	steps_begin();
	return unit_reset(state);
}

/* names(): all formats that there are, each with the bits of addresses that it
 * reaches. */
static const char *names(unsigned int bits)
{
	static char text[32];
	const struct paging_mode *mode;

	phys_bits = bits;
	text[0] = '\0';
	for (unsigned int i = 0; (mode = arch_paging_mode(i, NULL)) != NULL; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s:%u ",
			 mode->name, mode->reach_bits);
	assert_null(arch_paging_mode(3, NULL));
	assert_null(arch_paging_mode(1000, NULL));
	return text;
}

/* The deeper format is there for what the other one doesn't reach. */
static void test_formats(void **state)
{
	(void)state;
	assert_string_equal(names(32), "VA39:32 ");
	assert_string_equal(names(36), "VA39:36 ");
	assert_string_equal(names(39), "VA39:39 ");
	assert_string_equal(names(40), "VA39:39 VA48:40 ");
	assert_string_equal(names(48), "VA39:39 VA48:48 ");
	assert_string_equal(names(52), "VA39:39 VA48:48 ");
	assert_string_equal(names(56), "VA39:39 VA48:48 ");
	assert_string_equal(names(36), "VA39:36 ");
}

/* The tree's mmu-type is another architecture's. */
static void test_formats_whatever_the_tree_says(void **state)
{
	(void)state;
	assert_string_equal(arch_paging_mode(0, "riscv,none")->name, "VA39");
	assert_string_equal(arch_paging_mode(1, "riscv,sv39")->name, "VA48");
}

/* Without the granule of 4 KiB, TGran4 of 15, there is none. */
static void test_formats_by_the_granule(void **state)
{
	(void)state;
	for (unsigned long granule = 0; granule < 16; granule++) {
		reg_id_aa64mmfr0_el1 = ~(15ul << 28) | granule << 28;
		assert_string_equal(names(40), granule == 15 ? ""
						: "VA39:39 VA48:40 ");
	}
}

/* What a format is like: levels of tables, and what TCR_EL1 calls it. */
static void test_what_formats_are_like(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		const struct paging_mode *mode = arch_paging_mode(i, NULL);

		assert_int_equal(mode->levels, 3 + i);
		assert_int_equal(mode->max_leaf_level, 2);
		assert_int_equal(mode->id, 25 - 9 * i);
	}
}

/* at(): the address @offset bytes behind the middle of what is cached. */
static unsigned long at(long offset)
{
	return (unsigned long)cached + CACHED_SIZE / 2 + (unsigned long)offset;
}

/* assert_lines(): so many lines of @size bytes, from @first on, were met by
 * @operation, each at its first byte, and a barrier followed. */
static void assert_lines(unsigned char operation, long first, unsigned int nr,
			 unsigned int size)
{
	unsigned char expected[CACHED_SIZE] = { 0 };

	for (unsigned int i = 0; i < nr; i++)
		expected[CACHED_SIZE / 2 + first + i * size] = operation;
	assert_memory_equal(cached, expected, sizeof(cached));
	memset(cached, 0, sizeof(cached));
	assert_steps("t");
}

/* inval(): what caches have of some bytes behind the middle is dropped. */
static void inval(long start, long end)
{
	arch_dcache_inval(at(start), at(end));
}

/* Each line that a range meets is invalidated once, and no other. */
static void test_inval(void **state)
{
	(void)state;
	inval(0, 64);
	assert_lines(INVALIDATED, 0, 1, 64);
	inval(0, 65);
	assert_lines(INVALIDATED, 0, 2, 64);
	inval(63, 65);
	assert_lines(INVALIDATED, 0, 2, 64);
	inval(-1, 128);
	assert_lines(INVALIDATED, -64, 3, 64);
	inval(-512, 512);
	assert_lines(INVALIDATED, -512, 16, 64);
	inval(0, 0);
	assert_lines(INVALIDATED, 0, 0, 64);
}

/* A line has the shortest data cache's size: DminLine, whatever IminLine is. */
static void test_inval_by_lines(void **state)
{
	(void)state;
	for (unsigned int log2_words = 0; log2_words < 8; log2_words++) {
		reg_ctr_el0 = 0x8440c00f | log2_words << 16;
		inval(0, 512);
		assert_lines(INVALIDATED, 0, 512 / (4u << log2_words),
			     4u << log2_words);
	}
}

/* What is cleaned isn't invalidated. */
static void test_clean(void **state)
{
	(void)state;
	dcache_clean((const void *)at(0), 64);
	assert_lines(CLEANED, 0, 1, 64);
	dcache_clean((const void *)at(63), 2);
	assert_lines(CLEANED, 0, 2, 64);
	dcache_clean((const void *)at(-130), 200);
	assert_lines(CLEANED, -192, 5, 64);
	dcache_clean((const void *)at(64), 0);
	assert_lines(CLEANED, 0, 0, 64);
}

/* assert_tcr(): TCR_EL1 for format number @i, where PARange is @pa_range: the size of
 * addresses is @ips; tables are cached. */
static void assert_tcr(unsigned int i, unsigned int pa_range, unsigned long ips)
{
	reg_id_aa64mmfr0_el1 = 0x0f100000 | pa_range;
	arch_paging_enable(&modes[i], 0x40300000);
	assert_int_equal(mmu_registers.tcr,
			 ips << 32 | 1 << 23 | 3 << 12 | 1 << 10 | 1 << 8 |
			 (25 - 9 * i));
	assert_steps("e");
}

/* Addresses have the size that the CPU has, and that descriptors have at most. */
static void test_enable_by_addresses(void **state)
{
	(void)state;
	for (unsigned int pa_range = 0; pa_range < 16; pa_range++) {
		assert_tcr(0, pa_range, MIN(pa_range, 5u));
		assert_tcr(1, pa_range, MIN(pa_range, 5u));
	}
}

/* The other registers, before the MMU is switched on: what SCTLR_EL1 says otherwise
 * stays. */
static void test_enable(void **state)
{
	(void)state;
	arch_paging_enable(&modes[0], 0x40300000);
	assert_int_equal(mmu_registers.mair, 0xff04);
	assert_int_equal(mmu_registers.ttbr0, 0x40300000);
	assert_int_equal(mmu_registers.sctlr, 0x30d81805);
	assert_steps("e");
	reg_sctlr_el1 = ~0ul;
	arch_paging_enable(&modes[1], 0xfffffffff000);
	assert_int_equal(mmu_registers.ttbr0, 0xfffffffff000);
	assert_int_equal(mmu_registers.sctlr, ~0ul);
	assert_steps("e");
}

/* Every CPU forgets a page, by its number: after the entry was written, and before
 * anything else happens. */
static void test_flush(void **state)
{
	(void)state;
	arch_flush_tlb(0x12345678);
	assert_int_equal(tlbi_arg, 0x12345);
	assert_steps("svdi");
	arch_flush_tlb(0xffff800012345fff);
	assert_int_equal(tlbi_arg, 0xff800012345);
	assert_steps("svdi");
	arch_flush_tlb(0);
	assert_int_equal(tlbi_arg, 0);
	assert_steps("svdi");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_formats, setup),
		cmocka_unit_test_setup(test_formats_whatever_the_tree_says, setup),
		cmocka_unit_test_setup(test_formats_by_the_granule, setup),
		cmocka_unit_test_setup(test_what_formats_are_like, setup),
		cmocka_unit_test_setup(test_inval, setup),
		cmocka_unit_test_setup(test_inval_by_lines, setup),
		cmocka_unit_test_setup(test_clean, setup),
		cmocka_unit_test_setup(test_enable_by_addresses, setup),
		cmocka_unit_test_setup(test_enable, setup),
		cmocka_unit_test_setup(test_flush, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
