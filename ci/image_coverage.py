#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Which instructions of the shipped image are executed by its boots.

    image_coverage.py --arch PORT --objdump TOOL [--cases N] [--least PERCENT]
                      [PYTEST ...]

Runs N cases of the matrix and the boot tests that pytest's arguments name, on the
image as it is shipped: nothing is added to it. A wrapper of QEMU, put in front of
the real one by PATH, has it print each block of instructions when it translates
it, which is when it is about to be executed for the first time. (What stands
behind an instruction that traps, in the same block, counts too.) An address counts
where the instruction at it is the image's own; that finds out where the image was
loaded, too, and keeps out what a debugger changed.

Then each branch of which one side was never taken is turned round, one a boot:
what stands behind checks that nothing fails is executed that way. Both figures are
printed. Every function with instructions that are left must stand, with the
reason, in ci/image-coverage/PORT.txt; one that doesn't fails the run, as do fewer
than PERCENT in all. Entries without such an instruction are printed.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import threading
from collections import Counter, defaultdict, namedtuple
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import qemu

ROOT = Path(__file__).resolve().parent.parent

# An instruction in objdump's listing and in QEMU's log: address, encoding; in the
# listing a word of data has an encoding, too.
LISTED = re.compile(r"^ *([0-9a-f]+):\t([0-9a-f]+) *\t(\S+)(.*)", re.M)
SYMBOL = re.compile(r"^([0-9a-f]+) <(.+)>:$")
EXECUTED = re.compile(rb"^0x([0-9a-f]+):  ([0-9a-f]+) ", re.M)

# An input section in the linker's map: address, size, object.
SECTION = re.compile(r"^ \.(?:head\.)?text\S*\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) (\S+)$",
                     re.M)

# Instructions that only fill up to an alignment, and those that never go on to
# what stands behind them.
FILLING = {"nop", "unimp", "udf"}
LEAVING = {"b", "br", "ret", "eret", "j", "jr", "sret", *FILLING}

# Conditional branches, and the bit of their encoding that turns them round, by
# name and length in hexadecimal digits.
TURNS = [(re.compile(r"b\.\w+$"), 8, 0), (re.compile(r"[ct]bn?z$"), 8, 24),
         (re.compile(r"b(eq|ne|lt|ge|le|gt)u?z?$"), 8, 12),
         (re.compile(r"b(eq|ne)z$"), 4, 13)]

# Where a branch goes: the last address in its operands.
TARGET = re.compile(r"([0-9a-f]+) <")

# An image is where so many instructions that occur in it once say that it is.
VOTES = 40

# Machines that images with a branch turned round are booted on: fixtures of dts/, or
# None for QEMU's tree, and qemu.machine_command()'s arguments. The first that gets
# to the branch is taken.
TURNED_MACHINES = [
    (None, {"mem": "256M", "nodes": 2, "smp": 2,
            "append": "selftest stress=50 memblock=debug bootmem_debug "
                      "reserve_mem=4K:4K:a mem=240M poison"}),
    (None, {"mem": "64M", "nodes": 1, "smp": 1,
            "append": "early=memblock selftest"}),
    (None, {"mem": "256M", "nodes": 1, "smp": 1, "append": "bench"}),
    ("boot-reserved", {"mem": "256M", "smp": 4}),
    ("boot-four-nodes", {"mem": "1G", "smp": 4}),
    ("rsv-dynamic", {"mem": "256M", "smp": 4}),
    ("bad-rsv-flags", {"mem": "256M", "smp": 4}),
    ("bad-numa-distance", {"mem": "256M", "smp": 4}),
    ("bad-mem-wrap", {"mem": "256M", "smp": 4}),
    ("mem-usable-range", {"mem": "256M", "smp": 4}),
    ("machine-no-stdout", {"mem": "256M", "smp": 4}),
    ("bad-rsv-user", {"mem": "256M", "smp": 4}),
    ("boot-no-memory", {"mem": "256M", "smp": 4}),
]

