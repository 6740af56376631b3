#!/bin/sh
# daytimecli.sh - the daytime client
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/alone.sh"
. "${srcdir:-.}/tests/tap.sh"
. "$srcdir/tests/peers.sh"
TZ=UTC0
export TZ

crlf=$(printf '\r')

start_saying "Sat Nov 21 05:20:00 2026$crlf
" '' slow,1
run "$daytimecli" 127.0.0.1 "$port"
is "the answer is put together from its pieces" \
    sh -c '[ "$1" -eq 0 ] && printf "Sat Nov 21 05:20:00 2026\r\n" |
        cmp -s - "$2/out" && [ ! -s "$2/err" ]' - "$status" "$scratch"
begun=$(date +%s)
run "$daytimecli" --parse 127.0.0.1 "$port"
most=$(($(date +%s) - begun + 1))
is "--parse: ISO 8601, and the offset" sh -c '[ "$1" -eq 0 ] && grep -Eq \
    "^2026-11-21T05:20:00Z [-+][0-9.]+ s \+-[0-9]+\.[0-9] s$" "$2/out"' - \
    "$status" "$scratch"
is "--parse: half a second for the server's, half of the time it took" awk \
    -v most="$most" '{ sub(/^\+-/, "", $4)
        good = $4 >= 0.5 && $4 <= 0.5 + most / 2 } END { exit !good }' \
    "$scratch/out"
run "$daytimecli" --parse -v 127.0.0.1 "$port"
is "-v tells the form, and that there was no zone" \
    grep -q "the format is asctime, without a zone" "$scratch/err"
start_saying "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
run "$daytimecli" --parse 127.0.0.1 "$port"
is "--parse: the offset to a clock that is right is small" \
    awk '{ good = $2 > -60 && $2 < 60 } END { exit !good }' "$scratch/out"
start_replying "02 FEB 82 07:59:01 PST"
run "$daytimecli" -u --timeout 20 --parse 127.0.0.1 "$port"
is "UDP, in the second form of RFC 867" grep -q '^1982-02-02T15:59:01Z ' \
    "$scratch/out"
start_saying "2026-11-21T05:20:00Z" "$scratch/socket"
run "$daytimecli" --unix "$scratch/socket"
is "a UNIX socket" grep -qx '2026-11-21T05:20:00Z' "$scratch/out"

start_saying "half past nine"
run "$daytimecli" 127.0.0.1 "$port"
is "without --parse the form does not matter" [ "$status" -eq 0 ]
run "$daytimecli" --parse 127.0.0.1 "$port"
is "--parse: no known form: 13" said 13 '"half past nine" is no time'
start_saying "$(head -c 5000 /dev/zero | tr '\0' x)"
run "$daytimecli" 127.0.0.1 "$port"
is "a server without end: 13" said 13 "more than 4096 bytes"
start_replying "$(head -c 5000 /dev/zero | tr '\0' x)" "$scratch/long"
run "$daytimecli" -u --unix "$scratch/long"
is "the same by a UNIX datagram: 13" said 13 "more than 4096 bytes"
start fin 0
run "$daytimecli" 127.0.0.1 "$port"
is "not a word: 14" said 14 "without a reply"
start no-close
run "$daytimecli" --timeout 0.3 127.0.0.1 "$port"
is "no answer: 4" said 4 "no reply within 300 ms"
start blackhole
run "$daytimecli" --timeout 0.3 127.0.0.1 "$port"
is "a full listen queue: 4" said 4 "connection timed out after 300 ms (firewall"
start early 4
: > "$scratch/in"
is "no end: 4, and what came is told" in_time late 4 \
    "no reply within TIME, 4 bytes received before" "$daytimecli"
is "and printed" grep -qx xxxx "$scratch/out"
start udp-silence
run "$daytimecli" -u --timeout 0.3 127.0.0.1 "$port"
is "UDP: silence: 12" said 12 "no reply within 300 ms"
free_port
run "$daytimecli" 127.0.0.1 "$port"
is "refused: 3" said 3 "Connection refused"
run "$daytimecli" -u 127.0.0.1 "$port"
is "UDP: refused: 3" said 3 "Connection refused"

# On a terminal nothing of the server's moves the cursor.
start_saying "$(printf '\033[2Jred\007\303\244')"
if have script && script -qec true /dev/null < /dev/null > /dev/null 2>&1; then
    run script -qec "$daytimecli 127.0.0.1 $port" /dev/null < /dev/null
    is "a terminal gets control bytes as octal numbers" \
        grep -qF '\033[2Jred\007\303\244' "$scratch/out"
else
    skip "a terminal gets control bytes as octal numbers" \
        "there is no script(1) here"
fi
run "$daytimecli" 127.0.0.1 "$port"
is "a pipe gets them as they are" sh -c \
    'printf "\033[2Jred\007\303\244" | cmp -s - "$1"' - "$scratch/out"
start_saying "$(printf '\033[2J\302\2332J\2332J\342\200\256.')"
run "$daytimecli" -v --parse 127.0.0.1 "$port"
is "--parse: a sentence about it is masked" \
    grep -qF '"?[2J?2J?2J?." is no time' "$scratch/err"
run "$daytimecli" --utc 127.0.0.1 "$port"
is "--utc without --parse is refused" sh -c '[ "$1" -eq 2 ] &&
    grep -q "utc applies to --parse only" "$2"' - "$status" "$scratch/err"
if [ -w /dev/full ]; then
    run sh -c '"$daytimecli" 127.0.0.1 "$1" > /dev/full' - "$port"
    is "a full standard output: 2" said 2 "cannot write standard output"
else
    skip "a full standard output: 2" "there is no /dev/full"
fi
finish
