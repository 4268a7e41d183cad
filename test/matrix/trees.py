# SPDX-License-Identifier: BSD-2-Clause
"""Device trees of machines that nobody has built, drawn at random.

draw() makes a tree for QEMU's virt by a random generator of the caller's, so the
same seed gives the same tree: dts/<port>/virt.dtsi's machine with other memory,
nodes, distances and reservations. A sound tree says nothing wrong; a hostile one
has a few FLAWS, each of which is something that was seen in a real tree or that
the specification forbids.

Memory is drawn between START and START plus what QEMU is given. What a tree comes
to, and which warnings it must cause, is not known here: the oracle finds that out
from the blob.
"""

import struct
from pathlib import Path

import libfdt

from paths import HOST_DTB

# Where RAM begins on both ports' machines, and what the first bank holds of it:
# the image, a tree next to it, and room for what the boot takes.
START = 0x80000000
FIRST = 24 << 20

# Room for what is drawn.
ROOM = 128 << 10

PAGE = 4096

# What banks and reservations are multiples of, in bytes.
GRAINS = [1 << 9, PAGE, PAGE, 64 << 10, 2 << 20, 2 << 20]

# Token of the structure block that means nothing (specification, 5.4.1), and
# bytes of a property before its value.
FDT_NOP = struct.pack(">I", 4)
PROP_HEADER = 12

# Where no machine has memory: above all RAM that QEMU may have here.
NOWHERE = 0x4000000000


