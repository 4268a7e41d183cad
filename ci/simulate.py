#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the boot and the allocator cost on machines that nobody has.

    ci/simulate.py PROGRAM

PROGRAM is test/simulate, built: the road from memblock to the buddy and the
firmware's bench, on this machine, over RAM that is addresses only. Costs are basic
blocks of lib/ that are executed, the same on every machine. docs/how-fast.md says
more.
"""

import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import bench  # noqa: E402  (the path has to be set first)

# What is simulated: name -> nodes, GiB of each.
MACHINES = {
    "1 GiB": (1, 1),
    "16 TiB": (1, 16384),
    "1 PiB": (1, 1 << 20),
    "64 nodes, 1 PiB": (64, 16384),
    "1,024 nodes, 1 PiB": (1024, 1024),
}

# Rows of the table -> the bench's figures.
ROWS = {
    "memblock's lists to buddy": "init",
    "order-0 pair, hot": "order-0 pair, hot",
    "random free, a page": "random free, a page",
    "random alloc or free, orders 0-10": "random alloc or free, orders 0-10",
    "worst alloc, 64 pages left": "order-0 alloc, 64 blocks left: worst",
    "worst free, 64 pages left": "order-0 free, 64 blocks left: worst",
    "worst alloc, nothing left": "alloc, nothing left: worst",
    "worst operation of all": "worst operation",
    "order-9 recovery, %": "order-9 recovery, %",
}


def simulate(program, nodes, gib):
    """The figures of one machine, by the bench's names."""
    done = subprocess.run([program, str(nodes), str(gib)], text=True,
                          stdout=subprocess.PIPE, check=False)
    if done.returncode:
        raise bench.BenchError(f"{program} {nodes} {gib}: status "
                               f"{done.returncode}\n{done.stdout[-2000:]}")
    return bench.read(done.stdout)


def main():
    """Print the table."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        results = [simulate(sys.argv[1], *machine)
                   for machine in MACHINES.values()]
    except (bench.BenchError, OSError) as error:
        sys.exit(f"simulate.py: {error}")
    widths = [max(len(name), 10) for name in MACHINES]
    print(f"{'basic blocks, with':34}" + "".join(
        f"  {name:>{width}}" for name, width in zip(MACHINES, widths)))
    for row, name in ROWS.items():
        print(f"{row:34}" + "".join(
            f"  {bench.cell(figures[name]):>{width}}"
            for figures, width in zip(results, widths)))


if __name__ == "__main__":
    main()
