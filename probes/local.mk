# probes/local.mk - what is asked of a host, and how it is told
# SPDX-License-Identifier: GPL-3.0-or-later

noinst_LIBRARIES += probes/libprobes.a
probes_libs = probes/libprobes.a base/libbase.a lib/libsonde-core.la \
	$(SONDE_AIO_LIBS)
probes_libprobes_a_CFLAGS = $(SONDE_CFLAGS) \
	-DPROFILES='"$(pkgdatadir)/profiles"'
probes_libprobes_a_SOURCES = \
	probes/behaviour/aio.h \
	probes/behaviour/answers.c \
	probes/behaviour/answers.h \
	probes/behaviour/catalogue.c \
	probes/behaviour/catalogue.h \
	probes/behaviour/exec-peer.c \
	probes/behaviour/exec-peer.h \
	probes/behaviour/pool.c \
	probes/behaviour/pool.h \
	probes/behaviour/interrupt.c \
	probes/behaviour/interrupt.h \
	probes/behaviour/known.c \
	probes/behaviour/known.h \
	probes/behaviour/loopback.c \
	probes/behaviour/loopback.h \
	probes/behaviour/merge.c \
	probes/behaviour/merge.h \
	probes/behaviour/models.h \
	probes/behaviour/option-names.c \
	probes/behaviour/option-names.h \
	probes/behaviour/policy.h \
	probes/behaviour/question.c \
	probes/behaviour/question.h \
	probes/behaviour/tcp-table.c \
	probes/behaviour/tcp-table.h \
	probes/behaviour/peer.c \
	probes/behaviour/peer.h \
	probes/finding/compare.c \
	probes/finding/compare.h \
	probes/finding/figures.c \
	probes/finding/figures.h \
	probes/finding/finding.c \
	probes/finding/finding.h \
	probes/finding/host.c \
	probes/finding/host.h \
	probes/finding/prefix.c \
	probes/finding/prefix.h \
	probes/finding/profile.c \
	probes/finding/profile.h \
	probes/listeners/datagrams-explain.c \
	probes/listeners/datagrams-prometheus.c \
	probes/listeners/datagrams-text.c \
	probes/listeners/datagrams.c \
	probes/listeners/datagrams.h \
	probes/listeners/groups.c \
	probes/listeners/groups.h \
	probes/listeners/handshakes.c \
	probes/listeners/handshakes.h \
	probes/listeners/listeners-all.c \
	probes/listeners/listeners-all.h \
	probes/listeners/listeners-all-text.c \
	probes/listeners/listeners-check.c \
	probes/listeners/listeners-command.c \
	probes/listeners/listeners-explain.c \
	probes/listeners/listeners-json.c \
	probes/listeners/listeners-owners.c \
	probes/listeners/listeners-prometheus.c \
	probes/listeners/listeners-reduced.c \
	probes/listeners/listeners-sample.c \
	probes/listeners/listeners-text.c \
	probes/listeners/listeners-what.c \
	probes/listeners/listeners.c \
	probes/listeners/listeners.h \
	probes/listeners/occupancy.c \
	probes/listeners/occupancy.h \
	probes/listeners/pace.c \
	probes/listeners/pace.h \
	probes/listeners/proc-queues.c \
	probes/listeners/waiting-text.c \
	probes/listeners/waiting.c \
	probes/listeners/waiting.h \
	probes/listeners/watch-json.c \
	probes/listeners/watch-groups.c \
	probes/listeners/watch-text.c \
	probes/listeners/watch.c \
	probes/listeners/watch.h \
	probes/peer/packet.c \
	probes/peer/packet.h \
	probes/peer/tun.h \
	probes/queue/allowance.c \
	probes/queue/allowance.h \
	probes/queue/reference.c \
	probes/queue/reference.h \
	probes/queue/defer.h \
	probes/queue/fill.c \
	probes/queue/fill.h \
	probes/queue/listen-again.c \
	probes/queue/listen-again.h \
	probes/queue/listen-cap.c \
	probes/queue/listen-cap.h \
	probes/queue/listen-queue.c \
	probes/queue/listen-queue.h \
	probes/queue/listen-row.c \
	probes/queue/listen-row.h \
	probes/queue/missing.c \
	probes/queue/missing.h \
	probes/queue/overflow.c \
	probes/queue/overflow.h \
	probes/queue/plan.c \
	probes/queue/plan.h \
	probes/queue/stepwise.c \
	probes/queue/stepwise.h \
	probes/queue/syn-queue-tun.c \
	probes/queue/syn-queue-tun.h \
	probes/queue/syn-queue.c \
	probes/queue/syn-queue.h \
	probes/report/answers-diff.c \
	probes/report/answers-html.c \
	probes/report/answers-json.c \
	probes/report/answers-rates.c \
	probes/report/answers-states.c \
	probes/report/answers-text.c \
	probes/report/html.c \
	probes/report/html.h \
	probes/report/matrix-html.c \
	probes/report/matrix-json.c \
	probes/report/matrix.c \
	probes/report/matrix.h \
	probes/report/report-chart.c \
	probes/report/report-json.c \
	probes/report/report-stepwise.c \
	probes/report/report-prometheus.c \
	probes/report/report-require.c \
	probes/report/report-text.c \
	probes/report/report.c \
	probes/report/report.h \
	probes/run/container.c \
	probes/run/container.h \
	probes/run/core.h \
	probes/run/namespace.h \
	probes/run/netns.h \
	probes/run/proc.c \
	probes/run/proc.h \
	probes/run/resource.c \
	probes/run/resource.h \
	probes/run/runner.c \
	probes/run/runner.h \
	probes/run/settings.c \
	probes/run/settings.h \
	probes/run/watchdog.c \
	probes/run/watchdog.h \
	probes/verdict/kernels.c \
	probes/verdict/kernels.h \
	probes/verdict/published.c \
	probes/verdict/published.h \
	probes/verdict/advice.c \
	probes/verdict/advice.h \
	probes/verdict/require.c \
	probes/verdict/require.h \
	probes/verdict/rule.c \
	probes/verdict/rule.h \
	probes/verdict/table.c \
	probes/verdict/table.h \
	probes/verdict/verdict.c \
	probes/verdict/verdict.h