class Drawing:
    """A tree being drawn."""

    def __init__(self, rng, arch, ram):
        base = Path(HOST_DTB, arch, "boot-no-memory.dtb").read_bytes()
        self.rng = rng
        self.end = START + ram
        self.fdt = libfdt.Fdt(bytearray(base))
        self.fdt.resize(len(base) + ROOM)
        self.banks = []             # [start, end, nid or None]
        self.regions = 0            # children of /reserved-memory
        self.handles = []           # phandles of these
        self.codes = set()          # warnings that the oracle knows nothing of
        self.cpus = self.fdt.path_offset("/cpus")
        self.flaws = []             # names of what was made wrong

    def number(self, *values):
        """@values as cells of 64 bits."""
        return struct.pack(f">{len(values)}Q", *values)

    def node(self, path, name, **props):
        """A new node below @path; a property for each keyword, where "_" stands
        for "-" but in device_type."""
        offset = self.fdt.add_subnode(self.fdt.path_offset(path), name)
        for key, value in props.items():
            if key != "device_type":
                key = key.replace("_", "-")
            self.fdt.setprop(offset, key, value)
        return offset

    def set(self, path, name, value):
        """Property @name of the node at @path."""
        self.fdt.setprop(self.fdt.path_offset(path), name, value)

    # -- Memory -------------------------------------------------------------

    def cut_banks(self):
        """RAM in pieces, some of which are left out."""
        grain = self.rng.choice(GRAINS)
        wanted = self.rng.choice([1, 1, 2, 3, 4, 6, 9, 24])
        cuts = {self.rng.randrange(START + FIRST, self.end) // grain * grain
                for _ in range(wanted - 1)}
        borders = [START, *sorted(cuts - {START}), self.end]
        for start, end in zip(borders, borders[1:]):
            if start == START or self.rng.random() < 0.8:
                self.banks.append([start, end, None])

    def give_ids(self):
        """Nodes for the banks and CPUs: dense ids or sparse ones, or none."""
        if self.rng.random() < 0.3:
            return []
        count = self.rng.randint(1, min(6, len(self.banks) + 1))
        ids = self.rng.choice([
            list(range(count)),
            sorted(self.rng.sample(range(1 << self.rng.choice([4, 16, 31])),
                                   count))])
        for bank in self.banks:
            bank[2] = self.rng.choice(ids)
        used = sorted({bank[2] for bank in self.banks})
        if self.rng.random() < 0.8:
            for cpu in range(4):
                nid = self.rng.choice(used + ids[:1])
                self.set(f"/cpus/cpu@{cpu}", "numa-node-id",
                         struct.pack(">I", nid))
        return used

    def add_memory(self):
        """The banks as nodes, in any order; those of one node share one now and
        then."""
        banks = self.banks[:]
        self.rng.shuffle(banks)
        while banks:
            first = banks.pop()
            group = [first]
            if self.rng.random() < 0.4:
                group += [bank for bank in banks if bank[2] == first[2]]
            banks = [bank for bank in banks if bank not in group]
            props = {"device_type": b"memory\0"}
            if first[2] is not None:
                props["numa-node-id"] = struct.pack(">I", first[2])
            props["reg"] = b"".join(self.number(start, end - start)
                                    for start, end, _ in group)
            offset = self.node("/", f"memory@{first[0]:x}")
            for name, value in props.items():
                self.fdt.setprop(offset, name, value)

    def add_distances(self, ids):
        """A distance map: both ways, one way, or with gaps."""
        if len(ids) < 2 or self.rng.random() < 0.4:
            return
        entries = []
        for one in ids:
            for other in ids:
                if one == other:
                    value = 10
                elif self.rng.random() < 0.2:
                    continue
                else:
                    value = self.rng.choice([11, 15, 20, 20, 21, 40, 254, 255])
                entries.append((one, other, value))
        self.rng.shuffle(entries)
        self.node("/", "distance-map", compatible=b"numa-distance-map-v1\0",
                  distance_matrix=b"".join(struct.pack(">3I", *entry)
                                           for entry in entries))

    # -- Reservations -------------------------------------------------------

    def place(self, most=1 << 40):
        """A random range in a bank, (start, size), not in the first FIRST
        bytes of RAM; (0, 0) where there is none."""
        start, end, _ = self.rng.choice(self.banks)
        start = max(start, START + FIRST)
        room = end - start
        if room < 2 * PAGE:
            return 0, 0
        grain = self.rng.choice(GRAINS)
        size = 1 << self.rng.randint(9, room.bit_length() - 1)
        size = max(1, min(size, room // 8, most) - self.rng.choice([0, 0, 1, 5]))
        base = (start + self.rng.randrange(room - size + 1)) // grain * grain
        return max(base, start), size

    def reserve(self, name, **props):
        """One more child of /reserved-memory; half of them can be pointed to."""
        self.regions += 1
        if self.rng.random() < 0.5:
            self.handles.append(self.rng.randrange(100, 1 << 31))
            props["phandle"] = struct.pack(">I", self.handles[-1])
        return self.node("/reserved-memory", name, **props)

    def protect(self, base, size):
        """One more entry of the reservation block; the binding's class has no
        method for it."""
        libfdt.check_err(libfdt.fdt_add_mem_rsv(self.fdt.as_bytearray(), base,
                                                size))

    def flags(self):
        """Random flags, as properties."""
        return self.rng.choice([{}, {}, {"no_map": b""}, {"reusable": b""}])

    def add_region(self, number):
        """A reservation that has its place, of one entry or several."""
        ranges = [self.place() for _ in range(self.rng.choice([1, 1, 1, 2, 3]))]
        ranges = [one for one in ranges if one[1]]
        if not ranges:
            return
        props = self.flags()
        status = self.rng.choice([None] * 6 + [b"okay\0", b"ok\0",
                                               b"disabled\0"])
        if status:
            props["status"] = status
        self.reserve(f"region{number}@{ranges[0][0]:x}", **props,
                     reg=b"".join(self.number(*one) for one in ranges))

    def add_dynamic(self, number):
        """One that is to be placed."""
        props = self.flags()
        if self.rng.random() < 0.5:
            props["alignment"] = self.number(
                1 << self.rng.choice([0, 12, 16, 21, 24]))
        if self.rng.random() < 0.5:
            start, end, _ = self.rng.choice(self.banks)
            props["alloc_ranges"] = self.number(start, end - start)
        self.reserve(f"pool{number}", **props, size=self.number(
            self.rng.choice([1, PAGE, 5 * PAGE, 64 << 10, 1 << 20])))

    def add_reservations(self):
        """/reserved-memory, the reservation block and /chosen."""
        self.node("/", "reserved-memory", ranges=b"", **{
            "#address_cells": struct.pack(">I", 2),
            "#size_cells": struct.pack(">I", 2)})
        for number in range(self.rng.choice([0, 1, 2, 3, 5, 8, 12, 40, 150])):
            self.add_region(number)
        for number in range(self.rng.choice([0, 0, 0, 1, 3])):
            self.add_dynamic(number)
        if self.handles and self.rng.random() < 0.6:
            self.add_users()
        for _ in range(self.rng.choice([0, 0, 0, 1, 2, 5])):
            self.protect(*self.place(1 << 24))
        self.add_chosen()

    def add_users(self):
        """Devices that use regions, one or several each."""
        for number in range(self.rng.choice([1, 2, 12])):
            used = self.rng.choices(self.handles, k=self.rng.randint(1, 3))
            self.node("/", f"camera{number}", memory_region=struct.pack(
                f">{len(used)}I", *used))

    def add_chosen(self):
        """An initrd, and what a crashed kernel left."""
        base, size = self.place(1 << 22)
        if size and self.rng.random() < 0.3:
            self.set("/chosen", "linux,initrd-start", self.number(base))
            self.set("/chosen", "linux,initrd-end", self.number(base + size))
        base, size = self.place(1 << 20)
        if size and self.rng.random() < 0.15:
            self.set("/chosen", "linux,elfcorehdr", self.number(base, size))

    # -- What is wrong -------------------------------------------------------

    def some_memory(self):
        """The path of a memory node that isn't the one the image is in; None
        where that is the only one."""
        paths = [f"/memory@{start:x}" for start, _, _ in self.banks
                 if start != START]
        self.rng.shuffle(paths)
        for path in paths:
            if self.fdt.path_offset(path, [libfdt.NOTFOUND]) >= 0:
                return path
        return None

    def memory(self, base, size, **props):
        """One more memory node."""
        self.node("/", f"memory@{base:x},{self.rng.randrange(1 << 30):x}",
                  device_type=b"memory\0", reg=self.number(base, size), **props)

    def inside(self):
        """An address in RAM, behind the first FIRST bytes."""
        return self.rng.randrange(START + FIRST, self.end)

    def memory_without_type(self):
        path = self.some_memory()
        if path:
            self.fdt.delprop(self.fdt.path_offset(path), "device_type")

    def memory_without_reg(self):
        self.node("/", "memory@bad", **self.rng.choice([
            {}, {"device_type": b"memory\0"}]))

    def memory_ragged(self):
        path = self.some_memory()
        if path:
            self.set(path, "reg", self.number(self.inside(), 2 << 20)
                     + bytes(self.rng.choice([1, 4, 8, 12])))

    def memory_empty(self):
        self.memory(self.inside(), 0)

    def memory_overlapping(self):
        self.memory(self.inside() // PAGE * PAGE, self.rng.choice([1, 16]) << 20,
                    **self.rng.choice([{}, {"numa_node_id": bytes(4)}]))

    def memory_disabled(self):
        path = self.some_memory()
        if path:
            self.set(path, "status", b"disabled\0")

    def memory_small(self):
        self.memory(self.end + PAGE // 2, PAGE // 4)

    def memory_wrapping(self):
        self.memory((1 << 64) - PAGE, 2 * PAGE)

    def memory_beyond(self):
        self.memory(1 << 62, 1 << 21)

    def memory_absent(self):
        self.memory(NOWHERE, 1 << 30)

    def memory_half_absent(self):
        self.memory(self.end, 16 << 20)

    def memory_usable(self):
        path = self.some_memory()
        if path:
            self.set(path, "linux,usable-memory",
                     self.number(self.inside(), 1 << 20))

    def memory_hotplug(self):
        path = self.some_memory()
        if path:
            self.set(path, "hotpluggable", b"")

    def usable_range(self):
        self.set("/chosen", "linux,usable-memory-range", self.number(
            START, self.rng.randrange(2 * FIRST, 1 << 33)))

    def usable_range_ragged(self):
        self.set("/chosen", "linux,usable-memory-range", bytes(
            self.rng.choice([4, 8, 15, 17])))

    def usable_range_without_image(self):
        self.set("/chosen", "linux,usable-memory-range",
                 self.number(START + FIRST, self.end - START - FIRST))

    def id_missing(self):
        path = self.some_memory()
        if path:
            self.fdt.delprop(self.fdt.path_offset(path), "numa-node-id",
                             [libfdt.NOTFOUND])

    def id_long(self):
        path = self.some_memory()
        if path:
            self.set(path, "numa-node-id", bytes(8))

    def distances_wrong(self):
        if self.fdt.path_offset("/distance-map", [libfdt.NOTFOUND]) < 0:
            self.node("/", "distance-map", compatible=b"numa-distance-map-v1\0",
                      distance_matrix=struct.pack(
                          ">12I", 0, 0, 11, 0, 99, 20, 99, 0, 300, 0, 1, 9)
                      + bytes(self.rng.choice([0, 4, 7])))

    def region_ragged(self):
        self.reserve("ragged", reg=self.number(*self.place(1 << 20))
                     + bytes(self.rng.choice([1, 4, 8, 12])))

    def region_empty(self):
        self.reserve("empty", reg=self.number(self.inside(), 0))

    def region_bare(self):
        self.reserve("bare", **self.flags())

    def region_twice(self):
        base, size = self.place(1 << 20)
        self.reserve("one", reg=self.number(base, size), **self.flags())
        self.reserve("other", reg=self.number(base, size), **self.flags())

    def region_nested(self):
        base, size = self.place()
        self.reserve("outer", reg=self.number(base, size), **self.flags())
        self.reserve("inner", reg=self.number(base + size // 2, max(1, size // 4)),
                     **self.flags())

    def region_outside(self):
        self.reserve("outside", reg=self.number(
            self.rng.choice([self.end - PAGE, self.end, 1 << 41]), 1 << 20))

    def region_wrapping(self):
        self.reserve("wrapping", reg=self.number((1 << 64) - PAGE, 1 << 20))

    def region_huge(self):
        self.reserve("huge", reg=self.number(START + FIRST, 1 << 63),
                     **self.flags())

    def region_torn(self):
        self.reserve("torn", no_map=b"", reusable=b"",
                     reg=self.number(*self.place(1 << 20)))

    def region_both(self):
        self.reserve("both", size=self.number(PAGE),
                     reg=self.number(*self.place(1 << 20)))

    def region_crooked(self):
        self.reserve("crooked", size=self.number(PAGE),
                     alignment=self.number(self.rng.choice([0, 3, 4097])))

    def region_too_large(self):
        self.reserve("too-large", size=self.number(
            self.rng.choice([1 << 45, (1 << 64) - 1])), **self.flags())

    def region_short_size(self):
        self.reserve("short-size", size=bytes(self.rng.choice([0, 4, 12])))

    def region_fenced(self):
        self.reserve("fenced", size=self.number(PAGE),
                     alloc_ranges=self.number(self.rng.choice([0, 1 << 41]),
                                              1 << 20))

    def region_over_image(self):
        self.reserve("thief", reg=self.number(
            START + (2 << 20) + self.rng.randrange(4 << 20), 1 << 20),
            **self.flags())

    def parent_without_ranges(self):
        self.fdt.delprop(self.fdt.path_offset("/reserved-memory"), "ranges",
                         [libfdt.NOTFOUND])

    def user_lost(self):
        self.node("/", "lost", memory_region=struct.pack(">2I", 0xdead, 0))

    def initrd_reversed(self):
        self.set("/chosen", "linux,initrd-start", self.number(self.inside()))
        self.set("/chosen", "linux,initrd-end", self.number(START))

    def memreserve_wrapping(self):
        self.protect((1 << 64) - PAGE, 1 << 20)

    def all_reserved(self):
        start, end, _ = self.rng.choice(self.banks)
        self.reserve("all", reg=self.number(start, end - start), **self.flags())

    def names_odd(self):
        self.reserve("odd\x7f\xe9 name, " + "x" * self.rng.choice([1, 60, 200]),
                     reg=self.number(*self.place(1 << 20)))

    def many_users(self):
        if self.handles:
            for number in range(20):
                self.node("/", f"device{number}", memory_region=struct.pack(
                    ">I", self.handles[0]))

    def cpu_disabled(self):
        self.set("/cpus/cpu@3", "status", b"disabled\0")

    # -- What is wrong with the console: the firmware below us must not see it --

    def stdout(self, text):
        """Another stdout-path."""
        self.set("/chosen", "stdout-path", text.encode() + b"\0")

    def console(self):
        """The path of the UART."""
        chosen = self.fdt.path_offset("/chosen")
        return self.fdt.getprop(chosen, "stdout-path").as_str()

    def console_nowhere(self):
        self.stdout("/nowhere")
        self.codes.add("W-STDOUT")

    def console_loop(self):
        self.node("/", "aliases", serial0=b"serial0\0")
        self.stdout("serial0")
        self.codes.add("W-STDOUT")

    def console_alias(self):
        self.node("/", "aliases", serial0=self.console().encode() + b"\0")
        self.stdout("serial0:115200n8")

    def console_layout(self):
        path = self.console()
        self.set(path, "reg-shift", struct.pack(">I", 40))
        self.set(path, "reg-io-width", struct.pack(">I", 3))
        self.codes.add("W-UART")

    def console_unknown(self):
        self.set(self.console(), "compatible", b"acme,uart\0")

    def console_unnamed(self):
        self.fdt.delprop(self.fdt.path_offset("/chosen"), "stdout-path")

    def console_no_bus(self):
        self.node("/", "bus")
        self.node("/bus", "serial@0", reg=bytes(12))
        self.stdout("/bus/serial@0")
        self.codes.add("W-STDOUT")

    # -- The end ------------------------------------------------------------

    def blob(self):
        """The tree; now and then a property is crossed out by tokens that mean
        nothing, as boot loaders do."""
        mark = b"crossed out"
        self.set("/chosen", "bootmem,crossed-out", mark)
        self.fdt.pack()
        blob = bytearray(self.fdt.as_bytearray())
        if self.rng.random() < 0.3:
            at = blob.index(mark) - PROP_HEADER
            length = PROP_HEADER + (len(mark) + 3) // 4 * 4
            blob[at:at + length] = FDT_NOP * (length // 4)
        return bytes(blob)


# All of them, and those of the console.
FLAWS = sorted(name for name in vars(Drawing) if name.split("_")[0] in (
    "memory", "usable", "id", "distances", "region", "parent", "user",
    "initrd", "memreserve", "all", "names", "many", "cpu") and "_" in name)
CONSOLE_FLAWS = sorted(name for name in vars(Drawing)
                       if name.startswith("console_"))


def draw(rng, arch, ram, hostile, handed):
    """A Drawing of a machine with @ram bytes; @handed: no firmware sees it."""
    drawing = Drawing(rng, arch, ram)
    drawing.cut_banks()
    ids = drawing.give_ids()
    drawing.add_memory()
    drawing.add_distances(ids)
    drawing.add_reservations()
    if hostile:
        drawing.flaws = rng.sample(FLAWS, rng.choice([1, 1, 1, 2, 3, 5]))
        if handed and rng.random() < 0.4:
            drawing.flaws.append(rng.choice(CONSOLE_FLAWS))
        for flaw in drawing.flaws:
            getattr(drawing, flaw)()
    return drawing
