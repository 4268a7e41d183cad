# SPDX-License-Identifier: BSD-2-Clause
"""The host's unit tests as pytest items.

Each test/unit/test_x.c is a cmocka program, build/host/test_x, and so is each
test/unit/<port>/test_x.c, build/host/<port>/test_x. Every function
'static void test_...(void **state)' of it becomes an item with a verdict and an
output of its own, and one item more holds the program to its word: its exit
status, its plan, and that it ran each of these functions and no other. A
program runs once; its items stay with one worker.
"""

import re

import pytest

from paths import TOP
from tap import run_program

# Where programs' sources are.
UNIT = TOP / "test" / "unit"

# A test's definition; set-ups return int and so don't match.
TEST_FUNCTION = re.compile(r"^(?:static )?void (test_\w+)\(void \*\*\w+\)$",
                           re.M)


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
    """One test/unit/test_*.c, or one of a port's."""

    def collect(self):
        program = str(self.path.relative_to(UNIT).with_suffix(""))
        tests = TEST_FUNCTION.findall(self.path.read_text())
        for name in tests:
            yield UnitTest.from_parent(self, name=name, program=program)
        yield UnitProgram.from_parent(self, name="program", program=program,
                                      tests=tests)


def pytest_collect_file(file_path, parent):
    """C files of tests are test files too."""
    if file_path.suffix == ".c" and file_path.name.startswith("test_"):
        return UnitFile.from_parent(parent, path=file_path)
    return None
