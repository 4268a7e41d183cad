# SPDX-License-Identifier: BSD-2-Clause
#
# Proofs: what test/prove/*.c assert, found by the model checker CBMC, which is
# fetched like libfdt is (ci/cbmc.sh). Where it can't be had they are skipped, with
# a line that says so.

CBMC		:= build/cbmc/run
TEST_NEEDS	+= cbmc
NIGHTLY_NEEDS	+= prove

# How many proofs at a time.
PROVE_JOBS	?= 1

prove: cbmc ## prove what docs/proofs.md lists, and refute a bug with each proof
	$(Q)$(PYTHON) test/prove/prove.py --cbmc $(CBMC) \
		--libfdt $(LIBFDT_DIR) -j $(PROVE_JOBS)

cbmc:
	$(Q)ci/cbmc.sh $(dir $(CBMC)) || [ $$? = 3 ]

prove-table: ## write the list of proofs into docs/proofs.md
	$(Q)$(PYTHON) test/prove/prove.py --table docs/proofs.md

.PHONY: prove cbmc prove-table
