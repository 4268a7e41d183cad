#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Instructions of memblock's calls with 10, 1,000 and 100,000 regions.

    ci/bench_host.py PROGRAM

PROGRAM is test/bench/memblock_regions.c, built; callgrind counts what it executes
inside its measure_...() functions, so the figures are the same on every run of the
same machine code. Needs valgrind.
"""

import re
import shutil
import subprocess
import sys
import tempfile

REGIONS = [10, 1_000, 100_000]

# The call, what it is, and how often it is made; one that walks all regions less.
CALLS = [
    ("point", "memblock_is_reserved()", 1000),
    ("region", "memblock_is_region_reserved()", 1000),
    ("free", "memblock_next_free()", 1000),
    ("find", "memblock_find_in_range_node(), fits at once", 1000),
    ("find_last", "memblock_find_in_range_node(), fits last", 10),
    ("reserve", "memblock_reserve() and memblock_phys_free()", 100),
]

COLLECTED = re.compile(r"Collected : (\d+)")


def instructions(program, call, regions, calls):
    """Instructions of one @call, the mean of @calls, rounded."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", "--collect-atstart=no",
             f"--toggle-collect=measure_{call}",
             f"--callgrind-out-file={folder}/out", program, call, str(regions),
             str(calls)], capture_output=True, text=True, check=False)
    collected = COLLECTED.search(done.stderr)
    if done.returncode or not collected:
        sys.exit(f"{program} {call} {regions}: failed\n{done.stderr}")
    return round(int(collected[1]) / calls)


def main():
    """Print the table."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    if not shutil.which("valgrind"):
        sys.exit("valgrind is missing: install the package 'valgrind'")
    print(f"{'instructions a call, with regions':48}" +
          "".join(f"{regions:>12,}" for regions in REGIONS))
    for call, text, calls in CALLS:
        figures = [instructions(sys.argv[1], call, regions, calls)
                   for regions in REGIONS]
        print(f"{text:48}" + "".join(f"{figure:>12,}" for figure in figures))


if __name__ == "__main__":
    main()
