# examples/local.mk - small programs by sonde.h alone; tests/examples.sh runs them
# SPDX-License-Identifier: GPL-3.0-or-later

example_programs = \
	examples/activated \
	examples/dual-server \
	examples/event-loop \
	examples/tcp-client \
	examples/udp-client
check_PROGRAMS += $(example_programs)
EXTRA_DIST += $(example_programs:=.c)

# Without config.h, as anybody else's programs: so no header of gnulib's.
example_cppflags = -I$(top_srcdir)/lib
example_ldadd = lib/libsonde-core.la
examples_activated_CPPFLAGS = $(example_cppflags)
examples_activated_CFLAGS = $(SONDE_CFLAGS)
examples_activated_LDADD = $(example_ldadd)
examples_dual_server_CPPFLAGS = $(example_cppflags)
examples_dual_server_CFLAGS = $(SONDE_CFLAGS)
examples_dual_server_LDADD = $(example_ldadd)
examples_event_loop_CPPFLAGS = $(example_cppflags)
examples_event_loop_CFLAGS = $(SONDE_CFLAGS)
examples_event_loop_LDADD = $(example_ldadd)
examples_tcp_client_CPPFLAGS = $(example_cppflags)
examples_tcp_client_CFLAGS = $(SONDE_CFLAGS)
examples_tcp_client_LDADD = $(example_ldadd)
examples_udp_client_CPPFLAGS = $(example_cppflags)
examples_udp_client_CFLAGS = $(SONDE_CFLAGS)
examples_udp_client_LDADD = $(example_ldadd)
