#!/bin/sh
# watch.sh - --watch: how full the queues were over time
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
listeners=$builddir/listeners
bursts=$builddir/tests/bursts
have jq || skip_all "jq is not here"

run "$listeners" --watch --duration 0.01
[ "$status" -eq 2 ] && grep -q "cannot be looked up\|does not report" "$scratch/err" &&
    skip_all "this system does not look up listeners"
is "without WHAT: the report" sh -c '[ "$1" -eq 0 ] &&
    grep -q "^looks .* a second" "$2"' - "$status" "$scratch/out"

# serve BACKLOG [MEMBERS]: start a listener, whose port is in $port; commands
# go to descriptor 9.
serve () {
    rm -f "$scratch/fifo"
    mkfifo "$scratch/fifo"
    : > "$scratch/done"
    "$bursts" "$@" < "$scratch/fifo" > "$scratch/done" &
    server=$!
    exec 9> "$scratch/fifo"
    until grep -q : "$scratch/done"; do
        kill -0 "$server" || cannot_look "at a listener: none was started"
    done
    port=$(sed -n '1s/.*://p' "$scratch/done")
}
# await COUNT PATTERN FILE PID: until COUNT lines of FILE match, while PID runs.
await () {
    until [ "$(grep -c "$2" "$3")" -ge "$1" ]; do
        kill -0 "$4" || cannot_look "for $2: the process has ended"
    done
}
commands=0
command () {
    echo "$*" >&9
    commands=$((commands + 1))
    await "$commands" '^done$' "$scratch/done" "$server"
}
leave () {
    exec 9>&-
    wait "$server"
    commands=0
}
# watch ARGUMENT...: start to watch; stop: by SIGINT, the report in $scratch/out.
watch () {
    : > "$scratch/lines"
    "$listeners" --watch --json "$@" > "$scratch/lines" 2> "$scratch/err" &
    watcher=$!
    await 1 '"start"' "$scratch/lines" "$watcher"
}
stop () {
    kill -INT "$watcher"
    wait "$watcher"
    status=$?
    tail -n 1 "$scratch/lines" > "$scratch/out"
}

# seen GAP EXPRESSION DESCRIPTION: json_is, unless below a quota the watch had a
# gap of GAP microseconds or more, longer than most of what was to be seen.
seen () {
    if jq -e ".longest_gap_us >= $1" "$scratch/out" > /dev/null; then
        skip "$3" "the watch had a gap of $1 us or more"
    else
        json_is "$2" "$3"
    fi
}
serve 300
watch --tcp "$port"
command burst 300 84
stop
is "SIGINT ends it with the report" [ "$status" -eq 0 ]
json_is '.type == "report" and (.listeners | length == 1)' "the report"
seen 60000 '.listeners[0] | .peak_percent >= 95 and .peak >= 286 and
    .capacity == 301 and .queued == 0' "a burst of 84 ms is seen"
# Of the 84 ms at least 20 are seen, unless there was a gap as long as the rest.
json_is '.longest_gap_us as $gap | .listeners[0] |
    (.above_90_us >= 20000 or $gap >= 60000) and .above_90_us <= .seen_us and
    .above_50_us >= .above_70_us and .above_70_us >= .above_90_us and
    (.fill_us | add) <= .seen_us + 12' "the time above"
json_is '.listeners[0] | .peak_at_us > 0 and .until_us == null and
    .since_us == 0 and .drops == 0' "when, and no drops"
json_is '.looks > 1 and (.looks + 1) * .longest_gap_us >= .elapsed_us and
    .overflows >= 0 and .listen_drops >= 0' "how often"

watch --tcp "$port"
command close
command open
command burst 100 200
stop
json_is '.listeners | length == 2' "a restart: two listeners"
json_is '.listeners[0].until_us > 0 and .listeners[1].since_us > 0 and
    .listeners[1].since_us >= .listeners[0].until_us and
    .listeners[0].local == .listeners[1].local' "the second follows the first"
seen 150000 '.listeners[1] | .until_us == null and .peak >= 90' \
    "what came after the restart is seen"
leave

# A UDP socket at the same port stays: the listener is looked for as soon.
serve 300
mkfifo "$scratch/losing"
: > "$scratch/names"
"$builddir/tests/losing" "inet:0:-1:$port" < "$scratch/losing" \
    > "$scratch/names" 2> "$scratch/err" 9>&- &
losing=$!
exec 8> "$scratch/losing"
# restarts: a listener that comes $delay s after the last is found 0.4 s later at
# the most, and not at the next list, once a second.
restarts () {
    watch "$port"
    command close
    timeout "$delay" cat "$scratch/losing" 7<> "$scratch/losing" > /dev/null
    command open
    command burst 1 200
    stop
    jq -e --argjson gap "$delay" '
        [.listeners[] | select(.unit == "connections")] | length == 2 and
        .[1].since_us - .[0].until_us < $gap * 1000000 + 400000' \
        "$scratch/out" > /dev/null
}
until grep -q '^ready$' "$scratch/names"; do
    kill -0 "$losing" 2> /dev/null || break
