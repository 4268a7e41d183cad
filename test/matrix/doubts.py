# SPDX-License-Identifier: BSD-2-Clause
"""Which warnings a machine must cause, and what is left of memory that isn't
there: the rest of what the oracle has to know for trees that say wrong things.

docs/report.md says when each code appears; this is that page, computed from the
blob. Like the oracle it has nothing in common with lib/.
"""

from collections import namedtuple

from libfdt import NOTFOUND

from oracle import (ADDRESS_LIMIT, CHOSEN_RANGES, PAGE, Claim,
                    Oracle, Tree, page_down, page_up,
                    precedence)

QUIET = [NOTFOUND]

# What the oracle can't foretell: whether a region that is to be placed fits
# depends on where the others went, and whether a CPU comes up in time on how much
# else the host has to do.
UNFORESEEN = {"W-RSV-UNPLACED", "W-CPU-START", "W-BOOTARG-RESERVE-MEM"}

# What the machine is, besides its tree: the boot arguments, the address bits of
# its CPUs, how many of the tree's CPUs it has, where its RAM is, whether what
# started us lives in it.
Facts = namedtuple("Facts", "bootargs bits smp start end firmware_below")


class DoubtfulTree(Tree):
    """A tree, and what is wrong with it by itself."""

    def entries_of(self, parent, node, name):
        """@node's property @name as (base, size), neither cut nor left out."""
        value = self._prop(node, name) or b""
        first, both = (4 * sum(self.cells(parent)[:n]) for n in (1, 2))
        for at in range(0, len(value) - both + 1, both):
            yield (int.from_bytes(value[at:at + first], "big"),
                   int.from_bytes(value[at + first:at + both], "big"))

    def usable_cpus(self):
        """How many CPUs there should be; the disabled ones are the last."""
        return sum(self._okay(cpu) for cpu in self._cpus())

    def doubts_of_entries(self, parent, node, name):
        """Codes about the form of a property of ranges."""
        value = self._prop(node, name) or b""
        if len(value) % (4 * sum(self.cells(parent))):
            yield "W-REG-LENGTH"
        for base, size in self.entries_of(parent, node, name):
            if base + size > ADDRESS_LIMIT:
                yield "W-REG-WRAP"

    def doubts_of_memory(self):
        """Codes about memory nodes."""
        any_id = any(self._node_id(node) is not None
                     for node in [*self.memory_nodes(), *self._cpus()])
        for node in self.memory_nodes():
            props = self._props(node)
            if "device_type" not in props:
                yield "W-MEM-DEVICE-TYPE"
            if self.ranges_of(node) not in props:
                yield "W-MEM-NO-REG"
            if self._node_id(node) is None and \
                    (any_id or "numa-node-id" in props):
                yield "W-NUMA-NO-ID"
            yield from self.doubts_of_entries(0, node, self.ranges_of(node))
        claims = sorted(self.bank_claims(), key=lambda bank: bank.start)
        reach = 0
        for claim in claims:
            if claim.start < reach:
                yield "W-MEM-OVERLAP"
            reach = max(reach, claim.end)

    def doubts_of_distances(self):
        """Codes about the distance map."""
        node = self.fdt.subnode_offset(0, "distance-map", QUIET)
        if node < 0:
            return
        if len(self._prop(node, "distance-matrix") or b"x") % 12:
            yield "W-NUMA-MATRIX"
        if not all(self.is_distance(*entry) for entry in self.matrix()):
            yield "W-NUMA-DISTANCE"

    def doubts_of_regions(self):
        """Codes about /reserved-memory."""
        for parent, node in self._region_nodes():
            props = self._props(node)
            if "no-map" in props and "reusable" in props:
                yield "W-RSV-NOMAP-REUSABLE"
            if "reg" in props:
                yield from self.doubts_of_entries(parent, node, "reg")
                if "size" in props:
                    yield "W-RSV-REG-AND-SIZE"
                if any(size == 0 for _, size
                       in self.entries_of(parent, node, "reg")):
                    yield "W-RSV-EMPTY"
            elif "size" in props:
                yield from self.doubts_of_dynamic(parent, props)
            else:
                yield "W-RSV-NO-RANGE"
        parent = self.fdt.subnode_offset(0, "reserved-memory", QUIET)
        if parent >= 0 and (self._prop(parent, "ranges") != b"" or
                            self.cells(parent) != self.cells(0)):
            yield "W-RSV-PARENT"

    def doubts_of_dynamic(self, parent, props):
        """Codes about a region that is to be placed."""
        length = 4 * self.cells(parent)[1]
        size = int.from_bytes(props["size"], "big")
        align = props.get("alignment", PAGE.to_bytes(length, "big"))
        if len(props["size"]) != length or not \
                0 < size <= ADDRESS_LIMIT - PAGE:
            yield "W-RSV-EMPTY"
        elif len(align) != length or \
                bin(int.from_bytes(align, "big")).count("1") != 1:
            yield "W-RSV-ALIGN"

    def _everything(self, parent=0):
        for node in self._children(parent):
            yield node
            yield from self._everything(node)

    def doubts_of_users(self):
        """Codes about devices that point to regions."""
        handles = {self._prop(node, "phandle") for node in self._everything()}
        for node in self._everything():
            users = self._prop(node, "memory-region") or b""
            if {users[at:at + 4] for at in range(0, len(users) - 3, 4)} - \
                    handles and self._okay(node):
                yield "W-RSV-USER"

    def doubts_of_chosen(self):
        """Codes about /chosen and the reservation block."""
        chosen = self.fdt.subnode_offset(0, "chosen", QUIET)
        props = self._props(chosen) if chosen >= 0 else {}
        if "linux,initrd-start" in props and \
                not any(claim.kind == "initrd" for claim in self._claims()):
            yield "W-INITRD"
        if "linux,usable-memory-range" in props and not self.usable():
            yield "W-USABLE-RANGE"
        for name in CHOSEN_RANGES:
            yield from self.doubts_of_entries(0, chosen, name) \
                if name in props else ()
        if any(base + size > ADDRESS_LIMIT for base, size
               in self.reservation_block()):
            yield "W-REG-WRAP"

    def wishes(self):
        """(name, alignment, ranges) of each region that is to be placed."""
        for parent, node in self._region_nodes():
            props = self._props(node)
            if "size" in props and "reg" not in props:
                align = int.from_bytes(props.get("alignment", b""), "big")
                yield self.name(node), max(align, PAGE), [
                    (base, base + size) for base, size
                    in self._entries(parent, node, "alloc-ranges")]

    def doubts(self):
        """All of them."""
        root = self._props(0)
        if not {"#address-cells", "#size-cells"} <= set(root):
            yield "W-ROOT-CELLS"
        for part in (self.doubts_of_memory, self.doubts_of_distances,
                     self.doubts_of_regions, self.doubts_of_users,
                     self.doubts_of_chosen):
            yield from part()


