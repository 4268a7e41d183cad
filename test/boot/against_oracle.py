# SPDX-License-Identifier: BSD-2-Clause
"""A boot's report held against what the oracle finds in the same tree."""

from collections import defaultdict

import qemu
from boot import built
from elf import symbols
from firmware_below import added_by
from oracle import Claim, Oracle

# What the image takes for itself: how much is for it to say, from which bytes
# isn't. Everything else in the ledger the oracle knows.
OWN_KINDS = {"image", "stack", "brk", "bitmap", "pagetable", "nodedata",
             "memblock", "percpu", "allocated", "joins"}

# What reserved lines call a kind.
FLAGS = {"nomap": "nomap", "reusable": "reusable"}


def tree_of(scenario, folder):
    """The blob that @scenario boots with, as bytes; QEMU's own is dumped."""
    blob = scenario.blob()
    if not blob:
        blob = folder / "dumped.dtb"
        status, text = qemu.run(
            scenario.command() + ["-machine", f"dumpdtb={blob}"])
        assert status == 0, text.decode(errors="replace")
    return blob.read_bytes()


def image_claim(report, elf=None):
    """Where the image is: its size is the ELF file's, and the text's place the
    report's."""
    names = symbols(elf or built("firmware.elf"))
    size = names["image_end"] - names["image_start"]
    starts = [region.start for region in report.reserved
              if region.owner == "text"]
    assert len(starts) == 1, "no single reserved region 'text'"
    return Claim("image", starts[0], starts[0] + size, "image")


def oracle_for(boot, folder):
    """The oracle that knows what @boot's machine was."""
    report = boot.report
    dtb = Claim("dtb", report.machine.dtb,
                report.machine.dtb + report.machine.dtb_size, "device tree")
    return Oracle(tree_of(boot.scenario, folder),
                  [dtb, image_claim(report),
                   *added_by(report.machine.firmware, boot.scenario.machine,
                             boot.scenario.smp)])


def placed_nomap(report, oracle):
    """The no-map regions that the image found a place for."""
    names = oracle.placed()
    return [(r.start, r.end) for r in report.reserved
            if r.flag == "nomap" and r.owner in names]


def cut(banks, oracle, placed):
    """The banks, cut where no-map ranges begin and end, as Linux prints them;
    @placed are those that the tree has no place for."""
    ranges = placed + [(piece.start, piece.end) for piece in oracle.pieces
                       if piece.claim and piece.claim.kind == "nomap"]
    borders = set()
    for pair in ranges:
        borders ^= set(pair)    # where two of them meet there is none
    pieces = []
    for nid, start, end in banks:
        edges = sorted({start, end} | {b for b in borders if start < b < end})
        pieces += [(nid, low, high) for low, high in zip(edges, edges[1:])]
    return pieces


def same(what, found, wanted):
    """Both are the same; where they aren't, what one has and the other not."""
    if found == wanted:
        return
    if isinstance(found, dict):
        found, wanted = list(found.items()), list(wanted.items())
    more = [one for one in found if one not in wanted]
    less = [one for one in wanted if one not in found]
    raise AssertionError(f"{what}: the report has {more or found}, "
                         f"the oracle {less or wanted}")


def check_memory(report, oracle):
    """memblock's memory and Linux's words for it are the tree's banks."""
    banks = [(bank.nid, bank.start, bank.end) for bank in oracle.memory]
    same("memory", [(r.nid, r.start, r.end) for r in report.memory], banks)
    same("node ranges", [tuple(r) for r in report.node_ranges],
         cut(banks, oracle, placed_nomap(report, oracle)))
    zones = [(zone.start, zone.end) if zone.end else None
             for zone in report.zones]
    same("zones", zones, oracle.zones())
    same("fallback", report.fallback, oracle.fallback())


def check_reserved(report, oracle):
    """Each byte that the tree reserves is reserved under that name and flag."""
    for piece in oracle.pieces:
        if not piece.claim or piece.claim.kind == "image":
            continue
        holders = [r for r in report.reserved
                   if r.start <= piece.start and piece.end <= r.end]
        assert holders, f"not reserved: {piece}"
        same(f"reserved {piece}", (holders[0].owner, holders[0].flag),
             (piece.claim.name, FLAGS.get(piece.claim.kind, "map")))


def check_placed(report, oracle, found):
    """What the image was to find a place for has its size, by its name, or a
    warning says that it has none; it goes from @found, the ledger's rows."""
    excuses = " ".join(warning.text for warning in report.warnings)
    for name, size in oracle.placed().items():
        rows = [key for key in found if key[2] == name]
        got = sum(found.pop(key) for key in rows)
        assert got == size or (not got and name in excuses), (name, got, size)


def check_ledger(report, oracle):
    """The ledger's rows are the oracle's, and the sums agree to the byte."""
    expected = {**oracle.taken(), **{(nid, "dropped", ""): size for nid, size
                                     in oracle.dropped().items()}}
    expected = {key: size for key, size in expected.items()
                if key[1] != "image"}
    found, nodes = defaultdict(int), defaultdict(int)
    for row in report.rows:
        nodes[row.nid] += row.size
        if row.kind not in OWN_KINDS | {"free"}:
            owner = "" if row.kind == "dropped" else row.owner
            found[row.nid, row.kind, owner] += row.size
    check_placed(report, oracle, found)
    same("ledger", dict(found), expected)
    same("nodes", {nid: size for nid, size in nodes.items() if size},
         oracle.claimed())
    check_total(report, oracle)


def check_total(report, oracle):
    """The ledger's last line, and 'Memory:', follow from its rows."""
    free = sum(row.size for row in report.rows if row.kind == "free")
    dropped = sum(row.size for row in report.rows if row.kind == "dropped")
    total = sum(oracle.claimed().values())
    same("total", report.total,
         (total, free, total - free - dropped, dropped, 0))
    same("available", report.available, (free >> 10, total >> 10))


def check_blocks(report):
    """The buddy's free blocks are the ledger's free bytes, in each node."""
    pages = defaultdict(int)
    for blocks in report.blocks:
        pages[blocks.nid] += sum(count << order for order, count
                                 in enumerate(blocks.counts))
    free = {row.nid: row.size >> 12 for row in report.rows
            if row.kind == "free" and row.size}
    same("blocks", {nid: count for nid, count in pages.items() if count}, free)


def check_all(report, oracle):
    """All of it."""
    check_memory(report, oracle)
    check_reserved(report, oracle)
    check_ledger(report, oracle)
    check_blocks(report)


def check(boot, folder):
    """All of it; returns the oracle for more questions."""
    oracle = oracle_for(boot, folder)
    check_all(boot.report, oracle)
    return oracle
