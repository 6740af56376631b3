#!/bin/sh
# injected.sh - the probes where the kernel refuses them a call
# SPDX-License-Identifier: GPL-3.0-or-later
#
# strace makes the calls fail.  A probe ends in bounded time and calls, and does
# not report a lack of descriptors or memory as the behaviour of the host.
. "${srcdir:-.}/tests/tap.sh"
have strace || skip_all "strace is not here"
strace -f -o /dev/null -e trace=poll -e inject=poll:error=EINTR true \
    2> /dev/null || skip_all "strace cannot make calls fail here"
is_sanitized && skip_all "a sanitized program makes calls of its own"

# inject CALL ERRNO WHEN COMMAND...: run COMMAND; CALL fails with ERRNO in each
# of its processes, the WHENth time, or always.  $calls is how many there were.
inject () {
    spec=inject=$1:error=$2
    [ "$3" = always ] || spec=$spec:when=$3
    call=$1
    shift 3
    run timeout 300 strace -f -qq -e "trace=$call" -e "$spec" \
        -o "$scratch/trace" "$@"
    calls=$(grep -c "$call(" "$scratch/trace")
}

# ---- no wait is endless, and none spins -------------------------------------

for errno in ENOMEM EINTR EAGAIN EINVAL; do
    inject poll "$errno" always "$sockprobe" signal.numbers
    is "sockprobe: poll always fails ($errno): status 2" [ "$status" -eq 2 ]
    is "sockprobe: poll always fails ($errno): few calls" \
        [ "$calls" -gt 0 -a "$calls" -lt 3000 ]
    is "sockprobe: poll always fails ($errno): the reason" \
        grep -q "^sockprobe: cannot ask the questions: " "$scratch/err"
    inject poll "$errno" always "$backlogprobe" -4 -b 0
    is "backlogprobe: poll always fails ($errno): status 2" \
        [ "$status" -eq 2 ]
    is "backlogprobe: poll always fails ($errno): few calls" \
        [ "$calls" -gt 0 -a "$calls" -lt 3000 ]
done
# poll that fails later on is no answer of a client's.
for errno in EPERM EINVAL; do
    inject poll "$errno" 20+ "$backlogprobe" -4 --no-incomplete -b 0-3
    is "backlogprobe: poll fails later ($errno): it is named" \
        grep -q "poll[a-z ]*: $errno" "$scratch/out"
    is "backlogprobe: poll fails later ($errno): no firewall is blamed" \
        lacks "$scratch/out" -i 'disturbed\|firewall'
    is "backlogprobe: poll fails later ($errno): no figure, status 2" \
        [ "$status" -eq 2 ]
done
# Nor is a client rejected whose address cannot be found.
for errno in ENOTCONN EBADF; do
    for when in 1 2 3 8; do
        inject getpeername "$errno" "$when" "$sockprobe" --profile \
            listen.synqueue
        is "sockprobe: getpeername fails ($errno, $when): no figure" grep -q \
            "answer.-.not-testable.*getpeername: $errno" "$scratch/out"
    done
    inject getpeername "$errno" 2+ "$backlogprobe" -4 -b 0
    is "backlogprobe: getpeername fails ($errno): the loopback is not blamed" \
        grep -q "could not be tried.*getpeername: $errno" "$scratch/err"
done
# A call that fails always, or from now on, gives no figure, not even 0, whether
# a full queue has that errno or not.
for errno in EACCES EBADF ECONNREFUSED EAGAIN; do
    inject connect "$errno" always "$backlogprobe" -U -b 0
    is "backlogprobe: connect always fails ($errno): the reason" \
        grep -q "connect: $errno" "$scratch/out"
    is "backlogprobe: connect always fails ($errno): no figure" \
        grep -q '^ *0 *- *- *- ' "$scratch/out"
    inject connect "$errno" 2+ "$backlogprobe" -U -b 0
    is "backlogprobe: connect fails later ($errno): disturbed" \
        grep -q "disturbed: " "$scratch/out"
    is "backlogprobe: connect fails later ($errno): no figure" \
        grep -q '^ *0 *0 *- *- ' "$scratch/out"
done
# A listener that is for ever readable, and has no connection.
inject accept4 EAGAIN always "$backlogprobe" -4 --no-incomplete -b 0-3
is "backlogprobe: accept always fails (EAGAIN): few calls" \
    [ "$calls" -gt 0 -a "$calls" -lt 2000 ]
