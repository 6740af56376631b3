#!/bin/sh
# faultsrv.sh - a server with faults: what it plays, and what it sees
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
. "$srcdir/tests/peers.sh"
have jq || skip_all "jq is not here"
have python3 || skip_all "python3 is not here"
# Itself: where several versions are kept, a slow script chooses one.
python=$(python3 -c 'import sys; print(sys.executable)')
crowd=$builddir/tests/crowd
export crowd

# A client run by faultsrv: its work is a list of steps, and what it saw is
# printed.
cat > "$scratch/client" << 'END'
import os, signal, socket, struct, sys
host, port = os.environ["FAULTSRV_HOST"], os.environ["FAULTSRV_PORT"]
family = socket.AF_UNIX if not port else \
    socket.AF_INET6 if ":" in host else socket.AF_INET
where = (host, int(port)) if port else host
s = socket.socket(family, socket.SOCK_DGRAM if "udp" in sys.argv else
                  socket.SOCK_STREAM)
def step(word):
    global s
    name, _, value = word.partition("=")
    if name == "connect":
        s.settimeout(float(value or 20))
        s.connect(where)
    elif name == "nonblock":
        s.setblocking(False)
        s.connect(where)
    elif name == "hang":
        # A socket with a timeout does not block: an alarm ends this one.
        def late(*_):
            raise TimeoutError
        signal.signal(signal.SIGALRM, late)
        signal.setitimer(signal.ITIMER_REAL, float(value))
        s.settimeout(None)
        s.connect(where)
    elif name == "send":
        s.sendall(value.encode())
    elif name == "flood":
        s.settimeout(float(value))
        while True:
            s.send(b"x" * 65536)
    elif name == "recv":
        return s.recv(65536)
    elif name == "all":
        got = b""
        while True:
            more = s.recv(65536)
            if not more:
                return got
            got += more
    elif name == "datagram":
        s.settimeout(20)
        s.sendto(value.encode(), where)
    elif name == "from":
        s.settimeout(float(value or 20))
        data, peer = s.recvfrom(65536)
        return "%s:%s:%s" % (data.decode(), peer[0] == host,
                             peer[1] == where[1])
    elif name == "stop":
        # The server, which is the parent.
        os.kill(os.getppid(), signal.SIGSTOP)
        while open("/proc/%d/stat" % os.getppid()).read().rsplit(")")[-1] \
                .split()[0] != "T":
            pass
    elif name == "continue":
        os.kill(os.getppid(), signal.SIGCONT)
    elif name == "timeout":
        s.settimeout(float(value))
    elif name == "reset":
        # A new socket follows.
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                     struct.pack("ii", 1, 0))
        s.close()
        s = socket.socket(family, socket.SOCK_STREAM)
    elif name == "end":
        s.shutdown(socket.SHUT_WR)
for word in sys.argv[1:]:
    if word == "udp":
        continue
    try:
        got = step(word)
        if got is not None:
            print("%s: %s" % (word, got.decode() if isinstance(got, bytes)
                              else got))
        else:
            print(word + ": done")
    except Exception as e:
        print("%s: %s" % (word, "timed out" if isinstance(e, TimeoutError)
                          and not e.errno else os.strerror(e.errno)))
END

# play_to OPTIONS -- STEPS...: run the client against faultsrv; the report is in
# $scratch/out, the words of the client in $scratch/err.
play_to () {
    play_options=
    while [ "$1" != -- ]; do
        play_options="$play_options $1"
        shift
    done
    shift
    # shellcheck disable=SC2086 # options are words
    run bounded 120 "$faultsrv" --json $play_options -- \
        "$python" -S "$scratch/client" "$@"
}
# saw WORDS: the client printed this line.
saw () {
    grep -qxF -- "$1" "$scratch/err"
}
refused='Connection refused'
reset='Connection reset by peer'

# ---- the list
run "$faultsrv" --list
is "--list: every fault has a sentence and a condition" sh -c '
    [ "$(grep -c "^[a-z]" "$1")" -ge 25 ] &&
    [ "$(grep -c "^    " "$1")" -ge 50 ]' - "$scratch/out"
sed -n 's/^\([a-z-]\{1,\}\).*/\1/p' "$scratch/out" | sort > "$scratch/names"
sed -n 's/^\.It Cm \([a-z-]*\).*/\1/p' "$srcdir/man/faultsrv.1" | sort -u |
    comm -3 "$scratch/names" - > "$scratch/out"
