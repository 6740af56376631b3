#!/bin/sh
# bring-peers.sh - unpack the packages of our peers, which exclude one another
# SPDX-License-Identifier: GPL-3.0-or-later
#
# usage: bring-peers.sh DIRECTORY; then SONDE_PEERS=DIRECTORY make check
#
# Nothing is installed; the libraries they need come along.  Debian.
set -eu
mkdir -p "$1"
cd "$1"
for package in apache2-bin haproxy inetutils-inetd inetutils-telnet ncat \
    netcat-openbsd nginx openbsd-inetd openssh-server prometheus \
    redis-server redis-tools socat xinetd \
    libapr1 libaprutil1 libbsd0 libdbus-1-3 libevent-2.1-7 libexpat1 \
    libjemalloc2 liblzf1 \
    libibverbs1 liblinear4 liblua5.3-0 libmd0 libnl-3-200 libnl-route-3-200 \
    libopentracing-c-wrapper0 libopentracing1 libpcap0.8 libpcre2-8-0 \
    libssl3 libsystemd0 libtirpc3 libwrap0 \
    libmonitoring-plugin-perl libclass-accessor-perl libmath-calc-units-perl \
    libmodule-implementation-perl libmodule-runtime-perl \
    libparams-classify-perl libparams-validate-perl libsub-name-perl \
    libtry-tiny-perl; do
    if apt-get download -q -o Acquire::Retries=3 "$package"; then
        dpkg-deb -x "$package"_*.deb .
        rm -f "$package"_*.deb
    else
        echo "$package: not to be had" >&2
    fi
done
