# SPDX-License-Identifier: BSD-2-Clause
"""The report's parser takes the format of docs/report.md and nothing near it."""

import pytest

from report import Report, ReportError

GOOD = [
    "bootmem v1-2-gabc host report 1",
    "machine: a model, of two words cpu 0x3 dtb 0x0000000087e00000+0x14bf "
    "firmware below us: OpenSBI 1.1",
    "memblock: memory[0]   [0x0000000080000000-0x0000000087ffffff] node 0",
    "memblock: reserved[0] [0x0000000080000000-0x000000008007ffff] nomap x@1",
    "memblock: reserved[1] [0x0000000081000000-0x00000000810fffff] reusable "
    "pool used by gpu, camera",
    "warning: W-RSV-OVERLAP: a and b overlap",
    "bootmem: node 0 pfn [0x80000-0x88000) map "
    "[0x0000000087ffc000-0x0000000087ffd227]",
    "paging: Sv39 tables 8 leaves 4K 1408 2M 61 1G 0",
    "protection: canary from the counter, leaves writable and executable 0, "
    "over no-map ranges 12",
    "  DMA32    [mem 0x0000000080000000-0x0000000087ffffff]",
    "  Normal   empty",
    "  node   0: [mem 0x0000000080000000-0x0000000087ffffff]",
    "Fallback order for Node 0: 0 1",
    "Memory: 130352K/131072K available (52K firmware code)",
    "Node 0, zone    DMA32      4      2",
    "ledger: node 0 free 0x7f4c000 buddy allocator",
    "ledger: total 0x8000000 = free 0x7f4c000 + taken 0xb4000 + dropped 0x0, "
    "balance 0",
    "stage: verify 13590330 ticks",
    "panic: a.c:12: no memory",
    "trap: load page fault pc 0x0000000080200000 addr 0x0000000000000000",
    "bootmem: done status pass",
]

BAD = [
    "bootmem v1 host report 2",
    "memblock: memory[0] [0x80000000-0x87ffffff] node 0",
    "memblock: memory[0] [0x0000000080000000-0x0000000087FFFFFF] node 0",
    "memblock: reserved[0] [0x0000000080000000-0x000000008007ffff] x@1",
    "warning: something is odd",
    "bootmem: done status ok",
    "bootmem: done status pass ",
    "protection: leaves 0",
    "  DMA32    [0x0000000080000000-0x0000000087ffffff]",
    "Fallback order for Node 0:",
    "ledger: node 0 free 32",
    "ledger: total 0x1 = free 0x1 + taken 0x0 + dropped 0x0",
    "stage: verify 1 seconds",
    "panic: no place",
    "trap: pc 0x80200000",
]


def test_good_lines():
    """Every key line is understood."""
    report = Report(GOOD)
    assert report.machine.cpu == 3
    assert report.memory[0].end == 0x88000000
    assert report.reserved[1].users == "gpu, camera"
    assert report.zones[1].end is None
    assert report.paging.leaves == {"4K": 1408, "2M": 61, "1G": 0}
    assert report.protection == ("the counter", 0, 12)
    assert report.blocks[0].counts == [4, 2]
    assert report.total == (0x8000000, 0x7f4c000, 0xb4000, 0, 0)
    assert report.verdict == "pass"


@pytest.mark.parametrize("line", BAD)
def test_bad_line(line):
    """What only looks like a key line is an error."""
    with pytest.raises(ReportError):
        Report([line])


def test_other_text_is_free():
    """Lines between the key lines may say anything."""
    Report(["ok 1 something", "page_alloc: refused", " Node", ""])
