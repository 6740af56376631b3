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
    lacks "$scratch/list" -Ev "^[a-z0-9]+(\.[a-z0-9-]+)* +[^ ]"
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
none "no id that was announced is missing" "$scratch/ids"

# The page has each, with the question as it is asked.
sed -n '/^\.Sh QUESTIONS/,/^\.Sh FILES/p' "$srcdir/man/sockprobe.1" |
    sed -n '/^\.It /{N;s/^\.It \(.*\)\n/\1 /p;}' > "$scratch/page"
sed 's/  */ /' "$scratch/list" | diff - "$scratch/page" > "$scratch/out"
none "the manual page has each question, as it is asked" "$scratch/page"

if have bash; then
    # Installed, it stands two folders below its profiles' neighbour.
    mkdir -p "$scratch/share/bash-completion/completions" \
        "$scratch/share/sonde/profiles"
    cp "$srcdir/completions/sonde.bash" \
        "$scratch/share/bash-completion/completions"
    touch "$scratch/share/sonde/profiles/abc-1" \
        "$scratch/share/sonde/profiles/abc.md"
    # shellcheck disable=SC2016 # for the inner shell
    run bash -c 'cd "$2" || exit
        . share/bash-completion/completions/sonde.bash
        cd share && touch "abc file" && sockprobe=$1
        offer () {
            COMP_WORDS=(sockprobe "$@") COMP_CWORD=$#
            _sockprobe "$sockprobe"
            printf "%s;" "${COMPREPLY[@]}"
            echo
        }
        offer --diff ab; offer --tap abc-; offer --diff abc-1 ab
        offer --diff abc-1 byte; offer byte' - "$sockprobe" "$scratch"
    is "the shell completes the names of profiles, and files besides" \
        [ "$(cat "$scratch/out")" = "abc-1;abc file;
abc-1;
abc-1;abc file;
byteorder;
byteorder;" ]
    # shellcheck disable=SC2016 # for the inner shell
    run bash -c '. "$1"; COMP_WORDS=(sockprobe signal.q); COMP_CWORD=1
        _sockprobe "$2"; echo "${COMPREPLY[@]}"
        COMP_WORDS=(sockprobe --ex); _sockprobe "$2"; echo "${COMPREPLY[@]}"
        COMP_CWORD=2
        for word in --html --diff --tap; do
            COMP_WORDS=(sockprobe $word no-such); _sockprobe "$2"
            echo "${COMPREPLY[@]}"
        done' - "$srcdir/completions/sonde.bash" "$sockprobe"
    is "the shell completes ids and options" \
        [ "$(head -n 2 "$scratch/out")" = "signal.queueing
--explain" ]
    is "and no file that an option wants by an id" \
        [ -z "$(tail -n 3 "$scratch/out")" ]
else
    skip "the shell completes ids and options" "bash is not here"
    skip "and no file that an option wants by an id" "bash is not here"
    skip "the shell completes the names of profiles" "bash is not here"
fi

: > "$scratch/bad"
while read -r id; do
    "$sockprobe" --explain "$id" > "$scratch/out" 2>&1 ||
        echo "$id: cannot be explained" >> "$scratch/bad"
    for part in id question why standards use method; do
        grep -q "^$part  *[^ ]" "$scratch/out" ||
            echo "$id: no $part" >> "$scratch/bad"
    done
    grep -q '.\{81\}' "$scratch/out" && echo "$id: too wide" >> "$scratch/bad"
done < "$scratch/ids"
cp "$scratch/bad" "$scratch/out"
none "each is explained: why, the standards, what to use" "$scratch/ids"

# ---- all of them ----------------------------------------------------------

: > "$scratch/none"
mkdir "$scratch/tmp"
TMPDIR=$scratch/tmp
export TMPDIR
settings () {
    for name in core/somaxconn ipv4/ip_local_port_range ipv4/tcp_fin_timeout \
        ipv4/tcp_keepalive_time ipv4/tcp_max_syn_backlog ipv4/tcp_mtu_probing \
        ipv4/tcp_retries2 ipv4/tcp_syn_retries ipv4/tcp_syncookies; do
        echo "$name $(cat "/proc/sys/net/$name" 2> /dev/null)"
    done
}
settings > "$scratch/before"
run "$sockprobe" --profile
cp "$scratch/out" "$scratch/profile"
is "no setting of the host is another one than before" \
    sh -c 'diff "$1" -' - "$scratch/before" <<END
$(settings)
END
is "the whole run ends with 0" [ "$status" -eq 0 ]
is "it says nothing on standard error" [ ! -s "$scratch/err" ]
is "--profile: the version, then six columns in every line" awk -F '\t' '
    NR == 1 ? $0 != "sonde-profile\t1" : NF != 6 { bad++ }
    END { exit bad || NR < 3 }' "$scratch/profile"
awk -F '\t' '$2 == "answer" { print $1 }' "$scratch/profile" | sort |
    diff "$scratch/ids" - > "$scratch/out"
none "each question has its answer" "$scratch/ids"
awk -F '\t' '$2 == "answer" && ($3 == "-") != ($4 == "not-testable")' \
    "$scratch/profile" > "$scratch/out"
none "an answer is there unless it is not testable" "$scratch/profile"
awk -F '\t' '$4 == "not-testable" && $6 == "-"' "$scratch/profile" \
    > "$scratch/out"
none "and then there is a reason" "$scratch/profile"
awk -F '\t' '$3 ~ /E\?/ || $6 ~ /E\?/' "$scratch/profile" > "$scratch/out"
none "every errno has a name" "$scratch/profile"
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
# empty FOLDER: it is there, and nothing is in it.
empty () {
    left=$(ls -A "$1") && [ -z "$left" ]
}
is "nothing of ours is left in TMPDIR" empty "$scratch/tmp"
# The pipe's end is the end of the last process that holds it.
for after in 0.002 0.005 0.05 0.1 0.2 0.4; do
    for signal in TERM KILL; do
        timeout -s $signal $after "$sockprobe" --profile listen address
    done
done 2> /dev/null | cat > "$scratch/out"
is "nor if it is killed in the middle" empty "$scratch/tmp"
# What Linux itself says; other stacks under its name are not held to it.
if grep -q '^host	system	Linux' "$scratch/profile" &&
    grep -q '^listen.queue	inet.5.effective	5' "$scratch/profile"; then
    answers () {
        is "Linux: $1 is \"$2\"" grep -qF "$1	answer	$2	" "$scratch/profile"
    }
    answers accept.aborted "accept succeeds; read: ECONNRESET"
    answers accept.inherits.nonblock no
    answers accept.inherits.keepalive yes
    answers signal.restart.accept restarted
    answers signal.restart.poll EINTR
    answers listen.queue "n+1 for a backlog of n"
    answers listen.cap "$(cat /proc/sys/net/core/somaxconn) (net.core.somaxconn)"
    answers listen.overflow "silence: connect blocks"
    answers connect.self "yes, and it receives its own data"
else
    skip "what Linux answers" "this is not Linux's own stack"
fi

# An apostrophe belongs to a word: don't, the peer's, two peers'.
"$sockprobe" --explain '*' | cat - "$scratch/profile" "$scratch/list" \
    > "$scratch/words"
is "no apostrophe is left over" lacks "$scratch/words" \
    -E "(^|[^a-z])'([^0-9A-Za-z]|$)|[a-rt-z]'([^a-z]|$)"

awk -F '\t' '$3 ~ /comput/ && $4 != "computed"' "$scratch/profile" \
    > "$scratch/out"
none "what was computed is not said to be measured, or read" "$scratch/profile"

# ---- other reports --------------------------------------------------------

run "$sockprobe" accept signal.queueing
is "a group and an id: ends with 0" [ "$status" -eq 0 ]
is "no line is wider than 80 columns" \
    lacks "$scratch/out" '.\{81\}'
is "it is plain ASCII" lacks "$scratch/out" '[^ -~]'
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
compared=$(sed -n 's/^0 of \([0-9]*\) answers.*/\1/p' "$scratch/out")
sed 's/^\(byteorder	answer	\)[^	]*/\1middle-endian/' "$scratch/profile" \
    > "$scratch/other"
run "$sockprobe" --diff "$scratch/profile" "$scratch/other"
is "--diff of others ends with 1" [ "$status" -eq 1 ]
is "and names the question, and both answers" \
    sh -c 'grep -A 1 "^byteorder" "$1" | grep -q middle-endian' - "$scratch/out"
run "$sockprobe" --diff "$scratch/profile" "$scratch/other" accept 'b*.f*'
is "of two profiles, too, the questions may be named" sh -c '[ "$1" -eq 2 ] &&
    grep -q "unknown question" "$2"' - "$status" "$scratch/err"
run "$sockprobe" --diff "$scratch/profile" "$scratch/other" 'accept.f*' address
is "and no others are compared" sh -c '[ "$1" -eq 0 ] &&
    grep -qx "0 of 3 answers differ" "$2"' - "$status" "$scratch/out"
run "$sockprobe" --diff "$scratch/other" byteorder
is "--diff with this host" sh -c '[ "$1" -eq 1 ] && grep -q "^1 of 1 " "$2"' - \
    "$status" "$scratch/out"
# Details count with their question; what one has alone is no difference.
sed 's/^\(accept.flags	socket	\)[^	]*/\1otherwise/
    s/^\(address.length	bind-2-bytes	\)[^	]*/\1otherwise/
    s/^\(address.length	bind-exact	\)[^	]*/\1otherwise/
    s/^byteorder	/some.day	/' "$scratch/profile" > "$scratch/future"
run "$sockprobe" --diff "$scratch/profile" "$scratch/future"
grep -q "^2 of $((compared - 1)) answers differ, in 3 findings;" \
    "$scratch/out" && grep -q 'only profile: 1' "$scratch/out" &&
    grep -q 'only future: 1' "$scratch/out"
is "details count with their question, and what one has alone is named" \
    [ "$?$status" -eq 1 ]
run "$sockprobe" --diff "$scratch/future" "$scratch/profile" byteorder
is "a question that the profile lacks is not one without a difference" \
    sh -c '[ "$1" -eq 2 ] && grep -qx "0 of 0 answers differ; only profile: 1" \
        "$2"' - "$status" "$scratch/out"
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
# Profiles of other versions, or of the time before there were versions.
sed '1s/1$/2/' "$scratch/profile" > "$scratch/version-2"
sed 1d "$scratch/profile" > "$scratch/version-none"
sed '1{h;d;};$G' "$scratch/profile" > "$scratch/version-last"
refused () { # PROFILE SENTENCE: as the one and as the other, in each report
    for report in --diff --tap "--html $scratch/refused.html --diff"; do
        # shellcheck disable=SC2086 # options are words
        run "$sockprobe" $report "$scratch/$1" byteorder
        is "$1, ${report%% *}: refused" sh -c '[ "$1" -eq 2 ] &&
            [ ! -s "$2/out" ] && [ ! -e "$2/refused.html" ] &&
            grep -qF "$3" "$2/err"' - "$status" "$scratch" "$2"
    done
    run "$sockprobe" --diff "$scratch/profile" "$scratch/$1"
    is "$1, as the second: refused" sh -c '[ "$1" -eq 2 ] &&
        [ ! -s "$2/out" ] && grep -qF "$3" "$2/err"' - "$status" "$scratch" "$2"
}
refused version-2 "version-2, line 1: unsupported profile version '2'"
refused version-none "version-none, line 1: no profile version"
refused version-last "version-last, line 1: no profile version"
cat "$scratch/profile" "$scratch/profile" > "$scratch/twice"
run "$sockprobe" --diff "$scratch/twice" "$scratch/profile"
is "and so is one that says a thing twice" sh -c '[ "$1" -eq 2 ] &&
    grep -q "twice: duplicate finding: accept.aborted [a-z0-9.-]*$" "$2"' - \
    "$status" "$scratch/err"
# A long comment, and lines that end as elsewhere.
awk 'BEGIN { printf "#"; for (i = 0; i < 9000; i++) printf "x"; print "\r" }
    { print $0 "\r" }' "$scratch/profile" > "$scratch/carried"
run "$sockprobe" --diff "$scratch/carried" "$scratch/profile"
is "a profile that was carried by other systems is read" [ "$status" -eq 0 ]
sed '2,$s/^/# a`b\
/' "$scratch/profile" | tr '`' '\0' > "$scratch/carried"
run "$sockprobe" --diff "$scratch/carried" "$scratch/profile"
is "a NUL byte in a comment hides no further line" \
    [ "$status" -eq 0 ]
awk '{ print } END { for (i = 0; i < 5000; i++) printf "x"; print "" }' \
    "$scratch/profile" > "$scratch/long"
run "$sockprobe" --diff "$scratch/long" "$scratch/profile"
is "a line that is too long is named so" sh -c '[ "$1" -eq 2 ] &&
    grep -q "long, line [0-9]*: line too long" "$2"' - "$status" "$scratch/err"

grep '^sonde-profile\|^accept.aborted' "$scratch/profile" > "$scratch/part"
run "$sockprobe" --diff "$scratch/part" byteorder
is "nothing to compare is trouble, not equality" sh -c '[ "$1" -eq 2 ] &&
    grep -q "no answer in common" "$2"' - "$status" "$scratch/err"
run "$sockprobe" --tap "$scratch/profile" byteorder accept.aborted
is "--tap: as it was" sh -c '[ "$1" -eq 0 ] && grep -q "^ok 2 - byteorder" "$2" &&
    grep -q "^1\.\.2$" "$2"' - "$status" "$scratch/out"
run "$sockprobe" --tap "$scratch/other" byteorder
is "--tap: not ok, and 1" sh -c '[ "$1" -eq 1 ] &&
    grep -q "^not ok 1 - byteorder" "$2"' - "$status" "$scratch/out"

run "$sockprobe" --tap "$scratch/future" byteorder
is "--tap: nothing to compare is trouble" sh -c '[ "$1" -eq 2 ] &&
    grep -q "^ok 1 - byteorder # SKIP" "$2"' - "$status" "$scratch/out"
run "$sockprobe" --tap "$scratch/future" address accept.flags
is "--tap: all that differs is said" sh -c '[ "$1" -eq 1 ] &&
    [ "$(grep -c "^# .* there: otherwise" "$2")" -eq 3 ]' - "$status" \
    "$scratch/out"

run "$sockprobe" --explain 'signal.queue*'
is "--explain takes a pattern" sh -c '[ "$1" -eq 0 ] &&
    grep -q "^id  *signal.queueing" "$2"' - "$status" "$scratch/out"

run "$sockprobe" --states
is "--states ends with 0" [ "$status" -eq 0 ]
is "--states: no line is wider than 80 columns" \
    lacks "$scratch/out" '.\{81\}'
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
is "--html --diff: what differs is status 1" [ "$status" -eq 1 ]
is "and said in words" grep -q '1 of 3 answers differ' "$scratch/page.html"
run "$sockprobe" --html "$scratch/same.html" --diff "$scratch/profile" byteorder
is "and if nothing does, 0" [ "$status" -eq 0 ]
ln -s same.html "$scratch/link.html"
cp "$scratch/same.html" "$scratch/copy.html"
run "$sockprobe" --html "$scratch/link.html" byteorder
is "--html: a symbolic link is not followed" sh -c '[ "$1" -eq 2 ] &&
    grep -q "symbolic link" "$2/err" && cmp -s "$2/same.html" "$2/copy.html"' - \
    "$status" "$scratch"
if [ -w /dev/full ]; then
    for report in --list --json --profile --states '--html -' \
        "--diff $scratch/profile" "--tap $scratch/profile"; do
        # shellcheck disable=SC2086 # words
        case $report in
        --states) "$sockprobe" $report ;;
        *) "$sockprobe" $report byteorder ;;
        esac > /dev/full 2> "$scratch/err" || echo "$?" >> "$scratch/full"
    done
    "$sockprobe" --html /dev/full byteorder 2> "$scratch/err" ||
        echo "$?" >> "$scratch/full"
    is "a report that cannot be written is trouble" \
        [ "$(tr -d '\n' < "$scratch/full")" = 22222222 ]
else
    skip "a report that cannot be written is trouble" "no /dev/full"
fi
is "--html: a whole page, without scripts, of itself alone" sh -c '
    grep -q "^<!DOCTYPE html>" "$1" && grep -q "^</html>" "$1" &&
    [ "$(grep -ci "<script\|https\?://\|<link\|@import" "$1")" = 0 ]' - \
    "$scratch/page.html"
is "--html: what differs says so" grep -q 'differs' "$scratch/page.html"
is "--html: an answer that differs stands beside the other" sh -c '
    grep -A 1 "^<span>little-endian</span>\|^<span>big-endian</span>" "$1" |
    grep -q "^<span><span class=\"soft\">other:</span> middle"' \
    - "$scratch/page.html"
sed 's/^\(byteorder	answer	\)[^	]*/\1<script>\&"<b>/' "$scratch/profile" |
    grep -v '^volatile' > "$scratch/hostile"
run "$sockprobe" --html "$scratch/hostile.html" --diff "$scratch/profile" \
    "$scratch/hostile"
is "--html: what a profile says is text" sh -c '[ "$1" -eq 1 ] &&
    grep -q "&lt;script&gt;&amp;&quot;&lt;b&gt;" "$2" &&
    [ "$(grep -c "<script" "$2")" = 0 ]' - "$status" "$scratch/hostile.html"
is "--html: a profile without a time has none" \
    grep -q 'Measured by sockprobe\. ' "$scratch/hostile.html"
# A count that is not to be had, which a profile may say all the same; where a
# long is shorter it is none, and there is no chart.
printf 'sonde-profile\t1
byteorder\tanswer\tx\tread\tyes\t-
listen.queue\tinet.0.accepted\t4611686018427387904\tmeasured\tyes\t-
listen.queue\tinet.1.accepted\t9223372036854775807\tmeasured\tyes\t-\n' \
    > "$scratch/huge"
run "$sockprobe" --html "$scratch/huge.html" --diff "$scratch/huge" \
    "$scratch/huge"
is "--html: a bar is as long as its count, however large" sh -c '
    [ "$(grep -o "width:[^;\"]*%\">" "$1" | tr -d "\">\n")" = \
        width:50%width:100% ] || [ "$(grep -c "class=\"chart" "$1")" = 0 ]' - \
    "$scratch/huge.html"
# One row less, and a byte that is no character.
printf 'sonde-profile\t1
byteorder\tanswer\tx\377y\tread\tyes\t-
listen.queue\tinet.0.accepted\t1 or 2\tmeasured\tno\t-
listen.queue\tinet.1.accepted\t2\tmeasured\tyes\t-\n' > "$scratch/torn"
run "$sockprobe" --html "$scratch/torn.html" --diff "$scratch/torn" "$scratch/torn"
is "--html: a row without a figure costs no other row" \
    grep -q '<th scope="row">1</th><td><div style="width:100%">2<' \
    "$scratch/torn.html"
is "--html: what is no character is shown as '?'" \
    grep -q 'x?y' "$scratch/torn.html"
# What draws on a terminal: ESC, C1 in two bytes and in one, RIGHT-TO-LEFT
# OVERRIDE; in an id, a key, a value and a reason.
draws=$(printf '\033[2J\302\2332J\2332J\342\200\256.')
printf 'sonde-profile\t1\n%s\t%s\t%s\tread\tyes\t%s\nbyteorder\tanswer\t%s\tread\tyes\t-\n' \
    "id$draws" "key$draws" "value$draws" "reason$draws" "value$draws" \
    > "$scratch/$(printf 'draws\033[2J')"
for form in --diff "--html $scratch/draws.html --diff"; do
    : > "$scratch/draws.html"
    # shellcheck disable=SC2086 # options are words
    run "$sockprobe" $form "$scratch/profile" \
        "$scratch/$(printf 'draws\033[2J')"
    cat "$scratch/err" "$scratch/draws.html" >> "$scratch/out"
    is "${form%% *}: a profile cannot draw on a terminal" sh -c '
        grep -aqF "value?[2J?2J?2J?." "$1" &&
        [ "$(tr -d "\n\040-\176" < "$1" | LC_ALL=C grep -ac \
            "$(printf "\033\|\233\|\342\200\256")")" = 0 ]' - "$scratch/out"
done
# The same in the name of the file that is compared with, and a newline.
hostile=$scratch/$(printf '%s\177\nnot ok 1 - \303\244' "$draws")
cp "$scratch/profile" "$hostile"
for form in --diff "--html - --diff"; do
    # shellcheck disable=SC2086 # options are words
    run "$sockprobe" $form "$hostile" "$scratch/hostile"
    cat "$scratch/err" >> "$scratch/out"
    is "${form%% *}: the name of a profile cannot draw, nor make a line" sh -c '
        [ "$2" -eq 1 ] &&
        grep -aqF "?[2J?2J?2J?.??not ok 1 - $(printf "\303\244")" "$1" &&
        [ "$(LC_ALL=C tr -d "\n\040-\176\303\244" < "$1" | wc -c)" -eq 0 ]
        ' - "$scratch/out" "$status"
done
if have xmllint; then
    run xmllint --html --noout "$scratch/page.html"
    grep -v 'Tag \(nav\|details\|summary\) invalid' "$scratch/err" |
        grep 'error :' > "$scratch/out"
    none "--html: well-formed" "$scratch/page.html"
else
    skip "--html: well-formed" "xmllint is not here"
fi

for profile in "$srcdir"/profiles/*-*; do
    run "$sockprobe" --diff "$profile" "$profile"
    is "the shipped profile ${profile##*/} is read" sh -c '[ "$1" -eq 0 ] &&
        sed -n 1p "$2" | grep -qx "sonde-profile	1" && [ "$(
            grep -c "^volatile" "$2")" = 0 ]' - "$status" "$profile"
    grep -qF "profiles/${profile##*/}" "$srcdir/Makefile.am" &&
        grep -qF "\`${profile##*/}\`" "$srcdir/profiles/README.md"
    is "the shipped profile ${profile##*/} is installed and described" \
        [ $? -eq 0 ]
    # What was never reported here was renamed in the program alone.
    cut -f 1,2 "$profile" | grep -v '^accept.fdlimit	client$' |
        grep '^[a-z.]*	[a-z]' > "$scratch/keys"
    cut -f 1,2 "$scratch/profile" | sort > "$scratch/keys-here"
    sort "$scratch/keys" | comm -23 - "$scratch/keys-here" > "$scratch/out"
    if [ "$(uname -s)" = Linux ] && grep -q 'answer	11 of 11' \
        "$scratch/profile"; then
        none "the keys of ${profile##*/} are those of this version" \
            "$scratch/keys"
    else
        skip "the keys of ${profile##*/} are those of this version" \
            "not all questions have an answer here"
    fi
done
run "$sockprobe" --diff "$srcdir/profiles/gvisor-2022-12" \
    "$srcdir/profiles/linux-6.1"
is "--diff: names and values of any length fit in 80 columns" sh -c '
    [ "$1" -eq 1 ] && [ "$(grep -c ".\{81\}" "$2")" = 0 ]' - "$status" \
    "$scratch/out"

# A profile from elsewhere may have as many questions as lines: the work grows
# as their number, not as its square, which took minutes of processor time.
for name in one other; do
    { sed 1q "$srcdir/profiles/linux-6.18"
      awk 'BEGIN { for (i = 100000; i < 200000; i++)
          print "q" i "\tanswer\t" i "\tmeasured\tyes\t-" }'
    } > "$scratch/$name"
done
run sh -c 'ulimit -t 60; exec "$@"' - "$sockprobe" --diff "$scratch/one" \
    "$scratch/other"
is "100,000 questions are compared" grep -q '^0 of 100000 answers differ$' \
    "$scratch/out"
run sh -c 'ulimit -t 60; exec "$@"' - "$sockprobe" --html "$scratch/many.html" \
    --diff "$scratch/one" "$scratch/other"
is "100,000 questions are compared, as a page" [ "$status" -eq 0 ]

# ---- wrong usage ----------------------------------------------------------

bad () {
    wanted=$1
    shift
    run "$sockprobe" "$@"
    is "refused: $*" sh -c '[ "$1" -eq 2 ] && [ ! -s "$2/out" ] &&
        head -n 1 "$2/err" | grep -qF -- "$3"' - "$status" "$scratch" "$wanted"
}
bad "'nothing.like-it'" nothing.like-it
bad "'nothing'" --explain nothing
for option in p d t s w; do # not the letters of old
    bad "invalid option -- '$option'" "-$option"
done
bad 'choose one' --json --profile
bad 'the name of the file is empty' --html ''
bad 'choose one' --list --states
bad 'takes no ID' --states byteorder
bad "unknown question 'nothing.*'" 'nothing.*'
bad "unknown profile or question 'nothing'" --diff "$scratch/profile" nothing
bad 'nowhere: no such file here, nor in /' --diff nowhere
bad 'No such file' --html "$scratch/nowhere/page" byteorder

# ---- in need --------------------------------------------------------------

run sh -c 'ulimit -n 64; exec "$1" --profile accept bind signal listen.zero' \
    - "$sockprobe"
is "64 descriptors are enough" [ "$status" -eq 0 ]
cp "$scratch/out" "$scratch/few"
awk -F '\t' '$2 == "answer" && $3 == "-"' "$scratch/few" > "$scratch/out"
none "for these, all are answered" "$scratch/few"
# Linux waits, but a signal, a debugger or a frozen group ends the wait.
if [ "$(uname -s)" = Linux ] && [ -f "$refuse" ] && ! is_sanitized; then
    run env LD_PRELOAD="$refuse" REFUSE_LINGER=1 "$sockprobe" --profile \
        close.linger-time
    is "a close that is interrupted once is no close that returns at once" \
        grep -q "^close.linger-time	answer	close waits for the time; " \
        "$scratch/out"
    run env LD_PRELOAD="$refuse" REFUSE_LINGER=3 "$sockprobe" --profile \
        close.linger-time
    is "a close that is interrupted each time is no answer" grep -q \
        "^close.linger-time	answer	-	not-testable.*close was interrupted" \
        "$scratch/out"
else
    skip "an interrupted close" "not on Linux, or nothing can be preloaded"
fi
if have_namespaces && unshare -rm mount -t tmpfs -o ro none /tmp 2> /dev/null
then
    # The program may stand in /tmp itself.
    run unshare -rm sh -c 'exec 9< "$1" && mount -t tmpfs -o ro none /tmp &&
        TMPDIR=/tmp exec /proc/self/fd/9 --profile listen address' - "$sockprobe"
    # listen.half-open needs /dev/net/tun, too.
    awk -F '\t' '$2 == "answer" && $3 == "-" && $1 != "listen.half-open"' \
        "$scratch/out" > "$scratch/none"
    cp "$scratch/none" "$scratch/out"
    is "it needs no place for files" [ "$status$(cat "$scratch/out")" = 0 ]
else
    skip "it needs no place for files" "no namespaces"
fi
# Sanitizers cannot do without /proc.
if [ "$(uname -s)" = Linux ] && ! is_sanitized &&
    unshare -rm mount -t tmpfs none /proc 2> /dev/null; then
    run unshare -rm sh -c 'mount -t tmpfs none /proc &&
        exec "$1" --profile listen.cap' - "$sockprobe"
    is "a setting that cannot be read is not said to be out of force" \
        sh -c '[ "$1" -eq 0 ] &&
            grep -q "^listen.cap" "$2" && [ "$(grep -c "not in force" "$2")" = 0 ]' \
        - "$status" "$scratch/out"
else
    skip "a setting that cannot be read is not said to be out of force" \
        "no namespaces, or a sanitizer needs /proc"
fi
if have_namespaces; then
    run unshare -Urn "$sockprobe" --profile byteorder accept.aborted
    is "without a network it says so" sh -c '[ "$1" -eq 0 ] &&
        grep -q "^accept.aborted	answer	-	not-testable" "$2" &&
        grep -q "^byteorder	answer	[a-z]" "$2"' - "$status" "$scratch/out"
    run unshare -Urn "$sockprobe" --profile 'listen.*' connect.refused \
        connect.self udp.maxsize bind.v6only signal.restart.accept
    cp "$scratch/out" "$scratch/down"
    # listen.half-open has a network of its own.
    awk -F '\t' '$2 == "answer" && $1 != "listen.cap" &&
        $1 != "listen.unbound" && $1 != "listen.half-open" && $3 != "-"' "$scratch/down" > "$scratch/out"
    none "what the network's being down gives, is no answer" "$scratch/down"
    is "and nobody waits for a deadline" lacks "$scratch/down" deadline
    run in_namespace "sysctl -q -w net.ipv4.ip_local_port_range='40000 40005'
        '$sockprobe' --profile address.length accept.flags bind.v6only \
            byteorder udp.refused"
    cp "$scratch/out" "$scratch/few"
    run "$sockprobe" --diff "$scratch/profile" "$scratch/few" address bind \
        accept byteorder udp
    is "nor what the want of ports gives" [ "$status" -eq 0 ]
    run in_namespace "ip addr del 127.0.0.1/8 dev lo
        '$sockprobe' --profile 'bind.reuse.*' byteorder"
    awk -F '\t' '$2 == "answer" && $3 != "-" { print $1 }' \
        "$scratch/out" > "$scratch/answered"
    is "nor what the want of 127.0.0.1 gives" \
        [ "$(cat "$scratch/answered")" = byteorder ]
    run in_namespace "sysctl -q -w net.ipv6.conf.all.disable_ipv6=1
        '$sockprobe' --profile bind.v6only listen.zero"
    is "without IPv6 the others answer" grep -q '^listen.zero	answer	[0-9]' \
        "$scratch/out"
    run in_namespace "echo 0 > /proc/sys/net/ipv4/tcp_max_tw_buckets || exit 9
        '$sockprobe' --profile bind.reuse.timewait"
    if [ "$status" -eq 9 ]; then
        skip "without TIME_WAIT there is no answer about it" "no such setting"
    else
        is "without TIME_WAIT there is no answer about it" \
            grep -q '^bind.reuse.timewait	answer	-	.*not TIME_WAIT' \
            "$scratch/out"
    fi
else
    skip "without a network it says so" "no network namespaces"
    skip "what the network's being down gives, is no answer" \
        "no network namespaces"
    skip "and nobody waits for a deadline" "no network namespaces"
    skip "nor what the want of ports gives" "no network namespaces"
    skip "nor what the want of 127.0.0.1 gives" "no network namespaces"
    skip "without IPv6 the others answer" "no network namespaces"
    skip "without TIME_WAIT there is no answer about it" \
        "no network namespaces"
fi

# To be root of a namespace is no privilege over the host's ports.
if have_namespaces &&
    [ "$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start 2> /dev/null)" = \
        1024 ]; then
    run unshare -Ur "$sockprobe" --profile bind.choices
    is "root without privilege is told what bind says" \
        grep -q '^bind.choices	bind-port-1	EACCES	measured' "$scratch/out"
else
    skip "root without privilege is told what bind says" \
        "no namespaces, or another first port"
fi

# A server there, or a second sockprobe, says nothing about the privilege.
if have_namespaces; then
    run in_namespace "mkfifo '$scratch/told'
        '$builddir/echosrv' --address=127.0.0.1 --port=1 --tcp \
            2> '$scratch/told' &
        read line < '$scratch/told'
        '$sockprobe' --profile bind.choices
        kill \$!"
    is "a port in use is not asked for" grep -q \
        '^bind.choices	bind-port-1	-	not-testable	yes	port 1 is in use' \
        "$scratch/out"
else
    skip "a port in use is not asked for" "no namespaces"
fi

# Privilege over a namespace of one's own is enough to play the peer.
if have_namespaces && [ -w /dev/net/tun ]; then
    run unshare -Urn "$sockprobe" --profile peer.reboot
    is "a user without privilege over the host plays the peer, too" \
        grep -q '^peer.reboot	answer	read: E' "$scratch/out"
else
    skip "a user without privilege over the host plays the peer, too" \
        "no namespaces, or no /dev/net/tun for users"
fi

# What is measured in a private network is measured by the host's settings.
if have_namespaces && [ -w /dev/net/tun ]; then
    run in_namespace "sysctl -q -w net.ipv4.tcp_mtu_probing=1 \
            net.ipv4.tcp_syn_retries=1
        '$sockprobe' --profile path.mtu connect.timeout"
    cp "$scratch/out" "$scratch/set"
fi
# One that did not take them, or was kept from running, has nothing to say.
if grep -q '^path.mtu	tcp_mtu_probing	1	' "$scratch/set" 2> /dev/null; then
    is "a host that looks for smaller packets finds them" grep -q \
        '^path.mtu	answer	.* filtered: found	' "$scratch/set"
else
    skip "a host that looks for smaller packets finds them" "it cannot be set"
fi
if grep -q '^connect.timeout	timeout	.* 1 retries' "$scratch/set" \
    2> /dev/null; then
    # With one, there are two SYNs, or as many more as come each second.
    is "the SYNs are those of the host's setting" grep -q \
        '^connect.timeout	syn-intervals	1\(, 1\)* s	' "$scratch/set"
else
    skip "the SYNs are those of the host's setting" "it cannot be set"
fi

# The longest timeout of a retransmission is a setting since Linux 6.15; SYN-ACKs
# obey it since 6.19 only.
longest=/proc/sys/net/ipv4/tcp_rto_max_ms
: > "$scratch/set"
if have_namespaces && [ -w /dev/net/tun ] && [ -f "$longest" ]; then
    run in_namespace "echo 1000 > $longest &&
        '$sockprobe' --profile connect.timeout listen.half-open peer.crash"
    [ "$status" -ne 0 ] || cp "$scratch/out" "$scratch/set"
fi
# answered QUESTION KEY VALUE DESCRIPTION, unless the question was skipped.
answered () {
    if grep -q "^$1	answer	.*\(measured\|computed\)	" "$scratch/set"; then
        is "$4" grep -q "^$1	$2	$3" "$scratch/set"
    else
        skip "$4" "it cannot be set, or not be measured"
    fi
}
answered connect.timeout syn-intervals '1, 1, 1, 1, 1, 1' \
    "SYNs come as often as the longest timeout lets them"
# 6 and 15 retries: the defaults of a new namespace.
answered connect.timeout timeout '7 s, computed' "it bounds that of connect"
answered peer.crash timeout '14 s, computed' "and that of a write"
answered listen.half-open answer 'SYN-ACK again after [0-9, ]* s	' \
    "a time that may not depend on it is not computed"

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
    calls signal.numbers 'prctl(PR_SET_DUMPABLE'
    calls signal.sigpipe 'EPIPE' 'SIGPIPE' 'MSG_NOSIGNAL'
    calls udp.maxsize 'sendto.*65507' 'EMSGSIZE'
    "$sockprobe" --explain '*' > "$scratch/explained"
    awk '$1 == "id" { id = $2 }
        $1 == "method" && /no packet is sent/ { print id }' \
        "$scratch/explained" > "$scratch/silent"
    is "some questions are said to send no packet" [ -s "$scratch/silent" ]
    mkdir "$scratch/silence"
    # shellcheck disable=SC2046 # each is a word
    strace -ff -e trace=connect,sendto,sendmsg -o "$scratch/silence/of" \
        "$sockprobe" --profile $(cat "$scratch/silent") > /dev/null \
        2> "$scratch/err"
    cat "$scratch"/silence/* > "$scratch/trace"
    grep AF_INET "$scratch/trace" > "$scratch/out"
    is "and connect to nobody, nor send to anybody" \
        sh -c '[ -s "$1" ] && [ ! -s "$2" ]' - "$scratch/trace" "$scratch/out"
    # Many in one run, a file for each process: no call is cut in two there.
    mkdir "$scratch/traces"
    strace -ff -e trace=%network,%signal,%process -o "$scratch/traces/of" \
        "$sockprobe" --profile accept.fdlimit accept.flags address.length \
        bind.choices bind.reuse.none limit.connections listen.connected \
        nonblock.errno option.lowat signal.flags signal.queueing \
        signal.restart.accept signal.sigchld shutdown.how \
        socket.combinations udp.refused > "$scratch/out" 2> "$scratch/err"
    cat "$scratch"/traces/* > "$scratch/trace"
    # traced ID PATTERN: the trace has it.  A question whose deadline passed, as
    # under strace on a slow host, is asked again, alone.
    traced () {
        for try in 1 2 3 4; do
            grep -q "$2" "$scratch/trace" && return
            grep -q "^$1	answer	.*deadline" "$scratch/out" || return 1
            echo "# $1 is asked again after $try"
            strace -f -e trace=%network,%signal,%process \
                -o "$scratch/trace.$try" "$sockprobe" --profile "$1" \
                > "$scratch/out.$try" 2> "$scratch/err"
            cat "$scratch/trace.$try" >> "$scratch/trace"
            grep -v "^$1	answer	" "$scratch/out" > "$scratch/out.rest"
            grep "^$1	answer	" "$scratch/out.$try" |
                cat "$scratch/out.rest" - > "$scratch/out"
        done
        grep -q "$2" "$scratch/trace"
    }
    while read -r id pattern; do
        is "strace of $id shows $pattern" traced "$id" "$pattern" < /dev/null
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

# Calls that fail for ever: an end in time, and no loop that spins.
if have strace && have timeout && ! is_sanitized; then
    for id in tcp.states signal.sigchld accept.fdlimit; do
        run timeout 300 strace -f -qq -o "$scratch/calls" -e trace=poll,ppoll \
            -e inject=poll,ppoll:error=ENOMEM "$sockprobe" --profile "$id"
        if grep -q INJECTED "$scratch/calls"; then
            is "$id, and poll fails at each call: an end, and few calls" \
                sh -c '[ "$1" -ne 124 ] && [ "$(wc -l < "$2")" -lt 5000 ]' - \
                "$status" "$scratch/calls"
        else
            skip "$id, and poll fails" "strace injects nothing here"
        fi
    done
    # What is lacking here is no behaviour of the host.
    for error in EMFILE ENFILE ENOMEM ENOBUFS; do
        run timeout 120 strace -f -qq -o "$scratch/calls" -e trace=socket \
            -e "inject=socket:error=$error" "$sockprobe" --profile \
            socket.combinations listen.unbound accept.flags bind.v6only \
            listen.overflow address.length connect.refused nonblock.errno \
            option.defaults
        if grep -q INJECTED "$scratch/calls"; then
            is "no socket for $error: skipped, with the reason" grep -q \
                "^socket.combinations	answer	-	not-testable	.*$error, no " \
                "$scratch/out"
            is "no socket for $error: not measured" lacks "$scratch/out" \
                "	[^	]*$error[^	]*	measured	"
        else
            skip "no socket for $error" "strace injects nothing here"
        fi
    done
else
    skip "calls that fail for ever" "strace or timeout is not here"
fi

# What privilege would give is not known; with it, ICMP is there.
run "$sockprobe" --profile socket.combinations
is "raw sockets are asked for with ICMP" \
    sh -c 'if grep -q "^socket.combinations	PACKET-RAW	yes	" "$1"; then
        grep -q "^socket.combinations	INET-RAW	yes	" "$1"
    else
        ! grep -q "^socket.combinations	INET6*-RAW	EPROTONOSUPPORT	" "$1"
    fi' - "$scratch/out"
run "$sockprobe" --profile option.defaults
if grep -q '^option.defaults	TCP_QUICKACK	1' "$scratch/out"; then
    is "an option that is on is switched off" grep -q \
        '^option.defaults	TCP_QUICKACK	1; set 0: ' "$scratch/out"
else
    skip "an option that is on is switched off" "TCP_QUICKACK is not on here"
fi
is "options that are not tested are named" grep -q \
    '^option.defaults	not-tested-IP	.*IP_MULTICAST_TTL.*	constant	' \
    "$scratch/out"

# A cap so small that all of it is filled.
if have_namespaces; then
    run in_namespace "sysctl -q -w net.core.somaxconn=20
        '$sockprobe' --profile listen.negative listen.queue"
fi
if have_namespaces && grep -q '^listen.negative	effective	20;' "$scratch/out"; then
    is "a small cap is found by -1" grep -q \
        '^listen.negative	answer	21 .*, as for INT_MAX	' \
        "$scratch/out"
    is "and is no exception from the rule" \
        grep -q '^listen.queue	answer	n+1 for' "$scratch/out"
else
    skip "a small cap is found by -1" "it cannot be set here"
    skip "and is no exception from the rule" "it cannot be set here"
fi
finish