none "--list and the page have the same faults" "$scratch/names"

# ---- streams
play_to --fault=echo -- connect send=hello end all
is "echo: comes back" saw 'all: hello'
json_is '.command.exit_status == 0 and (.clients | length) == 1 and
    (.clients[0] | .sent_bytes == 5 and .replied_bytes == 5 and .end == "fin")
    ' "echo: what the client did"
# A server that comes late itself meets the end of the client with the beginning.
play_silence () {
    play_to --fault=silence -- "connect=$delay" send=hello recv
    jq -e '.clients[0].after_ms >= 290' "$scratch/out" > "$scratch/true"
}
in_time play_silence || :
is "silence: the client times out" saw 'recv: timed out'
json_is '.clients[0] | .sent_bytes == 5 and .end == "fin" and .after_ms >= 290
    ' "silence: it gave up after its time, by FIN"
play_to --fault=silence,3 -- connect=0.3 send=hello recv recv
is "silence after 3 bytes" saw 'recv: hel'
is "silence after 3 bytes: then nothing" saw 'recv: timed out'
play_to --fault=fin -- connect recv send=hello
is "fin: end of file at once" saw 'recv: '
json_is '.clients[0].end == "fin" or .clients[0].after_fin_bytes == 5' \
    "fin: what came after it"
play_to --fault=fin,2 -- connect send=hello all
is "fin after 2 bytes" saw 'all: he'
play_to --fault=rst -- connect send=hello all
is "rst: reset after a byte" sh -c 'grep -qx "all: $2" "$1"' - \
    "$scratch/err" "$reset"
json_is '.clients[0] | .end == "played" and .replied_bytes == 1' \
    "rst: ended by the fault, after a byte"
play_to --fault=rst-at-once -- connect recv
# The RST may come before connect has returned.
is "rst-at-once: reset" grep -qE "^(connect|recv): $reset" "$scratch/err"
json_is '.clients[0] | .end == "played" and .replied_bytes == 0' \
    "rst-at-once: nothing was sent"
play_to --fault=reset-queued,50 -- connect recv
# Within 50 ms a busy client may not have seen the end of connect.
is "reset-queued: reset" grep -qE "^(connect|recv): $reset" "$scratch/err"
json_is '.faults[0].clients == 0' "reset-queued: never accepted"
if [ "$(uname -s)" = Linux ]; then
    json_is '.faults[0].queued == 1' "reset-queued: one was in the queue"
else
    skip "reset-queued: one was in the queue" "only known of Linux"
fi
play_to --fault=no-accept -- connect=0.3 send=hello recv
is "no-accept: connected" saw 'connect=0.3: done'
is "no-accept: silence" saw 'recv: timed out'
json_is '.faults[0].clients == 0' "no-accept: never accepted"
play_to --fault=half-close -- connect recv send=hello send=hello end
is "half-close: end of file" saw 'recv: '
json_is '.clients[0] | .end == "fin" and .sent_bytes == 10 and
    .after_fin_bytes == 10' "half-close: the other direction goes on"
play_to --fault=no-close -- connect=0.3 send=hello end recv recv
is "no-close: comes back" saw 'recv: hello'
is "no-close: no end of file" saw 'recv: timed out'
play_to --fault=never-read -- connect flood=0.5
is "never-read: the window closes" saw 'flood=0.5: timed out'
json_is '.clients[0] | .sent_bytes >= 65536 and .end != "played"' \
    "never-read: what the buffers took"
# A client that comes late finds two bytes at once.
slow_bytes () {
    play_to --fault=slow,"$delay" -- connect send=hello recv recv
    saw 'recv: h' && saw 'recv: e'
}
delays='20 200 2000'
is "slow: a byte at a time, and another" in_time slow_bytes
delays=
# The second byte of the later client is due after the reset.
play_to --fault=slow,100 -- connect send=hello end recv recv reset \
    connect send=hello recv recv
json_is '.clients[0] | .end == "rst" and .after_ms >= 100' \
    "the time of an RST is not that of an earlier FIN"
play_to --fault=alter,4 -- connect send=hello recv
is "alter: byte 4" saw 'recv: helln'
play_to --fault=early,3 -- connect recv send=hello recv
is "early: before anything was sent" saw 'recv: xxx'
is "early: then the reply" saw 'recv: hello'
if [ -r /proc/self/stat ]; then
    play_to --fault=early,3 -- stop connect send=hello end continue all
    is "early: before bytes that had come" saw 'all: xxxhello'
