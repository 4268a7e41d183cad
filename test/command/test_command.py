# SPDX-License-Identifier: BSD-2-Clause
"""The command build/host/bootmem, asked as a user asks it.

What it computes is lib/'s business and tested there; here it is that any file
ends in a report or a line, that the three forms of the report agree, and that
nothing which a blob holds gets through to the terminal.
"""

import json
import random
import re
import struct
import subprocess
import time
import xml.etree.ElementTree as ElementTree

import libfdt
import pytest

from paths import DTS, HOST, HOST_DTB as DTB, TOP
from report import Report

COMMAND = HOST / "bootmem"
CHECKED = HOST / "bootmem-checked"

# Seconds until a run counts as hanging.
TIME_LIMIT = 60

FIXTURES = sorted(path.stem for path in DTS.glob("*.dts"))

# Fixtures that no boot can be made of.
UNUSABLE = {"boot-no-memory"}

E820 = """\
[    0.000000] BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable
[    0.000000] BIOS-e820: [mem 0x000000000009fc00-0x000000000009ffff] reserved
[    0.000000] BIOS-e820: [mem 0x0000000100000000-0x000000013fffffff] usable
[    0.000000] BIOS-e820: [mem 0x0000000000100000-0x00000000bffdffff] usable
[    0.000000] BIOS-e820: [mem 0x00000000bffd8000-0x00000000bffeffff] ACPI data
"""


def run(*arguments, program=COMMAND):
    """Run the command; its finished process, with text."""
    return subprocess.run([program, *map(str, arguments)], timeout=TIME_LIMIT,
                          capture_output=True, text=True, errors="replace",
                          check=False)


def blob_of(name):
    """The bytes of fixture @name."""
    return (DTB / f"{name}.dtb").read_bytes()


def make_tree(path, banks, model="test", regions=()):
    """Write a tree with memory @banks and reserved @regions, (name, base, size)
    each."""
    writer = libfdt.FdtSw()
    writer.finish_reservemap()
    with writer.add_node(""):
        writer.property_u32("#address-cells", 2)
        writer.property_u32("#size-cells", 2)
        writer.property("model", model.encode("latin-1") + b"\0")
        for base, size in banks:
            with writer.add_node(f"memory@{base:x}"):
                writer.property_string("device_type", "memory")
                writer.property("reg", struct.pack(">QQ", base, size))
        with writer.add_node("reserved-memory"):
            writer.property_u32("#address-cells", 2)
            writer.property_u32("#size-cells", 2)
            writer.property("ranges", b"")
            for name, base, size in regions:
                with writer.add_node(name):
                    writer.property("reg", struct.pack(">QQ", base, size))
    path.write_bytes(writer.as_fdt().as_bytearray())
    return path


@pytest.mark.parametrize("name", FIXTURES)
def test_fixture(name, tmp_path):
    """Text, JSON and picture of one tree agree, and the status fits."""
    text = run(DTB / f"{name}.dtb", "--nodes")
    report = Report(text.stdout.split("\n\n")[0].split("\n"))
    status = 2 if name in UNUSABLE else 1 if report.warnings else 0
    assert text.returncode == status, text.stdout
    picture = tmp_path / "map.svg"
    done = run(DTB / f"{name}.dtb", "--json", "--svg", picture,
               program=CHECKED)
    assert done.returncode == status, done.stderr
    found = json.loads(done.stdout)
    assert found["status"] == status
    assert [(w["code"], w["text"]) for w in found["warnings"]] == \
        [tuple(warning) for warning in report.warnings]
    assert ElementTree.parse(picture).getroot().tag.endswith("svg")
    if status == 2:
        assert found["panic"] == report.panic
        return
    assert found["ledger"]["balances"]
    assert int(found["ledger"]["total"], 16) == report.total[0]
    assert int(found["ledger"]["free"], 16) == report.total[1]
    assert [(int(r["start"], 16), int(r["end"], 16)) for r in found["memory"]] \
        == [(r.start, r.end) for r in report.memory]


