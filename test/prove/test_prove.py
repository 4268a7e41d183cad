# SPDX-License-Identifier: BSD-2-Clause
"""The quick half of the proofs, each with the bug that it must refute; and that
the list of all of them, here and in docs/proofs.md, is what there is."""

import re

import pytest

from paths import BUILD, TOP
from proofs import PROOFS
from prove import HERE, document, prove, refute

CBMC = BUILD / "cbmc/run"

QUICK = [proof for proof in PROOFS if not proof.nightly]


# A run is limited in CPU seconds, by prove.py; this is for a machine that is busy.
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("proof", QUICK, ids=lambda proof: proof.name)
def test_proof(proof):
    """It holds for the sources as they are, and not with its bug in them."""
    if not CBMC.exists():
        pytest.skip("no CBMC: run ci/cbmc.sh, which says what is in the way")
    prove(proof, str(CBMC), BUILD / "libfdt")
    refute(proof, str(CBMC), BUILD / "libfdt")


def test_every_harness_is_listed():
    """A function without parameters that isn't static is a proof, and listed."""
    found = {(path.name, name) for path in HERE.glob("*.c")
             for name in re.findall(r"^void (\w+)\(void\)$", path.read_text(),
                                    re.M)}
    assert found == {(proof.file, proof.name) for proof in PROOFS}


def test_the_document_lists_the_proofs():
    """docs/proofs.md has the list that prove.py makes of them."""
    text = (TOP / "docs/proofs.md").read_text()
    assert text == document(text), "run make prove-table"
