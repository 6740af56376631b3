/* service.h - a service: a protocol, independent of the concurrency model
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef SERVERS_SERVICE_H
#define SERVERS_SERVICE_H 1

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct connection;

/* A received datagram, and space for an answer (ROOM).  */
struct datagram_request {
    const char *data;
    size_t size;
    char room[128];
};

/* A service.  PORT is the default port.  SETTINGS are the program's.  NULL
   callbacks have the meaning noted.  */
struct service {
    const char *name;
    uint16_t port;
    /* A client has connected: called before any input.  NULL: do nothing.  */
    void (*opened)(struct connection *connection);
    /* SIZE bytes were received, at least 1.  DATA is valid during the call.
       NULL: discard the bytes.  A FIN acts as connection_end does.  */
    void (*input)(struct connection *connection, const char *data, size_t size);
    /* A datagram was received: set *ANSWER to the answer, in REQUEST (DATA or
       ROOM) or constant.  Not NULL.  Returns the length, or -1 for none.  */
    ssize_t (*datagram)(const void *settings, struct datagram_request *request,
                        const char **answer);
};

/* Send the SIZE bytes DATA, after all bytes written before.  DATA is copied if
   need be.  Unsent bytes become pending, and no input is read while bytes are
   pending: so a service needs no limit if the output is no longer than the
   input, or a few lines.  More than CONNECTION_PENDING_MAX pending bytes
   (connection.h), a lack of memory, or a failed write end the connection, and
   discard all unsent bytes.  Does nothing if SIZE is 0, or if the connection is
   over.  Where calls block, may wait for the client, up to the idle timeout,
   which ends the connection, too.  */
void connection_write(struct connection *connection, const char *data,
                      size_t size);

/* End the connection when all pending output is sent: by later steps, while
   this call sends nothing.  A second call does nothing.  Later input is
   discarded, for a limited time (CONNECTION_LINGER).  */
void connection_end(struct connection *connection);

/* The SETTINGS of the service, as the program has given them.  */
const void *connection_settings(const struct connection *connection);

/* A new service is a file, a name here and a row in service.c.  */
extern const struct service service_echo, service_daytime;

/* The service called NAME; NULL if there is none.  */
const struct service *service_find(const char *name);

#endif /* SERVERS_SERVICE_H */
