#!/bin/sh
# servers.sh - echosrv, in each model, compared with other servers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# make bench-servers runs this script.  In each of BENCH_ROUNDS rounds (9) each
# server that is found (on the PATH, or in SONDE_PEERS, filled by
# tests/bring-peers.sh) is started, compared by bench/slices with echosrv's event
# model, which runs beside it, and stopped.  Each rate is the median, over the
# rounds, of the ratio to the event model; the row "event" compares that model
# with itself.  Of two or more processors the client has the first and the
# servers the others, if taskset is found.
# libevent and libuv are compiled here, if pkg-config finds them.
# BENCH_HELD connections (10000) are held at once: KiB for each, of the server
# and its children (Pss and page tables), and the time of all echoing at once.
# BENCH_SERVERS, a list of names, selects servers; event is always among them.
# shellcheck disable=SC2046,SC2086 # $theirs, $children and flags are words
set -eu
builddir=${builddir:-.} srcdir=${srcdir:-.}
rounds=${BENCH_ROUNDS:-9} held=${BENCH_HELD:-10000}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/sonde-bench.XXXXXX")
server='' base='' holder=''
trap '[ -z "$server" ] || stop; [ -z "$base" ] || kill "$base"
    rm -rf "$scratch"' EXIT
trap 'exit 99' HUP INT TERM
PATH=$PATH:/usr/sbin:/sbin
if [ -n "${SONDE_PEERS:-}" ]; then
    PATH=$PATH:$SONDE_PEERS/usr/bin:$SONDE_PEERS/usr/sbin
    for folder in "$SONDE_PEERS"/lib/*-gnu "$SONDE_PEERS"/usr/lib/*-gnu; do
        peer_libraries=${peer_libraries:-}:$folder
    done
fi
theirs="env LD_LIBRARY_PATH=${peer_libraries:-}"
: > "$scratch/figures"
: > "$scratch/names"

client='' servers=''
processors=$(getconf _NPROCESSORS_ONLN)
if [ "$processors" -gt 1 ] && command -v taskset > /dev/null; then
    client="taskset -c 0" servers="taskset -c 1-$((processors - 1))"
fi

# The server to compare with.  Sets $base and $base_port.
start_base () {
    $servers "$builddir/echosrv" -4 --tcp -p 0 --grace=0 2> "$scratch/base" &
    base=$!
    until grep -q listening "$scratch/base"; do kill -0 "$base"; done
    base_port=$(sed -n 's/.* port \([0-9]*\), TCP.*/\1/p' "$scratch/base")
}
# A free port, found by echosrv: other servers cannot choose a port.
start_base
port=$base_port
kill "$base"
wait "$base"
start_base

# record COLUMN FIGURE: of server $name in round $round.
record () {
    echo "$round $1 $2 $name" >> "$scratch/figures"
}

# The processes of the server, and KiB of all: proportional sets, page tables.
processes () {
    ps -e -o pid= -o ppid= | awk -v parent="$server" \
        '$1 == parent || $2 == parent { print $1 }'
}
memory () {
    for pid in $(processes); do
        echo "/proc/$pid/smaps_rollup"
        echo "/proc/$pid/status"
    done | xargs grep -hs '^Pss:\|^VmPTE:' |
        awk '{ sum += $2 } END { print sum + 0 }'
}
# hold: KiB and time of $held clients.
hold () {
    [ -r "/proc/$server/smaps_rollup" ] || return 0
    before=$(memory)
    rm -f "$scratch/hold" "$scratch/held"
    mkfifo "$scratch/hold" "$scratch/held"
    $client "$builddir/tests/crowd" "127.0.0.1:$port" open "$held" say 64 \
        rounds 3 64 wait reset < "$scratch/hold" > "$scratch/held" 2>&1 &
    holder=$!
    exec 8> "$scratch/hold" 7< "$scratch/held"
    read -r time <&7 || time=
    if read -r ready <&7 && [ "$ready" = ready ]; then
        record held "$(memory) $before"
        record echo "$time"
    else
        echo "$held held: $time" >> "$scratch/trouble"
    fi
    exec 8>&-
    wait "$holder" || :
    exec 7<&-
}

# Stop the server and its children: some servers leave their children running.
stop () {
    children=$(processes)
    kill $children 2> /dev/null || :
    wait "$server" 2> /dev/null || :
    server=
}

# compare COLUMN CLIENTS SIZE: with the event model, by slices.
compare () {
    ratio=$($client "$builddir/bench/slices" "$2" "$3" "$base_port" "$port" \
        2>> "$scratch/trouble") && record "$1" "$ratio"
    return 0
}