else
    skip "early: before bytes that had come" "/proc is not here"
fi
play_to --fault=extra,2 -- connect send=hello end all
is "extra: two bytes more" saw 'all: helloxx'
play_to --fault=short,2 -- connect send=hello end all
is "short: two bytes less" saw 'all: hel'
# A client that comes late finds the reply at once.
delayed () {
    play_to --fault=delay,"$delay" -- connect=20 send=hello timeout=0.2 recv \
        timeout=200 recv
    saw 'recv: timed out' && saw 'recv: hello'
}
delays='400 4000 40000'
is "delay: not before its time, but then" in_time delayed
delays=
play_to --fault=refuse,0 -- connect
is "refuse: at once" saw "connect: $refused"
play_to --fault=crash,5 -- connect send=hello all
is "crash: the kernel ends the connection" saw 'all: '
json_is '.clients[0] | .end == "played" and .sent_bytes == 5' \
    "crash: killed when it had read 5 bytes"
play_to --fault=crash,9 -- connect send=hello recv end all
is "crash: an echo before" saw 'recv: hello'
json_is '.clients[0] | .end == "fin" and .replied_bytes == 5 and .after_ms >= 0' \
    "crash: the client ended first"

# ---- one client after the other
play --fault=refuse,2
for count in 1 2; do
    printf 'x\n' | "$echocli" 127.0.0.1 "$port" > "$scratch/out" \
        2> "$scratch/err"
    is "refuse,2: client $count is served" grep -qx x "$scratch/out"
done
run "$echocli" 127.0.0.1 "$port" < /dev/null
is "refuse,2: the third is refused" [ "$status" -eq 3 ]

# ---- a reply of one's own
printf 'HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\nreply\n' > "$scratch/http"
play_to --fault=echo --reply "$scratch/http" -- connect 'send=GET /' all
is "--reply" sh -c 'grep -q "^reply" "$1"' - "$scratch/err"
play_to --fault=short,1 --reply "$scratch/http" --greet -- connect all
is "--greet: without a word of the client" sh -c 'grep -q "^reply" "$1"' - \
    "$scratch/err"
if have curl; then
    for case in echo:0 short,2:18 fin:52 silence:28 refuse,0:7; do
        run bounded 300 "$faultsrv" --json --fault="${case%:*}" \
            --reply "$scratch/http" -- \
            curl -s -m 1 -o /dev/null "http://{address}/"
        json_is ".command.exit_status == ${case#*:}" \
            "curl ${case%:*}: its exit status is ${case#*:}"
    done
else
    skip "curl" "curl is not here"
fi

# ---- datagrams
play_to -u --fault=echo -- udp datagram=hello from
is "UDP echo" saw 'from: hello:True:True'
json_is '.clients[0].text == "sent 5 bytes in 1 datagram, was sent 5 bytes"' \
    "UDP echo: the sentence"
play_to -u --fault=silence -- udp datagram=hello from=0.3
is "UDP silence" saw 'from=0.3: timed out'
json_is '.clients[0] | .datagrams == 1 and .sent_bytes == 5 and
    .replied_bytes == 0 and .end == null' "UDP silence: what has come"
play_to -u --fault=other-port -- udp datagram=hello from
is "UDP other-port" saw 'from: hello:True:False'
if [ "$(uname -s)" = Linux ]; then
    play_to -u --fault=other-address -- udp datagram=hello from
    is "UDP other-address" saw 'from: hello:False:True'
else
    skip "UDP other-address" "127.0.0.2 is only known of Linux"
fi
run "$faultsrv" -u --fault=other-address,192.0.2.7
is "UDP other-address: not of this host: said, and 1" said 1 \
    "192.0.2.7 is not an address of this host"
# 1005 clients in turn, each with a port of its own; the last five send twice.
cat > "$scratch/senders" << 'END'
import socket, sys
held = []
for number in range(1005):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(60)
    s.connect((sys.argv[1], int(sys.argv[2])))
    for turn in range(2 if number >= 1000 else 1):
        s.send(b"x")
        s.recv(9)
    held.append(s)
