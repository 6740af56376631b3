#!/bin/sh
# house.sh - the rules that the sources keep
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
cd "$srcdir" || exit 99

# Our own files; what is imported or generated has no place here.
find . \( -name .git -o -path ./lib/gl -o -path ./m4/gl -o -path ./build-aux \
    -o -name autom4te.cache -o -name '.libs' -o -name '.deps' \
    -o -name 'sonde-[0-9]*' -o -path './static/b*-*' -o -name _build \
    -o -name _inst -o -name 'sonde-*.??????' \) \
    -prune -o -type f -print > "$scratch/files"
grep '\.[ch]$' "$scratch/files" |
    grep -v -e '^./config\.h' -e '^./probes/behaviour/list\.h$' \
        -e '^./progs/programs\.h$' > "$scratch/sources"
[ "$(wc -l < "$scratch/sources")" -gt 20 ] ||
    skip_all "the sources are not here"

# look_for PATTERN FILES-PATTERN: the lines that match, in $scratch/out.
look_for () {
    grep -- "$2" "$scratch/sources" > "$scratch/looked"
    xargs grep -nE -- "$1" /dev/null < "$scratch/looked" > "$scratch/out" \
        2> "$scratch/err"
    # What grep could not read, it complains of.
    cat "$scratch/err" >> "$scratch/out"
}

# The rooms, lowest first.  A file may include headers of its own room and of
# rooms above it in this list; servers, clients and load know no probe, and
# servers not their clients.
rooms='lib base probes/finding probes/run probes/peer probes/queue
probes/verdict probes/listeners probes/behaviour probes/behaviour/questions
probes/report servers clients load faults progs tests'
# includes: "ROOM ROOM-INCLUDED FILE:LINE" for each include in quotes.
xargs grep -n '^# *include *"[a-z/-]*/' < "$scratch/sources" |
    sed -n 's,^\./\([^:]*\)/\([^/:]*:[0-9]*\):.*"\(.*\)/[^/]*",\1 \3 \1/\2,p' |
    grep -v '^\(examples\|bench\)' > "$scratch/includes"
is "there are includes" [ "$(wc -l < "$scratch/includes")" -gt 400 ]
awk -v rooms="$rooms" '
    BEGIN { count = split(rooms, list, " ")
        for (i = 1; i <= count; i++) rank[list[i]] = i }
    { from = $1; sub(/^tests\/.*/, "tests", from)
      to = $2; sub(/^tests\/.*/, "tests", to) }
    !(from in rank) || !(to in rank) || rank[to] > rank[from] ||
        from ~ /^(servers|clients|load|faults)$/ && to ~ /^probes/ ||
        from ~ /^(clients|load|faults)$/ && to == "servers" ||
        from == "faults" && to ~ /^(clients|load)$/ { print $3 ": " $2 }
    ' "$scratch/includes" > "$scratch/out"
none "rooms include their own headers and those of lower rooms" \
    "$scratch/includes"
look_for '^# *include *"private.h"' '^./\(base\|probes\|servers\|clients\|load\|faults\|progs\|examples\)/'
none "private.h is for lib/ and its tests alone" "$scratch/looked"
look_for '^# *include *"[^/"]*"' '^./\(base\|probes\|servers\|clients\|load\|faults\|progs\|tests\)/'
grep -v '"sonde.h"\|"private.h"' "$scratch/out" > "$scratch/kept"
mv "$scratch/kept" "$scratch/out"
none "includes in quotes show their floor" "$scratch/looked"
look_for '^# *include *[<"]config.h' '^./lib/sonde.h'
none "sonde.h does not include config.h" "$scratch/looked"

# No platform above lib/, but in a probe that exists to ask just that.
look_for '^ *# *(if|ifdef|ifndef|elif).*(HAVE_|__linux|__APPLE__|__FreeBSD__|__NetBSD__|__OpenBSD__|__DragonFly__|__sun|_WIN32|__CYGWIN__|__GLIBC__|__ANDROID__)' \
    '^./\(base\|probes\|servers\|clients\|load\|faults\|progs\|examples\)/'
# This one asks what accept4 does.
grep -v '^./probes/behaviour/questions/accept-flags\.c:' "$scratch/out" > "$scratch/kept"
mv "$scratch/kept" "$scratch/out"
none "no test for a platform stands above lib/" "$scratch/looked"

