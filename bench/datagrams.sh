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

# measure NAME PIN...: five runs.
measure () {
    name=$1
    shift
    mkfifo "$scratch/log"
    "$@" "$builddir/echosrv" -4 -u -p 0 2> "$scratch/log" &
    server=$!
    read -r line < "$scratch/log"
    rm "$scratch/log"
    port=${line##* port } port=${port%%,*}
    for run in 1 2 3 4 5; do
        printf '%-14s ' "$name"
        "$@" "$builddir/bench/datagrams" "$port"
    done
    kill "$server"
    wait "$server" || :
    server=
}
# shellcheck disable=SC2086 # words
[ -z "$pinned" ] || measure "one processor" $pinned
measure "unpinned" env
