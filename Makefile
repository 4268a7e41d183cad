# SPDX-License-Identifier: BSD-2-Clause
#
# make help says what can be typed. A port adds firmware/arch/<port>/<ARCH>.mk
# and edits nothing here; a machine adds ci/machines/<ARCH>/<name>.mk, a
# scenario dts/<name>.dts, a unit test test/unit/test_<name>.c.
#
# Everything made goes to build/: build/<ARCH>/ for a port, build/host/ for the
# same lib/ with the host's compiler, build/dts/, build/libfdt/. Two files there
# are included below, and so made first: the set-up's stamp, and libfdt's own
# list of its sources.

include ci/machines/default.mk
DEFAULT_ARCH := $(shell sed -n 's/^ARCH ?= //p' ci/machines/default.mk)

.DEFAULT_GOAL := all

# -- Options ----------------------------------------------------------------

# UBSAN=1 builds the image with checks that trap where C's rules are broken.
BUILD	:= build/$(ARCH)$(if $(UBSAN),-ubsan)
HOST	:= build/host
PORTS	:= $(sort $(basename $(notdir $(wildcard firmware/arch/*/*.mk))))
PORT_DIRS := $(sort $(patsubst %/,%,$(dir $(wildcard firmware/arch/*/*.mk))))
PYTHON	:= /usr/bin/python3

# V=1 shows commands instead of what they are for.
V ?= 0
ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-7s %s\n'
endif