# uncommented FILES...: their lines; in place of each comment there is nothing.
uncommented () {
    cat "$@" | tr '\n' '\001' |
        sed 's:/\*[^*]*\*\**\([^/*][^*]*\*\**\)*/::g' | tr '\001' '\n'
}
# declared FILES...: the functions that these headers declare, sorted.
declared () {
    uncommented "$@" | sed '/^typedef/d' | grep -o '\<[a-z][a-z0-9_]*(' |
        tr -d '(' | sort -u
}

# Each public function has a caller in a program; examples and tests do not
# count.  Of the header only the declarations count.
: > "$scratch/out"
declared lib/sonde.h | grep '^sonde_' > "$scratch/functions"
is "sonde.h declares functions" [ "$(wc -l < "$scratch/functions")" -gt 60 ]
grep '^./\(progs\|servers\|clients\|load\|faults\|probes\|base\)/.*\.c$' "$scratch/sources" \
    > "$scratch/callers"
xargs grep -oh -- 'sonde_[a-z0-9_]*' < "$scratch/callers" | sort -u |
    comm -13 - "$scratch/functions" > "$scratch/out"
none "each public function has a caller above lib/" \
    "$scratch/functions" "$scratch/callers"

# Between files likewise.  What defines a function begins in the first column,
# what uses it does not.
: > "$scratch/out"
# shellcheck disable=SC2046 # no name holds a blank
declared $(grep '^./\(progs\|servers\|clients\|load\|faults\|probes\|base\)/.*\.h$' "$scratch/sources") \
    > "$scratch/functions"
is "headers above lib/ declare functions" \
    [ "$(wc -l < "$scratch/functions")" -gt 150 ]
# shellcheck disable=SC2046
{
    uncommented $(cat "$scratch/callers") | grep '^[[:blank:]#]'
    # A macro of a header calls, too.
    sed -n '/^#define.*\\$/,/[^\\]$/p' \
        $(sed -n '/\/lib\//d; s/\.c$/.h/p' "$scratch/callers" |
            xargs ls 2> /dev/null)
} |
    grep -o '\<[a-z][a-z0-9_]*' | sort -u |
    comm -13 - "$scratch/functions" > "$scratch/kept"
# What a test needs to see every row.
grep -vx known_count "$scratch/kept" > "$scratch/out"
none "each function that a header above lib/ declares has a caller" \
    "$scratch/functions" "$scratch/callers"

