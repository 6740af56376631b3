#!/bin/sh
# sandbox.sh - what the servers give up once the sockets are open
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
. "$srcdir/tests/server.sh"
echosrv=$builddir/echosrv daytimesrv=$builddir/daytimesrv
faultsrv=$builddir/faultsrv
library=$builddir/tests/.libs/confined.so

# first_line SERVER...: the first line of its log with --verbose.
first_line () {
    serve "$@" --verbose
    halt
    sed -n '/sandbox: /{ s/^[a-z]*: //; p; q; }' "$scratch/log"
}
kind=$(first_line "$echosrv" -4 --tcp -p 0)
echo "# $kind"
case $kind in
"sandbox: Landlock ABI "*) abi=${kind#*ABI } abi=${abi%%:*} ;;
"sandbox: "*) abi=0 ;;
"no sandbox: "*) abi= ;;
*) ok 1 "with --verbose the log has the sandbox"; finish; exit ;;
esac
ok 0 "with --verbose the log has the sandbox"

# Without -v nothing is logged of it, whether there is one or not.
serve "$echosrv" -4 --tcp -p 0
halt
is "without --verbose the log does not" lacks "$scratch/log" sandbox

# ---- the lack of a sandbox ---------------------------------------------------

# without CALL ERRNO ARGUMENTS...: serve where CALL fails.
without () {
    spec=inject=$1:error=$2
    trace=$1
    shift 2
    serve strace -f -qq -o /dev/null -e "trace=$trace" -e "$spec" "$@" \
        -4 --tcp -p 0
    run "$crowd" "127.0.0.1:$port" once
    served=$status
    kill -TERM "$(children_of "$server")"
    gone
}
if [ -n "$abi" ] && [ "$abi" -gt 0 ] && have strace && ! is_sanitized &&
    strace -f -o /dev/null -e trace=prctl -e inject=prctl:error=EPERM true \
        2> /dev/null; then
    for server_program in echosrv daytimesrv; do
        for error in ENOSYS EOPNOTSUPP EPERM; do
            without landlock_create_ruleset "$error" \
                "$builddir/$server_program"
            is "$server_program: no Landlock ($error): the log is silent" \
                lacks "$scratch/log" sandbox
            is "$server_program: no Landlock ($error): it listens, and ends" \
                [ -n "$port" -a "$status" -eq 0 ]
            [ "$server_program" = daytimesrv ] ||
                is "no Landlock ($error): it serves" [ "$served" -eq 0 ]
        done
    done
    without landlock_create_ruleset ENOSYS "$echosrv" -v
    is "no Landlock: logged with --verbose" \
        logged "no sandbox: this system has none; the server runs without"
    without landlock_create_ruleset EPERM "$echosrv" -v
    is "a policy denies Landlock: logged with --verbose" \
        logged "no sandbox: a policy denies it"
    for call in prctl landlock_restrict_self landlock_create_ruleset; do
        without "$call" ENOMEM "$echosrv"
        is "$call fails (ENOMEM): logged always, and it serves" sh -c '
            [ "$1" -eq 0 ] && [ "$2" -eq 0 ] &&
            grep -q "no sandbox: Cannot allocate memory; the server runs" "$3"' \
            - "$served" "$status" "$scratch/log"
    done
else
    skip "where Landlock fails" "no Landlock here, or strace cannot inject"
fi

# ---- what is denied ----------------------------------------------------------

