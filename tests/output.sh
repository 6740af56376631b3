#!/bin/sh
# output.sh - reports reach a reader who is late, and one who has gone is no error
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/alone.sh"
. "${srcdir:-.}/tests/tap.sh"
. "$srcdir/tests/peers.sh"
reader=$builddir/tests/reader
programs='backlogprobe byteorder daytimecli daytimesrv echocli echoload echosrv
 faultsrv listeners
sockprobe'
start echo
echo=$port
start_saying 'Sat Nov 21 05:20:00 2026'
daytime=$port

# each COMMAND...: COMMAND with each program and the arguments of one report.
each () {
    for program in $programs; do
        "$@" "$program" --help
        "$@" "$program" --version
    done
    for report in '' --explain --json; do
        # shellcheck disable=SC2086 # several words, or none
        "$@" byteorder $report
    done
    for report in --json --profile --chart '--require 1' '--prometheus -' ''; do
        # shellcheck disable=SC2086
        "$@" backlogprobe -4 $report
    done
    for report in --json --profile --list '--explain *' --states '--html -' \
        "--diff linux-6.1 linux-6.1" "--tap linux-6.1"; do
        case $report in
        --json | --profile | --html* | --tap*) about=byteorder ;;
        *) about= ;;
        esac
        set -f
        # shellcheck disable=SC2086
        "$@" sockprobe $report $about
        set +f
    done
    if [ -n "$has_listeners" ]; then
        for report in '' --json '--prometheus -' "$echo"; do
            # shellcheck disable=SC2086
            "$@" listeners $report
        done
    fi
    "$@" daytimecli 127.0.0.1 "$daytime"
    "$@" daytimecli --parse 127.0.0.1 "$daytime"
    "$@" echoload -d 0.1 127.0.0.1 "$echo"
    "$@" echoload --json -d 0.1 127.0.0.1 "$echo"
    "$@" echoload --profile -d 0.1 127.0.0.1 "$echo"
    "$@" echoload --histogram - -d 0.1 127.0.0.1 "$echo"
}
run "$builddir/listeners"
has_listeners=yes
[ "$status" -eq 0 ] || has_listeners=
cd "$srcdir/profiles" || exit 99

# Two runs do not give the same figures, nor bars, of which there may be none;
# but the same first line and last.
outline () {
    sed '/|/d; /^$/d; s/[0-9.][0-9.]*//g; s/  *//g' "$1" | sed -n '1p;$p'
}
late () {
    program=$1
    shift
    run "$builddir/$program" "$@"
    cp "$scratch/out" "$scratch/whole"
    wanted=$status
    run "$reader" late 1 "$builddir/$program" "$@"
    # Below a quota of the processor a question may be too slow.
    if grep -q 'its deadline of .* passed' "$scratch/out" "$scratch/whole"; then
        skip "late: $program $*" "the deadline of a question passed"
    else
        is "late: $program $*" whole_report
    fi
}
whole_report () {
    [ -s "$scratch/whole" ] && [ "$status" -eq "$wanted" ] &&
        [ ! -s "$scratch/err" ] &&
        [ "$(outline "$scratch/out")" = "$(outline "$scratch/whole")" ]
}
each late

# The exit status is what it would have been.
gone () {
    program=$1
    shift
    run "$builddir/$program" "$@"
    wanted=$status
    run "$reader" gone 1 "$builddir/$program" "$@"
    is "gone: $program $*" sh -c '[ "$1" -eq "$2" ] && [ ! -s "$3" ]' - \
        "$status" "$wanted" "$scratch/err"
}
each gone
run "$reader" gone 1 "$backlogprobe" --require 2147483647
is "gone: a no is a no" sh -c '[ "$1" -eq 1 ] && [ ! -s "$2" ]' - "$status" \
    "$scratch/err"

# A full disk and a closed descriptor are errors all the same.
full () {
    program=$1
    shift
    status=0
    "$builddir/$program" "$@" > /dev/full 2> "$scratch/err" || status=$?
    : > "$scratch/out"
    is "full: $program $*" said 2 "$program: cannot write standard output: "
}
if [ -w /dev/full ]; then
    each full
