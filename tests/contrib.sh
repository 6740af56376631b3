#!/bin/sh
# contrib.sh - the alerts and units for operators
# SPDX-License-Identifier: GPL-3.0-or-later
. "${srcdir:-.}/tests/tap.sh"
rules=$srcdir/contrib/sonde.rules.yml

# Each metric of the alerts is one of the program's; in a namespace of its own,
# where there is no other socket, the descriptions are there all the same.
run "$builddir/listeners" --prometheus -
cp "$scratch/out" "$scratch/metrics"
run "$builddir/listeners" --udp --prometheus -
cat "$scratch/out" >> "$scratch/metrics"
grep -o 'sonde_[a-z_]*' "$rules" | grep -v '^sonde_\(rules\|listeners\)$' |
    sort -u > "$scratch/wanted"
if grep -q '^# TYPE sonde_listen_overflows_total' "$scratch/metrics"; then
    while read -r metric; do
        is "a metric of listeners: $metric" \
            grep -q "^# TYPE $metric " "$scratch/metrics"
    done < "$scratch/wanted"
else
    skip "the metrics of the alerts" "listeners has no counters here"
fi
is "the alerts have metrics" [ "$(wc -l < "$scratch/wanted")" -ge 5 ]

promtool=${SONDE_PEERS:-/nowhere}/usr/bin/promtool
have promtool && promtool=promtool
if have "$promtool"; then
    run "$promtool" check rules "$rules"
    is "promtool check rules" [ "$status" -eq 0 ]
    run "$promtool" test rules "$srcdir/contrib/sonde.rules.test.yml"
    is "promtool test rules: alerts come and go" [ "$status" -eq 0 ]
else
    skip "promtool check rules, test rules" "promtool is not here"
fi

# The service writes what the timer is for: its command, in a folder here.
command=$(sed -n 's|^ExecStart=/usr/bin/||p' \
    "$srcdir/contrib/sonde-listeners.service" |
    sed "s|/var/lib/prometheus/node-exporter|$scratch|")
# shellcheck disable=SC2086 # words
run "$builddir"/$command
is "sonde-listeners.service: the command writes its file" \
    sh -c '[ "$1" -eq 0 ] && [ -s "$2" ]' - "$status" "$scratch/sonde.prom"
if have systemd-analyze; then
    for unit in "$srcdir"/contrib/sonde-listeners.*; do
        sed -e "s|/usr/bin/|$builddir/|" -e /^Documentation/d "$unit" \
            > "$scratch/${unit##*/}"
    done
    run systemd-analyze verify "$scratch"/sonde-listeners.*
    is "systemd-analyze verify" sh -c '[ "$1" -eq 0 ] &&
        [ "$(grep -cF "$2/" "$2/err")" = 0 ]' - "$status" "$scratch"
else
    skip "systemd-analyze verify" "systemd-analyze is not here"
fi

# The exposure, in tenths, that doc/security.md has for systemd 252; others may
# weigh otherwise, but below 10 is "SAFE", and below 50 "OK".
case $(systemd-analyze --version 2> /dev/null) in
"systemd 252 "*) limits="echosrv=5 daytimesrv=5 sonde-listeners=25" ;;
*) limits="echosrv=9 daytimesrv=9 sonde-listeners=49" ;;
esac
# systemd before 250 rates no file.
systemd-analyze security --help 2> /dev/null | grep -q -e --offline &&
    has_exposure=yes || has_exposure=
for unit in $limits; do
    file=$srcdir/contrib/${unit%=*}.service
    if [ -z "$has_exposure" ]; then
        skip "exposure of ${unit%=*}.service" "no systemd-analyze --offline here"
        continue
    fi
    run systemd-analyze security --offline=true --threshold="${unit#*=}" "$file"
    is "exposure of ${unit%=*}.service: at most ${unit#*=} tenths" \
        [ "$status" -eq 0 ]
done
finish
