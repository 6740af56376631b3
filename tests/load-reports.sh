#!/bin/sh
# load-reports.sh - echoload: percentiles in a file, seconds, saved runs
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
. "$srcdir/tests/peers.sh"
have jq || skip_all "jq is not here"

start echo
honest=$port
# load OPTIONS...: a run against the honest server.
load () {
    run bounded 300 "$echoload" "$@" 127.0.0.1 "$honest"
}

# ---- --histogram ------------------------------------------------------------

# percentiles_are FILE KEY: FILE has HdrHistogram's form, and the figures of KEY
# in the report in $scratch/out.
percentiles_are () {
    figures=$(jq -r ".$2"' | [.count, .p50_ns, .p90_ns, .p99_ns, .p999_ns,
        .p9999_ns, .max_ns] | @tsv' "$scratch/out") &&
        # shellcheck disable=SC2086 # numbers are words
        awk -v figures="$(echo $figures)" '
        function bad(text) { print "# line " NR ": " text; failed = 1 }
        function near(a, b) { return a - b < 0.006 && b - a < 0.006 }
        # The percentile SHARE lies between two lines.
        function between(share, ns) {
            for (i = 1; i < lines && percentile[i + 1] <= share; i++)
                continue
            if (value[i] > ns / 1e6 + 5e-7 ||
                i < lines && value[i + 1] < ns / 1e6 - 5e-7 ||
                percentile[i] == share && value[i] != sprintf("%.6f", ns / 1e6))
                bad(share " is " ns " ns")
        }
        BEGIN { split(figures, is, " ") }
        NR == 1 {
            if ($0 !~ /^ +Value +Percentile +TotalCount +1\/\(1-Percentile\)$/)
                bad("heading")
            next
        }
        NR == 2 { if ($0 != "") bad("not empty"); next }
        /^#\[Mean    = +[0-9.]+, StdDeviation   = +[0-9.]+\]$/ {
            gsub(/[^0-9. ]/, ""); mean = $1; next
        }
        /^#\[Max     = +[0-9.]+, Total count    = +[0-9]+\]$/ {
            gsub(/[^0-9. ]/, ""); max = $1; total = $2; next
        }
        /^#\[Buckets = +57, SubBuckets     = +128\]$/ { ended = NR; next }
        NF != 4 && $2 != "1.000000000000" { bad("columns"); next }
        {
            lines++
            value[lines] = $1; percentile[lines] = $2; count[lines] = $3
            if ($1 < value[lines - 1] || $3 < count[lines - 1] ||
                lines > 1 && $2 <= percentile[lines - 1])
                bad("falls")
            if ($3 < $2 * is[1]) bad("too few values for " $2)
            if (NF == 4 && !near($4 * (1 - $2), 1)) bad("1/(1-" $2 ")")
        }
        END {
            if (percentile[1] != 0 || percentile[lines] != 1) bad("not all")
            if (ended != NR || total != is[1] || count[lines] != is[1])
                bad("total")
            if (max != sprintf("%.6f", is[7] / 1e6) || max != value[lines])
                bad("max")
            if (mean < value[1] * 63 / 64 || mean > max) bad("mean " mean)
            between(0.5, is[2]); between(0.9, is[3]); between(0.99, is[4])
            between(0.999, is[5]); between(0.9999, is[6])
            exit failed
        }' "$1"
}
load -n 4 --depth 4 -d 0.3 --json --histogram "$scratch/run.hgrm"
last_line
is "--histogram: ends with 0" [ "$status" -eq 0 ]
is "--histogram: HdrHistogram's form, and the percentiles of the report" \
    percentiles_are "$scratch/run.hgrm" latency
load --connect-only -n 20 --json --histogram "$scratch/run.hgrm"
last_line
is "--histogram --connect-only: of the connects" \
    percentiles_are "$scratch/run.hgrm" connect
