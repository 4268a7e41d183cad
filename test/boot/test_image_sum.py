# SPDX-License-Identifier: BSD-2-Clause
"""An image that isn't what was built is noticed before it does anything.

Bits of firmware.bin are changed, one at a time, all over the file: no such image
may pass, and unless the change hits the few functions by which it would be said,
the image says what is wrong with it.
"""

import random
import re
import subprocess

import pytest

import qemu
from boot import Scenario, boot, built
from elf import symbols
from oracle import PAGE
from paths import ARCH, TOP

SAYS = re.compile(r"panic: image\.c:\d+: this image isn't what was built: it sums up "
                  r"to [0-9a-f]{16} [0-9a-f]{16}, not to [0-9a-f]{16} [0-9a-f]{16}; ")

# Places in the file, besides those of PLACES; seconds that a boot may take.
NR_PLACES = 60
TIMEOUT = 20

# What a loader delivers; between the pieces is nothing that is used.
PIECES = [("image_start", "image_text_end"), ("image_rodata", "image_rodata_end"),
          ("image_data", "image_data_end")]

# Functions and data to hit in any case, by what they are.
PLACES = ["of_scan_memory", "alloc_pages", "free_pages", "paging_init",
          "image_rodata", "image_data"]

# Of all places this share at least is told in words; the rest dies of what is
# broken there, as failed or without a word.
TOLD = 0.8


def changed(folder, offset, bit):
    """A copy of firmware.bin with @bit of byte @offset the other way round."""
    data = bytearray(open(built("firmware.bin"), "rb").read())
    data[offset] ^= 1 << bit
    path = folder / f"changed-{offset}.bin"
    path.write_bytes(data)
    return str(path)


def boot_changed(folder, offset, bit):
    """(whether it says what is wrong, whether it passes) of that copy."""
    scenario = Scenario("changed", append="watchdog=2")
    status, text = qemu.run(scenario.command(changed(folder, offset, bit)),
                            TIMEOUT)
    text = text.decode(errors="replace")
    passes = "done status pass" in text
    told = SAYS.search(text) and "done status fail" in text
    assert not passes, f"byte {offset:#x}, bit {bit}: it boots"
    assert not told or "memblock:" not in text
    return bool(told)


@pytest.mark.timeout(600)
def test_changed_byte(tmp_path):
    """Any byte of the file, code or data, header or table."""
    names = symbols(built("firmware.elf"))
    places = [at - names["image_start"] for start, end in PIECES
              for at in range(names[start], names[end])]
    step = len(places) // NR_PLACES
    chosen = random.Random(7)
    told = [boot_changed(tmp_path, places[i * step + chosen.randrange(step)],
                         chosen.randrange(8)) for i in range(NR_PLACES)]
    assert sum(told) >= TOLD * NR_PLACES, f"{sum(told)} of {NR_PLACES}"


@pytest.mark.parametrize("name", PLACES)
def test_changed_place(name, tmp_path):
    """Code that runs long after the check, constants, data."""
    names = symbols(built("firmware.elf"))
    assert boot_changed(tmp_path, names[name] - names["image_start"] + 8, 0)


def test_words_change_places(tmp_path):
    """Two words of the text for each other: no sum of words alone sees it."""
    data = bytearray(open(built("firmware.bin"), "rb").read())
    names = symbols(built("firmware.elf"))
    at = -(-names["of_scan_memory"] // 8) * 8 - names["image_start"]
    assert data[at:at + 8] != data[at + 8:at + 16]
    data[at:at + 16] = data[at + 8:at + 16] + data[at:at + 8]
    path = tmp_path / "swapped.bin"
    path.write_bytes(data)
    _, text = qemu.run(Scenario("swapped").command(str(path)), TIMEOUT)
    assert SAYS.search(text.decode(errors="replace"))


def test_left_out(tmp_path):
    """An image without a sum, as CHECKSUM=no builds it, isn't checked."""
    data = bytearray(open(built("firmware.bin"), "rb").read())
    names = symbols(built("firmware.elf"))
    at = names["image_sum"] - names["image_start"]
    assert at == 64 and any(data[at:at + 16])
    data[at:at + 16] = bytes(16)
    path = tmp_path / "without.bin"
    path.write_bytes(data)
    status, text = qemu.run(Scenario("without").command(str(path)), TIMEOUT)
    assert not status and b"done status pass" in text


def test_memory_behind_the_file(tmp_path):
    """What stands where the file ends, and the image goes on, is cleared."""
    names = symbols(built("firmware.elf"))
    # The file's last page is its loader's.
    start = (names["image_bss"] // PAGE + 1) * PAGE
    garbage = tmp_path / "garbage"
    garbage.write_bytes(b"\xa5" * (names["image_bss_end"] - start))
    boot(Scenario("garbage", kernel="firmware.bin", extra=(
        "-device", f"loader,file={garbage},addr={start:#x},force-raw=on")))


def test_option_is_there():
    """CHECKSUM=no is what the build leaves the sum out by."""
    plan = subprocess.run(
        ["make", "-n", "V=1", f"ARCH={ARCH}", "CHECKSUM=no", "-W", "linker.ld",
         "firmware"], cwd=TOP, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, check=False).stdout
    assert "check_relocs.sh" in plan and "image_sum.py" not in plan