END
if [ "$(ulimit -n)" = unlimited ] || [ "$(ulimit -n)" -gt 1100 ]; then
    run bounded 120 "$faultsrv" --json -u --fault=echo -- \
        "$python" -S "$scratch/senders" '{host}' '{port}'
    json_is '(.clients | length) == 1000 and .unrecorded == 10 and
        .faults[0].clients == 1000' "UDP: 1000 clients are recorded"
    run bounded 120 "$faultsrv" -u --fault=echo -- \
        "$python" -S "$scratch/senders" '{host}' '{port}'
    is "UDP: of further clients the datagrams are counted" grep -qx \
        'client    10 datagrams of more clients, not recorded' "$scratch/out"
else
    skip "UDP: 1000 clients are recorded" "too few descriptors are allowed"
fi
play_to -u --fault=duplicate -- udp datagram=hello from from
is "UDP duplicate" [ "$(grep -c '^from: hello:True:True$' "$scratch/err")" -eq 2 ]
play_to -u --fault=reorder -- udp datagram=one datagram=two from from
is "UDP reorder" sh -c '[ "$(grep from: "$1" | tr "\n" " ")" = \
    "from: two:True:True from: one:True:True " ]' - "$scratch/err"
play_to -u --fault=truncate,2 -- udp datagram=hello from
is "UDP truncate" saw 'from: he:True:True'
play_to -u --fault=extra,2 -- udp datagram=hello from
is "UDP extra" saw 'from: helloxx:True:True'
play_to -u --fault=extra,131072 -- udp datagram=hello from=0.3
json_is '.faults[0].unsent == 1 and .clients[0].replied_bytes == 0' \
    "UDP extra: a reply too long for a datagram is counted"
play_to -u --unix "$scratch/datagrams" --fault=echo -- udp \
    datagram="$(head -c 70000 /dev/zero | tr '\0' x)"
json_is '.faults[0].unsent == 1 and .clients == []' \
    "UNIX datagrams: one too long to be received is counted"
play_to -u --fault=alter,1 -- udp datagram=hello from
is "UDP alter" saw 'from: hdllo:True:True'
delayed_datagram () {
    play_to -u --fault=delay,"$delay" -- udp datagram=hello from=0.2 from=200
    saw 'from=0.2: timed out' && saw 'from=200: hello:True:True'
}
delays='400 4000 40000'
is "UDP delay: not before its time, but then" in_time delayed_datagram
delays=
# Of 65 replies 64 can wait.
one_too_many () {
    # shellcheck disable=SC2046 # words
    play_to -u --fault=delay,600000 -- udp \
        $(yes datagram=x | head -n 65) from="$delay"
    jq -e '.faults[0].discarded == 1' "$scratch/out" > /dev/null
}
is "UDP delay: a reply too many is counted" in_time one_too_many
play_to -u --fault=lose,2 -- udp datagram=one datagram=two datagram=three \
    from from from=0.3
is "UDP lose: each second" sh -c '[ "$(grep from "$1" | tr "\n" " ")" = \
    "from: one:True:True from: three:True:True from=0.3: timed out " ]' - \
    "$scratch/err"
head -c 200 /dev/zero | tr '\0' x > "$scratch/long"
play_to -u --any --fault=echo --reply "$scratch/long" -- udp datagram=hello \
    from=0.3
is "UDP --any: no reply longer than the datagram" saw 'from=0.3: timed out'
json_is '.faults[0].withheld == 1' "UDP --any: which is counted"
if have_namespaces; then
    run bounded 120 unshare -Urnm sh -c 'ip link set lo up; exec "$@"' - \
        "$faultsrv" --json -u --fault=echo -- "$builddir/tests/crowd" \
        '{address}' from 127.0.0.1:999
    json_is '.command.exit_status == 0 and .faults[0].refused == 1' \
        "UDP: a datagram from a port below 1024 has no reply, and is counted"
else
    skip "UDP: a datagram from a port below 1024" "no network namespaces here"
fi

# One answer to a sender at a port of the server would begin a loop.  The second
# datagram is answered after the first.
if have_namespaces; then
    run in_namespace 'exec "$faultsrv" --json -u --fault=echo --fault=echo -- \
        sh -c "\"\$0\" {address} spoof \${FAULTSRV_PORTS#* } udp 20" "$crowd"'
    json_is '.command.exit_status == 0 and .faults[0].refused == 1 and
        .faults[1].clients == 0' "UDP: no answer to another port of the server"
else
    skip "UDP: no answer to another port of the server" "no namespaces here"
