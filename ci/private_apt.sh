# SPDX-License-Identifier: BSD-2-Clause
#
# private_apt.sh, to be sourced: packages of another Debian suite or port, by
# lists and caches of our own. The system's lists are read to learn its mirrors,
# and nothing of the system is written. $apt_dir, absolute, is the directory for
# all of it; private_apt_init makes it.

keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# mirrors: print the archives of Debian that this system's apt has sources from.
# Both forms of its lists are read; options in brackets are left out. (apt-get
# indextargets knows them too, but not before the first apt-get update.)
mirrors()
{
	cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list \
		/etc/apt/sources.list.d/*.sources 2>/dev/null |
	awk '
	$1 == "deb" || $1 == "deb-src" {
		sub(/\[[^]]*\] */, "")
		uri = $2
	}
	$1 == "URIs:" { uri = $2 }
	uri != "" {
		sub(/\/$/, "", uri)
		if (uri ~ /\/debian$/ && !seen[uri]++)
			print uri
		uri = ""
	}'
}

# private_apt_init DIR: set apt_dir to DIR, made absolute, and fill it.
private_apt_init()
{
	mkdir -p "$1"
	apt_dir=$(cd "$1" && pwd)
	mkdir -p "$apt_dir/lists/partial" "$apt_dir/cache/archives/partial"
	: > "$apt_dir/status"
}

# private_apt TOOL PORT ARGUMENT...: apt-get or apt-cache, for packages of PORT.
private_apt()
{
	tool=$1
	port=$2
	shift 2
	"$tool" -qq -o Dir::Etc::sourcelist="$apt_dir/sources.list" \
		-o Dir::Etc::sourceparts=- \
		-o Dir::State::lists="$apt_dir/lists" \
		-o Dir::State::status="$apt_dir/status" \
		-o Dir::Cache="$apt_dir/cache" \
		-o APT::Architecture="$port" -o APT::Architectures="$port" \
		-o APT::Sandbox::User="$(id -un)" "$@"
}

# private_apt_source TYPE PORT MIRROR SUITE: from here on packages come from
# there; TYPE is deb or deb-src.
private_apt_source()
{
	echo "$1 [signed-by=$keyring] $3 $4 main" > "$apt_dir/sources.list"
	private_apt apt-get "$2" update
}