# As many jobs as there are CPUs, unless make was told otherwise.
ifeq ($(MAKELEVEL)$(filter -j% --jobs%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc)
endif

PORT_MK := $(wildcard firmware/arch/*/$(ARCH).mk)
ifeq ($(PORT_MK),)
$(error ARCH=$(ARCH) is not a port; there is: $(PORTS))
endif
include $(PORT_MK)
ARCH_DIR := $(patsubst %/,%,$(dir $(PORT_MK)))

# -- Set-up -----------------------------------------------------------------

# What is needed on top of make and git, and of what test/*/*.mk add; ci/setup.sh
# explains the form.
NEEDS := cmd:gcc=gcc header:stdio.h=libc6-dev header:cmocka.h=libcmocka-dev \
	 cmd:ar=binutils cmd:dtc=device-tree-compiler cmd:git=git \
	 cmd:xz=xz-utils cmd:tar=tar cmd:dpkg-source=dpkg-dev \
	 cmd:$(PYTHON)=python3 python:pytest=python3-pytest \
	 python:xdist=python3-pytest-xdist \
	 python:pytest_timeout=python3-pytest-timeout \
	 python:pexpect=python3-pexpect python:libfdt=python3-libfdt

SETUP		:= $(BUILD)/setup.mk
LIBFDT_DIR	?= build/libfdt
LIBFDT_LIST	:= $(LIBFDT_DIR)/Makefile.libfdt

$(SETUP): ci/setup.sh $(PORT_MK) Makefile $(wildcard test/*/*.mk)
	$(Q)ci/setup.sh $(NEEDS) $(ARCH_NEEDS)
	$(Q)mkdir -p $(@D)
	$(Q)touch $@

build/libfdt/Makefile.libfdt: ci/libfdt.sh | $(SETUP)
	$(say) FETCH libfdt
	$(Q)ci/libfdt.sh $(@D)

# Goals that build nothing do without.
ifneq ($(filter-out help help-more list clean,$(or $(MAKECMDGOALS),all)),)
include $(SETUP)
include $(LIBFDT_LIST)
endif

# -- The image --------------------------------------------------------------

all: firmware ## build the image of ARCH

LIB_SRC		:= $(wildcard lib/*/*.c)
FIRMWARE_SRC	:= $(LIB_SRC) $(wildcard firmware/*.c firmware/serial/*.c) \
		   $(wildcard $(ARCH_DIR)/*.c) \
		   $(ARCH_COMMON:%=firmware/arch/common/%)
FIRMWARE_ASM	:= $(wildcard $(ARCH_DIR)/*.S)
FIRMWARE_OBJ	:= $(FIRMWARE_SRC:%.c=$(BUILD)/%.o) \
		   $(FIRMWARE_ASM:%.S=$(BUILD)/%.o) \
		   $(LIBFDT_SRCS:%.c=$(BUILD)/libfdt/%.o)

WARNINGS := -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes
CPPFLAGS := -Ilib/include -I$(ARCH_DIR) -Ifirmware/arch/common -MMD -MP
UBSAN_CFLAGS := $(if $(UBSAN),-fsanitize=undefined \
		-fsanitize-undefined-trap-on-error)
CFLAGS	 := -std=gnu11 -O2 -g -ffreestanding -fPIE -fno-common \
	    -ffunction-sections -fdata-sections -fstack-protector-strong \
	    -mstack-protector-guard=global --specs=picolibc.specs $(ARCH_CFLAGS) $(UBSAN_CFLAGS)
LDFLAGS	 := $(ARCH_LDFLAGS) -pie --no-dynamic-linker -n -z notext -z norelro \
	    --build-id=none --gc-sections --orphan-handling=error \
	    --fatal-warnings --require-defined=_start -u firmware_main \
	    --defsym LOAD_ADDR=$(LOAD_ADDR) --defsym vfprintf=__i_vfprintf

# string.c's loops must not become calls of the functions that they are.
$(BUILD)/firmware/arch/common/string.o: \
	CFLAGS += -fno-tree-loop-distribute-patterns

# settle.c runs when nothing that the compiler may add has anything to stand on.
$(BUILD)/firmware/arch/common/settle.o: \
	CFLAGS += -fno-stack-protector -fno-sanitize=undefined

# libfdt is compiled as it was released: it relies on signed numbers wrapping.
LIBFDT_CFLAGS := -fwrapv -w -I$(LIBFDT_DIR)

# The C library's directory for these flags, as the compiler driver searches it.
library_path = $(firstword $(wildcard $(patsubst -L%,%/libc.a,$(filter -L%,\
	$(shell $(CC) $(ARCH_MULTILIB) --specs=picolibc.specs \
	--picolibc-buildtype=release -nostartfiles -\#\#\# -xc /dev/null 2>&1)))))
LIBGCC	= $(shell $(CC) $(ARCH_MULTILIB) -print-libgcc-file-name)

firmware: $(addprefix $(BUILD)/firmware.,elf bin asm)

# CHECKSUM=no leaves the sum out by which the image knows that it is whole.
$(BUILD)/firmware.elf: $(FIRMWARE_OBJ) linker.ld $(BUILD)/flags ci/image_sum.py
	$(say) LD $@
	$(Q)$(LD) $(LDFLAGS) -T linker.ld -Map $(@:.elf=.map) -o $@.tmp \
		$(FIRMWARE_OBJ) $(library_path) $(LIBGCC)
	$(Q)ci/check_relocs.sh $(READELF) $(RELATIVE_RELOC) $@.tmp
	$(Q)$(if $(filter no,$(CHECKSUM)),:,$(PYTHON) ci/image_sum.py $(READELF) $@.tmp)
	$(Q)mv $@.tmp $@

$(BUILD)/firmware.bin: $(BUILD)/firmware.elf
	$(say) OBJCOPY $@
	$(Q)$(OBJCOPY) -O binary $< $@

$(BUILD)/firmware.asm: $(BUILD)/firmware.elf
	$(say) OBJDUMP $@
	$(Q)$(OBJDUMP) -dS $< > $@

$(BUILD)/%.o: %.c $(BUILD)/flags
	$(say) CC $<
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(WARNINGS) -c $< -o $@

$(BUILD)/%.o: %.S $(BUILD)/flags
	$(say) AS $<
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@

$(BUILD)/libfdt/%.o: $(LIBFDT_DIR)/%.c $(BUILD)/flags
	$(say) CC libfdt/$*.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) $(LIBFDT_CFLAGS) -c $< -o $@

# -- The host ---------------------------------------------------------------

HOST_SRC	:= $(LIB_SRC) $(wildcard test/host/*.c)
HOST_OBJ	:= $(HOST_SRC:%.c=$(HOST)/%.o) \
		   $(LIBFDT_SRCS:%.c=$(HOST)/libfdt/%.o)
HOST_TESTS	:= $(patsubst test/unit/%.c,$(HOST)/%,\
		   $(wildcard test/unit/test_*.c))
PORT_TESTS	:= $(patsubst test/unit/%.c,$(HOST)/%,\
		   $(wildcard test/unit/*/test_*.c))
SANITIZE	:= -fsanitize=address,undefined -fno-sanitize-recover=all
HOST_CFLAGS	:= -std=gnu11 -O1 -g -fno-omit-frame-pointer $(SANITIZE)
HOST_CPPFLAGS	:= $(CPPFLAGS) -Itest/host

host: $(HOST_TESTS) $(PORT_TESTS) codecs #+ build the unit tests, lib/ with the host's compiler

$(HOST)/libbootmem.a: $(HOST_OBJ)
	$(say) AR $@
	$(Q)rm -f $@
	$(Q)ar rcs $@ $^

$(HOST_TESTS) $(PORT_TESTS): $(HOST)/%: $(HOST)/test/unit/%.o $(HOST)/libbootmem.a
	$(say) LD $@
	$(Q)mkdir -p $(@D)
	$(Q)gcc $(SANITIZE) -o $@ $^ -lcmocka

$(HOST)/%.o: %.c $(HOST)/flags
	$(say) HOSTCC $<
	$(Q)mkdir -p $(@D)
	$(Q)gcc $(HOST_CPPFLAGS) $(HOST_CFLAGS) $(WARNINGS) -c $< -o $@

$(HOST)/libfdt/%.o: $(LIBFDT_DIR)/%.c $(HOST)/flags
	$(say) HOSTCC libfdt/$*.c
	$(Q)mkdir -p $(@D)
	$(Q)gcc $(HOST_CPPFLAGS) $(HOST_CFLAGS) $(LIBFDT_CFLAGS) -c $< -o $@

# Tests of a port's own files, test/unit/<port>/, see that port's headers.
$(foreach dir,$(PORT_DIRS),$(eval $(HOST)/test/unit/$(notdir $(dir))/%.o: \
	private HOST_CPPFLAGS := -I$(dir) -Itest/unit $(HOST_CPPFLAGS)))

# The tests of paging once more for each port, with that port's page-table codec
# instead of the default port's; the rest is the library's.
CODEC_TESTS := $(foreach dir,$(PORT_DIRS),$(HOST)/codec/$(notdir $(dir))/test_paging)

$(HOST)/codec/%/test_paging: $(HOST)/codec/%/paging.o \
		$(HOST)/codec/%/test_paging.o $(HOST)/libbootmem.a
	$(say) LD $@
	$(Q)gcc $(SANITIZE) -o $@ $^ -lcmocka

# 1: a port's name.  2: the object.  3: its source.
define compile_codec
$(HOST)/codec/$(1)/$(2).o: $(3) $(HOST)/flags
	$$(say) HOSTCC "$(3) with $(1)"
	$$(Q)mkdir -p $$(@D)
	$$(Q)gcc -Ifirmware/arch/$(1) $$(HOST_CPPFLAGS) $$(HOST_CFLAGS) \
		$$(WARNINGS) -I$$(LIBFDT_DIR) -c $$< -o $$@
endef
$(foreach dir,$(PORT_DIRS),\
	$(eval $(call compile_codec,$(notdir $(dir)),paging,lib/mm/paging.c)) \
	$(eval $(call compile_codec,$(notdir $(dir)),test_paging,\
		test/unit/test_paging.c)))

codecs: $(CODEC_TESTS)

# -- The command ------------------------------------------------------------

# The same lib/ and the host's port again, for speed instead of for finding
# mistakes; and the command as the tests run it, with both.
COMMAND		:= build/command
COMMAND_SRC	:= $(wildcard test/host/tool/*.c)
COMMAND_OBJ	:= $(COMMAND_SRC:%.c=$(COMMAND)/%.o) \
		   $(HOST_SRC:%.c=$(COMMAND)/%.o) \
		   $(LIBFDT_SRCS:%.c=$(COMMAND)/libfdt/%.o)
COMMAND_CHECKED	:= $(COMMAND_SRC:%.c=$(HOST)/%.o) $(HOST)/libbootmem.a
COMMAND_CFLAGS	:= -std=gnu11 -O2 -g

command: $(HOST)/bootmem $(HOST)/bootmem-checked ## build/host/bootmem FILE.dtb

$(HOST)/bootmem: $(COMMAND_OBJ)
	$(say) LD $@
	$(Q)mkdir -p $(@D)
	$(Q)gcc -o $@ $^

$(HOST)/bootmem-checked: $(COMMAND_CHECKED)
	$(say) LD $@
	$(Q)gcc $(SANITIZE) -o $@ $^

$(COMMAND)/%.o: %.c $(HOST)/flags
	$(say) CC $<
	$(Q)mkdir -p $(@D)
	$(Q)gcc $(HOST_CPPFLAGS) $(COMMAND_CFLAGS) $(WARNINGS) -c $< -o $@

$(COMMAND)/libfdt/%.o: $(LIBFDT_DIR)/%.c $(HOST)/flags
	$(say) CC libfdt/$*.c
	$(Q)mkdir -p $(@D)
	$(Q)gcc $(HOST_CPPFLAGS) $(COMMAND_CFLAGS) $(LIBFDT_CFLAGS) -c $< -o $@

# -- Threads ----------------------------------------------------------------

# lib/mm and what it rests on once more, with threads for CPUs and the sanitizer
# that sees races, running the firmware's own stress.
TSAN		:= build/tsan
TSAN_SRC	:= $(wildcard lib/base/*.c lib/mm/*.c test/host/*.c \
		   test/tsan/*.c) firmware/stress.c
TSAN_OBJ	:= $(TSAN_SRC:%.c=$(TSAN)/%.o)
TSAN_CFLAGS	:= -std=gnu11 -O1 -g -fsanitize=thread

tsan: tsan-build #+ the stress with four threads under ThreadSanitizer
	$(Q)TSAN_OPTIONS=halt_on_error=1 setarch -R $(TSAN)/stress 4 1000000

tsan-build: $(TSAN)/stress

$(TSAN)/stress: $(TSAN_OBJ)
	$(say) LD $@
	$(Q)gcc -fsanitize=thread -pthread -o $@ $^

$(TSAN)/%.o: %.c $(HOST)/flags
	$(say) TSANCC $<
	$(Q)mkdir -p $(@D)
	$(Q)gcc $(HOST_CPPFLAGS) $(TSAN_CFLAGS) $(WARNINGS) -c $< -o $@

# -- Both -------------------------------------------------------------------

# Only the device tree's reader, and the tests, may see libfdt.
$(BUILD)/lib/of/%.o: private CPPFLAGS += -I$(LIBFDT_DIR)
$(addsuffix /lib/of/%.o,$(HOST) $(COMMAND)) \
$(addsuffix /test/%.o,$(HOST) $(COMMAND)): private HOST_CPPFLAGS += -I$(LIBFDT_DIR)

# The report's first line names the version and the port.
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || \
	     echo unknown)
report_names = -DBOOTMEM_VERSION='"$(VERSION)"' -DBOOTMEM_ARCH='"$(1)"'
$(BUILD)/lib/mm/show_mem.o: private CPPFLAGS += $(call report_names,$(ARCH))
$(addsuffix /lib/mm/show_mem.o,$(HOST) $(COMMAND) $(TSAN)) \
$(addsuffix /test/host/tool/main.o,$(HOST) $(COMMAND)): \
	private HOST_CPPFLAGS += $(call report_names,host)
$(addsuffix /lib/mm/show_mem.o,$(BUILD) $(HOST) $(COMMAND) $(TSAN)) \
$(addsuffix /test/host/tool/main.o,$(HOST) $(COMMAND)): build/version

# keep: rewrite the target where its text, $(1), isn't what it has.
keep = $(Q)mkdir -p $(@D); printf '%s\n' '$(1)' | cmp -s - $@ || \
	printf '%s\n' '$(1)' > $@
$(BUILD)/flags: FORCE
	$(call keep,$(CC) $(LIBFDT_DIR) $(CPPFLAGS) $(CFLAGS) $(WARNINGS) $(LDFLAGS) $(CHECKSUM))
$(HOST)/flags: FORCE
	$(call keep,$(LIBFDT_DIR) $(HOST_CPPFLAGS) $(HOST_CFLAGS) $(WARNINGS))
build/version: FORCE
	$(call keep,$(VERSION))

# What fixtures share, virt.dtsi, is in dts/<port>/. build/dts/ has them for the
# host and the default port, build/dts/<port>/ for every port; but fixtures that
# say how CPUs' interrupts are wired are for the default port only.
DTS_PORTS := $(filter $(PORTS),$(notdir $(wildcard dts/*)))
DTS_PORTABLE := $(notdir $(basename $(shell grep -L '&clint' dts/*.dts)))
DTBS := $(patsubst dts/%.dts,build/dts/%.dtb,$(wildcard dts/*.dts)) \
	$(patsubst dts/%.dts,build/dts/$(DEFAULT_ARCH)/%.dtb,$(wildcard dts/*.dts)) \
	$(foreach port,$(filter-out $(DEFAULT_ARCH),$(DTS_PORTS)),\
		$(DTS_PORTABLE:%=build/dts/$(port)/%.dtb))

dtbs: $(DTBS) #+ compile dts/*.dts to build/dts/*.dtb

# An included file that was moved is no error; what included it is made again.
%.dtsi: ;

# bad-* are broken on purpose: dtc is told to write them all the same.
# 1: a port.  2: where its fixtures go.
define compile_fixtures
$(2)/bad-%.dtb: dts/bad-%.dts
	$$(say) DTC $$<
	$$(Q)mkdir -p $$(@D)
	$$(Q)dtc -q -f -i dts/$(1) -I dts -O dtb -d $$@.d -o $$@ $$<

$(2)/%.dtb: dts/%.dts
	$$(say) DTC $$<
	$$(Q)mkdir -p $$(@D)
	$$(Q)dtc -i dts/$(1) -I dts -O dtb -d $$@.d -o $$@ $$<
endef
$(eval $(call compile_fixtures,$(DEFAULT_ARCH),build/dts))
$(foreach port,$(DTS_PORTS),\
	$(eval $(call compile_fixtures,$(port),build/dts/$(port))))

# -- What a directory of tests builds by itself -------------------------------

# Each says what it adds to the targets; what 'make test' needs of it goes to
# TEST_NEEDS, what 'make nightly' runs to NIGHTLY_NEEDS.
include $(sort $(wildcard test/*/*.mk))

