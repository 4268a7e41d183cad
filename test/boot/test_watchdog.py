# SPDX-License-Identifier: BSD-2-Clause
"""A boot that hangs ends in a line that says where; one that doesn't isn't disturbed."""

import re

import pytest

import gdb
import qemu
from boot import Scenario, boot, boot_changed, built, run
from elf import symbols
from paths import ARCH
from ports import PORT

HANG = rf"panic: watchdog\.c:\d+: watchdog: no progress for 1 s: stage (\w+) hangs at pc (0x[0-9a-f]+)"

# A run of some seconds, each of four million instructions.
PROGRESS = Scenario("progress", smp=2, append="watchdog=1 stress=20000",
                    kernel="firmware.elf", extra=("-icount", "shift=8"))

ON = "watchdog: a run without progress ends after 20 s"


def check_hang(result, stage):
    """It ended as failed with the watchdog's line, in @stage; the pc."""
    result.check_end()
    assert result.status
    match = re.search(HANG, result.lines[-3])
    assert match and match[1] == stage, result.text
    return int(match[2], 16)


def check_says(scenario, line):
    """@scenario boots, and its report has @line."""
    result = boot(scenario)
    result.at = 0
    result.expect(line)


def inside(pc, function):
    """Whether @pc is in @function of the ELF file."""
    names = symbols(built("firmware.elf"))
    below = [name for name, value in names.items() if value <= pc]
    return max(below, key=names.get).startswith(function)


def test_hang():
    """A loop without end, at the end of the boot."""
    result = run(Scenario("hang", append="watchdog=1 fault=hang", passes=False,
                          kernel="firmware.elf"))
    assert inside(check_hang(result, "running"), "hang")


def test_hang_early(tmp_path):
    """The same with the MMU off, where memory is read from the tree."""
    names = symbols(built("firmware.elf"))
    scenario = Scenario("early", passes=False, kernel="firmware.elf",
                        append="watchdog=1")
    result = boot_changed(scenario, tmp_path, names["firmware_main"],
                          names["of_scan_memory"], PORT.jump_to_itself)
    pc = check_hang(result, "memory")
    assert pc == names["of_scan_memory"]


def test_progress():
    """Stress runs longer than the watchdog waits, but is seen to make progress."""
    boot(PROGRESS)


@pytest.mark.skipif(PORT.trap_return is None,
                    reason="the port's traps let no interrupts in")
def test_interrupts_are_out_where_the_alarm_returns(tmp_path):
    """The next alarm lets interrupts in; they are out again before what the trap
    returns by is in registers that another trap would change."""
    end, names = PORT.trap_return, symbols(built("firmware.elf"))
    with gdb.stopped(PROGRESS.command(), tmp_path,
                     names["watchdog_alarm"]) as machine:
        code = machine.read(names[end.label], 1024)
        machine.run_to(names[end.label] + code.index(end.instruction))
        assert machine.register(end.register) & end.masked


def test_off():
    """Without a watchdog, or with one that can't be, the report says so."""
    check_says(Scenario("off", append="watchdog=0"), "watchdog: none, not asked for")


def test_nonsense():
    """A watchdog= that is no number is a warning, and the default."""
    check_says(Scenario("nonsense", append="watchdog=soon",
                        warnings=frozenset({"W-BOOTARG-WATCHDOG"})), ON)


@pytest.mark.parametrize("machine", ["virt", *[
    name for name in ("sifive_u", "spike") if name in qemu.machines(ARCH)]])
def test_machines(machine):
    """The default is on."""
    check_says(Scenario(machine, machine=machine, mem=None, nodes=None, smp=None), ON)


@pytest.mark.parametrize("name", PORT.no_watchdog)
def test_none(name):
    """Where nothing can interrupt the CPU, the boot says so and goes on."""
    check_says(Scenario(name, extra=PORT.variants[name]), "watchdog: none, .*")
