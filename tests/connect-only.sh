#!/bin/sh
# connect-only.sh - echoload --connect-only: who needed a second SYN
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Servers of other projects are found on the PATH, or in SONDE_PEERS, where
# bring-peers.sh unpacks them.
. "${srcdir:-.}/tests/alone.sh"
. "${srcdir:-.}/tests/tap.sh"
. "$srcdir/tests/peers.sh"
have jq || skip_all "jq is not here"
PATH=$PATH:/usr/sbin:/sbin
peer_libraries=
if [ -n "${SONDE_PEERS:-}" ]; then
    PATH=$PATH:$SONDE_PEERS/usr/sbin:$SONDE_PEERS/usr/bin
    peer_libraries=$(echo "$SONDE_PEERS"/usr/lib/*-linux-gnu | tr ' ' :)
fi
other=
trap '[ -z "$other" ] || end_own "$other"; stop_peers; rm -rf "$scratch"' EXIT

# only OPTIONS...: a run against $port, in JSON.
only () {
    run bounded 120 "$echoload" --connect-only --json "$@" 127.0.0.1 "$port"
    last_line
}

# late_listener CLIENTS BACKLOG: start one.
late_listener () {
    rm -f "$scratch/late"
    mkfifo "$scratch/late"
    "$builddir/tests/late" "$@" > "$scratch/late" 9>&- &
    other=$!
    exec 7< "$scratch/late"
    read -r port <&7
}

# late_figures: read "EARLY LATE BYTES ACCEPTED MS", and wait for its end.
late_figures () {
    early=none later=none bytes=none accepted=none ms=none late_status=0
    read -r early later bytes accepted ms <&7
    exec 7<&-
    wait "$other" || late_status=$?
    other=
}

start echo
echo_port=$port
only -n 20
is "a server with room: ends with 0" [ "$status" -eq 0 ]
json_is '.plan.kind == "connect-only" and .connects == 20 and .opened_ns == null and
    .plan.size == null and .plan.depth == null and .plan.duration_ms == null and .messages == 0
    and .errors == 0 and .connect.count == 20' "all connect"
is "text: a verdict" sh -c '"$echoload" --connect-only -n 3 127.0.0.1 "$1" |
    grep -q "^all 3 clients connected"' - "$port"
is "text: of one client, and of two" sh -c '
    "$echoload" --connect-only -n 1 127.0.0.1 "$1" |
        grep -q "^the client connected" &&
    "$echoload" --connect-only -n 2 127.0.0.1 "$1" |
        grep -q "^both clients connected"' - "$port"
run "$echoload" --connect-only fe80::1%nix 7
is "an interface that is not here: 7" said 7 "no such interface: 'nix'"
# The progress is for a terminal, from the first second on.
cat > "$scratch/terminal" << 'END'
import os, pty, subprocess, sys
master, slave = pty.openpty()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=slave)
os.close(slave)
try:
    while True:
        more = os.read(master, 4096)
        if not more:
            break
        os.write(1, more)
except OSError:
    pass
sys.exit(child.wait())
END
if have python3; then
    run bounded 120 python3 "$scratch/terminal" "$echoload" --connect-only \
        -n 50 -r 20 127.0.0.1 "$port"
    is "progress: the connects" grep -q ' s: [1-9][0-9]* connects, 0 errors' \
        "$scratch/out"
else
    skip "progress: the connects" "python3 is not here"
fi
# A server that leaves the end open: the signal comes after the last connect.
cat > "$scratch/silent" << 'END'
import signal, socket, subprocess, sys
listener = socket.create_server(("127.0.0.1", 0))
listener.settimeout(60)
port = str(listener.getsockname()[1])
child = subprocess.Popen(sys.argv[1:] + [port], stdout=subprocess.PIPE)
client, _ = listener.accept()
client.settimeout(60)
if client.recv(1) == b"":
    child.send_signal(signal.SIGINT)
sys.stdout.buffer.write(child.communicate(timeout=60)[0])
sys.exit(child.returncode)
END
if have python3; then
    run bounded 120 python3 "$scratch/silent" "$echoload" --json \
        --connect-only -n 1 127.0.0.1
    json_is '.connects == 1 and .interrupted == false' \
        "a signal after the last connect does not interrupt"
else
    skip "a signal after the last connect does not interrupt" \
        "python3 is not here"
fi
only -n 10 -r 40
json_is '.connects == 10 and .elapsed_ns >= 200000000' "--rate"
is "--source: names of its family only" sh -c '
    "$echoload" --connect-only -n 2 --source 127.0.0.1 localhost "$1" |
        grep -q "^both clients connected"' - "$port"
only -n 10 --reset
json_is '.connects == 10 and .errors == 0' "--reset"
if have strace && ! is_sanitized &&
    strace -o "$scratch/try" true 2> "$scratch/err"; then
    run strace -f -yy -o "$scratch/calls" "$echoload" --connect-only -n 20 \
        127.0.0.1 "$port"
    is "strace: 20 sockets connect" [ "$(grep -c ' connect([0-9]*<TCP.*AF_INET' \
        "$scratch/calls")" -eq 20 ]
    is "strace: no byte is sent" lacks "$scratch/calls" -E \
        ' (send[a-z]*|p?writev?[0-9]*|splice)\([0-9]+<(TCP|socket|UDP)'
else
    skip "strace: no byte is sent" "strace cannot trace here"
fi
free_port
only -n 5
is "no listener: ends with 3" [ "$status" -eq 3 ]
json_is '.errors_by_kind.refused == 5 and .connects == 0' "all refused"

# The kernel here must count SYNs and the drops of a listener.
late_listener 2 0
only -n 2 --timeout 30
late_figures
if [ "$late_status" -eq 77 ]; then
    skip "clients let in late" "the kernel does not count drops"
else
    rounds=0 exact=0 tries=0 wanted=${SONDE_ROUNDS:-3}
    while [ "$rounds" -lt "$wanted" ] && [ "$tries" -lt $((4 * wanted)) ]; do
        tries=$((tries + 1))
        late_listener 50 5
        # Not all at once: then 44 SYNs come again in one moment, and in some
        # rounds the listener does not get all clients (portability:
        # "Retransmissions").
        only -n 50 -r 200 --timeout 30
        late_figures
        retried=$(jq '.retried' "$scratch/out")
        echo "# early $early, late $later, second SYN $retried, $bytes bytes," \
            "$accepted accepted, $ms ms"
        # The last SYN was sent before the first was sent again?
        [ "$late_status" -eq 0 ] && [ "$ms" -ge 1000 ] && continue
        rounds=$((rounds + 1))
        [ "$late_status" -eq 0 ] && [ "$later" -gt 0 ] && [ "$bytes" -eq 0 ] &&
            [ "$retried" = "$later" ] && exact=$((exact + 1))
    done
    echo "# exact in $exact of $rounds"
    label="50 clients at backlog 5: a second SYN for each client let in late"
    took=0
    if [ "$rounds" -eq 0 ]; then
        # Where there is room, too?
        port=$echo_port
        only -n 50 -r 200
        took=$(jq '.elapsed_ns / 1000000 | floor' "$scratch/out")
    fi
    if [ "$took" -ge 1000 ]; then
        skip "$label" "this host takes $took ms to send 50 SYNs"
    else
        is "$label" sh -c '[ "$1" -gt 0 ] && [ "$1" -eq "$2" ]' - "$exact" "$rounds"
    fi
    json_is '.connects == 50 and .errors == 0 and
        (.verdict | test("of 50 clients needed a second SYN"))' \
        "and a verdict"
    # Nothing accepts: one client more than the queue holds.
    late_listener 1000 0
    # The first SYN comes again after a second.
    only -n 3 --timeout 1.5
    kill "$other"
    wait "$other" 2> /dev/null || :
    other=
    exec 7<&-
    is "a queue that stays full: ends with 4" [ "$status" -eq 4 ]
    json_is '.errors_by_kind["timed-out"] == 2 and .connects == 1 and
        (.verdict | test("^2 of 3 clients had no answer"))' "and the count"
    json_is '.retransmissions >= 2' "SYNs sent again by clients without an answer"
fi

# target NAME PORT COMMAND...: a server of another project, in the foreground.
target () {
    target_name=$1 port=$2
    shift 2
    LD_LIBRARY_PATH=$peer_libraries "$@" > "$scratch/server" 2>&1 9>&- &
    other=$!
    tries=0
    until "$echocli" --timeout 5 127.0.0.1 "$port" < /dev/null \
        > "$scratch/up" 2>&1 || ! grep -q refused "$scratch/up"; do
        tries=$((tries + 1))
        kill -0 "$other" 2> /dev/null && [ "$tries" -lt 5000 ] || break
    done
    only -n 20
    [ "$status" -eq 0 ] || sed 's/^/# /' "$scratch/server"
    json_is '.connects == 20 and .errors == 0' "$target_name: all connect"
    end_own "$other"
    wait "$other" 2> /dev/null || :
    other=
}

# A port that was free a moment ago.
if have redis-server; then
    free_port
    target redis "$port" redis-server --bind 127.0.0.1 --port "$port" \
        --save '' --dir "$scratch"
else
    skip "redis" "redis-server is not here"
fi
if have nginx; then
    free_port
    cat > "$scratch/nginx.conf" << END
daemon off; pid $scratch/nginx.pid; error_log stderr;
events { }
http { access_log off; client_body_temp_path $scratch/n1;
proxy_temp_path $scratch/n2; fastcgi_temp_path $scratch/n3;
uwsgi_temp_path $scratch/n4; scgi_temp_path $scratch/n5;
server { listen 127.0.0.1:$port; } }
END
    target nginx "$port" nginx -e stderr -p "$scratch" -c "$scratch/nginx.conf"
else
    skip "nginx" "nginx is not here"
fi
if have sshd && have ssh-keygen; then
    free_port
    ssh-keygen -q -t ed25519 -N '' -f "$scratch/key"
    # As root sshd needs a user of its own.
    ordinary=
    if [ "$(id -u)" -eq 0 ]; then
        chmod 755 "$scratch"
        chown 65534 "$scratch/key"
        ordinary="setpriv --reuid 65534 --clear-groups"
    fi
    # shellcheck disable=SC2086 # words
    target sshd "$port" $ordinary "$(command -v sshd)" -D -e -f /dev/null \
        -o "ListenAddress=127.0.0.1:$port" -o "HostKey=$scratch/key" \
        -o "PidFile=none" -o "MaxStartups=100"
else
    skip "sshd" "sshd or ssh-keygen is not here"
fi
finish
