# peers.sh - servers to talk to, for the tests of the clients; sourced, not run
# SPDX-License-Identifier: GPL-3.0-or-later

# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # tap.sh is sourced before
echocli=$builddir/echocli
echoload=$builddir/echoload
daytimecli=$builddir/daytimecli
echo_peer=$builddir/tests/echo-peer
export echocli echoload daytimecli echo_peer scratch

# Peers end when their standard input does: with this script.
mkfifo "$scratch/hold" "$scratch/port" || exit 99
exec 9<> "$scratch/hold"

# start MODE...: start a peer; its port in $port.
start () {
    "$echo_peer" "$@" < "$scratch/hold" > "$scratch/port" 9>&- &
    peer=$!
    read -r port < "$scratch/port"
}

# said STATUS WORDS: what was run ended with STATUS and said one line with
# WORDS on standard error.
said () {
    [ "$status" -eq "$1" ] && [ "$(wc -l < "$scratch/err")" -eq 1 ] &&
        grep -qF -- "$2" "$scratch/err"
}

# late STATUS WORDS COMMAND...: COMMAND, with $scratch/in as its input and
# $delay seconds of time, ends with STATUS and says WORDS, in which TIME stands
# for that.
late () {
    late_status=$1 late_words=$2
    shift 2
    case $delay in 0.3) time='300 ms' ;; *) time="$delay s" ;; esac
    run "$@" --timeout "$delay" 127.0.0.1 "$port" < "$scratch/in"
    said "$late_status" "${late_words%TIME*}$time${late_words#*TIME}"
}

# A port that nobody listens on.
free_port () {
    start echo
    kill "$peer"
    wait "$peer" 2> /dev/null
}
