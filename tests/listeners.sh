#!/bin/sh
# listeners.sh - what listens, by our word and by that of ss and nstat
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
listeners=$builddir/listeners
listening=$builddir/tests/listening
export listeners listening scratch
have jq || skip_all "jq is not here, and JSON is to be read by a real parser"

run "$listeners" --json
[ "$status" -eq 2 ] && grep -q "does not report" "$scratch/err" &&
    skip_all "this system does not tell what listens on it"

# true_of EXPRESSION FILE: it is, without a word.
true_of () {
    jq -e "$1" "$2" > /dev/null
}

# in_proc OPTIONS COMMAND: with a /proc so mounted; 9 if it cannot be.
in_proc () {
    unshare -m sh -c "mount -t proc -o $1 proc /proc 2> /dev/null || exit 9
        $2"
}

# What the scripts in namespaces share.  start WORDS...: listeners, until stop.
cat > "$scratch/lib.sh" <<'END'
start () {
    rm -f "$scratch/fifo" "$scratch/names"
    mkfifo "$scratch/fifo"
    : > "$scratch/names"
    "$listening" "$@" < "$scratch/fifo" > "$scratch/names" &
    listening_process=$!
    exec 9> "$scratch/fifo"
    until grep -q '^ready$' "$scratch/names"; do
        kill -0 "$listening_process" 2> /dev/null || exit 9
    done
}
stop () {
    exec 9>&-
    wait "$listening_process"
}
# The figures of all listeners, by us and by ss: queued, limit, port, drops;
# queued, limit, inode.
figures='.listeners[] | if .family == "unix"
    then "\(.queued) \(.backlog) \(.inode)"
    else "\(.queued) \(.backlog) :\(.port) \(.drops)" end'
ours () {
    "$listeners" --json | jq -r "$figures" | sort
}
theirs () {
    { ss -Hltnm | awk '/^LISTEN/ { sub(/.*:/, "", $4); n = $2 " " $3 " :" $4 }
            { d = $0; if (sub(/.*,d/, "", d)) { sub(/\).*/, "", d)
              print n, d } }'
      ss -Hlx | awk '$2 == "LISTEN" { print $3, $4, $(NF - 2) }'; } | sort
}
# Those of ours, who do not change, are among theirs.
agree_of_listening () {
    "$listeners" --json "$1" > "$scratch/json"
    jq -r "$figures" "$scratch/json" | sort > "$scratch/ours"
    theirs | comm -23 "$scratch/ours" - > "$scratch/missing"
    [ -s "$scratch/ours" ] && [ ! -s "$scratch/missing" ]
}
# All of a namespace.  Drops are counted meanwhile: ask until theirs are the
# same before and after ours.
agree () {
    for _ in 1 2 3 4 5 6 7 8; do
        theirs > "$scratch/before"
        ours > "$scratch/ours"
        theirs > "$scratch/after"
        cmp -s "$scratch/before" "$scratch/after" && break
    done
    [ -s "$scratch/ours" ] && diff "$scratch/ours" "$scratch/after"
}
END
. "$scratch/lib.sh"

# Here, whatever there is, and what we add.
start inet:3:2 "unix:3:5:$scratch/full" "unix:9:1:$scratch/other" \
    "seqpacket:2:0:@abstract $$" "inet:1:0"
run "$listeners"
is "it ends with 0 and says nothing on standard error" \
    sh -c '[ "$1" -eq 0 ] && [ ! -s "$2" ]' - "$status" "$scratch/err"
is "it is plain ASCII" lacks "$scratch/out" '[^ -~]'
# Paths are as long as they are; all else fits.
is "no line is wider than 80 columns" \
    lacks "$scratch/out" '^[^/@].\{80\}'
port=$(sed -n '1s/.*://p' "$scratch/names")
is "the table has a listener with its owner" \
    grep -q "^127.0.0.1:$port  *2  *3  *50%  *0  .*listening\[$listening_process\]" \
    "$scratch/out"
# Beside a wide column of others' addresses and the owner a mark has no room.
is "the full one comes first among ours, and is marked" sh -c '
    grep -A 1 -F "$1/full" "$1/out" | grep " 4  *3  *100%  *-  " |
        grep -q "  <- full$\|^.\{72,80\}$" &&
    [ "$(grep -n -F "$1/full" "$1/out" | head -n 1 | cut -d : -f 1)" -lt \
      "$(grep -n -F "$1/other" "$1/out" | cut -d : -f 1)" ]' - "$scratch"
is "an abstract name is shown as one, a blank in it as octal" \
    grep -q "^@abstract.040$$" "$scratch/out"
run "$listeners" --json
json_is '.schema_version == 1 and (.listeners | length >= 5)' "JSON: listeners"
jq -e --slurpfile schema "$srcdir/doc/listeners.schema.json" '
    def fits($s): type as $t | (if $t == "number" then "integer" else $t end)
        as $name | ([$s.type] | flatten | index($name) != null) and
        (if $s.enum then [.] - $s.enum == [] else true end) and
        (if $t == "object" then (keys - ($s.properties | keys) == []) and
            ($s.required - keys == []) and
            all(to_entries[]; .key as $k | .value | fits($s.properties[$k]))
         elif $t == "array" then all(.[]; fits($s.items)) else true end);
    fits($schema[0])' "$scratch/out" > /dev/null 2> "$scratch/err"
is "JSON: it is as its schema in doc/ says, each key and type" [ $? -eq 0 ]
json_is ".listeners[] | select(.port == $port) | .queued == 2 and .backlog == 3
    and .capacity == 4 and .percent == 50 and .owners[0].name == \"listening\"" \
    "JSON: the figures of one"