fi
# As in a loop of two servers.  A busy host needs more than the default of 60 s.
begun=$(date +%s)
run bounded 260 "$faultsrv" --json -u -d 240 --fault=echo -- \
    "$crowd" '{address}' flood 5000
max=$((1024 * ($(date +%s) - begun + 2)))
# A busy host may drop a few, as "flood" knows.
json_is "(.clients | max_by(.datagrams)) as \$it |
    (\$it.replied_bytes / 32) as \$got |
    \$it.datagrams > 4000 and \$got >= 1024 and \$got <= $max and
    .faults[0].refused == \$it.datagrams - \$got" \
    "UDP: 1024 repeated datagrams are answered, and as many a second"

# ---- the black hole
black_hole () { # NAME OPTIONS...
    name=$1 connect=connect=1
    shift
    [ "$name" != UNIX ] || connect=hang=1
    play_to --fault=blackhole "$@" -- "$connect"
    if [ "$status" -eq 1 ]; then
        is "black hole, $name: where it cannot be, that is said" \
            grep -q '^faultsrv: fault blackhole: this kernel ' "$scratch/err"
        return
    fi
    is "black hole, $name: connect does not return" saw "$connect: timed out"
    json_is '.faults[0] | .filled >= 1 and .clients == 0' \
        "black hole, $name: filled by its own clients"
}
black_hole IPv4
if [ "$(uname -s)" = Linux ]; then
    json_is '.faults[0].dropped >= 1' "black hole: a SYN was dropped"
fi
if "$faultsrv" -6 --fault=echo -- true > /dev/null 2>&1; then
    black_hole IPv6 -6
else
    skip "black hole, IPv6" "no IPv6 here"
fi
if [ "$(uname -s)" = Linux ]; then
    black_hole UNIX --unix "$scratch/hole"
    play_to --fault=blackhole --unix "$scratch/hole" -- nonblock
    is "black hole, UNIX: EAGAIN if non-blocking" \
        saw 'nonblock: Resource temporarily unavailable'
    is "its file has gone" [ ! -e "$scratch/hole" ]
fi

# A file that another server has put in the place of its own is not its own.
run "$faultsrv" --fault=refuse --unix "$scratch/own" -- \
    sh -c 'mv "$1" "$1.former" && : > "$1"' - "$scratch/own"
is "the file of another server stays" [ -e "$scratch/own" ]

if [ "$(uname -s)" = Linux ]; then
    run "$faultsrv" --json --fault=echo --unix "@sonde-faults-$$" -- \
        "$echocli" --unix '{host}'
    json_is '.command.exit_status == 0 and .faults[0].clients == 1' \
        "an abstract name"
    json_is ".faults[0].address == \"@sonde-faults-$$\"" \
        "an abstract name in the report: as in --unix"
    is "an abstract name in the log: as in --unix" \
        grep -q "listening on @sonde-faults-$$, UNIX stream" "$scratch/err"
fi

# A kernel that answers a client of a full queue by RST: a filter that does so
# for the third SYN plays it.
have nft || PATH=$PATH:/usr/sbin:/sbin
words="black hole: a kernel that answers RST: said, and 1"
if have nft && have_namespaces; then
    run in_namespace 'nft add table inet t &&
        nft add chain inet t in "{ type filter hook input priority 0; }" &&
        nft add rule inet t in "tcp dport 9000 tcp flags & (syn | ack) == syn \
            limit rate over 1/hour burst 2 packets reject with tcp reset" ||
            exit 99
        exec "$faultsrv" -p 9000 --fault=blackhole -d 5'
    if [ "$status" -eq 99 ]; then
        skip "$words" "nft does not work here"
    else
        is "$words" said 1 "answers a client of a full queue by RST"
    fi
else
    skip "$words" "nft or a network namespace is not here"
fi

# ---- the command
run "$faultsrv" --fault=echo -- sh -c 'exit 7'
is "a command: its exit status, and 0" sh -c '[ "$1" -eq 0 ] &&
    grep -q "sh ended with exit status 7 after" "$2"' - "$status" \
    "$scratch/out"
run sh -c 'ulimit -S -n 100 && "$1" --fault=echo -- sh -c "ulimit -n >&2"' - \
    "$faultsrv"
