# SPDX-License-Identifier: BSD-2-Clause
"""The image built with UBSAN=1, which traps where C's rules are broken."""

import pytest

from boot import Scenario, boot
from paths import ARCH, BUILD

KERNEL = str(BUILD / f"{ARCH}-ubsan" / "firmware.bin")

SCENARIOS = [
    Scenario("two-nodes", mem="2G", nodes=2, smp=2, kernel=KERNEL),
    Scenario("other-road", append="selftest early=memblock", kernel=KERNEL),
    Scenario("stress", mem="1G", smp=2, append="selftest stress=3000",
             kernel=KERNEL),
    Scenario("reserved", dts="boot-reserved", mem="256M", smp=4, kernel=KERNEL),
    Scenario("interleaved", dts="boot-interleaved", mem="256M", smp=4,
             kernel=KERNEL),
    Scenario("no-memory", dts="boot-no-memory", smp=4, passes=False,
             says=r"panic: \S+:\d+: .*memory", kernel=KERNEL),
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_ubsan(scenario):
    """It boots as the other image does: nothing traps."""
    boot(scenario)
