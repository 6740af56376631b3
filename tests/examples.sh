#!/bin/sh
# examples.sh - the examples do what they say, built here and against a copy
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
examples=$builddir/examples
peer=$builddir/tests/peer
mkfifo "$scratch/said" || exit 99

# start COMMAND...: in the background; the first line it prints, which comes
# when it is ready, is in $said, its number in $started.  The pipe stays open,
# for what it may print after that.
start () {
    exec 4<&-
    "$@" > "$scratch/said" 2> "$scratch/peer" &
    started=$!
    said=
    exec 4< "$scratch/said"
    read -r said <&4
}

# printed TEXT: whether that, and nothing else, was printed, and all was well.
printed () {
    [ "$status" -eq 0 ] && [ "$(cat "$scratch/out")" = "$1" ]
}

return=$(printf '\r')
run bounded 120 "$examples/event-loop"
is "event-loop serves its 100 clients" [ "$status" -eq 0 ]
is "it says so" grep -q '^100 clients served$' "$scratch/out"

start "$examples/dual-server"
port=${said##*:}
run "$examples/tcp-client" 127.0.0.1 "$port" hi
is "dual-server greets over IPv4" printed "hello$return"
case $said in
*"[::1]:"*)
    run "$examples/tcp-client" ::1 "$port" hi
    is "dual-server greets over IPv6" printed "hello$return" ;;
*)
    skip "dual-server greets over IPv6" "this host has no IPv6" ;;
esac
kill "$started"
# Until it has closed what it prints to.
bounded 120 cat <&4 > /dev/null || kill -KILL "$started"
run wait "$started"
is "SIGTERM ends it in peace" [ "$status" -eq 0 ]

run "$examples/dual-server" 70000
is "it takes no port that is none" [ "$status" -eq 1 ]
run "$examples/tcp-client" 127.0.0.1 "$port" hi
is "nobody is there any more" [ "$status" -eq 1 ]
is "what became of the attempt is told" \
    grep -q "^    127.0.0.1:$port  refused after [0-9]* ms$" "$scratch/err"

start "$peer" listen-fds "$examples/activated"
run "$examples/tcp-client" 127.0.0.1 "$said" word 127.0.0.1
is "tcp-client goes from the source it is given" printed "6 bytes"
run wait "$started"
run "$examples/tcp-client" 127.0.0.1 "$said" word localhost
is "which is an address" [ "$status" -eq 1 ]

for way in listen-fds inetd; do
    start "$peer" "$way" "$examples/activated"
    run "$examples/tcp-client" 127.0.0.1 "$said" word
    is "activated counts what it gets, started by $way" printed "6 bytes"
    run wait "$started"
    is "it ends with its client" [ "$status" -eq 0 ]
done
start "$peer" listen-fds "$examples/activated"
printf 'short\n%020000d\nlast\n' 0 |
    "$peer" send "$said" > "$scratch/out" 2> "$scratch/err"
