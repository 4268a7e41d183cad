#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Which instructions of the shipped image are executed by its boots.

    image_coverage.py --arch PORT --objdump TOOL [--cases N] [--least PERCENT]
                      [--least-shipped PERCENT] [--seconds N] [PYTEST ...]

Runs N cases of the matrix and the boot tests that pytest's arguments name, on the
image as it is shipped: nothing is added to it. A wrapper of QEMU, put in front of
the real one by PATH, has it print each block of instructions when it translates
it, which is when it is about to be executed for the first time. (What stands
behind an instruction that traps, in the same block, counts too.) An address counts
where the instruction at it is the image's own; that finds out where the image was
loaded, too, and keeps out what a debugger changed.

Then each branch of which one side was never taken is turned round, in a boot that
gets to it, one a boot: what stands behind checks that nothing fails is executed
that way. A branch that only such a boot gets to is turned round on top. Both
figures are printed. Every function with instructions that are left must stand, with
the reason, in ci/image-coverage/PORT.txt; one that doesn't fails the run, unless the
time given by --seconds ended it, as do fewer than PERCENT in all, or fewer than
--least-shipped of the image as it is. Entries without such an instruction are
printed.
"""

import argparse
import mmap
import os
import re
import shutil
import subprocess
import sys
import threading
import time
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

# Where its sum begins and ends, in the same map.
SUM = re.compile(r"^ +0x([0-9a-f]+) +image_sum(?:_end)?$", re.M)

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

# Branches that are turned round in one boot, at most, and the seconds that it has;
# so soon its watchdog ends it.
TURNED_MOST = 3
TURNED_TIMEOUT = 10
TURNED_WATCHDOG = "watchdog=2"

# Boots that can't be had again by their command alone: a debugger or a prompt has
# a part in them, or a plugin, which needs the ELF file.
LED = re.compile(r"-gdb|u-boot|-plugin")

# Seconds between two looks for logs that are complete.
PAUSE = 0.5

# How to get to an instruction: QEMU's command line, the seconds that it takes, and
# the addresses of the branches that are turned round in its image.
Way = namedtuple("Way", "command seconds turned")
NO_WAY = Way((), float("inf"), ())

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
        memory_map = (folder / "firmware.map").read_text()
        self.origins = list(self._origins(memory_map))
        self.sum = [int(text, 16) for text in SUM.findall(memory_map)]
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
            left, listed = False, LISTED.findall(part)
            while listed and listed[-1][2] in FILLING:
                listed.pop()
            for address, encoding, name, operands in listed:
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

    def sides(self, address):
        """Where the branch at @address goes, to instructions either way."""
        return {self.instructions[address].target,
                self.behind(address)} & self.instructions.keys()

    def turned(self, addresses):
        """The raw image with the branches at @addresses turned round. It has no sum,
        so it doesn't find out."""
        start = min(self.instructions)
        changed = bytearray((self.folder / "firmware.bin").read_bytes())
        first, last = (border - start for border in self.sum)
        changed[first:last] = bytes(last - first)
        for address in addresses:
            one = self.instructions[address]
            at, size = address - start, len(one.encoding) // 2
            word = int(one.encoding, 16)
            assert changed[at:at + size] == word.to_bytes(size, "little")
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
        """The addresses, as linked, of this image's instructions in the file @log."""
        texts = set()
        if log.stat().st_size:
            with open(log, "rb") as file, \
                    mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
                texts = {match.groups() for match in EXECUTED.finditer(text)}
        found = {(int(address, 16), encoding.decode())
                 for address, encoding in texts}
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
        self.ways = {}              # of what can be had again, by address
        self.logs = 0
        self.lock = threading.Lock()
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "bin").mkdir(parents=True)
        (folder / "logs").mkdir()

    def wrap(self, program):
        """Put a wrapper of @program into the directory."""
        real = shutil.which(program)
        wrapper = self.folder / "bin" / program
        wrapper.write_text(
            f"#!/bin/sh\nlog={self.folder}/logs/$$\n"
            f"printf '%s\\0' {real} \"$@\" > $log.command\n"
            f"exec {real} -d in_asm -D $log \"$@\"\n")
        wrapper.chmod(0o755)

    def add(self, log, way):
        """Read and remove @log, of a boot by @way."""
        found = set(self.image.executed(log))
        log.unlink()
        with self.lock:
            self.logs += 1
            self.seen |= found
            if LED.search(" ".join(way.command)):
                return
            for address in found:
                if way.seconds < self.ways.get(address, NO_WAY).seconds:
                    self.ways[address] = way

    def gather(self):
        """Read the logs of runs that are over."""
        for log in (self.folder / "logs").glob("[0-9]*[0-9]"):
            if not os.path.exists(f"/proc/{log.name}"):
                command = log.with_suffix(".command")
                words = command.read_text().split("\0")[:-1]
                seconds = log.stat().st_mtime - command.stat().st_mtime
                command.unlink()
                self.add(log, Way(words, seconds, ()))

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
    """Boots of images in which a branch, of which no boot takes the other side, is
    turned round: as where a check fails, or a bit of the code does.

    What is behind it is executed to its end, which must be one: the last line with
    a verdict, power-off. A machine that comes to no end within TURNED_TIMEOUT is
    counted; so is what a boot says.
    """

    def __init__(self, image, trace):
        self.image, self.trace = image, trace
        self.ends = Counter()
        self.file = re.compile(rf"[^=,]*/{image.folder.name}/firmware\.(elf|bin)\b")

    def gain(self, address):
        """How many instructions in a row nobody executed, on a side of the branch at
        @address."""
        nr = 0
        for side in self.image.sides(address) - self.trace.seen:
            while side in self.image.instructions and side not in self.trace.seen:
                side = self.image.behind(side)
                nr += 1
        return nr

    def candidates(self):
        """Branches of which one side was executed and the other one not, and of which
        it is known how to get to them; those first that have most behind them."""
        ways = self.trace.ways
        found = {address: self.gain(address)
                 for address, one in self.image.instructions.items()
                 if one.turn is not None and address in ways
                 and len(ways[address].turned) < TURNED_MOST}
        return sorted(filter(found.get, found), key=lambda at: -found[at])

    def _command(self, way, kernel):
        """The boot's command line with @kernel for the image, and less patience."""
        command = [self.file.sub(str(kernel), word) for word in way.command]
        if "-append" in command:
            command[command.index("-append") + 1] += f" {TURNED_WATCHDOG}"
        return command

    def boot(self, address):
        """Turn the branch at @address round, too, in a boot that gets there."""
        if not self.image.sides(address) - self.trace.seen:
            return
        way = self.trace.ways[address]
        turned = Way(way.command, TURNED_TIMEOUT, (*way.turned, address))
        kernel = self.trace.folder / f"{address:x}.bin"
        log = kernel.with_suffix(".log")
        log.touch()
        kernel.write_bytes(self.image.turned(turned.turned))
        status, text = qemu.run(
            [*self._command(way, kernel), "-d", "in_asm", "-D", str(log)],
            TURNED_TIMEOUT)
        kernel.unlink()
        self.trace.add(log, turned)
        last = qemu.LAST_LINE.search(text)
        with self.trace.lock:
            self.ends["no end" if status == qemu.TIMEOUT_STATUS else
                      f"said {last[1].decode()}" if last else "no word"] += 1

    def run(self, jobs, seconds):
        """All of them, until no more branches are met: true; false where no time is
        left for that."""
        end = time.monotonic() + seconds
        tried = set()
        while True:
            left = [address for address in self.candidates()
                    if address not in tried]
            tried.update(left)
            if not left:
                return True
            with ThreadPoolExecutor(jobs) as pool:
                list(pool.map(lambda address: time.monotonic() < end and
                              self.boot(address), left))
            print("image-coverage: branches turned round, and how the boot "
                  f"ended: {dict(self.ends)}, {figure(self.image, self.trace)}",
                  flush=True)
            if time.monotonic() > end:
                print(f"image-coverage: {seconds} s are over; not all were turned")
                return False


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


