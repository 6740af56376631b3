#!/bin/sh
# disturbed.sh - backlogprobe where a firewall, or loss, is in between
# SPDX-License-Identifier: GPL-3.0-or-later
#
# In network namespaces of its own, with rules of nft and iptables.
. "${srcdir:-.}/tests/tap.sh"
have jq || skip_all "jq is not here"
have_namespaces || skip_all "no network namespaces for an ordinary user here"
have nft || PATH=$PATH:/usr/sbin:/sbin
have nft || skip_all "nft is not here (nftables)"
[ "$(in_namespace '"$backlogprobe" --json -4' | jq -r .rule)" = "n+1" ] ||
    skip_all "the rule of this host is not n+1"

# ruled RULE COMMAND...: run it behind a table with that rule, which is applied
# to what arrives.
ruled () {
    # shellcheck disable=SC2016 # the inner shell's
    unshare -Urnm sh -c '
        ip link set lo up
        nft add table inet t || exit 99
        nft add set inet t ports \
            "{ type inet_service; flags dynamic; size 65535; }" 2> /dev/null
        nft add chain inet t in "{ type filter hook input priority 0; }" &&
            nft add rule inet t in "$1" || exit 99
        shift
        exec "$@"' - "$@"
}
# told TEXT: what was run last says it, however the lines are broken.
told () {
    tr -s '\n ' ' ' < "$scratch/out" | grep -q -- "$1"
}
ruled accept true 2> "$scratch/err" ||
    skip_all "nft does not work here: $(head -n 1 "$scratch/err")"

# Of rows that have a figure; there may be none.
right='if_any(.rows[] | select(.accepted != null); .accepted == .backlog + 1 and
    .connected == .accepted and .next_client == "silence")'

# ---- refused, or dropped, after so many --------------------------------------

# refused NAME RULE: each listener may have 50 connections, by RULE.
refused () {
    if ! ruled "$2" true 2> "$scratch/err"; then
        skip "$1" "$(head -n 1 "$scratch/err")"
        return
    fi
    run ruled "$2" "$backlogprobe" --require 100
    is "$1: --require is 2, and not granted" [ "$status" -eq 2 ]
    is "$1: it says that it was disturbed" told "requested 100; the granted \
backlog over IPv4 is unknown: disturbed: .*; the kernel reports 100 in force"
    is "$1: nothing is called cut" sh -c '! grep -q cut "$1"' - "$scratch/out"
    run ruled "$2" "$backlogprobe" --json -b 0-3,100
    json_is "$right"' and all(.rows[] | select(.backlog == 100); .disturbed and
        .accepted == null and .effective == 100 and
        (.reason | test("^disturbed: ")))' "$1: no figure, but of short rows"
    json_is '.cap.accepted == null and (.cap.reason | test("^disturbed: |time"))
        and all(.rows[]; .backlog == 100 or (.disturbed | not))' \
        "$1: the cap is not measured"
}
refused "a firewall that refuses" "tcp flags syn / syn,ack \
add @ports { tcp dport ct count over 50 } reject with tcp reset"
refused "a firewall that drops" "tcp flags syn / syn,ack \
add @ports { tcp dport ct count over 50 } drop"

# Other listeners are not reached either.
run ruled "meta l4proto tcp ct count over 50 drop" "$backlogprobe" --require 100 -4
is "dropped everywhere: --require is 2" sh -c '[ "$1" -eq 2 ] &&
    grep -q "is unknown" "$2"' - "$status" "$scratch/out"

if have iptables; then
    # shellcheck disable=SC2016 # the inner shell's
    reject='ip link set lo up; XTABLES_LOCKFILE=$1/lock; export XTABLES_LOCKFILE
        iptables -A INPUT -p tcp --syn -m connlimit --connlimit-above 50 \
            -j REJECT --reject-with tcp-reset || exit 99
        "$backlogprobe" -4 --require 100'
    run unshare -Urnm sh -c "$reject" - "$scratch"
    if [ "$status" -eq 99 ]; then
        skip "iptables" "$(head -n 1 "$scratch/err")"
    else
        is "iptables, connlimit: 2, and unknown" sh -c '[ "$1" -eq 2 ] &&
            grep -q "is unknown" "$2"' - "$status" "$scratch/out"
    fi