# bench NAME CLIENTS COMMAND...: start the server, measure, stop the server.
# CLIENTS: as many at a time.
bench () {
    name=$1 clients=$2 tries=0
    shift 2
    case " event ${BENCH_SERVERS:-$name} " in
    *" $name "*) ;;
    *) return 0 ;;
    esac
    : > "$scratch/trouble"
    grep -qxF "$name" "$scratch/names" || echo "$name" >> "$scratch/names"
    $servers "$@" > "$scratch/log" 2>&1 &
    server=$!
    until echo | "$builddir/echocli" -t 1 127.0.0.1 "$port" > /dev/null 2>&1
    do
        tries=$((tries + 1))
        if [ "$tries" -gt 2000 ] || ! kill -0 "$server" 2> /dev/null; then
            echo "$name: does not serve: $(tail -n 1 "$scratch/log")"
            stop
            return
        fi
    done
    compare one 1 64
    compare many "$clients" 64
    compare big "$clients" 16384
    compare churn 4 0
    [ "$clients" -lt 64 ] || [ "$held" -eq 0 ] || hold
    stop
    sed "s/^/    $name: /" "$scratch/trouble"
}

# has COMMAND: whether it is found; a sentence if not, in the first round.
has () {
    command -v "$1" > /dev/null && return
    [ "$round" -ne 1 ] || echo "$1 is not installed: skipped"
    return 1
}
# has_library NAME: whether bench/NAME.c compiles.
has_library () {
    [ -x "$scratch/$1" ] && return
    [ "$round" -eq 1 ] || return
    ${CC:-cc} -O2 -o "$scratch/$1" "$srcdir/bench/$1.c" \
        $(pkg-config --cflags --libs "$1" 2> /dev/null) \
        2> "$scratch/log" && return
    echo "$1 is not installed with its headers: skipped"
    return 1
}

write_configurations () {
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
    echo "127.0.0.1:$port stream tcp nowait $(id -un) /bin/cat cat" \
        > "$scratch/inetd.conf"
}

bench_ours () {
    for model in event thread fork prefork iterative; do
        case $model in
        iterative) clients=1 ;;
        prefork) clients=8 ;;
        *) clients=64 ;;
        esac
        bench "$model" "$clients" "$builddir/echosrv" -4 --tcp -p "$port" \
            --max-clients=20000 --model="$model" --grace=0
    done
    if [ -x "$builddir/bench/bare" ]; then
        bench "bare-epoll" 64 "$builddir/bench/bare" epoll "$port"
        bench "bare-fork" 64 "$builddir/bench/bare" fork "$port"
    fi
}

# The other servers, the slowest last.
bench_theirs () {
    for library in libevent libuv; do
        has_library "$library" && bench "$library" 64 "$scratch/$library" "$port"
    done
    has tcpserver && bench "tcpserver" 64 $theirs tcpserver -H -R -D -l0 \
        -b 4096 -c 20000 127.0.0.1 "$port" cat
    has inetutils-inetd && bench "inetutils-inetd" 64 $theirs inetutils-inetd \
        -d -R 1000000 "$scratch/inetd.conf"
    has xinetd && bench "xinetd" 64 $theirs xinetd -dontfork \
        -f "$scratch/xinetd.conf" -pidfile "$scratch/pid"
    listen=TCP4-LISTEN:$port,bind=127.0.0.1,reuseaddr,fork,backlog=4096
    has socat && bench "socat" 64 $theirs socat "$listen" PIPE
    has ncat && bench "ncat" 64 $theirs ncat -4 -l -k -m 20000 -e /bin/cat \
        127.0.0.1 "$port"
    return 0
}

# report: of each server the medians of the ratios.
report () {
    echo "$(uname -srm), $processors processors, medians of $rounds rounds"
    awk -v clients="$held" '
    function median (list, n,    i, j, t) {
        for (i = 2; i <= n; i++)
            for (j = i; j > 1 && list[j] < list[j - 1]; j--) {
                t = list[j]; list[j] = list[j - 1]; list[j - 1] = t
            }
        return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
    }
    # The median of COLUMN; of echo, the ratio to the time of the first server.
    function cell (name, column,    i, n, list, base) {
        for (i = 1; i <= last; i++) {
            base = column == "echo" ? value[i, column, names[1]] : 1
            if (base && (i, column, name) in value)
                list[++n] = value[i, column, name] / base
        }
        return n ? sprintf("%.2f", median(list, n)) : "-"
    }
    FILENAME ~ /names$/ { names[++count] = $1; next }
    $2 == "held" { value[$1, $2, $5] = ($3 - $4) / clients; last = $1; next }
    { value[$1, $2, $4] = $3; last = $1 }
    END {
        columns = split("one many big churn held echo", column, " ")
        printf "%-16s %9s %9s %9s %9s %9s %9s\n", "", "1 client", "64, 64 B",
            "64, 16 K", "connects", "KiB held", "held echo"
        for (s = 1; s <= count; s++) {
            printf "%-16s", names[s]
            for (c = 1; c <= columns; c++)
                printf " %9s", cell(names[s], column[c])
            print ""
        }
    }' "$scratch/names" "$scratch/figures"
    echo "Rates as multiples of event's, held echo a multiple of its time."
    echo "prefork had 8 clients at a time, not 64, iterative 1."
}

write_configurations
round=1
while [ "$round" -le "$rounds" ]; do
    bench_ours
    bench_theirs
    round=$((round + 1))
done
report
