#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# qemu10.sh DIR PACKAGE...: put QEMU 10 and OpenSBI 1.6, which these PACKAGES of
# Debian's trixie are, with all libraries that they need, into DIR/root/, to be run
# from there:
#
#	DIR/root/run PROGRAM ARGUMENT...
#
# The packages come from the mirror that this system's apt is configured for; apt
# checks the archive's signature and each package's checksum. Nothing is installed.
# What is there already is kept. Exit status 3: they can't be had here.
set -eu

suite=trixie
port=$(dpkg --print-architecture 2> /dev/null || echo none)

. "$(dirname "$0")/private_apt.sh"

mkdir -p "$1"
dir=$(cd "$1" && pwd)
shift
packages=$*

# give_up MESSAGE: say why there is no such QEMU.
give_up()
{
	echo "qemu10.sh: $1" >&2
	exit 3
}

# fetch: download the packages and all that they depend on into apt_dir's cache.
fetch()
{
	for mirror in $(mirrors); do
		private_apt_source deb "$port" "$mirror" "$suite" &&
		private_apt apt-get "$port" install --no-install-recommends \
			--download-only -y $packages > "$dir/apt.log" 2>&1 &&
		return
	done
	give_up "none of apt's mirrors has $packages of $suite; see $dir/apt.log."
}

# unpack: all of them into DIR/root.tmp/, with a command that runs what is there by
# the libraries that are there.
unpack()
{
	rm -rf "$dir/root.tmp"
	mkdir "$dir/root.tmp"
	for package in "$apt_dir"/cache/archives/*.deb; do
		dpkg-deb --fsys-tarfile "$package" |
		tar -xf - -C "$dir/root.tmp" --keep-directory-symlink
	done
	cat > "$dir/root.tmp/run" <<-'EOF'
	#!/bin/sh
	root=$(cd "$(dirname "$0")" && pwd)
	program=$1
	shift
	loader=$(echo "$root"/usr/lib/*/ld-linux-*.so.*)
	QEMU_MODULE_DIR=$(dirname "$loader")/qemu
	export QEMU_MODULE_DIR
	exec "$loader" --library-path "$(dirname "$loader")" \
		"$root/usr/bin/$program" -L "$root/usr/share/qemu" "$@"
	EOF
	chmod +x "$dir/root.tmp/run"
}

[ -d "$dir/root" ] && exit 0
command -v apt-get > /dev/null || give_up "there is no apt-get here."
private_apt_init "$dir/apt"
[ -n "$(mirrors)" ] || give_up "apt is configured for no Debian mirror."
fetch
unpack
for program in "$dir"/root.tmp/usr/bin/qemu-system-*; do
	"$dir/root.tmp/run" "${program##*/}" --version > /dev/null ||
		give_up "${program##*/} of $suite doesn't run here."
done
mv "$dir/root.tmp" "$dir/root"
rm -rf "$apt_dir/cache" "$apt_dir/lists"
