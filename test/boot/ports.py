# SPDX-License-Identifier: BSD-2-Clause
"""What differs between ports, as data: the scenarios are the same."""

import struct
from dataclasses import dataclass

from paths import ARCH


@dataclass(frozen=True)
class UBoot:
    """Debian's build of U-Boot for QEMU's virt."""

    folder: str                     # where u-boot.bin is, in u-boot-qemu
    option: str                     # QEMU's, by which it is started
    load: int                       # where the image is put, for it to find
    runs: int                       # where booti must start it: the header says


@dataclass(frozen=True)
class HandOver:
    """How an image is given a tree that no firmware has seen: something else is
    booted, which passes on what was put into RAM."""

    code: bytes                     # the kernel that is booted instead
    dtb: int                        # where it expects the tree
    image: int                      # and the raw image


@dataclass(frozen=True)
class Return:
    """How a trap's handler ends where it lets interrupts in itself."""

    label: str                      # where what ends it begins
    instruction: bytes              # the first that needs them out again
    register: int                   # by GDB's number: the CPU's state
    masked: int                     # its bit that keeps them out


@dataclass(frozen=True)
class Port:
    """What the tests have to know of a port."""

    modes: tuple                    # its page-table formats, shallowest first
    any_cpu_boots: bool             # every CPU can be the one that boots
    mmu_type: bool                  # the tree limits the format (mmu-type)
    firmware_reserved: bool         # what is below us adds a reservation
    phys_bits: int                  # of the addresses of virt's CPUs
    deep: dict                      # a machine that needs more than modes[0]
    max_nodes: int                  # NUMA nodes that QEMU gives its machine
    variants: dict                  # name -> options that make another machine
    not_on_device_memory: dict      # instruction -> functions that may, or None
    jump_to_itself: bytes           # an instruction that never ends
    write_to_itself: bytes          # instructions that store over themselves
    no_watchdog: tuple              # variants whose timer doesn't reach the CPU
    landing_pads: tuple             # options of a CPU that jumps to those only, and
                                    # returns to what it signed
    u_boot: UBoot                   # how U-Boot is booted, and boots us
    ram: int                        # where virt's RAM begins
    hand_over: HandOver             # None: the machine's file has LOADER
    not_before_paging: str = None   # instructions that may not run before paging
    paging_on: str = None           # the function that ends that time
    trap_return: Return = None      # None: interrupts stay out all the time


PORTS = {
    "riscv64": Port(
        modes=("Sv39", "Sv48", "Sv57"), any_cpu_boots=True, mmu_type=True,
        firmware_reserved=True, phys_bits=56,
        deep={"dts": "boot-sv48", "mem": "512G", "smp": 4}, max_nodes=2,
        variants={}, not_on_device_memory={},
        write_to_itself=struct.pack("<2I", 0x00000297,      # auipc t0, 0
                                    0x0002a023),            # sw    zero, (t0)
        jump_to_itself=bytes.fromhex("6f000000"), no_watchdog=(), landing_pads=(),
        u_boot=UBoot("qemu-riscv64_smode", "-kernel", 0x84000000,
                     0x80000000 + (4 << 20)),
        ram=0x80000000,
        hand_over=HandOver(struct.pack("<4I",
                                       0x08400593,      # li    a1, 0x84
                                       0x01859593,      # slli  a1, a1, 24
                                       0x00200297,      # auipc t0, 0x200
                                       0xff828067),     # jr    -8(t0)
                           dtb=0x84000000, image=0x80400000)),
    "aarch64": Port(
        modes=("VA39", "VA48"), any_cpu_boots=False, mmu_type=False,
        firmware_reserved=False, phys_bits=44, deep={"mem": "1T"}, max_nodes=8,
        variants={
            "at-el2": ("-M", "virtualization=on"),
            "at-el3": ("-M", "secure=on"),
            "at-el3-with-el2": ("-M", "secure=on,virtualization=on"),
            "gic-v3": ("-M", "gic-version=3"),
            "cortex-a76": ("-cpu", "cortex-a76"),
            "cpu-max": ("-cpu", "max"),
            "cpu-max-at-el2": ("-cpu", "max", "-M", "virtualization=on"),
            "no-pmu": ("-cpu", "cortex-a57,pmu=off"),
        },
        not_on_device_memory={
            # 16 bytes at a time: firmware/arch/common/stdio.c has these aligned.
            r"(ldr|str|ldp|stp|ldur|stur)\s+q": r"(__[di]_)?vfprintf",
            r"(ld|st)[1-4]\s": None,
            r"dc\s+zva": None,
        },
        write_to_itself=struct.pack("<2I", 0x10000000,      # adr   x0, .
                                    0xb9000000),            # str   w0, [x0]
        jump_to_itself=bytes.fromhex("00000014"), no_watchdog=("gic-v3",),
        landing_pads=("-cpu", "max"),
        u_boot=UBoot("qemu_arm64", "-bios", 0x44000000, 0x44000000),
        ram=0x40000000, hand_over=None,
        # Exclusive accesses, by paired loads and stores or as one instruction.
        not_before_paging=r"(ld|st)a?l?xr|(cas|swp|ld(add|clr|eor|set))a?l?",
        paging_on="mmu_enable",
        trap_return=Return("save", bytes.fromhex("214018d5"),  # msr elr_el1, x1
                           register=33, masked=1 << 7)),       # PSTATE.I
}

PORT = PORTS[ARCH]
