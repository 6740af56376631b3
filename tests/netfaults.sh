#!/bin/sh
# netfaults.sh - each model behind a wire that loses, delays, and breaks
# SPDX-License-Identifier: GPL-3.0-or-later
#
# In network namespaces of its own: wire.c carries the packets.
. "${srcdir:-.}/tests/tap.sh"
. "$srcdir/tests/server.sh"
have_namespaces > "$scratch/out" ||
    skip_all "$(sed 's/^# //' "$scratch/out")"
if [ "${1:-}" != inside ]; then
    [ -x "$builddir/tests/wire" ] || skip_all "wire is for Linux"
    run unshare -Urnm "$builddir/tests/wire" 1500 true < /dev/null
    # It has ended, or been ended.
    [ "$status" -eq 0 ] || [ "$status" -eq 143 ] ||
        skip_all "no wire here: $(head -n 1 "$scratch/err")"
    [ $# -gt 0 ] || side_by_side
    unshare -Urnm sh "$0" inside "$1"
    exit
fi
model=$2

# tell WORDS: the wire obeys; its answer is $answer.
tell () {
    echo "$*" >&5
    read -r answer <&6
}
# wired MTU SETTINGS ARGUMENTS...: start echosrv behind the wire, with SETTINGS,
# a command of the shell, in its namespace.
wired () {
    mtu=$1 settings=$2
    shift 2
    mkfifo "$scratch/words" "$scratch/answers"
    : > "$scratch/log"
    "$builddir/tests/wire" "$mtu" sh -c "$settings"' exec "$@" 2> "$0"' \
        "$scratch/log" "$builddir/echosrv" --model="$model" \
        -a 192.0.2.2 -a 2001:db8::2 -p 7777 --max-rate=0 "$@" \
        < "$scratch/words" > "$scratch/answers" &
    wire=$!
    server=$wire
    exec 5> "$scratch/words" 6< "$scratch/answers"
    rm "$scratch/words" "$scratch/answers"
    read -r answer <&6
    until_logged 'listening'
    server=
    at=192.0.2.2:7777
    process=$(children_of "$wire")
}
unwired () {
    exec 5>&- 6<&-
    status=0
    wait "$wire" || status=$?
    is "$model: $1: alive to the end" [ "$status" -eq 0 ]
}
descriptors () {
    for each in $process $(children_of "$process"); do
        ls "$proc/$each/fd" 2> /dev/null
    done | awk 'END { print NR }'
}
# settled: nothing is left of the clients that there were.
settled () {
    limit=$(($(date +%s) + 60))
    until [ "$(descriptors)" -le "$before" ]; do
        [ "$(date +%s)" -lt "$limit" ] || return 1
    done
}
# As many as are served at a time.
case $model in
iterative) several=1 ;;
prefork) several=6 ;;
*) several=20 ;;
esac
crowd () {
    run bounded 100 "$crowd" "$at" "$@"
}

# Loss, delay, other orders, doubles.
wired 1500 ''
tell delay 5
tell late 20
tell double 5
tell loss 3
crowd open "$several" say 70000 shut close once
is "$model: loss, delay, other orders, doubles" [ "$status" -eq 0 ]
tell lost
is "$model: packets were lost" [ "$answer" -gt 0 ]
run "$builddir/echoload" -u -4 -n 4 --depth 8 -d 0.5 -t 5 192.0.2.2 7777
is "$model: UDP: lost, maybe; wrong, never" sh -c '
    [ "$1" -eq 0 ] || [ "$1" -eq 12 ]' - "$status"
tell loss 0

# Fragments: of datagrams, since TCP avoids them.
for at in 192.0.2.2:7777 '[2001:db8::2]:7777'; do
    case $at in "["*) ip -6 addr show dev wire0 | grep -q 2001 || continue ;; esac
    crowd udp 9000
    is "$model: a datagram in fragments, in any order, $at" [ "$status" -eq 0 ]
done
at=192.0.2.2:7777
tell late 0
tell double 0

# ICMP says that the other is not there, for a while: no reason to give up.
hold open "$several"
tell deny
"$crowd" "$at" try 3 close > "$scratch/out" 2>&1 &
trying=$!
tell mend
let_go
run wait "$trying"
crowd once
is "$model: ICMP unreachable, and well again" [ "$status" -eq 0 ]

# A reset that is not what the other expects next, and one that is.
before=$(descriptors)
hold open 1 say 5
during=$(descriptors)
tell reset 1000
tell reset 1000
is "$model: a reset inside the window, not at its start: no effect" \
    [ "$(descriptors)" -eq "$during" ]
tell reset 0
is "$model: a reset: the connection goes" settled
let_go
unwired "faults of packets"

# Paths with a small MTU.
wired 1280 ''
crowd open "$several" say 70000 shut close once
is "$model: MTU 1280" [ "$status" -eq 0 ]
crowd udp 9000
is "$model: MTU 1280, datagrams" [ "$status" -eq 0 ]
unwired "MTU 1280"

# Those who vanish: silent, in mid-stream, without a window, rebooted.
wired 1500 '' --idle-timeout=1
before=$(descriptors)
for what in '' 'say 1000' 'deaf 3000000'; do
    # shellcheck disable=SC2086 # $what is words
    hold open "$several" $what
    tell cut
    is "$model: vanished ${what:-silently}: its time is over" settled
    kill -KILL "$holder"
    let_go 2> "$scratch/killed"
    tell mend
    crowd retry
    is "$model: served again" [ "$status" -eq 0 ]
done
unwired "vanished"

# Without a timeout, it is keepalive that notices: a second for the first probe,
# and for each further one.
wired 1500 "cd $proc/sys/net/ipv4 && echo 1 > tcp_keepalive_intvl &&
    echo 2 > tcp_keepalive_probes;" --keepalive=1
logged listening || { sed 's/^/# /' "$scratch/log"; exit 99; }
before=$(descriptors)
hold open "$several"
tell cut
is "$model: keepalive: vanished, and noticed" settled
tell mend
let_go
# The other end was started again: it knows of no connection.
hold open "$several"
tell cut
kill -KILL "$holder"
let_go 2> "$scratch/killed"
tell mend
is "$model: keepalive: started again, and noticed" settled
crowd once
is "$model: served after that" [ "$status" -eq 0 ]
unwired "keepalive"

# A flood of SYNs that nobody completes.
for cookies in 1 0; do
    # shellcheck disable=SC2016 # the inner shell's
    wired 1500 "cd $proc/sys/net/ipv4 && echo $cookies > tcp_syncookies &&
        echo 0 > tcp_synack_retries;" --tcp
    logged listening || { sed 's/^/# /' "$scratch/log"; exit 99; }
    tell syn 7777 20000
    crowd retry
    is "$model: 20,000 half-open, tcp_syncookies $cookies: served" \
        [ "$status" -eq 0 ]
    unwired "half-open"
done
finish_alone
