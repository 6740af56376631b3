#!/bin/sh
# servers-hostile.sh - clients that no server should suffer from
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/alone.sh"
. "${srcdir:-.}/tests/tap.sh"
. "$srcdir/tests/server.sh"

echosrv=$builddir/echosrv

# cheap SERVER HUNDREDTHS: it has not used more processor time than that, with
# its children's, and no more than 3 s itself.
cheap () {
    used=$(cpu_of "$1")
    own=$(awk '{ sub(".*[)] ", ""); print $12 + $13 }' "$proc/$1/stat")
    echo "# $used hundredths of a second, $own its own"
    [ "$used" -le "$2" ] && [ "$own" -le $((300 * slow)) ]
}
# is_cheap DESCRIPTION SERVER HUNDREDTHS: the same as a test.
is_cheap () {
    if has_cpu_times; then
        is "$1" cheap "$2" "$3"
    else
        skip "$1" "this system has no /proc to tell the time"
    fi
}
# Instrumented code is slow.
if is_sanitized; then slow=10; else slow=1; fi

for model in $models; do
    # As many as are served at a time.
    case $model in iterative) several=1 ;; prefork) several=8 ;; *) several=20 ;; esac
    # Hundredths of a second; some 600 children took 3 s on a busy machine.
    if [ "$model" = fork ]; then most=$((1000 * slow)); else most=$((300 * slow)); fi
    serve "$echosrv" --model="$model" -4 -p 0 --max-clients=600
    # Beside all the others, clients that send a byte a second.
    slowly=
    if [ "$several" -eq 20 ]; then
        "$crowd" "127.0.0.1:$port" open 20 drip 2 1000 close > "$scratch/slow" &
        slowly=$!
    fi
    run "$crowd" "127.0.0.1:$port" open 20 reset once \
        open $several say 1000 reset once open 20 deaf 5000000 reset once
    is "$model: clients that reset, early, idle, in full flow" \
        [ "$status" -eq 0 ]
    run "$crowd" "127.0.0.1:$port" open $several say 70000 shut close once
    is "$model: clients that half-close" [ "$status" -eq 0 ]
    if [ -n "$slowly" ]; then
        run "$crowd" "127.0.0.1:$port" open 12 deaf 3000000 once close once
        is "$model: clients that never read" [ "$status" -eq 0 ]
        run "$crowd" "127.0.0.1:$port" open 500 once say 10 once close once
        is "$model: 500 silent clients keep nobody waiting" \
            [ "$status" -eq 0 ]
        run wait "$slowly"
        is "$model: a byte a second, meanwhile" [ "$status" -eq 0 ]
    else
        run "$crowd" "127.0.0.1:$port" open $several drip 5 100 close once
        is "$model: a byte at a time" [ "$status" -eq 0 ]
        is "$model: no zombie of these" no_zombie "$server"
        is_cheap "$model: little processor time for these" \
            "$server" "$most"
        halt
        is "$model: alive to their end" [ "$status" -eq 0 ]
        # A client that says nothing keeps the others from being served until
        # its time is over; so is that of a good one who stands still so long.
        serve "$echosrv" --model="$model" -4 -p 0 --idle-timeout=0.3
        run "$crowd" "127.0.0.1:$port" open 12 deaf 3000000 retry close retry
        is "$model: clients that never read" [ "$status" -eq 0 ]
        run "$crowd" "127.0.0.1:$port" open 20 retry ended close retry
        is "$model: silent clients' time is over" [ "$status" -eq 0 ]
    fi
    is "$model: no zombie" no_zombie "$server"
    is_cheap "$model: little processor time" "$server" "$most"
    halt
    is "$model: alive to the end" [ "$status" -eq 0 ]
done

