# SPDX-License-Identifier: BSD-2-Clause
"""Every drawn tree that isn't a scenario of its own, booted: which warnings it
gives, how it ends, and what its ledger says of what the tree asked for.

What is expected stands in fixtures/<port>.txt, in lines that can be read beside
dts/README.md. After a change to a fixture:

    make dtbs && /usr/bin/python3 test/boot/test_fixtures.py

writes that file anew; the difference is to be read before it is kept.
"""

import re
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent / "ci")]

from boot import ARCH, Scenario, run  # noqa: E402

EXPECTED = HERE / "fixtures" / f"{ARCH}.txt"

# Kinds of ledger rows that the tree decides, not the build of the image.
KINDS = "reserved|nomap|reusable|dropped|initrd|firmware"

# Lines that are compared, without what may differ between two boots.
LINES = re.compile(rf"(warning: W-[A-Z0-9-]+|ledger: node \d+ (?:{KINDS}) 0x.*"
                   r"|ledger: total 0x\w+|panic: |bootmem: done status \w+)")

# The rest of what the image lies in: as large as the build of the image leaves it.
IMAGE_SIZED = re.compile(r"^(ledger: node \d+ nomap )0x\w+(?= thief@)")

# Warnings about the CPUs that a tree lists and this machine hasn't.
CPUS = "warning: W-CPU-START"


# Trees that are scenarios of test_boot.py, that are a board's, or whose broken
# console the firmware below us reads first, and never gets past.
ELSEWHERE = ("boot-", "board-", "bad-machine-", "machine-bus")


def fixtures():
    """Names of the trees, as far as they are booted here."""
    return sorted(path.stem for path in (HERE.parent.parent / "dts").glob("*.dts")
                  if not path.stem.startswith(ELSEWHERE))


def facts(name):
    """What the boot of a fixture said, as lines."""
    scenario = Scenario(name, dts=name, mem="1G", smp=4, append="")
    result = run(scenario, scenario.command())
    found = [IMAGE_SIZED.sub(r"\1", match.group(1)) for line in result.lines
             if (match := LINES.match(line))]
    return [line for line in found if line != CPUS] + \
        [f"exit status {result.status}"]


def expected():
    """Name -> lines, from the file."""
    blocks, name = {}, None
    for line in EXPECTED.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            name = line[1:-1]
            blocks[name] = []
        elif line:
            blocks[name].append(line)
    return blocks


def cases():
    """The fixtures that this port has expectations of."""
    return fixtures() if EXPECTED.exists() else []


@pytest.mark.parametrize("name", cases())
def test_fixture(name):
    """A fixture's warnings, ledger and end are what is expected of it."""
    assert facts(name) == expected()[name]


def main():
    """Write the expectations anew."""
    blocks = []
    for name in fixtures():
        try:
            blocks.append("\n".join([f"[{name}]", *facts(name)]))
        except BaseException as error:  # pytest's failures are no Exception
            print(f"{name}: not booted: {str(error).splitlines()[0]}")
    EXPECTED.parent.mkdir(exist_ok=True)
    EXPECTED.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