if have ss; then
    run agree_of_listening "$listening_process"
    is "every figure here is that of ss" [ "$status" -eq 0 ]
else
    skip "every figure here is that of ss" "ss is not here"
fi

# Without sock_diag: by /proc/net, with what that has.
for error in EACCES:EACCES EPROTONOSUPPORT:EOPNOTSUPP; do
    if [ ! -f "$refuse" ] || is_sanitized || [ "$(uname -s)" != Linux ]; then
        skip "without sock_diag, $error" "nothing can be preloaded, or no /proc"
        skip "without sock_diag and /proc, $error" "nothing can be preloaded"
        continue
    fi
    run env REFUSE="${error%:*}" "LD_PRELOAD=$refuse" "$listeners" --json
    json_is ".reduced == \"${error#*:}\" and
        ([.listeners[] | select(.port == $port)] | length == 1 and
            (.[0] | .queued == 2 and .owners[0].name == \"listening\" and
                .backlog == null and .percent == null and .drops == null)) and
        ([.listeners[] | select(.local == \"$scratch/full\")] | length == 1 and
            .[0].queued == null)" "without sock_diag, $error"
    run env REFUSE="${error%:*}" "LD_PRELOAD=$refuse" "$listeners"
    is "without sock_diag, $error: it is said" grep -q \
        "^sock_diag is not available (${error#*:})" "$scratch/out"
    if unshare -Urm mount -t tmpfs none /proc 2> /dev/null; then
        run unshare -Urm sh -c 'mount -t tmpfs none /proc
            REFUSE=$1 LD_PRELOAD=$2 exec "$listeners"' - "${error%:*}" "$refuse"
        is "without sock_diag and /proc, $error: 2, and a sentence" sh -c '
            [ "$1" -eq 2 ] && grep -q "permission to read the listeners is \
denied\|does not report listening" "$2"' - "$status" "$scratch/err"
    else
        skip "without sock_diag and /proc, $error" "no mount namespaces"
    fi
done

# Choosing.
run "$listeners" --json -4
json_is 'all(.listeners[]; .family == "inet")' "-4: IPv4 only"
run "$listeners" --json -6
json_is 'if_any(.listeners[]; .family == "inet6")' "-6: IPv6 only"
run "$listeners" --json --tcp
json_is 'all(.listeners[]; .family != "unix")' "--tcp: no UNIX sockets"
run "$listeners" --json --unix
json_is 'all(.listeners[]; .family == "unix") and (.listeners | length >= 3)' \
    "--unix: these only"
run "$listeners" --json -4 --unix "$port"
json_is "[.listeners[].port] == [$port]" "a port: that one"
run "$listeners" --json "$listening_process"
json_is "[.listeners[].port] | length == 5 or index($listening_process) != null" \
    "a process, unless it is a port: all it has"
run "$listeners" --json "$scratch/full"
json_is '.listeners | length == 1' "a path: that one"
run "$listeners" --json "127.0.0.1:$port"
json_is '.listeners | length == 1' "an address: that one"
run "$listeners" --json "@abstract\\040$$"
json_is '.listeners[0].type == "seqpacket"' "an abstract name: that one"
run "$listeners" -4 /nowhere
is "nothing of a kind: it is said that there may be others" grep -q \
    "nothing of this kind listens at /nowhere" "$scratch/err"
# Names are bytes, and files are files, however they are written.
mkdir "$scratch/deep" "$scratch/other names"
ln -s deep "$scratch/link"
# A relative name could be that of another run, which listens elsewhere.
bytes=$(printf "b$$\\\\ck \374\377")
stop
cd "$scratch/other names" || exit 99
start "unix:1:0:$scratch/deep/socket" "unix:1:0:$scratch/link/through" "unix:1:0:$bytes" \
    "unix:1:0:@@padded$$" "unix:1:0:@$bytes$$" "unix:1:0:./@path"
cd "$builddir" || exit 99
# chosen WHAT: the only one of the kind, as it is printed, is $scratch/local.
chosen () {
    run "$listeners" --json --unix "$1"
    [ "$status" -eq 0 ] && jq -er '.listeners | if length == 1
        then .[0].local else error end' "$scratch/out" > "$scratch/local"
}
# finds WHAT PATTERN: the name printed is like it.
finds () {
    chosen "$1" && grep -q "$2" "$scratch/local"
}
is "a path through a link" finds "$scratch/link/socket" '/deep/socket$'
is "a path that was bound through a link" finds "$scratch/deep/through" \
    '/link/through$'
ln -s "$scratch/deep/socket" "$scratch/alias"
is "a link to a socket" finds "$scratch/alias" '/deep/socket$'
cd "$scratch" || exit 99
is "a relative path" finds deep/socket '/deep/socket$'
is "a relative path, through a link and back" finds link/../deep/./socket \
    '/deep/socket$'
cd "$scratch/deep" || exit 99
is "a relative path without a slash" finds socket '/deep/socket$'
cd "$builddir" || exit 99
is "a path with a blank, a backslash and bytes above 126: relative, as bound" \
    finds "$bytes" "^b$$.134ck.040.374.377\$"
is "and by its whole path" finds "$scratch/other names/$bytes" \
    "^b$$.134ck.040.374.377\$"
is "and as it is printed" finds "b$$"'\134ck\040\374\377' \
    "^b$$.134ck.040.374.377\$"
is "an abstract name with such bytes" finds "@$bytes$$" "^@b$$.134ck.040.374.377$$\$"
is "an abstract name that ends in NULs" finds "@padded$$" '^@padded[0-9]*.000.000'
run "$listeners" "@padded$$-"
is "another abstract name: 1" [ "$status" -eq 1 ]
run "$listeners" @path
is "@NAME is no path: 1" [ "$status" -eq 1 ]
is "a path that begins with @" finds "$scratch/other names/@path" '@path$'
run "$listeners" "$scratch/deep"
is "a directory: 1" [ "$status" -eq 1 ]
: > "$scratch/deep/file"
run "$listeners" "$scratch/deep/file"
is "a file that is no socket: 1" [ "$status" -eq 1 ]
stop
rm -f "$scratch/full" "$scratch/other"
start inet:3:2 "unix:3:5:$scratch/full" "unix:9:1:$scratch/other"
port=$(sed -n '1s/.*://p' "$scratch/names")

# Names of processes and of services.
if [ "$(uname -s)" = Linux ]; then
    run "$listeners" --json listening
    json_is "[.listeners[].port] | index($port) != null" \
        "the name of a process: what it has"
    run "$listeners" --json --tcp "$listening_process"
    json_is "[.listeners[].port] | index($port) != null" \
        "the number of a process: what it has"
fi
run "$listeners" no-such-process-or-service
is "a word that could be a name: nothing listens there, 1" sh -c '
    [ "$1" -eq 1 ] && grep -q "nothing listens at no-such-process-or-service; \
no process of this name was seen to listen" "$2"' - "$status" "$scratch/err"
run "$listeners" --json no-such-process-or-service
is "--json: nothing there is an empty list, and 1" sh -c '[ "$1" -eq 1 ] &&
    jq -e ".listeners == []" "$2/out" > /dev/null && [ -s "$2/err" ]' - "$status" "$scratch"
run "$listeners" --prometheus - no-such-process-or-service
is "--prometheus: nothing there is no sample, and 1" sh -c '
    [ "$1" -eq 1 ] && ! grep -q "^sonde_listener_" "$2"' - "$status" \
    "$scratch/out"
# A process that has ended, whose number may be taken again at once.
sh -c 'echo $$' > "$scratch/ended"
run "$listeners" "$(cat "$scratch/ended")"
kill -0 "$(cat "$scratch/ended")" 2> /dev/null ||
    is "a process that has ended: it is said that there is none" sh -c '
        [ "$1" -ne 0 ] && grep -q "there is no process" "$2"' - "$status" \
        "$scratch/err"
# No listener can be there.
for nothing in :80x :70000 300.1.1.1:80 127.0.0.1:70000 127.0.0.1:0 0 \
    99999999999999999999 127.0.0.1 300.1.1.1 ::1 '[::1]' '[::1]:x' '[::1:80' \
    '[]:80' \
    '[::1%nosuchif]:80' : 127.0.0.1: '*' '1.2.3:80'; do
    run "$listeners" --json -- "$nothing"
    is "what can be nothing is wrong usage: $nothing" sh -c '[ "$1" -eq 2 ] &&
        [ ! -s "$2/out" ] && grep -qF -- "$3" "$2/err"' - "$status" \
        "$scratch" "$nothing"
done

run "$listeners" ""
is "an empty operand is wrong usage" [ "$status" -eq 2 ]
run "$listeners" /nowhere
is "nothing there: exit status 1, and a sentence" sh -c '[ "$1" -eq 1 ] &&
    grep -q "nothing listens at /nowhere" "$2"' - "$status" "$scratch/err"

# Explaining.
run "$listeners" "$scratch/full"
is "explained: what it got, and that it is full" sh -c '
    tr -s " \n" " " < "$1/out" | grep -q "in force a backlog of 3: room for 4 \
connections .* queued 4 now, 100% of the capacity: connect of the next client"' - \
    "$scratch"
run "$listeners" "$port"
is "explained: in 80 columns" lacks "$scratch/out" '.\{81\}'

# Owners whose names are no UTF-8: no two series may be written alike.
stop
if [ "$(uname -s)" = Linux ]; then
    start inet:1:0 "$(printf 'name=\377')" fork "$(printf 'name=\376')"
    run "$listeners" --prometheus - "$(sed -n '1s/.*://p' "$scratch/names")"
    is "two owners whose names are written alike are counted together" sh -c '
        grep "^sonde_listener_owners" "$1" | grep -q "name=\"?\"} 2$" &&
        [ "$(grep -c "^sonde_listener_owners" "$1")" -eq 1 ]' - "$scratch/out"
    stop
    # ESC, DEL, C1, RIGHT-TO-LEFT OVERRIDE; and a letter that stays.
    start inet:1:0 "$(printf 'name=\033[m\177\302\233\342\200\256\303\244')"
    owned=$(sed -n '1s/.*://p' "$scratch/names")
    run "$listeners" --prometheus - "$owned"
    is "the name of a process cannot draw by way of a label" grep -q \
        "$(printf '^sonde_listener_owners.*name="?\[m???\303\244"} 1$')" \
        "$scratch/out"
    for form in '' --json '--prometheus -'; do
        # shellcheck disable=SC2086 # options are words
        run "$listeners" $form "$owned"
        is "nor in another way: listeners $form" sh -c '[ -s "$1" ] && [ "$(
            LC_ALL=C tr -d "\n\040-\176\303\244" < "$1" | wc -c)" -eq 0 ]' - \
            "$scratch/out"
    done
    run "$listeners" --json "$owned"
    json_is '.listeners[0].owners[0].name ==
        "\u001b[m\u007f\u009b\u202e\u00e4"' "and JSON has it as it is"
    stop
else
    skip "two owners whose names are written alike" "names are set by /proc"
    skip "the name of a process cannot draw" "names are set by /proc"
fi

# A name that would write to the terminal.
name=$(printf 'a\033[31m\nb%s' $$)
start "unix:1:0:@$name"
run "$listeners" --unix
is "control characters in a name are escaped" \
    grep -qF '@a\033[31m\012b' "$scratch/out"
is "and nothing else writes to the terminal" lacks "$scratch/out" '[^ -~]'
run "$listeners" --unix --prometheus -
is "and in a label" grep -qF 'local="@a\\033[31m\\012b' "$scratch/out"
stop

# For Prometheus.
start inet:3:2 inet:1:0 "unix:3:5:$scratch/a\"b\\c"
file=$scratch/metrics.prom
(umask 022; "$listeners" --prometheus "$file" > "$scratch/out" 2> "$scratch/err")
is "--prometheus: written, and nothing printed" sh -c '[ -s "$1" ] &&
    [ ! -s "$2/out" ] && [ ! -s "$2/err" ]' - "$file" "$scratch"
is "--prometheus: everybody may read it, and no other file stays" sh -c '
    [ -n "$(find "$1" -perm 644)" ] && [ "$(echo "$1"*)" = "$1" ]' - "$file"
# The format, strictly: each metric has its head, once, and its samples in one
# piece, no two alike.
strict () {
    awk '/^# HELP / { if (seen[$3]++) exit 1; help = $3; next }
        /^# TYPE / { if ($3 != help || $4 !~ /^(gauge|counter)$/) exit 1
            if (($4 == "counter") != ($3 ~ /_total$/)) exit 1
            type = $3; next }
        !/^[a-z_]+(\{([a-z]+="([^"\\]|\\["\\n])*",?)+\})? [0-9]+$/ { exit 1 }
        { name = $1; sub(/\{.*/, "", name); series = $0
          sub(/ [0-9]+$/, "", series)
          if (name != type || all[series]++) exit 1; count++ }
        END { if (!count) exit 1 }' "$1"
}
is "--prometheus: it is in the format, by our reading of it" strict "$file"
# On the PATH, or where bring-peers.sh unpacks it.
promtool=${SONDE_PEERS:-/nowhere}/usr/bin/promtool
have promtool && promtool=promtool
# checked WHAT FILE: promtool finds nothing wrong with it, nor anything to say.
checked () {
    have "$promtool" || { skip "$1: and by promtool's" "promtool is not here"
        return; }
    run "$promtool" check metrics < "$2"
    cat "$scratch/err" >> "$scratch/out"
    is "$1: and by promtool's" sh -c '[ "$1" -eq 0 ] && [ ! -s "$2" ]' - \
        "$status" "$scratch/out"
}
checked "--prometheus" "$file"
run "$backlogprobe" -4 -b 0,5 --prometheus "$scratch/backlog.prom"
is "backlogprobe --prometheus: written, and nothing printed" \
    sh -c '[ "$1" -eq 0 ] && [ ! -s "$2" ]' - "$status" "$scratch/out"
is "backlogprobe --prometheus: in the format" strict "$scratch/backlog.prom"
checked "backlogprobe --prometheus" "$scratch/backlog.prom"
is "backlogprobe --prometheus: the figures" grep -q \
    '^sonde_backlog_accepted{family="inet",backlog="5"} [1-9]' \
    "$scratch/backlog.prom"
grep "^# HELP [a-z_]*_\(drops\|overflows\)_total" "$file" > "$scratch/helps"
is "--prometheus: drops are packets, in each of their metrics" \
    lacks "$scratch/helps" -v "_total Packets\(, not clients, discarded by the listener\|\
 of handshakes dropped\) "
is "--prometheus: drops of a listener are no sign of a full queue" grep -q \
    "^# HELP sonde_listener_drops_total .*TCP_DEFER_ACCEPT.* No sign of a full\
 queue" "$file"
port=$(sed -n '1s/.*://p' "$scratch/names")
is "--prometheus: the figures" grep -q "^sonde_listener_queued{family=\"inet\",\
local=\"127.0.0.1:$port\",index=\"0\"} 2\$" "$file"
echo old > "$file"
run "$listeners" --prometheus "$scratch"
is "--prometheus: a directory is not replaced" [ "$status" -eq 2 ]
run "$listeners" --prometheus /dev/null
is "--prometheus: nor is a device" sh -c '[ "$1" -eq 2 ] && [ -c /dev/null ]' - \
    "$status"
ln -s "$file" "$scratch/link.prom"
run "$listeners" --prometheus "$scratch/link.prom"
is "--prometheus: nor is a symbolic link, or what it leads to" sh -c '
    [ "$1" -eq 2 ] && [ -L "$2/link.prom" ] && [ "$(cat "$3")" = old ] &&
    grep -q "link.prom is not replaced: the file is a symbolic link" "$2/err"' - \
    "$status" "$scratch" "$file"
rm -f "$scratch/link.prom"
run "$listeners" --prometheus "$scratch/none/file"
is "--prometheus: where nothing can be written, a sentence" \
    sh -c '[ "$1" -eq 2 ] && grep -q "No such file" "$2"' - "$status" \
    "$scratch/err"
run sh -c 'ulimit -f 0; exec "$listeners" --prometheus "$1"' - "$file"
is "--prometheus: a full disk leaves the old file, and no other" sh -c '
    [ "$1" -eq 2 ] && [ "$(cat "$2")" = old ] && [ "$(echo "$2"*)" = "$2" ]' - \
    "$status" "$file"

# What goes wrong.
for option in "" --json "--prometheus -" --help; do
    # shellcheck disable=SC2086 # several words, or none
    if [ -w /dev/full ]; then
        "$listeners" $option > /dev/full 2> "$scratch/err"
        is "a full standard output is noticed: $option" [ $? -eq 2 ]
    else
        skip "a full standard output is noticed: $option" "there is no /dev/full"
    fi
done
bad () {
    wanted=$1
    shift
    run "$listeners" "$@"
    is "refused: $*" sh -c '[ "$1" -eq 2 ] && [ ! -s "$2/out" ] &&
        head -n 1 "$2/err" | grep -qF -- "$3"' - "$status" "$scratch" "$wanted"
}
bad "unrecognized option '--frobnicate'" --frobnicate
for option in t f P; do # not the letters of old
    bad "invalid option -- '$option'" "-$option"
done
bad "unexpected operand 'two'" one two
bad 'choose one' --json --prometheus -
# A kernel that does not answer, or refuses for ever: no loop without a bound.
if have strace && have timeout && ! is_sanitized; then
    for how in sendmsg:error=EAGAIN sendmsg:error=EINTR recvmsg:error=EAGAIN \
        recvmsg:error=EINTR recvmsg:retval=0 sendmsg:retval=72; do
        run timeout 300 strace -qq -o "$scratch/calls" -e "trace=${how%%:*}" \
            -e "inject=$how" "$listeners"
        if grep -q INJECTED "$scratch/calls"; then
            is "netlink, $how: an end, and few calls" sh -c '[ "$1" -eq 2 ] &&
                [ -s "$2/err" ] && [ "$(wc -l < "$2/calls")" -lt 5000 ]' - \
                "$status" "$scratch"
        else
            skip "netlink, $how" "strace injects nothing here"
        fi
    done
    # Among few processes, where that is possible: the time of a search is limited.
    alone='unshare -Urpmf --mount-proc'
    $alone true 2> /dev/null || alone=
    # shellcheck disable=SC2086 # a command and its options, or none
    run timeout 300 $alone strace -qq -o "$scratch/calls" -e trace=readlinkat \
        -e inject=readlinkat:error=EACCES "$listeners" --json
    if grep -q INJECTED "$scratch/calls"; then
        json_is '.hidden_processes > 0' \
            "descriptors that may not be read: their processes are hidden ones"
    else
        skip "descriptors that may not be read" "strace injects nothing here"
    fi
else
    skip "a kernel that does not answer" "strace or timeout is not here"
fi

# Listeners that end while they are listed: no error, and none twice.
stop
start many:5:500
# The reader must not hold what keeps the listeners; and they go when it has
# begun, or has failed.
mkfifo "$scratch/begun"
(exec 9>&- 8> "$scratch/begun"
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        "$listeners" --json -4 || exit
        echo begun >&8
    done) > "$scratch/several" 2> "$scratch/err" &
reader=$!
exec 8< "$scratch/begun"
read -r _ <&8
stop
wait "$reader"
is "listeners that end during the read: no error" [ $? -eq 0 ]
exec 8<&-
jq -se 'all(.[].listeners; (map(.inode) | unique | length) == length)' \
    "$scratch/several" > "$scratch/out"
is "listeners that end during the read: none is there twice" [ $? -eq 0 ]

# Root as in a container, without CAP_SYS_PTRACE: it may list the descriptors of
# a process of another user, and not read what they are.
drop="setpriv --bounding-set -sys_ptrace --inh-caps -sys_ptrace"
if [ "$(id -u)" -eq 0 ] && have setpriv && $drop true 2> /dev/null; then
    start inet:3:2
    port=$(sed -n '1s/.*://p' "$scratch/names")
    run $drop "$listeners" --json "$port"
    # Where these processes had no more than we have now, all is seen.
    if jq -e '.listeners[0].owners == []' "$scratch/out" > /dev/null; then
        json_is '.hidden_processes > 0' \
            "root without CAP_SYS_PTRACE: hidden processes are counted"
        run $drop "$listeners" "$port"
        is "and that is the reason why owners are missing" sh -c '
            tr -s " \n" " " < "$1" | grep -q \
            "owner no visible .* among [0-9]* process.* CAP_SYS_PTRACE"' - \
            "$scratch/out"
        run $drop "$listeners" "$listening_process"
        is "and nobody says that the process has none" sh -c '[ "$1" -eq 1 ] &&
            grep -q "process $2 exists, but its sockets cannot be read here" \
            "$3"' - "$status" "$listening_process" "$scratch/err"
    else
        skip "root without CAP_SYS_PTRACE" "nothing is hidden from it here"
    fi
    stop
else
    skip "root without CAP_SYS_PTRACE" "needs root, and setpriv"
fi

# The main thread has ended, and another has its descriptors.
if [ "$(uname -s)" = Linux ]; then
    start inet:3:1 leave
    port=$(sed -n '1s/.*://p' "$scratch/names")
    run "$listeners" --json "$port"
    json_is ".listeners[0].owners[0].pid == $listening_process" \
        "a process whose main thread has ended is found"
    run "$listeners" --json "$listening_process"
    json_is "[.listeners[].port] | index($port) != null or
        index($listening_process) != null" "and so is what it has"
    # /proc calls it a zombie.
    run "$listeners" "$port"
    is "and it may accept" grep -q \
        "to do  *nothing, if the queue empties again" "$scratch/out"
    stop
else
    skip "a process whose main thread has ended" "threads are not shown"
fi

# An ordinary user.
if [ "$(id -u)" -eq 0 ] && have setpriv; then
    start inet:3:2
    port=$(sed -n '1s/.*://p' "$scratch/names")
    # The build may stand where only root can go.
    cp "$listeners" "$scratch/copy" && chmod 755 "$scratch" "$scratch/copy"
    run setpriv --reuid 65534 --regid 65534 --clear-groups \
        "$scratch/copy" "$port"
    is "an ordinary user: what listens, and whose owners are hidden" sh -c '
        [ "$1" -eq 0 ] && tr -s " \n" " " < "$2/out" | grep -q \
        "owner .*\(among [0-9]* process[es]* that only root may\|hidepid\)"' - \
        "$status" "$scratch"
    run setpriv --reuid 65534 --regid 65534 --clear-groups "$scratch/copy"
    is "an ordinary user: the figures" grep -q \
        "^127.0.0.1:$port  *2  *3  *50%  *0  -" "$scratch/out"
    is "an ordinary user: how many are hidden" \
        grep -q "^owners not visible: [0-9]*; perhaps among [0-9]* process\|(hidepid)" \
        "$scratch/out"
    user="setpriv --reuid 65534 --regid 65534 --clear-groups"
    export user
    run in_proc hidepid=2 "\$user $scratch/copy --json $port"
    if [ "$status" -eq 9 ]; then
        skip "hidepid" "/proc cannot be mounted here"
    else
        json_is '.hidden_processes == null and .hidden_reason == "hidepid"' \
            "hidepid: how many are hidden is not known"
        # A capability of a child user namespace does not reach beyond it.
        run in_proc hidepid=2 \
            "\$user unshare --user --map-root-user $scratch/copy --json $port"
        if [ "$status" -eq 0 ]; then
            json_is '.hidden_processes == null and .hidden_reason == "hidepid"' \
                "hidepid: root of a child user namespace does not see all"
        else
            skip "hidepid: root of a child user namespace" \
                "an ordinary user may not make one"
        fi
        run in_proc hidepid=2 "\$user $scratch/copy $port"
        is "hidepid: it is named" grep -q "hidepid" "$scratch/out"
        run in_proc hidepid=2 "\$user $scratch/copy $listening_process"
        is "hidepid: a process that is not shown is not said to have none" \
            sh -c '[ "$1" -eq 1 ] && grep -q \
            "process $2 exists, but its sockets cannot be read here" "$3"' - \
            "$status" "$listening_process" "$scratch/err"
        run in_proc hidepid=1 "\$user $scratch/copy --json $port"
        json_is '.hidden_processes > 0' "hidepid=1: they are counted"
    fi
    stop
else
    skip "an ordinary user" "needs root, who can become one, and setpriv"
fi

# Namespaces of their own.
if ! have_namespaces || ! have ss || ! have nstat; then
    skip "namespaces" "no network namespaces, ss or nstat here"
    finish
    exit
fi
for backlogs in "inet:2:6 inet6:4:7 only6:1:0" "inet:0:3 inet:128:129"; do
    run in_namespace ". $scratch/lib.sh; start $backlogs; agree; stop"
    is "every figure in a namespace is that of ss: $backlogs" \
        [ "$status" -eq 0 ]
done
is "drops were among them" grep -q ' [1-9][0-9]*$' "$scratch/ours"
# A queue of one, and its next client dropped.
run in_namespace ". $scratch/lib.sh; start inet:0:3; \$listeners; stop"
is "the table: what drops count, and that a queue was full" sh -c '
    tr -s " \n" " " < "$1" | grep -q "drops are packets, not clients, .*\
TCP_DEFER_ACCEPT.*[1-9][0-9]* packets were dropped because an accept queue was\
 full (ListenOverflows)"' - "$scratch/out"
# What drops count besides: nothing is amiss, and nothing is advised.
for kind in deferred halfopen; do
    run in_namespace ". $scratch/lib.sh; start $kind:50:60 || exit 9
        \$listeners --json > $scratch/json; \$listeners -4 > $scratch/table
        \$listeners \$(sed -n '1s/.*://p' $scratch/names) > $scratch/words
        \$listeners --prometheus - > $scratch/metrics; stop"
    tr -s ' \n' ' ' < "$scratch/words" > "$scratch/out"
    case $kind in
    deferred) reason=TCP_DEFER_ACCEPT counter=deferred ;;
    halfopen) reason="clients that reset" counter=resets ;;
    esac
    is "$kind, 60 clients: as many drops, and no overflow" true_of ".totals
        .overflows == 0 and .totals.drops == 0 and .totals.$counter == 60 and
        .listeners[0].drops == 60" "$scratch/json"
    is "$kind: nothing is to be done, and why" grep -q "to do nothing: no accept\
 queue of this network namespace was ever full.* the reasons counted here are\
 $reason" "$scratch/out"
    is "$kind: nothing is to be raised" sh -c '
        ! grep -q "larger backlog\|rais\|has been full" "$1"' - "$scratch/out"
    is "$kind: the table says so, too" grep -q \
        "no accept queue was ever" "$scratch/table"
    is "$kind: and so do the metrics" grep -qx \
        "sonde_listen_${counter}_total 60" "$scratch/metrics"
