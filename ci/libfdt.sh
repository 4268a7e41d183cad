#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# libfdt.sh DIR: put the sources of libfdt, as released with dtc, into DIR.
#
# They come as the source package of Debian's device-tree-compiler, from the
# mirror that this system's apt is configured for, by way of lists and caches of
# our own in DIR.apt: the system's are not touched, and no other file is
# unpacked. What arrives must have the checksum below. Where there is no apt,
# LIBFDT_DIR= names a directory that has the sources already.
set -eu

version=1.7.2
package=device-tree-compiler=$version-2
suite=trixie
sha256=92d8ca769805ae1f176204230438fe52808f4e1c7944053c9eec0e649b237539

. "$(dirname "$0")/private_apt.sh"

dir=$1
apt_dir=$(dirname "$dir")/libfdt.apt
tarball=$apt_dir/device-tree-compiler_$version.orig.tar.xz

# fail MESSAGE: say why there is no libfdt, and the way round it.
fail()
{
	cat >&2 <<-END
	libfdt: $1
	Unpack the release dtc-$version (sha256 of its .tar.xz:
	$sha256)
	yourself, and run make LIBFDT_DIR=<that directory>/libfdt.
	END
	exit 1
}

# fetch MIRROR: download the tarball from MIRROR; says and fails where it can't.
fetch()
{
	private_apt_source deb-src "$port" "$1" "$suite" &&
	(cd "$apt_dir" &&
	 private_apt apt-get "$port" source --tar-only --download-only \
		"$package")
}

# sound: whether the tarball is there, complete and the right one.
sound()
{
	[ -f "$tarball" ] &&
	echo "$sha256  $tarball" | sha256sum --check --status
}

if ! sound; then
	command -v apt-get > /dev/null || fail "there is no apt-get here."
	private_apt_init "$apt_dir"
	tarball=$apt_dir/$(basename "$tarball")
	port=$(dpkg --print-architecture)
	[ -n "$(mirrors)" ] || fail "no Debian mirror in /etc/apt/sources.list*."
	for mirror in $(mirrors); do
		fetch "$mirror" && break
	done
	[ -f "$tarball" ] || fail "none of apt's mirrors has $package."
	sound || fail "$tarball has another checksum."
fi
mkdir -p "$dir"
tar -xJf "$tarball" -C "$dir" --strip-components=2 "dtc-$version/libfdt"
# make compares dates: the list of sources is what stands for all of them.
touch "$dir/Makefile.libfdt"
