#!/bin/sh
# privilege.sh - --user ends the server unless the privileges are really gone
# SPDX-License-Identifier: GPL-3.0-or-later
#
# strace lets a call fail, or lets a call succeed that was never made, as if a
# filter or a kernel swallowed it.
. "${srcdir:-.}/tests/tap.sh"
[ "$(id -u)" -eq 0 ] || skip_all "needs root"
[ "$(getconf LONG_BIT)" = 64 ] ||
    skip_all "the system calls have other names on 32 bits"
id nobody > /dev/null 2>&1 || skip_all "there is no user nobody"
have strace && have setpriv || skip_all "strace or setpriv is not here"
is_sanitized && skip_all "a leak check cannot trace a traced process"
strace -f -o /dev/null -e trace=setuid -e inject=setuid:error=EPERM true \
    2> /dev/null || skip_all "strace cannot make calls fail here"
setpriv --groups=4321 true 2> "$scratch/err" ||
    skip_all "no groups to drop: $(cat "$scratch/err")"

# refuses SENTENCE INJECTION...: with each INJECTION, a server of group 4321, too,
# ends with 2 before it serves, and logs SENTENCE alone.
refuses () {
    sentence=$1
    shift
    label=$*
    calls=
    for injection; do
        calls="$calls${calls:+,}${injection%%:*}"
        set -- "$@" -e "inject=$injection"
        shift
    done
    # shellcheck disable=SC2086 # nothing, or a word
    run bounded 300 setpriv --groups=4321 $bits strace -f -qq -o "$scratch/trace" \
        -e "trace=$calls" "$@" "$builddir/echosrv" -4 --tcp -p 0 --user=nobody
    is "$label: $sentence" sh -c '[ "$1" -eq 2 ] &&
        grep -qxF "echosrv: --user nobody: $2" "$3" && ! grep -q listening "$3"' \
        - "$status" "$sentence" "$scratch/err"
}

bits=
lacks="Operation not permitted; this root lacks the privilege (on Linux \
CAP_SETUID and CAP_SETGID)"
refuses "setgid: $lacks" setgid:error=EPERM
refuses "setuid: $lacks" setuid:error=EPERM
refuses "setuid: Invalid argument; this user namespace has no such id" \
    setuid:error=EINVAL
refuses "setuid: Resource temporarily unavailable" setuid:error=EAGAIN
refuses "supplementary group 4321 is not one of nobody's and cannot be \
dropped: Operation not permitted" setgroups:error=EPERM
refuses "setgroups: $lacks" setgroups:error=EPERM getgroups:error=EPERM
# Calls that report success, and had no effect.
refuses "supplementary group 4321 is left" setgroups:retval=0
refuses "user or group differs afterwards" setgid:retval=0
refuses "user or group differs afterwards" setuid:retval=0:when=1
# The server tries to become root again, which must fail.
refuses "the process can still return to root" setuid:retval=0:when=2
refuses "the process can still return to root" setresuid:retval=0
refuses "the process can still return to its former group" setresgid:retval=0

# With this bit root keeps its capabilities when it becomes another user.
bits=--securebits=+no_setuid_fixup
if setpriv "$bits" true 2> "$scratch/err"; then
    lost="cannot drop capabilities: Operation not permitted"
    refuses "$lost" capset:error=EPERM
    refuses "$lost" capset:retval=0
else
    skip "capabilities that stay" "$(cat "$scratch/err")"
fi
finish
