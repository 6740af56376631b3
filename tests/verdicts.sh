#!/bin/sh
# verdicts.sh - seven usual clients, each against ten faults of faultsrv
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What faultsrv plays and sees is asserted.  What each client does is its own
# affair: with CLIENT_TABLE, a file, that is written down with the versions (make
# client-table).  A client that is not here is skipped by name.  All is
# played at the same time, since most of it is waiting.
. "${srcdir:-.}/tests/tap.sh"
have jq || skip_all "jq is not here"
faultsrv=$builddir/faultsrv
faults='blackhole refuse,0 reset-queued rst-at-once fin silence short slow,100 alter never-read'
# Times of the clients, where they have any, and of those that have none.
patience=1 deadline=4
[ -n "${CLIENT_TABLE-}" ] || deadline=8

printf 'HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\nreply\n' > "$scratch/http"
printf '+PONG\r\n' > "$scratch/redis"
printf 'hello\n' > "$scratch/line"
head -c 8388608 /dev/zero > "$scratch/much"
cat > "$scratch/ask.py" << 'END'
import http.client, sys
c = http.client.HTTPConnection(sys.argv[1], int(sys.argv[2]),
                               timeout=float(sys.argv[3]))
c.request("POST" if len(sys.argv) > 4 else "GET", "/",
          open(sys.argv[4], "rb") if len(sys.argv) > 4 else None)
print(c.getresponse().read())
END

# client_of NAME FAULT: sets $reply, $input and $client, the words of its command
# line; $much is what a server that never reads is sent.
client_of () {
    reply=$scratch/http input=/dev/null much=
    [ "$2" != never-read ] || much=$scratch/much
    case $1 in
    curl) client="curl -sS -m $patience ${much:+--data-binary @$much} -o /dev/null http://{address}/" ;;
    wget) client="wget -nv -T $patience -t 1 ${much:+--post-file=$much} -O /dev/null http://{address}/" ;;
    python3) client="python3 $scratch/ask.py {host} {port} $patience $much" ;;
    redis-cli) reply=$scratch/redis input=${much:-/dev/null}
        client="redis-cli -h {host} -p {port} ${much:+-x set key}"
        [ -n "$much" ] || client="$client ping" ;;
    nc) reply= input=${much:-$scratch/line}
        client="nc -N -w $patience {host} {port}" ;;
    socat) reply= input=${much:-$scratch/line}
        client="socat -T $patience - TCP:{address},connect-timeout=$patience" ;;
    echocli) reply= input=${much:-$scratch/line}
        client="$builddir/echocli --timeout $patience {host} {port}" ;;
    esac
}
version_of () {
    case $1 in
    curl) curl -V | sed -n '1s/^\(curl [^ ]*\).*/\1/p' ;;
    wget) wget -V | sed -n '1s/ built.*//p' ;;
    python3) python3 -c 'import sys
print("http.client of Python", sys.version.split()[0])' ;;
    redis-cli) redis-cli -v ;;
    nc) nc -h 2>&1 | sed -n '1s/ (.*//; 1s/^/nc, /p' ;;
    socat) socat -V | sed -n '2s/ on .*//p' ;;
    echocli) "$builddir/echocli" --version | sed 1q ;;
    esac
}

# play_fault NAME FAULT: report in $scratch/NAME.FAULT, messages in .err.
play_fault () {
    client_of "$1" "$2"
    # shellcheck disable=SC2086 # words
    "$faultsrv" --json -d "$deadline" --fault="$2" ${reply:+--reply "$reply"} \
        -- $client < "$input" > "$scratch/$1.$2" 2> "$scratch/$1.$2.err" || :
}

# The words in jq for what must be true of each fault.
assertion_of () {
    case $1 in
    blackhole) echo '.faults[0].clients == 0 and .faults[0].filled > 0' ;;
    refuse,0 | reset-queued) echo '.faults[0].clients == 0' ;;
    rst-at-once) echo 'all(.clients[]; .end == "played" and
        .replied_bytes == 0)' ;;
    fin) echo 'all(.clients[]; .replied_bytes == 0 and (.end == "fin" or
        .end == "rst" or .after_fin_bytes > 0))' ;;
    silence) echo 'all(.clients[]; .sent_bytes > 0 and .replied_bytes == 0)' ;;
    never-read) echo 'all(.clients[]; .sent_bytes > 0 and .replied_bytes == 0 and
        .end != "played")' ;;
    *) echo 'any(.clients[]; .sent_bytes > 0 and .replied_bytes > 0)' ;;
    esac
}

