# servers/local.mk - echo and daytime, and the models that serve them
# SPDX-License-Identifier: GPL-3.0-or-later

noinst_LIBRARIES += servers/libservers.a
servers_libservers_a_CFLAGS = $(SONDE_CFLAGS)
servers_libservers_a_SOURCES = \
	servers/accept.c \
	servers/client.c \
	servers/confine.c \
	servers/connection.c \
	servers/connection.h \
	servers/datagram.c \
	servers/datagram-limit.c \
	servers/datagram-limit.h \
	servers/daytime.c \
	servers/daytime.h \
	servers/echo.c \
	servers/listen-socket.c \
	servers/listen-socket.h \
	servers/log.c \
	servers/log.h \
	servers/listen-watch.c \
	servers/loop.c \
	servers/model-event.c \
	servers/model-event-workers.c \
	servers/model-fork.c \
	servers/model-iterative.c \
	servers/model-prefork.c \
	servers/model-thread.c \
	servers/privilege.c \
	servers/privilege.h \
	servers/server.c \
	servers/server.h \
	servers/service.c \
	servers/service.h \
	servers/shutdown.c \
	servers/socket-file.c \
	servers/socket-file.h \
	servers/source.c \
	servers/source.h \
	servers/stop.c \
	servers/stop.h \
	servers/watch.h \
	servers/workers.c \
	servers/workers.h
