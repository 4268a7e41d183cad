#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""What booting and allocating costs, in instructions.

    bench.py --arch ARCH --build NAME=ELF[,CPU] ... [--plugin FILE] [--only MEM]
             [--baseline DIRECTORY] [--check | --write] [--svg FILE]
    bench.py --readme FILE --svg FILE

Boots each build with the boot argument bench under -icount, where a count is
exact and the same on every machine, at several sizes of RAM; then, with the
plugin (test/bench/insns_plugin.c), one and two CPUs that work at the same time.
Prints a table beside the goals and the figures that others have published;
docs/how-fast.md says what each row and column is.

--write keeps the figures as the baseline, --check compares with it and fails
where one got worse by more than 5 %. --only is for one size of RAM, without the
rows that need others. --readme puts the table of all baselines into a file, between
the lines that mark its place; the picture is then of the baselines, too.
"""

import argparse
import math
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import qemu  # noqa: E402  (the path has to be set first)

BASELINES = os.path.join(qemu.ROOT, "ci", "bench")

# Sizes of RAM that are booted, and how many nodes they are split into; the
# largest is that of the machine's file, BENCH_MEM, where it has one.
SIZES = {"1G": 1, "2G": 2, "64G": 1, "1T": 1}
LARGEST = "16T"

# The size whose figures are kept one by one.
MAIN = "2G"

# Seconds that a boot may take: a large guest's page tables are made, and unmade.
TIMEOUT = 300

# By how much a figure may be worse than its baseline. CPUs that run at the same
# time meet at locks as the host lets them, so what they cost varies.
TOLERANCE = 1.05
TOGETHER_TOLERANCE = 1.20

# Runs of the CPUs that work together, of which the least disturbed counts: where the
# host has other things to do, it stops CPUs that hold a lock.
TOGETHER_RUNS = 5

# Symbols that the plugin looks for: around the work of several CPUs, and where
# one waits for a lock.
WORK = ("bench_work_begin", "bench_work_end")
WAIT = "spin_lock_slow"

# Stages that make the allocator out of memblock's lists.
INIT_STAGES = ["bootmem_init", "free_area_init", "free_all_bootmem"]

# Columns of the table behind those of the builds, and a row's cells in them.
COLUMNS = ["goal", "LLFree", "list", "list+CPU", "flat", "xv6", "radix-64"]
TERA_LIST = 4000e6
ROWS = {
    "metadata, bytes a page":
        [0.15, 0.142, 64, 64, 0.125, 0, 0.141],
    "C entry to buddy, 2G":
        [400e3, None, None, None, None, None, None],
    "largest RAM's boot / 2G's":
        [1.2, None, None, None, None, None, None],
    "allocator's init, 1T":
        [None, 32.8e6, TERA_LIST, TERA_LIST, 5.8e6, 8600e6, 23509],
    "order-0 pair, hot":
        [40, 450, 592, 58, 37, 26, 23],
    "order 1 to 9 pair, hot, worst of them":
        [120, None, None, None, None, None, None],
    "order-9 pair, hot":
        [120, 353, 142, 123, 126, None, 334],
    "fill, a page":
        [None, 304, 59, 88, 22, 7, 12.5],
    "random free, a page":
        [60, 194, 90, 81, 18, 22, 113],
    "random alloc or free, a page":
        [None] * 7,
    "random alloc or free, orders 0-10":
        [None] * 7,
    "bulk alloc, a page":
        [2, None, None, None, None, None, None],
    "bulk free, a page":
        [2, None, None, None, None, None, None],
    "worst alloc, 64 pages left, 1G":
        [1000, 2080, 46, 50, 3284, 24, 291],
    "worst alloc, 64 pages left, 64G":
        [1000, 70890, None, None, None, None, 542],
    "worst operation of all, 1G":
        [1000] + [None] * 6,
    "worst operation of all, largest RAM":
        [1000] + [None] * 6,
    "order-9 recovery, %":
        [100, 100, 100, 54.1, 100, 0, 99.8],
    "two CPUs, order-0 pair":
        [1.9] + [None] * 6,
    "two CPUs, random pages, a node each":
        [1.9] + [None] * 6,
    "two CPUs, random pages, one node":
        [1.9] + [None] * 6,
    "two CPUs, orders 0-9, a node each":
        [1.9] + [None] * 6,
    "two CPUs, orders 0-9, one node":
        [1.9] + [None] * 6,
}

# Figures of a boot that depend on its RAM: kept for each size, or for the largest.
OF_A_SIZE = ["boot", "init", "worst operation", "metadata, bytes a page"]

# Figures of which more is better.
MORE_IS_BETTER = re.compile(r"recovery|^two CPUs")

# Spans that the plugin counts -> what their rows are called.
TOGETHER = ["order-0 pair", "random pages", "orders 0-9"]

# Where the table of a file begins and ends.
MARKS = ("<!-- figures: written by make bench-update -->", "<!-- end of figures -->")


class BenchError(Exception):
    """A measurement that can't be made; the text says why."""


