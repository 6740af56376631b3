#!/bin/sh
# bootstrap.sh - bootstrap while another process holds apt's locks
# SPDX-License-Identifier: GPL-3.0-or-later
#
# apt-get is the host's, with the lists and the status file of this test, so that
# no lock of the host is taken.  gnulib-tool and autoreconf only note that they
# ran: the build itself is the proof of these.
. "${srcdir:-.}/tests/tap.sh"
for tool in apt-get perl mkfifo; do
    have "$tool" || skip_all "$tool is not here"
done

tree="$scratch/with a blank"
mkdir -p "$tree" "$scratch/bin" "$scratch/lists/partial" "$scratch/dpkg" \
    "$scratch/cache/archives/partial"
cp "$srcdir/bootstrap" "$tree" || exit 99
cat > "$tree/gnulib-tool" << 'END'
#!/bin/sh
pwd >> "${0%/*}/ran"
END
cp "$tree/gnulib-tool" "$scratch/bin/autoreconf"
cat > "$scratch/bin/sudo" << 'END'
#!/bin/sh
echo "sudo $*" >> "${0%/*}/sudo-ran"
exec "$@"
END
chmod +x "$tree/gnulib-tool" "$scratch/bin/autoreconf" "$scratch/bin/sudo"

# Every package is installed already.
sed -n "/^debian='/,/'\$/p" "$tree/bootstrap" | tr -d "'" |
    sed 's/^debian=//' | tr ' ' '\n' | while read -r package; do
    printf 'Package: %s\nStatus: install ok installed\nArchitecture: %s\n' \
        "$package" "$(dpkg --print-architecture)"
    printf 'Version: 1\nMaintainer: nobody\nDescription: none\n\n'
done > "$scratch/dpkg/status"
cat > "$scratch/apt.conf" << END
Dir::State::Lists "$scratch/lists";
Dir::State::status "$scratch/dpkg/status";
Dir::State::extended_states "$scratch/dpkg/extended";
Dir::Cache "$scratch/cache";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "/dev/null";
APT::Sandbox::User "root";
END

# Lock the file, as apt does, until standard input ends.
cat > "$scratch/hold.pl" << 'END'
use Fcntl;
open (my $file, '+>>', $ARGV[0]) or die $!;
my $lock = pack ('s s x4 q q i x4', F_WRLCK, 0, 0, 0, 0);
fcntl ($file, F_SETLK, $lock) or die $!;
$| = 1;
print "held\n";
<STDIN>;
END

# bootstrap [PREFIX...]: run the copy, as PREFIX does.
bootstrap () {
    bounded 120 "$@" env APT_CONFIG="$scratch/apt.conf" GNULIB_SRCDIR="$tree" \
        PATH="$scratch/bin:$PATH" sh "$tree/bootstrap" --install-deps
}

run bootstrap
cp "$scratch/out" "$scratch/alone"
is "bootstrap --install-deps in a folder with a blank" [ "$status" -eq 0 ]
is "gnulib-tool runs in that folder" grep -qx "$tree" "$tree/ran"
is "no word of a lock" sh -c '! grep -q waiting "$1/err" "$1/out"' - "$scratch"
is "the size of the download is printed" grep -q \
    '^bootstrap: .*apt-get install: [0-9]* MB to download$' "$scratch/alone"
is "the last lines name make -jN, and minutes" sh -c 'tail -n 2 "$1" |
    tr "\n" " " | grep -q "^bootstrap: done; .*make -j[1-9].* minutes "' - \
    "$scratch/alone"
if [ "$(id -u)" -ne 0 ]; then
    is "an ordinary user: apt-get by sudo" \
        grep -q '^sudo .*apt-get' "$scratch/bin/sudo-ran"
elif have setpriv; then
    chown -R nobody "$scratch" && chmod 755 "$scratch"
    run bootstrap setpriv --reuid=nobody --regid=nogroup --clear-groups
    is "an ordinary user: success" [ "$status" -eq 0 ]
    is "an ordinary user: apt-get by sudo" \
        grep -q '^sudo .*apt-get' "$scratch/bin/sudo-ran"
else
    skip "an ordinary user: apt-get by sudo" "setpriv is not here"
fi

mkfifo "$scratch/free" "$scratch/held" "$scratch/said"
for lock in lists/lock dpkg/lock-frontend; do
    bounded 300 perl "$scratch/hold.pl" "$scratch/$lock" < "$scratch/free" \
        > "$scratch/held" &
    holder=$!
    exec 8> "$scratch/free" 7< "$scratch/held"
    held=
    read -r held <&7
    is "$lock is taken" [ "$held" = held ]
    (exec 8>&- && bootstrap) > "$scratch/out" 2> "$scratch/said" &
    waiting=$!
    exec 6< "$scratch/said"
    line=
    read -r line <&6
    echo "$line" > "$scratch/err"
    is "bootstrap waits, and names the lock and its holder" grep -q \
        "^bootstrap: .*$lock.* process [0-9]* (perl); waiting" "$scratch/err"
    exec 8>&-
    wait "$holder"
    cat <&6 > "$scratch/err"
    status=0
    wait "$waiting" || status=$?
    is "$lock is free: success" [ "$status" -eq 0 ]
    exec 7<&- 6<&-
    is "waiting is reported once" \
        sh -c '! grep -q waiting "$1"' - "$scratch/err"
done
finish
