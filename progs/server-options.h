/* server-options.h - options of the servers
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROGS_SERVER_OPTIONS_H
#define PROGS_SERVER_OPTIONS_H 1

#include "progs/options.h"

/* The option rows of all servers, for struct program's shared.  */
extern const struct option_row server_rows[];
#define SERVER_PROGRAM                                                         \
    .shared = server_rows, .is_server = true,                                  \
    .statuses = "0 stopped as requested, 2 usage error or failure."

/* Run the server PROGRAM for SERVICE, the name of a service in service.c, with
   the SETTINGS of the service, by the options, until the server ends
   (server_run).  Without --port the port is that of the service; --max-clients
   limits --workers.  Returns the exit status, also after a usage error, which
   is reported.  */
int server_options_run(const char *program, const char *service,
                       const void *settings);

#endif /* PROGS_SERVER_OPTIONS_H */
