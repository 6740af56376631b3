#!/bin/sh
# pages.sh - the manual pages, and whether --help says the same
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"

for page in "$srcdir"/man/*.[1-8]; do
    name=$(basename "$page")
    if have mandoc; then
        # The base system's own idea of names and dates is not ours.
        mandoc -T lint -W warning "$page" > "$scratch/out" 2>&1
        is "$name: mandoc has nothing to say" [ ! -s "$scratch/out" ]
    else
        skip "$name: mandoc has nothing to say" "mandoc is not here"
    fi
done

# The long options in --help, and those in the page.
for program in backlogprobe byteorder; do
    "$builddir/$program" --help | grep -o -- '--[a-z][a-z-]*' | sort -u \
        > "$scratch/help"
    sed -n 's/^\.It.*Fl Fl \([a-z-]*\).*/--\1/p' \
        "$srcdir/man/$program.1" | sort -u > "$scratch/page"
    comm -3 "$scratch/help" "$scratch/page" > "$scratch/out"
    is "$program: --help and the page have the same long options" \
        [ ! -s "$scratch/out" ]
    "$builddir/$program" --help | sed -n 's/^ *\(-[a-zA-Z0-9]\)[ ,].*/\1/p' |
        sort -u > "$scratch/help"
    sed -n 's/^\.It Fl \([a-zA-Z0-9]\)\( .*\)*$/-\1/p' \
        "$srcdir/man/$program.1" | sort -u > "$scratch/page"
    comm -3 "$scratch/help" "$scratch/page" > "$scratch/out"
    is "$program: and the same letters" [ ! -s "$scratch/out" ]
    run "$builddir/$program" --help
    is "$program: --help fits in 80 columns" \
        sh -c '! grep -q ".\{81\}" "$1"' - "$scratch/out"
    is "$program: its completion is that of the project" \
        grep -q "complete .* $program" "$srcdir/completions/sonde.bash"
done
finish
