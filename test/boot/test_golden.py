# SPDX-License-Identifier: BSD-2-Clause
"""Fixtures against their golden files, without booting.

The boots compare the image with the oracle, and so with the fixture as it is
now; these tests notice that a fixture isn't what it was: any bit of a
reservation that changes makes the test of its name fail.
"""

import struct

import pytest

from golden import GOLDEN, describe, fixtures
from oracle import Oracle
from paths import DTB

# Offset of off_mem_rsvmap in the header (devicetree specification, 5.2).
OFF_MEM_RSVMAP = 16


@pytest.mark.parametrize("name", fixtures())
def test_fixture(name):
    """The tree is what it was when its golden file was written."""
    path = GOLDEN / f"{name}.txt"
    assert path.exists(), "no golden file; test/boot/golden.py writes it"
    assert describe(name) == path.read_text()


def reservation_bytes(blob):
    """Offsets in @blob of all bytes that say where a reservation is."""
    tree = Oracle(blob).tree
    start = struct.unpack_from(">I", blob, OFF_MEM_RSVMAP)[0]
    yield from range(start, start + 16 * tree.fdt.num_mem_rsv())
    for at, size in tree.reserved_regs():
        yield from range(at, at + size)


@pytest.mark.parametrize("name", fixtures())
def test_every_bit_counts(name):
    """Changing any one bit of a reservation changes what the oracle finds."""
    blob = (DTB / f"{name}.dtb").read_bytes()
    before = Oracle(blob).describe()
    for at in reservation_bytes(blob):
        for bit in range(8):
            changed = bytearray(blob)
            changed[at] ^= 1 << bit
            assert Oracle(bytes(changed)).describe() != before, (at, bit)
