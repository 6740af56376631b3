#!/bin/sh
# servers.sh - echosrv, in each model, compared with other servers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# make bench-servers runs this script, for about a minute.  In one round each
# server found (on the PATH, or in SONDE_PEERS, filled by tests/bring-peers.sh)
# gets the same runs of echoload, one after the other, over TCP on loopback.
# Each figure has its ratio to echosrv's event model in the same round.  Ratios
# need a processor for the client and another for the server, and differ by some
# tenths between two rounds.
# shellcheck disable=SC2086 # $theirs and $children are words
set -eu
builddir=${builddir:-.}
seconds=${BENCH_SECONDS:-1}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/sonde-bench.XXXXXX")
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$scratch"' EXIT
trap 'exit 99' HUP INT TERM
PATH=$PATH:/usr/sbin:/sbin
if [ -n "${SONDE_PEERS:-}" ]; then
    PATH=$PATH:$SONDE_PEERS/usr/bin:$SONDE_PEERS/usr/sbin
    for folder in "$SONDE_PEERS"/lib/*-gnu "$SONDE_PEERS"/usr/lib/*-gnu; do
        peer_libraries=${peer_libraries:-}:$folder
    done
fi
theirs="env LD_LIBRARY_PATH=${peer_libraries:-}"

# A free port, found by echosrv: other servers cannot choose a port.
"$builddir/echosrv" -4 --tcp -p 0 2> "$scratch/log" &
until grep -q listening "$scratch/log"; do :; done
port=$(sed -n 's/.* port \([0-9]*\), TCP.*/\1/p' "$scratch/log")
kill $!
wait $!

# figure KEY: the number of KEY in the last run; 0 if missing.
figure () {
    sed -n "s/.*\"$1\": \([0-9]*\).*/\1/p" "$scratch/run" | head -n 1 |
        grep . || echo 0
}
# measure OPTIONS...: run echoload.  The report is valid even after failures,
# which are printed.
measure () {
    "$builddir/echoload" -j -t 2 -d "$seconds" "$@" 127.0.0.1 "$port" \
        > "$scratch/lines" 2>> "$scratch/trouble" || :
    # The last line is the report of the whole run.
    tail -n 1 "$scratch/lines" | tr , '\n' > "$scratch/run"
}

# show NAME: print $row with the ratios to the first row.
show () {
    name=$1
    [ -n "${first:-}" ] || first=$row
    echo "$first $row" | awk -v name="$name" '{
        printf "%-14s", name
        for (i = 1; i <= 5; i++)
            printf " %6d %5s", $(i + 5),
                $i ? sprintf("x%.*f", $(i + 5) < 10 * $i ? 2 : 0, $(i + 5) / $i) : "-"
        print "" }'
    sed 's/^/    /' "$scratch/trouble"
}

# Stop the server and its children: some servers leave their children running.
stop () {
    children=$(ps -e -o pid= -o ppid= | awk -v parent="$server" \
        '$2 == parent { print $1 }')
    kill "$server" || sed 's/^/    it ended: /' "$scratch/log"
    wait "$server" || :
    server=
    kill $children 2> /dev/null || :
}

# bench NAME COMMAND...: start the server, measure, stop the server.
bench () {
    name=$1 row='' tries=0
    shift
    : > "$scratch/trouble"
    "$@" > "$scratch/log" 2>&1 &
    server=$!
    until echo | "$builddir/echocli" -t 1 127.0.0.1 "$port" > /dev/null 2>&1
    do
        tries=$((tries + 1))
        if [ "$tries" -gt 2000 ]; then
            echo "$name: does not serve"
            stop
            return
        fi
    done
    case $name in
    iterative) many=1 ;;
    prefork) many=8 ;;
    *) many=64 ;;
    esac
    measure
    row=$(figure messages_per_second)
    measure -n "$many"
    row="$row $(figure messages_per_second) $(($(figure p99_ns) / 1000))"
    measure -n "$many" --size 16384
    row="$row $(($(figure bytes_per_second) / 1000000))"
    measure --connect --reset -n 4
    row="$row $(figure connects_per_second)"
    stop
    show "$name"
}

title () {
    printf '%-14s %12s %12s %12s %12s %12s\n' "$@"
}
title '' '1 client' '64 clients' 'their p99' '16 KiB each' 'connections'
title '' 'messages/s' 'messages/s' 'us' 'MB/s' '1/s'
for model in event thread fork prefork iterative; do
    bench "$model" "$builddir/echosrv" -4 --tcp -p "$port" \
        --model="$model" --grace=0
done
echo "These are echosrv; prefork had 8 clients at a time, not 64, iterative 1."
if command -v socat > /dev/null; then
    listen=TCP4-LISTEN:$port,bind=127.0.0.1,reuseaddr,fork,backlog=4096
    bench "socat PIPE" $theirs socat "$listen" PIPE
    bench "socat EXEC:cat" $theirs socat "$listen" EXEC:cat
fi
if command -v ncat > /dev/null; then
    bench "ncat -k -e cat" $theirs ncat -4 -l -k -m 1000 -e /bin/cat \
        127.0.0.1 "$port"
fi
if command -v xinetd > /dev/null; then
    cat > "$scratch/xinetd.conf" << END
service echo
{
    type = INTERNAL UNLISTED
    id = echo-stream
    port = $port
    socket_type = stream
    protocol = tcp
    wait = no
    user = $(id -un)
    bind = 127.0.0.1
    instances = UNLIMITED
    per_source = UNLIMITED
    cps = 1000000 1
    disable = no
}
END
    bench "xinetd" $theirs xinetd -dontfork -f "$scratch/xinetd.conf" \
        -pidfile "$scratch/pid"
fi
