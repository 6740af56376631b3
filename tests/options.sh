#!/bin/sh
# options.sh - one letter, one meaning across the programs, as in doc/options.md
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"

# In $scratch/given a line for each option of --help: LETTER or -, NAME, ARGUMENT
# or -, PROGRAM.
for program in backlogprobe byteorder daytimecli daytimesrv echocli echoload \
    echosrv faultsrv listeners sockprobe sonde; do
    "$builddir/$program" --help > "$scratch/help" || exit 99
    awk -v program="$program" '/^  (-.,|   ) --/ {
        letter = substr($0, 3, 2); name = substr($0, 9)
        sub(/[^a-z0-9-].*/, "", name)
        rest = substr($0, 9 + length(name))
        value = rest ~ /^ [A-Z]/ ? substr(rest, 2) : "-"
        sub(/ .*/, "", value)
        print letter == "  " ? "-" : letter, name, value, program
    }' "$scratch/help"
done > "$scratch/given"
awk 'NF != 4' "$scratch/given" > "$scratch/out"
none "each option of --help is read" "$scratch/given"
is "there are options" [ "$(wc -l < "$scratch/given")" -gt 100 ]

awk '$1 != "-" && name[$1] && name[$1] != $2 { print $1, name[$1], $2 }
    { name[$1] = $2 }' "$scratch/given" > "$scratch/out"
none "no letter has two meanings" "$scratch/given"
awk 'letter[$2] && letter[$2] != $1 { print $2, letter[$2], $1 }
    { letter[$2] = $1 }' "$scratch/given" > "$scratch/out"
none "no long option has a letter in one program only" "$scratch/given"
awk '$3 != "-" && argument[$2] && argument[$2] != $3 { print $2, $3 }
    $3 != "-" { argument[$2] = $3 }' "$scratch/given" > "$scratch/out"
none "no long option has two kinds of value" "$scratch/given"

# The letters that the Monitoring Plugins define, for their meaning alone.
awk '$1 == "-w" && $2 != "warning" || $1 == "-c" && $2 != "critical" ||
    $1 == "-t" && $2 != "timeout" ||
    $1 == "-v" && $2 != "verbose" || $1 == "-V" && $2 != "version" ||
    $1 == "-h" && $2 != "help"' "$scratch/given" > "$scratch/out"
none "-w, -c, -t, -v, -V and -h are kept for the Monitoring Plugins' meaning" \
    "$scratch/given"

# The document: | `-p` | `--port PORT` | meaning | programs |
awk '{ key = $1 " " $2; if (!(key in programs)) order[++count] = key
    programs[key] = programs[key] (programs[key] ? ", " : "") $4
    all[key]++; if ($3 != "-") { argument[key] = $3; with[key]++ } }
    END { for (i = 1; i <= count; i++) { key = order[i]; split(key, part, " ")
        value = argument[key]
        if (value && with[key] < all[key]) value = "[" value "]"
        print "| " (part[1] == "-" ? "" : "`" part[1] "` ") "| `--" part[2] \
            (value ? " " value : "") "` | " programs[key] " |" } }' \
    "$scratch/given" | sort > "$scratch/due"
all=$(cut -d ' ' -f 4 "$scratch/given" | uniq | tr '\n' ' ' |
    sed 's/ $//; s/ /, /g')
sed -n "s/^\(|[^|]*| *\`--[^|]*|\) *[^ |][^|]*\(|[^|]*|\)\$/\1\2/p" \
    "$srcdir/doc/options.md" |
    sed -e 's/  */ /g; s/||/|/; s/^| `--/| | `--/' -e "s/| all |\$/| $all |/" |
    sort > "$scratch/documented"
comm -3 "$scratch/due" "$scratch/documented" > "$scratch/out"
none "doc/options.md has each option, its value and its programs" \
    "$scratch/due" "$scratch/documented"
finish
