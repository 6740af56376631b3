# load/local.mk - the load generator
# SPDX-License-Identifier: GPL-3.0-or-later

noinst_LIBRARIES += load/libload.a
load_libload_a_CFLAGS = $(SONDE_CFLAGS)
load_libload_a_SOURCES = \
	load/connect-only.c \
	load/connection.c \
	load/datagram.c \
	load/load.h \
	load/plan.c \
	load/run.c \
	load/run.h
