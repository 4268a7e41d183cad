# SPDX-License-Identifier: BSD-2-Clause
#
# The aarch64 port: ARMv8-A, entered at EL1 or above, with or without PSCI.
#
# Nothing is compiled to the floating-point registers, and no access is wider
# than it is aligned: while the MMU is off all memory is Device memory, where an
# unaligned access faults: see firmware/arch/common/string.c.

CROSS_COMPILE	?= aarch64-linux-gnu-
CC		:= $(CROSS_COMPILE)gcc
OBJCOPY		:= $(CROSS_COMPILE)objcopy
OBJDUMP		:= $(CROSS_COMPILE)objdump
READELF		:= $(CROSS_COMPILE)readelf
LD		:= $(CROSS_COMPILE)ld

# Where a PL011 is looked for before the device tree names a console, by its
# identification registers: QEMU's virt has it there. make EARLYCON=... for
# another board; without one its first lines wait for the tree's UART.
EARLYCON	?= 0x09000000

ARCH_MULTILIB	:=
ARCH_CFLAGS	:= -march=armv8-a -mbranch-protection=standard -mstrict-align -mgeneral-regs-only \
		   -mno-outline-atomics -ftls-model=local-exec \
		   -DEARLYCON_BASE=$(EARLYCON)
ARCH_LDFLAGS	:= -m aarch64linux

# What it shares with other ports, of firmware/arch/common/.
ARCH_COMMON	:= earlycon.c gic.c identity.c psci.c settle.c sort.c stdio.c string.c trap.c try.c

# The only relocation that settle.c applies.
RELATIVE_RELOC	:= R_AARCH64_RELATIVE

# Where ELF loaders put the image: behind the device tree that QEMU puts at the
# start of RAM for them.
LOAD_ADDR	:= 0x40200000

# What the port needs: see ci/setup.sh for the form.
ARCH_NEEDS	:= cmd:$(CC)=gcc-aarch64-linux-gnu \
		   libc:$(CC)=picolibc-aarch64-linux-gnu \
		   cmd:qemu-system-aarch64=qemu-system-arm \
		   lib:u-boot/qemu_arm64/u-boot.bin=u-boot-qemu
