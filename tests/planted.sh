#!/bin/sh
# planted.sh - sockprobe measures: each answer follows a changed system call
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
[ "$(uname -s)" = Linux ] || skip_all "the answers are those of Linux"
library=$builddir/tests/.libs/tamper.so
[ -f "$library" ] || skip_all "no library to preload was built"
is_sanitized && skip_all "a sanitized program lets nothing be preloaded"

# The id of each question, and a pattern of the answer when tests/tamper.c
# changes the call of the row of the same name.  "-": no call to change.
cat > "$scratch/table" <<'END'
connect.timeout EHOSTUNREACH after .*
listen.half-open SYN-ACK sent again after 1 s; .*
path.mtu not found by ICMP; .*
peer.crash .*; ICMP host unreachable: ENETUNREACH
peer.keepalive vanished: ECONNABORTED; .*
accept.aborted ECONNABORTED
accept.fdlimit EMFILE; the connection is lost
accept.flags accept4: O_NONBLOCK not set, FD_CLOEXEC not set
accept.inherits.async yes
accept.inherits.cloexec yes
accept.inherits.keepalive no
accept.inherits.linger no
accept.inherits.nodelay no
accept.inherits.nonblock yes
accept.inherits.oobinline no
accept.inherits.rcvbuf no
accept.inherits.rcvlowat no
accept.inherits.rcvtimeo no
accept.inherits.reuseaddr no
accept.inherits.sndbuf no
accept.inherits.sndtimeo no
accept.inherits.ttl no
accept.policy EACCES; the connection is lost
address.length bind with a longer length: EINVAL
bind.choices another address or port than requested: .*
bind.reuse.addr success
bind.reuse.addr-idle bind: EADDRINUSE
bind.reuse.addr-specific success
bind.reuse.addr-wildcard success
bind.reuse.none success
bind.reuse.port bind: EADDRINUSE
bind.reuse.port-second success
bind.reuse.timewait success
bind.reuse.timewait-addr EADDRINUSE
bind.reuse.timewait-new success
bind.v6only default 1; .*
byteorder -
close.linger SO_LINGER 0: FIN; .*
close.linger-nonblock close returns at once; .*
close.linger-time close returns at once; .*
close.refcount close sends FIN while a child holds the socket
close.timewait [67][0-9][0-9] s (kernel timer).*
connect.refused ETIMEDOUT
connect.self no: ECONNREFUSED
connect.unreachable ENETUNREACH .*
exec.descriptors .*; with FD_CLOEXEC stays open
exec.peer ENOTCONN
io.epoll a client wakes all of 8 instances; with EPOLLEXCLUSIVE all
io.models not all of .*
limit.connections descriptors and local ports
listen.again the queue is not resized; .*
listen.cap 100 .*
listen.connected EOPNOTSUPP
listen.early-data lost in part
listen.negative 1 connection queued, as for 0
listen.overflow ECONNREFUSED
listen.queue 3n/2+1 for a backlog of n
listen.synqueue 8 incomplete beside 8 complete, .*
listen.unbound EDESTADDRREQ
listen.zero 3 connections queued
nonblock.errno EIO; .*
option.defaults .* tested options exist
option.lowat no: select returns on the first byte
peer.fin read: ECONNRESET
peer.reboot read: EPIPE
peer.rst read: EPIPE
reuseport.close .*: all are reset: it had all
reuseport.spread .*: the last bound takes all
reuseport.udp .*: the last bound takes all
reuseport.users bind by another user: success
shutdown.how after SHUT_WR the peer reads ECONNRESET and can send
signal.connect-again EALREADY
signal.flags not all as POSIX specifies
signal.numbers 30 named signals, .*
signal.queueing 5 of 5
signal.reset the handler is reset; the signal is not blocked in it
signal.restart.accept EINTR
signal.restart.connect EINTR
signal.restart.poll restarted
signal.restart.read EINTR
signal.restart.recv EINTR
signal.restart.select restarted
signal.restart.send EINTR
signal.restart.write EINTR
signal.sigchld .*; also if SIGCHLD is ignored
signal.sigpipe EPIPE
socket.combinations .* pairs of domain and type.*
tcp.states 10 of 11 states seen
udp.maxsize 9216 bytes; larger: EMSGSIZE
udp.refused connected: ENETUNREACH; .*
write.dontwait no: blocks
write.returns when the peer reads
END

"$sockprobe" --list | cut -d ' ' -f 1 | sort > "$scratch/questions"
cut -d ' ' -f 1 "$scratch/table" | sort > "$scratch/planted"
is "each question has a planted answer, or none for a reason" \
    cmp "$scratch/questions" "$scratch/planted"

# answer_of ID FILE: "HOW VALUE" of the answer in a profile.
answer_of () {
    awk -F '\t' -v id="$1" '$1 == id && $2 == "answer" { print $4, $3 }' "$2"
}

# plant ID: the profile of the question with its change.
plant () {
    bounded 300 env "TAMPER=$1" "LD_PRELOAD=$library" "$sockprobe" --profile \
        "$1" > "$scratch/$1.profile" 2> "$scratch/$1.err"
}

# follows ID PATTERN: another answer than without the change, by PATTERN.
follows () {
    changed=$(answer_of "$1" "$scratch/$1.profile" | cut -d ' ' -f 2-)
    plain=$(answer_of "$1" "$scratch/plain" | cut -d ' ' -f 2-)
    [ "$changed" != "$plain" ] && echo "$changed" | grep -qx -- "$2"
}

# Eight at a time, of which the slow ones come first.
lane () {
    awk -v lane="$1" 'NR % 8 == lane && $2 != "-" { print $1 }' \
        "$scratch/table" | while read -r id; do
        plant "$id" || continue
    done
}
for number in 0 1 2 3 4 5 6 7; do
    lane "$number" &
done
bounded 120 "$sockprobe" --profile > "$scratch/plain" 2> "$scratch/err"
wait

# An answer that needs privilege, or a namespace, may be missing here.
measured=0 followed=0 others=0 others_followed=0
while read -r id pattern; do
    how=$(answer_of "$id" "$scratch/plain" | cut -d ' ' -f 1)
    case $how in
    "" | not-testable)
        echo "# $id: no answer here"
        continue
        ;;
    esac
    answer=no
    if [ "$pattern" = - ]; then
        echo "# $id: an answer of the processor, not of the kernel"
    elif follows "$id" "$pattern"; then
        answer=yes
    else
        # Once more, alone.
        plant "$id" && follows "$id" "$pattern" && answer=yes
        [ "$answer" = yes ] || echo "# $id does not follow:" \
            "$(answer_of "$id" "$scratch/$id.profile")"
    fi
    if [ "$how" = measured ]; then
        measured=$((measured + 1))
        [ "$answer" = no ] || followed=$((followed + 1))
    else
        others=$((others + 1))
        [ "$answer" = no ] || others_followed=$((others_followed + 1))
    fi
done < "$scratch/table"
echo "# $followed of $measured measured answers follow;" \
    "$others_followed of $others that were read or computed"
is "answers were measured" [ "$measured" -gt 0 ]
is "95 % or more of the measured answers follow" \
    [ $((followed * 100)) -ge $((measured * 95)) ]
is "and each that was read from the kernel or computed" \
    [ "$others_followed" -eq "$others" ]
finish
