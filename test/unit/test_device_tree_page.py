# SPDX-License-Identifier: BSD-2-Clause
"""docs/device-tree.md names fixtures and tests: each of them exists."""

import re

import pytest

from paths import DTS, TOP

PAGE = (TOP / "docs" / "device-tree.md").read_text(encoding="utf-8")

# A row: the tree, Linux, here, fixtures, tests; the heads and rules are none.
ROW = re.compile(r"^\| (?!the tree)(.*?) \|(.*)\|(.*)\|(.*)\|(.*)\|$", re.M)
NAME = re.compile(r"`([\w-]+)`")

ROWS = {row[0]: row[3:] for row in ROW.findall(PAGE)}

# Every test of this tree, by its function's name.
TESTS = {name for pattern in ("test/*/test_*.c", "test/*/test_*.py")
         for path in TOP.glob(pattern)
         for name in re.findall(r"\b(test_\w+)\(",
                                path.read_text(encoding="utf-8"))}

# Fixtures that are no row's: what they are about isn't memory.
OTHER = re.compile(r"(bad-)?machine-|board-|boot-(cpu\d|sv\d+$|above-4g|reserved|"
                   r"syscon|tiny)")


@pytest.mark.parametrize("row", ROWS)
def test_row(row):
    """What a row names is there, and something tests it."""
    fixtures, tests = (NAME.findall(cell) for cell in ROWS[row])
    assert [name for name in fixtures
            if not (DTS / f"{name}.dts").exists()] == []
    assert tests and set(tests) <= TESTS


def test_every_fixture_has_a_row():
    """A fixture that says something about memory stands in the page."""
    named = {name for cells in ROWS.values() for name in NAME.findall(cells[0])}
    drawn = {path.stem for path in DTS.glob("*.dts")
             if not OTHER.match(path.stem)}
    assert drawn - named == set()
