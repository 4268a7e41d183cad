# SPDX-License-Identifier: BSD-2-Clause
"""Where things are, and for which port the boots run."""

import os
import re
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
BUILD = TOP / "build"

# The directory of the host's test programs.
HOST = BUILD / "host"

# Fixtures drawn by hand, and what dtc made of them.
DTS = TOP / "dts"
HOST_DTB = BUILD / "dts"

# What is built and run where nothing is said.
DEFAULTS = (TOP / "ci" / "machines" / "default.mk").read_text()

# The port whose firmware the boot tests run; the Makefile passes it on.
ARCH = os.environ.get("ARCH") or re.search(r"^ARCH \?= (\w+)", DEFAULTS,
                                           re.M)[1]
FIRMWARE = BUILD / ARCH

# The fixtures with what that port's machines have in common.
DTB = HOST_DTB / ARCH
