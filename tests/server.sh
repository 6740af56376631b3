# server.sh - start and stop servers; sourced after tap.sh, not run
# SPDX-License-Identifier: GPL-3.0-or-later

# shellcheck shell=sh disable=SC2154 # tap.sh sets scratch and builddir
crowd=$builddir/tests/crowd
models="iterative fork prefork thread event"
server=
trap '[ -z "$server" ] || kill_server; rm -rf "$scratch"' EXIT

# Seconds within which a server has ended, or it hangs: most take one.
lifetime=600

# End it whatever it does, and what it has started: strace would leave that
# behind.
kill_server () {
    # shellcheck disable=SC2046 # numbers are words
    kill -KILL "$server" $(children_of "$server")
}

# What the server says goes to its log, then to $scratch/told while somebody
# reads there.  That is so until its end, which is brought about if need be.
keep_log () {
    trap '' PIPE
    result=0
    bounded "$lifetime" tee "$scratch/told" < "$scratch/fifo" \
        >> "$scratch/log" 2> /dev/null || result=$?
    [ "$result" -ne 124 ] || kill_server
}

# serve COMMAND...: start it, and wait for the first line with which it says
# that it listens, or for its end.  Its log is $scratch/log, its port $port.
serve () {
    rm -f "$scratch/fifo" "$scratch/told"
    mkfifo "$scratch/fifo" "$scratch/told"
    : > "$scratch/log"
    port=
    served_at=$(date +%s)
    "$@" 2> "$scratch/fifo" &
    server=$!
    keep_log &
    logger=$!
    exec 9< "$scratch/told"
    while read -r line <&9; do
        case $line in
        *listening*" port "*) port=${line##* port } port=${port%%,*}; break ;;
        *listening*) break ;;
        esac
    done
    exec 9<&-
}

# halt [SIGNAL]: stop it; its status is $status.
halt () {
    kill -"${1:-TERM}" "$server"
    gone
}

# gone: wait for its end, which is near.
gone () {
    status=0
    wait "$server" || status=$?
    server=
    wait "$logger"
}

# $limited DESCRIPTORS COMMAND...: run it with no more of them.  A script, since
# a function in the background would be a process of its own.
limited=$scratch/limited
cat > "$limited" << 'END'
#!/bin/sh
ulimit -n "$1" || exit
shift
exec "$@"
END
chmod +x "$limited"

# hold COMMAND...: have clients at the server, or at $at, that have done so, until
# let_go.
at=
hold () {
    mkfifo "$scratch/hold" "$scratch/held"
    "$crowd" "${at:-127.0.0.1:$port}" "$@" wait < "$scratch/hold" \
        > "$scratch/held" 2>&1 &
    holder=$!
    exec 8> "$scratch/hold" 7< "$scratch/held"
    read -r held <&7
    [ "$held" = ready ] || echo "# $held"
}
# Its status is $held.
let_go () {
    held=0
    exec 8>&-
    wait "$holder" || held=$?
    exec 7<&-
    rm "$scratch/hold" "$scratch/held"
}

# logged WORDS: the server has said so.  While the server runs, a line may be on
# the way to the log.
logged () {
    log_limit=$(($(date +%s) + 5))
    until has_logged "$1"; do
        [ -n "$server" ] && [ "$(date +%s)" -lt "$log_limit" ] || return
    done
}
has_logged () {
    grep -q -- "$1" "$scratch/log"
}

# until_logged WORDS: wait until the server says so, or has ended.
until_logged () {
    until has_logged "$1"; do
        kill -0 "$server" 2> /dev/null || return
    done
}

# until_stoppable PID: wait until it handles SIGTERM, or has ended.  Only Linux
# tells; elsewhere this does not wait.
until_stoppable () {
    while kill -0 "$1" 2> /dev/null && grep -q '^SigCgt:.*[0-389ab]...$' \
        "/proc/$1/status" 2> /dev/null; do :; done
}

# rarely WORDS: they were logged at most once, and once more for each minute since
# the server was started.
rarely () {
    [ "$(grep -c -- "$1" "$scratch/log")" -le \
        $((1 + ($(date +%s) - served_at) / 60)) ]
}

# once_logged WORDS: they were logged, and rarely.
once_logged () {
    logged "$1" && rarely "$1"
}

# Whether the system tells the processor time of a process, in /proc.
has_cpu_times () {
    [ -r "$proc/$$/stat" ]
}

# The processor time of the server and of those it waited for, in hundredths of
# a second.
cpu_of () {
    awk '{ sub(".*[)] ", ""); print $12 + $13 + $14 + $15 }' "$proc/$1/stat" ||
        cannot_look "at the processor time of process $1"
}

# no_zombie PID: it runs, and each child is reaped.  One that ends at this moment
# is one for a moment, with nothing to bring it about but the server itself.
no_zombie () {
    limit=$(($(date +%s) + 60))
    while kill -0 "$1"; do
        zombies=$(zombies_of "$1") || return 1
        [ "$zombies" -gt 0 ] || return 0
        [ "$(date +%s)" -lt "$limit" ] || return 1
    done
    return 1
}

# Where IPv6 loopback is there; what else keeps the server from listening is an
# error.
has_ipv6 () {
    serve "$builddir/echosrv" --tcp -6 -p 0
    if [ -n "$port" ]; then
        halt
        return 0
    fi
    gone
    logged 'assign requested address\|Address not available\|not supported' ||
        cannot_look "for IPv6: $(cat "$scratch/log")"
    return 1
}

# side_by_side: run the script that asks, $0, for each model, all at once, and
# give the results of all.  The last command of a script.
side_by_side () {
    for model in $models; do
        sh "$0" "$model" > "$scratch/$model" 2>&1 &
    done
    wait
    for model in $models; do
        grep '^#' "$scratch/$model"
        sed -n 's/^ok [0-9]* - //p' "$scratch/$model" > "$scratch/good"
        while read -r line; do
            ok 0 "$line"
        done < "$scratch/good"
        grep -v '^ok \|^#\|^1\.\.' "$scratch/$model" > "$scratch/out"
        is "$model: to its end, without a failure" sh -c '
            [ ! -s "$1" ] && grep -q "^1\.\.[1-9]" "$2"' - \
            "$scratch/out" "$scratch/$model"
    done
    finish_alone
}
