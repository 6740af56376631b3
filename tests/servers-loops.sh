#!/bin/sh
# servers-loops.sh - a kernel that keeps failing does not make a server spin
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
. "$srcdir/tests/server.sh"

echosrv=$builddir/echosrv
if is_sanitized; then slow=10; else slow=1; fi

# pass SECONDS: let them pass.
pass () {
    mkfifo "$scratch/nothing"
    timeout "$1" cat "$scratch/nothing" 8<> "$scratch/nothing" > /dev/null
    rm "$scratch/nothing"
}

# The server itself: strace is its parent.
family () {
    tracee=$(children_of "$server")
    # shellcheck disable=SC2086 # numbers are words
    for process in ${tracee:-$server}; do
        echo "$process"
        children_of "$process"
    done
}

# The processor time of them all, in hundredths of a second.  A worker may end
# before it is looked at; its parent then has its time.
spent () {
    sum=0
    for process in $(family); do
        stat=$(cat "$proc/$process/stat" 2> /dev/null) ||
            { kill -0 "$process" 2> /dev/null &&
                cannot_look "at the processor time of process $process"
            continue; }
        sum=$((sum + $(echo "$stat" |
            awk '{ sub(".*[)] ", ""); print $12 + $13 + $14 + $15 }')))
    done
    echo "$sum"
}

# is_idle: in a second they use less than a fifth of it.  A busy loop does so in
# no second; the first retries of eight workers may take more on a slow machine.
is_idle () {
    for attempt in 1 2 3; do
        before=$(spent)
        pass 1
        after=$(spent)
        echo "# $((after - before)) hundredths of a second, attempt $attempt"
        [ "$before" -gt 0 ] || [ -n "$(family)" ] || return
        [ $((after - before)) -gt $((20 * slow)) ] || return 0
    done
    return 1
}

# has_ended PID: it is a zombie, or gone.
has_ended () {
    ! processes | awk -v pid="$1" '$1 == pid && $3 !~ /^Z/ { found = 1 }
        END { exit !found }'
}

# stop: SIGTERM for those who serve; strace passes it on to nobody.  SIGKILL after
# a minute.
stop () {
    # shellcheck disable=SC2046 # numbers are words
    kill -TERM $(family | head -n 1)
    limit=$(($(date +%s) + 60))
    until [ "$(date +%s)" -ge "$limit" ] || has_ended "$server"; do
        pass 0.05
    done
    # shellcheck disable=SC2046
    has_ended "$server" || kill -KILL $(family)
    gone
}

# pending: a client that connects, asks, and is not served.
pending () {
    mkfifo "$scratch/hold" "$scratch/held"
    "$crowd" "127.0.0.1:$port" open 1 wait < "$scratch/hold" \
        > "$scratch/held" 2>&1 &
    holder=$!
    exec 8> "$scratch/hold" 7< "$scratch/held"
    read -r _ <&7
}

# A security policy, as a real filter: no strace needed.
filter=$builddir/tests/no-unshare
if [ -x "$filter" ] && "$filter" --accept true && ! is_sanitized; then
    for model in $models; do
        serve "$filter" --accept "$echosrv" --model="$model" -4 --tcp -p 0
        pending
        until_logged 'accept keeps failing'
        is "$model: accept forbidden by a filter: no busy loop" is_idle
        is "$model: and it says so once, with what to do" \
            once_logged 'keeps failing: Operation not permitted.*seccomp'
        halt
        is "$model: and can be stopped" [ "$status" -eq 0 ]
        let_go
    done
else
    skip "accept forbidden by a filter" "no seccomp filter can be had here"
fi