def percent_of(image, trace):
    """What was executed so far, of a hundred."""
    return 100 * len(trace.seen) / len(image.instructions)


def figure(image, trace):
    """The same, as text."""
    return (f"{len(trace.seen)} of {len(image.instructions)} instructions, "
            f"{percent_of(image, trace):.1f} %")


def report(image, trace, reasons):
    """Print figures and what is missed; the functions without a reason."""
    totals, hits = Counter(), Counter()
    for address in image.instructions:
        for name in (image.origin(address), "all"):
            totals[name] += 1
            hits[name] += address in trace.seen
    missed = missed_by_function(image, trace.seen)
    unknown = sorted(set(missed) - set(reasons))
    for name in sorted(missed, key=lambda name: -len(missed[name])):
        print(f"  {len(missed[name]):5} {name}: "
              f"{reasons.get(name, '*** no reason given ***')}")
    for name in sorted(set(reasons) - set(missed)):
        print(f"image-coverage: stale entry: {name}")
    for name in sorted(totals, key=lambda name: (name == "all", name)):
        print(f"image-coverage: {name:8} {hits[name]:6} of "
              f"{totals[name]:6} instructions, "
              f"{100 * hits[name] / totals[name]:.1f} %")
    return unknown


def arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description="Coverage of the image.")
    parser.add_argument("--arch", required=True)
    parser.add_argument("--objdump", required=True)
    parser.add_argument("--cases", type=int, default=0)
    parser.add_argument("--least", type=float, default=0)
    parser.add_argument("--least-shipped", type=float, default=0)
    parser.add_argument("--seconds", type=int, default=1800,
                        help="for boots with branches turned round")
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
    shipped = percent_of(image, trace)
    print(f"image-coverage: {trace.logs} runs of QEMU, {figure(image, trace)} "
          "of the image as it is", flush=True)
    complete = Turned(image, trace).run(int(args.j), args.seconds)
    reasons = read_reasons(ROOT / "ci" / "image-coverage" / f"{args.arch}.txt")
    unknown = report(image, trace, reasons)
    if any(statuses):
        print("image-coverage: some of these boots failed")
    if unknown:
        print(f"image-coverage: {len(unknown)} functions without a reason in "
              f"ci/image-coverage/{args.arch}.txt: {' '.join(unknown)}")
    few = shipped < args.least_shipped or percent_of(image, trace) < args.least
    if few:
        print(f"image-coverage: less than {args.least_shipped:g} % of the image as it "
              f"is, or than {args.least:g} % in all")
    return 1 if any(statuses) or (unknown and complete) or few else 0


if __name__ == "__main__":
    sys.exit(main())
