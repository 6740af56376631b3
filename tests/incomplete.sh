#!/bin/sh
# incomplete.sh - backlogprobe and the incomplete queue, by two ways
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
have jq || skip_all "jq is not here"
need_settings --with net.ipv4.tcp_syncookies=1
backlogs=0-8,14,40,100,300

# measure SETTINGS: each as NAME=VALUE below net.; by both ways.
measure () {
    arguments=
    for setting in "$@"; do
        arguments="$arguments --with net.$setting"
    done
    what=$(echo "$@" | sed 's/ipv4.tcp_//g; s/core.//g')
    # shellcheck disable=SC2086 # several words
    run "$backlogprobe" --json -4 -b $backlogs --half-open $arguments
}
# expect JQ-EXPRESSION-OF-THE-BACKLOG: in all rows, by both ways.
expect () {
    json_is "[.rows[] | .incomplete == (.backlog | $1)] | all" \
        "$what: kept open"
    if jq -e 'all(.rows[]; .half_open == null)' "$scratch/out" > /dev/null; then
        skip "$what: half-open" "there is no TUN device here"
    else
        json_is "[.rows[] | .half_open == (.backlog | $1)] | all" \
            "$what: half-open"
    fi
}
# Three quarters of a setting, for peers never met; the test lets one more in.
for cookies in 0 1 2; do
    for somaxconn in 7 4096; do
        for most in 16 128; do
            measure "core.somaxconn=$somaxconn" "ipv4.tcp_syncookies=$cookies" \
                "ipv4.tcp_max_syn_backlog=$most"
            queue="([., $somaxconn] | min + 1)"
            case $cookies in
            0)
                expect "[$queue, $most - $most / 4 + 1] | min"
                json_is "all(.rows[]; .incomplete_known_peer ==
                    (.backlog | $queue))" "$what: a peer that is known"
                json_is 'all(.rows[]; .accepted_by_cookie == 0)' "$what: none goes past"
                ;;
            1)
                expect "$queue"
                json_is '.incomplete.bound == "backlog"' "$what: the bound"
                json_is 'all(.rows[]; .accepted_by_cookie == .accepted)' \
                    "$what: as many go past, by cookies, as accept takes"
                ;;
            2)
                expect 0
                json_is '.incomplete.bound == "tcp_syncookies"' \
                    "$what: the bound"
                ;;
            esac
        done
    done
done
measure core.somaxconn=4096 ipv4.tcp_syncookies=0 ipv4.tcp_max_syn_backlog=16
json_is '.incomplete.bound == "tcp_max_syn_backlog"' "$what: the bound"

# IPv6 without cookies: a namespace of its own has a peer that nobody has met.
if "$backlogprobe" -6 -b 0 > /dev/null 2>&1; then
    run "$backlogprobe" -6 -b $backlogs --json \
        --with net.ipv4.tcp_syncookies=0 --with net.ipv4.tcp_max_syn_backlog=16
    json_is '[.rows[] | .incomplete == ([.backlog + 1, 13] | min) and
        .incomplete_known_peer == .backlog + 1] | all' \
        "IPv6 without cookies: peers never met, and known ones"
    run "$backlogprobe" -6 -b $backlogs \
        --with net.ipv4.tcp_syncookies=0 --with net.ipv4.tcp_max_syn_backlog=16
    is "the sentence: the rule, and where it ends" sh -c 'tr -s " \n" " " < "$1" |
        grep -q "n + 1 incomplete handshakes, at most 13; holds for all 13 rows;\
 bounded by tcp_max_syn_backlog = 16.*(301 for those)"' - \
        "$scratch/out"
else
    skip "IPv6 without cookies: peers never met, and known ones" "no IPv6 here"
    skip "the sentence: the rule, and where it ends" "no IPv6 here"
fi
if have_namespaces; then
    run in_namespace 'echo 0 > /proc/sys/net/ipv4/tcp_syncookies || exit 9
        ip -6 address show dev lo | grep -q ::1 || exit 9
        "$backlogprobe" -6 -b 0-3 --json'
fi
if have_namespaces && [ "$status" -eq 0 ]; then
    json_is 'all(.rows[]; .incomplete == null and
        (.incomplete_reason | test("::1 is the only peer")))' \
        "IPv6 without cookies, elsewhere: not testable, and why"
else
    skip "IPv6 without cookies, elsewhere: not testable, and why" \
        "no namespaces, or no IPv6 here"
fi
# Without cookies no client enters the accept queue: all are in the SYN queue.
if have_namespaces; then
    run in_namespace 'echo 0 > /proc/sys/net/ipv4/tcp_syncookies || exit 9
        "$sockprobe" --profile listen.synqueue'
fi
if have_namespaces && [ "$status" -ne 9 ]; then
    is "listen.synqueue without cookies: the SYN queue alone" \
        grep -q '^listen.synqueue	answer	[56] incomplete beside 0 complete, ' \
        "$scratch/out"
else
    skip "listen.synqueue without cookies: the SYN queue alone" \
        "no namespaces, or no such setting here"
fi
run "$backlogprobe" -4 -b -1,2000 --half-open
is "--half-open: which backlogs it takes" sh -c 'tr -s " \n" " " < "$1" |
    grep -q "half-open handshakes not testable: needs a backlog from\
 0 to 1024"' - "$scratch/out"
run "$backlogprobe" -b 0,2000 --half-open --json
json_is 'all(.rows[]; (.half_open == null) == (.half_open_reason != null))' \
    "--half-open: each figure that is not there has a reason"
# All listeners are open at once: the soft limit is raised.
run sh -c 'ulimit -S -n 32 && exec "$@"' - "$backlogprobe" -4 -b 0-40 --half-open \
    --profile
is "--half-open: more listeners than the soft limit" \
    lacks "$scratch/out" 'half-open.*EMFILE'
run "$backlogprobe" -4 -b 0-3 --json --no-incomplete
json_is 'all(.rows[]; .incomplete == null and .incomplete_reason != null)' \
    "--no-incomplete: nothing, and a reason"

# The kernel's counters: each connection that went past came by a cookie.
if have nstat && have_namespaces; then
    run in_namespace 'echo 1 > /proc/sys/net/ipv4/tcp_syncookies
        "$backlogprobe" -4 -b 0-14 --json > "'"$scratch"'/json"
        nstat -asz TcpExtSyncookiesRecv | awk "/Syncookies/ { print \$2 }"'
    received=$(cat "$scratch/out")
    cp "$scratch/json" "$scratch/out"
    # Each of the rows is filled twice.
    json_is "([.rows[].accepted_by_cookie] | add) * 2 == $received" \
        "nstat counts as many cookies as went past the queue"
else
    skip "nstat counts as many cookies" "nstat or namespaces are not here"
fi
finish
