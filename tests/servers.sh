#!/bin/sh
# servers.sh - each service by each model, family and transport
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/alone.sh"
. "${srcdir:-.}/tests/tap.sh"
. "$srcdir/tests/server.sh"

echosrv=$builddir/echosrv
daytimesrv=$builddir/daytimesrv
if has_ipv6; then
    hosts='127.0.0.1 [::1]'
    six=yes
else
    hosts=127.0.0.1
    six=no
    skip "IPv6" "this host has no ::1"
fi

day='\(Sun\|Mon\|Tues\|Wednes\|Thurs\|Fri\|Satur\)day'
classic="^$day, [A-Z][a-z]* [0-9]*, [0-9]\{4\} [0-9:]\{8\}-[A-Z]"
iso='^[0-9]\{4\}-[0-9][0-9]-[0-9][0-9]T[0-9:]\{8\}\(Z\|[+-][0-9:]*\)'

for model in $models; do
    serve "$echosrv" --model="$model" --port=0
    for host in $hosts; do
        run "$crowd" "$host:$port" open 1 say 1 urgent say 65536 say 3000000 \
            shut close once udp 0 udp 1 udp 1400 udp 65507
        is "$model, $host: TCP and UDP echo" [ "$status" -eq 0 ]
    done
    halt
    is "$model: SIGTERM ends it with 0" [ "$status" -eq 0 ]
    is "$model: no connection was cut" logged 'stopped; all clients had finished'

    serve "$echosrv" --model="$model" --unix="$scratch/stream"
    run "$crowd" "$scratch/stream" once open 1 say 300000 shut close
    is "$model: UNIX stream echo" [ "$status" -eq 0 ]
    is "$model: says where" logged "listening on $scratch/stream, UNIX stream"
    halt INT
    is "$model: SIGINT ends it with 0" [ "$status" -eq 0 ]
    is "$model: the socket's file is gone" [ ! -e "$scratch/stream" ]

    serve "$echosrv" --model="$model" --unix="$scratch/grams" -u
    run "$crowd" "$scratch/grams" udp 0 udp 20000
    is "$model: UNIX datagram echo" [ "$status" -eq 0 ]
    halt
    is "$model: its file is gone too" [ ! -e "$scratch/grams" ]

    serve "$daytimesrv" --model="$model" --port=0
    for host in $hosts; do
        run "$crowd" "$host:$port" line uline
        is "$model, $host: TCP and UDP daytime" \
            [ "$(grep -c "$classic" "$scratch/out")" -eq 2 ]
    done
    halt
    serve "$daytimesrv" --model="$model" --iso --utc --unix="$scratch/stream"
    run "$crowd" "$scratch/stream" line
    is "$model: UNIX daytime, ISO 8601" grep -q "$iso" "$scratch/out"
    halt
done

# What is listened on.
serve "$echosrv" -4 -p 0 --any --unix="$scratch/too"
until_logged UDP
is "a UNIX socket and the net: all three" \
    [ "$(grep -c 'TCP$\|UDP\(, .*\)*$\|UNIX stream$' "$scratch/log")" -eq 3 ]
# 256 datagrams of 65507 bytes, as the server counts them; the kernel keeps
# twice the number.
if [ -r /proc/sys/net/core/rmem_max ]; then
    read -r most < /proc/sys/net/core/rmem_max
    cut=no
    [ "$most" -ge $((256 * ((65507 + 1024) * 4 / 3))) ] || cut=yes
    grep -q 'UDP, receive buffer [0-9]* bytes, for [0-9]* of 256 .*(net.core.rmem_max)' \
        "$scratch/log" && named=yes || named=no
    echo "# rmem_max $most, cut: $cut, named: $named"
    is "the setting that cuts the receive buffer is named, only then" \
        [ "$cut" = "$named" ]
else
    skip "the setting that cuts the receive buffer" "/proc/sys/net/core/rmem_max"
