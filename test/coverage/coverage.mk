# SPDX-License-Identifier: BSD-2-Clause
#
# lib/, the unit tests and the host's command once more, compiled so that they
# count which lines and branches they reach: without optimisation, which would
# merge branches, and without sanitizers, which would add some.

COV		:= build/cov
COV_SRC		:= $(HOST_SRC)
COV_TESTS	:= $(HOST_TESTS:$(HOST)/%=$(COV)/%)
COV_OBJ		:= $(COV_SRC:%.c=$(COV)/%.o)
COV_FDT		:= $(LIBFDT_SRCS:%.c=$(COMMAND)/libfdt/%.o)
COV_CFLAGS	:= -std=gnu11 -O0 -g --coverage -fprofile-update=atomic
COV_CPPFLAGS	:= $(HOST_CPPFLAGS) -I$(LIBFDT_DIR) $(call report_names,host)

NEEDS		+= cmd:gcovr=gcovr
TEST_NEEDS	+= $(COV)/ran mutate-build
NIGHTLY_NEEDS	+= mutate-all

coverage: $(COV)/ran ## lines and branches of lib/ that the host's tests reach
	$(Q)$(PYTHON) ci/coverage.py judge $(COV)

$(COV)/ran: $(COV_TESTS) $(COV)/bootmem $(filter build/dts/%.dtb,$(DTBS)) \
		ci/coverage.py
	$(say) RUN "what is counted in $(COV)"
	$(Q)$(PYTHON) ci/coverage.py run $(COV)
	$(Q)touch $@

$(COV_TESTS): $(COV)/%: $(COV)/test/unit/%.o $(COV_OBJ) $(COV_FDT)
	$(say) LD $@
	$(Q)gcc --coverage -o $@ $^ -lcmocka -pthread

$(COV)/bootmem: $(COMMAND_SRC:%.c=$(COV)/%.o) $(COV_OBJ) $(COV_FDT)
	$(say) LD $@
	$(Q)gcc --coverage -o $@ $^

# What an object counted before it was compiled again is nothing that it has.
$(COV)/%.o: %.c $(HOST)/flags test/coverage/coverage.mk
	$(say) COVCC $<
	$(Q)mkdir -p $(@D)
	$(Q)rm -f $(@:.o=.gcda)
	$(Q)gcc $(COV_CPPFLAGS) $(COV_CFLAGS) -c $< -o $@

# lib/ and the host's port as a library whose functions a mutant can take the
# place of (ci/mutate.py), and the tests that use it.
MUT		:= build/mutate
MUT_TESTS	:= $(HOST_TESTS:$(HOST)/%=$(MUT)/%)
MUT_OBJ		:= $(HOST_SRC:%.c=$(MUT)/%.o) $(LIBFDT_SRCS:%.c=$(MUT)/libfdt/%.o)
MUT_CPPFLAGS	:= $(HOST_CPPFLAGS) -I$(LIBFDT_DIR) -Ilib/of \
		   $(call report_names,host)
MUT_CFLAGS	:= -std=gnu11 -O1 -fPIC -fsanitize=bounds \
		   -fsanitize-undefined-trap-on-error

# Options of mutate: how many lines, and which.
LINES		?= 20
SEED		?= 0
MUTATE		= $(PYTHON) ci/mutate.py --flags '$(filter -I%,$(MUT_CPPFLAGS))'
EARLY		:= lib/mm/bootmem.c lib/mm/memblock.c lib/mm/memblock_alloc.c

# The shares of all mutants of lib/ and of the ports that mutate-all tries, and the
# share of lib/'s that it leaves out before.
SHARE		?= 0.25
SKIP		?= 0
PORT_SHARE	?= 1

mutate: mutate-build $(COV)/ran ## lines of the early allocators left out: who notices?
	$(Q)$(MUTATE) --lines $(LINES) --seed $(SEED) $(EARLY)

mutate-all: mutate-lib mutate-ports ## a share of all mutants of lib/ and of the ports

