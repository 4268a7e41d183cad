# SPDX-License-Identifier: BSD-2-Clause
"""The raw image started by U-Boot's booti, which puts it at another address than
QEMU does: where the header's text_offset says."""

from pathlib import Path

import pytest
from pexpect import EOF
from pexpect.popen_spawn import PopenSpawn

import against_oracle
from boot import BOOT_TIMEOUT, Boot, Scenario, built
from paths import ARCH

# Debian's u-boot-qemu: the build that runs above the firmware below us.
U_BOOT = Path(f"/usr/lib/u-boot/qemu-{ARCH}_smode/u-boot.bin")

# Where the image is put for U-Boot to find, out of the way of all it moves.
LOAD_ADDRESS = 0x84000000

# Where booti must move it: start of RAM, and the header's text_offset.
IMAGE_ADDRESS = 0x80000000 + (4 << 20)


def booti(command):
    """Run QEMU by @command, talk to U-Boot's prompt; (status, text)."""
    qemu = PopenSpawn(command, timeout=BOOT_TIMEOUT)
    try:
        qemu.expect("Hit any key to stop autoboot")
        qemu.send("\n")
        qemu.expect("=> ")
        qemu.send(f"booti {LOAD_ADDRESS:#x} - ${{fdtcontroladdr}}\n")
        qemu.expect("Starting kernel")
        qemu.expect(EOF)
        return qemu.wait(), qemu.before.decode(errors="replace")
    finally:
        qemu.proc.kill()


def test_booti():
    """It boots there as it does anywhere, and its ledger balances."""
    if not U_BOOT.exists():
        pytest.fail(f"{U_BOOT} is missing; Debian's u-boot-qemu has it",
                    pytrace=False)
    image = built("firmware.bin")
    scenario = Scenario("booti", mem="256M", extra=(
        "-device", f"loader,file={image},addr={LOAD_ADDRESS:#x}"))
    boot = Boot(scenario, *booti(scenario.command(kernel=str(U_BOOT))))
    boot.check_end()
    boot.check_forbidden()
    boot.check_order()
    boot.check_ktap()
    assert against_oracle.image_claim(boot.report).start == IMAGE_ADDRESS
    assert boot.report.total[-1] == 0
