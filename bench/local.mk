# bench/local.mk - benchmarks: make bench, bench-servers, bench-datagrams
# SPDX-License-Identifier: GPL-3.0-or-later

EXTRA_PROGRAMS = bench/backlog-classic bench/datagrams bench/lines
if SONDE_LISTENERS_LINUX
EXTRA_PROGRAMS += bench/lookups
bench_lookups_CFLAGS = $(SONDE_CFLAGS)
bench_lookups_SOURCES = bench/lookups.c
bench_lookups_LDADD = lib/libsonde-core.la
else
EXTRA_DIST += bench/lookups.c
endif
EXTRA_DIST += bench/backlog.sh bench/datagrams.sh bench/servers.sh
CLEANFILES += $(EXTRA_PROGRAMS)
bench_backlog_classic_CFLAGS = $(SONDE_CFLAGS)
bench_backlog_classic_SOURCES = bench/backlog-classic.c
bench_backlog_classic_LDADD = lib/libsonde-core.la
bench_datagrams_CFLAGS = $(SONDE_CFLAGS)
bench_datagrams_SOURCES = bench/datagrams.c
bench_datagrams_LDADD = lib/libsonde-core.la
bench_lines_CFLAGS = $(SONDE_CFLAGS)
bench_lines_SOURCES = bench/lines.c
bench_lines_LDADD = lib/libsonde-core.la

bench: backlogprobe $(EXTRA_PROGRAMS)
	builddir=. $(SHELL) $(top_srcdir)/bench/backlog.sh
	bench/lines
	if [ -x bench/lookups ]; then bench/lookups; fi
bench-servers: echosrv echocli echoload
	builddir=. $(SHELL) $(top_srcdir)/bench/servers.sh
bench-datagrams: echosrv bench/datagrams
	builddir=. $(SHELL) $(top_srcdir)/bench/datagrams.sh
.PHONY: bench bench-datagrams bench-servers
