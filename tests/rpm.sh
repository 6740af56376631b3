#!/bin/sh
# rpm.sh - build the RPM packages from the tarball, and examine them
# SPDX-License-Identifier: GPL-3.0-or-later
#
# make check-rpm runs this, from the tarball in $TARBALL: it takes minutes.  The
# tools of the build are not looked for as packages (--nodeps), so that Debian's
# rpmbuild will do.
. "${srcdir:-.}/tests/tap.sh"
for tool in rpmbuild rpmlint; do
    have "$tool" || skip_all "$tool is not here"
done
[ -f "$TARBALL" ] || skip_all "no tarball; make check-rpm makes one"
unset CC CXX CFLAGS CPPFLAGS LDFLAGS MAKE MAKEFLAGS
HOME=$scratch
export HOME
version=$(basename "$TARBALL" .tar.xz | sed 's/^sonde-//')
mkdir -p "$scratch/top/SOURCES" && cp "$TARBALL" "$scratch/top/SOURCES" &&
    tar -C "$scratch" -xf "$TARBALL" || exit 99
rpm=$scratch/sonde-$version/contrib/rpm
run rpmbuild -bb --nodeps --define "_topdir $scratch/top" \
    --define "sonde_version $version" "$rpm/sonde.spec"
is "the packages build" [ "$status" -eq 0 ]
find "$scratch/top/RPMS" -name '*.rpm' > "$scratch/packages"
is "sonde, sonde-libs and sonde-devel" \
    [ "$(grep -c '/sonde-\(libs-\|devel-\)*[0-9]' "$scratch/packages")" -eq 3 ]
# shellcheck disable=SC2046 # names without blanks
run rpmlint --rpmlintrc "$rpm/sonde.rpmlintrc" "$rpm/sonde.spec" \
    $(cat "$scratch/packages")
tail -n 40 "$scratch/out" | sed 's/^/# /'
is "rpmlint: no error" grep -q ' 0 errors' "$scratch/out"
finish_alone
