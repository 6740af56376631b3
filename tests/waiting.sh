#!/bin/sh
# waiting.sh - --waiting: the connections that are not accepted yet
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
listeners=$builddir/listeners
listening=$builddir/tests/listening
have jq || skip_all "jq is not here"

run "$listeners" --waiting
[ "$status" -eq 2 ] && grep -q "cannot be read\|does not report" "$scratch/err" &&
    skip_all "this system does not report connections that wait"

mkfifo "$scratch/fifo"
: > "$scratch/names"
"$listening" inet:200:100 reset=10 end=30 send=20 mapped6:5:1 \
    "unix:3:2:$scratch/socket" inet:5:0 < "$scratch/fifo" > "$scratch/names" &
listening_process=$!
exec 9> "$scratch/fifo"
until grep -q '^ready$' "$scratch/names"; do
    kill -0 "$listening_process" || cannot_look "at listeners: none was started"
done
port=$(sed -n '1s/.*://p' "$scratch/names")
mapped=$(sed -n '2s/.*://p' "$scratch/names")
idle=$(sed -n '4s/.*://p' "$scratch/names")

# What a client does takes a moment to arrive.
arrived () {
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        run "$listeners" --waiting --json "$port"
        jq -e '(.listeners[0].queued == 100) and
            ([.waiting[] | select(.ended)] | length == 30) and
            ([.waiting[] | select(.received == 5)] | length == 20) and
            (.waiting | length == 90)' "$scratch/out" > "$scratch/true" &&
            return
    done
    return 1
}
is "each class is exact" arrived
json_is "all(.waiting[]; .listener == \"127.0.0.1:$port\" and
    .local == .listener and (.peer | startswith(\"127.0.0.1:\")) and
    (.ended or .received == 5 or .received == 0) and .silence_ms >= 0)" \
    "each connection has its addresses and figures"
json_is '[.waiting[].silence_ms] | . == (sort | reverse)' "the oldest comes first"
run "$listeners" --waiting "$port"
is "text: a summary" sh -c 'tr "\n" " " < "$2" | grep -q "^127.0.0.1:$1: 100 \
queued, 40 silent, 20 with data, 30 ended by the client, 10 reset by the client "' - \
    "$port" "$scratch/out"
is "text: a line for each other" [ \
    "$(grep -c '^  127\.0\.0\.1:[0-9]* .* s ' "$scratch/out")" -eq 90 ]
is "text: no line is wider than 80 columns" lacks "$scratch/out" '.\{81\}'

# The time since the last ACK, by ss, lies between two answers of ours.
ages () {
    "$listeners" --waiting --json "$port" |
        jq -r '.waiting[] | select(.ended or .received > 0 | not) |
            "\(.peer) \(.silence_ms)"' | sort
}
if have ss; then
    ages > "$scratch/before"
    ss -Htinoe "sport = :$port" |
        awk '/^[A-Z]/ { peer = $1 == "ESTAB" && $2 == 0 ? $5 : "" }
            peer != "" && match($0, /lastack:[0-9]+/) {
            print peer, substr($0, RSTART + 8, RLENGTH - 8) }' |
        sort > "$scratch/theirs"
    ages > "$scratch/after"
    join "$scratch/before" "$scratch/theirs" | join - "$scratch/after" \
        > "$scratch/ages"
    # 10 ms is the step of the kernel's clock.
    awk '$3 < $2 - 10 || $3 > $4 + 10' "$scratch/ages" > "$scratch/out"
    none "the ages are those of ss" "$scratch/ages"
    is "of all silent clients" [ "$(wc -l < "$scratch/ages")" -eq 40 ]
else
    skip "the ages are those of ss" "ss is not here"
    skip "of all silent clients" "ss is not here"
fi

run "$listeners" --waiting --json "[::ffff:127.0.0.1]:$mapped"
json_is '(.waiting | length == 1) and
    (.waiting[0].peer | startswith("[::ffff:127.0.0.1]:"))' \
    "an IPv4 client of an IPv6 listener"
run "$listeners" --waiting "$scratch/socket"
is "UNIX: the number alone" sh -c 'tr "\n" " " < "$1" |
    grep -q "socket: 2 queued; the system does not"' - "$scratch/out"
run "$listeners" --waiting "$idle"
is "nobody waits: said" sh -c '[ "$1" -eq 0 ] &&
    grep -qx "no connection waits for accept" "$2"' - "$status" "$scratch/out"
run "$listeners" --json "$idle"
json_is '.waiting == null' "without --waiting it is null"
for other in --check "--prometheus -" --unix; do
    # shellcheck disable=SC2086 # words
    run "$listeners" --waiting $other
    is "--waiting and $other: wrong usage" [ "$status" -ge 2 ]
done
if [ -f "$refuse" ] && ! is_sanitized; then
    run env REFUSE=EACCES "LD_PRELOAD=$refuse" "$listeners" --waiting
    is "without sock_diag: 2, and the reason" sh -c '[ "$1" -eq 2 ] &&
        grep -q "cannot be read (Permission denied); on Linux sock_diag" "$2"' \
        - "$status" "$scratch/err"
else
    skip "without sock_diag: 2, and the reason" "nothing can be preloaded here"
fi
exec 9>&-
wait "$listening_process"

finish
