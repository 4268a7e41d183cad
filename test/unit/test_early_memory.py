# SPDX-License-Identifier: BSD-2-Clause
"""docs/early-memory.md against the tree: what its tables say is there is there.

Every function that a table places in a file stands in that file, and a unit test
is named after it: test_<function>, or test_<function>_<of what>. A function that is
not here has a reason. Every test that the page names exists.
"""

import re
from functools import lru_cache

import pytest

from paths import TOP

DOCUMENT = TOP / "docs" / "early-memory.md"

# A table's row: `function` | [file](where) or - | Linux | what differs.
ROW = re.compile(r"^\| `(\w+)` \| (?:\[[\w.]+\]\(\.\./(\S+)\)|(–)) \| "
                 r"(.+?) \| (.+) \|$", re.M)

# A test that the page names, and a test's definition.
NAMED = re.compile(r"`(test_\w+)`")
DEFINED = re.compile(r"^static void (test_\w+)\(void \*\*\w+\)$", re.M)

# Rows at least: a table that isn't read as one would have none.
FEWEST_ROWS = 100

ROWS = ROW.findall(DOCUMENT.read_text())
HERE = {name: path for name, path, absent, _, _ in ROWS if not absent}


@lru_cache(maxsize=None)
def unit_tests():
    """Names of all unit tests."""
    return {name for path in (TOP / "test" / "unit").glob("test_*.c")
            for name in DEFINED.findall(path.read_text())}


def function_of(test):
    """The function that @test is named after, the longest there is, or None."""
    words = test.removeprefix("test_")
    return max((name for name in HERE
                if words == name or words.startswith(name + "_")),
               key=len, default=None)


def test_rows_are_read():
    """The page's tables have the form that is looked for here."""
    lines = [line for line in DOCUMENT.read_text().splitlines()
             if re.match(r"\| `(?!test_)", line)]
    assert len(lines) == len(ROWS) >= FEWEST_ROWS
    assert len({row[0] for row in ROWS}) == len(ROWS), "a function twice"


@pytest.mark.parametrize("name", HERE)
def test_here(name):
    """It is in the file that the table says, and has a test of its name."""
    text = (TOP / HERE[name]).read_text()
    assert re.search(rf"\b{name}\b", text), f"not in {HERE[name]}"
    assert name in {function_of(test) for test in unit_tests()}, "no test_" + name


def test_absent_for_a_reason():
    """What isn't here says why."""
    for name, _, absent, _, why in ROWS:
        if absent:
            assert why.startswith("not needed: "), name


def test_named_tests_exist():
    """Every test that the page names is one."""
    named = set(NAMED.findall(DOCUMENT.read_text()))
    assert named and named <= unit_tests(), named - unit_tests()
