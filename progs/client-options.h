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
#define CLIENT_PROGRAM                                                         \
    .shared = client_rows, .operands = "HOST [PORT]", .operands_max = 2,       \
    .operands_target = &client_options.operands,                               \
    .statuses =                                                                \
        "0 success, 2 usage error or local failure, 3 connection refused, "    \
        "4 timed out, 5 host unreachable, 6 network unreachable, 7 unknown "   \
        "name, 8 name service not answering, 9 source address not local, "     \
        "10 source port in use, 11 not permitted, 12 no answer to a "          \
        "datagram, 13 wrong reply, 14 closed early."

/* A service: the name, and the port used if the host's database of services
   lacks the name.  */
struct client_service {
    const char *name;
    int port;
};

/* Fill TARGET from client_options, and check for contradictions and impossible
   names, addresses and ports, without a lookup of HOST.  SERVICE is for a
   command line without PORT.  TARGET points into static memory and argv.
   Returns OPTIONS_GO_ON; or the exit status, after a usage error, which is
   reported.  */
int client_options_target(const struct client_service *service,
                          struct client_target *target);

/* Print RESULT's text, if there is any, as complain does.  Returns the exit
   status for RESULT's end.  */
int client_options_status(const struct client_result *result);

/* For -v, on standard error: the attempts; for a connected client also both
   addresses, the time and keepalive.  */
void client_options_tell(const struct client *client);

#endif /* PROGS_CLIENT_OPTIONS_H */