def test_every_warning_has_advice():
    """No code of lib/ is without a cure."""
    codes = set()
    for path in [*TOP.glob("lib/*/*.c"), *TOP.glob("test/host/tool/*.c")]:
        if path.name != "advice.c":
            codes |= set(re.findall(r'(?:warn|fail)\(\s*"(W-[A-Z0-9-]+)"',
                                    path.read_text()))
    cures = (TOP / "test/host/tool/advice.c").read_text()
    assert not [code for code in codes if f'"{code}"' not in cures]


def test_help_fits_a_screen():
    """80 columns, 24 lines with the prompt."""
    lines = run("--help").stdout.splitlines()
    assert len(lines) <= 23
    assert max(map(len, lines)) <= 80


def test_version():
    """One line."""
    assert re.fullmatch(r"bootmem \S+\n", run("--version").stdout)


@pytest.mark.parametrize("arguments", [
    [], ["a", "b"], ["--frobnicate"], ["--image", "1"], ["--image", "1:0", "x"],
    ["--dtb", "3", "x"], ["--memory", "1:x", "x"], ["--svg"]])
def test_bad_call(arguments):
    """Status 2 and a line that says where help is, or what is needed."""
    done = run(*arguments)
    assert done.returncode == 2
    assert "needs" in done.stderr or "bootmem --help" in done.stderr
    assert not done.stdout


def unreadable(tmp_path):
    """Files that are no device tree, and what is said of each."""
    good = blob_of("rsv-entries")
    yield tmp_path / "absent", None, "No such file"
    yield tmp_path, None, "Is a directory"
    yield tmp_path / "empty", b"", "empty"
    yield tmp_path / "short", good[:30], "FDT_ERR_TRUNCATED"
    yield tmp_path / "cut", good[:-1], "FDT_ERR_TRUNCATED"
    yield tmp_path / "zeros", bytes(4096), "FDT_ERR_BADMAGIC"
    yield tmp_path / "text", b"/dts-v1/;\n" * 99, "FDT_ERR_BADMAGIC"
    yield tmp_path / "old", good[:20] + b"\0\0\0\2" + good[24:], "VERSION"
    yield tmp_path / "large", good + bytes(64 << 20), "more than 64 MiB"


@pytest.mark.parametrize("case", range(9))
def test_no_tree(case, tmp_path):
    """Anything else ends with status 2 and a line that names the file."""
    path, data, words = list(unreadable(tmp_path))[case]
    if data is not None:
        path.write_bytes(data)
    for program in (COMMAND, CHECKED):
        done = run(path, program=program)
        assert done.returncode == 2
        assert words in done.stderr and str(path) in done.stderr


@pytest.mark.parametrize("seed", range(8))
def test_any_bytes(seed, tmp_path):
    """Trees with bytes changed anywhere: a report or a line, and no read outside
    of the blob, which the checked build would notice."""
    generator = random.Random(seed)
    path = tmp_path / "blob"
    for _ in range(60):
        blob = bytearray(blob_of(generator.choice(FIXTURES)))
        for _ in range(generator.choice([1, 1, 2, 4, 16])):
            at = generator.randrange(len(blob))
            blob[at] = generator.choice(
                [0, 1, 0x7f, 0x80, 0xff, generator.randrange(256)])
        path.write_bytes(blob)
        done = run(path, program=CHECKED)
        assert done.returncode in (0, 1, 2), done.stderr
        assert "Sanitizer" not in done.stderr


