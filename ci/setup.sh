#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
#
# setup.sh NEED...: see to it that what the build and the tests need is there.
#
# A NEED is <kind>:<thing>=<Debian package that has it>, where kind says how to
# look for the thing, on any distribution:
#
#	cmd	a command
#	header	a C header of the host's compiler
#	python	a module of /usr/bin/python3
#	libc	picolibc for the compiler <thing>
#	share	a file below /usr/share or /usr/local/share
#	lib	a file below /usr/lib or /usr/local/lib
#
# Where apt-get is, and root or sudo, the packages of missing things are named
# and installed; elsewhere they are named, and the status is 1.
set -u

python=/usr/bin/python3

# present KIND THING: whether THING is there.
present()
{
	case $1 in
	cmd)	command -v "$2" > /dev/null ;;
	header)	echo "#include <$2>" |
		gcc -include stdarg.h -include stddef.h -include stdint.h \
			-include setjmp.h -E -o /dev/null - 2> /dev/null ;;
	python)	"$python" -c "import importlib.util as util, sys
sys.exit(util.find_spec('$2') is None)" 2> /dev/null ;;
	libc)	[ -f "$("$2" -print-file-name=picolibc.specs 2> /dev/null)" ] ;;
	share)	[ -f "/usr/share/$2" ] || [ -f "/usr/local/share/$2" ] ;;
	lib)	[ -f "/usr/lib/$2" ] || [ -f "/usr/local/lib/$2" ] ;;
	*)	echo "setup.sh: $1: no such kind" >&2
		exit 2 ;;
	esac
}

# look NEED...: set `missing` to those that aren't there, `packages` to theirs.
look()
{
	missing=()
	packages=()
	for need; do
		local what=${need%=*}

		present "${what%%:*}" "${what#*:}" && continue
		missing+=("$need")
		packages+=("${need##*=}")
	done
}

# as_root COMMAND...: run it as root.
as_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

# install: install `packages`; the lists are fetched only where apt knows them
# not, or no longer where they are.
install()
{
	local get=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y
		   --no-install-recommends install)

	as_root "${get[@]}" "${packages[@]}" && return
	echo "setup: fetching apt's package lists"
	as_root apt-get -q update &&
	as_root "${get[@]}" "${packages[@]}"
}

# can_install: whether there is apt-get, and a way to be root.
can_install()
{
	command -v apt-get > /dev/null &&
	{ [ "$(id -u)" -eq 0 ] || command -v sudo > /dev/null; }
}

# explain: print what is missing, and where it usually comes from.
explain()
{
	echo "setup: missing on this machine:"
	for need in "${missing[@]}"; do
		printf '  %-7s %-55s Debian: %s\n' "${need%%:*}" \
			"$(what=${need#*:}; echo "${what%=*}")" "${need##*=}"
	done
}

look "$@"
[ ${#missing[@]} -eq 0 ] && exit 0
if ! can_install; then
	explain >&2
	echo "Install these (on Debian: apt-get install), then run make again." >&2
	exit 1
fi
echo "setup: installing ${packages[*]}"
install || echo "setup: apt-get failed" >&2
look "$@"
[ ${#missing[@]} -eq 0 ] && exit 0
explain >&2
echo "apt-get could not install these; see its messages above." >&2
exit 1
