#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# check_relocs.sh READELF TYPE FILE: every dynamic relocation of FILE must be of
# TYPE, the only one that the port's start code applies.
set -eu

others=$("$1" -rW "$3" | awk -v type="$2" '$3 ~ /^R_/ && $3 != type')
if [ -n "$others" ]; then
	printf '%s\n' "$others" >&2
	echo "$3: relocations other than $2, which start.S doesn't apply." >&2
	echo "Look for symbols that nothing defines, and for la instead of lla." >&2
	exit 1
fi