is "a command: with its own limit of descriptors" grep -qx 100 "$scratch/err"
# with_signals HOW COMMAND...: run COMMAND with SIGCHLD blocked or ignored, and
# with the signals blocked that end a run.
with_signals () {
    "$python" -S -c 'import os, signal as s, sys
s.pthread_sigmask(s.SIG_BLOCK, {s.SIGTERM, s.SIGINT, s.SIGHUP})
s.signal(s.SIGHUP, s.SIG_DFL) # below nohup ignored
if sys.argv[1] == "blocked":
    s.pthread_sigmask(s.SIG_BLOCK, {s.SIGCHLD})
else:
    s.signal(s.SIGCHLD, s.SIG_IGN)
os.execv(sys.argv[2], sys.argv[2:])' "$@"
}
for how in blocked ignored; do
    run with_signals "$how" "$faultsrv" --json --fault=echo -d 60 -- sh -c 'exit 7'
    json_is '.command.exit_status == 7 and .milliseconds < 60000' \
        "SIGCHLD $how by the parent: the end of the command is noticed"
done
# The command waits until it is killed.
for signal in TERM INT HUP; do
    run with_signals blocked "$faultsrv" --json --fault=echo -d 60 -- \
        sh -c 'kill -"$0" $PPID; exec cat "$scratch/hold"' "$signal"
    json_is '.command.killed and .milliseconds < 60000' \
        "SIG$signal blocked by the parent: ends the run"
done
# A base so near to the last port that 28 ports do not fit is chosen anew.  Linux
# takes the lower half of the range.
if have_namespaces; then
    run in_namespace '
        echo 65500 65535 > /proc/sys/net/ipv4/ip_local_port_range
        faults=$(yes fault=echo | head -n 28 | sed "s/^/--/")
        i=0
        while [ "$i" -lt 10 ]; do
            i=$((i + 1))
            "$faultsrv" $faults -- sh -c "echo \$FAULTSRV_PORTS >&2" 2>&1 |
                grep "^[0-9]"
        done'
    is "chosen ports follow each other" sh -c '[ "$(wc -l < "$1")" -eq 10 ] &&
        awk "{ for (i = 2; i <= NF; i++) bad += \$i != \$(i - 1) + 1 }
            END { exit bad > 0 }" "$1"' - "$scratch/out"
else
    skip "chosen ports follow each other" "no namespaces here"
fi
# A terminal is replaced by /dev/null, which has no other descriptor.
if [ -e /proc/self/fd/0 ]; then
    run bounded 120 python3 -c 'import os, pty, subprocess, sys
master, slave = pty.openpty()
sys.exit(subprocess.call(sys.argv[1:], stdin=slave))' "$faultsrv" --fault=echo \
        -- sh -c 'for fd in 0 3 4 5 6 7 8 9; do
            if [ "/proc/$$/fd/$fd" -ef /dev/null ]; then echo "null: $fd" >&2; fi
        done'
    is "a command: /dev/null instead of a terminal, once" \
        sh -c '[ "$(grep "^null: " "$1")" = "null: 0" ]' - "$scratch/err"
else
    skip "a command: /dev/null instead of a terminal, once" "/proc is not here"
fi
run "$faultsrv" --fault=echo -- sh -c 'kill -KILL $$'
is "a command that dies" grep -q 'sh was ended by SIGKILL' "$scratch/out"
# The second process has the same group.
run "$faultsrv" -d 1 --fault=echo -- sh -c 'sleep 100 & echo $!; wait'
is "a command that hangs: killed, and 1" sh -c '[ "$1" -eq 1 ] &&
    grep -q "sh was killed after" "$2"' - "$status" "$scratch/out"
# It has gone, or waits to be reaped.
ended () {
    limit=$(($(date +%s) + 20))
    while processes | awk -v pid="$1" '$1 == pid && $3 !~ /^Z/ { found = 1 }
        END { exit !found }'; do
        [ "$(date +%s)" -lt "$limit" ] || return 1
    done
}
is "with its process group" ended "$(tail -n 1 "$scratch/err")"
run "$faultsrv" --fault=echo -- "$scratch/nothing"
# The path may be long, and the line is broken then.
is "a command that is not there: 127 in the report" sh -c '
    tr -s " \n" " " < "$1" | grep -q "exit status 127"' - "$scratch/out"
run "$faultsrv" --fault=echo --fault=fin -p 0 -- \
    sh -c 'set -- $FAULTSRV_PORTS; [ $(($1 + 1)) -eq "$2" ]'
