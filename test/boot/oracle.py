# SPDX-License-Identifier: BSD-2-Clause
"""What the report must say of a device tree, found out independently.

The same questions that the image answers, answered from the same blob in another
way: libfdt's Python binding reads it, and instead of lists that are split and
merged there is one cut through the address space. All borders there are cut it
into pieces that are uniform; each piece is asked whose it is. Slow, short, and
with no code in common with lib/.

Addresses are bytes; ranges are half-open, [start, end).
"""

import re
import struct
from collections import defaultdict, namedtuple

import libfdt

PAGE = 4096
QUIET = [libfdt.NOTFOUND]

# Bytes of a property before its value: token, length, name (specification,
# 5.4.1).
PROP_HEADER = 12

# Kinds of claims, the one that has precedence first.
KINDS = ["image", "dtb", "nomap", "firmware", "initrd", "reserved", "reusable",
         "memreserve"]

# Properties of /chosen that name ranges to keep.
CHOSEN_RANGES = ["linux,elfcorehdr", "linux,ima-kexec-buffer", "linux,kho-fdt",
                 "linux,kho-scratch"]

# What the ledger calls a kind, where that isn't the same word.
LEDGER_KIND = {"memreserve": "reserved"}

# Where ZONE_DMA32 ends.
DMA32_LIMIT = 4 << 30

# Distances where the tree has none, and the largest that one may be.
LOCAL_DISTANCE, REMOTE_DISTANCE, MAX_DISTANCE = 10, 20, 255

# What is printed of a node's name: so many characters.
NAME_MAX = 63

# Where addresses end.
ADDRESS_LIMIT = 1 << 64

# kind is one of KINDS; name is the node's, or what the claim is for.
Claim = namedtuple("Claim", "kind start end name")
Bank = namedtuple("Bank", "nid start end hotplug", defaults=[False])
Piece = namedtuple("Piece", "nid start end claim")


def page_down(address):
    """The start of @address's page."""
    return address & -PAGE


def page_up(address):
    """@address, or the start of the next page."""
    return (address + PAGE - 1) & -PAGE


