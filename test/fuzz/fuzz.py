#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Run the fuzz targets.

    test/fuzz/fuzz.py --time SECONDS    all of them, for that long together
    test/fuzz/fuzz.py --plants          each on a mistake that it has to find

build/fuzz/corpus/<target>/ keeps what was worth keeping from run to run; a find
goes to build/fuzz/finds/, and the status is 1. docs/fuzzing.md says what to do
with it. test_fuzz.py runs the same from fixed seeds, for a number of runs.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from paths import BUILD, HOST, HOST_DTB, TOP  # noqa: E402
from plants import PLANTS, PORTS  # noqa: E402

FUZZ = BUILD / "fuzz"
HERE = TOP / "test" / "fuzz"
SEEDS = HERE / "seeds"
FINDS = FUZZ / "finds"

# Memory of freed blocks that ASan keeps to itself: the more, the slower. A run
# that ends early leaves what it had allocated.
SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=0:quarantine_size_mb=4:handle_abort=1:"
                    "malloc_context_size=0",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
}

# Seconds for one input: what takes longer hangs.
INPUT_TIMEOUT = 20

# MiB that a fuzzer may take.
MEMORY = 4096

# Seconds in which a planted mistake has to be found, and runs.
PLANT_TIMEOUT = 240
PLANT_RUNS = 3_000_000


@dataclass(frozen=True)
class Target:
    """One target, and how it is run."""

    name: str
    share: int          # of the time, in parts
    max_len: int        # bytes of an input
    runs: int           # in 'make test', all parts together
    tokens: str = ""    # its dictionary in test/fuzz/, if it has one
    program: str = ""   # where it isn't called as the target is
    parts: int = 1      # in 'make test', each with a seed of its own

    def path(self, build=FUZZ):
        """Its program below @build."""
        return build / (self.program or self.name)


TARGETS = {target.name: target for target in (
    Target("blob", 8, 640, 20_000_000, "blob.dict", parts=4),
    Target("blob-large", 2, 65536, 40_000, "blob.dict", "blob"),
    Target("tree", 8, 160, 5_000_000, parts=4),
    Target("e820", 2, 640, 300_000, "e820.dict"),
    Target("memblock", 2, 192, 100_000),
    Target("bootmem", 2, 192, 50_000),
    Target("buddy", 2, 256, 5_000),
    *(Target(f"paging-{port}", 1, 192, 20_000) for port in PORTS),
)}

# The line that a target ends with (fuzz.c).
COUNTS = re.compile(r"^fuzz: (?P<runs>\d+) runs: (?P<refused>\d+) refused, "
                    r"(?P<early>\d+) ended early, (?P<whole>\d+) whole, "
                    r"(?P<unfit>\d+) unfit$", re.M)


class Find(Exception):
    """A target didn't survive an input; the text is what it said."""


def large_trees(max_len):
    """Whole device trees of at most @max_len bytes: the fixtures, and boards where
    'make boards-sample' has fetched them."""
    found = [*HOST_DTB.glob("*.dtb"), *(BUILD / "boards").rglob("*.dtb")]
    return [file for file in sorted(found) if file.stat().st_size <= max_len]


def seeds(target):
    """Files that @target starts from."""
    if target.name == "blob-large":
        return large_trees(target.max_len)
    own = sorted((SEEDS / target.name.split("-", maxsplit=1)[0]).glob("*"))
    if target.name == "blob":
        own += sorted((FUZZ / "small").glob("*.dtb"))
    return own


def environment(**more):
    """The environment of a target."""
    return {**os.environ, **SANITIZERS, **more}


def libfuzzer(target, corpus, *options, program=None):
    """Run @target, or @program in its place, on the folder @corpus, which grows;
    its counts. Raises Find."""
    FINDS.mkdir(parents=True, exist_ok=True)
    command = [program or target.path(), "-seed=1", f"-max_len={target.max_len}",
               "-reload=0", "-entropic=0", "-detect_leaks=0",
               f"-timeout={INPUT_TIMEOUT}", f"-rss_limit_mb={MEMORY}",
               f"-artifact_prefix={FINDS}/{target.name}-", *options, corpus]
    if target.tokens:
        command.insert(1, f"-dict={HERE / target.tokens}")
    done = subprocess.run(command, env=environment(), cwd=TOP, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          errors="replace", check=False)
    counts = COUNTS.search(done.stdout)
    if done.returncode or not counts:
        raise Find(f"{target.name}: status {done.returncode}\n"
                   f"{done.stdout[-8000:]}")
    return {name: int(value) for name, value in counts.groupdict().items()}


