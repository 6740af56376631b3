#!/bin/sh
# servers-peers.sh - our servers with others' clients, and under others' inetd
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Peers are found on the PATH, or in SONDE_PEERS, where bring-peers.sh unpacks
# them.
. "${srcdir:-.}/tests/alone.sh"
. "${srcdir:-.}/tests/tap.sh"
. "$srcdir/tests/server.sh"
PATH=$PATH:/usr/sbin:/sbin
if [ -n "${SONDE_PEERS:-}" ]; then
    PATH=$PATH:$SONDE_PEERS/usr/bin:$SONDE_PEERS/usr/sbin:$SONDE_PEERS/bin
    PATH=$PATH:$SONDE_PEERS/sbin
    LD_LIBRARY_PATH=$(echo "$SONDE_PEERS"/usr/lib/*-linux-gnu |
        tr ' ' :):$(echo "$SONDE_PEERS"/lib/*-linux-gnu | tr ' ' :)
    export LD_LIBRARY_PATH
fi

# within SECONDS COMMAND...: a peer that hangs is a failure.
within () {
    timeout -k 1 "$@"
}
# How long peers wait for an answer, in their way: in_time.
delays='1 5 25'
have timeout || skip_all "timeout is not here"

hosts=127.0.0.1
if has_ipv6; then
    hosts="127.0.0.1 ::1"
else
    skip "IPv6" "this host has no ::1"
fi
printf 'one line\nand another' > "$scratch/text"
head -c 300000 /dev/urandom > "$scratch/bytes"

# came_back FILE DESCRIPTION
came_back () {
    is "$2" cmp -s "$1" "$scratch/out"
}
# The datagram comes back while they wait: each has such an option.
nc_datagram () {
    run within 60 nc.openbsd -u -w "$delay" "$1" "$port" < "$scratch/text"
    cmp -s "$scratch/text" "$scratch/out"
}
# At the end of its input it goes, without waiting for an answer.
ncat_datagram () {
    mkfifo "$scratch/open"
    exec 6<> "$scratch/open"
    cat "$scratch/text" >&6
    run within 60 ncat -u -i "$delay" "$1" "$port" < "$scratch/open"
    exec 6>&-
    rm "$scratch/open"
    cmp -s "$scratch/text" "$scratch/out"
}
socat_datagram () {
    run within 60 socat -t "$delay" - "UDP:$(bracketed "$1"):$port" \
        < "$scratch/text"
    cmp -s "$scratch/text" "$scratch/out"
}
bracketed () {
    case $1 in *:*) echo "[$1]" ;; *) echo "$1" ;; esac
}
# The first of what telnet prints is its own.
telnet_line () {
    mkfifo "$scratch/open"
    exec 6<> "$scratch/open"
    echo hello >&6
    run within "$delay" telnet "$1" "$port" < "$scratch/open"
    exec 6>&-
    rm "$scratch/open"
    tr -d '\r' < "$scratch/out" | grep -qx hello
}

serve "$builddir/echosrv" -p 0
for host in $hosts; do
    if have nc.openbsd; then
        run within 60 nc.openbsd -N "$host" "$port" < "$scratch/bytes"
        came_back "$scratch/bytes" "nc, $host: TCP echo"
        is "nc, $host: UDP echo" in_time nc_datagram "$host"
    else
        skip "nc, $host" "nc.openbsd is not here"
    fi
    if have ncat; then
        run within 60 ncat "$host" "$port" < "$scratch/bytes"
        came_back "$scratch/bytes" "ncat, $host: TCP echo"
        is "ncat, $host: UDP echo" in_time ncat_datagram "$host"
    else
        skip "ncat, $host" "ncat is not here"
    fi
    if have socat; then
        run within 60 socat -t 20 - "TCP:$(bracketed "$host"):$port" \
            < "$scratch/bytes"
        came_back "$scratch/bytes" "socat, $host: TCP echo"
        is "socat, $host: UDP echo" in_time socat_datagram "$host"
    else
        skip "socat, $host" "socat is not here"
    fi
    if have telnet; then
        is "telnet, $host: echo" in_time telnet_line "$host"
    else
        skip "telnet, $host" "telnet is not here"
    fi
done
halt

# A port that was free a moment ago; the inetds cannot choose one.
serve "$builddir/echosrv" -4 -p 0
halt

# Whether the server has no children any more; those it has are told to end.
end_children () {
    children_of "$server" > "$scratch/children"
    while read -r child; do
        kill -TERM "$child" 2> /dev/null
    done < "$scratch/children"
    [ ! -s "$scratch/children" ]
}

# under NAME COMMAND...: an inetd in the foreground, with the services at $port.
under () {
    name=$1
    shift
    "$@" > "$scratch/log" 2>&1 &
    server=$!
    run "$crowd" "127.0.0.1:$port" retry
    is "$name, nowait stream: echo" [ "$status" -eq 0 ]
    run "$crowd" "127.0.0.1:$port" open 3 say 100000 shut close once
    is "$name, nowait stream: several" [ "$status" -eq 0 ]
    run "$crowd" "127.0.0.1:$port" udp 1 udp 65507 udp 0
    is "$name, wait dgram: echo" [ "$status" -eq 0 ]
    run "$crowd" "127.0.0.1:$second" once once
    is "$name, wait stream: echo" [ "$status" -eq 0 ]
    # Those it left waiting are its children, and have its ports: they end
    # before it does, and the next inetd begins.
    limit=$(($(date +%s) + 60))
    until end_children; do
        [ "$(date +%s)" -lt "$limit" ] || break
    done
    kill -TERM "$server"
    wait "$server"
    server=
}
second=$port
serve "$builddir/echosrv" -4 -p 0
halt
[ "$port" != "$second" ] || exit 99
me=$(id -un)
for kind in "$port dgram udp wait" "$port stream tcp nowait" \
    "$second stream tcp wait"; do
    echo "127.0.0.1:$kind $me $builddir/echosrv echosrv --inetd"
done > "$scratch/inetd.conf"

xinetd_row () { # PORT TYPE PROTOCOL WAIT
    cat << END
service echo-$1-$2
{
    type = UNLISTED
    port = $1
    socket_type = $2
    protocol = $3
    wait = $4
    user = $me
    server = $builddir/echosrv
    server_args = --inetd
    bind = 127.0.0.1
    disable = no
}
END
}
{
    xinetd_row "$port" dgram udp yes
    xinetd_row "$port" stream tcp no
    xinetd_row "$second" stream tcp yes
} > "$scratch/xinetd.conf"

if [ "$(id -u)" -ne 0 ]; then
    skip "inetds" "they want root"
else
    if have inetutils-inetd; then
        under inetutils-inetd inetutils-inetd -d "$scratch/inetd.conf"
    else
        skip "inetutils-inetd" "it is not here"
    fi
    # Its program is called inetd, as others' are.
    if have inetd && inetd -h 2>&1 | grep -q 'dEil'; then
        under openbsd-inetd inetd -d "$scratch/inetd.conf"
    else
        skip "openbsd-inetd" "it is not here"
    fi
    if have xinetd; then
        under xinetd xinetd -dontfork -f "$scratch/xinetd.conf" \
            -pidfile "$scratch/pid"
    else
        skip "xinetd" "it is not here"
    fi
fi
finish