# Seconds that one of them has.
TURNED_TIMEOUT = 30

# Seconds between two looks for logs that are complete.
PAUSE = 0.5

# turn: the bit that turns a conditional branch round, and target; None for others.
Instruction = namedtuple("Instruction", "encoding function turn target")


class Image:
    """The shipped image's instructions, by address as it is linked."""

    def __init__(self, folder, objdump):
        self.folder = folder
        listing = subprocess.run([objdump, "-d", folder / "firmware.elf"],
                                 check=True, capture_output=True,
                                 text=True).stdout
        self.instructions = dict(self._parse(listing))
        self.origins = list(self._origins((folder / "firmware.map").read_text()))
        places = defaultdict(list)
        for address, one in self.instructions.items():
            places[one.encoding].append(address)
        self.unique = {encoding: addresses[0] for encoding, addresses
                       in places.items() if len(addresses) == 1}

    @staticmethod
    def _parse(listing):
        """(address, Instruction) of all that isn't data or filling."""
        for part in re.split(r"\n(?=[0-9a-f]+ <)", listing):
            symbol = SYMBOL.match(part.split("\n", 1)[0])
            if not symbol:
                continue
            left = False
            for address, encoding, name, operands in LISTED.findall(part):
                filling = left and name in FILLING
                left = name in LEAVING and (filling or name not in FILLING)
                if filling or name.startswith("."):
                    continue
                turns = [bit for pattern, digits, bit in TURNS
                         if len(encoding) == digits and pattern.match(name)]
                target = TARGET.findall(operands)
                yield int(address, 16), Instruction(
                    encoding, symbol[2], turns[0] if turns else None,
                    int(target[-1], 16) if turns and target else None)

    @staticmethod
    def _origins(text):
        """(start, end, object) of each input section of text."""
        joined = re.sub(r"^( \.\S+)\n +", r"\1 ", text, flags=re.M)
        for address, size, name in SECTION.findall(joined):
            yield int(address, 16), int(address, 16) + int(size, 16), name

    def behind(self, address):
        """The address behind the instruction at @address."""
        return address + len(self.instructions[address].encoding) // 2

    def turned(self, raw, address):
        """The raw image @raw with the branch at @address turned round."""
        one = self.instructions[address]
        size = len(one.encoding) // 2
        at = address - min(self.instructions)
        word = int(one.encoding, 16)
        assert raw[at:at + size] == word.to_bytes(size, "little")
        changed = bytearray(raw)
        changed[at:at + size] = (word ^ 1 << one.turn).to_bytes(size, "little")
        return changed

    def origin(self, address):
        """Whose the instruction at @address is: ours, or a library's name."""
        for start, end, name in self.origins:
            if start <= address < end:
                library = re.search(r"(libfdt)/|/(lib\w+)\.a", name)
                return library[1] or library[2] if library else "ours"
        return "ours"

    def executed(self, log):
        """The addresses, as linked, of this image's instructions in @log."""
        found = {(int(address, 16), encoding.decode())
                 for address, encoding in EXECUTED.findall(log)}
        votes = Counter(address - self.unique[encoding]
                        for address, encoding in found if encoding in self.unique)
        for offset, count in votes.items():
            if count >= VOTES:
                for address, encoding in found:
                    one = self.instructions.get(address - offset)
                    if one and one.encoding == encoding:
                        yield address - offset


