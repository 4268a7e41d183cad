#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Instructions of memblock's and the page allocator's calls on this machine.

    ci/bench_host.py DIRECTORY

DIRECTORY has the programs of test/bench, built; callgrind counts what they execute
inside their measure_...() functions, so the figures are the same on every run of
the same machine code. memblock is measured with 10, 1,000 and 100,000 regions, the
page allocator with 1 GiB, 64 GiB and 1 TiB of RAM. Needs valgrind.
"""

import os
import re
import subprocess
import sys
import tempfile

# For each program: its sizes, what they are called, and its calls: their name, what
# they are, and how often they are made; one that walks all regions less.
PROGRAMS = {
    "memblock_regions": (
        "instructions a call, with regions", [10, 1_000, 100_000], [
            ("point", "memblock_is_reserved()", 1000),
            ("region", "memblock_is_region_reserved()", 1000),
            ("free", "memblock_next_free()", 1000),
            ("find", "memblock_find_in_range_node(), fits at once", 1000),
            ("find_last", "memblock_find_in_range_node(), fits last", 10),
            ("reserve", "memblock_reserve() and memblock_phys_free()", 100),
        ]),
    "page_blocks": (
        "instructions a call, with GiB of RAM", [1, 64, 1024], [
            ("boot", "memblock's lists to buddy", 1),
            ("pair", "order-0 pair, hot", 10000),
            ("large", "order-9 pair, hot", 10000),
            ("fill", "fill, a page", 65536),
            ("free", "random free, a page", 65536),
            ("bulk", "bulk pair, a page", 16384),
        ]),
}

COLLECTED = re.compile(r"Collected : (\d+)")


def instructions(program, call, size, calls):
    """Instructions that @calls calls of measure_<call>() take."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", "--collect-atstart=no",
             f"--toggle-collect=measure_{call}",
             f"--callgrind-out-file={folder}/out", program, call, str(size),
             str(calls)], capture_output=True, text=True, check=False)
    collected = COLLECTED.search(done.stderr)
    if done.returncode or not collected or collected[1] == "0":
        sys.exit(f"{program} {call} {size}: failed\n{done.stderr}")
    return int(collected[1])


def show(folder, name):
    """Print one program's table."""
    head, sizes, calls = PROGRAMS[name]
    print(f"{head:48}" + "".join(f"{size:>12,}" for size in sizes))
    for call, text, times in calls:
        figures = [instructions(os.path.join(folder, name), call, size,
                                times) / times for size in sizes]
        print(f"{text:48}" + "".join(
            f"{figure:>12,.1f}" if figure < 10 else f"{figure:>12,.0f}"
            for figure in figures))


def main():
    """Print both tables."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    for name in PROGRAMS:
        show(sys.argv[1], name)


if __name__ == "__main__":
    main()
