#!/bin/sh
# servers-inherited.sh - sockets from inetd and by LISTEN_FDS
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/alone.sh"
. "${srcdir:-.}/tests/tap.sh"
. "$srcdir/tests/server.sh"

# begin COMMAND...: start what prints its port, to $port.
begin () {
    mkfifo "$scratch/port"
    "$@" > "$scratch/port" 2> "$scratch/log" &
    server=$!
    exec 7< "$scratch/port"
    read -r port <&7
    rm "$scratch/port"
}
ended () {
    status=0
    wait "$server" || status=$?
    server=
    exec 7<&-
}

# A single connection, as inetd passes it with "nowait".
begin "$builddir/tests/peer" inetd "$builddir/echosrv" --inetd -v
run "$crowd" "127.0.0.1:$port" open 1 say 100000 shut close
is "inetd, nowait: echo" [ "$status" -eq 0 ]
ended
is "inetd, nowait: the server ends with its client" [ "$status" -eq 0 ]
# A call that does not wait would not end it, nor ever rest.
begin "$builddir/tests/peer" inetd "$builddir/echosrv" --inetd \
    --idle-timeout=0.2
run "$crowd" "127.0.0.1:$port" open 1 ended close
is "inetd, nowait: a client that is silent is ended" [ "$status" -eq 0 ]
ended
begin "$builddir/tests/peer" inetd "$builddir/daytimesrv" --inetd --iso --utc
run "$crowd" "127.0.0.1:$port" line
is "inetd, nowait: daytime" grep -q '^[0-9-]*T[0-9:]*Z' "$scratch/out"
ended
is "inetd, nowait: that ends too" [ "$status" -eq 0 ]

# By LISTEN_FDS.
for model in $models; do
    begin "$builddir/tests/peer" listen-fds "$builddir/echosrv" \
        --model="$model"
    run "$crowd" "127.0.0.1:$port" once once
    is "$model: LISTEN_FDS" [ "$status" -eq 0 ]
    kill -TERM "$server"
    ended
    is "$model: LISTEN_FDS: stopped" [ "$status" -eq 0 ]
    is "$model: LISTEN_FDS: says where" \
        logged "listening on 127.0.0.1 port $port, TCP"
done

begin "$builddir/tests/peer" both "$builddir/echosrv"
run "$crowd" "127.0.0.1:$port" open 1 ended
ended
is "LISTEN_FDS: a connection is passed alone, or not served" sh -c '
    [ "$1" -eq 2 ] && grep -q "4 is a connection" "$2"' - "$status" \
    "$scratch/log"

# A descriptor that is no socket among the others: named, and the others serve.
# shellcheck disable=SC2016 # for the inner shell
begin "$builddir/tests/peer" listen-fds /bin/sh -c \
    'exec 4< /dev/null; LISTEN_FDS=2 exec "$0"' "$builddir/echosrv"
run "$crowd" "127.0.0.1:$port" once
is "LISTEN_FDS: beside a descriptor that is no socket: served" \
    [ "$status" -eq 0 ]
kill -TERM "$server"
ended
is "LISTEN_FDS: the descriptor that is no socket is named" \
    logged 'descriptor 4 cannot be used: Socket operation on non-socket'

# unusable MODE WORDS: refused, with 2, and the reason.
unusable () {
    begin "$builddir/tests/peer" "$1" "$builddir/echosrv"
    ended
    is "LISTEN_FDS: $1: 2, and why" sh -c '[ "$1" -eq 2 ] &&
        grep -q "$2" "$3"' - "$status" "$2" "$scratch/log"
}
unusable bound 'descriptor 3 .*neither listens nor is connected'
unusable packets 'descriptor 3 is a SOCK_SEQPACKET socket'
if [ "$(uname -s)" = Linux ]; then
    unusable netlink 'descriptor 3 is a datagram socket of another address'
else
    skip "LISTEN_FDS: netlink" "that is Linux's"
fi

# A socket that is not served, among others that are.
# shellcheck disable=SC2016 # for the inner shells
begin "$builddir/tests/peer" listen-fds /bin/sh -c 'exec 4<&3
    exec "$0" packets /bin/sh -c "LISTEN_FDS=2 exec \"\$0\"" "$1"' \
    "$builddir/tests/peer" "$builddir/echosrv"
run "$crowd" "127.0.0.1:$port" once
is "LISTEN_FDS: beside a SOCK_SEQPACKET socket: served" [ "$status" -eq 0 ]
kill -TERM "$server"
ended
is "LISTEN_FDS: the SOCK_SEQPACKET socket is named" \
    logged 'descriptor 3 is a SOCK_SEQPACKET socket'

