# SPDX-License-Identifier: BSD-2-Clause
"""Fixtures against their golden files, without booting.

The boots compare the image with the oracle, and so with the fixture as it is
now; these tests notice that a fixture isn't what it was: any bit of a
reservation that changes makes the test of its name fail.
"""

import pytest

from blob import OFF_RSVMAP, field
from golden import GOLDEN, blob_of, describe, fixtures, outcome
from oracle import Tree


@pytest.mark.parametrize("name", fixtures())
def test_fixture(name):
    """The tree is what it was when its golden file was written."""
    path = GOLDEN / f"{name}.txt"
    assert path.exists(), "no golden file; test/boot/golden.py writes it"
    assert outcome(name, blob_of(name)) == path.read_text()


def reservation_bytes(blob):
    """Offsets in @blob of all bytes that say something of a reservation."""
    tree = Tree(blob)
    start = field(blob, OFF_RSVMAP)
    yield from range(start, start + 16 * tree.fdt.num_mem_rsv())
    for at, size in tree.reserved_values():
        yield from range(at, at + size)


@pytest.mark.parametrize("name", fixtures())
def test_every_bit_counts(name):
    """Changing any one bit of a reservation changes what is compared."""
    blob = blob_of(name)
    before = describe(blob)
    for at in reservation_bytes(blob):
        for bit in range(8):
            changed = bytearray(blob)
            changed[at] ^= 1 << bit
            assert describe(bytes(changed)) != before, (at, bit)