# expect RESULT-IN-THE-SANDBOX ABI WHAT...: fails unless each process reports
# this for WHAT, or success from a kernel before ABI; without a sandbox success.
expect () {
    result=$1
    [ -n "$sandboxed" ] && [ "$abi" -ge "$2" ] || result=success
    shift 2
    for what; do
        grep "^confined: $what " "$scratch/log" > "$scratch/reports" || {
            echo "# no report of $what"
            return 1
        }
        if grep -v " $result$" "$scratch/reports" | sed 's/^/# /' | grep .; then
            return 1
        fi
    done
}
# denied: the tries of the server have the right results.
denied () {
    expect EACCES 1 open write exec symlink create rename remove &&
        expect EACCES 3 truncate && expect EACCES 4 bind connect &&
        expect EPERM 6 abstract signal &&
        expect success 1 "nnp $([ -n "$sandboxed" ] && echo 1 || echo 0)"
}
confine () {
    : > "$scratch/folder/old"
    serve env "LD_PRELOAD=$library" "CONFINED_FOLDER=$scratch/folder" \
        "CONFINED_SOCKETS=$scratch/sockets" "CONFINED_PORT=$other_port" \
        "CONFINED_NAME=$name" "CONFINED_PID=$$" "$@"
    run "$crowd" "${at:-127.0.0.1:$port}" once
    served=$status
    halt
}
if [ -n "$abi" ] && [ "$abi" -gt 0 ] && [ -f "$library" ] && ! is_sanitized
then
    for folder in folder sockets; do
        mkdir "$scratch/$folder"
        : > "$scratch/$folder/kept"
        : > "$scratch/$folder/program"
        chmod 755 "$scratch/$folder/program"
    done
    name=sonde-test-$$
    # Other servers, to connect to.
    mkfifo "$scratch/others"
    "$echosrv" -4 --tcp -a 127.0.0.1 -p 0 --unix "@$name" --no-sandbox \
        2> "$scratch/others" &
    others=$!
    exec 6< "$scratch/others"
    other_port=
    while read -r line <&6; do
        case $line in *" port "*)
            other_port=${line##* port } other_port=${other_port%%,*} ;;
        esac
        case $line in *" UNIX "*) seen_name=yes ;; esac
        [ -z "$other_port" ] || [ -z "$seen_name" ] || break
    done
    for sandboxed in yes ''; do
        how=${sandboxed:+in the sandbox}
        how=${how:-with --no-sandbox}
        option=${sandboxed:+--verbose}
        option=${option:---no-sandbox}
        for model in $models; do
            confine "$echosrv" -4 --tcp -p 0 -m "$model" "$option"
            is "$model, $how: serves" [ "$served" -eq 0 ]
            is "$model, $how: files, ports and processes" denied
            is "$model, $how: ends" [ "$status" -eq 0 ]
        done
        # Beside the folder of the tries: below it, removing is allowed.
        at=$scratch/sockets/socket
        confine "$echosrv" --unix "$at" "$option"
        is "UNIX stream, $how" [ "$served" -eq 0 ]
        is "UNIX stream, $how: files, ports and processes" denied
        is "UNIX stream, $how: its file is removed" \
            [ "$status" -eq 0 -a ! -e "$at" ]
        at=
        confine sh -c 'exec "$@" > "$0"' "$scratch/report" "$faultsrv" -p 0 \
            --fault=echo "$option"
        is "faultsrv, $how: files, ports and processes" denied
        is "faultsrv, $how: ends" [ "$status" -eq 0 ]
    done
    kill "$others"
    exec 6<&-
    wait "$others"
else
    skip "files, ports and processes are denied" \
        "no Landlock here, or nothing can be preloaded"
fi

# ---- what is allowed ---------------------------------------------------------

# Datagrams of UNIX sockets are answered to any path, and to abstract names.
serve "$echosrv" --unix "$scratch/datagrams" --udp
run "$builddir/echocli" -u -U "$scratch/datagrams" < "$srcdir/COPYING.LESSER"
is "UNIX datagrams are answered" [ "$status" -eq 0 ]
halt
is "the file of UNIX datagrams is removed" \
    [ "$status" -eq 0 -a ! -e "$scratch/datagrams" ]
serve sh -c 'cd "$1" && exec "$2" --unix relative' - "$scratch" "$echosrv"
halt
is "the file of a relative path is removed" \
    [ "$status" -eq 0 -a ! -e "$scratch/relative" ]

# Faults with a timer connect and bind later; a command is not confined.
run "$faultsrv" --fault=blackhole --duration=1.2 -v
is "faultsrv: a black hole" [ "$status" -eq 0 ]
run "$faultsrv" --fault=echo -- sh -c 'cat /etc/passwd > "$0"' "$scratch/copy"
is "faultsrv: a command keeps its access" cmp "$scratch/copy" /etc/passwd
serve sh -c 'exec "$@" > "$0"' "$scratch/report" "$faultsrv" --fault=echo \
    -U "$scratch/faults"
