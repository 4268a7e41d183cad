# SPDX-License-Identifier: BSD-2-Clause
# QEMU's generic board: any amount of RAM, one or two NUMA nodes, an ns16550a.
QEMU = qemu-system-riscv64
QEMU_MACHINE = virt
MEM = 2G
NODES = 2
SMP = 2