else
    skip "full" "there is no /dev/full"
fi
closed () {
    program=$1
    shift
    run sh -c '"$0" "$@" >&-' "$builddir/$program" "$@"
    is "closed: $program $*" said 2 "$program: standard output is closed"
}
each closed
# A socket would have the number of a descriptor that is closed.
if [ -e /proc/self/fd ]; then
    "$builddir/echosrv" -4 --tcp -p 0 <&- >&- 2> "$scratch/port" 9>&- &
    peers="$peers $!"
    read -r _ < "$scratch/port"
    for fd in 0 1; do
        is "closed: descriptor $fd of echosrv is /dev/null" \
            [ "$(readlink "/proc/$!/fd/$fd")" = /dev/null ]
    done
else
    skip "closed: descriptors of echosrv are /dev/null" "/proc has none here"
fi

# Errors that a disk, or a network file system, reports late.
# failing CALL ARGUMENTS...: run strace with ARGUMENTS, and CALL fails.
failing () {
    call=$1
    shift
    run strace -f -qq -o /dev/null -e "trace=$call" \
        -e "inject=$call:error=EIO" "$@"
}
if have strace && ! is_sanitized && failing fsync true &&
    [ "$status" -eq 0 ]; then
    failing close -P "$scratch/out" "$byteorder"
    is "close fails: 2" said 2 \
        "byteorder: cannot write standard output: Input/output error"
    mkdir "$scratch/disk"
    failing fsync "$backlogprobe" -4 -b 0 --prometheus "$scratch/disk/prom"
    is "fsync fails: 2" said 2 \
        "backlogprobe: cannot write $scratch/disk/prom: Input/output error"
    is "fsync fails: no file is left" rmdir "$scratch/disk"
else
    skip "close and fsync that fail" "strace cannot make calls fail here"
fi

# What an echo server sent back.
head -c 300000 /dev/zero > "$scratch/zeros"
run "$reader" late 1 "$echocli" 127.0.0.1 "$echo" < "$scratch/zeros"
is "late: what came back by TCP" sh -c '[ "$1" -eq 0 ] && cmp "$2" "$3"' - \
    "$status" "$scratch/zeros" "$scratch/out"
run "$reader" gone 1 "$echocli" 127.0.0.1 "$echo" < "$scratch/zeros"
is "gone: what came back by TCP: 2, and nothing is said" sh -c '
    [ "$1" -eq 2 ] && [ ! -s "$2" ]' - "$status" "$scratch/err"
start udp-echo
echo 'one line' > "$scratch/line"
run "$reader" late 1 "$echocli" -u 127.0.0.1 "$port" < "$scratch/line"
is "late: what came back by UDP" sh -c '[ "$1" -eq 0 ] && cmp "$2" "$3"' - \
    "$status" "$scratch/line" "$scratch/out"
run "$reader" gone 1 "$echocli" -u 127.0.0.1 "$port" < "$scratch/line"
is "gone: what came back by UDP: 2, and nothing is said" sh -c '
    [ "$1" -eq 2 ] && [ ! -s "$2" ]' - "$status" "$scratch/err"

# Sentences.
for program in $programs; do
    run "$reader" late 2 "$builddir/$program" --no-such-option
    is "late: a sentence of $program, and where --help is" sh -c '
        [ "$1" -eq 2 ] && [ "$(wc -l < "$2")" -eq 2 ] &&
        grep -q "^$3: .*--no-such-option" "$2" &&
        grep -qx "Try .$3 --help. for more information\." "$2"' - "$status" "$scratch/out" "$program"
    run "$reader" gone 2 "$builddir/$program" --no-such-option
    is "gone: a sentence of $program" [ "$status" -eq 2 ]
done

# While a program waits, a signal ends it.
for program in $programs; do
    run "$reader" stuck 1 "$builddir/$program" --help
    is "stuck: $program ends by a signal" [ "$status" -eq 143 ]
done
run "$reader" stuck 2 "$backlogprobe" --no-such-option
is "stuck: so it does while it waits to write a sentence" [ "$status" -eq 143 ]
finish
