# SPDX-License-Identifier: BSD-2-Clause
"""Machines that must boot: each is booted, its report read and compared."""

import re

import pytest

import against_oracle
from boot import Scenario, boot

OVERLAP = frozenset({"W-RSV-OVERLAP"})

SCENARIOS = [
    # QEMU's own trees.
    Scenario("one-node-128M"),
    Scenario("one-node-1G", mem="1G"),
    Scenario("two-nodes-2G", mem="2G", nodes=2, smp=2),
    Scenario("two-nodes-one-above-4G", mem="6G", nodes=2, smp=4),
    Scenario("four-cpus", smp=4),
    Scenario("without-self-test", append=""),
    Scenario("raw-image", kernel="firmware.bin"),
    Scenario("64G", mem="64G"),
    Scenario("1T-two-nodes", mem="1T", nodes=2, smp=2),
    Scenario("counting-instructions", extra=("-icount", "shift=0")),
    # Other machines.
    Scenario("sifive_u", machine="sifive_u", smp=2),
    Scenario("sifive_u-five-cpus", machine="sifive_u", smp=5, mem="1G"),
    Scenario("spike", machine="spike"),
    # Trees of our own: dts/boot-*.dts draw them.
    Scenario("hole", dts="boot-hole", mem="256M", smp=4),
    Scenario("unaligned-banks", dts="boot-unaligned", mem="256M", smp=4),
    Scenario("interleaved-nodes", dts="boot-interleaved", mem="256M", smp=4),
    Scenario("four-nodes", dts="boot-four-nodes", mem="1G", smp=4),
    Scenario("reserved", dts="boot-reserved", mem="256M", smp=4),
    Scenario("overlap", dts="boot-overlap", mem="256M", smp=4,
             warnings=OVERLAP),
    Scenario("memreserve", dts="boot-memreserve", mem="256M", smp=4,
             warnings=OVERLAP),
    Scenario("image-reserved", dts="boot-image-reserved", smp=4,
             warnings=OVERLAP),
    Scenario("only-above-4G", dts="boot-above-4g", mem="4G", smp=4,
             warnings=frozenset({"W-RSV-OUTSIDE"})),
    Scenario("sv39", dts="boot-sv39", smp=4),
    Scenario("sv39-beyond", dts="boot-sv39-beyond", mem="512G", smp=4,
             warnings=frozenset({"W-MEM-REACH"})),
    Scenario("sv48", dts="boot-sv48", mem="512G", smp=4),
    *[Scenario(f"boot-cpu-{cpu}", dts=f"boot-cpu{cpu}", smp=4)
      for cpu in range(4)],
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_boot(scenario, tmp_path):
    """The report says what the oracle finds in the tree."""
    against_oracle.check(boot(scenario), tmp_path)


@pytest.mark.parametrize("machine", ["virt", "sifive_u", "spike"])
def test_line_ends(machine):
    """Every line, by whichever console it came, ends in CR LF."""
    result = boot(Scenario("line-ends", machine=machine, smp=2))
    ours = result.text[result.text.index(result.lines[0]):]
    assert set(re.findall(r"\r*\n\r*", ours)) == {"\r\n"}


def test_initrd(tmp_path):
    """The initrd that the boot loader put into RAM is named and kept."""
    initrd = tmp_path / "initrd"
    initrd.write_bytes(b"\xa5" * (3 * 4096 + 5))
    result = boot(Scenario("initrd", mem="256M", initrd=initrd))
    oracle = against_oracle.check(result, tmp_path)
    assert {kind: size for (_, kind, _), size in oracle.taken().items()
            if kind == "initrd"} == {"initrd": 4 * 4096}


@pytest.mark.parametrize("scenario, mode", [
    (Scenario("shallow-will-do", dts="boot-sv39", smp=4), "Sv39"),
    (Scenario("small-is-shallow"), "Sv39"),
    (Scenario("deep-needed", dts="boot-sv48", mem="512G", smp=4), "Sv48"),
], ids=lambda value: getattr(value, "name", value))
def test_shallowest_page_tables(scenario, mode):
    """The shallowest format that reaches all RAM is chosen."""
    assert boot(scenario).report.paging.mode == mode


@pytest.mark.parametrize("cpu", range(4))
def test_boot_cpu(cpu):
    """The report names the CPU that booted."""
    scenario = Scenario(f"cpu{cpu}", dts=f"boot-cpu{cpu}", smp=4)
    assert boot(scenario).report.machine.cpu == cpu


def test_same_log_every_time():
    """Counted instructions and all, two boots print the same."""
    scenario = Scenario("same", mem="256M", extra=("-icount", "shift=0"))
    assert boot(scenario).lines == boot(scenario).lines


def test_stages_count_instructions():
    """Under -icount the stages' unit is instructions, and all are there."""
    scenario = Scenario("icount", extra=("-icount", "shift=0"))
    stages = boot(scenario).report.stages
    assert {stage.unit for stage in stages} == {"insns"}
    assert [stage.name for stage in stages][:3] == ["verify", "memory",
                                                    "reserved"]


def test_memory_costs_nothing_to_boot():
    """64 times the RAM, and no stage takes twice the instructions."""
    count = ("-icount", "shift=0")
    small = boot(Scenario("small", mem="1G", extra=count, append="")).report
    large = boot(Scenario("large", mem="64G", extra=count, append="")).report
    for few, many in zip(small.stages, large.stages):
        assert many.cost < 2 * few.cost + 1000, (few, many)