class MachineOracle(Oracle):
    """The oracle of a machine that may not have what its tree says."""

    def __init__(self, blob, extra, facts):
        self.facts = facts
        super().__init__(blob, extra, DoubtfulTree, facts.bootargs, facts.bits)
        self.absent = False
        if facts.firmware_below:
            self._protect_firmware()
        if "noprobe" not in facts.bootargs.split():
            self._probe()

    def _change(self, claims=None, memory=None):
        """Other claims or other memory, and what follows from them."""
        self.claims = claims or self.claims
        self.memory = self.memory if memory is None else memory
        self.pieces = list(self._pieces())

    def _protect_firmware(self):
        """Where nothing is named at the beginning of the image's bank, all of it
        below the image is somebody's."""
        image = [claim for claim in self.claims if claim.kind == "image"][0]
        for bank in self.memory:
            if not bank.start < image.start < bank.end:
                continue
            if not any(claim.start < bank.start + PAGE and
                       claim.end > bank.start
                       for claim in self.claims
                       if claim.kind not in ("image", "dtb", "initrd")):
                firmware = Claim("firmware", bank.start, image.start,
                                 "below the image, named by nobody")
                self._change(claims=sorted([*self.claims, firmware],
                                           key=precedence))

    def _probe(self):
        """Banks whose first or last free page isn't there go."""
        for bank in sorted(self.tree.bank_claims()):
            asked = [(max(piece.start, page_up(bank.start)),
                      min(piece.end, bank.end))
                     for piece in self.pieces if not piece.claim]
            asked = [(start, end) for start, end in asked if start < end]
            if asked and not (self._there(asked[0][0]) and
                              self._there(asked[-1][1] - 1)):
                self.absent = True
                self._change(memory=[
                    part for one in self.memory for part in (
                        one._replace(end=min(one.end, page_down(bank.start))),
                        one._replace(start=max(one.start, page_up(bank.end))))
                    if part.start < part.end])

    def _there(self, address):
        return self.facts.start <= address < self.facts.end

    def doubts(self):
        """Codes of the warnings that this boot must print, but UNFORESEEN."""
        codes = {*self.tree.doubts(), *self._doubts_of_claims()}
        if self.absent:
            codes.add("W-MEM-ABSENT")
        reach = 1 << min(self.facts.bits, self.tree.reach)
        if any(bank.end > reach for bank in self.tree.banks):
            codes.add("W-MEM-REACH")
        if any(page_up(bank.start) + PAGE > bank.end for bank in self.limited):
            codes.add("W-MEM-SMALL")
        if self.facts.smp < self.tree.usable_cpus():
            codes.add("W-CPU-START")
        return codes

    def _doubts_of_claims(self):
        """Codes about reservations that meet, or that are no memory."""
        claims = [claim for claim in self.claims
                  if claim.kind != "firmware" and claim.start < claim.end]
        if len(claims) != len([claim for claim in self.claims
                               if claim.start < claim.end]):
            yield "W-FIRMWARE-UNNAMED"
        for i, one in enumerate(claims):
            for other in claims[i + 1:]:
                if max(one.start, other.start) < min(one.end, other.end) and \
                        not (other.kind == "memreserve" and
                             one.kind in ("dtb", "initrd")):
                    yield ("W-RSV-IMAGE" if one.kind == "image"
                           else "W-RSV-OVERLAP")
        for claim in claims:
            if claim.kind in ("image", "dtb"):
                continue
            inside = sum(max(0, min(bank.end, claim.end)
                             - max(bank.start, claim.start))
                         for bank in self.tree.banks)
            if inside < claim.end - claim.start:
                yield ("W-INITRD" if claim.kind == "initrd"
                       else "W-RSV-OUTSIDE")

    def free(self):
        """Bytes by node that nobody claims."""
        return {nid: sum(piece.end - piece.start for piece in self.pieces
                         if piece.nid == nid and not piece.claim)
                for nid in {bank.nid for bank in self.memory}}