# Descriptors run out: those in place are served, the others rejected or
# left waiting, and all is well when the first have left.
for model in event thread fork; do
    serve "$limited" 40 "$echosrv" --model="$model" -4 --tcp -p 0
    hold try 200
    before=0
    ! has_cpu_times || before=$(cpu_of "$server")
    run "$crowd" "127.0.0.1:$port" try 20 wait < /dev/null
    # A second in which nothing happens.
    mkfifo "$scratch/nothing"
    timeout 1 cat "$scratch/nothing" 8<> "$scratch/nothing" > /dev/null
    rm "$scratch/nothing"
    is_cheap "$model: no busy loop without descriptors" "$server" \
        $((before + 50 * slow))
    # A child has few of them, and its parent one; nobody is rejected.
    [ "$model" = fork ] || until_logged 'clients rejected'
    let_go
    # The first are rejected until the server has closed enough of the others.
    run "$crowd" "127.0.0.1:$port" retry
    is "$model: served when there are descriptors again" [ "$status" -eq 0 ]
    halt
    is "$model: says it at most once" rarely 'rejected'
    [ "$model" = fork ] ||
        is "$model: says it" logged 'rejected, .*Too many open files'
    is "$model: alive after that" [ "$status" -eq 0 ]
done

# The fewest descriptors with which somebody is served; nobody else is there.
# How many are open from the start is the harness's affair.
for model in event thread; do
    few=6 status=1
    while [ "$status" -ne 0 ] && [ "$few" -lt 40 ]; do
        few=$((few + 1))
        serve "$limited" "$few" "$echosrv" --model="$model" -4 --tcp -p 0
        if [ -z "$port" ]; then
            gone
            continue
        fi
        run "$crowd" "127.0.0.1:$port" once
        served=$status
        halt
        status=$served
    done
    is "$model: the last descriptor serves" [ "$status" -eq 0 ]
    is "$model: no rejection is logged that was none" \
        lacks "$scratch/log" "rejected"
done

# More descriptors are asked for than there are at the start, and fewer than the
# hard limit if the system, as macOS, does not go so far.
hard=$(ulimit -Hn)
if [ -f "$refuse" ] && ! is_sanitized && [ "$(getconf LONG_BIT)" = 64 ] &&
    { [ "$hard" = unlimited ] || [ "$hard" -ge 2000 ]; }; then
    serve env REFUSE_FILES=1500 "LD_PRELOAD=$refuse" sh -c \
        'ulimit -Sn 40 && exec "$0" "$@"' "$echosrv" -4 --tcp -p 0
    run "$crowd" "127.0.0.1:$port" open 100 say 5 close
    is "more descriptors, though not as many as the hard limit has" \
        [ "$status" -eq 0 ]
    halt
else
    skip "more descriptors, though not as many as the hard limit has" \
        "nothing can be preloaded, or the hard limit is low"
fi

# Nothing else happens meanwhile.
serve "$echosrv" --model=fork -4 --tcp -p 0
hold open 1 say 1
# shellcheck disable=SC2046 # numbers are words
kill -KILL $(children_of "$server")
is "fork: a child that is killed is logged at once" \
    logged '1 process was killed by a signal'
let_go
halt

# Limits recover by themselves.
for model in event thread fork; do
    serve "$echosrv" --model="$model" -4 --tcp -p 0 --max-clients=3
    hold open 10
    until_logged 'new clients wait'
    let_go
    run "$crowd" "127.0.0.1:$port" once open 3 say 5 close
    is "$model: --max-clients: others have their turn" [ "$status" -eq 0 ]
    halt
    is "$model: having waited" logged 'new clients wait: 3'
    serve "$echosrv" --model="$model" -4 --tcp -p 0 --max-per-source=2
    hold open 2 say 1
    run "$crowd" "127.0.0.1:$port" try 1 ended close
    is "$model: --max-per-source: the next is rejected" [ "$status" -eq 0 ]
    let_go
    run "$crowd" "127.0.0.1:$port" retry
    is "$model: and not when the first have left" [ "$status" -eq 0 ]
    halt
    if [ "$(uname -s)" = Linux ]; then
        is "$model: says so" logged '127.0.0.1 port .*client rejected'
    fi
