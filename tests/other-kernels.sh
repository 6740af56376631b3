#!/bin/sh
# other-kernels.sh - the probes on stacks other than this host's
# SPDX-License-Identifier: GPL-3.0-or-later
#
# gVisor by runsc, and Linux kernels under qemu without any acceleration.
# KERNELS names the kernels' images, as Debian's packages have them: .../boot/
# vmlinuz-VERSION, with the modules in .../lib/modules/VERSION, or since 7.2
# .../lib/modules/VERSION/vmlinuz.  What is not there is skipped by name, and
# gVisor with WITHOUT_GVISOR.  Not part of make check: make check-kernels.
# PROFILES names a folder for the profiles that are measured here, in the form
# in which they are shipped: make profiles.
. "${srcdir:-.}/tests/tap.sh"
have jq || skip_all "jq is not here"
is_sanitized && skip_all "a sanitized program needs more than these have"

# keep_profile FILE SYSTEM: if PROFILES is given, the profile in $scratch/out is
# written there, with SYSTEM in its head and without the lines of the host.
keep_profile () {
    [ -n "${PROFILES-}" ] || return 0
    { sed 1q "$scratch/out"
      echo '# SPDX-License-Identifier: GPL-3.0-or-later'
      echo "# $2"
      echo "# measured $(date -u +%Y-%m-%d) by: sockprobe --profile"
      sed 1d "$scratch/out" | grep -v '^volatile'
    } > "$PROFILES/$1"
}

# like_profile NAME FILE: what was run last is the profile that is shipped.
like_profile () {
    cp "$scratch/out" "$scratch/profile"
    run "$sockprobe" --diff "$scratch/profile" "$srcdir/profiles/$2"
    is "$1: its profile, $2, is still true" [ "$status" -eq 0 ]
}

# ---- gVisor -----------------------------------------------------------------

in_gvisor () {
    timeout 300 runsc --platform=ptrace --network=none --ignore-cgroups do "$@"
}
gvisor () {
    in_gvisor "$backlogprobe" "$@"
}
if [ -n "${WITHOUT_GVISOR-}" ]; then
    skip "gVisor" "WITHOUT_GVISOR is set"
elif ! have runsc; then
    skip "gVisor" "runsc is not here"
elif ! gvisor --version > /dev/null 2>&1; then
    skip "gVisor" "runsc does not run here"
else
    run gvisor --json -b -1,0-14,200
    is "gVisor: measured" [ "$status" -eq 0 ]
    json_is 'all(.rows[] | select(.backlog >= 0); .accepted == .backlog + 1 and
        .connected == .accepted and .effective == null)' \
        "gVisor: n + 1, and the kernel says nothing of its queue"
    json_is '.rule == "n+1" and .cap.value == 1024 and .cap.setting == null' \
        "gVisor: a cap of 1024, whatever the setting says"
    json_is 'all(.rows[] | select(.family == "inet" and .backlog >= 0);
        .incomplete == .backlog)' "gVisor: n incomplete handshakes"
    json_is '.like.best == "gVisor"' "gVisor: it is like gVisor"
    run gvisor --json --unix -b 0-14,200
    json_is 'all(.rows[]; .accepted == .backlog + 1 and
        .connected == .accepted and .next_client == "EAGAIN")' \
        "gVisor: UNIX sockets, at names of ours: n + 1, and EAGAIN"
    run gvisor --json --again -4 -b 0
    json_is '.again[0] | .shrink_error == "EINVAL" and .shrink_after == 6' \
        "gVisor: a queue that holds more does not shrink"
    run in_gvisor "$sockprobe" --profile listen.cap listen.queue
    is "gVisor: sockprobe finds the same" sh -c '
        grep -q "^listen.queue	answer	n+1 for a backlog of n	" "$1" &&
        grep -q "^listen.cap	answer	1024 (net.core.somaxconn is not" "$1"' \
        - "$scratch/out"
    run gvisor --require 2000
    is "gVisor: 2000 are cut" sh -c '
        [ "$1" -eq 1 ] && grep -q "^requested 2000, but 1025 would be queued: cut" \
        "$2"' - "$status" "$scratch/out"
    is "gVisor: nor a remedy that is a setting" lacks "$scratch/out" sysctl
    run in_gvisor "$sockprobe" --profile
    version=$(runsc --version | sed -n 's/^runsc version //p')
    keep_profile gvisor "gVisor, runsc $version, ptrace platform, x86_64"
    # gVisor compares a SYN with the queue, but lengthens the queue only after
    # the handshake: a SYN between the two is one client more, rarely.  So a
    # profile that differs is measured again.
    "$sockprobe" --diff "$scratch/out" "$srcdir/profiles/gvisor-2022-12" \
        > "$scratch/differs" || {
        cat "$scratch/differs"
        run in_gvisor "$sockprobe" --profile
    }
    like_profile "gVisor" gvisor-2022-12
    # Listeners in the sandbox, with two clients in a queue.
    cat > "$scratch/script" <<END
