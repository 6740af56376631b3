#!/bin/sh
# cross-check.sh - build for other systems, and run what can be run here
# SPDX-License-Identifier: GPL-3.0-or-later
#
# make cross-check runs this: it takes minutes and wants compilers that few
# have, so it is no part of make check.  It builds from the tarball in $TARBALL,
# since a source tree that is configured allows no other build.  What is not
# installed is skipped by name.  ZIG names the zig compiler, for systems that
# are compiled and linked but never run; it keeps its caches in the scratch
# directory unless ZIG_GLOBAL_CACHE_DIR says otherwise.  CROSS=few leaves out
# what hardly differs from another: powerpc, big-endian as s390x and of 32 bits
# as i386; macOS on x86-64; and the static build for aarch64.
. "${srcdir:-.}/tests/tap.sh"
. "${srcdir:-.}/tests/server.sh"

# The build's own compiler, which make hands to tests, is not the target's.
unset CC CXX CFLAGS CPPFLAGS LDFLAGS
ZIG=${ZIG:-zig}
: "${ZIG_GLOBAL_CACHE_DIR:=$scratch/zig}"
ZIG_LOCAL_CACHE_DIR=$ZIG_GLOBAL_CACHE_DIR
export ZIG_GLOBAL_CACHE_DIR ZIG_LOCAL_CACHE_DIR

cores=$(nproc 2> /dev/null || echo 1)
# plan NAME ORDER EMULATOR CONFIGURE-ARGUMENTS...: a rule to build in a folder
# of its own, and a line for the second pass.  ORDER is the byte order, or - if
# nothing of the build can run here.
plan () {
    printf '%s: ; mkdir $@ && (cd $@ && ../src/sonde-*/configure' "$1"
    echo "$1 $2 $3" >> "$scratch/planned"
    shift 3
    printf " '%s'" --quiet --without-check --enable-werror \
        --disable-dependency-tracking "$@"
    # shellcheck disable=SC2016 # for make to expand
    echo ' && $(MAKE) && : > built) > $@.log 2>&1'
} >> "$scratch/Makefile"

# Whether NAME was built.
built () {
    { grep 'error' "$scratch/$1.log" | head -n 15
      tail -n 5 "$scratch/$1.log"; } > "$scratch/err"
    : > "$scratch/out"
    is "$1: everything compiles and links" [ -f "$scratch/$1/built" ]
    [ -f "$scratch/$1/built" ]
}

# The programs of a build, perhaps under an emulator.
runs () {
    name=$1 order=$2 emulator=$3
    # shellcheck disable=SC2086 # an emulator has arguments
    run $emulator "$scratch/$name/byteorder"
    is "$name: byteorder says $order-endian" grep -q ": $order-endian\$" \
        "$scratch/out"
    # shellcheck disable=SC2086
    run $emulator "$scratch/$name/byteorder" --explain
    is "$name: build time agrees" grep -q "$order-endian: agrees" "$scratch/out"
    # shellcheck disable=SC2086
    run $emulator "$scratch/$name/backlogprobe" --json -4
    if [ "$(uname -s)" != Linux ] || ! have jq; then
        skip "$name: backlogprobe finds the rule" "needs Linux and jq"
    else
        json_is '.rule == "n+1" and all(.rows[]; .stable)' \
            "$name: backlogprobe finds the rule"
    fi
    # shellcheck disable=SC2086
    run $emulator "$scratch/$name/sockprobe" --profile byteorder accept udp
    is "$name: sockprobe answers" [ "$status" -eq 0 ]
    # qemu-user has no seccomp filters, nor has a build without kernel headers.
    grep -v '^accept\.policy	' "$scratch/out" > "$scratch/others"
    is "$name: sockprobe answers each" lacks "$scratch/others" "	answer	-	"
    if [ -n "$emulator" ] || ! have jq; then
        skip "$name: listeners finds a server" "needs jq, and no emulator"
        return
    fi
    serve "$scratch/$name/echosrv" --tcp -4 --port 0
    run "$scratch/$name/listeners" --json "$port"
    json_is ".listeners[0].capacity > 0 and .listeners[0].queued == 0 and
        .listeners[0].owners[0].pid == $server" \
        "$name: listeners finds a server"
    halt
}

