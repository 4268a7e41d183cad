# SPDX-License-Identifier: BSD-2-Clause
"""earlycon= in the boot arguments: where the early console is looked for, on
machines that have none where the image was built to look, and no stdout-path."""

import subprocess

import pytest

import qemu
from boot import Scenario, boot
from paths import ARCH
from ports import PORT

MACHINE = "raspi3b"

# That machine's first UART, a PL011.
UART = 0x3f201000

# All of a tree that it takes.
TREE = """\
/dts-v1/;
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	compatible = "raspberrypi,3-model-b";
	model = "no console";
	chosen { };
	memory@0 { device_type = "memory"; reg = <0x0 0x10000000>; };
	cpus {
		#address-cells = <1>;
		#size-cells = <0>;
		cpu@0 { device_type = "cpu"; reg = <0>; compatible = "arm,cortex-a53"; };
	};
};
"""

pytestmark = pytest.mark.skipif(MACHINE not in qemu.machines(ARCH),
                                reason="the port's early console is always there")


def speaks(folder, value):
    """A boot with earlycon=@value, whose log is what the first UART sent."""
    tree = folder / "tree.dtb"
    subprocess.run(["dtc", "-q", "-O", "dtb", "-o", tree], input=TREE, text=True,
                   check=True)
    scenario = Scenario("earlycon", machine=MACHINE, dtb=tree, mem="1G", smp=4,
                        append=f"earlycon={value}")
    command = scenario.command()
    first = command.index("-serial")
    return boot(scenario, command[:first] + command[first + 2:])


@pytest.mark.parametrize("value", [f"pl011,{UART:#x}", f"pl011,mmio32,{UART:#x}",
                                   f"pl011,{UART:#x},115200n8"])
def test_named(value, tmp_path):
    """What Linux takes names the UART: the whole report comes out of it."""
    speaks(tmp_path, value)


@pytest.mark.parametrize("value", [f"pl011,{PORT.ram:#x}", "pl011,mmio32", "pl011,",
                                   "sbi"])
def test_nothing_there(value):
    """Where no PL011 answers, or nothing was named, the place that is built in
    does."""
    boot(Scenario("nothing", dts="machine-no-stdout", smp=4,
                  append=f"earlycon={value}"))
