/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The port's instructions on the host: system registers are variables reg_<name>
 * that a test defines. What else the host's assembler doesn't know leaves a letter
 * (steps.h): i ISB, y YIELD, w WFE, and those that only one file has, by its test.
 */
#ifndef INSN_H
#define INSN_H

#include "steps.h"

#include "sysreg.h"

#undef sysreg_read
#undef sysreg_write
#define sysreg_read(reg)	(reg_##reg)
#define sysreg_write(reg, value) ((void)(reg_##reg = (unsigned long)(value)))

__asm__(".macro isb\n\tstep 'i'\n.endm");
__asm__(".macro yield\n\tstep 'y'\n.endm");
__asm__(".macro wfe\n\tstep 'w'\n.endm");

#endif
