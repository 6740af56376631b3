#!/bin/sh
# memory.sh - the probes where memory and processes are few
# SPDX-License-Identifier: GPL-3.0-or-later
#
# In control groups of its own, of either version, where this user may make
# them; and on files that are played at the place of the host's.
. "${srcdir:-.}/tests/tap.sh"
# shellcheck source=tests/server.sh
. "${srcdir:-.}/tests/server.sh"
have jq || skip_all "jq is not here"
[ -r /proc/self/cgroup ] || skip_all "there are no control groups here"
is_sanitized && skip_all "a sanitized program needs more than these have"
hoard=$builddir/tests/hoard
echoload=$builddir/echoload
echosrv=$builddir/echosrv
mib=1048576

# ---- control groups ---------------------------------------------------------

# The mount point of the version's hierarchy: "memory" and "pids" of the first,
# or "cgroup2".
mount_of () {
    awk -v what="$1" '{
        dash = 0
        for (i = 7; i <= NF; i++) if ($i == "-") { dash = i; break }
        type = $(dash + 1); options = "," $(dash + 3) ","
        if ((what == "cgroup2" && type == what) ||
            (type == "cgroup" && index(options, "," what ","))) {
            print $5
            exit
        }
    }' /proc/self/mountinfo
}
# This process's group: its path below the mount, as far as mounts show it all.
path_of () {
    awk -F: -v what="$1" '
        (what == "cgroup2" && $1 == "0") || index("," $2 ",", "," what ",") {
            sub(/^[^:]*:[^:]*:/, "")
            print
            exit
        }' /proc/self/cgroup
}

# Where a group with a limit can be made: its folder in $group, and what files
# have which names.
group=
pids=
find_group () {
    unified=$(mount_of cgroup2)
    first=$(mount_of memory)
    if [ -n "$unified" ] && grep -qw memory \
        "$unified/cgroup.subtree_control" 2> /dev/null; then
        version=2
        group=$unified/sonde-test-$$
        pids=$group
        limit=memory.max usage=memory.current
        kills=memory.events
    elif [ -n "$first" ]; then
        version=1
        group=$first/sonde-test-$$
        pids=$(mount_of pids)/sonde-test-$$
        limit=memory.limit_in_bytes usage=memory.usage_in_bytes
        kills=memory.oom_control
    else
        return 1
    fi
    mkdir "$group" 2> /dev/null && echo $((64 * mib)) > "$group/$limit" &&
        [ -w "$group/cgroup.procs" ]
}
# Everything in it has ended before; the kernel may need a moment to see it.
remove_group () {
    exec 8>&-
    wait
    for folder in "$group" "$pids" "$group.p"; do
        tries=0
        while [ -d "$folder" ] && ! rmdir "$folder" 2> /dev/null &&
            [ "$tries" -lt 1000 ]; do
            tries=$((tries + 1))
        done
    done
}

# inside COMMAND...: run it in the group.
inside () {
    # shellcheck disable=SC2016 # the inner shell's
    sh -c 'echo 0 > "$1/cgroup.procs" && shift && exec "$@"' - "$group" "$@"
}
killed () {
    awk '$1 == "oom_kill" { print $2 }' "$group/$kills"
}

# application MIB: one that has so much memory, in the group; it stays until
# descriptor 8 is closed.
application () {
    rm -f "$scratch/hold" "$scratch/ready"
    mkfifo "$scratch/hold" "$scratch/ready"
    inside "$hoard" "$1" < "$scratch/hold" > "$scratch/ready" &
    application=$!
    exec 8> "$scratch/hold"
    read -r said < "$scratch/ready" && [ "$said" = ready ]
}
# Whether it is as well as before; it ends with that.
lives () {
    exec 8>&-
    wait "$application"
}

# Beside an application of 50 MiB in 64.
beside () { # DESCRIPTION
    before=$(killed)
    application 50
    run inside "$backlogprobe" --json
    is "$1: backlogprobe has its rows" [ "$status" -eq 0 ]
    json_is '.rule == "n+1" and .cap.accepted == null and (.cap.reason |
        test("^not filled: memory: memory.*of the cgroup leaves 1?[0-9] MiB"))
        and (.cap.limit | test("^memory [(]"))' \
        "$1: the cap is not filled, for want of memory"
    run inside "$backlogprobe" --require 511
    is "$1: --require 511 is measured" sh -c '[ "$1" -eq 0 ] &&
        grep -q "granted in full: 512 would be queued" "$2"' - "$status" "$scratch/out"
    run inside "$backlogprobe" --require 4000
    is "$1: --require 4000 is told, not filled, and why" sh -c '
        [ "$1" -eq 0 ] && tr -s "\n " " " < "$2" | grep -q "as the kernel reports; \
not filled: memory: .* leaves .* and this queue needs about 32 MiB"' - \
        "$status" "$scratch/out"
    run inside "$backlogprobe" --profile
    is "$1: the profile says so, too" grep -q \
        "^listen.cap	accepted	-	not-testable	yes	not filled: memory: " \
        "$scratch/out"
    run inside "$backlogprobe" --overflow --again -4 --unix -b 0-3
    is "$1: --overflow, --again" [ "$status" -eq 0 ]
    run inside "$sockprobe" --json 'listen.*' 'signal.numbers' 'tcp.states'
    is "$1: sockprobe" [ "$status" -eq 0 ]
    is "$1: nobody was killed" [ "$(killed)" = "$before" ]
    is "$1: the application lives" lives
}

