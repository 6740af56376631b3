#!/bin/sh
# check.sh - --check: one line and four exit statuses, for monitoring systems
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
listeners=$builddir/listeners
listening=$builddir/tests/listening
export listeners

# probed STATUS PATTERN ARGUMENTS...: by backlogprobe --check.
probed () {
    wanted=$1 pattern=$2
    shift 2
    run "$backlogprobe" --check "$@"
    is "$wanted: backlogprobe --check $*" sh -c '[ "$1" -eq "$2" ] &&
        [ ! -s "$3/err" ] && [ "$(wc -l < "$3/out")" -eq 1 ] &&
        grep -q -- "^BACKLOGPROBE $4" "$3/out"' - "$status" "$wanted" \
        "$scratch" "$pattern"
}
probed 0 "OK: requested 5, granted in full.* | 'granted'=[0-9]*;;5:\$" --require 5
if [ "$(uname -s)" = Linux ]; then
    probed 2 "CRITICAL: requested 2147483647, but .* | 'granted'=[0-9]*;;2147483647:" \
        --require 2147483647
else
    skip "2: backlogprobe --check --require 2147483647" "not measured here"
fi
probed 3 "UNKNOWN: --check needs --require"
probed 3 "UNKNOWN: --json.* are several reports" --require 5 --json
probed 3 "UNKNOWN: invalid argument 'x' for '--require'" --require x
probed 3 "UNKNOWN: --with: \"x\" is not a setting" --require 5 --with x=3

run "$listeners" --json
if [ "$status" -eq 2 ] && grep -q "does not report" "$scratch/err"; then
    run "$listeners" --check
    is "no list of listeners: UNKNOWN" sh -c '[ "$1" -eq 3 ] &&
        grep -q "^LISTENERS UNKNOWN: this system does not report" "$2"' - \
        "$status" "$scratch/out"
    finish
    exit
fi

mkfifo "$scratch/fifo"
: > "$scratch/names"
"$listening" inet:3:2 inet:1:0 "unix:3:5:$scratch/full" \
    "unix:9:8:$scratch/a'b=c|d" < "$scratch/fifo" > "$scratch/names" &
listening_process=$!
exec 9> "$scratch/fifo"
until grep -q '^ready$' "$scratch/names"; do
    kill -0 "$listening_process" || cannot_look "at listeners: none was started"
done
half=127.0.0.1:$(sed -n '1s/.*://p' "$scratch/names")
idle=127.0.0.1:$(sed -n '2s/.*://p' "$scratch/names")
full=$scratch/full

# answers STATUS PATTERN ARGUMENTS...: one line on standard output, nothing on
# standard error.
answers () {
    wanted=$1 pattern=$2
    shift 2
    run "$listeners" --check "$@"
    cp "$scratch/out" "$scratch/line"
    is "$wanted: --check $*" sh -c '[ "$1" -eq "$2" ] && [ ! -s "$3/err" ] &&
        [ "$(wc -l < "$3/out")" -eq 1 ] && grep -q -- "$4" "$3/out"' - \
        "$status" "$wanted" "$scratch" "$pattern"
}
answers 0 "^LISTENERS OK: 1 listener, the fullest $half 50% full, 2 of 4 queued, \
listening\[$listening_process\] | '$half'=50%;70;90;0;100 \
'$half queued'=2;;;0;4 'listeners'=1" "$half"
answers 1 "^LISTENERS WARNING: $half 50% full, 2 of 4 queued" -w 49 "$half"
answers 0 "=50%;50;90;0;100" -w 50 "$half"
answers 2 "^LISTENERS CRITICAL: $half 50% full" -w 30 --critical 49 "$half"
answers 2 "^LISTENERS CRITICAL: [^ ]*/full 100% full, 4 of 4 queued" "$full"
answers 0 "^LISTENERS OK: " -c 100 -w 100 "$full"
answers 1 "^LISTENERS WARNING: $idle 0% full" -w 1: "$idle"
answers 1 "^LISTENERS WARNING: $half" -w @40:60 "$half"
answers 2 "^LISTENERS CRITICAL: nothing listens at $scratch/none" "$scratch/none"
# Others' sockets may be as full, and more than are named.
answers 2 "^LISTENERS CRITICAL: /[^ ]* 100% full.* | 'fullest'=100%;70;90;0;100 \
'listeners'=[0-9]*" --unix
answers 2 "a'b=c!d 80% full, .* | '[^']*a_b_c_d'=80%;70;75;0;100 " -c 75 \
    "$scratch/a'b=c|d"