fi
run "$crowd" "$scratch/too" once
is "served there, too" [ "$status" -eq 0 ]
halt
serve "$echosrv" --tcp -4 -p 0
halt
is "-t: no UDP" lacks "$scratch/log" UDP
is "-4: no IPv6" lacks "$scratch/log" ::1
other=localhost
has_localhost || other=127.0.0.1
serve "$echosrv" -u -4 -p 0 -a 127.0.0.1 -a "$other"
halt
is "127.0.0.1 and $other: names of one address are one socket" \
    [ "$(grep -c 'listening on 127.0.0.1 port' "$scratch/log")" -eq 1 ]
is "-u: no TCP" lacks "$scratch/log" TCP
serve "$echosrv" --any -4 -p 0
is "--any: all addresses" logged 'listening on 0.0.0.0 port'
run "$crowd" "127.0.0.1:$port" once udp 500
is "--any: served there" [ "$status" -eq 0 ]
if [ "$(uname -s)" = Linux ]; then
    # The client is connected to that address, so no other may answer.
    run "$crowd" "127.0.0.77:$port" udp 500
    is "UDP is answered from the address that was asked" [ "$status" -eq 0 ]
else
    skip "UDP is answered from the address that was asked" "127.0.0.77"
fi
halt
serve "$echosrv" -4 -p 0 -a 127.0.0.1
if [ "$(uname -s)" = Linux ]; then
    run "$crowd" "127.0.0.1:$port" from "127.0.0.2:$port"
    is "a datagram from the own port is not answered" [ "$status" -eq 0 ]
else
    skip "a datagram from the own port is not answered" "127.0.0.2"
fi
if [ "$(id -u)" -eq 0 ]; then
    run "$crowd" "127.0.0.1:$port" from 127.0.0.1:999
    is "a datagram from a port below 1024 is not answered" [ "$status" -eq 0 ]
else
    skip "a datagram from a port below 1024 is not answered" "needs root"
fi
halt

# A flood of datagrams, more than are received for one event: streams have their
# turn, and a signal ends the server.
for model in $models; do
    serve "$echosrv" --model="$model" -4 -p 0
    "$builddir/echoload" -u -n 8 --depth 64 -d 600 -t 60 127.0.0.1 "$port" \
        > "$scratch/load" 2>&1 &
    load=$!
    until_stoppable "$load"
    # iterative serves one stream at a time, and no datagram meanwhile.
    [ "$model" = iterative ] && several=1 || several=4
    run bounded 300 "$crowd" "127.0.0.1:$port" once open $several say 1000 shut \
        close udp 10
    is "$model: a flood of datagrams leaves time for streams" \
        [ "$status" -eq 0 ]
    is "$model: the flood still runs" kill -0 "$load"
    # A shell starts this with SIGINT ignored: at first it would be lost.
    kill -TERM "$load"
    wait "$load" || :
    cp "$scratch/load" "$scratch/out"
    is "$model: none of the flood is lost" grep -q 'errors  *none' "$scratch/out"
    halt
    is "$model: a flood: the end" [ "$status" -eq 0 ]
done

# Restarted while the connections of the one before live and die.
for model in $models; do
    serve "$echosrv" --model="$model" -4 -p 0 --grace=0
    before=$port
    hold open 1
    halt
    serve "$echosrv" --model="$model" -4 -p "$before" --grace=0
    run "$crowd" "127.0.0.1:$before" once
    is "$model: binds again at once" [ "$status" -eq 0 ]
    halt
    let_go
done

# And while they are in TIME_WAIT: daytimesrv is the one that ends them.
for model in $models; do
    serve "$daytimesrv" --model="$model" -4 --tcp -p 0
    before=$port
    run "$crowd" "127.0.0.1:$before" line line line
    halt
    if have ss; then
        is "$model: leaves connections in TIME_WAIT" sh -c '[ "$(ss -Htan \
            state time-wait "sport = :$1" | wc -l)" -ge 1 ]' - "$before"
    else
        skip "$model: leaves connections in TIME_WAIT" "ss is not here"
    fi
    serve "$daytimesrv" --model="$model" -4 --tcp -p "$before"
    run "$crowd" "127.0.0.1:$before" line
    is "$model: binds again at once, beside them" [ "$status" -eq 0 ]
    halt
