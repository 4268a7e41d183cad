# SPDX-License-Identifier: BSD-2-Clause
"""Machines that must boot: each is booted, its report read and compared."""

import os
import re

import pytest

import against_oracle
import qemu
from boot import Scenario, boot, run
from paths import ARCH
from ports import PORT

OVERLAP = frozenset({"W-RSV-OVERLAP"})

# What the firmware below us reserves for itself, outside RAM.
OUTSIDE = frozenset({"W-RSV-OUTSIDE"} if PORT.firmware_reserved else ())

# CPUs that can be the one that boots.
BOOT_CPUS = range(4 if PORT.any_cpu_boots else 0)

SCENARIOS = [
    # QEMU's own trees.
    Scenario("one-node-128M"),
    Scenario("one-node-1G", mem="1G"),
    Scenario("two-nodes-2G", mem="2G", nodes=2, smp=2),
    Scenario("two-nodes-one-above-4G", mem="6G", nodes=2, smp=4),
    Scenario("four-cpus", smp=4),
    Scenario("many-nodes", mem="2G", nodes=PORT.max_nodes, smp=PORT.max_nodes),
    Scenario("without-self-test", append=""),
    Scenario("raw-image", kernel="firmware.bin"),
    Scenario("elf-file", kernel="firmware.elf"),
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
    Scenario("odd-banks", dts="boot-odd-banks", mem="256M", smp=4),
    Scenario("interleaved-nodes", dts="boot-interleaved", mem="256M", smp=4),
    Scenario("four-nodes", dts="boot-four-nodes", mem="1G", smp=4),
    Scenario("reserved", dts="boot-reserved", mem="256M", smp=4),
    Scenario("overlap", dts="boot-overlap", mem="256M", smp=4,
             warnings=OVERLAP),
    Scenario("memreserve", dts="boot-memreserve", mem="256M", smp=4,
             warnings=OVERLAP),
    Scenario("only-above-4G", dts="boot-above-4g", mem="4G", smp=4,
             warnings=OUTSIDE),
    Scenario("sv39", dts="boot-sv39", smp=4),
    *[Scenario("sv39-beyond", dts="boot-sv39-beyond", mem="512G", smp=4,
               warnings=frozenset({"W-MEM-REACH"}))] * PORT.mmu_type,
    Scenario("sv48", dts="boot-sv48", mem="512G", smp=4),
    Scenario("early-console-stays", dts="machine-no-stdout", smp=4),
    *[Scenario(f"{name}-{kernel}", kernel=f"firmware.{kernel}", extra=extra)
      for name, extra in PORT.variants.items() for kernel in ("bin", "elf")],
    *[Scenario(f"boot-cpu-{cpu}", dts=f"boot-cpu{cpu}", smp=4)
      for cpu in BOOT_CPUS],
]


def there_is(scenario):
    """The port has that machine."""
    return scenario.machine in qemu.machines(ARCH)


@pytest.mark.parametrize("scenario", [*filter(there_is, SCENARIOS)],
                         ids=lambda s: s.name)
def test_boot(scenario, tmp_path):
    """The report says what the oracle finds in the tree."""
    against_oracle.check(boot(scenario), tmp_path)


def need_tree(machine):
    """Skip the test where @machine's tree is a real board's that isn't here."""
    tree = qemu.dtb_of(ARCH, machine)
    if tree and "boards" in tree and not os.path.exists(tree):
        pytest.skip(f"{tree} isn't here; 'make boards' fetches it")


@pytest.mark.parametrize("machine", qemu.machines(ARCH))
def test_machine(machine, tmp_path):
    """Every machine boots as its file in ci/machines/ says, and every line, by
    whichever console it comes, ends in CR LF."""
    need_tree(machine)
    keys = qemu.load_machine(ARCH, machine)
    scenario = Scenario("machine", machine=machine, mem=None, nodes=None,
                        smp=None,
                        warnings=frozenset(keys.get("WARNINGS", "").split()))
    result = boot(scenario)
    if "boards" in keys.get("DTB", ""):
        # What is placed by the image itself, the oracle doesn't know.
        against_oracle.check_blocks(result.report)
    else:
        against_oracle.check(result, tmp_path)
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
    (Scenario("shallow-will-do", dts="boot-sv39", smp=4), PORT.modes[0]),
    (Scenario("small-is-shallow"), PORT.modes[0]),
    (Scenario("deep-needed", **PORT.deep), PORT.modes[1]),
], ids=lambda value: getattr(value, "name", value))
def test_shallowest_page_tables(scenario, mode):
    """The shallowest format that reaches all RAM is chosen."""
    assert boot(scenario).report.paging.mode == mode


if BOOT_CPUS:
    @pytest.mark.parametrize("cpu", BOOT_CPUS)
    def test_boot_cpu(cpu):
        """The report names the CPU that booted."""
        scenario = Scenario(f"cpu{cpu}", dts=f"boot-cpu{cpu}", smp=4)
        assert boot(scenario).report.machine.cpu == cpu


if PORT.any_cpu_boots:
    def test_power_off_by_a_value():
        """Where no device is there to switch off, a value in a register does."""
        result = run(Scenario("syscon", dts="boot-syscon", smp=4, append=""))
        assert result.report.verdict == "pass"
        assert result.status == 7


def test_same_log_every_time():
    """Counted instructions and all, two boots print the same."""
    scenario = Scenario("same", mem="256M", extra=("-icount", "shift=0"))
    assert boot(scenario).lines == boot(scenario).lines


def test_stages_count_instructions():
    """Under -icount the stages' unit is instructions; all are there, and none
    costs less than a thousand."""
    scenario = Scenario("icount", extra=("-icount", "shift=0"))
    stages = boot(scenario).report.stages
    assert {stage.unit for stage in stages} == {"insns"}
    assert min(stage.cost for stage in stages) > 1000
    assert [stage.name for stage in stages][:3] == ["verify", "memory",
                                                    "reserved"]


def test_memory_costs_nothing_to_boot():
    """64 times the RAM, and no stage takes twice the instructions."""
    count = ("-icount", "shift=0")
    small = boot(Scenario("small", mem="1G", extra=count, append="")).report
    large = boot(Scenario("large", mem="64G", extra=count, append="")).report
    for few, many in zip(small.stages, large.stages):
        assert many.cost < 2 * few.cost + 1000, (few, many)
