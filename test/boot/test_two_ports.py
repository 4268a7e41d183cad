# SPDX-License-Identifier: BSD-2-Clause
"""One machine, drawn once, booted on every port: the reports say the same.

They may differ in what a port is: its name, its firmware and which CPU that
starts, the names of its page-table formats, how large its code is and how much
work the same code is for it, and so in which free pages are left. Each of these is
taken out of a line before lines are compared; nothing else is.
"""

import os
import re

import pytest

import qemu
from boot import Scenario, boot
from paths import ARCH
from ports import PORTS

# A machine in the tree's own words, with and without nodes, and what QEMU needs.
MACHINES = [
    {"dts": "boot-hole", "mem": "256M", "smp": 4},
    {"dts": "boot-unaligned", "mem": "256M", "smp": 4},
    {"dts": "boot-interleaved", "mem": "256M", "smp": 4},
    {"dts": "boot-four-nodes", "mem": "1G", "smp": 4},
    {"dts": "boot-reserved", "mem": "256M", "smp": 4},
]

# Ledger rows of what the image itself has and needs: sizes are the port's own,
# and so are the free bytes that are left.
OWN_ROWS = re.compile(r"ledger: node \d+ (free|image|brk|stack|percpu|pagetable|"
                      r"bitmap|nodedata|memblock|dtb) ")

# What isn't the machine's: numbers that follow from the image's size and place,
# and from what calls cost.
PORTS_OWN = [
    (re.compile(r"^bootmem \S+ \S+ report"), "bootmem report"),
    (re.compile(r" cpu 0x\w+ dtb 0x\w+\+0x\w+ firmware below us: .*"), ""),
    (re.compile(r" (Sv|VA)\d+ tables \d+ leaves 4K \d+ 2M \d+ 1G \d+.*"), ""),
    (re.compile(r" map \[0x\w+-0x\w+\]"), ""),
    (re.compile(r"^Memory: \d+K(/\d+K available).*"), r"Memory: \1"),
    (re.compile(r"^(Node \d+, zone +\w+) .*"), r"\1"),
    (re.compile(r"= free 0x\w+ \+ taken 0x\w+"), ""),
    (re.compile(r"^(stage: \w+) .*"), r"\1"),
    (re.compile(r"^(protection: canary) from .*?,"), r"\1,"),
    (re.compile(r"^# \d+ accesses"), "# accesses"),
    (re.compile(r"(# SKIP .*)$"), ""),
    (re.compile(r"^(memblock: reserved)\[\d+\] +"), r"\1 "),
    (re.compile(r"free_pages\(.*?\) "), ""),
    (re.compile(r", called from 0x\w+"), ""),
    # Of several reasons the first one is given, and addresses decide which.
    (re.compile(r"refused: (not the address of such a block|inside a reservation|"
                r"allocated with another order)$"), "refused"),
]

# Reservations that the image and the firmware below it make for themselves.
OWN_RESERVED = re.compile(r"memblock: reserved.*"
                          r" (text|rodata|data|guard|stack|brk|device tree|"
                          r"mmode_resv\S+)$")


def common(lines):
    """@lines without what is a port's own."""
    for line in lines:
        if OWN_ROWS.match(line) or OWN_RESERVED.match(line) or \
                "mmode_resv" in line or line.startswith("watchdog: "):
            continue
        for pattern, text in PORTS_OWN:
            line = pattern.sub(text, line)
        yield line.rstrip()


def report_of(arch, machine):
    """The report of @machine's boot on port @arch, without what is its own."""
    return list(common(boot(Scenario("compared", arch=arch, **machine)).lines))


@pytest.mark.parametrize("other", sorted(set(PORTS) - {ARCH}))
@pytest.mark.parametrize("machine", MACHINES, ids=lambda m: m["dts"])
def test_same_report(machine, other):
    """Line by line the same, but for what is the port's own."""
    assert report_of(ARCH, machine) == report_of(other, machine)


def test_every_port_is_known():
    """ports.py has each port that has machines, and no other."""
    assert sorted(PORTS) == sorted(entry.name for entry
                                   in os.scandir(qemu.MACHINES)
                                   if entry.is_dir())
