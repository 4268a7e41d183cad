#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# linux.sh PORT DIR: put Debian's Linux kernel for PORT, its name for an
# architecture, into DIR/Image, to compare with (docs/compare-with-linux.md).
#
# It is the kernel that the package linux-image-PORT of the suite below depends
# on, from the mirror that this system's apt is configured for. apt checks the
# archive's signature and the package's checksum. Nothing is installed.
set -eu

suite=trixie

. "$(dirname "$0")/private_apt.sh"

port=$1
mkdir -p "$2"
dir=$(cd "$2" && pwd)

# fail MESSAGE: say why there is no kernel, and the way round it.
fail()
{
	echo "linux.sh: $1" >&2
	echo "Any Linux 6.12 for $port will do: put its Image at $dir/Image." >&2
	exit 1
}

# kernel_package: print the package that has the kernel itself.
kernel_package()
{
	private_apt apt-cache "$port" show --no-all-versions \
		"linux-image-$port" |
	sed -n 's/^Depends:.* \(linux-image-[^ ,]*\).*/\1/p'
}

# fetch MIRROR: download the kernel's package into apt_dir.
fetch()
{
	private_apt_source deb "$port" "$1" "$suite" &&
	package=$(kernel_package) && [ -n "$package" ] &&
	(cd "$apt_dir" && private_apt apt-get "$port" download "$package")
}

# unpack: the kernel, which must have the Image header's magic number for some
# port, so that QEMU takes it as it is.
unpack()
{
	dpkg-deb --fsys-tarfile "$apt_dir"/linux-image-*.deb |
	tar -xOf - --wildcards './boot/vmlinu?-*' > "$dir/Image.tmp" ||
		fail "the package has no kernel in /boot."
	od -An -c -j 56 -N 4 "$dir/Image.tmp" | grep -Eq 'R   S   C 005|A   R   M   d' ||
		fail "the package's kernel has no Image header."
	mv "$dir/Image.tmp" "$dir/Image"
}

[ -f "$dir/Image" ] && exit 0
command -v apt-get > /dev/null || fail "there is no apt-get here."
private_apt_init "$dir/apt"
[ -n "$(mirrors)" ] || fail "apt is configured for no Debian mirror."
for mirror in $(mirrors); do
	fetch "$mirror" && break
done
[ -f "$(echo "$apt_dir"/linux-image-*.deb)" ] ||
	fail "none of apt's mirrors has linux-image-$port in $suite."
unpack
