#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Mutants of lib/: do the tests notice?

    ci/mutate.py --flags FLAGS [--lines N] [--share S] [--skip S] [--seed TEXT] FILE...

--lines draws that many lines at random; each is left out, or, where that doesn't
compile, has one operator turned round. --share draws that share of all mutants
that there are (mutants.py), behind the share that --skip leaves out: another sample,
or the next one. Without either, every line is tried once.

A mutant is one file compiled to a library that is loaded before build/mutate/
libbootmem.so, whose functions it takes the place of; so nothing is linked again.
The unit tests that reach the line (build/cov-runs says which) are run, the quickest
first, with few random sequences. One that takes two seconds more than four times
its time has noticed.

What nothing notices is compiled once more with -O2: where that gives the same
code as the original, there is no difference to be noticed, and it isn't counted.
mutants.py judges the rest.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mutants import TOP, Count, code_lines, drawn, variants

OUT = TOP / "build" / "mutate"
COV = TOP / "build" / "cov"
RUNS = TOP / "build" / "cov-runs"

# Seconds on the wall after which a test that sleeps has noticed.
TIMEOUT = 600

ENVIRONMENT = {**os.environ, "UNIT_ROUNDS": "0.01",
               "CMOCKA_MESSAGE_OUTPUT": "STDOUT"}

# What sanitizers see of one file counts, as it does where all is built with them.
SANITIZE = ["-fsanitize=undefined", "-fsanitize-undefined-trap-on-error"]

# What show_mem.c wants to be told.
NAMES = ['-DBOOTMEM_VERSION="mutant"', '-DBOOTMEM_ARCH="host"']


def run(command, timeout=TIMEOUT):
    """The exit status of @command; None where it takes too long."""
    try:
        return subprocess.run(command, cwd=TOP, env=ENVIRONMENT, check=False,
                              stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL,
                              timeout=timeout).returncode
    except subprocess.TimeoutExpired:
        return None


class Program:
    """A test program, and which lines of lib/ it reaches."""

    def __init__(self, path, cost):
        self.path = path
        self.cost = cost                    # seconds of CPU at most
        self.name = path.name
        self.reached = defaultdict(set)     # file -> numbers of lines, from 0
        self.present = set()                # files of which it reaches a line
        self.coded = defaultdict(set)       # file -> lines that hold code
        self.passes = None                  # with no mutant; once tried
        self._read_coverage(RUNS / path.name)

    def _read_coverage(self, folder):
        counts = [path for path in folder.rglob("lib/*/*.gcda")]
        for path in counts:
            notes = path.with_suffix(".gcno")
            notes.unlink(missing_ok=True)
            notes.symlink_to(COV / notes.relative_to(folder))
        done = subprocess.run(["gcov", "--json-format", "--stdout",
                               *map(str, counts)], cwd=TOP, check=True,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL)
        for text in done.stdout.splitlines():
            for entry in json.loads(text)["files"] if text else ():
                self._add(entry["file"], entry["lines"])

    def _add(self, path, lines):
        for line in lines:
            self.coded[path].add(line["line_number"] - 1)
            if line["count"]:
                self.reached[path].add(line["line_number"] - 1)
                self.present.add(path)

    def reaches(self, path, number):
        """It runs that line, or, where nothing of its own runs, the one before
        it that does; a line before the first function is everybody's."""
        while number >= 0 and number not in self.coded[path]:
            number -= 1
        return path in self.present and \
            (number < 0 or number in self.reached[path])

    def about(self, path):
        """It is a test of that file's room: the device tree's reader isn't there
        to try the allocators, and takes long."""
        return not self.name.startswith("test_of_") or "/of/" in path

    def command(self, limit, library=None):
        """How it is run, with @limit seconds of CPU."""
        preload = [f"LD_PRELOAD={library}"] if library else []
        return ["prlimit", f"--cpu={limit}", "--core=0", "env", *preload,
                str(self.path)]

    def notices(self, library):
        """It fails with the mutant @library loaded first. Ends the run where it
        fails by itself."""
        limit = 2 + int(4 * self.cost)
        if run(self.command(limit, library)) == 0:
            return False
        if self.passes is None:
            self.passes = run(self.command(limit)) == 0
        if not self.passes:
            raise RuntimeError(f"{self.name} fails with nothing changed")
        return True


