#!/bin/sh
# namespaces.sh - backlogprobe on hosts that are set up otherwise
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
# shellcheck source=tests/server.sh
. "${srcdir:-.}/tests/server.sh"
have jq || skip_all "jq is not here"
have_namespaces || skip_all "no network namespaces for an ordinary user here"
export scratch
in_namespace "[ -e /proc/sys/net/core/somaxconn ]" ||
    skip_all "the kernel hides net.core.somaxconn in such namespaces"

# Another somaxconn.
run in_namespace 'echo 10 > /proc/sys/net/core/somaxconn
    "$backlogprobe" --json -b 0-14,128,-1,max'
is "somaxconn 10: measured" [ "$status" -eq 0 ]
json_is 'all(.rows[] | select(.connected != null); .accepted == .connected and
    .accepted == ([if .backlog < 0 then 10 else .backlog end, 10] | min) + 1)' \
    "somaxconn 10: every row is min (n, 10) + 1"
json_is 'all(.rows[]; .effective == null or
    .effective == ([if .backlog < 0 then 10 else .backlog end, 10] | min))' \
    "somaxconn 10: the kernel says so, too"
json_is '.cap.value == 10 and .cap.accepted == 11 and
    .cap.setting == "net.core.somaxconn" and .rule == "n+1"' \
    "somaxconn 10: the cap and the rule"
run in_namespace 'readlink /proc/self/ns/net > "'"$scratch"'/name"
    "$backlogprobe" -b 0-3'
is "the table names the namespace it ran in" sh -c '
    grep -q "network namespace $(tr -cd 0-9 < "$1/name")" "$1/out"' - "$scratch"

# No more than one connection anywhere.
run in_namespace 'echo 0 > /proc/sys/net/core/somaxconn
    "$backlogprobe" --json -b 0-3'
json_is '.cap.value == 0 and .cap.accepted == 1 and
    all(.rows[]; .accepted == 1 or .reason != null)' \
    "somaxconn 0: every row is 1, and so is the cap"
json_is 'all(.rows[]; .effective == 0 or .reason != null)' \
    "somaxconn 0: the kernel is believed"

# Which is said of the incomplete queue in one piece, not backlog by backlog.
for cap in 0 1; do
    run in_namespace 'echo '$cap' > /proc/sys/net/core/somaxconn
        "$backlogprobe" -4'
    [ "$cap" -eq 0 ] && said='incomplete handshakes: 1 for backlog 0 to 14[;.]' ||
        said='incomplete handshakes: 1 for backlog 0, 2 for backlog 1 to 14[;.]'
    if grep -q '^syn queue not measured' "$scratch/out"; then
        skip "somaxconn $cap: the incomplete queue" "it cannot be measured here"
    else
        is "somaxconn $cap: the incomplete queue is told in one piece" sh -c '
            tr -s "\n " " " < "$1" | grep -q "syn queue.*$2"' - \
            "$scratch/out" "$said"
    fi
done

# UNIX sockets are cut like others, and it is told.
run in_namespace 'echo 10 > /proc/sys/net/core/somaxconn
    "$backlogprobe" --json --unix -b 5,11,max'
json_is '[.rows[] | [.backlog, .accepted]] ==
    [[5, 6], [11, 11], [2147483647, 11]]' "somaxconn 10: UNIX sockets are cut"
if [ "$(jq '.rows[0].effective' "$scratch/out")" = null ]; then
    skip "somaxconn 10: UNIX sockets: the kernel says so" "it says nothing"
else
    json_is '[.rows[].effective] == [5, 10, 10]' \
        "somaxconn 10: UNIX sockets: the kernel says so"
    # Not by a function: the signal is for the server itself.
    # shellcheck disable=SC2016 # the inner shell's
    serve unshare -Urnm sh -c 'echo 10 > /proc/sys/net/core/somaxconn
        exec "$builddir/echosrv" --unix "$1"' - "$scratch/socket"
    halt
    cp "$scratch/log" "$scratch/out"
    is "somaxconn 10: echosrv --unix logs the backlog" \
        grep -q "listening on .*, UNIX stream, backlog 10" "$scratch/out"
fi
run in_namespace '"$backlogprobe" --json -4 -b 0'
json_is '.tcp_abort_on_overflow == 0' "JSON: tcp_abort_on_overflow, without -o"

# A cap that is more than is tried.
run in_namespace 'echo 65535 > /proc/sys/net/core/somaxconn
    "$backlogprobe" --json -4 -b 0-2,200'
json_is '.cap.value == 65535 and .cap.accepted == null and
    (.cap.limit | test("maximum of this program")) and .rule == "n+1"' \
    "somaxconn 65535: told, not filled, and the limit has a name"

# Few local ports: rows wait for one another, or name the limit.
run in_namespace 'echo 40000 40019 > /proc/sys/net/ipv4/ip_local_port_range
    "$backlogprobe" --json'
