#!/bin/sh
# listeners-peers.sh - what the drops of real servers are, and are not
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Apache, nginx and haproxy are found on the PATH, or in SONDE_PEERS, where
# bring-peers.sh unpacks them.  Each has a network namespace to itself, so that
# any port is free and the counters are of nobody else.
. "${srcdir:-.}/tests/tap.sh"
listeners=$builddir/listeners
listening=$builddir/tests/listening
PATH=$PATH:/usr/sbin:/sbin
if [ -n "${SONDE_PEERS:-}" ]; then
    PATH=$PATH:$SONDE_PEERS/usr/sbin:$SONDE_PEERS/usr/bin
    LD_LIBRARY_PATH=$(echo "$SONDE_PEERS"/usr/lib/*-linux-gnu |
        tr ' ' :):$(echo "$SONDE_PEERS"/lib/*-linux-gnu | tr ' ' :)
    export LD_LIBRARY_PATH
fi
export listeners listening scratch PATH
have_namespaces || skip_all "no network namespaces here"
unshare -Ur unshare -U --map-user=1 --map-group=1 true 2> /dev/null ||
    skip_all "unshare has no --map-user, or no namespace may have another"

# What is sourced in each namespace.  A server that is root wants to become
# another user, which is none there; so it is none from the start.
cat > "$scratch/lib.sh" <<'END'
limit=$(($(date +%s) + 60))
in_time () {
    [ "$(date +%s)" -lt "$limit" ] || { echo "not in time: $*" >&2; exit 8; }
}
# serve COMMAND...: start it, and wait until it listens.
serve () {
    unshare -U --map-user=1 --map-group=1 "$@" > "$scratch/log" 2>&1 &
    server=$!
    until "$listeners" --json :8080 > /dev/null 2>&1; do
        kill -0 "$server" 2> /dev/null || { cat "$scratch/log" >&2; exit 9; }
        in_time "$@"
    done
}
# Its status counts not: it is told to end.
halt () {
    kill -CONT "$1"
    kill -KILL "$1"
    wait "$1" || :
}
# report NAME: what is said, in one line, and in JSON.
report () {
    "$listeners" 127.0.0.1:8080 > "$scratch/words" || return
    tr -s ' \n' ' ' < "$scratch/words" > "$scratch/$1.txt"
    "$listeners" --json 127.0.0.1:8080 > "$scratch/$1.json"
}
# 60 good requests, one after the other.
ask () {
    "$listening" request=8080:60 < /dev/null
}
# More clients than fit, while nobody accepts.  A signal is sent before it takes
# effect.
crowd () {
    kill -STOP "$1"
    until grep -q ") T " "/proc/$1/stat"; do in_time signal; done
    "$listening" crowd=8080:300 < "$scratch/hold" > "$scratch/crowd" &
    crowd=$!
    until grep -q ready "$scratch/crowd"; do
        kill -0 "$crowd" || exit 7
        in_time crowd
    done
}
END

# server NAME COMMAND...: 60 good requests are no reason to do anything; then
# there is one.  What NAME's drops are in the first case is $deferred.
server () {
    name=$1
    shift
    mkfifo "$scratch/hold"
    (exec 9<> "$scratch/hold"
        # shellcheck disable=SC2016 # for the shell in there
        run in_namespace '. "$scratch/lib.sh"; serve '"$*"'; ask; report good
            crowd "$server"
            until report full && jq -e ".listeners[0].percent == 100" \
                "$scratch/full.json"; do in_time full; done > /dev/null
            report full; halt "$server"; halt "$crowd"'
        echo "$status" > "$scratch/status")
    status=$(cat "$scratch/status")
    rm "$scratch/hold"
    is "$name: it served" [ "$status" -eq 0 ]
    is "$name: 60 good requests, $deferred drops, no overflow" holds good "
        .listeners[0].drops $deferred and .totals.overflows == 0 and
        .totals.drops == 0"
    is "$name: nothing is advised" sh -c '
        grep -q "to do nothing" "$1" && ! grep -q "larger backlog\|raise" "$1"' - \
        "$scratch/good.txt"
    [ "$deferred" = "== 0" ] ||
        is "$name: the reason is named" grep -q \
            "the reasons counted here are TCP_DEFER_ACCEPT" "$scratch/good.txt"
    is "$name: a real overflow is counted" holds full \
        ".totals.overflows > 0 and .listeners[0].percent == 100"
    # Its processes are stopped, or some of them.
    is "$name: and said" grep -q -e "to do the queue is full: .* larger backlog" \
        -e "to do no process can accept: .* stopped by a signal" \
        "$scratch/full.txt"
    rm -f "$scratch"/good.* "$scratch"/full.*
}
# holds NAME EXPRESSION: it is true of that report.
holds () {
    jq -e "$2" "$scratch/$1.json" > /dev/null
}

if have jq; then
    mkdir "$scratch/www"
    echo good > "$scratch/www/index.html"
else
    skip_all "jq is not here"
fi

if have apache2; then
    # Debian's, with what is built for it.
    modules=$(dirname "$(command -v apache2)")/../lib/apache2/modules
    cat > "$scratch/apache.conf" <<END
ServerRoot "$scratch"
PidFile "$scratch/apache.pid"
DefaultRuntimeDir "$scratch"
LoadModule mpm_event_module "$modules/mod_mpm_event.so"
LoadModule authz_core_module "$modules/mod_authz_core.so"
LoadModule dir_module "$modules/mod_dir.so"
ErrorLog "$scratch/apache.log"
ServerName localhost
DocumentRoot "$scratch/www"
Listen 127.0.0.1:8080
ListenBacklog 16
END
    deferred='>= 1' server "Apache" apache2 -X -f "$scratch/apache.conf"
else
    skip "Apache" "apache2 is not here"
fi

if have nginx; then
    cat > "$scratch/nginx.conf" <<END
daemon off;
master_process off;
pid $scratch/nginx.pid;
error_log $scratch/nginx.log;
events { }
http {
    access_log off;
    client_body_temp_path $scratch/nginx-body;
    proxy_temp_path $scratch/nginx-proxy;
    fastcgi_temp_path $scratch/nginx-fastcgi;
    uwsgi_temp_path $scratch/nginx-uwsgi;
    scgi_temp_path $scratch/nginx-scgi;
    server {
        listen 127.0.0.1:8080 deferred backlog=16;
        root $scratch/www;
    }
}
END
    deferred='>= 1' server "nginx, deferred" nginx -c "$scratch/nginx.conf" \
        -e "$scratch/nginx.log"
    sed 's/ deferred / /' "$scratch/nginx.conf" > "$scratch/nginx-plain.conf"
    deferred='== 0' server "nginx" nginx -c "$scratch/nginx-plain.conf" \
        -e "$scratch/nginx.log"
else
    skip "nginx" "nginx is not here"
fi

# Health checks of haproxy: half a handshake, reset.  The listener that it
# checks is ours.
if have haproxy; then
    cat > "$scratch/haproxy.conf" <<END
defaults
    mode tcp
    timeout connect 10s
    timeout client 10s
    timeout server 10s
listen front
    bind 127.0.0.1:8081
    server back 127.0.0.1:8080 check inter 20ms
END
    # Ours takes a port by number from nobody: it is the range's only one.
    # shellcheck disable=SC2016 # for the shell in there
    run in_namespace '. "$scratch/lib.sh"
        echo 8080 8080 > /proc/sys/net/ipv4/ip_local_port_range || exit 6
        mkfifo "$scratch/checked"
        "$listening" inet:16:0 < "$scratch/checked" > "$scratch/names" &
        exec 9> "$scratch/checked"
        until grep -q ready "$scratch/names"; do in_time listening; done
        echo 20000 30000 > /proc/sys/net/ipv4/ip_local_port_range
        serve haproxy -db -f "$scratch/haproxy.conf"
        until report good && jq -e ".listeners[0].drops >= 60" \
            "$scratch/good.json"; do in_time checks; done > /dev/null
        halt "$server"; report good
        exec 9>&-; wait'
    is "haproxy, check: it checked" [ "$status" -eq 0 ]
    is "haproxy, check: 60 checks are 60 drops, and no overflow" holds good '
        .listeners[0].drops >= 60 and .totals.overflows == 0 and
        .totals.resets >= 60'
    is "haproxy, check: nothing is advised, and the reason is named" sh -c '
        grep -q "to do nothing.*the reasons counted here are clients that \
reset" "$1" && ! grep -q "larger backlog\|raise" "$1"' - "$scratch/good.txt"
else
    skip "haproxy" "haproxy is not here"
fi
finish
