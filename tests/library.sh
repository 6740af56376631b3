#!/bin/sh
# library.sh - what the built library and its header show to others
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"

library=
for file in "$builddir"/lib/.libs/libsonde.so "$builddir"/lib/.libs/*.dylib; do
    [ -f "$file" ] && library=$file
done
if [ -z "$library" ]; then
    skip "the library exports sonde_* alone" "no shared library was built"
elif ! have nm; then
    skip "the library exports sonde_* alone" "nm is not here"
else
    # The sanitizers and coverage bring names of their own, mangle_path too.
    nm -D --defined-only "$library" |
        awk '{ sub(/@.*/, "", $3); print $3 }' |
        grep -v '^__\(asan\|ubsan\|tsan\|odr\|gcov\|llvm\)\|^mangle_path$\|^_\(init\|fini\)$' \
        > "$scratch/names"
    grep -v '^sonde_[a-z]' "$scratch/names" > "$scratch/out"
    none "the library exports sonde_* alone" "$scratch/names"
    # What the header promises is there.
    sed -n '/^typedef/d; s/^[a-z].*[ *]\(sonde_[a-z0-9_]*\)(.*/\1/p' \
        "$srcdir/lib/sonde.h" |
        sort -u > "$scratch/promised"
    sort -u "$scratch/names" | comm -3 - "$scratch/promised" > "$scratch/out"
    none "it exports just what the header declares" "$scratch/promised"
    sed -n 's/^ \(sonde_[a-z0-9_]*\)@Base .*/\1/p' \
        "$srcdir/contrib/debian/libsonde0.symbols" | sort -u |
        comm -3 - "$scratch/promised" > "$scratch/out"
    none "so does the symbols file of the Debian package" "$scratch/promised"
fi

# Of a static library the linker takes the objects that are needed: ours alone,
# so that a program may have gnulib's names for itself.
archive=$builddir/lib/.libs/libsonde-core.a
if have nm && [ -f "$archive" ]; then
    nm -A "$archive" | awk '
        { name = $NF; type = $(NF - 1); ours = /libsonde_core_la-/ }
        name ~ /^__/ { next } # of sanitizers and coverage
        ours && type == "U" { needed[name] = 1 }
        ours && type ~ /[A-TV-Z]/ { if (name !~ /^sonde_/) print }
        ours && type ~ /[A-TV-Z]/ { found = 1 }
        !ours && type ~ /[A-TV-Z]/ { others[name] = 1 }
        END {
            for (name in needed) if (name in others) print name
            if (!found) print "nothing in it"
        }' > "$scratch/out"
    is "its objects are named sonde_* and need none of gnulib's" \
        [ ! -s "$scratch/out" ]
else
    skip "its objects are named sonde_* and need none of gnulib's" \
        "nm, or the archive, is not here"
fi

printf '#include "sonde.h"\nint main(void) { return 0; }\n' > "$scratch/use.c"
cp "$scratch/use.c" "$scratch/use.cc"
# shellcheck disable=SC2086 # CC may be several words
run ${CC:-cc} -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wpedantic \
    -Werror -I"$srcdir/lib" -fsyntax-only "$scratch/use.c"
is "sonde.h compiles alone, as C11" [ "$status" -eq 0 ]
if [ -n "${CXX-}" ] || have c++; then
    run ${CXX:-c++} -std=c++11 -Wall -Wextra -Wpedantic -Werror \
        -I"$srcdir/lib" -fsyntax-only "$scratch/use.cc"
    is "sonde.h compiles alone, as C++" [ "$status" -eq 0 ]
else
    skip "sonde.h compiles alone, as C++" "no C++ compiler is here"
fi
# shellcheck disable=SC2046 # the parts of the version
version=$(printf '0x%02x%02x%02x' $(sed -n \
    's/^AC_INIT(\[sonde\], \[\([0-9]*\)\.\([0-9]*\)\.\([0-9]*\)\])$/\1 \2 \3/p' \
    "$srcdir/configure.ac"))
is "SONDE_VERSION is that of the package" \
    grep -qx "#define SONDE_VERSION $version" "$srcdir/lib/sonde.h"

# doc/portability.md: 25 complaints that come back in one project after another,
# each with its section, and the word in the section that answers.
doc=$srcdir/doc/portability.md
cat > "$scratch/complaints" << 'END'
Errors of accept|one client and are skipped
Errors of accept|errors pending on the new connection
Out of descriptors|sonde_reserve_shed
Errors of accept|getpeername
Writing without SIGPIPE|EPROTOTYPE
Connecting|interrupted by a signal
Waiting|neither shortens nor lengthens
Writing without SIGPIPE|sonde_write_all
Accepted sockets|O_NONBLOCK
Accepted sockets|accept4
Accepted sockets|set an option on the accepted socket
Address lengths|ENAMETOOLONG
Both families|sonde_listen
Looking up names|AI_ADDRCONFIG
Looking up names|sonde_resolve_code_text
Looking up names|fe80::1%eth0
Connecting|refusing first address
Listening|SONDE_REUSEADDR
Connecting|to itself
Signals and loops|shutdown
Readiness|hung up
Datagrams|ICMP error
Keepalive|TCP_KEEPALIVE
Inherited sockets|SO_ACCEPTCONN
Byte order|sonde_load
END
awk -F'|' 'NR == FNR { title[NR] = $1; word[NR] = $2; next }
    /^## / { section = substr($0, 4) }
    { text[section] = text[section] " " $0 }
    END { for (i in title)
        if (!index(text[title[i]], word[i])) print title[i] ": " word[i] }' \
    "$scratch/complaints" "$doc" > "$scratch/out" || echo awk > "$scratch/out"
none "portability.md answers the 25 complaints in their sections" \
    "$scratch/complaints" "$doc"
# shellcheck disable=SC2016 # these backticks are the document's
grep -o '`sonde_[a-z0-9_]*`' "$doc" | tr -d '`' | sort -u |
    grep -v '_$' > "$scratch/named"
grep -o 'sonde_[a-z0-9_]*' "$srcdir/lib/sonde.h" | sort -u |
    comm -23 "$scratch/named" - > "$scratch/out"
none "it names functions that are there" "$scratch/named"
awk '/^\|/ { if (!known) known = /\| how known \|$/ ? NR : -1 }
    !/^\|/ { known = 0 }
    known > 0 && NR > known + 1' "$doc" > "$scratch/rows"
grep -v '\(measured\|source\|documented\|compiled\|injected\|not verified\|-\)[^|]*|$' \
        > "$scratch/out"
none "each row of it tells how it is known" "$scratch/rows"
finish
