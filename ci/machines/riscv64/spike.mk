# SPDX-License-Identifier: BSD-2-Clause
# The ISA simulator's board: no UART that we know, so the SBI console stays.
QEMU = qemu-system-riscv64
QEMU_MACHINE = spike
MEM = 512M
NODES = 1
SMP = 1
# OpenSBI 1.1 waits for ever when it is to switch this one off.
POWEROFF = no
