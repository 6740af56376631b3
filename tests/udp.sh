#!/bin/sh
# udp.sh - UDP sockets and UNIX datagram sockets in listeners
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
listeners=$builddir/listeners
listening=$builddir/tests/listening
losing=$builddir/tests/losing
export listeners losing scratch
have jq || skip_all "jq is not here"

run "$listeners" --udp
if [ "$status" -eq 2 ]; then
    is "not on this system: a sentence" sh -c '[ "$(wc -l < "$1")" -eq 1 ] &&
        grep -q "does not report datagram sockets" "$1"' - "$scratch/err"
    run "$listeners" --tcp 9
    tcp_status=$status
    run "$listeners" 9
    is "an operand: as without UDP" [ "$status" -eq "$tcp_status" ]
    finish
    exit
fi

# As an ordinary user; the build folder may be closed to others.
as=
[ "$(id -u)" -ne 0 ] || as="setpriv --reuid=65534 --regid=65534 --clear-groups"
# shellcheck disable=SC2086 # words
[ -z "$as" ] || $as true 2> /dev/null || as=
cp "$listeners" "$scratch/copy" && chmod 755 "$scratch" "$scratch/copy"

# lose SOCKETS...: in $names an address a line, $losing_process the process.
lose () {
    names=$scratch/names
    rm -f "$scratch/fifo"
    mkfifo "$scratch/fifo"
    : > "$names"
    "$losing" "$@" < "$scratch/fifo" > "$names" 8>&- &
    losing_process=$!
    exec 9> "$scratch/fifo"
    until grep -q '^ready$' "$names"; do
        kill -0 "$losing_process" ||
            cannot_look "at datagram sockets: none were made"
    done
}
# All queues empty: what was sent and received, in $scratch/truth.
count_truth () {
    echo x >&9
    until grep -q '^done$' "$names"; do
        kill -0 "$losing_process" || cannot_look "at what was received"
    done
    sed '1,/^ready$/d; /^done$/d' "$names" > "$scratch/truth"
}
release () {
    exec 9>&-
    wait "$losing_process"
}
port_of () {
    sed -n "$1s/.*://p" "$names"
}

lost="1 2 3 5 8 13 21 34 55 89 144 233 377 610 987 1597 2584 4181 6765 10000"
words=
for count in $lost; do
    buffer=0
    [ $((count % 2)) -eq 0 ] || buffer=$((3000 + count * 7))
    words="$words inet:$buffer:$count"
done
# shellcheck disable=SC2086 # words
lose $words connected:0:17 inet:0:-3 inet:0:0 "unix:0:4:@some$$" \
    "unix:0:0:$scratch/none" inet:2000000000:1 filtered:0:6
# shellcheck disable=SC2086 # words
run $as "$scratch/copy" -u --json
cp "$scratch/out" "$scratch/report"
if have ss; then
    # "PORT QUEUED LIMIT DROPS"
    ss -Huanm | tr -d '\n' | sed 's/UNCONN/\n/g; s/ESTAB/\n/g' |
        sed -n 's/^ *[0-9]* *[0-9]* *127\.0\.0\.1:\([0-9]*\) .*skmem:(r\([0-9]*\),rb\([0-9]*\),.*,d\([0-9]*\)).*/\1 \2 \3 \4/p' |
        sort > "$scratch/theirs"
fi
count_truth
jq -r '.listeners[] | select(.local | startswith("127.0.0.1:")) |
    "\(.port) \(.drops)"' "$scratch/report" | sort > "$scratch/drops"
sed -n '1,20s/^127\.0\.0\.1:\([0-9]*\) \([0-9]*\) \([0-9]*\)$/\1 \2 \3/p' \
    "$scratch/truth" | awk '{ print $1, $2 - $3 }' | sort > "$scratch/lost"
join "$scratch/lost" "$scratch/drops" > "$scratch/both"
is "drops are the datagrams lost: 20 of 20" [ \
    "$(awk '$2 == $3' "$scratch/both" | wc -l)" -eq 20 ]
is "from 1 to 10000, as planted" [ "$(cut -d ' ' -f 2 "$scratch/lost" |
    sort -n | tr '\n' ' ')" = "$lost " ]