load -d 0.1 --histogram -
is "--histogram -: standard output, and nothing else" sh -c '
    [ "$(wc -l < "$1")" -eq "$(grep -c "^ .*[0-9e]\|^#\|^\$" "$1")" ] &&
        grep -q "^#\[Max " "$1"' - "$scratch/out"
load -d 60 --histogram /dev/null
is "--histogram: a device is not replaced, before the run: 2" \
    said 2 "/dev/null is not replaced: the file is not a regular file"
load -d 60 --histogram "$scratch/none/run.hgrm"
is "--histogram: a folder that is missing, before the run: 2" \
    said 2 "cannot write $scratch/none/run.hgrm: No such file or directory"
mkdir "$scratch/folder"
# The report itself goes to a pipe, which has no limit.
(ulimit -f 0 && exec "$echoload" -d 0.1 --histogram "$scratch/folder/run.hgrm" \
    127.0.0.1 "$honest" 2>&1) | cat > "$scratch/told"
is "--histogram: no room: a sentence" grep -q \
    "^echoload: cannot write $scratch/folder/run.hgrm: File too large" \
    "$scratch/told"
is "--histogram: no room: no part is left behind" \
    [ -z "$(ls -A "$scratch/folder")" ]

# ---- a line a second ---------------------------------------------------------

load -n 2 -d 2.2 --json
is "--json: each line is an object" [ "$(wc -l < "$scratch/out")" -eq \
    "$(jq -c . "$scratch/out" | wc -l)" ]
cp "$scratch/out" "$scratch/lines"
jq -s . "$scratch/lines" > "$scratch/out"
json_is 'length >= 3 and .[-1].type == "report" and
    all(.[:-1][]; .type == "second")' "--json: seconds, then the report"
json_is 'all(.[:-1][]; .messages == .latency.count and .errors == 0 and
    .elapsed_ns > 500000000 and .at_ns >= 1000000000)' "a second has its own figures"
json_is '([.[:-1][].messages] | add) as $sum | .[-1] |
    $sum > 0 and $sum <= .messages and .messages == .latency.count' \
    "the report has the sum"
# A busy host may leave a second without a message.
json_is '.[-1].latency as $all | all(.[:-1][].latency | select(.count > 0);
    .min_ns >= $all.min_ns and .max_ns <= $all.max_ns and
    .min_ns <= .p50_ns and .p9999_ns <= .max_ns)' "latencies within those of all"
json_is '[.[].at_ns] | . == sort' "the time goes on"
load --hold 3 -d 1.2 --json
cp "$scratch/out" "$scratch/lines"
jq -s . "$scratch/lines" > "$scratch/out"
json_is '.[0] | .type == "second" and .connects == 3 and .messages == 0 and
    .latency.p50_ns == null' "--hold: a second without messages"
load --connect-only -n 5 -r 4 --json
cp "$scratch/out" "$scratch/lines"
jq -s . "$scratch/lines" > "$scratch/out"
json_is '.[0] | .type == "second" and .connects >= 1 and .verdict == null and
    .connect.count == .connects' "--connect-only: the connects of a second"
mkfifo "$scratch/gone"
"$echoload" --json -d 60 127.0.0.1 "$honest" > "$scratch/gone" \
    2> "$scratch/err" 9>&- &
client=$!
exec 8< "$scratch/gone"
read -r line <&8
exec 8<&-
status=0
wait "$client" || status=$?
is "a reader that has gone ends the run: 0" sh -c '
    [ "$1" -eq 0 ] && [ ! -s "$2" ]' - "$status" "$scratch/err"
if [ -c /dev/full ]; then
    run bounded 300 sh -c '"$echoload" --json -d 600 127.0.0.1 "$1" > /dev/full' \
        - "$honest"
    is "a full device ends the run: 2" \
        said 2 "cannot write standard output: No space left on device"
else
    skip "a full device ends the run: 2" "there is no /dev/full"
fi

# ---- --profile, --compare ----------------------------------------------------

load -n 2 -d 0.2 --profile
is "--profile ends with 0" [ "$status" -eq 0 ]
is "--profile: the version, then six columns in every line" awk -F '\t' '
    NR == 1 ? $0 != "sonde-load\t1" : NF != 6 { bad++ }
    END { exit bad || NR < 20 }' "$scratch/out"
