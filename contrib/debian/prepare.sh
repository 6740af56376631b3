#!/bin/sh
# prepare.sh - make debian/ of an unpacked tarball of sonde
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Run in the unpacked tarball.  The packager is the maintainer of the package:
# DEBFULLNAME and DEBEMAIL, as for dch.  Times are those of the tarball, or
# SOURCE_DATE_EPOCH: the same tarball and packager give the same bytes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

give_up () {
    echo "prepare.sh: $*" >&2
    exit 2
}

[ -x configure ] && [ -f build-aux/source-date ] ||
    give_up "this is no unpacked tarball of sonde"
[ ! -e debian ] || give_up "debian/ exists"
[ -n "${DEBFULLNAME-}" ] && [ -n "${DEBEMAIL-}" ] ||
    give_up "set DEBFULLNAME and DEBEMAIL, the maintainer of the package"
maintainer="$DEBFULLNAME <$DEBEMAIL>"
version=$(./configure --version | sed -n '1s/.* //p')
epoch=${SOURCE_DATE_EPOCH:-$(cat build-aux/source-date)}

mkdir debian
(cd "$here" && tar -cf - .) | (cd debian && tar -xf -)
rm debian/prepare.sh debian/control.in
awk -v maintainer="$maintainer" '/^Maintainer:/ { print "Maintainer: " maintainer
    next } { print }' "$here/control.in" > debian/control
cat > debian/changelog <<END
sonde ($version-0local1) UNRELEASED; urgency=medium

  * Package of the release; NEWS lists the changes.

 -- $maintainer  $(LC_ALL=C date -u -R -d "@$epoch")
END
mkdir debian/source
echo '3.0 (quilt)' > debian/source/format
chmod -R u+w debian
chmod +x debian/rules
echo "prepare.sh: debian/ of sonde $version-0local1 by $maintainer;" \
    "now dpkg-buildpackage -us -uc -b"
