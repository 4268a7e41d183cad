# SPDX-License-Identifier: BSD-2-Clause
"""Boots in QEMU, asserted on the UART log read as a stream.

A Scenario says what machine to boot; boot() boots it and gives a Boot, which
has read the log from the first line of ours to the last and holds it to what
every boot must keep: the format of each key line, no forbidden word, the last
line, a machine that switched itself off with the right status. What one
scenario has beyond that is for its test to assert.
"""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import gdb
import qemu
from paths import ARCH, BUILD, HOST_DTB
from report import Report

# Seconds that a boot may take; one that takes longer is a failure.
BOOT_TIMEOUT = int(os.environ.get("BOOT_TIMEOUT", "60"))

# Words that a good boot's log doesn't have.
FORBIDDEN = re.compile(r"panic|trap|BUG|warning", re.I)

# Where they are allowed all the same: the self-test provokes traps, and says so
# in its lines.
SELF_TEST = re.compile(r"^(?:not )?ok \d+ |^# |^KTAP |^\d+\.\.\d+$")

# The first line of ours; what is before it is the firmware's below us.
FIRST_LINE = re.compile(r"bootmem \S+ \S+ report \d+")


@dataclass(frozen=True)
class Scenario:
    """A machine, what is booted on it, and how that must end."""

    name: str                       # of the test
    machine: str = "virt"           # a file in ci/machines/
    mem: str = "128M"
    nodes: int = 1
    smp: int = 1
    dts: str = None                 # fixture dts/<dts>.dts; None: QEMU's tree
    dtb: Path = None                # or any blob
    append: str = "selftest"
    kernel: str = None              # firmware.elf, .bin; None: the machine's
    initrd: Path = None
    extra: tuple = ()               # options for QEMU
    warnings: frozenset = frozenset()   # codes that must appear, and no others
    passes: bool = True             # how the run must end
    says: str = None                # regex: what the line before the last says
    arch: str = ARCH                # the port

    def blob(self):
        """The device tree to boot with, or None for QEMU's own, or for one that
        QEMU changes: a machine's that isn't drawn in dts/."""
        own = qemu.dtb_of(self.arch, self.machine)
        if self.dts:
            return HOST_DTB / self.arch / f"{self.dts}.dtb"
        if self.dtb or not own:
            return self.dtb
        return Path(own) if HOST_DTB in Path(own).parents else None

    def command(self, kernel=None):
        """QEMU's command line; @kernel instead of ours, where given; "": none."""
        extra = [*self.extra]
        if self.initrd:
            extra += ["-initrd", str(self.initrd)]
        blob = self.blob()
        if blob and not blob.exists():
            pytest.fail(f"{blob} isn't built; 'make dtbs' builds it",
                        pytrace=False)
        return qemu.machine_command(
            self.arch, self.machine,
            self.image() if kernel is None else kernel, self.mem, self.nodes,
            self.smp, str(blob) if blob else None, self.append, extra=extra)

    def image(self):
        """The file that is booted."""
        return built(self.kernel or os.path.basename(
            qemu.image_of(self.arch, self.machine)), self.arch)


def built(name, arch=ARCH):
    """The path of what the build made for a port."""
    path = BUILD / arch / name
    if not path.exists():
        pytest.fail(f"{path} isn't built; 'make firmware' builds it",
                    pytrace=False)
    return str(path)


