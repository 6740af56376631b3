#!/bin/sh
# valgrind.sh - the unit tests under valgrind: memory, and leaks
# SPDX-License-Identifier: GPL-3.0-or-later
#
# make check-valgrind runs this in a tree that is built.  Each test has a process
# of its own, which answers for its own leaks: Check sees it end with 99.
. "${srcdir:-.}/tests/tap.sh"
have valgrind || skip_all "valgrind is not here"
is_sanitized && skip_all "this build is sanitized"
valgrind --error-exitcode=99 true > "$scratch/log" 2>&1 ||
    skip_all "valgrind does not run here"
cd "$builddir" || exit 99
# Some twenty times slower: no test's own clock is to end it.
CK_TIMEOUT_MULTIPLIER=20
export CK_TIMEOUT_MULTIPLIER

[ -n "$UNIT_TESTS" ] || cannot_look "for leaks: UNIT_TESTS names no test"
for test in $UNIT_TESTS; do
    if [ ! -x "$test" ]; then
        skip "${test##*/}" "not built: the library check is not here"
        continue
    fi
    # What is only "possibly lost" belongs to threads that still look up a
    # name when the process ends.
    run env CK_FORK=yes valgrind --quiet --leak-check=full \
        --errors-for-leak-kinds=definite --error-exitcode=99 "$test"
    is "${test##*/}" all_passed
done
finish_alone
