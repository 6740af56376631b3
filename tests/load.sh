#!/bin/sh
# load.sh - echoload: what it measures, and what it notices
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/alone.sh"
. "${srcdir:-.}/tests/tap.sh"
. "$srcdir/tests/peers.sh"
have jq || skip_all "jq is not here"

# measure OPTIONS...: a run against the last peer, in JSON.
measure () {
    run "$echoload" --json --timeout 30 "$@" 127.0.0.1 "$port"
    last_line
}

# measured STATUS EXPRESSION OPTIONS...: it ends with STATUS, and says that.
measured () {
    measured_status=$1 expression=$2
    shift 2
    measure "$@"
    [ "$status" -eq "$measured_status" ] && [ -s "$scratch/out" ] &&
        jq -e "$expression" "$scratch/out" > /dev/null
}

start echo
honest=$port
measure -n 8 -d 0.3
is "messages: ends with 0" [ "$status" -eq 0 ]
json_is '.messages > 0 and .errors == 0 and .latency.count == .messages and
    .connects == 8' "messages, and no errors"
json_is '.latency | .min_ns <= .p50_ns and .p50_ns <= .p99_ns and
    .p99_ns <= .p999_ns and .p999_ns <= .max_ns' "latencies in order"
json_is '.plan.kind == "messages" and .plan.transport == "TCP" and
    .plan.duration_ms == 300 and .schema_version == 1' "and the plan"
measure -n 2 --size 100000 --depth 4 -d 0.3
json_is '.opened_ns >= .connect.max_ns' \
    "messages: all are connected when the slowest is"
json_is '.messages > 0 and .errors == 0 and .plan.size == 100000' \
    "messages larger than any buffer, four at a time"
measure -n 4 --size 1 --depth 16 -d 0.3
json_is '.messages > 0 and .errors == 0' "messages of one byte, 16 at a time"
measure -n 3 -r 200 -d 0.5
json_is '.messages == 100 and .plan.rate == 200' \
    "--rate: as many as were due, no more, no less"
# Half of the time given is for answers alone.
overload () {
    measured 4 '.errors == .errors_by_kind["not-sent"] and
        .errors + .messages == 1000000' \
        -r 10000000 -d 0.1 --timeout "$delay"
}
delays='0.2 2 8'
is "a rate beyond reach: what was not sent" in_time overload
delays=
is "a rate beyond reach: a sentence, and 4" said 4 \
    "not sent: the rate was not reached"
measure --connect --reset -r 1000000 -d 0.1
json_is '.errors == .errors_by_kind["not-sent"] and
    .errors + .connects == 100000' "nor connected"
label="--connect --rate: little processor time between connections"
if is_sanitized || is_counted; then
    skip "$label" "a sanitizer, or gcov, takes processor time of its own"
else
    # The rate need not be reached.  A host that is busy with others may charge
    # their time; a loop would take a second each time.
    little () {
        run sh -c '"$echoload" --connect -n 4 -r 20 -d 1 127.0.0.1 "$1"
            [ $? -eq 0 ] || [ $? -eq 4 ] && times' - "$honest"
        awk '/^[0-9]+m/ {
                gsub(/[ms]/, " "); used = 60 * ($1 + $3) + $2 + $4 }
            END { exit !(used != "" && used < 0.15) }' "$scratch/out"
    }
    seldom_much () {
        little || little || little
    }
    is "$label" seldom_much
fi
measure --connect -n 4 -d 0.3
json_is '.connects >= .messages and .messages > 0 and .errors == 0 and
    .connect.count == .connects' "--connect"
measure --connect --reset -n 4 -d 0.3
json_is '.messages > 0 and .errors == 0' "--connect --reset"
measure --hold 500 -d 0.1
json_is '.messages == 500 and .connects == 500 and .errors == 0' "--hold"
# With a histogram, for which it takes some messages.
for delay in 0.3 3 20; do
    run "$echoload" -n 4 -d "$delay" 127.0.0.1 "$honest"
    ! grep -q '#' "$scratch/out" || break
