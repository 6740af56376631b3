#!/bin/sh
# limits.sh - backlogprobe where descriptors are few
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
have jq || skip_all "jq is not here"
[ "$(rule_of_host)" = "n+1" ] ||
    skip_all "the rule of this host is not n+1"

exact='all(.rows[] | select(.reason == null);
    .accepted == .backlog + 1 and .connected == .backlog + 1)'

# few N ARGUMENTS...: run it with at most N descriptors, soft and hard.
few () {
    descriptors=$1
    shift
    run sh -c 'ulimit -n "$1" && shift && exec "$backlogprobe" "$@"' - \
        "$descriptors" "$@"
}
few 64 --json
is "64 descriptors: measured" [ "$status" -eq 0 ]
json_is "$exact" "64 descriptors: rows 0 to 14 are exact"
json_is '[.rows[] | select(.family == "inet" and .accepted != null)] |
    length == 15' "64 descriptors: all of them"
json_is 'all(.rows[]; .limit == null)' "64 descriptors: nothing limits them"
json_is '.cap.accepted == null and (.cap.limit | test("RLIMIT_NOFILE 64"))' \
    "64 descriptors: the cap names the limit"
few 64 --json -b 20,40,60,100
json_is "$exact" "64 descriptors: what is given is exact"
json_is 'all(.rows[]; (.reason == null) !=
    ((.limit // "") | test("RLIMIT_NOFILE 64")))' \
    "64 descriptors: a row is exact, or names the limit"
json_is 'any(.rows[]; .backlog == 40 and .accepted == 41)' \
    "64 descriptors: 41 connections fit"
few 64 -b 100
is "64 descriptors: the table names it, too" \
    grep -q "stopped at [0-9]* connections by descriptors" "$scratch/out"
# 31 in both queues fit, 61 and 81 do not.
few 64 -4 -b 15,30,40,60
if grep -q "^syn queue not measured" "$scratch/out"; then
    skip "64 descriptors: the sentence names the SYN queues that are missing" \
        "it cannot be measured here"
else
    is "64 descriptors: the sentence names the SYN queues that are missing" \
        sh -c 'tr -s " \n" " " < "$1" | grep -q "syn queue.*; not measured for\
 backlog 30 to 60 (IPv4): stopped at [0-9]* connections by descriptors\
 (RLIMIT_NOFILE 64)"' - "$scratch/out"
fi
few 64 --require 100 --prometheus "$scratch/metrics"
is "64 descriptors: metrics that cannot be written are a failure" sh -c '
    [ "$1" -eq 2 ] && grep -q "nothing is written" "$2/err" &&
    [ ! -e "$2/metrics" ]' - "$status" "$scratch"
few 20 --json
json_is "$exact" "20 descriptors: what is given is exact"
json_is 'all(.rows[]; .reason == null or .limit != null)' \
    "20 descriptors: what is not, is limited"
for descriptors in 5 6 7 8 9 10; do
    few "$descriptors" --json
    if [ "$status" -gt 2 ]; then
        skip "$descriptors descriptors" "too few to start any program"
        continue
    fi
    is "$descriptors descriptors: no figure, but a sentence about that" \
        sh -c '[ "$1" -eq 2 ] && grep -q "EMFILE\|$4\|no row" \
            "$2/err" && { [ ! -s "$2/out" ] || jq -e "$3" "$2/out" > /dev/null; }' - \
        "$status" "$scratch" 'all(.rows[]; .accepted == null and
            (.incomplete_reason | test("no handshake stays open") | not))' \
        'Too many open\|No file descriptors' # musl has the latter
done
# The soft limit is no limit: it is raised.
run sh -c 'ulimit -S -n 40; exec "$backlogprobe" --json -b 64'
json_is 'all(.rows[]; .reason != null or .accepted == 65)' \
    "a soft limit of 40 is raised to the hard one"

# A parent that ignores SIGCHLD leaves that to its children.
if env --ignore-signal=CHLD true 2> /dev/null; then
    run env --ignore-signal=CHLD "$backlogprobe" --json -4 -b 0-2
    is "SIGCHLD ignored: measured all the same" \
        sh -c '[ "$1" -eq 0 ] && [ ! -s "$2/err" ]' - "$status" "$scratch"
else
    skip "SIGCHLD ignored" "env has no --ignore-signal here"
fi
is "a file that may not grow is a write error, no death" \
    sh -c 'ulimit -f 0; "$backlogprobe" --version > "$1" 2> /dev/null
        [ $? -eq 2 ]' - "$scratch/file"

# Where namespaces are forbidden, all else is measured, and --with says why not.
filter=$builddir/tests/no-unshare
if [ -x "$filter" ] && "$filter" true; then
    run "$filter" "$backlogprobe" --json
    json_is "$exact"' and .rule == "n+1" and .incomplete.rule == "n+1"' \
        "no unshare: everything is measured"
    run "$filter" "$backlogprobe" --with net.core.somaxconn=10
    is "no unshare: --with is 2, and names the filter" sh -c '[ "$1" -eq 2 ] &&
        [ ! -s "$2/out" ] && grep -q "seccomp" "$2/err"' - "$status" "$scratch"
    run "$filter" "$backlogprobe" -4 --half-open -b 0-3
    is "no unshare: --half-open says why, the other way has its figures" sh -c '
        [ "$1" -eq 0 ] && tr -s " \n" " " < "$2" | grep -q "n + 1 incomplete.*\
half-open handshakes not testable: a seccomp filter"' - \
        "$status" "$scratch/out"
else
    skip "no unshare" "there are no seccomp filters here"
fi
few 64 --json
json_is 'all(.rows[]; .incomplete == .accepted or .incomplete_reason != null)' \
    "64 descriptors: the incomplete queue is exact, or says why not"
finish
