#!/bin/sh
# echocli.sh - the echo client, and every way in which it can end
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/alone.sh"
. "${srcdir:-.}/tests/tap.sh"
. "$srcdir/tests/peers.sh"

# given TEXT COMMAND...: run it with TEXT (as printf has it) as input.
given () {
    # shellcheck disable=SC2059 # it is a format
    printf "$1" > "$scratch/in"
    shift
    status=0
    "$@" < "$scratch/in" > "$scratch/out" 2> "$scratch/err" || status=$?
}
same () {
    [ "$status" -eq 0 ] && cmp -s "$scratch/in" "$scratch/out"
}

# ---- all is well
start echo
honest=$port
given 'two\nlines\n' "$echocli" 127.0.0.1 "$honest"
is "two lines come back, and nothing is said" \
    sh -c '[ ! -s "$1/err" ]' - "$scratch"
is "they are the same, status 0" same
given 'no newline at the end' "$echocli" 127.0.0.1 "$honest"
is "the last line needs no newline" same
given '\000\001\377\r\n\000' "$echocli" 127.0.0.1 "$honest"
is "bytes are bytes" same
given '' "$echocli" 127.0.0.1 "$honest"
is "no input is no error" same
run sh -c '"$echocli" 127.0.0.1 "$1" <&-' - "$honest"
is "nor is a closed standard input" [ "$status" -eq 0 ]
given 'x' "$echocli" -v 127.0.0.1 "$honest"
is "-v: both addresses, the family, the attempts, the time" sh -c '
    grep -q "tried 127.0.0.1 port $2: connected after [0-9]* ms" "$1" &&
    grep -Eq "connected from 127.0.0.1 port [0-9]+ to 127.0.0.1 port $2, IPv4 TCP, in [0-9.]+ (us|ms)" "$1"' \
    - "$scratch/err" "$honest"
given 'x' "$echocli" -v --keepalive 60 127.0.0.1 "$honest"
is "--keepalive: the seconds in force" \
    grep -q 'keepalive after 60 s' "$scratch/err"
given 'x' "$echocli" -v --source 127.0.0.1 127.0.0.1 "$honest"
is "--source: an address" same
given 'x' "$echocli" -v 127.0.0.1 "$honest"
if has_localhost; then
    given 'by name\n' "$echocli" -4 localhost "$honest"
    is "localhost" same
else
    skip "localhost" "that name is not known here"
fi
if "$faultsrv" -6 --fault=echo -- true > /dev/null 2>&1; then
    INET6=1 start echo
    given 'IPv6\n' "$echocli" -6 ::1 "$port"
    is "IPv6" same
    if getent ahosts localhost 2> /dev/null | grep -q '^::1'; then
        given 'either\n' "$echocli" localhost "$port"
        is "localhost, whichever of its addresses somebody listens at" same
    else
        skip "localhost, whichever of its addresses somebody listens at" \
            "localhost has one address"
    fi
    if [ "$(uname -s)" = Linux ]; then
        given '' "$echocli" fe80::1 "$port"
        is "a link-local address without its interface: 2" said 2 \
            "needs its interface"
    else
        skip "a link-local address without its interface: 2" \
            "only known of Linux"
    fi
    INET6=1 start udp-echo
    given 'IPv6\n' "$echocli" -6u --timeout 20 ::1 "$port"
    is "IPv6, UDP" same
else
    given '' "$echocli" -6 ::1 "$honest"
    is "IPv6 is not here: no way to that network, and status 6" \
        [ "$status" -eq 6 ]
fi
start echo '' "$scratch/socket"
given 'UNIX\n' "$echocli" --unix "$scratch/socket"
is "a UNIX socket" same
start udp-echo '' "$scratch/dgram"
given 'UNIX\n' "$echocli" -u --timeout 20 --unix "$scratch/dgram"
is "a UNIX datagram socket" same
# 83 bytes are short enough; for more /tmp takes the place.
deep=$scratch/
while [ "${#deep}" -lt 84 ]; do
    deep=${deep}d
    [ "${#deep}" -ge 82 ] || continue
    mkdir "$deep"
    given 'UNIX\n' env TMPDIR="$deep" "$echocli" -u --timeout 20 \
        --unix "$scratch/dgram"
    is "a UNIX datagram socket, TMPDIR of ${#deep} bytes" same
