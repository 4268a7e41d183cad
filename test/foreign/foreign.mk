# SPDX-License-Identifier: BSD-2-Clause
#
# The foreign kernel: how somebody builds lib/ who has a build of their own. Only
# the compiler's name and its flags are taken from a port's .mk, which is where
# this kernel's own ISA is: riscv64.

FOREIGN		:= build/foreign
TEST_NEEDS	+= foreign

foreign: $(FOREIGN)/kernel.elf ## test/foreign/, a small kernel that has taken lib/ in

.PHONY: foreign

FOREIGN_CC	:= riscv64-unknown-elf-gcc
FOREIGN_CFLAGS	:= -march=rv64imac_zicsr -mabi=lp64 -mcmodel=medany -std=gnu11 \
		   -O2 -g -ffreestanding -fno-pie -ffunction-sections \
		   -fdata-sections -ftls-model=local-exec \
		   --specs=picolibc.specs
FOREIGN_LDFLAGS	:= -march=rv64imac -mabi=lp64 --specs=picolibc.specs \
		   -nostartfiles -static \
		   -Wl,--gc-sections,-n,--no-warn-rwx-segments
FOREIGN_CPPFLAGS := -Ilib/include -I$(LIBFDT_DIR) -MMD -MP \
		   -DBOOTMEM_VERSION='"foreign"' -DBOOTMEM_ARCH='"foreign"'

# All of lib/ but what would need the port's page-table codec.
FOREIGN_SRC	:= $(filter-out lib/mm/paging.c,$(LIB_SRC)) \
		   test/foreign/kernel.c
FOREIGN_OBJ	:= $(FOREIGN_SRC:%.c=$(FOREIGN)/%.o) \
		   $(FOREIGN)/test/foreign/start.o \
		   $(LIBFDT_SRCS:%.c=$(FOREIGN)/libfdt/%.o)

$(FOREIGN)/kernel.elf: $(FOREIGN_OBJ) test/foreign/kernel.ld
	$(say) LD $@
	$(Q)$(FOREIGN_CC) $(FOREIGN_LDFLAGS) -Wl,--defsym,LOAD_ADDR=0x80200000 \
		-T test/foreign/kernel.ld -o $@ $(FOREIGN_OBJ)

$(FOREIGN)/%.o: %.c test/foreign/foreign.mk
	$(say) CC $<
	$(Q)mkdir -p $(@D)
	$(Q)$(FOREIGN_CC) $(FOREIGN_CPPFLAGS) $(FOREIGN_CFLAGS) $(WARNINGS) \
		-c $< -o $@

$(FOREIGN)/%.o: %.S test/foreign/foreign.mk
	$(say) AS $<
	$(Q)mkdir -p $(@D)
	$(Q)$(FOREIGN_CC) $(FOREIGN_CFLAGS) -c $< -o $@

$(FOREIGN)/libfdt/%.o: $(LIBFDT_DIR)/%.c test/foreign/foreign.mk
	$(say) CC libfdt/$*.c
	$(Q)mkdir -p $(@D)
	$(Q)$(FOREIGN_CC) $(FOREIGN_CPPFLAGS) $(FOREIGN_CFLAGS) \
		$(LIBFDT_CFLAGS) -c $< -o $@

-include $(wildcard $(FOREIGN_OBJ:.o=.d))
