# tests/unit/local.mk - one program for each topic of lib/ and probes/
# SPDX-License-Identifier: GPL-3.0-or-later

unit_tests = \
	tests/unit/test-activation \
	tests/unit/test-byteorder \
	tests/unit/test-line \
	tests/unit/test-listen-dual \
	tests/unit/test-poller \
	tests/unit/test-reap \
	tests/unit/test-spare \
	tests/unit/test-stream \
	tests/unit/test-wake \
	tests/unit/test-xnu-pcblist

EXTRA_DIST += $(unit_tests:=.c)
AM_CPPFLAGS += $(CHECK_CFLAGS)

# For every program that does not say otherwise: the unit tests.
LDADD = tests/unit/libunit.la probes/libprobes.la lib/libsonde-core.la \
	$(CHECK_LIBS)

tests_unit_libunit_la_SOURCES = tests/unit/unit.c tests/unit/unit.h

if SONDE_HAVE_CHECK
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
check_LTLIBRARIES += tests/unit/libunit.la
endif
