# SPDX-License-Identifier: BSD-2-Clause
"""test_paging.c with every port's page-table codec, which needs no machine."""

import subprocess

import pytest

from paths import HOST, TOP
from tap import PROGRAM_TIMEOUT

# Ports by the folders that have a codec.
PORTS = sorted(path.parent.parent.name for path in
               (TOP / "firmware" / "arch").glob("*/asm/pgtable.h"))


@pytest.mark.parametrize("port", PORTS)
def test_codec(port):
    """Tables made of that port's entries are what the walker wants."""
    program = HOST / "codec" / port / "test_paging"
    if not program.exists():
        pytest.fail(f"{program} isn't built; 'make check' builds it",
                    pytrace=False)
    done = subprocess.run([program], timeout=PROGRAM_TIMEOUT, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False)
    assert done.returncode == 0, done.stdout