is "backlogprobe: accept always fails (EAGAIN): it is named" \
    grep -q "accept: EAGAIN" "$scratch/out"
is "backlogprobe: accept always fails (EAGAIN): no figure, status 2" \
    [ "$status" -eq 2 ]
# Data that cannot be received is not lost.
inject recvfrom EFAULT always "$backlogprobe" -4 --no-incomplete -b 0 \
    --overflow --profile
is "backlogprobe --overflow: recv fails: it is named" \
    grep -q "^listen.overflow	inet.data	-	.*recv: EFAULT" "$scratch/out"
inject sendto EAGAIN always "$backlogprobe" -4 --no-incomplete -b 0 \
    --overflow --profile
is "backlogprobe --overflow: nothing can be sent: no answer" \
    grep -q "^listen.overflow	inet.data	-	.*no byte could be sent" "$scratch/out"
# An event of the drawing is a call that succeeded.
inject shutdown ENOTCONN always "$sockprobe" --profile tcp.states
cp "$scratch/out" "$scratch/profile"
is "--states: shutdown fails: it is no event that was drawn" \
    lacks "$scratch/profile" "	loopback.*shutdown"
is "--states: shutdown fails: the errno" \
    grep -q "^tcp.states	answer	-	.*shutdown: ENOTCONN" "$scratch/profile"
# A call that the question needs is named, and its answer is none of the host.
while read -r call errno id; do
    inject "$call" "$errno" always "$sockprobe" --profile "$id"
    is "$id: $call fails ($errno): it is named, without an answer" \
        grep -q "^$id	answer	-	not-testable	.*	[a-z]*: $errno" "$scratch/out"
done <<END
setsockopt EFAULT close.linger
setsockopt EFAULT peer.rst
shutdown EBADF close.refcount
kill EPERM close.refcount
sendto EMSGSIZE connect.self
recvfrom EFAULT exec.peer
recvfrom EINTR connect.self
recvfrom EINTR signal.sigpipe
kill EPERM signal.queueing
rt_sigprocmask EFAULT signal.queueing
END
# The C library takes ENOENT for the end of a folder: /proc without a process.
inject getdents64 ENOENT always "$builddir/listeners" --all
is "listeners --all: /proc shows no process: a reason, status 2" sh -c '
    [ "$1" -eq 2 ] && grep -q "/proc" "$2" && ! grep -q Success "$2"' - \
    "$status" "$scratch/err"
# A child that cannot be forked is no timeout.
inject '?clone,?clone3,?fork,?vfork' EAGAIN always "$builddir/listeners" --all
is "listeners --all: fork fails (EAGAIN): the reason, status 2" sh -c '
    [ "$1" -eq 2 ] && grep -q "^listeners: --all: cannot list the network namespaces: " \
        "$2"' - "$status" "$scratch/err"
# A path is no service: nothing is looked up.
run strace -f -qq -e trace=openat -o "$scratch/trace" \
    "$builddir/listeners" --unix "$scratch/nobody"
is "listeners: a path is not looked up among the services" \
    lacks "$scratch/trace" 'nsswitch\|/etc/services'
# A reader that ends would end the program by a signal.
inject rt_sigaction EPERM always "$byteorder"
is "SIGPIPE cannot be ignored: status 2, the reason" sh -c '[ "$1" -eq 2 ] &&
    grep -q "cannot ignore SIGPIPE.*Operation not permitted" "$2"' - \
    "$status" "$scratch/err"
# A report that cannot be written: write is interrupted for ever, or for a while.
inject write EINTR always "$byteorder" --help
is "a report: write is always interrupted: an end, status 2" \
    [ "$status" -eq 2 ]
is "a report: write is always interrupted: few calls" \
    [ "$calls" -gt 0 -a "$calls" -lt 1000 ]
"$byteorder" --help > "$scratch/whole"
for errno in EINTR EAGAIN; do
    inject write "$errno" 1..50 "$byteorder" --help
    is "a report: write fails 50 times ($errno): all of it comes" sh -c \
        '[ "$1" -eq 0 ] && cmp -s "$2/out" "$2/whole"' - "$status" "$scratch"