if ! find_group; then
    remove_group
    skip "a control group of 64 MiB" "this user can make none with a limit"
else
    trap 'remove_group; [ -z "$server" ] || kill_server; rm -rf "$scratch"' EXIT
    beside "50 of 64 MiB"

    # One OOM kill takes the whole group, as Kubernetes sets it.
    if [ -w "$group/memory.oom.group" ]; then
        echo 1 > "$group/memory.oom.group"
        beside "memory.oom.group"
        echo 0 > "$group/memory.oom.group"
    else
        skip "memory.oom.group" "the first version has none"
    fi

    # A group above with the limit, and none of one's own.
    outer=$group
    if mkdir "$group/below" 2> /dev/null; then
        group=$outer/below
        if { [ "$version" -eq 1 ] ||
            echo +memory > "$outer/cgroup.subtree_control"; } 2> /dev/null &&
            [ -e "$group/$usage" ]; then
            application 50
            run inside "$backlogprobe" --json
            json_is '.rule == "n+1" and (.cap.reason | test("memory:"))' \
                "a limit above: it counts"
            is "a limit above: the application lives" lives
        else
            skip "a limit above" "no controller can be passed on"
        fi
        wait
        rmdir "$group"
        [ "$version" -eq 1 ] ||
            echo -memory > "$outer/cgroup.subtree_control" 2> /dev/null
        group=$outer
    fi

    # Page cache is no want of memory: it must be measured all the same.
    cache () {
        inside sh -c 'head -c 90000000 /dev/zero > "$1/big" && sync "$1/big" &&
            cat "$1/big" > /dev/null && cat "$1/big" > /dev/null' - "$scratch"
    }
    if cache && [ "$(cat "$group/$usage")" -gt $((50 * mib)) ]; then
        run inside "$backlogprobe" --json --require 1500
        json_is '.require.granted == "full" and .require.queued == 1501' \
            "a group full of page cache: it is measured"
    else
        skip "a group full of page cache" "the file is not cached there"
    fi
    rm -f "$scratch/big"

    # An application that takes all of it: nothing is left, and that is said.
    echo $((54 * mib)) > "$group/$limit"
    if application 51; then
        run inside "$backlogprobe" --require 511
        is "nothing is left: the kernel's word, and why not more" sh -c '
            [ "$1" -eq 0 ] && grep -q "not filled" "$2"' - "$status" \
            "$scratch/out"
        run inside "$sockprobe" listen.zero
        is "nothing is left: sockprobe is 2, and says why" sh -c '
            [ "$1" -eq 2 ] && [ ! -s "$2/out" ] && grep -q "memory: .* leaves" \
            "$2/err"' - "$status" "$scratch"
        is "nothing is left: the application lives" lives
    fi
    echo $((64 * mib)) > "$group/$limit"

    # echoload: both ends may be in the group.
    serve "$echosrv" --model event --tcp -4 --port 0
    application 50
    run inside "$echoload" --hold 5000 127.0.0.1 "$port"
    is "echoload --hold 5000: 2, and says why" sh -c '[ "$1" -eq 2 ] &&
        [ ! -s "$2/out" ] && tr -s "\n " " " < "$2/err" |
        grep -q "memory: .* needs about 40 MiB"' - "$status" "$scratch"
    run inside "$echoload" --hold 200 127.0.0.1 "$port"
    is "echoload --hold 200: done" [ "$status" -eq 0 ]
    is "echoload: the application lives" lives
    halt

    # Where the limit is hidden, the kernel kills, and the probe is whom.
    hidden='mount -t tmpfs none "$1" && shift && exec "$@"'
    mount=$(mount_of "$([ "$version" -eq 2 ] && echo cgroup2 || echo memory)")
    if have unshare && unshare -m sh -c "$hidden" - "$mount" true \
        2> /dev/null; then
        application 50
        run inside unshare -m sh -c "$hidden" - "$mount" "$backlogprobe" -b 4000
        is "the limit is hidden: the probe is killed, says so, and is 2" sh -c '
            [ "$1" -eq 2 ] && grep -q "killed by signal 9.*memory" "$2"' - \
            "$status" "$scratch/err"
        is "the limit is hidden: the application lives" lives
    else
        skip "the limit is hidden" "no mount namespace here"
    fi
    remove_group
