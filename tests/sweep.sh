#!/bin/sh
# sweep.sh - each system call and each allocation of a usual run fails in turn
# SPDX-License-Identifier: GPL-3.0-or-later
#
# make check runs a sample of the servers and clients, which were swept whole,
# without EINTR for ever; make check-faults, with SWEEP=whole, all: hours.
# SWEEP may have other options of tests/sweep/sweep.py.  In a network namespace
# where the kernel gives one: the ports and listeners of others are no matter.
. "${srcdir:-.}/tests/tap.sh"
have python3 || skip_all "python3 is not here"
python3 -c 'import os; os.pidfd_open(os.getpid())' 2> /dev/null ||
    skip_all "python3, or the kernel, has no pidfd_open"
have strace || skip_all "strace is not here"
strace -D -f -q --seccomp-bpf -o /dev/null -e trace=close \
    -e inject=close:error=EIO:when=9999+ true 2> /dev/null ||
    skip_all "strace cannot make calls fail here"

# A call that fails where gcov adds its counters to the file loses the file.
is_counted && skip_all "calls of gcov would fail, too"

# with_all_ids COMMAND...: execute it in the namespaces, of which root gives the
# user namespace all its ids: unshare -r has one, and --user needs another.
with_all_ids () {
    mkfifo "$scratch/begun" "$scratch/mapped"
    {
        read -r pid < "$scratch/begun"
        for map in uid_map gid_map; do
            awk '{ print $1, $1, $3 }' "/proc/self/$map" > "/proc/$pid/$map"
        done
        echo > "$scratch/mapped"
    } &
    # shellcheck disable=SC2016 # for the inner shell
    exec unshare -Un sh -c 'echo $$ > "$0/begun" && read -r go < "$0/mapped" &&
        ip link set lo up && exec "$@"' "$scratch" "$@"
}

cd "$builddir" || exit 99
case ${SWEEP:=sample} in
sample)
    is_sanitized && skip_all "calls of the sanitizers would fail, too"
    options="--every=397 --sample"
    options="$options --only=^(echo|daytime)(srv|cli|load)" ;;
whole) options= ;;
*) options=$SWEEP ;;
esac
# shellcheck disable=SC2086 # words
set -- python3 "$srcdir/tests/sweep/sweep.py" $options
if have_namespaces > "$scratch/why"; then
    [ "$(id -u)" -ne 0 ] || with_all_ids "$@"
    # shellcheck disable=SC2016 # for the inner shell
    exec unshare -Urn sh -c 'ip link set lo up && exec "$@"' - "$@"
fi
cat "$scratch/why"
exec "$@"
