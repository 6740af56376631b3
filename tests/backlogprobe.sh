#!/bin/sh
# backlogprobe.sh - what a user types, and what comes out
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
have jq || skip_all "jq is not here, and JSON is to be read by a real parser"

ipv6=$("$backlogprobe" -6 -b 0 > /dev/null 2>&1 && echo yes || echo no)

run "$backlogprobe"
is "the default run ends with 0" [ "$status" -eq 0 ]
is "it says nothing on standard error" [ ! -s "$scratch/err" ]
is "no line is wider than 80 columns" \
    lacks "$scratch/out" '.\{81\}'
is "it is plain ASCII" lacks "$scratch/out" '[^ -~]'
is "the table has 15 rows" [ "$(grep -c '^ *[0-9][0-9]* ' "$scratch/out")" -eq 15 ]
is "the classic table stands beside them" \
    grep -q ' 22 *17 *21 *15 *22$' "$scratch/out"
for word in rule cap next like; do
    is "it has a verdict: $word" grep -q "^$word  *[A-Za-z0-9]" "$scratch/out"
done

run "$backlogprobe" --json
is "--json ends with 0" [ "$status" -eq 0 ]
json_is '.schema_version == 1' "JSON: schema_version"
json_is '.host | .system and .release and .machine' "JSON: host"
json_is '[.rows[] | select(.family == "inet") | .backlog] == [range(15)]' \
    "JSON: a row for each backlog, in order"
json_is 'all(.rows[]; .reason != null or (.connected == .accepted and .stable))' \
    "JSON: both counts, alike and stable"
json_is 'all(.rows[]; has("effective") and has("next_client") and has("limit"))' \
    "JSON: rows have their keys"
json_is 'all(.rows[]; .effective == null or .effective == .backlog)' \
    "JSON: the kernel's word, where it has one, is the backlog"
json_is 'all(.rows[]; .queued == null or .queued == .accepted)' \
    "JSON: the kernel's own count agrees with ours"
json_is '.cap | has("value") and has("setting") and has("accepted")' "JSON: cap"
json_is '.like | has("best") and (.others | type == "array")' "JSON: like"
json_is '.volatile | .time and .host_name and .process_id' "JSON: volatile"
if [ "$(uname -s)" = Linux ] && jq -e '.like.best != "gVisor"' \
    "$scratch/out" > /dev/null; then
    json_is 'all(.rows[]; .reason != null or .accepted == .backlog + 1)' \
        "Linux: every row is n + 1"
    json_is '.rule == "n+1" and .rule_connected == "n+1"' "Linux: the rule is n+1"
else
    skip "Linux: every row is n + 1" "this is not Linux's own stack"
    skip "Linux: the rule is n+1" "this is not Linux's own stack"
fi
if [ "$ipv6" = yes ]; then
    json_is '[.rows[] | select(.family == "inet6" and .connected != null)] |
        length == 15' "JSON: IPv6 has its 15 rows"
else
    json_is '[.rows[] | select(.family == "inet6" and .connected == null)] |
        length == 15' "JSON: IPv6 is not here, so its 15 rows are null"
fi

run "$backlogprobe" --json -4 -b 14,0-2,1,-1,max
json_is '[.rows[].backlog] == [-1, 0, 1, 2, 14, 2147483647]' \
    "-b: numbers, ranges, -1 and max, each once"
run "$backlogprobe" --profile -4 -b 0-2
is "--profile ends with 0" [ "$status" -eq 0 ]
is "--profile: the version, then six columns in every line" awk -F '\t' '
    NR == 1 ? $0 != "sonde-profile\t1" : NF != 6 { bad++ }
    END { exit bad || NR < 3 }' "$scratch/out"
grep -v '^volatile' "$scratch/out" > "$scratch/first"
run "$backlogprobe" --profile -4 -b 0-2
grep -v '^volatile' "$scratch/out" > "$scratch/second"
is "--profile: the same bytes again, but for what is volatile" \
    sh -c '[ -s "$1/first" ] && cmp -s "$1/first" "$1/second"' - "$scratch"

# One sentence naming the argument, exit 2, nothing measured.
bad () {
    wanted=$1
    shift
    run "$backlogprobe" "$@"
    is "refused: $*" sh -c '[ "$1" -eq 2 ] && [ ! -s "$2/out" ] &&
        head -n 1 "$2/err" | grep -qF -- "$3"' - "$status" "$scratch" "$wanted"
}
bad '"15x"' -b 15x
bad '"5-2"' -b 5-2
bad '""' -b 0,,1
bad '"99999999999"' -b 99999999999
bad '1024 values' -b 0-5000
bad "unrecognized option '--frobnicate'" --frobnicate
run "$backlogprobe" "--$(printf '\033[2Jx')"
is "refused: an option with an escape sequence, which is masked" \
    grep -qF "unrecognized option '--?[2Jx'" "$scratch/err"
bad "invalid option -- 'z'" -z
bad "invalid option -- '?'" "-$(printf '\303\251')" # not half of a letter
for option in a o c p P r u w; do # not the letters of old
    bad "invalid option -- '$option'" "-$option"
done
bad "option '--json' doesn't allow an argument" --json=1
bad "option '--pro' is ambiguous; possibilities: '--profile' '--prometheus'" \
    --pro
bad "invalid argument '0' for '--wait': give a number from 1 to 900" --wait 0
bad "'901'" --wait 901
bad "'5x'" --wait 5x
bad "option requires an argument -- 'b'" -b
bad "option '--backlog' requires an argument" --backlog
bad "unexpected operand 'operand'" operand
bad 'choose one' --json --profile

# Whether all outputs notice that they were not written.
unwritten () {
    for option in "" --json --profile --help --version; do
        # shellcheck disable=SC2086 # no option is no argument
        "$backlogprobe" $option > "$1" 2> "$scratch/err"
        [ $? -eq 2 ] && [ -s "$scratch/err" ] || return 1
    done
}
if [ -w /dev/full ]; then
    is "a full standard output is noticed" unwritten /dev/full
else
    skip "a full standard output is noticed" "there is no /dev/full"
fi
run sh -c '"$backlogprobe" --version >&-'
is "a closed standard output is noticed" [ "$status" -eq 2 ]
# poll that fails for ever: an end in time, and no loop that spins.
if have strace && have timeout && ! is_sanitized; then
    for error in ENOMEM EINTR; do
        run timeout 300 strace -f -qq -o "$scratch/calls" -e trace=poll,ppoll \
            -e "inject=poll,ppoll:error=$error" "$backlogprobe" -4 -b 0-3
        if grep -q INJECTED "$scratch/calls"; then
            is "poll fails with $error at each call: an error, and few calls" \
                sh -c '[ "$1" -ne 0 ] && [ "$1" -ne 124 ] && [ -s "$2/err" ] &&
                [ "$(wc -l < "$2/calls")" -lt 2000 ]' - "$status" "$scratch"
        else
            skip "poll fails with $error" "strace injects nothing here"
        fi
    done
else
    skip "poll that fails for ever" "strace or timeout is not here"
fi
finish
