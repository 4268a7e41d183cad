#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Mutants of the ports' C: do their boots notice?

    test/boot/mutate_ports.py --ports PORTS [--share S] [--files PATTERN]

Each port is built once more in a copy of the sources, build/mutate-ports/<port>/. A
mutant is written there, and the file's unit test is run, where it has one. Where that
doesn't notice, the image is linked with the mutant, and the boot tests that FIRST and
BY_FILE name are run on that image, until one fails. What ports share is tried on the
next port that has it where the first one's boots don't notice.

A mutant whose image is the original's, to the byte, is none. What is left is
judged as ci/mutate.py does it.
"""

import argparse
import filecmp
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2] / "ci"))

from mutants import TOP, Count, drawn  # noqa: E402

OUT = TOP / "build" / "mutate-ports"

# Seconds that a boot may take, some thirty times what it does; and of CPU that a
# unit test may.
UNIT_SECONDS = 20
ENVIRONMENT = {**os.environ, "BOOT_TIMEOUT": "10",
               "PYTHONDONTWRITEBYTECODE": "1"}

# The sources that are a port's own.
PATTERNS = ["firmware/arch/*/*.c", "firmware/arch/*/*.h",
            "firmware/arch/*/asm/*.h"]

# Boots for every file: a self-test held against the oracle; a trap; several nodes
# and CPUs.
BOOT, FAULTS, STRESS, WATCHDOG = (f"test/boot/test_{name}.py::test_" for name in
                                  ("boot", "faults", "stress", "watchdog"))
FIRST = [f"{BOOT}boot[one-node-128M]", f"{FAULTS}fault[null]",
         f"{BOOT}boot[reserved]", f"{STRESS}stress[2-4]"]

# Boots for what a file does, by its name.
MACHINES = [f"{BOOT}machine", f"{BOOT}boot[raw-image]"]
TRAPS = [f"{FAULTS}fault[{name}]" for name in
         ("guard", "write-text", "exec-data", "nomap", "smash")] + [
    f"{FAULTS}guard_is_hit", f"{WATCHDOG}hang", f"{WATCHDOG}hang_early",
    f"{STRESS}one_report_of_many_traps", "test/boot/test_refused.py::test_trap"]
CPUS = [f"{STRESS}cpus_that_are_not_there", f"{STRESS}each_cpu_has_guarded_stacks",
        f"{STRESS}text_is_not_writable_for_other_cpus"]
TABLES = [f"{BOOT}shallowest_page_tables", f"{BOOT}boot[64G]",
          f"{BOOT}boot[interleaved-nodes]", *TRAPS[:4],
          "test/boot/test_fixtures.py", "test/boot/test_device_memory.py"]
CONSOLE = ["test/boot/test_earlycon.py", f"{BOOT}boot[early-console-stays]",
           *MACHINES, "test/boot/test_refused.py::test_refused",
           "test/boot/test_uboot.py"]
BY_FILE = {
    "cpu.c": [f"{BOOT}stages_count_instructions", *MACHINES, *TRAPS, *CPUS],
    "hart.c": [*CPUS, *MACHINES, *TRAPS],
    "mmu.c": TABLES, "pgtable.h": TABLES, "lpae.h": TABLES,
    "traps.c": TRAPS, "traps.h": TRAPS, "trap.c": TRAPS, "trap.h": TRAPS,
    "try.c": TRAPS, "try.h": TRAPS,
    "earlycon.c": CONSOLE, "sbi.c": [*CONSOLE, *CPUS], "sbi.h": CONSOLE,
    "gic.c": [*TRAPS, f"{WATCHDOG}progress", *MACHINES],
    "psci.c": [*MACHINES, *CPUS], "psci.h": [*MACHINES, *CPUS],
    "identity.c": MACHINES,
    "settle.c": ["test/boot/test_image_sum.py", *MACHINES],
    "settle.h": ["test/boot/test_image_sum.py"],
    "stdio.c": ["test/boot/test_fixtures.py", *TRAPS],
    "string.c": ["test/boot/test_fixtures.py", *CONSOLE],
}

# A codec's unit test, and what of lib/ has to be compiled with it.
CODEC = ["test/unit/test_paging.c", "lib/mm/paging.c"]

# The rest of lib/, and how a unit test is linked with it.
LIBRARY = TOP / "build" / "mutate"
GCC = ["gcc", "-std=gnu11", "-O1", "-Werror=return-type",
       "-fsanitize=address,undefined", "-fno-sanitize-recover=all",
       "-Ilib/include", "-Ilib/of", "-Ifirmware/arch/common", "-Itest/host",
       "-Itest/unit", "-Ibuild/libfdt", "-o", "build/unit"]
LINK = [f"-L{LIBRARY}", f"-Wl,-rpath,{LIBRARY}", "-lbootmem", "-lcmocka",
        "-pthread"]


def sources():
    """Every file of the project, from the top; new ones, too."""
    return subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=TOP,
                          check=True, text=True,
                          stdout=subprocess.PIPE).stdout.splitlines()


class Port:
    """A port's copy of the sources, and its image."""

    def __init__(self, name):
        self.name = name
        self.top = OUT / name
        self.build = self.top / "build" / name
        self.image = self.build / "firmware.bin"
        self._copy()
        if not self.make():
            sys.exit(f"mutate_ports: {name} isn't built in {self.top}")
        self.whole = self.image.read_bytes()
        self.uses = self._uses()

    def _copy(self):
        """Make the copy what the sources are; what is the same stays as old as it
        is. What was built of the trees, and libfdt, is copied, too."""
        built = [path.relative_to(TOP) for folder in ("dts", "libfdt") for path in
                 (TOP / "build" / folder).rglob("*") if path.is_file()]
        for path in [*sources(), *built]:
            target = self.top / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists() or not filecmp.cmp(TOP / path, target, False):
                shutil.copy2(TOP / path, target)

    def _run(self, command, **environment):
        """The exit status of @command in the copy."""
        return subprocess.run(command, cwd=self.top, check=False,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              env={**ENVIRONMENT, **environment}).returncode

    def make(self):
        """Build the image; whether there is one. A mutant may leave something
        unused, but no function without its value."""
        targets = [str(path.relative_to(self.top)) for path in
                   (self.image, self.build / "firmware.asm")]
        return self._run(["make", f"ARCH={self.name}",
                          "WARNINGS=-Werror=return-type", *targets]) == 0

    def _uses(self):
        """The ports' own files that the image is made of: all that its objects
        depend on."""
        return {path for notes in self.build.rglob("*.d")
                for path in re.findall(r"firmware/arch/\S+\.[ch]",
                                       notes.read_text())}

    def boots_fail(self, paths):
        """A boot for one of the files @paths fails."""
        tests = FIRST + [test for path in paths for test in
                         BY_FILE.get(path.rsplit("/", 1)[1], [])]
        status = self._run(["/usr/bin/python3", "-m", "pytest", "-x", "-q", "-c",
                            "test/pytest.ini", "--rootdir", "test",
                            "-k", "not changed_byte and not option_is_there",
                            *dict.fromkeys(tests)], ARCH=self.name)
        if status not in (0, 1):
            raise RuntimeError(f"{self.name}: pytest's status is {status}")
        return status == 1

    def unit_tests(self, path):
        """The unit tests for the file @path, each by its sources, its own first."""
        folder = Path(path).parts[2]
        test = Path("test/unit", "" if folder == "common" else folder,
                    f"test_{Path(path).stem}.c")
        if (self.top / test).exists():
            yield [str(test)]
        if Path(path).name in ("pgtable.h", "lpae.h"):
            yield CODEC

    def unit_fails(self, files):
        """The unit test of these sources fails; None where it isn't compiled."""
        folder = "-I" + next(iter(TOP.glob(f"firmware/arch/*/{self.name}.mk"))
                             ).parent.relative_to(TOP).as_posix()
        if self._run([*GCC, folder, *files, *LINK]):
            return None
        return self._run(["prlimit", f"--cpu={UNIT_SECONDS}", "build/unit"],
                         UNIT_ROUNDS="0.01") != 0

    def who_notices(self, path):
        """Whose test for the changed file @path fails, "": none does; None where the
        change isn't compiled or changes nothing."""
        for files in self.unit_tests(path):
            failed = self.unit_fails(files)
            if failed is None:
                return None
            if failed:
                return files[0].removeprefix("test/unit/")[:-2]
        if not self.make() or self.image.read_bytes() == self.whole:
            return None
        return f"boots of {self.name}" if self.boots_fail([path]) else ""

    def check(self, paths):
        """Ends the run where a test for one of @paths fails with nothing changed."""
        paths = [path for path in paths if path in self.uses]
        if self.boots_fail(paths) or \
                any(self.unit_fails(files) is not False for path in paths
                    for files in self.unit_tests(path)):
            sys.exit(f"mutate_ports: {self.name}: a test fails with nothing changed")

    def try_mutant(self, mutant):
        """How @mutant fares here: None where it isn't one, else who notices."""
        source = self.top / mutant.path
        source.write_text(mutant.source())
        try:
            return self.who_notices(mutant.path)
        finally:
            shutil.copyfile(TOP / mutant.path, source)

    def try_mutants(self, mutants):
        """[(mutant, how it fares here)]."""
        return [(mutant, self.try_mutant(mutant)) for mutant in mutants]


