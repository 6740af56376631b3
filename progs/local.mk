# progs/local.mk - the programs: options in, one call, report out
# SPDX-License-Identifier: GPL-3.0-or-later

# Named without a folder, so that they stand in the build root.
bin_PROGRAMS = backlogprobe byteorder daytimecli echocli echoload listeners sockprobe

noinst_LIBRARIES += progs/libprogs.a
progs_libprogs_a_CFLAGS = $(SONDE_CFLAGS)
progs_libprogs_a_SOURCES = \
	progs/options.c \
	progs/options.h \
	progs/output.c \
	progs/output.h \
	progs/status.h

progs_libs = progs/libprogs.a $(probes_libs)

backlogprobe_CFLAGS = $(SONDE_CFLAGS)
backlogprobe_LDADD = $(progs_libs)
backlogprobe_SOURCES = progs/backlogprobe.c

byteorder_CFLAGS = $(SONDE_CFLAGS)
byteorder_LDADD = $(progs_libs)
byteorder_SOURCES = progs/byteorder.c

sockprobe_CFLAGS = $(SONDE_CFLAGS)
sockprobe_LDADD = $(progs_libs)
sockprobe_SOURCES = progs/sockprobe.c

listeners_CFLAGS = $(SONDE_CFLAGS)
listeners_LDADD = $(progs_libs)
listeners_SOURCES = progs/listeners-watch.c progs/listeners-watch.h progs/listeners.c \
	progs/spool.c progs/spool.h

client_libs = clients/libclients.a $(progs_libs)
client_options = progs/client-options.c progs/client-options.h

daytimecli_CFLAGS = $(SONDE_CFLAGS)
daytimecli_LDADD = $(client_libs)
daytimecli_SOURCES = progs/daytimecli.c $(client_options)

echocli_CFLAGS = $(SONDE_CFLAGS)
echocli_LDADD = $(client_libs)
echocli_SOURCES = progs/echocli.c $(client_options)

echoload_CFLAGS = $(SONDE_CFLAGS)
echoload_LDADD = load/libload.a $(client_libs)
echoload_SOURCES = progs/echoload.c progs/spool.c progs/spool.h $(load_reports) \
	$(client_options)
load_reports = progs/load-lines.c progs/load-lines.h progs/load-profile.c \
	progs/load-profile.h progs/load-report.c progs/load-report.h
# The servers: thin, since what they share is all but their names.
bin_PROGRAMS += echosrv daytimesrv
server_libs = progs/libprogs.a servers/libservers.a base/libbase.a lib/libsonde-core.la

echosrv_CFLAGS = $(SONDE_CFLAGS)
echosrv_LDADD = $(server_libs)
echosrv_SOURCES = progs/echosrv.c progs/server-options.c \
	progs/server-options.h

daytimesrv_CFLAGS = $(SONDE_CFLAGS)
daytimesrv_LDADD = $(server_libs)
daytimesrv_SOURCES = progs/daytimesrv.c progs/server-options.c \
	progs/server-options.h

# Another kind of server, with a report.
bin_PROGRAMS += faultsrv
faultsrv_CFLAGS = $(SONDE_CFLAGS)
faultsrv_LDADD = faults/libfaults.a progs/libprogs.a base/libbase.a \
	lib/libsonde-core.la
faultsrv_SOURCES = progs/faultsrv.c

# All programs in one file, for make static; linked by make check, to be tested.
# Each main is renamed: main of progs/echosrv.c is echosrv_main.
check_PROGRAMS += sonde
sonde_CFLAGS = $(SONDE_CFLAGS)
sonde_LDADD = progs/libmains.a load/libload.a clients/libclients.a \
	servers/libservers.a faults/libfaults.a $(progs_libs)
sonde_SOURCES = progs/sonde.c
nodist_sonde_SOURCES = progs/programs.h

check_LIBRARIES += progs/libmains.a
progs_libmains_a_CFLAGS = $(SONDE_CFLAGS) -Wno-missing-prototypes \
	-Dmain=`echo '$@' | sed 's,.*-,,; s,\..*,,'`_main
progs_libmains_a_SOURCES = $(backlogprobe_SOURCES) $(byteorder_SOURCES) \
	$(sockprobe_SOURCES) $(listeners_SOURCES) $(faultsrv_SOURCES) \
	$(client_options) progs/daytimecli.c progs/echocli.c progs/echoload.c \
	$(load_reports) progs/server-options.c progs/server-options.h \
	progs/echosrv.c \
	progs/daytimesrv.c

BUILT_SOURCES += progs/programs.h
CLEANFILES += progs/programs.h
progs/programs.h: $(top_srcdir)/progs/local.mk $(dist_man_MANS)
	$(AM_V_GEN)$(MKDIR_P) progs && \
	for name in $(bin_PROGRAMS:$(EXEEXT)=); do \
	    sed -n "s/^\.Nd \(.*\)/PROGRAM ($$name, \"\1\")/p" \
	        $(top_srcdir)/man/$$name.1 || exit 1; done > $@-t && mv $@-t $@
