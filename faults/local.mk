# faults/local.mk - a server that misbehaves on request
# SPDX-License-Identifier: GPL-3.0-or-later

noinst_LIBRARIES += faults/libfaults.a
faults_libfaults_a_CFLAGS = $(SONDE_CFLAGS)
faults_libfaults_a_SOURCES = \
	faults/blackhole.c \
	faults/client.c \
	faults/command.c \
	faults/crash.c \
	faults/datagram.c \
	faults/fault.h \
	faults/port.c \
	faults/report.c \
	faults/run.c \
	faults/server.h \
	faults/table.c
