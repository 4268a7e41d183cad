#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""How many lines each hook of the contract took, port by port.

    ci/hook_lines.py            print docs/porting.md's table

Lines that are blank or only comment don't count. A hook is a function of arch.h or
an inline function of asm/pgtable.h; what it calls in its port counts as "the rest"
of the file. A port is its folder and what it takes from firmware/arch/common.
"""

import glob
import os
import re

CONTRACT = "lib/include/arch.h"

# Hooks that the firmware itself has, the same for every port.
COMMON = {"console_write", "machine_halt"}

COMMENT = re.compile(r"/\*.*?\*/", re.S)


def code_lines(text):
    """Lines of @text without blank ones and comments."""
    return [line for line in COMMENT.sub("", text).split("\n") if line.strip()]


def hooks():
    """Names of the contract's functions, in its order."""
    text = COMMENT.sub("", open(CONTRACT, encoding="utf-8").read())
    names = re.findall(r"(\w+)\([^()]*(?:\([^()]*\)[^()]*)*\)\s*"
                       r"(?:__attribute__\(\(\w+\)\))?;", text)
    return ["_start", *[name for name in names
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
    """name -> lines of every function of @files."""
    found = {}
    for path in files:
        with open(path, encoding="utf-8") as text:
            lines = code_lines(text.read())
        split = asm_functions if path.endswith(".S") else c_functions
        found.update(split(lines))
    return found


def size(files):
    """Lines of all of @files."""
    return sum(len(code_lines(open(name, encoding="utf-8").read()))
               for name in files)


def main():
    """Print the table."""
    ports = {os.path.basename(os.path.dirname(name)): sources(name)
             for name in sorted(glob.glob("firmware/arch/*/*.mk"))}
    found = {port: functions(files) for port, files in ports.items()}
    print("| hook | " + " | ".join(ports) + " |")
    print("|---|" + "---|" * len(ports))
    for hook in hooks():
        cells = [str(found[port].get(hook, "-")) for port in ports]
        print(f"| `{hook}` | " + " | ".join(cells) + " |")
    own = {port: [name for name in files if "/common/" not in name]
           for port, files in ports.items()}
    codec = {port: [name for name in files if name.endswith("/pgtable.h")]
             for port, files in ports.items()}
    for title, part in (("the page-table codec", codec),
                        ("all of the port's folder", own),
                        ("the same with what it takes from firmware/arch/common", ports)):
        print(f"| {title} | " + " | ".join(str(size(part[port]))
                                            for port in ports) + " |")


if __name__ == "__main__":
    main()
