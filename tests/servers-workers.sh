#!/bin/sh
# servers-workers.sh - the event model in several processes
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/alone.sh"
. "${srcdir:-.}/tests/tap.sh"
. "$srcdir/tests/server.sh"
echosrv=$builddir/echosrv
fair=$builddir/tests/fair

# begin OPTIONS...: start the server with all its workers.
begin () {
    serve "$echosrv" -v "$@"
    workers_begun
}
# workers_begun: wait for $count workers.
count=2
workers_begun () {
    until [ "$(children_of "$server" | wc -l)" -eq "$count" ]; do
        kill -0 "$server" || return
    done
}
# all_of COMMAND...: hand it the processes of the server.
all_of () {
    # shellcheck disable=SC2046 # numbers are words
    "$@" "$server" $(children_of "$server")
}
# sockets_of PID: how many it has open.
sockets_of () {
    # shellcheck disable=SC2012 # names without blanks
    ls -l "$proc/$1/fd" | grep -c socket:
}
# until_asleep PID...: wait until each of them sleeps, or has ended.
until_asleep () {
    for pid; do
        while kill -0 "$pid" 2> /dev/null &&
            ! grep -q '.*) S ' "$proc/$pid/stat"; do :; done
    done
}
first_worker () {
    children_of "$server" | tr ' ' '\n' | grep . | sort -n | head -n 1
}

# ---- service -----------------------------------------------------------------

begin -4 -p 0 --workers=2
run "$crowd" "127.0.0.1:$port" once open 20 say 1000 shut close udp 100 \
    burst 50 close
is "two workers: streams and datagrams" [ "$status" -eq 0 ]
# The worker of a datagram socket, each in turn.
for round in first second; do
    kill -KILL "$(first_worker)"
    run "$crowd" "127.0.0.1:$port" udp 100 once
    is "the $round worker killed: the other answers" [ "$status" -eq 0 ]
    until_logged 'a worker ended (signal 9)'
    workers_begun
done
run "$crowd" "127.0.0.1:$port" udp 100 once
is "workers are replaced" [ "$status" -eq 0 ]
halt
is "and stopped" [ "$status" -eq 0 ]
is "the end of a worker is logged" \
    logged 'a worker ended (signal 9); starting a new one within a minute'

