#!/bin/sh
# client-peers.sh - our clients with other people's servers
# SPDX-License-Identifier: GPL-3.0-or-later
#
# They run in a network namespace, where ports 7 and 13 are free.  They are
# found on the PATH, or in SONDE_PEERS, where bring-peers.sh unpacks them.
. "${srcdir:-.}/tests/tap.sh"
. "$srcdir/tests/peers.sh"
have_namespaces || skip_all "no network namespaces for an ordinary user here"
have ss || skip_all "ss is not here"
SONDE_PEERS=${SONDE_PEERS:-/nowhere}
find_peer () { # NAME...: the path of the first that is here
    for name; do
        for path in "$SONDE_PEERS/usr/sbin/$name" "$SONDE_PEERS/usr/bin/$name" \
            "$(command -v "$name")"; do
            [ -x "$path" ] && echo "$path" && return
        done
    done
    return 1
}
for folder in "$SONDE_PEERS"/lib/*-gnu "$SONDE_PEERS"/usr/lib/*-gnu; do
    [ -d "$folder" ] && PEER_LIBRARIES=$PEER_LIBRARIES:$folder
done
export PEER_LIBRARIES scratch

# 10.9.9.9 besides 127.0.0.1: openbsd-inetd answers no datagrams from there.
here='ip link set lo up
    ip addr add 10.9.9.9/32 dev lo
    limit=$(($(date +%s) + 30))
    # The local route comes a little later; datagrams sent before are lost.
    if ip -6 addr add fd00::9/128 dev lo nodad 2> /dev/null; then
        until ip -6 route get fd00::9 | grep -q "^local" ||
            [ "$(date +%s)" -gt "$limit" ]; do :; done
    fi
    LD_LIBRARY_PATH=$PEER_LIBRARIES
    export LD_LIBRARY_PATH
    ready () { # PORT SOCKETS
        limit=$(($(date +%s) + 30))
        until [ "$(ss -Hltun | grep -c ":$1 ")" -ge "$2" ] ||
            [ "$(date +%s)" -gt "$limit" ]; do :; done
    }'

# xinetd drops groups for each client, which a user's own namespace forbids.
user=-Ur
[ "$(id -u)" -ne 0 ] || user=

# meet DESCRIPTION SERVER CLIENT: both are shell; the client is what counts.
meet () {
    # shellcheck disable=SC2086 # no option is no argument
    run timeout 300 unshare $user -nmpf --kill-child --mount-proc sh -c "$here
        $2 > '$scratch/server' 2>&1 < /dev/null &
        $3"
    is "$1" [ "$status" -eq 0 ]
}
# Each client waits for as many sockets of the server as there will be.
sockets=1
back () { # HOST OPTIONS: a client whose input must come back
    echo "ready 7 $sockets"'
    "$echocli" -t 20 '"$2 $1"' 7 < "$scratch/in" > "$scratch/back" &&
        cmp "$scratch/in" "$scratch/back"'
}
slowly () { # HOST: the same, keeping its end open until it has come back
    echo "ready 7 $sockets"'
    mkfifo "$scratch/slow"
    "$echocli" -t 20 '"$1"' 7 < "$scratch/slow" > "$scratch/back" &
    client=$!
    exec 7> "$scratch/slow"
    cat "$scratch/in" >&7
    until cmp -s "$scratch/in" "$scratch/back" ||
        ! kill -0 "$client" 2> /dev/null; do :; done
    exec 7>&-
    rm "$scratch/slow"
    wait "$client" && cmp "$scratch/in" "$scratch/back"'
}
told () { # HOST OPTIONS: one that is told a time it understands
    echo "ready 13 $sockets"'
        "$daytimecli" -t 20 --parse '"$2 $1"' 13 |
        grep "^20[0-9][0-9]-"'
}
bulk () {
    head -c "$1" /dev/urandom > "$scratch/in"
}

# An internet server and its configuration: all that it has.
# It is started for one family at a time, since two of them want one socket for
# both, or two, and take the second for a mistake.
all_of () { # NAME SERVER: its configuration ends in 4 or 6
    sockets=2
    for family in 4 6; do
        [ "$family" = 4 ] || [ "$ipv6" = yes ] || continue
        host=$([ "$family" = 4 ] && echo 10.9.9.9 || echo fd00::9)
        bulk 1000000
        meet "$1: echo, TCP, $host" "family=$family; $2" "$(back "$host")"
        meet "$1: daytime, TCP, $host" "family=$family; $2" "$(told "$host")"
        echo 'one line' > "$scratch/in"
        meet "$1: echo, UDP, $host" "family=$family; $2" "$(back "$host" -u)"
        meet "$1: daytime, UDP, $host" "family=$family; $2" "$(told "$host" -u)"
    done
}
ipv6=yes
if ! in_namespace 'ip -6 addr show dev lo' > "$scratch/lo"; then
    cannot_look "at the addresses of lo, by ip"
elif ! grep -q ::1 "$scratch/lo"; then
    ipv6=no
    skip "IPv6" "this host has no ::1"
fi

services='mount --bind "$scratch/services" /etc/services 2> /dev/null;'
printf '%s\n' 'echo 7/tcp' 'echo 7/udp' 'daytime 13/tcp' 'daytime 13/udp' \
    > "$scratch/services"
for family in 4 6; do
    suffix=$([ "$family" = 4 ] || echo 6)
    for service in echo daytime; do
        echo "$service stream tcp$suffix nowait root internal"
        echo "$service dgram udp$suffix wait root internal"
    done > "$scratch/inetd.$family"
    for service in echo daytime; do
        for kind in stream:tcp:no dgram:udp:yes; do
            rest=${kind#*:}
            cat <<END
service $service
{
    type = INTERNAL
    id = $service-${kind%%:*}
    socket_type = ${kind%%:*}
    protocol = ${rest%:*}
    wait = ${rest#*:}
    user = root
    flags = IPv$family
    disable = no
}
END
        done
    done > "$scratch/xinetd.$family"
done

if inetutils=$(find_peer inetutils-inetd); then
    all_of inetutils-inetd \
        "{ $services $inetutils -d $scratch/inetd.\$family; }"
else
    skip "inetutils-inetd" "it is not here"
fi
# Installed, it might be any inetd.
openbsd=$SONDE_PEERS/usr/sbin/inetd
if [ -x "$openbsd" ]; then
    all_of openbsd-inetd "{ $services $openbsd -d -i $scratch/inetd.\$family; }"
else
    skip "openbsd-inetd" "it is not here"
fi
if xinetd=$(find_peer xinetd) && [ -n "$user" ]; then
    skip "xinetd" "only root can give it what it wants"
elif [ -n "$xinetd" ]; then
    all_of xinetd \
        "{ $services $xinetd -dontfork -f $scratch/xinetd.\$family -stayalive; }"
else
    skip "xinetd" "it is not here"
fi
sockets=1
if socat=$(find_peer socat); then
    for family in 4 6; do
        [ "$family" = 4 ] || [ "$ipv6" = yes ] || continue
        host=$([ "$family" = 4 ] && echo 127.0.0.1 || echo ::1)
        bulk 1000000
        meet "socat: echo, TCP, $host" \
            "$socat TCP$family-LISTEN:7,fork EXEC:cat" "$(back "$host")"
        meet "socat: daytime, TCP, $host" \
            "$socat -U TCP$family-LISTEN:13,fork EXEC:date" \
            "TZ=UTC0; export TZ; $(told "$host")"
        echo 'one line' > "$scratch/in"
        meet "socat: echo, UDP, $host" \
            "$socat UDP$family-LISTEN:7,fork PIPE" "$(back "$host" -u)"
    done
else
    skip "socat" "it is not here"
fi
if ncat=$(find_peer ncat); then
    for family in 4 6; do
        [ "$family" = 4 ] || [ "$ipv6" = yes ] || continue
        host=$([ "$family" = 4 ] && echo 127.0.0.1 || echo ::1)
        # It drops what it has not sent when the client half-closes, so that
        # waits until all has come back.
        bulk 4000
        meet "ncat: echo, TCP, $host" \
            "$ncat -$family -l -k -e /bin/cat 7" "$(slowly "$host")"
        echo 'one line' > "$scratch/in"
        meet "ncat: echo, UDP, $host" \
            "$ncat -$family -u -l -k -e /bin/cat 7" "$(back "$host" -u)"
    done
else
    skip "ncat" "it is not here"
fi
finish
