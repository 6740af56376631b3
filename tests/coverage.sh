#!/bin/sh
# coverage.sh - which lines of lib/ the tests run
# SPDX-License-Identifier: GPL-3.0-or-later
#
# make coverage runs this: builds the tarball in $TARBALL with gcov's counters,
# runs all tests, and prints the share of lines that were run, by file and for
# all of lib/.  Below LEAST, a percentage, 90 if nothing is said, it fails.
. "${srcdir:-.}/tests/tap.sh"
have gcov || skip_all "gcov is not here"

mkdir "$scratch/src" && tar -C "$scratch/src" -xf "$TARBALL" ||
    skip_all "no tarball; make coverage makes one"
cd "$scratch"/src/sonde-* || exit 99
# In a sandbox a server cannot write its counters.
if ! { ./configure --quiet CC="${GCC:-gcc}" CFLAGS='-g -O0 --coverage' \
        sonde_cv_sandbox=none &&
    ${MAKE:-make} && ${MAKE:-make} check; } > "$scratch/log" 2>&1; then
    tail -n 30 "$scratch/log" >&2
    ok 1 "it builds and passes with counters"
    finish_alone
fi
ok 0 "it builds and passes with counters"

# gcov prints two lines for each file: its name, and "Lines executed:90.00%
# of 120".
find . -path '*/lib/*' -name 'libsonde_core_la-*.gcda' ! -path '*/gl/*' |
while read -r counters; do
    gcov -n "$counters"
done 2> /dev/null | awk -v least="${LEAST:-90}" '
    /^File / { file = $2; gsub(/\047/, "", file) }
    /^Lines executed:/ && file ~ /^(\.\/)?lib\/[a-z0-9-]*\.c$/ {
        split($0, part, /[:% ]+/)
        share[file] = part[3]
        lines[file] = $NF
    }
    END {
        for (file in share) {
            printf "# %-24s %5.1f %% of %d\n", file, share[file], lines[file] \
                | "sort"
            all += lines[file]
            all_run += share[file] * lines[file] / 100
        }
        close("sort")
        printf "# %-24s %5.1f %% of %d\n", "lib/", 100 * all_run / all, all
        exit !(all > 0 && 100 * all_run / all >= least)
    }'
is "at least ${LEAST:-90} % of the lines of lib/ are run" [ $? -eq 0 ]
finish_alone
