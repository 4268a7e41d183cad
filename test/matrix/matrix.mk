# SPDX-License-Identifier: BSD-2-Clause
#
# The boot matrix: test/matrix/matrix.py boots cases by number. make test has the
# first thousand of each port among its tests; matrix-all boots ten times as many,
# with every build that there is.

MATRIX		:= test/matrix/matrix.py
TEST_NEEDS	+= qemu10

# The ports whose cases are booted; how many of each.
MATRIX_PORTS	= $(TEST_PORTS:%=--arch %)
MATRIX_COUNT	?= 1000
MATRIX_ALL	?= 5000

# An emulator of another release, from another suite of Debian's, and the firmware
# that comes with it; where it can't be had its boots are skipped, which is said.
QEMU10_PACKAGES	:= qemu-system-riscv qemu-system-arm opensbi

qemu10: | $(SETUP)
	$(Q)ci/qemu10.sh build/qemu10 $(QEMU10_PACKAGES) || [ $$? = 3 ]

matrix: dtbs ports qemu10 ## thousands of machines booted, each held against the oracle
	$(Q)$(PYTHON) $(MATRIX) $(MATRIX_PORTS) --count $(MATRIX_COUNT)
	$(Q)$(PYTHON) $(MATRIX) $(MATRIX_PORTS) --build qemu10 \
		--count $$(($(MATRIX_COUNT) / 4))

.PHONY: qemu10 matrix
