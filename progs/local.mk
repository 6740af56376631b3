# progs/local.mk - the programs: options in, one call, report out
# SPDX-License-Identifier: GPL-3.0-or-later

# Named without a folder, so that they stand in the build root.
bin_PROGRAMS = backlogprobe byteorder

noinst_LTLIBRARIES += progs/libprogs.la
progs_libprogs_la_CFLAGS = $(SONDE_CFLAGS)
progs_libprogs_la_SOURCES = \
	progs/options.c \
	progs/options.h \
	progs/output.c \
	progs/output.h \
	progs/status.h

progs_libs = progs/libprogs.la probes/libprobes.la lib/libsonde-core.la

backlogprobe_CFLAGS = $(SONDE_CFLAGS)
backlogprobe_LDADD = $(progs_libs)
backlogprobe_SOURCES = progs/backlogprobe.c

byteorder_CFLAGS = $(SONDE_CFLAGS)
byteorder_LDADD = $(progs_libs)
byteorder_SOURCES = progs/byteorder.c

# The servers: thin, since what they share is all but their names.
bin_PROGRAMS += echosrv daytimesrv
server_libs = progs/libprogs.la services/libservers.la lib/libsonde-core.la

echosrv_CFLAGS = $(SONDE_CFLAGS)
echosrv_LDADD = $(server_libs)
echosrv_SOURCES = progs/echosrv.c progs/server-options.c \
	progs/server-options.h

daytimesrv_CFLAGS = $(SONDE_CFLAGS)
daytimesrv_LDADD = $(server_libs)
daytimesrv_SOURCES = progs/daytimesrv.c progs/server-options.c \
	progs/server-options.h