done
serve "$echosrv" --model=prefork -4 --tcp -p 0 --max-per-source=2
hold open 2 say 1
run "$crowd" "127.0.0.1:$port" try 100 ended close
is "prefork: --max-per-source: others are rejected" [ "$status" -eq 0 ]
let_go
run "$crowd" "127.0.0.1:$port" retry
is "prefork: and not when the first have left" [ "$status" -eq 0 ]
halt
is "prefork: of all the workers one says so, once" once_logged 'client rejected'
if has_ipv6; then
    serve "$echosrv" --model=prefork --workers=2 --tcp -p 0 -a ::1 \
        --unix="$scratch/socket" --max-per-source=1
    until_logged 'port'
    port=$(sed -n 's/.* port \([0-9]*\),.*/\1/p' "$scratch/log")
    at=$scratch/socket
    hold open 1 say 1
    at=
    run "$crowd" "[::1]:$port" once
    is "prefork: --max-per-source: who is unnamed is not ::1" \
        [ "$status" -eq 0 ]
    let_go
    halt
else
    skip "prefork: --max-per-source: who is unnamed is not ::1" \
        "this host has no ::1"
fi
# Four bytes take half as long again as the server is patient for.
drip_slowly () {
    serve "$echosrv" --model="$model" -4 --tcp -p 0 --idle-timeout="$delay"
    run "$crowd" "127.0.0.1:$port" open 1 \
        drip 4 "$(echo "$delay" | awk '{ print $1 * 500 }')" ended close retry
    served=$status
    halt
    [ "$served" -eq 0 ]
}
for model in $models; do
    is "$model: --idle-timeout counts from the last byte" in_time drip_slowly
