#!/bin/sh
# sockprobe.sh - what a user types, and what comes out
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
have jq || skip_all "jq is not here, and JSON is to be read by a real parser"

# ---- the catalogue --------------------------------------------------------

run "$sockprobe" --list
cp "$scratch/out" "$scratch/list"
cut -d ' ' -f 1 "$scratch/list" > "$scratch/ids"
is "--list ends with 0" [ "$status" -eq 0 ]
is "each line begins with an id" \
    sh -c '! grep -Ev "^[a-z0-9]+(\.[a-z0-9-]+)* +[^ ]" "$1"' - "$scratch/list"
is "no id stands there twice, and they are sorted" sort -c -u "$scratch/ids"
is "there are more than 70" [ "$(wc -l < "$scratch/ids")" -gt 70 ]

# Those that were announced stay, whatever is added.
for id in listen.queue listen.cap listen.synqueue listen.overflow listen.zero \
    listen.negative listen.again listen.unbound listen.connected \
    listen.early-data accept.aborted accept.inherits.nonblock \
    accept.inherits.cloexec accept.inherits.keepalive accept.inherits.nodelay \
    accept.inherits.linger accept.fdlimit accept.flags signal.restart.accept \
    signal.restart.connect signal.restart.read signal.restart.recv \
    signal.restart.write signal.restart.poll signal.restart.select \
    signal.connect-again signal.queueing signal.flags signal.sigchld \
    signal.reset signal.numbers signal.sigpipe connect.refused \
    connect.timeout connect.unreachable connect.self peer.crash peer.reboot \
    peer.keepalive path.mtu peer.fin peer.rst socket.combinations \
    bind.choices bind.v6only write.returns shutdown.how close.refcount \
    close.linger close.timewait tcp.states option.defaults option.lowat \
    nonblock.errno io.models udp.maxsize udp.refused limit.connections \
    address.length byteorder; do
    grep -qx "$id" "$scratch/ids" || echo "$id"
done > "$scratch/out"
is "no id that was announced is missing" [ ! -s "$scratch/out" ]

# The page has each, with the question as it is asked.
sed -n '/^\.Sh QUESTIONS/,/^\.Sh FILES/p' "$srcdir/man/sockprobe.1" |
    sed -n '/^\.It /{N;s/^\.It \(.*\)\n/\1 /p;}' > "$scratch/page"
sed 's/  */ /' "$scratch/list" | diff - "$scratch/page" > "$scratch/out"
is "the manual page has each question, as it is asked" [ ! -s "$scratch/out" ]

: > "$scratch/bad"
while read -r id; do
    "$sockprobe" --explain "$id" > "$scratch/out" 2>&1 ||
        echo "$id: cannot be explained" >> "$scratch/bad"
    for part in id question why 'said of it' use asked; do
        grep -q "^$part  *[^ ]" "$scratch/out" ||
            echo "$id: no $part" >> "$scratch/bad"
    done
    grep -q '.\{81\}' "$scratch/out" && echo "$id: too wide" >> "$scratch/bad"
done < "$scratch/ids"
cp "$scratch/bad" "$scratch/out"
is "each is explained: why, what is said of it, what to use" \
    [ ! -s "$scratch/out" ]

# ---- all of them ----------------------------------------------------------

: > "$scratch/none"
mkdir "$scratch/tmp"
TMPDIR=$scratch/tmp
export TMPDIR
run "$sockprobe" --profile
cp "$scratch/out" "$scratch/profile"
is "the whole run ends with 0" [ "$status" -eq 0 ]
is "it says nothing on standard error" [ ! -s "$scratch/err" ]
is "--profile: six columns in every line" \
    awk -F '\t' 'NF != 6 { exit 1 }' "$scratch/profile"
awk -F '\t' '$2 == "answer" { print $1 }' "$scratch/profile" | sort |
    diff "$scratch/ids" - > "$scratch/out"
is "each question has its answer" [ ! -s "$scratch/out" ]
awk -F '\t' '$2 == "answer" && ($3 == "-") != ($4 == "not-testable")' \
    "$scratch/profile" > "$scratch/out"
is "an answer is there unless it is not testable" [ ! -s "$scratch/out" ]
awk -F '\t' '$4 == "not-testable" && $6 == "-"' "$scratch/profile" \
    > "$scratch/out"
