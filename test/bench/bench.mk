# SPDX-License-Identifier: BSD-2-Clause
#
# The bench: what is built for it, and who runs it. What is measured, and how:
# docs/how-fast.md.

NIGHTLY_NEEDS	+= bench-check

BENCH		:= build/bench
INSNS_PLUGIN	:= $(BENCH)/insns_plugin.so
TEST_NEEDS	+= $(INSNS_PLUGIN)

# A port's .mk names variants of its image, which CPUs with more instructions run:
# how they are built, and on which CPU of the emulator's.
BENCH_ELF	= build/$(ARCH)-$(1)/firmware.elf
BENCH_BUILDS	= --build $(ARCH)=$(BUILD)/firmware.elf \
		  $(foreach v,$(BENCH_VARIANTS),--build \
		  $(ARCH)-$(v)=$(call BENCH_ELF,$(v)),$(BENCH_CPU_$(v)))
BENCH_PY	= $(PYTHON) ci/bench.py --arch $(ARCH) $(BENCH_BUILDS) \
		  --plugin $(INSNS_PLUGIN)

bench: bench-builds ## what booting and allocating costs, in instructions; build/bench/
	$(Q)$(BENCH_PY) --svg $(BENCH)/boot-cost-$(ARCH).svg

bench-check: bench-builds ## the same, against the figures kept in ci/bench/
	$(Q)$(BENCH_PY) --check

# What the integrator types: all ports' baselines, the README's table, the picture.
bench-update: ## measure all ports, keep the figures in ci/bench/, README and docs
	$(Q)for port in $(PORTS); do \
		$(MAKE) --no-print-directory ARCH=$$port bench-write || exit; \
	done
	$(Q)$(PYTHON) ci/bench.py --readme README.md --svg docs/boot-cost.svg

bench-write: bench-builds
	$(Q)$(BENCH_PY) --write

bench-builds: firmware $(BENCH_VARIANTS:%=bench-build-%) $(INSNS_PLUGIN)
bench-build-%:
	$(Q)$(MAKE) --no-print-directory BUILD=build/$(ARCH)-$* $(BENCH_FLAGS_$*) \
		BENCH_VARIANTS= firmware

$(INSNS_PLUGIN): test/bench/insns_plugin.c
	$(say) HOSTCC $<
	$(Q)mkdir -p $(@D)
	$(Q)gcc -std=gnu11 -O2 $(WARNINGS) -shared -fPIC -fvisibility=hidden -o $@ $<

.PHONY: bench bench-check bench-update bench-write bench-builds bench-host

# lib/ alone, without sanitizers, for callgrind to count.
BENCH_HOST	:= memblock_regions page_blocks
BENCH_HOST_OBJ	= $(filter-out $(COMMAND)/test/host/tool/%,$(COMMAND_OBJ))

$(BENCH_HOST:%=$(BENCH)/%): $(BENCH)/%: test/bench/%.c $(BENCH_HOST_OBJ)
	$(say) HOSTCC $<
	$(Q)mkdir -p $(@D)
	$(Q)gcc $(HOST_CPPFLAGS) $(COMMAND_CFLAGS) $(WARNINGS) -o $@ $^

bench-host: $(BENCH_HOST:%=$(BENCH)/%) ## the same on this machine, by callgrind
	$(Q)ci/setup.sh cmd:valgrind=valgrind
	$(Q)ci/bench_host.py $(BENCH)
