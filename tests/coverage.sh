#!/bin/sh
# coverage.sh - which lines and branches of each room the tests run
# SPDX-License-Identifier: GPL-3.0-or-later
#
# make coverage runs this: builds the tarball in $TARBALL with gcov's counters,
# runs all tests, and prints the rates by room.  Fails below the thresholds in
# coverage/rates.py, which also lists what is left out, with reasons.  MISSING,
# a regular expression of file names, prints the lines that were not run.
. "${srcdir:-.}/tests/tap.sh"
have gcov || skip_all "gcov is not here"
have python3 || skip_all "python3 is not here"

mkdir "$scratch/src" && tar -C "$scratch/src" -xf "$TARBALL" ||
    skip_all "no tarball; make coverage makes one"
cd "$scratch"/src/sonde-* || exit 99
log=$scratch/log counters=$scratch/counters.o

# coverage_compiler COMPILER: a script that adds $counters to each program, but
# not to what is preloaded into programs.
coverage_compiler () {
    cat << END
#!/bin/sh
case " \$* " in
*" -c "* | *" -shared "*) ;;
*" --coverage "*) set -- "\$@" "$counters" ;;
esac
exec $1 "\$@"
END
}

# coverage_build COMPILER: with one object for each source.
# Not on Linux, a process that ends by _exit or is in a sandbox writes none.
coverage_build () {
    if $1 -O1 -fPIC -DCOVERAGE_FOLDER="\"$PWD\"" -c -o "$counters" \
        tests/coverage/counters.c 2> "$scratch/why"; then
        coverage_compiler "$1" > "$scratch/cc" && chmod +x "$scratch/cc"
        set -- "$scratch/cc"
    else
        sed 's/^/# without counters.o: /' "$scratch/why"
        set -- "$1" sonde_cv_sandbox=none
    fi
    coverage_cc=$1
    shift
    ./configure --quiet --disable-static CC="$coverage_cc" \
        CFLAGS='-g -O0 --coverage' "$@" > "$log" 2>&1 &&
        ${MAKE:-make} >> "$log" 2>&1
}

# coverage_share: a process of another user writes counters, too: the files
# exist, and are open to all.  gcov begins an empty file anew.
coverage_share () {
    chmod a+x "$scratch" "$scratch/src" &&
        find . -name '*.gcno' | sed 's/no$/da/' > "$scratch/counted" &&
        while read -r counted; do
            : >> "$counted" && chmod a+rw "$counted" || return
        done < "$scratch/counted"
}

coverage_build "${GCC:-gcc}"
built=$?
[ $built -eq 0 ] || tail -n 30 "$log" >&2
ok $built "it builds with counters"
[ $built -eq 0 ] || finish_alone

# Messages of gcov about a file that cannot be opened, as without descriptors,
# would stand among those of the programs.
GCOV_ERROR_FILE=/dev/null
export GCOV_ERROR_FILE
coverage_share && ${MAKE:-make} check > "$log" 2>&1
passed=$?
[ $passed -eq 0 ] || grep -E '^(FAIL|ERROR|not ok|# (out|err):)' "$log" >&2
ok $passed "its tests pass"
find . -name '*.gcda' -size 0 -exec rm -f {} +

python3 "$srcdir/tests/coverage/rates.py" ${MISSING:+"--missing=$MISSING"} . \
    > "$scratch/rates"
grep '^#' "$scratch/rates"
grep '^[01] ' "$scratch/rates" > "$scratch/thresholds"
is "there are rates" [ -s "$scratch/thresholds" ]
while read -r low threshold; do
    ok "$low" "$threshold"
done < "$scratch/thresholds"
finish_alone
