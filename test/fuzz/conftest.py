# SPDX-License-Identifier: BSD-2-Clause
"""What the fuzz targets counted, at the end of the run."""

import shutil

from paths import BUILD

COUNTS = BUILD / "fuzz" / "counts"


def pytest_configure(config):
    """Forget the counts of the run before."""
    if not hasattr(config, "workerinput"):
        shutil.rmtree(COUNTS, ignore_errors=True)


def pytest_terminal_summary(terminalreporter):
    """A line a target."""
    for file in sorted(COUNTS.glob("*")):
        terminalreporter.write_line(f"fuzz: {file.name:13}"
                                    f"{file.read_text().rstrip()}")