done

# A worker that waits for its client's words hears that its parent was killed.
if [ "$(uname -s)" = Linux ]; then
    serve "$echosrv" --model=prefork -4 --tcp -p 0
    before=$port
    hold open 3 say 1 wait ended
    kill -KILL "$server"
    let_go
    is "prefork: killed, its clients are cut off" [ "$held" -eq 0 ]
    # All workers have the log open until they end.
    gone
    serve "$echosrv" -4 --tcp -p "$before"
    is "prefork: and the port is free" [ "$port" = "$before" ]
    halt
fi

# What many say at once stands on lines of its own, and nothing is missing.
peer='127\.0\.0\.1 port [0-9]*'
for model in $models; do
    serve "$echosrv" --model="$model" -4 -p 0 -v
    run "$crowd" "127.0.0.1:$port" burst 300 reset open 8 shut close udp 100
    halt
    grep -vx -e "echosrv: listening on $peer, \(TCP\|UDP\)\(, receive .*\)*" \
        -e "echosrv: \(no \)*sandbox: .*" \
        -e "echosrv: $peer: connected to $peer, [0-9]* clients*" \
        -e "echosrv: $peer: ended, 0 bytes received, 0 sent" \
        -e "echosrv: $peer: connection reset by peer, 0 bytes received, 0 sent" \
        -e "echosrv: $peer: datagram to $peer, 100 bytes received, 100 sent" \
        -e "echosrv: stopped; all clients had finished" \
        -e "echosrv: stopping; [0-9]* clients* .* s to finish" \
        "$scratch/log" > "$scratch/out"
    none "$model: -v: each line is a whole one" "$scratch/log"
    came=$(grep -c ': connected to' "$scratch/log")
    went=$(grep -c ' bytes received, 0 sent' "$scratch/log")
    is "$model: -v: who comes counts" lacks "$scratch/log" ", 0 clients"
    is "$model: -v: everybody comes and goes" \
        sh -c '[ "$1" -ge 8 ] && [ "$1" -eq "$2" ]' - "$came" "$went"
done

# What is sent to many is answered to nobody.  The server is started in here,
# since it is in another network.
cat > "$scratch/many" << 'END'
ip link set lo multicast on && ip addr add 192.0.2.1/24 brd + dev lo &&
    ip route add 224.0.0.0/4 dev lo && ip route add 255.255.255.255 dev lo ||
    exit 9
mkfifo "$1/log.fifo"
for to in 192.0.2.255 255.255.255.255 224.0.0.1; do
    "$builddir/echosrv" --any -4 -u -p 9877 -v 2> "$1/log.fifo" &
    server=$!
    exec 7< "$1/log.fifo"
    read -r line <&7
    "$builddir/tests/crowd" 192.0.2.1:9877 many "$to:9877" || echo "$to"
    kill -TERM "$server"
    cat <&7 >> "$1/log"
    wait "$server"
done
END
: > "$scratch/log"
if have_namespaces; then
    run bounded "$lifetime" unshare -Urnm sh -c \
        'ip link set lo up; sh "$0/many" "$0"' "$scratch"
    if [ "$status" -eq 9 ]; then
        skip "datagrams to many are not answered" "no such routes here"
    else
        is "datagrams to many are not answered" [ ! -s "$scratch/out" ]
        is "and it says so, each time" [ "$(grep -c \
            'it is broadcast or multicast' "$scratch/log")" -eq 3 ]
        is "others are, and no more than they" \
            [ "$(grep -c 'datagram to 192.0.2.1 ' "$scratch/log")" -eq 3 ]
    fi
else
    skip "datagrams to many are not answered" "no network namespaces here"
fi

# One sentence, exit 2, nothing listened on.
bad () {
    wanted=$1
    shift
    run "$echosrv" "$@"
    is "refused: $*" sh -c '[ "$1" -eq 2 ] && [ ! -s "$2/out" ] &&
        grep -qF -- "$3" "$2/err" &&
        [ "$(grep -c listening "$2/err")" = 0 ]' - "$status" "$scratch" "$wanted"
}
bad 'choose one' --any --address=127.0.0.1
bad "invalid argument 'spoon' for '--model': choose one of iterative, fork," \
    --model=spoon
