# SPDX-License-Identifier: BSD-2-Clause
#
# What the boots need on top of the ports' images: the same with UBSan's checks.

TEST_NEEDS	+= ports-ubsan

ports-ubsan: $(PORTS:%=ubsan-%) ## every port's image with checks that trap (UBSAN=1)
ubsan-%:
	$(Q)$(MAKE) --no-print-directory ARCH=$* UBSAN=1 firmware

.PHONY: ports-ubsan
