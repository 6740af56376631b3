#!/bin/sh
# pages.sh - the manual pages, and whether --help says the same
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"

# Those of section 3 are made by the build; of a tarball they are there.
pages=$builddir/man
[ -f "$pages/sonde_accept.3" ] || pages=$srcdir/man
[ -f "$pages/sonde_accept.3" ] || exit 99

tour=$pages/sonde-tour.7
[ "$pages" != "$srcdir/man" ] || tour=
for page in "$srcdir"/man/*.[1-27] $tour "$pages"/*.3; do
    name=$(basename "$page")
    if have mandoc; then
        # The base system's own idea of names and dates is not ours.
        mandoc -T lint -W warning "$page" > "$scratch/out" 2>&1
        is "$name: mandoc has nothing to say" \
            [ "$?$(cat "$scratch/out")" = 0 ]
        # Bold is a letter, a backspace, and the letter again.
        mandoc -T ascii "$page" | sed "s/.$(printf '\b')//g" > "$scratch/text"
        is "$name: fits in 80 columns" lacks "$scratch/text" '.\{81\}'
    else
        skip "$name: mandoc has nothing to say" "mandoc is not here"
        skip "$name: fits in 80 columns" "mandoc is not here"
    fi
done

# Every function has a page, and every page's function is there.
functions_of () { # PAGE: the names in its first section
    sed -n '/^\.Sh NAME/,/^\.Nd/s/^\.Nm \(sonde_[a-z0-9_]*\).*/\1/p' "$1"
}
sed -n '/^typedef/d; s/^[a-z].*[ *]\(sonde_[a-z0-9_]*\)(.*/\1/p' \
    "$srcdir/lib/sonde.h" |
    sort > "$scratch/declared"
[ "$(wc -l < "$scratch/declared")" -gt 50 ] || exit 99
for page in "$pages"/*.3; do
    functions_of "$page"
done | sort > "$scratch/paged"
comm -3 "$scratch/declared" "$scratch/paged" > "$scratch/out"
none "each function of sonde.h has its page, and no other has" \
    "$scratch/paged"

# Installed is a page by the name of each topic, and of each function.
run ${MAKE:-make} -s -C "$builddir" DESTDIR="$scratch/to" MAKEFLAGS= \
    install-man install-data-hook
is "the pages install" [ "$status" -eq 0 ]
for page in "$pages"/*.3; do
    basename "$page"
    functions_of "$page" | sed 's/$/.3/'
done | sort -u > "$scratch/due"
find "$scratch/to" -name '*.3' | sed 's,.*/,,' | sort > "$scratch/installed"
comm -3 "$scratch/due" "$scratch/installed" > "$scratch/out"
none "a page by the name of each function" "$scratch/due"