for option in t w g; do # not the letters of old
    bad "invalid option -- '$option'" "-$option"
done
bad 'prefork and --model=event only' --workers=3 --model=fork
bad 'add --any' --unix=/tmp/x --port=9
bad 'add --any' --unix=/tmp/x -6
bad 'leave out addresses' --inetd --port=9
bad 'not-a-port' --port=not-a-port
bad 'port 99999 is out of range (0 to 65535)' --port=99999
bad 'port -1 is out of range' --port=-1
bad 'for a UNIX socket use --unix' -p 0 --address="$scratch/never"
bad "'127.0.0.300' is not an IPv4 address" -p 0 --address=127.0.0.300
bad 'for a port use --port' --address=9877
bad 'has a port' --address=127.0.0.1:9877
bad 'has a port' --address=localhost:9877
bad "no such interface: 'nix'" -p 0 --address=fe80::1%nix
bad "no such interface: '4294967295'" -p 0 --address=fe80::1%4294967295
bad "'127.0.0.1%lo' is not an IPv4 address" -p 0 --address=127.0.0.1%lo
bad '192.0.2.1' -p 0 --address=192.0.2.1
[ "$six" = no ] || bad 'requires an interface' -p 0 --address=fe80::1
bad 'no such user' -p 0 --user=nobody-of-this-name
bad 'no such user' -p 0 --user=4000000000
bad 'no such user' -p 0 --user=99999999999999999999
bad 'is not a socket' --inetd
bad 'requires a path' --unix=
bad 'not an octal mode' --unix="$scratch/never" --unix-mode=rw
bad 'not an octal mode' --unix="$scratch/never" --unix-mode=1777
bad 'no such user' --unix="$scratch/never" --unix-owner=nobody-of-this-name
bad 'no such group' --unix="$scratch/never" --unix-owner=:nobody-of-this-name
run "$echosrv" --unix="$scratch/never" \
    --unix-owner="$(printf 'a\033[2Jb\nc')"
is "control characters are masked in the log" \
    grep -qF "no such user: 'a?[2Jb?c'" "$scratch/err"
bad 'requires USER' --unix="$scratch/never" --unix-owner=
bad 'no such group' --unix="$scratch/never" --unix-owner=:
# As a number that is (uid_t) -1, which chown takes for "leave it"; and beyond.
bad 'no such user' --unix="$scratch/never" --unix-owner=4294967295
bad 'no such group' --unix="$scratch/never" --unix-owner=:4294967296
bad 'need --unix' -p 0 --unix-mode=0666
bad '/no/such' --unix=/no/such/directory/socket
# Two sockets for each.
many=
for tens in 1 2 3 4; do
    for ones in 1 2 3 4 5 6 7 8 9; do
        many="$many -a 127.0.0.$tens$ones"
    done
done
# shellcheck disable=SC2086 # options are words
run "$echosrv" -p 0 $many
is "refused: more addresses than there may be sockets" sh -c '[ "$1" -eq 2 ] &&
    grep -q "more than 64 sockets" "$2"' - "$status" "$scratch/err"
serve "$echosrv" -4 --tcp -p 0
bad 'in use' -4 --tcp -p "$port"
halt
if [ "$(id -u)" -ne 0 ] && ! [ "$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start 2> /dev/null)" = 0 ]; then
    bad 'use --port 9877' -4 --tcp
else
    skip "refused: port 7 without privilege" "this user may"
fi

serve "$echosrv" --model=prefork -4 --tcp -p 0 --max-clients=2
run "$crowd" "127.0.0.1:$port" once
is "prefork: --max-clients bounds the workers" \
    [ "$(children_of "$server" | wc -l)" -eq 2 ]
halt
is "prefork: nobody is said to wait who does not" \
    lacks "$scratch/log" "clients wait"

