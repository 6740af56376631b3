#!/bin/sh
# byteorder.sh - the byte order of this host, and what is shown of it
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"

# od is another program that looks at a number in memory.
case $(printf '\001\002' | od -An -tx2 | tr -d ' ') in
0102) order=big-endian two='01 02' ;;
0201) order=little-endian two='02 01' ;;
*) skip_all "od does not show two-byte numbers here" ;;
esac

run "$byteorder"
is "it ends with 0" [ "$status" -eq 0 ]
is "it says $order, as od does" grep -q "^[^ ]*: $order\$" "$scratch/out"
is "it names the host it was built for" \
    grep -q "^${HOST:-[a-z0-9_]*-}" "$scratch/out"
run "$byteorder" --explain
is "--explain shows the bytes" \
    grep -q "0x0102 *is stored as  $two\$" "$scratch/out"
is "--explain: build time agrees" \
    grep -q "at build time *$order: agrees" "$scratch/out"
is "--explain: no line is wider than 80 columns" \
    lacks "$scratch/out" '.\{81\}'
run "$byteorder" --json
if have jq; then
    json_is ".byteorder == \"$order\" and .agree and .two_bytes == \"$two\"" \
        "--json says the same"
else
    skip "--json says the same" "jq is not here"
fi
run "$byteorder" --frobnicate
is "an unknown option: a sentence and 2" \
    sh -c '[ "$1" -eq 2 ] && grep -q -- --frobnicate "$2/err"' - \
    "$status" "$scratch"
if [ -w /dev/full ]; then
    unwritten () {
        for option in "" --explain --json --help --version; do
            # shellcheck disable=SC2086 # no option is no argument
            "$byteorder" $option > /dev/full 2> "$scratch/err"
            [ $? -eq 2 ] || return 1
        done
    }
    is "a full standard output is noticed" unwritten
else
    skip "a full standard output is noticed" "there is no /dev/full"
fi
run sh -c '"$byteorder" >&-'
is "a closed standard output is noticed" [ "$status" -eq 2 ]
finish
