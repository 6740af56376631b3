#!/bin/sh
# synrecv.sh - handshakes in progress, full SYN queues, SYN cookies
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
listeners=$builddir/listeners
listening=$builddir/tests/listening
halfopen=$builddir/tests/halfopen
export listeners listening halfopen scratch
[ "$(uname -s)" = Linux ] || skip_all "sock_diag is Linux's"
have jq || skip_all "jq is not here"
have_namespaces > "$scratch/out" ||
    skip_all "$(sed 's/^# //' "$scratch/out")"

# start LISTENING-ARGUMENTS...: $port is that of the first.
cat > "$scratch/lib.sh" <<'END'
ip route add 192.0.2.0/24 dev lo || exit 9
start () {
    rm -f "$scratch/fifo"
    mkfifo "$scratch/fifo"
    : > "$scratch/names"
    "$listening" "$@" < "$scratch/fifo" > "$scratch/names" &
    process=$!
    exec 9> "$scratch/fifo"
    until grep -q "^ready$" "$scratch/names"; do
        kill -0 "$process" || exit 9
    done
    port=$(sed -n '1s/.*://p' "$scratch/names")
    other=$(sed -n '2s/.*://p' "$scratch/names")
}
stop () {
    exec 9>&-
    wait "$process"
}
END
# says FILE PATTERN: FILE has it, without regard to line breaks.
says () {
    tr -s " \n" " " < "$1" > "$scratch/words"
    grep -q -- "$2" "$scratch/words"
}

cat > "$scratch/inside" <<'END'
. "$scratch/lib.sh"
# The kernel drops handshakes of a queue more than half full after 7 s.
start inet:40:0 inet:40:3
"$halfopen" "$port" 12 || exit 8
"$listeners" > "$scratch/few"
"$listeners" --json > "$scratch/few.json"
"$listeners" "$port" > "$scratch/few.explained"
"$listeners" --prometheus - > "$scratch/few.metrics"
! command -v ss > /dev/null ||
    ss -Htn state syn-recv "sport = :$port" > "$scratch/few.ss"
"$halfopen" "$port" 70 || exit 8
"$listeners" --json > "$scratch/many.json"
# On a slow host the queue may have been half emptied by then.
full () {
    for try in 1 2 3 4 5; do
        "$listeners" "$@" > "$scratch/listing"
        "$listeners" | tr -s " \n" " " | grep -q "full or nearly so" && return
        echo "not full any more after $try" >&2
        "$halfopen" "$port" 70 || exit 8
    done
}
full
cp "$scratch/listing" "$scratch/many"
full "$port"
cp "$scratch/listing" "$scratch/many.explained"
stop
echo "$port $other" > "$scratch/ports"
END
run in_namespace '. "$scratch/inside"'
[ "$status" -ne 8 ] || skip_all "no raw sockets in a namespace"
[ "$status" -ne 9 ] || skip_all "no route in a namespace"
read -r port other < "$scratch/ports"
cp "$scratch/few.json" "$scratch/out"
# After a second, on a busy host, the kernel sends SYN-ACKs again.
json_is ".listeners[] | select(.port == $port) | .incomplete == 12 and
    .resent <= 12" "12 handshakes are in progress, exactly"
json_is "[.listeners[] | select(.port == $other) | .incomplete] == [0]" \
    "none at the other listener"
json_is '.handshakes.tcp_syncookies == 1 and .handshakes.tcp_max_syn_backlog > 0
    and .totals.cookies_sent == 0' "the settings; no cookies yet"
if [ -s "$scratch/few.ss" ]; then
    is "ss agrees" [ "$(wc -l < "$scratch/few.ss")" -eq 12 ]
else
    skip "ss agrees" "ss is not here"
fi
is "metrics" grep -qxF "sonde_listener_handshakes{family=\"inet\",\
local=\"127.0.0.1:$port\"} 12" "$scratch/few.metrics"
is "table: a note" says "$scratch/few" \
    "12 handshakes in progress (SYN-RECV), 12 of them at 127.0.0.1:$port"
is "table: no word of flooding" lacks "$scratch/few" -i flood
is "explained: the number, and the limit" says "$scratch/few.explained" \
    "SYN queue 12 handshakes in progress (SYN-RECV).*The limit is the backlog in \
force, 40; beyond it a SYN is answered with a SYN cookie"
is "explained: no word of flooding" lacks "$scratch/few.explained" 'SYN flood'

# The kernel queues the limit and one; of 70 SYNs, 12 are retransmissions.
cp "$scratch/many.json" "$scratch/out"
json_is "([.listeners[] | select(.port == $port) | .incomplete] | .[0] >= 40 and
    .[0] <= 41) and .totals.full_cookies >= 29 and .totals.cookies_sent >= 29 and
    .totals.cookies_received == 0 and .totals.full_drops == 0" \
    "a full SYN queue: the limit, and cookies"
