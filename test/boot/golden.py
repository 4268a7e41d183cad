#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Golden files: what each fixture's tree claims, reserves and must come to.

    test/boot/golden.py         write golden/<fixture>.txt for all of build/dts

Read the difference that git shows before keeping it: these files are what
notices that a reservation was changed.
"""

import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from paths import DTB, DTS  # noqa: E402

from oracle import Oracle  # noqa: E402

GOLDEN = Path(__file__).resolve().parent / "golden"


def fixtures():
    """Names of all fixtures whose trees are sound."""
    return sorted(path.stem for path in DTS.glob("*.dts")
                  if not path.name.startswith("bad-"))


def describe(name):
    """What the oracle finds in fixture @name now."""
    return Oracle((DTB / f"{name}.dtb").read_bytes()).describe()


def main():
    """Write them all, and remove what has no fixture any more."""
    for path in GOLDEN.glob("*.txt"):
        path.unlink()
    for name in fixtures():
        (GOLDEN / f"{name}.txt").write_text(describe(name))


if __name__ == "__main__":
    main()
