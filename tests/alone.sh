# alone.sh - a network of the test's own, where that can be had; sourced first
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A port that was free a moment ago is to be free still, or nobody's, though
# other tests have ten thousand clients.  So for root, who needs nobody's leave
# and stays root by it, the script is run again in a namespace of its own.

# shellcheck shell=sh
if [ -z "${SONDE_ALONE:-}" ] && [ "$(id -u)" -eq 0 ] &&
    unshare -n ip link set lo up 2> /dev/null; then
    SONDE_ALONE=yes
    export SONDE_ALONE
    exec unshare -n sh -c 'ip link set lo up && exec sh "$0" "$@"' "$0" "$@"
fi
