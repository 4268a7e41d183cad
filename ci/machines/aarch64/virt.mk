# SPDX-License-Identifier: BSD-2-Clause
# QEMU's generic board: any amount of RAM, up to 8 NUMA nodes, a PL011, PSCI.
QEMU = qemu-system-aarch64
QEMU_MACHINE = virt
CPU = cortex-a57
MEM = 2G
NODES = 2
SMP = 2
# QEMU passes the device tree, and an initrd, to raw images only.
IMAGE = firmware.bin
# Power-off by PSCI always means success; semihosting carries a status.
OPTIONS = -nic none -semihosting-config enable=on,target=native
# QEMU writes its own memory into a tree that -dtb names. The loader's words are
#	ldr x0, =tree; ldr x4, =image; br x4; nop; tree; image
# and RAM begins 1 GiB below the first address of the fixtures'.
LOADER = 0x40400000 0x580000a458000080 0xd503201fd61f0080 0x80000000 0x80200000
LOADER_DTB = 0x80000000
LOADER_IMAGE = 0x80200000
LOADER_MEM = 1G

# RAM begins at 1 GiB and addresses have 44 bits: 16 TiB would not fit.
BENCH_MEM = 8T