done
is "the report for people: within 80 columns, plain ASCII" \
    lacks "$scratch/out" '.\{81\}\|[^ -~]'
for word in messages latency 'errors  *none' '#'; do
    is "the report for people: $word" grep -q "$word" "$scratch/out"
done
is "no progress line where no terminal is" [ ! -s "$scratch/err" ]
start echo '' "$scratch/socket"
run "$echoload" --json -n 8 -d 0.2 --unix "$scratch/socket"
last_line
json_is '.messages > 0 and .errors == 0 and .plan.transport == "UNIX stream"' \
    "a UNIX socket"
mv "$scratch/socket" "$scratch/renamed"
run "$echoload" --json -n 8 -d 0.2 --unix "$scratch/renamed"
last_line
json_is '.messages > 0 and .errors == 0 and .connects == 8' \
    "a UNIX socket that its server knows by another name"
start udp-echo
measure -u -n 4 --depth 4 -d 0.3
json_is '.messages > 0 and .plan.transport == "UDP" and
    .errors_by_kind["wrong-reply"] == null' "UDP"

# An interrupt.  In the background it is ignored until it is caught, so it may be
# sent as often as it takes.
# interrupt OPTIONS...: a run in JSON that is.
interrupt () {
    "$echoload" --json "$@" 127.0.0.1 "$honest" > "$scratch/out" \
        2> "$scratch/err" 9>&- &
    client=$!
    limit=$(($(date +%s) + 60))
    while kill -INT "$client" 2> /dev/null; do
        [ "$(date +%s)" -lt "$limit" ] && continue
        kill -KILL "$client"
        break
    done
    status=0
    wait "$client" || status=$?
    last_line
}
interrupt -d 20
is "an interrupt ends the run" [ "$status" -eq 0 ]
json_is '.interrupted and .elapsed_ns >= 0 and .elapsed_ns < 15e9' \
    "with its report, which says so"
interrupt --hold 100 -d 60
is "an interrupt ends the holding" [ "$status" -eq 0 ]
json_is '.interrupted and .elapsed_ns >= 0 and .errors == 0' \
    "with its report: no time, and no errors"

# What the server does wrong.
# It is over when both connections are.
start alter 1000
measure -n 2 -d 30
is "an altered byte: 13" [ "$status" -eq 13 ]
json_is '.errors_by_kind["wrong-reply"] == 2 and
    (.first_wrong | test("byte 1000 of connection [12] was altered"))' \
    "an altered byte: which"
is "an altered byte: a sentence" said 13 "byte 1000 of connection"
start fin 1000
measure -n 2 -d 30
is "closed early: 14" [ "$status" -eq 14 ]
json_is '.errors_by_kind["closed-early"] == 2' "closed early: both"
start rst 1000
measure -n 2 -d 30
is "reset: 14" [ "$status" -eq 14 ]
# for_a_while STATUS EXPRESSION OPTIONS...: measured, in a run of $delay seconds
# and as long again.
for_a_while () {
    measured "$@" -d "$delay" --timeout "$delay"
}
start silence 640
is "falls silent: 4, and what came before counts" in_time for_a_while 4 \
    '.errors_by_kind.unanswered == 2 and .messages == 20' -n 2
start silence 640
is "falls silent under a rate: what could not be sent is not unanswered" \
    in_time for_a_while 4 \
    '.errors_by_kind | .unanswered == 2 and .["not-sent"] > 0' \
    -n 2 -r 1000
json_is '([.errors_by_kind[]] | add) + .messages == .plan.duration_ms' \
    "falls silent under a rate: every message that was due is accounted for"
# The queue is full; elsewhere than on Linux they may be refused.
start no-accept 1
is "--connect: a connection that never came about is an error: 4" \
    in_time for_a_while 4 '.errors >= 8 and .messages == 0' --connect -n 8