class Build:
    """An image, and the CPU that it is for where the machine's own isn't."""

    def __init__(self, arch, text):
        self.name, _, rest = text.partition("=")
        self.elf, _, cpu = rest.partition(",")
        self.arch = arch
        self.extra = ("-cpu", cpu) if cpu else ()
        keys = qemu.load_machine(arch, "virt")
        self.sizes = {**SIZES, keys.get("BENCH_MEM", LARGEST): 1}

    def boot(self, mem, nodes, append="bench", icount=True, extra=()):
        """The log of one boot, as text."""
        command = qemu.machine_command(
            self.arch, kernel=self.elf, mem=mem, nodes=nodes, append=append,
            icount=icount, extra=(*self.extra, *extra))
        status, log = qemu.run(command, timeout=TIMEOUT)
        text = log.decode(errors="replace").replace("\r", "")
        if status != 0 or "bootmem: done status pass" not in text:
            raise BenchError(f"{self.name}: the boot with {mem} and "
                             f"{append} failed:\n{text[-2000:]}")
        return text


def read(text):
    """The figures of one log, by name; a mean, and a worst of single operations."""
    if " ticks" in text:
        raise BenchError("this emulator's counter doesn't count instructions")
    stages = {name: int(n) for name, n in
              re.findall(r"^stage: (\S+) (\d+) insns", text, re.M)}
    figures = {"boot": sum(stages.values()),
               "init": sum(stages[name] for name in INIT_STAGES)}
    singles = []
    for name, mean, worst in re.findall(
            r"^bench: (.*?)\s+mean\s+([\d.]+) worst\s+(\d+)", text, re.M):
        figures[name] = float(mean)
        if not re.search("pair|bulk", name):
            figures[name + ": worst"] = int(worst)
            singles.append(int(worst))
    figures["worst operation"] = max(singles)
    got, of = re.search(r"recovery (\d+) of (\d+)", text).groups()
    figures["order-9 recovery, %"] = 100 * int(got) / int(of)
    bitmap = sum(int(n, 16) for n in
                 re.findall(r"^ledger: node \d+ bitmap 0x(\w+)", text, re.M))
    total = int(re.search(r"^ledger: total 0x(\w+)", text, re.M).group(1), 16)
    figures["metadata, bytes a page"] = bitmap / (total / 4096)
    return figures


def symbols(elf):
    """name -> address of the image's symbols."""
    sys.path.insert(0, os.path.join(qemu.ROOT, "test", "boot"))
    import elf as reader  # pylint: disable=import-outside-toplevel
    return reader.symbols(elf)


def plugin_options(plugin, elf, begin, end):
    """QEMU's options to count what each CPU executes between two symbols."""
    found = symbols(elf)
    return ("-plugin", f"{plugin},begin={found[begin]:#x},end={found[end]:#x},"
                       f"wait={found[WAIT]:#x}")


