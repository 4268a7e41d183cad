# SPDX-License-Identifier: BSD-2-Clause
"""What mutants there are: lines of C left out, or with one operator turned round.

A mutant keeps the number of lines, so that a panic still names the right one. Which
of them are drawn depends on their own text alone: when a file changes elsewhere,
the same ones are drawn again.

Those that docs/mutants.md says make no difference aren't counted, but how many they
are is said; of the rest GOAL must be noticed. Where a share of all mutants is tried,
every one that isn't noticed must stand there, with what is missing, and no other.
"""

import hashlib
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent

# Those that nobody notices: | `file` | `line` | `becomes` | why |; and how the reason
# begins where there is a difference.
SURVIVORS = TOP / "docs" / "mutants.md"
NO_TEST = "no test: "
SURVIVOR = re.compile(r"^\| `(\S+)` \| `` ?(.+?) ?`` \| (?:`` ?(.+?) ?``|–) "
                      r"\| (.+) \|$", re.M)

# Of those that make a difference tests notice at least: 19 of 20.
GOAL = 0.95

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

    def drawn(self, share, skip):
        """It is among that share of all mutants, 0 to 1, behind the share @skip."""
        digest = hashlib.sha256("\0".join(self.key()).encode()).digest()
        return 0 <= int.from_bytes(digest[:8], "big") / 2 ** 64 - skip < share

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
    """Key -> why nobody notices."""
    return {(path, line, text): why for path, line, text, why
            in SURVIVOR.findall(SURVIVORS.read_text())}


def drawn(paths, share, skip=0):
    """That share of all mutants of the files @paths, behind the share @skip."""
    return [mutant for path in paths for number, line in code_lines(path)
            for mutant in variants(path, number, line)
            if mutant.drawn(share, skip)]


class Count:
    """Who noticed how many mutants, and what nobody did."""

    def __init__(self):
        self.by = defaultdict(int)      # who -> mutants noticed
        self.known = known_survivors()
        self.same = []                  # keys of those not noticed, and explained
        self.missed = []                # of those not noticed otherwise
        self.unlisted = 0               # how many of them stand nowhere
        self.noticed = set()            # keys

    def add(self, mutant, noticed):
        """@mutant was tried: None where there was none."""
        if not mutant:
            return
        if noticed:
            self.by[noticed] += 1
            self.noticed.add(mutant.key())
        elif self.known.get(mutant.key(), NO_TEST).startswith(NO_TEST):
            self.missed.append(mutant.key())
            self.unlisted += mutant.key() not in self.known
            print(f"not noticed: {mutant}", flush=True)
        else:
            self.same.append(mutant.key())

    def _needless(self):
        """Keys that are listed, and yet noticed wherever they are."""
        return (self.noticed & self.known.keys()).difference(self.same, self.missed)

    def report(self, whole):
        """Print the sums; the exit status. @whole: every mutant by a key was tried
        or none."""
        for name in sorted(self.by, key=self.by.get, reverse=True):
            print(f"{self.by[name]:6} {name}")
        for key in self._needless() if whole else ():
            print("listed, but noticed:", *key)
        noticed = sum(self.by.values())
        count = noticed + len(self.missed)
        print(f"mutants: {count + len(self.same)} tried, {len(self.same)} of them "
              f"make no difference ({SURVIVORS.relative_to(TOP)}); of the others "
              f"{noticed} of {count} noticed, {100 * noticed / max(count, 1):.1f} %")
        return int(noticed < GOAL * count or not count or whole and
                   (self.unlisted > 0 or bool(self._needless())))
