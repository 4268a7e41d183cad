# SPDX-License-Identifier: BSD-2-Clause
#
# The boot matrix: test/matrix/matrix.py boots cases by number. make test has the
# first thousand of each port among its tests; matrix-all boots five times as many,
# with every build that there is. And which of the image's instructions all these
# boots execute.

MATRIX		:= test/matrix/matrix.py
TEST_NEEDS	+= qemu10
NIGHTLY_NEEDS	+= matrix-all image-coverage

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

matrix-all: dtbs ports qemu10 $(filter ports-ubsan,$(TEST_NEEDS))
	$(Q)$(PYTHON) $(MATRIX) $(MATRIX_PORTS) --count $(MATRIX_ALL) \
		--build plain --build ubsan --build qemu10

# Boots whose instructions are counted: tests, cases of the matrix. What must be
# executed of all instructions, in percent, by the image as it is shipped and with
# branches turned round; the seconds that these have.
COVERAGE_TESTS	:= test/boot --deselect boot/test_stress.py::test_long_stress
COVERAGE_CASES	?= 200
COVERAGE_SHIPPED := 86
COVERAGE_LEAST	:= 95
COVERAGE_SECONDS ?= 1200

image-coverage: $(INSNS_PLUGIN)
image-coverage: dtbs ports foreign ## which of the image's instructions its boots execute
	$(Q)for port in $(TEST_PORTS); do \
		$(MAKE) --no-print-directory ARCH=$$port image-coverage-port || \
		exit 1; \
	done

image-coverage-port: firmware
	$(Q)$(PYTHON) ci/image_coverage.py --arch $(ARCH) --objdump $(OBJDUMP) \
		--cases $(COVERAGE_CASES) --least-shipped $(COVERAGE_SHIPPED) \
		--least $(COVERAGE_LEAST) --seconds $(COVERAGE_SECONDS) \
		$(COVERAGE_TESTS)

.PHONY: qemu10 matrix matrix-all image-coverage image-coverage-port
