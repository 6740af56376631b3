# tap.sh - what the end-to-end tests share; sourced, not run
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The harness sets builddir (absolute), srcdir and the tools' names.  Each
# test has a directory of its own, which goes at the end.  Readiness is waited
# for by an event, never by sleeping.

# A helper that cannot look does not answer: it fails the test, or ends the
# script by cannot_look.  tests/helpers.sh takes from each what it needs.

# shellcheck shell=sh
LC_ALL=C
export LC_ALL
srcdir=$(cd "${srcdir:-.}" && pwd)
builddir=${builddir:-$(pwd)}
# Elsewhere, or nowhere, for helpers.sh.
proc=${SONDE_PROC:-/proc}

tests_done=0
tests_failed=0
scratch=$(mktemp -d "${TMPDIR:-/tmp}/sonde-test.XXXXXX") || exit 99
trap 'rm -rf "$scratch"' EXIT
trap 'exit 99' HUP INT TERM

# Links to folders with a blank or a colon, which LD_PRELOAD, units and lists of
# words cannot have.
case $srcdir in *[!A-Za-z0-9/._+,@%-]*)
    ln -s "$srcdir" "$scratch/.srcdir" && srcdir=$scratch/.srcdir ;;
esac
case $builddir in *[!A-Za-z0-9/._+,@%-]*)
    ln -s "$builddir" "$scratch/.builddir" && builddir=$scratch/.builddir ;;
esac
backlogprobe=$builddir/backlogprobe
byteorder=$builddir/byteorder
sockprobe=$builddir/sockprobe
export srcdir builddir backlogprobe byteorder sockprobe

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

