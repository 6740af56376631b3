#!/bin/sh
# release.sh - whether this tree is ready to be released
# SPDX-License-Identifier: GPL-3.0-or-later
#
# make release-check runs this in a tree that is built.  What only the people who
# release it can decide is not a failure, but listed at the end.
. "${srcdir:-.}/tests/tap.sh"
cd "$srcdir" || exit 99
open=
version=$(sed -n 's/^AC_INIT(\[sonde\], \[\([0-9.]*\)\].*/\1/p' configure.ac)

# ---- version and news ----------------------------------------------------------
is "a version: $version" [ -n "$version" ]
is "NEWS begins with it" sh -c '
    sed -n "s/^\* Release //p" NEWS | head -n 1 | grep -q "^$1\( \|$\)"' - "$version"
grep -q "^\* Release $version (not yet released)" NEWS &&
    open="$open
  NEWS: \"(not yet released)\" becomes the date"
is "the symbols file has no later version" lacks \
    contrib/debian/libsonde0.symbols "@Base $version[.0-9]"
is "the programs say it" sh -c '"$1/echocli" --version | head -n 1 |
    grep -q " $2$"' - "$builddir" "$version"

# ---- the interface ---------------------------------------------------------------
# lib/sonde.abi: the functions, and the size of each structure on Linux, x86-64.
sed -n '/^typedef/d; s/^[a-z].*[ *]\(sonde_[a-z0-9_]*\)(.*/function \1/p' \
    lib/sonde.h | sort -u > "$scratch/functions"
grep '^function ' lib/sonde.abi | diff - "$scratch/functions" > "$scratch/out"
is "the functions are those of lib/sonde.abi" [ ! -s "$scratch/out" ]
structures=$(sed -n 's/^struct \(sonde_[a-z_]*\) {$/\1/p' lib/sonde.h)
{
    echo '#include <stdio.h>'
    echo '#include "sonde.h"'
    echo 'int main(void) {'
    for name in $structures; do
        echo "printf(\"size $name %zu%c\", sizeof(struct $name), 10);"
    done
    echo 'return 0; }'
} > "$scratch/sizes.c"
case $(uname -sm) in
"Linux x86_64")
    # shellcheck disable=SC2086 # CC may be several words
    run ${CC:-cc} -D_POSIX_C_SOURCE=200809L -I"$srcdir/lib" \
        -o "$scratch/sizes" "$scratch/sizes.c"
    "$scratch/sizes" | sort > "$scratch/now"
    grep '^size ' lib/sonde.abi | diff - "$scratch/now" > "$scratch/out"
    is "the structures have the sizes of lib/sonde.abi" \
        [ ! -s "$scratch/out" ]
    ;;
*) skip "the sizes of structures" "lib/sonde.abi has those of Linux, x86-64" ;;
esac
last=$(git describe --tags --abbrev=0 2> /dev/null) || last=
if [ -z "$last" ]; then
    skip "abidiff" "there is no release to compare with"
elif ! have abidiff; then
    skip "abidiff" "it is not here (abigail-tools)"
else
    mkdir "$scratch/last" && git archive "$last" | tar -C "$scratch/last" -xf -
    (cd "$scratch/last" && ./bootstrap && ./configure --without-check &&
        make) > "$scratch/log" 2>&1
    run abidiff "$scratch/last/lib/.libs/libsonde.so" \
        "$builddir/lib/.libs/libsonde.so"
    # 8: an incompatible change.
    is "abidiff: compatible with $last" [ $((status & 8)) -eq 0 ]
fi

# ---- documents -------------------------------------------------------------------
documents="README.md NEWS AUTHORS HACKING.md CONTRIBUTING.md SECURITY.md
    contrib/README.md $(echo doc/*.md) $(echo man/*.[17] man/*.more)"
if have codespell; then
    # Nd is a macro of the manual pages.
    # shellcheck disable=SC2086 # words
    run codespell -L nd $documents lib/sonde.h progs/*.c completions/*
    is "spelling" [ "$status" -eq 0 ]
else
    skip "spelling" "codespell is not here"
fi
# shellcheck disable=SC2086 # words
grep -nE '[A-Za-z0-9.]+@[A-Za-z0-9-]+\.[a-z]{2,}' $documents |
    grep -v '@example\.\|@your\.domain\|\.service\|\.socket\|@Base' > "$scratch/out"
is "no address of a person is made up" [ ! -s "$scratch/out" ]
grep -q '#define PACKAGE_BUGREPORT ""' "$builddir/config.h" && open="$open
  configure.ac: AC_INIT has no address for reports"
grep -q '#define PACKAGE_URL ""' "$builddir/config.h" && open="$open
  configure.ac: AC_INIT has no home page"

# ---- the tests of the tree itself ------------------------------------------------
for script in house library pages options schema; do
    sh "tests/$script.sh" > "$scratch/log" 2>&1
    grep -A 5 '^not ok' "$scratch/log" > "$scratch/out"
    is "tests/$script.sh" sh -c '[ ! -s "$1" ] && grep -q "^1\.\.[1-9]" "$2"' - \
        "$scratch/out" "$scratch/log"
done

if [ "$tests_failed" -gt 0 ]; then
    echo "# not ready"
elif [ -n "$open" ]; then
    echo "# ready but for these:$open" | sed '2,$s/^/#/'
else
    echo "# ready"
fi
finish_alone
