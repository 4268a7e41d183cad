# SPDX-License-Identifier: BSD-2-Clause
"""Boot one case of the matrix and hold it against what must come of it.

A boot that passes must say what the oracle finds in its tree, line by line and to
the byte, with exactly the warnings that the tree deserves. One that fails must
have had a reason to: arguments that ask for it, an image in somebody else's
memory, or too little memory left; and it must say so and switch itself off. The
log and the tree of a case that did otherwise stay in FAILED.
"""

import hashlib
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

import against_oracle
import qemu
import trees
from boot import Boot, Scenario
from doubts import UNFORESEEN, Facts, MachineOracle
from firmware_below import added_by
from oracle import Claim
from paths import BUILD
from ports import PORTS
from report import Report

MATRIX = BUILD / "matrix"

# Inputs and logs of the cases that went wrong.
FAILED = MATRIX / "failed"

# Seconds that a boot may take on a machine that others use, too.
BOOT_TIMEOUT = 120

# A boot may end for want of memory where a node has less than this free for all
# that the image makes during the boot: tables, maps, stacks. Fragments of it may
# be too small even where there is more.
SCARCE = 4 << 20

# What a panic for want of memory says.
SCARCITY = re.compile(r"memory|free bytes|no room|brk")


@dataclass(frozen=True)
class Build:
    """What boots: an image, and the emulator that it boots in."""

    folder: Path                    # with firmware.elf and firmware.bin
    emulator: tuple = ()            # instead of QEMU's name: words of a command
    options: tuple = ()             # and options for it


def write_once(path, data):
    """Put @data into the file @path, unless it is there; workers may race."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}")
        part.write_bytes(data)
        part.rename(path)
    return path


def hand_over(how, image, dtb):
    """A kernel that passes on the tree @dtb, and QEMU's options for both."""
    kernel = write_once(MATRIX / "hand-over.bin", how.code)
    return kernel, tuple(
        word for path, address in ((image, how.image), (dtb, how.dtb))
        for word in ("-device", f"loader,file={path},addr={address:#x},"
                                "force-raw=on"))


def scenario_of(case, build):
    """(scenario, command) of @case."""
    image, extra, dtb = build.folder / case.image, build.options, None
    if case.variant:
        extra += tuple(PORTS[case.arch].variants[case.variant])
    if case.blob:
        name = hashlib.sha256(case.blob).hexdigest()
        dtb = write_once(MATRIX / "trees" / f"{name}.dtb", case.blob)
    append = case.append
    how = PORTS[case.arch].hand_over
    if case.family == "handed" and how:
        if append:
            dtb = Path(qemu.with_bootargs(str(dtb), append))
        image, more = hand_over(how, image, dtb)
        extra, dtb, append = extra + more, None, None
    scenario = Scenario(str(case.number), arch=case.arch, mem=case.mem,
                        nodes=case.nodes if not case.blob else 1, smp=case.smp,
                        dtb=dtb, append=append, extra=extra)
    command = scenario.command(kernel=str(image))
    return (replace(scenario, append=case.append),
            [*build.emulator, *command[1:]] if build.emulator else command)


def tree_of(case, command):
    """The blob of @case; QEMU's own is dumped, once for each machine."""
    if case.blob:
        return case.blob
    machine = [word for i, word in enumerate(command)
               if "-append" not in command[max(0, i - 1):i + 1]]
    name = hashlib.sha256(repr(machine).encode()).hexdigest()
    path = MATRIX / "own" / f"{name}.dtb"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}")
        status, text = qemu.run([*command, "-machine", f"dumpdtb={part}"])
        assert status == 0, text.decode(errors="replace")
        part.rename(path)
    return path.read_bytes()


def extra_claims(case, report, elf):
    """What no tree names: the tree itself, the image, the firmware's own."""
    machine = report.machine
    firmware = [] if case.family == "handed" else \
        added_by(machine.firmware, "virt", case.smp)
    return [Claim("dtb", machine.dtb, machine.dtb + machine.dtb_size,
                  "device tree"),
            against_oracle.image_claim(report, elf), *firmware]


def facts_of(case):
    """What the oracle has to know of the machine, besides its tree."""
    port = PORTS[case.arch]
    return Facts(case.append, port.phys_bits if not case.variant else 64,
                 case.smp, port.ram,
                 trees.START + qemu.parse_size(case.mem) if case.blob
                 else 1 << 63, port.firmware_reserved)


