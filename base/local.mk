# base/local.mk - what probes and services both need
# SPDX-License-Identifier: GPL-3.0-or-later

noinst_LIBRARIES += base/libbase.a
base_libbase_a_CFLAGS = $(SONDE_CFLAGS)
base_libbase_a_SOURCES = \
	base/budget.c \
	base/budget.h \
	base/capability.h \
	base/cgroup.c \
	base/cgroup.h \
	base/check.c \
	base/check.h \
	base/descriptors.c \
	base/descriptors.h \
	base/endpoint.c \
	base/endpoint.h \
	base/histogram.c \
	base/histogram.h \
	base/interval.c \
	base/interval.h \
	base/json.c \
	base/json.h \
	base/mask.c \
	base/mask.h \
	base/memory-stream.c \
	base/memory-stream.h \
	base/monotonic.c \
	base/monotonic.h \
	base/names.c \
	base/names.h \
	base/percentiles.c \
	base/percentiles.h \
	base/prometheus.c \
	base/prometheus.h \
	base/queue-client.c \
	base/queue-client.h \
	base/rate.c \
	base/rate.h \
	base/repeat.c \
	base/repeat.h \
	base/sandbox.c \
	base/sandbox.h \
	base/seed.c \
	base/seed.h \
	base/sentence.c \
	base/sentence.h \
	base/sorted.c \
	base/sorted.h \
	base/wait.c \
	base/wait.h \
	base/wrap.c \
	base/wrap.h \
	base/write.c \
	base/write.h

# One leaf for each way a system has; m4/sonde-capability.m4 and
# m4/sonde-sandbox.m4 choose, and m4/sonde-memory-stream.m4.
if SONDE_CAPABILITY_LINUX
base_libbase_a_SOURCES += base/capability-linux.c
else
base_libbase_a_SOURCES += base/capability-none.c
endif
if SONDE_SANDBOX_LINUX
base_libbase_a_SOURCES += base/sandbox-linux.c
else
if SONDE_SANDBOX_OPENBSD
base_libbase_a_SOURCES += base/sandbox-openbsd.c
else
base_libbase_a_SOURCES += base/sandbox-none.c
endif
endif
if SONDE_MEMORY_STREAM_COOKIE
base_libbase_a_SOURCES += base/memory-stream-cookie.c
else
if SONDE_MEMORY_STREAM_FUNOPEN
base_libbase_a_SOURCES += base/memory-stream-funopen.c
else
base_libbase_a_SOURCES += base/memory-stream-posix.c
endif
endif
