#!/bin/sh
# times.sh - sockprobe --times: how often each answer comes
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"

run "$sockprobe" --times 40 accept.inherits.nonblock
is "--times: success" [ "$status" -eq 0 ]
is "each run is counted, with the interval" \
    grep -q '^ *40 of 40 * 100 %  (91\.2 to 100) ' "$scratch/out"
is "in 80 columns" awk 'length > 80 { exit 1 }' "$scratch/out"
run "$sockprobe" --times 1 byteorder
is "one run says little" grep -q '^ *1 of 1 * 100 %  (2\.5 to 100) ' "$scratch/out"

# What has no answer is counted, too.
run sh -c 'ulimit -n 10 && exec "$1" --times 3 limit.fdexhaust accept.fdlimit' \
    - "$sockprobe"
is "runs without an answer have a reason" sh -c '
    [ "$1" -eq 2 ] || grep -q "3 of 3 .*no answer: \|of 3 " "$2"' - "$status" \
    "$scratch/out"

run "$sockprobe" --times 5 --profile accept.inherits.nonblock
cp "$scratch/out" "$scratch/profile"
is "--profile: a profile, as any" sh -c '
    "$1" --diff "$2" "$2" > "$3/diff" && grep -q "	times.1.runs	5	" "$2"' - \
    "$sockprobe" "$scratch/profile" "$scratch"

library=$builddir/tests/.libs/tamper.so
if ! have jq; then
    skip "a planted share is found" "jq is not here"
elif [ ! -f "$library" ] || is_sanitized; then
    skip "a planted share is found" "nothing can be preloaded in this build"
else
    run env TAMPER=accept.aborted:200 "LD_PRELOAD=$library" "$sockprobe" --json \
        --times 200 accept.aborted
    json_is '.answers[0] | .times == 200 and (.stable | not) and
        ([.rates[].runs] | add) == 200 and
        (.rates[0].runs >= .rates[1].runs)' "the runs add up"
    # Outside of 9.5 to 33 % once in 100,000 runs.
    json_is '.answers[0].rates[] |
        select(.answer | startswith("ECONNABORTED")) |
        .runs >= 19 and .runs <= 66 and
        .low_ppm < .runs * 5000 and .high_ppm > .runs * 5000' \
        "a planted share is found"
    json_is '.answers[0].value | contains(" or ")' "both answers are named"

    # One call in a hundred, counted over all runs.
    run env TAMPER=accept.inherits.nonblock/100 "LD_PRELOAD=$library" \
        "$sockprobe" --json --times 500 accept.inherits.nonblock
    json_is '.answers[0].rates | map({answer, runs}) == [
        {answer: "no", runs: 495}, {answer: "yes", runs: 5}] and
        .[1].low_ppm < 10000 and .[1].high_ppm > 10000' \
        "a fault of 1 % is found in 500 runs, within the interval"
fi

# As many runs as can be, and a signal soon after the first.
if have jq; then
    "$sockprobe" --json --times 100000 accept.inherits.nonblock \
        > "$scratch/out" 2> "$scratch/err" &
    pid=$!
    for _ in $(seq 1000); do
        [ "$(children_of "$pid" | wc -w)" -lt 2 ] || break
    done
    kill -TERM "$pid"
    status=0
    wait "$pid" || status=$?
    is "a signal ends the runs, and there is a report" sh -c '
        [ "$1" -eq 0 ] && grep -q "stopped by a signal" "$2"' - "$status" \
        "$scratch/err"
    json_is '.answers == [] or .answers[0].times < 100000' "of those until then"
else
    skip "a signal ends the runs, and there is a report" "jq is not here"
fi

wrong_usage "for text, --json and --profile" "$sockprobe" --times 2 --html "$scratch/page" byteorder
wrong_usage "for text, --json and --profile" "$sockprobe" --times 2 --states
wrong_usage "for text, --json and --profile" "$sockprobe" --times 2 --diff "$scratch/profile"
wrong_usage "times" "$sockprobe" --times 0 byteorder
wrong_usage "times" "$sockprobe" --times many byteorder
finish
