#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Lay the report beside what Linux prints on the same machine.

    ci/compare_linux.py --arch ARCH --kernel FILE --linux FILE [MACHINE ...]

Each machine of MACHINES, or those named, boots twice, by command lines that
differ in -kernel and -append alone. From both logs come the sections that the
two print in the same words: 'Zone ranges:', 'Early memory node ranges' and
'Fallback order for Node'. Where they differ the difference is printed, Linux's
lines with '-' and ours with '+', and the status is 1. What is taken off Linux's
lines before: the time, a blank at the end, and the zone that never has RAM.
docs/compare-with-linux.md says where both are known to differ, and why.
"""

import argparse
import difflib
import os
import re
import sys

import qemu

DTBS = os.path.join(qemu.ROOT, "build", "dts")

# Machines by name; what one doesn't say is as for make run. A dtb is one that
# 'make dtbs' builds: the tree of dts/<dtb>.dts instead of QEMU's own.
MACHINES = {
    "2G-1-node": {"mem": "2G", "nodes": 1},
    "2G-2-nodes": {"mem": "2G", "nodes": 2},
    "8G-2-nodes": {"mem": "8G", "nodes": 2},
    "1000M-2-nodes": {"mem": "1000M", "nodes": 2},
    "hole": {"mem": "256M", "smp": 4, "dtb": "boot-hole"},
    "unaligned": {"mem": "256M", "smp": 4, "dtb": "boot-unaligned"},
    "interleaved": {"mem": "256M", "smp": 4, "dtb": "boot-interleaved"},
    "far-bank": {"mem": "512G", "smp": 4, "dtb": "boot-sv48"},
    "distances": {"mem": "384M", "smp": 4, "dtb": "numa-distance"},
}

# Linux gets no root file system. It says so at the end, and panic=-1 lets it
# restart at once, which QEMU's -no-reboot makes the end of the run.
LINUX_BOOTARGS = "earlycon=sbi panic=-1"

# What Linux puts before its lines.
LINUX_TIME = re.compile(r"^\[ *\d+\.\d+\] ")

# A zone for memory on devices: no RAM that a boot finds is in it.
DEVICE_ZONE = "  Device   empty"

SECTION = re.compile(r"Zone ranges:|Early memory node ranges")
FALLBACK = re.compile(r"Fallback order for Node \d+:")


def boot(args, kernel, machine, append=None):
    """The log of kernel on machine, as lines without what frames them."""
    machine = dict(machine)
    if "dtb" in machine:
        machine["dtb"] = os.path.join(DTBS, machine["dtb"] + ".dtb")
    command = qemu.machine_command(args.arch, kernel=kernel, append=append,
                                   qemu=args.qemu, **machine)
    _, text = qemu.run(command, args.timeout)
    lines = text.decode("ascii", "replace").splitlines()
    return [LINUX_TIME.sub("", line).rstrip() for line in lines]


def sections(log):
    """The lines of log that both print."""
    found = []
    inside = False
    for line in log:
        inside = bool(SECTION.match(line)) or inside and line.startswith("  ")
        if inside and line != DEVICE_ZONE or FALLBACK.match(line):
            found.append(line)
    return found


def compare(args, name):
    """Boot machine name twice; whether both say the same."""
    ours = sections(boot(args, args.kernel, MACHINES[name]))
    log = boot(args, args.linux, MACHINES[name], LINUX_BOOTARGS)
    linux = sections(log)
    if not linux:
        print(f"differ {name}: Linux printed none of it; its last lines:",
              *log[-5:], sep="\n  ")
        return False
    same = ours == linux
    print(f"{'same' if same else 'differ':6} {name}: {len(linux)} lines")
    for line in difflib.unified_diff(linux, ours, "Linux", "bootmem", n=99,
                                     lineterm="") if not same else linux:
        print("  " + line)
    return same


def arguments():
    """The command line's options."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--arch", required=True)
    parser.add_argument("--kernel", required=True, help="our image")
    parser.add_argument("--linux", required=True, help="the kernel's Image")
    parser.add_argument("--qemu", help="another emulator")
    parser.add_argument("--timeout", type=float, default=qemu.TIMEOUT)
    parser.add_argument("machine", nargs="*", help=", ".join(MACHINES))
    args = parser.parse_args()
    unknown = set(args.machine) - set(MACHINES)
    if unknown:
        parser.error(f"no machine {' '.join(sorted(unknown))}; there is: "
                     + ", ".join(MACHINES))
    return args


def main():
    """Compare all that were named; returns the exit status."""
    args = arguments()
    same = [compare(args, name) for name in args.machine or MACHINES]
    print(f"{sum(same)} same, {len(same) - sum(same)} differ")
    return 0 if all(same) else 1


if __name__ == "__main__":
    sys.exit(main())
