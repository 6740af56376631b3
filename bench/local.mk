# bench/local.mk - benchmarks: make bench, make bench-servers
# SPDX-License-Identifier: GPL-3.0-or-later

EXTRA_PROGRAMS = bench/backlog-classic bench/lines
EXTRA_DIST += bench/backlog.sh bench/servers.sh
CLEANFILES += $(EXTRA_PROGRAMS)
bench_backlog_classic_CFLAGS = $(SONDE_CFLAGS)
bench_backlog_classic_SOURCES = bench/backlog-classic.c
bench_backlog_classic_LDADD = lib/libsonde-core.la
bench_lines_CFLAGS = $(SONDE_CFLAGS)
bench_lines_SOURCES = bench/lines.c
bench_lines_LDADD = lib/libsonde-core.la

bench: backlogprobe $(EXTRA_PROGRAMS)
	builddir=. $(SHELL) $(top_srcdir)/bench/backlog.sh
	bench/lines
bench-servers: echosrv echocli echoload
	builddir=. $(SHELL) $(top_srcdir)/bench/servers.sh
.PHONY: bench bench-servers
