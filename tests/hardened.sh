#!/bin/sh
# hardened.sh - what the programs and the library are protected by
# SPDX-License-Identifier: GPL-3.0-or-later
#
# configure says what the tools know; readelf says whether it has had an effect.
. "${srcdir:-.}/tests/tap.sh"
have readelf || skip_all "readelf is not here"
cd "$builddir" || exit 99
readelf -h echosrv > "$scratch/header" 2> /dev/null ||
    skip_all "programs have another format than ELF here"
is_sanitized && skip_all "a sanitized program has other checks"
for name in CFLAGS LDFLAGS PIE; do
    sed -n "s/^SONDE_HARDENED_$name = //p" Makefile
done > "$scratch/flags"
[ "$(wc -l < "$scratch/flags")" -eq 3 ] || cannot_look "at Makefile"
grep -q -e - "$scratch/flags" || skip_all "configured without hardening"

# flagged FLAG: configure has chosen it; skips what follows if not.
flagged () {
    grep -q -e "$1" "$scratch/flags" && return
    skip "$1" "configure found that compiler and linker lack it"
    return 1
}
# shows OPTION PATTERN FILE: readelf shows such a line, whatever its width.
shows () {
    readelf -W "$1" "$3" > "$scratch/out" 2> "$scratch/err" ||
        cannot_look "at $3"
    grep -q -e "$2" "$scratch/out"
}

programs="backlogprobe byteorder sockprobe listeners daytimecli echocli echoload
daytimesrv echosrv faultsrv"
library=
for file in lib/.libs/libsonde.so.*.*.*; do
    [ ! -f "$file" ] || library=$file
done
if flagged ' -pie\|^-pie'; then
    for file in $programs; do
        is "$file: position-independent" \
            shows -h 'Type: *DYN (Position-Independent\|Type: *DYN' "$file"
    done
fi
for file in $programs $library; do
    if flagged -Wl,-z,relro; then
        is "$file: relocations are read-only" shows -l GNU_RELRO "$file"
    fi
    if flagged -Wl,-z,now; then
        is "$file: bound at the start" shows -d 'BIND_NOW\|FLAGS_1.*NOW' "$file"
    fi
    if flagged -fstack-protector-strong; then
        is "$file: stack protector" shows -s __stack_chk_fail "$file"
    fi
done
# Not every C library has such functions, nor is every build optimized.
if shows -s '__[a-z]*printf_chk' echosrv; then
    ok 0 "echosrv: sizes of buffers are checked"
else
    case " $CFLAGS " in
    *" -O"[1-9s]*)
        readelf -W -s echosrv > "$scratch/out"
        if grep -q GLIBC "$scratch/out" && flagged SONDE_FORTIFY; then
            ok 1 "echosrv: sizes of buffers are checked"
        fi
        ;;
    *) skip "sizes of buffers are checked" "not optimized: CFLAGS are $CFLAGS" ;;
    esac
fi
finish