# The way in.
: > "$scratch/out"
for page in "$srcdir"/man/*.1 "$pages"/*.3; do
    name=$(basename "$page")
    grep -q "^\.It Xr ${name%.*} ${name##*.}\$" "$srcdir/man/sonde.7" ||
        echo "$name" >> "$scratch/out"
done
none "sonde(7) names every page" "$srcdir/man/sonde.7"
# References among the pages lead somewhere: to a page or a function.
cat "$srcdir"/man/*.[1-27] "$pages"/*.3 |
    sed -n 's/^\.\(It \)*Xr \(sonde[a-z_]*\) \([1-8]\).*/\2.\3/p' |
    sort -u > "$scratch/references"
{ sed 's/$/.3/' "$scratch/declared"; (cd "$srcdir/man" && ls ./*.[1-27])
    (cd "$pages" && ls ./*.3); } |
    sed 's,^\./,,' | sort -u | comm -23 "$scratch/references" - \
    > "$scratch/out"
none "the pages refer to pages that are there" "$scratch/references"
# And to sections of portability.md that are there.
cat "$pages"/*.3 | sed -n '/^\.Pa portability/,/^\.Sh/s/^\.Dq //p' |
    sed 's/ ,$//' | sort -u > "$scratch/named"
sed -n 's/^## //p' "$srcdir/doc/portability.md" | sort -u |
    comm -23 "$scratch/named" - > "$scratch/out"
none "and to sections of portability.md" "$scratch/named"
# Its example is a whole program.
sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/{/^\.Bd/,/^\.Ed/p;}' "$srcdir/man/sonde.7" |
    sed '/^\./d; s/\\e/\\/g' > "$scratch/example.c"
# shellcheck disable=SC2086 # CC may be several words
run ${CC:-cc} -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Werror \
    -I"$srcdir/lib" -fsyntax-only "$scratch/example.c"
[ -s "$scratch/example.c" ] || status=1
is "the example of sonde(7) compiles" [ "$status" -eq 0 ]

# So are the others, as parts of one, and the prototypes are those of sonde.h.
prototypes_of () { # PAGE: what its synopsis declares, as C
    awk '
        /^\.Sh/ { inside = $2 == "SYNOPSIS" }
        !inside || !/^\.F/ { next }
        { rest = $0; gsub(/"/, "", rest); sub(/^\.F. /, "", rest) }
        /^\.Ft/ { type = rest }
        /^\.Fo/ { name = rest; list = "" }
        /^\.Fa/ { list = list (list == "" ? "" : ", ") rest }
        /^\.Fc/ { print type " " name "(" list ");" }
        /^\.Fn/ {
            list = $0; sub(/^\.Fn [^ ]* /, "", list); gsub(/" "/, ", ", list)
            gsub(/"/, "", list); sub(/ .*/, "", rest)
            print type " " rest "(" list ");"
        }' "$1"
}
{
    echo '#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include "sonde.h"'
    for page in "$pages"/*.3; do
        prototypes_of "$page"
    done | grep -v '^typedef' | tee "$scratch/prototypes"
    echo 'extern int listener, fd, delay, stopping;
extern const char *host, *request;
extern char *header;
extern size_t length;
extern struct sonde_reserve reserve;
extern struct sonde_poller *poller;
void accept_clients(int fd);
void serve(void *data, unsigned ready);'
    for page in "$pages"/*.3; do
        echo "int $(basename "$page" .3)_example(void);"
        echo "int $(basename "$page" .3)_example(void)"
        echo '{'
        sed -n '/^\.Sh EXAMPLES/,/^\.Sh [^E]/{
            s/^\.Dl //p
            /^\.Bd/,/^\.Ed/{/^\./!p;}
        }' "$page" | sed 's/\\e/\\/g'
        echo 'return 0;'
        echo '}'
    done
} > "$scratch/pages.c"
[ "$(wc -l < "$scratch/prototypes")" -eq "$(wc -l < "$scratch/declared")" ] ||
    exit 99
# shellcheck disable=SC2086 # CC may be several words
run ${CC:-cc} -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Werror \
    -I"$srcdir/lib" -fsyntax-only "$scratch/pages.c"
is "the synopses are those of sonde.h, and the examples compile" \
    [ "$status" -eq 0 ]

# The long options in --help, and those in the page.
for program in backlogprobe byteorder daytimecli daytimesrv echocli echoload \
    echosrv faultsrv listeners sockprobe sonde; do
    "$builddir/$program" --help | grep -o -- '--[a-z][a-z-]*' | sort -u \
        > "$scratch/help"
    sed -n 's/^\.It.*Fl Fl \([a-z-]*\).*/--\1/p' \
        "$srcdir/man/$program.1" | sort -u > "$scratch/page"
    comm -3 "$scratch/help" "$scratch/page" > "$scratch/out"
    none "$program: --help and the page have the same long options" \
        "$scratch/help" "$scratch/page"
    "$builddir/$program" --help | sed -n 's/^ *\(-[a-zA-Z0-9]\)[ ,].*/\1/p' |
        sort -u > "$scratch/help"
    sed -n 's/^\.It Fl \([a-zA-Z0-9]\)\( .*\)*$/-\1/p' \
        "$srcdir/man/$program.1" | sort -u > "$scratch/page"
    comm -3 "$scratch/help" "$scratch/page" > "$scratch/out"
    none "$program: and the same letters" "$scratch/help" "$scratch/page"
    run "$builddir/$program" --help
    is "$program: --help fits in 80 columns" \
        lacks "$scratch/out" '.\{81\}'
    is "$program: its completion is that of the project" \
        grep -q "complete .* $program\( \|\$\)" "$srcdir/completions/sonde.bash"
    is "$program: zsh and fish have it, too" sh -c '
        grep -q "^#compdef.* $1\( \|\$\)" "$srcdir/completions/_sonde" &&
            grep -q "^ *\(for name in .*\|.*\)$1\( \|\$\)" \
            "$srcdir/completions/sonde.fish"' - "$program"
done

# What bash offers: options; but where one wants an argument, files.
offered () { # WORDS...: for the last one
    offered_by _sonde "$@"
}
offered_by () { # FUNCTION WORDS...
    bash -c '. "$srcdir/completions/sonde.bash" || exit
        function=$1
        shift
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
        "$function" "$1" || exit
        echo "${COMPREPLY[*]}"' - "$@"
}
if have bash && bash -c 'type compgen complete' > /dev/null 2>&1; then
    is "bash completes an option" \
        [ "$(offered "$backlogprobe" --comp)" = --compare ]
    is "bash completes an option with a digit" \
        [ "$(offered "$backlogprobe" --ipv)" = "--ipv4 --ipv6" ]
    is "bash completes a fault" \
        [ "$(offered "$builddir/faultsrv" --fault blac)" = blackhole ]
    is "bash completes behind =" [ "$(
        offered "$builddir/faultsrv" --fault = blac)/$(
        offered "$builddir/echosrv" --model =)" = \
        "blackhole/iterative fork prefork thread event" ]
    for words in "--compare" "-b" "-4 --prometheus"; do
        # shellcheck disable=SC2086 # several words
        offered "$backlogprobe" $words "" || echo "it fails: $words"
    done | tr -d '\n' > "$scratch/out"
    is "bash offers files for what an option wants" [ ! -s "$scratch/out" ]
    is "bash completes a program of sonde" \
        [ "$(offered_by _sonde_all "$builddir/sonde" listen)" = listeners ]
    is "bash completes an option of a program of sonde" \
        [ "$(offered_by _sonde_all "$builddir/sonde" echosrv --mod)" = --model ]
    is "bash completes a question, behind sonde" [ "$(offered_by _sonde_all \
        "$builddir/sonde" sockprobe udp.max)" = udp.maxsize ]
    is "bash completes a model" [ "$(offered "$builddir/echosrv" -m t)/$(
        offered "$builddir/daytimesrv" --model "")" = \
        "thread/iterative fork prefork thread event" ]
    is "bash offers options behind one that wants nothing" \
        sh -c 'echo "$1" | grep -q -e "-b --backlog"' - \
        "$(offered "$backlogprobe" --json "")"
    for program in backlogprobe byteorder daytimecli daytimesrv echocli \
        echoload echosrv faultsrv listeners sockprobe sonde; do
        offered "$builddir/$program" - | tr ' ' '\n' > "$scratch/words"
        sort "$scratch/words" | uniq -d > "$scratch/out"
        none "bash offers no option of $program twice" "$scratch/words"
    done
else
    skip "bash offers no option twice" "bash is not here"
    skip "bash completes an option" "bash is not here"
    skip "bash completes a fault" "bash is not here"
    skip "bash completes a program of sonde" "bash is not here"
    skip "bash offers files for what an option wants" "bash is not here"
    skip "bash completes a model" "bash is not here"
    skip "bash offers options behind one that wants nothing" "bash is not here"
fi
finish
