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

/* The end, and an explanation: a sentence without a full stop; empty if no
   message is due.  */
struct client_result {
    enum client_end end;
    char text[600];
};

/* Set *RESULT to END and to the text of FORMAT, as printf, truncated to fit.
   Returns END.  */
__attribute__((format(printf, 3, 4))) enum client_end
client_say(struct client_result *result, enum client_end end,
           const char *format, ...);

/* The server, and how to connect.  HOST and SERVICE, or PATH, and TYPE are
   required; all other members may be 0.  */
struct client_target {
    const char *host;
    const char *service; /* a port number or the name of a service */
    const char *path;    /* a UNIX socket, in the place of host and service */
    int family;          /* AF_UNSPEC (0), AF_INET, AF_INET6 */
    int type;            /* SOCK_STREAM or SOCK_DGRAM */
    const struct sonde_address *source; /* or NULL; not for a path */
    int timeout;   /* of the whole exchange with name lookup and connect, in
                      milliseconds; 0: the default timeouts below */
    int keepalive; /* seconds of silence until TCP probes the peer; 0: off */
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
    int64_t deadline;   /* of the whole exchange; SONDE_NEVER without a timeout
                           in the target */
    int64_t connect_ns; /* nanoseconds of name lookup and connect */
    int keepalive;      /* result of sonde_keepalive: seconds in force; 0: the
                           system's default; -1: error */
    /* Path of this client's UNIX datagram socket, and its folder; or empty.  */
    char own_path[CLIENT_OWN_PATH];
    char own_folder[CLIENT_OWN_PATH];
};

/* Connect to TARGET, which must outlive CLIENT, within the timeout of TARGET
   or, if 0, CLIENT_TIMEOUT.  The socket is non-blocking and close-on-exec, with
   TCP_NODELAY for TCP.  *CLIENT and *RESULT are overwritten.  A UNIX datagram
   client is bound to a socket in a new folder below TMPDIR or /tmp; from then
   on SIGHUP, SIGINT and SIGTERM, unless ignored or handled, remove the folder
   before the process ends.  Returns CLIENT_DONE; or another end, explained in
   *RESULT, with nothing to close in CLIENT.  */
enum client_end client_connect(struct client *client,
                               const struct client_target *target,
                               struct client_result *result);

/* Close the socket, unless closed, and remove the socket and folder of a UNIX
   datagram client.  Harmless after a failed client_connect and when
   repeated.  */
void client_close(struct client *client);

/* Explain ERROR, the errno (not 0) of a failed send or receive of CLIENT.
   WHERE, part of a sentence or empty, is the progress of the exchange.  Nothing
   is closed.  Returns the end, also in *RESULT.  */
enum client_end client_lost(const struct client *client, int error,
                            const char *where, struct client_result *result);

/* Explain that writing replies to standard output failed with ERROR.  The end
   is CLIENT_TROUBLE, without text if the reader closed the pipe.  Returns the
   end, also in *RESULT.  */
enum client_end client_output_lost(int error, struct client_result *result);

/* Explain that no reply came in time: CLIENT_SILENCE for datagrams, otherwise
   CLIENT_TIMED_OUT.  The text has the timeout of the target if its deadline has
   passed, otherwise WAITED_NS, in nanoseconds, rounded to milliseconds.  WHERE
   as for client_lost.  Returns the end, also in *RESULT.  */
enum client_end client_late(const struct client *client, int64_t waited_ns,
                            const char *where, struct client_result *result);

/* The end for STATUS of the library.  A reset is CLIENT_CLOSED_EARLY.
   SONDE_CONNECT_RESOURCES, _ABANDONED and _OTHER are CLIENT_TROUBLE.  */
enum client_end client_end_of(enum sonde_connect_status status);

/* Print ADDRESS as in sentences, "192.0.2.1 port 80", in BUFFER of SIZE bytes
   (truncated): a UNIX socket without a port, an unprintable address as
   "(unknown address)".  */
void client_print_address(const struct sonde_address *address, char *buffer,
                          size_t size);

/* Print NS nanoseconds, "224 us", "1.5 ms", "2 s", in TEXT: with one decimal if
   it is not 0 and the value is below 100.  */
enum { CLIENT_TIME_TEXT = 24 };
void client_print_time(int64_t ns, char text[CLIENT_TIME_TEXT]);

#endif /* CLIENTS_CLIENT_H */
