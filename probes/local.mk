# probes/local.mk - what is asked of a host, and how it is told
# SPDX-License-Identifier: GPL-3.0-or-later

noinst_LTLIBRARIES += probes/libprobes.la
probes_libprobes_la_CFLAGS = $(SONDE_CFLAGS) \
	-DPROFILES='"$(pkgdatadir)/profiles"'
probes_libprobes_la_SOURCES = \
	probes/aio.h \
	probes/allowance.c \
	probes/allowance.h \
	probes/answers-diff.c \
	probes/answers-html.c \
	probes/answers-json.c \
	probes/answers-list.c \
	probes/answers-states.c \
	probes/answers-text.c \
	probes/answers.c \
	probes/answers.h \
	probes/catalogue.c \
	probes/catalogue.h \
	probes/client.c \
	probes/client.h \
	probes/compare.c \
	probes/compare.h \
	probes/control.c \
	probes/control.h \
	probes/core.h \
	probes/crew.c \
	probes/crew.h \
	probes/defer.h \
	probes/fill.c \
	probes/fill.h \
	probes/finding.c \
	probes/finding.h \
	probes/host.c \
	probes/host.h \
	probes/interrupt.c \
	probes/interrupt.h \
	probes/kernels.c \
	probes/kernels.h \
	probes/known.c \
	probes/known.h \
	probes/listen-again.c \
	probes/listen-again.h \
	probes/listen-cap.c \
	probes/listen-cap.h \
	probes/listen-queue.c \
	probes/listen-queue.h \
	probes/listen-row.c \
	probes/listen-row.h \
	probes/listeners-explain.c \
	probes/listeners-json.c \
	probes/listeners-prometheus.c \
	probes/listeners-text.c \
	probes/listeners-what.c \
	probes/listeners.c \
	probes/listeners.h \
	probes/loopback.c \
	probes/loopback.h \
	probes/merge.c \
	probes/merge.h \
	probes/missing.c \
	probes/missing.h \
	probes/names.c \
	probes/names.h \
	probes/namespace.h \
	probes/option-names.c \
	probes/option-names.h \
	probes/overflow.c \
	probes/overflow.h \
	probes/packet.c \
	probes/packet.h \
	probes/place.c \
	probes/place.h \
	probes/plan.c \
	probes/plan.h \
	probes/proc.c \
	probes/proc.h \
	probes/profile.c \
	probes/profile.h \
	probes/prometheus.c \
	probes/prometheus.h \
	probes/published.c \
	probes/published.h \
	probes/question.c \
	probes/question.h \
	probes/remedy.c \
	probes/remedy.h \
	probes/report-chart.c \
	probes/report-json.c \
	probes/report-more.c \
	probes/report-more.h \
	probes/report-prometheus.c \
	probes/report-require.c \
	probes/report-text.c \
	probes/report.c \
	probes/report.h \
	probes/require.c \
	probes/require.h \
	probes/rule.c \
	probes/rule.h \
	probes/runner.c \
	probes/runner.h \
	probes/serial.c \
	probes/serial.h \
	probes/settings.c \
	probes/settings.h \
	probes/sitter.c \
	probes/sitter.h \
	probes/syn-queue-tun.c \
	probes/syn-queue-tun.h \
	probes/syn-queue.c \
	probes/syn-queue.h \
	probes/table.c \
	probes/table.h \
	probes/tcp-table.c \
	probes/tcp-table.h \
	probes/tun.h \
	probes/verdict.c \
	probes/verdict.h \
	probes/wire.c \
	probes/wire.h

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

# And m4/sonde-tun.m4.
if SONDE_TUN_LINUX
probes_libprobes_la_SOURCES += probes/tun-linux.c
else
probes_libprobes_la_SOURCES += probes/tun-none.c
endif

# And m4/sonde-aio.m4.
probes_libprobes_la_LIBADD = $(SONDE_AIO_LIBS)
if SONDE_AIO_POSIX
probes_libprobes_la_SOURCES += probes/aio-posix.c
else
probes_libprobes_la_SOURCES += probes/aio-none.c
endif

# And m4/sonde-core.m4.
if SONDE_CORE_LINUX
probes_libprobes_la_SOURCES += probes/core-linux.c
else
probes_libprobes_la_SOURCES += probes/core-limit.c
endif