done
# An overflow that is over: it was one of two, or of one.
run in_namespace ". $scratch/lib.sh; start deferred:50:20 inet:1:8 drain
    \$listeners \$(sed -n '1s/.*://p' $scratch/names); stop"
is "an overflow, of this listener or another: not blamed on either" sh -c '
    tr -s " \n" " " < "$1" | grep -q "to do find out which queue overflowed: .*\
 whether this listener was one of them"' - "$scratch/out"
run in_namespace ". $scratch/lib.sh; start deferred:50:0 inet:1:8 drain
    \$listeners \$(sed -n '2s/.*://p' $scratch/names); stop"
is "an overflow, where no other listener has drops" sh -c '
    tr -s " \n" " " < "$1" | grep -q "to do the accept queue was full, most\
 likely, and is not now: no other listener has drops"' - "$scratch/out"
run in_namespace ". $scratch/lib.sh; start inet:1:2
    \$listeners \$(sed -n '1s/.*://p' $scratch/names); stop"
is "full, and nobody turned away: nothing is to be raised" sh -c '
    tr -s " \n" " " < "$1" | grep -q "to do the queue is full: .*; no \
overflow of this listener so far *$"' - "$scratch/out"
is_sanitized || {
    run in_namespace ". $scratch/lib.sh; start deferred:50:20
        mount -t tmpfs none /proc || exit 9
        \$listeners \$(sed -n '1s/.*://p' $scratch/names); stop"
    [ "$status" -eq 9 ] ||
        is "drops whose reasons cannot be read: it is said" sh -c '
            tr -s " \n" " " < "$1" | grep -q "to do find out .*ListenOverflows \
cannot be read here"' - "$scratch/out"
}