done
mkfifo "$scratch/words"
for signal in TERM ALRM USR1; do
    "$echocli" -uv --unix "$scratch/dgram" < "$scratch/hold" \
        2> "$scratch/words" 9>&- &
    client=$!
    exec 7< "$scratch/words"
    own=
    until [ -n "$own" ] || ! read -r line <&7; do
        case $line in *' connected from '*)
            own=${line#* from } own=${own%/client to *} ;;
        esac
    done
    is "its own socket has a folder" [ -S "${own:-/nowhere}/client" ]
    kill -"$signal" "$client"
    wait "$client"
    exec 7<&-
    is "which goes with a client that is ended by $signal" [ ! -e "$own" ]
done
given 'x' "$echocli" --unix "$scratch/dgram"
is "a stream to a datagram socket: 2, and what to say" said 2 "use -u"
given 'x' "$echocli" -u --unix "$scratch/socket"
is "and the other way round: 2" said 2 "leave out -u"
given 'x' "$echocli" --unix "$(printf '%0200d' 0)"
is "a path that is too long: 2" said 2 "too long for a UNIX socket"

# Somebody types: each line comes back before the next one goes.
mkfifo "$scratch/keys" "$scratch/screen"
"$echocli" 127.0.0.1 "$honest" < "$scratch/keys" > "$scratch/screen" \
    2> "$scratch/err" 9>&- &
client=$!
exec 7> "$scratch/keys" 8< "$scratch/screen"
answers=
for line in one two three; do
    echo "$line" >&7
    read -r answer <&8
    answers="$answers $answer"
done
exec 7>&-
status=0
wait "$client" || status=$?
exec 8<&-
is "each line typed comes back before the next" \
    [ "$answers $status" = " one two three 0" ]

# Much.
size=200000000
head -c "$size" /dev/urandom > "$scratch/in"
"$echocli" 127.0.0.1 "$honest" < "$scratch/in" 2> "$scratch/err" 9>&- |
    cmp - "$scratch/in" > "$scratch/out" 2>&1
is "200 MB of random bytes come back identical" [ $? -eq 0 ]
if [ -r /proc/self/status ] && ! is_sanitized; then
    # All came back, and the client waits for more: what it needed most is known.
    "$echocli" 127.0.0.1 "$honest" < "$scratch/keys" > "$scratch/screen" \
        2> "$scratch/err" 9>&- &
    client=$!
    exec 7> "$scratch/keys"
    cat "$scratch/in" >&7 &
    head -c "$size" < "$scratch/screen" | wc -c > "$scratch/sizes"
    sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$client/status" \
        > "$scratch/out"
    exec 7>&-
    wait "$client"
    is "with at most 8 MiB of memory" \
        sh -c 'read -r most < "$1" && [ "$most" -lt 8192 ]' - "$scratch/out"
else
    skip "with at most 8 MiB of memory" "it cannot be told here"
fi
rm -f "$scratch/in"

# ---- the server does something else
head -c 300000 /dev/zero > "$scratch/zeros"
# lying MODE...: the client's word on 300,000 zeros, sent through such a server.
lying () {
    start "$@"
    status=0
    "$echocli" --timeout 20 127.0.0.1 "$port" < "$scratch/zeros" \
        > "$scratch/out" 2> "$scratch/err" || status=$?
}
for offset in 0 1 65535 65536 299999; do
    lying alter "$offset"
    is "byte $offset altered: named, and 13" said 13 \
        "byte $offset is 0x01, not 0x00"
    is "byte $offset altered: what is right before it is printed" \
        [ "$(wc -c < "$scratch/out")" -eq "$offset" ]
done
# The output is full when the wrong byte comes.
start alter 150000
mkfifo "$scratch/slow"
"$echocli" --timeout 20 127.0.0.1 "$port" < "$scratch/zeros" \
    > "$scratch/slow" 2> "$scratch/err" &
client=$!
dd bs=1 if="$scratch/slow" of="$scratch/out" 2> "$scratch/note"
status=0
wait "$client" || status=$?
is "a byte altered, read slowly: what is right before it is printed" \
    [ "$status $(wc -c < "$scratch/out")" = "13 150000" ]
lying extra 3
is "bytes too many: named, and 13" said 13 \
    "byte 300000, 0x78, is beyond the 300000 sent"
# With an input that does not end the client has no deadline of its own.
start early 1
run bounded 120 "$echocli" --timeout 20 127.0.0.1 "$port" < "$scratch/hold"
is "a byte before anything was sent: 13" said 13 "wrong reply: byte 0, 0x78"
lying fin 1000
is "closed early: 14" said 14 " bytes echoed"
# The unread rest makes it a reset; the end may be seen before.
is "closed early: by the server" grep -qE \
    'server closed the connection|Connection reset by peer|Broken pipe' \
    "$scratch/err"
lying rst 1000
is "reset: 14" said 14 " reset by peer"
start fin 0
run bounded 120 "$echocli" --timeout 20 127.0.0.1 "$port" < "$scratch/hold"
is "closed while somebody thinks what to type: 14 at once" said 14 \
    "server closed the connection, 0 of 0 bytes echoed"
start silence 100
printf '%0200d' 0 > "$scratch/in"
is "falls silent: 4, and how far it came" in_time late 4 \
    "no reply within TIME, 100 of 200 bytes echoed" "$echocli"
start no-close
printf 'x' > "$scratch/in"
is "does not close: 4, and it is said that all came back" in_time late 4 \
    "TIME, all bytes echoed, but the server does not close its side" "$echocli"

# ---- there is no server, or no way
free_port
given 'x' "$echocli" 127.0.0.1 "$port"
is "refused: 3" said 3 "Connection refused"
given 'x' "$echocli" -u --timeout 20 127.0.0.1 "$port"
is "refused, UDP: 3" said 3 "Connection refused"
given 'x' "$echocli" --unix "$scratch/nothing"
is "refused, UNIX: 3" said 3 "No such file or directory"
start blackhole
given 'x' "$echocli" --timeout 0.3 127.0.0.1 "$port"
is "a full listen queue: 4" said 4 "connection timed out after 300 ms (firewall, full"
given 'x' "$echocli" 127.0.0.1 no-such-service
is "an unknown service: 7" said 7 "no such"
given 'x' "$echocli" --source 192.0.2.77 127.0.0.1 "$honest"
is "a source address that is not here: 9" said 9 "(no such source address"
start echo
given 'x' "$echocli" --source "127.0.0.1:$port" 127.0.0.1 "$honest"
is "a source port in use: 10" said 10 "(the source port)"
if [ "$(uname -s)" = Linux ]; then
    given 'x' "$echocli" -u 127.255.255.255 9
    is "not permitted, here to broadcast: 11" said 11 "(a firewall, "
else
    skip "not permitted, here to broadcast: 11" "only known of Linux"
fi
start udp-silence
given 'x' "$echocli" -u --timeout 0.3 127.0.0.1 "$port"
is "silence over UDP: 12" said 12 "no reply within 300 ms"
given '' "$echocli" -u --timeout 0.3 127.0.0.1 "$port"
is "silence over UDP is no success with no input either" \
    said 12 "no reply within 300 ms"

# ---- datagrams
start udp-echo
given 'two\nlines\n' "$echocli" -u --timeout 20 127.0.0.1 "$port"
is "UDP: two lines" same
given 'two\nlines' "$echocli" -u --timeout 20 127.0.0.1 "$port"
is "UDP: the last line needs no newline" same
given '' "$echocli" -u --timeout 20 127.0.0.1 "$port"
is "UDP: no input is an empty datagram, which comes back" same
head -c 200000 /dev/zero > "$scratch/in"
run "$echocli" -u --timeout 20 127.0.0.1 "$port" < "$scratch/in"
is "UDP: a line longer than any datagram" same
start udp-alter 5
given '1234567\n' "$echocli" -u --timeout 20 127.0.0.1 "$port"
is "UDP: an altered byte: 13" said 13 \
    "byte 5 of datagram 1 is 0x37, not 0x36"
start udp-alter 7
given '1234567\n' "$echocli" -u --timeout 20 127.0.0.1 "$port"
is "UDP: the last byte altered: 13" said 13 \
    "byte 7 of datagram 1 is 0x0b, not 0x0a"
start udp-extra 1
given '1234567\n' "$echocli" -u --timeout 20 127.0.0.1 "$port"
is "UDP: a byte too many: 13" said 13 "datagram 1 has 8 bytes, the reply 9"
start_replying short
given '1234567\n' "$echocli" -u --timeout 20 127.0.0.1 "$port"
is "UDP: another answer: 13" [ "$status" -eq 13 ]
start_replying "$(head -c 70000 /dev/zero | tr '\0' x)" "$scratch/long"
given 'x\n' "$echocli" -u --unix "$scratch/long"
is "UNIX: an answer longer than any datagram of UDP: 13" said 13 \
    "datagram 1 has 2 bytes, the reply more than 65535"
start udp-other-port
given 'x\n' "$echocli" -u --timeout 0.3 127.0.0.1 "$port"
is "UDP: an answer from another port is none: 12" said 12 "no reply within"
start udp-duplicate
given 'x\n' "$echocli" -u --timeout 20 127.0.0.1 "$port"
is "UDP: two answers to one datagram: 13, or the second came too late" \
    sh -c '[ "$1" -eq 13 ] || [ "$1" -eq 0 ]' - "$status"
given 'x\ny\n' "$echocli" -u --timeout 20 127.0.0.1 "$port"
is "UDP: the second answer is not taken for the next: 13" [ "$status" -eq 13 ]
# The input ends when a later client has its reply: the second answer has come.
start udp-duplicate '' "$scratch/twice"
"$echocli" -u --timeout 20 --unix "$scratch/twice" < "$scratch/keys" \
    > "$scratch/screen" 2> "$scratch/err" 9>&- &
client=$!
exec 7> "$scratch/keys" 8< "$scratch/screen"
echo x >&7
read -r answer <&8
echo y | "$echocli" -u --timeout 20 --unix "$scratch/twice" \
    > "$scratch/out" 2>&1 7>&- 8<&-
exec 7>&-
status=0
wait "$client" || status=$?
exec 8<&-
is "UNIX: two answers to one datagram: 13" said 13 \
    "one datagram more than the 1 sent, of 2 bytes"
lose_one () {
    start udp-lose 3
    late 12 "no reply within TIME, datagram 3, 2 echoed before" "$echocli" -u
}
printf 'a\nb\nc\nd\n' > "$scratch/in"
is "UDP: a lost datagram is silence: 12, and which it was" in_time lose_one

# ---- the output
if [ -w /dev/full ]; then
    printf 'x\n' > "$scratch/in"
    run sh -c '"$echocli" 127.0.0.1 "$1" < "$2/in" > /dev/full' - \
        "$honest" "$scratch"
    is "a full standard output: 2" said 2 "cannot write standard output"
else
    skip "a full standard output: 2" "there is no /dev/full"
fi
run sh -c '"$echocli" 127.0.0.1 "$1" >&-' - "$honest" < /dev/null
is "a closed standard output: 2" said 2 "standard output is closed"
{
    status=0
    "$echocli" 127.0.0.1 "$honest" < "$scratch/zeros" 2> "$scratch/err" \
        9>&- || status=$?
    echo "$status" > "$scratch/status"
} | :
read -r status < "$scratch/status"
is "nobody reads the output: no death by signal, but 2, and nothing is said" \
    sh -c '[ "$1" -eq 2 ] && [ ! -s "$2" ]' - "$status" "$scratch/err"
# A datagram socket of one's own, and no place for it.
mkdir "$scratch/closed"
chmod 555 "$scratch/closed"
if [ -w "$scratch/closed" ]; then
    skip "no folder for the client's socket" "root may write anywhere"
else
    run env TMPDIR="$scratch/closed" "$echocli" -u --unix "$scratch/none" \
        < /dev/null
    is "no folder for the client's socket: 2, where and why" said 2 \
        "cannot make a folder in $scratch/closed for this client's own socket: \
Permission denied"
fi
run env TMPDIR="$scratch/missing" "$echocli" -u --unix "$scratch/none" < /dev/null
is "TMPDIR is heeded" said 2 "cannot make a folder in $scratch/missing"
run "$echocli" 127.0.0.1 "$honest" < /
is "an input that cannot be read: 2" said 2 "cannot read standard input"
# Nothing is due from the server meanwhile, so no deadline runs.
if [ -f "$refuse" ] && ! is_sanitized; then
    for words in -t5 "-u -t5"; do
        port=$honest
        # To a UDP port that nobody has, the client may connect to itself: the
        # kernel chooses that very port for it, one time in some 28,000.
        [ "$words" = -t5 ] || start udp-silence
        # 11: EAGAIN; only Linux preloads.
        # shellcheck disable=SC2086 # several words
        run bounded 300 env REFUSE_INPUT=11 "LD_PRELOAD=$refuse" "$echocli" \
            $words 127.0.0.1 "$port" < "$0"
        is "poll reports an input that read never has, $words: 2" \
            said 2 "cannot read standard input"
    done
else
    skip "poll reports an input that read never has" \
        "nothing can be preloaded here"
fi

# ---- wrong usage
bad () {
    wanted=$1
    shift
    run "$echocli" "$@" < /dev/null
    is "refused: $*" sh -c '[ "$1" -eq 2 ] && [ ! -s "$2/out" ] &&
        head -n 1 "$2/err" | grep -qF -- "$3"' - "$status" "$scratch" "$wanted"
}
bad 'missing operand HOST'
bad 'HOST is empty' ''
bad "unexpected operand 'three'" one two three
bad '--unix replaces HOST and PORT' --unix /x host
bad 'slash' /run/socket
bad 'unexpected port' 127.0.0.1:9877
bad 'unexpected port' '[::1]:9877'
bad 'PORT is empty' 127.0.0.1 ''
bad "'127.0.0.300' is not an IPv4 address" 127.0.0.300 7
bad "'127.1' is not an IPv4 address" 127.1 7
bad "'9877' is not an IPv4 address" 9877 7
given '' "$echocli" 0x7f.1 7
is 'a hexadecimal address: 7' said 7 'no such host'
bad "missing operand HOST: '9877'" 9877
bad "'fe80::g' is not an IPv6 address" fe80::g 7
bad 'port 99999 is out of range (1 to 65535)' 127.0.0.1 99999
bad 'port 0 is out of range (1 to 65535)' 127.0.0.1 0
bad 'port 0 is out of range (1 to 65535)' -u 127.0.0.1 0
bad 'port 00 is out of range' ::1 00
bad "'127.0.0.1%lo' is not an IPv4 address" 127.0.0.1%lo 7
bad 'port 99999 is out of range (0 to 65535)' --source 127.0.0.1:99999 \
    127.0.0.1
bad 'port 99999 is out of range (0 to 65535)' --source '[::1]:99999' ::1
bad "no such interface: '4294967295'" --source fe80::1%4294967295 ::1
bad 'port 18446744073709551623 is out of range' 127.0.0.1 18446744073709551623
bad 'port -1 is out of range' -- 127.0.0.1 -1
bad "'+7' is neither a port" 127.0.0.1 +7
bad "no such interface: 'nix'" --source fe80::1%nix ::1
bad 'give a path' --unix ''
bad 'give an address' --source nowhere 127.0.0.1
bad 'the other family' -6 --source 127.0.0.1 127.0.0.1
bad "invalid argument '0' for '--timeout'" --timeout 0 127.0.0.1
bad "invalid argument '0' for '--keepalive'" --keepalive 0 127.0.0.1
bad '--keepalive does not apply' --keepalive 5 -u 127.0.0.1
bad '--keepalive does not apply' --keepalive 5 --unix /x

given '' "$echocli" fe80::1%nix 7
is "an interface that is not here: 7" said 7 "no such interface: 'nix'"
given '' "$echocli" fe80::1%4294967295 7
is "the number of an interface that is not here: 7" \
    said 7 "no such interface: '4294967295'"
for client in daytimecli echoload; do
    for words in "127.0.0.300 7=is not an IPv4 address" \
        "127.0.0.1 99999=port 99999 is out of range" "127.0.0.1 0=port 0 is out of range" "9877=missing operand HOST"; do
        # shellcheck disable=SC2086 # operands are words
        run "$builddir/$client" ${words%=*} < /dev/null
        is "$client refuses ${words%=*}" sh -c '[ "$1" -eq 2 ] &&
            grep -qF -- "$2" "$3"' - "$status" "${words#*=}" "$scratch/err"
    done
done

# ---- a host of our own
if have_namespaces; then
    run in_namespace '"$echocli" 192.0.2.1 7'
    is "no route: 6" said 6 "(no route from this host)"
    run in_namespace 'ip route add unreachable 192.0.2.0/24
        "$echocli" 192.0.2.1 7'
    is "an unreachable host: 5" said 5 "(reported by a router"
    run in_namespace 'ip route add prohibit 192.0.2.0/24
        "$echocli" 192.0.2.1 7'
    is "a prohibited one: 11" said 11 "(a firewall, "
    echo 'hosts: files' > "$scratch/files"
    echo 'hosts: dns' > "$scratch/dns"
    printf 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n' \
        > "$scratch/resolv"
    mount_files='mount --bind "$scratch/files" /etc/nsswitch.conf'
    mount_dns='mount --bind "$scratch/dns" /etc/nsswitch.conf &&
        mount --bind "$scratch/resolv" /etc/resolv.conf'
    export scratch
    if in_namespace "$mount_dns" 2> /dev/null; then
        run in_namespace "$mount_files; "'"$echocli" no-such-host 7'
        is "an unknown name: 7" said 7 "no such host"
        run in_namespace "$mount_dns; "'"$echocli" no-such-host 7'
        is "no name service: 8" said 8 "the name service does not answer"
    else
        skip "an unknown name: 7" "nothing may be mounted here"
        skip "no name service: 8" "nothing may be mounted here"
    fi
else
    for what in "no route: 6" "an unreachable host: 5" "a prohibited one: 11" \
        "an unknown name: 7" "no name service: 8"; do
        skip "$what" "no network namespaces for an ordinary user here"
    done
fi
finish
