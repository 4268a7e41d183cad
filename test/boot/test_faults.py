# SPDX-License-Identifier: BSD-2-Clause
"""Faults on purpose, by the boot argument fault=NAME: each is noticed, in a line of
its own, and the run has failed. docs/faults.md has all kinds there are."""

import re
from dataclasses import dataclass

import pytest

from boot import Scenario, run
from elf import symbols
from oracle import PAGE
from paths import ARCH, BUILD
from ports import PORT

UBSAN = str(BUILD / f"{ARCH}-ubsan" / "firmware.elf")

HEX = r"0x[0-9a-f]+"


@dataclass(frozen=True)
class Fault:
    """A fault, and how it is noticed."""

    name: str                       # fault=name
    says: str                       # regex: a line of the log, whole
    append: str = ""                # more boot arguments
    dts: str = None
    kernel: str = "firmware.elf"
    mem: str = "128M"


def trap(access, cause="(page|translation|permission) fault"):
    """A trap's line."""
    return rf"trap: {access} {cause} pc {HEX} addr ({HEX})"


FAULTS = [
    Fault("null", trap("load")),
    Fault("guard", trap("store")),
    Fault("write-text", trap("store")),
    Fault("write-rodata", trap("store")),
    Fault("exec-data", trap("instruction")),
    Fault("nomap", trap("load"), dts="boot-reserved", mem="256M"),
    Fault("smash", r"panic: canary\.c:\d+: stack smashed: the function at pc "
          rf"({HEX}) wrote past the end of an array of its own"),
    Fault("undefined", rf"trap: breakpoint.* pc ({HEX}) addr {HEX}", kernel=UBSAN),
    Fault("poison", rf"warning: W-PAGE-POISON: free page {HEX} was written to: .*",
          append="poison"),
    Fault("double-free", rf"page_alloc: free_pages\({HEX}, order 0\) refused: "
          "already free, .*"),
    Fault("foreign-free", rf"page_alloc: free_pages\({HEX}, order 0\) refused: "
          "inside a reservation, .*"),
    Fault("wrong-order", rf"page_alloc: free_pages\({HEX}, order 1\) refused: "
          "allocated with another order, .*"),
    Fault("out-of-memory", "fault: out-of-memory was refused"),
]


def provoke(fault, extra=()):
    """Boot with @fault, and QEMU's options @extra; how that went, up to the end, which
    must be a failed one."""
    result = run(Scenario(
        fault.name, mem=fault.mem, dts=fault.dts, smp=4 if fault.dts else 1,
        kernel=fault.kernel if not fault.dts else None, passes=False,
        append=f"{fault.append} fault={fault.name}".strip(), extra=extra))
    result.check_end()
    assert result.status, "the status says pass"
    result.expect(f"fault: {fault.name} is provoked")
    return result


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault(fault):
    """It is noticed: its line comes, and nothing says that it wasn't."""
    result = provoke(fault)
    result.expect(fault.says)
    assert "went unnoticed" not in result.text


def owned(report, owner):
    """The ranges that @owner has."""
    return [region for region in report.reserved if region.owner == owner]


def test_guard_is_hit():
    """The stack's overflow ends within the guard page below it."""
    fault = next(fault for fault in FAULTS if fault.name == "guard")
    result = provoke(fault)
    at = int(result.expect(fault.says)[2], 16)
    row = [row for row in result.report.rows if row.owner == "guard page"]
    assert row and row[0].size == PAGE
    assert result.report.trap
    stack = [int(text, 16) for text in re.findall(
        rf"sp +({HEX})", result.text[result.text.index("trap:"):])]
    assert stack and abs(stack[0] - at) < PAGE


def test_smash_names_the_function():
    """The pc that the panic names is inside the function that did it."""
    fault = next(fault for fault in FAULTS if fault.name == "smash")
    pc = int(provoke(fault).expect(fault.says)[1], 16)
    names = symbols(BUILD / ARCH / "firmware.elf")
    below = [name for name, value in names.items() if value <= pc]
    assert max(below, key=names.get).startswith("overrun")


@pytest.mark.skipif(not PORT.landing_pads, reason="the port has no landing pads")
def test_jump_to_no_landing_pad():
    """A call by address of a function that doesn't begin with a landing pad."""
    result = provoke(Fault("landing", ""), PORT.landing_pads)
    result.expect(rf"trap: branch target exception pc {HEX} addr {HEX}")


@pytest.mark.skipif(not PORT.landing_pads, reason="the port signs no addresses")
def test_return_to_elsewhere():
    """A function whose return address was overwritten doesn't return there."""
    result = provoke(Fault("return", ""), PORT.landing_pads)
    result.expect(rf"trap: (instruction .* fault|return address .*) pc ({HEX}) .*")
    assert "went unnoticed" not in result.text


@pytest.mark.parametrize("name", ["undefined", "landing", "return"])
def test_unnoticed_is_said(name):
    """Where nothing notices a fault, for want of checks in the image or of landing
    pads and signatures in the CPU, the run says so and fails."""
    result = provoke(Fault(name, "", kernel="firmware.elf"))
    result.expect(f"fault: {name} went unnoticed")


def test_no_such_fault():
    """A name that there isn't is a warning, and not a pass."""
    result = run(Scenario("no-such", append="fault=none", passes=False,
                          warnings=frozenset({"W-BOOTARG-FAULT"})))
    result.check_end()
    result.check_forbidden()
