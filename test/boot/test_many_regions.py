# SPDX-License-Identifier: BSD-2-Clause
"""Trees of which the image's own brk can't remember all: with more reservations, and
with more nodes."""

import random
import struct
from dataclasses import replace

import libfdt

import against_oracle
from blob import (BEGIN_NODE, END, END_NODE, OFF_STRINGS, OFF_STRUCT, SIZE_STRUCT,
                  TOTALSIZE, corrupted, field)
from boot import Scenario, boot
from oracle import Oracle

# Reserved pages, every other one, from so far into RAM on.
REGIONS = 4000
OFFSET = 0x10000000
DISTANCE = 0x2000

# Bytes that one of them takes in a blob.
NODE_ROOM = 96

# Nodes whose list takes more than the image's brk has, by 16 bytes each.
FILLERS = 61500

# A node without a property, and the ends of the root and of all nodes, as a blob has
# them.
FILLER = struct.pack(">I4sI", BEGIN_NODE, b"f", END_NODE)
ENDS = struct.pack(">II", END_NODE, END)


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


def with_fillers(blob):
    """@blob with so many nodes at its end that nobody asks for."""
    fillers = FILLER * FILLERS
    end = field(blob, OFF_STRUCT) + field(blob, SIZE_STRUCT) - len(ENDS)
    assert blob[end:end + len(ENDS)] == ENDS
    changed = blob[:end] + fillers + blob[end:]
    for at in (TOTALSIZE, OFF_STRINGS, SIZE_STRUCT):
        changed = corrupted(changed, at, field(blob, at) + len(fillers))
    return changed


def test_list_of_nodes_goes_on_in_ram(tmp_path):
    """The room for a list of many nodes is found without one, next to what is
    reserved, whose ledger is the same as ever."""
    path = tmp_path / "fillers.dtb"
    plain = Scenario("plain", dts="boot-reserved", mem="256M", smp=4)
    path.write_bytes(with_fillers(against_oracle.tree_of(plain, tmp_path)))
    result = boot(replace(plain, dts=None, dtb=path))
    against_oracle.check(result, tmp_path)
    result.at = 0
    result.expect("of: brk goes on at .* for the tree's many ranges")
    result.expect("machine: .*")