else
    skip "iptables" "it is not here"
fi

# ---- loss --------------------------------------------------------------------

# One SYN among very many: what it disturbed, so that its repeats vary, is filled
# again.
for number in 100 200 300 400; do
    run ruled "tcp flags syn / syn,ack numgen inc mod 1000000 == $number drop" \
        "$backlogprobe" --json -4
    json_is "$right"' and .rule == "n+1" and .incomplete.rule == "n+1" and
        all(.rows[]; .reason == null and .stable) and
        .cap.accepted == .cap.value + 1' \
        "SYN number $number is lost: every row has its figures all the same"
done

run ruled "tcp flags syn / syn,ack numgen random mod 10 == 0 drop" \
    "$backlogprobe" --json
json_is "$right"' and .cap.accepted == null and .cap.value == 4096 and
    (.cap.reason | test("^disturbed: no answer"))' \
    "a tenth of all SYNs is lost: no figure is wrong, the cap not measured"
json_is 'all(.rows[]; .incomplete == null or .incomplete == .backlog + 1)' \
    "a tenth is lost: nor is one of the incomplete queue"
json_is 'any(.rows[]; .disturbed)' "a tenth is lost: it is said"
run ruled "tcp flags syn / syn,ack numgen random mod 10 == 0 drop" sh -c \
    'echo 0 > /proc/sys/net/ipv4/tcp_syncookies; "$backlogprobe" --json -4'
json_is "$right"' and all(.rows[]; .incomplete == null or
    .incomplete == .backlog + 1)' "a tenth is lost, without cookies: the same"
run ruled "tcp flags syn / syn,ack numgen random mod 3 == 0 drop" \
    "$backlogprobe" --json --again --overflow -4 -b 0-2
# So many may be lost that nothing at all can be measured.
if [ "$status" -eq 2 ] && [ ! -s "$scratch/out" ]; then
    is "a third is lost: --again tells no wrong figure" [ -s "$scratch/err" ]
else
    json_is "$right"' and (.again[0] |
        (.grow_before == null or .grow_before == 3) and
        (.grow_after == null or .grow_after == 6) and
        (.shrink_before == null or .shrink_before == 6))' \
        "a third is lost: --again tells no wrong figure"
fi

# ---- a family ----------------------------------------------------------------

if in_namespace '"$backlogprobe" -6 -b 0' > /dev/null 2>&1; then
    run ruled "ip6 daddr ::1 drop" "$backlogprobe" --require 100
    is "IPv6 is dead: --require is 2, and says so" sh -c '[ "$1" -eq 2 ] &&
        grep -q "over IPv6 is unknown: connect: ETIMEDOUT" "$2" &&
        grep -q "^IPv6 does not work" "$2"' - "$status" "$scratch/out"
    run ruled "ip6 daddr ::1 drop" "$backlogprobe" --json --require 100
    json_is '.require | .granted == null and .reason == "connect: ETIMEDOUT"' \
        "IPv6 is dead: JSON says so, too"
    run ruled "ip6 daddr ::1 drop" "$backlogprobe" -4 --require 100
    is "IPv6 is dead, and left out: granted" [ "$status" -eq 0 ]
else
    skip "IPv6 is dead" "IPv6 does not work here anyway"
fi
run in_namespace 'echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6
    "$backlogprobe" --require 100'
is "IPv6 is off: granted, and noted" sh -c '[ "$1" -eq 0 ] &&
    grep -q "^requested 100, granted in full" "$2" && grep -q "^IPv6 is disabled here" \
    "$2"' - "$status" "$scratch/out"
finish
