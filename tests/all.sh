#!/bin/sh
# all.sh - --all: the listeners of every network namespace
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
listeners=$builddir/listeners
listening=$builddir/tests/listening
export listeners listening scratch
have jq || skip_all "jq is not here"

run "$listeners" --all --netns name
is "2: --all and --netns" sh -c '[ "$1" -eq 2 ] && grep -q "leave out --netns" "$2"' \
    - "$status" "$scratch/err"
run "$listeners" --all --waiting
is "2: --all and --waiting" [ "$status" -eq 2 ]
if [ "$(uname -s)" != Linux ]; then
    run "$listeners" --all
    is "2: not on this system" sh -c '[ "$1" -eq 2 ] && [ "$(wc -l < "$2")" -eq 1 ]' \
        - "$status" "$scratch/err"
    finish
    exit
fi
have_namespaces > "$scratch/out" || {
    skip "namespaces" "$(sed 's/^# //' "$scratch/out")"
    finish
    exit
}

# Two namespaces: a queue of 3 with 6 clients, which overflows, and an empty
# queue, at one port; in the second also a child that shares the sockets.
cat > "$scratch/lib.sh" <<'END2'
# hold FIFO COMMAND...: a process in a namespace of its own; $held.  Its ports are
# outside of the usual range, in which others of this host may have the same one.
hold () {
    fifo=$scratch/$1
    kinds=$2
    first_port=$((${first_port:-10000 + $$ % 22000} + 60))
    export kinds first_port
    shift 2
    rm -f "$fifo"
    mkfifo "$fifo"
    : > "$fifo.names"
    # shellcheck disable=SC2016 # for the inner shell
    "$@" sh -c 'ip link set lo up && echo "$first_port $((first_port + 50))" \
        > /proc/sys/net/ipv4/ip_local_port_range
        exec "$listening" $kinds' \
        < "$fifo" > "$fifo.names" 8>&- 9>&- &
    held=$!
}
await () {
    tries=0
    until grep -q '^ready$' "$1.names"; do
        tries=$((tries + 1))
        kill -0 "$2" && [ "$tries" -lt 20000 ] || exit 9
    done
}
port_of () {
    sed -n '1s/.*://p' "$1.names"
}
END2
. "$scratch/lib.sh"

# Without sock_diag, also for those who may enter every namespace.
if [ -f "$refuse" ] && ! is_sanitized; then
    run env REFUSE=EACCES "LD_PRELOAD=$refuse" "$listeners" --all --tcp --udp
    tr '\n' ' ' < "$scratch/out" > "$scratch/line"
    is "without sock_diag: said" grep -q 'sock_diag is not available (EACCES): the lists of [0-9]* of' "$scratch/line"
else
    skip "without sock_diag: said" "nothing can be preloaded"
fi

# From outside, as an ordinary user.
hold one "inet:2:6 unix:3:1:@all-$$" unshare -Urn
one=$held
exec 8> "$scratch/one"
await "$scratch/one" "$one"
hold two "inet:5:1 fork" unshare -Urn
two=$held
exec 9> "$scratch/two"
await "$scratch/two" "$two"
port=$(port_of "$scratch/one")
other=$(port_of "$scratch/two")

as=
[ "$(id -u)" -ne 0 ] || as="setpriv --reuid=65534 --regid=65534 --clear-groups"
# shellcheck disable=SC2086 # words
[ -z "$as" ] || $as true 2> /dev/null || as=
# The build folder may be closed to others.
cp "$listeners" "$scratch/copy" && chmod 755 "$scratch" "$scratch/copy"
# The namespace of the process $one or $two in the report, as $space.
space_of='(.namespaces[] | select(.process.pid == $pid)) as $space |
    [.listeners[] | select(.namespace == $space.id)] as $rows |'
# all_is PID FILTER DESCRIPTION: about the last report.
all_is () {
    is "$3" jq -e --argjson pid "$1" "$space_of $2" "$scratch/out"
}
# ListenOverflows of the process $one.  The clients try again and again, so the
# count grows: what a report has is between that before and that after it.
overflows () {
    sed -n '/^TcpExt/p' "/proc/$one/net/netstat" | awk '
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == "ListenOverflows") at = i }
        NR == 2 { print $at }'
}
if [ "$(id -u)" -eq 0 ] && [ -z "$as" ]; then
    skip "from outside" "setpriv is not here"
