# SPDX-License-Identifier: BSD-2-Clause
"""What must not be left behind, looked for in the running machine's memory: the early
stack that becomes free, the seed that the canary was made of."""

import re

import libfdt

from boot import Scenario, boot, built
from elf import symbols
from gdb import stopped

SCENARIO = Scenario("secrets", kernel="firmware.bin")

# The canary before the tree was read, without its first byte in memory.
DEFAULT_CANARY = 0x9e3779b97f4a7c00


def test_early_memory_is_wiped(tmp_path):
    """When the first report of free memory is made, nothing is left on the early
    stack, in the guard page above data, and in what of brk was given back."""
    names = symbols(built("firmware.elf"))
    used = [row.size for row in boot(SCENARIO).report.rows if row.owner == "brk"]
    assert len(used) == 1
    with stopped(SCENARIO.command(), tmp_path, names["report_memory"]) as gdb:
        size = names["image_brk"] - names["image_guard"]
        assert gdb.read(names["image_guard"], size) == bytes(size)
        start = names["image_brk"] + used[0]
        size = names["image_end"] - start
        assert size and gdb.read(start, size) == bytes(size)


def test_early_stack_was_used(tmp_path):
    """The test before would see it: until then there is something on the stack."""
    names = symbols(built("firmware.elf"))
    with stopped(SCENARIO.command(), tmp_path, names["free_initmem"]) as gdb:
        assert any(gdb.read(names["image_brk"] - 256, 256))


def canary(gdb, names):
    """The canary now."""
    return int.from_bytes(gdb.read(names["__stack_chk_guard"], 8), "little")


def test_seed_is_wiped(tmp_path):
    """The tree that stays in memory has its rng-seed's place, and zeros there; the
    log has none of it; the canary is another one on each run."""
    names = symbols(built("firmware.elf"))
    machine = boot(SCENARIO).report.machine
    seen = set()
    for _ in range(2):
        with stopped(SCENARIO.command(), tmp_path, names["of_scan_memory"]) as gdb:
            tree = libfdt.Fdt(gdb.read(machine.dtb, machine.dtb_size))
            chosen = tree.path_offset("/chosen")
            seed = bytes(tree.getprop(chosen, "rng-seed"))
            assert len(seed) == 32 and not any(seed)
            seen.add(canary(gdb, names))
        (tmp_path / "gdb").unlink()
    assert len(seen) == 2 and DEFAULT_CANARY not in seen
    assert all(value & 0xff == 0 and value >> 32 for value in seen)


def test_seed_was_there(tmp_path):
    """Before it was read, the tree had one, and the canary was the constant."""
    names = symbols(built("firmware.elf"))
    machine = boot(SCENARIO).report.machine
    with stopped(SCENARIO.command(), tmp_path, names["firmware_main"]) as gdb:
        tree = libfdt.Fdt(gdb.read(machine.dtb, machine.dtb_size))
        seed = bytes(tree.getprop(tree.path_offset("/chosen"), "rng-seed"))
        assert any(seed)
        assert canary(gdb, names) == DEFAULT_CANARY


def test_log_has_no_seed():
    """The report names the seed as the canary's source, without a digit of it."""
    result = boot(SCENARIO)
    assert result.report.protection.canary == "the tree's seed"
    assert not re.search(r"seed.*[0-9a-f]{8}", result.text)
