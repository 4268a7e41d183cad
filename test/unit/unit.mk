# SPDX-License-Identifier: BSD-2-Clause
#
# The models, with more random operations than there is time for at every change:
# 100 million of the page allocator's and as many of the early allocators'.

NIGHTLY_NEEDS	+= nightly-models

# UNIT_ROUNDS is how many times the default number: 5 and 10 million.
nightly-models: $(addprefix $(HOST)/test_,page_model early_model memblock_model)
	$(Q)UNIT_ROUNDS=20 $(HOST)/test_page_model
	$(Q)UNIT_ROUNDS=10 $(HOST)/test_early_model
	$(Q)UNIT_ROUNDS=10 $(HOST)/test_memblock_model

.PHONY: nightly-models
