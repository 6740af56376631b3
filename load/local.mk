# load/local.mk - the load generator
# SPDX-License-Identifier: GPL-3.0-or-later

noinst_LTLIBRARIES += load/libload.la
load_libload_la_CFLAGS = $(SONDE_CFLAGS)
load_libload_la_SOURCES = \
	load/connect-only.c \
	load/connection.c \
	load/datagram.c \
	load/load.h \
	load/plan.c \
	load/run.c \
	load/run.h
