# SPDX-License-Identifier: BSD-2-Clause
#
# Fuzzing: docs/fuzzing.md. Each target is built with libFuzzer, the first of them
# with AFL++ as well, and all of them once more by gcc as programs that replay
# files.

# The compiler's fuzzer and sanitizers, by where Debian has them.
FUZZ_RT	:= llvm-14/lib/clang/14.0.6/lib/linux/libclang_rt.fuzzer-$(shell uname -m).a
NEEDS	+= cmd:clang=clang lib:$(FUZZ_RT)=libclang-rt-14-dev \
	   cmd:afl-clang-fast=afl++

FUZZ		:= build/fuzz
FUZZ_PAGING	:= $(PORT_DIRS:firmware/arch/%=paging-%)
FUZZ_TARGETS	:= blob tree memblock bootmem buddy e820 $(FUZZ_PAGING)
TEST_NEEDS	+= fuzz-targets
NIGHTLY_NEEDS	+= fuzz

# Seconds for all targets together.
TIME	?= 600

FUZZ_PY	= $(PYTHON) test/fuzz/fuzz.py

fuzz: fuzz-targets dtbs ## look for mistakes for TIME=600 seconds (docs/fuzzing.md)
	$(Q)$(FUZZ_PY) --time $(TIME)

fuzz-selfcheck: fuzz-targets dtbs ## plant mistakes: does each target find its own?
	$(Q)$(FUZZ_PY) --plants