# cell_of NAME FAULT: one row of the table.
cell_of () {
    words=$(grep -v '^faultsrv: listening' "$scratch/$1.$2.err" |
        sed '/^ *$/d; /^Traceback/d; /^  /d' | tail -n 1 |
        sed "s,$scratch,DIR,g; s,127\.0\.0\.1:[0-9]*,ADDRESS,g; s/port [0-9]*/port PORT/g; s/|/\\\\|/g" |
        LC_ALL=C tr -d '[:cntrl:]' | cut -c 1-90)
    jq -r --arg fault "$2" --arg words "$words" '
        def seconds: . / 100 | round / 10 | tostring + " s";
        "| " + $fault + " | " +
        (.command | if .killed then "killed after " + (.milliseconds | seconds)
            else (.exit_status // .signal | tostring) + " after " +
                (.milliseconds | seconds) end) + " | " +
        (if $words == "" then "" else "`" + $words + "`" end) + " | " +
        ([.clients[].text] | if length == 0 then "no client came"
            else .[0] + (if length > 1 then
                "; \(length) connections" else "" end) end) + " |"' \
        "$scratch/$1.$2"
}

if [ -n "${CLIENT_TABLE-}" ]; then
    cat > "$CLIENT_TABLE" << END
<!-- SPDX-License-Identifier: GPL-3.0-or-later -->
# What clients do when the server misbehaves

Made by \`make client-table\` on $(date -u +%Y-%m-%d), $(uname -sr | sed 's/-.*//'). Each client asks for one small reply and has a
timeout of $patience s, if the client has such an option, and is killed after $deadline s. A server that never reads is sent 8 MiB.
\`faultsrv --list\` describes the faults. \`tests/verdicts.sh\` asserts the server's part; the clients' part is only
written down.

END
fi
names=
for name in curl wget nc socat python3 redis-cli echocli; do
    if [ "$name" != echocli ] && ! have "$name"; then
        skip "$name" "it is not here"
        continue
    fi
    # Other netcats have other options.
    if [ "$name" = nc ] && ! nc -h 2>&1 | grep -q OpenBSD; then
        skip nc "it is not that of OpenBSD"
        continue
    fi
    names="$names $name"
    for fault in $faults; do
        play_fault "$name" "$fault" &
    done
    # For the table the clients do not disturb one another.
    [ -z "${CLIENT_TABLE-}" ] || wait
done
wait

# play_late NAME FAULT: play once more, by itself and for $delay s, if the
# assertion fails and the client has sent no byte.  Seventy programs start at
# once, and on a busy machine one is killed, or its timeout ends, before it has
# begun.
is_final () {
    jq -e "$json_words $(assertion_of "$2")" "$scratch/$1.$2" > /dev/null 2>&1 ||
        jq -e 'any(.clients[]; .sent_bytes > 0)' "$scratch/$1.$2" > /dev/null 2>&1
}
play_late () {
    is_final "$@" && return
    deadline=$delay
    play_fault "$@"
    is_final "$@"
}
delays='8 30 90'

for name in $names; do
    for fault in $faults; do
        grep -q '^faultsrv: fault .*: this kernel ' "$scratch/$name.$fault.err" ||
            in_time play_late "$name" "$fault"
        cp "$scratch/$name.$fault" "$scratch/out"
        cp "$scratch/$name.$fault.err" "$scratch/err"
        if grep -q '^faultsrv: fault .*: this kernel ' "$scratch/err"; then
            skip "$name, $fault" "this kernel cannot"
            continue
        fi
        json_is "$(assertion_of "$fault")" "$name, $fault: what the server did"
    done
    [ -n "${CLIENT_TABLE-}" ] || continue
    {
        printf '## %s\n\n' "$(version_of "$name")"
        client_of "$name" fin
        printf '    %s\n\n' "$client" | sed "s,$scratch/,,g; s,$builddir/,,g; s/ *$//"
        echo '| fault | exit status | message | what the server saw |'
        echo '|---|---|---|---|'
        for fault in $faults; do
            cell_of "$name" "$fault"
        done
        echo
    } >> "$CLIENT_TABLE"
done
finish