if have ss; then
    jq -r '.listeners[] | select(.local | startswith("127.0.0.1:")) |
        "\(.port) \(.queued) \(.backlog) \(.drops)"' "$scratch/report" | sort |
        join - "$scratch/theirs" > "$scratch/both"
    ports=$(sed -n '/^127/s/.*://p' "$names" | head -n 20)
    for port in $ports; do
        grep "^$port " "$scratch/both"
    done > "$scratch/ours"
    awk '$2 != $5 || $3 != $6 || $4 != $7' "$scratch/ours" > "$scratch/out"
    none "bytes, limits and drops are those of ss" "$scratch/ours"
    is "of 20 sockets" [ "$(wc -l < "$scratch/ours")" -eq 20 ]
else
    skip "bytes, limits and drops are those of ss" "ss is not here"
    skip "of 20 sockets" "ss is not here"
fi
cp "$scratch/report" "$scratch/out"
json_is "all(.listeners[]; .type == \"dgram\" and .incomplete == null and
    .capacity == .backlog and .pending == (.queued > 0) and .family != \"unix\")" \
    "--udp: UDP sockets only, with bytes and a limit"
json_is ".listeners[] | select(.port == $(port_of 1)) |
    .percent >= 90 and .peer == null and .uid != null and .inode != null" \
    "a full buffer"
