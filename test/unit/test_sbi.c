/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The SBI as the ports use it, against a firmware that has what a test says: its
 * name, its two consoles, its two ways of switching off.
 */
#include "unit.h"

/* The functions under test, by names that aren't the host's. */
#define arch_firmware_name	sbi_firmware_name
#define arch_firmware_in_ram	sbi_firmware_in_ram
void arch_firmware_name(char *name, size_t size);
bool arch_firmware_in_ram(void);

/* An instruction that isn't reached, and that the host's assembler doesn't know. */
__asm__(".macro wfi\n.endm");
#include "../../firmware/arch/common/sbi.c"

/* SBI_ERR_NOT_SUPPORTED, and a version that has the base extension: 1.0. */
#define NOT_SUPPORTED	-2
#define SPEC_1_0	0x1000000

/* What it has, and what it was asked for. */
static struct {
	unsigned long spec, impl, version;	/* spec 0: no base extension */
	bool has_console, has_reset;		/* DBCN, SRST */
	unsigned long takes;			/* bytes that DBCN takes at a time */
	unsigned long fails_after;		/* bytes after which it fails; 0: never */
	const char *end;			/* of what DBCN may be given */
	char console[64];			/* what it was given by DBCN, */
	char putchar[64];			/* and character by character */
	unsigned long reset_type, reset_reason;	/* of SRST */
	jmp_buf off;				/* where the power goes off: 1 by SRST,
						   2 by the legacy call */
} firmware;

/* base(): function @fid of the base extension. */
static struct sbiret base(unsigned long fid, unsigned long arg)
{
	const unsigned long value[] = {
		[SBI_BASE_SPEC_VERSION] = firmware.spec,
		[SBI_BASE_IMPL_ID] = firmware.impl,
		[SBI_BASE_IMPL_VERSION] = firmware.version,
		[SBI_BASE_PROBE] = arg == SBI_DBCN && firmware.has_console,
	};

	assert_in_range(fid, 0, ARRAY_SIZE(value) - 1);
	if (firmware.spec == 0)
		return (struct sbiret) { NOT_SUPPORTED, 1 };
	return (struct sbiret) { 0, (long)value[fid] };
}

/* append(): @len bytes more in @text. */
static void append(char text[64], const char *more, size_t len)
{
	assert_in_range(strlen(text) + len, 1, 63);
	strncat(text, more, len);
}

/* write_console(): as DBCN does, which is never given nothing. */
static struct sbiret write_console(unsigned long len, unsigned long at)
{
	size_t n = MIN(len, firmware.takes);

	assert_true(firmware.has_console);
	assert_int_not_equal(len, 0);
	assert_ptr_equal((const char *)at + len, firmware.end);
	if (firmware.fails_after &&
	    strlen(firmware.console) + n > firmware.fails_after)
		return (struct sbiret) { NOT_SUPPORTED, 1 };
	if (n > 0)
		append(firmware.console, (const char *)at, n);
	return (struct sbiret) { 0, (long)n };
}

/* reset(): SRST. */
static struct sbiret reset(unsigned long type, unsigned long reason)
{
	if (!firmware.has_reset)
		return (struct sbiret) { NOT_SUPPORTED, 0 };
	firmware.reset_type = type;
	firmware.reset_reason = reason;
	longjmp(firmware.off, 1);
}

struct sbiret sbi_call(unsigned long eid, unsigned long fid, unsigned long arg0,
		       unsigned long arg1, unsigned long arg2)
{
	const char c = (char)arg0;

	assert_int_equal(arg2, 0);
	switch (eid) {
	case SBI_BASE:
		return base(fid, arg0);
	case SBI_DBCN:
		assert_int_equal(fid, SBI_DBCN_WRITE);
		return write_console(arg0, arg1);
	case SBI_LEGACY_PUTCHAR:
		assert_int_not_equal(arg0, 0);
		append(firmware.putchar, &c, 1);
		return (struct sbiret) { 0, 0 };
	case SBI_SRST:
		assert_int_equal(fid, SBI_SRST_RESET);
		return reset(arg0, arg1);
	case SBI_LEGACY_SHUTDOWN:
		longjmp(firmware.off, 2);
	}
	fail_msg("extension %#lx isn't for us", eid);
	return (struct sbiret) { NOT_SUPPORTED, 0 };
}

/* setup(): OpenSBI 1.1, as QEMU 7.2 has it. */
static int setup(void **state)
{
	memset(&firmware, 0, sizeof(firmware));
	firmware.spec = SPEC_1_0;
	firmware.impl = IMPL_OPENSBI;
	firmware.version = 0x10001;
	firmware.has_reset = true;
	firmware.takes = sizeof(firmware.console);
	return unit_reset(state);
}

