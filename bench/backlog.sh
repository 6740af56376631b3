#!/bin/sh
# backlog.sh - time backlogprobe against the classic method
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Run by make bench.  Prints the wall time of five whole runs of
# backlogprobe, their median, one run of the classic method (30 s by
# construction), and the ratio of the two.
set -eu
builddir=${builddir:-.}

# now: seconds, with fractions.
now () {
    date +%s.%N
}

# timed COMMAND...: print its wall time.
timed () {
    start=$(now)
    "$@" > /dev/null
    echo "$(now) $start" | awk '{ printf "%.3f\n", $1 - $2 }'
}

runs=$(for _ in 1 2 3 4 5; do timed "$builddir/backlogprobe"; done | sort -n)
median=$(echo "$runs" | sed -n 3p)
echo "backlogprobe     2 families, 2 counts, cap: $(echo "$runs" | tr '\n' ' ')s"
echo "                 median $median s"
classic=$(timed "$builddir/bench/backlog-classic")
echo "classic method   1 family, 1 count, no cap: $classic s"
echo "$classic $median" | awk '{ printf "ratio            %.0f\n", $1 / $2 }'
