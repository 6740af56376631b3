# peers.sh - servers to talk to, for the tests of the clients; sourced, not run
# SPDX-License-Identifier: GPL-3.0-or-later

# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154 # tap.sh is sourced before
echocli=$builddir/echocli
echoload=$builddir/echoload
daytimecli=$builddir/daytimecli
faultsrv=$builddir/faultsrv
export echocli echoload daytimecli faultsrv scratch

# An input that does not end.
mkfifo "$scratch/hold" "$scratch/port" || exit 99
exec 9<> "$scratch/hold"

# The peers end with this script; should it be killed, after a quarter of an hour.
peers=
trap 'stop_peers; rm -rf "$scratch"' EXIT
stop_peers () {
    # shellcheck disable=SC2086 # numbers are words
    [ -z "$peers" ] || end_own $peers
}

# play OPTIONS...: start faultsrv; its process in $peer, its port in $port.
play () {
    "$faultsrv" -d 900 --max-clients 2000 "$@" < /dev/null 2> "$scratch/port" \
        > /dev/null 9>&- &
    peer=$!
    peers="$peers $peer"
    port=
    read -r port < "$scratch/port"
    case $port in
    *listening*) port=${port##* port } port=${port%%,*} ;;
    *) cannot_look "for a peer: ${port:-faultsrv $* has ended}" ;;
    esac
}

# start FAULT [ARGUMENT [PATH]]: start a server with that fault; udp-FAULT takes
# datagrams, PATH is a UNIX socket, an empty ARGUMENT is none.  With INET6 set
# over IPv6.
start () {
    start_fault=${1#udp-}${2:+,$2} start_udp=
    [ "$1" = "${1#udp-}" ] || start_udp=-u
    play --fault="$start_fault" ${start_udp:+"$start_udp"} \
        ${INET6:+-6} ${3:+--unix "$3"}
}

# start_saying TEXT [PATH [FAULT]]: start a server that speaks first and closes.
# start_replying TEXT [PATH]: one that answers each datagram with TEXT.
start_saying () {
    printf %s "$1" > "$scratch/reply"
    play --fault="${3:-echo}" --reply "$scratch/reply" --greet \
        ${2:+--unix "$2"}
}
start_replying () {
    printf %s "$1" > "$scratch/reply"
    play --fault=echo -u --reply "$scratch/reply" ${2:+--unix "$2"}
}

# said STATUS WORDS: what was run ended with STATUS and said one line with
# WORDS on standard error.
said () {
    [ "$status" -eq "$1" ] && [ "$(wc -l < "$scratch/err")" -eq 1 ] &&
        grep -qF -- "$2" "$scratch/err"
}

# last_line: of the lines of JSON in $scratch/out keep the last, the report.
last_line () {
    tail -n 1 "$scratch/out" > "$scratch/last" &&
        mv "$scratch/last" "$scratch/out"
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
    start refuse 0
}
