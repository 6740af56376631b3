#!/bin/sh
# threads.sh - the unit tests with a sanitizer that finds data races
# SPDX-License-Identifier: GPL-3.0-or-later
#
# make check-threads runs this: builds the tarball in $TARBALL with
# -fsanitize=thread and runs each unit test.  A race ends the process it is
# found in, which Check counts as a failed test.
. "${srcdir:-.}/tests/tap.sh"
CC=${CC:-cc}
TSAN_OPTIONS='halt_on_error=1 exitcode=66'
export TSAN_OPTIONS

# Two threads and a counter: alike, but for the lock.
cat > "$scratch/race.c" <<'END'
#include <pthread.h>
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int counter;
static void *count(void *locked)
{
    for (int i = 0; i < 10000; i++) {
        if (locked)
            pthread_mutex_lock(&lock);
        counter++;
        if (locked)
            pthread_mutex_unlock(&lock);
    }
    return 0;
}
int main(int argc, char **argv)
{
    pthread_t a, b;
    void *locked = argc > 1 ? argv : 0;
    if (pthread_create(&a, 0, count, locked) ||
        pthread_create(&b, 0, count, locked))
        return 1;
    pthread_join(a, 0);
    pthread_join(b, 0);
    return 0;
}
END
$CC -g -fsanitize=thread -o "$scratch/race" "$scratch/race.c" -pthread \
    > "$scratch/log" 2>&1 && "$scratch/race" locked > "$scratch/log" 2>&1 ||
    skip_all "$CC has no thread sanitizer that runs here"
run "$scratch/race"
is "a race is found where there is one" [ "$status" -eq 66 ]

mkdir "$scratch/src" && tar -C "$scratch/src" -xf "$TARBALL" ||
    skip_all "no tarball; make check-threads makes one"
cd "$scratch"/src/sonde-* || exit 99
cores=$(nproc 2> /dev/null || echo 1)
{ ./configure --quiet CC="$CC" CFLAGS='-g -O1 -fsanitize=thread' &&
    ${MAKE:-make} -j"$cores" && ${MAKE:-make} -j"$cores" check TESTS=; } > "$scratch/log" 2>&1
built=$?
: > "$scratch/out"
tail -n 30 "$scratch/log" > "$scratch/err"
ok "$built" "the sources and the tests build"
[ -n "$UNIT_TESTS" ] || cannot_look "for races: UNIT_TESTS names no test"
for test in $UNIT_TESTS; do
    if [ ! -x "$test" ]; then
        skip "${test##*/}" "not built: the library check is not here"
        continue
    fi
    run "$test"
    is "${test##*/}" all_passed
done
finish_alone