done
inject wait4 EINTR always "$sockprobe" nonblock.errno
is "sockprobe: waitpid always fails: it ends" [ "$status" -ne 124 ]
is "sockprobe: waitpid always fails: few calls" [ "$calls" -lt 10000 ]
# A child whose end is not known has not seen the client's FIN.
inject wait4 ECHILD always "$builddir/faultsrv" --json -d 1 --fault=crash,1 -- \
    "$builddir/echocli" '{host}' '{port}' < "$srcdir/tests/injected.sh"
is "faultsrv crash: waitpid always fails: not played, status 2" sh -c '
    [ "$1" -eq 2 ] && grep -q "\"end\": \"failed\".*No child processes" "$2"' - \
    "$status" "$scratch/out"
# The first process is the client.
inject '?clone,?clone3,?fork,?vfork' EAGAIN 2+ "$builddir/faultsrv" --json \
    --fault=crash -- "$builddir/echocli" '{host}' '{port}' \
    < "$srcdir/tests/injected.sh"
is "faultsrv crash: fork fails (EAGAIN): not played, status 2" sh -c '
    [ "$1" -eq 2 ] &&
    grep -q "\"end\": \"failed\".*Resource temporarily unavailable" "$2"' - \
    "$status" "$scratch/out"
is "faultsrv crash: fork fails (EAGAIN): a line in the log" \
    [ "$(grep -c '^faultsrv: fault crash: not played for a client: Resource' \
        "$scratch/err")" -eq 1 ]
# Nor is it known whether its findings are complete.
inject wait4 ECHILD always "$backlogprobe" -4 -b 0
is "backlogprobe: waitpid always fails (ECHILD): status 2, the reason" sh -c '
    [ "$1" -eq 2 ] && grep -q "its end is unknown: waitpid: No child" "$2"' - \
    "$status" "$scratch/err"
inject wait4 ECHILD always "$sockprobe" --profile signal.numbers
is "sockprobe: waitpid always fails (ECHILD): no answer, the reason" \
    grep -q '^signal.numbers	answer	-	not-testable	.*waitpid: No child' \
    "$scratch/out"
inject wait4 EINTR always "$backlogprobe" -4 -b 0
is "backlogprobe: waitpid always fails: it ends" [ "$status" -ne 124 ]
is "backlogprobe: waitpid always fails: few calls" [ "$calls" -lt 10000 ]
is "backlogprobe: waitpid always fails: the end is not known" \
    grep -q "it did not end" "$scratch/err"
# A server and a client whose waits are always interrupted end by SIGTERM, which
# comes with a later sleep.
storm () {
    run bounded 300 "$builddir/faultsrv" -d 200 --fault=echo -- \
        strace -f -qq -o "$scratch/trace" \
        -e '?epoll_wait,?epoll_pwait,?nanosleep,?clock_nanosleep' \
        -e 'inject=?epoll_wait,?epoll_pwait:error=EINTR' \
        -e 'inject=?nanosleep,?clock_nanosleep:signal=SIGTERM:when=4' "$@"
}
storm "$builddir/faultsrv" -d 100 --fault=blackhole
is "faultsrv: each wait is interrupted: ends by SIGTERM, status 0" \
    grep -q 'exit status 0 after \([0-9]* ms\|[0-9]\{1,2\}\.\)' "$scratch/out"
for way in '-d 100' '--connect-only -t 100'; do
    # shellcheck disable=SC2086 # options are words
    storm "$builddir/echoload" $way -n 2 '{host}' '{port}'
    is "echoload $way: each wait is interrupted: ends by SIGTERM" \
        grep -q 'exit status 0 after \([0-9]* ms\|[0-9]\{1,2\}\.\)' \
        "$scratch/out"
done
inject ioctl EINVAL always "$backlogprobe" -4 -b 0 --with net.core.somaxconn=3
is "--with: an ioctl that fails is named, not blamed on the kernel's build" \
    lacks "$scratch/err" "no user.*loopback"

# Where kill is denied, and a question waits for ever.  strace ends with the last
# process.
run timeout 120 strace -f -qq -o "$scratch/trace" -e trace=kill,sendto \
    -e inject=kill:error=EPERM -e inject=sendto:error=EINTR \
    "$sockprobe" --profile signal.restart.recv
is "sockprobe: kill always fails: no process is left" [ "$status" -ne 124 ]
is "sockprobe: kill always fails: the deadline is told" \
    grep -q 'not-testable.*its deadline' "$scratch/out"

