# probes/local.mk - what is asked of a host, and how it is told
# SPDX-License-Identifier: GPL-3.0-or-later

noinst_LTLIBRARIES += probes/libprobes.la
probes_libprobes_la_CFLAGS = $(SONDE_CFLAGS)
probes_libprobes_la_SOURCES = \
	probes/client.c \
	probes/client.h \
	probes/control.c \
	probes/control.h \
	probes/defer.h \
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
	probes/listen-again.c \
	probes/listen-again.h \
	probes/listen-queue.c \
	probes/listen-queue.h \
	probes/missing.c \
	probes/missing.h \
	probes/names.c \
	probes/names.h \
	probes/namespace.h \
	probes/overflow.c \
	probes/overflow.h \
	probes/plan.c \
	probes/plan.h \
	probes/published.c \
	probes/published.h \
	probes/remedy.c \
	probes/remedy.h \
	probes/report-chart.c \
	probes/report-json.c \
	probes/report-more.c \
	probes/report-more.h \
	probes/report-text.c \
	probes/report.c \
	probes/report.h \
	probes/report-require.c \
	probes/require.c \
	probes/require.h \
	probes/sentence.c \
	probes/sentence.h \
	probes/rule.c \
	probes/rule.h \
	probes/runner.c \
	probes/runner.h \
	probes/serial.c \
	probes/serial.h \
	probes/settings.c \
	probes/settings.h \
	probes/syn-queue.c \
	probes/syn-queue.h \
	probes/table.c \
	probes/table.h \
	probes/verdict.c \
	probes/verdict.h

# One leaf for each way a system has; m4/sonde-namespace.m4 chooses.
if SONDE_NAMESPACE_LINUX
probes_libprobes_la_SOURCES += probes/namespace-linux.c
else
probes_libprobes_la_SOURCES += probes/namespace-none.c
endif

# And m4/sonde-defer.m4.
if SONDE_DEFER_LINUX
probes_libprobes_la_SOURCES += probes/defer-linux.c
else
probes_libprobes_la_SOURCES += probes/defer-none.c
endif
