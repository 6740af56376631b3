#!/bin/sh
# servers-calls.sh - what a message and a connection cost, in system calls
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/alone.sh"
. "${srcdir:-.}/tests/tap.sh"
. "$srcdir/tests/server.sh"
have strace || skip_all "strace is not here"
is_sanitized && skip_all "sanitizers make calls of their own"
is_counted && skip_all "gcov's counters make calls of their own"
strace -c -o "$scratch/count" true 2> /dev/null || skip_all "tracing is not allowed"

# calls PROGRAM MODEL COMMAND...: how many it makes in all, to $calls.  strace
# passes SIGTERM on to nobody: the server, its child, is told by itself.
calls () {
    program=$1 model=$2
    shift 2
    serve strace -f -c -o "$scratch/count" \
        "$builddir/$program" -4 "$transport" -p 0 --model="$model"
    run "$crowd" "127.0.0.1:$port" "$@"
    # shellcheck disable=SC2046 # numbers are words
    kill -TERM $(children_of "$server")
    wait "$server"
    server=
    wait "$logger"
    calls=$(awk '$NF == "total" { print $4 }' "$scratch/count")
}

# The difference between the commands FEW and MANY, for each of DIVISOR, in
# thousandths, is within the limit.  Clients that the machine keeps from
# running have the server wait more often: the best of several attempts tells
# what it needs.
is_cheap () {
    for attempt in 1 2 3 4 5; do
        # shellcheck disable=SC2086 # commands are words
        calls "$program" "$model" $few
        before=$calls
        # shellcheck disable=SC2086
        calls "$program" "$model" $many
        cost=$(((calls - before) * 1000 / divisor))
        echo "# $model: $cost thousandths $what, attempt $attempt"
        [ "$cost" -gt 0 ] && [ "$cost" -le "$limit" ] && return
    done
    return 1
}

# costs LIMIT DESCRIPTION DIVISOR PROGRAM MODEL FEW MANY
costs () {
    limit=$1 what=$2 divisor=$3 program=$4 model=$5 few=$6 many=$7
    is "$model: $what: no more than $limit thousandths of a call" is_cheap
}

repeat () { # N WORDS...
    words=
    count=$1
    shift
    while [ "$count" -gt 0 ]; do
        words="$words $*"
        count=$((count - 1))
    done
    printf '%s' "$words"
}

transport=--tcp
# A few calls more or less: how often it waits is a matter of chance.
for model in iterative fork prefork thread; do
    costs 2100 "a message" 500 echosrv "$model" \
        'open 1 rounds 10 64' 'open 1 rounds 510 64'
done
costs 3020 "a message" 500 echosrv event \
    'open 1 rounds 10 64' 'open 1 rounds 510 64'
costs 2100 "a message of 64 clients" 6400 echosrv event \
    'open 64 rounds 5 64' 'open 64 rounds 105 64'
turn='open 1 say 64 shut close'

# What fork and wait cost is the C library's affair: three calls with glibc 2.36,
# six with 2.41, which blocks signals meanwhile (measured).
cat > "$scratch/forks.c" << 'END'
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    for (int i = argc > 1 ? atoi(argv[1]) : 0; i > 0; i--) {
        pid_t child = fork();
        if (child == 0)
            _exit(0);
        if (child < 0 || waitpid(child, 0, 0) < 0)
            return 1;
    }
    return 0;
}
END
# forks N: how many calls it takes, to $calls.
forks () {
    calls=
    strace -f -c -o "$scratch/count" "$scratch/forks" "$1" &&
        calls=$(awk '$NF == "total" { print $4 }' "$scratch/count")
}
# shellcheck disable=SC2086 # CC may be several words
${CC:-cc} -o "$scratch/forks" "$scratch/forks.c" || cannot_look "at fork"
forks 0
few=$calls
forks 50
fork=$(((calls - few) * 1000 / 50))
echo "# fork and wait: $fork thousandths"
is "fork and wait are more than two calls" [ "$fork" -gt 2000 ]
costs $((14000 + fork)) "a connection" 50 echosrv fork \
    "$(repeat 5 "$turn")" "$(repeat 55 "$turn")"
costs 11100 "a connection" 50 echosrv event \
    "$(repeat 5 "$turn")" "$(repeat 55 "$turn")"
costs 5100 "a daytime" 50 daytimesrv iterative \
    "$(repeat 5 line)" "$(repeat 55 line)"
# A wait, and the datagram in and out.
transport=-u
costs 3100 "a datagram" 50 echosrv event \
    "$(repeat 5 udp 64)" "$(repeat 55 udp 64)"

# In batches: 8 clients with 32 datagrams each.  All calls of the server count,
# those of its start, too.
# many_cost MODEL: 1200 thousandths of a call for each at most, and none lost, in
# the best of three attempts: a kernel with other work drops datagrams.
many_cost () {
    for attempt in 1 2 3; do
        many_cost_once "$1" && return
    done
    return 1
}
many_cost_once () {
    serve strace -f -c -o "$scratch/count" \
        "$builddir/echosrv" --model="$1" -4 -u -p 0
    run "$builddir/echoload" -u -n 8 --depth 32 -d 1 --json 127.0.0.1 "$port"
    # shellcheck disable=SC2046 # numbers are words
    kill -TERM $(children_of "$server")
    wait "$server"
    server=
    wait "$logger"
    calls=$(awk '$NF == "total" { print $4 }' "$scratch/count")
    count=$(tail -n 1 "$scratch/out" |
        sed -n 's/.*"messages": \([0-9]*\),.*/\1/p')
    echo "# $1: ${calls:-?} calls for ${count:-?} datagrams, attempt $attempt"
    [ "$status" -eq 0 ] && [ "$count" -gt 1000 ] &&
        [ $((calls * 1000 / count)) -le 1200 ]
}
for model in iterative fork prefork thread event; do
    is "$model: a datagram of many: at most 1200 thousandths of a call, 0 lost" \
        many_cost "$model"
done
finish
