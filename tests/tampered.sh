#!/bin/sh
# tampered.sh - backlogprobe measures: what listen() does, it sees
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
have jq || skip_all "jq is not here"
library=$builddir/tests/.libs/tamper.so
[ -f "$library" ] || skip_all "no library to preload was built"
is_sanitized && skip_all "a sanitized program lets nothing be preloaded"
[ "$(rule_of_host)" = "n+1" ] ||
    skip_all "the rule of this host is not n+1"

tampered () {
    run env "TAMPER=$1" "LD_PRELOAD=$library" "$backlogprobe" --json -b 0-14,64
    json_is "[.rows[] | select(.family == \"inet\" and .connected != null)] |
        length == 16 and all(.connected == $2 and .accepted == $2)" \
        "listen passes on $1: both counts"
    json_is "all(.rows[]; .incomplete == null or .incomplete == $2)" \
        "listen passes on $1: the incomplete queue follows"
    json_is ".rule == \"$3\" and .rule_connected == \"$3\"" \
        "listen passes on $1: the rule is $3"
    json_is "all(.rows[] | select(.effective != null); .effective == $2 - 1)" \
        "listen passes on $1: the kernel says so, too"
    json_is ".like.best == null and .like.others == []" \
        "listen passes on $1: it is like no kernel"
}
tampered listen.queue '((.backlog * 3 / 2 | floor) + 1)' '3n/2+1'
tampered listen.synqueue '(.backlog + 3)' 'n+3'

run env TAMPER=reuseport.spread "LD_PRELOAD=$library" "$sockprobe" --profile 'reuseport.*'
is "one listener takes all: named" \
    grep -q '^reuseport.spread	answer	.*: the last bound takes all	measured	yes' \
    "$scratch/out"
is "its close resets all: named" \
    grep -q '^reuseport.close	answer	.*: all are reset: it had all	measured	yes' \
    "$scratch/out"
run "$sockprobe" --json reuseport.close
json_is '.answers[0] | .value == null or
    (.details | any(.key == "lost-of-queued" and
        .value == "all that were queued there"))' \
    "as many are lost as the kernel says were queued"

# planted ROW ID KEY PATTERN DESCRIPTION: with the changed call of ROW, sockprobe
# reports of the question ID a finding KEY of PATTERN.  Skipped if the question
# has no answer without the change.
planted () {
    if bounded 60 "$sockprobe" --profile "$2" |
        grep -q "^$2	answer	.*	not-testable	"; then
        skip "$5" "$2 has no answer here"
        return
    fi
    run bounded 60 env "TAMPER=$1" "LD_PRELOAD=$library" "$sockprobe" --profile \
        "$2"
    is "$5" grep -q "^$2	$3	$4" "$scratch/out"
}
planted listen.deep listen.overflow unix-first-rejected 'none of 100' \
    "a UNIX queue of more than 100: as many are tried"
planted listen.deep listen.synqueue answer \
    'at least [0-9]* incomplete beside [0-9]* complete, for a backlog of 5' \
    "a SYN queue that takes all clients: a lower bound"
planted nonblock.errno io.models answer 'not all of .*' \
    "a non-blocking read that fails otherwise: not all models work"
planted signal.kill signal.flags answer 'not all as POSIX specifies' \
    "SIGKILL is refused by another errno: not all as POSIX specifies"
planted connect.endless connect.timeout answer 'no error within 7 s	measured' \
    "connect without an error: no duration"
planted poll.clients listen.zero answer '-	not-testable	yes	poll or getpeername: EIO' \
    "poll of a client fails: no client counts as rejected"
planted shutdown.listener shutdown.how listener-accept 'keeps blocking	' \
    "shutdown of a listener without effect: accept keeps blocking"
planted signal.reset signal.restart.read signal-function '[a-zA-Z]*	measured' \
    "signal resets the handler: the handler is installed again"
# Of the first two calls one fails; the retry is the third.
run env TAMPER=listen.ports/2 "LD_PRELOAD=$library" "$sockprobe" --profile \
    --times 2 listen.unbound
is "a question that ran out of ports is retried" \
    grep -q '^listen.unbound	times.1.runs	2	' "$scratch/out"
finish
