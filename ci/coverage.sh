#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# How much of lib/mm and lib/base the unit tests reach, by line and branch.
#
#	ci/coverage.sh [LIBFDT_DIR]
#
# Everything is compiled again, without optimisation, into build/cov; the last
# lines are gcovr's table. BUG_ON() and panic() count like any other branch.
# Needs gcc, libcmocka-dev and gcovr, the blobs that 'make dtbs' makes, and
# libfdt's sources, which 'make host' fetches.
set -eu

libfdt=${1:-build/libfdt}
out=build/cov
flags="-std=gnu11 -O0 -g --coverage -Ilib/include -Itest/host -I$libfdt
       -DBOOTMEM_VERSION=\"coverage\" -DBOOTMEM_ARCH=\"host\""

for tool in gcc gcovr; do
	if ! command -v "$tool" >/dev/null; then
		echo "$tool is missing: install the package '$tool'" >&2
		exit 1
	fi
done
if ! [ -e "$libfdt/libfdt.h" ]; then
	echo "no libfdt in $libfdt: run 'make host' first" >&2
	exit 1
fi

# The first port's page-table codec, as in the Makefile's host build.
set -- firmware/arch/*/asm/pgtable.h
flags="$flags -I${1%/asm/pgtable.h}"

rm -rf "$out"
mkdir -p "$out/libfdt"
for source in "$libfdt"/fdt*.c; do
	gcc -fwrapv -w -I"$libfdt" -c "$source" \
		-o "$out/libfdt/$(basename "$source" .c).o"
done
for source in lib/*/*.c test/host/*.c; do
	object=$out/${source%.c}.o
	mkdir -p "$(dirname "$object")"
	# shellcheck disable=SC2086
	gcc $flags -c "$source" -o "$object"
done
for source in test/unit/test_*.c; do
	program=$out/$(basename "$source" .c)
	# shellcheck disable=SC2086
	gcc $flags -o "$program" "$source" "$out"/lib/*/*.o \
		"$out"/test/host/*.o "$out"/libfdt/*.o -lcmocka -pthread
	"$program" >"$program.log" 2>&1 || echo "$program failed" >&2
done

gcovr --root . --object-directory "$out" --filter lib/mm/ --filter lib/base/ \
	--exclude-unreachable-branches
gcovr --root . --object-directory "$out" --filter lib/mm/ --filter lib/base/ \
	--exclude-unreachable-branches --branches | tail -n +6
