#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Boot the matrix, or a part of it.

    matrix.py [--arch PORT] [--build NAME] [--seed N] [--count N] [-j N] [CASE ...]

Boots cases 0 to COUNT - 1 of each port, or those whose numbers are given, and
prints where on each dimension they were. plan.py makes a case from its number and
the seed; one that goes wrong is printed with the command that boots it again. The
exit status is 0 where all were right.

A build is an image with the emulator that boots it: 'plain', 'ubsan' (made by
make UBSAN=1), 'qemu10' (the plain image in what ci/qemu10.sh fetched).
"""

import argparse
import os
import shlex
import sys
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "boot"),
                str(HERE.parent.parent / "ci")]

import judge  # noqa: E402
import plan  # noqa: E402
from paths import BUILD  # noqa: E402
from ports import PORTS  # noqa: E402

SEED = 1

# Boots between two lines of progress.
STEP = 100

# How an emulator of another release is started; qemu10.sh's.
QEMU10 = BUILD / "qemu10" / "root" / "run"


def build_of(arch, name):
    """The build called @name; None where it isn't there."""
    suffix = "-ubsan" if name == "ubsan" else ""
    emulator = (str(QEMU10), f"qemu-system-{arch}") if name == "qemu10" else ()
    build = judge.Build(BUILD / f"{arch}{suffix}", emulator)
    needed = [build.folder / "firmware.bin", *map(Path, emulator[:1])]
    return build if all(path.exists() for path in needed) else None


def boot(job):
    """Boot one case: (arch, build's name, seed, number) to (dimensions, what was
    wrong or None)."""
    arch, name, seed, number = job
    case = plan.case(seed, arch, number)
    end, wrong = judge.boot_case(case, build_of(arch, name))
    if wrong:
        wrong += (f"\n    again: {shlex.quote(sys.executable)} "
                  f"test/matrix/matrix.py --arch {arch} --build {name} "
                  f"--seed {seed} {number}\n    its log and tree: "
                  f"{judge.failure_folder(case)}")
    return [("port", arch), ("build", name), *case.dimensions(),
            ("end", end)], wrong


def table(counts):
    """Lines: boots on each dimension, {(dimension, place): boots}."""
    places = defaultdict(list)
    for (dimension, place), boots in sorted(counts.items()):
        places[dimension].append(f"{place} {boots}")
    for dimension, texts in places.items():
        yield f"  {dimension:14} {', '.join(texts)}"


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description="Boot the matrix.")
    parser.add_argument("--arch", action="append", choices=sorted(PORTS))
    parser.add_argument("--build", action="append",
                        choices=["plain", "ubsan", "qemu10"])
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("-j", type=int, default=os.cpu_count())
    parser.add_argument("cases", type=int, nargs="*")
    return parser.parse_args()


def jobs_of(args):
    """What is to be booted; a build that isn't there is passed over, and said."""
    for arch in args.arch or sorted(PORTS):
        for name in args.build or ["plain"]:
            if not build_of(arch, name):
                print(f"matrix: {arch}: no build '{name}' here; skipped")
                continue
            for number in args.cases or range(args.count):
                yield arch, name, args.seed, number


def main():
    """Returns the exit status."""
    args = arguments()
    jobs = list(jobs_of(args))
    counts, wrong = Counter(), 0
    with ProcessPoolExecutor(args.j) as pool:
        for done, (dimensions, text) in enumerate(
                pool.map(boot, jobs, chunksize=4), 1):
            counts.update(dimensions)
            if text:
                wrong += 1
                print(text, flush=True)
            if done % STEP == 0 or done == len(jobs):
                print(f"matrix: {done} of {len(jobs)} boots, {wrong} wrong",
                      flush=True)
    print("\n".join(table(counts)))
    return 0 if jobs and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