# A listener that another process has shut down: accept says EINVAL on Linux.
# serve_shut COMMAND...: start it, and shut its listener down.
peer=$builddir/tests/peer
serve_shut () {
    rm -f "$scratch/shut"
    mkfifo "$scratch/shut"
    serve "$@" > "$scratch/port"
    : > "$scratch/shut"
}
if [ "$(uname -s)" = Linux ]; then
    for model in $models; do
        serve_shut "$peer" shut "$scratch/shut" "$echosrv" --model="$model"
        case $model in
        prefork)
            until_logged 'a worker ended'
            is "$model: a listener that was shut down: no busy loop" is_idle
            halt
            is "$model: a listener that was shut down: it can be stopped" \
                [ "$status" -eq 0 ]
            ;;
        *)
            gone
            is "$model: a listener that was shut down: it ends, with 2" \
                [ "$status" -eq 2 ]
            ;;
        esac
        is "$model: and it says so once, with what to do" once_logged \
            'cannot accept clients any more.*shut this socket down.*restart the server'
        is "$model: and no more than three lines about it" \
            [ "$(grep -vc 'listening' "$scratch/log")" -le 3 ]
    done
else
    skip "a listener that was shut down" "what accept says then is Linux's"
fi

have strace || {
    skip "what strace injects" "strace is not here"
    finish
    exit
}
strace -e trace=close -e inject=close:error=EIO:when=9999..10000 -o /dev/null \
    true 2> /dev/null || {
    skip "what strace injects" "tracing is not allowed, or strace is too old"
    finish
    exit
}
is_sanitized && {
    skip "what strace injects" "sanitizers make calls of their own"
    finish
    exit
}
# inject CALLS RULE COMMAND...: a server to whose CALLS the kernel answers so.
inject () {
    calls=$1 rule=$2
    shift 2
    serve strace -f -qq -o /dev/null -e trace="$calls" \
        -e inject="$calls:$rule" "$@"
}

for model in $models; do
    # For ever.
    for error in ECONNABORTED EAGAIN; do
        case $error in
        EAGAIN) words='poll keeps reporting' ;;
        *) words='accept keeps failing: .*shut this socket down' ;;
        esac
        inject accept4,accept error=$error "$echosrv" --model="$model" -4 --tcp -p 0
        pending
        until_logged "$words"
        is "$model: accept says $error for ever: no busy loop" is_idle
        is "$model: accept says $error for ever: said once" once_logged "$words"
        stop
        is "$model: accept says $error for ever: it can be stopped" \
            [ "$status" -eq 0 ]
        let_go
    done
    # For a while: the client that waits is served when it is over.
    inject accept4,accept error=EACCES:when=1..300 \
        "$echosrv" --model="$model" -4 --tcp -p 0
    run "$crowd" "127.0.0.1:$port" once once open 1 say 1000 shut close
    is "$model: accept refused for a while, then works: served" \
        [ "$status" -eq 0 ]
    is "$model: accept refused for a while: said once" \
        once_logged \
        'keeps failing: Permission denied; retrying within a second.*SELinux'
    stop
    is "$model: accept refused for a while: ends well" [ "$status" -eq 0 ]
    # The same of the client's own calls.
    for error in EAGAIN EINTR; do
        inject recvfrom error=$error:when=1..400 \
            "$echosrv" --model="$model" -4 --tcp -p 0
        hold open 1 tell 10
        is "$model: recv says $error for long: no busy loop" is_idle
        let_go
        stop
        is "$model: recv says $error for long: it can be stopped" \
            [ "$status" -eq 0 ]
    done
    # A call that is denied closes each client, and not by the client.
    for call in recvfrom sendto; do
        [ "$call" = sendto ] && words='cannot send: Oper' ||
            words='cannot receive: Oper'
        inject "$call" error=EPERM "$echosrv" --model="$model" -4 --tcp -p 0
        for client in 1 2 3; do
            run "$crowd" "127.0.0.1:$port" open 1 tell 10 ended close
        done
        stop
        is "$model: $call is denied: said once" once_logged "$words"
    done
done
inject recvfrom error=EACCES "$echosrv" -4 --tcp -p 0
run "$crowd" "127.0.0.1:$port" open 1 tell 10 ended close
stop
is "recvfrom says EACCES: perhaps by a firewall on the way" \
    logged 'cannot receive: Permission denied (a policy, or over IPv6 a firewall'
# Without memory no client is rejected; without processes or threads one is, and
# none is served.
inject accept4,accept error=ENOMEM "$echosrv" --model=event -4 --tcp -p 0
pending
is "accept says ENOMEM: clients wait" \
    logged 'new clients wait, 0 are served: Cannot allocate memory'