is "a line too long is told, and the next one counted" \
    [ "$(cat "$scratch/out")" = "6 bytes
more than 16384 bytes
5 bytes" ]
run wait "$started"
run "$examples/activated" < /dev/null
is "activated wants a socket" [ "$status" -eq 1 ]

start "$peer" udp
run "$examples/udp-client" 127.0.0.1 "$said" word
is "udp-client prints the answer" printed word
run wait "$started"
is "which was the only one" [ "$status" -eq 0 ]
for name in tcp-client udp-client; do
    run "$examples/$name" 127.0.0.1
    is "$name says how it is used" [ "$status" -eq 2 ]
    run "$examples/$name" 127.0.0.1:80 80 hi
    is "$name says what is no host" \
        grep -q "$name: 127.0.0.1:80: no such host" "$scratch/err"
done

# As somebody else has it: the installed header and library, by pkg-config.
if ! have pkg-config; then
    skip "each builds against the installed library" "pkg-config is not here"
    skip "and runs" "pkg-config is not here"
    finish
    exit
fi
unset MAKEFLAGS MFLAGS MAKELEVEL
run "${MAKE:-make}" -C "$builddir" DESTDIR="$scratch/root" \
    install-libLTLIBRARIES install-includeHEADERS install-pkgconfigDATA
is "the library installs" [ "$status" -eq 0 ]
PKG_CONFIG_LIBDIR=$(dirname "$(find "$scratch/root" -name sonde.pc)")
PKG_CONFIG_SYSROOT_DIR=$scratch/root
PKG_CONFIG_ALLOW_SYSTEM_CFLAGS=1
PKG_CONFIG_ALLOW_SYSTEM_LIBS=1
export PKG_CONFIG_LIBDIR PKG_CONFIG_SYSROOT_DIR
export PKG_CONFIG_ALLOW_SYSTEM_CFLAGS PKG_CONFIG_ALLOW_SYSTEM_LIBS
unset PKG_CONFIG_PATH
folder=$(dirname "$PKG_CONFIG_LIBDIR")
static=--static
for file in "$folder"/libsonde.so "$folder"/libsonde.dylib; do
    [ -f "$file" ] && static=
done
flags=$(pkg-config $static --cflags --libs sonde)
for file in "$srcdir"/examples/*.c; do
    name=$(basename "$file" .c)
    # shellcheck disable=SC2086 # each may be several words
    run ${CC:-cc} ${CFLAGS-} ${LDFLAGS-} -o "$scratch/$name" "$file" $flags
    is "$name builds against the installed library" [ "$status" -eq 0 ]
done
run env LD_LIBRARY_PATH="$folder" DYLD_LIBRARY_PATH="$folder" \
    "$scratch/event-loop"
is "event-loop runs with it" [ "$status" -eq 0 ]

# The least program, in C and C++, with the shared and the static library.  The
# default build installs no static one: its objects are then those of
# libsonde-core.a.
cat > "$scratch/least.c" << 'END'
#include <sonde.h>
int main(void)
{
    struct sonde_address address;
    return sonde_address_loopback(&address, AF_INET, 0);
}
END
cp "$scratch/least.c" "$scratch/least.cc"
archive=$folder/libsonde.a
[ -f "$archive" ] || archive=$scratch/libsonde.a
ln -s "$builddir/lib/.libs/libsonde-core.a" "$scratch/libsonde.a"
least () { # WORDS SOURCE COMPILER FLAGS...
    words=$1 source=$2
    shift 2
    # shellcheck disable=SC2086 # several words
    run "$@" ${CFLAGS-} ${LDFLAGS-} -o "$scratch/least" "$scratch/$source" \
        $least_flags
    is "five lines build: $words" [ "$status" -eq 0 ]
    run env LD_LIBRARY_PATH="$folder" DYLD_LIBRARY_PATH="$folder" \
        "$scratch/least"
    is "five lines run: $words" [ "$status" -eq 0 ]
    rm -f "$scratch/least"
}
for kind in shared static; do
    if [ "$kind" = shared ]; then
        least_flags=$flags
        [ -z "$static" ] || continue
    else
        least_flags="$(pkg-config --cflags sonde) $archive $(pkg-config \
            --static --libs sonde | tr ' ' '\n' | grep -v -e '^-L' \
            -e '^-lsonde$' | tr '\n' ' ')"
    fi
    # shellcheck disable=SC2086 # CC and CXX may be several words
    least "C, $kind" least.c ${CC:-cc} -std=c11 -D_POSIX_C_SOURCE=200809L
    if [ -n "${CXX-}" ] || have c++; then
        # shellcheck disable=SC2086
        least "C++, $kind" least.cc ${CXX:-c++} -Wall -Wextra -Werror
    else
        skip "five lines: C++, $kind" "no C++ compiler is here"
    fi
done
finish
