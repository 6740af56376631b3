/* service.h - what a service is: a protocol, and nothing of how clients are
   multiplexed
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef SERVERS_SERVICE_H
#define SERVERS_SERVICE_H 1

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct connection;

/* A datagram that came, and the room for an answer of the service's own.  */
struct datagram_request {
    const char *data;
    size_t size;
    char room[128];
};

/* What to do, and when.  SETTINGS are the program's, handed on.  What is null
   has the meaning that stands beside it.  */
struct service {
    const char *name;
    uint16_t port;
    /* A client is there.  Null: nothing.  */
    void (*opened)(struct connection *connection);
    /* SIZE bytes came.  Null: they are thrown away.  */
    void (*input)(struct connection *connection, const char *data, size_t size);
    /* The client will send no more.  Null: connection_end.  */
    void (*ended)(struct connection *connection);
    /* A datagram came: let *ANSWER point to what goes back, in REQUEST or
       constant.  Returns its length, or -1: there is no answer.  */
    ssize_t (*datagram)(const void *settings, struct datagram_request *request,
                        const char **answer);
};

/* Send the SIZE bytes DATA, after what was written before.  What the client
   does not take now is kept, and no input comes until it has: so a service that
   writes no more than it was given, or a few lines, needs no limit of its own.
   More than CONNECTION_KEPT bytes kept (connection.h) end the connection.  */
void connection_write(struct connection *connection, const char *data,
                      size_t size);

/* End the connection when all is sent.  */
void connection_end(struct connection *connection);

const void *connection_settings(const struct connection *connection);

/* The services there are: a further one is a row here, and its file.  */
extern const struct service service_echo, service_daytime;

/* The service called NAME; NULL if there is none.  */
const struct service *service_find(const char *name);

#endif /* SERVERS_SERVICE_H */