def afl(program, corpus, out, runs):
    """Run AFL++ on @corpus for @runs runs, with what it keeps in @out; its counts.
    Raises Find."""
    sanitizers = SANITIZERS["ASAN_OPTIONS"] + ":abort_on_error=1:symbolize=0"
    command = ["afl-fuzz", "-i", corpus, "-o", out, "-s", "1", "-m", "none",
               "-t", str(1000 * INPUT_TIMEOUT), "-E", str(runs),
               "-x", HERE / TARGETS["blob"].tokens, "--", program]
    done = subprocess.run(command, cwd=TOP, text=True, errors="replace",
                          env=environment(
                              ASAN_OPTIONS=sanitizers, AFL_NO_UI="1",
                              AFL_SKIP_CPUFREQ="1", AFL_NO_AFFINITY="1",
                              AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES="1"),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False)
    stats = out / "default" / "fuzzer_stats"
    if done.returncode or not stats.exists():
        raise Find(f"afl-fuzz: status {done.returncode}\n"
                   f"{done.stdout[-8000:]}")
    said = dict(re.findall(r"^(\w+) +: +(.*)$", stats.read_text(), re.M))
    if int(said["saved_crashes"]) or int(said["saved_hangs"]):
        raise Find(f"afl-fuzz: {said['saved_crashes']} crashes and "
                   f"{said['saved_hangs']} hangs, in {out}")
    return {"runs": int(said["execs_done"])}


def copy_seeds(files, folder):
    """@files into @folder, by their names."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


def replay(target, files):
    """@files through the gcc build of @target; Find where it fails."""
    done = subprocess.run([target.path(HOST / "fuzz"), *files], text=True,
                          env=environment(), cwd=TOP, errors="replace",
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False)
    if done.returncode:
        raise Find(f"{target.name}: status {done.returncode}\n"
                   f"{done.stdout[-8000:]}")


def plant(mistake):
    """The program with @mistake in it."""
    program = FUZZ / "plants" / mistake.name
    texts = {mistake.source: mistake.planted()}
    if mistake.includer:
        texts.setdefault(mistake.includer, (TOP / mistake.includer).read_text())
    for name, text in texts.items():
        (program / name).parent.mkdir(parents=True, exist_ok=True)
        (program / name).write_text(text, encoding="utf-8")
    quiet_make = {name: value for name, value in os.environ.items()
                  if not name.startswith("MAKE")}
    subprocess.run(["make", "-s", f"PLANT={mistake.name}",
                    f"PLANT_SOURCE={mistake.source}",
                    f"PLANT_TARGET={mistake.target}", "fuzz-planted"],
                   cwd=TOP, env=quiet_make, check=True)
    return program / "planted"


def hunt(mistake):
    """How @mistake was found, in a line; None where it wasn't."""
    target = TARGETS[mistake.target]
    program = plant(mistake)
    with tempfile.TemporaryDirectory(dir=FUZZ) as folder:
        corpus = copy_seeds(seeds(target), Path(folder) / "corpus")
        try:
            libfuzzer(target, corpus, f"-max_total_time={PLANT_TIMEOUT}",
                      f"-runs={PLANT_RUNS}", f"-artifact_prefix={folder}/",
                      program=program)
        except Find as find:
            said = re.search(r"^(fuzz: .*|SUMMARY: .*|.*runtime error: .*|"
                             r".*ERROR: .*)$", str(find), re.M)
            return said[1] if said else str(find).splitlines()[-1]
    return None


def run_plants():
    """Each mistake has to be found; the exit status."""
    missed = 0
    for mistake in PLANTS:
        how = hunt(mistake)
        missed += how is None
        print(f"{mistake.target:13} {mistake.name:40} {how or 'NOT FOUND'}",
              flush=True)
    return 1 if missed else 0


def run_all(seconds):
    """Every target for its share of @seconds, other inputs each time; the exit
    status."""
    parts, status = sum(target.share for target in TARGETS.values()), 0
    for target in TARGETS.values():
        corpus = copy_seeds(seeds(target), FUZZ / "corpus" / target.name)
        limit = max(1, seconds * target.share // parts)
        try:
            counts = libfuzzer(target, corpus, "-seed=0",
                               f"-max_total_time={limit}")
            print(f"{target.name:13}" + "".join(
                f" {value:>10} {name}" for name, value in counts.items()),
                flush=True)
        except Find as find:
            print(f"{find}\n{target.name}: a find; the input is in {FINDS}",
                  flush=True)
            status = 1
    return status


def main():
    """Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--time", type=int, default=600,
                        help="seconds for all targets (default: 600)")
    parser.add_argument("--plants", action="store_true",
                        help="look for planted mistakes")
    options = parser.parse_args()
    return run_plants() if options.plants else run_all(options.time)


if __name__ == "__main__":
    sys.exit(main())
