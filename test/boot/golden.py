#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Golden files: what each fixture's tree claims, reserves and must come to.

    test/boot/golden.py         write golden/<fixture>.txt for all of build/dts

Read the difference that git shows before keeping it: these files are what
notices that a reservation was changed.
"""

import re
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from paths import DTS, HOST_DTB  # noqa: E402

from oracle import Oracle, Tree  # noqa: E402

# What a fixture that reserves something has in its source.
RESERVES = re.compile(r"/memreserve/|reserved-memory\s*{")

GOLDEN = Path(__file__).resolve().parent / "golden"


def fixtures():
    """Names of the fixtures that reserve something or are booted."""
    return sorted(path.stem for path in DTS.glob("*.dts")
                  if path.name.startswith("boot-") or
                  RESERVES.search(path.read_text()))


def blob_of(name):
    """Fixture @name as dtc made it."""
    return (HOST_DTB / f"{name}.dtb").read_bytes()


def describe(blob):
    """All that @blob says of memory, bit for bit."""
    return "\n".join(Tree(blob).raw()) + "\n"


def outcome(name, blob):
    """The same, and for a fixture that is booted what it comes to."""
    if not name.startswith("boot-"):
        return describe(blob)
    return describe(blob) + Oracle(blob).describe()


def main():
    """Write them all, and remove what has no fixture any more."""
    for path in GOLDEN.glob("*.txt"):
        path.unlink()
    for name in fixtures():
        (GOLDEN / f"{name}.txt").write_text(outcome(name, blob_of(name)))


if __name__ == "__main__":
    main()
