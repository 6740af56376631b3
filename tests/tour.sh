#!/bin/sh
# tour.sh - every command of doc/tour.md, with the output that the page shows
# SPDX-License-Identifier: GPL-3.0-or-later
#
# All stations run in one shell in one network namespace, as for a reader.
. "${srcdir:-.}/tests/tap.sh"
tour=$srcdir/doc/tour.md

have_namespaces > "$scratch/out" || skip_all "$(sed 's/^# //' "$scratch/out")"
is_sanitized && skip_all "daemon.c would need the sanitizers' own flags"
have ip || skip_all "ip is not here"
unshare -Urn test -w /proc/sys/net/core/somaxconn ||
    skip_all "somaxconn is not visible in a user namespace (Linux before 6.3)"

# From the page: $scratch/commands, a command a line with the number of its
# station before it; $scratch/expected.N, the output of command N;
# $scratch/varies.N, if all its numbers vary; and daemon.c.
awk -v to="$scratch" '
    /^## / { station = $2 + 0 }
    /^<!-- numbers vary -->$/ { varies = 1; next }
    /^[^ ]/ && !/^<!--/ { varies = in_file = 0 }
    /^    \/\* daemon\.c / { in_file = 1 }
    !/^    / && !/^$/ { open = 0 }
    /^    \$ / {
        in_file = 0
        command = substr($0, 7)
        if (!station)
            next
        open = 1
        print station " " command > (to "/commands")
        output = to "/expected." ++count
        printf "" > output
        if (varies)
            print > (to "/varies." count)
        next
    }
    in_file { print substr($0, 5) > (to "/daemon.c"); next }
    open { print substr($0, 5) > output }
' "$tour"
[ -s "$scratch/commands" ] || cannot_look "at commands: the page has none"

# The library for the last station, found as an installed one.
# By links, since a blank in a path would end a flag.
mkdir "$scratch/bin"
ln -s "$srcdir/lib" "$scratch/include"
ln -s "$builddir/lib/.libs" "$scratch/lib"
cat > "$scratch/bin/pkg-config" <<END
#!/bin/sh
echo "-I$scratch/include $scratch/lib/libsonde.so -Wl,-rpath,$scratch/lib"
END
chmod 755 "$scratch/bin/pkg-config"

# The session: the output of command N is in $scratch/got.N.  A server in the
# background is ready when it has printed its first line.
{
    echo 'servers='
    number=0
    while read -r _ command; do
        number=$((number + 1))
        case $command in
        *'&')
            echo ": > log.$number; ${command%&} > log.$number 2>&1 &"
            # shellcheck disable=SC2016 # for the session
            echo 'servers="$servers $!"; until grep -q listening log.'$number'; do
                kill -0 $! || exit 9; done; cp log.'$number' got.'$number ;;
        *)
            echo "{ $command; } > got.$number 2>&1" ;;
        esac
    done < "$scratch/commands"
    # Only those that are children still: see end_own.
    # shellcheck disable=SC2016
    echo 'for own in $servers; do
        ! grep -q "^PPid:[^0-9]*$$\$" "/proc/$own/status" || kill "$own"
    done 2> /dev/null; wait; echo whole'
} > "$scratch/session"
enter=$(sed -n 's/^    \$ \(unshare .*\)/\1/p' "$tour")
cat > "$scratch/shell" <<END
#!/bin/sh
cd "$scratch" && PATH="$scratch/bin:$builddir:\$PATH" && export PATH &&
    exec sh "$scratch/session"
END
chmod 755 "$scratch/shell"
run bounded 120 env SHELL="$scratch/shell" sh -c "$enter"
is "the tour runs to its end" grep -q '^whole$' "$scratch/out"

# same N: whether the output of command N is the expected one: each part between
# lines "..." occurs in the output, in order; line ends are blanks, and numbers
# that differ from run to run are left out.
same () {
    awk -v varies="$([ -f "$scratch/varies.$1" ] && echo 1)" '
        function words(text) {
            gsub(/\[[0-9]+\]/, "[PID]", text)
            gsub(/kill -CONT [0-9]+/, "kill -CONT PID", text)
            gsub(/127\.0\.0\.1:[0-9][0-9][0-9][0-9][0-9]/, "ADDRESS", text)
            gsub(/[0-9]+\.[0-9]+ m?s/, "TIME", text)
            if (varies)
                gsub(/[0-9]+/, "N", text)
            gsub(/ +/, " ", text)
            sub(/ $/, "", text)
            return text
        }
        BEGIN { parts = 0 }
        FILENAME == ARGV[1] && $0 == "..." { parts++; next }
        FILENAME == ARGV[1] { part[parts] = part[parts] " " $0; next }
        { output = output " " $0 }
        END {
            output = words(output) " "
            for (i = 0; i <= parts; i++) {
                if (!(i in part) || part[i] ~ /^ *$/)
                    continue
                wanted = words(part[i]) (i == parts ? " " : "")
                at = index(output, wanted)
                if (at == 0 || (i == 0 && at != 1)) {
                    print "not in the output:" wanted
                    exit 1
                }
                output = substr(output, at + length(wanted))
            }
            if (output !~ /^ *$/ && (parts == 0 || part[parts] !~ /^ *$/)) {
                print "more output:" output
                exit 1
            }
        }' "$scratch/expected.$1" "$scratch/got.$1"
}
number=0
while read -r station command; do
    number=$((number + 1))
    if [ ! -f "$scratch/got.$number" ]; then
        skip "$station: $command" "the tour did not come so far"
        continue
    fi
    run same "$number"
    is "$station: $command" [ "$status" -eq 0 ]
done < "$scratch/commands"
finish
