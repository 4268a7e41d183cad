# SPDX-License-Identifier: BSD-2-Clause
# Xilinx ZCU102 with the tree that Debian's kernel has for it: RAM from 0 on, a
# Cadence UART that is off at first, PSCI by smc. QEMU puts all RAM into one piece
# in the tree, where the board has two; with 2 GiB the tree is right.
QEMU = qemu-system-aarch64
QEMU_MACHINE = xlnx-zcu102
IMAGE = firmware.bin
DTB = build/boards/arm64/xilinx/zynqmp-zcu102-rev1.0.dtb
MEM = 2G
NODES = 1
SMP = 4
OPTIONS = -semihosting-config enable=on,target=native
