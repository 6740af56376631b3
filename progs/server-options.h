/* server-options.h - what echosrv and daytimesrv have in common: nearly all
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROGS_SERVER_OPTIONS_H
#define PROGS_SERVER_OPTIONS_H 1

#include "progs/options.h"

/* What one program has of its own.  */
struct server_program {
    const char *name;
    const char *service;
    const char *purpose;
    const struct option_row *rows; /* of its settings */
    size_t row_count;
    const void *settings;
};

/* Take the options of ARGV and run the server.  Returns the exit status.  */
int server_program_run(const struct server_program *program, int argc,
                       char **argv);

#endif /* PROGS_SERVER_OPTIONS_H */