/* assert_name(): what implementation @impl, of that @version, is called. */
static void assert_name(unsigned long impl, unsigned long version,
			const char *name)
{
	char text[64];

	firmware.impl = impl;
	firmware.version = version;
	arch_firmware_name(text, sizeof(text));
	assert_string_equal(text, name);
}

/* One that we know by its name, with its version as it has it. */
static void test_names(void **state)
{
	(void)state;
	assert_name(1, 0x10001, "OpenSBI 1.1");
	assert_name(1, 0x10006, "OpenSBI 1.6");
	assert_name(1, 0x20010, "OpenSBI 2.16");
	assert_name(0, 0x10001, "BBL 0x10001");
	assert_name(3, 0x60c00, "KVM 0x60c00");
	assert_name(6, 1, "Coffer 0x1");
	assert_name(7, 2, "Xen 0x2");
	assert_name(11, 3, "bhyve 0x3");
	assert_name(12, 4, "SBI implementation 12 0x4");
	firmware.spec = 0;
	assert_name(1, 0x10001, "SBI 0.1");
}

/* A name is cut where there is no room for it. */
static void test_name_without_room(void **state)
{
	char name[4] = "???";

	(void)state;
	arch_firmware_name(name, sizeof(name));
	assert_string_equal(name, "Ope");
	assert_true(arch_firmware_in_ram());
}

/* assert_written(): @text comes to DBCN as @console, and the rest as @chars. */
static void assert_written(const char *text, const char *console,
			   const char *chars)
{
	firmware.console[0] = firmware.putchar[0] = '\0';
	firmware.end = text + strlen(text);
	assert_true(arch_early_write(text, strlen(text)));
	assert_string_equal(firmware.console, console);
	assert_string_equal(firmware.putchar, chars);
}

/* Without a debug console it goes character by character. */
static void test_write_by_characters(void **state)
{
	(void)state;
	assert_written("", "", "");
	assert_written("a", "", "a");
	assert_written("line\n", "", "line\n");
	assert_written("\xff", "", "\xff");
}

/* With one it goes there, in as many pieces as that wants. */
static void test_write_by_the_console(void **state)
{
	(void)state;
	firmware.has_console = true;
	assert_written("", "", "");
	assert_written("line\n", "line\n", "");
	firmware.takes = 2;
	assert_written("line\n", "line\n", "");
	assert_written("even", "even", "");
}

/* What it doesn't take any more goes character by character. */
static void test_write_to_a_console_that_fails(void **state)
{
	(void)state;
	firmware.has_console = true;
	firmware.takes = 2;
	firmware.fails_after = 3;
	assert_written("line\n", "li", "ne\n");
	firmware.takes = 0;
	assert_written("line\n", "", "line\n");
}

/* OpenSBI sends a '\r' before a '\n' itself; others don't. */
static void test_carriage_return(void **state)
{
	(void)state;
	assert_written("\r\n", "", "\n");
	assert_written("\r", "", "");
	assert_written("a\r", "", "a\r");
	assert_written("\n", "", "\n");
	assert_true(arch_early_write("\r", 0));
	firmware.impl = 3;
	assert_written("\r\n", "", "\r\n");
	firmware.impl = IMPL_OPENSBI;
	firmware.spec = 0;
	assert_written("\r\n", "", "\r\n");
}

/* An extension is there or not; none is where there is no way to ask. */
static void test_probe(void **state)
{
	(void)state;
	assert_false(sbi_probe(SBI_DBCN));
	firmware.has_console = true;
	assert_true(sbi_probe(SBI_DBCN));
	assert_false(sbi_probe(SBI_SRST));
	firmware.spec = 0;
	assert_false(sbi_probe(SBI_DBCN));
}

/* poweroff(): how the power went off. */
static int poweroff(bool pass)
{
	int how = setjmp(firmware.off);

	if (how == 0)
		arch_poweroff(pass);
	return how;
}

/* Whether the run has passed is said; where that can't be, it still ends. */
static void test_poweroff(void **state)
{
	(void)state;
	firmware.reset_type = 1;
	assert_int_equal(poweroff(true), 1);
	assert_int_equal(firmware.reset_type, 0);
	assert_int_equal(firmware.reset_reason, 0);
	assert_int_equal(poweroff(false), 1);
	assert_int_equal(firmware.reset_type, 0);
	assert_int_equal(firmware.reset_reason, 1);
	firmware.has_reset = false;
	assert_int_equal(poweroff(true), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_names, setup),
		cmocka_unit_test_setup(test_name_without_room, setup),
		cmocka_unit_test_setup(test_write_by_characters, setup),
		cmocka_unit_test_setup(test_write_by_the_console, setup),
		cmocka_unit_test_setup(test_write_to_a_console_that_fails, setup),
		cmocka_unit_test_setup(test_carriage_return, setup),
		cmocka_unit_test_setup(test_probe, setup),
		cmocka_unit_test_setup(test_poweroff, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