done
if grep -q '^ready$' "$scratch/names"; then
    delays='0.05 0.1 0.2 0.4'
    in_time restarts
    found=$?
    delays=
    # A watch that does not run for so long finds nothing meanwhile.
    if [ "$found" -ne 0 ] &&
        jq -e '.longest_gap_us >= 200000' "$scratch/out" > /dev/null; then
        skip "a restart beside a UDP socket: found as soon" \
            "the watch had a gap of 200000 us or more"
    else
        is "a restart beside a UDP socket: found as soon" [ "$found" -eq 0 ]
    fi
else
    skip "a restart beside a UDP socket: found as soon" "the port is not free"
fi
exec 8>&-
wait "$losing"
rm "$scratch/losing"
leave

serve 100 8
watch --tcp "$port"
command burst 200 84
stop
seen 60000 '(.listeners | length == 8) and
    ([.listeners[].inode] | unique | length == 8) and
    ([.listeners[].peak] | add >= 190) and all(.listeners[]; .peak > 0)' \
    "SO_REUSEPORT: each member"
watch
command burst 100 1500
stop
json_is "[.listeners[] | select(.local == \"127.0.0.1:$port\").peak] |
    add >= 90" "without WHAT: all"
run "$listeners" --watch --tcp --duration 1.2 "$port"
is "text: the peak, and columns" sh -c '[ "$1" -eq 0 ] &&
    grep -q "^peak  *0 %: 0 of 101" "$2" && grep -q "^looks" "$2" &&
    ! grep -q ".\{81\}" "$2"' - "$status" "$scratch/out"
is "text: the group, once in full" sh -c 'tr "\n" " " < "$1" |
    grep -q "one of 8 sockets at this address (SO_REUSEPORT); peaks: 0, .*; full for 0, 0, " &&
    [ "$(grep -c "^group  *the same, of 8 sockets" "$1")" -eq 7 ]' - "$scratch/out"
"$listeners" --watch --tcp --json --duration 1.2 "$port" > "$scratch/lines"
is "a line each second" [ "$(grep -c '"second"' "$scratch/lines")" -eq 1 ]

# A reader that takes nothing, and one that has gone.
mkfifo "$scratch/stuck"
"$listeners" --watch --json "$port" > "$scratch/stuck" &
watcher=$!
exec 8< "$scratch/stuck"
exec 8<&-
wait "$watcher"
is "a reader that has gone ends it" [ $? -eq 0 ]
# More than a pipe holds waits, so the report cannot be written: for 5 s.
exec 8<> "$scratch/stuck"
(dd if=/dev/zero of="$scratch/stuck" bs=4096 count=4096 oflag=nonblock) 2> /dev/null
run bounded 300 sh -c '"$1" --watch --json -d 0.1 "$2" > "$3" 8>&-' - "$listeners" \
    "$port" "$scratch/stuck"
is "a reader that takes nothing: 2, and why" sh -c '[ "$1" -eq 2 ] &&
    grep -q "takes nothing for 5 s" "$2"' - "$status" "$scratch/err"
exec 8<&-
if [ -c /dev/full ]; then
    run sh -c '"$1" --watch --json "$2" > /dev/full' - "$listeners" "$port"
    is "a full device ends it: 2" sh -c '[ "$1" -eq 2 ] &&
        grep -q "cannot write standard output" "$2"' - "$status" "$scratch/err"
else
    skip "a full device ends it: 2" "no /dev/full here"
fi
leave

# Queues in bytes, and of a UNIX socket: the look-ups are others.
mkfifo "$scratch/losing"
: > "$scratch/names"
"$builddir/tests/losing" inet:4000:10 < "$scratch/losing" > "$scratch/names" &
losing=$!
exec 9> "$scratch/losing"
await 1 '^ready$' "$scratch/names" "$losing"
# watched EXPRESSION LISTENER: its watch of $delay seconds says that.
watched () {
    "$listeners" --watch --json -d "$delay" "$2" | tail -n 1 > "$scratch/out"
    jq -e ".listeners[0] | $1" "$scratch/out" > /dev/null
}
delays='0.05 1 5 20'
is "UDP: bytes" in_time watched '.unit == "bytes" and .peak > 0 and
    .capacity == 8000 and .drops == 0 and .seen_us > 0' \
    "$(sed -n '1s/.*://p' "$scratch/names")"
exec 9>&-
wait "$losing"
rm "$scratch/losing"
mkfifo "$scratch/losing"
: > "$scratch/names"
"$builddir/tests/listening" "unix:3:2:$scratch/socket" < "$scratch/losing" > "$scratch/names" &
losing=$!
exec 9> "$scratch/losing"
await 1 '^ready$' "$scratch/names" "$losing"
is "UNIX" in_time watched '.peak == 2 and .capacity == 4 and
    .peak_percent == 50 and .drops == null' "$scratch/socket"
delays=
exec 9>&-
wait "$losing"

run "$listeners" --watch --tcp "$port"
is "nothing listens: 1" [ "$status" -eq 1 ]
for other in --check "--prometheus -" --waiting; do
    # shellcheck disable=SC2086 # words
    run "$listeners" --watch $other
    is "--watch and $other: wrong usage" [ "$status" -ge 2 ]
done
run "$listeners" --duration 1
is "--duration without --watch: wrong usage" [ "$status" -eq 2 ]

finish