def spans(build, plugin, nodes, cpus):
    """Instructions of the CPU that needs most, for each piece of work."""
    text = build.boot(MAIN, nodes, f"bench={cpus}", False,
                      ("-smp", "2",
                       *plugin_options(plugin, build.elf, *WORK)))
    worst = []
    for i in range(len(TOGETHER)):
        counts = re.findall(rf"^insns: cpu \d+ span {i + 1}: (\d+) insns", text,
                            re.M)
        if len(counts) != cpus:
            raise BenchError(f"the plugin counted {len(counts)} of {cpus} CPUs:"
                             f"\n{text[-2000:]}")
        worst.append(max(map(int, counts)))
    return worst


def speedups(build, plugin, nodes):
    """What two CPUs get done in the time that one needs, in operations."""
    one = spans(build, plugin, nodes, 1)
    runs = [spans(build, plugin, nodes, 2) for _ in range(TOGETHER_RUNS)]
    two = [min(column) for column in zip(*runs)]
    return [2 * alone / together for alone, together in zip(one, two)]


def measure_together(build, plugin):
    """The rows of two CPUs."""
    where = {"a node each": speedups(build, plugin, 2),
             "one node": speedups(build, plugin, 1)}
    figures = {"two CPUs, order-0 pair": min(row[0] for row in where.values())}
    for name, row in where.items():
        for work, value in list(zip(TOGETHER, row))[1:]:
            figures[f"two CPUs, {work}, {name}"] = value
    return figures


def collect(results, largest):
    """What is kept of all sizes' figures: all of MAIN's, of each size the boot and
    the worst, and the rows of the table that are made of several."""
    main = results.get(MAIN, {})
    kept = {name: value for name, value in main.items()
            if name not in OF_A_SIZE}
    for mem, figures in results.items():
        kept[f"C entry to buddy, {mem}"] = figures["boot"]
        kept[f"allocator's init, {mem}"] = figures["init"]
        kept[f"worst operation of all, {mem}"] = figures["worst operation"]
        kept[f"worst alloc, 64 pages left, {mem}"] = \
            figures["order-0 alloc, 64 blocks left: worst"]
    if main:
        kept["order 1 to 9 pair, hot, worst of them"] = max(
            main[f"order-{k} pair, hot"] for k in range(1, 10))
    if main and largest in results:
        last = results[largest]
        kept["metadata, bytes a page"] = last["metadata, bytes a page"]
        kept["largest RAM's boot / 2G's"] = last["boot"] / main["boot"]
        kept["worst operation of all, largest RAM"] = last["worst operation"]
    return kept


def measure(build, only=None, plugin=None):
    """A build's figures: all sizes, or one of them."""
    sizes = {only: build.sizes[only]} if only else build.sizes
    results = {mem: read(build.boot(mem, nodes))
               for mem, nodes in sizes.items()}
    figures = collect(results, list(build.sizes)[-1])
    if plugin:
        figures.update(measure_together(build, plugin))
    return figures


def cell(value):
    """A number as the table shows it: three digits or more, none too many."""
    if value is None:
        return "-"
    if value >= 1e6:
        return f"{value / 1e6:,.2f} M" if value < 1e8 else f"{value / 1e6:,.0f} M"
    if value >= 1000 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3f}".rstrip("0").rstrip(".") if value < 10 else f"{value:.1f}"


def table(builds):
    """The table's text: a column for each of the builds, name -> figures, then the
    goals and what others have published."""
    heads = [*builds, *COLUMNS]
    widths = [max(len(head), 8) for head in heads]
    lines = [" " * 37 + "".join(f" {head:>{width}}"
                                for head, width in zip(heads, widths))]
    for name, others in ROWS.items():
        values = [figures.get(name) for figures in builds.values()] + others
        if all(figures.get(name) is None for figures in builds.values()):
            continue
        lines.append(f"{name:37}" + "".join(
            f" {cell(value):>{width}}" for value, width in zip(values, widths)))
    return "\n".join(line.rstrip() for line in lines) + "\n"


