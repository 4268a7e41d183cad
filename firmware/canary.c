/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The stack's canary: a number between a function's variables and its return
 * address. Who writes past the end of an array there has to write over it, and
 * the function doesn't return then, but ends the run.
 *
 * The compiler knows the two names below (GCC, "-fstack-protector",
 * "-mstack-protector-guard=global"). The number changes once, in a function whose
 * callers never return and so never compare: until then, while nothing was read
 * that somebody else wrote but the device tree, it is a constant. Its first byte
 * in memory is zero, where a string would end.
 */
#include "arch.h"
#include "machine.h"
#include "printk.h"
#include "random.h"

#include "firmware.h"

/* The bits of a canary that are random: all but the first byte in memory. */
#define CANARY_MASK	(~0xfful)

/* The number; at first the golden ratio's fraction, as good as any. */
unsigned long __stack_chk_guard = (unsigned long)0x9e3779b97f4a7c15ull &
				  CANARY_MASK;

/* What a function calls whose canary isn't what it was. */
void __stack_chk_fail(void) __attribute__((noreturn));

/* canary_init(): where the tree has no seed, what differs from run to run is the
 * counter, which is better than a constant. */
__attribute__((no_stack_protector))
void canary_init(void)
{
	uint64_t mixed = machine.seeded ? machine.seed
					: arch_counter() ^ __stack_chk_guard;

	__stack_chk_guard = (unsigned long)next_random(&mixed) & CANARY_MASK;
	machine.seed = 0;
}

/* The call that leads here may be a function's last instruction: the address that
 * it returns to is then the next function's. */
void __stack_chk_fail(void)
{
	panic("stack smashed: the function at pc 0x%lx wrote past the end of an array of its own",
	      (unsigned long)(uintptr_t)__builtin_return_address(0) - 1);
}
