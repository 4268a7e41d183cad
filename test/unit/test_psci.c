/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PSCI as the ports use it, against a firmware that a test describes: by which
 * instruction it is called, what with, and what becomes of each answer. What happens is
 * c dcache_clean(), n CPU_ON, f CPU_OFF, s SYSTEM_OFF, 0 and 1 an exit with that status.
 */
#include "steps.h"

/* The functions under test, by names that aren't the host's. */
#define arch_firmware_name	psci_firmware_name
#define arch_firmware_in_ram	psci_firmware_in_ram
#define arch_cpu_start		psci_cpu_start
#define arch_cpu_stop		psci_cpu_stop
void arch_firmware_name(char *name, size_t size);
bool arch_firmware_in_ram(void);
const char *arch_cpu_start(struct cpu_start *start);
void arch_cpu_stop(void) __attribute__((noreturn));

/* What waits for an interrupt, where nothing is left to do, waits here. */
__asm__(".macro wfi\n\tcall cpu_waits\n.endm");
void cpu_waits(void);
#include "../../firmware/arch/common/psci.c"

/* Function numbers (DEN 0022, section 5.1.1), those of a CPU for registers of
 * 64 bits. */
#define VERSION		0x84000000
#define CPU_OFF		0x84000002
#define CPU_ON		0xc4000003
#define AFFINITY_INFO	0xc4000004
#define SYSTEM_OFF	0x84000008

/* A CPU's states but for AFFINITY_OFF: it runs, or is about to. */
#define STATE_ON	0
#define STATE_ON_PENDING 2

/* An error: the CPU runs already. */
#define ALREADY_ON	-4

/* The CPU that is asked for, and what to start it with. */
#define HWID		0x10203
static struct cpu_start start = { .hwid = HWID };

/* What the firmware above us has and does, and what it was asked for. */
static struct {
	bool traps;			/* calls of it trap */
	int version;
	int on_state;			/* of the CPU, while it isn't off */
	unsigned long stops_after;	/* questions until it is */
	int on_error;			/* of CPU_ON */
	unsigned long nr_questions;	/* for the CPU's state */
	unsigned int nr_waits;		/* turns of the last loop */
	jmp_buf waits;			/* where the last loop ends */
} firmware;

unsigned long entry_level;
char cpu_entry[1];

void cpu_waits(void)
{
	if (++firmware.nr_waits == 3)
		longjmp(firmware.waits, 1);
}

/* affinity_info(): the state of the CPU. */
static int affinity_info(unsigned long hwid, unsigned long level)
{
	assert_int_equal(hwid, HWID);
	assert_int_equal(level, 0);
	return firmware.nr_questions++ < firmware.stops_after
	       ? firmware.on_state : AFFINITY_OFF;
}

/* cpu_on(): the CPU is started, with *@arg. */
static int cpu_on(unsigned long hwid, unsigned long entry, unsigned long arg)
{
	assert_int_equal(hwid, HWID);
	assert_int_equal(entry, (unsigned long)cpu_entry);
	assert_int_equal(arg, (unsigned long)&start);
	step('n');
	return firmware.on_error;
}

/* psci(): function @fid. An answer has 32 bits: what is above them says nothing. */
static unsigned long psci(unsigned long fid, unsigned long arg1, unsigned long arg2,
			  unsigned long arg3)
{
	const unsigned long above = 0x7ul << 32;

	if (fid == CPU_ON)
		return above | (unsigned int)cpu_on(arg1, arg2, arg3);
	assert_int_equal(arg3, 0);
	if (fid == AFFINITY_INFO)
		return above | (unsigned int)affinity_info(arg1, arg2);
	assert_int_equal(arg1, 0);
	assert_int_equal(arg2, 0);
	if (fid == VERSION)
		return above | (unsigned int)firmware.version;
	assert_true(fid == CPU_OFF || fid == SYSTEM_OFF);
	step(fid == CPU_OFF ? 'f' : 's');
	return above;
}

unsigned long hvc_call(unsigned long fid, unsigned long arg1, unsigned long arg2,
		       unsigned long arg3)
{
	assert_string_equal(machine.psci_method, "hvc");
	assert_in_range(entry_level, 1, 1);
	return psci(fid, arg1, arg2, arg3);
}

unsigned long smc_call(unsigned long fid, unsigned long arg1, unsigned long arg2,
		       unsigned long arg3)
{
	assert_string_equal(machine.psci_method, "smc");
	assert_in_range(entry_level, 1, 2);
	return psci(fid, arg1, arg2, arg3);
}

unsigned long semihosting_call(unsigned long operation, unsigned long block,
			       unsigned long unused1, unsigned long unused2)
{
	const unsigned long *words = (const unsigned long *)block;

	assert_int_equal(operation, 0x20);
	assert_int_equal(words[0], 0x20026);
	assert_in_range(words[1], 0, 1);
	assert_int_equal(unused1, 0);
	assert_int_equal(unused2, 0);
	step(words[1] == 0 ? '0' : '1');
	return 0;
}

bool try_call(try_fn fn, unsigned long a, unsigned long b, unsigned long c,
	      unsigned long d, unsigned long *result)
{
	if (firmware.traps && fn != semihosting_call)
		return false;
	*result = fn(a, b, c, d);
	return true;
}

void dcache_clean(const void *at, size_t size)
{
	assert_ptr_equal(at, &start);
	assert_int_equal(size, sizeof(struct cpu_start));
	step('c');
}

/* setup(): PSCI 1.1 by hvc, as QEMU's virt has it; the CPU is off. */
static int setup(void **state)
{
	memset(&firmware, 0, sizeof(firmware));
	firmware.version = 0x10001;
	firmware.on_state = STATE_ON_PENDING;
	entry_level = 1;
	steps_begin();
	unit_reset(state);
	machine.psci_method = "hvc";
	return 0;
}

