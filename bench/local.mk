# bench/local.mk - what is fast, and how much: make bench
# SPDX-License-Identifier: GPL-3.0-or-later

EXTRA_PROGRAMS = bench/backlog-classic
EXTRA_DIST += bench/backlog.sh
CLEANFILES += $(EXTRA_PROGRAMS)
bench_backlog_classic_CFLAGS = $(SONDE_CFLAGS)
bench_backlog_classic_SOURCES = bench/backlog-classic.c
bench_backlog_classic_LDADD = lib/libsonde-core.la

bench: backlogprobe $(EXTRA_PROGRAMS)
	builddir=. $(SHELL) $(top_srcdir)/bench/backlog.sh
.PHONY: bench