json_is ".listeners[] | select(.port == $(port_of 21)) |
    .drops == 17 and (.peer | startswith(\"127.0.0.1:\"))" \
    "a connected socket: drops, and its peer"
json_is '[.listeners[].percent] | . == (sort | reverse)' "the fullest comes first"
json_is '.datagrams | .reduced == null and .rmem_default > 0 and
    .udp.full >= 30000 and .udp.errors >= .udp.full' "settings and counters"

release
lose "inet:0:1:$(port_of 1)" connected:0:17 inet:0:-3 inet:0:0 \
    "unix:0:4:@some$$" "unix:0:0:$scratch/unix" inet:2000000000:1 filtered:0:6
full=$(port_of 1)
# says PATTERN DESCRIPTION: the report, in one line.
says () {
    tr -s '\n ' ' ' < "$scratch/out" > "$scratch/line"
    is "$2" grep -q -- "$1" "$scratch/line"
}
run "$listeners" "$full"
says "^127.0.0.1:$full: UDP over IPv4 owner losing\[$losing_process\]; created by" \
    "explained: the socket and its owner"
default=$(cat /proc/sys/net/core/rmem_default 2> /dev/null)
if [ -n "$default" ]; then
    says "requested nothing, probably: the buffer is net.core.rmem_default; or" \
        "explained: nothing was requested"
    says "in force a receive buffer of $default bytes; " "explained: the limit"
else
    skip "explained: nothing was requested" "the settings cannot be read here"
    skip "explained: the limit" "the settings cannot be read here"
fi
says "drops 1 datagram lost since the socket was made. The count (sk_drops; d in ss -m) has no reasons: " \
    "explained: drops have no reason"
says " because a receive buffer was full (RcvbufErrors), " \
    "explained: the counters by reason"
says "to do the buffer was full.* let the program set SO_RCVBUF to " \
    "explained: what to set"
max=$(cat /proc/sys/net/core/rmem_max 2> /dev/null)
run "$listeners" "$(port_of 7)"
if [ -n "$max" ]; then
    says "requested $max or more, by SO_RCVBUF.* cut by net.core.rmem_max = $max" \
        "explained: cut by rmem_max"
    says "to do .* SO_RCVBUF to $((max * 2)) or more, after raising net.core.rmem_max" \
        "explained: rmem_max before SO_RCVBUF"
else
    skip "explained: cut by rmem_max" "the settings cannot be read here"
    skip "explained: rmem_max before SO_RCVBUF" "the settings cannot be read here"
fi
run "$listeners" "$(port_of 2)"
says "UDP over IPv4, connected: gets datagrams of 127.0.0.1:[0-9]* alone" \
    "explained: a connected socket"
run "$listeners" "$(port_of 3)"
says " bytes now, [0-9]*% of the buffer drops none since .* to do nothing, if the queue" \
    "explained: datagrams wait, none lost"

# UNIX datagram sockets.
run "$listeners" --json -uU
json_is ".listeners[] | select(.local == \"@some$$\") | .type == \"dgram\" and
    .pending == true and .queued == null and .backlog == null and .drops == null" \
    "UNIX datagrams: they wait, and no figure is invented"
json_is ".listeners[] | select(.local == \"$scratch/unix\") |
    .pending == false and .owners[0].name == \"losing\"" "UNIX datagrams: none waits"
run "$listeners" "@some$$"
says "a UNIX datagram socket owner losing.*in force not reported by the kernel; a \
socket made now queues [0-9]* datagrams (net.unix.max_dgram_qlen).* at least one \
datagram waits; the kernel does not report how many" "UNIX datagrams: explained"
run "$listeners" "$scratch/unix"
says "queued nothing, or the first datagram is empty" "UNIX datagrams: by path"
run "$listeners" --json -U
json_is "[.listeners[] | select(.type == \"dgram\")] == []" \
    "--unix alone: no datagram sockets"

# Which lists have them.
run "$listeners" --json
json_is '.datagrams == null and ([.listeners[] | select(.type == "dgram")] == [])' \
    "the usual list has none"
run "$listeners"
says " UDP: [0-9]* of [0-9]* sockets lost datagrams, .* the most: [0-9]*; see \
listeners --udp" "the usual list: a note on drops"
run "$listeners" -u
is "the table: a row" grep -q "^127.0.0.1:$full  *[0-9]* *[0-9]* *[0-9]*% *1  losing\[" \
    "$scratch/out"
is "the table: a connected socket" grep -q "^127.0.0.1:$(port_of 2)->127.0.0.1:" \
    "$scratch/out"
says "drops are datagrams lost since the socket was made, for any reason; all UDP" \
    "the table: a note on drops"
says " has most drops: \"listeners [0-9]*\" explains" \
    "the table: what to look at next"
is "the table: no line is wider than 80 columns" lacks "$scratch/out" '.\{81\}'
run "$listeners" -6u --json
json_is 'if_any(.listeners[]; .family == "inet6" and .type == "dgram")' \
    "-6u: UDP over IPv6"
run "$listeners" -4u --tcp --json
json_is 'all(.listeners[]; .family == "inet") and
    ([.listeners[].type] | index("dgram") != null)' "-4u --tcp: both over IPv4"

# Nobody reads, and the reason is known.  A signal is sent before it takes
# effect.
kill -STOP "$losing_process"
until grep -q ") T " "/proc/$losing_process/stat"; do
    kill -0 "$losing_process" || cannot_look "at a stopped process"
done
run "$listeners" "$(port_of 3)"
says "to do no process can read: losing\[$losing_process\] is stopped by a signal \
(SIGSTOP, SIGTSTP). kill -CONT $losing_process resumes it; otherwise restart" \
    "explained: a stopped process"
run "$listeners" "@some$$"
says "to do no process can read: losing\[$losing_process\] is stopped.*senders wait" \
    "UNIX datagrams: a stopped process"
kill -CONT "$losing_process"

# A port of TCP and of UDP.
mkfifo "$scratch/other"
: > "$scratch/names2"
"$listening" inet:3:2 < "$scratch/other" > "$scratch/names2" 9>&- &
listening_process=$!
exec 8> "$scratch/other"
until grep -q '^ready$' "$scratch/names2"; do
    kill -0 "$listening_process" || cannot_look "at a listener: none was started"
done
both=$(sed -n '1s/.*://p' "$scratch/names2")
release
lose "inet:0:3:$both" "inet:0:0"
for what in "$both" "127.0.0.1:$both" ":$both" "localhost:$both"; do
    run "$listeners" --json "$what"
    json_is "([.listeners[].type] | sort) == [\"dgram\", \"stream\"]" \
        "TCP and UDP: ${what%%[0-9]*}"
done
run "$listeners" --json --tcp "$both"
json_is '[.listeners[].type] == ["stream"]' "TCP alone, with --tcp"
run "$listeners" --json -u "$both"
json_is '[.listeners[].type] == ["dgram"]' "UDP alone, with --udp"
exec 8>&-
wait "$listening_process"
run "$listeners" --json "$losing_process"
json_is 'all(.listeners[]; .type == "dgram")' "by the number of the process"
run "$listeners" -u --json losing
json_is ".listeners | length >= 2" "by the name of the process"

# Checks.
run "$listeners" --check "$both"
is "--check: a full buffer" sh -c '[ "$1" -eq 2 ] && grep -q "^LISTENERS CRITICAL: \
UDP 127.0.0.1:$2 [0-9]*% full, [0-9]* of [0-9]* bytes queued, losing\[.* \
.udp 127.0.0.1:$2 queued.=[0-9]*B;;;0;[0-9]* .udp 127.0.0.1:$2 drops.=3c " "$3"' - \
    "$status" "$both" "$scratch/out"
run "$listeners" --check --udp "$(port_of 2)"
is "--check: an empty buffer" [ "$status" -eq 0 ]
run "$listeners" --check --udp -w 1: -c 0:100
is "--check --udp: the sockets" sh -c '[ "$1" -eq 1 ] &&
    grep -q "^LISTENERS WARNING: .* .udp full.=[0-9]*c" "$2"' - "$status" "$scratch/out"
run "$listeners" --waiting --udp
is "--waiting and --udp: wrong usage" [ "$status" -eq 2 ]

# Metrics.
run "$listeners" --prometheus - -u
is "metrics: a socket" sh -c '
    grep -q "^sonde_udp_drops_total{family=\"inet\",local=\"127.0.0.1:$1\",index=\"0\"} 3\$" "$2" &&
    grep -q "^sonde_udp_full_errors_total{family=\"inet\"} [1-9]" "$2" &&
    ! grep -q "^sonde_listener_queued" "$2"' - "$both" "$scratch/out"
if have promtool; then
    run promtool check metrics < "$scratch/out"
    is "metrics: promtool has no complaint" [ "$status" -eq 0 ]
else
    skip "metrics: promtool has no complaint" "promtool is not here"
fi

# Without sock_diag: by /proc/net.
if [ -f "$refuse" ] && ! is_sanitized; then
    run env REFUSE=EACCES "LD_PRELOAD=$refuse" "$listeners" --json -uU
    json_is ".datagrams.reduced == \"EACCES\" and
        ([.listeners[] | select(.port == $both and .type == \"dgram\")] |
            length == 1 and (.[0] | .queued > 0 and .drops == 3 and
            .pending == true and .backlog == null and .percent == null))" \
        "without sock_diag: bytes and drops, no limit"
    run env REFUSE=EACCES "LD_PRELOAD=$refuse" "$listeners" "$both"
    says "in force unknown: .* drops 3 datagrams .* source datagram sockets are \
from /proc/net, since sock_diag does not report them here (EACCES); limits are unknown" \
        "without sock_diag: said"
else
    skip "without sock_diag: bytes and drops, no limit" "nothing can be preloaded"
    skip "without sock_diag: said" "nothing can be preloaded"
fi
release

# In a namespace of its own the counters are those of these sockets.
have_namespaces > "$scratch/out" || {
    skip "a namespace" "$(sed 's/^# //' "$scratch/out")"
    finish
    exit
}
# looked WORD OPERAND: listeners OPERAND beside losing WORD, where $port is its
# port; no other socket is there.
cat > "$scratch/inside" <<'END'
mkfifo "$scratch/inside-fifo"
: > "$scratch/inside-names"
ip link set lo up
"$losing" "$1" < "$scratch/inside-fifo" > "$scratch/inside-names" &
exec 9> "$scratch/inside-fifo"
until grep -q '^ready$' "$scratch/inside-names"; do
    kill -0 $! || exit 9
done
"$listeners" "$(sed -n '1s/.*://p' "$scratch/inside-names")"
exec 9>&-
wait
rm "$scratch/inside-fifo"
END
run unshare -Urn sh "$scratch/inside" filtered:0:6
says "drops 6 datagrams lost .* ended: 0 because a receive buffer was full .* 6 for \
another reason (InErrors).*to do nothing about the buffer: no receive buffer .* \
look for a filter, or for IPsec" "a filter: no larger buffer is advised"
run unshare -Urn sh "$scratch/inside" inet6:0:12
if [ "$status" -eq 9 ]; then
    skip "an IPv6 socket" "IPv6 is not here"
else
    says "UDP over IPv6 .* drops 12 datagrams .* [1-9][0-9]* because a receive" \
        "an IPv6 socket"
fi
run unshare -Urn sh "$scratch/inside" inet:0:12
says "to do the buffer was full: all losses counted in this network namespace have this " \
    "a full buffer: the reason is certain"

# Another namespace, without privilege.
rm -f "$scratch/fifo"
mkfifo "$scratch/fifo"
names=$scratch/names
: > "$names"
unshare -Urn sh -c 'ip link set lo up; exec "$losing" inet:0:12' \
    < "$scratch/fifo" > "$names" &
losing_process=$!
exec 9> "$scratch/fifo"
until grep -q '^ready$' "$names"; do
    kill -0 "$losing_process" || cannot_look "at a namespace"
done
# shellcheck disable=SC2086 # words
run $as "$scratch/copy" --json -u --netns "$losing_process"
json_is ".listeners[0] | .port == $(port_of 1) and .drops == 12 and .queued > 0" \
    "another namespace: bytes and drops"
# shellcheck disable=SC2086 # words
run $as "$scratch/copy" --netns "$losing_process"
says "UDP: 1 of [0-9]* sockets lost datagrams, 127.0.0.1:$(port_of 1) the most: 12" \
    "another namespace: the note"
release

finish
