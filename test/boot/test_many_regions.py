# SPDX-License-Identifier: BSD-2-Clause
"""A tree with more reservations than the image's own brk can remember."""

import random
import struct

import libfdt

import against_oracle
from boot import Scenario, boot
from oracle import Oracle

# Reserved pages, every other one, from so far into RAM on.
REGIONS = 4000
OFFSET = 0x10000000
DISTANCE = 0x2000

# Bytes that one of them takes in a blob.
NODE_ROOM = 96


def with_regions(blob):
    """@blob with a /reserved-memory of so many children, in no order."""
    first = Oracle(blob).memory[0].start + OFFSET
    fdt = libfdt.Fdt(bytearray(blob))
    fdt.resize(fdt.totalsize() + REGIONS * NODE_ROOM)
    parent = fdt.add_subnode(0, "reserved-memory")
    fdt.setprop_u32(parent, "#address-cells", 2)
    fdt.setprop_u32(parent, "#size-cells", 2)
    fdt.setprop(parent, "ranges", b"")
    numbers = list(range(REGIONS))
    random.Random(1).shuffle(numbers)
    for number in numbers:
        node = fdt.add_subnode(parent, f"region@{number:x}")
        fdt.setprop(node, "reg", struct.pack(">QQ", first + number * DISTANCE,
                                             DISTANCE // 2))
    fdt.pack()
    return bytes(fdt.as_bytearray())


def test_brk_goes_on_in_ram(tmp_path):
    """All are honoured, and what they take to remember is given back."""
    plain = Scenario("plain", mem="1G", append="")
    path = tmp_path / "many.dtb"
    path.write_bytes(with_regions(against_oracle.tree_of(plain, tmp_path)))
    report = boot(Scenario("many-regions", mem="1G", dtb=path,
                           append="")).report
    assert sum(r.owner.startswith("region@") for r in report.reserved) == \
        REGIONS
    extended = [r for r in report.reserved if r.owner == "brk, extended"]
    assert len(extended) == 1
    kept = sum(row.size for row in report.rows if row.owner == "brk, extended")
    assert 0 < kept < extended[0].end - extended[0].start
    assert report.total[-1] == 0
