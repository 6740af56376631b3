# tests/fuzz/local.mk - inputs nobody thought of, and those that once hurt
# SPDX-License-Identifier: GPL-3.0-or-later

# One source and one folder tests/corpus/NAME for each.
fuzzers = \
	tests/fuzz/fuzz-activation \
	tests/fuzz/fuzz-address \
	tests/fuzz/fuzz-answers \
	tests/fuzz/fuzz-backlogs \
	tests/fuzz/fuzz-connection \
	tests/fuzz/fuzz-findings \
	tests/fuzz/fuzz-line \
	tests/fuzz/fuzz-options \
	tests/fuzz/fuzz-port \
	tests/fuzz/fuzz-proc \
	tests/fuzz/fuzz-profile \
	tests/fuzz/fuzz-resolve \
	tests/fuzz/fuzz-sock-diag

# What make check runs: the files of the corpus, one by one.
fuzz_libs = tests/fuzz/libreplay.a progs/libprogs.a servers/libservers.a \
	$(probes_libs)
check_PROGRAMS += $(fuzzers)
check_LIBRARIES += tests/fuzz/libreplay.a
tests_fuzz_libreplay_a_CFLAGS = $(SONDE_CFLAGS)
tests_fuzz_libreplay_a_SOURCES = tests/fuzz/fuzz.h tests/fuzz/replay.c
tests_fuzz_fuzz_activation_CFLAGS = $(SONDE_CFLAGS)
tests_fuzz_fuzz_activation_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_address_CFLAGS = $(SONDE_CFLAGS)
tests_fuzz_fuzz_address_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_answers_CFLAGS = $(SONDE_CFLAGS)
tests_fuzz_fuzz_answers_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_backlogs_CFLAGS = $(SONDE_CFLAGS)
tests_fuzz_fuzz_backlogs_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_connection_CFLAGS = $(SONDE_CFLAGS)
tests_fuzz_fuzz_connection_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_findings_CFLAGS = $(SONDE_CFLAGS)
tests_fuzz_fuzz_findings_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_line_CFLAGS = $(SONDE_CFLAGS)
tests_fuzz_fuzz_line_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_options_CFLAGS = $(SONDE_CFLAGS)
tests_fuzz_fuzz_options_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_port_CFLAGS = $(SONDE_CFLAGS)
tests_fuzz_fuzz_port_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_proc_CFLAGS = $(SONDE_CFLAGS)
tests_fuzz_fuzz_proc_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_profile_CFLAGS = $(SONDE_CFLAGS)
tests_fuzz_fuzz_profile_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_resolve_CFLAGS = $(SONDE_CFLAGS)
tests_fuzz_fuzz_resolve_LDADD = $(fuzz_libs)
tests_fuzz_fuzz_sock_diag_CFLAGS = $(SONDE_CFLAGS)
tests_fuzz_fuzz_sock_diag_LDADD = $(fuzz_libs)

test_scripts += tests/corpus.sh
EXTRA_DIST += \
	tests/corpus/activation \
	tests/corpus/README.md \
	tests/corpus/address \
	tests/corpus/answers \
	tests/corpus/backlogs \
	tests/corpus/connection \
	tests/corpus/findings \
	tests/corpus/line \
	tests/corpus/options \
	tests/corpus/port \
	tests/corpus/proc \
	tests/corpus/profile \
	tests/corpus/resolve \
	tests/corpus/sock-diag \
	tests/fuzz.sh

# The real thing, FUZZ_SECONDS for each: not part of make check.
FUZZ_SECONDS = 600
fuzz: dist
	$(AM_TESTS_ENVIRONMENT) TARBALL='$(abs_top_builddir)/$(distdir).tar.xz' \
	    FUZZ_SECONDS='$(FUZZ_SECONDS)' FUZZERS='$(fuzzers)' \
	    $(SHELL) $(top_srcdir)/tests/fuzz.sh
.PHONY: fuzz