# ok STATUS DESCRIPTION: one result line; on failure, show what was printed.  Its
# last line may lack the newline, without which the next result would be lost.
ok () {
    tests_done=$((tests_done + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $tests_done - $2"
    else
        echo "not ok $tests_done - $2"
        tests_failed=$((tests_failed + 1))
        for file in out err log; do
            [ -s "$scratch/$file" ] &&
                awk -v file="$file" '{ print "# " file ": " $0 }' \
                    "$scratch/$file"
        done
    fi
}

skip () {
    tests_done=$((tests_done + 1))
    echo "ok $tests_done - $1 # SKIP $2"
}

# cannot_look REASON: end the script with an error, also from within $(...): no
# answer is better than one that was not looked for.
cannot_look () {
    echo "# cannot look: $*" >&2
    kill -TERM $$
    exit 99
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

# wrong_usage SENTENCE PROGRAM ARGUMENTS...: status 2, and SENTENCE, a pattern.
wrong_usage () {
    sentence=$1
    shift
    run "$@"
    is "refused: ${1##*/} $(echo "$*" | cut -d ' ' -f 2-)" sh -c '
        [ "$1" -eq 2 ] && grep -q -e "$2" "$3"' - "$status" "$sentence" \
        "$scratch/err"
}

# lacks FILE GREP-ARGUMENTS...: there is something in FILE, and no such line.
lacks () {
    lacks_in=$1 lacks_status=0
    shift
    if [ ! -s "$lacks_in" ]; then
        echo "# $lacks_in: nothing is in it"
        return 1
    fi
    grep "$@" "$lacks_in" > "$scratch/lacks" || lacks_status=$?
    sed 's/^/# found: /' "$scratch/lacks"
    [ "$lacks_status" -eq 1 ]
}

# none DESCRIPTION FILE...: ok if nothing wrong was found, in $scratch/out, in the
# FILEs, in each of which there is something.
none () {
    none_of=$1 none_status=0
    shift
    [ -f "$scratch/out" ] && [ ! -s "$scratch/out" ] && [ $# -gt 0 ] ||
        none_status=1
    for none_in; do
        [ -s "$none_in" ] && continue
        echo "# $none_in: nothing is in it"
        none_status=1
    done
    ok "$none_status" "$none_of"
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
# EXPRESSION is true.  In it "all" is not true of nothing; if_any is.
json_is () {
    # jq is content with nothing at all.
    if jq -e "$json_words $1" "$scratch/out" > "$scratch/true" \
        2>> "$scratch/err" && [ -s "$scratch/true" ]; then
        ok 0 "$2"
    else
        ok 1 "$2"
    fi
}

# shellcheck disable=SC2016 # $each is jq's
json_words='def if_any(list; condition):
        reduce list as $each (true; . and ($each | condition | not | not));
    def all(list; condition): ([list] | length > 0) and if_any(list; condition);
    def all(condition): all(.[]; condition);
    def all: all(.[]; .);'

# Whether what was run is a unit test that said TAP, and nothing but "ok".
all_passed () {
    [ "$status" -eq 0 ] && grep -q '^1\.\.[1-9]' "$scratch/out" &&
        grep -q '^ok ' "$scratch/out" && lacks "$scratch/out" '^not ok'
}

have () {
    command -v "$1" > /dev/null 2>&1
}

# Whether the kernel gives an ordinary user a network namespace; if not, why.
have_namespaces () {
    for namespace_tool in unshare ip; do
        have "$namespace_tool" && continue
        echo "# no network namespaces: $namespace_tool is not here"
        return 1
    done
    unshare -Urn ip link set lo up > /dev/null 2> "$scratch/unshare" ||
        { sed 's/^/# no network namespaces: /' "$scratch/unshare"
            return 1; }
}

# in_namespace COMMANDS: run them in a new network namespace, loopback up.
in_namespace () {
    unshare -Urnm sh -c "ip link set lo up; $1"
}

# Whether the build is sanitized: preloading and valgrind do not go with it.
is_sanitized () {
    sanitized_status=0
    grep -aq '__asan_init\|__tsan_init' "$backlogprobe" || sanitized_status=$?
    [ "$sanitized_status" -le 1 ] || cannot_look "$backlogprobe is not to be read"
    return "$sanitized_status"
}

# To be preloaded, if it is there.
refuse=$builddir/tests/.libs/refuse.so
# Whether $refuse may change what the clock of a program tells: programs of 32
# bits read it by other names.
may_play_clock () {
    [ -f "$refuse" ] && ! is_sanitized && [ "$(uname -s)" = Linux ] &&
        [ "$(od -An -tu1 -j4 -N1 "$refuse" | tr -d ' ')" = 2 ]
}

# Whether the build is make coverage's: each process writes files at its end.
is_counted () {
    counted_status=0
    grep -aq '__gcov_dump' "$backlogprobe" || counted_status=$?
    [ "$counted_status" -le 1 ] || cannot_look "$backlogprobe is not to be read"
    return "$counted_status"
}

# Whether the name localhost is known here; a bare root has no /etc/hosts.
has_localhost () {
    have getent || cannot_look "at names: getent is not here"
    getent ahosts localhost > /dev/null
}

# rule_of_host: what backlogprobe finds, for tests that expect a rule.
rule_of_host () {
    have jq || cannot_look "at reports: jq is not here"
    run "$backlogprobe" --json -4
    jq -r '.rule // "none"' "$scratch/out" > "$scratch/rule" &&
        [ -s "$scratch/rule" ] || cannot_look "backlogprobe --json -4 failed:" \
        "$(cat "$scratch/err")"
    cat "$scratch/rule"
}

# need_settings ARGUMENTS...: skip the script where backlogprobe says that it
# cannot measure with other settings.
need_settings () {
    run "$backlogprobe" "$@" -4 -b 0
    [ "$status" -ne 0 ] || return 0
    [ "$status" -eq 2 ] && grep -q '^backlogprobe: --with: ' "$scratch/err" ||
        cannot_look "backlogprobe $* failed: $(cat "$scratch/err")"
    skip_all "$(head -n 1 "$scratch/err")"
}

# processes: "PID PARENT STATE" of each that is to be seen.
if [ -r "$proc/self/stat" ]; then
    processes () {
        # One that ends meanwhile has no file any more.
        cat "$proc"/[0-9]*/stat 2> /dev/null | awk -v self=$$ '
            { pid = $1; found += pid == self; sub(/.*[)] /, "")
              print pid, $2, $1 }
            END { exit !found }' || cannot_look "at processes, in /proc"
    }
else
    processes () {
        ps -e -o pid= -o ppid= -o stat= > "$scratch/ps" &&
            awk -v self=$$ '{ found += $1 == self; print }
                END { exit !found }' "$scratch/ps" ||
            cannot_look "at processes, by ps"
    }
fi

# children_of PID: their numbers.
children_of () {
    processes | awk -v parent="$1" '$2 == parent { print $1 }'
}

# end_own PID...: SIGTERM to those that are children of this script still.  The
# shell has taken note of the end of others, and their numbers may be in use
# again, by processes of somebody else.
end_own () {
    for own in $(children_of $$); do
        case " $* " in *" $own "*) kill "$own" 2> /dev/null ;; esac
    done
}

# How many children of PID are zombies.
zombies_of () {
    processes | awk -v parent="$1" '$2 == parent && $3 ~ /^Z/ { count++ }
        END { print count + 0 }'
}

# user_of PID: the number of its effective user.
user_of () {
    if [ -r "$proc/self/status" ]; then
        awk '/^Uid:/ { print $3; found = 1 } END { exit !found }' \
            "$proc/$1/status"
    else
        ps -o uid= -p "$1"
    fi || cannot_look "at process $1"
}