class Tree:
    """The facts of a blob that matter here."""

    def __init__(self, blob):
        self.fdt = libfdt.FdtRo(blob)
        self.banks = first_wins(self.bank_claims())
        self.claims = list(self._claims())
        self.reach = self._reach()
        self.nodes = self._nodes()
        self.distances = self._distances()

    def _children(self, parent):
        node = self.fdt.first_subnode(parent, QUIET)
        while node >= 0:
            yield node
            node = self.fdt.next_subnode(node, QUIET)

    def _props(self, node):
        """@node's properties as bytes, by name. (getprop() of a property that
        isn't there loses a reference in the binding's release 1.6.)"""
        props = {}
        offset = self.fdt.first_property_offset(node, QUIET)
        while offset >= 0:
            prop = self.fdt.get_property_by_offset(offset)
            props[prop.name] = bytes(prop)
            offset = self.fdt.next_property_offset(offset, QUIET)
        return props

    def _prop(self, node, name):
        """One property as bytes, or None."""
        return self._props(node).get(name)

    def name(self, node):
        """@node's name as the report prints it: what can't be printed is a
        question mark, and a long one ends in dots."""
        raw = self.fdt.get_name(node).encode(errors="surrogateescape")
        text = "".join(chr(c) if 32 <= c < 127 else " " if c in b"\t\n" else "?"
                       for c in raw)
        return text if len(text) <= NAME_MAX else text[:NAME_MAX] + "..."

    def _okay(self, node):
        return self._prop(node, "status") in (None, b"okay\0", b"ok\0")

    def _cells(self, node, name, default):
        value = self._prop(node, name)
        return int.from_bytes(value, "big") if value else default

    def _reg(self, parent, node):
        """@node's reg as (base, size)."""
        return self._entries(parent, node, "reg")

    def cells(self, node):
        """How many cells addresses and sizes below @node have; where it doesn't
        say as many as the root's, and without those 2 and 1, as the
        specification has it."""
        default = self.cells(0) if node else (2, 1)
        return (self._cells(node, "#address-cells", default[0]),
                self._cells(node, "#size-cells", default[1]))

    def _entries(self, parent, node, name):
        """@node's property @name as (base, size), by @parent's cells."""
        value = self._prop(node, name) or b""
        first, both = (4 * sum(self.cells(parent)[:n]) for n in (1, 2))
        for at in range(0, len(value) - both + 1, both or 1):
            base, size = (int.from_bytes(value[at:at + first], "big"),
                          int.from_bytes(value[at + first:at + both], "big"))
            yield base, min(size, ADDRESS_LIMIT - base)

    def reservation_block(self):
        """The reservation block's (base, size), read from the blob itself: the
        binding's release 1.6 returns no pair where the base is 0."""
        block = bytes(self.fdt.as_bytearray())[self.fdt.off_mem_rsvmap():]
        for base, size in struct.iter_unpack(">QQ", block[:len(block) & -16]):
            if not base and not size:
                return
            yield base, size

    def _memreserve(self):
        """The same, cut where addresses end."""
        for base, size in self.reservation_block():
            yield base, min(size, ADDRESS_LIMIT - base)

    def _is_memory(self, node):
        """By its device_type, or by its name where it has none."""
        device_type = self._prop(node, "device_type")
        if device_type is not None:
            return device_type == b"memory\0"
        return bool(re.match(r"memory(@|$)", self.fdt.get_name(node))) and \
            self._prop(node, self.ranges_of(node)) is not None

    def memory_nodes(self):
        """Usable memory nodes."""
        return [node for node in self._children(0)
                if self._is_memory(node) and self._okay(node)]

    def ranges_of(self, node):
        """The name of the property that has memory node @node's ranges."""
        usable = "linux,usable-memory"
        return usable if self._prop(node, usable) is not None else "reg"

    def _node_id(self, node):
        """@node's numa-node-id; None without one of one cell."""
        value = self._prop(node, "numa-node-id") or b""
        return int.from_bytes(value, "big") if len(value) == 4 else None

    def bank_claims(self):
        """What each memory node claims, empty ranges left out."""
        for node in self.memory_nodes():
            hotplug = self._prop(node, "hotpluggable") is not None
            for base, size in self._entries(0, node, self.ranges_of(node)):
                if size:
                    yield Bank(self._node_id(node) or 0, base, base + size,
                               hotplug)

    def _region_nodes(self):
        """(parent, node) of each usable child of /reserved-memory."""
        parent = self.fdt.subnode_offset(0, "reserved-memory", QUIET)
        for node in self._children(parent) if parent >= 0 else []:
            if self._okay(node):
                yield parent, node

    def regions(self):
        """Name and properties of each of these."""
        for _, node in self._region_nodes():
            yield self.name(node), self._props(node)

    def dynamic(self):
        """Name and bytes of each region that is to be placed."""
        for name, props in self.regions():
            if "size" in props and "reg" not in props:
                yield name, page_up(int.from_bytes(props["size"], "big"))

    def _claims(self):
        for parent, node in self._region_nodes():
            yield from self._node_claims(parent, node)
        for base, size in self._memreserve():
            yield Claim("memreserve", base, base + size, "memreserve")
        yield from self._initrd()
        chosen = self.fdt.subnode_offset(0, "chosen", QUIET)
        for name in CHOSEN_RANGES if chosen >= 0 else []:
            for base, size in self._entries(0, chosen, name):
                yield Claim("reserved", base, base + size, name)

    def reserved_values(self):
        """(offset in the blob, bytes) of each property's value of
        /reserved-memory's children."""
        parent = self.fdt.subnode_offset(0, "reserved-memory", QUIET)
        for node in self._children(parent) if parent >= 0 else []:
            offset = self.fdt.first_property_offset(node, QUIET)
            while offset >= 0:
                prop = self.fdt.get_property_by_offset(offset)
                yield (self.fdt.off_dt_struct() + offset + PROP_HEADER,
                       len(bytes(prop)))
                offset = self.fdt.next_property_offset(offset, QUIET)

    def raw(self):
        """Every property of the nodes that say something of memory, as text:
        what no rounding and no precedence can hide."""
        parent = self.fdt.subnode_offset(0, "reserved-memory", QUIET)
        nodes = [parent, *self._children(parent)] if parent >= 0 else []
        nodes += [node for node in self._children(0)
                  if self.fdt.get_name(node).startswith("memory")]
        for node in nodes:
            for name, value in self._props(node).items():
                yield f"{self.fdt.get_name(node)} {name} {value.hex()}"
        for base, size in self._memreserve():
            yield f"memreserve {base:#x} {size:#x}"

    def _node_claims(self, parent, node):
        kind = "reserved"
        if self._prop(node, "no-map") is not None:
            kind = "nomap"
        elif self._prop(node, "reusable") is not None:
            kind = "reusable"
        for base, size in self._reg(parent, node):
            yield Claim(kind, base, base + size, self.name(node))

    def _initrd(self):
        chosen = self.fdt.subnode_offset(0, "chosen", QUIET)
        ends = [self._prop(chosen, f"linux,initrd-{which}")
                for which in ("start", "end")] if chosen >= 0 else [None]
        if all(ends):
            start, end = (int.from_bytes(value, "big") for value in ends)
            if start < end:
                yield Claim("initrd", start, end, "initrd")

    def usable(self):
        """The ranges (start, end) that /chosen says RAM may be used in; none
        where it doesn't say so in whole entries."""
        chosen = self.fdt.subnode_offset(0, "chosen", QUIET)
        name = "linux,usable-memory-range"
        value = (self._prop(chosen, name) if chosen >= 0 else None) or b""
        if not value or len(value) % (4 * sum(self.cells(0))):
            return []
        return [(base, base + size) for base, size
                in self._entries(0, chosen, name) if size]

    def _cpus(self):
        cpus = self.fdt.subnode_offset(0, "cpus", QUIET)
        return [node for node in (self._children(cpus) if cpus >= 0 else [])
                if self._prop(node, "device_type") == b"cpu\0"]

    def _nodes(self):
        """Ids of all nodes, ascending; memory without one belongs to node 0."""
        memory = {self._node_id(node) or 0 for node in self.memory_nodes()}
        cpus = {self._node_id(cpu) for cpu in self._cpus()} - {None}
        return sorted(memory | cpus or {0})

    def matrix(self):
        """(from, to, distance) of each entry of the distance map."""
        node = self.fdt.subnode_offset(0, "distance-map", QUIET)
        value = (self._prop(node, "distance-matrix") if node >= 0 else
                 None) or b""
        return struct.iter_unpack(">3I", value[:len(value) // 12 * 12])

    def is_distance(self, one, other, value):
        """Whether the map may say that @other is @value from @one."""
        return {one, other} <= set(self.nodes) and \
            LOCAL_DISTANCE <= value <= MAX_DISTANCE and \
            (value == LOCAL_DISTANCE) == (one == other)

    def _distances(self):
        """(from, to) -> distance, as far as the tree has them. Where it has but
        one direction, from the lower number, the way back is as far."""
        sound = [entry for entry in self.matrix() if self.is_distance(*entry)]
        return {**{(b, a): value for a, b, value in sound if a < b},
                **{(a, b): value for a, b, value in sound}}

    def distance(self, one, other):
        """From node @one to node @other."""
        default = LOCAL_DISTANCE if one == other else REMOTE_DISTANCE
        return self.distances.get((one, other), default)

    def _reach(self):
        """How many bits of address the CPUs' mmu-type identity maps: half of
        what the format translates."""
        for node in self._cpus():
            mode = self._prop(node, "mmu-type") or b""
            bits = re.search(rb"sv(\d+)\0$", mode)
            if bits:
                return int(bits[1]) - 1
        return 64


def precedence(claim):
    """Sort key: who has a byte that several claim. By kind; among equals the
    lower one, then the smaller, then by name: nothing that depends on the order
    of nodes in the file."""
    return KINDS.index(claim.kind), claim.start, claim.end, claim.name


def cover(start, end, ranges):
    """The first of @ranges that holds all of [@start, @end), or None."""
    for one in ranges:
        if one.start <= start and end <= one.end:
            return one
    return None


def first_wins(claims):
    """Banks that don't overlap: of two claims of one byte the one that begins
    first has it; then the lower node's, the one that stays, the smaller one."""
    banks, reach = [], 0
    for claim in sorted(claims, key=lambda c: (c.start, c.nid, c.hotplug,
                                               c.end)):
        if claim.end > reach:
            banks.append(claim._replace(start=max(claim.start, reach)))
            reach = claim.end
    return banks


def merge(banks):
    """@banks, sorted; neighbours of the same node made one."""
    merged = []
    for bank in banks:
        if merged and merged[-1].end >= bank.start and \
                (merged[-1].nid, merged[-1].hotplug) == \
                (bank.nid, bank.hotplug):
            end = max(merged[-1].end, bank.end)
            merged[-1] = merged[-1]._replace(end=end)
        else:
            merged.append(bank)
    return merged


def keep(banks, ranges):
    """What of @banks lies in one of @ranges, (start, end) each; all of them,
    where there are no ranges."""
    if not ranges:
        return banks
    kept = [bank._replace(start=max(bank.start, start), end=min(bank.end, end))
            for bank in banks for start, end in ranges]
    return merge(first_wins(bank for bank in kept if bank.start < bank.end))


# What mem= may be told, and what a letter behind a number multiplies it by.
MEM = re.compile(r"mem=((?:0x)?[0-9a-f]+)([kmgt]?)"
                 r"(?:@((?:0x)?[0-9a-f]+)([kmgt]?))?", re.I)
SUFFIXES = {"": 0, "k": 10, "m": 20, "g": 30, "t": 40}


# A sound reserve_mem=: size, alignment, name.
RESERVE_MEM = re.compile(r"(?<!\S)reserve_mem=(\d+)([kmgt]?):\w+:(\S+)", re.I)


def mem_ranges(bootargs, banks):
    """The ranges of addresses that the words mem= leave of @banks."""
    ranges, lowest = [], []
    for size, scale, start, start_scale in (
            match.groups() for match in map(MEM.fullmatch, bootargs.split())
            if match):
        size = page_down(int(size, 0) << SUFFIXES[scale.lower()])
        if start is not None:
            start = int(start, 0) << SUFFIXES[start_scale.lower()]
            if start + size <= ADDRESS_LIMIT:
                ranges.append((start, start + size))
        elif size:
            lowest.append(size)
    left = min(lowest, default=0)
    for bank in banks if lowest else []:
        if left <= bank.end - bank.start:
            return [*ranges, (0, bank.start + left)]
        left -= bank.end - bank.start
    return [] if lowest else ranges


class Oracle:
    """What a boot with this tree must come to.

    @extra are claims that no tree names: the image, the blob, what the firmware
    below us adds to the tree on its way to us. @tree reads the blob; @bootargs
    are the boot arguments, @bits the address bits of the CPU.
    """

    def __init__(self, blob, extra=(), tree=Tree, bootargs="", bits=64):
        self.tree = tree(blob)
        self.bootargs = bootargs
        self.claims = sorted([*self.tree.claims, *extra], key=precedence)
        self.limited = self._limited(bootargs, bits)
        self.memory = list(self._memory())
        self.pieces = list(self._pieces())

    def _limited(self, bootargs, bits):
        """Banks within all limits, not rounded."""
        banks = keep(merge(self.tree.banks), [(0, 1 << bits)])
        banks = keep(banks, self.tree.usable())
        return keep(banks, mem_ranges(bootargs, banks))

    def _memory(self):
        """Banks as they are used: whole pages, within reach."""
        limit = 1 << self.tree.reach
        for bank in self.limited:
            start = page_up(bank.start)
            end = min(page_down(bank.end), limit)
            if start < end:
                yield bank._replace(start=start, end=end)

    def _pieces(self):
        rounded = [claim._replace(start=page_down(claim.start),
                                  end=page_up(claim.end))
                   for claim in self.claims if claim.start < claim.end]
        borders = sorted({border for one in [*rounded, *self.memory]
                          for border in (one.start, one.end)})
        for start, end in zip(borders, borders[1:]):
            bank = cover(start, end, self.memory)
            if bank:
                yield Piece(bank.nid, start, end, cover(start, end, rounded))

    def claimed(self):
        """Bytes that /memory claims, by node."""
        sums = defaultdict(int)
        for bank in merge(self.tree.banks):
            sums[bank.nid] += bank.end - bank.start
        return dict(sums)

    def dropped(self):
        """Bytes of these that can't be used, by node."""
        sums = defaultdict(int, self.claimed())
        for bank in self.memory:
            sums[bank.nid] -= bank.end - bank.start
        return {nid: size for nid, size in sums.items() if size}

    def taken(self):
        """Bytes that a claim takes, by (node, kind, name)."""
        sums = defaultdict(int)
        for piece in self.pieces:
            if piece.claim:
                kind = piece.claim.kind
                key = (piece.nid, LEDGER_KIND.get(kind, kind),
                       piece.claim.name)
                sums[key] += piece.end - piece.start
        return dict(sums)

    def placed(self):
        """Bytes by name of what has no place of its own: dynamic regions, and
        what the boot arguments reserve."""
        sums = defaultdict(int)
        for name, size in self.tree.dynamic():
            sums[name] += size
        for word in RESERVE_MEM.finditer(self.bootargs):
            size = int(word[1], 0) << SUFFIXES[word[2].lower()]
            sums[word[3]] = sums[word[3]] or page_up(size)
        return dict(sums)

    def overlaps(self):
        """Pairs of claims of the tree that share a page, by name."""
        claims = self.tree.claims
        return [(one.name, other.name) for i, one in enumerate(claims)
                for other in claims[i + 1:]
                if page_down(one.start) < page_up(other.end) and
                page_down(other.start) < page_up(one.end)]

    def zones(self):
        """ZONE_DMA32's and ZONE_NORMAL's range, None for an empty one. Zones
        follow each other without a gap, whatever is in them."""
        start = self.memory[0].start
        end = self.memory[-1].end
        border = max(min(end, DMA32_LIMIT), start)
        return [(first, last) if first < last else None
                for first, last in ((start, border), (border, end))]

    def fallback(self):
        """node -> nodes with memory in the order in which its allocations try
        them, by Linux's rule: itself; then nearest first, where a lower number
        than one's own counts as one further; then the one that has been the
        first of its distance for the fewest others; then the lowest number.
        (Linux prefers nodes without CPUs, too, but knows of none when it builds
        the lists.)"""
        load = defaultdict(int)
        orders = {}
        memory = {bank.nid for bank in self.memory}
        for local in self.tree.nodes:
            order, left = [local], memory - {local}
            while left:
                best = min(left, key=lambda n, near=local: (
                    self.tree.distance(near, n) + (n < near), load[n], n))
                if self.tree.distance(local, best) != \
                        self.tree.distance(local, order[-1]):
                    load[best] += 1
                order.append(best)
                left.remove(best)
            orders[local] = [nid for nid in order if nid in memory]
        return orders

    def describe(self):
        """What it all comes to, as text."""
        lines = [f"claimed {nid} {size:#x}"
                 for nid, size in sorted(self.claimed().items())]
        lines += [f"dropped {nid} {size:#x}"
                  for nid, size in sorted(self.dropped().items())]
        lines += [f"taken {nid} {kind} {size:#x} {name}" for
                  (nid, kind, name), size in sorted(self.taken().items())]
        return "\n".join(lines) + "\n"
