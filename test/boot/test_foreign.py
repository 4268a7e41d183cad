# SPDX-License-Identifier: BSD-2-Clause
"""test/foreign: a kernel that isn't ours boots with lib/ in it."""

import re

import pytest

import qemu
from paths import BUILD

# Where foreign.mk puts the kernel, and the port whose machine it is for.
KERNEL = BUILD / "foreign" / "kernel.elf"
ARCH = "riscv64"


@pytest.mark.parametrize("mem, nodes", [("256M", 1), ("512M", 2)])
def test_foreign(mem, nodes):
    """It gets every page but what a zone keeps back, a thousandth, gives them back,
    and its ledger balances."""
    if not KERNEL.exists():
        pytest.fail(f"{KERNEL} isn't built; 'make foreign' builds it",
                    pytrace=False)
    status, text = qemu.run(qemu.machine_command(
        ARCH, kernel=str(KERNEL), mem=mem, nodes=nodes))
    log = text.decode(errors="replace")
    assert status == 0, log
    pages = int(re.search(r"took every page there is, (\d+)", log)[1])
    total = re.search(r"ledger: total (0x\w+) = free (0x\w+) .*, balance 0",
                      log)
    assert int(total[1], 16) == qemu.parse_size(mem)
    free = int(total[2], 16) // 4096
    assert free - free // 512 < pages < free