halt
is "faultsrv: the file is removed" \
    [ "$status" -eq 0 -a ! -e "$scratch/faults" ]

# ---- capabilities ------------------------------------------------------------

# by_setcap PROGRAM: a copy of PROGRAM that any user can start on a low port, in
# $copy.
by_setcap () {
    copy=$open/${1##*/}
    # Not the script that libtool makes for programs of shared libraries.
    cp "$1" "$copy" && chmod 755 "$copy" &&
        setcap cap_net_bind_service=ep "$copy" 2> /dev/null
}
# drops OPTION...: $copy, on a low port, drops its capabilities.
drops () {
    # Without a network of its own the port may be in use.
    # shellcheck disable=SC2086 # several words
    serve sh -c 'exec "$@" > "$0"' "$scratch/report" $as_nobody "$copy" -4 \
        -p 77 "$@"
    if [ -z "$port" ]; then
        gone
        skip "setcap: ${copy##*/}: capabilities are dropped ($1)" \
            "cannot listen on port 77: $(tail -n 1 "$scratch/log")"
        return
    fi
    is "setcap: ${copy##*/}: capabilities are dropped ($1)" sh -c '
        grep "^Cap\(Inh\|Prm\|Eff\|Amb\)" "/proc/$1/status" > "$2" &&
        [ "$(grep -c "0000000000000000$" "$2")" -eq 4 ]' - "$server" \
        "$scratch/out"
    halt
}
# keeps OPTION...: $copy cannot drop its capabilities, and does not serve.
keeps () {
    if [ -z "$port" ] || ! have strace || is_sanitized ||
        ! strace -u nobody -o /dev/null -e trace=capset \
            -e inject=capset:error=EPERM true 2> /dev/null; then
        skip "setcap: ${copy##*/}: capset fails" \
            "the port is in use, or strace cannot inject"
        return
    fi
    run bounded 60 strace -u nobody -f -qq -o /dev/null -e trace=capset \
        -e inject=capset:error=EPERM "$copy" -4 -p 77 "$@"
    is "setcap: ${copy##*/}: capset fails: 2, and why" sh -c '[ "$1" -eq 2 ] &&
        grep -q "cannot drop capabilities: Operation not permitted" "$2"' - \
        "$status" "$scratch/err"
    # faultsrv logs its ports as soon as they are open.
    [ "${copy##*/}" = faultsrv ] ||
        is "setcap: ${copy##*/}: capset fails: it does not listen" \
            lacks "$scratch/err" listening
}
# try_setcap PROGRAM OPTION...: all of it.
try_setcap () {
    by_setcap "$1"
    shift
    drops --verbose "$@"
    drops --no-sandbox "$@"
    keeps "$@"
}
open=
if [ "$(id -u)" -eq 0 ] && id nobody > /dev/null 2>&1 && have setcap &&
    have setpriv && open=$(mktemp -d /tmp/sonde-test.XXXXXX) &&
    chmod 755 "$open" && by_setcap "$echosrv"; then
    as_nobody="setpriv --reuid=nobody --regid=$(id -g nobody) --clear-groups"
    try_setcap "$echosrv"
    try_setcap "$daytimesrv"
    try_setcap "$faultsrv" --fault=echo
    # The parent of the command is the server.
    cp "$faultsrv" "$open/plain" && chmod 755 "$open/plain"
    # A capability that root of a container has: $echosrv has run with it.
    capability=+net_bind_service
    # shellcheck disable=SC2086 # several words
    run $as_nobody --inh-caps=$capability --ambient-caps=$capability \
        "$open/plain" --fault=echo -- sh -c 'grep "^Cap\(Inh\|Prm\|Eff\|Amb\)" \
            "/proc/$PPID/status" "/proc/$$/status"'
    is "faultsrv with a command: capabilities are dropped" \
        [ "$(grep -c "0000000000000000$" "$scratch/err")" -eq 8 ]
else
    skip "setcap: capabilities are dropped" \
        "needs root, setcap, setpriv, and a user nobody"
fi
[ -z "$open" ] || rm -rf "$open"
finish