# -- Running ----------------------------------------------------------------

# Only what was said is passed on; ci/machines/ has the rest.
qemu_option = $(if $($(1)),--$(2) '$($(1))')
MACHINE_MK := ci/machines/$(ARCH)/$(MACHINE).mk
DTB	?= $(shell sed -n 's/^DTB = //p' $(MACHINE_MK) 2>/dev/null)
RUN_DTB	:= $(patsubst dts/%.dts,build/dts/$(ARCH)/%.dtb,$(DTB))
RUN	= $(PYTHON) ci/qemu.py --arch $(ARCH) --machine $(MACHINE) \
	  --build $(BUILD) \
	  $(call qemu_option,KERNEL,kernel) $(call qemu_option,MEM,mem) \
	  $(call qemu_option,NODES,nodes) \
	  $(call qemu_option,SMP,smp) $(call qemu_option,RUN_DTB,dtb) \
	  $(call qemu_option,APPEND,append) $(call qemu_option,QEMU,qemu) \
	  $(call qemu_option,TIMEOUT,timeout) $(if $(ICOUNT),--icount)

run: firmware $(filter build/dts/%,$(RUN_DTB)) ## boot it in QEMU; status 0 = pass
	$(Q)$(RUN)

debug: firmware $(filter build/dts/%,$(RUN_DTB)) ## boot it, stopped, for gdb
	@echo "gdb-multiarch $(BUILD)/firmware.elf -ex 'target remote :1234'"
	$(Q)$(RUN) --gdb

