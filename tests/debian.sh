#!/bin/sh
# debian.sh - build the Debian packages twice, examine, install and run them
# SPDX-License-Identifier: GPL-3.0-or-later
#
# make check-debian runs this, as root, from the tarball in $TARBALL: it takes
# minutes.  The packages are installed in a copy of this system, an overlay in a
# mount namespace, which ends with the test.  DEB_BUILD_OPTIONS=nocheck leaves
# out the unit tests of the first build; the second has none.
. "${srcdir:-.}/tests/tap.sh"

for tool in dpkg-buildpackage dh unshare jq pkg-config; do
    have "$tool" || skip_all "$tool is not here"
done
[ -f "$TARBALL" ] || skip_all "no tarball; make check-debian makes one"
# Flags of this build are none of the packages'.
unset CC CXX CFLAGS CPPFLAGS LDFLAGS MAKE MAKEFLAGS
# Nobody's: the test publishes no package.
DEBFULLNAME='Test Build' DEBEMAIL=test@example.org
export DEBFULLNAME DEBEMAIL

# build FOLDER OPTIONS: unpack, prepare and build.
build () {
    mkdir -p "$scratch/$1" && cp "$TARBALL" "$scratch/$1" &&
        cd "$scratch/$1" && tar -xf ./*.tar.xz &&
        version=$(basename "$TARBALL" .tar.xz | sed 's/^sonde-//') &&
        mv ./*.tar.xz "sonde_$version.orig.tar.xz" && cd sonde-* &&
        sh contrib/debian/prepare.sh &&
        DEB_BUILD_OPTIONS="$2 parallel=$(nproc)" dpkg-buildpackage -us -uc
} > "$scratch/$1.log" 2>&1

# refused WORDS: prepare.sh fails with WORDS, and makes nothing.
refused () {
    [ "$status" -eq 2 ] && grep -q "$1" "$scratch/err"
}
mkdir "$scratch/src" && tar -C "$scratch/src" -xf "$TARBALL" || exit 99
cd "$scratch"/src/sonde-* || exit 99
run env -u DEBEMAIL sh contrib/debian/prepare.sh
is "no package without a maintainer" refused 'set DEBFULLNAME and DEBEMAIL'
is "and nothing is written" [ ! -e debian ]
cd "$scratch" || exit 99

(build first "${DEB_BUILD_OPTIONS-}")
ok "$?" "the packages build"
(build another-folder nocheck)
ok "$?" "the packages build in another folder"
ls "$scratch"/first/*.deb > "$scratch/debs" 2> /dev/null
for log in "$scratch"/*.log; do
    tail -n 15 "$log" | sed 's/^/# /'
done > "$scratch/tails"
[ -s "$scratch/debs" ] || { cat "$scratch/tails"; finish_alone; }
while read -r deb; do
    name=$(basename "$deb")
    is "twice the same bytes: $name" \
        cmp "$deb" "$scratch/another-folder/$name"
done < "$scratch/debs"
is "the symbols file is complete" \
    lacks "$scratch/first.log" '^[-+] *[^ ]*sonde_.*@Base'

if have lintian; then
    run lintian --allow-root --fail-on error,warning --no-tag-display-limit \
        "$scratch"/first/*.changes
    is "lintian: no error, no warning" [ "$status" -eq 0 ]
else
    skip "lintian: no error, no warning" "lintian is not here"
fi
if have blhc; then
    run blhc --all --debian --line-numbers "$scratch/first.log"
    is "blhc: every hardening flag" [ "$status" -eq 0 ]
else
    skip "blhc: every hardening flag" "blhc is not here"
fi
mkdir "$scratch/contents"
while read -r deb; do
    dpkg-deb -x "$deb" "$scratch/contents"
done < "$scratch/debs"
if have hardening-check; then
    for program in "$scratch"/contents/usr/bin/* \
        "$scratch"/contents/usr/lib/*/libsonde.so.0.*; do
        # A program may have nothing to protect by a canary.
        run hardening-check --nocfprotection "$program"
        is "hardening-check: $(basename "$program")" [ "$status" -eq 0 ]
    done
else
    skip "hardening-check" "hardening-check is not here"
fi

# A copy of this system, in memory.
cat > "$scratch/enter" << 'END'
mount -t tmpfs tmpfs "$1" && mkdir "$1/upper" "$1/work" "$1/root" &&
    mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" \
        overlay "$1/root" &&
    mount --rbind /proc "$1/root/proc" && mount --rbind /dev "$1/root/dev" &&
    mkdir "$1/root/run/packages" && cp "$2"/*.deb "$1/root/run/packages" &&
    cp -R "$2"/sonde-*/debian/tests "$1/root/run/packages" &&
    exec chroot "$1/root" sh -c '
        dpkg -i $(ls /run/packages/*.deb | grep -v dbgsym) && ldconfig &&
            mkdir /run/packages/tmp &&
            for test in library tools; do
                AUTOPKGTEST_TMP=/run/packages/tmp sh \
                    "/run/packages/tests/$test" || exit
                echo "passed: $test"
            done &&
            apt-get -s check && dpkg --audit &&
            dpkg -P libsonde-dev sonde-tools libsonde0 &&
            ! ls -d /usr/share/doc/sonde-tools /usr/share/sonde'
END
mkdir "$scratch/over"
if [ "$(id -u)" -eq 0 ] && grep -q overlay /proc/filesystems; then
    run unshare -m sh "$scratch/enter" "$scratch/over" "$scratch/first"
    is "the packages install, and can be removed" [ "$status" -eq 0 ]
    is "the test of the library passes" grep -q '^passed: library' \
        "$scratch/out"
    is "the test of the tools passes" grep -q '^passed: tools' "$scratch/out"
else
    skip "the packages install" "this takes root and overlayfs"
fi
finish_alone