cp "$scratch/out" "$scratch/saved"
load -n 2 -d 0.2 --rate 100 --reset --json
last_line
cp "$scratch/out" "$scratch/report"
load -n 2 -d 0.2 --rate 100 --reset --profile
plain () {
    awk -F '\t' '$1 == "plan" && $2 ~ /^(peer|rate|reset|size|depth)$/ {
        print $2, $3 }' "$1"
}
is "--profile: the settings are those of --json" sh -c '[ "$1" = "$2" ]' - \
    "$(plain "$scratch/out")" "$(jq -r '.plan | "depth \(.depth)",
        "peer \(.peer)", "rate \(.rate)",
        "reset \(if .reset then "yes" else "no" end)",
        "size \(.size)"' "$scratch/report")"
is "--profile: keys are those of --json" sh -c '[ -z "$1" ]' - "$(
    awk -F '\t' '$1 ~ /^(plan|latency|connect)$/ { print $1 "." $2 }
        $1 == "result" { print $2 }' "$scratch/out" | while read -r key; do
        jq -e "[paths | map(tostring) | join(\".\")] | index(\"$key\")" \
            "$scratch/report" > /dev/null || echo "$key"
    done)"
run "$echoload" --compare "$scratch/saved" "$scratch/saved"
is "--compare, the same file twice: 0" sh -c '[ "$1" -eq 0 ] &&
    grep -q "^0 of 11 figures differ (tolerance 10 %)$" "$2"' - "$status" \
    "$scratch/out"
# changed ID KEY VALUE: the saved run with that value, in $scratch/changed.
changed () {
    awk -F '\t' -v OFS='\t' -v id="$1" -v key="$2" -v value="$3" '
        $1 == id && $2 == key { $3 = value; found = 1 } { print }
        END { exit !found }' "$scratch/saved" > "$scratch/changed"
}
changed latency p90_ns 900
cp "$scratch/changed" "$scratch/slow"
changed latency p90_ns 1000
for tolerance in 9:1 10:0; do
    run "$echoload" --compare "$scratch/changed" \
        --tolerance "${tolerance%:*}" "$scratch/slow"
    is "--tolerance ${tolerance%:*}: 10 % less is ${tolerance#*:}" \
        [ "$status" -eq "${tolerance#*:}" ]
done
run "$echoload" --tolerance 9 --compare "$scratch/changed" "$scratch/slow"
is "a difference: both values, in percent" grep -q \
    '^latency p90_ns  *here: 900 ns  *there: 1000 ns  *-10.0 %, better$' \
    "$scratch/out"
is "a difference: no line of more than 79 columns" \
    [ "$(awk 'length > 79' "$scratch/out" | wc -l)" -eq 0 ]
for option in "-n 2" "--size 64" "-d 1" -4 "-t 1" "--rate 5" --reset -v \
    --connect "--histogram $scratch/run.hgrm"; do
    # shellcheck disable=SC2086 # words
    run "$echoload" --compare "$scratch/saved" $option "$scratch/saved"
    is "two files and $option: refused" sh -c '[ "$1" -eq 2 ] &&
        grep -q "takes no option but --tolerance" "$2"' - "$status" "$scratch/err"
done
# getaddrinfo looks up no name with a blank.
run bounded 300 "$echoload" --compare "$scratch/saved" "no such file"
is "a second file that is missing, without a slash: both are said" sh -c '
    [ "$1" -eq 7 ] && grep -q "nor is there a file .no such file." "$2"' - \
    "$status" "$scratch/err"
changed plan size 65
run "$echoload" --compare "$scratch/changed" "$scratch/saved" --tolerance 99
is "another setting is a difference at any tolerance: 1" sh -c '
    [ "$1" -eq 1 ] && grep -q "^plan size  *here: 64  *there: 65$" "$2"' - \
    "$status" "$scratch/out"
grep -v p99_ns "$scratch/saved" > "$scratch/changed"
run "$echoload" --compare "$scratch/changed" "$scratch/saved"
is "a figure that one run lacks: 1" sh -c '[ "$1" -eq 1 ] &&
    grep -q "there: missing$" "$2" && grep -q "; 1 only here$" "$2"' - \
    "$status" "$scratch/out"
load -n 2 -d 0.2 --compare "$scratch/saved" --tolerance 99
is "a run and a saved one: 0 or 1, as the report says" sh -c '
    grep -q "^[0-9]* of 11 figures differ (tolerance 99 %)$" "$2" &&
    case $(tail -n 1 "$2") in 0*) [ "$1" -eq 0 ] ;; *) [ "$1" -eq 1 ] ;; esac' \
    - "$status" "$scratch/out"