mutate-lib: mutate-build $(COV)/ran #+ a share of those of lib/mm and lib/of
	$(Q)$(MUTATE) --share $(SHARE) --skip $(SKIP) $(wildcard lib/mm/*.c lib/of/*.c)

mutate-ports: mutate-build dtbs #+ a share of those of firmware/arch: boots notice
	$(Q)$(PYTHON) test/boot/mutate_ports.py --ports $(TEST_PORTS) \
		--share $(PORT_SHARE)

mutate-build: $(MUT_TESTS)

$(MUT)/libbootmem.so: $(MUT_OBJ)
	$(say) LD $@
	$(Q)gcc -shared -o $@ $^

$(MUT_TESTS): $(MUT)/%: $(MUT)/test/unit/%.o $(MUT)/libbootmem.so
	$(say) LD $@
	$(Q)gcc -o $@ $< -L$(MUT) -lbootmem -lcmocka -pthread \
		'-Wl,-rpath,$$ORIGIN'

$(MUT)/libfdt/%.o: $(LIBFDT_DIR)/%.c $(HOST)/flags
	$(say) MUTCC libfdt/$*.c
	$(Q)mkdir -p $(@D)
	$(Q)gcc $(MUT_CPPFLAGS) $(MUT_CFLAGS) $(LIBFDT_CFLAGS) -c $< -o $@

$(MUT)/%.o: %.c $(HOST)/flags test/coverage/coverage.mk
	$(say) MUTCC $<
	$(Q)mkdir -p $(@D)
	$(Q)gcc $(MUT_CPPFLAGS) $(MUT_CFLAGS) -c $< -o $@

# Modified condition/decision coverage, which gcc of that age doesn't know: each
# condition of a decision must have decided it. The same tests, with lib/ compiled
# by clang.
MCDC		:= build/mcdc
MCDC_OBJ	:= $(LIB_SRC:%.c=$(MCDC)/%.o)
MCDC_PROFILE	:= -fprofile-instr-generate -fcoverage-mapping -fcoverage-mcdc

mcdc: $(MUT_TESTS) | $(MCDC)/tools ## conditions of lib/ that tests let decide (clang)
	$(Q)$(MAKE) --no-print-directory $(MCDC)/libbootmem.so
	$(Q)rm -f $(MCDC)/*.profraw
	$(Q)for test in $(MUT_TESTS:$(MUT)/%=%); do \
		LD_LIBRARY_PATH=$(MCDC) UNIT_ROUNDS=0.01 \
		LLVM_PROFILE_FILE=$(MCDC)/$$test.profraw \
		$(MUT)/$$test > $(MCDC)/$$test.log 2>&1 || \
		{ echo "$$test failed: $(MCDC)/$$test.log"; exit 1; }; \
	done
	$(Q)llvm-profdata-19 merge -o $(MCDC)/all.profdata $(MCDC)/*.profraw
	$(Q)llvm-cov-19 report -show-mcdc-summary -show-region-summary=false \
		-instr-profile=$(MCDC)/all.profdata $(MCDC)/libbootmem.so lib/

$(MCDC)/tools:
	$(Q)ci/setup.sh cmd:clang-19=clang-19 cmd:llvm-cov-19=llvm-19
	$(Q)mkdir -p $(@D)
	$(Q)touch $@

$(MCDC)/libbootmem.so: $(MCDC_OBJ) $(filter-out $(MUT)/lib/%,$(MUT_OBJ))
	$(say) LD $@
	$(Q)clang-19 -shared $(MCDC_PROFILE) -o $@ $^

$(MCDC)/%.o: %.c $(HOST)/flags test/coverage/coverage.mk
	$(say) CLANG $<
	$(Q)mkdir -p $(@D)
	$(Q)clang-19 $(MUT_CPPFLAGS) -std=gnu11 -O0 -g -fPIC $(MCDC_PROFILE) \
		-c $< -o $@

.PHONY: coverage mutate mutate-all mutate-lib mutate-ports mutate-build mcdc

-include $(wildcard $(COV_OBJ:.o=.d) $(COV)/test/unit/*.d \
	 $(COV)/test/host/tool/*.d $(MUT_OBJ:.o=.d) \
	 $(MUT)/test/unit/*.d)
