/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signs of life: what is one, and what isn't.
 */
#include "unit.h"
#include "watchdog.h"

static void test_kicks_are_counted(void **state)
{
	unsigned long before = watchdog_kicks();

	(void)state;
	assert_int_equal(watchdog_kicks(), before);
	watchdog_kick();
	watchdog_kick();
	assert_int_equal(watchdog_kicks(), before + 2);
}

static void test_a_line_is_a_kick(void **state)
{
	unsigned long before = watchdog_kicks();

	(void)state;
	printk("a line\n");
	assert_true(watchdog_kicks() > before);
}

static void test_a_stage_is_a_kick(void **state)
{
	unsigned long before = watchdog_kicks();

	(void)state;
	stage_begin(STAGE_VERIFY);
	assert_true(watchdog_kicks() > before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_kicks_are_counted, unit_reset),
		cmocka_unit_test_setup(test_a_line_is_a_kick, unit_reset),
		cmocka_unit_test_setup(test_a_stage_is_a_kick, unit_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
