/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which counter is read: that of instructions where the firmware allows it, else
 * the time.
 */
#include "try_fixture.h"
#include "unit.h"

/* The registers. */
#define CSR_H
#define csr_read(csr)		(reg_##csr)
#define counter_read(csr)	((unsigned long long)reg_##csr)
static unsigned long reg_instret, reg_time;

/* The functions under test, by names that aren't the host's. */
#define arch_counter	cpu_counter
#define arch_phys_bits	cpu_phys_bits
unsigned long long arch_counter(void);
unsigned int arch_phys_bits(void);
#include "cpu.c"

static int setup(void **state)
{
	reg_instret = 111;
	reg_time = 222;
	return unit_reset(state);
}

/* Instructions where they can be read. */
static void test_counter_of_instructions(void **state)
{
	(void)state;
	traps = false;
	counter_init();
	assert_int_equal(arch_counter(), 111);
}

/* Time where that traps. */
static void test_counter_of_time(void **state)
{
	(void)state;
	traps = true;
	counter_init();
	assert_int_equal(arch_counter(), 222);
}

/* Where registers have 64 bits, addresses have 56. */
static void test_phys_bits(void **state)
{
	(void)state;
	assert_int_equal(arch_phys_bits(), 56);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_counter_of_instructions, setup),
		cmocka_unit_test_setup(test_counter_of_time, setup),
		cmocka_unit_test_setup(test_phys_bits, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