# How it was started is no reason not to serve, nor not to stop.
serve sh -c 'exec "$0" "$@" <&- >&-' "$echosrv" -4 -p 0
run "$crowd" "127.0.0.1:$port" once udp 100
is "served with nothing open but standard error" [ "$status" -eq 0 ]
halt
run sh -c '"$1" --help >&-' - "$echosrv"
is "but there is no --help without standard output" [ "$status" -eq 2 ]
if env --block-signal=TERM true 2> /dev/null; then
    for model in $models; do
        serve env --block-signal=TERM,CHLD,ALRM,USR1,USR2 "$echosrv" \
            --model="$model" -4 --tcp -p 0
        run "$crowd" "127.0.0.1:$port" once
        halt
        is "$model: stopped, though signals were kept back before" \
            [ "$status" -eq 0 ]
    done
else
    skip "stopped, though signals were kept back before" \
        "env has no --block-signal"
fi

# Files of UNIX sockets.
serve "$echosrv" --verbose --unix="$scratch/socket"
bad 'in use' --unix="$scratch/socket"
# Another port would not help.
bad 'in use' --unix="$scratch/socket" --any --tcp -p 0
run "$crowd" "$scratch/socket" once
is "a live socket stays who it was" [ "$status" -eq 0 ]
halt KILL
is "and sees one connection of each server that wanted its path" \
    [ "$(grep -c ': connected to' "$scratch/log")" -eq 3 ]
is "a killed server leaves its file" [ -S "$scratch/socket" ]
serve "$echosrv" --unix="$scratch/socket"
run "$crowd" "$scratch/socket" once
is "which the next one takes away" [ "$status" -eq 0 ]
halt
# Two that start together: one does, and can be reached; the other has a reason.
# race COMMAND...: COMMAND twice, for $scratch/race.
race () {
    rm -f "$scratch/race"
    # Emptied now: the process below may begin late.
    : > "$scratch/first"
    "$@" --unix="$scratch/race" 2>> "$scratch/first" &
    first=$!
    serve "$@" --unix="$scratch/race"
    # The first has a word by then, or is about to.
    race_limit=$(($(date +%s) + 60))
    until [ "$(cat "$scratch/first" "$scratch/log" |
        grep -c "listen[a-z]* on $scratch/race")" -ge 2 ] ||
        [ "$(date +%s)" -ge "$race_limit" ]; do :; done
    race_count=$(cat "$scratch/first" "$scratch/log" |
        grep -c "listening on $scratch/race")
    race_refused=$(cat "$scratch/first" "$scratch/log" |
        grep -c "cannot listen on $scratch/race")
    # shellcheck disable=SC2086 # may be two words
    run "$crowd" "$scratch/race" $race_try
    end_own "$first" "$server"
    wait "$first"
    wait "$server"
    server=
    wait "$logger"
    [ "$race_count" -eq 1 ] && [ "$race_refused" -eq 1 ] &&
        [ "$status" -eq 0 ] && [ ! -e "$scratch/race" ] && return
    sed 's/^/# /' "$scratch/first" "$scratch/log"
    echo "# listening $race_count, refused $race_refused, client $status"
    return 1
}
races () { # N COMMAND...
    race_rounds=$1
    shift
    while [ "$race_rounds" -gt 0 ]; do
        race "$@" || return
        race_rounds=$((race_rounds - 1))
    done
}
race_try=once
is "two at one path: one serves, one is refused" races 20 "$echosrv"
if [ -f "$refuse" ] && ! is_sanitized; then
    is "two at one path, slow to listen: one serves, one is refused" \
        races 3 env REFUSE_HASTE=300 "LD_PRELOAD=$refuse" "$echosrv"
else
    skip "two at one path, slow to listen" "nothing can be preloaded here"