# Which listener serves an address.  In order: two that are for both families,
# IPv6 alone, an IPv4 address.
run in_namespace ". $scratch/lib.sh; set -f; start inet6:1:0 only6:1:0 inet:1:0
    a=\$(sed -n '1s/.*://p' $scratch/names) b=\$(sed -n '2s/.*://p' \
    $scratch/names) c=\$(sed -n '3s/.*://p' $scratch/names)
    for what in :\$a *:\$a localhost:\$a 127.0.0.1:\$a [::1]:\$a [::]:\$a \
        0.0.0.0:\$a [fe80::1%lo]:\$a '[fe80::1]%lo':\$a :\$b *:\$b \
        localhost:\$b 127.0.0.1:\$b [::1]:\$b 0.0.0.0:\$b :\$c *:\$c \
        localhost:\$c 127.0.0.1:\$c 127.0.0.2:\$c [::1]:\$c; do
        \$listeners \$what > $scratch/words; echo \$? \${what%:*}; done; stop"
is "an address is where connections to it go" sh -c '
    paste -sd " " "$1" | grep -qxF "0 0 * 0 localhost 0 127.0.0.1 0 [::1]\
 0 [::] 0 0.0.0.0 0 [fe80::1%lo] 0 [fe80::1]%lo 0 0 * 0 localhost\
 1 127.0.0.1 0 [::1] 1 0.0.0.0 0 1 * 0 localhost 0 127.0.0.1 1 127.0.0.2\
 1 [::1]"' - "$scratch/out"
