# SPDX-License-Identifier: BSD-2-Clause
"""The stress with threads for CPUs, under ThreadSanitizer (test/tsan)."""

import os
import re
import subprocess

import pytest

from paths import BUILD

PROGRAM = BUILD / "tsan" / "stress"

# Seconds that it may take; the long one takes 20 of two CPUs that do nothing else.
TIMEOUT = 500


@pytest.mark.timeout(TIMEOUT + 30)
@pytest.mark.parametrize("cpus, operations", [(1, 20000), (2, 20000),
                                              (4, 1000000), (8, 20000)])
def test_stress(cpus, operations):
    """No data race, every block its owner's alone, every page back."""
    if not PROGRAM.exists():
        pytest.fail(f"{PROGRAM} isn't built; 'make tsan-build' builds it",
                    pytrace=False)
    # The sanitizer's shadow wants addresses where the kernel may have put
    # something else; -R has the kernel put nothing at random.
    done = subprocess.run(
        ["setarch", "-R", str(PROGRAM), str(cpus), str(operations)],
        env={**os.environ, "TSAN_OPTIONS": "halt_on_error=1:exitcode=66"},
        timeout=TIMEOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace", check=False)
    assert done.returncode == 0, done.stdout
    assert re.search(rf"^stress: {cpus} CPUs, {operations} operations each, "
                     r".*, 0 wrong,", done.stdout, re.M), done.stdout
    assert "the same ones" in done.stdout
