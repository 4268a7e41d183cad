#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Do the tests notice when a line is missing?

    ci/mutate.py [--sample N] [--seed S] [--jobs N] [--libfdt DIR] [FILE ...]

Of the FILEs (default: the early allocators) N lines are chosen at random, all
without --sample. Each is taken out; where the rest doesn't compile any more, one
operator of it is turned round instead. Then the unit tests run, the quickest first,
until one fails. A line whose absence none of them notices is printed. The exit
status is 0 where they noticed at least 19 of 20 that could be changed at all.

Tests run without sanitizers and with few random sequences (UNIT_ROUNDS), so what
is found here is what they notice at least. Everything is built in build/mutate.
"""

import argparse
import os
import random
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
OUT = TOP / "build" / "mutate"

FILES = ["lib/mm/bootmem.c", "lib/mm/memblock.c", "lib/mm/memblock_alloc.c"]

# The unit tests of these, the quickest first.
TESTS = ["test_memblock", "test_memblock_alloc", "test_memblock_api",
         "test_bootmem_api", "test_bootmem", "test_mm_init",
         "test_memblock_model", "test_early_model", "test_oom"]

# Seconds that a test may take: one that hangs has noticed.
TIMEOUT = 30

# How many of the random sequences are run.
ENVIRONMENT = {**os.environ, "UNIT_ROUNDS": "0.01",
               "CMOCKA_MESSAGE_OUTPUT": "STDOUT"}

FLAGS = ["-std=gnu11", "-O1", "-w", "-Ilib/include", "-Itest/host",
         '-DBOOTMEM_VERSION="mutate"', '-DBOOTMEM_ARCH="host"']

# Lines that hold no code of their own.
NO_CODE = re.compile(r"\s*(//.*|#.*|[{}();,]*|default:|break;|else|do)\s*$")
COMMENT = re.compile(r"/\*.*?\*/", re.S)

# What an operator is turned into.
TURNS = [(" < ", " <= "), (" <= ", " < "), (" > ", " >= "), (" >= ", " > "),
         (" == ", " != "), (" != ", " == "), (" && ", " || "),
         (" || ", " && "), (" + ", " - "), (" - ", " + "), ("true", "false"),
         ("false", "true"), ("if (", "if (!"), ("while (", "while (!"),
         ("return ", "return !")]

# Notices at least: 19 of 20.
GOAL = 0.95


def parse_arguments():
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, metavar="N",
                        help="so many lines at random (default: all)")
    parser.add_argument("--seed", default="0", help="which ones")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--libfdt", default="build/libfdt", metavar="DIR")
    parser.add_argument("files", nargs="*", default=FILES, metavar="FILE")
    return parser.parse_args()


def run(command, **options):
    """The exit status of @command; None where it takes too long."""
    try:
        return subprocess.run(command, cwd=TOP, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, check=False,
                              timeout=TIMEOUT, **options).returncode
    except subprocess.TimeoutExpired:
        return None


class Tree:
    """The tree as objects, and what is made of it with one of them changed."""

    def __init__(self, libfdt):
        port = sorted(TOP.glob("firmware/arch/*/asm/pgtable.h"))[0]
        self.flags = [*FLAGS, f"-I{libfdt}", f"-I{port.parent.parent}"]
        self.objects = {}
        for source in self._sources(libfdt):
            self.objects[source] = self._object(source)

    @staticmethod
    def _sources(libfdt):
        for pattern in ("lib/*/*.c", "test/host/*.c"):
            yield from (str(path.relative_to(TOP))
                        for path in sorted(TOP.glob(pattern)))
        yield from (str(Path(libfdt, path.name)) for path
                    in sorted(Path(TOP, libfdt).glob("fdt*.c")))
        yield from (f"test/unit/{test}.c" for test in TESTS)

    def _object(self, source):
        target = OUT / (source.strip("/").replace("/", "-") + ".o")
        if not self.compile(source, target):
            sys.exit(f"{source} doesn't compile")
        return target

    def compile(self, source, target):
        """Compile; whether that went well."""
        name = Path(source).name.removesuffix(".c") + ".c"
        return run(["gcc", "-fwrapv", *self.flags, f'-D__FILE_NAME__="{name}"',
                    "-Wno-builtin-macro-redefined", "-x", "c", "-c",
                    str(source), "-o", str(target)]) == 0

    def first_failure(self, folder, source="", changed=None):
        """The first test that fails with @changed in @source's place, or None;
        its program is linked in @folder. Tests named after it come first."""
        common = [str(changed if name == source else target)
                  for name, target in self.objects.items()
                  if not name.startswith("test/unit/")]
        for test in sorted(TESTS, key=lambda t: Path(source).stem not in t):
            program = f"{folder}/{test}"
            own = str(self.objects[f"test/unit/{test}.c"])
            if run(["gcc", "-o", program, own, *common, "-lcmocka",
                    "-pthread"]) or run([program], env=ENVIRONMENT) != 0:
                return test
        return None


def code_lines(path):
    """Numbers of the lines of file @path that hold code."""
    text = (TOP / path).read_text()
    bare = COMMENT.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)
    return [number for number, line in enumerate(bare.splitlines())
            if not NO_CODE.match(line)]


def variants(line):
    """What a line becomes: nothing, then with one operator turned round."""
    yield ""
    for old, new in TURNS:
        if old in line:
            yield line.replace(old, new, 1)


def try_line(tree, path, number):
    """Change line @number of @path: the text that it became, and the test that
    noticed, or None for either."""
    lines = (TOP / path).read_text().splitlines(keepends=True)
    with tempfile.TemporaryDirectory(dir=OUT) as folder:
        for text in variants(lines[number]):
            source = Path(folder, Path(path).name)
            changed = Path(folder, "changed.o")
            source.write_text("".join(lines[:number] + [text or "\n"] +
                                      lines[number + 1:]))
            if tree.compile(source, changed):
                return text, tree.first_failure(folder, path, changed)
    return None, None


def report(path, number, text):
    """Print a line that could be changed without notice."""
    line = (TOP / path).read_text().splitlines()[number]
    print(f"{path}:{number + 1}: not noticed: {line.strip()}")
    if text:
        print(f"{'':8}as: {text.strip()}")


def main():
    """Returns the exit status."""
    options = parse_arguments()
    chosen = [(path, number) for path in options.files
              for number in code_lines(path)]
    if options.sample:
        chosen = sorted(random.Random(options.seed).sample(
            chosen, min(options.sample, len(chosen))))
    OUT.mkdir(parents=True, exist_ok=True)
    tree = Tree(options.libfdt)
    with tempfile.TemporaryDirectory(dir=OUT) as folder:
        failed = tree.first_failure(folder)
    if failed:
        sys.exit(f"{failed} fails with nothing changed")
    with ThreadPoolExecutor(options.jobs) as pool:
        ends = list(pool.map(lambda at: try_line(tree, *at), chosen))
    changed = noticed = 0
    for (path, number), (text, test) in zip(chosen, ends):
        changed += text is not None
        noticed += test is not None
        if text is not None and not test:
            report(path, number, text)
    print(f"{len(chosen)} lines, {changed} could be changed, "
          f"{noticed} were noticed")
    return 0 if noticed >= GOAL * changed else 1


if __name__ == "__main__":
    sys.exit(main())
