# tests/local.mk - unit tests (Check) and end-to-end tests (TAP scripts)
# SPDX-License-Identifier: GPL-3.0-or-later

TEST_SUITE_LOG = tests/test-suite.log
TEST_EXTENSIONS = .sh
tap_driver = env AM_TAP_AWK='$(AWK)' $(SHELL) \
	$(top_srcdir)/build-aux/tap-driver.sh
LOG_DRIVER = $(tap_driver)
SH_LOG_DRIVER = $(tap_driver)
SH_LOG_COMPILER = $(SHELL)
AM_TESTS_ENVIRONMENT = \
	srcdir='$(top_srcdir)' builddir='$(abs_top_builddir)' CC='$(CC)' \
	CFLAGS='$(CFLAGS)' LDFLAGS='$(LDFLAGS)' \
	MAKE='$(MAKE)' HOST='$(host)' LC_ALL=C; \
	export srcdir builddir CC CFLAGS LDFLAGS MAKE HOST LC_ALL;

# The longest first: with make -j none of them is left alone at the end.
test_scripts = \
	tests/servers-loops.sh \
	tests/sweep.sh \
	tests/injected.sh \
	tests/servers-hostile.sh \
	tests/sockprobe.sh \
	tests/output.sh \
	tests/all.sh \
	tests/backlogprobe.sh \
	tests/bootstrap.sh \
	tests/busy.sh \
	tests/byteorder.sh \
	tests/check.sh \
	tests/client-peers.sh \
	tests/daytimecli.sh \
	tests/disturbed.sh \
	tests/completion.sh \
	tests/connect-only.sh \
	tests/contrib.sh \
	tests/echocli.sh \
	tests/examples.sh \
	tests/faultsrv.sh \
	tests/hardened.sh \
	tests/helpers.sh \
	tests/house.sh \
	tests/incomplete.sh \
	tests/library.sh \
	tests/limits.sh \
	tests/listeners-peers.sh \
	tests/listeners.sh \
	tests/load-reports.sh \
	tests/load.sh \
	tests/matrix.sh \
	tests/memory.sh \
	tests/namespaces.sh \
	tests/names.sh \
	tests/netfaults.sh \
	tests/netns.sh \
	tests/options.sh \
	tests/outage.sh \
	tests/overflow.sh \
	tests/pages.sh \
	tests/planted.sh \
	tests/privilege.sh \
	tests/reuseport.sh \
	tests/sandbox.sh \
	tests/schema.sh \
	tests/servers-calls.sh \
	tests/servers-inherited.sh \
	tests/servers-peers.sh \
	tests/servers-workers.sh \
	tests/servers.sh \
	tests/settings.sh \
	tests/sonde.sh \
	tests/synrecv.sh \
	tests/tampered.sh \
	tests/times.sh \
	tests/tour.sh \
	tests/udp.sh \
	tests/verdicts.sh \
	tests/waiting.sh \
	tests/watch.sh
TESTS = $(test_scripts)
EXTRA_DIST += $(test_scripts) tests/alone.sh tests/bring-peers.sh tests/peers.sh \
	tests/server.sh tests/tap.sh

include tests/unit/local.mk
include tests/fuzz/local.mk

# Who starts the examples, and who answers them.
check_PROGRAMS += tests/peer
tests_peer_SOURCES = tests/peer.c
tests_peer_CFLAGS = $(SONDE_CFLAGS)
tests_peer_LDADD = lib/libsonde-core.la

# Whom the programs report to, for output.sh.
check_PROGRAMS += tests/reader
tests_reader_SOURCES = tests/reader.c
tests_reader_CFLAGS = $(SONDE_CFLAGS)
tests_reader_LDADD = lib/libsonde-core.la

# Datagram sockets for udp.sh, with datagrams that are lost.
check_PROGRAMS += tests/losing
tests_losing_SOURCES = tests/losing.c
tests_losing_CFLAGS = $(SONDE_CFLAGS)
tests_losing_LDADD = lib/libsonde-core.la

# Workers that share a port, and clients, for reuseport.sh and outage.sh.
check_PROGRAMS += tests/workers
tests_workers_SOURCES = tests/workers.c
tests_workers_CFLAGS = $(SONDE_CFLAGS)
tests_workers_LDADD = lib/libsonde-core.la

# Clients that count their messages, for servers-workers.sh.
check_PROGRAMS += tests/fair
tests_fair_SOURCES = tests/fair.c
tests_fair_CFLAGS = $(SONDE_CFLAGS)
tests_fair_LDADD = lib/libsonde-core.la

