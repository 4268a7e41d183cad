#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Run the tests; the last line of the output is 'N passed, N failed'.

    test/run.py [--host] [--boot] [-j N] [pytest's arguments]

--host are the unit tests, --boot the boots in QEMU; both without either. ARCH in
the environment names the port whose boots are run, or several of them: the same
tests are then run for one after the other, and counted together. What isn't
collected or can't be set up counts as failed, and so does a run in which nothing
was tested. Nothing is written outside build/.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile

# Before pytest is imported, so that its workers inherit it.
sys.dont_write_bytecode = True
os.environ["PYTHONDONTWRITEBYTECODE"] = "1"

import pytest  # noqa: E402

from paths import BUILD, TOP  # noqa: E402


# Directories of tests on this machine, and of boots in QEMU.
HOST_TESTS = ["unit", "command", "boards", "fuzz", "prove", "coverage"]
BOOT_TESTS = ["boot", "matrix"]


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


# What line() says, for adding up.
LINE = re.compile(r"(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\n")


def run_part(arch, arguments):
    """Run the tests again as a program of its own, for port @arch; its counts.
    Its last line is kept back."""
    count, last = Count(), ""
    with subprocess.Popen([sys.executable, __file__, *arguments], text=True,
                          env={**os.environ, "ARCH": arch},
                          stdout=subprocess.PIPE) as part:
        for line in part.stdout:
            sys.stdout.write(last)
            last = line
            sys.stdout.flush()
    counts = LINE.fullmatch(last)
    if not counts:
        sys.stdout.write(last)
        count.failed = 1
        return count
    count.passed, count.failed, count.skipped = map(int, counts.groups("0"))
    return count


def run_ports(ports, options, arguments):
    """The host's tests once, and the boots of each of @ports; the counts."""
    both = options.host == options.boot
    rest = [word for word in arguments if word not in ("--host", "--boot")]
    parts = [("--host", ports[0])] if options.host or both else []
    if options.boot or both:
        parts += [("--boot", arch) for arch in ports]
    total = Count()
    for option, arch in parts:
        print(f"tests: {arch if option == '--boot' else 'host'}", flush=True)
        count = run_part(arch, [option, *rest])
        total.passed += count.passed
        total.failed += count.failed
        total.skipped += count.skipped
    return total


def run_tests(options, rest):
    """Run pytest on what @options ask for; the counts."""
    test = TOP / "test"
    both = options.host == options.boot
    names = HOST_TESTS if options.host or both else []
    names = names + (BOOT_TESTS if options.boot or both else [])
    where = [str(test / name) for name in names if (test / name).is_dir()]
    BUILD.mkdir(exist_ok=True)
    count = Count()
    with tempfile.TemporaryDirectory(prefix="test-", dir=BUILD) as folder:
        status = pytest.main(
            ["-c", str(test / "pytest.ini"), "--rootdir", str(test),
             "--basetemp", f"{folder}/tmp", "-n", options.jobs,
             "--dist", "loadgroup", *where, *rest], plugins=[count])
    if status and not count.failed:
        count.failed = 1
    return count


def main():
    """Returns the exit status: 0 where something was tested and all passed."""
    options, rest = parse_arguments()
    ports = os.environ.get("ARCH", "").split()
    if len(ports) > 1:
        count = run_ports(ports, options, sys.argv[1:])
    else:
        count = run_tests(options, rest)
    print(count.line(), flush=True)
    return 1 if count.failed or not count.passed else 0


if __name__ == "__main__":
    sys.exit(main())