compare-linux: firmware dtbs #+ lay the report beside Linux's lines (network)
	$(Q)ci/linux.sh $(ARCH) build/linux
	$(Q)$(PYTHON) ci/compare_linux.py --arch $(ARCH) \
		--kernel $(BUILD)/firmware.elf --linux build/linux/Image

# -- Checking ---------------------------------------------------------------

# Boots are tried on every port, or on the one that was asked for.
TEST_PORTS := $(if $(findstring command,$(origin ARCH)),$(ARCH),$(PORTS))
TESTS := ARCH="$(TEST_PORTS)" $(PYTHON) test/run.py

ports: $(PORTS:%=port-%)
port-%:
	$(Q)$(MAKE) --no-print-directory ARCH=$* firmware

test: style host command tsan-build dtbs ports $(TEST_NEEDS) ## all; ends with 'N passed, N failed'
	$(Q)$(TESTS)

check: style host command tsan-build dtbs ## style, include directions, host tests
	$(Q)$(TESTS) --host

boot-check: dtbs ports $(TEST_NEEDS) ## boots of every port, asserted on their logs
	$(Q)$(TESTS) --boot

# What a directory's .mk adds to NIGHTLY_NEEDS, one after the other.
nightly: ## what takes too long for every change
	$(Q)for target in $(NIGHTLY_NEEDS); do \
		echo "nightly: $$target"; \
		$(MAKE) --no-print-directory $$target || exit; \
	done