# A service and a process of one name: both.
run in_namespace ". $scratch/lib.sh
    printf 'sonde-test 7777/tcp\n' > $scratch/services
    mount --bind $scratch/services /etc/services || exit 9
    echo 7777 7777 > /proc/sys/net/ipv4/ip_local_port_range || exit 9
    start name=other inet:1:0
    \$listeners --json sonde-test > $scratch/service
    mkfifo $scratch/second
    \$listening name=sonde-test unix:1:0:@second < $scratch/second \
        > $scratch/names2 &
    exec 8> $scratch/second
    until grep -q ready $scratch/names2; do kill -0 \$! || exit 8; done
    \$listeners --json sonde-test; exec 8>&-; stop"
if [ "$status" -eq 9 ]; then
    skip "a service" "nothing may be mounted on /etc/services, or be set"
    skip "a service and a process of one name" "the same"
else
    is "a service: its port" true_of '[.listeners[].port] == [7777]' \
        "$scratch/service"
    json_is '[.listeners[].local] | sort == ["127.0.0.1:7777", "@second"]' \
        "a service and a process of one name: both"
fi
# One listener alone: its drops are all there are, and all of them overflows.
run in_namespace ". $scratch/lib.sh; start inet:1:8
    for _ in 1 2 3 4 5 6 7 8; do
        nstat -asz TcpExtListenDrops TcpExtListenOverflows > $scratch/before
        \$listeners --json > $scratch/json
        nstat -asz TcpExtListenDrops TcpExtListenOverflows > $scratch/after
        cmp -s $scratch/before $scratch/after && break
    done; \$listeners -4 \$(sed -n '1s/.*://p' $scratch/names); stop"
