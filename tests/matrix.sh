#!/bin/sh
# matrix.sh - sockprobe --matrix: several profiles, question by question
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
profiles=$srcdir/profiles
set -- "$profiles/linux-6.1" "$profiles/gvisor-2022-12" \
    "$profiles/netbsd-7.99.34-stack"

run "$sockprobe" --matrix "$@"
is "--matrix: success, whatever differs" [ "$status" -eq 0 ]
is "in 80 columns" awk 'length > 80 { exit 1 }' "$scratch/out"
cp "$scratch/out" "$scratch/text"
is "an answer stands once, with all of its systems" sh -c '
    sed -n "/^accept.aborted/,/^$/p" "$1" > "$1.part"
    [ "$(grep -c "^    ECONNABORTED$" "$1.part")" -eq 1 ] &&
    grep -A 2 "^    ECONNABORTED$" "$1.part" |
        grep -q "netbsd-7.99.34-stack; FreeBSD 9.1 and 13.0 (measured)" &&
    grep -q "linux-6.1, gvisor-2022-12" "$1.part"' - "$scratch/text"
is "a detail that differs follows" sh -c '
    sed -n "/^accept.fdlimit/,/^$/p" "$1" | grep -q "^    accept-again:$"' - \
    "$scratch/text"
is "a detail that is alike is left out" sh -c '
    grep -q "^accept.fdlimit.*lost-connections" "$2" ||
    ! sed -n "/^accept.fdlimit/,/^$/p" "$1" | grep -q "lost-connections:"' - \
    "$scratch/text" "$profiles/linux-6.1"

# Each cell is the line of the profile, found here by another way.
if have jq; then
    run "$sockprobe" --matrix --json "$@"
    cp "$scratch/out" "$scratch/json"
    jq -r '.questions[] | .id as $id | .cells[] | select(.profile) |
        [.system, $id, .value // "-"] | @tsv' "$scratch/json" |
        sort > "$scratch/cells"
    for profile in "$@"; do
        awk -F '\t' -v name="${profile##*/}" '
            $2 == "answer" { print name "\t" $1 "\t" $3 }' "$profile"
    done | sort > "$scratch/lines"
    is "each answer of each profile is in its cell" sh -c '
        [ "$(comm -13 "$1/cells" "$1/lines" | wc -l)" -eq 0 ]' - "$scratch"
    is "what a profile lacks has no value" sh -c '
        comm -23 "$1/cells" "$1/lines" > "$1/more"
        [ -s "$1/more" ] && ! grep -v "	-$" "$1/more"' - "$scratch"
    json_is '[.systems[].name] == ["linux-6.1", "gvisor-2022-12",
        "netbsd-7.99.34-stack"] and .systems[2].system == "NetBSD"' \
        "the systems are in the order of the operands"
    json_is '.questions[] | select(.id == "accept.aborted") | .differs and
        any(.cells[]; .profile == false and .how == "source")' \
        "known systems have cells, with their source"
    differing=$(jq '[.questions[] | select(.differs)] | length' "$scratch/json")
    is "the first line counts the questions that differ" \
        grep -q "^3 systems, .* differ in $differing answers\.\$" "$scratch/text"
    run "$sockprobe" --matrix --json "$1" "$1"
    json_is 'all(.questions[]; (.differs | not) and .details == [])' \
        "a profile does not differ from itself"
else
    skip "each answer of each profile is in its cell" "jq is not here"
fi

run "$sockprobe" --matrix --html "$scratch/page.html" "$profiles"/[a-z]*
is "--html: a page" [ "$status" -eq 0 ]
is "whole, without scripts, of itself alone" sh -c '
    grep -q "^<!DOCTYPE html>" "$1" && grep -q "^</html>" "$1" &&
    [ "$(grep -ci "<script\|https\?://\|<link\|@import" "$1")" = 0 ]' - \
    "$scratch/page.html"
is "under 300 KB" [ "$(wc -c < "$scratch/page.html")" -lt 300000 ]
is "each row is as wide as the table" awk -v columns="$(find "$profiles" -type f \
    ! -name '*.md' | wc -l)" '
    /^<tbody id=/ { rows++ }
    /^<tr class="more">|^<tbody id=/ { if (wide && wide != columns) exit 1
        wide = 0 }
    match($0, /<td colspan="[0-9]+"/) {
        wide += substr($0, RSTART + 13, RLENGTH - 14) }
    END { exit !(rows > 70) }' "$scratch/page.html"
sed 's/^\(byteorder	answer	\)[^	]*/\1<script>\&"<b>/' "$1" > "$scratch/<i>hostile"
run "$sockprobe" --matrix --html - "$1" "$scratch/<i>hostile"
is "a profile and its name are text" sh -c '
    grep -q "&lt;script&gt;&amp;&quot;&lt;b&gt;" "$1" &&
    grep -q "&lt;i&gt;hostile" "$1" &&
    [ "$(grep -c "<script\|<i>" "$1")" = 0 ]' - "$scratch/out"
is "two systems are counted, with one difference" \
    grep -q '<p>2 systems were asked [0-9]* questions by sockprobe; they differ in 1 answer\.' \
    "$scratch/out"
run "$sockprobe" --matrix --html - "$1"
is "of one system no difference is counted on the page" \
    grep -q '<p>1 system was asked [0-9]* questions by sockprobe\.  Equal' "$scratch/out"
run xmllint --html --noout "$scratch/page.html"
if [ "$status" -eq 127 ]; then
    skip "well-formed" "xmllint is not here"
else
    grep -v 'Tag \(nav\|details\|summary\) invalid' "$scratch/err" |
        grep 'error' > "$scratch/wrong"
    is "well-formed" [ ! -s "$scratch/wrong" ]
fi

# This host, by another way than a profile.
"$sockprobe" --profile byteorder > "$scratch/here"
run "$sockprobe" --matrix - "$scratch/here"
is "-: this host" sh -c '
    sed -n "/^byteorder/,/^$/p" "$1" | grep -q "^        this host.*, here"' - \
    "$scratch/out"

run "$sockprobe" --matrix "$1"
is "of one system no difference is counted" \
    grep -q '^1 system, [0-9]* questions\.$' "$scratch/out"

wrong_usage "needs profiles" "$sockprobe" --matrix
wrong_usage "no_such_profile" "$sockprobe" --matrix "$1" "$scratch/no_such_profile"
wrong_usage "$scratch: Is a directory" "$sockprobe" --matrix "$scratch"
wrong_usage "for text, --json and --html" "$sockprobe" --matrix --profile "$1"
wrong_usage "for text, --json and --html" "$sockprobe" --matrix --diff "$1" "$1"
wrong_usage "for text, --json and --html" "$sockprobe" --matrix \
    --html "$scratch/two.html" --diff "$1" "$1"
wrong_usage "choose one of" "$sockprobe" --matrix --json --html "$scratch/two.html" "$1"
wrong_usage "64 profiles" "$sockprobe" --matrix $(yes - 2> /dev/null | head -n 65)
run "$sockprobe" --matrix --html "$scratch/none/page.html" "$1"
is "a page that cannot be written is trouble" [ "$status" -eq 2 ]
finish
