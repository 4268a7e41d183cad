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

.DEFAULT_GOAL := all

# -- Options ----------------------------------------------------------------

BUILD	:= build/$(ARCH)
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

# What is needed on top of make and git; ci/setup.sh explains the form.
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

$(SETUP): ci/setup.sh $(PORT_MK) Makefile
	$(Q)ci/setup.sh $(NEEDS) $(ARCH_NEEDS)
	$(Q)mkdir -p $(@D)
	$(Q)touch $@

build/libfdt/Makefile.libfdt: ci/libfdt.sh | $(SETUP)
	$(say) FETCH libfdt
	$(Q)ci/libfdt.sh $(@D)

# Goals that build nothing do without.
ifneq ($(filter-out help list clean,$(or $(MAKECMDGOALS),all)),)
include $(SETUP)
include $(LIBFDT_LIST)
endif

# -- The image --------------------------------------------------------------

all: firmware ## build the image of ARCH

LIB_SRC		:= $(wildcard lib/*/*.c)
FIRMWARE_SRC	:= $(LIB_SRC) $(wildcard firmware/*.c firmware/serial/*.c) \
		   $(wildcard $(ARCH_DIR)/*.c)
FIRMWARE_ASM	:= $(wildcard $(ARCH_DIR)/*.S)
FIRMWARE_OBJ	:= $(FIRMWARE_SRC:%.c=$(BUILD)/%.o) \
		   $(FIRMWARE_ASM:%.S=$(BUILD)/%.o) \
		   $(LIBFDT_SRCS:%.c=$(BUILD)/libfdt/%.o)

WARNINGS := -Wall -Wextra -Werror -Wstrict-prototypes -Wmissing-prototypes
CPPFLAGS := -Ilib/include -I$(ARCH_DIR) -MMD -MP
CFLAGS	 := -std=gnu11 -O2 -g -ffreestanding -fPIE -fno-common \
	    -ffunction-sections -fdata-sections -fno-stack-protector \
	    --specs=picolibc.specs $(ARCH_CFLAGS)
LDFLAGS	 := $(ARCH_LDFLAGS) -pie --no-dynamic-linker -n -z text -z norelro \
	    --build-id=none --gc-sections --orphan-handling=error \
	    --fatal-warnings --defsym LOAD_ADDR=$(LOAD_ADDR)

# libfdt is compiled as it was released: it relies on signed numbers wrapping.
LIBFDT_CFLAGS := -fwrapv -w -I$(LIBFDT_DIR)

# The C library's directory for these flags, as the compiler driver searches it.
library_path = $(firstword $(wildcard $(patsubst -L%,%/libc.a,$(filter -L%,\
	$(shell $(CC) $(ARCH_MULTILIB) --specs=picolibc.specs \
	--picolibc-buildtype=release -nostartfiles -\#\#\# -xc /dev/null 2>&1)))))
LIBGCC	= $(shell $(CC) $(ARCH_MULTILIB) -print-libgcc-file-name)

firmware: $(addprefix $(BUILD)/firmware.,elf bin asm)

$(BUILD)/firmware.elf: $(FIRMWARE_OBJ) linker.ld $(BUILD)/flags
	$(say) LD $@
	$(Q)$(LD) $(LDFLAGS) -T linker.ld -Map $(@:.elf=.map) -o $@.tmp \
		$(FIRMWARE_OBJ) $(library_path) $(LIBGCC)
	$(Q)ci/check_relocs.sh $(READELF) $(RELATIVE_RELOC) $@.tmp
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
SANITIZE	:= -fsanitize=address,undefined -fno-sanitize-recover=all
HOST_CFLAGS	:= -std=gnu11 -O1 -g -fno-omit-frame-pointer $(SANITIZE)
HOST_CPPFLAGS	:= $(CPPFLAGS) -Itest/host

host: $(HOST_TESTS) ## build the unit tests, lib/ with the host's compiler

$(HOST)/libbootmem.a: $(HOST_OBJ)
	$(say) AR $@
	$(Q)rm -f $@
	$(Q)ar rcs $@ $^

$(HOST_TESTS): $(HOST)/%: $(HOST)/test/unit/%.o $(HOST)/libbootmem.a
	$(say) LD $@
	$(Q)gcc $(SANITIZE) -o $@ $^ -lcmocka

$(HOST)/%.o: %.c $(HOST)/flags
	$(say) HOSTCC $<
	$(Q)mkdir -p $(@D)
	$(Q)gcc $(HOST_CPPFLAGS) $(HOST_CFLAGS) $(WARNINGS) -c $< -o $@

$(HOST)/libfdt/%.o: $(LIBFDT_DIR)/%.c $(HOST)/flags
	$(say) HOSTCC libfdt/$*.c
	$(Q)mkdir -p $(@D)
	$(Q)gcc $(HOST_CPPFLAGS) $(HOST_CFLAGS) $(LIBFDT_CFLAGS) -c $< -o $@

# -- Both -------------------------------------------------------------------

# Only the device tree's reader, and the tests, may see libfdt.
$(BUILD)/lib/of/%.o $(HOST)/lib/of/%.o $(HOST)/test/%.o: \
	CPPFLAGS += -I$(LIBFDT_DIR)
$(HOST)/lib/of/%.o $(HOST)/test/%.o: HOST_CPPFLAGS += -I$(LIBFDT_DIR)

# The report's first line names the version and the port.
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || \
	     echo unknown)
report_names = -DBOOTMEM_VERSION='"$(VERSION)"' -DBOOTMEM_ARCH='"$(1)"'
$(BUILD)/lib/mm/show_mem.o: CPPFLAGS += $(call report_names,$(ARCH))
$(HOST)/lib/mm/show_mem.o: HOST_CPPFLAGS += $(call report_names,host)
$(BUILD)/lib/mm/show_mem.o $(HOST)/lib/mm/show_mem.o: build/version

# keep: rewrite the target where its text, $(1), isn't what it has.
keep = $(Q)mkdir -p $(@D); printf '%s\n' '$(1)' | cmp -s - $@ || \
	printf '%s\n' '$(1)' > $@
$(BUILD)/flags: FORCE
	$(call keep,$(CC) $(LIBFDT_DIR) $(CPPFLAGS) $(CFLAGS) $(WARNINGS) $(LDFLAGS))
$(HOST)/flags: FORCE
	$(call keep,$(LIBFDT_DIR) $(HOST_CPPFLAGS) $(HOST_CFLAGS) $(WARNINGS))
build/version: FORCE
	$(call keep,$(VERSION))

DTBS := $(patsubst dts/%.dts,build/dts/%.dtb,$(wildcard dts/*.dts))

dtbs: $(DTBS) ## compile dts/*.dts to build/dts/*.dtb

# bad-* are broken on purpose: dtc is told to write them all the same.
build/dts/bad-%.dtb: dts/bad-%.dts
	$(say) DTC $<
	$(Q)mkdir -p $(@D)
	$(Q)dtc -q -f -I dts -O dtb -d $@.d -o $@ $<

build/dts/%.dtb: dts/%.dts
	$(say) DTC $<
	$(Q)mkdir -p $(@D)
	$(Q)dtc -I dts -O dtb -d $@.d -o $@ $<

# -- Running ----------------------------------------------------------------

# Only what was said is passed on; ci/machines/ has the rest.
qemu_option = $(if $($(1)),--$(2) '$($(1))')
RUN_DTB	:= $(patsubst dts/%.dts,build/dts/%.dtb,$(DTB))
RUN	= $(PYTHON) ci/qemu.py --arch $(ARCH) --machine $(MACHINE) \
	  --kernel $(or $(KERNEL),$(BUILD)/firmware.elf) \
	  $(call qemu_option,MEM,mem) $(call qemu_option,NODES,nodes) \
	  $(call qemu_option,SMP,smp) $(call qemu_option,RUN_DTB,dtb) \
	  $(call qemu_option,APPEND,append) $(call qemu_option,QEMU,qemu) \
	  $(call qemu_option,TIMEOUT,timeout) $(if $(ICOUNT),--icount)

run: firmware $(filter build/dts/%,$(RUN_DTB)) ## boot it in QEMU; status 0 = pass
	$(Q)$(RUN)

debug: firmware $(filter build/dts/%,$(RUN_DTB)) ## boot it, stopped, for gdb
	@echo "gdb-multiarch $(BUILD)/firmware.elf -ex 'target remote :1234'"
	$(Q)$(RUN) --gdb

# -- Checking ---------------------------------------------------------------

TESTS := ARCH=$(ARCH) $(PYTHON) test/run.py

ports: $(PORTS:%=port-%)
port-%:
	$(Q)$(MAKE) --no-print-directory ARCH=$* firmware

test: style host dtbs ports ## everything; ends with 'N passed, N failed'
	$(Q)$(TESTS)

check: style host dtbs ## style, include directions, host tests
	$(Q)$(TESTS) --host

boot-check: dtbs ports ## boots of every port, asserted on their logs
	$(Q)$(TESTS) --boot

style: ## rules on text and on who includes whom
	$(say) CHECK style
	$(Q)$(PYTHON) ci/check_style.py
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

help: ## this
	@echo "make TARGET [OPTION=value ...]"
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1: \2/p' Makefile | \
		awk -F': ' '{ printf "  %-12s %s\n", $$1, $$2 }'
	@echo
	@echo "Options of run and debug (defaults: ci/machines/$(ARCH)/$(MACHINE).mk)"
	@echo "  ARCH=$(ARCH) MACHINE=$(MACHINE) V=1    see make list"
	@echo "  MEM=2G NODES=2 SMP=4       RAM (K M G T), NUMA nodes, CPUs"
	@echo "  DTB=x.dtb or dts/x.dts     the device tree instead of QEMU's"
	@echo "  APPEND='selftest'          bootargs"
	@echo "  ICOUNT=1                   count instructions exactly"
	@echo "  KERNEL=$(BUILD)/firmware.bin  the raw image instead of the ELF file"
	@echo "  QEMU=... TIMEOUT=60        another emulator; seconds until it is killed"

FORCE:
.PHONY: all firmware host dtbs run debug ports test check boot-check style list \
	clean help FORCE
.DELETE_ON_ERROR:
.SECONDARY:

-include $(wildcard $(FIRMWARE_OBJ:.o=.d) $(HOST_OBJ:.o=.d) \
	 $(HOST_TESTS:$(HOST)/%=$(HOST)/test/unit/%.d) build/dts/*.d)