fi

# ---- processes --------------------------------------------------------------

# confined N COMMAND...: run it in a group of N processes, which has "failures"
# as many as could not be made.
confined () {
    echo "$1" > "$pids/pids.max"
    shift
    # shellcheck disable=SC2016 # the inner shell's
    sh -c 'echo 0 > "$1/cgroup.procs" && shift && exec "$@"' - "$pids" "$@"
}
failures () {
    awk '$1 == "max" { print $2 }' "$pids/pids.events"
}
if [ -n "$pids" ] && mkdir -p "$pids" 2> /dev/null &&
    [ -w "$pids/pids.max" ] && [ -r "$pids/pids.events" ]; then
    run confined 30 "$sockprobe" --json 'accept.*' 'signal.*'
    is "30 processes: sockprobe asks, and takes half at most" sh -c '
        [ "$1" -eq 0 ] && [ "$2" -eq 0 ] && [ "${3:-0}" -le 17 ]' - \
        "$status" "$(failures)" "$(cat "$pids/pids.peak" 2> /dev/null)"
    run confined 8 "$sockprobe" accept.flags
    is "8 processes: sockprobe is 2, and says why" sh -c '[ "$1" -eq 2 ] &&
        [ ! -s "$2/out" ] && tr -s "\n " " " < "$2/err" |
        grep -q "processes: pids.max of the cgroup leaves 7,"' - \
        "$status" "$scratch"
    run confined 8 "$backlogprobe" --json -b 0-3
    is "8 processes: backlogprobe measures" [ "$status" -eq 0 ]
else
    skip "few processes" "this user can make no group with a limit"
fi
remove_group

# ---- files that are played --------------------------------------------------

# played LIMIT USED CACHE COMMAND...: run it where files say so at the place of
# this process's own group: of both versions, for either may be the host's.
played () {
    # shellcheck disable=SC2016 # the inner shell's
    unshare -Urm sh -c '
        mount=$1 folder=$1$2 limit=$3 used=$4 cache=$5
        shift 5
        mount -t tmpfs none "$mount" && mkdir -p "$folder" || exit 99
        echo "$limit" > "$folder/memory.limit_in_bytes"
        echo "$limit" > "$folder/memory.max"
        echo "$used" > "$folder/memory.usage_in_bytes"
        echo "$used" > "$folder/memory.current"
        echo "inactive_file $cache
total_inactive_file $cache" > "$folder/memory.stat"
        exec "$@"' - "$place" "$path" "$@"
}
what=memory
[ -n "$(path_of memory)" ] || what=cgroup2
place=$(mount_of "$what")
path=$(path_of "$what")
[ "$path" != / ] || path=
if [ -n "$place" ] && have unshare && played 1 1 0 true 2> /dev/null; then
    run played $((64 * mib)) $((57 * mib)) 0 "$backlogprobe" --json
    is "played, 7 MiB left: measured" [ "$status" -eq 0 ]
    json_is '.rule == "n+1" and (.cap.reason | test("leaves 7 MiB"))' \
        "played, 7 MiB left: the rows, but not the cap"
    run played $((64 * mib)) $((63 * mib)) 0 "$backlogprobe" --json --require 511
    json_is '.require | .granted == "full" and .measured == false and
        (.reason | test("^not filled: memory: .* leaves 1 MiB"))' \
        "played, 1 MiB left: 511 by the kernel's word"
    run played $((64 * mib)) $((63 * mib)) 0 "$backlogprobe" -b 511
    is "played, 1 MiB left: no row has figures, and that is 2" sh -c '
        [ "$1" -eq 2 ] && tr -s "\n " " " < "$2" | grep -q \
        "IPv4, backlog 511: not filled: memory: "' - "$status" "$scratch/out"
    run played $((64 * mib)) $((64 * mib)) $((40 * mib)) \
        "$backlogprobe" --json --require 511
    json_is '.require.queued == 512' "played, page cache: measured"
    run played $((64 * mib)) $((64 * mib)) 0 "$echoload" --hold 100 127.0.0.1 1
    is "played, nothing left: echoload --hold is 2" sh -c '[ "$1" -eq 2 ] &&
        grep -q "memory: " "$2"' - "$status" "$scratch/err"
else
    skip "files that are played" "no mount namespaces for an ordinary user here"
fi
finish