class Trace:
    """A directory of QEMU's logs, which are read and removed as they are ready."""

    def __init__(self, image, folder):
        self.image = image
        self.folder = folder
        self.seen = set()
        self.logs = 0
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "bin").mkdir(parents=True)
        (folder / "logs").mkdir()

    def wrap(self, program):
        """Put a wrapper of @program into the directory."""
        real = shutil.which(program)
        wrapper = self.folder / "bin" / program
        wrapper.write_text(f"#!/bin/sh\nexec {real} -d in_asm "
                           f"-D {self.folder}/logs/$$ \"$@\"\n")
        wrapper.chmod(0o755)

    def gather(self):
        """Read the logs of runs that are over."""
        for log in (self.folder / "logs").iterdir():
            if not os.path.exists(f"/proc/{log.name}"):
                self.seen.update(self.image.executed(log.read_bytes()))
                self.logs += 1
                log.unlink()

    def run(self, command):
        """Run @command with the wrappers in front; its status."""
        path = f"{self.folder}/bin:{os.environ['PATH']}"
        over = threading.Event()

        def keep_gathering():
            while not over.wait(PAUSE):
                self.gather()

        reader = threading.Thread(target=keep_gathering)
        reader.start()
        status = subprocess.run(command, env={**os.environ, "PATH": path},
                                cwd=ROOT, check=False).returncode
        over.set()
        reader.join()
        self.gather()
        return status


class Turned:
    """Boots of images in which one branch, of which no boot takes the other side,
    is turned round: as where a check fails, or a bit of the code does.

    What is behind it is executed to its end, which must be one: the last line with
    a verdict, power-off. A machine that comes to no end within TURNED_TIMEOUT is
    counted; so is what a boot says.
    """

    def __init__(self, arch, image, trace):
        self.arch, self.image, self.trace = arch, image, trace
        self.raw = bytearray((image.folder / "firmware.bin").read_bytes())
        self.ends = Counter()
        self.lock = threading.Lock()
        self.machines = [(machine, self._reached(machine))
                         for machine in TURNED_MACHINES]

    def _boot(self, machine, kernel):
        """Boot raw image @kernel; (status, text, addresses executed)."""
        fixture, options = machine
        log = kernel.with_suffix(".log")
        dtb = ROOT / "build" / "dts" / self.arch / f"{fixture}.dtb"
        command = qemu.machine_command(
            self.arch, kernel=str(kernel), dtb=str(dtb) if fixture else None,
            extra=("-d", "in_asm", "-D", str(log)), **options)
        status, text = qemu.run(command, TURNED_TIMEOUT)
        seen = set(self.image.executed(log.read_bytes()))
        log.unlink()
        return status, text, seen

    def _reached(self, machine):
        """What @machine executes of the image as it is."""
        kernel = self.trace.folder / "whole.bin"
        kernel.write_bytes(self.raw)
        return self._boot(machine, kernel)[2]

    def candidates(self):
        """Branches of which one side was executed and the other one not."""
        seen = self.trace.seen
        for address, one in self.image.instructions.items():
            if one.turn is not None and address in seen and \
                    len({one.target, self.image.behind(address)} - seen) == 1:
                yield address

    def boot(self, address):
        """Turn the branch at @address round, and boot."""
        one = self.image.instructions[address]
        machines = [machine for machine, reached in self.machines
                    if address in reached]
        if not machines or not {one.target,
                                self.image.behind(address)} - self.trace.seen:
            return
        kernel = self.trace.folder / f"{address:x}.bin"
        kernel.write_bytes(self.image.turned(self.raw, address))
        status, text, seen = self._boot(machines[0], kernel)
        kernel.unlink()
        last = qemu.LAST_LINE.search(text)
        with self.lock:
            self.trace.seen |= seen
            self.ends["no end" if status == qemu.TIMEOUT_STATUS else
                      f"said {last[1].decode()}" if last else "no word"] += 1

    def run(self, jobs):
        """All of them, until no more branches are met."""
        tried = set()
        while True:
            left = [address for address in self.candidates()
                    if address not in tried]
            if not left:
                return
            tried.update(left)
            with ThreadPoolExecutor(jobs) as pool:
                list(pool.map(self.boot, left))
            print("image-coverage: branches turned round, and how the boot "
                  f"ended: {dict(self.ends)}", flush=True)


