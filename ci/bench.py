#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What booting and allocating costs, in instructions.

    bench.py --arch ARCH --kernel FILE [--check | --write] [--svg FILE]

Boots the image with the boot argument bench under -icount, where a count is
exact and the same on every machine, at several sizes of RAM, and prints a table
beside the goals and the figures that others have published (docs/how-fast.md
says where those are from). --write keeps the figures as the baseline; --check
compares with it and fails where one got worse by more than 5 %.
"""

import argparse
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import qemu  # noqa: E402  (the path has to be set first)

# Sizes of RAM that are booted, and how many nodes they are split into; and the
# largest, where the machine's file says nothing of BENCH_MEM.
SIZES = [("1G", 1), ("2G", 2), ("64G", 1), ("1T", 1)]
LARGEST = "16T"

# The size whose allocator figures are shown.
MAIN = "2G"

# By how much a figure may be worse than its baseline.
TOLERANCE = 1.05

# Row of the table -> (goal, LLFree, list buddy with a cache a CPU).
PUBLISHED = {
    "metadata, bytes a page": (0.15, 0.142, 64),
    "C entry to buddy, 2G": (400000, None, None),
    "largest RAM's boot / 2G's": (1.2, None, None),
    "order-0 pair, hot": (40, 450, 58),
    "order 1 to 9 pair, hot, worst": (120, None, None),
    "fill, a page": (None, 304, 88),
    "random free, a page": (60, 194, 81),
    "random alloc or free, a page": (None, None, None),
    "bulk pair, a page": (4, None, None),
    "worst operation, largest RAM": (1000, 70890, None),
    "order-9 recovery, %": (100, 100, 54.1),
}

# Figures of which more is better.
MORE_IS_BETTER = {"order-9 recovery, %"}


def boot(arch, kernel, mem, nodes):
    """The log of one boot with the bench, as text."""
    command = qemu.machine_command(arch, kernel=kernel, mem=mem, nodes=nodes,
                                   append="bench", icount=True)
    status, log = qemu.run(command, timeout=300)
    text = log.decode(errors="replace").replace("\r", "")
    if status != 0 or "bootmem: done status pass" not in text:
        sys.exit(f"bench.py: the boot with {mem} failed:\n{text[-2000:]}")
    if " ticks" in text:
        sys.exit("bench.py: this emulator's counter doesn't count instructions")
    return text


def read(text):
    """The figures of one log: stages' sum, bench lines, bytes of the maps."""
    figures = {"boot": sum(int(n) for n in
                           re.findall(r"^stage: \S+ (\d+) insns", text, re.M))}
    for name, mean, worst in re.findall(
            r"^bench: (.*?)\s+mean\s+([\d.]+) worst\s+(\d+)", text, re.M):
        figures[name] = (float(mean), int(worst))
    got, of = re.search(r"recovery (\d+) of (\d+)", text).groups()
    figures["recovery"] = 100 * int(got) / int(of)
    bitmap = sum(int(n, 16) for n in
                 re.findall(r"^ledger: node \d+ bitmap 0x(\w+)", text, re.M))
    total = int(re.search(r"^ledger: total 0x(\w+)", text, re.M).group(1), 16)
    figures["metadata"] = bitmap / (total / 4096)
    return figures


def rows(results):
    """The table's rows, by name, out of the figures by size, ascending."""
    main, largest = results[MAIN], list(results.values())[-1]
    pairs = [main[f"order-{k} pair, hot"][0] for k in range(1, 10)]
    singles = [value[1] for name, value in largest.items()
               if isinstance(value, tuple) and not name.startswith("bulk")]
    table = {
        "metadata, bytes a page": largest["metadata"],
        "C entry to buddy, 2G": main["boot"],
        "largest RAM's boot / 2G's": largest["boot"] / main["boot"],
        "order 1 to 9 pair, hot, worst": max(pairs),
        "worst operation, largest RAM": max(singles),
        "order-9 recovery, %": main["recovery"],
    }
    for name in PUBLISHED:
        if name not in table:
            table[name] = main[name][0]
    return {name: table[name] for name in PUBLISHED}


def show(table, results):
    """Print the table for people."""
    def cell(value):
        return "-" if value is None else f"{value:,.3f}".rstrip("0").rstrip(".")

    print(f"{'':32} {'here':>12} {'goal':>12} {'LLFree':>12} {'lists+CPU':>12}")
    for name, value in table.items():
        goal, llfree, lists = PUBLISHED[name]
        print(f"{name:32} {cell(value):>12} {cell(goal):>12} "
              f"{cell(llfree):>12} {cell(lists):>12}")
    print()
    for mem in results:
        print(f"{'boot with ' + mem:32} {results[mem]['boot']:>12,} instructions")


def write_svg(path, results):
    """A picture of the cost of booting against the size of RAM."""
    top = max(figures["boot"] for figures in results.values())
    bars = []
    for i, mem in enumerate(results):
        height = 200 * results[mem]["boot"] / top
        x = 60 + 80 * i
        bars.append(
            f'<rect x="{x}" y="{230 - height:.1f}" width="50" '
            f'height="{height:.1f}" fill="#4477aa"/>'
            f'<text x="{x + 25}" y="248" text-anchor="middle">{mem}</text>'
            f'<text x="{x + 25}" y="{224 - height:.1f}" text-anchor="middle">'
            f'{results[mem]["boot"] / 1e6:.2f} M</text>')
    with open(path, "w", encoding="utf-8") as file:
        file.write('<svg xmlns="http://www.w3.org/2000/svg" width="480" '
                   'height="270" font-family="sans-serif" font-size="12">'
                   '<rect width="480" height="270" fill="white"/>'
                   '<text x="60" y="264">instructions from C entry to buddy, '
                   'by RAM</text>' + "".join(bars) + "</svg>\n")


def baseline_path(arch):
    """Where the figures of a port are kept."""
    return os.path.join("ci", "bench", arch + ".txt")


def write_baseline(arch, table):
    """Keep the table as what later runs are compared with."""
    os.makedirs(os.path.dirname(baseline_path(arch)), exist_ok=True)
    with open(baseline_path(arch), "w", encoding="utf-8") as file:
        for name, value in table.items():
            file.write(f"{value:.4f}\t{name}\n")


def check(arch, table):
    """Names of the figures that are worse than the baseline allows."""
    worse = []
    with open(baseline_path(arch), encoding="utf-8") as file:
        for line in file:
            value, name = line.rstrip("\n").split("\t")
            old, new = float(value), table[name]
            if name in MORE_IS_BETTER:
                old, new = new, old
            if new > old * TOLERANCE:
                worse.append(f"{name}: {table[name]:.3f}, was {value}")
    return worse


def main():
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--arch", required=True)
    parser.add_argument("--kernel", required=True)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--svg")
    args = parser.parse_args()
    keys = qemu.load_machine(args.arch, "virt")
    sizes = SIZES + [(keys.get("BENCH_MEM", LARGEST), 1)]
    results = {mem: read(boot(args.arch, args.kernel, mem, nodes))
               for mem, nodes in sizes}
    table = rows(results)
    show(table, results)
    if args.svg:
        write_svg(args.svg, results)
    if args.write:
        write_baseline(args.arch, table)
    worse = check(args.arch, table) if args.check else []
    for line in worse:
        print(f"worse: {line}")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
