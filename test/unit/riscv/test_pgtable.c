/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entries of page tables, bit by bit; what all ports' have in common is tested with the
 * walker (test_paging.c).
 */
#include "unit.h"

#include <asm/pgtable.h>

/* An address whose page number has the highest bit, and one below. */
#define ADDRESS		((phys_addr_t)1 << 55 | 0x80001000)

/* The bits of a leaf (privileged specification, figure "Sv39 page table entry"): the
 * page number from bit 10 on, D, A, X, W, R and V. */
#define PPN		((uint64_t)(ADDRESS >> 12) << 10)
#define D_A_V		0xc1ul
#define R		0x02ul
#define W		0x04ul
#define X		0x08ul
#define SOFT		0x100ul

/* assert_leaf(): a leaf of that permission is these @bits, and is read as @read. */
static void assert_leaf(unsigned int prot, uint64_t bits, unsigned int read)
{
	pte_t pte = pte_leaf(ADDRESS, prot, 0);

	assert_int_equal(pte, PPN | D_A_V | bits);
	assert_true(pte_present(pte) && pte_is_leaf(pte, 0));
	assert_int_equal(pte_phys(pte, 0), ADDRESS);
	assert_int_equal(pte_prot(pte), read);
}

/* What may be written may be read, or the entry would be one that is reserved; what may
 * be executed needn't be. */
static void test_permissions(void **state)
{
	(void)state;
	assert_leaf(VM_READ, R, VM_READ);
	assert_leaf(VM_WRITE, R | W, VM_READ | VM_WRITE);
	assert_leaf(VM_READ | VM_WRITE, R | W, VM_READ | VM_WRITE);
	assert_leaf(VM_EXEC, X, VM_EXEC);
	assert_leaf(VM_READ | VM_EXEC, R | X, VM_READ | VM_EXEC);
	assert_leaf(VM_READ | VM_WRITE | VM_IO, R | W | SOFT,
		    VM_READ | VM_WRITE | VM_IO);
	assert_int_equal(pte_leaf(ADDRESS, 0, 0), 0);
	assert_int_equal(pte_leaf(ADDRESS, VM_IO, 0), 0);
}

/* An entry that leads to a table has no permission. */
static void test_table(void **state)
{
	(void)state;
	assert_int_equal(pte_table(ADDRESS), PPN | 1);
	assert_true(pte_present(pte_table(ADDRESS)));
	assert_false(pte_is_leaf(pte_table(ADDRESS), 1));
	assert_int_equal(pte_phys(pte_table(ADDRESS), 1), ADDRESS);
	assert_false(pte_present(0));
}

/* The next leaf of a run maps what follows, with the same bits. */
static void test_advance(void **state)
{
	(void)state;
	assert_int_equal(pte_advance(pte_leaf(ADDRESS, VM_EXEC, 0), 0x200000),
			 pte_leaf(ADDRESS + 0x200000, VM_EXEC, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_permissions),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_advance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