is "and then there is a reason" [ ! -s "$scratch/out" ]
awk -F '\t' '$3 ~ /E\?/ || $6 ~ /E\?/' "$scratch/profile" > "$scratch/out"
is "every errno has a name" [ ! -s "$scratch/out" ]
awk -F '\t' '$2 == "answer" { all++
    known += $4 == "measured" || $4 == "read" }
    END { print known " of " all; exit known * 100 < all * 85 }' \
    "$scratch/profile" > "$scratch/out"
known=$?
if [ "$(uname -s)" = Linux ] && have_namespaces; then
    is "at least 85 in 100 are measured or read" [ "$known" -eq 0 ]
else
    skip "at least 85 in 100 are measured or read" "not a plain Linux"
fi
is "nothing of ours is left in TMPDIR" \
    sh -c '! ls "$1"/tmp/* 2> /dev/null' - "$scratch"
# The pipe's end is the end of the last process that holds it.
for after in 0.05 0.1 0.2 0.4; do
    for signal in TERM KILL; do
        timeout -s $signal $after "$sockprobe" --profile listen address
    done
done 2> /dev/null | cat > "$scratch/out"
is "nor if it is killed in the middle" \
    sh -c '! ls "$1"/tmp/* 2> /dev/null' - "$scratch"
# What Linux itself says; other stacks under its name are not held to it.
if grep -q '^host	system	Linux' "$scratch/profile" &&
    grep -q '^listen.queue	inet.5.effective	5' "$scratch/profile"; then
    answers () {
        is "Linux: $1 is \"$2\"" grep -qF "$1	answer	$2	" "$scratch/profile"
    }
    answers accept.aborted "a socket; then read ECONNRESET"
    answers accept.inherits.nonblock no
    answers accept.inherits.keepalive yes
    answers signal.restart.accept restarted
    answers signal.restart.poll EINTR
    answers listen.queue "n+1 for a backlog of n"
    answers listen.overflow "silence: its connect waits"
    answers connect.self "yes, and it hears what it says"
else
    skip "what Linux answers" "this is not Linux's own stack"
fi

# ---- other reports --------------------------------------------------------

run "$sockprobe" accept signal.queueing
is "a group and an id: ends with 0" [ "$status" -eq 0 ]
is "no line is wider than 80 columns" \
    sh -c '! grep -q ".\{81\}" "$1"' - "$scratch/out"
is "it is plain ASCII" sh -c '! LC_ALL=C grep -q "[^ -~]" "$1"' - "$scratch/out"
is "details, other systems, what to use" \
    sh -c 'grep -q "^  queue-slot " "$1" && grep -q "^  elsewhere " "$1" &&
        grep -q "^  use " "$1"' - "$scratch/out"

run "$sockprobe" --json 'accept.inherits.*' byteorder
is "--json ends with 0" [ "$status" -eq 0 ]
json_is '.schema_version == 1 and .host.system and .volatile.time' "JSON: frame"
json_is '.answers | type == "array" and length == 15' "JSON: a list of answers"
json_is 'all(.answers[]; .id and has("value") and .how and has("stable") and
    has("reason") and (.details | type == "array"))' "JSON: answers have their keys"
json_is '.answers[] | select(.id == "byteorder") | .value | test("endian")' \
    "JSON: an answer"

grep -v '^volatile' "$scratch/profile" > "$scratch/same"
run "$sockprobe" --diff "$scratch/profile" "$scratch/same"
is "--diff of equal profiles ends with 0" [ "$status" -eq 0 ]
is "and counts them" grep -q '^0 of [0-9]* answers differ' "$scratch/out"
sed 's/^\(byteorder	answer	\)[^	]*/\1middle-endian/' "$scratch/profile" \
    > "$scratch/other"
run "$sockprobe" --diff "$scratch/profile" "$scratch/other"
is "--diff of others ends with 1" [ "$status" -eq 1 ]
is "and names the question, and both answers" \
    sh -c 'grep -A 1 "^byteorder" "$1" | grep -q middle-endian' - "$scratch/out"
run "$sockprobe" --diff "$scratch/other" byteorder
is "--diff with this host" sh -c '[ "$1" -eq 1 ] && grep -q "^1 of 1 " "$2"' - \
    "$status" "$scratch/out"
run "$sockprobe" --diff "$scratch/profile" accept.aborted address byteorder
is "this host is as it was" [ "$status" -eq 0 ]
run sh -c 'cd "$1" && "$2" --diff linux-6.18 linux-6.18' - "$srcdir" "$sockprobe"
is "in the source tree, its profiles have names" [ "$status" -eq 0 ]
run "$sockprobe" --diff "$scratch/nowhere"
is "a profile that is not there is trouble" [ "$status" -eq 2 ]
echo 'garbage' > "$scratch/garbage"
run "$sockprobe" --diff "$scratch/garbage" "$scratch/profile"
is "and so is one that is none; the line is named" sh -c '[ "$1" -eq 2 ] &&
    grep -q "garbage, line 1" "$2"' - "$status" "$scratch/err"

