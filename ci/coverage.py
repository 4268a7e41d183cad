#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Which lines and branches of lib/ the host's tests reach: all, or it fails.

    ci/coverage.py run|judge build/cov

'run' runs what 'make cov' built there: the unit tests, and the host's command on
every drawn tree, by both roads, and on a PC's log. Each counts in a directory of
its own, build/cov-runs/<name>/ (mutate.py looks up there who reaches a line).
'judge' has gcov-tool add them up and gcovr print the tables.

A line or branch that nobody reaches fails the run, unless docs/coverage.md
excuses it; so does an excuse that nothing needs any more, or more than ten of
them. How many random sequences are run doesn't matter to what is reached: few.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
RUNS = TOP / "build" / "cov-runs"

# Name -> seconds of CPU, and what went wrong.
RESULT = RUNS / "result.json"

# What excuses a line: | `file` | `its code` | why |.
EXCUSES = TOP / "docs" / "coverage.md"
EXCUSE = re.compile(r"^\| `(\S+)` \| `(.+?)` \| (.+) \|$", re.M)
MOST_EXCUSES = 10

# How the excuse of what only chance reaches begins.
RACE = "another CPU must get in between"

# A PC's boot log: unsorted, overlapping, of all types that there are.
E820 = """\
BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable
BIOS-e820: [mem 0x0000000100000000-0x000000013fffffff] usable
BIOS-e820: [mem 0x0000000000100000-0x00000000bffdffff] usable
BIOS-e820: [mem 0x00000000bffd8000-0x00000000bffeffff] ACPI data
BIOS-e820: [mem 0x00000000bfff0000-0x00000000bfffffff] reserved
"""

ROUNDS = {"UNIT_ROUNDS": "0.01", "CMOCKA_MESSAGE_OUTPUT": "STDOUT"}


def programs(cov):
    """Name -> commands: what is run, and the statuses that it may end with."""
    for path in sorted(cov.glob("test_*")):
        if not path.suffix:
            yield path.name, [[path]], {0}
    log = RUNS / "e820.log"
    log.write_text(E820)
    trees = sorted((TOP / "build" / "dts").glob("*.dtb"))
    yield "bootmem", [[cov / "bootmem", "--e820", log],
                      *([cov / "bootmem", "--nodes", tree] for tree in trees),
                      *([cov / "bootmem", "--args", "early=memblock", tree]
                        for tree in trees)], {0, 1, 2}


def run(cov, name, commands, statuses):
    """Run @commands, counting in RUNS/@name; the seconds of CPU that it took, and
    what went wrong, or ""."""
    environment = {**os.environ, **ROUNDS, "GCOV_PREFIX": str(RUNS / name),
                   "GCOV_PREFIX_STRIP": str(len(cov.parts) - 1)}
    seconds = 0
    for command in commands:
        with open(RUNS / f"{name}.log", "wb") as log:
            program = subprocess.Popen(command, cwd=TOP, env=environment,
                                       stdout=log, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(program.pid, 0)
        program.returncode = os.waitstatus_to_exitcode(status)
        seconds += used.ru_utime + used.ru_stime
        if program.returncode not in statuses:
            return seconds, f"{name}: status {program.returncode}, see " \
                f"{log.name}"
    return seconds, ""


def run_all(cov):
    """Run everything anew; how that went is kept in RESULT."""
    shutil.rmtree(RUNS, ignore_errors=True)
    RUNS.mkdir()
    todo = [*programs(cov)]
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        ends = [*pool.map(lambda args: run(cov, *args), todo)]
    RESULT.write_text(json.dumps({name: end for (name, _, _), end
                                  in zip(todo, ends)}))


def add_up(cov):
    """The counts of all runs, beside the objects' notes in @cov."""
    folders = [path for path in sorted(RUNS.iterdir()) if path.is_dir()]
    total = RUNS / "total"
    shutil.copytree(folders[0], total)
    for folder in folders[1:]:
        subprocess.run(["gcov-tool", "merge", total, folder, "-o", total],
                       check=True)
    for path in total.rglob("*.gcda"):
        shutil.copy(path, cov / path.relative_to(total))
    shutil.rmtree(total)


def show(cov):
    """Print gcovr's tables of lib/; what they are made of."""
    data = cov / "coverage.json"
    subprocess.run(["gcovr", "--root", TOP, "--object-directory", cov,
                    "--filter", "lib/", "--exclude-unreachable-branches",
                    "--json", data, cov], cwd=TOP, check=True)
    for option in ([], ["--branches"]):
        subprocess.run(["gcovr", "--root", TOP, "--add-tracefile", data,
                        *option], cwd=TOP, check=True)
    return json.loads(data.read_text())


def missed(data):
    """(file, line's number, what) of all that wasn't reached."""
    for entry in data["files"]:
        for line in entry["lines"]:
            if line["gcovr/noncode"]:
                continue
            branches = [branch["count"] for branch in line["branches"]]
            if not line["count"]:
                yield entry["file"], line["line_number"], "not reached"
            elif 0 in branches:
                yield (entry["file"], line["line_number"],
                       f"{branches.count(0)} of {len(branches)} branches "
                       "never taken")


def judge(data):
    """Print what is missed and not excused, and excuses nothing needs; whether
    there was neither."""
    excuses = {(path, code): int(why.startswith(RACE)) for path, code, why in
               EXCUSE.findall(EXCUSES.read_text())}
    wrong = [text for _, text in json.loads(RESULT.read_text()).values()
             if text]
    if len(excuses) > MOST_EXCUSES:
        wrong.append(f"{EXCUSES.name}: {len(excuses)} excuses, "
                     f"at most {MOST_EXCUSES} may be")
    for path, number, what in missed(data):
        code = (TOP / path).read_text().splitlines()[number - 1].strip()
        if (path, code) in excuses:
            excuses[path, code] += 1
        else:
            wrong.append(f"{path}:{number}: {what}: {code}")
    wrong += [f"{EXCUSES.name}: {path}: nothing needs the excuse for {code}"
              for (path, code), uses in excuses.items() if not uses]
    print(*wrong, sep="\n", end="\n" if wrong else "")
    print(f"coverage: {len(wrong)} wrong, {len(excuses)} lines excused")
    return not wrong


def main():
    """Returns the exit status."""
    what, cov = sys.argv[1], Path(sys.argv[2]).resolve()
    if what == "run":
        run_all(cov)
        return 0
    add_up(cov)
    return 0 if judge(show(cov)) else 1


if __name__ == "__main__":
    sys.exit(main())
