# services/servers.mk - echo and daytime, and the models that serve them
# SPDX-License-Identifier: GPL-3.0-or-later

noinst_LTLIBRARIES += services/libservers.la
services_libservers_la_CFLAGS = $(SONDE_CFLAGS)
services_libservers_la_SOURCES = \
	services/capability.h \
	services/connection.c \
	services/connection.h \
	services/datagram.c \
	services/daytime.c \
	services/daytime.h \
	services/echo.c \
	services/entrance.c \
	services/entrance.h \
	services/log-sink.c \
	services/log-sink.h \
	services/log.c \
	services/log.h \
	services/loop.c \
	services/model-event.c \
	services/model-fork.c \
	services/model-iterative.c \
	services/model-prefork.c \
	services/model-thread.c \
	services/model.c \
	services/privilege.c \
	services/privilege.h \
	services/rate.c \
	services/rate.h \
	services/repeat.c \
	services/repeat.h \
	services/reception.c \
	services/server.c \
	services/server.h \
	services/service.c \
	services/service.h \
	services/socket-file.c \
	services/socket-file.h \
	services/source.c \
	services/source.h \
	services/stop.c \
	services/stop.h \
	services/watch.h

# One leaf for each way a system has; m4/sonde-capability.m4 chooses.
if SONDE_CAPABILITY_LINUX
services_libservers_la_SOURCES += services/capability-linux.c
else
services_libservers_la_SOURCES += services/capability-none.c
endif