class Compiler:
    """Makes libraries of mutants."""

    def __init__(self, flags):
        self.flags = ["gcc", "-std=gnu11", "-Werror=return-type",
                      "-fPIC", *NAMES, *flags]

    def _compile(self, source, target, options):
        return run([*self.flags, *options, str(source), "-o",
                    str(target)]) == 0

    def library(self, mutant, folder):
        """The library with @mutant, in @folder; None where it doesn't compile."""
        source = Path(folder, Path(mutant.path).name)
        source.write_text(mutant.source())
        library = Path(folder, "mutant.so")
        return library if self._compile(source, library,
                                        ["-O0", "-shared", *SANITIZE]) else None

    def same_code(self, mutant, folder):
        """The mutant's code is the original's."""
        objects = []
        for name, text in (("old", (TOP / mutant.path).read_text()),
                           ("new", mutant.source())):
            place = Path(folder, name)
            place.mkdir()
            source = place / Path(mutant.path).name
            source.write_text(text)
            self._compile(source, place / "object.o", ["-O2", "-c"])
            objects.append((place / "object.o").read_bytes())
        return objects[0] == objects[1]


def try_mutant(compiler, programs, mutant):
    """How @mutant fares: None where it isn't one, else who notices, or ""."""
    with tempfile.TemporaryDirectory(dir=OUT) as folder:
        library = compiler.library(mutant, folder)
        if not library:
            return None
        for program in programs:
            if program.about(mutant.path) and \
                    program.reaches(mutant.path, mutant.number) and \
                    program.notices(library):
                return program.name
        return None if compiler.same_code(mutant, folder) else ""


def try_line(compiler, programs, mutants):
    """The first of a line's mutants that is one, and how it fares."""
    for mutant in mutants:
        noticed = try_mutant(compiler, programs, mutant)
        if noticed is not None:
            return mutant, noticed
    return None, None


def parse_arguments():
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lines", type=int, metavar="N")
    parser.add_argument("--share", type=float, metavar="S")
    parser.add_argument("--skip", type=float, default=0, metavar="S")
    parser.add_argument("--seed", default="0")
    parser.add_argument("--jobs", type=int,
                        default=len(os.sched_getaffinity(0)))
    parser.add_argument("--flags", default="", help="for the compiler")
    parser.add_argument("files", nargs="+", metavar="FILE")
    return parser.parse_args()


def lists_drawn(options):
    """Lists of mutants, of each of which the first that is one is tried."""
    if options.share:
        return [[mutant] for mutant in drawn(options.files, options.share, options.skip)]
    lines = [[*variants(path, number, line)] for path in options.files
             for number, line in code_lines(path)]
    if options.lines:
        return random.Random(options.seed).sample(
            lines, min(options.lines, len(lines)))
    return lines


def load_programs():
    """The tests, the quickest first."""
    costs = json.loads((RUNS / "result.json").read_text())
    programs = [Program(OUT / name, cost) for name, (cost, _) in costs.items()
                if (OUT / name).exists()]
    return sorted(programs, key=lambda program: program.cost)


def main():
    """Returns the exit status."""
    options = parse_arguments()
    compiler, programs = Compiler(options.flags.split()), load_programs()
    count = Count()
    with ThreadPoolExecutor(options.jobs) as pool:
        for end in pool.map(lambda line: try_line(compiler, programs, line),
                            lists_drawn(options)):
            count.add(*end)
    return count.report(options.share is not None)


if __name__ == "__main__":
    sys.exit(main())
