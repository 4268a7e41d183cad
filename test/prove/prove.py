#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Prove what test/prove/*.c assert of the sources, with the model checker CBMC.

    prove.py --cbmc COMMAND --libfdt DIR [--table FILE] [NAME ...]

A proof is a function in test/prove/; proofs.py lists them. Each is run twice:

  - over the sources as they are: every assertion holds, every loop ends within the
    bound, no access leaves its object; and every COVER() is reached, so that the
    assumptions leave something to prove;
  - over the sources with the proof's bug in them: an assertion must fail.

Without a NAME all are run, and a table of what they took is printed. A run that
takes more than MAX_SECONDS of a CPU fails. --table writes the list of proofs into
FILE instead, between the lines that begin and end it there. The exit status is 0
where every proof was found, and where there is no CBMC.
"""

import argparse
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True

from proofs import PROOFS  # noqa: E402

HERE = Path(__file__).resolve().parent
TOP = HERE.parent.parent

# CPU seconds and bytes that one run may take.
MAX_SECONDS = 120
MAX_BYTES = 8 << 30

# Directories of the sources that proofs are about.
SOURCES = ["lib", "firmware/arch"]

# What is looked for besides our assertions: leaving an object, overflow of signed
# numbers, shifting too far, dividing by 0, loops longer than the bound.
CHECKS = ["--bounds-check", "--pointer-check", "--pointer-overflow-check",
          "--div-by-zero-check", "--signed-overflow-check",
          "--undefined-shift-check"]

# A line of CBMC's results: which assertion, what it says, how it came out.
RESULT = re.compile(r"^\[(\S+)\] (?:file \S+ )?line \d+ (.*): (\w+)$", re.M)

# Where the list of proofs stands in a document.
BEGIN, END = "<!-- proofs: begin -->\n", "<!-- proofs: end -->\n"

Outcome = namedtuple("Outcome", "seconds results output")
Outcome.__doc__ = """One run of CBMC: CPU seconds; (assertion, result) pairs; and
all that it said."""


class ProofError(Exception):
    """A proof that isn't one: what is wrong with it."""


def claim(proof):
    """What @proof proves: the comment above its function, as one line."""
    text = (HERE / proof.file).read_text()
    match = re.search(r"/\*((?:(?!\*/).)*)\*/\nvoid %s\(void\)\n" % proof.name,
                      text, re.S)
    if not match:
        raise ProofError(f"{proof.file}: no commented {proof.name}()")
    return " ".join(re.sub(r"^\s*\*? ?", "", match[1], flags=re.M).split())


def plant(proof, tree, libfdt):
    """Copy the sources to @tree with @proof's bug in them. Returns libfdt's
    directory to use: a copy where the bug is in there."""
    for name in SOURCES:
        shutil.copytree(TOP / name, tree / name)
    shutil.copytree(libfdt, tree / "libfdt")
    path = tree / proof.bug.path
    text = path.read_text()
    if text.count(proof.bug.old) != 1:
        raise ProofError(f"the bug doesn't apply: {proof.bug.path} has its text "
                         f"{text.count(proof.bug.old)} times, not once:\n"
                         f"{proof.bug.old}")
    path.write_text(text.replace(proof.bug.old, proof.bug.new))
    return tree / "libfdt"


def limit():
    """In the child: what it may take."""
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MAX_BYTES, MAX_BYTES))


def run(proof, cbmc, tree, libfdt, options):
    """Run CBMC on @proof over the sources below @tree."""
    port = tree / "firmware/arch" / proof.port
    command = [cbmc, str(HERE / proof.file), "--function", proof.name,
               "-I", str(tree), "-I", str(tree / "lib/include"),
               "-I", str(tree / "lib/of"), "-I", str(port),
               "-I", str(tree / "firmware/arch/common"),
               "-I", str(libfdt), "-I", str(HERE),
               "--unwind", str(proof.unwind), "--drop-unused-functions",
               *(f"-D{name}" for name in proof.defines),
               *(["--unwindset", ",".join(proof.unwindset)]
                 if proof.unwindset else []),
               *CHECKS, *proof.options, *options]
    with tempfile.TemporaryFile("w+") as output:
        child = subprocess.Popen(command, text=True, stdout=output,
                                 stderr=subprocess.STDOUT, preexec_fn=limit)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    seconds = usage.ru_utime + usage.ru_stime
    if seconds >= MAX_SECONDS:
        raise ProofError(f"takes more than {MAX_SECONDS} s of a CPU")
    if child.returncode not in (0, 10):
        raise ProofError(f"CBMC ends with {child.returncode}:\n" +
                         " ".join(command) + "\n" + text[-4000:])
    results = [(match[2], match[3]) for match in RESULT.finditer(text)]
    return Outcome(seconds, results, text)


