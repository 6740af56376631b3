#!/bin/sh
# names.sh - names as users type them: abstract UNIX names, services, localhost
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
. "$srcdir/tests/server.sh"
echosrv=$builddir/echosrv echocli=$builddir/echocli
daytimesrv=$builddir/daytimesrv daytimecli=$builddir/daytimecli

# echoes WORDS COMMAND...: echocli gets the words back.
echoes () {
    echo "$1" > "$scratch/in"
    shift
    status=0
    "$@" < "$scratch/in" > "$scratch/out" 2> "$scratch/err" || status=$?
    [ "$status" -eq 0 ] && cmp "$scratch/in" "$scratch/out"
}
# refused WORDS COMMAND...: status 2, the words on standard error, and no file.
refused () {
    words=$1
    shift
    run bounded 20 "$@" < /dev/null
    [ "$status" -eq 2 ] && grep -q -- "$words" "$scratch/err" &&
        [ ! -e "$scratch/empty folder/@x" ]
}

# ---- abstract names of UNIX sockets
name=@sonde-names-$$
mkdir "$scratch/empty folder"
if [ "$(uname -s)" = Linux ]; then
    for model in $models; do
        serve "$echosrv" --model="$model" --unix "$name"
        is "$model: an abstract name is announced as it was given" \
            logged "listening on $name, UNIX stream"
        is "$model: a stream by an abstract name" \
            echoes words "$echocli" --unix "$name"
        is "$model: it has no file" [ ! -e "$name" ]
        halt
        is "$model: it ends" [ "$status" -eq 0 ]
    done
    serve "$echosrv" -v --udp --unix "$name"
    is "datagrams by an abstract name" \
        echoes words env TMPDIR=/nonexistent "$echocli" -u --unix "$name"
    is "both ends are shown" logged "^echosrv: @[^ ]*: datagram to $name, 6 "
    run bounded 20 "$echosrv" --udp --unix "$name"
    is "an abstract name in use: 2" [ "$status" -eq 2 ]
    is "and why" grep -q "listen on $name: Address already in use" "$scratch/err"
    halt
    serve "$echosrv" --unix "$name"
    run "$builddir/echoload" -d 0.1 --unix "$name"
    is "a load by an abstract name" grep -q "^$name, UNIX" "$scratch/out"
    run "$builddir/echoload" --json -d 0.1 --unix "$name"
    is "and in JSON" grep -qF "\"peer\": \"$name\"" "$scratch/out"
    halt
    serve "$daytimesrv" --unix "$name"
    run "$daytimecli" --unix "$name"
    is "daytime by an abstract name" [ "$status" -eq 0 ]
    halt
    run "$echocli" --unix "$name" < /dev/null
    is "nothing listens at an abstract name: 3" [ "$status" -eq 3 ]
    is "a mode for an abstract name: 2" refused 'has no file' \
        "$echosrv" --unix "$name" --unix-mode 600
    is "an abstract name that is too long: 2" refused 'File name too long' \
        "$echosrv" --unix "@$(printf '%0108d' 0)"
    serve sh -c 'cd "$1" && exec "$2" --unix ./@x' - "$scratch/empty folder" \
        "$(cd "$builddir" && pwd)/echosrv"
    is "./@NAME is a file" [ -S "$scratch/empty folder/@x" ]
    halt
else
    is "abstract names are for Linux: 2" refused 'for Linux' \
        "$echosrv" --unix "$name"
fi
is "@ alone is no name: 2" refused 'requires a path or @NAME' \
    "$echosrv" --unix @
is "nor for a client: 2" refused "'@' for '--unix'" "$echocli" --unix @

# ---- a host without /etc/hosts, /etc/services and name server
cat > "$scratch/bare" << 'END'
for file in hosts services resolv.conf; do
    [ ! -e "/etc/$file" ] || mount --bind "$scratch/nothing" "/etc/$file" || exit 9
done
mkfifo "$scratch/said"
"$builddir/echosrv" --address=localhost --port echo 2> "$scratch/said" &
server=$!
exec 7< "$scratch/said"
read -r line <&7 || exit 8
case $line in
*' port 7, '*) echo "listens at the port of echo" ;;
esac
try () {
    if [ "$(echo words | "$@" 2>&1)" = words ]; then
        echo "served: $*"
    else
        echo "not served: $*"
    fi
}
cd "$builddir" || exit 8
try ./echocli localhost echo
try ./echocli localhost
try ./echocli -4 LocalHost. echo
try ./echocli -u -4 a.b.localhost echo
./listeners localhost:echo > /dev/null && echo "listeners finds echo"
./echocli localhost daytime < /dev/null 2> "$scratch/daytime"
grep -o 'port daytime: Connection refused' "$scratch/daytime"
./echocli localhost nonesuch < /dev/null 2> "$scratch/nonesuch"
grep -o 'no such service' "$scratch/nonesuch"
kill -TERM "$server"
cat <&7 > "$scratch/log"
wait "$server" && echo "ended"
END
: > "$scratch/nothing"
# told WORDS: printed inside, in a line of its own.
told () {
    grep -qxF "$1" "$scratch/out"
}
# bare COMMANDS: run the script inside after the commands.
bare () {
    rm -f "$scratch/said"
    export scratch builddir
    run bounded 120 unshare -Urnm sh -c "ip link set lo up; $1
        . \"\$scratch/bare\""
}
absolute=$(cd "$builddir" && pwd)
builddir=$absolute
# tells: what must be told in each case.
tells () {
    for words in "listens at the port of echo" \
        "served: ./echocli localhost echo" "served: ./echocli localhost" \
        "served: ./echocli -4 LocalHost. echo" \
        "served: ./echocli -u -4 a.b.localhost echo" "listeners finds echo" \
        "port daytime: Connection refused" "no such service" "ended"; do
        is "$1: $words" told "$words"
    done
}
if have_namespaces; then
    bare true
    if [ "$status" -eq 9 ]; then
        skip "a host without files" "nothing may be mounted on /etc/hosts"
    else
        tells "without files"
        bare 'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6'
        tells "without files and IPv6"
    fi
else
    skip "a host without files" "no network namespaces here"
fi
finish
