# SPDX-License-Identifier: BSD-2-Clause
"""The host's unit tests as pytest items.

Each test/unit/test_x.c is a cmocka program, build/host/test_x. Every function
'static void test_...(void **state)' of it becomes an item with a verdict and an
output of its own, and one item more holds the program to its word: its exit
status, its plan, and that it ran each of these functions and no other. A
program runs once; its items stay with one worker.
"""

import os
import re
import subprocess
from functools import lru_cache

import pytest

from paths import HOST

# A test's definition; set-ups return int and so don't match.
TEST_FUNCTION = re.compile(r"^(?:static )?void (test_\w+)\(void \*\*\w+\)$",
                           re.M)

# A result line of TAP as cmocka prints it.
TAP_RESULT = re.compile(r"^(ok|not ok) \d+ - (\w+)")
TAP_PLAN = re.compile(r"^1\.\.(\d+)$")

# Seconds that one program may take.
PROGRAM_TIMEOUT = 120

# Any report of a sanitizer ends the program as failed.
SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=1:abort_on_error=0:exitcode=99:"
                    "detect_stack_use_after_return=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1:exitcode=99",
}


class Tap:
    """What one program said: results and text by test, plan, exit status."""

    def __init__(self, status, output):
        self.status = status
        self.output = output
        self.plan = None
        self.passed = {}
        self.text = {}
        self._parse()

    def _parse(self):
        # Diagnostics follow their result; other output precedes it.
        before, last = [], None
        for line in self.output.splitlines():
            plan = TAP_PLAN.match(line)
            result = TAP_RESULT.match(line)
            if plan:
                self.plan = int(plan[1])
            elif result:
                last = result[2]
                self.passed[last] = result[1] == "ok"
                self.text[last] = before + [line]
                before = []
            elif line.startswith("#") and last:
                self.text[last].append(line)
            else:
                before.append(line)


@lru_cache(maxsize=None)
def run_program(program):
    """Run build/host/<program> once; its Tap."""
    path = HOST / program
    if not path.exists():
        pytest.fail(f"{path} isn't built; 'make check' builds it",
                    pytrace=False)
    environment = {**os.environ, **SANITIZERS,
                   "CMOCKA_MESSAGE_OUTPUT": "TAP"}
    done = subprocess.run([path], env=environment, timeout=PROGRAM_TIMEOUT,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", check=False)
    return Tap(done.returncode, done.stdout)


class UnitFailure(Exception):
    """A test of a program failed; the text says how."""


class UnitItem(pytest.Item):
    """Something that is asked of one program."""

    def __init__(self, *, program, **kwargs):
        super().__init__(**kwargs)
        self.program = program
        self.add_marker(pytest.mark.xdist_group(program))

    def repr_failure(self, excinfo, style=None):
        if isinstance(excinfo.value, UnitFailure):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self):
        return self.path, None, f"{self.program}: {self.name}"


class UnitTest(UnitItem):
    """One cmocka test."""

    def runtest(self):
        tap = run_program(self.program)
        if self.name not in tap.passed:
            raise UnitFailure(f"didn't run; {self.program} ended with status "
                              f"{tap.status}:\n{tap.output}")
        if not tap.passed[self.name]:
            raise UnitFailure("\n".join(tap.text[self.name]))


class UnitProgram(UnitItem):
    """A whole program: what no single test can tell."""

    def __init__(self, *, tests, **kwargs):
        super().__init__(**kwargs)
        self.tests = tests

    def runtest(self):
        tap = run_program(self.program)
        wrong = []
        if tap.status and all(tap.passed.values()):
            wrong.append(f"exit status {tap.status}")
        if tap.plan != len(tap.passed):
            wrong.append(f"planned {tap.plan} tests, ran {len(tap.passed)}")
        unlisted = sorted(set(tap.passed) - set(self.tests))
        if unlisted:
            wrong.append(f"not found in the source: {' '.join(unlisted)}")
        if wrong:
            raise UnitFailure("; ".join(wrong) + "\n" + tap.output)


class UnitFile(pytest.File):
    """One test/unit/test_*.c."""

    def collect(self):
        program = self.path.stem
        tests = TEST_FUNCTION.findall(self.path.read_text())
        for name in tests:
            yield UnitTest.from_parent(self, name=name, program=program)
        yield UnitProgram.from_parent(self, name="program", program=program,
                                      tests=tests)


def pytest_collect_file(file_path, parent):
    """test/unit/test_*.c are test files too."""
    if file_path.suffix == ".c" and file_path.name.startswith("test_"):
        return UnitFile.from_parent(parent, path=file_path)
    return None