def prove(proof, cbmc, libfdt):
    """Run @proof over the sources as they are; raises ProofError."""
    outcome = run(proof, cbmc, TOP, libfdt, ["--unwinding-assertions"])
    covers = [result for text, result in outcome.results
              if text.startswith("cover: ")]
    wrong = [f"{text}: {result}" for text, result in outcome.results
             if result != ("FAILURE" if text.startswith("cover: ")
                           else "SUCCESS")]
    if not covers:
        raise ProofError("has no COVER() that is reached")
    if wrong:
        raise ProofError("\n".join(wrong))
    return outcome


def refute(proof, cbmc, libfdt):
    """Run @proof over the sources with its bug; an assertion must fail. Returns
    the outcome and the assertion. Paths that leave the bounds aren't looked at."""
    with tempfile.TemporaryDirectory(prefix="prove-") as folder:
        tree = Path(folder)
        outcome = run(proof, cbmc, tree, plant(proof, tree, libfdt),
                      ["-DREFUTE", "--no-unwinding-assertions",
                       "--stop-on-fail"])
    match = re.search(r"^Violated property:\n.*\n  (.*)$", outcome.output, re.M)
    if not match:
        raise ProofError(f"the bug isn't noticed: {proof.bug.what}")
    return outcome, match[1]


def rows():
    """The list of proofs as a table."""
    yield "| proof | what is proved | bound | bug it refutes |"
    yield "|---|---|---|---|"
    for proof in PROOFS:
        cells = [f"`{proof.name}`", claim(proof), proof.bound, proof.bug.what]
        yield "| " + " | ".join(cell.replace("|", "\\|")
                                for cell in cells) + " |"


def document(text):
    """@text of a document, with the list of proofs in its place."""
    head, rest = text.split(BEGIN)
    tail = rest.split(END)[1]
    return head + BEGIN + "\n" + "\n".join(rows()) + "\n\n" + END + tail


def report(proof, arguments):
    """Prove and refute @proof, and print its row; whether it holds."""
    try:
        proved = prove(proof, arguments.cbmc, arguments.libfdt)
        refuted, _ = refute(proof, arguments.cbmc, arguments.libfdt)
    except ProofError as error:
        print(f"{proof.name:34} FAILED\n" +
              textwrap.indent(str(error), "    "), flush=True)
        return False
    print(f"{proof.name:34} {proved.seconds:6.1f} {refuted.seconds:6.1f} "
          f"{len(proved.results):6}  {proof.bound:40}  {proof.bug.what}",
          flush=True)
    return True


def parse_arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cbmc", help="the command")
    parser.add_argument("--libfdt", type=Path, help="its sources")
    parser.add_argument("--table", type=Path, metavar="FILE",
                        help="write the list of proofs into FILE")
    parser.add_argument("-j", dest="jobs", type=int, default=1,
                        help="how many proofs at a time (default: 1)")
    parser.add_argument("names", nargs="*", metavar="NAME")
    return parser.parse_args()


def main():
    """Returns the exit status."""
    arguments = parse_arguments()
    if arguments.table:
        arguments.table.write_text(document(arguments.table.read_text()))
        return 0
    if not os.path.exists(arguments.cbmc):
        print("prove: skipped, there is no CBMC here: ci/cbmc.sh says why")
        return 0
    chosen = [proof for proof in PROOFS
              if not arguments.names or proof.name in arguments.names]
    begin = time.monotonic()
    print(f"{'proof':34} {'proved':>6} {'refut.':>6} {'checks':>6}  "
          f"{'bound':40}  refuted bug")
    with ThreadPoolExecutor(arguments.jobs) as pool:
        found = sum(pool.map(lambda proof: report(proof, arguments), chosen))
    print(f"prove: {found} of {len(chosen)} proofs found, "
          f"{time.monotonic() - begin:.0f} s")
    return 0 if found == len(chosen) and chosen else 1


if __name__ == "__main__":
    sys.exit(main())
