/* client-options.h - options, target and exit status of the clients
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROGS_CLIENT_OPTIONS_H
#define PROGS_CLIENT_OPTIONS_H 1

#include <stdbool.h>

#include "clients/client.h"
#include "progs/options.h"

/* The values of the shared options; times in milliseconds, keepalive in
   seconds; 0 or NULL if not given.  */
struct client_options {
    bool inet, inet6, udp, verbose;
    const char *path, *source;
    long timeout, keepalive;
    struct option_list operands;
};

extern struct client_options client_options;

/* The option rows of all clients, for struct program's shared; and further
   fields with the same value in all clients.  */
extern const struct option_row client_rows[];
#define CLIENT_PROGRAM CLIENT_PROGRAM_WITH("")
/* The same with MORE exit statuses: empty, or a text that ends with ", ".  */
#define CLIENT_PROGRAM_WITH(MORE)                                              \
    .shared = client_rows, .operands = "HOST [PORT]", .operands_max = 2,       \
    .operands_target = &client_options.operands,                               \
    .statuses =                                                                \
        "0 success, " MORE                                                     \
        "2 usage error or local failure, 3 connection refused, "               \
        "4 timed out, 5 host unreachable, 6 network unreachable, 7 unknown "   \
        "name, 8 name service not answering, 9 source address not local, "     \
        "10 source port in use, 11 not permitted, 12 no answer to a "          \
        "datagram, 13 wrong reply, 14 closed early."

/* The run of a client's program: connect a client to the target of
   client_options and, if connected, EXCHANGE.  SERVICE is the name of the
   service, and SERVICE_PORT the port used without PORT on the command line if
   the host's database of services lacks the name.

   Contradictory options and impossible names, addresses and ports are usage
   errors, without a lookup of HOST.  CHECK, unless NULL, may refuse the target,
   after a message, by an exit status other than OPTIONS_GO_ON.  With -v, the
   attempts and for a connected client both addresses, the time and keepalive go
   to standard error.  The client is closed, and its text is reported as
   complain does.  Returns the exit status.  */
int client_options_run(const char *service, int service_port,
                       int (*check)(const struct client_target *target),
                       void (*exchange)(struct client *client));

/* As client_options_run, but nothing is connected and no message printed by -v:
   RUN is called with the target and the first address of the target, and
   returns the exit status.  The target must be a stream, without the path of
   --unix.  A failed lookup, also after the timeout, by default CLIENT_TIMEOUT,
   is reported, and has the exit status that client_options_run returns for
   it.  */
int client_options_resolve(const char *service, int service_port,
                           int (*check)(const struct client_target *target),
                           int (*run)(const struct client_target *target,
                                      const struct sonde_address *peer));

#endif /* PROGS_CLIENT_OPTIONS_H */