# ---- want of a resource is no behaviour of the host -------------------------

# Questions that are soon answered, each by several calls.
questions='accept.aborted accept.fdlimit 
close.linger connect.self listen.unbound nonblock.errno shutdown.how
socket.combinations udp.maxsize'
# shellcheck disable=SC2086
known=$("$sockprobe" --list | awk '{ print $1 }')
asked=
for question in $questions; do
    case " $(echo $known) " in
    *" $question "*) asked="$asked $question" ;;
    esac
done
# shellcheck disable=SC2086
"$sockprobe" --profile $asked > "$scratch/usual"

# differs: what both have measured, and not alike.
differs () {
    awk -F '\t' '$4 != "measured" { next }
        $1 == "volatile" || $1 == "host" { next }
        NR == FNR { usual[$1, $2] = $3; next }
        ($1, $2) in usual && usual[$1, $2] != $3 {
            print "# " $1 " " $2 ": " usual[$1, $2] " became " $3
        }' "$scratch/usual" "$scratch/out"
}

# sample CALL ERRNO WHEN
sample () {
    # shellcheck disable=SC2086
    inject "$1" "$2" "$3" "$sockprobe" --profile $asked
    wrong=$(differs)
    [ -z "$wrong" ] || echo "$wrong"
    is "$1 fails with $2 ($3): nothing is measured amiss" \
        [ "$status" -eq 0 -a -z "$wrong" ]
}
for errno in EMFILE ENFILE ENOMEM ENOBUFS; do
    sample socket "$errno" 2
done
sample socket EMFILE always
is "without descriptors: not testable, with the reason" grep -q \
    "^socket.combinations	answer	-	not-testable	yes	socket: EMFILE, no descriptor left" \
    "$scratch/out"
sample accept ENFILE 1
sample bind ENOMEM 1
sample listen ENOBUFS 1
sample connect ENOBUFS 2
sample setsockopt ENOMEM 1
sample shutdown ENOMEM 1
sample sendto ENOBUFS 1
sample recvfrom ENOMEM 1
sample getsockname ENOBUFS 2

# ---- what a call that fails leaves behind -----------------------------------

inject unlink EPERM 1 "$sockprobe" --html="$scratch/page.html" byteorder
is "a temporary file that cannot be removed is named, status 2" sh -c '
    [ "$1" -eq 2 ] && grep -q "^sockprobe: cannot remove the temporary file $(
        echo "$2".??????): " "$3"' - "$status" "$scratch/page.html" \
    "$scratch/err"

# faultsrv with a command sees its end, whichever call tells it.
ended () { # CALL ERRNO WHEN
    inject "$1" "$2" "$3" "$builddir/faultsrv" --fault=echo -d 60 -- \
        sh -c 'exit 7'
    is "faultsrv: $1 fails ($2, $3): the command has ended with 7" sh -c '
        [ "$1" -eq 0 ] && grep -q "ended with exit status 7 after [0-9]* ms$" \
            "$2"' - "$status" "$scratch/out"
}
ended wait4 ECHILD 1
ended wait4 EINVAL always
ended waitid ECHILD 1
ended waitid EINVAL always

# A file of metrics without a family says so.
inject socket ENOMEM 1 "$builddir/listeners" --prometheus=-
is "listeners --prometheus: a family that cannot be read is not silent" grep \
    -q '^sonde_listeners_not_reported{family="inet",type="stream"} 1$' \
    "$scratch/out"
is "listeners --prometheus: the others are read" grep -q \
    '^sonde_listeners_not_reported{family="unix",type="stream"} 0$' \
    "$scratch/out"
inject sendmsg EOPNOTSUPP always "$builddir/listeners" --prometheus=-
is "listeners --prometheus: nor is a reduced list" grep -q \
    '^sonde_listeners_reduced{type="stream"} 1$' "$scratch/out"
# Two files for one collector, which refuses a series that it has twice.
for options in '' '--udp'; do
    # shellcheck disable=SC2086 # a word, or none
    "$builddir/listeners" $options --prometheus=- | sed '/^#/d; s/ [0-9]*$//'
done | grep '^sonde_listeners_' | sort | uniq -d > "$scratch/out"
is "listeners --prometheus: not the same series with --udp" \
    [ ! -s "$scratch/out" ]
finish