mkdir "$scratch/sandbox" && cd "$scratch/sandbox" && mkfifo fifo || exit
: > names
exec 9<> fifo
"$builddir/tests/listening" inet:3:2 unix:3:2:socket < fifo > names &
until grep -q '^ready' names; do kill -0 \$! || exit; done
"$builddir/listeners" --json
kill \$!
END
    run in_gvisor sh "$scratch/script"
    json_is '.reduced == "EOPNOTSUPP" and (.listeners | length == 2) and
        all(.listeners[]; .queued == null and .owners[0].name == "listening")' \
        "gVisor: listeners by /proc/net, which has no queues there"
    for option in -4 -6 "--unix $scratch/hole"; do
        # shellcheck disable=SC2086 # several words
        run in_gvisor "$builddir/faultsrv" --json $option \
            --fault=blackhole -- python3 -c 'import os, socket, sys
host, port = os.environ["FAULTSRV_HOST"], os.environ["FAULTSRV_PORT"]
s = socket.socket(socket.AF_UNIX if not port else
                  socket.AF_INET6 if ":" in host else socket.AF_INET)
s.settimeout(5)
try:
    s.connect((host, int(port)) if port else host)
except (TimeoutError, BlockingIOError):
    sys.exit(9)'
        json_is '.command.exit_status == 9 and .faults[0].filled > 0' \
            "gVisor: faultsrv, a black hole, ${option% *}"
    done
    run gvisor --with net.core.somaxconn=10
    is "gVisor: --with is 2, and says why" sh -c '[ "$1" -eq 2 ] &&
        grep -q "^backlogprobe: --with: " "$2"' - "$status" "$scratch/err"
fi

# ---- other Linux kernels ----------------------------------------------------

# What runs there, as process 1.  Each report stands between lines of its own.
write_init () {
    cat > "$1" <<'END'
#!/bin/busybox sh
PATH=/bin
export PATH
/bin/busybox --install -s /bin
mkdir -p /proc /sys /dev /tmp
mount -t proc none /proc
mount -t devtmpfs none /dev
mkdir -p /dev/net
insmod /tun.ko 2> /dev/null
[ -e /dev/net/tun ] || mknod /dev/net/tun c 10 200
chmod 666 /dev/net/tun
dmesg -n 1
ulimit -n 20000
ip link set lo up
report () { # NAME COMMAND...
    name=$1
    shift
    echo
    echo "=== $name"
    status=0
    "$@" 2> /tmp/err || status=$?
    [ "$status" -eq 0 ] || cat /tmp/err
    echo "=== status $status"
}
as_user () {
    su -s /bin/sh nobody -c "$*"
}
# beside COMMAND...: run it in a control group of 64 MiB, of which one OOM kill
# takes all, beside an application of 50 MiB; which must be well afterwards.
beside () {
    g=/cg/g
    mkdir -p /cg && mount -t cgroup2 none /cg 2> /dev/null
    echo +memory > /cg/cgroup.subtree_control
    mkdir -p "$g" && echo 67108864 > "$g/memory.max"
    echo 1 > "$g/memory.oom.group"
    rm -f /tmp/hold && mkfifo /tmp/hold
    sh -c 'echo 0 > /cg/g/cgroup.procs; exec hoard 50' < /tmp/hold \
        > /tmp/ready &
    application=$!
    exec 8> /tmp/hold
    looks=0
    until grep -q ready /tmp/ready; do
        [ "$((looks += 1))" -le 6000 ] || return 52
        usleep 10000
    done
    result=0
    sh -c 'echo 0 > /cg/g/cgroup.procs; exec "$@"' - "$@" || result=$?
    exec 8>&-
    wait "$application" || result=50
    grep -q '^oom_kill 0$' "$g/memory.events" || result=51
    return "$result"
}
report group beside backlogprobe --json
report group-require beside backlogprobe --json --require 511
report group-sockprobe beside sockprobe --json 'listen.*'
# A black hole, and a hundred clients, of an ordinary user: exit status 0 of the
# command if all were in SYN-SENT whenever it looked, for half a minute.
cat > /bin/hundred << 'HUNDRED'
#!/bin/sh
count=0
while [ "$((count += 1))" -le 100 ]; do
    echocli --timeout 120 "$1" "$2" < /dev/null > /dev/null 2>&1 &
done
pending () {
    awk '$4 == "02"' /proc/net/tcp /proc/net/tcp6 | wc -l
}
looks=0
until [ "$(pending)" -ge 100 ]; do
    [ "$((looks += 1))" -le 600 ] || exit 3
    usleep 100000
done
looks=0
while [ "$((looks += 1))" -le 30 ]; do
    sleep 1
    [ "$(pending)" -ge 100 ] || exit 4
done
HUNDRED
chmod 755 /bin/hundred
report hole as_user faultsrv --json -d 200 --fault=blackhole -- \
    hundred '"{host}" "{port}"'
report hole6 as_user faultsrv --json -6 -d 200 --fault=blackhole -- \
    hundred '"{host}" "{port}"'
mkdir -m 777 /tmp/user
report hole-unix as_user faultsrv --json -d 100 --unix /tmp/user/hole \
    --fault=blackhole -- echocli --timeout 3 --unix '"{host}"'
report usual backlogprobe --json
report sweep backlogprobe --json -b -1,0,1,200,65536,max
report again backlogprobe --json --again --overflow -4 -b 0
report half-open backlogprobe --json --half-open -4 -b 0-8,40
report nocookies backlogprobe --json --half-open -4 -b 0-8,40 \
    --with net.ipv4.tcp_syncookies=0 --with net.ipv4.tcp_max_syn_backlog=16
report require backlogprobe --json --require 511 --with net.core.somaxconn=128
report profile sockprobe --profile
report user as_user backlogprobe --json -4 -b 0-3,100 \
    --with net.core.somaxconn=10
poweroff -f
END
    chmod 755 "$1"
}