is "accept says ENOMEM: none is said to be rejected" \
    lacks "$scratch/log" 'rejected'
stop
let_go
for model in fork thread; do
    inject clone,clone3,fork,vfork error=EAGAIN \
        "$echosrv" --model=$model -4 --tcp -p 0
    run "$crowd" "127.0.0.1:$port" try 1 ended close
    is "$model: none can be started: the client is rejected, 0 are served" \
        logged 'new clients rejected, 0 are served: \(pthread_create\|fork\): '
    stop
done
for model in prefork event; do
    inject clone,clone3,fork,vfork error=EAGAIN:when=2+ \
        "$echosrv" --model=$model --workers=3 -4 --tcp -p 0
    gone
    is "$model: too few processes for the workers: why, and what to do" \
        logged 'cannot start 3 workers: fork: Res.*; 1 started; raise the limit'
    is "$model: too few processes for the workers: that alone is said" \
        lacks "$scratch/log" 'cannot start: '
done
# Workers that fail are started again later each time: 1 s, then 2 s.
if [ "$(uname -s)" = Linux ]; then
    serve_shut strace -f -qq -ttt -e trace=exit_group -e signal=none \
        -o "$scratch/exits" "$peer" shut "$scratch/shut" \
        "$echosrv" --model=prefork --workers=1
    until [ "$(grep -c 'exit_group(2)' "$scratch/exits")" -ge 3 ]; do
        kill -0 "$server" 2> /dev/null || break
        pass 0.1
    done
    grep 'exit_group(2)' "$scratch/exits" | head -n 3 > "$scratch/out"
    is "prefork: workers that fail: twice the time after each" awk '
        { at[NR] = $2 } END { exit !(NR == 3 && at[3] - at[1] >= 2.99) }' \
        "$scratch/out"
    stop
    is "prefork: workers that fail: it can be stopped" [ "$status" -eq 0 ]
fi
# interrupt COMMAND...: a server to which each wait says EINTR.  On a busy host a
# call that strace makes fail takes a millisecond and more: so may a signal.
interrupt () {
    if [ -f "$refuse" ]; then
        serve strace -f -qq -o /dev/null -e trace=none -E REFUSE_WAIT=yes \
            -E LD_PRELOAD="$refuse" "$@"
    else
        inject epoll_wait,epoll_pwait,poll,ppoll error=EINTR "$@"
    fi
}
for model in iterative event prefork; do
    for error in EINTR ENOMEM EACCES; do
        case $error in
        EINTR) interrupt "$echosrv" --model="$model" -4 --tcp -p 0 ;;
        *)
            inject epoll_wait,epoll_pwait,poll,ppoll error=$error \
                "$echosrv" --model="$model" -4 --tcp -p 0
            ;;
        esac
        until_logged 'cannot poll for clients'
        is "$model: waiting says $error for ever: no busy loop" is_idle
        is "$model: waiting says $error for ever: said once" \
            once_logged 'cannot poll for clients'
        stop
        is "$model: waiting says $error for ever: it can be stopped" \
            [ "$status" -eq 0 ]
    done
done
# A server wakes itself when a signal comes.  The first write is the log's.
for model in $models; do
    for how in write:error=EPERM:when=2+ write:error=EAGAIN:when=2+ \
        tgkill:error=EPERM; do
        inject "${how%%:*}" "${how#*:}" "$echosrv" --model="$model" -4 --tcp -p 0
        run "$crowd" "127.0.0.1:$port" once
        is "$model: $how: a client is served" [ "$status" -eq 0 ]
        is "$model: $how: no busy loop" is_idle
        stop
        is "$model: $how: it can be stopped" [ "$status" -eq 0 ]
    done
done
# A worker that cannot open a self-pipe, and is told to stop before it has ended:
# the signal with which it would wake itself is not caught any more.
for model in event prefork; do
    serve strace -f -q -o "$scratch/ends" -e trace=fcntl \
        -e inject=fcntl:error=EBADF:delay_enter=1000000:when=1 \
        "$echosrv" --model=$model --workers=2 -4 --tcp -p 0
    stop
    is "$model: workers that cannot start, told to stop: they end by themselves" \
        sh -c 'grep -q "exited with 2" "$1" && ! grep -q "killed by" "$1"' - \
        "$scratch/ends"
    is "$model: and the server with them" [ "$status" -eq 0 ]
