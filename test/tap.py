# SPDX-License-Identifier: BSD-2-Clause
"""The host's cmocka programs, build/host/test_x: running one, and what it said."""

import os
import re
import subprocess
from functools import lru_cache

import pytest

from paths import HOST

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