def boot_sizes(figures):
    """(GiB, instructions from C entry to buddy) by RAM, ascending."""
    points = [(qemu.parse_size(name.split(", ")[1]) >> 30, value)
              for name, value in figures.items()
              if name.startswith("C entry to buddy, ")]
    return sorted(points)


# Of the picture: its size, where its axes are, and their ranges.
WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 90, 520, 50, 360
GIB_RANGE = (1, 16384)
INSNS_RANGE = (1e4, 1e12)

# Of the lines of ports; and how far apart their labels are at least.
LABEL_STEP = 16
COLOURS = ["#66ccee", "#4477aa"]

# GiB -> instructions that Linux 6.12 spends on its struct pages, and what all of
# it and others cost a GiB: docs/how-fast.md.
LINUX = [(2, 20e6), (16, 168e6), (64, 752e6)]
LINUX_A_GIB = 12e6
LLFREE_A_GIB = 32396
LIST_A_GIB = 3940941


def place(gib, insns):
    """Where a point is in the picture."""
    def part(value, low, high):
        return math.log(value / low) / math.log(high / low)
    return (LEFT + (RIGHT - LEFT) * part(gib, *GIB_RANGE),
            BOTTOM - (BOTTOM - TOP) * part(insns, *INSNS_RANGE))


def svg_text(x, y, text, anchor="start", fill="#222"):
    """A piece of writing."""
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" '
            f'fill="{fill}">{text}</text>')


def svg_line(points, colour, label, dash="", shift=0):
    """A line through points, labelled at its right end; where it is measured,
    which is where it isn't dashed, with dots."""
    spots = [place(gib, insns) for gib, insns in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    parts = [f'<polyline points="{path}" fill="none" stroke="{colour}" '
             f'stroke-width="2"{dash and f" stroke-dasharray={chr(34)}{dash}{chr(34)}"}/>']
    if not dash:
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'
                  for x, y in spots]
    if label:
        parts.append(svg_text(RIGHT + 10, spots[-1][1] + 4 + shift, label,
                              fill=colour))
    return parts


def svg_axes():
    """Frame, lines across, and their numbers."""
    parts = []
    for power in range(4, 13):
        x, y = place(1, 10 ** power)
        parts.append(f'<line x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}" '
                     'stroke="#ddd"/>')
        value = {4: "10 k", 5: "100 k", 6: "1 M", 7: "10 M", 8: "100 M", 9: "1 G",
                 10: "10 G", 11: "100 G", 12: "1 T"}[power]
        parts.append(svg_text(LEFT - 8, y + 4, value, "end"))
    for gib, name in ((1, "1 GiB"), (16, "16"), (64, "64"), (256, "256"),
                      (1024, "1 TiB"), (16384, "16 TiB")):
        x, y = place(gib, INSNS_RANGE[0])
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" '
                     f'y2="{BOTTOM}" stroke="#ddd"/>')
        parts.append(svg_text(x, BOTTOM + 18, name, "middle"))
    return parts


def svg(builds):
    """The picture: what booting costs, by RAM, here and elsewhere."""
    ends = GIB_RANGE
    parts = svg_axes()
    parts += svg_line([(g, g * LIST_A_GIB) for g in ends], "#997700",
                      "list buddy: its init", "2 3", 12)
    parts += svg_line([(g, g * LLFREE_A_GIB) for g in ends], "#228833",
                      "LLFree: its init", "2 3")
    parts += svg_line([LINUX[-1], (ends[1], ends[1] * LINUX_A_GIB)], "#cc3311",
                      "Linux 6.12: struct pages", "6 4", -4)
    parts += svg_line(LINUX, "#cc3311", "")
    label = 0
    for i, name in enumerate(name for name in builds if "-" not in name):
        sizes = boot_sizes(builds[name])
        end = place(*sizes[-1])[1]
        label = max(end, label + LABEL_STEP)
        parts += svg_line(sizes, COLOURS[i % len(COLOURS)],
                          f"bootmem, {name}: all of it", shift=label - end)
    return (
        '<!-- SPDX-License-Identifier: BSD-2-Clause -->\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" '
        f'height="{HEIGHT}" font-family="sans-serif" font-size="12">\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>\n'
        + svg_text(LEFT, 24, "Instructions until the page allocator is up, by RAM")
        + svg_text(LEFT, 40, "dots: measured; dashed: Linux's 12 million a GiB, "
                   "others' published figure a GiB", fill="#666") + "\n"
        + "\n".join(parts) + "\n"
        + svg_text((LEFT + RIGHT) / 2, BOTTOM + 40, "RAM", "middle")
        + "\n</svg>\n")


