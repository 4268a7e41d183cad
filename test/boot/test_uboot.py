# SPDX-License-Identifier: BSD-2-Clause
"""The raw image started by U-Boot's booti, which puts it at another address than
QEMU does: where the header says."""

from pathlib import Path

import pytest
from pexpect import EOF
from pexpect.popen_spawn import PopenSpawn

import against_oracle
from boot import BOOT_TIMEOUT, Boot, Scenario, built
from ports import PORT

# Debian's u-boot-qemu.
U_BOOT = Path("/usr/lib/u-boot", PORT.u_boot.folder, "u-boot.bin")


def booti(command):
    """Run QEMU by @command, talk to U-Boot's prompt; (status, text)."""
    qemu = PopenSpawn(command, timeout=BOOT_TIMEOUT)
    try:
        qemu.expect("Hit any key to stop autoboot")
        qemu.send("\n")
        qemu.expect("=> ")
        qemu.send("setenv bootargs selftest\n")
        qemu.expect("=> ")
        qemu.send(f"booti {PORT.u_boot.load:#x} - ${{fdtcontroladdr}}\n")
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
    scenario = Scenario("booti", mem="256M", append="", extra=(
        "-device", f"loader,file={image},addr={PORT.u_boot.load:#x}",
        PORT.u_boot.option, str(U_BOOT)))
    boot = Boot(scenario, *booti(scenario.command(kernel="")))
    boot.check_end()
    boot.check_forbidden()
    boot.check_order()
    boot.check_ktap()
    assert against_oracle.image_claim(boot.report).start == PORT.u_boot.runs
    assert boot.report.total[-1] == 0