start no-accept 1 "$scratch/deaf"
never_connected () {
    run "$echoload" --json --connect -n 8 -d "$delay" --timeout "$delay" \
        --unix "$scratch/deaf"
    last_line
    [ "$status" -eq 4 ] && [ -s "$scratch/out" ] &&
        jq -e '.errors >= 8' "$scratch/out" > /dev/null
}
is "--connect: nor over UNIX" in_time never_connected
# Refused clients connect again after 10 ms: 100 errors a second each, no more.
# The end of the server may reset a connection of each.
server_gone () {
    play -d "$delay" --fault=echo
    measure --connect -n 2 -d $((delay * 3))
    [ "$status" -eq 3 ] &&
        jq -e '.messages > 0 and .errors_by_kind.refused > 0 and
            .errors - .errors_by_kind.refused <= 2 and
            .errors <= .plan.duration_ms / 5 + 2' \
            "$scratch/out" > /dev/null
}
port=$honest
measure --connect -n 1 -r 5 -d 1
json_is '.connects <= 5 and .elapsed_ns >= 1000000000' \
    "--connect --rate: none after the end, and rates by the whole time"
delays='1 5 20'
is "--connect: a server that has gone: refused, at intervals: 3" \
    in_time server_gone
delays=
start early 1
measure -d 0.1
is "a byte that was never asked for: 13" [ "$status" -eq 13 ]
start extra 3
measure --connect -d 0.1
is "--connect: bytes too many: 13" [ "$status" -eq 13 ]
json_is '.first_wrong | test("byte 64 of connection [12] was never sent")' \
    "--connect: bytes too many: which"
# More replies than the usual receive buffers take: the setting is named.
start udp-silence
run "$echoload" -u --depth 1024 --size 65507 -d 0.1 --timeout 0.2 127.0.0.1 "$port"
if [ "$(cat /proc/sys/net/core/rmem_max 2> /dev/null || echo 0)" -lt 90000000 ]; then
    is "UDP: the setting that cuts the receive buffer is named" grep -q \
        'receive buffer holds [0-9]* of 1024 replies ([^)]*)' "$scratch/err"
else
    skip "UDP: the setting that cuts the receive buffer" "net.core.rmem_max is large"
fi
start udp-lose 10
lose_some () {
    measured 12 '.errors_by_kind.unanswered > 0 and .messages > 0' -u \
        -d "$delay" --timeout "$(echo "$delay" | awk '{ print $1 / 20 }')"
}
is "UDP: loss is counted, and 12" in_time lose_some
start udp-duplicate
answer_twice () {
    measured 0 '.late > 0 and .errors == 0' -u -d "$delay"
}
is "UDP: second answers are counted apart" in_time answer_twice
# wrong_datagram NAME FAULT NUMBER: the fault is reported.
wrong_datagram () {
    start "$2" "$3"
    measure -u -d 0.2
    is "UDP: $1: 13" [ "$status" -eq 13 ]
}
wrong_datagram "an altered byte" udp-alter 20
# The first byte of the number.
wrong_datagram "an altered number" udp-alter 0
json_is '.first_wrong | test("datagram 2 of connection [12] was never sent")' \
    "UDP: an altered number: which"
# The last of 64 bytes, and one more.
wrong_datagram "the last byte altered" udp-alter 63
wrong_datagram "a byte too many" udp-extra 1
free_port
measure -d 0.1
is "refused: 3" said 3 "Connection refused"

# What this host lacks.
run sh -c 'ulimit -n 100 && exec "$echoload" --hold 500 127.0.0.1 "$1"' - \
    "$honest"
is "too few descriptors: 2, and how many there may be" \
    said 2 "more file descriptors than the 100"
port=$honest
run sh -c 'ulimit -S -n 100 && exec "$echoload" --json --hold 500 -d 0.1 \
    127.0.0.1 "$1"' - "$honest"