# One leaf for each way a system has; m4/sonde-namespace.m4 chooses.
if SONDE_NAMESPACE_LINUX
probes_libprobes_a_SOURCES += probes/run/namespace-linux.c probes/run/netns-linux.c
else
probes_libprobes_a_SOURCES += probes/run/namespace-none.c probes/run/netns-none.c
endif

# And m4/sonde-defer.m4.
if SONDE_DEFER_LINUX
probes_libprobes_a_SOURCES += probes/queue/defer-linux.c
else
probes_libprobes_a_SOURCES += probes/queue/defer-none.c
endif

# And m4/sonde-tun.m4.
if SONDE_TUN_LINUX
probes_libprobes_a_SOURCES += probes/peer/tun-linux.c
else
probes_libprobes_a_SOURCES += probes/peer/tun-none.c
endif

# And m4/sonde-listeners.m4: by the system.
if SONDE_LISTENERS_LINUX
probes_libprobes_a_SOURCES += probes/behaviour/models-linux.c
else
probes_libprobes_a_SOURCES += probes/behaviour/models-none.c
endif

# And m4/sonde-poller.m4.
if SONDE_KQUEUE
probes_libprobes_a_SOURCES += probes/behaviour/kqueue-bsd.c
else
probes_libprobes_a_SOURCES += probes/behaviour/kqueue-none.c
endif

# And m4/sonde-namespace.m4.
if SONDE_SECCOMP
probes_libprobes_a_SOURCES += probes/behaviour/policy-linux.c
else
probes_libprobes_a_SOURCES += probes/behaviour/policy-none.c
endif

# And m4/sonde-aio.m4.
if SONDE_AIO_POSIX
probes_libprobes_a_SOURCES += probes/behaviour/aio-posix.c
else
probes_libprobes_a_SOURCES += probes/behaviour/aio-none.c
endif

# And m4/sonde-core.m4.
if SONDE_CORE_LINUX
probes_libprobes_a_SOURCES += probes/run/core-linux.c
else
probes_libprobes_a_SOURCES += probes/run/core-limit.c
endif
