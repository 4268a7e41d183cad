/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the early console is looked for, and by what it is known: devices are pages
 * of this program, of which a test says what they answer.
 */
#include <stdio.h>

#include "try_fixture.h"
#include "unit.h"

/* Registers of a device, of which the last eight say what it is. */
struct device {
	uint32_t word[1024];
};

/* What stands where the image was built to look, and elsewhere. */
static struct device built_in, named;

#define EARLYCON_BASE		((uintptr_t)&built_in)
#define arch_early_write	earlycon_write
bool arch_early_write(const char *text, size_t len);
#include "../../firmware/arch/common/earlycon.c"

/* A PL011's last registers, its second revision (DDI 0183, table 3-1). */
static const uint32_t pl011[8] = { 0x11, 0x10, 0x24, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

/* What was sent, to which device, and after how many bytes that dies; 0: never. */
static char sent[64];
static phys_addr_t sent_to;
static size_t dies_after;

/* put(): a byte for @uart. */
static bool put(const struct machine_uart *uart, char c)
{
	size_t len = strlen(sent);

	if (dies_after && len >= dies_after)
		return false;
	sent_to = uart->base;
	assert_int_equal(uart->size, 0x1000);
	assert_int_not_equal(c, '\0');
	sent[len] = c;
	sent[len + 1] = '\0';
	return true;
}

const struct serial_driver pl011_driver = { .putc = put };

/* make_pl011(): @device answers as one. */
static void make_pl011(struct device *device)
{
	memcpy(&device->word[0xfe0 / 4], pl011, sizeof(pl011));
}

/* setup(): one where the image was built to look, nothing elsewhere. */
static int setup(void **state)
{
	memset(&built_in, 0, sizeof(built_in));
	memset(&named, 0, sizeof(named));
	make_pl011(&built_in);
	traps = false;
	dies_after = 0;
	return unit_reset(state);
}

/* writes(): which device "text" is written to; NULL: none. */
static const struct device *writes(void)
{
	sent[0] = '\0';
	sent_to = 0;
	if (!arch_early_write("text", 4))
		return NULL;
	assert_string_equal(sent, "text");
	assert_int_equal(machine.earlycon.base, sent_to);
	return (const struct device *)(uintptr_t)sent_to;
}

/* names(): the boot arguments name that device, in @form. */
static void names(const char *form)
{
	static char args[96];

	snprintf(args, sizeof(args), form, (void *)&named);
	machine.bootargs = args;
}

/* Where nothing is said, or not yet known, it is where the image was built to look. */
static void test_built_in(void **state)
{
	(void)state;
	machine.bootargs = NULL;
	assert_ptr_equal(writes(), &built_in);
	machine.bootargs = "";
	assert_ptr_equal(writes(), &built_in);
	machine.bootargs = "loglevel=7";
	assert_ptr_equal(writes(), &built_in);
}

/* The device that the boot arguments name, in all ways that Linux has for it. */
static void test_named(void **state)
{
	const char *const forms[] = {
		"earlycon=pl011,%p", "earlycon=pl011,mmio32,%p",
		"earlycon=pl011,%p,115200n8", "debug earlycon=pl011,%p more",
		"earlycon=%p", "earlycon=pl011,0,%p",
	};

	(void)state;
	make_pl011(&named);
	for (unsigned int i = 0; i < ARRAY_SIZE(forms); i++) {
		names(forms[i]);
		assert_ptr_equal(writes(), &named);
	}
}

/* A name without an address is none. */
static void test_named_without_an_address(void **state)
{
	const char *const values[] = {
		"earlycon", "earlycon=", "earlycon=pl011", "earlycon=pl011,",
		"earlycon=pl011,mmio32", "earlycon=,,", "earlycon=0",
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(values); i++) {
		machine.bootargs = values[i];
		assert_ptr_equal(writes(), &built_in);
	}
}

/* What is named isn't a PL011: the one that was built in is used. */
static void test_named_is_another_device(void **state)
{
	(void)state;
	names("earlycon=pl011,%p");
	assert_ptr_equal(writes(), &built_in);
	memset(&built_in, 0, sizeof(built_in));
	assert_null(writes());
	make_pl011(&named);
	assert_ptr_equal(writes(), &named);
}

/* Each of the eight registers counts, but for a revision. */
static void test_identification(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 8; i++) {
		make_pl011(&built_in);
		built_in.word[0xfe0 / 4 + i] ^= 0x01;
		assert_null(writes());
		make_pl011(&built_in);
		built_in.word[0xfe0 / 4 + i] ^= 0x80;
		assert_ptr_equal(writes(), i == 2 ? &built_in : NULL);
		make_pl011(&built_in);
		built_in.word[0xfe0 / 4 + i] |= 0xffffff00;
		assert_ptr_equal(writes(), &built_in);
	}
}

/* Nothing is said to what doesn't answer, and machine.earlycon stays empty. */
static void test_nothing_answers(void **state)
{
	(void)state;
	traps = true;
	assert_null(writes());
	assert_string_equal(sent, "");
	assert_int_equal(machine.earlycon.base, 0);
}

/* A device that takes no more isn't waited for byte by byte. */
static void test_device_that_dies(void **state)
{
	(void)state;
	dies_after = 2;
	assert_null(writes());
	assert_string_equal(sent, "te");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_built_in, setup),
		cmocka_unit_test_setup(test_named, setup),
		cmocka_unit_test_setup(test_named_without_an_address, setup),
		cmocka_unit_test_setup(test_named_is_another_device, setup),
		cmocka_unit_test_setup(test_identification, setup),
		cmocka_unit_test_setup(test_nothing_answers, setup),
		cmocka_unit_test_setup(test_device_that_dies, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