last_line
json_is '.messages == 500' "a soft limit is raised"
# A name that cannot be looked up: the same status, with and without messages.
if have_namespaces; then
    run in_namespace '"$echoload" -n 1 no-name.example 7'
    messages=$status
    run in_namespace '"$echoload" --connect-only -n 1 no-name.example 7'
    is "no name service: the same status with --connect-only" sh -c '
        [ "$1" -eq "$2" ] && { [ "$1" -eq 7 ] || [ "$1" -eq 8 ]; }' - \
        "$status" "$messages"
    if [ -e /proc/sys/net/ipv6/conf/all/disable_ipv6 ]; then
        run in_namespace 'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6 &&
            "$echoload" --json --connect-only -n 3 ::1 7'
        last_line
        json_is '.errors_by_kind["source-not-local"] == 3' \
            "IPv6 switched off is not a lack of ports"
    else
        skip "IPv6 switched off is not a lack of ports" "no IPv6 here"
    fi
    # The only local port is the port of the target.
    run in_namespace 'echo 40000 40000 > /proc/sys/net/ipv4/ip_local_port_range
        "$echoload" --json --connect-only -n 1 0.0.0.0 40000'
    last_line
    json_is '.errors_by_kind.refused == 1 and .connects == 0' \
        "--connect-only: a connection to itself is none"
else
    skip "--connect-only: a connection to itself is none" "no namespaces here"
    skip "no name service: the same status with --connect-only" \
        "no namespaces here"
    skip "IPv6 switched off is not a lack of ports" "no namespaces here"
fi
if have_namespaces; then
    run in_namespace 'echo 40000 40009 > /proc/sys/net/ipv4/ip_local_port_range
        mkfifo "$scratch/port2"
        "$faultsrv" -d 900 --fault=echo > /dev/null 2> "$scratch/port2" 9>&- &
        read -r port < "$scratch/port2"
        port=${port##* port } port=${port%%,*}
        "$echoload" --json --reset -n 50 -d 0.1 127.0.0.1 "$port"
        "$echoload" --json --reset -n 50 -d 0.1 --source 127.0.0.1 \
            127.0.0.1 "$port" \
            > "$scratch/source"
        "$echoload" -n 50 -d 0.1 127.0.0.1 "$port" > "$scratch/used" 2>&1
        "$echoload" -n 50 -d 0.1 --source 127.0.0.1 127.0.0.1 "$port" \
            > "$scratch/used" 2>&1
        "$echoload" --json --connect-only -n 50 --source 127.0.0.1 \
            127.0.0.1 "$port" > "$scratch/only"
        kill $!'
    last_line
    json_is '.errors_by_kind["no-local-port"] >= 40' \
        "no local ports left: told as such"
    cp "$scratch/source" "$scratch/out"
    last_line
    json_is '.errors_by_kind["no-local-port"] >= 40' \
        "no local ports left, with --source: the same"
    is "no local ports left, with --source: the first connection says so" \
        grep -q "no local port is free at the source" "$scratch/used"
    cp "$scratch/only" "$scratch/out"
    last_line
    json_is '.errors_by_kind["no-local-port"] >= 40' \
        "no local ports left, with --connect-only: the same"
else
    skip "no local ports left, with --source: the same" \
        "no network namespaces for an ordinary user here"
    skip "no local ports left, with --source: the first connection says so" \
        "no network namespaces for an ordinary user here"
    skip "no local ports left, with --connect-only: the same" \
        "no network namespaces for an ordinary user here"
    skip "no local ports left: told as such" \
        "no network namespaces for an ordinary user here"
fi

# bad WORDS OPTIONS...: not a run.
bad () {
    wanted=$1
    shift
    run "$echoload" "$@" 127.0.0.1 "$honest"
    is "refused: $*" sh -c '[ "$1" -eq 2 ] && [ ! -s "$2/out" ] &&
        head -n 1 "$2/err" | grep -qF -- "$3"' - "$status" "$scratch" "$wanted"
}
bad 'choose one' --connect --hold 3
bad 'does not apply to datagrams' --connect -u
bad 'does not apply to datagrams' --hold 3 -u
bad '65507' -u --size 70000
bad 'cannot number so many' -u --size 1 --depth 200
bad '--depth does not apply' --connect --depth 2
bad 'number of connections' --hold 3 -n 2
bad '--rate does not apply' --hold 3 -r 5
bad 'one connection only' --source 127.0.0.1:5000
finish