is "explained: what drops are, and what is full" sh -c '
    tr -s " \n" " " < "$1" | grep -q "queued 2 now, 100% of the capacity: the \
SYN of the next client is dropped.*Packets are not clients.*to do the queue is full"' - \
    "$scratch/out"
drops=$(awk '/ListenDrops/ { print $2 }' "$scratch/after")
overflows=$(awk '/ListenOverflows/ { print $2 }' "$scratch/after")
cp "$scratch/json" "$scratch/out"
json_is ".totals.drops == $drops and .totals.overflows == $overflows and
    .listeners[0].drops == $drops and $drops >= 6" \
    "drops are those of nstat: ListenDrops $drops, ListenOverflows $overflows"
# An interface may have a name that would write to the terminal.
run in_namespace ". $scratch/lib.sh; name=\$(printf 'l\\033o')
    ip link set lo down && ip link set lo name \"\$name\" || exit 9
    start \"device:1:0:\$name\"; \$listeners; stop"
if [ "$status" -eq 9 ]; then
    skip "control characters in the name of an interface" "it takes no such name"
else
    is "control characters in the name of an interface are escaped" \
        grep -q '^127\.0\.0\.1%l\\033o:[0-9]' "$scratch/out"
fi
run in_namespace ". $scratch/lib.sh; start inet6:1:0 only6:1:0 mapped6:1:0 \
        host6:1:0
    grep : $scratch/names | sed 's/.*://' |
    while read -r port; do \$listeners \$port | head -n 1; done; stop"
