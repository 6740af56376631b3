#!/bin/sh
# outage.sh - outages replayed: the cause is named by three commands at most
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
listeners=$builddir/listeners
listening=$builddir/tests/listening
workers=$builddir/tests/workers
losing=$builddir/tests/losing
export listeners listening workers losing scratch
[ "$(uname -s)" = Linux ] || skip_all "the reports are those of Linux"
have_namespaces > "$scratch/out" ||
    skip_all "$(sed 's/^# //' "$scratch/out")"

# In the namespace: "hold PROGRAM ARGUMENTS" starts a server and sets $port and
# $process; "read_on NAME" plays the reader: the list first, then the command
# that the list proposes, "listeners ..." explains.  The reports are
# $scratch/NAME.1 and NAME.2.
cat > "$scratch/lib.sh" <<'END'
# A signal is sent before it takes effect.
halt () {
    kill -STOP "$1" || exit 9
    until grep -q ") T " "/proc/$1/stat"; do
        kill -0 "$1" || exit 9
    done
}
hold () {
    rm -f "$scratch/fifo"
    mkfifo "$scratch/fifo"
    : > "$scratch/answers"
    "$@" < "$scratch/fifo" > "$scratch/answers" &
    server=$!
    exec 9> "$scratch/fifo"
    until grep -q "^ready$" "$scratch/answers"; do
        kill -0 "$server" || exit 9
    done
    port=$(sed -n '1s/.*://p;1q' "$scratch/answers")
    [ -n "$port" ] || port=$(sed -n 1p "$scratch/answers")
    process=$(sed -n '2{s/ .*//;p;}' "$scratch/answers")
}
release () {
    exec 9>&-
    wait "$server"
}
count () {
    lines=$(wc -l < "$scratch/answers")
    echo count >&9
    until [ "$(wc -l < "$scratch/answers")" -gt "$lines" ]; do
        kill -0 "$server" || exit 9
    done
    tail -n 1 "$scratch/answers"
}
# until_in NAME PATTERN COMMAND...: repeat COMMAND, 2000 times at most, until report
# NAME has PATTERN.  Clients whose SYN was dropped send it again after a second,
# all at once: a queue may be full again for a moment.
until_in () {
    report=$scratch/$1 pattern=$2 turn=0
    shift 2
    until [ "$turn" -ge 2000 ]; do
        "$@" || exit 8
        tr -s ' \n' ' ' < "$report" | grep -q "$pattern" && return
        turn=$((turn + 1))
    done
}
read_on () {
    "$listeners" > "$scratch/$1.1"
    next=$(tr -s ' \n' ' ' < "$scratch/$1.1" |
        sed -n 's/.*"listeners \([^"]*\)" explains.*/\1/p')
    [ -n "$next" ] || return 1
    "$listeners" "$next" > "$scratch/$1.2"
    echo "$port $process" > "$scratch/$1.names"
}
END

# names NAME PATTERN: report NAME has it, without regard to line breaks; PORT
# and PID in PATTERN are the server's.
names () {
    read -r port process < "$scratch/${1%.*}.names" || return
    tr -s ' \n' ' ' < "$scratch/$1" > "$scratch/out"
    grep -q -- "$(echo "$2" | sed "s/PORT/$port/g;s/PID/$process/g")" \
        "$scratch/out"
}

# A worker of four is stopped: found, and resumed as proposed.  On a busy host
# the others are full, too, until they run.
run in_namespace '. "$scratch/lib.sh"; hold "$workers" 4 16
    halt "$process"; echo "connect 400" >&9; count > "$scratch/silent"
    until_in worker.1 ": 1 of 4 sockets" read_on worker
    eval "$(tr -s " \n" " " < "$scratch/worker.2" |
        sed -n "s/.*to do.*\(kill -CONT [0-9]*\) resumes it.*/\1/p")"
    count > "$scratch/resumed"
    list () { "$listeners" > "$scratch/worker.3"; }
    until_in worker.3 "^[^<]*$" list; release'
