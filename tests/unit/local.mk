# tests/unit/local.mk - one program for each topic
# SPDX-License-Identifier: GPL-3.0-or-later

unit_tests = \
	tests/unit/test-accept \
	tests/unit/test-activation \
	tests/unit/test-address \
	tests/unit/test-address-text \
	tests/unit/test-backlog \
	tests/unit/test-byteorder \
	tests/unit/test-cap \
	tests/unit/test-cgroup \
	tests/unit/test-check \
	tests/unit/test-container \
	tests/unit/test-compare \
	tests/unit/test-catalogue \
	tests/unit/test-connect \
	tests/unit/test-pool \
	tests/unit/test-connection \
	tests/unit/test-datagram \
	tests/unit/test-datagrams \
	tests/unit/test-daytime \
	tests/unit/test-deadline \
	tests/unit/test-errno \
	tests/unit/test-figures \
	tests/unit/test-fill \
	tests/unit/test-finding \
	tests/unit/test-hostile \
	tests/unit/test-json \
	tests/unit/test-keepalive \
	tests/unit/test-kernels \
	tests/unit/test-line \
	tests/unit/test-listener-rows \
	tests/unit/test-listen \
	tests/unit/test-listeners \
	tests/unit/test-mask \
	tests/unit/test-memory-stream \
	tests/unit/test-merge \
	tests/unit/test-names \
	tests/unit/test-namespace \
	tests/unit/test-options \
	tests/unit/test-occupancy \
	tests/unit/test-packet \
	tests/unit/test-parent-death \
	tests/unit/test-plan \
	tests/unit/test-poller \
	tests/unit/test-proc-net \
	tests/unit/test-queue \
	tests/unit/test-reap \
	tests/unit/test-advice \
	tests/unit/test-report \
	tests/unit/test-report-stepwise \
	tests/unit/test-require \
	tests/unit/test-resolve \
	tests/unit/test-retransmissions \
	tests/unit/test-rule \
	tests/unit/test-runner \
	tests/unit/test-stepwise \
	tests/unit/test-signal \
	tests/unit/test-sock-diag \
	tests/unit/test-socket \
	tests/unit/test-source \
	tests/unit/test-reserve \
	tests/unit/test-sandbox \
	tests/unit/test-stream \
	tests/unit/test-threads \
	tests/unit/test-udp \
	tests/unit/test-verdict \
	tests/unit/test-wait \
	tests/unit/test-selfpipe \
	tests/unit/test-peer \
	tests/unit/test-watch \
	tests/unit/test-watch-text \
	tests/unit/test-write \
	tests/unit/test-xnu-pcblist

client_unit_tests = \
	tests/unit/test-client \
	tests/unit/test-daytime-parse \
	tests/unit/test-histogram \
	tests/unit/test-interval \
	tests/unit/test-load \
	tests/unit/test-percentiles \
	tests/unit/test-verify
unit_tests += $(client_unit_tests)
tests_unit_test_client_LDADD = clients/libclients.a $(LDADD)
tests_unit_test_daytime_parse_LDADD = clients/libclients.a $(LDADD)
tests_unit_test_load_LDADD = load/libload.a clients/libclients.a $(LDADD)
tests_unit_test_verify_LDADD = clients/libclients.a $(LDADD)

EXTRA_DIST += $(unit_tests:=.c)
AM_CPPFLAGS += $(CHECK_CFLAGS)

# For every program that does not say otherwise: the unit tests.
LDADD = tests/unit/libunit.a progs/libprogs.a $(probes_libs) \
	$(CHECK_LIBS)

tests_unit_libunit_a_SOURCES = tests/unit/unit.c tests/unit/unit.h \
	tests/unit/findings-pair.c tests/unit/findings-pair.h

if SONDE_HAVE_CHECK
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
check_LIBRARIES += tests/unit/libunit.a
endif

# The tests that depend on the leaf that configure chose.
if SONDE_CAP_LINUX
test_cap_leaf = -DTEST_CAP_LINUX
endif
if SONDE_LISTENERS_LINUX
test_listeners_leaf = -DTEST_LISTENERS_LINUX
endif
if SONDE_QUEUE_LINUX
test_queue_leaf = -DTEST_QUEUE_LINUX
endif
tests_unit_test_listeners_CPPFLAGS = $(AM_CPPFLAGS) $(test_listeners_leaf)
tests_unit_test_proc_net_CPPFLAGS = $(AM_CPPFLAGS) $(test_listeners_leaf)
tests_unit_test_queue_CPPFLAGS = $(AM_CPPFLAGS) $(test_queue_leaf)
tests_unit_test_udp_CPPFLAGS = $(AM_CPPFLAGS) $(test_listeners_leaf)
tests_unit_test_cap_CPPFLAGS = $(AM_CPPFLAGS) $(test_cap_leaf)

# Those of servers/.
server_test_libs = tests/unit/libunit.a servers/libservers.a \
	base/libbase.a lib/libsonde-core.la $(CHECK_LIBS)
tests_unit_test_connection_LDADD = $(server_test_libs)
tests_unit_test_daytime_LDADD = $(server_test_libs)
tests_unit_test_source_LDADD = $(server_test_libs)
