#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# boards.sh DIR: put the device trees that the kernel packages of
# ci/machines/boards.txt install into DIR/<port>/.
#
# The packages come from the mirror that this system's apt is configured for; apt
# checks the archive's signature and the package's checksum. Nothing is
# installed, and only the trees are unpacked. What is there already is kept.
# Exit status 3: packages can't be had here.
set -eu

here=$(dirname "$0")
. "$here/private_apt.sh"

mkdir -p "$1"
dir=$(cd "$1" && pwd)

# give_up MESSAGE: say why there are no trees, and the way round it.
give_up()
{
	echo "boards.sh: $1" >&2
	echo "Unpack .dtb files of any kernel below $dir/<port>/ yourself." >&2
	exit 3
}

# kernel_package PORT META: print the kernel's own package.
kernel_package()
{
	private_apt apt-cache "$1" show --no-all-versions "$2" |
	sed -n 's/^Depends: *\([^ ,]*\).*/\1/p'
}

# fetch SUITE PORT META: download the kernel's package into apt_dir.
fetch()
{
	for mirror in $(mirrors); do
		private_apt_source deb "$2" "$mirror" "$1" &&
		package=$(kernel_package "$2" "$3") && [ -n "$package" ] &&
		(cd "$apt_dir" && private_apt apt-get "$2" download "$package") &&
		return
	done
	give_up "none of apt's mirrors has the kernel of $3 in $1."
}

# unpack PORT: the trees of the package in apt_dir.
unpack()
{
	mkdir -p "$dir/$1.tmp"
	dpkg-deb --fsys-tarfile "$apt_dir"/linux-image-*.deb |
	tar -xf - -C "$dir/$1.tmp" --strip-components=4 --wildcards \
		'./usr/lib/linux-image-*/*.dtb'
	mv "$dir/$1.tmp" "$dir/$1"
	rm "$apt_dir"/linux-image-*.deb
}

grep -v '^#' "$here/machines/boards.txt" |
while read -r suite port meta; do
	[ -d "$dir/$port" ] && continue
	command -v apt-get > /dev/null || give_up "there is no apt-get here."
	private_apt_init "$dir/$port.apt"
	[ -n "$(mirrors)" ] || give_up "apt is configured for no Debian mirror."
	fetch "$suite" "$port" "$meta"
	unpack "$port"
done
