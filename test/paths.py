# SPDX-License-Identifier: BSD-2-Clause
"""Where things are, and for which port the boots run."""

import os
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
BUILD = TOP / "build"

# The directory of the host's test programs.
HOST = BUILD / "host"

# Fixtures drawn by hand, and what dtc made of them.
DTS = TOP / "dts"
DTB = BUILD / "dts"

# The port whose firmware the boot tests run; the Makefile passes it on.
ARCH = os.environ.get("ARCH", "riscv64")
FIRMWARE = BUILD / ARCH
