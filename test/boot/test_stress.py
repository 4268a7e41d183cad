# SPDX-License-Identifier: BSD-2-Clause
"""Several CPUs: all are started, each on its own stack and node; the allocator
stands all of them at the same time, and one that fails is heard to its end."""

import re

import pytest

import bench
import qemu
from boot import Boot, Scenario, boot, boot_changed, built
from elf import symbols
from gdb import ILLEGAL
from paths import ARCH, BUILD
from ports import PORT

# Seconds that the long one may take where the host has fewer CPUs than the
# machine, and other tests to run.
LONG_TIMEOUT = 240

# What the last lines of a stress say.
SUMMARY = (r"stress: (\d+) CPUs, (\d+) operations each, \d+ without memory, "
           r"(\d+) freed by another CPU, (\d+) bad frees refused, 0 wrong, "
           r"worst operation \d+ (?:ticks|insns)")
BACK = r"stress: (0x[0-9a-f]+) pages free before, \1 after, the same ones"

# Bad frees of each CPU (firmware/stress.c).
BAD_FREES = 4

# What the plugin says of a CPU: operations, and the instructions of the longest.
PLUGIN = BUILD / "bench" / "insns_plugin.so"
OPERATION = ("stress_op_begin", "stress_op_end")
COUNT = re.compile(r"^insns: cpu \d+: (\d+) spans, \d+ insns, worst (\d+), "
                   r"worst without a wait (\d+)$", re.M)

# Instructions of any operation that doesn't wait, at most.
WORST_OPERATION = 2000

# Of so many blocks that are mailed at least one is shared; one in four is.
SURE_TO_SHARE = 100

# A line of the registers that follow a trap's, and how many of them any port has
# at least.
REGISTERS = r"(?: +\S+ +0x[0-9a-f]+)+"
GENERAL_REGISTERS = 16


def check_stress(result, operations):
    """The stress of result's scenario did what it should, with all CPUs."""
    smp, result.at = result.scenario.smp, 0
    result.expect(rf"smp: {smp} of {smp} CPUs up")
    cpus, each, mailed, refused = map(int, result.expect(SUMMARY).groups())
    assert (cpus, each, refused) == (smp, operations, smp * BAD_FREES)
    assert (mailed > 0) == (smp > 1)
    shared = int(result.expect(r"stress: (\d+) blocks shared by two CPUs")[1])
    assert shared <= mailed and (shared > 0 or mailed < SURE_TO_SHARE)
    result.expect(BACK)
    result.expect(r"Node \d+, zone .*")
    result.expect(r"ledger: total .*, balance 0")


@pytest.mark.parametrize("nodes, smp", [(1, 1), (1, 2), (2, 2), (1, 4), (2, 4),
                                        (2, 8)])
def test_stress(nodes, smp):
    """Every CPU comes up, and a stress of some thousand operations passes."""
    result = boot(Scenario("stress", mem="256M", nodes=nodes, smp=smp,
                           append="selftest stress=5000"))
    check_stress(result, 5000)


@pytest.mark.skipif(not PORT.landing_pads, reason="the port signs no addresses")
def test_stress_of_signed_returns():
    """The same on CPUs that return to what they signed, started again and again."""
    result = boot(Scenario("stress-signed", mem="256M", smp=4, append="stress=5000",
                           extra=PORT.landing_pads))
    check_stress(result, 5000)


def test_stress_where_memory_runs_out():
    """The same where there is too little for what all CPUs would hold."""
    result = boot(Scenario("stress-small", mem="16M", smp=4,
                           append="stress=20000"))
    check_stress(result, 20000)


def test_stress_counting_instructions():
    """The same where CPUs run in turns, which change in the midst of things."""
    result = boot(Scenario("stress-icount", mem="256M", nodes=2, smp=2,
                           append="stress=2000",
                           extra=("-icount", "shift=0")))
    check_stress(result, 2000)