# A build that cannot run here.  libtool reads the objects with nm; GNU's does
# not know those of macOS.  What follows the target goes to configure.
links () {
    name=$1 host=$2 target=$3
    shift 3
    if ! "$ZIG" version > /dev/null 2>&1; then
        skip "$name" "no zig here"
    elif ! have llvm-nm; then
        skip "$name" "no llvm-nm here"
    else
        plan "$name" - '' --host="$host" CC="$ZIG cc -target $target" \
            AR="$ZIG ar" RANLIB="$ZIG ranlib" NM=llvm-nm "$@"
    fi
}

# All programs as one static file, under an emulator; links have the names.
static () { # CPU ORDER EMULATOR TARGET
    name=static-$1
    if ! "$ZIG" version > /dev/null 2>&1; then
        skip "$name" "no zig here"
        return
    fi
    # shellcheck disable=SC2016 # for make to expand
    {
        printf '%s: ; mkdir $@ && (cd $@ && MAKE="$(MAKE)" ' "$name"
        printf 'STATIC_CPU=%s STATIC_CC="%s" ' "$1" "$ZIG cc -target $4"
        printf 'sh ../src/sonde-*/static/build.sh ../src/sonde-*'
        for program in byteorder backlogprobe sockprobe; do
            printf ' && ln -s static/bin-%s/sonde %s' "$1" "$program"
        done
        printf ' && : > built) > $@.log 2>&1\n'
    } >> "$scratch/Makefile"
    if have "$3"; then
        echo "$name $2 $3" >> "$scratch/planned"
    else
        echo "$name -" >> "$scratch/planned"
        skip "$name: run" "no $3 here"
    fi
}

foreign () {
    name=$1 host=$2 order=$3 emulator=$4
    if ! have "$host-gcc"; then
        skip "$name" "no $host-gcc here"
    elif ! have "$emulator"; then
        plan "$name" - '' --host="$host"
        skip "$name: run" "no $emulator here"
    else
        plan "$name" "$order" "$emulator -L /usr/$host" --host="$host"
    fi
}

echo 'all:' > "$scratch/Makefile"
: > "$scratch/planned"
mkdir "$scratch/src" && tar -C "$scratch/src" -xf "$TARBALL" ||
    skip_all "no tarball; make cross-check makes one"
foreign s390x s390x-linux-gnu big qemu-s390x-static
few=${CROSS:-all}
[ "$few" = few ] || foreign powerpc powerpc-linux-gnu big qemu-ppc-static

echo 'int main(void) { return 0; }' > "$scratch/main.c"
if [ "$(uname -m)" != x86_64 ]; then
    skip "i386" "this is no x86-64"
else
    for flags in "-m32" "-m32 -isystem /usr/include/x86_64-linux-gnu" ""; do
        # shellcheck disable=SC2086 # several flags
        gcc $flags -include errno.h -o "$scratch/main" "$scratch/main.c" \
            2> /dev/null && break
    done
    if [ -z "$flags" ]; then
        skip "i386" "gcc has no 32-bit libraries here"
    else
        # A kernel without IA-32 emulation runs none of these.
        emulator=
        order=little
        if ! "$scratch/main" 2> /dev/null; then
            emulator=qemu-i386-static
            have "$emulator" || order=-
        fi
        plan i386 "$order" "$emulator" --host=i686-pc-linux-gnu CC="gcc $flags"
        [ "$order" = little ] || skip "i386: run" \
            "this kernel runs no 32-bit programs, and no $emulator is here"
    fi
fi
if have musl-gcc; then
    plan musl little "" --host=x86_64-linux-musl CC=musl-gcc
else
    skip "musl" "no musl-gcc here"
fi
[ "$few" = few ] || static aarch64 little qemu-aarch64-static aarch64-linux-musl
# libtool takes zig's linker for GNU's, and macOS has another one.
[ "$few" = few ] || links macos-x86_64 x86_64-apple-darwin x86_64-macos \
    lt_cv_prog_gnu_ld=no
links macos-aarch64 aarch64-apple-darwin aarch64-macos lt_cv_prog_gnu_ld=no
links freebsd x86_64-unknown-freebsd x86_64-freebsd
links netbsd x86_64-unknown-netbsd x86_64-netbsd
links openbsd x86_64-unknown-openbsd x86_64-openbsd

# Two configures beside each other take little more than one.
# shellcheck disable=SC2046 # several names
${MAKE:-make} -C "$scratch" -k -j"$cores" $(sed 's/ .*//' "$scratch/planned") \
    > "$scratch/make.log" 2>&1
while read -r name order emulator <&3; do
    if built "$name" && [ "$order" != - ]; then
        runs "$name" "$order" "$emulator"
    fi
done 3< "$scratch/planned"
finish_alone
