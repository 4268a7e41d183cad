# SPDX-License-Identifier: BSD-2-Clause
"""The bench's comparison, table and picture, which need no machine."""

import pytest

import bench
from paths import TOP

KEPT = {"order-0 pair, hot": 100.0, "order-9 recovery, %": 100.0,
        "two CPUs, order-0 pair": 2.0}


@pytest.mark.parametrize("name, value, is_worse", [
    ("order-0 pair, hot", 105.0, False),
    ("order-0 pair, hot", 105.1, True),
    ("order-0 pair, hot", 1.0, False),
    ("order-9 recovery, %", 95.3, False),
    ("order-9 recovery, %", 95.2, True),
    ("two CPUs, order-0 pair", 1.67, False),
    ("two CPUs, order-0 pair", 1.66, True),
])
def test_what_is_worse(name, value, is_worse):
    """5 % are allowed, 20 % where CPUs work together, in the bad direction only."""
    worse = bench.compare({**KEPT, name: value}, KEPT, whole=True)
    assert [line.split(":")[0] for line in worse] == [name] * is_worse


def test_figure_that_is_gone():
    """What isn't measured any more is no success, but where not all was asked for."""
    assert bench.compare({}, KEPT, whole=False) == []
    assert len(bench.compare({}, KEPT, whole=True)) == len(KEPT)


def test_baseline_is_read_as_written(tmp_path):
    """What is kept comes back."""
    path = tmp_path / "build.txt"
    bench.write_baseline(path, KEPT)
    assert bench.read_baseline(path) == KEPT


def test_every_row_has_a_goal_and_all_columns():
    """The table's rows are whole."""
    assert {len(cells) for cells in bench.ROWS.values()} == {len(bench.COLUMNS)}


def test_readme_and_picture_are_of_the_baselines(tmp_path):
    """The README's table and docs/boot-cost.svg are what bench-update makes of
    ci/bench/."""
    text = (TOP / "README.md").read_text()
    copy, picture = tmp_path / "README.md", tmp_path / "boot-cost.svg"
    copy.write_text(text)
    bench.write_readme(copy, bench.all_baselines())
    bench.write_svg(picture, bench.all_baselines())
    assert copy.read_text() == text
    assert picture.read_text() == (TOP / "docs" / "boot-cost.svg").read_text()


def test_readme_without_a_place(tmp_path):
    """A file that doesn't say where the table goes isn't changed."""
    path = tmp_path / "README.md"
    path.write_text("nothing\n")
    with pytest.raises(bench.BenchError, match="no place"):
        bench.write_readme(path, {})
    assert path.read_text() == "nothing\n"
