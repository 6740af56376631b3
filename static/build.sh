#!/bin/sh
# build.sh - build all programs as one static file; make static runs this
# SPDX-License-Identifier: GPL-3.0-or-later
#
# build.sh SOURCES: build the unconfigured SOURCES, in the current folder, for
# the processor $STATIC_CPU, by $STATIC_CC, a compiler with a C library that
# can be linked statically, such as musl.  The result is
# static/bin-$STATIC_CPU/sonde; the same sources and compiler give the same
# bytes.
set -eu
sources=$1
: "${STATIC_CPU:=$(uname -m)}" "${STATIC_CC:=musl-gcc}"
bin=static/bin-$STATIC_CPU build=static/build-$STATIC_CPU

give_up () {
    echo "make static: $*" >&2
    exit 1
}

command -v "${STATIC_CC%% *}" > /dev/null ||
    give_up "${STATIC_CC%% *} not found; install it (Debian's package of" \
        "musl-gcc is musl-tools), or set STATIC_CC"

compiles () { # HEADER COMPILER...
    header=$1
    shift
    echo "#include <$header>" | "$@" -E -x c - > /dev/null 2>&1
}

# musl-gcc does not search the folder of the kernel's headers, which are those
# of no C library.  Link them by name, as the system's compiler finds them.
link_kernel_headers () {
    mkdir -p "$build/kernel"
    for folder in linux asm asm-generic; do
        file=$(echo "#include <$folder/types.h>" | ${CC_FOR_BUILD:-cc} -M -x c - |
            tr ' ' '\n' | sed -n "s,/$folder/types\.h\$,/$folder,p" | head -n 1)
        [ -n "$file" ] || give_up "no kernel headers: <$folder/types.h> not found"
        ln -s "$file" "$build/kernel/$folder"
    done
}

rm -rf "$build"
mkdir -p "$build" "$bin"
flags='-Os -ffunction-sections -fdata-sections'
# shellcheck disable=SC2086 # a compiler has arguments
if ! compiles linux/sock_diag.h $STATIC_CC; then
    link_kernel_headers
    flags="$flags -isystem $(pwd)/$build/kernel"
fi
mkdir "$build/src" "$build/obj"
cp -R "$sources/." "$build/src"
chmod -R u+w "$build/src"
echo "make static: configuring and compiling for $STATIC_CPU; see $build/log"
if (cd "$build/obj" &&
    ../src/configure --host="$STATIC_CPU-linux-musl" --disable-shared \
        --enable-static --without-check --disable-dependency-tracking \
        CC="$STATIC_CC" CFLAGS="$flags" LDFLAGS=-static &&
    ${MAKE:-make} sonde LDFLAGS="-all-static -s -Wl,--gc-sections") > "$build/log" 2>&1; then
    mv "$build/obj/sonde" "$bin/sonde"
    rm -rf "$build"
    echo "make static: $(wc -c < "$bin/sonde") bytes in $bin/sonde"
else
    tail -n 20 "$build/log" >&2
    give_up "the build failed; see $build/log"
fi
