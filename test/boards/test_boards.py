# SPDX-License-Identifier: BSD-2-Clause
"""The command over the boards of ci/machines/boards-sample.txt: a hundred, chosen
so that every trait and every warning of docs/boards.md occurs."""

import pytest

import boards
from paths import BUILD, HOST, TOP

TREES = BUILD / "boards"
SAMPLE = [line for line in
          (TOP / "ci/machines/boards-sample.txt").read_text().splitlines()
          if line and not line.startswith("#")]


def test_sample_is_a_hundred():
    """No board was lost from the list, and none stands in it twice."""
    assert len(set(SAMPLE)) == len(SAMPLE) == 100


@pytest.mark.parametrize("name", SAMPLE)
def test_board(name):
    """The run ends as it must, the ledger balances, and every byte is where an
    independent reading of the tree has it."""
    if not (TREES / name.split("/")[0]).is_dir():
        pytest.skip("no trees here: ci/boards.sh said why")
    if not (TREES / name).exists():
        pytest.skip("not in this version of the kernel's package")
    assert boards.examine(str(HOST / "bootmem"),
                          str(TREES / name)).faults == []
