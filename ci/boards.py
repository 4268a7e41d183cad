#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Run the host command over the device trees of real boards.

    boards.py COMMAND TREES [--sample LIST] [--table DOC] [-j N]

COMMAND is run on every .dtb below TREES, where ci/boards.sh put them, or on those
that the file LIST names. Each run must end by itself within TIME_LIMIT with a
status from 0 to 2, its ledger must balance, and what it says is free, reserved
and dropped must be what an independent reading of the same tree comes to
(test/boot/oracle.py). A tree without memory, which a boot loader fills in, must
end with status 2 and a line that says so; it is then run again with memory where
its memory node says that it begins.

With --table, the table in DOC is replaced by what was found.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections import Counter, defaultdict, namedtuple
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import libfdt

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "test/boot"))

from oracle import QUIET, Oracle, Tree  # noqa: E402

# Seconds that a run may take; it takes some thousandths of one.
TIME_LIMIT = 10

# What a boot loader fills in where a tree has no memory, in bytes.
LOADER_MEMORY = 1 << 30

# What such RAM begins at a multiple of, where the tree doesn't say.
LOADER_ALIGN = 256 << 20

# How many bits of address the command takes a CPU to have.
ADDRESS_BITS = 56

# What the command takes for itself.
OWN_KINDS = {"bitmap", "nodedata", "memblock", "brk"}

# Warnings that say why a dynamic region has no memory.
UNPLACED = {"W-RSV-UNPLACED", "W-RSV-ALIGN", "W-RSV-EMPTY"}

# Where the table begins and ends in the document.
BEGIN, END = "<!-- table: begin -->\n", "<!-- table: end -->\n"

# One board: what was wrong with the run, what was found, seconds that it took.
Board = namedtuple("Board", "path faults traits seconds")


class BoardTree(Tree):
    """A tree as the command takes it: no limit by the page tables."""

    def _reach(self):
        return ADDRESS_BITS

    def start(self):
        """Where RAM begins: the first memory node says so, empty as it is; else
        it is taken to hold the lowest region or place for one."""
        for node in self.memory_nodes():
            for base, _ in self._reg(0, node):
                return base
        parent = self.fdt.subnode_offset(0, "reserved-memory", QUIET)
        bases = [base for node in (self._children(parent)
                                   if parent >= 0 else [])
                 for name in ("reg", "alloc-ranges")
                 for base, _ in self._entries(parent, node, name)]
        return min(bases, default=0) // LOADER_ALIGN * LOADER_ALIGN


def number(text):
    """A number of the command's JSON."""
    return int(text, 16)


def run(command, path, *options):
    """Run @command on @path; its status, its JSON, seconds."""
    begin = time.monotonic()
    done = subprocess.run([command, "--json", *options, path],
                          timeout=TIME_LIMIT, capture_output=True, check=False)
    seconds = time.monotonic() - begin
    if done.returncode not in (0, 1, 2):
        raise ValueError(f"status {done.returncode}: {done.stderr[-500:]!r}")
    return done.returncode, json.loads(done.stdout), seconds


def inside(region, banks):
    """Bytes of @region that are in @banks."""
    start, end = number(region["start"]), number(region["end"])
    return sum(max(0, min(end, number(bank["end"]))
                   - max(start, number(bank["start"]))) for bank in banks)


def reserved_bytes(outcome):
    """Bytes of memory by (kind, owner), as the command has them."""
    sums = defaultdict(int)
    for region in outcome["reserved"]:
        sums[region["kind"], region["owner"]] += inside(region,
                                                        outcome["memory"])
    return sums


def compare_dynamic(tree, outcome, found):
    """What is wrong with the regions that were to be placed; they go from
    @found."""
    excused = " ".join(w["text"] for w in outcome["warnings"]
                       if w["code"] in UNPLACED)
    wanted = defaultdict(int)
    for name, size in tree.dynamic():
        wanted[name] += size
    for name, size in wanted.items():
        got = sum(found.pop((kind, name), 0)
                  for kind in ("reserved", "nomap", "reusable"))
        if got != size and not (got == 0 and name in excused):
            yield f"{name}: {got:#x} bytes for a size of {size:#x}"


def compare(blob, outcome):
    """What @outcome says otherwise than the oracle: lines."""
    oracle = Oracle(blob, tree=BoardTree)
    found = {key: size for key, size in reserved_bytes(outcome).items()
             if size and key[0] not in OWN_KINDS}
    own = sum(size for key, size in reserved_bytes(outcome).items()
              if key[0] in OWN_KINDS)
    placed = sum(found.values()) + own
    yield from compare_dynamic(oracle.tree, outcome, found)
    wanted = defaultdict(int)
    for (_, kind, name), size in oracle.taken().items():
        wanted[kind, name] += size
    page_zero = found.pop(("reserved", "page zero"), 0)
    if page_zero not in (0, 4096):
        yield f"page zero has {page_zero:#x} bytes"
    for key in sorted(set(found) | set(wanted)):
        if found.get(key, 0) != wanted.get(key, 0):
            yield (f"{key}: {found.get(key, 0):#x} bytes, the tree says "
                   f"{wanted.get(key, 0):#x}")
    yield from compare_sums(oracle, outcome, placed)


def compare_sums(oracle, outcome, placed):
    """Total, dropped and free."""
    ledger = {name: number(outcome["ledger"][name])
              for name in ("total", "free", "dropped")}
    total = sum(oracle.claimed().values())
    dropped = sum(oracle.dropped().values())
    for name, value in (("total", total), ("dropped", dropped),
                        ("free", total - dropped - placed)):
        if ledger[name] != value:
            yield f"{name} {ledger[name]:#x}, the tree says {value:#x}"
    if not outcome["ledger"]["balances"]:
        yield "the ledger doesn't balance"