@pytest.mark.parametrize("banks", [
    [(0x400030000000, 8 << 30)], [(0, 1 << 63)], [(1 << 63, 1 << 63)],
    [(0, 1 << 56)], [((1 << 56) - 4096, 4096)], [(4096, 4096)],
    [(1 << 40, 16 << 40), (64 << 40, 16 << 40)],
    [(n << 44, 1 << 30) for n in range(64)],
    [(0, (1 << 64) - 1)], [((1 << 64) - 4096, 8192), (1 << 30, 1 << 30)],
], ids=str)
def test_any_address(banks, tmp_path):
    """RAM anywhere, and however much: the ledger balances, or there is none."""
    path = make_tree(tmp_path / "blob", banks)
    for program in (COMMAND, CHECKED):
        done = run(path, "--json", program=program)
        found = json.loads(done.stdout)
        assert done.returncode in (0, 1, 2), done.stderr
        assert found["panic"] or found["ledger"]["balances"]


def test_text_of_the_blob_is_harmless(tmp_path):
    """Control characters and markup of a blob's reach neither terminal nor
    JSON nor picture."""
    path = make_tree(tmp_path / "blob", [(1 << 30, 1 << 30)],
                     model="\x1b[2J<b>&\"'\\\x9b",
                     regions=[("\x1b]0;x@1", 5 << 28, 4096),
                              ("<&>\"@2", 5 << 28, 8192)])
    picture = tmp_path / "map.svg"
    text = run(path, "--svg", picture).stdout
    assert all(c == "\n" or " " <= c <= "~" for c in text)
    assert "[2J<b>" in text
    json.loads(run(path, "--json").stdout)
    ElementTree.parse(picture)


def test_args_image_and_loader(tmp_path):
    """What the options say is taken for the machine's."""
    path = make_tree(tmp_path / "blob", [(1 << 30, 1 << 30)],
                     regions=[("fw@40100000", 0x40100000, 0x100000)])
    found = json.loads(run(path, "--json", "--args", "mem=256M").stdout)
    assert found["memory"][0]["end"] == "0x50000000"
    done = run(path, "--image", "0x40180000:1M", "--dtb", "0x48000000")
    assert done.returncode == 2
    assert "W-RSV-IMAGE" in done.stdout and "UNUSABLE" in done.stdout
    assert " map device tree" in done.stdout
    make_tree(path, [])
    assert run(path).returncode == 2
    assert run(path, "--memory", "1G:1G").returncode == 0


def test_e820(tmp_path):
    """A boot log: overlapping and unsorted, the higher type wins."""
    path = tmp_path / "log"
    path.write_text(E820)
    done = run("--e820", path, "--json", program=CHECKED)
    assert done.returncode == 0, done.stdout
    found = json.loads(done.stdout)
    assert [(r["start"], r["end"]) for r in found["memory"]] == [
        ("0x0", "0x9f000"), ("0x100000", "0xbffd8000"),
        ("0x100000000", "0x140000000")]
    assert found["ledger"]["dropped"] == "0xc00"
    path.write_text("no such line\n")
    assert run("--e820", path).returncode == 2


@pytest.mark.parametrize("line", [
    "[mem", "[mem 0x0-", "[mem 0x9-0x1] usable", "[mem 0x0-0x] usable",
    "[mem 0x0-0xffffffffffffffff] usable", "[mem 0x1000-0x1fff] \x1b[2J",
    "[mem 0x0-0xfffffffffffffffffff] reserved", ""])
def test_e820_any_line(line, tmp_path):
    """A line that makes no sense is named; the others count."""
    path = tmp_path / "log"
    path.write_text(E820 + f"BIOS-e820: {line}\n")
    done = run("--e820", path, program=CHECKED)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    assert all(c == "\n" or " " <= c <= "~" for c in done.stdout)


def test_time(tmp_path):
    """A board takes less than 50 ms, three hundred reservations too."""
    regions = [(f"region@{n:x}", (1 << 30) + 0x4000 * n, 0x2000)
               for n in range(1, 300)]
    path = make_tree(tmp_path / "blob", [(1 << 30, 1 << 30)],
                     regions=regions)
    best = TIME_LIMIT
    for _ in range(5):
        begin = time.monotonic()
        assert run(path, "--svg", tmp_path / "map.svg").returncode == 0
        best = min(best, time.monotonic() - begin)
    assert best < 0.05
