# SPDX-License-Identifier: BSD-2-Clause
"""The report's key lines as objects, by the format that docs/report.md fixes.

Every key line begins with a word that no other text at column 0 may begin with;
a line that begins so and doesn't have its format exactly is a ReportError. So
parsing a log is the test of its format.
"""

import re
from collections import namedtuple


class ReportError(AssertionError):
    """A line doesn't have the format that docs/report.md fixes."""


# Ranges are half-open here, [start, end), whatever the line prints.
Region = namedtuple("Region", "index start end nid hotpluggable")
Reserved = namedtuple("Reserved", "index start end flag owner users")
Warning_ = namedtuple("Warning_", "code text")
Map = namedtuple("Map", "nid start_pfn end_pfn start end")
Zone = namedtuple("Zone", "name start end")
NodeRange = namedtuple("NodeRange", "nid start end")
Row = namedtuple("Row", "nid kind size owner")
Blocks = namedtuple("Blocks", "nid zone counts")
Stage = namedtuple("Stage", "name cost unit")
Paging = namedtuple("Paging", "mode tables leaves")
Protection = namedtuple("Protection", "canary writable_code nomap")
Machine = namedtuple("Machine", "model cpu dtb dtb_size firmware")

HEX16 = r"0x[0-9a-f]{16}"
ADDRESS = rf"({HEX16})"
RANGE = rf"\[{ADDRESS}-{ADDRESS}\]"
BYTES = r"(0x[0-9a-f]+)"


def half_open(start, last):
    """The two ends that a line prints, as [start, end)."""
    return int(start, 16), int(last, 16) + 1


class Report:
    """One boot's key lines, in the fields that __init__ lists."""

    def __init__(self, lines):
        self.version = self.arch = None
        self.machine = None         # Machine
        self.memory = []            # Region
        self.reserved = []          # Reserved
        self.warnings = []          # Warning_
        self.maps = []              # Map
        self.paging = None          # Paging
        self.protection = None      # Protection
        self.zones = []             # Zone; start is None for an empty one
        self.node_ranges = []       # NodeRange
        self.fallback = {}          # node -> nodes, nearest first
        self.available = None       # (K free, K claimed), from 'Memory:'
        self.blocks = []            # Blocks: free blocks of each order
        self.rows = []              # Row of the ledger
        self.total = None           # (total, free, taken, dropped, balance)
        self.stages = []            # Stage
        self.panic = None           # text after 'panic: '
        self.trap = None            # text after 'trap: '
        self.verdict = None         # 'pass' or 'fail'
        for line in lines:
            self._parse(line)

    def _parse(self, line):
        """Take @line where it is a key line of the right format; a line that
        begins as one must be one."""
        formats = [entry for entry in FORMATS if line.startswith(entry[0])]
        for _, pattern, take in formats:
            match = re.fullmatch(pattern, line)
            if match:
                take(self, *match.groups())
                return
        if formats:
            raise ReportError(f"not as docs/report.md fixes it: {line!r}")

    def _first(self, version, arch):
        self.version, self.arch = version, arch

    def _machine(self, model, cpu, dtb, size, firmware):
        self.machine = Machine(model, int(cpu, 0), int(dtb, 16),
                               int(size, 16), firmware)

    def _memory(self, index, start, last, nid, hotpluggable):
        self.memory.append(Region(int(index), *half_open(start, last),
                                  int(nid), bool(hotpluggable)))

    def _reserved(self, index, start, last, flag, owner, users):
        self.reserved.append(Reserved(int(index), *half_open(start, last),
                                      flag, owner, users))

    def _warning(self, code, text):
        self.warnings.append(Warning_(code, text))

    def _map(self, nid, first, end, start, last):
        self.maps.append(Map(int(nid), int(first, 16), int(end, 16),
                             *half_open(start, last)))

    def _done(self, verdict):
        self.verdict = verdict

    def _paging(self, mode, tables, leaves):
        words = leaves.split()
        self.paging = Paging(mode, int(tables), {
            words[i]: int(words[i + 1]) for i in range(0, len(words), 2)})

    def _protection(self, canary, writable, nomap):
        self.protection = Protection(canary, int(writable), int(nomap))

    def _zone(self, name, start, last):
        self.zones.append(Zone(name, *half_open(start, last)))

    def _empty_zone(self, name):
        self.zones.append(Zone(name, None, None))

    def _node_range(self, nid, start, last):
        self.node_ranges.append(NodeRange(int(nid), *half_open(start, last)))

    def _fallback(self, nid, others):
        self.fallback[int(nid)] = [int(word) for word in others.split()]

    def _available(self, free, claimed):
        self.available = int(free), int(claimed)

    def _blocks(self, nid, zone, counts):
        self.blocks.append(Blocks(int(nid), zone,
                                  [int(word) for word in counts.split()]))

    def _row(self, nid, kind, size, owner):
        self.rows.append(Row(int(nid), kind, int(size, 16), owner or ""))

    def _total(self, total, free, taken, dropped, balance):
        self.total = (int(total, 16), int(free, 16), int(taken, 16),
                      int(dropped, 16), int(balance))

    def _stage(self, name, cost, unit):
        self.stages.append(Stage(name, int(cost), unit))

    def _panic(self, text):
        self.panic = text

    def _trap(self, text):
        self.trap = text

    def _heading(self):
        """A heading of Linux's: nothing to keep."""


