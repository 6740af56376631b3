#!/bin/sh
# sonde.sh - all programs in one file, called by name or by first argument
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
sonde=$builddir/sonde

# The programs that make builds, by the page of each.
for page in "$srcdir"/man/*.1; do
    name=$(basename "$page" .1)
    [ "$name" = sonde ] || echo "$name"
done | sort > "$scratch/programs"
is "there are programs" [ "$(wc -l < "$scratch/programs")" -ge 10 ]

run "$sonde"
is "without a program: success" [ "$status" -eq 0 ]
is "each line fits in 80 columns" lacks "$scratch/out" '.\{81\}'
cp "$scratch/out" "$scratch/list"
sed 's/ .*//' "$scratch/list" | sort | comm -3 - "$scratch/programs" \
    > "$scratch/out"
none "the list has each program, and no other" "$scratch/programs"
sed -n '/^[a-z]* *[^ ].* .*/!p' "$scratch/list" > "$scratch/out"
none "each program has a description" "$scratch/list"

mkdir "$scratch/bin"
while read -r name; do
    "$builddir/$name" --help > "$scratch/help" || exit 99
    run "$sonde" "$name" --help
    is "$name by first argument: the same help" \
        cmp "$scratch/help" "$scratch/out"
    ln -s "$sonde" "$scratch/bin/$name"
    run "$scratch/bin/$name" --help
    is "$name by the name of a link: the same help" \
        cmp "$scratch/help" "$scratch/out"
    run "$builddir/$name" --no-such-option
    cp "$scratch/err" "$scratch/usage"
    expected=$status
    run "$sonde" "$name" --no-such-option
    is "$name: the same usage error" \
        [ "$status:$(cat "$scratch/err")" = \
        "$expected:$(cat "$scratch/usage")" ]
done < "$scratch/programs"

"$byteorder" --explain > "$scratch/due" || exit 99
run "$sonde" -- byteorder --explain
is "-- before the program is skipped" cmp "$scratch/due" "$scratch/out"
ln -s "$sonde" "$scratch/bin/another-name"
run "$scratch/bin/another-name" byteorder --explain
is "by another name: the first argument decides" \
    cmp "$scratch/due" "$scratch/out"

wrong_usage "^sonde: unrecognized program 'nothing'\$" "$sonde" nothing
wrong_usage "^sonde: unrecognized program 'nothing'\$" \
    "$sonde" nothing --no-such-option
wrong_usage "^sonde: unrecognized program ''\$" "$sonde" ""
wrong_usage "^sonde: unrecognized option '--nothing'\$" "$sonde" --nothing
wrong_usage "^sonde: unrecognized program '--help'\$" "$sonde" -- --help
wrong_usage "^Try 'sonde --help'" "$sonde" nothing
run sh -c '"$1" >&-' - "$sonde"
is "a closed standard output is noticed" [ "$status" -eq 2 ]
finish
