# SPDX-License-Identifier: BSD-2-Clause
"""Mutants of the early allocators: of twenty lines left out, nineteen are missed.

The lines are drawn anew where a seed is given in the environment (MUTATE_SEED).
"""

import os
import subprocess

import pytest

from paths import TOP

# Lines, and seconds that they may take.
LINES = 20
TIMEOUT = 600


@pytest.mark.timeout(TIMEOUT)
def test_early_allocators():
    """'make mutate' passes: it prints what nobody noticed."""
    done = subprocess.run(
        ["make", "--no-print-directory", "mutate", f"LINES={LINES}",
         f"SEED={os.environ.get('MUTATE_SEED', '0')}"],
        cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        check=False)
    assert done.returncode == 0, done.stdout
