# SPDX-License-Identifier: BSD-2-Clause
# SiFive HiFive Unleashed: hart 0 has no S-mode, so hart 1 boots; sifive,uart0.
QEMU = qemu-system-riscv64
QEMU_MACHINE = sifive_u
MEM = 1G
NODES = 1
SMP = 5
# The board can restart but not switch itself off.
POWEROFF = no