is "explained: which clients an IPv6 listener serves" sh -c '
    sed "s/.*: //" "$1" | paste -sd / - | grep -qx "TCP over IPv6, and IPv4 \
clients too/TCP over IPv6 alone/TCP over IPv6, for IPv4 clients alone/\
TCP over IPv6 alone"' - \
    "$scratch/out"
run in_namespace ". $scratch/lib.sh
    echo 10 > /proc/sys/net/core/somaxconn 2> /dev/null || exit 0
    start inet:511:0; \$listeners -4; \$listeners \$(sed -n '1s/.*://p' \
    $scratch/names); stop; echo changed"
if grep -q '^changed$' "$scratch/out"; then
    is "the limit is the cap: asked for so much or more, cut by the setting" \
        sh -c 'tr -s " \n" " " < "$1" | grep -q \
        "requested 10 or more.*cut by net.core.somaxconn = 10, if the"' - \
        "$scratch/out"
    run in_namespace ". $scratch/lib.sh; start inet:511:0
        echo 10 > /proc/sys/net/core/somaxconn
        \$listeners \$(sed -n '1s/.*://p' $scratch/names); stop"
    is "the setting was lowered since: it is said" sh -c '
        tr -s " \n" " " < "$1" | grep -q "in force a backlog of 511.*is 10 now \
and was higher"' - "$scratch/out"
else
    skip "the limit is the cap" "net.core.somaxconn is hidden here"
    skip "the setting was lowered since" "net.core.somaxconn is hidden here"
