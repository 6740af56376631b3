/* client.h - connect a client, and explain errors
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef CLIENTS_CLIENT_H
#define CLIENTS_CLIENT_H 1

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sonde.h"

/* How a client ended: an exit status; progs/status.h has others.  */
enum client_end {
    CLIENT_DONE = 0,
    CLIENT_TROUBLE = 2, /* of this host: memory, descriptors, input, output */
    CLIENT_REFUSED = 3,
    CLIENT_TIMED_OUT = 4,
    CLIENT_HOST_UNREACHABLE = 5,
    CLIENT_NETWORK_UNREACHABLE = 6,
    CLIENT_NAME_UNKNOWN = 7,
    CLIENT_NAME_NO_ANSWER = 8,
    CLIENT_SOURCE_NOT_LOCAL = 9,
    CLIENT_PORT_IN_USE = 10,
    CLIENT_PERMISSION = 11,
    CLIENT_SILENCE = 12,     /* datagrams: no reply, for any cause */
    CLIENT_WRONG_REPLY = 13, /* the reply differs from the request */
    CLIENT_CLOSED_EARLY = 14 /* closed or reset before the last reply */
};

/* The server, and how to connect.  HOST and SERVICE, or PATH, and TYPE are
   required; all other members may be 0.  */
struct client_target {
    const char *host;
    const char *service; /* a port number or the name of a service */
    const char *path;    /* a UNIX socket, in the place of host and service */
    int family;          /* AF_UNSPEC (0), AF_INET, AF_INET6 */
    int type;            /* SOCK_STREAM or SOCK_DGRAM */
    const struct sonde_address *source; /* or NULL; of FAMILY, not for a path */
    int timeout;   /* of the whole exchange with name lookup and connect, in
                      milliseconds; 0: the default timeouts below */
    int keepalive; /* seconds of silence until TCP probes the peer; 0: off */
};

/* Default timeouts in milliseconds: of lookup with connect, and of a reply.  */
enum { CLIENT_TIMEOUT = 30000, CLIENT_DATAGRAM_TIMEOUT = 5000 };

/* A connection, and how it ended.  */
struct client {
    const struct client_target *target;
    int fd;
    char name[300];      /* the target as in sentences: "host port 7" */
    enum client_end end; /* CLIENT_DONE until a failure */
    char text[600];      /* a sentence, or empty if no message is due */
    struct sonde_connect_report report;
    int64_t deadline;   /* of the whole exchange; SONDE_NEVER without a timeout
                           in the target */
    int64_t connect_ns; /* nanoseconds of name lookup and connect */
    int keepalive;      /* result of sonde_keepalive: seconds in force; 0: the
                           system's default; -1: error */
};

/* Connect to TARGET, which must outlive CLIENT, within the timeout of TARGET
   or, if 0, CLIENT_TIMEOUT.  The socket is non-blocking and close-on-exec, with
   TCP_NODELAY for TCP.  *CLIENT is overwritten; after a failure its fd is -1
   and its text is the reason.  Failures to set options are ignored.  For an
   abstract name, the kernel chooses the name of a UNIX datagram client; for a
   path, the client is bound to a socket in a new folder below TMPDIR or /tmp;
   the caller has at most one such client at a time: of two, the first folder
   would stay.  From then on SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGALRM, SIGUSR1,
   SIGUSR2 and SIGXCPU, unless ignored or handled, remove the folder before the
   process ends.  Returns CLIENT->end; client_close is to be called in each
   case.  */
enum client_end client_connect(struct client *client,
                               const struct client_target *target);

/* Close the socket, unless closed, and remove the socket and folder of the
   process's UNIX datagram client, whichever client that is.  Harmless when
   repeated, unless such a client was connected meanwhile.  */
void client_close(struct client *client);

/* Extend the deadline of CLIENT, unless SONDE_NEVER, by the time since SINCE, a
   time of monotonic_now.  No reply was due since then.  */
void client_extend_deadline(struct client *client, int64_t since);

/* The deadline of a reply requested now: that of CLIENT, or by default
   CLIENT_TIMEOUT, for datagrams CLIENT_DATAGRAM_TIMEOUT, from now.  */
int64_t client_reply_deadline(const struct client *client);

/* The following set the end and the text of CLIENT, a sentence without a full
   stop, and return the end.  Nothing is closed.

   client_fail: END, and "NAME: TEXT", the name of CLIENT and the text of
   FORMAT, as printf, truncated to fit.  client_trouble: CLIENT_TROUBLE, and the
   text alone.  */
__attribute__((format(printf, 3, 4))) enum client_end
client_fail(struct client *client, enum client_end end, const char *format,
            ...);
__attribute__((format(printf, 2, 3))) enum client_end
client_trouble(struct client *client, const char *format, ...);

/* A send or receive failed with the errno ERROR (not 0) after WAITED_NS
   nanoseconds.  WHERE, part of a sentence or empty, is the progress of the
   exchange.  EAGAIN means that no reply came in time: CLIENT_SILENCE for
   datagrams, otherwise CLIENT_TIMED_OUT.  Any other ERROR: the end by
   client_end_of, and strerror's text.  After EAGAIN the text has the timeout of
   the target if its deadline has passed, otherwise WAITED_NS, rounded to
   milliseconds.  */
enum client_end client_lost(struct client *client, int error, int64_t waited_ns,
                            const char *where);

/* Writing replies to standard output failed with ERROR: CLIENT_TROUBLE; the
   text stays, as a rule empty, if the reader closed the pipe.  */
enum client_end client_output_lost(struct client *client, int error);

/* The end for STATUS of the library: CLIENT_DONE for SONDE_CONNECT_CONNECTED,
   or the end of the same name.  A reset is CLIENT_CLOSED_EARLY.
   SONDE_CONNECT_RESOURCES, _ABANDONED and _OTHER are CLIENT_TROUBLE.  */
enum client_end client_end_of(enum sonde_connect_status status);

/* Print ADDRESS as in sentences, "192.0.2.1 port 80", in TEXT; an IPv6 address
   has no brackets, and a port of 0 is printed, too.  A UNIX socket is printed
   without a port, an abstract name as "@NAME", an unprintable address as
   "(unknown address)".  Returns TEXT.  */
enum { CLIENT_ADDRESS_TEXT = SONDE_ADDRESS_TEXT + 20 };
const char *client_print_address(const struct sonde_address *address,
                                 char text[CLIENT_ADDRESS_TEXT]);

/* Print NS nanoseconds, at least 0, "224 us", "1.5 ms", "2 s", in TEXT: in us
   below 999.5 us, in ms below 999.5 ms, else in s.  Rounded, with one decimal
   below 100, if that decimal is not 0.  Returns TEXT.  */
enum { CLIENT_TIME_TEXT = 24 };
const char *client_print_time(int64_t ns, char text[CLIENT_TIME_TEXT]);

#endif /* CLIENTS_CLIENT_H */
