#!/bin/sh
# helpers.sh - a helper of the tests that cannot look fails, and does not answer
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
unset SONDE_PROC

# Scripts find these tools alone: those that a test takes away are missing.
tools='awk basename cat chmod cp date diff dirname env getent grep head id jq kill
mkfifo mktemp nm ps rm sed sh sort tail tee timeout tr true uname unshare ip wc'
fill_bin () { # MISSING...
    rm -rf "$scratch/bin"
    mkdir "$scratch/bin"
    for tool in $tools; do
        case " $* " in *" $tool "*) continue ;; esac
        path=$(command -v "$tool") && [ -x "$path" ] &&
            ln -s "$path" "$scratch/bin/$tool"
    done
    sh=$(command -v sh)
}

# script COMMANDS [NAME=VALUE...]: they are a test script; its status and output.
script () {
    commands=$1
    shift
    run env PATH="$scratch/bin" TMPDIR="$scratch" "$@" "$sh" -c '
        . "$srcdir/tests/tap.sh"
        . "$srcdir/tests/server.sh"
        eval "$1"
        finish' - "$commands"
}
ended_with_error () {
    [ "$status" -eq 99 ] && grep -q '^# cannot look: ' "$scratch/err" &&
        [ "$(grep -c '^1\.\.' "$scratch/out")" = 0 ]
}
# no_answer DESCRIPTION: the script ended with an error; it has no plan.
no_answer () {
    is "$1: no answer, but an error" ended_with_error
}
# answer DESCRIPTION: one test was run, and passed; no_pass: and failed.
answer () {
    is "$1: passes" sh -c '[ "$1" -eq 0 ] && grep -q "^ok 1" "$2" &&
        grep -q "^1\.\.1$" "$2"' - "$status" "$scratch/out"
}
no_pass () {
    is "$1: fails" sh -c '[ "$1" -eq 0 ] && grep -q "^not ok 1" "$2" &&
        grep -q "^1\.\.1$" "$2"' - "$status" "$scratch/out"
}

# Processes: of the script itself there is a child, which cat keeps alive.
own_child='mkfifo "$scratch/a"; cat "$scratch/a" & exec 5> "$scratch/a"
    children_of $$ > "$scratch/c"; is own grep -qx $! "$scratch/c"
    exec 5>&-; wait'
fill_bin
script "$own_child"
answer "children_of"
script 'is x no_zombie $$'
answer "no_zombie"
script 'is x [ "$(user_of $$)" -eq "$(id -u)" ]'
answer "user_of"
if ps -e -o pid= -o ppid= -o stat= > /dev/null 2>&1; then
    script "$own_child" SONDE_PROC=/nowhere
    answer "children_of, by ps"
    script 'is x no_zombie $$' SONDE_PROC=/nowhere
    answer "no_zombie, by ps"
    script 'is x [ "$(user_of $$)" -eq "$(id -u)" ]' SONDE_PROC=/nowhere
    answer "user_of, by ps"
else
    skip "processes, by ps" "ps is not here, or has no such options"
fi
script 'is x no_zombie 999999999'
no_pass "no_zombie of a process that has ended"
fill_bin ps
# A failure's output without a newline at its end takes no result with it.
script 'printf cut > "$scratch/out"; is x false; is y true'
is "the result after a failure whose output has no last newline" \
    grep -q "^ok 2" "$scratch/out"
for lacking in /nowhere "$scratch"; do
    script 'is x no_zombie $$' SONDE_PROC=$lacking
    no_answer "no_zombie without /proc and ps"
    script 'is x [ -z "$(children_of $$)" ]' SONDE_PROC=$lacking
    no_answer "children_of without /proc and ps"
    script 'is x [ -n "$(user_of $$)" ]' SONDE_PROC=$lacking
    no_answer "user_of without /proc and ps"
done
# A ps that prints nothing, or not this process.
for words in 'exit 0' 'echo 1 0 S' 'exit 1'; do
    printf '#!%s\n%s\n' "$sh" "$words" > "$scratch/bin/ps"
    chmod +x "$scratch/bin/ps"
    script 'is x no_zombie $$' SONDE_PROC=/nowhere
    no_answer "no_zombie with a ps that does: $words"
done
fill_bin awk
script 'is x no_zombie $$'
no_answer "no_zombie without awk"
fill_bin
script 'is x [ "$(cpu_of 999999999)" -le 5 ]'
no_answer "cpu_of a process that has ended"

