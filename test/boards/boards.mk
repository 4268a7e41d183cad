# SPDX-License-Identifier: BSD-2-Clause
#
# Real boards: the trees of Debian's kernel packages, and the command over them.
# Where the packages can't be had, that is said, and what is there is used.

BOARDS	:= build/boards
BOARDS_PY = $(PYTHON) ci/boards.py $(HOST)/bootmem $(BOARDS)
TEST_NEEDS += board-trees

board-trees: | $(SETUP)
	$(Q)ci/boards.sh $(BOARDS) || [ $$? = 3 ]

boards: command board-trees ## the command over every board of Debian's kernel packages
	$(Q)$(BOARDS_PY) --table docs/boards.md

boards-sample: command board-trees ## the same for a hundred of them
	$(Q)$(BOARDS_PY) --sample ci/machines/boards-sample.txt

.PHONY: board-trees boards boards-sample