style: #+ rules on text and on who includes whom
	$(say) CHECK style
	$(Q)$(PYTHON) ci/check_style.py
	$(Q)$(PYTHON) ci/hook_lines.py --check
	$(say) CHECK includes
	$(Q)$(PYTHON) ci/check_includes.py $(LIBFDT_DIR) \
		$(PORT_DIRS)

list: ## ports, their machines, scenarios (dts files)
	@for port in $(PORTS); do \
		echo "ARCH=$$port  MACHINE=" $$(ls ci/machines/$$port | sed 's/\.mk$$//'); \
	done
	@ls dts/*.dts | sed 's/^/DTB=/'

clean: ## remove what was built, libfdt and the set-up's stamps too
	$(Q)rm -rf build

# targets: every target of the files $(2) whose line has the mark $(1), and what
# stands behind that: ## in here is for everybody.
HASH := \#
targets = @sed -n 's/^\([a-z-]*\):.*$(1) \(.*\)/\1\t\2/p' $(2) | \
	awk -F'\t' '{ printf "  %-14s %s\n", $$1, $$2 }'

help: ## this
	@echo "make TARGET [OPTION=value ...]"
	@echo
	$(call targets,$(HASH)$(HASH),Makefile)
	@echo
	@echo "Options of run and debug (defaults: ci/machines/$(ARCH)/$(MACHINE).mk)"
	@echo "  ARCH=$(ARCH) MACHINE=$(MACHINE) V=1    see make list"
	@echo "  MEM=2G NODES=2 SMP=4       RAM (K M G T), NUMA nodes, CPUs"
	@echo "  DTB=x.dtb or dts/x.dts     the device tree instead of QEMU's"
	@echo "  APPEND='selftest'          bootargs"
	@echo "  ICOUNT=1                   count instructions exactly"
	@echo "  UBSAN=1                    the image with checks that trap, build/$(ARCH)-ubsan"
	@echo "  KERNEL=$(BUILD)/firmware.elf  that file, not the machine's usual one"
	@echo "  QEMU=... TIMEOUT=60        another emulator; seconds until it is killed"

help-more: ## the targets that are for a purpose of their own
	$(call targets,$(HASH)+,Makefile)
	$(call targets,$(HASH)$(HASH),$(sort $(wildcard test/*/*.mk)))

FORCE:
.PHONY: all firmware host codecs tsan tsan-build command dtbs run debug ports \
	test check boot-check nightly style list \
	compare-linux clean help help-more FORCE
.DELETE_ON_ERROR:
.SECONDARY:

-include $(wildcard $(FIRMWARE_OBJ:.o=.d) $(HOST_OBJ:.o=.d) \
	 $(HOST)/test/unit/*.d $(HOST)/test/unit/*/*.d $(HOST)/codec/*/*.d \
	 build/dts/*.d build/dts/*/*.d \
	 $(TSAN_OBJ:.o=.d) \
	 $(COMMAND_OBJ:.o=.d) $(COMMAND_SRC:%.c=$(HOST)/%.d))
