#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Run the tests; the last line of the output is 'N passed, N failed'.

    test/run.py [--host] [--boot] [-j N] [pytest's arguments]

--host are the unit tests, --boot the boots in QEMU; both without either. What
isn't collected or can't be set up counts as failed, and so does a run in which
nothing was tested. Nothing is written outside build/.
"""

import argparse
import os
import sys
import tempfile

# Before pytest is imported, so that its workers inherit it.
sys.dont_write_bytecode = True
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"

import pytest  # noqa: E402

from paths import BUILD, TOP  # noqa: E402


class Count:
    """A pytest plugin: how many tests ended in which way."""

    def __init__(self):
        self.passed = 0
        self.skipped = 0
        self.failed = 0

    def pytest_runtest_logreport(self, report):
        """A test's phase ended: set-up and tear-down count where they fail."""
        self.failed += report.failed
        self.skipped += report.skipped
        self.passed += report.passed and report.when == "call"

    def pytest_collectreport(self, report):
        """A file that can't be read as tests is a failure."""
        self.failed += report.failed

    def line(self):
        """The line that the run ends with."""
        text = f"{self.passed} passed, {self.failed} failed"
        return text + (f", {self.skipped} skipped" if self.skipped else "")


def parse_arguments():
    """Ours, and the rest for pytest."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--host", action="store_true",
                        help="the unit tests on this machine")
    parser.add_argument("--boot", action="store_true",
                        help="the boots in QEMU")
    parser.add_argument("-j", dest="jobs", default="2",
                        help="how many tests at a time (default: 2)")
    return parser.parse_known_args()


def main():
    """Returns the exit status: 0 where something was tested and all passed."""
    options, rest = parse_arguments()
    test = TOP / "test"
    both = options.host == options.boot
    where = [str(test / "unit")] if options.host or both else []
    where += [str(test / "boot")] if options.boot or both else []
    BUILD.mkdir(exist_ok=True)
    count = Count()
    with tempfile.TemporaryDirectory(prefix="test-", dir=BUILD) as folder:
        status = pytest.main(
            ["-c", str(test / "pytest.ini"), "--rootdir", str(test),
             "--basetemp", f"{folder}/tmp", "-n", options.jobs,
             "--dist", "loadgroup", *where, *rest], plugins=[count])
    if status and not count.failed:
        count.failed = 1
    print(count.line(), flush=True)
    return 1 if count.failed or not count.passed else 0


if __name__ == "__main__":
    sys.exit(main())
