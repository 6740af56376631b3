#!/bin/sh
# fuzz.sh - look for inputs that do harm
# SPDX-License-Identifier: GPL-3.0-or-later
#
# make fuzz runs this, as long as it is told: it is no part of make check.
# Builds the tarball in $TARBALL with clang, libFuzzer and the sanitizers, and
# runs each of $FUZZERS for $FUZZ_SECONDS, beginning with its corpus.  An input
# that does harm is left in $builddir as fuzz-NAME-...; once mended, it belongs
# to tests/corpus/NAME.
. "${srcdir:-.}/tests/tap.sh"
clang=${CLANG:-clang}
have "$clang" || skip_all "$clang is not here"
cores=$(nproc 2> /dev/null || echo 1)

cat > "$scratch/main.c" <<'END'
#include <stddef.h>
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    return data && size > 999999;
}
END
"$clang" -fsanitize=fuzzer,address,undefined -o "$scratch/main" \
    "$scratch/main.c" > "$scratch/log" 2>&1 &&
    "$scratch/main" -runs=1 > "$scratch/log" 2>&1 ||
    skip_all "$clang has no libFuzzer that runs here"
mkdir "$scratch/src" && tar -C "$scratch/src" -xf "$TARBALL" ||
    skip_all "no tarball; make fuzz makes one"
cd "$scratch"/src/sonde-* || exit 99

sanitize='address,undefined -fno-sanitize-recover=all'
flags='-g -O1 -fno-omit-frame-pointer'
{ ./configure --quiet --without-check --disable-shared --enable-static \
    CC="$clang" CFLAGS="$flags -fsanitize=fuzzer-no-link,$sanitize" &&
    ${MAKE:-make} -j"$cores" progs/libprogs.a servers/libservers.a \
    probes/libprobes.a base/libbase.a lib/libsonde-core.la; } \
    > "$scratch/log" 2>&1
built=$?
tail -n 30 "$scratch/log" > "$scratch/err"
ok "$built" "the sources build for fuzzing"
[ "$built" -eq 0 ] || { finish_alone; exit; }

# link_fuzzer NAME: with libFuzzer; its name is added to $linked.
link_fuzzer () {
    # shellcheck disable=SC2086 # several flags
    { "$clang" $flags -fsanitize=fuzzer-no-link,$sanitize -DHAVE_CONFIG_H \
        -I. -Ilib/gl -Ilib -c -o "$1.o" "tests/fuzz/$1.c" &&
        ./libtool --quiet --tag=CC --mode=link "$clang" $flags \
            -fsanitize=fuzzer,$sanitize -o "$1" "$1.o" progs/libprogs.a \
            servers/libservers.a probes/libprobes.a base/libbase.a \
            lib/libsonde-core.la $(sed -n 's/^SONDE_AIO_LIBS = //p' Makefile)
    } > "$scratch/out" 2> "$scratch/err"
    result=$?
    ok "$result" "$1 links"
    [ "$result" -eq 0 ] && linked="$linked $1"
}

# fuzz NAME: let it run; what it says is kept, with its status at the end.
fuzz () {
    mkdir "$scratch/$1"
    # The sentences about wrong options are many: 2 is standard error of what is
    # tested, not of libFuzzer.
    case $1 in fuzz-options) mask=2 ;; *) mask=0 ;; esac
    "./$1" -close_fd_mask="$mask" -max_total_time="$FUZZ_SECONDS" -max_len=4096 -timeout=20 \
        -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0 \
        -artifact_prefix="$builddir/$1-" "$scratch/$1" \
        "tests/corpus/${1#fuzz-}" > "$scratch/$1.out" 2> "$scratch/$1.err"
    echo "$?" > "$scratch/$1.status"
}

report () {
    grep -v '^stat::' "$scratch/$1.err" | tail -n 40 > "$scratch/err"
    cp "$scratch/$1.out" "$scratch/out"
    executed=$(sed -n 's/^stat::number_of_executed_units: *//p' \
        "$scratch/$1.err")
    is "$1: nothing found in ${executed:-0} runs" \
        [ "$(cat "$scratch/$1.status")" -eq 0 ]
}

: "${FUZZ_SECONDS:=600}"
linked=
[ -n "$FUZZERS" ] || cannot_look "for inputs: FUZZERS names no fuzzer"
for fuzzer in $FUZZERS; do
    link_fuzzer "${fuzzer##*/}"
done
running=0
for fuzzer in $linked; do # as many at a time as there are processors
    fuzz "$fuzzer" &
    running=$((running + 1))
    [ $((running % cores)) -ne 0 ] || wait
done
wait
for fuzzer in $linked; do
    report "$fuzzer"
done
finish_alone