# Half-open handshakes for synrecv.sh.
check_PROGRAMS += tests/halfopen
tests_halfopen_SOURCES = tests/halfopen.c
tests_halfopen_CFLAGS = $(SONDE_CFLAGS)
tests_halfopen_LDADD = $(probes_libs)

# Listeners for listeners.sh, with clients that wait.
check_PROGRAMS += tests/listening
tests_listening_SOURCES = tests/listening.c
tests_listening_CFLAGS = $(SONDE_CFLAGS)
tests_listening_LDADD = lib/libsonde-core.la $(LIBTHREAD)

# A listener with bursts of clients, for watch.sh.
check_PROGRAMS += tests/bursts
tests_bursts_SOURCES = tests/bursts.c
tests_bursts_CFLAGS = $(SONDE_CFLAGS)
tests_bursts_LDADD = lib/libsonde-core.la

# An application beside the probes, for memory.sh.
check_PROGRAMS += tests/hoard
tests_hoard_SOURCES = tests/hoard.c
tests_hoard_CFLAGS = $(SONDE_CFLAGS)
tests_hoard_LDADD =

# Clients of the servers, good and bad.
check_PROGRAMS += tests/crowd
tests_crowd_SOURCES = tests/crowd.c
tests_crowd_CFLAGS = $(SONDE_CFLAGS)
tests_crowd_LDADD = lib/libsonde-core.la

# A wire between two hosts, for netfaults.sh.
EXTRA_DIST += tests/wire.c
if SONDE_TUN_LINUX
check_PROGRAMS += tests/wire
tests_wire_SOURCES = tests/wire.c
tests_wire_CFLAGS = $(SONDE_CFLAGS)
tests_wire_LDADD =
endif

# A listener that accepts late, for connect-only.sh.
check_PROGRAMS += tests/late
tests_late_SOURCES = tests/late.c
tests_late_CFLAGS = $(SONDE_CFLAGS)
tests_late_LDADD = lib/libsonde-core.la

# A filter as container engines have it, for limits.sh.
EXTRA_DIST += tests/no-unshare.c
if SONDE_SECCOMP
check_PROGRAMS += tests/no-unshare
tests_no_unshare_SOURCES = tests/no-unshare.c
tests_no_unshare_CFLAGS = $(SONDE_CFLAGS)
tests_no_unshare_LDADD =
endif

# To be preloaded by planted.sh, tampered.sh and listeners.sh; a build without shared
# libraries has none, and these tests say so.  -rpath makes libtool build a
# shared object for a library that is not installed.
if SONDE_SHARED
check_LTLIBRARIES += tests/tamper.la tests/refuse.la tests/sweep/failing.la
endif
# For sandbox.sh, where the sandbox is Linux's.
EXTRA_DIST += tests/confined.c
if SONDE_SHARED
if SONDE_SANDBOX_LINUX
check_LTLIBRARIES += tests/confined.la
tests_confined_la_SOURCES = tests/confined.c
tests_confined_la_CFLAGS = $(SONDE_CFLAGS)
tests_confined_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere
tests_confined_la_LIBADD = $(LIBDL)
endif
endif
tests_sweep_failing_la_SOURCES = tests/sweep/failing.c
tests_sweep_failing_la_CFLAGS = $(SONDE_CFLAGS)
tests_sweep_failing_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere
tests_sweep_failing_la_LIBADD = $(LIBDL)
tests_tamper_la_SOURCES = tests/tamper.c
tests_tamper_la_CFLAGS = $(SONDE_CFLAGS)
tests_tamper_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere
tests_tamper_la_LIBADD = $(LIBDL)
tests_refuse_la_SOURCES = tests/refuse.c
tests_refuse_la_CFLAGS = $(SONDE_CFLAGS)
tests_refuse_la_LDFLAGS = -module -avoid-version -shared -rpath /nowhere
tests_refuse_la_LIBADD = $(LIBDL)

# Other systems, other processors: not part of make check.
EXTRA_DIST += tests/cross-check.sh
cross-check: dist
	$(AM_TESTS_ENVIRONMENT) TARBALL='$(abs_top_builddir)/$(distdir).tar.xz' \
	    $(SHELL) $(top_srcdir)/tests/cross-check.sh
.PHONY: cross-check

# The same bytes from the same commit: not part of make check.
EXTRA_DIST += tests/twice.sh
check-twice: all
	$(AM_TESTS_ENVIRONMENT) $(SHELL) $(top_srcdir)/tests/twice.sh
.PHONY: check-twice

