# SPDX-License-Identifier: BSD-2-Clause
"""What mutants there are: lines of C left out, or with one operator turned round.

A mutant keeps the number of lines, so that a panic still names the right one. Which
of them are drawn depends on their own text alone: when a file changes elsewhere,
the same ones are drawn again.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent

# Those that nobody can tell from the original: | `file` | `line` | `becomes` | why |.
SURVIVORS = TOP / "docs" / "mutants.md"
SURVIVOR = re.compile(r"^\| `(\S+)` \| `` ?(.+?) ?`` \| (?:`` ?(.+?) ?``|–) "
                      r"\| (.+) \|$", re.M)

# Lines that hold no code of their own.
NO_CODE = re.compile(r"\s*(//.*|#.*|[{}();,]*|default:|break;|else|do)\s*$")
COMMENT = re.compile(r"/\*.*?\*/", re.S)
MACRO = re.compile(r"^#define(?:.*\\\n)*.*$", re.M)

# What an operator is turned into.
TURNS = [(" < ", " <= "), (" <= ", " < "), (" > ", " >= "), (" >= ", " > "),
         (" == ", " != "), (" != ", " == "), (" && ", " || "),
         (" || ", " && "), (" + ", " - "), (" - ", " + "), (" & ", " | "),
         (" | ", " & "), (" << ", " >> "), (" >> ", " << "),
         ("++", "--"), ("--", "++"), (" += ", " -= "), (" -= ", " += "),
         (" |= ", " &= "), (" &= ", " |= "), ("MIN(", "MAX("),
         ("MAX(", "MIN("), ("true", "false"), ("false", "true"),
         (" 0;", " 1;"), (" 1;", " 0;"), ("if (", "if (!("),
         ("while (", "while (!("), ("return ", "return !")]


@dataclass(frozen=True)
class Mutant:
    """One change of one line."""

    path: str       # of the file, from the top
    number: int     # of the line, from 0
    line: str       # what it says
    text: str       # what it says instead; "": nothing

    def source(self):
        """The whole file with the change."""
        lines = (TOP / self.path).read_text().splitlines(keepends=True)
        lines[self.number] = self.text + "\n"
        return "".join(lines)

    def key(self):
        """What it is called in the list of survivors."""
        return self.path, self.line.strip(), self.text.strip()

    def drawn(self, share):
        """It is among that share of all mutants, 0 to 1."""
        digest = hashlib.sha256("\0".join(self.key()).encode()).digest()
        return int.from_bytes(digest[:8], "big") < share * 2 ** 64

    def __str__(self):
        text = self.text.strip()
        return f"{self.path}:{self.number + 1}: {self.line.strip()}" + \
            (f"\n{'':8}as: {text}" if text else "")


def code_lines(path):
    """(number from 0, line) of all lines of file @path that hold code or data. What
    a macro says is no line of its own, and what stands in the first column declares
    something: without it nothing would compile, or link."""
    text = (TOP / path).read_text()
    bare = text
    for pattern in (COMMENT, MACRO):
        bare = pattern.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), bare)
    lines = text.splitlines()
    return [(number, lines[number]) for number, line
            in enumerate(bare.splitlines())
            if not NO_CODE.match(line) and line[:1].isspace()]


def turned(line, old, new):
    """@line with its first @old turned into @new; a condition that is negated
    as a whole gets its second parenthesis."""
    at = line.index(old) + len(old)
    changed = line[:at - len(old)] + new + line[at:]
    if not new.endswith("!("):
        return changed
    depth, end = 1, at
    while end < len(line) and depth:
        depth += {"(": 1, ")": -1}.get(line[end], 0)
        end += 1
    end += len(new) - len(old)
    return changed[:end] + (")" if not depth else "") + changed[end:]


def variants(path, number, line):
    """The mutants of a line: without it, then with one operator turned round."""
    yield Mutant(path, number, line, "")
    for old, new in TURNS:
        if old in line:
            yield Mutant(path, number, line, turned(line, old, new))


def known_survivors():
    """Key -> why nobody can tell."""
    return {(path, line, text): why for path, line, text, why
            in SURVIVOR.findall(SURVIVORS.read_text())}