json_is '[.rows[] | select(.family == "inet" and .accepted == .backlog + 1)] |
    length == 15' "20 local ports: all rows are exact"
json_is '.cap.accepted == null and (.cap.limit | test("local ports"))' \
    "20 local ports: the cap names them"
run in_namespace 'echo 40000 40007 > /proc/sys/net/ipv4/ip_local_port_range
    "$backlogprobe" --json'
json_is 'all(.rows[]; (.accepted == .backlog + 1) != (.limit != null))' \
    "8 local ports: a row is exact, or names a limit"

# Packets of any question beyond loopback would leave by "away", the default route,
# whose own packets, of IPv6, are switched off.
cat > "$scratch/routed" <<'END'
ip link add away type veth peer name other || exit 9
for name in away other; do
    ip link set "$name" addrgenmode none up || exit 9
done
ip address add 192.0.2.2/32 dev lo
ip route add default dev away
ip address add 2001:db8::2/128 dev lo 2> /dev/null &&
    ip -6 route add default dev away
sent () {
    awk '$1 == "away:" { print $11 }' /proc/net/dev
}
"$backlogprobe" > /dev/null && "$sockprobe" > /dev/null && sent
echo x | "$builddir/echocli" -u -t 0.1 198.51.100.1 9 2> /dev/null
sent
END
run in_namespace '. "$scratch/routed"'
if [ "$status" -eq 9 ]; then
    skip "the probes send no packet beyond loopback" \
        "no veth here: $(head -n 1 "$scratch/err")"
else
    is "the probes send no packet beyond loopback" \
        [ "$(sed -n 1p "$scratch/out")" = 0 ]
    is "a packet beyond loopback would have been counted" \
        [ "$(sed -n 2p "$scratch/out")" -gt 0 ]
fi

# The setting's file hidden, as older kernels do in such namespaces.
run in_namespace 'echo 10 > /proc/sys/net/core/somaxconn
    mount -t tmpfs none /proc/sys/net/core || exit 9
    "$backlogprobe" --json -b 0-14 > "'"$scratch"'/json"; "$backlogprobe"'
if [ "$status" -eq 9 ]; then
    skip "setting hidden: the sentence" "nothing may be mounted here"
    skip "setting hidden: the figures" "nothing may be mounted here"
else
    is "setting hidden: the sentence on the cap" \
        sh -c 'tr -s " \n" " " < "$1" | grep -q \
        "cap 10, as measured; net.core.somaxconn is hidden"' - \
        "$scratch/out"
    cp "$scratch/json" "$scratch/out"
    json_is '.cap.value == 10 and .cap.accepted == 11 and .cap.setting == null' \
        "setting hidden: the figures are right, and no setting is named"
fi

# The namespace cannot be read: it is not the host's for that.
if have strace && ! is_sanitized; then
    for error in EACCES ENOENT; do
        run strace -f -qq -o "$scratch/calls" -e trace=readlink \
            -e "inject=readlink:error=$error" "$backlogprobe" -4 -b 0 --profile
        if ! grep -q 'ns/net.*INJECTED' "$scratch/calls"; then
            skip "a namespace that cannot be read: $error" \
                "strace injects nothing here"
        elif [ "$error" = ENOENT ]; then
            # As a kernel without network namespaces has it.
            is "no network namespaces: the scope is the host" grep -q \
                '^host	scope	host	read' "$scratch/out"
        else
            is "a namespace that cannot be read is not known" sh -c '
                [ "$(grep -c "^[a-z.]*	scope	-	not-testable	" "$1")" -eq 2 ]' - \
                "$scratch/out"
        fi
    done
else
    skip "a namespace that cannot be read" "strace is not here"
fi

# No /proc, as in a bare chroot.
is_sanitized ||
    run in_namespace 'echo 10 > /proc/sys/net/core/somaxconn
        mount -t tmpfs none /proc || exit 9
        "$backlogprobe" -4 -b 0-3; "$backlogprobe" -4 --require 12
        "$backlogprobe" --with net.core.somaxconn=3'
if is_sanitized; then
    skip "without /proc" "a sanitizer needs it"
elif [ "$status" -eq 9 ]; then
    skip "without /proc" "nothing may be mounted here"
else
    tr -s ' \n' ' ' < "$scratch/out" > "$scratch/words"
    is "without /proc: why no setting is told" grep -q \
        "cap 10, .* net.core.somaxconn is not readable without /proc: listen .* queued 11" \
        "$scratch/words"
    is "without /proc: --require names it all the same, and the remedy" grep -q \
        "cut to 10 by net.core.somaxconn, which .* sysctl -w net.core.somaxconn=12" \
        "$scratch/words"
    is "without /proc: --with says why not" grep -q \
        "^backlogprobe: --with: net.core.somaxconn .* without /proc" "$scratch/err"
fi

# IPv6 off.
[ -e /proc/sys/net/ipv6/conf/all/disable_ipv6 ] ||
    { skip "IPv6 off" "this kernel has no IPv6 at all"; finish; exit; }