def tree_traits(tree):
    """What there is in the tree, as words."""
    names = {name for _, props in tree.regions() for name in props}
    kinds = {"no-map": "no-map regions", "reusable": "reusable regions",
             "alloc-ranges": "alloc-ranges"}
    traits = {text for name, text in kinds.items() if name in names}
    if any(True for _ in tree.regions()):
        traits.add("/reserved-memory")
    if any(True for _ in tree.dynamic()):
        traits.add("dynamic regions")
    if any(claim.kind == "memreserve" for claim in tree.claims):
        traits.add("/memreserve/")
    if len(tree.banks) > 1:
        traits.add("several ranges of memory")
    if not tree.memory_nodes():
        traits.add("no memory node")
    return traits


def examine(command, path):
    """Run and compare one board."""
    blob = Path(path).read_bytes()
    tree = BoardTree(blob)
    traits = tree_traits(tree)
    try:
        status, outcome, seconds = run(command, path)
        if not tree.banks:
            traits.add("no memory: the boot loader fills it in")
            if status != 2 or "no usable memory" not in str(outcome["panic"]):
                return Board(path, ["no memory, but no line says so"], traits,
                             seconds)
            memory = f"{tree.start():#x}:{LOADER_MEMORY:#x}"
            status, outcome, _ = run(command, path, "--memory", memory)
            blob = with_memory(blob, tree.start())
    except (subprocess.TimeoutExpired, ValueError) as error:
        return Board(path, [str(error)], traits, 0)
    traits |= {w["code"] for w in outcome["warnings"]}
    traits.add(f"status {status}")
    if status == 2:
        return Board(path, [f"unusable: {outcome['panic']}"], traits, seconds)
    return Board(path, list(compare(blob, outcome)), traits, seconds)


def with_memory(blob, start):
    """@blob with the memory that --memory adds."""
    fdt = libfdt.Fdt(bytearray(blob))
    fdt.resize(len(blob) + 256)
    node = fdt.add_subnode(0, "memory@boot-loader")
    fdt.setprop_str(node, "device_type", "memory")
    tree = BoardTree(blob)
    cells = [tree._cells(0, "#address-cells", 2),
             tree._cells(0, "#size-cells", 1)]
    fdt.setprop(node, "reg", start.to_bytes(4 * cells[0], "big")
                + LOADER_MEMORY.to_bytes(4 * cells[1], "big"))
    return bytes(fdt.as_bytearray())


def choose(trees, sample):
    """The .dtb files below @trees; those that the file @sample names, if given."""
    paths = sorted(str(path) for path in Path(trees).glob("*/**/*.dtb"))
    if not sample:
        return paths
    lines = Path(sample).read_text(encoding="utf-8").split("\n")
    wanted = {line for line in lines if line and not line.startswith("#")}
    return [path for path in paths
            if os.path.relpath(path, trees) in wanted]


def port_of(board, trees):
    """The port whose kernel package has @board."""
    return Path(board.path).relative_to(trees).parts[0]


def make_table(boards, trees):
    """The table of what was found, in Markdown."""
    ports = sorted({port_of(board, trees) for board in boards})
    counts = {port: Counter() for port in ports}
    for board in boards:
        counts[port_of(board, trees)].update(board.traits)
    sizes = Counter(port_of(board, trees) for board in boards)
    rows = sorted({trait for board in boards for trait in board.traits},
                  key=lambda t: (t.startswith("W-"), t.startswith("status"),
                                 t))
    lines = ["| | " + " | ".join(ports) + " | all |",
             "|---|" + "---|" * (len(ports) + 1),
             "| boards | " + " | ".join(str(sizes[port]) for port in ports)
             + f" | {len(boards)} |"]
    for row in rows:
        cells = [counts[port][row] for port in ports]
        lines.append(f"| {row} | " + " | ".join(map(str, cells))
                     + f" | {sum(cells)} |")
    return "\n".join(lines) + "\n"


def write_table(document, table):
    """Put @table between the marks in the file @document."""
    text = Path(document).read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    Path(document).write_text(before + BEGIN + "\n" + table + "\n" + END
                              + after, encoding="utf-8")


def parse_arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command")
    parser.add_argument("trees")
    parser.add_argument("--sample", help="a file of names, one a line")
    parser.add_argument("--table", help="the document that has the table")
    parser.add_argument("-j", dest="jobs", type=int, default=os.cpu_count())
    return parser.parse_args()


def main():
    """Run all boards; returns the exit status."""
    options = parse_arguments()
    paths = choose(options.trees, options.sample)
    if not paths:
        print(f"boards.py: no .dtb below {options.trees}; ci/boards.sh "
              "puts them there")
        return 1
    with ProcessPoolExecutor(options.jobs) as pool:
        boards = list(pool.map(examine, [options.command] * len(paths), paths,
                               chunksize=8))
    for board in boards:
        for fault in board.faults:
            print(f"{board.path}: {fault}")
    if options.table:
        write_table(options.table, make_table(boards, options.trees))
    bad = sum(1 for board in boards if board.faults)
    empty = sum(1 for board in boards
                if "no memory: the boot loader fills it in" in board.traits)
    slowest = max(boards, key=lambda board: board.seconds)
    mean = sum(board.seconds for board in boards) / len(boards)
    print(f"{len(boards)} boards, {empty} of them without memory; "
          f"{1000 * mean:.1f} ms each, at most {1000 * slowest.seconds:.0f} "
          f"({slowest.path})")
    print(f"{len(boards) - bad} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
