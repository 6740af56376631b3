/* client.h - from whom to reach to a connection, or a sentence
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef CLIENTS_CLIENT_H
#define CLIENTS_CLIENT_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sonde.h"

/* How a client ended: each is an exit status of its own.  */
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
    CLIENT_SILENCE,      /* datagrams: no answer, which proves nothing */
    CLIENT_WRONG_REPLY,  /* an answer, but not the right one */
    CLIENT_CLOSED_EARLY, /* the connection ended before it should */
    CLIENT_ENDS
};

/* The end, and a sentence about it without a full stop, empty if there is
   nothing to say.  */
struct client_result {
    enum client_end end;
    char text[600];
};

/* Set *RESULT.  Returns END.  */
__attribute__((format(printf, 3, 4))) enum client_end
client_say(struct client_result *result, enum client_end end,
           const char *format, ...);

/* Whom to reach, and how.  All zero but HOST and SERVICE, or PATH, will do.  */
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

/* What is used of the time when no timeout is given, in milliseconds: to look
   up and connect together, and for a peer to be silent in.  */
enum { CLIENT_TIMEOUT = 30000, CLIENT_DATAGRAM_TIMEOUT = 5000 };

/* Room for a path of a UNIX socket on any system.  */
enum { CLIENT_OWN_PATH = 104 };

/* A connection.  */
struct client {
    const struct client_target *target;
    int fd;
    char name[300]; /* the target as sentences name it: "host port 7" */
    struct sonde_connect_report report;
    int64_t deadline;   /* of everything, or SONDE_NEVER */
    int64_t connect_ns; /* looking up included */
    int keepalive;      /* if wanted: seconds in force; 0: the system's own;
                           -1: it could not be set */
    /* A UNIX datagram socket's own path, and the folder made for it; empty if
       there is none.  */
    char own_path[CLIENT_OWN_PATH];
    char own_folder[CLIENT_OWN_PATH];
};

/* Connect as TARGET says, which must outlast CLIENT.  The result does not
   block, and is close-on-exec.  Returns CLIENT_DONE; else CLIENT holds nothing
   that needs to be closed, and RESULT says what happened.  */
enum client_end client_connect(struct client *client,
                               const struct client_target *target,
                               struct client_result *result);

void client_close(struct client *client);

/* What ERROR, of a send or receive of CLIENT, means.  WHERE says how far the
   exchange had come, as part of a sentence, or is empty.  Returns the end, in
   *RESULT too.  */
enum client_end client_lost(const struct client *client, int error,
                            const char *where, struct client_result *result);

/* What came back could not be written out, with ERROR: trouble, without a text
   if the reader has gone.  Returns the end, in *RESULT too.  */
enum client_end client_output_lost(int error, struct client_result *result);

/* The time is over: in *RESULT silence, for datagrams, or timed out.  */
enum client_end client_late(const struct client *client, int64_t waited_ns,
                            const char *where, struct client_result *result);

/* The end that goes with an outcome of the library.  */
enum client_end client_end_of(enum sonde_connect_status outcome);

/* ADDRESS as sentences name it, "192.0.2.1 port 80", in BUFFER of SIZE.  */
void client_print_address(const struct sonde_address *address, char *buffer,
                          size_t size);

/* "IPv4", "IPv6" or "UNIX".  */
const char *client_family_name(int family);

/* Nanoseconds as people say them, "224 us", "1.5 ms", "2 s", in TEXT.  */
enum { CLIENT_TIME_TEXT = 24 };
void client_print_time(int64_t ns, char text[CLIENT_TIME_TEXT]);

#endif /* CLIENTS_CLIENT_H */
