# SPDX-License-Identifier: BSD-2-Clause
"""Machines past this one (test/simulate): what may grow with RAM and nodes, and by
how much. Every run checks its own operations and books, too."""

import subprocess

import pytest

import simulate
from paths import BUILD

PROGRAM = BUILD / "simulate" / "simulate"

pytestmark = pytest.mark.xdist_group("simulate")


@pytest.fixture(scope="module", name="figures")
def figures_fixture():
    """name of a machine -> its figures."""
    if not PROGRAM.exists():
        pytest.fail(f"{PROGRAM} isn't built; 'make simulate' builds it",
                    pytrace=False)
    return {name: simulate.simulate(PROGRAM, *machine)
            for name, machine in simulate.MACHINES.items()}


def test_boot_does_not_grow_with_ram(figures):
    """1 PiB is a million times 1 GiB, and boots in at most twice as many steps."""
    assert figures["1 PiB"]["init"] < 2 * figures["1 GiB"]["init"]


def test_boot_grows_with_pairs_of_nodes(figures):
    """Everybody falls back on everybody: with 16 times the nodes there is 256 times
    as much to write down, and half as much again to sort it."""
    assert (figures["1,024 nodes, 1 PiB"]["init"] <
            1.5 * 256 * figures["64 nodes, 1 PiB"]["init"])


def test_hot_path_does_not_grow(figures):
    """A hot pair is the same on all of them."""
    assert len({machine["order-0 pair, hot"]
                for machine in figures.values()}) == 1


def test_operations_grow_with_levels(figures):
    """Six levels of the tree instead of two: at most three times as much, and a
    hundred blocks for more of everything."""
    assert (figures["1 PiB"]["worst operation"] <
            3 * figures["1 GiB"]["worst operation"] + 100)


def test_search_grows_with_nodes(figures):
    """Where all but 64 pages are taken, a request looks at each node's zone once,
    and where nothing is left twice, with a drain of caches and tables in between."""
    many = figures["1,024 nodes, 1 PiB"]
    one = figures["1 PiB"]
    for name, blocks in (("order-0 alloc, 64 blocks left: worst", 10),
                         ("alloc, nothing left: worst", 60)):
        assert many[name] < one[name] + 1024 * blocks


def test_all_memory_is_back(figures):
    """After all of it, memory is in blocks as large as before, on every machine."""
    assert {machine["order-9 recovery, %"]
            for machine in figures.values()} == {100}


@pytest.mark.parametrize("arguments", [(), ("0", "1"), ("1", "0"), ("4097", "1"),
                                       ("1", "4193281"), ("2", "x")])
def test_machines_that_cannot_be(arguments):
    """A line that says what can be."""
    done = subprocess.run([PROGRAM, *arguments], stderr=subprocess.PIPE,
                          text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("usage: ")
