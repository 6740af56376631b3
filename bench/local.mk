# bench/local.mk - benchmarks: make bench, bench-servers, bench-datagrams,
# bench-instructions
# SPDX-License-Identifier: GPL-3.0-or-later

EXTRA_PROGRAMS = bench/backlog-classic bench/datagrams bench/lines \
	bench/slices
if SONDE_LISTENERS_LINUX
EXTRA_PROGRAMS += bench/bare bench/instructions bench/lookups
bench_bare_CFLAGS = $(SONDE_CFLAGS)
bench_bare_SOURCES = bench/bare.c
bench_bare_LDADD = lib/libsonde-core.la
bench_instructions_CFLAGS = $(SONDE_CFLAGS)
bench_instructions_SOURCES = bench/instructions.c
bench_instructions_LDADD = lib/libsonde-core.la
bench_lookups_CFLAGS = $(SONDE_CFLAGS)
bench_lookups_SOURCES = bench/lookups.c
bench_lookups_LDADD = lib/libsonde-core.la
else
EXTRA_DIST += bench/bare.c bench/instructions.c bench/lookups.c
endif
EXTRA_DIST += bench/backlog.sh bench/datagrams.sh bench/instructions.sh \
	bench/instructions.tsv bench/libevent.c bench/libuv.c \
	bench/servers.sh
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
bench_slices_CFLAGS = $(SONDE_CFLAGS)
bench_slices_SOURCES = bench/slices.c
bench_slices_LDADD = lib/libsonde-core.la

bench: backlogprobe $(EXTRA_PROGRAMS)
	builddir=. $(SHELL) $(top_srcdir)/bench/backlog.sh
	bench/lines
	if [ -x bench/lookups ]; then bench/lookups; fi
bench-servers: echosrv echocli $(EXTRA_PROGRAMS)
	$(MAKE) $(AM_MAKEFLAGS) tests/crowd$(EXEEXT)
	builddir=. srcdir=$(top_srcdir) CC='$(CC)' \
	    $(SHELL) $(top_srcdir)/bench/servers.sh
bench-datagrams: echosrv bench/datagrams
	builddir=. $(SHELL) $(top_srcdir)/bench/datagrams.sh
# Counted, not timed: the ratios are held in .ci/run.
bench-instructions check-instructions: echosrv $(EXTRA_PROGRAMS)
	$(MAKE) $(AM_MAKEFLAGS) tests/crowd$(EXEEXT)
	held=; [ $@ = bench-instructions ] || held=yes; \
	    $(AM_TESTS_ENVIRONMENT) HELD=$$held; export HELD; \
	    $(SHELL) $(top_srcdir)/bench/instructions.sh
.PHONY: bench bench-datagrams bench-instructions bench-servers \
	check-instructions
