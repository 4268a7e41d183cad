# SPDX-License-Identifier: BSD-2-Clause
#
# The simulation of machines past this one: lib/ compiled so that its basic blocks
# are counted, which is the same on every machine, and the firmware's bench.

SIMULATE	:= build/simulate
TEST_NEEDS	+= $(SIMULATE)/simulate
NIGHTLY_NEEDS	+= simulate

SIMULATE_COUNTED := $(wildcard lib/base/*.c lib/mm/*.c)
SIMULATE_SRC	:= $(wildcard test/host/*.c test/simulate/*.c) \
		   firmware/bench.c firmware/bench_smp.c
SIMULATE_OBJ	:= $(SIMULATE_COUNTED:%.c=$(SIMULATE)/%.o) \
		   $(SIMULATE_SRC:%.c=$(SIMULATE)/%.o)
SIMULATE_CFLAGS	:= -std=gnu11 -O2 -g

simulate: $(SIMULATE)/simulate ## the bench on up to 1,024 nodes of 1 TiB, in basic blocks
	$(Q)$(PYTHON) ci/simulate.py $<

$(SIMULATE)/simulate: $(SIMULATE_OBJ)
	$(say) LD $@
	$(Q)gcc -o $@ $^

$(SIMULATE)/lib/%.o: SIMULATE_CFLAGS += -fsanitize-coverage=trace-pc
$(SIMULATE)/%.o: %.c $(HOST)/flags
	$(say) HOSTCC $<
	$(Q)mkdir -p $(@D)
	$(Q)gcc $(HOST_CPPFLAGS) $(SIMULATE_CFLAGS) $(WARNINGS) -c $< -o $@

$(SIMULATE)/lib/mm/show_mem.o: private HOST_CPPFLAGS += $(call report_names,host)

-include $(wildcard $(SIMULATE_OBJ:.o=.d))

.PHONY: simulate
