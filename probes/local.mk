# probes/local.mk - what is asked of a host, and how it is told
# SPDX-License-Identifier: GPL-3.0-or-later

noinst_LTLIBRARIES += probes/libprobes.la
probes_libprobes_la_CFLAGS = $(SONDE_CFLAGS)
probes_libprobes_la_SOURCES = \
	probes/client.c \
	probes/client.h \
	probes/control.c \
	probes/control.h \
	probes/fill.c \
	probes/fill.h \
	probes/finding.c \
	probes/finding.h \
	probes/host.c \
	probes/host.h \
	probes/json.c \
	probes/json.h \
	probes/kernels.c \
	probes/kernels.h \
	probes/listen-queue.c \
	probes/listen-queue.h \
	probes/listeners-explain.c \
	probes/listeners-json.c \
	probes/listeners-prometheus.c \
	probes/listeners-text.c \
	probes/listeners.c \
	probes/listeners.h \
	probes/names.c \
	probes/names.h \
	probes/paragraph.c \
	probes/paragraph.h \
	probes/plan.c \
	probes/plan.h \
	probes/prometheus.c \
	probes/prometheus.h \
	probes/published.c \
	probes/published.h \
	probes/report-json.c \
	probes/report-prometheus.c \
	probes/report-text.c \
	probes/report.c \
	probes/report.h \
	probes/rule.c \
	probes/rule.h \
	probes/runner.c \
	probes/runner.h \
	probes/table.c \
	probes/table.h \
	probes/verdict.c \
	probes/verdict.h