def try_all(ports, mutants, count):
    """Try @mutants, each on the ports that use its file until one notices; @count
    hears how it ended."""
    users = {mutant: [port for port in ports if mutant.path in port.uses]
             for mutant in mutants}
    for turn in range(len(ports)):
        todo = {port: [mutant for mutant, left in users.items()
                       if left[turn:turn + 1] == [port]] for port in ports}
        with ThreadPoolExecutor(len(ports)) as pool:
            ends = [*pool.map(lambda port: port.try_mutants(todo[port]), ports)]
        for port, results in zip(ports, ends):
            for mutant, noticed in results:
                if noticed or len(users[mutant]) == turn + 1:
                    count.add(mutant if noticed is not None else None, noticed)
                    users[mutant] = []


def parse_arguments():
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ports", nargs="+", required=True)
    parser.add_argument("--share", type=float, default=1, metavar="S")
    parser.add_argument("--files", default="", metavar="PATTERN",
                        help="only files whose name has it")
    return parser.parse_args()


def main():
    """Returns the exit status."""
    options = parse_arguments()
    paths = sorted({str(path.relative_to(TOP)) for pattern in PATTERNS
                    for path in TOP.glob(pattern)
                    if re.search(options.files, str(path))})
    mutants = drawn(paths, options.share)
    with ThreadPoolExecutor(len(options.ports)) as pool:
        ports = [*pool.map(Port, options.ports)]
        list(pool.map(lambda port: port.check({mutant.path for mutant in
                                               mutants}), ports))
    count = Count()
    try_all(ports, mutants, count)
    return count.report(True)


if __name__ == "__main__":
    sys.exit(main())
