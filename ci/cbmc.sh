#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# cbmc.sh DIR: put the model checker CBMC into DIR, as the command DIR/run.
#
# Debian 12 has no package of it. It comes from the first suite below that does,
# with the libraries it is linked with, from the mirror that this system's apt is
# configured for; apt checks the archive's signature and the packages' checksums.
# Nothing is installed: the packages are unpacked, and the command is run by the
# dynamic linker among them. Exit status 3: it can't be had here.
set -eu

. "$(dirname "$0")/private_apt.sh"

suites='trixie bullseye'

# CBMC and what it is linked with; the compiler it calls is this system's.
packages='cbmc libc6 libgcc-s1 libstdc++6 minisat zlib1g'

mkdir -p "$1"
dir=$(cd "$1" && pwd)

# give_up MESSAGE: say why there is no CBMC, and the way round it.
give_up()
{
	echo "cbmc.sh: $1" >&2
	echo "Put a script $dir/run there that runs CBMC 6 with its arguments." >&2
	exit 3
}

# fetch: download the packages into apt_dir, from the first of the suites and
# mirrors that has them.
fetch()
{
	for suite in $suites; do
		for mirror in $(mirrors); do
			rm -f "$apt_dir"/*.deb
			private_apt_source deb "$port" "$mirror" "$suite" &&
			(cd "$apt_dir" && private_apt apt-get "$port" \
				download $packages) && return
		done
	done
	give_up "none of apt's mirrors has CBMC."
}

# unpack: the packages, and the command. Where a suite has its libraries, and its
# dynamic linker, is looked up among them.
unpack()
{
	for package in "$apt_dir"/*.deb; do
		dpkg-deb -x "$package" "$dir/root"
	done
	linker=$(find "$dir/root" -name 'ld-linux*.so.*' | head -n 1)
	libraries=$(find "$dir/root" -name 'lib*.so.*' ! -path '*/share/*' \
			-printf '%h\n' | sort -u | paste -s -d :)
	cat > "$dir/run.tmp" <<-END
	#!/bin/sh
	exec "$linker" --library-path "$libraries" "$dir/root/usr/bin/cbmc" "\$@"
	END
	chmod +x "$dir/run.tmp"
	"$dir/run.tmp" --version > /dev/null ||
		give_up "the package's CBMC doesn't run here."
	mv "$dir/run.tmp" "$dir/run"
}

[ -x "$dir/run" ] && exit 0
command -v apt-get > /dev/null || give_up "there is no apt-get here."
private_apt_init "$dir/apt"
[ -n "$(mirrors)" ] || give_up "apt is configured for no Debian mirror."
port=$(dpkg --print-architecture)
fetch
unpack