fi
if [ -f "$refuse" ] && ! is_sanitized; then
    # SIGTERM between bind and listen: the file goes all the same.
    env REFUSE_HASTE=500 "LD_PRELOAD=$refuse" "$echosrv" \
        --unix="$scratch/early" 2> "$scratch/err" &
    early=$!
    until [ -S "$scratch/early" ] || ! kill -0 "$early"; do :; done
    kill -TERM "$early"
    status=0
    wait "$early" || status=$?
    is "SIGTERM between bind and listen: 0, and no file stays" sh -c '
        [ "$1" -eq 0 ] && [ ! -e "$2" ]' - "$status" "$scratch/early"
    # A program without the lock, between bind and listen.  A busy host may
    # start the next server too late, or let the program listen too late.
    stays () {
        env REFUSE_FLOCK=yes REFUSE_HASTE=100 "LD_PRELOAD=$refuse" "$echosrv" \
            --unix="$scratch/slow" 2> "$scratch/log" &
        early=$!
        until [ -S "$scratch/slow" ] || ! kill -0 "$early"; do :; done
        run bounded 10 "$echosrv" --unix="$scratch/slow"
        kill -TERM "$early"
        wait "$early" || :
        rm -f "$scratch/slow"
        [ "$status" -eq 2 ] && grep -q 'in use' "$scratch/err"
    }
    stays_again () {
        stays || stays || stays
    }
    is "the socket of a program that is about to listen stays" stays_again
else
    skip "SIGTERM between bind and listen" "nothing can be preloaded here"
    skip "the socket of a program that is about to listen stays" \
        "nothing can be preloaded here"
fi
# Any user may lock a folder that anybody may read: no start depends on that,
# and where it cannot be examined nothing is replaced.
if command -v flock > /dev/null; then
    mkdir "$scratch/locked"
    mkfifo "$scratch/held" "$scratch/over"
    flock "$scratch/locked" sh -c 'echo > "$1/held"; read -r line < "$1/over"' \
        - "$scratch" &
    holder=$!
    read -r line < "$scratch/held"
    serve "$echosrv" --unix="$scratch/locked/socket"
    run "$crowd" "$scratch/locked/socket" once
    is "in a folder that others lock: served" [ "$status" -eq 0 ]
    halt KILL
    bad 'another process has locked its folder' --unix="$scratch/locked/socket"
    is "and there a file is left alone" [ -S "$scratch/locked/socket" ]
    echo > "$scratch/over"
    wait "$holder"
    serve "$echosrv" --unix="$scratch/locked/socket"
    run "$crowd" "$scratch/locked/socket" once
    is "until the lock has gone" [ "$status" -eq 0 ]
    halt
else
    skip "in a folder that others lock" "there is no flock"
fi
# To remove a file takes no permission to read its folder.
if [ "$(id -u)" -ne 0 ]; then
    mkdir -m 300 "$scratch/unread"
    serve "$echosrv" --unix="$scratch/unread/socket"
    halt
    is "a folder that may not be read: the file goes" sh -c '
        [ ! -e "$1/unread/socket" ] && ! grep "will stay" "$1/log"' - "$scratch"
else
    skip "a folder that may not be read" "root may read any"
fi
race_try='udp 5'
is "two at one path, datagrams: one serves, one is refused" races 10 "$echosrv" -u
echo precious > "$scratch/file"
bad 'the file exists and is not a socket' --unix="$scratch/file"
bad 'Is a directory' --unix="$scratch"
bad 'Is a directory' -u --unix="$scratch"
is "a file that is no socket stays" grep -q precious "$scratch/file"

if [ "$(id -u)" -eq 0 ] && id nobody > /dev/null 2>&1; then
    for model in $models; do
        serve "$echosrv" --model="$model" -4 -p 0 --user=nobody
        is "$model: --user" [ "$(user_of "$server")" = "$(id -u nobody)" ]
        run "$crowd" "127.0.0.1:$port" once
        is "$model: served by that user" [ "$status" -eq 0 ]
        if [ -r "/proc/$server/status" ]; then
            is "$model: with its group alone" sh -c 'awk "/^Groups:/ {
                seen = 1; more = NF > 2 } END { exit more || !seen }" \
                /proc/'"$server"'/status'
        fi
        halt
    done
    serve "$echosrv" -4 -p 0 --user="$(id -u nobody)"
    is "--user, by number" [ "$(user_of "$server")" = "$(id -u nobody)" ]
    halt
else
    skip "--user" "needs root"
fi

