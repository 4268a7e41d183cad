# SPDX-License-Identifier: BSD-2-Clause
"""memtest=N on the machine: RAM is tested before it is given away."""

import re

import pytest

from boot import Scenario, boot
from oracle import PAGE


def bad_rows(report):
    """Bytes that the ledger says are bad."""
    return sum(row.size for row in report.rows if row.kind == "badram")


def pattern_ranges(result):
    """The ranges that the first pattern was written to."""
    found = []
    for line in result.lines:
        match = re.fullmatch(r"  0x(\w{16}) - 0x(\w{16}) pattern (\w{16})", line)
        if match:
            found.append(match.groups())
    assert found
    return [(int(start, 16), int(end, 16)) for start, end, pattern in found
            if pattern == found[0][2]]


@pytest.mark.parametrize("append", ["memtest=2 selftest",
                                    "memtest=1 selftest early=memblock"])
def test_good(append):
    """All RAM is good, and none of it that somebody holds was tested."""
    result = boot(Scenario("good", mem="64M", append=append))
    report = result.report
    ranges = pattern_ranges(result)
    result.at = 0
    tested = int(result.expect(
        r"early_memtest: 0x([0-9a-f]+) bytes tested, 0x0 bad")[1], 16)
    assert tested == sum(end - start for start, end in ranges)
    held = sum(region.end - region.start for region in report.reserved)
    assert tested + held >= report.total[0] - PAGE
    for region in report.reserved:
        for start, end in ranges:
            assert region.end <= start or end <= region.start
    assert not bad_rows(report)


def test_no_map():
    """A tree's reservations, no-map and others, aren't touched."""
    result = boot(Scenario("reserved", dts="boot-reserved", mem="256M", smp=4,
                           append="memtest=1 selftest"))
    flags = {region.flag for region in result.report.reserved}
    assert "nomap" in flags
    for region in result.report.reserved:
        for start, end in pattern_ranges(result):
            assert region.end <= start or end <= region.start


def test_bad():
    """Words that read back wrong: their pages are nobody's, and not mapped."""
    good = boot(Scenario("good", mem="64M", append="memtest=1")).report
    start, end = max(((zone.start, zone.end) for zone in good.zones if zone.start),
                     key=lambda zone: zone[1])
    words = [end - 0x1800000, end - 0x1800000 + PAGE + 8, end - 0x1000001]
    result = boot(Scenario(
        "bad", mem="64M", append="selftest memtest=2 badram="
        + ",".join(map(hex, words))))
    assert start < words[0]
    assert bad_rows(result.report) == 3 * PAGE
    assert result.report.total[-1] == 0
    result.at = 0
    result.expect(rf"  f{{16}} bad mem addr {words[0]:#018x} - "
                  rf"{words[0] + 2 * PAGE:#018x} reserved")
    result.expect(r"early_memtest: .* bytes tested, 0x3000 bad")
    result.expect(r"EarlyMemtestBad: +12 kB")
    bad = [region for region in result.report.reserved
           if region.owner == "failed the memory test"]
    assert [(region.start, region.end) for region in bad] == [
        (words[0], words[0] + 2 * PAGE),
        (words[2] & -PAGE, (words[2] & -PAGE) + PAGE)]
    assert result.report.total[1] < good.total[1]
