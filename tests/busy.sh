#!/bin/sh
# busy.sh - the same figures again and again, while the host is busy
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
have jq || skip_all "jq is not here"
have timeout || skip_all "timeout is not here, and a hog must end"

# A loop for each processor, and one more; they end with this test, whatever
# happens, and by themselves after a while.
hogs=
for _ in $(seq $(($(nproc 2> /dev/null || echo 2) + 1))); do
    timeout 120 sh -c 'while :; do :; done' &
    hogs="$hogs $!"
done
# shellcheck disable=SC2086 # a list of processes
trap 'kill $hogs 2> /dev/null; rm -rf "$scratch"' EXIT

differ=0
for i in $(seq 20); do
    "$backlogprobe" --json > "$scratch/out" || differ=$((differ + 1))
    jq -e 'del(.volatile)' "$scratch/out" > "$scratch/$i" &&
        [ -s "$scratch/$i" ] || differ=$((differ + 1))
    cmp -s "$scratch/1" "$scratch/$i" || differ=$((differ + 1))
done
cp "$scratch/1" "$scratch/out"
is "20 runs while all processors are busy are alike" [ "$differ" -eq 0 ]
json_is '[.rows[] | select(.family == "inet" and .stable and
    .accepted != null and .connected != null)] | length == 15' \
    "every row of IPv4 has its figures, and none varies"
json_is 'all(.rows[]; .stable)' "no row of IPv6 varies"
json_is '.cap.accepted != null or .cap.limit != null' "the cap is measured"
finish
