/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every unit test starts from and asserts with.
 *
 * A test draws its machine in pages ("PAGE(3)" is the address of page 3), runs
 * the code, and compares with a drawing of what must have come out. All tests
 * are named by their functions: test_<what>_<under which circumstances>.
 */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Before cmocka.h, whose fail() is a macro. */
#include "printk.h"

#include <cmocka.h>

#include "arch.h"
#include "brk.h"
#include "host.h"
#include "machine.h"
#include "memblock.h"
#include "stage.h"
#include "types.h"

/* The address of page @n. */
#define PAGE(n)		((phys_addr_t)(n) << PAGE_SHIFT)

/* Where unit_brk() puts its memory: above all that the tests draw. */
#define UNIT_BRK_BASE	((phys_addr_t)0xb000000000000)

/* unit_reset(): everything as at the start of a boot; a cmocka setup. */
static inline int unit_reset(void **state)
{
	(void)state;
	host_reset();
	machine.bootargs = "";
	memblock_init();
	stage_reset();
	return 0;
}

/* unit_brk(): give brk @size bytes of RAM of its own. */
static inline void unit_brk(phys_addr_t size)
{
	host_ram(UNIT_BRK_BASE, size);
	brk_init(UNIT_BRK_BASE, UNIT_BRK_BASE + size);
}

/* assert_log(): @text was printed. */
#define assert_log(text) do {						\
	if (!strstr(host_log(), text))					\
		fail_msg("'%s' isn't in the log:\n%s", text, host_log());\
} while (0)

/* assert_no_log(): @text was not printed. */
#define assert_no_log(text) do {					\
	if (strstr(host_log(), text))					\
		fail_msg("'%s' is in the log:\n%s", text, host_log());	\
} while (0)

/* assert_panics(): @expr ends the run as failed, and the log says @text. */
#define assert_panics(expr, text) do {					\
	assert_int_equal(host_halts(expr), HOST_FAILED);		\
	assert_log(text);						\
} while (0)

#endif
