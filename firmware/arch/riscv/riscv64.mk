# SPDX-License-Identifier: BSD-2-Clause
#
# The riscv64 port: RV64IMAC in S-mode under an SBI.
#
# Debian's bare-metal linker can't make position-independent executables, its
# Linux one can, and both know the same objects.

CROSS_COMPILE	?= riscv64-unknown-elf-
CC		:= $(CROSS_COMPILE)gcc
OBJCOPY		:= $(CROSS_COMPILE)objcopy
OBJDUMP		:= $(CROSS_COMPILE)objdump
READELF		:= $(CROSS_COMPILE)readelf
LD		:= riscv64-linux-gnu-ld

# What else the CPU has: make EXTENSIONS=_zbb BUILD=build/riscv64-zbb, which is how
# make bench builds the variant that it also measures.
EXTENSIONS	?=
BENCH_VARIANTS	:= zbb
BENCH_FLAGS_zbb	:= EXTENSIONS=_zbb
BENCH_CPU_zbb	:= rv64,zbb=true

# The C library is built per multilib, which the compiler picks by the ISA
# without the extensions that only assembly needs.
ARCH_MULTILIB	:= -march=rv64imac -mabi=lp64
ARCH_CFLAGS	:= -march=rv64imac_zicsr_zifencei$(EXTENSIONS) -mabi=lp64 \
		   -mcmodel=medany -ftls-model=local-exec \
		   $(if $(filter _zbb,$(EXTENSIONS)),,-DCTZ_BY_TABLE)
ARCH_LDFLAGS	:= -m elf64lriscv

# What it shares with other ports, of firmware/arch/common/.
ARCH_COMMON	:= identity.c sbi.c settle.c sort.c string.c trap.c try.c

# The only relocation that settle.c applies.
RELATIVE_RELOC	:= R_RISCV_RELATIVE

# Where ELF loaders put the image: behind the SBI's first 2 MiB of QEMU's RAM.
LOAD_ADDR	:= 0x80200000

# What the port needs: see ci/setup.sh for the form.
ARCH_NEEDS	:= cmd:$(CC)=gcc-riscv64-unknown-elf \
		   libc:$(CC)=picolibc-riscv64-unknown-elf \
		   cmd:$(LD)=binutils-riscv64-linux-gnu \
		   cmd:qemu-system-riscv64=qemu-system-misc \
		   share:qemu/opensbi-riscv64-generic-fw_dynamic.bin=opensbi \
		   lib:u-boot/qemu-riscv64_smode/u-boot.bin=u-boot-qemu
