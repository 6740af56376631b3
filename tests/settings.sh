#!/bin/sh
# settings.sh - backlogprobe --with and --require: what would be, what is cut
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
have jq || skip_all "jq is not here"

# settings_of_host: "FILE:VALUE" of each; grep skips what it may not read.
settings_of_host () {
    grep -s '' /proc/sys/net/core/* /proc/sys/net/ipv[46]/* \
        /proc/sys/net/ipv[46]/conf/lo/*
}
settings_of_host > "$scratch/before"

# What is wrong is said before anything is measured.
bad () {
    wanted=$1
    shift
    run "$backlogprobe" "$@"
    is "refused: $*" sh -c '[ "$1" -eq 2 ] && [ ! -s "$2/out" ] &&
        head -n 1 "$2/err" | grep -qF -- "$3"' - "$status" "$scratch" "$wanted"
}
bad "'0'" --require 0
bad "'-1'" --require -1
bad "'many'" --require many
bad 'several reports' --json --chart
bad 'choose one' --require 5 --compare /nonexistent
for option in "-b 3" --again --overflow --half-open --chart; do
    # shellcheck disable=SC2086 # several words
    bad '--require measures one backlog' --require 5 $option
done
bad 'contradict' --half-open --no-incomplete
bad 'add -4' --half-open -6
bad 'add -4' --half-open --unix
bad '--compare: /nonexistent' -4 -b 0 --compare /nonexistent
if [ "$(uname -s)" = Linux ]; then
    bad 'SETTING=VALUE' --with net.core.somaxconn
    bad 'SETTING=VALUE' --with net.core.somaxconn=
    bad 'begin with net.' --with kernel.panic=1
    bad 'part of the name is empty' --with net.ipv4..x=1
    bad 'part of the name is empty' --with net.//.x=1
    bad 'two values' --with net.core.somaxconn=3 --with net.core.somaxconn=4
    bad 'too long for a setting' --with "net.$(printf '%0300d' 0)=1"
    bad 'no setting net.core.frobs' --with net.core.frobs=1
else
    bad 'no network namespaces' --with net.core.somaxconn=1
fi

# This host as it is.
cap=$("$backlogprobe" --json -4 -b 0 | jq .cap.value)
run "$backlogprobe" --require 1
is "--require 1: granted" sh -c '[ "$1" -eq 0 ] &&
    grep -q "^requested 1, granted in full" "$2"' - "$status" "$scratch/out"
run "$backlogprobe" --json --require 2147483647 -4
case $cap in
null | 2147483647) skip "--require: more than the cap" "no cap is known" ;;
*)
    is "--require: more than the cap ends with 1" [ "$status" -eq 1 ]
    json_is ".require.granted == \"truncated\" and .require.requested == 2147483647 and
        (.require.effective == null or .require.effective == $cap)" \
        "--require: more than the cap is cut to it"
    ;;
esac
run "$backlogprobe" --require 5 --json
json_is '.require | .granted == "full" and .measured and .queued >= 5' \
    "--require 5: JSON"
json_is 'all(.rows[]; .incomplete == null and .incomplete_reason != null)' \
    "--require leaves the incomplete queue alone"

# What would be.
run "$backlogprobe" --with net.core.somaxconn=10 --json -b 0-14,128,-1,max
if [ "$status" -eq 2 ]; then
    is "--with: not possible here, and why" \
        grep -q '^backlogprobe: --with: [a-zA-Z/]' "$scratch/err"
    skip "--with: the rest" "$(sed 's/^backlogprobe: //' "$scratch/err")"
    finish
    exit
fi
is "--with ends with 0" [ "$status" -eq 0 ]
cp "$scratch/out" "$scratch/json"
run "$backlogprobe" --with net.core.somaxconn=10 --with net.core.somaxconn=10 \
    -4 -b 5 --no-incomplete --profile
is "--with, the same twice: one finding" [ "$(grep -c \
    '^with.net.core.somaxconn' "$scratch/out")" -eq 1 ]
cp "$scratch/json" "$scratch/out"
json_is 'all(.rows[] | select(.connected != null); .accepted == .connected and
    .accepted == ([if .backlog < 0 then 10 else .backlog end, 10] | min) + 1)' \
    "somaxconn 10: every row is min (n, 10) + 1"
json_is '.cap.value == 10 and .cap.accepted == 11 and .cap.scope == "own" and
    .cap.setting == "net.core.somaxconn" and .rule == "n+1"' \
    "somaxconn 10: the cap and the rule"
json_is '.with == {"net.core.somaxconn": "10"} and .host.scope == "own"' \
    "somaxconn 10: JSON says with what"
json_is '.like.best == "Linux 4.10 or later"' "somaxconn 10: like Linux"
run "$backlogprobe" --with net.core.somaxconn=banana
is "a value that the kernel does not take: 2, and a sentence" sh -c '
    [ "$1" -eq 2 ] && [ ! -s "$2/out" ] &&
    grep -q "does not take \"banana\" for net.core.somaxconn" "$2/err"' - \
    "$status" "$scratch"
run "$backlogprobe" --with net.core.somaxconn=128 --require 511
is "--require 511 with a cap of 128: 1" [ "$status" -eq 1 ]
is "it says what is cut, and by what" sh -c 'tr -s " \n" " " < "$1" | grep -q \
    "^requested 511, but 129 would be queued: cut by net.core.somaxconn = 128, in"' \
    - "$scratch/out"
for place in "on this host" "in Docker" "in Kubernetes" "by systemd"; do
    is "and what to do $place" grep -q "^  $place  .*511" "$scratch/out"
done
run env container=docker "$backlogprobe" --with net.core.somaxconn=128 --require 511
if [ -n "${KUBERNETES_SERVICE_HOST-}" ]; then
    skip "in a container, that comes first" "this is Kubernetes"
else
    is "in a container, that comes first" sh -c \
        'grep "^  [a-z]" "$1" | head -n 1 | grep -q "^  in Docker"' - \
        "$scratch/out"
fi
run "$backlogprobe" --with net.core.somaxconn=128 --require 128
is "--require 128 with a cap of 128: 0" [ "$status" -eq 0 ]
run "$backlogprobe" --with net.core.somaxconn=65535 --json --require 60000 -4
is "--require 60000 with a cap of 65535: 0" [ "$status" -eq 0 ]
json_is '.require | .granted == "full" and (.measured | not) and
    .effective == 60000' "it was not filled, and the kernel is believed"

# Reports stay in 80 columns.
for form in "" --chart "--again --overflow" --half-open \
    "--require 2147483647" "-b -2147483648,100,max" --no-incomplete; do
    # shellcheck disable=SC2086 # several words
    run "$backlogprobe" --with net.core.somaxconn=64 $form
    is "fits in 80 columns, in ASCII: ${form:-the table}" \
        lacks "$scratch/out" '[^ -~]\|.\{81\}'
done
run "$backlogprobe" --with net.core.somaxconn=64 --chart -b 0,1,2,5,10,20,50,100,200
is "the chart has the cap as a line" \
    grep -q '^ *65 |-.*#####-#####- cap 65$' "$scratch/out"
is "the chart names the backlogs" \
    grep -q '^  *0  *1  *2  *5  *10  *20  *50  *100  *200  backlog$' "$scratch/out"
run "$backlogprobe" --with net.core.somaxconn=64 --chart \
    -b 100000000,200000000
is "the chart has a blank between long backlogs" \
    grep -q '^  *100000000  *200000000  backlog$' "$scratch/out"
run "$backlogprobe" --with net.core.somaxconn=0x40 --json -4 -b 100
is "a hexadecimal value: success" [ "$status" -eq 0 ]
json_is '.cap.value == 64 and .rows[0].accepted == 65' \
    "a hexadecimal value is in force"
run "$backlogprobe" --with net.core.somaxconn=3 --chart -4 -b 0-4,100
is "a small chart has a line for each connection" sh -c '
    [ "$(sed -n "s/^ *\([0-9]*\) |.*/\1/p" "$1" | tr "\n" " ")" = "4 3 2 1 " ]' \
    - "$scratch/out"

