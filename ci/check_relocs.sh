#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# check_relocs.sh READELF TYPE FILE: every dynamic relocation of FILE must be of
# TYPE, the only one that settle.c applies, and none may lie in the
# text. Empty ones of a type ..._NONE are fine: RISC-V's linker makes room for
# one wherever it meets thread-local data, and then needs none.
set -eu

others=$("$1" -rW "$3" |
	awk -v type="$2" '$3 ~ /^R_/ && $3 != type && $3 !~ /_NONE$/')
if [ -n "$others" ]; then
	printf '%s\n' "$others" >&2
	echo "$3: relocations other than $2, which settle.c doesn't apply." >&2
	echo "Look for symbols that nothing defines, and for la instead of lla." >&2
	exit 1
fi

# Addresses are as many digits on both sides, so they compare as text.
border=$("$1" -sW "$3" | awk '$8 == "image_rodata" { print $2; exit }')
text=$("$1" -rW "$3" | awk -v type="$2" -v border="$border" \
	'$3 == type && substr("0000000000000000" $1, length($1) + 17 - length(border)) "" < border ""')
if [ -n "$text" ]; then
	printf '%s\n' "$text" >&2
	echo "$3: relocations in the text, which is to stay as it was built." >&2
	exit 1
fi
