# SPDX-License-Identifier: BSD-2-Clause
"""The boot matrix: thousands of machines, every one held against the oracle.

plan.py says what is booted, judge.py what must come of it. The builds beside the
plain one boot a part of the same cases; which isn't here is skipped.
"""

from collections import Counter

import pytest

import matrix
from paths import ARCH

# Boots of a test, and tests of each build.
BATCH = 50
BATCHES = {"plain": 20, "ubsan": 1, "qemu10": 1}

# Seconds that one of these may take on a machine that others use, too.
TIMEOUT = 1200


@pytest.mark.timeout(TIMEOUT)
@pytest.mark.parametrize("build, batch", [
    (build, batch) for build, batches in BATCHES.items()
    for batch in range(batches)])
def test_matrix(build, batch, record_property):
    """Each boot of the batch says what the oracle finds, and ends as it should."""
    if not matrix.build_of(ARCH, build):
        pytest.skip(f"no build '{build}' here")
    counts, wrong = Counter(), []
    for number in range(batch * BATCH, (batch + 1) * BATCH):
        dimensions, text = matrix.boot((ARCH, build, matrix.SEED, number))
        counts.update(dimensions)
        wrong += [text] if text else []
    record_property("boots", [[*where, boots]
                              for where, boots in counts.items()])
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)