done
# unread COMMAND...: start a server whose log, descriptor 6, is read by nobody but
# the test, and see that it ends though it hang.
unread () {
    mkfifo "$scratch/unread" "$scratch/leash"
    exec 6<> "$scratch/unread"
    "$@" 2>&6 &
    server=$!
    {
        result=0
        bounded "$lifetime" cat "$scratch/leash" || result=$?
        if [ "$result" -eq 124 ]; then
            kill_server
            # Who reads there would wait for ever.
            bounded 1 echo >&6
        fi
    } &
    exec 5> "$scratch/leash"
}
# unread_echo OPTION...: the same with echosrv over TCP, at $port.
unread_echo () {
    unread "$echosrv" -4 --tcp -p 0 -v "$@"
    read -r line <&6
    port=${line##* port } port=${port%%,*}
}
fill_log () {
    dd if=/dev/zero of="$scratch/unread" bs=4096 count=100 oflag=nonblock \
        2> /dev/null
}
# end_unread SIGNAL...: they end it; its status is $status.
end_unread () {
    for signal in "$@"; do
        kill -"$signal" "$server"
    done
    status=0
    wait "$server" || status=$?
    server=
    exec 5>&- 6>&-
    rm "$scratch/unread" "$scratch/leash"
}
# The server waits a while for its log to take a word about a second client; what
# the first one sends meanwhile is a sign of life.
wait_for_log () {
    mkfifo "$scratch/nothing"
    unread_echo --model=event --idle-timeout="$delay"
    read -r _ <&6
    mkfifo "$scratch/hold" "$scratch/held"
    "$crowd" "127.0.0.1:$port" open 1 say 1 wait say 1 < "$scratch/hold" \
        > "$scratch/held" &
    holder=$!
    exec 8> "$scratch/hold"
    read -r _ < "$scratch/held"
    fill_log
    "$crowd" "127.0.0.1:$port" open 1
    exec 8>&-
    timeout "$(echo "$delay" | awk '{ print $1 * 2 }')" \
        cat "$scratch/nothing" 4<> "$scratch/nothing"
    dd if="$scratch/unread" of=/dev/null bs=65536 iflag=nonblock 2> /dev/null
    served=0
    wait "$holder" || served=$?
    end_unread TERM
    rm "$scratch/nothing" "$scratch/hold" "$scratch/held"
    [ "$served" -eq 0 ]
}
is "event: who sent while the server waited for its log was not idle" \
    in_time wait_for_log

# The datagrams of one source.
serve "$echosrv" -4 -u -p 0 --max-rate=5
begun=$(date +%s)
run "$crowd" "127.0.0.1:$port" flood 200
most=$((5 + 5 * ($(date +%s) - begun + 1)))
back=$(cat "$scratch/out")
is "--max-rate: a burst of five, and five a second" \
    sh -c '[ "$1" -ge 5 ] && [ "$1" -le "$2" ]' - "$back" "$most"
halt
is "--max-rate: says so" logged 'too many'
serve "$echosrv" -4 -u -p 0
run "$crowd" "127.0.0.1:$port" flood 300
is "without --max-rate local sources have all" [ "$(cat "$scratch/out")" -eq 300 ]
halt
# A source that is not local, in a network that has its address.
cat > "$scratch/remote" << 'END'
ip addr add 192.0.2.1/32 dev lo || exit
mkfifo "$1/remote.fifo"
"$builddir/echosrv" --any -4 -u -p 9877 2> "$1/remote.fifo" &
server=$!
exec 7< "$1/remote.fifo"
read -r _ <&7
"$builddir/tests/crowd" 192.0.2.1:9877 flood 2000
kill -TERM "$server"
cat <&7 > "$1/log"
wait "$server"
END
if have_namespaces; then
    begun=$(date +%s)
    run bounded "$lifetime" unshare -Urnm sh -c \
        'ip link set lo up; sh "$0/remote" "$0"' "$scratch"
    most=$((256 * ($(date +%s) - begun + 2)))
    back=$(cat "$scratch/out")
    is "without --max-rate a remote source has 256, and 256 a second" \
        sh -c '[ "$1" -ge 256 ] && [ "$1" -le "$2" ]' - "$back" "$most"
    is "without --max-rate the limit of a remote source is logged" \
        logged '192.0.2.1 port .*too many'
else
    skip "without --max-rate a remote source" "no network namespaces here"
fi

# Two servers that somebody set upon each other: the rate bounds it.
serve "$echosrv" -4 -u -p 0 --max-rate=20 -v
first=$server first_port=$port first_logger=$logger
mv "$scratch/log" "$scratch/first"
serve "$echosrv" -4 -u -p 0 --max-rate=20 -v
run "$crowd" "127.0.0.1:$first_port" spoof "$port"
if [ "$status" -eq 0 ]; then
    until_logged 'datagram to'
    mkfifo "$scratch/nothing"
    timeout 2 cat "$scratch/nothing" 8<> "$scratch/nothing" > /dev/null
    rm "$scratch/nothing"
    turns=$(grep -c 'datagram to' "$scratch/log")
    echo "# $turns datagrams in two seconds"
    is "a loop of two servers is bounded by --max-rate" \
        sh -c '[ "$1" -ge 1 ] && [ "$1" -le 200 ]' - "$turns"
else
    skip "a loop of two servers is bounded by --max-rate" "no raw socket"
fi
halt
server=$first logger=$first_logger
halt

# On a kernel whose send ignores MSG_DONTWAIT, as macOS, a client that does not
# read keeps the server waiting no longer than elsewhere.
if [ -f "$refuse" ] && ! is_sanitized; then
    for model in iterative fork prefork thread; do
        serve env REFUSE_DONTWAIT=yes "LD_PRELOAD=$refuse" "$echosrv" \
            --model="$model" -4 --tcp -p 0 --idle-timeout=0.5
        run "$crowd" "127.0.0.1:$port" open 1 deaf 8000000 ended close once
        is "$model: send ignores MSG_DONTWAIT: the next client is served" \
            [ "$status" -eq 0 ]
        run "$crowd" "127.0.0.1:$port" open 1 say 300000 shut close
        is "$model: send ignores MSG_DONTWAIT: whole echoes" \
            [ "$status" -eq 0 ]
        halt
        is "$model: send ignores MSG_DONTWAIT: alive to the end" \
            [ "$status" -eq 0 ]
    done
else
    skip "send ignores MSG_DONTWAIT" "nothing can be preloaded here"
fi

# A UNIX datagram whose sender's path leads to the server's own socket: an answer
# would be the next question.  -v has a line for each answer.
mkdir "$scratch/here" "$scratch/there" "$scratch/there/sub"
ln -s . "$scratch/here/sub"
# serve_in FOLDER COMMAND...: what is relative is so from there.
serve_in () {
    folder=$1
    shift
    serve sh -c 'cd "$0" && exec "$@"' "$folder" "$@"
}
# spoof_unix PATH SERVER: a datagram from PATH, and a client's.
spoof_unix () {
    (cd "$scratch/there" && rm -f "$1" &&
        "$crowd" "$scratch/here/$2" from "$1" udp 20)
}
for program in echosrv daytimesrv; do
    for spoofed in ./own sub/own ./hard; do
        serve_in "$scratch/here" "$builddir/$program" -u -v \
            --unix="$scratch/here/own"
        ln "$scratch/here/own" "$scratch/here/hard"
        run spoof_unix "$spoofed" own
        [ "$program" = daytimesrv ] ||
            is "$program, from $spoofed: others are answered" [ "$status" -eq 0 ]
        halt
        is "$program, from $spoofed: its own socket is not answered" \
            logged "not answered: its sender's address is that of this service"
        is "$program, from $spoofed: it does not answer itself" \
            [ "$(grep -c 'datagram to' "$scratch/log")" -le 2 ]
        rm -f "$scratch/here/hard"
    done
    # Two of them that somebody set on each other: it comes to an end.
    serve_in "$scratch/here" "$builddir/$program" -u --unix="$scratch/here/one"
    first=$server first_logger=$logger
    mv "$scratch/log" "$scratch/first"
    serve_in "$scratch/here" "$builddir/$program" -u --unix="$scratch/here/two"
    run spoof_unix ./one two
    until grep -q 'as in a loop of two servers' "$scratch/log" "$scratch/first"; do
        kill -0 "$server" || break
    done
    before=$(cpu_of "$server")
    mkfifo "$scratch/nothing"
    timeout 1 cat "$scratch/nothing" 8<> "$scratch/nothing" > /dev/null
    rm "$scratch/nothing"
    after=$(cpu_of "$server")
    is "$program: two servers set on each other fall silent" \
        [ $((${after:-0} - ${before:-0})) -le $((10 * slow)) ]
    run "$crowd" "$scratch/here/two" uline
    is "$program: and answer others" [ "$status" -eq 0 ]
    halt
    server=$first logger=$first_logger
    halt
done
# Clients that repeat themselves a little are no loop.
serve "$echosrv" -u -4 -p 0
run "$crowd" "127.0.0.1:$port" flood 1000
is "the same datagram 1000 times is answered 1000 times" \
    [ "$(cat "$scratch/out")" -eq 1000 ]
halt

# The end: those at work have their time, and are counted.
# interrupted COMMAND...: serve, and signals come at the worst moments.
interrupted () {
    if [ -f "$refuse" ] && ! is_sanitized; then
        serve env REFUSE_POLL=yes "LD_PRELOAD=$refuse" "$@"
    else
        serve "$@"
    fi
}
# end_after_grace: a server with held clients ends after the grace period, of
# $delay seconds, in less than three times the period.
end_after_grace () {
    serve "$echosrv" --model="$model" -4 --tcp -p 0 --grace="$delay"
    # A word, so that it is known that they were accepted.
    hold open $several say 1
    begun=$(date +%s)
    halt
    took=$(($(date +%s) - begun))
    let_go
    echo "# $took s"
    [ "$status" -eq 0 ] && [ "$took" -ge "$delay" ] &&
        [ "$took" -lt $((3 * delay)) ]
}
for model in $models; do
    [ "$model" = iterative ] && several=1 || several=3
    delays='1 10'
    is "$model: a time of grace, then the end, with 0" in_time end_after_grace
    delays=
    is "$model: logs how many were closed" \
        logged "stopped; $several client connections* w.*closed"
    serve "$echosrv" --model="$model" -4 --tcp -p 0 --grace=60
    hold open $several say 1
    kill -TERM "$server"
    let_go
    # By itself: a second signal would cut off who is just going.
    gone
    is "$model: who goes in time is not counted" logged 'all clients had finished'
    interrupted "$echosrv" --model="$model" -4 --tcp -p 0 -v --grace=600
    hold open $several say 1
    # Two of a kind could arrive as one.
    kill -TERM "$server"
    halt INT
    is "$model: a second signal ends the time of grace" \
        logged "stopped; $several client connections* w.*closed"
    is "$model: each says how it ended" \
        [ "$(grep -c 'closed by shutdown, 1 bytes received, 1 sent' "$scratch/log")" \
        -eq "$several" ]
    let_go
done

# A process that is stopped ends, too, and by itself: it logs the end of its
# client, as one that is killed would not.
for model in fork prefork "event --workers=2"; do
    # shellcheck disable=SC2086 # options are words
    interrupted "$echosrv" --model=$model -4 --tcp -p 0 -v --grace=600
    hold open 1 say 1
    # shellcheck disable=SC2046 # numbers are words
    kill -STOP $(children_of "$server")
    kill -TERM "$server"
    halt INT
    is "$model: stopped processes end with the time of grace" \
        logged 'closed by shutdown, 1 bytes received, 1 sent'
    let_go
done

# Who has connected is a client, accepted or not: he is served, or counted.
# have_begun: the workers are there; prefork says that it listens before.
have_begun () {
    case $model in prefork) workers=8 ;; *) workers=0 ;; esac
    until [ "$(children_of "$server" | wc -l)" -eq "$workers" ]; do
        kill -0 "$server" || return
    done
}
# stopped_with COMMAND...: the server and its workers stand still while clients
# do so, and go on when they are told to end.
stopped_with () {
    have_begun
    everybody="$server $(children_of "$server")"
    # shellcheck disable=SC2086 # numbers are words
    kill -STOP $everybody
    hold "$@"
    # shellcheck disable=SC2086
    kill -TERM $everybody
    # shellcheck disable=SC2086
    kill -CONT $everybody
}
for model in $models; do
    # Where one is served after the other, those who have spoken.
    case $model in
    iterative|prefork) queued='open 200 tell 100 wait ended' ;;
    *) queued='open 200 wait say 100 shut' ;;
    esac
    serve "$echosrv" --model="$model" -4 --tcp -p 0 -v --grace=110
    # shellcheck disable=SC2086 # commands are words
    stopped_with $queued
    let_go
    gone
    served=$(grep -c 'ended, 100 bytes received, 100 sent' "$scratch/log")
    is "$model: those in the queue when it is stopped are served, all 200" \
        [ "$served" -eq 200 ]
    # Where one is served after the other, who has said nothing is not waited
    # for; elsewhere all have the time of grace.
    case $model in
    iterative|prefork) limit=--grace=110 ;;
    *) limit='--grace=1 --max-clients=8' ;;
    esac
    begun=$(date +%s)
    # shellcheck disable=SC2086
    interrupted "$echosrv" --model="$model" -4 --tcp -p 0 $limit
    stopped_with open 12
    gone
    let_go
    is "$model: those for whom there is no time are counted, all 12" \
        logged 'stopped; 12 client connections were closed'
    is "$model: and they do not have it wait" \
        [ $(($(date +%s) - begun)) -lt 100 ]