fi
run in_namespace ". $scratch/lib.sh; start inet:3:1 fork fork
    \$listeners > $scratch/table; \$listeners --json; stop"
json_is '[.listeners[0].owners[] | select(.name == "listening") | .pid] |
    unique | length == 3' "three processes share one: each is told of"
# Numbers of processes are short or long: all three fit, or two, or one.
is "and in the table, or how many more there are" grep -q \
    '^127.* listening\[[0-9]*\] \(listening\[[0-9]*\] \)*\(listening\[[0-9]*\]\|+[12]\)$' \
    "$scratch/table"
is_sanitized ||
    run in_namespace ". $scratch/lib.sh; start inet:3:1
        mount -t tmpfs none /proc || exit 9
        \$listeners; \$listeners \$(sed -n '1s/.*://p' $scratch/names); stop"
if is_sanitized; then
    skip "without /proc" "a sanitizer needs it"
elif [ "$status" -eq 9 ]; then
    skip "without /proc" "nothing may be mounted here"
else
    is "without /proc: the list, and that owners are not told" sh -c '
        [ "$1" -eq 0 ] && grep -q "owners are unknown (/proc is not mounted)" "$2"' - \
        "$status" "$scratch/out"
fi
run in_namespace "$listeners --json; $listeners"
is "an empty namespace: nothing of it is an error" sh -c '
    [ "$1" -eq 0 ] && [ ! -s "$2/err" ] && grep -q "\"listeners\": \[\]" \
    "$2/out" && grep -q "^nothing listens" "$2/out"' - "$status" "$scratch"

# A thousand: 50 ms of processor time, the mean of ten runs, the best of three
# such means, since others use the machine, too; where it is slow, twice what ss
# takes for the same in between.  Three times so much where a sanitizer looks on.
run in_namespace ". $scratch/lib.sh; ulimit -n 2000 || exit 9
    start many:5:1000
    for _ in 1 2 3; do for command in \$listeners 'ss -ltnp'; do
        sh -c 'for _ in 1 2 3 4 5 6 7 8 9 10; do
            \$1 > $scratch/table; done; times' - \"\$command\"; done; done
    \$listeners > $scratch/table; agree; stop"
if [ "$status" -eq 9 ]; then
    skip "1,000 listeners" "so many descriptors are not allowed"
else
    is "1,000 listeners: every figure is that of ss" [ "$status" -eq 0 ]
    is "1,000 listeners: a line for each" \
        [ "$(grep -c '^127.* listening\[' "$scratch/table")" -eq 1000 ]
    # The second line of each times: 0m0.020s 0m0.050s, of the children.
    set -- $(sed -n 'n;s/[ms]/ /gp' "$scratch/out" |
        awk '{ t = ($1 * 60 + $2 + $3 * 60 + $4) * 100; i = NR % 2
               if (NR < 3 || t < best[i]) best[i] = t }
            END { if (NR == 6) print int (best[1]), int (best[0]) }')
    limit=50
    [ "$((${2:-0} * 2))" -gt "$limit" ] && limit=$(($2 * 2))
    is_sanitized && limit=$((limit * 3))
    is "1,000 listeners: ${1:-?} ms, under $limit; ss: ${2:-?}" \
        [ "${1:-999999}" -lt "$limit" ]
fi
finish