# Beginning of the line, the whole line, what takes its fields. A beginning may
# have several formats.
FORMATS = [
    ("bootmem ", r"bootmem (\S+) (\S+) report 1", Report._first),
    ("machine: ", rf"machine: (.*) cpu (\d+|0x[0-9a-f]+) dtb {ADDRESS}"
     rf"\+{BYTES} firmware below us: (.*)", Report._machine),
    ("memblock: memory", rf"memblock: memory\[(\d+)\] +{RANGE} node (\d+)"
     "( hotpluggable)?", Report._memory),
    ("memblock: reserved", rf"memblock: reserved\[(\d+)\] +{RANGE} "
     r"(map|nomap|reusable) (\S.*?)(?: used by (\S.*))?", Report._reserved),
    ("warning: ", r"warning: (W-[A-Z0-9-]+): (\S.*)", Report._warning),
    ("bootmem: ", r"bootmem: node (\d+) pfn \[0x([0-9a-f]+)-"
     rf"0x([0-9a-f]+)\) map {RANGE}", Report._map),
    ("bootmem: ", r"bootmem: done status (pass|fail)", Report._done),
    ("paging: ", r"paging: (\S+) tables (\d+) leaves((?: \d+[KMGT] \d+)+)",
     Report._paging),
    ("protection: ", r"protection: canary from (the tree's seed|the counter), "
     r"leaves writable and executable (\d+), over no-map ranges (\d+)",
     Report._protection),
    ("Zone ranges", r"Zone ranges:", Report._heading),
    ("  DMA32 ", r"  (DMA32)    empty", Report._empty_zone),
    ("  DMA32 ", rf"  (DMA32)    \[mem {ADDRESS}-{ADDRESS}\]", Report._zone),
    ("  Normal ", r"  (Normal)   empty", Report._empty_zone),
    ("  Normal ", rf"  (Normal)   \[mem {ADDRESS}-{ADDRESS}\]", Report._zone),
    ("Early memory", r"Early memory node ranges", Report._heading),
    ("  node ", rf"  node +(\d+): \[mem {ADDRESS}-{ADDRESS}\]",
     Report._node_range),
    ("Fallback order", r"Fallback order for Node (\d+): (\d+(?: \d+)*) ?",
     Report._fallback),
    ("Memory: ", r"Memory: (\d+)K/(\d+)K available \(.*\)",
     Report._available),
    ("Node ", r"Node (\d+), zone +(\w+)((?: +\d+)+) *", Report._blocks),
    ("ledger: ", rf"ledger: node (\d+) (\w+) {BYTES}(?: (\S.*))?",
     Report._row),
    ("ledger: ", rf"ledger: total {BYTES} = free {BYTES} \+ "
     rf"taken {BYTES} \+ dropped {BYTES}, balance (-?\d+)", Report._total),
    ("stage: ", r"stage: (\w+) (\d+) (insns|ticks)", Report._stage),
    ("panic: ", r"panic: (\S+:\d+: .*)", Report._panic),
    ("trap: ", rf"trap: (.+ pc {HEX16} addr {HEX16}.*)", Report._trap),
]