done
# Datagrams.
for error in ECONNRESET EPROTO ECONNREFUSED EACCES EAGAIN; do
    case $error in
    EAGAIN) words='poll keeps reporting' ;;
    *) words='recvmsg keeps failing' ;;
    esac
    inject recvmsg,recvmmsg,recvfrom error=$error "$echosrv" -4 -u -p 0
    "$crowd" "127.0.0.1:$port" udp 10 > /dev/null &
    asker=$!
    until_logged "$words"
    is "recvmsg says $error for ever: no busy loop" is_idle
    is "recvmsg says $error for ever: said once" once_logged "$words"
    stop
    is "recvmsg says $error for ever: it can be stopped" [ "$status" -eq 0 ]
    end_own "$asker"
    wait "$asker" 2> /dev/null
done
inject recvmsg,recvmmsg,recvfrom error=ECONNRESET:when=1..200 "$echosrv" -4 -u -p 0
run "$crowd" "127.0.0.1:$port" udp 10 udp 20
is "recvmsg fails for a while, then works: answered" [ "$status" -eq 0 ]
stop
inject sendmsg,sendmmsg,sendto error=ECONNREFUSED:when=1..3 "$echosrv" -4 -u -p 0
# The first request has no answer, nor two more.
for attempt in 1 2 3 4 5 6 7 8 9 10 11 12; do
    run bounded 1 "$crowd" "127.0.0.1:$port" udp 10
    [ "$status" -eq 0 ] && break
done
is "sendmsg fails for a while, then works: answered" [ "$status" -eq 0 ]
is "sendmsg fails for a while: said once" \
    once_logged 'cannot send an answer'
stop
# The examples.
run bounded 300 strace -f -qq -o /dev/null -e trace=accept4,accept \
    -e inject=accept4,accept:error=EACCES:when=1..130 \
    "$builddir/examples/event-loop"
is "event-loop: accept refused for a while, then works" [ "$status" -eq 0 ]
mkfifo "$scratch/where"
strace -f -qq -o /dev/null -e trace=accept4,accept \
    -e inject=accept4,accept:error=ECONNABORTED:when=1..130 \
    "$builddir/examples/dual-server" > "$scratch/where" &
server=$!
read -r line < "$scratch/where"
run bounded 300 "$crowd" "${line##* }" open 1 ended
is "dual-server: accept refused for a while, then works" [ "$status" -eq 0 ]
is "dual-server: no busy loop" is_idle
# shellcheck disable=SC2046 # numbers are words
kill -TERM $(family | head -n 1)
wait "$server"
server=
# The clients.
serve "$echosrv" -4 -p 0
echo hi > "$scratch/in"
# The input is read first, and then nothing of the socket.
for calls in poll,ppoll recvfrom; do
    case $calls in recvfrom) when=:when=2+ ;; *) when= ;; esac
    for error in EINTR EAGAIN; do
        before=$(date +%s)
        # As in interrupt.
        if [ "$calls $error" = "poll,ppoll EINTR" ] && [ -f "$refuse" ]; then
            set -- -E REFUSE_WAIT=yes -E LD_PRELOAD="$refuse"
        else
            set -- -e inject="$calls:error=$error$when"
        fi
        run bounded 300 strace -f -c -U name,calls -o "$scratch/count" "$@" \
            "$builddir/echocli" --timeout=3 127.0.0.1 "$port" < "$scratch/in"
        made=$(awk '$NF == "total" || $1 == "total" { print $2 + 0 }' \
            "$scratch/count" | head -n 1)
        echo "# $made calls in $(($(date +%s) - before)) s, status $status"
        is "echocli: $calls says $error for ever: it ends, in few calls" \
            sh -c '[ "$1" -ne 0 ] && [ "$1" -ne 124 ] && [ "$2" -lt 3000 ]' \
            - "$status" "${made:-0}"
    done
done
halt
finish
