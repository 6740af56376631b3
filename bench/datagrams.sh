#!/bin/sh
# datagrams.sh - one datagram at a time: echosrv and the barest loop
# SPDX-License-Identifier: GPL-3.0-or-later
#
# make bench-datagrams runs this script, for some seconds: client and servers on
# one processor, where taskset is there, then anywhere.
set -eu
builddir=${builddir:-.}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/sonde-bench.XXXXXX")
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$scratch"' EXIT
trap 'exit 99' HUP INT TERM
pinned=
if command -v taskset > /dev/null; then
    # The first processor that this process may use.
    first=$(taskset -cp $$ | sed 's/.*: *//; s/[-,].*//')
    pinned="taskset -c $first"
fi

# run PIN...: one run, with a new server and a new loop: where the kernel places
# their memory makes a difference of some hundredths.
run () {
    mkfifo "$scratch/log"
    "$@" "$builddir/echosrv" -4 -u -p 0 2> "$scratch/log" &
    server=$!
    read -r line < "$scratch/log"
    rm "$scratch/log"
    port=${line##* port } port=${port%%,*}
    "$@" "$builddir/bench/datagrams" "$port" | tee -a "$scratch/runs"
    kill "$server"
    wait "$server" || :
    server=
}

# measure NAME PIN...: eleven runs, and the median of their ratios.
measure () {
    echo "$1"
    shift
    : > "$scratch/runs"
    for run in 1 2 3 4 5 6 7 8 9 10 11; do
        run "$@"
    done
    sed 's/.* //' "$scratch/runs" | sort -n | sed -n '6s/^/median ratio /p'
}
# shellcheck disable=SC2086 # words
[ -z "$pinned" ] || measure "all on one processor" $pinned
measure "unpinned" env
