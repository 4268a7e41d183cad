#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Rules on the text of the tree, on every file that git would keep.

A file begins with its licence. Lines are short and end in no blank. C indents
with tabs. Functions are short: of the tree's, nine in ten have at most
FUNCTION_LINES lines. Nothing hides the order in which code runs (weak symbols,
constructors). The names of ISAs stand only where ports are.
"""

import re
import subprocess
import sys

LICENCE = "SPDX-License-Identifier: BSD-2-Clause"
LINE_LENGTH = 100
FUNCTION_LINES = 40
FUNCTION_SHARE = 0.9

# Lines that may be longer: a message in one piece can be searched for.
UNBROKEN = re.compile(r'"')

# Files that no rule is about: what programs print and read, prose.
FREE = re.compile(r"^test/(boot/golden|fuzz/seeds)/|\.md$")

# Files without a licence line of their own.
UNLICENSED = re.compile(r"(^|/)(LICENSE|\.gitignore|[^/]*\.(txt|ini))$")

# Where ISAs may be named: ports and their tests, machines, what is written about
# them, tests of real machines, and this very list.
ISA_FREE = re.compile(r"^(firmware/arch|ci/machines|docs|test/boot|test/unit/\w+|dts)/"
                      r"|^test/paths\.py$|^test/prove/(codec\.c|proofs\.py)$"
                      r"|\.(mk|md)$|^(ci/check_style\.py|LICENSE)$")
# Not "arm,": that is a vendor, in the names of devices.
ISA = re.compile(r"riscv|rv(32|64)|aarch64|\barm(32|64|v\d)?\b(?!,)|\bharts?\b",
                 re.IGNORECASE)

C_FILE = re.compile(r"\.[ch]$")
CODE_FILE = re.compile(r"\.([chS]|ld)$")
FORBIDDEN = [
    (re.compile(r"\b(TODO|FIXME|XXX)\b"), "unfinished work"),
    (re.compile(r"__attribute__\s*\(\(.*\b(weak|constructor)\b"),
     "weak symbols and constructors hide what runs"),
    (re.compile(r"\.weak\b|\b(init|fini)_array\b"),
     "weak symbols and constructors hide what runs"),
]

# This file, whose own text holds what it forbids.
OWN_TEXT = "ci/check_style.py"


def tracked_files():
    """Files that git has, or would add."""
    done = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"],
                          capture_output=True, text=True, check=True)
    return sorted(name for name in set(done.stdout.split("\n"))
                  if name and not FREE.search(name))


def line_faults(name, line):
    """What is wrong with one line of file name: reasons."""
    if len(line.expandtabs(8)) > LINE_LENGTH and not UNBROKEN.search(line):
        yield f"longer than {LINE_LENGTH} columns"
    if line != line.rstrip():
        yield "blanks at the end"
    if C_FILE.search(name) and re.match(r" {2,}\S", line):
        yield "indented with blanks instead of tabs"
    if not ISA_FREE.search(name) and ISA.search(line):
        yield "names an ISA outside the ports"
    if name != OWN_TEXT:
        for pattern, reason in FORBIDDEN:
            if pattern.search(line) and not (name.endswith(".ld")):
                yield reason


def file_faults(name, lines):
    """What is wrong with a file: (line number, reason)."""
    head = "\n".join(lines[:2])
    if LICENCE not in head and not UNLICENSED.search(name):
        yield 1, f"no line '{LICENCE}' at the start"
    for number, line in enumerate(lines, 1):
        for reason in line_faults(name, line):
            yield number, reason


def function_lengths(lines):
    """Lines of each function body, braces included, in kernel style: its braces
    stand in the first column."""
    start = None
    for number, line in enumerate(lines):
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            yield number - start + 1
            start = None


def read(name):
    """The lines of a text file; none where it is gone or isn't text."""
    try:
        with open(name, encoding="utf-8") as text:
            return text.read().split("\n")
    except (FileNotFoundError, IsADirectoryError, UnicodeDecodeError):
        return []


def check_functions(lengths):
    """Whether functions are short enough; says so where they aren't."""
    lengths = sorted(lengths)
    p90 = lengths[int(len(lengths) * FUNCTION_SHARE)] if lengths else 0
    if p90 <= FUNCTION_LINES:
        return True
    print(f"of {len(lengths)} functions one in ten has more than "
          f"{FUNCTION_LINES} lines (90 %: {p90}); split the longest")
    return False


def main():
    """Check the tree; returns the exit status."""
    good = True
    lengths = []
    for name in tracked_files():
        lines = read(name)
        for number, reason in file_faults(name, lines) if lines else ():
            print(f"{name}:{number}: {reason}")
            good = False
        if CODE_FILE.search(name):
            lengths += function_lengths(lines)
    return 0 if check_functions(lengths) and good else 1


if __name__ == "__main__":
    sys.exit(main())
