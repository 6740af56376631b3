# base/local.mk - what probes and services both need
# SPDX-License-Identifier: GPL-3.0-or-later

noinst_LTLIBRARIES += base/libbase.la
base_libbase_la_CFLAGS = $(SONDE_CFLAGS)
base_libbase_la_SOURCES = \
	base/histogram.c \
	base/histogram.h \
	base/json.c \
	base/json.h \
	base/monotonic.c \
	base/monotonic.h \
	base/sentence.c \
	base/sentence.h \
	base/wrap.c \
	base/wrap.h \
	base/write.c \
	base/write.h