grep '^accept.aborted' "$scratch/profile" > "$scratch/part"
run "$sockprobe" --diff "$scratch/part" byteorder
is "nothing to compare is trouble, not equality" sh -c '[ "$1" -eq 2 ] &&
    grep -q "no answer in common" "$2"' - "$status" "$scratch/err"
run "$sockprobe" --tap "$scratch/profile" byteorder accept.aborted
is "--tap: as it was" sh -c '[ "$1" -eq 0 ] && grep -q "^ok 2 - byteorder" "$2" &&
    grep -q "^1\.\.2$" "$2"' - "$status" "$scratch/out"
run "$sockprobe" --tap "$scratch/other" byteorder
is "--tap: not ok, and 1" sh -c '[ "$1" -eq 1 ] &&
    grep -q "^not ok 1 - byteorder" "$2"' - "$status" "$scratch/out"

run "$sockprobe" --states
is "--states ends with 0" [ "$status" -eq 0 ]
is "--states: no line is wider than 80 columns" \
    sh -c '! grep -q ".\{81\}" "$1"' - "$scratch/out"
if grep -q 'tcp.states	answer	11 of 11' "$scratch/profile"; then
    missing=0
    for state in LISTEN SYN_SENT SYN_RCVD ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 \
        CLOSE_WAIT LAST_ACK CLOSING TIME_WAIT CLOSED; do
        grep -q "^$state " "$scratch/out" || missing=$((missing + 1))
    done
    is "--states: all eleven" [ "$missing" -eq 0 ]
else
    skip "--states: all eleven" "half of them need a private network"
fi

run "$sockprobe" --html "$scratch/page.html" --diff "$scratch/other" byteorder \
    listen.queue accept.aborted
is "--html ends with 0" [ "$status" -eq 0 ]
is "--html: a whole page, without scripts, of itself alone" sh -c '
    grep -q "^<!DOCTYPE html>" "$1" && grep -q "^</html>" "$1" &&
    ! grep -qi "<script\|https\?://\|<link\|@import" "$1"' - "$scratch/page.html"
is "--html: what differs says so" grep -q 'differs' "$scratch/page.html"
if have xmllint; then
    run xmllint --html --noout "$scratch/page.html"
    grep -v 'Tag \(nav\|details\|summary\) invalid' "$scratch/err" |
        grep -c 'error :' > "$scratch/out"
    is "--html: well-formed" [ "$(cat "$scratch/out")" -eq 0 ]
else
    skip "--html: well-formed" "xmllint is not here"
fi

# ---- wrong usage ----------------------------------------------------------

bad () {
    wanted=$1
    shift
    run "$sockprobe" "$@"
    is "refused: $*" sh -c '[ "$1" -eq 2 ] && [ ! -s "$2/out" ] &&
        head -n 1 "$2/err" | grep -qF -- "$3"' - "$status" "$scratch" "$wanted"
}
bad '"nothing.like-it"' nothing.like-it
bad '"nothing"' --explain nothing
bad 'choose one' --json --profile
bad 'choose one' --list --states

# ---- in need --------------------------------------------------------------

run sh -c 'ulimit -n 64; exec "$1" --profile accept bind signal listen.zero' \
    - "$sockprobe"
is "64 descriptors are enough" [ "$status" -eq 0 ]
awk -F '\t' '$2 == "answer" && $3 == "-"' "$scratch/out" > "$scratch/none"
cp "$scratch/none" "$scratch/out"
is "for these, all are answered" [ ! -s "$scratch/out" ]
if have_namespaces; then
    run unshare -Urn "$sockprobe" --profile byteorder accept.aborted
    is "without a network it says so" sh -c '[ "$1" -eq 0 ] &&
        grep -q "^accept.aborted	answer	-	not-testable" "$2" &&
        grep -q "^byteorder	answer	[a-z]" "$2"' - "$status" "$scratch/out"
    run unshare -Urn "$sockprobe" --profile 'listen.*' connect.refused \
        connect.self udp.maxsize
    awk -F '\t' '$2 == "answer" && $1 != "listen.cap" &&
        $1 != "listen.unbound" && $3 != "-"' "$scratch/out" > "$scratch/none"
    cp "$scratch/none" "$scratch/out"
    is "what the network's being down gives, is no answer" \
        [ ! -s "$scratch/out" ]
    run in_namespace "sysctl -q -w net.ipv6.conf.all.disable_ipv6=1
        '$sockprobe' --profile bind.v6only listen.zero"
    is "without IPv6 the others answer" grep -q '^listen.zero	answer	[0-9]' \
        "$scratch/out"