@dataclass
class Boot:
    """How a boot went."""

    scenario: Scenario
    status: int                     # QEMU's exit status
    text: str                       # all that came out of the UART
    lines: list = field(init=False)     # ours, first to last
    report: Report = field(init=False)  # the same, understood

    def __post_init__(self):
        self.lines = self._our_lines()
        self.at = 0
        self.report = Report(self.lines)

    def _our_lines(self):
        lines = re.split(r"\r*\n", self.text)
        for i, line in enumerate(lines):
            if FIRST_LINE.fullmatch(line):
                return lines[i:]
        self.fail("no line 'bootmem <version> <arch> report <n>'")

    def fail(self, what):
        """Fail the test; the log is printed with it."""
        pytest.fail(f"{what}\nstatus {self.status}, log:\n{self.text}",
                    pytrace=False)

    def expect(self, pattern):
        """The next line, from where the last call stopped, that is @pattern."""
        for i in range(self.at, len(self.lines)):
            match = re.fullmatch(pattern, self.lines[i])
            if match:
                self.at = i + 1
                return match
        self.fail(f"no line {pattern!r} from line {self.at + 1} on")

    def check_end(self):
        """The last line, and power-off with a status that agrees with it."""
        verdict = "pass" if self.scenario.passes else "fail"
        if self.status == qemu.TIMEOUT_STATUS:
            self.fail(f"no power-off within {BOOT_TIMEOUT} s")
        if self.lines[-2:] != [f"bootmem: done status {verdict}", ""]:
            self.fail(f"the last line isn't 'bootmem: done status {verdict}'")
        if self.status < 0:
            self.fail("QEMU died of a signal")
        if self.scenario.passes and self.status:
            self.fail("QEMU's exit status doesn't say pass")
        if not self.scenario.passes and not self.status and \
                self.report.machine:
            self.fail("QEMU's exit status doesn't say fail, although the "
                      "tree, and the register in it that ends the run, was read")

    def check_reason(self):
        """A failed run says why in the line before the last."""
        if not re.search(self.scenario.says, self.lines[-3]):
            self.fail(f"no reason {self.scenario.says!r} before the last line")

    def check_forbidden(self):
        """No forbidden word; warnings are the ones expected, each of them."""
        codes = {warning.code for warning in self.report.warnings}
        if codes != self.scenario.warnings:
            self.fail(f"warnings {sorted(codes)}, expected "
                      f"{sorted(self.scenario.warnings)}")
        for line in self.lines:
            if FORBIDDEN.search(line) and not SELF_TEST.match(line) and \
                    not (self.scenario.warnings and
                         line.startswith("warning: ")):
                self.fail(f"forbidden: {line!r}")

    def check_ktap(self):
        """The self-test ran to its plan, and all of it is ok."""
        self.at = 0
        self.expect(r"KTAP version 1")
        planned = int(self.expect(r"1\.\.(\d+)")[1])
        results = [line for line in self.lines[self.at:]
                   if re.match(r"(?:not )?ok \d", line)]
        for number, line in enumerate(results, 1):
            if not re.match(rf"ok {number} (?:- )?\S", line):
                self.fail(f"self-test: {line!r}")
        if planned != len(results) or not planned:
            self.fail(f"self-test: planned {planned}, ran {len(results)}")

    def check_order(self):
        """The key lines come in the report's order."""
        early = "early=memblock" not in self.scenario.append.split()
        maps = [r"bootmem: node .*"]    # late on the road without bootmem
        for pattern in (r"bootmem \S+ \S+ report 1", r"machine: .*",
                        r"memblock: memory\[0\] .*", *maps * early,
                        r"paging: .*",
                        r"protection: canary .* executable 0, over no-map ranges 0",
                        r"Zone ranges:",
                        r"Early memory node ranges", r"Fallback order .*",
                        *maps * (not early), r"Memory: .*",
                        r"Node \d+, zone .*", r"ledger: node .*",
                        r"ledger: total .*", r"stage: .*",
                        rf"bootmem: done status {self.report.verdict}"):
            self.expect(pattern)


def run(scenario, command=None):
    """Boot @scenario; how it went is for the caller to check."""
    status, text = qemu.run(command or scenario.command(), BOOT_TIMEOUT,
                            not qemu.powers_off(scenario.arch,
                                                scenario.machine))
    return Boot(scenario, status, text.decode(errors="replace"))


def boot(scenario, command=None):
    """Boot @scenario and check what holds for every boot."""
    result = run(scenario, command)
    result.check_end()
    if not scenario.passes:
        result.check_reason()
        return result
    result.check_forbidden()
    result.check_order()
    if "selftest" in scenario.append.split():
        result.check_ktap()
    return result


def boot_changed(scenario, folder, start, address, data):
    """Boot @scenario, and when it gets to @start put @data at @address; a Boot that
    came to its end. @folder is for the debugger's socket."""
    result = Boot(scenario, *gdb.run_changed(scenario.command(), folder, start,
                                             address, data))
    result.check_end()
    return result
