# SPDX-License-Identifier: BSD-2-Clause
# Microchip's PolarFire SoC Icicle Kit: RAM in two pieces 60 GiB apart, a 16550
# with registers of four bytes, and no device tree but the one that is drawn.
QEMU = qemu-system-riscv64
QEMU_MACHINE = microchip-icicle-kit
DTB = dts/board-icicle.dts
MEM = 2G
NODES = 1
SMP = 5
# The board can't switch itself off.
POWEROFF = no