def baseline_path(folder, name):
    """Where the figures of a build are kept."""
    return os.path.join(folder, name + ".txt")


def write_baseline(path, figures):
    """Keep the figures as what later runs are compared with."""
    with open(path, "w", encoding="utf-8") as file:
        for name, value in figures.items():
            file.write(f"{value:.4f}\t{name}\n")


def read_baseline(path):
    """The figures that were kept, by name."""
    with open(path, encoding="utf-8") as file:
        lines = [line.rstrip("\n").split("\t") for line in file]
    return {name: float(value) for value, name in lines}


def compare(figures, baseline, whole):
    """What is worse than the baseline allows, in words; and, where all was
    measured, what isn't measured any more."""
    worse = []
    for name, old in baseline.items():
        new = figures.get(name)
        tolerance = TOGETHER_TOLERANCE if "two CPUs" in name else TOLERANCE
        if new is None:
            worse += [f"{name}: not measured any more"] if whole else []
        elif (old > new * tolerance if MORE_IS_BETTER.search(name)
              else new > old * tolerance):
            worse.append(f"{name}: {cell(new)}, was {cell(old)}")
    return worse


def all_baselines():
    """name -> figures of every build that has a baseline, the default port's first."""
    with open(os.path.join(qemu.MACHINES, "default.mk"), encoding="utf-8") as file:
        default = re.search(r"^ARCH \?= (\w+)", file.read(), re.M)[1]
    names = sorted((name[:-4] for name in os.listdir(BASELINES)
                    if name.endswith(".txt")),
                   key=lambda name: (name.split("-")[0] != default, name))
    return {name: read_baseline(baseline_path(BASELINES, name))
            for name in names}


def write_svg(path, builds):
    """The picture of builds, name -> figures, as a file."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(svg(builds))


def write_readme(path, builds):
    """Put the table of builds between the marks of a file."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    head, begin, rest = text.partition(MARKS[0])
    _, end, tail = rest.partition(MARKS[1])
    if not begin or not end:
        raise BenchError(f"{path}: no place for the table: {MARKS}")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"{head}{begin}\n```\n{table(builds)}```\n{end}{tail}")


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--arch")
    parser.add_argument("--build", action="append", default=[])
    parser.add_argument("--plugin")
    parser.add_argument("--only")
    parser.add_argument("--baseline", default=BASELINES)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--svg")
    parser.add_argument("--readme")
    return parser.parse_args()


def run(args):
    """All builds; returns what is worse than its baseline."""
    worse, builds = [], {}
    for text in args.build:
        build = Build(args.arch, text)
        figures = builds[build.name] = measure(build, args.only, args.plugin)
        path = baseline_path(args.baseline, build.name)
        if args.write:
            write_baseline(path, figures)
        if args.check:
            whole = args.only is None and args.plugin is not None
            worse += [f"{build.name}: {line}" for line in
                      compare(figures, read_baseline(path), whole)]
    print(table(builds), end="")
    if args.svg:
        write_svg(args.svg, builds)
    return worse


def main():
    """The command."""
    args = arguments()
    try:
        if args.readme:
            write_readme(args.readme, all_baselines())
            write_svg(args.svg, all_baselines())
            return 0
        worse = run(args)
    except (BenchError, ValueError, OSError) as error:
        sys.exit(f"bench.py: {error}")
    for line in worse:
        print(f"worse: {line}")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