# The programs with the libraries they need, as they lie here.
add_programs () { # ROOT
    cp "$backlogprobe" "$sockprobe" "$builddir/tests/hoard" \
        "$builddir/echocli" "$builddir/faultsrv" "$1/bin" || return 1
    ldd "$backlogprobe" "$sockprobe" "$builddir/faultsrv" 2> /dev/null | grep -o '[[:space:]]/[^ ]*' |
    sort -u | while read -r library; do
        mkdir -p "$1$(dirname "$library")" && cp -L "$library" "$1$library"
    done
}

# The kernel's driver of TUN devices, if it is a file that busybox can load.
add_module () { # ROOT KERNEL
    case $2 in
    */vmlinuz) modules=$(dirname "$2") ;;
    *) modules=$(dirname "$2")/../lib/modules/${2##*/vmlinuz-} ;;
    esac
    module=$(find "$modules" -name 'tun.ko*' 2> /dev/null | head -n 1)
    case $module in
    *.ko) cp "$module" "$1/tun.ko" ;;
    *.xz) have xz && xz -dc "$module" > "$1/tun.ko" ;;
    esac
}

boot () { # KERNEL: what its console says, in $scratch/console
    root=$scratch/root
    rm -rf "$root"
    mkdir -p "$root/bin" "$root/etc" && write_init "$root/init"
    echo 'nobody:x:65534:65534:nobody:/:/bin/sh' > "$root/etc/passwd"
    echo 'root:x:0:0:root:/:/bin/sh' >> "$root/etc/passwd"
    cp "$busybox" "$root/bin/busybox" && add_programs "$root" ||
        cannot_look "at other kernels: a program cannot be copied"
    add_module "$root" "$1"
    (cd "$root" && find . | cpio -o -H newc 2> /dev/null) | gzip -1 \
        > "$scratch/initrd"
    timeout 900 qemu-system-x86_64 -accel tcg -m 768 -nographic -no-reboot \
        -nodefaults -serial stdio -kernel "$1" -initrd "$scratch/initrd" \
        -append "console=ttyS0 quiet panic=-1 tsc=unstable" \
        < /dev/null 2> "$scratch/err" | tr -d '\r' > "$scratch/console"
}

# look_at NAME: that report becomes what was run last.
look_at () {
    sed -n "/^=== $1\$/,/^=== status/p" "$scratch/console" > "$scratch/part"
    status=$(sed -n 's/^=== status //p' "$scratch/part")
    status=${status:-99}
    grep -v '^===' "$scratch/part" > "$scratch/out"
    : > "$scratch/err"
}