@pytest.mark.timeout(LONG_TIMEOUT + 30)
def test_long_stress():
    """A million operations of each of four CPUs, on two nodes."""
    scenario = Scenario("stress-long", mem="1G", nodes=2, smp=4,
                        append="stress=1000000")
    status, text = qemu.run(scenario.command(), LONG_TIMEOUT,
                            not qemu.powers_off(ARCH, scenario.machine))
    result = Boot(scenario, status, text.decode(errors="replace"))
    result.check_end()
    result.check_forbidden()
    check_stress(result, 1000000)


def test_worst_operation_in_instructions():
    """What an operation takes at most, counted for each of four CPUs that run at the
    same time; waits for other CPUs depend on the host and have no limit."""
    elf = str(built("firmware.elf"))
    scenario = Scenario("stress-counted", mem="1G", nodes=2, smp=4,
                        append="stress=20000", kernel=elf,
                        extra=bench.plugin_options(PLUGIN, elf, *OPERATION))
    status, log = qemu.run(scenario.command(), LONG_TIMEOUT)
    text, counted, counts = log.decode().partition("insns: ")
    check_stress(Boot(scenario, status, text), 20000)
    counts = [tuple(map(int, found))
              for found in COUNT.findall(counted + counts)]
    assert len(counts) == 4
    for spans, worst, alone in counts:
        assert spans >= 15000
        assert alone <= worst
        assert alone <= WORST_OPERATION, counts


def test_cpus_that_are_not_there():
    """Two of the tree's four CPUs don't exist: two warnings, two CPUs."""
    result = boot(Scenario("lost", dts="boot-hole", mem="256M", smp=2,
                           append="stress=2000",
                           warnings=frozenset({"W-CPU-START"})))
    assert len(result.report.warnings) == 2
    result.at = 0
    result.expect(r"smp: 2 of 4 CPUs up")
    assert result.expect(SUMMARY)[1] == "2"
    result.expect(BACK)


def test_each_cpu_has_guarded_stacks():
    """Every other CPU takes a stack and a trap stack, each with a guard page."""
    def guards(smp):
        report = boot(Scenario("guards", smp=smp)).report
        return sum(row.size for row in report.rows
                   if (row.kind, row.owner) == ("stack", "guard page"))
    assert guards(4) - guards(1) == 3 * 2 * 4096


@pytest.mark.parametrize("start, victim", [
    ("run_worker", "run_worker"),
    # Only CPUs that were off before: the boot CPU doesn't come there.
    ("smp_call", "run_work"),
])
def test_one_report_of_many_traps(tmp_path, start, victim):
    """Many CPUs trap at the same time; one is reported, whole, and the run ends."""
    scenario = Scenario("trap", smp=4, append="stress=1000", passes=False,
                        says=r"^ .*0x[0-9a-f]{16}$")
    address = symbols(built("firmware.elf"))
    result = boot_changed(scenario, tmp_path, address[start], address[victim],
                          ILLEGAL)
    result.check_reason()
    traps = [i for i, line in enumerate(result.lines)
             if line.startswith("trap: ")]
    assert len(traps) == 1, result.text
    dump = result.lines[traps[0] + 1:-2]
    assert all(re.fullmatch(REGISTERS, line) for line in dump), result.text
    assert sum(line.count("0x") for line in dump) >= GENERAL_REGISTERS, result.text


def test_text_is_not_writable_for_other_cpus(tmp_path):
    """A CPU that was started has paging on: it can't write to its own text."""
    scenario = Scenario("write-text", smp=2, append="stress=1000", passes=False)
    address = symbols(built("firmware.elf"))
    result = boot_changed(scenario, tmp_path, address["smp_call"],
                          address["run_work"], PORT.write_to_itself)
    result.expect(rf"trap: store (page|permission) fault pc "
                  rf"0x[0-9a-f]+ addr {address['run_work']:#018x}")