# The data, as read by a monitoring system's own library.
perl=${SONDE_PEERS:-/nowhere}/usr
PERL5LIB=$perl/share/perl5:$(echo "$perl"/lib/*/perl5/*)
export PERL5LIB
data_is () {
    perl -MMonitoring::Plugin::Performance -e '
        for (Monitoring::Plugin::Performance->parse_perfstring($ARGV[0])) {
            my $t = $_->threshold;
            print join(" ", map { $_ // "-" } $_->label, $_->value, $_->uom,
                $_->min, $_->max, "${\$t->warning}", "${\$t->critical}"), "\n";
        }' "$(sed 's/^[^|]*|//' "$scratch/line")" > "$scratch/out"
    grep -qx -- "$1" "$scratch/out" && grep -qx -- "$2" "$scratch/out"
}
if perl -MMonitoring::Plugin::Performance -e 0 2> /dev/null; then
    answers 1 "" -w 10:40 -c 95 "$half"
    is "Monitoring::Plugin reads the data" \
        data_is "$half 50 % 0 100 10:40 95" "$half queued 2  0 4  "
else
    skip "Monitoring::Plugin reads the data" "Monitoring::Plugin is not here"
fi

# unknown PATTERN ARGUMENTS...: no verdict.  Wrong usage may have more to say on
# standard error.
unknown () {
    pattern=$1
    shift
    run "$listeners" "$@"
    is "3: $*" sh -c '[ "$1" -eq 3 ] && [ "$(wc -l < "$2/out")" -eq 1 ] &&
        grep -q -- "^LISTENERS UNKNOWN: $3" "$2/out"' - "$status" "$scratch" \
        "$pattern"
}
unknown "usage error" --check --frobnicate
unknown "usage error" --frobnicate --check
unknown "unexpected operand 'b'" a b --check
unknown '"70000" is not a port' --check 70000
unknown "--check is a report of its own" --check --json
for range in "" x 1x 5:4 @ : 1:2:3 0x10 nan " 1" 1e2 --2; do
    unknown "invalid argument '$range' for '--warning'" --check "--warning=$range" 80
done
run "$listeners" -w 10
is "-w without --check is wrong usage" [ "$status" -eq 2 ]
run "$listeners" --check --help
is "--help is no check" sh -c '[ "$1" -eq 0 ] && grep -q "^Usage: " "$2"' - \
    "$status" "$scratch/out"
if [ -w /dev/full ]; then
    "$listeners" --check > /dev/full 2> "$scratch/err"
    is "a line that cannot be written is UNKNOWN" [ $? -eq 3 ]
else
    skip "a line that cannot be written is UNKNOWN" "there is no /dev/full"
fi
"$listeners" --check >&- 2> "$scratch/err"
is "a closed standard output is UNKNOWN" [ $? -eq 3 ]
# An ordinary user does not see the owners of all sockets.
as=
[ "$(id -u)" -ne 0 ] || as="setpriv --reuid=65534 --regid=65534 --clear-groups"
cp "$listeners" "$scratch/copy" && chmod 755 "$scratch" "$scratch/copy"
run $as "$scratch/copy" --json
if [ "$status" -eq 0 ] && have jq &&
    jq -e '.hidden_processes != 0' "$scratch/out" > "$scratch/true"; then
    # shellcheck disable=SC2086 # words
    run $as "$scratch/copy" --check no-such-name
    is "a name, with hidden processes: UNKNOWN" sh -c '[ "$1" -eq 3 ] &&
        grep -q "^LISTENERS UNKNOWN: nothing listens at no-such-name; " "$2"' - \
        "$status" "$scratch/out"
else
    skip "a name, with hidden processes: UNKNOWN" "no process is hidden here"
fi
if [ -f "$refuse" ] && ! is_sanitized; then
    run env REFUSE=EACCES "LD_PRELOAD=$refuse" "$listeners" --check
    is "the kernel refuses the list: UNKNOWN, with the reason" sh -c '
        [ "$1" -eq 3 ] && [ ! -s "$2/err" ] && grep -q "^LISTENERS UNKNOWN: \
sock_diag is not available (EACCES)" "$2/out"' - "$status" "$scratch"
else
    skip "the kernel refuses the list: UNKNOWN, with the reason" \
        "nothing can be preloaded here"
fi
exec 9>&-
wait "$listening_process"

finish
