# SPDX-License-Identifier: BSD-2-Clause
"""How many random operations the models are compared with, counted by the tests."""

import os
import re

import pytest

from tap import run_program

# How many a program must have tried by default: the page allocator's 5 million, the
# early allocators' 10 million together.
LEAST = {"test_page_model": 5_000_000,
         "test_early_model": 1_800_000, "test_memblock_model": 8_200_000}

LINE = re.compile(r"^# (\d+) random operations$", re.M)


@pytest.mark.skipif("UNIT_ROUNDS" in os.environ, reason="not the default number")
@pytest.mark.parametrize("program", [
    pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in LEAST])
def test_operations(program):
    """As many as every change is to be tried with."""
    counts = [int(count) for count in LINE.findall(run_program(program).output)]
    assert sum(counts) >= LEAST[program], counts
