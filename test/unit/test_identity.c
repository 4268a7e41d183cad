/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses where they are pointers as they are, and the end of what simple devices
 * reach.
 */
#include "unit.h"

#define phys_to_virt		identity_phys_to_virt
#define virt_to_phys		identity_virt_to_phys
#define arch_dma32_limit_pfn	identity_dma32_limit_pfn
void *phys_to_virt(phys_addr_t pa);
phys_addr_t virt_to_phys(const volatile void *va);
unsigned long arch_dma32_limit_pfn(void);
#include "../../firmware/arch/common/identity.c"

/* An address is what it was, there and back. */
static void test_identity(void **state)
{
	int here;

	(void)state;
	assert_ptr_equal(phys_to_virt((uintptr_t)&here), &here);
	assert_int_equal(virt_to_phys(&here), (uintptr_t)&here);
}

/* Devices of 32 bits reach 4 GiB. */
static void test_dma32_limit(void **state)
{
	(void)state;
	assert_int_equal(arch_dma32_limit_pfn(), 0x100000000 / PAGE_SIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_dma32_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
