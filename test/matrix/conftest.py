# SPDX-License-Identifier: BSD-2-Clause
"""The matrix's summary: boots on each dimension, below the tests' dots."""

from collections import Counter

import matrix


def pytest_terminal_summary(terminalreporter):
    """Add up what the tests recorded, on whichever worker they ran."""
    counts = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) != "call":
                continue
            for name, value in getattr(report, "user_properties", ()):
                if name == "boots":
                    counts.update({(dimension, place): boots for
                                   dimension, place, boots in value})
    if counts:
        terminalreporter.section("boots of the matrix")
        terminalreporter.write("\n".join(matrix.table(counts)) + "\n")