is "several faults, on consecutive ports" grep -q 'exit status 0 ' "$scratch/out"
run "$faultsrv" --fault=echo -- \
    sh -c '[ "$1:$2:$3" = "$FAULTSRV_HOST:$FAULTSRV_PORT:$FAULTSRV_ADDRESS" ]' \
    - '{host}' '{port}' '{address}'
is "placeholders" grep -q 'exit status 0 ' "$scratch/out"

# ---- limits
play --fault=echo --max-clients 2
is "--max-clients: later clients wait, and are served" \
    sh -c '"$echoload" --connect -n 8 -d 0.2 127.0.0.1 "$1" > /dev/null' - "$port"

# Ten minutes, in a second.
for fault in silence slow,300000 crash,100; do
    if may_play_clock; then
        run env REFUSE_HURRY=600 "LD_PRELOAD=$refuse" "$faultsrv" --json \
            -d 3600 --fault="$fault" -- env -u LD_PRELOAD \
            "$crowd" '{address}' open 1 say 1 ended
        json_is '.clients[0] | .end == "limit" and .after_ms >= 600000' \
            "$fault: a client is closed after ten minutes"
    else
        skip "$fault: a client is closed after ten minutes" \
            "the clock cannot be changed here"
    fi
done

# no-close keeps the place of a client that has ended.
if [ "$(uname -s)" = Linux ]; then
    run "$faultsrv" --json --fault=no-close --max-clients 2 -- \
        "$crowd" '{address}' open 5
    json_is '.faults[0] | .clients == 2 and .queued == 3' \
        "--max-clients: clients that are never accepted are counted"
    # Four times, since a client needs descriptors, too.
    run sh -c 'ulimit -n 30 && exec "$faultsrv" --json --fault=no-close -- \
        sh -c "for i in 1 2 3 4; do \"\$0\" {address} open 9; done" "$crowd"'
    json_is '.faults[0] | .clients + .queued == 36 and .queued > 0' \
        "no descriptors: clients that are never accepted are counted"
    is "no descriptors: a line in the log" [ "$(grep -c \
        '^faultsrv: fault no-close: cannot accept clients: Too many open files' \
        "$scratch/err")" -eq 1 ]
else
    skip "clients that are never accepted are counted" "only known of Linux"
fi

# ---- wrong usage
bad () {
    wanted=$1
    shift
    run "$faultsrv" "$@" < /dev/null
    is "refused: $*" sh -c '[ "$1" -eq 2 ] && [ ! -s "$2/out" ] &&
        head -n 1 "$2/err" | grep -qF -- "$3"' - "$status" "$scratch" "$wanted"
}
bad 'missing option --fault'
bad "there is no fault 'nix'" --fault=nix
bad 'is for UDP; leave out --unix' -u --unix "$scratch/no-port" \
    --fault=other-port
bad 'is for UDP; leave out --unix' -u --unix "$scratch/no-port" \
    --fault=other-address
bad 'is for UDP; leave out --unix' -u --unix "$scratch/no-port" \
    --fault=other-address,"$scratch/other"
# A link-local address without an interface cannot be bound.
if [ "$(uname -s)" = Linux ] &&
    "$faultsrv" -6 --fault=echo -- true > /dev/null 2>&1; then
    bad 'cannot bind fe80::1: Invalid argument' -6 -u \
        --fault=other-address,fe80::1
else
    skip "UDP other-address: another failure of bind" "Linux or IPv6 is not here"
fi
bad "'::1' is no address of the family" -u --fault=other-address,::1
bad "'echo' takes no argument" --fault=echo,1
bad 'give a number from 0' --fault=fin,x
bad 'give a number from 1' --fault=lose,0 -u
bad 'is for streams' --fault=fin -u
bad 'is for datagrams' --fault=reorder
bad 'is for TCP' --fault=rst --unix /x
bad 'sends more bytes than come' -u --any --fault=extra
bad 'takes a single fault' --fault=fin --fault=rst --unix /x
bad 'echoes; leave out --reply' --fault=crash --reply "$scratch/long"
bad 'exclude each other' -4 -6 --fault=fin
bad '--reply' --fault=fin --greet
head -c 65508 /dev/zero > "$scratch/longest"
bad 'is longer than 65507 bytes' -u --fault=echo --reply "$scratch/longest"
bad 'No such file' --fault=fin --reply /nowhere/at/all
finish
