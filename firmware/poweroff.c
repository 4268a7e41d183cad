/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end of every run: the report's last line, then power off.
 *
 * Ending must not fail, and it runs when things already have: each step may
 * trap, and a trap ends in machine_halt() again. So the step that comes next is
 * remembered before one is tried, and the last one is the port's, which waits
 * for ever if it must. Of several CPUs that want to end the run the first does,
 * the one that may print; the others are stopped.
 */
#include "arch.h"
#include "machine.h"
#include "printk.h"

#include "firmware.h"

/*
 * Rounds of waiting for the power to go after the register was written: some
 * tenths of a second. An emulator takes a while to act upon it, and a second
 * way of switching off in that time would overwrite the status of the first.
 */
#define POWEROFF_ROUNDS	200000000UL

/* Steps of ending, in the order in which they are tried. */
enum halt_step {
	HALT_SAY,	/* the last line on the console */
	HALT_SAY_AGAIN,	/* once more, where the console's driver trapped */
	HALT_REGISTER,	/* the register that the device tree names */
	HALT_PORT,	/* what the port can do */
};

/* The step that comes next; never goes back. */
static enum halt_step next_step;

/* say_last_line(): what every log ends with (docs/report.md). */
static void say_last_line(bool pass)
{
	printk("bootmem: done status %s\n", pass ? "pass" : "fail");
}

/* write_register(): write @pass to the tree's register and wait for its effect;
 * returns where the tree names none, or where nothing happened. */
static void write_register(bool pass)
{
	const struct machine_poweroff *poweroff = &machine.poweroff;
	volatile uint32_t *reg = phys_to_virt(poweroff->pa);

	if (poweroff->pa == 0)
		return;
	*reg = pass ? poweroff->pass : poweroff->fail;
	for (volatile unsigned long i = 0; i < POWEROFF_ROUNDS; i++)
		;
}

void machine_halt(bool pass)
{
	printk_seize();
	watchdog_stop();
	if (next_step <= HALT_SAY_AGAIN) {
		next_step++;
		say_last_line(pass);
		console_close();
		next_step = HALT_REGISTER;
	}
	if (next_step == HALT_REGISTER) {
		next_step = HALT_PORT;
		write_register(pass);
	}
	arch_poweroff(pass);
}
