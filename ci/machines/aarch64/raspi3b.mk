# SPDX-License-Identifier: BSD-2-Clause
# Raspberry Pi 3B with the tree that Debian's kernel has for it: RAM from 0 on, a
# pool to be placed, CPUs without PSCI, and stdout-path is the second UART.
QEMU = qemu-system-aarch64
QEMU_MACHINE = raspi3b
IMAGE = firmware.bin
DTB = build/boards/arm64/broadcom/bcm2837-rpi-3-b.dtb
MEM = 1G
NODES = 1
SMP = 4
SERIAL = 1
OPTIONS = -semihosting-config enable=on,target=native
WARNINGS = W-CPU-START
