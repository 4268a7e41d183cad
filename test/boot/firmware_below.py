# SPDX-License-Identifier: BSD-2-Clause
"""What the firmware below us adds to the device tree on its way to us.

Observed facts by name and version, as arch_firmware_name() gives them: the
/reserved-memory children that QEMU's tree doesn't have and the image gets.
"""

from oracle import Claim

ADDED = {
    "OpenSBI 1.1": [
        Claim("reserved", 0x80000000, 0x80080000, "mmode_resv0@80000000"),
    ],
    "OpenSBI 1.6": [
        Claim("nomap", 0x80000000, 0x80040000, "mmode_resv1@80000000"),
        Claim("nomap", 0x80040000, 0x80060000, "mmode_resv0@80040000"),
    ],
    "PSCI 1.1": [],
    "none": [],
}

# Machines where it does otherwise: its release 1.1 leaves the region mappable
# only where every CPU can protect it.
ADDED_ON = {
    ("OpenSBI 1.1", "sifive_u"): [
        Claim("nomap", 0x80000000, 0x80080000, "mmode_resv0@80000000"),
    ],
}

# Releases whose regions grow with the number of CPUs: the most CPUs up to which
# they are as above, and what they are up to eight.
ADDED_FOR_CPUS = {
    "OpenSBI 1.6": (5, [
        Claim("nomap", 0x80000000, 0x80040000, "mmode_resv0@80000000"),
        Claim("nomap", 0x80040000, 0x80080000, "mmode_resv1@80040000"),
    ]),
}


def added_by(name, machine, smp):
    """The claims that firmware @name adds on @machine with @smp CPUs; None: as many
    as its file says."""
    if name not in ADDED:
        raise AssertionError(
            f"{name!r} isn't in firmware_below.py: compare QEMU's tree "
            "(-machine dumpdtb=) with the report and add what it adds")
    most, more = ADDED_FOR_CPUS.get(name, (None, None))
    if most and smp and smp > most:
        return more
    return ADDED_ON.get((name, machine), ADDED[name])