# Already that user: only the groups that the user has may be left.
# status_of FIELD: what the kernel says of the server, without the tab.
status_of () {
    sed -n "s/^$1:[[:blank:]]*//p" "/proc/$server/status" | tr '\t' ' ' |
        sed 's/ *$//' | grep .
}
if [ "$(id -u)" -eq 0 ] && id nobody > /dev/null 2>&1; then
    mkdir "$scratch/rooted"
    for round in first next; do
        serve "$echosrv" --unix="$scratch/rooted/socket" --user=nobody
        is "--user, in a folder of root's: the $round start" \
            logged 'listening on .*/rooted/socket'
        is "--user: the start says that the file will stay" \
            until_logged 'rooted/socket: this user cannot remove'
        halt
        is "--user: and it does" [ -S "$scratch/rooted/socket" ]
    done
else
    skip "--user, in a folder of root's" "needs root"
fi
# Who may connect.
for mode in 0666 0600 0660; do
    serve "$echosrv" --unix="$scratch/mode" --unix-mode="$mode"
    is "--unix-mode=$mode" [ "$(stat -c %a "$scratch/mode")" = "${mode#0}" ]
    halt
done
serve sh -c 'umask 027 && exec "$@"' - "$echosrv" --unix="$scratch/mode"
is "without --unix-mode: 0777 less the umask" \
    [ "$(stat -c %a "$scratch/mode")" = 750 ]
