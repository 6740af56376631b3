#!/bin/sh
# twice.sh - the same commit gives the same tarball, static file and image
# SPDX-License-Identifier: GPL-3.0-or-later
#
# make check-twice runs this, in a checkout: it takes minutes.  Two copies of
# the commit, in folders with names of different length, by another umask and
# time zone, are bootstrapped and built; so is the tarball of the first.
. "${srcdir:-.}/tests/tap.sh"

unset CC CXX CFLAGS CPPFLAGS LDFLAGS MAKEFLAGS
git () {
    command git -c safe.directory='*' -C "$srcdir" "$@"
}
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2> "$scratch/err") ||
    skip_all "this is no checkout: $(cat "$scratch/err")"
export SOURCE_DATE_EPOCH
git archive -o "$scratch/head.tar" HEAD || exit 99
targets=dist
have musl-gcc && targets="dist image"

# build FOLDER SOURCES COMMANDS: unpack, configure, and make the targets.
build () {
    {
        mkdir -p "$1" && cd "$1" && tar -xf "$2" || return
        [ "$3" = ./bootstrap ] || cd sonde-* || return
        # shellcheck disable=SC2086 # several targets
        $3 && ./configure --quiet && ${MAKE:-make} $targets
    } > "$1.log" 2>&1
}

one=$scratch/one another=$scratch/a-folder-with-a-longer-name
(build "$one" "$scratch/head.tar" ./bootstrap)
ok "$?" "the commit is built"
(umask 027 && TZ=Asia/Tokyo && export TZ &&
    build "$another" "$scratch/head.tar" ./bootstrap)
ok "$?" "it is built again in another folder"
unset SOURCE_DATE_EPOCH
tarball=$(ls "$one"/sonde-*.tar.xz) || { tail "$one.log"; finish_alone; }
(build "$scratch/unpacked" "$tarball" :)
ok "$?" "the tarball is built"
name=${tarball##*/}
is "the same tarball" cmp "$tarball" "$another/$name"
is "the same tarball of the tarball" \
    cmp "$tarball" "$scratch/unpacked/${name%.tar.xz}/$name"
if [ "$targets" = dist ]; then
    skip "the same static file" "musl-gcc is not here"
    finish_alone
fi
for file in "static/bin-$(uname -m)/sonde" \
    "static/${name%.tar.xz}-oci.tar"; do
    is "the same ${file##*/}" cmp "$one/$file" "$another/$file"
    is "the same ${file##*/} of the tarball" \
        cmp "$one/$file" "$scratch/unpacked/${name%.tar.xz}/$file"
done
finish_alone
