# SPDX-License-Identifier: BSD-2-Clause
"""What differs between ports, as data: the scenarios are the same."""

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
class Port:
    """What the tests have to know of a port."""

    modes: tuple                    # its page-table formats, shallowest first
    any_cpu_boots: bool             # every CPU can be the one that boots
    mmu_type: bool                  # the tree limits the format (mmu-type)
    firmware_reserved: bool         # what is below us adds a reservation
    deep: dict                      # a machine that needs more than modes[0]
    max_nodes: int                  # NUMA nodes that QEMU gives its machine
    variants: dict                  # name -> options that make another machine
    not_on_device_memory: dict      # instruction -> functions that may, or None
    u_boot: UBoot                   # how U-Boot is booted, and boots us
    not_before_paging: str = None   # instructions that may not run before paging
    paging_on: str = None           # the function that ends that time


PORTS = {
    "riscv64": Port(
        modes=("Sv39", "Sv48", "Sv57"), any_cpu_boots=True, mmu_type=True,
        firmware_reserved=True,
        deep={"dts": "boot-sv48", "mem": "512G", "smp": 4}, max_nodes=2,
        variants={}, not_on_device_memory={},
        u_boot=UBoot("qemu-riscv64_smode", "-kernel", 0x84000000,
                     0x80000000 + (4 << 20))),
    "aarch64": Port(
        modes=("VA39", "VA48"), any_cpu_boots=False, mmu_type=False,
        firmware_reserved=False, deep={"mem": "1T"}, max_nodes=8,
        variants={
            "at-el2": ("-M", "virtualization=on"),
            "at-el3": ("-M", "secure=on"),
            "at-el3-with-el2": ("-M", "secure=on,virtualization=on"),
            "gic-v3": ("-M", "gic-version=3"),
            "cortex-a76": ("-cpu", "cortex-a76"),
            "cpu-max": ("-cpu", "max"),
            "no-pmu": ("-cpu", "cortex-a57,pmu=off"),
        },
        not_on_device_memory={
            # 16 bytes at a time: firmware/arch/arm64/stdio.c has these aligned.
            r"(ldr|str|ldp|stp|ldur|stur)\s+q": r"(__d_)?vfprintf",
            r"(ld|st)[1-4]\s": None,
            r"dc\s+zva": None,
        },
        u_boot=UBoot("qemu_arm64", "-bios", 0x44000000, 0x44000000),
        # Exclusive accesses, by paired loads and stores or as one instruction.
        not_before_paging=r"(ld|st)a?l?xr|(cas|swp|ld(add|clr|eor|set))a?l?",
        paging_on="mmu_enable"),
}

PORT = PORTS[ARCH]
