# SPDX-License-Identifier: BSD-2-Clause
"""docs/faults.md names kinds of fault, codes and tests: each of them exists."""

import re

import pytest

from paths import TOP

PAGE = (TOP / "docs" / "faults.md").read_text(encoding="utf-8")

# A row: number, kind, line, tests.
ROWS = re.findall(r"^\| (\d+) \| (.*?) \| (.*) \| (.*) \|$", PAGE, re.M)

# How many kinds there are of each sort.
SORTS = {"tree": 15, "memory": 16, "NUMA": 8, "reserved": 16, "run time": 10}

# Kinds that a machine isn't asked about: a tree like that never gets to it, or
# what is said is said of the tree alone.
HOST_ONLY = {"1", "15", "20"}


def sources(*patterns):
    """The text of all files that match."""
    return "\n".join(path.read_text(encoding="utf-8", errors="replace")
                     for pattern in patterns for path in TOP.glob(pattern))


HOST_TESTS = set(re.findall(r"void (test_\w+)\(", sources("test/unit/test_*.c")))
BOOT_TESTS = set(re.findall(r"def (test_\w+)\(", sources("test/boot/test_*.py")))
CODES = set(re.findall(r'"(W-[A-Z0-9-]+)"', sources("lib/*/*.c", "firmware/*.c")))


def test_all_kinds_are_there():
    """65 kinds, numbered without a gap."""
    assert [int(row[0]) for row in ROWS] == list(range(1, sum(SORTS.values()) + 1))
    found = [row[1].split(":")[0] for row in ROWS]
    assert {sort: found.count(sort) for sort in SORTS} == SORTS


@pytest.mark.parametrize("number, kind, line, tests", ROWS)
def test_row(number, kind, line, tests):
    """Its tests exist, on the host and for a machine; so do its codes."""
    host, _, boots = tests.partition(";")
    host, boots = (set(re.findall(r"`(\w+)`", part)) for part in (host, boots))
    assert host and host <= HOST_TESTS, f"{kind}: {host - HOST_TESTS}"
    assert boots <= BOOT_TESTS, f"{kind}: {boots - BOOT_TESTS}"
    assert boots or number in HOST_ONLY, f"{kind}: no boot"
    codes = set(re.findall(r"W-[A-Z0-9-]+", line))
    assert codes <= CODES, f"{kind}: {codes - CODES}"
    assert codes or "`" in line or line.startswith("none"), kind


def test_every_provoked_fault_is_described():
    """The names of fault= in firmware/fault.c are those of the page."""
    names = set(re.findall(r'^\t\{ "([\w-]+)",', sources("firmware/fault.c"), re.M))
    table = PAGE[PAGE.index("## At run time"):PAGE.index("## All kinds")]
    described = {name for row in re.findall(r"^\| (`.*?) \|", table, re.M)
                 for name in re.findall(r"`([\w-]+)`", row)}
    assert names and names == described
