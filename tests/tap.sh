# tap.sh - what the end-to-end tests share; sourced, not run
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The harness sets builddir (absolute), srcdir and the tools' names.  Each
# test has a directory of its own, which goes at the end.  Readiness is waited
# for by an event, never by sleeping.

# shellcheck shell=sh
srcdir=$(cd "${srcdir:-.}" && pwd)
builddir=${builddir:-$(pwd)}
backlogprobe=$builddir/backlogprobe
byteorder=$builddir/byteorder
sockprobe=$builddir/sockprobe
export srcdir builddir backlogprobe byteorder sockprobe

tests_done=0
tests_failed=0
scratch=$(mktemp -d "${TMPDIR:-/tmp}/sonde-test.XXXXXX") || exit 99
trap 'rm -rf "$scratch"' EXIT
trap 'exit 99' HUP INT TERM

# To be called last: a script that died before has no plan, and fails.
finish () {
    echo "1..$tests_done"
}

# In its place, in a script that make runs without the harness: fails if any
# test did.
finish_alone () {
    finish
    [ "$tests_failed" -eq 0 ]
    exit
}

skip_all () {
    echo "1..0 # SKIP $*"
    exit 0
}

# ok STATUS DESCRIPTION: one result line; on failure, show what was printed.
ok () {
    tests_done=$((tests_done + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $tests_done - $2"
    else
        echo "not ok $tests_done - $2"
        tests_failed=$((tests_failed + 1))
        for file in out err; do
            [ -s "$scratch/$file" ] && sed "s/^/# $file: /" "$scratch/$file"
        done
    fi
}

skip () {
    tests_done=$((tests_done + 1))
    echo "ok $tests_done - $1 # SKIP $2"
}

# run COMMAND...: its output in $scratch/out and err, its status in $status.
run () {
    status=0
    "$@" > "$scratch/out" 2> "$scratch/err" || status=$?
}

# is DESCRIPTION COMMAND...: ok if COMMAND succeeds.
is () {
    description=$1
    shift
    if "$@"; then ok 0 "$description"; else ok 1 "$description"; fi
}

# in_time COMMAND...: it succeeds, with waits of $delay seconds.  Where that is
# no longer than what the machine stood still for, it proves nothing, and is
# tried again with longer ones.
in_time () {
    for delay in ${delays:-0.3 3 20}; do
        "$@" && return
        echo "# not within $delay s: $*"
    done
    return 1
}

# bounded SECONDS COMMAND...: what hangs is a failure, and no more than that.
bounded () {
    if have timeout; then
        timeout -k 1 "$@"
    elif have perl; then
        # macOS has no timeout.  An alarm outlives exec; 142 is its death.
        bounded_status=0
        perl -e 'alarm shift; exec @ARGV or exit 127' "$@" || bounded_status=$?
        [ "$bounded_status" -ne 142 ] || bounded_status=124
        return "$bounded_status"
    else
        shift
        "$@"
    fi
}

# json_is EXPRESSION DESCRIPTION: $scratch/out is JSON for which the jq
# EXPRESSION is true.
json_is () {
    # jq is content with nothing at all.
    if [ -s "$scratch/out" ] &&
        jq -e "$1" "$scratch/out" > /dev/null 2>> "$scratch/err"; then
        ok 0 "$2"
    else
        ok 1 "$2"
    fi
}

# Whether what was run is a unit test that said TAP, and nothing but "ok".
all_passed () {
    [ "$status" -eq 0 ] && grep -q '^1\.\.[1-9]' "$scratch/out" &&
        grep -q '^ok ' "$scratch/out" && ! grep -q '^not ok' "$scratch/out"
}

have () {
    command -v "$1" > /dev/null 2>&1
}

# Whether the kernel gives an ordinary user a network namespace of his own.
have_namespaces () {
    have unshare && have ip &&
        unshare -Urn ip link set lo up > /dev/null 2>&1
}

# in_namespace COMMANDS: run them in a new network namespace, loopback up.
in_namespace () {
    unshare -Urnm sh -c "ip link set lo up; $1"
}

# Whether the build is sanitized: preloading and valgrind do not go with it.
is_sanitized () {
    nm "$backlogprobe" 2> /dev/null | grep -q '__asan_init\|__tsan_init'
}