def read_reasons(path):
    """Function -> why parts of it aren't executed. A line that ends in a colon is a
    reason; the functions that it is for stand below it."""
    reasons, reason = {}, None
    for line in path.read_text().splitlines() if path.exists() else []:
        if line.endswith(":"):
            reason = line[:-1]
        elif not line.startswith("#"):
            reasons.update(dict.fromkeys(line.split(), reason))
    return reasons


def missed_by_function(image, seen):
    """Function -> addresses of its instructions that no boot executed."""
    missed = defaultdict(list)
    for address, one in image.instructions.items():
        if address not in seen:
            missed[one.function].append(address)
    return missed


def figure(image, trace):
    """What was executed so far, as text."""
    hits, total = len(trace.seen), len(image.instructions)
    return f"{hits} of {total} instructions, {100 * hits / total:.1f} %"


def report(image, seen, reasons):
    """Print figures and what is missed; (percent, functions without a reason)."""
    totals, hits = Counter(), Counter()
    for address in image.instructions:
        origin = image.origin(address)
        totals[origin] += 1
        hits[origin] += address in seen
    missed = missed_by_function(image, seen)
    unknown = sorted(set(missed) - set(reasons))
    for name in sorted(missed, key=lambda name: -len(missed[name])):
        print(f"  {len(missed[name]):5} {name}: "
              f"{reasons.get(name, '*** no reason given ***')}")
    for name in sorted(set(reasons) - set(missed)):
        print(f"image-coverage: stale entry: {name}")
    for origin in sorted(totals):
        print(f"image-coverage: {origin:8} {hits[origin]:6} of "
              f"{totals[origin]:6} instructions, "
              f"{100 * hits[origin] / totals[origin]:.1f} %")
    percent = 100 * sum(hits.values()) / sum(totals.values())
    print(f"image-coverage: all      {sum(hits.values()):6} of "
          f"{sum(totals.values()):6} instructions, {percent:.1f} %")
    return percent, unknown


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description="Coverage of the image.")
    parser.add_argument("--arch", required=True)
    parser.add_argument("--objdump", required=True)
    parser.add_argument("--cases", type=int, default=0)
    parser.add_argument("--least", type=float, default=0)
    parser.add_argument("-j", default=str(os.cpu_count()))
    args, args.tests = parser.parse_known_args()
    return args


def main():
    """Returns the exit status."""
    args = arguments()
    os.environ["ARCH"] = args.arch
    image = Image(ROOT / "build" / args.arch, args.objdump)
    trace = Trace(image, ROOT / "build" / "image-coverage" / args.arch)
    for machine in (ROOT / "ci" / "machines" / args.arch).glob("*.mk"):
        trace.wrap(re.search(r"^QEMU = (\S+)", machine.read_text(), re.M)[1])
    statuses = []
    if args.cases:
        statuses.append(trace.run([
            sys.executable, "test/matrix/matrix.py", "--arch", args.arch,
            "--count", str(args.cases), "-j", args.j]))
    if args.tests:
        statuses.append(trace.run([
            sys.executable, "-B", "-m", "pytest", "-c", "test/pytest.ini",
            "--rootdir", "test", "-q", "-n", args.j, "--dist", "loadgroup",
            *args.tests]))
    print(f"image-coverage: {trace.logs} runs of QEMU, {figure(image, trace)}")
    Turned(args.arch, image, trace).run(int(args.j))
    reasons = read_reasons(ROOT / "ci" / "image-coverage" / f"{args.arch}.txt")
    percent, unknown = report(image, trace.seen, reasons)
    if any(statuses):
        print("image-coverage: some of these boots failed")
    if unknown:
        print(f"image-coverage: {len(unknown)} functions without a reason in "
              f"ci/image-coverage/{args.arch}.txt: {' '.join(unknown)}")
    return 1 if any(statuses) or unknown or percent < args.least else 0


if __name__ == "__main__":
    sys.exit(main())
