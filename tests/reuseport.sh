#!/bin/sh
# reuseport.sh - listeners of one address by SO_REUSEPORT are shown as a group
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
listeners=$builddir/listeners
workers=$builddir/tests/workers
export listeners workers scratch
[ "$(uname -s)" = Linux ] || skip_all "groups are those of Linux"
have jq || skip_all "jq is not here"
have_namespaces > "$scratch/out" ||
    skip_all "$(sed 's/^# //' "$scratch/out")"

# start COUNT BACKLOG: workers; $port and $1 to $COUNT are set by "eval".  order
# COMMAND: on standard input of the workers; the answer is in $scratch/answers.
cat > "$scratch/lib.sh" <<'END'
# A signal is sent before it takes effect.
halt () {
    kill -STOP "$1" || exit 9
    until grep -q ") T " "/proc/$1/stat"; do
        kill -0 "$1" || exit 9
    done
}
start () {
    rm -f "$scratch/fifo"
    mkfifo "$scratch/fifo"
    : > "$scratch/answers"
    "$workers" "$1" "$2" < "$scratch/fifo" > "$scratch/answers" &
    master=$!
    exec 9> "$scratch/fifo"
    until grep -q "^ready$" "$scratch/answers"; do
        kill -0 "$master" || exit 9
    done
    port=$(sed -n 1p "$scratch/answers")
    processes=$(sed -n 2p "$scratch/answers")
}
# The clients as counted by the workers' parent, once they all are connected.
count () {
    lines=$(wc -l < "$scratch/answers")
    echo count >&9
    until [ "$(wc -l < "$scratch/answers")" -gt "$lines" ]; do
        kill -0 "$master" || exit 9
    done
    tail -n 1 "$scratch/answers"
}
stop () {
    exec 9>&-
    wait "$master"
}
# stuck_worker: the second of four is stopped, its queue of 8 is full.
stuck_worker () {
    start 4 8
    # shellcheck disable=SC2086 # words
    set -- $processes
    stuck=$2 well=$3
    halt "$stuck"
    # 9 of 400 go to each of 4 but for one in 10^30.
    echo "queue 400" >&9
    count > "$scratch/counted"
}
END
cat > "$scratch/inside" <<'END'
. "$scratch/lib.sh"
stuck_worker
"$listeners" > "$scratch/table"
"$listeners" "$port" > "$scratch/explained"
"$listeners" "$well" > "$scratch/member"
"$listeners" --json "$port" > "$scratch/json"
"$listeners" --json "$well" > "$scratch/member.json"
echo "$port $stuck $well" > "$scratch/names"
# Without tcp_migrate_req its clients are reset, with it they are served.
kill -KILL "$stuck"
count > "$scratch/killed"
stop
echo 1 > /proc/sys/net/ipv4/tcp_migrate_req || exit 0
stuck_worker
cp "$scratch/counted" "$scratch/migrating"
kill -KILL "$stuck"
count >> "$scratch/migrating"
stop
END
run in_namespace '. "$scratch/inside"'
is "the workers can be staged" [ "$status" -eq 0 ]
read -r port stuck well < "$scratch/names"
silent=$(sed 's/.*silent //' "$scratch/counted")

# says FILE PATTERN: FILE has it, without regard to line breaks.
says () {
    tr -s " \n" " " < "$1" > "$scratch/words"
    grep -q -- "$2" "$scratch/words"
}
is "table: the note names the stuck worker, the share and the next command" \
    says "$scratch/table" "127.0.0.1:$port: 1 of 4 sockets of this address is \
full: workers\[$stuck\]; the others have room: about 1 of 4 new clients hangs; \
\"listeners $port\" explains"
is "about a quarter of 400 clients hangs (60 to 150)" \
    sh -c '[ "$1" -ge 60 ] && [ "$1" -le 150 ]' - "$silent"
is "explained: once for the group" [ \
    "$(grep -c '^group  *one of 4 sockets' "$scratch/explained")" -eq 1 ]
is "explained: the stuck worker comes first, with what to do" \
    says "$scratch/explained" "^127.0.0.1:$port: TCP over IPv4 owner workers\
\[$stuck\]; workers\[$stuck\] is stopped by a signal.*to do no process can \
accept: workers\[$stuck\] is stopped by a signal (SIGSTOP, SIGTSTP). kill -CONT \
$stuck resumes it.* restart workers\[$stuck\].*tcp_migrate_req"
is "explained: 1 of 4 clients hangs" says "$scratch/explained" \
    "about 1 of 4 new clients hangs"
is "explained by a member that is well" says "$scratch/member" \
    "owner workers\[$well\];.* group one of 4 sockets.*to do nothing with this \
socket, but of its group 1 of 4 sockets is full: workers\[$stuck\]"
is "no line is wider than 80 columns" sh -c '! grep -q ".\{81\}" "$1"/table \
    "$1"/explained "$1"/member' - "$scratch"
cp "$scratch/json" "$scratch/out"
json_is '(.listeners | length == 4) and all(.listeners[]; .group.members == 4 and
    .group.full == 1 and .group.empty == 3 and .group.stuck and
    .group.incomplete == 0)' "JSON: the group of each member"
cp "$scratch/member.json" "$scratch/out"
json_is "(.listeners | length == 1) and .listeners[0].owners[0].pid == $well and
    .listeners[0].group.members == 4" "JSON: of one member, too"
# 9 were in the queue; the others may connect with a later SYN.
is "when the worker ends, its queued clients are reset" \
    [ "$(sed 's/.*reset \([0-9]*\) .*/\1/' "$scratch/killed")" -ge 9 ]
if [ -s "$scratch/migrating" ]; then
    is "with tcp_migrate_req none is reset" sh -c '
        [ "$(grep -c "reset 0" "$1")" -eq 2 ]' - "$scratch/migrating"
    is "with tcp_migrate_req those in the queue are served" awk '
        { served[NR] = $2 } END { exit !(served[2] - served[1] >= 9) }' \
        "$scratch/migrating"
else
    skip "with tcp_migrate_req none is reset" "no such setting here"
    skip "with tcp_migrate_req those in the queue are served" "the same"
fi

# One alone is no group.
run in_namespace '. "$scratch/lib.sh"; start 1 8; "$listeners" "$port"
    "$listeners" --json "$port" > "$scratch/json"; stop'
is "a listener alone: no group" lacks "$scratch/out" '^group'
cp "$scratch/json" "$scratch/out"
json_is '.listeners[0].group == null' "JSON: null"
finish
