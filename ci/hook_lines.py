#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""How many lines each hook of the contract took, port by port.

    ci/hook_lines.py            print docs/porting.md's table
    ci/hook_lines.py --write    put it there
    ci/hook_lines.py --check    fail where it is another one, or a folder too large

Lines that are blank or only comment don't count. A hook is a function of arch.h, or
try_call(), which several of these are made of; what it calls in its port counts as
"the rest" of the file. A port is its folder, which has all that depends on the ISA,
and what it takes from firmware/arch/common, which is marked with a +.
"""

import glob
import os
import re
import sys

CONTRACT = "lib/include/arch.h"

# Hooks that the firmware itself has, the same for every port.
COMMON = {"console_write", "machine_halt", "watchdog_alarm"}

# The document, and where the table begins and ends in it.
DOCUMENT = "docs/porting.md"
BEGIN, END = "<!-- hooks: begin -->\n", "<!-- hooks: end -->\n"

# Lines that a port's folder may have.
FOLDER_LINES = 600

COMMENT = re.compile(r"/\*.*?\*/", re.S)


def code_lines(text):
    """Lines of @text without blank ones and comments."""
    return [line for line in COMMENT.sub("", text).split("\n") if line.strip()]


def hooks():
    """Names of the contract's functions, in its order."""
    text = COMMENT.sub("", open(CONTRACT, encoding="utf-8").read())
    names = re.findall(r"(\w+)\([^()]*(?:\([^()]*\)[^()]*)*\)\s*"
                       r"(?:__attribute__\(\(\w+\)\))?;", text)
    return ["_start", "try_call", *[name for name in names
                        if name not in COMMON and not name.startswith("__")]]


def sources(port_mk):
    """The files of the port that @port_mk describes."""
    folder = os.path.dirname(port_mk)
    shared = re.search(r"^ARCH_COMMON\s*:?=\s*(.*)$", open(port_mk).read(), re.M)
    files = [name for name in glob.glob(folder + "/**/*.*", recursive=True)
             if name.endswith((".c", ".h", ".S"))]
    for name in shared[1].split() if shared else ():
        files.append("firmware/arch/common/" + name)
    return sorted(files)


def c_functions(lines):
    """(name, lines) of each function; its braces stand in the first column."""
    start = None
    for number, line in enumerate(lines):
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            head = start - 1
            while head > 0 and lines[head][0] in "\t ":
                head -= 1
            name = re.match(r".*?(\w+)\(", lines[head])
            yield (name[1] if name else "?"), number - head + 1
            start = None


def asm_functions(lines):
    """(name, lines) of each global label, up to the next one."""
    name, start = None, 0
    for number, line in enumerate([*lines, "\t.globl\tend"]):
        label = re.match(r"\t\.globl\t(\w+)", line)
        if label:
            if name:
                yield name, number - start
            name, start = label[1], number


def functions(files):
    """name -> lines of every function of @files, with a + where it is shared."""
    found = {}
    for path in files:
        with open(path, encoding="utf-8") as text:
            lines = code_lines(text.read())
        split = asm_functions if path.endswith(".S") else c_functions
        mark = "+" if is_shared(path) else ""
        found.update((name, f"{size}{mark}") for name, size in split(lines))
    return found


def is_shared(path):
    """Whether a port only takes the file at @path."""
    return "/common/" in path


def size(files):
    """Lines of all of @files."""
    return sum(len(code_lines(open(name, encoding="utf-8").read()))
               for name in files)


def make_table(ports):
    """The table, in Markdown; @ports are name -> files."""
    found = {port: functions(files) for port, files in ports.items()}
    rows = [("hook", ports), None]
    rows += [(f"`{hook}`", [found[port].get(hook, "-") for port in ports])
             for hook in hooks()]
    own = {port: [name for name in files if not is_shared(name)]
           for port, files in ports.items()}
    rows += [("all of the port's folder", map(size, own.values())),
             ("what it takes from `firmware/arch/common/`",
              [size(files) - size(own[port]) for port, files in ports.items()])]
    return "".join("|---|" + "---|" * len(ports) + "\n" if row is None else
                   f"| {row[0]} | " + " | ".join(map(str, row[1])) + " |\n"
                   for row in rows)


def faults(ports, table):
    """What is wrong: lines."""
    for port, files in ports.items():
        lines = size(name for name in files if not is_shared(name))
        if lines > FOLDER_LINES:
            yield (f"{port}: {lines} lines depend on the ISA, of at most "
                   f"{FOLDER_LINES}; move what doesn't to firmware/arch/common")
    with open(DOCUMENT, encoding="utf-8") as text:
        if BEGIN + table + END not in text.read():
            yield f"{DOCUMENT}: another table; ci/hook_lines.py --write"


def write(table):
    """Put @table into the document."""
    with open(DOCUMENT, encoding="utf-8") as text:
        before, rest = text.read().split(BEGIN)
    with open(DOCUMENT, "w", encoding="utf-8") as text:
        text.write(before + BEGIN + table + END + rest.split(END)[1])


def main():
    """Returns the exit status."""
    ports = {os.path.basename(os.path.dirname(name)): sources(name)
             for name in sorted(glob.glob("firmware/arch/*/*.mk"))}
    table = make_table(ports)
    option = sys.argv[1] if sys.argv[1:] else None
    if option == "--write":
        write(table)
    elif option == "--check":
        wrong = list(faults(ports, table))
        print(*wrong, sep="\n", end="\n" if wrong else "")
        return 1 if wrong else 0
    else:
        print(table, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