# A control group of the second version, which not every host has to give.
check_group () { # NAME
    for part in group group-require group-sockprobe; do
        look_at "$part"
        is "$1: $part: done, nobody was killed" [ "$status" -eq 0 ]
    done
    look_at group
    json_is '.rule == "n+1" and .cap.accepted == null and (.cap.reason |
        test("^not filled: memory: memory.max of the cgroup leaves"))' \
        "$1: group: the cap is not filled, for want of memory"
    look_at group-require
    json_is '.require.granted == "full" and .require.queued == 512' \
        "$1: group-require: measured"
}

check_holes () { # NAME
    for hole in hole hole6; do
        look_at "$hole"
        json_is '.command.exit_status == 0 and .faults[0].dropped >= 100' \
            "$1: $hole: 100 of 100 clients in SYN-SENT for 30 s"
    done
    look_at hole-unix
    json_is '.command.exit_status == 4 and .faults[0].filled > 0' \
        "$1: hole-unix: connect does not return"
}

check_kernel () { # NAME
    # Linux 5.10 holds one incomplete handshake less.
    case $1 in
    5.*) more=0 rule=n ;;
    *) more=1 rule=n+1 ;;
    esac
    check_group "$1"
    check_holes "$1"
    look_at usual
    is "$1: measured" [ "$status" -eq 0 ]
    json_is ".host.release == \"$1\"" "$1: it is that kernel"
    json_is '[.rows[] | select(.family == "inet") | .backlog] == [range(15)]' \
        "$1: all rows"
    json_is 'all(.rows[]; .reason != null or (.accepted == .backlog + 1 and
        .connected == .accepted and .effective == .backlog and
        .queued == .accepted and .stable))' \
        "$1: n + 1, and the kernel says so, too"
    json_is '.cap.value == 4096 and .cap.setting == "net.core.somaxconn"' \
        "$1: the cap"
    json_is ".incomplete.rule == \"$rule\" and .incomplete.bound == \"backlog\"" \
        "$1: the incomplete queue holds $rule"
    json_is '.like.best == "Linux 4.10 or later"' "$1: it is like Linux"
    look_at sweep
    json_is 'all(.rows[] | select(.accepted != null); .accepted ==
        ([if .backlog < 0 then 4096 else .backlog end, 4096] | min) + 1)' \
        "$1: the sweep"
    look_at again
    json_is '.again[0] | .grow_after == 6 and .shrink_kept == 6 and
        .shrink_after == 2' "$1: a second listen"
    json_is '.overflow[0] | .next_client == "silence" and .connect_completes == "yes" and
        .early_data == "kept"' "$1: the client outside"
    look_at half-open
    json_is "all(.rows[]; .incomplete == .backlog + $more and
        .half_open == .incomplete)" "$1: two ways, one figure"
    look_at nocookies
    json_is "all(.rows[]; .incomplete == ([.backlog + $more, 13] | min) and
        .half_open == .incomplete and .incomplete_known_peer == .backlog + $more)" \
        "$1: without cookies, strangers and a known peer"
    look_at require
    is "$1: --require 511 with a cap of 128 is 1" [ "$status" -eq 1 ]
    profile=linux-$(echo "$1" | cut -d . -f 1,2)
    look_at profile
    keep_profile "$profile" \
        "Linux $1 (Debian), x86_64, as the superuser, in qemu without KVM; glibc"
    if [ -e "$srcdir/profiles/$profile" ]; then
        like_profile "$1" "$profile"
    fi
    look_at user
    if [ "$status" -eq 2 ]; then
        is "$1: the setting is hidden from users, which is said" \
            grep -q 'hides net.core.somaxconn in a namespace' "$scratch/out"
    else
        json_is '.cap.value == 10 and .cap.accepted == 11' \
            "$1: a user may have another cap"
    fi
}

busybox=$(command -v busybox) && "$busybox" --list 2> /dev/null |
    grep -qx insmod || busybox=
for kernel in ${KERNELS-}; do
    case $kernel in
    */vmlinuz) name=$(basename "$(dirname "$kernel")") ;;
    *) name=${kernel##*/vmlinuz-} ;;
    esac
    if [ ! -r "$kernel" ]; then
        skip "Linux $name" "$kernel is not here"
    elif ! have qemu-system-x86_64 || ! have cpio || [ -z "$busybox" ]; then
        skip "Linux $name" "qemu, cpio or a busybox with insmod is not here"
    elif [ "$(uname -m)" != x86_64 ]; then
        skip "Linux $name" "its image is not for this processor"
    else
        boot "$kernel"
        check_kernel "$name"
    fi
done
[ -n "${KERNELS-}" ] || skip "other Linux kernels" "KERNELS names none"
finish_alone
