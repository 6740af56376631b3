# clients/local.mk - the clients' half of the services
# SPDX-License-Identifier: GPL-3.0-or-later

noinst_LIBRARIES += clients/libclients.a
clients_libclients_a_CFLAGS = $(SONDE_CFLAGS)
clients_libclients_a_SOURCES = \
	clients/client.c \
	clients/client.h \
	clients/daytime-client.c \
	clients/daytime-client.h \
	clients/daytime-parse.c \
	clients/daytime-parse.h \
	clients/echo-client.c \
	clients/echo-client.h \
	clients/echo-datagrams.c \
	clients/verify.c \
	clients/verify.h