fuzz-targets: $(FUZZ_TARGETS:%=$(FUZZ)/%) $(FUZZ)/blob-afl \
	$(FUZZ_TARGETS:%=$(HOST)/fuzz/%) \
	$(patsubst test/fuzz/small/%.dts,$(FUZZ)/small/%.dtb,\
	$(wildcard test/fuzz/small/*.dts))

.PHONY: fuzz fuzz-selfcheck fuzz-targets fuzz-planted

# -- What a target is made of ------------------------------------------------

# Its own files; libfdt is watched only where the bytes are what it reads; text is
# formatted only where that can be what goes wrong.
FUZZ_PARTS_blob		:= blob
FUZZ_PARTS_e820		:= e820
FUZZ_PARTS_tree		:= tree tree_spec tree_build quiet
FUZZ_PARTS_memblock	:= memblock quiet
FUZZ_PARTS_bootmem	:= bootmem quiet
FUZZ_PARTS_buddy	:= buddy quiet
$(foreach target,$(FUZZ_PAGING),$(eval FUZZ_PARTS_$(target) := paging quiet))

FUZZ_SRC := $(LIB_SRC) test/host/host.c test/host/ram.c \
	    test/host/tool/boot.c test/host/tool/e820_log.c \
	    test/fuzz/arena.c test/fuzz/fuzz.c
FUZZ_CPPFLAGS := $(CPPFLAGS) -Itest/host -Itest/host/tool -Itest/unit \
		 -I$(LIBFDT_DIR)
FUZZ_CFLAGS := -std=gnu11 -O2 -g $(SANITIZE)
FUZZ_CC	    = $(FUZZ_CPPFLAGS) $(call report_names,host) $(FUZZ_CFLAGS)

# libFuzzer's counters, in what is tested; without its look at every comparison,
# which would take longer than what is compared.
LIBFUZZER := -fsanitize=fuzzer-no-link -fno-sanitize-coverage=trace-cmp
$(FUZZ)/libfuzzer/test/fuzz/%.o $(FUZZ)/libfuzzer/test/host/host.o \
$(FUZZ)/libfuzzer/test/host/ram.o: LIBFUZZER =

$(FUZZ)/flags: FORCE
	$(call keep,$(FUZZ_CPPFLAGS) $(FUZZ_CFLAGS) $(LIBFUZZER) $(WARNINGS))

# 1: an engine.  2: its compiler.  3: its flags.
define fuzz_engine
$(FUZZ)/$(1)/%.o: %.c $(FUZZ)/flags
	$$(say) FUZZCC $$<
	$$(Q)mkdir -p $$(@D)
	$$(Q)$(2) $$(FUZZ_CC) $(3) $$(WARNINGS) \
		-c $$< -o $$@

$(FUZZ)/$(1)/libfdt/%.o: $(LIBFDT_DIR)/%.c $(FUZZ)/flags
	$$(say) FUZZCC libfdt/$$*.c
	$$(Q)mkdir -p $$(@D)
	$$(Q)$(2) $$(FUZZ_CC) $(3) $$(LIBFDT_CFLAGS) \
		-c $$< -o $$@

$(FUZZ)/$(1)/libbootmem.a: $(FUZZ_SRC:%.c=$(FUZZ)/$(1)/%.o)
$(FUZZ)/$(1)/libfdt.a: $(LIBFDT_SRCS:%.c=$(FUZZ)/$(1)/libfdt/%.o)
endef
$(eval $(call fuzz_engine,libfuzzer,clang,$$(LIBFUZZER)))
$(eval $(call fuzz_engine,afl,AFL_QUIET=1 afl-clang-fast,))
$(eval $(call fuzz_engine,plain,clang,-fno-sanitize=all))

$(FUZZ)/%.a:
	$(say) AR $@
	$(Q)rm -f $@
	$(Q)ar rcs $@ $^

# 1: a target.  2: the engine whose libfdt it has.  3: its codec's objects, which
# come before the library's, for libFuzzer.  4: the same for gcc.
define fuzz_target
FUZZ_OF_$(1) := $(FUZZ_PARTS_$(1):%=$(FUZZ)/libfuzzer/test/fuzz/%.o) $(3) \
	$(FUZZ)/libfuzzer/libbootmem.a $(FUZZ)/$(2)/libfdt.a

$(FUZZ)/$(1): $$(FUZZ_OF_$(1))
	$$(say) LD $$@
	$$(Q)clang $$(SANITIZE) -fsanitize=fuzzer -o $$@ $$^ -lcmocka

$(HOST)/fuzz/$(1): $(4) \
		$(patsubst %,$(HOST)/test/fuzz/%.o,replay fuzz \
		$(filter-out quiet,$(FUZZ_PARTS_$(1)))) \
		$(HOST)/test/host/tool/boot.o $(HOST)/test/host/tool/e820_log.o \
		$(HOST)/libbootmem.a
	$$(say) LD $$@
	$$(Q)mkdir -p $$(@D)
	$$(Q)gcc $$(SANITIZE) -o $$@ $$^ -lcmocka
endef
$(eval $(call fuzz_target,blob,libfuzzer))
$(eval $(call fuzz_target,e820,libfuzzer))
$(foreach target,tree memblock bootmem buddy,\
	$(eval $(call fuzz_target,$(target),plain)))
$(foreach dir,$(PORT_DIRS:firmware/arch/%=%),\
	$(eval $(call fuzz_target,paging-$(dir),plain,\
		$(FUZZ)/libfuzzer/codec/$(dir)/paging.o,\
		$(HOST)/codec/$(dir)/paging.o)))

$(FUZZ)/libfuzzer/codec/%/paging.o: lib/mm/paging.c $(FUZZ)/flags
	$(say) FUZZCC "$< with $*"
	$(Q)mkdir -p $(@D)
	$(Q)clang -Ifirmware/arch/$* $(FUZZ_CC) \
		$(LIBFUZZER) $(WARNINGS) -c $< -o $@

$(FUZZ)/blob-afl: $(FUZZ)/afl/test/fuzz/blob.o $(FUZZ)/afl/libbootmem.a \
		$(FUZZ)/afl/libfdt.a
	$(say) LD $@
	$(Q)AFL_QUIET=1 afl-clang-fast $(SANITIZE) -fsanitize=fuzzer -o $@ $^

$(HOST)/test/fuzz/%.o: private HOST_CPPFLAGS += -Itest/host/tool -Itest/unit

# A target with a mistake in one file (plants.py), which is in PLANT's directory;
# the rest is as it is. A header's place is that of what includes it.
PLANT_DIR	:= $(FUZZ)/plants/$(PLANT)
PLANT_CODEC	:= $(patsubst paging-%,%,$(PLANT_TARGET))
PLANT_C		:= $(if $(filter %.h,$(PLANT_SOURCE)),lib/mm/paging.c,$\
		   $(PLANT_DIR)/$(PLANT_SOURCE))

fuzz-planted: $(FUZZ)/$(PLANT_TARGET)
	$(Q)clang -I$(PLANT_DIR)/firmware/arch/$(PLANT_CODEC) \
		-Ifirmware/arch/$(PLANT_CODEC) \
		-I$(dir $(PLANT_SOURCE)) $(FUZZ_CC) $(LIBFUZZER) \
		$(WARNINGS) -c $(PLANT_C) -o $(PLANT_DIR)/planted.o
	$(Q)clang $(SANITIZE) -fsanitize=fuzzer -o $(PLANT_DIR)/planted \
		$(PLANT_DIR)/planted.o $(filter-out \
		$(FUZZ)/libfuzzer/codec/%,\
		$(FUZZ_OF_$(PLANT_TARGET))) -lcmocka

# Small trees, which are read fast.
$(FUZZ)/small/%.dtb: test/fuzz/small/%.dts
	$(say) DTC $<
	$(Q)mkdir -p $(@D)
	$(Q)dtc -q -I dts -O dtb -o $@ $<

-include $(wildcard $(FUZZ)/*/*/*/*.d $(FUZZ)/*/*/*/*/*.d $(FUZZ)/*/*/*/*.d) \
	 $(wildcard $(HOST)/test/fuzz/*.d)