/* assert_name(): what the firmware is called. */
static void assert_name(const char *name)
{
	char text[32];

	arch_firmware_name(text, sizeof(text));
	assert_string_equal(text, name);
}

/* assert_called(): whether PSCI is @called, by that method, from each level. */
static void assert_called(const char *method, bool from_1, bool from_2, bool from_3)
{
	const bool called[] = { from_1, from_2, from_3 };

	machine.psci_method = method;
	for (entry_level = 1; entry_level <= ARRAY_SIZE(called); entry_level++)
		assert_name(called[entry_level - 1] ? "PSCI 1.1" : "none");
}

/* A call leads above the level that we came from, or there is none. */
static void test_conduit(void **state)
{
	(void)state;
	assert_called("hvc", true, false, false);
	assert_called("smc", true, true, false);
	assert_called("hv", false, false, false);
	assert_called(NULL, false, false, false);
}

/* Major and minor number, from release 0.2 on; 0.1 can't be asked. */
static void test_name(void **state)
{
	(void)state;
	assert_name("PSCI 1.1");
	firmware.version = 2;
	assert_name("PSCI 0.2");
	firmware.version = 0x7fffffff;
	assert_name("PSCI 32767.65535");
	firmware.version = 0;
	assert_name("PSCI 0.0");
	firmware.version = -1;
	assert_name("none");
}

/* Where the call traps there is no firmware, whatever the tree says. */
static void test_name_where_calls_trap(void **state)
{
	(void)state;
	firmware.traps = true;
	assert_name("none");
	assert_false(arch_firmware_in_ram());
}

/* A name is cut where there is no room for it. */
static void test_name_without_room(void **state)
{
	char name[4] = "???";

	(void)state;
	arch_firmware_name(name, sizeof(name));
	assert_string_equal(name, "PSC");
	firmware.version = -1;
	arch_firmware_name(name, sizeof(name));
	assert_string_equal(name, "non");
}

/* A CPU that is off is started at the port's entry, and can read *start there. */
static void test_start(void **state)
{
	(void)state;
	assert_null(arch_cpu_start(&start));
	assert_steps("cn");
	assert_int_equal(firmware.nr_questions, 1);
}

/* One that isn't off yet is waited for. */
static void test_start_waits(void **state)
{
	(void)state;
	firmware.stops_after = 1000;
	assert_null(arch_cpu_start(&start));
	assert_int_equal(firmware.nr_questions, 1001);
	firmware.on_state = STATE_ON;
	firmware.nr_questions = 0;
	assert_null(arch_cpu_start(&start));
	assert_int_equal(firmware.nr_questions, 1001);
	assert_steps("cncn");
}

/* assert_not_off(): the CPU isn't started, after so many questions for it. */
static void assert_not_off(unsigned long nr_questions)
{
	firmware.nr_questions = 0;
	assert_string_equal(arch_cpu_start(&start),
			    "there is no PSCI that has it, as off");
	assert_int_equal(firmware.nr_questions, nr_questions);
	assert_steps("");
}

/* One that never goes off isn't waited for for ever. */
static void test_start_gives_up(void **state)
{
	(void)state;
	firmware.stops_after = STOP_ROUNDS;
	assert_not_off(STOP_ROUNDS);
}

/* One that the firmware doesn't know, or can't be asked for, isn't waited for. */
static void test_start_of_no_cpu(void **state)
{
	(void)state;
	firmware.stops_after = 1000;
	firmware.on_state = -1;
	assert_not_off(1);
	firmware.on_state = STATE_ON;
	firmware.traps = true;
	assert_not_off(0);
	firmware.traps = false;
	machine.psci_method = NULL;
	assert_not_off(0);
}

/* What the firmware refuses is said. */
static void test_start_refused(void **state)
{
	(void)state;
	firmware.on_error = ALREADY_ON;
	assert_string_equal(arch_cpu_start(&start), "PSCI refuses to start it");
	assert_steps("cn");
}

/* assert_ends(): these @letters are what happens when the power goes off, after which
 * it only waits. */
static void assert_ends(bool pass, const char *letters)
{
	firmware.nr_waits = 0;
	if (setjmp(firmware.waits) == 0)
		arch_poweroff(pass);
	assert_int_equal(firmware.nr_waits, 3);
	assert_steps(letters);
}

/* Whether the run has passed is said, and then the power goes off in any case. */
static void test_poweroff(void **state)
{
	(void)state;
	assert_ends(true, "0s");
	assert_ends(false, "1s");
	machine.psci_method = NULL;
	assert_ends(true, "0");
}

/* A CPU gives itself back; where it can't it waits. */
static void test_stop(void **state)
{
	(void)state;
	if (setjmp(firmware.waits) == 0)
		arch_cpu_stop();
	assert_int_equal(firmware.nr_waits, 3);
	assert_steps("f");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_conduit, setup),
		cmocka_unit_test_setup(test_name, setup),
		cmocka_unit_test_setup(test_name_where_calls_trap, setup),
		cmocka_unit_test_setup(test_name_without_room, setup),
		cmocka_unit_test_setup(test_start, setup),
		cmocka_unit_test_setup(test_start_waits, setup),
		cmocka_unit_test_setup(test_start_gives_up, setup),
		cmocka_unit_test_setup(test_start_of_no_cpu, setup),
		cmocka_unit_test_setup(test_start_refused, setup),
		cmocka_unit_test_setup(test_poweroff, setup),
		cmocka_unit_test_setup(test_stop, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