done

# A terminal and a service manager signal the whole group, not the parent alone.
if have setsid; then
    for model in prefork fork; do
        serve setsid "$echosrv" --model="$model" -4 --tcp -p 0 -v --grace=60
        hold open 1 say 1 wait say 1000 shut
        kill -TERM -"$server"
        until_logged 'stopping; 1 client'
        let_go
        gone
        is "$model: a signal to the whole group leaves time, too" \
            logged 'ended, 1001 bytes received, 1001 sent'
        serve setsid "$echosrv" --model="$model" -4 --tcp -p 0 --grace=600
        hold open 3 say 1
        kill -TERM -"$server"
        kill -INT -"$server"
        gone
        is "$model: a second one ends it, and all are counted" \
            logged 'stopped; 3 client connections were closed'
        let_go
    done
else
    skip "a signal to the whole group leaves time, too" "setsid is not here"
fi
# Which the parent may have been faster to pass on.
if [ -r /proc/self/status ]; then
    serve "$echosrv" --model=prefork --workers=1 -4 --tcp -p 0 -v --grace=60
    hold open 1 say 1 wait say 1000 shut
    worker=$(children_of "$server")
    kill -USR1 "$worker"
    until grep -q '^ShdPnd:.0*$' "/proc/$worker/status"; do
        kill -0 "$worker" || break
    done
    kill -TERM "$worker"
    let_go
    halt
    is "prefork: nor does it when the parent was faster" \
        logged 'ended, 1001 bytes received, 1001 sent'
