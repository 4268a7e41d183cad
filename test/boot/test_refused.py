# SPDX-License-Identifier: BSD-2-Clause
"""Machines that must not boot, and must say why: a line with the reason, then
'bootmem: done status fail' and power-off."""

import pytest

from blob import (BEGIN_NODE, LAST_COMP, LEN, MAGIC, NAMEOFF, NOP, OFF_RSVMAP,
                  OFF_STRINGS, OFF_STRUCT, PROP, SIZE_STRUCT, TOTALSIZE, VERSION,
                  corrupted, field)
from boot import Scenario, boot, boot_changed, built
from elf import symbols
from gdb import ILLEGAL
from paths import DTB

SCENARIOS = [
    Scenario("no-memory", dts="boot-no-memory", smp=4, passes=False,
             says=r"panic: \S+:\d+: .*memory"),
    Scenario("too-little-memory", dts="boot-tiny", smp=4, passes=False,
             says=r"panic: \S+:\d+: .*memory"),
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_refused(scenario):
    """It says what is wrong and switches off as failed."""
    assert boot(scenario).report.panic


def test_image_reserved():
    """Somebody reserved what the image runs in: the boot goes to its end, the
    ledger balances, and the run has failed."""
    report = boot(Scenario("image-reserved", dts="boot-image-reserved", smp=4,
                           append="", passes=False, says="")).report
    texts = [warning.text for warning in report.warnings
             if warning.code == "W-RSV-IMAGE"]
    assert len(texts) == 1 and "hostage@80000000" in texts[0]
    assert report.total[-1] == 0
    assert not report.panic


def break_structure(blob):
    """@blob with its structure block full of a token that doesn't exist."""
    start = field(blob, OFF_STRUCT)
    return blob[:start] + b"\0\0\0\x77" * ((len(blob) - start) // 4)


def first_prop(blob):
    """Where the root's first property begins."""
    at = field(blob, OFF_STRUCT)
    while field(blob, at) != PROP:
        at += 4
    return at


def without_end(blob):
    """@blob whose structure block ends in no FDT_END."""
    last = field(blob, OFF_STRUCT) + field(blob, SIZE_STRUCT) - 4
    return corrupted(blob, last, NOP)


def without_nul(blob):
    """@blob whose last node's name ends nowhere: what is behind it is text."""
    start = field(blob, OFF_STRUCT)
    end = start + field(blob, SIZE_STRUCT)
    at = max(i for i in range(start, end, 4) if field(blob, i) == BEGIN_NODE)
    return blob[:at + 4] + b"x" * (len(blob) - at - 4)


BROKEN = {
    "structure-outside": lambda blob: corrupted(blob, OFF_STRUCT, 0x7ffffff0),
    "structure-misaligned": lambda blob: corrupted(
        blob, OFF_STRUCT, field(blob, OFF_STRUCT) + 2),
    "strings-outside": lambda blob: corrupted(blob, OFF_STRINGS, 0x7ffffff0),
    "reservations-outside": lambda blob: corrupted(blob, OFF_RSVMAP, 0x7ffffff0),
    "no-end": without_end,
    "name-without-end": without_nul,
    "name-outside": lambda blob: corrupted(
        blob, first_prop(blob) + NAMEOFF, 0x7fffffff),
    "length-wraps": lambda blob: corrupted(blob, first_prop(blob) + LEN, 0xfffffff0),
    "magic": lambda blob: corrupted(blob, MAGIC, 0xd00dfeee),
    "total-size": lambda blob: corrupted(blob, TOTALSIZE, 16),
    "huge": lambda blob: corrupted(blob, TOTALSIZE, 0xfffffff0),
    "version": lambda blob: corrupted(blob, VERSION, 2),
    "too-new": lambda blob: corrupted(blob, LAST_COMP, 99),
    "structure": break_structure,
    "zeros": lambda blob: bytes(len(blob)),
}


@pytest.mark.parametrize("how", BROKEN)
def test_broken_blob(how, tmp_path):
    """A blob that is damaged behind the back of the firmware below us, which
    has read it by then, is refused with its address."""
    blob = (DTB / "boot-hole.dtb").read_bytes()
    good = boot(Scenario("good", dts="boot-hole", mem="256M", smp=4)).report
    start = [region.start for region in good.reserved
             if region.owner == "text"][0]
    scenario = Scenario(how, dts="boot-hole", mem="256M", smp=4, passes=False,
                        says=rf"panic: \S+:\d+: .*{good.machine.dtb:#018x}")
    boot_changed(scenario, tmp_path, start, good.machine.dtb,
                 BROKEN[how](blob)).check_reason()


def test_trap(tmp_path):
    """An instruction that no CPU knows, in the middle of the boot, ends in a
    line with its cause and place, and in power-off as failed."""
    names = symbols(built("firmware.elf"))
    scenario = Scenario("trap", passes=False, kernel="firmware.elf")
    result = boot_changed(scenario, tmp_path, names["firmware_main"],
                          names["of_scan_memory"], ILLEGAL)
    result.expect(r"trap: (illegal|undefined) instruction "
                  rf"pc {names['of_scan_memory']:#018x} addr 0x\w+")
    assert result.status > 0