# The sweep, and what goes beyond.
run "$backlogprobe" --with net.core.somaxconn=300 --json \
    -b -2147483648,-1,0,1,7,299,300,301,65535,65536,65541,max
json_is '[.rows[] | select(.family == "inet") | [.backlog, .accepted]] ==
    [[-2147483648, 301], [-1, 301], [0, 1], [1, 2], [7, 8], [299, 300],
    [300, 301], [301, 301], [65535, 301], [65536, 301], [65541, 301],
    [2147483647, 301]]' "the sweep: beyond 16 bits, beyond the cap, negative"
json_is '.rule == "n+1" and .cap.accepted == 301' "the sweep: the rule"

# Comparing.
run "$backlogprobe" --profile -4 -b 0-5 --with net.core.somaxconn=3
cp "$scratch/out" "$scratch/three"
run "$backlogprobe" --compare "$scratch/three" -4 -b 0-5 \
    --with net.core.somaxconn=3
is "compared with itself: 0, no difference" sh -c '[ "$1" -eq 0 ] &&
    [ "$(wc -l < "$2")" -eq 1 ] && grep -q "^0 of [1-9][0-9]* figures differ$" \
    "$2"' - "$status" "$scratch/out"
run "$backlogprobe" --compare "$scratch/three" -4 -b 0-5 \
    --with net.core.somaxconn=4
