/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * struct machine: what the tree says of console, power-off and CPUs.
 */
#include "of_fixture.h"

static void test_finisher_and_plain_uart(void **state)
{
	(void)state;
	fixture_load("mem-banks");
	assert_string_equal(machine.model, "bootmem,fixture");
	assert_string_equal(machine.bootargs, "");
	assert_int_equal(machine.uart.base, 0x10000000);
	assert_int_equal(machine.uart.size, 0x100);
	assert_string_equal(machine.uart.compatible, "ns16550a");
	assert_int_equal(machine.uart.reg_shift, 0);
	assert_int_equal(machine.uart.reg_io_width, 1);
	assert_int_equal(machine.poweroff.pa, 0x100000);
	assert_int_equal(machine.poweroff.pass, 0x5555);
	assert_int_equal(machine.poweroff.fail, 0x13333);
	assert_clean();
}

static void test_buses_translate(void **state)
{
	(void)state;
	fixture_load("machine-bus");
	assert_string_equal(machine.model, "bootmem,bus");
	assert_int_equal(machine.uart.base, 0x410001100);
	assert_int_equal(machine.uart.size, 0x400);
	assert_int_equal(machine.uart.reg_shift, 2);
	assert_int_equal(machine.uart.reg_io_width, 4);
	assert_int_equal(machine.uart.compatible_len,
			 sizeof("bootmem,uart") + sizeof("ns16550a"));
	assert_clean();
}

static void test_syscon_poweroff(void **state)
{
	(void)state;
	fixture_load("machine-bus");
	assert_int_equal(machine.poweroff.pa, 0x100010);
	assert_int_equal(machine.poweroff.pass, 0x1234);
	assert_int_equal(machine.poweroff.fail, 0x1234);
}

static void test_usable_cpus_and_their_threads(void **state)
{
	(void)state;
	fixture_load("machine-bus");
	assert_int_equal(machine.nr_cpus, 3);
	assert_int_equal(machine.cpus[0].hwid, 0x100);
	assert_int_equal(machine.cpus[1].hwid, 0x101);
	assert_int_equal(machine.cpus[2].hwid, 0x201);
	assert_null(machine.mmu_type);
	of_scan_machine(0x101);
	assert_int_equal(machine.boot_cpu, 0x101);
	assert_int_equal(machine.nr_cpus, 3);
	assert_string_equal(machine.mmu_type, "bootmem,three-levels");
}

static void test_bootargs_are_words(void **state)
{
	(void)state;
	fixture_load("machine-bus");
	assert_string_equal(machine.bootargs, "selftest noprobe");
	assert_non_null(bootarg("noprobe", NULL));
}

static void test_alias_of_itself(void **state)
{
	(void)state;
	fixture_load("bad-machine-stdout");
	assert_null(machine.uart.compatible);
	assert_string_equal(machine.model, "Bo?rd");
	assert_warnings("W-STDOUT", 1);
}

static void test_unreachable_bus(void **state)
{
	(void)state;
	fixture_load("bad-machine-bus");
	assert_null(machine.uart.compatible);
	assert_warnings("W-STDOUT", 1);
}

static void test_layout_that_is_none(void **state)
{
	(void)state;
	fixture_load("bad-machine-layout");
	assert_int_equal(machine.uart.base, 0x10000000);
	assert_int_equal(machine.uart.reg_shift, 0);
	assert_int_equal(machine.uart.reg_io_width, 1);
	assert_warnings("W-UART", 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finisher_and_plain_uart),
		cmocka_unit_test(test_buses_translate),
		cmocka_unit_test(test_syscon_poweroff),
		cmocka_unit_test(test_usable_cpus_and_their_threads),
		cmocka_unit_test(test_bootargs_are_words),
		cmocka_unit_test(test_alias_of_itself),
		cmocka_unit_test(test_unreachable_bus),
		cmocka_unit_test(test_layout_that_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