# The flags of the socket are shared with the process that passed it.
# shared MODEL SIGNAL: the server gets it from SIGNAL, and ends by that.
# shellcheck disable=SC2016 # for the inner shells
shared () {
    mkfifo "$scratch/child"
    begin "$builddir/tests/peer" listen-fds /bin/sh -c '
        sh -c "LISTEN_PID=\$\$ exec \"\$0\" -v --grace 1 --model=\"\$1\"" "$0" "$2" &
        trap "" TERM
        echo $! > "$1/child"
        wait $!
        echo $? > "$1/ended"
        cat /proc/self/fdinfo/3 > "$1/flags"' "$builddir/echosrv" "$scratch" "$1"
    run "$crowd" "127.0.0.1:$port" once
    is "LISTEN_FDS: shared: $1: served" [ "$status" -eq 0 ]
    read -r child < "$scratch/child"
    rm "$scratch/child"
    kill -"$2" "$child"
    # The alarm that the peer began would end the server, too, but much later.
    begun=$(date +%s)
    ended
    is "LISTEN_FDS: shared: $1: $2, and no alarm, ends it" \
        [ $(($(date +%s) - begun)) -lt 25 ]
    is "LISTEN_FDS: shared: $1: $2 ends it in order" \
        grep -qx 0 "$scratch/ended"
    is "LISTEN_FDS: shared: $1: the socket blocks as before, after $2" \
        grep -q '^flags:[[:blank:]]*0*2$' "$scratch/flags"
}
if [ -r /proc/self/fdinfo/0 ]; then
    for model in $models; do
        for signal in TERM HUP QUIT; do
            # A signal that is ignored from the start, as HUP below nohup, does
            # not stop a server.
            if sh -c "kill -$signal \$\$; :"; then
                skip "LISTEN_FDS: shared: $model: $signal" "$signal is ignored"
            else
                shared "$model" "$signal"
            fi
        done
    done
    for signal in INT USR1; do
        shared event "$signal"
    done
else
    skip "LISTEN_FDS: shared" "no /proc/self/fdinfo here"
fi

# misled WORDS LISTEN_FDS: the server ends with 2, and says so in a sentence.
misled () {
    run sh -c 'LISTEN_PID=$$ LISTEN_FDS=$2 exec "$1"' - "$builddir/echosrv" "$2"
    is "LISTEN_FDS=$2: 2, and a sentence" sh -c '[ "$1" -eq 2 ] &&
        grep -q "$2" "$3"' - "$status" "$1" "$scratch/err"
}
misled 'more than 64 sockets were passed' 66
misled 'is malformed' 1x

# What systemd comes with to try it.
activate () { # OPTIONS...: with a UNIX socket
    mkfifo "$scratch/fifo"
    systemd-socket-activate "$@" 2> "$scratch/fifo" &
    server=$!
    exec 7< "$scratch/fifo"
    while read -r line <&7; do
        case $line in *istening*) break ;; esac
    done
    {
        bounded "$lifetime" cat || kill -KILL "$server"
    } <&7 > "$scratch/log" &
    logger=$!
    exec 7<&-
    rm "$scratch/fifo"
}
deactivate () {
    kill -TERM "$server"
    wait "$server"
    server=
    wait "$logger"
    rm -f "$scratch/socket"
}
if have systemd-socket-activate; then
    activate -l "$scratch/socket" "$builddir/echosrv"
    run "$crowd" "$scratch/socket" once open 3 say 1000 close
    is "systemd-socket-activate: stream" [ "$status" -eq 0 ]
    deactivate
    activate -d -l "$scratch/socket" "$builddir/echosrv"
    run "$crowd" "$scratch/socket" udp 0 udp 2000
    is "systemd-socket-activate: datagrams" [ "$status" -eq 0 ]
    deactivate
    activate --inetd -a -l "$scratch/socket" "$builddir/echosrv" --inetd
    run "$crowd" "$scratch/socket" once once
    is "systemd-socket-activate --inetd -a: a process for each" \
        [ "$status" -eq 0 ]
    deactivate
else
    skip "systemd-socket-activate" "it is not here"
fi

# The units, with our paths.
if have systemd-analyze; then
    for unit in "$srcdir"/contrib/*.service "$srcdir"/contrib/*.socket; do
        sed -e "s|/usr/bin/|$builddir/|" -e /^Documentation/d "$unit" \
            > "$scratch/${unit##*/}"
    done
    run systemd-analyze verify "$scratch"/*.service "$scratch"/*.socket
    is "the units are what systemd takes for some, to the last line" \
        sh -c '[ "$1" -eq 0 ] &&
        [ "$(grep -cF "$2/" "$2/err")" = 0 ]' - "$status" "$scratch"
else
    skip "the units are what systemd takes for some" \
        "systemd-analyze is not here"
fi
finish