is "a stopped worker: the list names the worker and the share of clients" names \
    worker.1 "127.0.0.1:PORT: 1 of 4 sockets of this address is full: \
workers\[PID\]; the others have room: about 1 of 4 new clients hangs"
is "a stopped worker: the state, and what to do" names worker.2 \
    "to do no process can accept: workers\[PID\] is stopped by a signal.*kill \
-CONT PID resumes it"
is "a stopped worker: the proposed command serves those in the queue" sh -c '
    [ "$(sed "s/.* silent //" "$1")" -le \
        "$(($(sed "s/.* silent //" "$2") - 17))" ]' - "$scratch/resumed" \
    "$scratch/silent"
is "a stopped worker: then nothing is full" lacks "$scratch/worker.3" 'full:\|<- full'

# A single process is stopped.
run in_namespace '. "$scratch/lib.sh"; hold "$workers" 1 16
    halt "$process"; echo "connect 40" >&9; count > /dev/null
    read_on single; release'
is "a stopped server: named in the list" names single.1 "the queue of \
127.0.0.1:PORT is full: workers\[PID\] is stopped by a signal (SIGSTOP, SIGTSTP); \
new clients hang"
is "a stopped server: what to do, and that the backlog is not at fault" names \
    single.2 "kill -CONT PID resumes it; otherwise restart the program. A larger \
backlog is no help"

# Two queues of one stopped process.
run in_namespace '. "$scratch/lib.sh"; rm -f "$scratch/fifo"
    mkfifo "$scratch/fifo"
    "$listening" inet:3:4 inet:3:4 < "$scratch/fifo" > "$scratch/two.answers" &
    process=$!
    exec 9> "$scratch/fifo"
    until grep -q "^ready$" "$scratch/two.answers"; do
        kill -0 "$process" || exit 9
    done
    halt "$process"
    "$listeners" > "$scratch/two.1"
    kill -CONT "$process"
    exec 9>&-
    echo "any $process" > "$scratch/two.names"
    wait "$process"'
is "a stopped server with two full queues: named in the list" names two.1 \
    "2 queues are full, among them 127.0.0.1:[0-9]*: listening\[PID\] is stopped \
by a signal (SIGSTOP, SIGTSTP); new clients hang"

# The same with room left in the queue: clients wait for nothing.
run in_namespace '. "$scratch/lib.sh"; hold "$workers" 1 16
    halt "$process"; echo "connect 5" >&9; count > /dev/null
    read_on part; release'
is "a stopped server with room in its queue: named in the list" names part.1 \
    "5 clients wait at 127.0.0.1:PORT: workers\[PID\] is stopped by a signal \
(SIGSTOP, SIGTSTP); \"listeners PORT\" explains"

# A program that runs, but does not accept.  A client must have waited for a
# second, which the reader of the report has not caused.
run in_namespace '. "$scratch/lib.sh"; hold "$listening" inet:16:30
    process=$server
    until_in hung.2 "waited for [1-9]" read_on hung; release'
is "a hung server: the list proposes a command" names hung.1 \
    "the queue of 127.0.0.1:PORT is full: new clients hang"
is "a hung server: it does not accept, and where to look" names hung.2 \
    "to do the queue is full: check whether the program still calls accept, and \
fast enough (a client has waited for over [0-9]* s, so it does not, or far too slowly,\
.*strace -p PID)"

# Nearly full, and a client waits as long: advice as for a full queue.
run in_namespace '. "$scratch/lib.sh"; hold "$listening" inet:9:8
    process=$server
    explain () { "$listeners" "$port" > "$scratch/nearly.2"; }
    until_in nearly.2 "waited for [1-9]" explain
    echo "$port $process" > "$scratch/nearly.names"; release'
is "nearly full for long: the program does not accept" names nearly.2 \
    "to do the queue is nearly full: check whether the program still calls accept, \
and fast enough (a client has waited for over [0-9]* s, so it does not"

# The program asked for 511 and got 128: while the queue is full, and after.
run in_namespace '. "$scratch/lib.sh"
    echo 128 > /proc/sys/net/core/somaxconn || exit 9
    hold "$workers" 1 511; halt "$process"; echo "connect 300" >&9
    count > /dev/null; kill -CONT "$process"
    until_in after.2 "is not now" read_on after; release
    hold "$listening" inet:511:200; process=$server; read_on cut; release'
if [ "$status" -eq 9 ]; then
    skip "a queue cut" "somaxconn of a namespace cannot be set"
else
    is "a queue cut: the list marks it" names cut.1 \
        "127.0.0.1:PORT 129 128 100%.*the queue of 127.0.0.1:PORT is full"
    is "a queue cut: by what" names cut.2 \
        "cut by net.core.somaxconn = 128, if the program requested more"
    is "a queue cut: what to raise" names cut.2 "to do .*request a larger \
backlog, after raising net.core.somaxconn, which cuts the backlog to 128.*restart"
    is "a queue that was full: the list names overflows and a command" names \
        after.1 "packets were dropped because an accept queue was full \
(ListenOverflows).*127.0.0.1:PORT has most drops"
    is "a queue that was full: by what" names after.2 \
        "cut by net.core.somaxconn = 128, if the program requested more"
    is "a queue that was full: what to raise" names after.2 "to do the accept \
queue was full, most likely, and is not now.*request a larger backlog, after \
raising net.core.somaxconn, which cuts the backlog to 128.*restart the program"
fi

# Datagrams are lost.
run in_namespace '. "$scratch/lib.sh"; hold "$losing" inet:4608:200
    process=$server; read_on udp; release'
is "UDP: the list names the socket and a command" names udp.1 \
    "sockets lost datagrams, 127.0.0.1:PORT the most: 200"
is "UDP: owner and losses" names udp.2 "owner losing\[PID\].*200 datagrams lost"
is "UDP: the reason, and one advice, not two" names udp.2 \
    "to do the buffer was full.*look again in a second. If it still is, the \
program does not read, or too slowly"
is "UDP: what to set, if this was a burst" names udp.2 \
    "If it is not, this was a burst: let the program set SO_RCVBUF"

# Datagrams are lost while one looks.
run in_namespace '. "$scratch/lib.sh"; hold "$losing" inet:0:-3 inet:4608:9
    full () {
        awk "\$1 == \"Udp:\" && !column { for (i = 2; i <= NF; i++)
            if (\$i == \"RcvbufErrors\") column = i; next }
            \$1 == \"Udp:\" { print \$column }" /proc/net/snmp
    }
    before=$(full)
    "$listeners" --watch --json "$port" > "$scratch/lines" &
    watcher=$!
    until grep -q "\"start\"" "$scratch/lines"; do
        kill -0 "$watcher" || exit 8
    done
    "$losing" inet:4608:200 < /dev/null > /dev/null
    kill -INT "$watcher"; wait "$watcher"
    echo $(($(full) - before)) > "$scratch/full"
    second=$(sed -n "2s/.*://p" "$scratch/answers")
    "$listeners" --watch -d 0.05 "$second" > "$scratch/watched"; release'
tail -n 1 "$scratch/lines" > "$scratch/out"
is "UDP: --watch counts RcvbufErrors" sh -c '[ "$1" -ge 200 ] &&
    grep -q "\"rcvbuf_errors\": $1," "$2"' - "$(cat "$scratch/full")" \
    "$scratch/out"
is "UDP: --watch: RcvbufErrors, and not the counters of TCP" sh -c '
    grep -q "^host  *RcvbufErrors +0, of all UDP sockets" "$1" &&
    ! grep -q ListenOverflows "$1"' - "$scratch/watched"
is "UDP: --watch: a buffer is not called full for 0.000 s" \
    lacks "$scratch/watched" 'full for [0-9]'
for report in "$scratch"/*.[123]; do
    is "no line is wider than 80 columns: ${report##*/}" lacks "$report" '.\{81\}'
done
finish