halt
if [ "$(id -u)" -eq 0 ] && [ -n "$(id -g nobody 2> /dev/null)" ] &&
    have setpriv && open_folder=$(mktemp -d /tmp/sonde-test.XXXXXX); then
    chmod 755 "$open_folder"
    # as_other COMMAND...: in a folder of its own.
    as_other () {
        TMPDIR=/tmp bounded 300 setpriv --reuid=nobody \
            --regid="$(id -g nobody)" --clear-groups "$@"
    }
    for kind in --tcp -u; do
        rm -f "$open_folder/socket"
        serve "$echosrv" "$kind" --unix="$open_folder/socket" --unix-mode=0600 \
            --unix-owner=nobody
        printf 'hello\n' > "$scratch/line"
        # shellcheck disable=SC2086 # one word or none
        run as_other "$builddir/echocli" ${kind#--tcp} -t 20 \
            --unix "$open_folder/socket" < "$scratch/line"
        is "--unix-owner=nobody $kind: nobody is served" \
            cmp -s "$scratch/line" "$scratch/out"
        halt
    done
    serve "$echosrv" -u --unix="$open_folder/socket" --user=nobody
    run "$builddir/echocli" -u -t 20 --unix "$open_folder/socket" \
        < "$scratch/line"
    is "datagrams: a client of root, and a server of nobody" \
        cmp -s "$scratch/line" "$scratch/out"
    halt
    rm -rf "$open_folder"
else
    skip "--unix-owner" "needs root, setpriv, and a user nobody"
fi
me=$(id -un)
if [ "$(id -u)" -eq 0 ]; then
    skip "--user, already that user" "root is tested below as nobody"
elif [ "$(id -G)" = "$(id -G "$me")" ]; then
    serve "$echosrv" -4 -p 0 --user="$me"
    is "--user, already that user" [ -n "$port" ]
    halt
else
    skip "--user, already that user" "this process has other groups than $me"
fi
group=$(id -g nobody 2> /dev/null)
if [ "$(id -u)" -eq 0 ] && [ -n "$group" ] && have setpriv &&
    setpriv --reuid=nobody --regid="$group" --clear-groups true; then
    as_nobody="setpriv --reuid=nobody --regid=$group"
    # shellcheck disable=SC2086 # several words
    run $as_nobody --groups=4321 "$echosrv" -4 -p 0 --user=nobody
    is "a group that nobody has not, and no way to drop it: refused" sh -c '
        [ "$1" -eq 2 ] && grep -q "group 4321 is not one of nobody.s" "$2"' - \
        "$status" "$scratch/err"
    # shellcheck disable=SC2086
    serve $as_nobody --groups="$group" "$echosrv" -4 -p 0 --user=nobody
    is "the groups that nobody has: it starts" [ -n "$port" ]
    halt
    # shellcheck disable=SC2086
    serve $as_nobody --groups=4321,"$group" \
        --inh-caps=+setgid,+net_bind_service \
        --ambient-caps=+setgid,+net_bind_service \
        "$echosrv" -4 -p 0 --user=nobody
    is "a group that nobody has not is dropped" \
        [ "$(status_of Groups)" = "$group" ]
    for field in CapInh CapPrm CapEff CapAmb; do
        is "capabilities are dropped: $field" \
            [ "$(status_of "$field")" = 0000000000000000 ]
    done
    halt
    # shellcheck disable=SC2086
    run $as_nobody --clear-groups "$echosrv" -4 -p 0 --user=root
    is "only root can become another user" sh -c '
        [ "$1" -eq 2 ] && grep -q "only root can become" "$2"' - "$status" \
        "$scratch/err"
    run setpriv --reuid=nobody --regid=4321 --clear-groups "$echosrv" -4 -p 0 \
        --user=nobody
    is "nobody, with another group: the group is named" sh -c '[ "$1" -eq 2 ] &&
        grep -q "group of this process is 4321, nobody has $2," "$3"' - \
        "$status" "$group" "$scratch/err"
    run setpriv --clear-groups --bounding-set=-setgid --inh-caps=-setgid \
        "$echosrv" -4 -p 0 --user=nobody
    is "root without CAP_SETGID: that is the reason" sh -c '[ "$1" -eq 2 ] &&
        grep -q "this root lacks the privilege" "$2"' - "$status" "$scratch/err"
    serve "$echosrv" -4 -p 0 --user=nobody
    for field in Uid Gid; do
        is "real, effective, saved: $field" sh -c '[ "$1" = \
            "$2 $2 $2 $2" ]' - "$(status_of $field)" \
            "$(if [ $field = Uid ]; then id -u nobody; else echo "$group"; fi)"
    done
    is "and no capabilities" [ "$(status_of CapPrm)" = 0000000000000000 ]
    halt
else
    skip "--user: groups and capabilities" \
        "needs root, setpriv, and a user nobody"
fi

# Root of a user namespace that knows all users and denies setgroups.
# map_users: for the process that $scratch/denied starts, which waits for it.
map_users () {
    read -r mapped < "$scratch/begun"
    echo deny > "/proc/$mapped/setgroups"
    echo "0 0 65536" > "/proc/$mapped/gid_map"
    echo "0 0 65536" > "/proc/$mapped/uid_map"
    echo > "$scratch/mapped"
}
denied=$scratch/denied
cat > "$denied" << END
#!/bin/sh
# GROUPS COMMAND...: setpriv's word for the groups of the process
groups=\$1
shift
exec setpriv "\$groups" unshare -U sh -c 'echo \$\$ > "\$0/begun"
    read -r _ < "\$0/mapped"
    exec "\$@"' "$scratch" "\$@"
END
chmod +x "$denied"
if [ "$(id -u)" -eq 0 ] && [ -n "$group" ] && have setpriv &&
    unshare -U true 2> /dev/null && [ -w /proc/self/setgroups ]; then
    mkfifo "$scratch/begun" "$scratch/mapped"
    map_users &
    serve "$denied" --clear-groups "$echosrv" -4 -p 0 --user=nobody
    is "setgroups is denied, and there is no group: it starts" [ -n "$port" ]
    is "setgroups is denied: no group is left" \
        [ "$(awk '/^Groups:/ { print NF - 1 }' "/proc/$server/status")" = 0 ]
    halt
    map_users &
    run bounded 300 "$denied" --groups=4321 "$echosrv" -4 -p 0 --user=nobody
    is "setgroups is denied, and there is a group: its number" sh -c '
        [ "$1" -eq 2 ] && grep -q "group 4321 .*cannot be dropped" "$2"' - \
        "$status" "$scratch/err"
    wait
else
    skip "setgroups is denied" "needs root, setpriv and user namespaces"
fi
finish