def check_warnings(report, oracle, case):
    """The codes are exactly those that there are reasons for."""
    found = {warning.code for warning in report.warnings}
    wanted = oracle.doubts() | case.codes
    unexpected = sorted(found - wanted - UNFORESEEN)
    assert not unexpected and wanted <= found, (
        f"warnings {unexpected} unexpected, {sorted(wanted - found)} missing")
    if "W-RSV-UNPLACED" in found:
        assert oracle.placed(), "nothing was to be placed"


def check_placement(report, oracle):
    """What was placed stands where its node lets it stand."""
    for name, alignment, ranges in oracle.tree.wishes():
        for region in report.reserved:
            if region.owner != name:
                continue
            assert region.start % alignment == 0, (name, region)
            assert not ranges or any(
                low <= region.start and region.end <= high
                for low, high in ranges), (name, region)


def first_report(result):
    """The report without what a stress prints once more: the ledger, which must
    be the same again."""
    starts = [i for i, line in enumerate(result.lines)
              if line.startswith("stress: ")]
    if not starts:
        return result.report
    before = Report(result.lines[:starts[0]])
    after = Report(result.lines[starts[0]:])
    against_oracle.same("ledger after the stress", after.rows, before.rows)
    return before


def check_passed(case, result, oracle):
    """A boot that went to its end."""
    failures = "W-RSV-IMAGE" in oracle.doubts()
    result.scenario = replace(
        result.scenario, passes=not failures,
        warnings=frozenset(w.code for w in result.report.warnings))
    result.check_end()
    result.check_forbidden()
    result.check_order()
    if "selftest" in case.append.split():
        result.check_ktap()
    check_warnings(result.report, oracle, case)
    report = first_report(result)
    against_oracle.check_all(report, oracle)
    check_placement(report, oracle)
    against_oracle.same("hotpluggable", [r.hotpluggable for r in report.memory],
                        [bank.hotplug for bank in oracle.memory])


def check_ended(case, result, oracle):
    """A boot that didn't: it says why, and had a reason."""
    result.scenario = replace(result.scenario, passes=False, says="^panic: ")
    result.check_end()
    result.check_reason()
    assert SCARCITY.search(result.report.panic), result.report.panic
    scarce = oracle is None or min(
        [*oracle.free().values(), 1 << 64]) < SCARCE
    assert case.may_fail or (scarce and case.family != "own"), \
        f"no reason for: {result.report.panic}"


def judge(case, result, tree, elf):
    """Check all; returns how the boot ended, in a word."""
    report, oracle = result.report, None
    if report.machine and any(r.owner == "text" for r in report.reserved):
        oracle = MachineOracle(tree, extra_claims(case, report, elf),
                               facts_of(case))
    if report.panic or report.trap or not oracle:
        check_ended(case, result, oracle)
        return "panic"
    check_passed(case, result, oracle)
    return "passed" if report.verdict == "pass" else "failed"


def boot_case(case, build):
    """Boot and judge @case; (how it ended, what was wrong or None)."""
    scenario, command = scenario_of(case, build)
    status, data = qemu.run(command, BOOT_TIMEOUT)
    text = data.decode(errors="replace")
    try:
        result = Boot(scenario, status, text)
        return judge(case, result, tree_of(case, command),
                     build.folder / "firmware.elf"), None
    except (Exception, pytest.fail.Exception) as error:
        return "wrong", keep_failure(case, command, text, error)


def failure_folder(case):
    """Where what @case booted is kept if it goes wrong."""
    return FAILED / f"{case.arch}-{case.seed}-{case.number}"


def keep_failure(case, command, text, error):
    """Keep all that is needed to look into a failure; what is to be said."""
    folder = failure_folder(case)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "log").write_text(text)
    (folder / "command").write_text(" ".join(command) + "\n")
    if case.blob:
        (folder / "tree.dtb").write_bytes(case.blob)
    what = f"{type(error).__name__}: {error}".split("\nstatus ")[0]
    return f"{case.arch} {case.number} ({case.family}, {case.mem}, " \
           f"{case.append!r}, {' '.join(case.flaws)}): {what}"