# functions FILES...: "NAME FILE static|external" for each function defined.  Its
# line begins in the first column; long ones go on until the brace.
functions () {
    awk 'FNR == 1 { open = 0 }
        /^[a-z]/ && /\(/ && !/^(typedef|else)/ { open = 1; text = "" }
        open { text = text " " $0 }
        open && /;$/ { open = 0 }
        open && /^\{/ { open = 0
            kind = text ~ /^ static / ? "static" : "external"
            sub(/\(.*/, "", text); count = split(text, word, /[ *]+/)
            print word[count], FILENAME, kind }' "$@"
}
# A backtrace, and whoever looks a name up, must find one place.  A leaf's
# function stands in each of the leaves, of which one is compiled.
grep '^./\(lib\|base\|probes\|servers\|clients\|load\|faults\|progs\)/' \
    "$scratch/sources" > "$scratch/looked"
# shellcheck disable=SC2046
functions $(cat "$scratch/looked") > "$scratch/functions"
is "there are functions" [ "$(wc -l < "$scratch/functions")" -gt 1500 ]
awk '$1 != "main" && !seen[$1 " " $2]++ { kinds[$1] = kinds[$1] " " $3
        where[$1] = where[$1] " " $2; count[$1]++ }
    END { for (name in count)
        if (count[name] > 1 && kinds[name] ~ /static/)
            print name ":" where[name] }' "$scratch/functions" > "$scratch/out"
none "no static function has another's name" "$scratch/functions"

# Nor one tag of two types.
# shellcheck disable=SC2046
awk '/^ *([a-z]+ )*(struct|union|enum) [a-z0-9_]+ \{/ {
        sub(/^ *([a-z]+ )*(struct|union|enum) /, ""); sub(/ .*/, "")
        print $0, FILENAME }' $(cat "$scratch/looked") > "$scratch/tags"
is "there are tags" [ "$(wc -l < "$scratch/tags")" -gt 200 ]
awk '{ where[$1] = where[$1] " " $2; count[$1]++ }
    END { for (tag in count) if (count[tag] > 1) print tag ":" where[tag] }' \
    "$scratch/tags" > "$scratch/out"
none "no tag has two types" "$scratch/tags"

# What nm says of the archives that programs are linked from: "ARCHIVE OBJECT
# NAME defined|undefined".
: > "$scratch/symbols"
for archive in lib/.libs/libsonde-core base/libbase \
    probes/libprobes servers/libservers clients/libclients \
    load/libload faults/libfaults progs/libprogs; do
    file=${builddir:-.}/$archive.a
    [ -f "$file" ] && have nm || continue
    nm -g "$file" 2> /dev/null | awk -v archive="$archive" '
        /:$/ { object = archive "/" $0; next }
        NF == 2 && $1 == "U" { print archive, object, $2, "undefined" }
        NF == 3 && $2 ~ /[A-TV-Z]/ { print archive, object, $3, "defined" }' \
        >> "$scratch/symbols"
done
if [ "$(wc -l < "$scratch/symbols")" -gt 2000 ]; then
    awk '$4 == "defined" && !seen[$1 " " $3]++ { archives[$3] = \
            archives[$3] " " $1; count[$3]++ }
        END { for (name in count) if (count[name] > 1)
            print name ":" archives[name] }' "$scratch/symbols" > "$scratch/out"
    none "no external name stands in two archives" "$scratch/symbols"
    awk '$4 == "defined" { owner[$3] = $2; next }
        { use[++uses] = $2 " " $3 }
        END { for (i = 1; i <= uses; i++) { split(use[i], u, " ")
                if ((u[2] in owner) && owner[u[2]] != u[1])
                    needs[u[1] " " owner[u[2]]] = u[2] }
            for (pair in needs) { split(pair, p, " ")
                if ((p[2] " " p[1]) in needs && p[1] < p[2])
                    print p[1], p[2], needs[pair], needs[p[2] " " p[1]] } }' \
        "$scratch/symbols" > "$scratch/out"
    none "no two objects need each other" "$scratch/symbols"
else
    skip "external names, and circles of objects" \
        "nm shows nothing of the archives"
fi

# A function begins with { in the first column and ends with }.
xargs awk 'FNR == 1 { open = 0 }
    /^\{/ { open = 1; start = FNR }
    /^\}/ { if (open && FNR - start - 1 > 80) print FILENAME ":" start
            open = 0 }' < "$scratch/sources" > "$scratch/out"
none "no function is longer than 80 lines" "$scratch/sources"

# Of branches, too: if, for, while, case, &&, || and ?, and one.
while read -r file; do
    uncommented "$file" | sed "s/'\"'/0/g"';s/"\(\\.\|[^"\\]\)*"/""/g' | awk -v file="$file" '
        /^[a-z].*\(/ { name = $0 }
        /^\{/ { open = 1; count = 1 }
        open { line = $0
            gsub(/&&|\|\||\?/, " if ", line); gsub(/[^a-z_0-9]/, " ", line)
            words = split(line, word, " ")
            for (i = 1; i <= words; i++)
                count += word[i] ~ /^(if|for|while|case)$/ }
        /^\}/ { if (open) print count, file ": " name
            open = 0 }'
done < "$scratch/looked" > "$scratch/branches"
is "there are branches" [ "$(wc -l < "$scratch/branches")" -gt 1500 ]
awk '$1 > 24' "$scratch/branches" > "$scratch/out"
none "no function has more than 24 branches" "$scratch/branches"

# Texts and data that cannot hold a comment are named here.
: > "$scratch/out"
grep -v -e '/COPYING' -e '/configure$' -e '/aclocal.m4$' -e 'Makefile.in$' \
    -e '/config\.h' -e '/config\.\(log\|status\)$' -e '/stamp-h' \
    -e '/libtool$' -e '/compile_commands\.json$' -e '^./matrix\.html$' -e '/Makefile$' -e '\.\(la\|lo\|log\|trs\)$' \
    -e '/\.tarball-version$' -e '^./probes/behaviour/list.h$' -e '/lib/sonde.pc$' \
    -e '^./progs/programs.h$' \
    -e '~$' -e '\.dirstamp$' -e '^./tests/corpus/' "$scratch/files" |
    xargs grep -Il . > "$scratch/texts" # no program, object or archive
xargs awk 'FNR == 1 { if (last) print last; last = FILENAME }
        FNR <= 5 && /SPDX-License-Identifier/ { last = "" }
        END { if (last) print last }' < "$scratch/texts" > "$scratch/out"
none "every file says its licence" "$scratch/texts"

# A program that .gitignore does not name is soon committed.
# make distcheck runs below a checkout, in a folder that is not part of it.
if git -C "$srcdir" ls-files > "$scratch/tracked" 2> /dev/null &&
    [ -s "$scratch/tracked" ]; then
    git -C "$srcdir" grep -Il . | sort > "$scratch/texts"
    sort "$scratch/tracked" | comm -23 - "$scratch/texts" |
        grep -v '^tests/corpus/' > "$scratch/out"
    none "nothing that was built is committed" "$scratch/tracked"
else
    skip "nothing that was built is committed" "this is no checkout"
fi
grep '^./lib/' "$scratch/sources" > "$scratch/looked"
xargs grep -L 'SPDX-License-Identifier: LGPL-2.1-or-later' \
    < "$scratch/looked" > "$scratch/out"
none "the library is LGPL-2.1-or-later, all of it" "$scratch/looked"

look_for '.{81}' '.'
none "no line is wider than 80 columns" "$scratch/looked"
look_for '[[:blank:]]$' '.'
none "no line ends in blanks" "$scratch/looked"
if have clang-format; then
    xargs clang-format --style=file --dry-run < "$scratch/sources" \
        > "$scratch/out" 2>&1
    none "clang-format changes nothing" "$scratch/sources"
else
    skip "clang-format changes nothing" "clang-format is not here"
fi

# "is TEXT [ A ] && [ B ]" tests A alone.
find ./tests ./bench -name '*.sh' > "$scratch/scripts"
xargs awk '
    { line = line $0 }
    /\\$/ { sub(/\\$/, "", line); next }
    line ~ /^ *(is|none|lacks|json_is) .*\] *(&&|\|\|) *\[/ &&
        line !~ /sh -c/ { print FILENAME ": " line }
    { line = "" }' < "$scratch/scripts" > "$scratch/out"
none "no half of a test is outside of the tested command" "$scratch/scripts"

# For code navigators.
if have jq && [ -f "${builddir:-.}/Makefile" ]; then
    grep '^./\(base\|lib\|probes\|servers\|clients\|load\|faults\|progs\)/.*\.c$' \
        "$scratch/sources" | wc -l > "$scratch/sources-count"
    run env MAKEFLAGS= make -s -C "${builddir:-.}" compile_commands.json
    is "compile_commands.json: the sources that this host compiles" \
        jq -e --argjson all "$(cat "$scratch/sources-count")" \
        'length > $all * 3 / 4 and length <= $all' \
        "${builddir:-.}/compile_commands.json"
else
    skip "compile_commands.json" "jq or the Makefile is not here"
fi
# Links within the documents, and the tests and folders that they name.
: > "$scratch/named"
for page in ./*.md doc/*.md profiles/README.md contrib/README.md; do
    grep -o '](\([^)#:]*\)[^)]*)' "$page" | sed 's/^](//; s/[)#].*//' |
        grep -v -e '^$' -e ':' | sed "s,^,$page $(dirname "$page")/,"
    grep -o '`\(tests\|doc\|bench\|probes\|lib\|servers\)/[A-Za-z0-9_./-]*`' "$page" |
        tr -d '`' | grep -v -e NAME -e TOPIC -e "\.log" | sed "s,^,$page ,"
done > "$scratch/named"
while read -r page path; do
    # Of a program that is built the source is there.
    [ -e "$path" ] || [ -e "$path.c" ] || echo "$page: $path"
done < "$scratch/named" > "$scratch/out"
none "what the documents name is there" "$scratch/named"

finish