is "table: the kernel's message" says "$scratch/many" \
    "since its start, SYN queues of this network namespace were full for [0-9]* SYNs \
that were due a cookie (TCPReqQFullDoCookies): \"possible SYN flooding\" in the kernel's log"
is "explained: most clients did not complete" says "$scratch/many.explained" \
    "SYN flood.*\"Possible SYN flooding on port\".*Of [0-9]* cookies sent \
(SyncookiesSent) 0 came back valid (SyncookiesRecv): most of these clients did \
not complete the handshake"
is "no line is wider than 80 columns" sh -c '! grep -q ".\{81\}" "$1"/few \
    "$1"/many "$1"/*.explained' - "$scratch"

# A short queue that is full comes before a longer one with more handshakes.
run in_namespace '. "$scratch/lib.sh"; start inet:5:0 inet:60:0
    "$halfopen" "$port" 8; "$halfopen" "$other" 20
    echo "$port" > "$scratch/ports"; "$listeners" > "$scratch/short"; stop'
is "table: a full queue comes first" says "$scratch/short" \
    "of them at 127.0.0.1:$(cat "$scratch/ports"), whose SYN queue is full or nearly so"

# A full accept queue keeps clients in the SYN queue: no alarm.
run in_namespace '. "$scratch/lib.sh"; start inet:20:0 inet:5:6
    "$halfopen" "$port" 50; "$listeners" "$other" > "$scratch/accept.explained"
    stop'
is "explained: a full accept queue comes first" says "$scratch/accept.explained" \
    "SYN flood no sign of one by itself: the accept queue is full now.*to do the \
queue is full"

# Clients that are real: the queue is full of half-open handshakes, and 40 good
# clients get in by cookie.
run in_namespace '. "$scratch/lib.sh"; start inet:20:0 inet:50:0
    "$halfopen" "$other" 51; start2=$other
    exec 8>&9
    "$listening" inet:1:0 "crowd=$other:40" < /dev/null > "$scratch/crowd"
    "$listeners" --json "$other" > "$scratch/real.json"
    "$listeners" "$other" > "$scratch/real"; exec 8>&-; stop'
cp "$scratch/real.json" "$scratch/out"
json_is '.totals.cookies_sent == 40 and .totals.cookies_received == 40' \
    "40 clients beside a full SYN queue: 40 cookies, all come back"
is "explained: most clients are real" says "$scratch/real" "Of 40 cookies sent \
(SyncookiesSent) 40 came back valid (SyncookiesRecv): most of these clients are \
real, so this is load, not an attack"

# Without cookies SYNs are dropped.
run in_namespace '. "$scratch/lib.sh"; echo 0 > /proc/sys/net/ipv4/tcp_syncookies
    start inet:20:0; "$halfopen" "$port" 50
    "$listeners" --json "$port" > "$scratch/off.json"
    "$listeners" "$port" > "$scratch/off"; stop'
cp "$scratch/off.json" "$scratch/out"
json_is '.handshakes.tcp_syncookies == 0 and .totals.full_drops >= 29 and
    .totals.full_cookies == 0' "tcp_syncookies 0: dropped, and counted"
is "explained: the setting" says "$scratch/off" "SYN flood since its start, SYN queues of this \
network namespace were full for [0-9]* SYNs that were dropped (TCPReqQFullDrop).*\
With net.ipv4.tcp_syncookies 1 such SYNs would be answered"

# tcp_syncookies 2 counts every SYN as if a queue were full.
run in_namespace '. "$scratch/lib.sh"; echo 2 > /proc/sys/net/ipv4/tcp_syncookies
    start inet:20:5
    "$listeners" --json "$port" > "$scratch/all.json"
    "$listeners" "$port"; stop'
is "tcp_syncookies 2: no word of flooding" lacks "$scratch/out" 'SYN flood'
is "tcp_syncookies 2: said" says "$scratch/out" "every SYN is answered with a \
cookie, and this queue is not used"
cp "$scratch/all.json" "$scratch/out"
json_is '.totals.full_cookies == 5 and .totals.cookies_received == 5 and
    .listeners[0].queued == 5' "though the counter of the kernel is 5"

# The same after drops: only they are of a full queue.
run in_namespace '. "$scratch/lib.sh"; echo 0 > /proc/sys/net/ipv4/tcp_syncookies
    start inet:20:0; "$halfopen" "$port" 50
    echo 2 > /proc/sys/net/ipv4/tcp_syncookies
    exec 8>&9
    "$listening" inet:1:0 "crowd=$port:5" < /dev/null > "$scratch/crowd"
    "$listeners" --json "$port" > "$scratch/both.json"
    "$listeners" "$port"; exec 8>&-; stop'
is "tcp_syncookies 2 after drops: only drops are said" says "$scratch/out" \
    "were full for [0-9]* SYNs that were dropped (TCPReqQFullDrop)"
cp "$scratch/both.json" "$scratch/out"
json_is '.totals.full_cookies >= 5 and .totals.full_drops >= 29' \
    "though both counters of the kernel are above 0"

# IPv4 clients of an IPv6 listener, and a group.
run in_namespace '. "$scratch/lib.sh"; start inet6:20:0
    [ -n "$port" ] && "$halfopen" "$port" 7
    "$listeners" --json "$port"; stop'
json_is '.listeners[0].family == "inet6" and .listeners[0].incomplete == 7' \
    "IPv4 handshakes of an IPv6 listener"
finish
