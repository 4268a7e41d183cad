# SPDX-License-Identifier: BSD-2-Clause
"""Out of memory on the machine: failalloc=N lets the N-th early allocation fail.

The host's tests let each one fail (test/unit/test_oom.c); here a sample shows that
a machine then says so in one line and switches itself off as failed.
"""

from dataclasses import replace

import pytest

from boot import Scenario, run

# Every so many allocations one fails.
STEP = 4

# A boot by either road has more than FEWEST of them, and no more than MOST.
FEWEST, MOST = 20, 200

MACHINE = Scenario("out-of-memory", mem="512M", nodes=2, smp=2,
                   says=r"panic: \S+:\d+: .*(no room|out of memory|free bytes)")


def boot_failing(road, number):
    """Boot with allocation @number failing; whether it booted all the same. A boot
    that doesn't must say why."""
    result = run(replace(MACHINE, append=f"early={road} failalloc={number}"))
    booted = result.report.verdict == "pass"
    result.scenario = replace(result.scenario, passes=booted)
    result.check_end()
    if not booted:
        result.check_reason()
    return booted


@pytest.mark.parametrize("road", ["bootmem", "memblock"])
def test_out_of_memory(road):
    """Each ends in a panic and power-off, up to the last that there is."""
    number = 1
    while number < MOST and not boot_failing(road, number):
        number += STEP
    assert FEWEST < number < MOST
    assert boot_failing(road, number + STEP)