fi

# Nobody reads the log: lines are dropped and counted, and clients are served.
# served_unread N: so many, one after the other.
served_unread () {
    words=
    for _ in $(seq "$1"); do
        words="$words once"
    done
    # shellcheck disable=SC2086 # commands are words
    run bounded 300 "$crowd" "127.0.0.1:$port" $words
    [ "$status" -eq 0 ]
}
# until_read PATTERN: a line of the log is copied, in bounded time.
until_read () {
    limit=$(($(date +%s) + 120))
    until grep -q -- "$1" "$scratch/read"; do
        [ "$(date +%s)" -lt "$limit" ] || return
    done
}
for model in $models; do
    unread_echo --model="$model"
    # The next line is that of the sandbox, or of its lack.
    read -r _ <&6
    # Until the pipe is full the server has a second for its lines.
    fill_log
    is "$model: a log that nobody reads: all are served" served_unread 200
    : > "$scratch/read"
    cat <&6 > "$scratch/read" 5>&- &
    reader=$!
    until_read 'log lines were dropped'
    is "$model: a log that is read again: the count is told, by itself" \
        grep -q '[0-9] log lines were dropped' "$scratch/read"
    is "$model: a log that is read again: nothing is lost" served_unread 20
    kill -TERM "$server"
    until_read 'stopped; all clients had finished'
    # Two lines for each client, and one for the count and each of the end.
    told=$(awk '/ lines* w.*dropped/ { sum += $2 } /connected to | ended, / { sum++ }
        END { print sum }' "$scratch/read")
    echo "# $told lines"
    is "$model: each line is there, or counted" [ "$told" -eq 440 ]
    kill "$reader"
    wait "$reader"
    end_unread TERM
    is "$model: a log that nobody read: it ends well" [ "$status" -eq 0 ]
done
# The only line that is dropped is that of a thread or a child, while the loop of
# the server waits.
for model in thread fork; do
    mkfifo "$scratch/hold" "$scratch/held"
    unread_echo --model="$model"
    "$crowd" "127.0.0.1:$port" open 1 say 1 wait shut < "$scratch/hold" \
        > "$scratch/held" 5>&- 6>&- &
    holder=$!
    exec 8> "$scratch/hold"
    read -r _ < "$scratch/held"
    fill_log
    exec 8>&-
    wait "$holder"
    : > "$scratch/read"
    cat <&6 > "$scratch/read" 5>&- &
    reader=$!
    until_read 'log line was dropped'
    is "$model: a line that is dropped elsewhere is told, too" \
        grep -q ' 1 log line was dropped' "$scratch/read"
    kill "$reader"
    wait "$reader"
    end_unread TERM
    rm "$scratch/hold" "$scratch/held"
done

# It does not keep the server from its end.
unread_long () {
    unread "$@" --unix="$scratch/socket" --grace=600
}
for model in $models; do
    unread_long "$echosrv" --model="$model"
    run "$crowd" "$scratch/socket" retry
    fill_log
    end_unread TERM INT
    is "$model: a log that nobody reads keeps it from no end" \
        [ "$status" -eq 0 ]
done
if [ -f "$refuse" ] && ! is_sanitized; then
    unread_long env REFUSE_FORK=yes LD_PRELOAD="$refuse" "$echosrv" --model=fork
    # It listens.
    read -r _ <&6
    fill_log
    run "$crowd" "$scratch/socket" open 1 ended
    is "fork: no process, and a log that nobody reads: rejected" \
        [ "$status" -eq 0 ]
    end_unread TERM INT
    is "fork: nor does that keep it from its end" [ "$status" -eq 0 ]
    # Another writer was faster: the server waits in write.
    for model in event thread fork prefork; do
        unread_long env REFUSE_FULL=yes LD_PRELOAD="$refuse" "$echosrv" \
            --model="$model"
        run "$crowd" "$scratch/socket" retry
        at=$scratch/socket
        hold open 1 say 1
        at=
        fill_log
        kill -TERM "$server"
        # When this is gone it says how many have time.
        while ls "$scratch/socket" > /dev/null 2>&1; do
            kill -0 "$server" || break
        done
        end_unread INT
        is "$model: nor does a log that another writer has filled" \
            [ "$status" -eq 0 ]
        let_go
    done
else
    skip "fork: no process, and a log that nobody reads: rejected" \
        "nothing can be preloaded"
    skip "nor does a log that another writer has filled" \
        "nothing can be preloaded"
fi

# Many at once.
serve "$echosrv" --model=fork -4 --tcp -p 0
run "$limited" 1100 "$crowd" "127.0.0.1:$port" open 1000 say 100 close once
is "fork: 1000 children end at once" [ "$status" -eq 0 ]
is "fork: no zombie, while it runs" no_zombie "$server"
halt
is "fork: none lost" logged 'all clients had finished'
for model in $models; do
    serve "$echosrv" --model="$model" -4 --tcp -p 0
    if [ "$model" = iterative ] || [ "$model" = prefork ]; then
        run "$limited" 1100 "$crowd" "127.0.0.1:$port" burst 1000 close once
    else
        run "$limited" 1100 "$crowd" "127.0.0.1:$port" burst 1000 say 10 close once
    fi
    is "$model: 1000 connect at once" [ "$status" -eq 0 ]
    is "$model: and none waits a second" [ "$(cat "$scratch/out")" -eq 0 ]
    halt
done
hard=$(ulimit -Hn)
if [ "$hard" = unlimited ] || [ "$hard" -ge 20000 ]; then
    serve "$limited" 20000 "$echosrv" --model=event -4 --tcp -p 0
    run "$limited" 20000 "$crowd" "127.0.0.1:$port" open 10000 say 64 close once
    is "event: 10000 clients, and all are served" [ "$status" -eq 0 ]
    halt
else
    skip "event: 10000 clients, and all are served" "$hard descriptors"
fi

# A plain echo, to be held against the servers where the machine is slow.
mkfifo "$scratch/plain"
"$builddir/faultsrv" -d 900 --fault=echo > /dev/null 2> "$scratch/plain" &
plain_server=$!
read -r plain < "$scratch/plain"
plain=${plain##* port } plain=${plain%%,*}
# rounds_at PORT CLIENTS: the median of a round, in milliseconds.
rounds_at () {
    run "$crowd" "127.0.0.1:$1" open "$2" rounds 30 16384 close
    cat "$scratch/out"
}
# no_stall CLIENTS: a round takes less than 40 ms, or not much longer than it
# does at the plain echo next.  A quota of the processor stops many processes for
# longer: then a round of one client decides.
no_stall () {
    for attempt in 1 2 3; do
        took=$(rounds_at "$port" "$1")
        [ "$took" -lt 40 ] && return
        usual=$(rounds_at "$plain" "$1")
        echo "# attempt $attempt: $took ms, a plain echo $usual ms"
        [ "$took" -lt $((3 * usual)) ] && return
    done
    [ "$1" -gt 1 ] && [ "$(rounds_at "$port" 1)" -lt 40 ]
}
for model in event thread fork; do
    serve "$echosrv" --model="$model" -4 --tcp -p 0
    is "$model: 16 KiB on 64 connections: no stall of 40 ms" no_stall 64
    halt
done
for model in prefork iterative; do
    serve "$echosrv" --model="$model" -4 --tcp -p 0
    is "$model: 16 KiB: no stall of 40 ms" no_stall 1
    halt
done
kill "$plain_server"
# 200 MB through each, with flat memory.
for model in event fork; do
    serve "$echosrv" --model="$model" -4 --tcp -p 0
    run "$crowd" "127.0.0.1:$port" open 1 say 1000000
    run "$crowd" "127.0.0.1:$port" open 1 say 200000000 shut close
    is "$model: 200 MB come back as they were" [ "$status" -eq 0 ]
    if [ -r "/proc/$server/status" ]; then
        most=$(awk '/^VmHWM/ { print $2 }' "/proc/$server/status")
        is "$model: in less than 8 MiB of memory" \
            [ "$most" -lt $((8192 * slow)) ]
    else
        skip "$model: in less than 8 MiB of memory" "it cannot be told here"
    fi
    halt
done
finish
