#!/bin/sh
# analyse.sh - what static analysers find in the sources
# SPDX-License-Identifier: GPL-3.0-or-later
#
# make analyse runs this, some ten minutes: gcc -fanalyzer, cppcheck, clang-tidy
# (.clang-tidy) and scan-build, over the tarball in $TARBALL, each if it is here.
# A finding that is none is listed in analyse.reasons, with the reason.
. "${srcdir:-.}/tests/tap.sh"
mkdir "$scratch/src" && tar -C "$scratch/src" -xf "$TARBALL" ||
    skip_all "no tarball; make analyse makes one"
cd "$scratch"/src/sonde-* || exit 99
make=${MAKE:-make}
make=${make%% *}

# configured NAME ARGUMENTS...: a folder to build in.
configured () {
    mkdir "$scratch/$1" && cd "$scratch/$1" || exit 99
    shift
    "$scratch"/src/sonde-*/configure --quiet --without-check "$@" \
        > "$scratch/log" 2>&1 || cannot_look "at $1: $(tail -n 5 "$scratch/log")"
}
# judge TOOL: of "FILE:LINE: CHECK: MESSAGE" in $scratch/found, none but those
# with a reason; the others are shown.
judge () {
    sed "s|^.*/src/sonde-[^/]*/||" "$scratch/found" | grep -v '^lib/gl/' |
        sort -u > "$scratch/sorted"
    awk -F '\t' -v tool="$1" '
        FILENAME == ARGV[1] { if ($1 == tool) known[$2 ": " $3] = 1; next }
        { split($0, part, /:[0-9]+: |: /); place = part[1] ": " part[2]
          if (!(place in known)) print }' "$srcdir/tests/analyse.reasons" \
        "$scratch/sorted" > "$scratch/out"
    echo "# $1: $(wc -l < "$scratch/sorted") findings," \
        "$(wc -l < "$scratch/out") without a reason"
    is "$1" [ ! -s "$scratch/out" ]
}
# warnings OPTION: "FILE:LINE: CHECK: MESSAGE" of a compiler's warnings that end
# in [CHECK]; OPTION stands before its name.
warnings () {
    sed -n "s/^\([^:]*\):\([0-9]*\):[0-9]*: warning: \(.*\) \[$1\([^]]*\)\]\$/\1:\2: \4: \3/p"
}

if have gcc && gcc -fanalyzer -x c -c -o "$scratch/x.o" /dev/null 2> /dev/null
then
    (configured gcc CC=gcc CFLAGS='-O1 -fanalyzer' && "$make" -k 2> "$scratch/log")
    warnings -Wanalyzer- < "$scratch/log" > "$scratch/found"
    judge gcc
else
    skip gcc "it is not here, or has no -fanalyzer"
fi

if have cppcheck; then
    # It has no macros of a compiler, and reads nothing after an #error.
    (configured cppcheck && "$make" -s compile_commands.json &&
        cppcheck --project=compile_commands.json --inline-suppr --quiet \
            -D__ORDER_LITTLE_ENDIAN__=1234 -D__ORDER_BIG_ENDIAN__=4321 \
            -D__BYTE_ORDER__=1234 \
            --enable=warning,performance,portability \
            --template='{file}:{line}: {id}: {message}' > "$scratch/found" 2>&1)
    judge cppcheck
else
    skip cppcheck "it is not here"
fi

if have clang-tidy; then
    # Without options that are gcc's alone.
    (configured tidy CC=clang && "$make" -s all > "$scratch/log" 2>&1 &&
        "$make" -s compile_commands.json &&
        sed -n 's/.*"file": *"\([^"]*\)".*/\1/p' compile_commands.json |
        grep -v '/gl/' | xargs -n 20 clang-tidy -p . --quiet) \
        > "$scratch/log" 2> "$scratch/err"
    warnings '' < "$scratch/log" > "$scratch/found"
    is "clang-tidy understands every file" lacks "$scratch/log" ' error: '
    judge clang-tidy
else
    skip clang-tidy "it is not here"
fi

if have scan-build; then
    (configured scan CC=clang && scan-build -o "$scratch/scanned" "$make" \
        > "$scratch/log" 2>&1)
    warnings '' < "$scratch/log" > "$scratch/found"
    is "scan-build saw the sources" grep -q 'scan-build: Analysis run complete\|scan-build: No bugs\|scan-build: Removing' "$scratch/log"
    judge scan-build
else
    skip scan-build "it is not here (clang-tools)"
fi
finish_alone
