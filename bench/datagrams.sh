#!/bin/sh
# datagrams.sh - one datagram at a time: echosrv and the barest loop
# SPDX-License-Identifier: GPL-3.0-or-later
#
# make bench-datagrams runs this script, for half a minute: both servers on one
# processor, the client on another and on the same.  Without taskset where the
# scheduler puts them, which makes a factor of 4.
set -eu
builddir=${builddir:-.}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/sonde-bench.XXXXXX")
servers=
# shellcheck disable=SC2086 # numbers are words
trap '[ -z "$servers" ] || kill $servers; rm -rf "$scratch"' EXIT
trap 'exit 99' HUP INT TERM
mkfifo "$scratch/bare" "$scratch/log"

# run SERVERS CLIENT: one run, with new servers: where the kernel places their
# memory makes a difference of some hundredths.  SERVERS and CLIENT are commands
# that run others.
# shellcheck disable=SC2086 # they are words
run () {
    $1 "$builddir/bench/datagrams" serve > "$scratch/bare" &
    servers=$!
    $1 "$builddir/echosrv" -4 -u -p 0 2> "$scratch/log" &
    servers="$servers $!"
    read -r bare < "$scratch/bare"
    read -r line < "$scratch/log"
    port=${line##* port } port=${port%%,*}
    $2 "$builddir/bench/datagrams" "$bare" "$port" | tee -a "$scratch/runs"
    kill $servers
    wait $servers || :
    servers=
}

# measure WHAT SERVERS CLIENT: eleven runs, and the median of their ratios.
measure () {
    echo "$1"
    : > "$scratch/runs"
    for run in 1 2 3 4 5 6 7 8 9 10 11; do
        run "$2" "$3"
    done
    sed 's/.* //' "$scratch/runs" | sort -n | sed -n '6s/^/median ratio /p'
}

if command -v taskset > /dev/null; then
    # The first and the last processor that this process may use.
    list=$(taskset -cp $$ | sed 's/.*: *//')
    first=${list%%[-,]*} last=${list##*[-,]}
    [ "$first" = "$last" ] || measure "servers on one processor, client on another" \
        "taskset -c $first" "taskset -c $last"
    measure "all on one processor" "taskset -c $first" "taskset -c $first"
else
    measure "anywhere" env env
fi
