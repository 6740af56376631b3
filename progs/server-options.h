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
   the SETTINGS of the service, by the options taken, until the server ends
   (server_run).  Defaults: the port of SERVICE, TCP and UDP, 8 workers of
   prefork and 1 of event; several workers of event run model_event_workers.
   --max-clients limits --workers.  Returns STATUS_DONE; or STATUS_TROUBLE after
   a usage error, which is reported, or a failure of server_run, which is
   logged.  */
int server_options_run(const char *program, const char *service,
                       const void *settings);

#endif /* PROGS_SERVER_OPTIONS_H */