load -n 2 -d 0.2 --size 65 --compare "$scratch/saved" --tolerance 99
is "a run with another size: 1" [ "$status" -eq 1 ]
load --connect -n 2 -d 0.2 --profile
cp "$scratch/out" "$scratch/connects"
run "$echoload" --compare "$scratch/connects" "$scratch/connects"
is "runs of --connect: the times of connect, too" \
    grep -q "^0 of 15 figures differ" "$scratch/out"
free_port
run "$echoload" --compare "$scratch/saved" 127.0.0.1 "$port"
is "a run that fails keeps its status: 3" said 3 "Connection refused"

# Files that are no saved runs.  unread FILE WORDS: a sentence, and 2, at once.
unread () {
    run bounded 300 "$echoload" -d 600 --compare "$1" 127.0.0.1 "$honest"
    is "--compare: $2" sh -c '[ "$1" -eq 2 ] && [ ! -s "$2/out" ] &&
        [ "$(wc -l < "$2/err")" -eq 1 ] && grep -qF -- "$3" "$2/err"' - \
        "$status" "$scratch" "$2"
}
unread "$scratch" "$scratch: Is a directory"
[ ! -c /dev/zero ] ||
    unread /dev/zero "/dev/zero, line 1: line too long, or with a NUL byte"
unread "$scratch/nothing-here" "nothing-here: No such file or directory"
: > "$scratch/bad"
unread "$scratch/bad" "bad: no findings"
head -n 2 "$scratch/saved" > "$scratch/bad"
unread "$scratch/bad" "bad: no findings"
unread "$srcdir/profiles/linux-6.1" \
    "no profile version: the first line must be 'sonde-load<TAB>1'"
sed '1s/1/2/' "$scratch/saved" > "$scratch/bad"
unread "$scratch/bad" "unsupported profile version '2'"
sed '$s/[^[:space:]]*$//; $s/[[:space:]]$//' "$scratch/saved" > "$scratch/bad"
unread "$scratch/bad" "malformed line: six columns expected"
dd if=/dev/zero of="$scratch/bad" bs=4096 count=8 2> /dev/null
unread "$scratch/bad" "line 1: line too long, or with a NUL byte"
(head -n 2 "$scratch/saved"; awk 'BEGIN { for (i = 0; i < 200000; i++)
    print "a\tk" i "\t1\tread\tyes\t-" }') > "$scratch/bad"
unread "$scratch/bad" "line 200001: too many lines"
cat "$scratch/saved" "$scratch/saved" > "$scratch/bad"
unread "$scratch/bad" "duplicate finding: "
for number in abc -5 99999999999999999999 ''; do
    changed latency p50_ns "$number"
    cp "$scratch/changed" "$scratch/bad"
    unread "$scratch/bad" "'$number' is no number: latency p50_ns"
done
printf 'sonde-load\t1\nother\tkey\t1\tread\tyes\t-\n' > "$scratch/bad"
run "$echoload" --compare "$scratch/bad" "$scratch/bad"
is "nothing to compare is trouble, not equality" \
    said 2 "has none of these figures"
run "$builddir/backlogprobe" -4 -b 0 --compare "$scratch/saved"
is "backlogprobe takes no saved run" said 2 "no profile version"

# bad WORDS OPTIONS...: not a run.
bad () {
    wanted=$1
    shift
    load "$@"
    is "refused: $*" sh -c '[ "$1" -eq 2 ] && [ ! -s "$2/out" ] &&
        head -n 1 "$2/err" | grep -qF -- "$3"' - "$status" "$scratch" "$wanted"
}
bad 'choose one' --json --profile
bad 'choose one' --profile --histogram -
bad 'applies to --compare only' --tolerance 5
bad 'the name of the file is empty' --histogram=
bad 'the name of the file is empty' --compare=
bad 'which sends no byte' --connect-only --size 64
bad 'do not apply to --connect-only' --connect-only --keepalive 5
bad 'from 0 to 99' --compare "$scratch/saved" --tolerance 100
finish
