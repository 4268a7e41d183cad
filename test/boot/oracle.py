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
KINDS = ["image", "dtb", "nomap", "initrd", "reserved", "reusable",
         "memreserve"]

# What the ledger calls a kind, where that isn't the same word.
LEDGER_KIND = {"memreserve": "reserved"}

# Where ZONE_DMA32 ends.
DMA32_LIMIT = 4 << 30

# Distances where the tree has none.
LOCAL_DISTANCE, REMOTE_DISTANCE = 10, 20

# kind is one of KINDS; name is the node's, or what the claim is for.
Claim = namedtuple("Claim", "kind start end name")
Bank = namedtuple("Bank", "nid start end")
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
        self.banks = sorted(self._banks(), key=lambda bank: bank.start)
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

    def _okay(self, node):
        return self._prop(node, "status") in (None, b"okay\0", b"ok\0")

    def _cells(self, node, name, default):
        value = self._prop(node, name)
        return int.from_bytes(value, "big") if value else default

    def _reg(self, parent, node):
        """@node's reg as (base, size)."""
        return self._entries(parent, node, "reg")

    def _entries(self, parent, node, name):
        """@node's property @name as (base, size), by @parent's cells; without
        these 2 and 1, as the specification says."""
        value = self._prop(node, name) or b""
        first = 4 * self._cells(parent, "#address-cells", 2)
        both = first + 4 * self._cells(parent, "#size-cells", 1)
        for at in range(0, len(value) - both + 1, both or 1):
            yield (int.from_bytes(value[at:at + first], "big"),
                   int.from_bytes(value[at + first:at + both], "big"))

    def _memreserve(self):
        """The reservation block's (base, size), read from the blob itself: the
        binding's release 1.6 returns no pair where the base is 0."""
        block = bytes(self.fdt.as_bytearray())[self.fdt.off_mem_rsvmap():]
        for base, size in struct.iter_unpack(">QQ", block[:len(block) & -16]):
            if not base and not size:
                return
            yield base, size

    def _banks(self):
        for node in self._children(0):
            if self._prop(node, "device_type") != b"memory\0":
                continue
            if not self._okay(node):
                continue
            nid = int.from_bytes(self._prop(node, "numa-node-id") or b"",
                                 "big")
            for base, size in self._reg(0, node):
                if size:
                    yield Bank(nid, base, base + size)

    def _claims(self):
        parent = self.fdt.subnode_offset(0, "reserved-memory", QUIET)
        for node in self._children(parent) if parent >= 0 else []:
            if self._okay(node):
                yield from self._node_claims(parent, node)
        for base, size in self._memreserve():
            yield Claim("memreserve", base, base + size, "memreserve")
        yield from self._initrd()

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
            yield Claim(kind, base, base + size, self.fdt.get_name(node))

    def _initrd(self):
        chosen = self.fdt.subnode_offset(0, "chosen", QUIET)
        ends = [self._prop(chosen, f"linux,initrd-{which}")
                for which in ("start", "end")] if chosen >= 0 else [None]
        if all(ends):
            start, end = (int.from_bytes(value, "big") for value in ends)
            yield Claim("initrd", start, end, "initrd")

    def _cpus(self):
        cpus = self.fdt.subnode_offset(0, "cpus", QUIET)
        return list(self._children(cpus)) if cpus >= 0 else []

    def _nodes(self):
        """Ids of all nodes, ascending, and whether each has a CPU."""
        nodes = {bank.nid: False for bank in self.banks}
        for cpu in self._cpus():
            if self._prop(cpu, "device_type") == b"cpu\0":
                nid = self._prop(cpu, "numa-node-id") or b""
                nodes[int.from_bytes(nid, "big")] = True
        return dict(sorted(nodes.items()))

    def _distances(self):
        """(from, to) -> distance, as far as the tree has them."""
        node = self.fdt.subnode_offset(0, "distance-map", QUIET)
        value = self._prop(node, "distance-matrix") if node >= 0 else b""
        cells = [int.from_bytes(value[i:i + 4], "big")
                 for i in range(0, len(value), 4)]
        return {(cells[i], cells[i + 1]): cells[i + 2]
                for i in range(0, len(cells) - 2, 3)}

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


def merge(banks):
    """@banks, sorted; neighbours of the same node made one."""
    merged = []
    for bank in banks:
        if merged and merged[-1].nid == bank.nid and \
                merged[-1].end >= bank.start:
            end = max(merged[-1].end, bank.end)
            merged[-1] = merged[-1]._replace(end=end)
        else:
            merged.append(bank)
    return merged


class Oracle:
    """What a boot with this tree must come to.

    @extra are claims that no tree names: the image, the blob, what the firmware
    below us adds to the tree on its way to us. @tree reads the blob.
    """

    def __init__(self, blob, extra=(), tree=Tree):
        self.tree = tree(blob)
        self.claims = sorted([*self.tree.claims, *extra], key=precedence)
        self.memory = list(self._memory())
        self.pieces = list(self._pieces())

    def _memory(self):
        """Banks as they are used: whole pages, within reach."""
        limit = 1 << self.tree.reach
        for bank in merge(self.tree.banks):
            start = page_up(bank.start)
            end = min(page_down(bank.end), limit)
            if start < end:
                yield Bank(bank.nid, start, end)

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
        """node -> all nodes in the order in which its allocations try them, by
        Linux's rule: nearest first; among equally near ones those without CPUs,
        then higher numbers than one's own, then the one that has been the first
        of its distance for the fewest others; then the lowest number."""
        load = defaultdict(int)
        orders = {}
        for local in self.tree.nodes:
            order, left = [local], set(self.tree.nodes) - {local}
            while left:
                best = min(left, key=lambda n, near=local: (
                    self.tree.distance(near, n) + (n < near) +
                    self.tree.nodes[n], load[n], n))
                if self.tree.distance(local, best) != \
                        self.tree.distance(local, order[-1]):
                    load[best] += 1
                order.append(best)
                left.remove(best)
            orders[local] = order
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
