# SPDX-License-Identifier: BSD-2-Clause
"""Machines that must not boot, and must say why: a line with the reason, then
'bootmem: done status fail' and power-off."""

import struct

import pytest

from boot import Boot, Scenario, boot, built
from elf import symbols
from gdb import run_changed
from paths import DTB

# Bytes of the header's fields (devicetree specification, 5.2).
MAGIC, TOTALSIZE, VERSION, LAST_COMP = 0, 4, 20, 24

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


def corrupted(blob, offset, value):
    """@blob with the 32-bit field at @offset set to @value."""
    changed = bytearray(blob)
    struct.pack_into(">I", changed, offset, value)
    return bytes(changed)


def break_structure(blob):
    """@blob with its structure block full of a token that doesn't exist."""
    start = struct.unpack_from(">I", blob, 8)[0]
    return blob[:start] + b"\0\0\0\x77" * ((len(blob) - start) // 4)


BROKEN = {
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
    status, text = run_changed(scenario.command(), tmp_path, start,
                               good.machine.dtb, BROKEN[how](blob))
    result = Boot(scenario, status, text)
    result.check_end()
    result.check_reason()


def test_trap(tmp_path):
    """An instruction that no CPU knows, in the middle of the boot, ends in a
    line with its cause and place, and in power-off as failed."""
    names = symbols(built("firmware.elf"))
    scenario = Scenario("trap", passes=False, kernel="firmware.elf")
    status, text = run_changed(
        scenario.command(), tmp_path, names["firmware_main"],
        names["of_scan_memory"], b"\xff" * 8)
    result = Boot(scenario, status, text)
    result.check_end()
    assert f"pc {names['of_scan_memory']:#018x}" in result.report.trap
    assert status > 0
