# SPDX-License-Identifier: BSD-2-Clause
"""What is booted: a number is a machine.

case() makes everything of a boot from a seed, a port and a number, and of nothing
else, so any boot can be had again alone. Four families take turns:

    own         QEMU's own tree: RAM sizes, nodes, CPUs, image forms, CPU models
    drawn       a sound tree of trees.py, through the firmware below us
    hostile     the same with flaws
    handed      a hostile tree that no firmware has seen: put into RAM as it is

and every boot gets boot arguments.
"""

import random
import re
from dataclasses import dataclass, field

import trees
from ports import PORTS
from qemu import parse_size

# RAM of machines with QEMU's own tree, and of drawn ones.
OWN_SIZES = ["20M", "24M", "33M", "64M", "100M", "128M", "129M", "200M", "255M",
             "256M", "511M", "512M", "1G", "1536M", "2G", "3G", "4G", "5G", "8G",
             "31G", "64G", "250G"]
DRAWN_SIZES = ["64M", "100M", "128M", "256M", "512M", "1G", "3G", "6G", "40G"]

FAMILIES = ["own", "drawn", "drawn", "hostile", "own", "drawn", "handed",
            "hostile", "drawn", "handed"]

# Boot arguments that are counted.
ARGUMENTS = {"early", "mem", "noprobe", "failalloc", "poison", "selftest",
             "reserve_mem", "memblock", "bootmem_debug", "stress", "bench"}

# The largest machine whose pages may all be written to.
TOUCHABLE = 256 << 20

# What a machine with QEMU's own tree has at least, a node.
NODE_LEAST = 24 << 20


@dataclass
class Case:
    """One boot."""

    seed: int
    arch: str
    number: int
    family: str
    mem: str                        # QEMU's, without what a loader needs
    nodes: int = 1
    smp: int = 4
    image: str = "firmware.elf"
    append: str = ""
    variant: str = ""               # a name of the port's variants, or none
    blob: bytes = None              # the tree; None: QEMU's own
    flaws: list = field(default_factory=list)
    regions: int = 0                # children of /reserved-memory
    codes: set = field(default_factory=set)  # warnings the oracle can't know
    may_fail: bool = False          # the arguments ask for it

    def dimensions(self):
        """Pairs of a dimension and where on it this boot is."""
        yield "family", self.family
        yield "memory", self.mem
        yield "nodes", str(self.nodes)
        yield "CPUs", str(self.smp)
        yield "reservations", bucket(self.regions)
        yield "image", self.image
        if self.variant:
            yield "machine", self.variant
        for word in {re.split(r"\W", word)[0] for word in self.append.split()} \
                & ARGUMENTS or {"none"}:
            yield "boot arguments", word
        for flaw in self.flaws:
            yield "flaws", flaw.replace("_", " ")


def bucket(count):
    """Where @count is on a scale: 0, 1, 2-3, 4-7, 8-15, ..."""
    if count < 2:
        return str(count)
    low = 1 << (count.bit_length() - 1)
    return f"{low}-{2 * low - 1}"


def mem_argument(rng, ram, base):
    """A mem= that leaves some RAM of a machine with @ram bytes from @base on."""
    some = rng.randrange(32 << 20, 2 * ram, 512)
    return rng.choice([
        f"mem={some}", f"mem={some >> 10}K", f"mem={(some >> 20) + 1}M",
        f"mem={some:#x}@{base:#x}",
        f"mem={max(48, some >> 20)}M@{base >> 20}M mem=4K@{base + ram - 8192}"])


def arguments(rng, ram, base):
    """Boot arguments: (text, codes of the warnings they cause, may fail)."""
    road = rng.choice(["", "", "early=bootmem", "early=memblock",
                       "early=memblock"])
    word, codes, may_fail = rng.choice([
        ("", set(), False),
        ("selftest", set(), False),
        ("selftest", set(), False),
        ("noprobe", set(), False),
        ("memblock=debug bootmem_debug", set(), False),
        ("reserve_mem=1M:4K:trace", set(), False),
        ("reserve_mem=4K:64K:a reserve_mem=12K:4K:b selftest", set(), False),
        (mem_argument(rng, ram, base), set(), False),
        (mem_argument(rng, ram, base) + " selftest", set(), False),
        ("poison selftest" if ram <= TOUCHABLE else "selftest", set(), False),
        (f"failalloc={rng.randint(1, 160)}", set(), True),
        ("stress=200", set(), False),
        ("", set(), False),
        ("mem=x", {"W-BOOTARG-MEM"}, False),
        ("mem=4K@0xfffffffffffff001", {"W-BOOTARG-MEM"}, False),
        ("reserve_mem=4K:3:a", {"W-BOOTARG-RESERVE-MEM"}, False),
        ("early=x", {"W-BOOTARG-EARLY"}, False),
        ("quiet\tmemory=1 selftests noprobes=1 =", set(), False),
    ])
    if "early" in word:
        road = ""
    return f"{road} {word}".strip(), codes, may_fail


def own(rng, case):
    """A machine with the tree that QEMU makes."""
    port = PORTS[case.arch]
    case.mem = rng.choice(OWN_SIZES)
    ram = parse_size(case.mem)
    case.nodes = rng.randint(1, max(1, min(port.max_nodes, ram // NODE_LEAST)))
    case.smp = max(case.nodes, rng.choice([1, 1, 2, 3, 4, 8]))
    if case.nodes == port.max_nodes == 2:
        case.smp += case.smp % 2    # QEMU 7.2 wants as many CPUs on each
    case.image = rng.choice(["firmware.elf", "firmware.bin"])
    if port.variants and rng.random() < 0.3:
        case.variant = rng.choice(sorted(port.variants))


def drawn(rng, case):
    """A machine with a tree of ours."""
    case.mem = rng.choice(DRAWN_SIZES)
    # A CPU that the tree has and the machine not costs a second of waiting.
    case.smp = rng.choice([4] * 24 + [1, 2])
    case.image = "firmware.bin"
    drawing = trees.draw(rng, case.arch, parse_size(case.mem),
                         case.family != "drawn", case.family == "handed")
    case.blob, case.flaws = drawing.blob(), drawing.flaws
    case.regions, case.codes = drawing.regions, drawing.codes
    case.nodes = len({bank[2] for bank in drawing.banks})


def case(seed, arch, number):
    """The boot of that number."""
    rng = random.Random(f"{seed} {arch} {number}")
    new = Case(seed, arch, number, FAMILIES[number % len(FAMILIES)], "")
    (own if new.family == "own" else drawn)(rng, new)
    new.append, codes, new.may_fail = arguments(
        rng, parse_size(new.mem),
        PORTS[arch].ram if new.family == "own" else trees.START)
    new.codes |= codes
    if "memory_absent" in new.flaws or "memory_half_absent" in new.flaws:
        new.append = new.append.replace("noprobe", "")
    return new
