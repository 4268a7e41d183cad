# SPDX-License-Identifier: BSD-2-Clause
"""The bench: its figures are no worse than those that are kept, and the comparison
that says so notices when they are."""

import subprocess
import sys

import pytest

import bench
from boot import Scenario, boot
from paths import ARCH, BUILD, FIRMWARE, TOP

# All of it in one worker: one boot serves several tests.
pytestmark = pytest.mark.xdist_group("bench")

PLUGIN = BUILD / "bench" / "insns_plugin.so"
BUILD_TEXT = f"{ARCH}={FIRMWARE / 'firmware.elf'}"

# Figures that a tampered baseline has too low, or too high, and one that isn't
# measured.
TAMPERED = {"fill, a page": 0.94, "order-9 recovery, %": 1.06,
            "order-0 pair, hot": 1 / 1.04}


@pytest.fixture(scope="module", name="build")
def build_fixture():
    """The port's image."""
    return bench.Build(ARCH, BUILD_TEXT)


@pytest.fixture(scope="module", name="figures")
def figures_fixture(build):
    """What one boot measures."""
    return bench.measure(build, only=bench.MAIN)


@pytest.fixture(scope="module", name="baseline")
def baseline_fixture():
    """What is kept for this port."""
    return bench.read_baseline(bench.baseline_path(bench.BASELINES, ARCH))


def test_no_worse_than_kept(figures, baseline):
    """With 2 GiB, nothing is more than 5 % worse than its baseline, and all that is
    measured has one."""
    assert bench.compare(figures, baseline, whole=False) == []
    assert set(figures) <= set(baseline)


def test_all_memory_is_back(figures):
    """After all of it, memory is in blocks as large as before."""
    assert figures["order-9 recovery, %"] == 100


def test_command_notices_tampered_baseline(figures, tmp_path):
    """make bench-check's command fails, and names what is worse by more than 5 %,
    and nothing else."""
    kept = {name: value * TAMPERED.get(name, 1)
            for name, value in figures.items()}
    bench.write_baseline(bench.baseline_path(tmp_path, ARCH), kept)
    done = subprocess.run(
        [sys.executable, TOP / "ci" / "bench.py", "--arch", ARCH, "--build",
         BUILD_TEXT, "--only", bench.MAIN, "--baseline", tmp_path, "--check"],
        stdout=subprocess.PIPE, text=True, check=False)
    worse = [line for line in done.stdout.splitlines()
             if line.startswith("worse: ")]
    assert done.returncode == 1
    assert [line.split(": ")[2] for line in worse] == [
        "fill, a page", "order-9 recovery, %"], done.stdout


def test_machine_too_small():
    """A machine that hasn't the memory to measure with says so, and fails."""
    boot(Scenario("bench-small", mem="128M", append="bench", passes=False,
                  says=r"bench: needs 49152 free pages, and 0x[0-9a-f]+ bytes in "
                       r"a row; there are \d+ pages"))


def test_plugin_counts_what_the_counter_does(build, figures):
    """The hot pair costs as much by the plugin as by the machine's own counter, but
    for the loop around it; and two CPUs are counted both."""
    operations = 200000
    for cpus in (1, 2):
        pair = bench.spans(build, str(PLUGIN), 2, cpus)[0] / operations
        assert 0 <= pair - figures["order-0 pair, hot"] < 20, pair
