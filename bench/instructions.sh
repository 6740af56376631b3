#!/bin/sh
# instructions.sh - instructions a message, counted, beside the barest loops
# SPDX-License-Identifier: GPL-3.0-or-later
#
# make bench-instructions runs this: callgrind counts the instructions, which
# load on the host does not change.  Each figure is the difference of two runs,
# one with twice as many messages.  The bare loops are built by the same
# compiler.  With HELD, as by make check-instructions, a ratio that is more than
# a tenth above that in instructions.tsv fails.  The file was made by gcc 12.2 at
# -O2; another compiler may give other ratios.
. "${srcdir:-.}/tests/alone.sh"
. "${srcdir:-.}/tests/tap.sh"
. "$srcdir/tests/server.sh"
have valgrind || skip_all "valgrind is not here"
is_sanitized && skip_all "this build is sanitized"
count="valgrind --tool=callgrind --callgrind-out-file=/dev/null"
$count true > "$scratch/out" 2>&1 || skip_all "valgrind does not run here"
lifetime=600

# counted FILE: the instructions of the process, as callgrind wrote them there.
counted () {
    sed -n 's/^.*Collected : \([0-9]*\).*/\1/p' "$1" | head -n 1 | grep . ||
        cannot_look "at instructions: $(cat "$1")"
}
# served WORDS COMMAND...: instructions of the server by COMMAND, with the clients
# of crowd's WORDS.
served () {
    words=$1
    shift
    : > "$scratch/port"
    : > "$scratch/counted"
    "$@" > "$scratch/port" 2> "$scratch/counted" &
    server=$!
    until grep -q 'port [0-9]' "$scratch/counted" || [ -s "$scratch/port" ]; do
        kill -0 "$server" || cannot_look "$(cat "$scratch/counted")"
    done
    port=$(cat "$scratch/port")
    [ -n "$port" ] || port=$(sed -n 's/.* port \([0-9]*\),.*/\1/p' \
        "$scratch/counted" | head -n 1)
    # shellcheck disable=SC2086 # words
    "$crowd" "127.0.0.1:$port" $words > "$scratch/said" ||
        cannot_look "$(cat "$scratch/said")"
    kill "$server"
    # Not a word of the shell about the death of the bare loop.
    wait "$server" 2> /dev/null
    server=
    counted "$scratch/counted"
}
# repeat TIMES WORDS
repeat () {
    awk -v times="$1" -v words="$2" \
        'BEGIN { for (i = 0; i < times; i++) printf "%s ", words }'
}
# each TIMES ONCE COMMAND...: instructions for one ONCE.
each () {
    times=$1 once=$2
    shift 2
    few=$(served "$(repeat "$times" "$once")" "$@")
    many=$(served "$(repeat $((2 * times)) "$once")" "$@")
    echo $(((many - few) / times))
}
# rounds CLIENTS COMMAND...: instructions for a message of 64 bytes; so many
# CLIENTS send at the same time.
rounds () {
    clients=$1 times=$((6400 / $1))
    [ "$times" -le 400 ] || times=400
    shift
    few=$(served "open $clients rounds $times 64 close" "$@")
    many=$(served "open $clients rounds $((2 * times)) 64 close" "$@")
    echo $(((many - few) / (clients * times)))
}
# plain COMMAND...: instructions for one of what COMMAND does as often as its
# last argument says, here 1000 and 2000 times.
plain () {
    # shellcheck disable=SC2086 # words
    $count "$@" 1000 > "$scratch/out" 2> "$scratch/counted"
    few=$(counted "$scratch/counted")
    # shellcheck disable=SC2086 # words
    $count "$@" 2000 > "$scratch/out" 2> "$scratch/counted"
    many=$(counted "$scratch/counted")
    echo $(((many - few) / 1000))
}

# compare NAME OURS BARE
compare () {
    held=$(awk -F '\t' -v name="$1" '$1 == name { print $2 }' \
        "$srcdir/bench/instructions.tsv")
    ratio=$(awk -v ours="$2" -v bare="$3" \
        'BEGIN { printf "%.2f", ours / bare }')
    sentence="$1: $2 instructions, the bare loop $3: $ratio times (${held:-none} is held)"
    if [ -z "${HELD:-}" ]; then
        echo "$sentence"
    else
        is "$sentence" awk -v ratio="$ratio" -v held="$held" \
            'BEGIN { exit !(held > 0 && ratio <= held * 1.1) }'
    fi
}

echosrv="$count $builddir/echosrv -4 -p 0 --grace=0"
bare="$count $builddir/bench/instructions serve"
bare_udp="$count $builddir/bench/datagrams serve"
# shellcheck disable=SC2086 # words
{
    compare "TCP message" "$(rounds 1 $echosrv --tcp)" "$(rounds 1 $bare)"
    compare "TCP message, 64 clients" "$(rounds 64 $echosrv --tcp)" \
        "$(rounds 64 $bare)"
    compare "TCP connection" \
        "$(each 100 'open 1 say 1 shut close' $echosrv --tcp)" \
        "$(each 100 'open 1 say 1 shut close' $bare)"
    compare "UDP datagram" "$(each 200 'udp 64' $echosrv --udp)" \
        "$(each 200 'udp 64' $bare_udp)"
}
compare "wait of the poller" \
    "$(plain "$builddir/bench/instructions" poll)" \
    "$(plain "$builddir/bench/instructions" epoll)"
if [ -x "$builddir/bench/lookups" ]; then
    compare "look of listeners" "$(plain "$builddir/bench/lookups" ours)" \
        "$(plain "$builddir/bench/lookups" bare)"
fi
[ -z "${HELD:-}" ] || finish_alone
