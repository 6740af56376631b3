#!/bin/sh
# corpus.sh - inputs that the fuzzers began with, or found, one by one
# SPDX-License-Identifier: GPL-3.0-or-later
#
# tests/corpus/NAME/ is for tests/fuzz/fuzz-NAME.c.  No fuzzer is needed: each
# is linked with a main function that reads files.
. "${srcdir:-.}/tests/tap.sh"

for folder in "$srcdir"/tests/corpus/*/; do
    name=$(basename "$folder")
    for file in "$folder"*; do
        run "$builddir/tests/fuzz/fuzz-$name" "$file"
        is "$name: $(basename "$file")" [ "$status" -eq 0 ]
    done
done
is "there was a corpus" [ "$tests_done" -gt 40 ]
finish