else
    skip "without a network it says so" "no network namespaces"
    skip "what the network's being down gives, is no answer" \
        "no network namespaces"
    skip "without IPv6 the others answer" "no network namespaces"
fi

# What a question is about, the kernel is really asked.
calls () { # ID CALLS...
    id=$1
    shift
    strace -f -o "$scratch/trace" "$sockprobe" --profile "$id" \
        > "$scratch/out" 2> "$scratch/err"
    missing=
    for call in "$@"; do
        grep -q "$call" "$scratch/trace" || missing="$missing $call"
    done
    is "strace of $id shows the calls" [ -z "$missing" ]
}
if have strace && strace -f -o /dev/null true 2> /dev/null &&
    ! is_sanitized && [ "$(uname -s)" = Linux ]; then
    calls accept.aborted 'accept(' 'getpeername.*ENOTCONN' \
        'recvfrom.*ECONNRESET'
    calls close.linger 'SO_LINGER, {l_onoff=1, l_linger=0}' 'close('
    calls connect.refused 'connect.*ECONNREFUSED'
    calls signal.sigpipe 'EPIPE' 'SIGPIPE' 'MSG_NOSIGNAL'
    calls udp.maxsize 'sendto.*65507' 'EMSGSIZE'
    # Many in one run, a file for each process: no call is cut in two there.
    mkdir "$scratch/traces"
    strace -ff -e trace=%network,%signal,%process -o "$scratch/traces/of" \
        "$sockprobe" --profile accept.fdlimit accept.flags address.length \
        bind.choices bind.reuse.none limit.connections listen.connected \
        nonblock.errno option.lowat signal.flags signal.queueing \
        signal.restart.accept signal.sigchld shutdown.how \
        socket.combinations udp.refused > "$scratch/out" 2> "$scratch/err"
    cat "$scratch"/traces/* > "$scratch/trace"
    while read -r id pattern; do
        is "strace of $id shows $pattern" grep -q "$pattern" "$scratch/trace"
    done <<'END'
accept.fdlimit accept4\?(.*EMFILE
accept.flags accept4(.*SOCK_CLOEXEC|SOCK_NONBLOCK) *= [0-9]
address.length bind(.*, 2) *= -1 EINVAL
address.length getpeername(.*\[4 => 16\]
bind.choices bind(.*192\.0\.2\.1.*EADDRNOTAVAIL
bind.reuse.none bind(.*EADDRINUSE
limit.connections connect(.*EADDRNOTAVAIL
listen.connected listen(.*EINVAL
listen.connected listen(.*EOPNOTSUPP
nonblock.errno connect(.*EINPROGRESS
nonblock.errno sendto(.*EAGAIN
option.lowat SO_RCVLOWAT, \[3\]
option.lowat SO_SNDLOWAT.*ENOPROTOOPT
signal.flags SA_RESETHAND
signal.flags rt_sigaction(SIGKILL.*EINVAL
signal.queueing SIG_BLOCK, \[USR1\]
signal.restart.accept accept4\?(.*ERESTARTSYS
signal.sigchld SA_NOCLDWAIT
signal.sigchld ECHILD
shutdown.how accept4\?(.*EINVAL
shutdown.how shutdown(.*SHUT_RDWR) *= -1 ENOTCONN
socket.combinations socket(AF_INET, SOCK_SEQPACKET, .*ESOCKTNOSUPPORT
udp.refused recvfrom(.*ECONNREFUSED
END
else
    skip "strace agrees" "strace does not work here"
fi

# A cap so small that all of it is filled.
if have_namespaces; then
    run in_namespace "sysctl -q -w net.core.somaxconn=20
        '$sockprobe' --profile listen.negative listen.queue"
fi
if have_namespaces && grep -q '^listen.negative	in-force	20,' "$scratch/out"; then
    is "a small cap is found by -1" grep -q \
        '^listen.negative	answer	21 .*, as for the largest number	' \
        "$scratch/out"
    is "and is no exception from the rule" \
        grep -q '^listen.queue	answer	n+1 for' "$scratch/out"
else
    skip "a small cap is found by -1" "it cannot be set here"
    skip "and is no exception from the rule" "it cannot be set here"
fi
finish