is "compared with another: 1, and which figures differ" sh -c '[ "$1" -eq 1 ] &&
    grep -q "^listen.queue inet.4.accepted  *here: 5  *there: 4$" "$2" &&
    [ "$(grep -c "inet.3.accepted" "$2")" = 0 ]' - "$status" "$scratch/out"
run "$backlogprobe" --compare "$scratch/three" -4 -b 0-4 \
    --with net.core.somaxconn=3
is "what one side lacks is missing: 1" sh -c '[ "$1" -eq 1 ] &&
    grep -q "^listen.queue inet.5.accepted  *here: missing  *there: 4$" "$2"' \
    - "$status" "$scratch/out"
echo rubbish > "$scratch/rubbish"
run "$backlogprobe" --compare "$scratch/rubbish" -4 -b 0
is "compared with no profile: 2" [ "$status" -eq 2 ]
sed '1s/1$/2/' "$scratch/three" > "$scratch/version-2"
run "$backlogprobe" --compare "$scratch/version-2" -4 -b 0-5 \
    --with net.core.somaxconn=3
is "compared with a profile of another version: 2" sh -c '[ "$1" -eq 2 ] &&
    grep -q "compare: $2/version-2, line 1: unsupported profile version" \
    "$2/err"' - "$status" "$scratch"

# The host has the settings that it had before the first --with.
settings_of_host > "$scratch/out"
is "no setting of the host has changed" sh -c '
    grep -q "^/proc/sys/net/core/somaxconn:" "$1" && diff "$1" "$2"' - \
    "$scratch/before" "$scratch/out"

# Nothing left: the namespace goes with the child.
# Where nobody else's processes are seen, whose come and go.
alone='-Urpf --mount-proc'
# shellcheck disable=SC2086 # several words
if have lsns && unshare $alone true 2> /dev/null; then
    run unshare $alone sh -c 'lsns -t net -n -o NS | sort > "$1/before"
        "$backlogprobe" --with net.core.somaxconn=10 --half-open -4 -b 0-3 &&
        lsns -t net -n -o NS | sort > "$1/after"' - "$scratch"
    is "no namespace is left by it" sh -c '[ "$1" -eq 0 ] &&
        [ -s "$2/before" ] && cmp "$2/before" "$2/after"' - "$status" "$scratch"
else
    skip "no namespace is left by it" "no lsns, or no namespaces here"
fi
finish
