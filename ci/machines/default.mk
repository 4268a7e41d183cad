# SPDX-License-Identifier: BSD-2-Clause
# What is built and run where nothing is said: a port, and one of its machines.
ARCH ?= riscv64
MACHINE ?= virt
