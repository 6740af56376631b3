#!/bin/sh
# overflow.sh - backlogprobe --again, --overflow, --unix
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
have jq || skip_all "jq is not here"
[ "$(rule_of_host)" = "n+1" ] || skip_all "the rule of this host is not n+1"
jq -e '.like.best == "Linux 4.10 or later"' "$scratch/out" > /dev/null ||
    skip_all "what is expected here is Linux's"

run "$backlogprobe" --json --unix -b 0-14,200
is "UNIX sockets: measured" [ "$status" -eq 0 ]
json_is '[.rows[] | .family == "unix" and .accepted == .backlog + 1 and
    .connected == .accepted and .next_client == "EAGAIN" and .stable] | all' \
    "UNIX sockets: n + 1, and EAGAIN for the next"
json_is '.rule == "n+1" and .like.best == null and .like.others == []' \
    "UNIX sockets: the rule; they are like no kernel's TCP"
json_is 'all(.rows[]; .incomplete == null and
    (.incomplete_reason | test("no handshake")))' \
    "UNIX sockets: no incomplete queue, and why"
run "$backlogprobe" --json --unix -4 -b 3
json_is '[.rows[].family] == ["inet", "unix"]' "-4 and --unix: both"
run "$backlogprobe" -4 --unix -b 1
is "UNIX sockets: the table says so" grep -q "UNIX" "$scratch/out"
is "UNIX sockets: what the next client sees is not what one of TCP does" sh -c '
    tr -s " \n" " " < "$1" | grep -q "next client: no SYN-ACK within 60 ms; .* over\
 a UNIX socket: EAGAIN from a non-blocking connect"' - "$scratch/out"

run "$backlogprobe" --json --again --unix -4 -b 0
json_is '[.again[].family] == ["inet", "unix"] and all(.again[];
    .grow_before == 3 and .grow_after == 6 and .grow_error == "none")' \
    "a second listen lets the queue grow"
json_is 'all(.again[]; .shrink_before == 6 and .shrink_kept == 6 and
    .shrink_after == 2 and .shrink_error == "none")' \
    "a second listen lets it shrink, but keeps what is queued"

# With few descriptors: what is not there has a reason, what is there is right.
# Of TCP alone once: it tries again after a second.
few () {
    descriptors=$1
    shift
    run sh -c 'ulimit -n "$1" && shift && exec "$backlogprobe" -b 0 "$@"' - \
        "$descriptors" "$@"
}
right='all(.again[]; (.grow_before | . == null or . == 3) and
        (.grow_after | . == null or . == 6) and
        (.shrink_before | . == null or . == 6) and
        (.shrink_kept | . == null or . == 6) and
        (.shrink_after | . == null or . == 2) and
        ((.shrink_after != null and .grow_after != null) or .reason != null))
    and if_any(.overflow[]; (.next_client | IN(null, "silence", "EAGAIN")) and
        (.accepted | . == null or . == 2) and .connect_completes != "no" and
        .early_data != "lost" and (.blocking_connect | IN(null, "waits")) and
        ((.next_client != null and .accepted != null) or .reason != null))'
for descriptors in 7 8 9 10 11 12 13 14 16; do
    few "$descriptors" --json --again --overflow --unix
    if [ -s "$scratch/out" ]; then
        json_is "$right" "$descriptors descriptors: UNIX sockets"
    else
        skip "$descriptors descriptors: UNIX sockets" "too few to start"
    fi
    few "$descriptors" --json --again -4
    if [ -s "$scratch/out" ]; then
        json_is "$right" "$descriptors descriptors: TCP"
    else
        skip "$descriptors descriptors: TCP" "too few to start"
    fi
done
few 10 --json --again --overflow -4
if [ -s "$scratch/out" ]; then
    json_is "$right" "10 descriptors: TCP, and who is outside"
else
    skip "10 descriptors: TCP, and who is outside" "too few to start"
fi
few 10 --again -4
if [ -s "$scratch/out" ]; then
    is "10 descriptors: the sentence" \
        grep -q '^again .*IPv4: \(listen (fd, 2)\|not measured: .*EMFILE\)' \
        "$scratch/out"
else
    skip "10 descriptors: the sentence" "too few to start"
fi
run "$backlogprobe" --json --overflow --unix -4 -b 0
is "--overflow ends with 0" [ "$status" -eq 0 ]
json_is '.overflow[0] == {"family": "inet", "next_client": "silence", "connected": 2,
    "accepted": 2, "connect_completes": "yes", "blocking_connect": null,
    "early_data": "kept", "reason": null}' \
    "TCP: no SYN-ACK for the next client; it connects when accept makes room"
json_is '.overflow[1] == {"family": "unix", "next_client": "EAGAIN", "connected": 2,
    "accepted": 2, "connect_completes": "yes", "blocking_connect": "waits",
    "early_data": "kept", "reason": null}' \
    "UNIX: EAGAIN, or a blocking connect that waits"
run "$backlogprobe" --overflow -4 -b 0
is "the sentence: when, and how much data" sh -c 'tr -s " \n" " " < "$1" |
    grep -q "overflow IPv4: client 3 gets no SYN-ACK, and connects [0-9.]* s \
after accept makes room; data sent before accept is kept ([0-9]* bytes fit)"' - \
    "$scratch/out"

# The setting changes nothing for a SYN that finds the queue full.
run "$backlogprobe" --json --overflow -4 -b 0-3 \
    --with net.ipv4.tcp_abort_on_overflow=1
if [ "$status" -eq 2 ]; then
    skip "tcp_abort_on_overflow" "$(head -n 1 "$scratch/err")"
else
    json_is '.tcp_abort_on_overflow == 1 and .overflow[0].next_client == "silence" and
        all(.rows[]; .next_client == "silence")' \
        "tcp_abort_on_overflow: reported, and still no SYN-ACK"
fi
finish
