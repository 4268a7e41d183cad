# SPDX-License-Identifier: BSD-2-Clause
"""Every line and branch of lib/ is reached by the host's tests, but those that
docs/coverage.md excuses.

'make test' has compiled and run what is counted by then (test/coverage/coverage.mk);
here it is added up.
"""

import subprocess
import sys

import pytest

from paths import BUILD, TOP

TIMEOUT = 300


@pytest.mark.timeout(TIMEOUT)
def test_all_of_lib():
    """ci/coverage.py finds nothing to complain of."""
    if not (BUILD / "cov" / "ran").exists():
        pytest.fail("nothing was counted; 'make coverage' does it",
                    pytrace=False)
    done = subprocess.run(
        [sys.executable, "-B", "ci/coverage.py", "judge", "build/cov"],
        cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        check=False)
    assert done.returncode == 0, done.stdout
