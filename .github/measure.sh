#!/bin/sh
# measure.sh - build the unpacked tarball, measure this system, and test
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: measure.sh MAKE NAME, in the folder of the tarball.  Leaves the
# profiles in NAME.sockprobe.profile and NAME.backlogprobe.profile.  Measures
# before it tests: a failed test costs no profile.
make=$1 name=$2
set -e
./configure
"$make" -j2
./backlogprobe
./backlogprobe --profile > "$name.backlogprobe.profile"
# Without the lines that name the host.
./sockprobe --profile | grep -v '^volatile' > "$name.sockprobe.profile"
./sockprobe
"$make" check || {
    find . -name test-suite.log -exec cat {} +
    exit 1
}