# Debian packages: not part of make check.
EXTRA_DIST += tests/debian.sh
check-debian: dist
	$(AM_TESTS_ENVIRONMENT) TARBALL='$(abs_top_builddir)/$(distdir).tar.xz' \
	    $(SHELL) $(top_srcdir)/tests/debian.sh
.PHONY: check-debian

# RPM packages: not part of make check.
EXTRA_DIST += tests/rpm.sh
check-rpm: dist
	$(AM_TESTS_ENVIRONMENT) TARBALL='$(abs_top_builddir)/$(distdir).tar.xz' \
	    $(SHELL) $(top_srcdir)/tests/rpm.sh
.PHONY: check-rpm

# Which lines and branches the tests run.
EXTRA_DIST += tests/coverage.sh tests/coverage/counters.c \
	tests/coverage/rates.py
coverage: dist
	$(AM_TESTS_ENVIRONMENT) TARBALL='$(abs_top_builddir)/$(distdir).tar.xz' \
	    $(SHELL) $(top_srcdir)/tests/coverage.sh
.PHONY: coverage

# The unit tests again, with tools that see more: races, and leaks.
EXTRA_DIST += tests/threads.sh tests/valgrind.sh
check-threads: dist
	$(AM_TESTS_ENVIRONMENT) TARBALL='$(abs_top_builddir)/$(distdir).tar.xz' \
	    UNIT_TESTS='$(unit_tests)' $(SHELL) $(top_srcdir)/tests/threads.sh
check-valgrind: all $(check_LTLIBRARIES) $(check_PROGRAMS)
	$(AM_TESTS_ENVIRONMENT) UNIT_TESTS='$(unit_tests)' \
	    $(SHELL) $(top_srcdir)/tests/valgrind.sh
.PHONY: check-threads check-valgrind

# Whether this tree may be released.
EXTRA_DIST += tests/release.sh
release-check: all tests/workers$(EXEEXT)
	$(AM_TESTS_ENVIRONMENT) $(SHELL) $(top_srcdir)/tests/release.sh
.PHONY: release-check

# What static analysers find.
EXTRA_DIST += .clang-tidy tests/analyse.reasons tests/analyse.sh
analyse: dist
	$(AM_TESTS_ENVIRONMENT) TARBALL='$(abs_top_builddir)/$(distdir).tar.xz' \
	    $(SHELL) $(top_srcdir)/tests/analyse.sh
.PHONY: analyse

# Builds by musl, which takes as long as the build itself.
EXTRA_DIST += tests/static.sh
check-static: all
	$(MAKE) $(AM_MAKEFLAGS) sonde$(EXEEXT) tests/crowd$(EXEEXT)
	$(AM_TESTS_ENVIRONMENT) $(SHELL) $(top_srcdir)/tests/static.sh
.PHONY: check-static

# The servers for minutes, among clients of every kind.
EXTRA_DIST += tests/soak.sh
soak: all
	$(MAKE) $(AM_MAKEFLAGS) tests/crowd$(EXEEXT)
	$(AM_TESTS_ENVIRONMENT) $(SHELL) $(top_srcdir)/tests/soak.sh
.PHONY: soak

# Every fault that sweep.sh has a sample of: hours.
EXTRA_DIST += tests/sweep/errnos tests/sweep/runs.py tests/sweep/sweep.py
check-faults: all
	$(MAKE) $(AM_MAKEFLAGS) $(check_LTLIBRARIES)
	$(AM_TESTS_ENVIRONMENT) SWEEP="$${SWEEP:-whole}"; export SWEEP; \
	    $(SHELL) $(top_srcdir)/tests/sweep.sh
.PHONY: check-faults

# What usual clients do with faults: written down, not compared.
client-table: all
	$(AM_TESTS_ENVIRONMENT) CLIENT_TABLE='$(abs_srcdir)/doc/clients.md' \
	    $(SHELL) $(top_srcdir)/tests/verdicts.sh
.PHONY: client-table

# Other kernels, by KERNELS='/.../boot/vmlinuz-6.1.0 ...'.
EXTRA_DIST += tests/other-kernels.sh
check-kernels: backlogprobe echocli faultsrv sockprobe listeners tests/hoard tests/listening
	$(AM_TESTS_ENVIRONMENT) KERNELS='$(KERNELS)' \
	    $(SHELL) $(top_srcdir)/tests/other-kernels.sh

# The profiles of these stacks, made anew in the folder profiles-new.
profiles: backlogprobe sockprobe listeners tests/hoard tests/listening
	$(MKDIR_P) profiles-new
	PROFILES='$(abs_builddir)/profiles-new' $(MAKE) check-kernels
.PHONY: check-kernels profiles