else
    before=$(overflows)
    # shellcheck disable=SC2086 # words
    run $as "$scratch/copy" --all --json
    after=$(overflows)
    cp "$scratch/out" "$scratch/outside"
    all_is "$one" "(\$rows | length) == 2 and
        (\$rows[] | select(.port == $port)).queued == 3 and
        \$space.overflows >= $before and \$space.overflows <= $after and
        $before > 0 and \$space.own == false" \
        "an ordinary user: the queue and ListenOverflows, exact"
    all_is "$two" "(\$rows | length) == 1 and \$rows[0].port == $other and
        \$rows[0].queued == 1 and \$space.overflows == 0" \
        "an ordinary user: not those of another namespace"
    all_is "$two" "\$space.processes == 2" "two processes, one namespace"
    is "one namespace is the own" jq -e \
        '[.namespaces[] | select(.own)] | length == 1' "$scratch/out"
    is "each namespace once" jq -e \
        '[.namespaces[].id] | length == (unique | length)' "$scratch/out"
    # Its sockets cannot be read; its counters can.
    if have strace && ! is_sanitized; then
        set --
        for file in tcp tcp6 unix udp udp6; do
            set -- "$@" -P "/proc/$one/net/$file"
        done
        before=$(overflows)
        # shellcheck disable=SC2086 # words
        run $as strace -qq -o /dev/null "$@" -e trace=openat \
            -e inject=openat:error=EIO "$scratch/copy" --all --json
        after=$(overflows)
        all_is "$one" "(\$rows | length) == 0 and
            \$space.overflows >= $before and \$space.overflows <= $after" \
            "sockets that cannot be read: the counters are there"
    else
        skip "sockets that cannot be read: the counters are there" \
            "strace is not here, or the build is sanitized"
    fi
    # shellcheck disable=SC2086 # words
    run $as "$scratch/copy" --all ":$port"
    is "an operand finds it in another namespace" sh -c '[ "$1" -eq 0 ] &&
        grep -q "^127.0.0.1:$2: TCP over IPv4" "$3"' - "$status" "$port" \
        "$scratch/out"
    # shellcheck disable=SC2086 # words
    run $as "$scratch/copy" --all
    is "80 columns" sh -c '! awk "length > 80" "$1" | grep .' - "$scratch/out"
    is "why limits are unknown" sh -c 'tr "\n" " " < "$1" |
        grep -q "network namespaces needs CAP_SYS_ADMIN: their lists are from"' \
        - "$scratch/out"
    # shellcheck disable=SC2086 # words
    run $as "$scratch/copy" --all --check "$port"
    is "--check: unknown without limits" sh -c '[ "$1" -eq 3 ] &&
        grep -q "UNKNOWN.*CAP_SYS_ADMIN" "$2"' - "$status" "$scratch/out"
    before=$(overflows)
    # shellcheck disable=SC2086 # words
    run $as "$scratch/copy" --all --prometheus -
    after=$(overflows)
    sed -n 's/^sonde_listener_queued{netns="\([a-z]*:.[0-9]*.\)",.*local="127.0.0.1:\([0-9]*\)".*/\2 \1/p' \
        "$scratch/out" | grep "^\($port\|$other\) " | cut -d ' ' -f 2 |
        sort -u > "$scratch/series"
    is "metrics: a series for each namespace" sh -c '[ "$(wc -l < "$1")" -ge 2 ] &&
        awk -v before="$2" -v after="$3" "
            /^sonde_listen_overflows_total{/ && \$2 >= before && \$2 <= after {
                found = 1 } END { exit !found }" "$4"' - "$scratch/series" \
        "$before" "$after" "$scratch/out"
fi
exec 8>&- 9>&-
wait "$one"
wait "$two"

# Inside a user namespace, with the privilege to enter; /proc is that of all.
cat > "$scratch/inside" <<'END2'
. "$scratch/lib.sh"
mount -t tmpfs none /run && mkdir /run/netns && : > /run/netns/empty || exit 9
hold one inet:2:6 unshare -n
one=$held
exec 8> "$scratch/one"
await "$scratch/one" "$one"
unshare -n sh -c 'mount --bind /proc/self/ns/net /run/netns/empty' || exit 9
"$listeners" --all --json > "$scratch/report"
"$listeners" --all --check "$(port_of "$scratch/one")" > "$scratch/checked"
echo "$?" "$one" "$(port_of "$scratch/one")"
"$listeners" --all > "$scratch/table"
umount /run/netns/empty
exec 8>&-
wait "$one"
END2
# shellcheck disable=SC2016 # for the inner shell
run unshare -Urnm --propagation private sh -c \
    'mount -t tmpfs none /proc || exit 9; exec "$listeners" --all'
if [ "$status" -eq 9 ] || is_sanitized; then
    skip "without /proc" "no mounts in a user namespace, or a sanitizer needs it"
else
    is "2: without /proc" sh -c '[ "$1" -eq 2 ] && grep -q "if mounted" "$2"' - \
        "$status" "$scratch/err"
fi
run unshare -Urnm --propagation private sh "$scratch/inside"
if [ "$status" -eq 9 ]; then
    skip "entered" "no mounts in a user namespace"
else
    read -r checked one port < "$scratch/out"
    cp "$scratch/report" "$scratch/out"
    all_is "$one" "\$space.reduced == null and \$space.cap > 0 and
        (\$rows | length == 1) and (\$rows[0] | .backlog == 2 and
        .queued == 3 and .percent == 100 and .owners[0].pid == $one)" \
        "entered: limits and owners"
    is "a namespace without a process, by its mount" jq -e '.namespaces[] |
        select(.mount == "/run/netns/empty") | .processes == 0 and
        .process == null and .overflows == 0 and .cap > 0' "$scratch/out"
    is "--check: the full queue of another namespace" sh -c '[ "$1" -eq 2 ] &&
        grep -q "CRITICAL: 127.0.0.1:$2 100% full.*, in " "$3"' - "$checked" \
        "$port" "$scratch/checked"
    is "text: where nothing listens" sh -c 'tr "\n" " " < "$1" |
        grep -q "nothing listens in .*network namespace"' - "$scratch/table"
fi

finish