# Files: what is not there is not clean.
script 'echo a > "$scratch/f"; is x lacks "$scratch/f" b'
answer "lacks"
script 'echo b > "$scratch/f"; is x lacks "$scratch/f" b'
no_pass "lacks, where it is found"
script 'is x lacks "$scratch/f" b'
no_pass "lacks, of no file"
script ': > "$scratch/f"; is x lacks "$scratch/f" b'
no_pass "lacks, of nothing"
script 'echo a > "$scratch/f"; is x lacks "$scratch/f" "\\("'
no_pass "lacks, with a pattern that is none"
fill_bin grep
script 'echo a > "$scratch/f"; is x lacks "$scratch/f" b'
no_pass "lacks, without grep"
fill_bin
script 'echo a > "$scratch/f"; : > "$scratch/out"; none x "$scratch/f"'
answer "none"
script 'echo a > "$scratch/f"; echo b > "$scratch/out"; none x "$scratch/f"'
no_pass "none, where there is one"
script ': > "$scratch/f"; : > "$scratch/out"; none x "$scratch/f"'
no_pass "none, of nothing that was looked at"
script ': > "$scratch/out"; none x "$scratch/f"'
no_pass "none, of no file that was looked at"
script ': > "$scratch/out"; none x'
no_pass "none, which does not say what was looked at"
script 'echo a > "$scratch/f"; none x "$scratch/f"'
no_pass "none, without a list"

# Reports.
if have jq; then
    for row in '{"rows":[1]}:all(.rows[]; . == 1):answer' \
        '{"rows":[1,2]}:all(.rows[]; . == 1):no_pass' \
        '{"rows":[]}:all(.rows[]; . == 1):no_pass' \
        '{"rows":[]}:if_any(.rows[]; . == 1):answer' \
        '{"rows":[2]}:if_any(.rows[]; . == 1):no_pass' \
        '[]:[.[] == 1] | all:no_pass' '[1]:[.[] == 1] | all:answer' \
        '[]:all(. == 1):no_pass' '[1]:all(. == 1):answer' \
        ':true:no_pass' 'null:true:answer' '{"a":null}:.a:no_pass' '{:true:no_pass'; do
        verdict=${row##*:} row=${row%:*}
        # The JSON ends at the last colon that its expression does not hold.
        json=${row%:*} expression=${row##*:}
        script 'printf "%s\n" "$JSON" > "$scratch/out"; json_is "$EXPRESSION" x' \
            JSON="$json" EXPRESSION="$expression"
        "$verdict" "json_is: $expression of ${json:-nothing}"
    done
    fill_bin jq
    script 'echo 1 > "$scratch/out"; json_is true x'
    no_pass "json_is without jq"
    script 'is x [ "$(rule_of_host)" != n+1 ]'
    no_answer "rule_of_host without jq"
    fill_bin
    mkdir "$scratch/build"
    printf '#!%s\necho broken >&2\nexit 2\n' "$sh" > "$scratch/build/backlogprobe"
    chmod +x "$scratch/build/backlogprobe"
    script 'is x [ "$(rule_of_host)" != n+1 ]' builddir="$scratch/build"
    no_answer "rule_of_host of a program that fails"
    script 'need_settings --with net.core.somaxconn=9; is x true' \
        builddir="$scratch/build"
    no_answer "need_settings of a program that fails otherwise"
    cp "$scratch/build/backlogprobe" "$scratch/build/echosrv"
    script 'is x has_ipv6' builddir="$scratch/build"
    no_answer "has_ipv6 of a server that fails otherwise"
else
    skip "reports" "jq is not here"
fi

# The rest.
script 'if is_sanitized; then :; else is x true; fi' builddir=/nowhere
no_answer "is_sanitized of no program"
script 'if is_counted; then :; else is x true; fi' builddir=/nowhere
no_answer "is_counted of no program"
fill_bin ip
script 'if have_namespaces; then :; else is x true; fi'
answer "have_namespaces without ip"
is "have_namespaces without ip: it is said" \
    grep -q '^# no network namespaces: ip is not here' "$scratch/out"
fill_bin getent
script 'if has_localhost; then :; else is x true; fi'
no_answer "has_localhost without getent"
fill_bin
script 'status=0; : > "$scratch/out"; is x all_passed'
no_pass "all_passed of a test that says nothing"
script 'all=$(cannot_look "at anything"); is x true'
no_answer "cannot_look in a subshell"
finish
