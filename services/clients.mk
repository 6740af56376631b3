# services/clients.mk - the clients' half of the services
# SPDX-License-Identifier: GPL-3.0-or-later

noinst_LTLIBRARIES += services/libclients.la
services_libclients_la_CFLAGS = $(SONDE_CFLAGS)
services_libclients_la_SOURCES = \
	services/client.c \
	services/client.h \
	services/daytime-client.c \
	services/daytime-client.h \
	services/daytime-parse.c \
	services/daytime-parse.h \
	services/echo-client.c \
	services/echo-client.h \
	services/echo-datagrams.c \
	services/verify.c \
	services/verify.h
