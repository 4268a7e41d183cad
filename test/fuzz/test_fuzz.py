# SPDX-License-Identifier: BSD-2-Clause
"""The fuzz targets from fixed seeds, for a number of runs; what they once found;
and whether they find anything at all. What was counted is in build/fuzz/counts/
and in the summary of the run.
"""

import shutil

import pytest

import fuzz
from fuzz import FUZZ, TARGETS
from plants import PLANTS

# Seconds for the longest test on a slow and busy machine.
LONG = 3600

# Runs of the second engine.
AFL_RUNS = 200_000

every_target = pytest.mark.parametrize("target", TARGETS.values(),
                                       ids=lambda target: target.name)

needs_clang = pytest.mark.skipif(not shutil.which("clang"),
                                 reason="clang is not installed")
needs_afl = pytest.mark.skipif(not shutil.which("afl-fuzz"),
                               reason="afl++ is not installed")


def note(name, counts):
    """Keep @counts for the summary."""
    folder = FUZZ / "counts"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text("".join(
        f" {value:>9} {what}" for what, value in counts.items()) + "\n")


@every_target
def test_seeds_are_survived(target):
    """What was ever found, and what runs start from, without a fuzzer."""
    files = fuzz.seeds(target)
    if files:
        fuzz.replay(target, files)


@needs_clang
@pytest.mark.timeout(LONG)
@pytest.mark.parametrize("target, part", [
    pytest.param(target, part, id=f"{target.name}-{part}")
    for target in TARGETS.values() for part in range(1, target.parts + 1)])
def test_nothing_is_found(target, part, tmp_path):
    """As many runs as docs/reliability.md says."""
    corpus = fuzz.copy_seeds(fuzz.seeds(target), tmp_path / "corpus")
    runs = target.runs // target.parts
    counts = fuzz.libfuzzer(target, corpus, f"-runs={runs}", f"-seed={part}")
    note(f"{target.name}-{part}" if target.parts > 1 else target.name, counts)
    assert counts["runs"] >= runs
    assert counts["whole"] > 0


@needs_afl
@pytest.mark.timeout(LONG)
def test_nothing_is_found_by_the_second_engine(tmp_path):
    """AFL++, from the same seeds."""
    corpus = fuzz.copy_seeds(fuzz.seeds(TARGETS["blob"]), tmp_path / "corpus")
    counts = fuzz.afl(FUZZ / "blob-afl", corpus, tmp_path / "out", AFL_RUNS)
    note("blob-afl", counts)
    assert counts["runs"] >= AFL_RUNS


@needs_clang
@pytest.mark.timeout(LONG)
@pytest.mark.xdist_group("plants")
@pytest.mark.parametrize("mistake", PLANTS, ids=lambda mistake: mistake.name)
def test_planted_mistake_is_found(mistake):
    """A target that doesn't find its own mistake finds nothing."""
    assert fuzz.hunt(mistake), f"{mistake.target} didn't find it"
