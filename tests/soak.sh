#!/bin/sh
# soak.sh - each model of the server, for minutes, among clients of every kind
# SPDX-License-Identifier: GPL-3.0-or-later
#
# make soak runs this for SOAK_SECONDS, 600 if nothing is said, all models side
# by side.  A steady load verifies each byte.  Beside it, again and again,
# clients reset, half-close, never read, say nothing until the idle timeout, say
# a byte at a time, send urgent data, or flood over UDP.  Memory and descriptors
# of the server and its children, and the latencies, are printed.
. "${srcdir:-.}/tests/alone.sh"
. "${srcdir:-.}/tests/tap.sh"
. "$srcdir/tests/server.sh"
[ -r "$proc/self/smaps_rollup" ] ||
    skip_all "this system has no /proc to tell the memory"
is_sanitized && skip_all "this build is sanitized: its memory is not flat"
seconds=${SOAK_SECONDS:-600}
lifetime=$((seconds + 300))

[ $# -gt 0 ] || side_by_side
model=$1
# As many as are served at a time, with a steady load; and what that load is.
case $model in
iterative) several=1 steady='--connect --reset' ;;
prefork) several=6 steady='-n 2' ;;
*) several=20 steady='-n 2' ;;
esac

# family: the server and its children.
family () {
    echo "$server"
    children_of "$server"
}
# memory: KiB of them all, what is shared by several counted once.
memory () {
    for process in $(family); do
        cat "$proc/$process/smaps_rollup" 2> /dev/null
    done | awk '/^Pss_Anon:/ { sum += $2 } END { print sum + 0 }'
}
descriptors () {
    for process in $(family); do
        ls "$proc/$process/fd" 2> /dev/null
    done | awk 'END { print NR }'
}
# settled COUNT: the clients of a round are gone, and their descriptors.
settled () {
    limit=$(($(date +%s) + 60))
    until [ "$(descriptors)" -le "$1" ]; do
        [ "$(date +%s)" -lt "$limit" ] || return 1
    done
}
# load SECONDS: verified messages, 100 a second; the report is in $scratch/load.
load () {
    # shellcheck disable=SC2086 # $steady is words
    "$builddir/echoload" --json -t 60 -d "$1" -r 100 $steady 127.0.0.1 "$port" \
        > "$scratch/load" 2> "$scratch/load.err"
}
# figure KEY: from the last line of that report.
figure () {
    tail -n 1 "$scratch/load" | tr , '\n' |
        sed -n "s/.*\"$1\": \([0-9]*\).*/\1/p" | head -n 1
}

# clients COMMAND...: one kind of them; the first failure is shown, with the
# log and the queues of the server at that moment.
clients () {
    "$crowd" "127.0.0.1:$port" "$@" > "$scratch/said" 2>&1 && return
    bad=$((bad + 1))
    [ "$bad" -le 1 ] || return 0
    tail -n 3 "$scratch/log" >> "$scratch/said"
    "$builddir/listeners" "$port" >> "$scratch/said" 2>&1 || :
    sed "s/^/# $model: $*: /" "$scratch/said"
}
round () {
    rounds=$((rounds + 1))
    clients open 20 reset
    clients open "$several" say 70000 shut close
    clients open "$several" say 1000 reset
    clients open "$several" drip 5 20 close
    clients open "$several" urgent close
    clients open "$several" tell 5000 close
    clients open 6 deaf 3000000 close
    clients open 12 deaf 3000000 reset
    clients try 60 close
    clients open "$several" ended close
    clients udp 9000 flood 200
    [ "$several" -lt 20 ] || clients open 100 once say 10 close once
}

# On a busy host a good client may well be silent for a second.
serve "$builddir/echosrv" --model="$model" -4 -p 0 --max-clients=400 \
    --idle-timeout=3
[ -n "$port" ] || { cat "$scratch/log"; exit 99; }
load 2
echo "# $model: alone: median $(($(figure p50_ns) / 1000)) us, p99" \
    "$(($(figure p99_ns) / 1000)) us"
before=$(descriptors) bad=0 rounds=0
round
settled "$before" || bad=$((bad + 1))
load "$seconds" &
loading=$!
end=$(($(date +%s) + seconds - 5))
first=
while [ "$(date +%s)" -lt "$end" ] && [ "$rounds" -lt 100000 ]; do
    round
    [ -n "$first" ] || [ "$rounds" -lt 3 ] || first=$(memory)
done
last=$(memory)
loaded=0
wait "$loading" || loaded=$?
is "$model: no client had a wrong byte or was left waiting" [ "$bad" -eq 0 ]
cp "$scratch/load.err" "$scratch/err"
is "$model: the steady load: every byte right, no failure" [ "$loaded" -eq 0 ]
echo "# $model: $rounds rounds of bad clients beside $(figure messages)" \
    "messages: median $(($(figure p50_ns) / 1000)) us," \
    "p99 $(($(figure p99_ns) / 1000)) us, longest" \
    "$(($(figure max_ns) / 1000)) us"
is "$model: no descriptor was left" settled "$before"
echo "# $model: memory $first KiB after three rounds, $last KiB at the end;" \
    "$before descriptors, then $(descriptors)"
is "$model: memory is flat" [ "$last" -le $((first + first / 10 + 256)) ]
is "$model: no zombie" no_zombie "$server"
halt
is "$model: alive to the end" [ "$status" -eq 0 ]
finish_alone
