/* client.h - connect a client, and explain errors
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef CLIENTS_CLIENT_H
#define CLIENTS_CLIENT_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sonde.h"

/* How a client ended: each end has an exit status.  */
enum client_end {
    CLIENT_DONE,
    CLIENT_TROUBLE, /* of this host: memory, descriptors, input, output */
    CLIENT_REFUSED,
    CLIENT_TIMED_OUT,
    CLIENT_HOST_UNREACHABLE,
    CLIENT_NETWORK_UNREACHABLE,
    CLIENT_NAME_UNKNOWN,
    CLIENT_NAME_NO_ANSWER,
    CLIENT_SOURCE_NOT_LOCAL,
    CLIENT_PORT_IN_USE,
    CLIENT_PERMISSION,
    CLIENT_SILENCE,      /* datagrams: no reply, for any cause */
    CLIENT_WRONG_REPLY,  /* the reply differs from the request */
    CLIENT_CLOSED_EARLY, /* closed or reset before the last reply */
    CLIENT_ENDS
};

/* The end, and a sentence without a full stop; empty if no message is due.  */
struct client_result {
    enum client_end end;
    char text[600];
};

/* Set *RESULT.  Returns END.  */
__attribute__((format(printf, 3, 4))) enum client_end
client_say(struct client_result *result, enum client_end end,
           const char *format, ...);

/* The server, and how to connect.  HOST and SERVICE, or PATH, are required; all
   other members may be 0.  */
struct client_target {
    const char *host;
    const char *service; /* a port number or the name of a service */
    const char *path;    /* a UNIX socket, in the place of host and service */
    int family;          /* AF_UNSPEC (0), AF_INET, AF_INET6 */
    int type;            /* SOCK_STREAM or SOCK_DGRAM */
    const struct sonde_address *source; /* or NULL */
    int timeout;                        /* milliseconds, or 0 */
    int keepalive;                      /* seconds, or 0 */
};

/* Default timeouts in milliseconds: of name lookup and connect together, and of
   a reply.  */
enum { CLIENT_TIMEOUT = 30000, CLIENT_DATAGRAM_TIMEOUT = 5000 };

/* Size of the path of a UNIX socket on any system.  */
enum { CLIENT_OWN_PATH = 104 };

/* A connection.  */
struct client {
    const struct client_target *target;
    int fd;
    char name[300]; /* the target as sentences name it: "host port 7" */
    struct sonde_connect_report report;
    int64_t deadline;   /* of the whole exchange, or SONDE_NEVER */
    int64_t connect_ns; /* with name lookup */
    int keepalive;      /* result of sonde_keepalive: seconds in force; 0: the
                           system's default; -1: error */
    /* Path of this client's UNIX datagram socket, and its folder; or empty.  */
    char own_path[CLIENT_OWN_PATH];
    char own_folder[CLIENT_OWN_PATH];
};

/* Connect to TARGET, which must outlive CLIENT.  The socket is non-blocking and
   close-on-exec.  Returns CLIENT_DONE; or another end, explained in *RESULT,
   with nothing to close in CLIENT.  */
enum client_end client_connect(struct client *client,
                               const struct client_target *target,
                               struct client_result *result);

void client_close(struct client *client);

/* Explain ERROR, the errno of a send or receive of CLIENT.  WHERE, part of a
   sentence or empty, is the progress of the exchange.  Returns the end, also in
   *RESULT.  */
enum client_end client_lost(const struct client *client, int error,
                            const char *where, struct client_result *result);

/* Writing replies to standard output failed with ERROR: CLIENT_TROUBLE, without
   text if the reader closed the pipe.  Returns the end, also in *RESULT.  */
enum client_end client_output_lost(int error, struct client_result *result);

/* No reply in time: CLIENT_SILENCE for datagrams, otherwise CLIENT_TIMED_OUT.
   Returns the end, also in *RESULT.  */
enum client_end client_late(const struct client *client, int64_t waited_ns,
                            const char *where, struct client_result *result);

/* The end for STATUS of the library.  */
enum client_end client_end_of(enum sonde_connect_status status);

/* Print ADDRESS as in sentences, "192.0.2.1 port 80", in BUFFER of SIZE.  */
void client_print_address(const struct sonde_address *address, char *buffer,
                          size_t size);

/* Print NS nanoseconds, "224 us", "1.5 ms", "2 s", in TEXT.  */
enum { CLIENT_TIME_TEXT = 24 };
void client_print_time(int64_t ns, char text[CLIENT_TIME_TEXT]);

#endif /* CLIENTS_CLIENT_H */
