#!/bin/sh
# netns.sh - --netns: the listeners of another network namespace
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
listeners=$builddir/listeners
listening=$builddir/tests/listening
export listeners listening scratch
have jq || skip_all "jq is not here"

# What is no network namespace.
wrong () {
    pattern=$1
    shift
    run "$@"
    is "2: ${1##*/} $2: $pattern" sh -c '[ "$1" -eq 2 ] && [ ! -s "$2/out" ] &&
        [ "$(wc -l < "$2/err")" -eq 1 ] && grep -q -- "$3" "$2/err"' - \
        "$status" "$scratch" "$pattern"
}
if [ "$(uname -s)" != Linux ]; then
    wrong "no network namespaces" "$listeners" --netns name
    finish
    exit
fi
wrong "cannot open /run/netns/no such: No such file" "$listeners" --netns "no such"
wrong "/etc/passwd is no network namespace" "$listeners" --netns /etc/passwd
mkfifo "$scratch/fifo"
for program in "$listeners" "$backlogprobe"; do
    wrong "fifo is no network namespace" bounded 60 "$program" --netns \
        "$scratch/fifo"
done
wrong "there is no process 2147483647" "$listeners" --netns 2147483647
wrong "the name is empty" "$listeners" --netns ""
wrong "the name is too long" "$listeners" --netns "/$(printf '%0300d' 0)"
wrong "cannot open /nowhere/ns" "$backlogprobe" --netns /nowhere/ns
run "$backlogprobe" --netns name --with net.core.somaxconn=5
is "2: --netns and --with" [ "$status" -eq 2 ]

have_namespaces > "$scratch/out" || {
    skip "a namespace" "$(sed 's/^# //' "$scratch/out")"
    finish
    exit
}
# hold COMMAND...: a process with a namespace of its own, in which a queue of 4
# has $clients clients, usually 2, and the cap is 7; $held is the process, $port the listener's.
cat > "$scratch/lib.sh" <<'END'
hold () {
    rm -f "$scratch/fifo"
    mkfifo "$scratch/fifo"
    : > "$scratch/names"
    "$@" sh -c 'ip link set lo up && echo 7 > /proc/sys/net/core/somaxconn
        exec "$listening" "inet:3:${clients:-2}"' < "$scratch/fifo" > "$scratch/names" &
    held=$!
    exec 9> "$scratch/fifo"
    until grep -q "^ready$" "$scratch/names"; do
        kill -0 "$held" || exit 9
    done
    port=$(sed -n '1s/.*://p' "$scratch/names")
}
release () {
    exec 9>&-
    wait "$held"
}
END
. "$scratch/lib.sh"

# Inside a user namespace, with the privilege to enter.
cat > "$scratch/inside" <<'END'
. "$scratch/lib.sh"
mount -t tmpfs none /run && mkdir /run/netns && : > /run/netns/name || exit 9
hold unshare -n
mount --bind "/proc/$held/ns/net" /run/netns/name || exit 9
for name in "$held" name /run/netns/name; do
    "$listeners" --json --netns "$name" | jq -c --argjson port "$port" \
        '[.reduced, .cap.value, (.listeners | length),
          (.listeners[0] | .port == $port, .queued, .backlog, .percent)]'
done
"$backlogprobe" --json -4 -b 3 --no-incomplete --netns name |
    jq -c '[.cap.value, .cap.accepted, .rows[0].accepted]'
"$listeners" --check --netns name "$port" | sed 's/% full.*/%/'
umount /run/netns/name
release
clients=4
export clients
hold unshare -n
# --all from a namespace to which this user may return.
for from in "$listeners --netns $held" "unshare -n $listeners --all"; do
    $from | tr '\n' ' ' |
        grep -o "hang; \"listeners --netns $held $port\" explains" |
        sed "s/$held $port/PID PORT/"
done
release
END
run unshare -Urm sh "$scratch/inside"
if [ "$status" -eq 9 ]; then
    skip "entered" "no mounts in a user namespace"
else
    cp "$scratch/out" "$scratch/report"
    is "entered by number, name and path: all figures" [ \
        "$(grep -cxF '[null,7,1,true,2,3,50]' "$scratch/report")" -eq 3 ]
    is "backlogprobe measures there" grep -qxF '[7,8,4]' "$scratch/report"
    is "a command that explains names the namespace" [ "$(grep -cxF \
        'hang; "listeners --netns PID PORT" explains' "$scratch/report")" -eq 2 ]
    is "--check looks there" \
        grep -q '^LISTENERS OK: 1 listener, the fullest 127.0.0.1:[0-9]* 50%$' \
        "$scratch/report"
fi

# From outside, without privilege: what /proc has.
hold unshare -Urn
as=
[ "$(id -u)" -ne 0 ] || as="setpriv --reuid=65534 --regid=65534 --clear-groups"
# The build folder may be closed to others.
cp "$listeners" "$scratch/copy" && chmod 755 "$scratch" "$scratch/copy"
# shellcheck disable=SC2086 # words
if [ -n "$as" ] && ! $as true 2> /dev/null; then
    skip "from outside" "setpriv is not here"
    skip "from outside: a reason" "setpriv is not here"
else
    run $as "$scratch/copy" --json --netns "$held"
    json_is ".reduced == \"EPERM\" and .cap.value == null and
        .totals.overflows == 0 and (.listeners | length == 1) and
        (.listeners[0] | .port == $port and .queued == 2 and .backlog == null)" \
        "from outside: the listeners and counters, no cap of another namespace"
    run $as "$scratch/copy" --netns "$held"
    is "from outside: a reason" sh -c 'tr "\n" " " < "$1" | grep -q "entering the \
network namespace of process $2 needs CAP_SYS_ADMIN: the list is from /proc/$2/net"' \
        - "$scratch/out" "$held"
fi
release

finish