off='echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6'
run in_namespace "$off"'; "$backlogprobe"'
is "IPv6 off: 0, and a sentence" sh -c '[ "$1" -eq 0 ] &&
    grep -q "^note  *IPv6 does not work" "$2"' - "$status" "$scratch/out"
run in_namespace "$off"'; "$backlogprobe" --json'
json_is '[.rows[] | select(.family == "inet6")] | length == 15 and
    all(.[]; .connected == null and .accepted == null and .reason != null)' \
    "IPv6 off: its figures are null"
json_is 'all(.rows[] | select(.family == "inet"); .accepted == .backlog + 1)' \
    "IPv6 off: IPv4 is right"
run in_namespace "$off"'; "$backlogprobe" -6'
is "IPv6 off: -6 is a sentence and 2" sh -c '[ "$1" -eq 2 ] &&
    [ ! -s "$2/out" ] && grep -q "^backlogprobe: IPv6 does not work" "$2/err"' - \
    "$status" "$scratch"

# No loopback.
run unshare -Urn "$backlogprobe"
is "no loopback interface: one sentence and 2" sh -c '[ "$1" -eq 2 ] &&
    [ ! -s "$2/out" ] && [ "$(wc -l < "$2/err")" -eq 1 ] &&
    grep -q "no connection over the loopback" "$2/err"' - "$status" "$scratch"

# Nothing left: in a namespace of its own there is nothing else to see.
if have ss; then
    run unshare -Urnmpf --mount-proc sh -c 'ip link set lo up
        "$backlogprobe" > /dev/null
        set -- /proc/[0-9]*
        sockets=$(ss -Htan) || exit
        echo "$# process, $(printf %s "$sockets" | grep -c .) sockets"'
    is "nothing is left: no process, no socket in any state" \
        grep -qx "1 process, 0 sockets" "$scratch/out"

    # What ss sees while it runs: each queue holds what the row says.
    cat > "$scratch/watch" <<'END'
"$backlogprobe" --json --wait 900 > "$1/json" &
probe=$!
while kill -0 "$probe" 2> /dev/null; do
    ss -Hltn >> "$1/seen"
done
wait "$probe"
END
    # Whoever looks on may be kept from it just then: so a few times.
    missing=first
    : > "$scratch/seen"
    for _ in 1 2 3 4 5 6 7 8; do
        [ -n "$missing" ] || break
        run in_namespace "sh '$scratch/watch' '$scratch'"
        # Recv-Q and Send-Q of all samples.
        awk '{ print $2, $3 }' "$scratch/seen" | sort -u > "$scratch/pairs"
        missing=
        for n in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 4096; do
            grep -q "^$((n + 1)) $n\$" "$scratch/pairs" || missing=$n
        done
    done
    # Never more than that.
    for n in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 4096; do
        awk -v n="$n" '$2 == n && $1 > n + 1 { bad = 1 }
            END { exit bad || !NR }' "$scratch/pairs" ||
            missing=$n
    done
    cp "$scratch/pairs" "$scratch/out"
    is "ss -ltn sees n + 1 queued and a limit of n, while it runs" \
        [ -z "$missing" ]
    cp "$scratch/json" "$scratch/out"
    json_is 'all(.rows[]; .queued == .accepted and .effective == .backlog)' \
        "TCP_INFO says the same"
else
    skip "nothing is left: no process, no socket in any state" \
        "ss is not here"
    skip "ss -ltn sees n + 1 queued, while it runs" "ss is not here"
    skip "TCP_INFO says the same" "ss is not here"
fi
# What README.md shows is what is printed, but for the first line, and for the
# cap, which says where it was measured.
without_place () {
    awk '/^cap / { skip = 1; next } /^[^ ]/ { skip = 0 } !skip' |
        sed "1,/^\$/d"
}
# shown ARGUMENTS: the report that the README shows for them.
shown () {
    awk -v start="    \$ ./backlogprobe$1" '$0 == start { on = 1; next }
        on && /^[^ ]/ { exit }
        on { sub(/^    /, ""); print }' "$srcdir/README.md" | without_place |
        sed '$ { /^$/d; }'
}
arguments=" -4 -b 511,1024,65535"
shown "$arguments" > "$scratch/shown"
# prints_shown: so it does, in one of three attempts; a busy host may be too slow
# to fill a queue of 4097 handshakes.
prints_shown () {
    for attempt in 1 2 3; do
        # shellcheck disable=SC2086 # several words
        run "$backlogprobe" $arguments --with net.core.somaxconn=4096 \
            --with net.ipv4.tcp_syncookies=1 \
            --with net.ipv4.tcp_max_syn_backlog=4096
        without_place < "$scratch/out" > "$scratch/printed"
        echo "# attempt $attempt"
        [ -s "$scratch/shown" ] &&
            diff "$scratch/shown" "$scratch/printed" > "$scratch/err" && return
    done
    return 1
}
is "README: backlogprobe$arguments" prints_shown
finish