# answers_datagrams PID: whether its poller has the datagram socket.
answers_datagrams () {
    inode=$(awk -v port="$(printf ':%04X' "$port")" \
        'substr($2, length($2) - 4) == port { print $10; exit }' \
        "$proc/$1/net/udp")
    # shellcheck disable=SC2012 # names without blanks
    number=$(ls -l "$proc/$1/fd" |
        sed -n "s/.* \([0-9]*\) -> socket:\[$inode\]\$/\1/p")
    [ -n "$number" ] &&
        cat "$proc/$1"/fdinfo/* 2> /dev/null | grep -q "^tfd: *$number "
}
begin -4 -p 0 --workers=2 --grace=600
# Enough for clients of both: a worker without one ends at once.
hold open 40 say 10 wait shut close
told=
for pid in $(children_of "$server"); do
    answers_datagrams "$pid" 2> /dev/null && told=$pid
done
if [ -n "$told" ]; then
    kill -TERM "$told"
    while answers_datagrams "$told" && kill -0 "$told"; do :; done
    run bounded 60 "$crowd" "127.0.0.1:$port" udp 100
    is "a worker that is told to stop: the other answers datagrams" \
        [ "$status" -eq 0 ]
else
    skip "a worker that is told to stop: the other answers datagrams" \
        "no poller shows what it polls"
fi
let_go
halt

begin --unix "$scratch/stream" --workers=2
run "$crowd" "$scratch/stream" once open 5 say 100 shut close
is "UNIX streams" [ "$status" -eq 0 ]
halt
is "the file is removed" [ "$status" -eq 0 -a ! -e "$scratch/stream" ]
begin --unix "$scratch/datagrams" --udp --workers=2
run "$crowd" "$scratch/datagrams" udp 100
is "UNIX datagrams" [ "$status" -eq 0 ]
halt

serve "$echosrv" -4 -p 0 --workers=1
is "one worker is the server itself" [ -z "$(children_of "$server")" ]
halt
serve "$echosrv" -4 -p 0 --workers=5 --max-clients=2
count=2
workers_begun
is "no more workers than clients" [ "$(children_of "$server" | wc -l)" -eq 2 ]
halt
serve "$builddir/daytimesrv" -4 -p 0 --workers=2
run "$crowd" "127.0.0.1:$port" line uline
is "daytime" [ "$status" -eq 0 ]
halt
wrong_usage 'prefork and --model=event only' "$echosrv" --model=thread \
    --workers=2

# ---- shares ------------------------------------------------------------------

if [ "$(uname -s)" = Linux ] && [ -d "$proc/$$/fd" ]; then
    begin -4 -p 0 --tcp --workers=2
    idle=$(all_of sh -c 'for pid; do echo "$pid"; done' - | tail -n 2)
    # One after the other: each client finds all workers idle.  A worker that
    # still runs would accept before the worker that the kernel wakes.
    words=
    for _ in 1 2 3 4 5 6 7 8 9; do
        words="$words open 1 say 1 wait"
    done
    # shellcheck disable=SC2086 # commands are words
    hold $words open 1 say 1 wait shut
    for _ in 1 2 3 4 5 6 7 8 9; do
        # shellcheck disable=SC2086 # numbers are words
        until_asleep $idle
        echo >&8
        read -r _ <&7
    done
    for pid in $idle; do
        sockets_of "$pid"
    done > "$scratch/shares"
    least=$(sort -n "$scratch/shares" | head -n 1)
    most=$(sort -n "$scratch/shares" | tail -n 1)
    echo "# sockets of the workers: $least, $most"
    is "clients are spread over the workers" [ $((most - least)) -le 6 ]
    let_go
    halt
else
    skip "clients are spread over the workers" "no $proc/PID/fd here"
fi
begin -4 -p 0 --tcp --workers=2
run "$fair" "127.0.0.1:$port" 64 1000
# shellcheck disable=SC2046 # words
set -- $(cat "$scratch/out") -
echo "# messages a client: $(cat "$scratch/out")"
is "no client starves: the fewest are more than a tenth of the median" \
    [ "$status" -eq 0 -a "${2:-0}" -gt 0 -a $((10 * ${2:-0})) -gt "${4:-0}" ]
halt

# ---- limits ------------------------------------------------------------------

# The limit is one for all, however the clients are spread.
begin -4 -p 0 --tcp --workers=2 --max-clients=3
hold open 3 say 10 wait shut close
is "as many as --max-clients are served" [ "$held" = ready ]
# The next one waits in the queue until there is room.
"$crowd" "127.0.0.1:$port" once > "$scratch/next" 2>&1 7<&- 8>&- &
next=$!
until_logged 'new clients wait: 3 are served, the maximum'
is "the next one waits" kill -0 "$next"
let_go
status=0
wait "$next" || status=$?
sed 's/^/# /' "$scratch/next"
is "and is served when one has left" [ "$status" -eq 0 -a "$held" -eq 0 ]
run "$crowd" "127.0.0.1:$port" try 40 close
halt
# The end of a client is logged before the next may come.
is "never more than --max-clients" awk '
    / connected to / { n++; seen++ }
    / ended, |reset by peer, / { n-- }
    n > 3 { bad = 1 }
    END { exit bad || seen < 4 }' "$scratch/log"

begin -4 -p 0 --tcp --workers=2 --max-per-source=2
hold open 2 say 10 wait shut close
run "$crowd" "127.0.0.1:$port" open 1 ended
is "--max-per-source: a further client is rejected" \
    [ "$status" -eq 0 ]
is "and the reason is logged" logged 'its source has 2 connections'
let_go
run "$crowd" "127.0.0.1:$port" once once once
is "and served again when others have left" [ "$status" -eq 0 ]
# The clients of a worker that is killed do not count any more.
hold open 1 say 1 open 1 say 1 wait
killed=$(children_of "$server")
for pid in $killed; do
    kill -KILL "$pid"
done
let_go
for pid in $killed; do
    while children_of "$server" | grep -qx "$pid"; do
        kill -0 "$server" || break
    done
done
workers_begun
run "$crowd" "127.0.0.1:$port" retry
# A client that has just left may still count for a moment.
tries=0 status=1
until [ "$status" -eq 0 ] || [ "$tries" -ge 50 ]; do
    tries=$((tries + 1))
    run "$crowd" "127.0.0.1:$port" open 2 say 1 shut close
done
is "the clients of killed workers do not count" [ "$status" -eq 0 ]
halt

# Without --max-clients the limit of a source is not one of all clients.
begin -4 -p 0 --tcp --workers=2 --max-per-source=1000
run bounded 60 "$crowd" "127.0.0.1:$port" open 100 say 1 close
is "--max-per-source alone: 100 clients are served" [ "$status" -eq 0 ]
halt

# A source has one rate at all sockets, each of which has another worker.
one_rate () {
    begin -4 -p 0 --udp -a 127.0.0.1 -a 127.0.0.2 --workers=2 --max-rate=20
    run "$crowd" "127.0.0.1:$port" flood 100
    first_back=$(cat "$scratch/out")
    run "$crowd" "127.0.0.2:$port" flood 100
    next_back=$(cat "$scratch/out")
    halt
    echo "# $first_back answers of one worker, $next_back of the other"
    [ "$first_back" -ge 20 ] && [ "$next_back" -lt 20 ]
}
# A second between both floods, on a busy host, fills the bucket again; without
# a common rate each flood has 20 answers, always.
one_rate_again () {
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        one_rate && return
    done
    return 1
}
is "--max-rate holds for the workers together" one_rate_again

# One that stands still while it counts a datagram keeps the lock of the rates;
# its end releases it.
stopped () {
    for pid in $(children_of "$server"); do
        ! grep -q '.*) T ' "$proc/$pid/stat" 2> /dev/null || echo "$pid"
    done
}
if may_play_clock && [ -r "$proc/$$/stat" ]; then
    serve env REFUSE_CLOCK=yes "LD_PRELOAD=$refuse" "$echosrv" -v -4 -p 0 \
        --udp -a 127.0.0.1 -a 127.0.0.2 --workers=2 --max-rate=1000
    workers_begun
    # datagram HOST TEXT: ask there once.
    datagram () {
        printf %s "$2" > "$scratch/in"
        status=0
        "$builddir/echocli" -u -t 0.2 "$1" "$port" < "$scratch/in" \
            > "$scratch/out" 2> "$scratch/err" || status=$?
    }
    datagram 127.0.0.1 stop
    until holder=$(stopped) && [ -n "$holder" ]; do
        kill -0 "$server" || break
    done
    datagram 127.0.0.2 text
    is "a worker stopped within its count of datagrams: another is denied" \
        logged 'another worker keeps the lock'
    kill -KILL "$holder"
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        datagram 127.0.0.2 text
        [ "$status" -ne 0 ] || break
    done
    is "and answers when that has ended" [ "$status" -eq 0 ]
    halt
else
    skip "a worker stopped within its count of datagrams" \
        "nothing can be preloaded here, or there is no $proc/PID/stat"
fi

# ---- nothing queued is lost --------------------------------------------------

# Clients that come while all workers stand still, of which one is then killed.
begin -4 -p 0 --tcp --workers=2
victim=$(first_worker)
all_of kill -STOP
hold open 100 wait say 10 shut
kill -KILL "$victim"
all_of kill -CONT
let_go
is "a worker is killed: the clients in the queue are served" [ "$held" -eq 0 ]
halt
begin -4 -p 0 --tcp --workers=2 --grace=110
all_of kill -STOP
hold open 200 wait say 100 shut
all_of kill -TERM
all_of kill -CONT
let_go
gone
is "stopped: the clients in the queue are served, all 200" [ "$held" -eq 0 \
    -a "$(grep -c 'ended, 100 bytes received, 100 sent' "$scratch/log")" -eq 200 ]
begin -4 -p 0 --tcp --workers=2 --grace=1 --max-clients=8
all_of kill -STOP
hold open 12
all_of kill -TERM
all_of kill -CONT
gone
let_go
is "those for whom there is no time are counted, all 12" \
    logged 'stopped; 12 client connections were closed'
# A client of a worker that was woken and killed is served by another.
begin -4 -p 0 --tcp --workers=2
for pid in $(children_of "$server"); do
    kill -STOP "$pid"
    hold open 1 wait say 10 shut
    kill -KILL "$pid"
    let_go
    is "a worker that was woken and is killed keeps no client" \
        [ "$held" -eq 0 ]
done
workers_begun
# Nor does one that is stopped.
for pid in $(children_of "$server"); do
    kill -STOP "$pid"
    # Within a second, on an idle host.
    run bounded 10 "$crowd" "127.0.0.1:$port" once
    is "a worker that was woken and is stopped keeps no client" \
        [ "$status" -eq 0 ]
    kill -CONT "$pid"
done
halt

# ---- the end -----------------------------------------------------------------

begin -4 -p 0 --tcp --workers=2 --grace=60
hold open 4 say 1 wait say 1000 shut
kill -TERM "$server"
until_logged 'stopping; 4 clients have 60 s to finish'
let_go
gone
is "the clients of all workers have the grace period" sh -c '
    [ "$1" -eq 0 ] && [ "$(grep -c "ended, 1001 bytes" "$2")" -eq 4 ]' - \
    "$status" "$scratch/log"
is "and it is said that all had finished" \
    logged 'stopped; all clients had finished'
begin -4 -p 0 --tcp --workers=2
before=$port
hold open 3 say 1 wait ended
kill -KILL "$server"
let_go
is "the parent killed: the workers end" [ "$held" -eq 0 ]
gone
serve "$echosrv" -4 --tcp -p "$before"
is "and the port is free" [ "$port" = "$before" ]
halt
finish
